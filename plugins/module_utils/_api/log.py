# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The message log of the account: records as the service's apps read them, and which of them are asked for. Pure.

The call ``sms/summary`` is observed. The zone of its dates, the order of its records and the size of its pages are
not known, and nothing here relies on them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any, NamedTuple, Optional

from .._core.errors import InputError, VoipsmsError
from .._message.numbers import digits

_FORMS = {len("YYYY-mm-dd"): "%Y-%m-%d", len("YYYY-mm-dd HH:MM"): "%Y-%m-%d %H:%M", 19: "%Y-%m-%d %H:%M:%S"}
_END_OF_DAY = "9999-12-31 23:59:59"

Clean = Callable[[Any], Optional[str]]
"""Makes a text of the service fit to be shown."""


class LogError(VoipsmsError):
    """The answer is no message log; the sentence says what is wrong with it."""


class LogRecord(NamedTuple):
    """One record of the log, or one part of a message. Numbers are digits; ``date`` is as the service writes it."""

    id: Optional[str]
    direction: Optional[str]
    internal: str
    external: str
    text: str
    status: Optional[str]
    date: Optional[str]
    type: Optional[str]
    country: Optional[str]
    sale: Optional[str]


class LogPages(NamedTuple):
    """The records that were read; ``ended``: whether they are all, down to an empty page, which is the log's end.

    A page that brings nothing new is no end: it may be the first again, from a service that does not know pages, or
    counts them from 1.
    """

    records: tuple[LogRecord, ...]
    ended: bool = False


class LogFilter(NamedTuple):
    """Which records are asked for; None asks for nothing. Dates compare as written, since their zone is not known."""

    numbers: Optional[frozenset[str]] = None
    text: Optional[str] = None
    direction: Optional[str] = None
    since: Optional[str] = None
    until: Optional[str] = None

    def takes(self, record: LogRecord) -> bool:
        """Whether a record is one that is asked for. A record without a date is never between two dates."""
        return (
            (self.numbers is None or not self.numbers.isdisjoint((record.internal, record.external)))
            and (self.text is None or self.text in record.text)
            and (self.direction is None or self.direction == record.direction)
            and (self.since is None or (record.date is not None and record.date >= self.since))
            and (self.until is None or (record.date is not None and record.date <= self.until))
        )


def records(payload: Any, clean: Clean) -> list[LogRecord]:
    """The records of one page. Raises ``LogError`` when there is no list of objects; a missing field is None."""
    entries = payload.get("summary") if isinstance(payload, dict) else None
    if not isinstance(entries, list):
        raise LogError("the answer holds no message log (summary)")
    if not all(isinstance(entry, dict) for entry in entries):
        raise LogError("the message log holds a record that is not an object")
    return [_record(entry, clean) for entry in entries]


def every_page(page: Callable[[int], list[LogRecord]], most: int) -> LogPages:
    """The records of at most so many pages, which are asked for one by one from 0.

    A page that brings nothing new ends the log too: so a service that does not know pages is asked twice, not for ever.
    """
    found: list[LogRecord] = []
    known: set[LogRecord] = set()
    for number in range(most):
        further = page(number)
        if known.issuperset(further):
            return LogPages(tuple(found), ended=not further)
        # Pages shift while messages come in. Without an id, two equal records may well be two messages.
        found += [record for record in further if record.id is None or record not in known]
        known.update(further)
    return LogPages(tuple(found))


def read_bound(value: str, option: str) -> str:
    """One end of a span, as ``YYYY-MM-DD``, with a time or without. Raises ``InputError``.

    Without a time, ``until`` means the end of that day.
    """
    if not _is_date(value):
        raise InputError(f"{option} {value[:40]!r} is not a date, such as 2026-12-01 or 2026-12-01 22:00")
    # A bound that is shorter than what it is compared with sorts before it: right for "since" only.
    return value + _END_OF_DAY[len(value) :] if option == "until" else value


def _is_date(value: str) -> bool:
    """Whether this is a date in one of the forms, digit by digit, since other ways of writing it sort otherwise."""
    form = _FORMS.get(len(value), "")
    try:
        # The zone is not known, and only the writing is looked at.
        return datetime.strptime(value, form).replace(tzinfo=timezone.utc).strftime(form) == value
    except ValueError:
        return False


def _record(entry: dict[str, Any], clean: Clean) -> LogRecord:
    direction = (clean(entry.get("sms_inout")) or "").lower()
    text = entry.get("sms_msg")
    return LogRecord(
        id=clean(entry.get("sms_id")),
        direction=direction if direction in ("in", "out") else None,
        internal=digits(clean(entry.get("sms_internal")) or ""),
        external=digits(clean(entry.get("sms_external")) or ""),
        text=text if isinstance(text, str) else "",
        status=clean(entry.get("sms_status")),
        date=clean(entry.get("sms_status_date")),
        type=clean(entry.get("sms_type")),
        country=clean(entry.get("sms_country")),
        sale=clean(entry.get("sms_sale")),
    )
