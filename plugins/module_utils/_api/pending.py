# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the list of pending messages: any of its possible shapes, but only complete records. Pure.

The call is assumed, so several shapes of the same facts are understood. What a record lacks is never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from typing import Any, NamedTuple

from .._core.errors import VoipsmsError
from .._core.index import Index
from .._message.dates import DateError, from_echo
from .._message.numbers import digits
from .failure import UNPENDING, failure_in, kind_of, plain

_PLACES = ("scheduled", "send_log", "sms", "data")
"""Names under which an answer may have the records, if it is not a list itself."""

_OVER = re.compile(
    r"(?:CANCELL?ED|DELETED|REVOKED|WITHDRAWN|FAILED|REJECTE?D|REFUSED|EXPIRED|ABORTED|DECLINED|UNDELIVERABLE|UNDELIV)"
    r"(?: BY .*)?"
)
"""A whole status of a message that is no longer pending. "Cancel failed" is none."""

_OVER_MARKS = re.compile(r"(?:is|has|sms)?(?:cancell?ed|deleted|failed|rejected|refused)")
"""Names of fields that mark such a message, in lower case without separators."""

_MAX_PARTS = 255
"""Most parts of one message (3GPP TS 23.040)."""


class ListError(VoipsmsError):
    """The list cannot be trusted; the sentence says what is wrong with it."""


class PendingRecord(NamedTuple):
    """One record of the list: a message to a number, or one part of it. ``date`` is ``YYYY-MM-DD HH:MM``.

    ``is_over``: the record says itself that the message was cancelled or has failed; its other fields may be empty.
    """

    smsid: str
    to: str
    sender: str
    text: str
    date: str
    is_over: bool = False


class Pending(NamedTuple):
    """One pending message to one recipient, with every smsid that it has."""

    to: str
    sender: str
    text: str
    date: str
    smsids: tuple[str, ...]


@dataclass(frozen=True)
class Listing:
    """The whole list at one moment, ``at``: Unix seconds by the service's clock, or None when it gave no time.

    A list may have a hundred thousand records, so what it is searched by is made once, when it is first needed.
    """

    records: tuple[PendingRecord, ...]
    at: float | None = None

    @cached_property
    def by_smsid(self) -> Index[str, PendingRecord]:
        """The records of each smsid: the parts of a message, or the messages of several recipients who share it."""
        return Index(zip(map(attrgetter("smsid"), self.records), self.records))

    @cached_property
    def groups(self) -> Index[tuple[str, str], PendingRecord]:
        """The records by recipient and date."""
        return Index(zip(map(attrgetter("to", "date"), self.records), self.records))

    @cached_property
    def _dates(self) -> Index[str, PendingRecord]:
        """The records by date. Many messages wait for few dates, and tasks ask for fewer."""
        return Index(zip(map(attrgetter("date"), self.records), self.records))

    @cached_property
    def _by_recipient(self) -> dict[str, Index[str, PendingRecord]]:
        """What ``at_date`` has returned, by date."""
        return {}

    def at_date(self, date: str) -> Index[str, PendingRecord]:
        """Return the records at a date by recipient."""
        if date not in self._by_recipient:
            records = self._dates.of(date)
            self._by_recipient[date] = Index(zip(map(attrgetter("to"), records), records))
        return self._by_recipient[date]

    @cached_property
    def smsids(self) -> frozenset[str]:
        """Every smsid in the list."""
        return frozenset(self.by_smsid)

    @cached_property
    def shared_smsids(self) -> frozenset[str]:
        """The smsids that several recipients share."""
        several = self.by_smsid.several.items()
        return frozenset(smsid for smsid, records in several if len({record.to for record in records}) > 1)

    def carried(self, smsid: str) -> frozenset[str]:
        """Return the recipients of an smsid; none where the list does not have it."""
        return frozenset(record.to for record in self.by_smsid.of(smsid))


def records(payload: Any, clean_smsid: Callable[[Any], str | None]) -> list[PendingRecord]:
    """Return the records of one answer, including those that are over, which are no part of a ``Listing``.

    Raises ``ListError``, which names what is missing in which record.
    """
    dates = _Dates()
    return [_record(entry, position, clean_smsid, dates) for position, entry in enumerate(_entries(payload), start=1)]


def announces_more(payload: Any) -> bool:
    """Return whether an answer says that further pages follow."""
    return isinstance(payload, dict) and bool(payload.get("next"))


def announces_end(payload: Any) -> bool:
    """Return whether an answer says that no further page follows."""
    return isinstance(payload, dict) and "next" in payload and not payload["next"]


