# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read and filter the message log of the account, whose records are read as the service's apps do. Pure.

The call ``sms/summary`` is observed. The zone of its dates, the order of its records and the size of its pages are
unknown, and nothing here relies on them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any, NamedTuple

from .._core.errors import InputError, VoipsmsError
from .._message.numbers import digits
from .failure import UNPROVEN, Cleaner, failure_in, says

_FORMS = {len("YYYY-mm-dd"): "%Y-%m-%d", len("YYYY-mm-dd HH:MM"): "%Y-%m-%d %H:%M", 19: "%Y-%m-%d %H:%M:%S"}
_END_OF_DAY = "9999-12-31 23:59:59"


class LogError(VoipsmsError):
    """The answer is not a message log; the sentence says what is wrong with it."""


class LogRecord(NamedTuple):
    """One record of the log: a message, or one part of it. Numbers are digits; ``date`` is as the service wrote it.

    ``has_failed``: something in the record, as the service sent it, says that the message did not go out.
    """

    id: str | None
    direction: str | None
    internal: str
    external: str
    text: str
    status: str | None
    date: str | None
    type: str | None
    country: str | None
    sale: str | None
    has_failed: bool = False

    @property
    def is_proof(self) -> bool:
        """Whether the record shows that a message went out: nothing in it speaks of failure, cancelling or waiting."""
        return not self.has_failed and not says(self.status, UNPROVEN)


class LogPages(NamedTuple):
    """The records that were read; ``ended`` tells whether the whole log was read, down to an empty page.

    A page without anything new does not prove the end. It may be the first page again, from a service that has no
    pages or counts them from 1.
    """

    records: tuple[LogRecord, ...]
    ended: bool = False


class LogFilter(NamedTuple):
    """The conditions that a record must meet; None is no condition.

    Dates are compared as text, since their zone is not known.
    """

    numbers: frozenset[str] | None = None
    text: str | None = None
    direction: str | None = None
    since: str | None = None
    until: str | None = None

    def takes(self, record: LogRecord) -> bool:
        """Return whether a record meets every condition. A record without a date meets no condition on dates."""
        return (
            (self.numbers is None or not self.numbers.isdisjoint((record.internal, record.external)))
            and (self.text is None or self.text in record.text)
            and (self.direction is None or self.direction == record.direction)
            and (self.since is None or (record.date is not None and record.date >= self.since))
            and (self.until is None or (record.date is not None and record.date <= self.until))
        )


def records(payload: Any, clean: Cleaner) -> list[LogRecord]:
    """Return the records of one page. A missing field is None; raises ``LogError`` when there is no list of objects."""
    entries = payload.get("summary") if isinstance(payload, dict) else None
    if not isinstance(entries, list):
        raise LogError("the answer holds no message log (summary)")
    if not all(isinstance(entry, dict) for entry in entries):
        raise LogError("the message log holds a record that is not an object")
    return [_record(entry, clean) for entry in entries]


def read_pages(read_page: Callable[[int], list[LogRecord]], max_pages: int) -> LogPages:
    """Return the records of at most ``max_pages`` pages, read one by one from 0.

    A page without anything new ends the reading too, so a service without pages is asked twice and not for ever.
    """
    log: list[LogRecord] = []
    known: set[LogRecord] = set()
    for number in range(max_pages):
        page = read_page(number)
        if known.issuperset(page):
            return LogPages(tuple(log), ended=not page)
        # Pages shift while messages come in. Without an id, two equal records may be two messages.
        log += [record for record in page if record.id is None or record not in known]
        known.update(page)
    return LogPages(tuple(log))


def read_bound(value: str, option: str) -> str:
    """Return one end of a span of time as ``YYYY-MM-DD``, with a time or without. Raises ``InputError``.

    Without a time, the bound ``until`` is completed to the end of that day.
    """
    if not _is_date(value):
        raise InputError(f"{option} {value[:40]!r} is not a date, such as 2026-12-01 or 2026-12-01 22:00")
    # A bound sorts before a longer date that begins with it, which is right for "since" only.
    return value + _END_OF_DAY[len(value) :] if option == "until" else value


def _is_date(value: str) -> bool:
    """Return whether this is a date in exactly one of the forms, since any other spelling would sort differently."""
    form = _FORMS.get(len(value), "")
    try:
        # The zone is not known, and only the spelling matters here.
        return datetime.strptime(value, form).replace(tzinfo=timezone.utc).strftime(form) == value
    except ValueError:
        return False


def _record(entry: dict[str, Any], clean: Cleaner) -> LogRecord:
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
        # A status of 0 is no failure, but it does not show that the message went out either.
        has_failed=entry.get("sms_status") in (0, "0") or failure_in(entry, UNPROVEN) is not None,
    )
