# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The list of pending messages: read tolerantly, judged strictly. Pure.

The call is assumed, so several shapes of the same facts are understood; a record that lacks a fact is not guessed at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple, Optional

from .._core.errors import VoipsmsError
from .._message.dates import DateError, from_echo
from .._message.numbers import digits

_PLACES = ("scheduled", "send_log", "sms", "data")
"""Names under which the records may stand, besides at the top."""

_LONGEST = 255
"""Parts of one message at the most (3GPP TS 23.040)."""


class ListError(VoipsmsError):
    """The list cannot be believed; the sentence says what is wrong with it."""


class PendingRecord(NamedTuple):
    """One record of the list: a message to a number, or one part of it. ``date`` is ``YYYY-MM-DD HH:MM``."""

    smsid: str
    to: str
    sender: str
    text: str
    date: str


class Pending(NamedTuple):
    """One message to one recipient that waits, with every smsid that it has."""

    to: str
    sender: str
    text: str
    date: str
    smsids: tuple[str, ...]


class Listing(NamedTuple):
    """The whole list, as it was at a moment (Unix seconds by the service's clock, where it names one)."""

    records: tuple[PendingRecord, ...]
    at: Optional[float] = None

    def smsids(self) -> frozenset[str]:
        """Every smsid that waits."""
        return frozenset(record.smsid for record in self.records)

    def carried(self) -> dict[str, frozenset[str]]:
        """Whom each smsid would reach: a shared one carries several recipients."""
        found: dict[str, set[str]] = {}
        for record in self.records:
            found.setdefault(record.smsid, set()).add(record.to)
        return {smsid: frozenset(recipients) for smsid, recipients in found.items()}

    def groups(self) -> dict[tuple[str, str], list[PendingRecord]]:
        """The records by recipient and date, in the order of the list."""
        found: dict[tuple[str, str], list[PendingRecord]] = {}
        for record in self.records:
            found.setdefault((record.to, record.date), []).append(record)
        return found


def records(payload: Any, clean_smsid: Callable[[Any], Optional[str]]) -> list[PendingRecord]:
    """The records of one answer. Raises ``ListError`` naming what is missing, and in which record."""
    return [_record(entry, place, clean_smsid) for place, entry in enumerate(_entries(payload), start=1)]


def names_more(payload: Any) -> bool:
    """Whether an answer says of itself that it is one page of several."""
    return isinstance(payload, dict) and bool(payload.get("next"))


def runs(group: Sequence[PendingRecord], within: Optional[str] = None) -> Iterator[Pending]:
    """Every message that the records of one recipient and date can be; ``within``: only beginnings of this text.

    A service that keeps one record a part lists a long text in parts, one after the other: whole messages are runs
    of neighbouring records from one sender.
    """
    for start, first in enumerate(group):
        text, smsids = "", []
        for record in group[start : start + _LONGEST]:
            if record.sender != first.sender or not record.text:
                break  # a record that names no text is no part of anything that can be recognised
            text += record.text
            if within is not None and not within.startswith(text):
                break
            smsids.append(record.smsid)
            yield Pending(first.to, first.sender, text, first.date, tuple(dict.fromkeys(smsids)))


def find(group: Iterable[PendingRecord], text: str, sender: Optional[str]) -> Optional[Pending]:
    """The message with this text among the records of one recipient and date.

    ``sender`` None: the task named none, and the service fills one in, so it is not compared.
    """
    wanted = [record for record in group if sender is None or record.sender == sender]
    found = [message for message in runs(wanted, text) if message.text == text]
    # Two messages of others may make up the same text by chance; one that is the text goes first.
    return min(found, key=lambda message: len(message.smsids), default=None)


def _entries(payload: Any) -> list[Any]:
    if isinstance(payload, dict):
        payload = next((payload[place] for place in _PLACES if place in payload), None)
    if not isinstance(payload, list):
        raise ListError("the answer holds no list of pending messages")
    return payload


def _record(entry: Any, place: int, clean_smsid: Callable[[Any], Optional[str]]) -> PendingRecord:
    if not isinstance(entry, dict):
        raise ListError(f"record {place} of the list of pending messages is not an object")
    smsid = clean_smsid(entry.get("smsid"))
    to = digits(str(entry.get("to") or ""))
    missing = [name for name, value in (("smsid", smsid), ("to", to)) if not value]
    if missing or smsid is None:
        raise ListError(f"record {place} of the list of pending messages has no usable {' and no '.join(missing)}")
    return PendingRecord(
        smsid=smsid,
        to=to,
        sender=digits(str(entry.get("from") or "")),
        text=str(entry.get("msg") or ""),
        date=_date(entry.get("delivery_date"), place),
    )


def _date(value: Any, place: int) -> str:
    try:
        return from_echo(value).wire
    except DateError:
        raise ListError(f"record {place} of the list of pending messages has no usable delivery_date") from None