def runs(group: Sequence[PendingRecord], within: str | None = None) -> Iterator[Pending]:
    """Yield every message that the records of one recipient and date may form.

    With ``within``, only messages are yielded with which this text begins. A service may list a long text as one record
    for each part, one after the other, so a whole message is a run of neighbouring records from one sender.
    """
    for start, first in enumerate(group):
        text, smsids = "", []
        for record in group[start : start + _MAX_PARTS]:
            if record.sender != first.sender or not record.text:
                break  # a record without a text cannot be recognised as a part of anything
            text += record.text
            if within is not None and not within.startswith(text):
                break
            smsids.append(record.smsid)
            yield Pending(first.to, first.sender, text, first.date, tuple(dict.fromkeys(smsids)))


def find(group: Iterable[PendingRecord], text: str, sender: str | None) -> Pending | None:
    """Return the message with this text among the records of one recipient and date, or None.

    A ``sender`` of None is not compared: the task named no sender, and the service fills one in.
    """
    candidates = [record for record in group if sender is None or record.sender == sender]
    matches = [message for message in runs(candidates, text) if message.text == text]
    # Two unrelated messages may form the same text by chance, so a single record is preferred.
    return min(matches, key=lambda message: len(message.smsids), default=None)


def find_all(group: Iterable[PendingRecord], text: str, sender: str | None) -> list[Pending]:
    """Return every message with this text among the records of one recipient and date, as ``find`` finds each."""
    records = [record for record in group if sender is None or record.sender == sender]
    if not any(_begins(record, text) for record in records):
        # Each is a message of its own, so that none needs to be looked for again after another was found.
        whole = Index((record.smsid, record) for record in records if text and record.text == text)
        return [Pending(first.to, first.sender, text, first.date, (smsid,)) for smsid, (first, *_same) in whole.items()]
    messages: list[Pending] = []
    while True:
        message = find(records, text, sender)
        if message is None:
            return messages
        messages.append(message)
        records = [record for record in records if record.smsid not in message.smsids]


def _begins(record: PendingRecord, text: str) -> bool:
    """Return whether a record may be the first part of a message with this text, and not the whole of it."""
    return 0 < len(record.text) < len(text) and text.startswith(record.text)


def _entries(payload: Any) -> list[Any]:
    """Return the unread records of an answer. Raises ``ListError``."""
    if isinstance(payload, dict):
        payload = next((payload[place] for place in _PLACES if place in payload), None)
    if not isinstance(payload, list):
        raise ListError("the answer holds no list of pending messages")
    return payload


class _Dates:
    """The dates of one answer. Many messages wait for few of them, so each is read once."""

    def __init__(self) -> None:
        """Know no date yet."""
        self._wires: dict[str, str] = {}

    def wire(self, value: Any, position: int) -> str:
        """Return the wall time of the record at a position. Raises ``ListError``."""
        if not isinstance(value, str) or value not in self._wires:
            try:
                self._wires[value] = from_echo(value).wire
            except DateError:
                raise ListError(
                    f"record {position} of the list of pending messages has no usable delivery_date"
                ) from None
        return self._wires[value]


def _record(entry: Any, position: int, clean_smsid: Callable[[Any], str | None], dates: _Dates) -> PendingRecord:
    """Return one record, which is at this position of the list, counted from 1. Raises ``ListError``."""
    if not isinstance(entry, dict):
        raise ListError(f"record {position} of the list of pending messages is not an object")
    smsid = clean_smsid(entry.get("smsid"))
    to = digits(str(entry.get("to") or ""))
    if _is_over(entry):
        return PendingRecord(smsid or "", to, sender="", text="", date="", is_over=True)
    missing = [name for name, value in (("smsid", smsid), ("to", to)) if not value]
    if missing or smsid is None:
        raise ListError(f"record {position} of the list of pending messages has no usable {' and no '.join(missing)}")
    failure = failure_in(entry, UNPENDING)
    if failure is not None:
        raise ListError(
            f"record {position} of the list of pending messages speaks of failure ({failure.kind}),"
            " so it may not be pending"
        )
    return PendingRecord(
        smsid=smsid,
        to=to,
        sender=digits(str(entry.get("from") or "")),
        text=str(entry.get("msg") or ""),
        date=dates.wire(entry.get("delivery_date"), position),
    )


def _is_over(entry: dict[str, Any]) -> bool:
    """Return whether a record says plainly that its message was cancelled or has failed."""
    for name, value in entry.items():
        if kind_of(name) == "status" and isinstance(value, str) and _OVER.fullmatch(plain(value)):
            return True
        is_true = value is True or (isinstance(value, (int, str)) and str(value).lower() in ("1", "true", "yes"))
        if is_true and _OVER_MARKS.fullmatch(plain(name).replace(" ", "").lower()):
            return True
    return False
