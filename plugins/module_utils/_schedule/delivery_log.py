# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ask the message log whether scheduled messages went out, whose date is over and of which no list tells any more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .._api.log import LogRecord
from .._core.errors import VoipsmsError
from .._core.index import Index
from .._ledger.model import Row, State
from .._message.text import split
from .._send.log_search import LOG_PAGES, LOG_SHARE
from .._send.reconcile import UNREADABLE, Finding, LogReading, SentMessage, decide
from .context import ScheduleContext
from .plan import KnownMessage, ScheduledState
from .snapshot import Change, Snapshot

_APART = 12 * 3600.0
"""Seconds between the dates of two messages from which on a record of one is never taken for the other's."""

_NO_ZONE = "set account_timezone to have messages whose date is over looked up in the message log"


class DeliveryLog:
    """The message log of one task, read at most once, and only where a message's fate depends on it."""

    def __init__(self, context: ScheduleContext) -> None:
        """Read nothing yet."""
        self._context = context
        self._reading: LogReading | None = None
        self._was_asked = False

    def delivered(self, messages: Iterable[KnownMessage], snapshot: Snapshot) -> list[Change]:
        """Return the changes that make lapsed messages accepted ones, because the log shows that they went out.

        What the log does not show stays as it is: a record may come late, so its absence proves nothing. A log that
        cannot be read is a warning.
        """
        lapsed = [
            message.row
            for message in messages
            if message.scheduled_state is ScheduledState.LAPSED and message.row is not None and message.row.recipient
        ]
        reading = self._read() if lapsed else None
        if reading is None:
            return []
        # Of all at once, since the ledger goes through all its rows to find those of some recipients.
        rows = Index((row.recipient, row) for row in self._context.ledger.rows_of({row.recipient for row in lapsed}))
        records = Index((self._context.fingerprints.recipient(one.external), one) for one in reading.records)
        shown = [
            row
            for row in lapsed
            if self._shows(row, snapshot, reading, rows.of(row.recipient), records.of(row.recipient))
        ]
        delivered: list[Change] = [(row, _as_delivered(row)) for row in shown]
        return delivered + [change for row in shown for change in _without_cancels(row, snapshot)]

    def _read(self) -> LogReading | None:
        """Return what the log holds; None when it cannot be read, or the zone of its dates is not known."""
        if self._was_asked:
            return self._reading
        self._was_asked = True
        context = self._context
        if context.log_moment_of is None:
            context.warn(_NO_ZONE)
            return None
        began = context.ledger.now()
        try:
            pages = context.api.log(LOG_PAGES, context.deadline.left() * LOG_SHARE)
        except VoipsmsError as error:
            context.warn(f"{UNREADABLE}, and has decided nothing: {error}")
            return None
        self._reading = LogReading(pages.records, pages.ended, began, context.log_moment_of)
        return self._reading

    def _shows(
        self, row: Row, snapshot: Snapshot, reading: LogReading, rows: Iterable[Row], records: Iterable[LogRecord]
    ) -> bool:
        """Return whether the log shows the message of a row at its date, beyond what other messages account for.

        ``rows`` and ``records``: all that the ledger and the log have of its recipient.
        """
        delivers_at = snapshot.delivers_at(row)
        if delivers_at is None:
            return False
        # The service sends it at its date: so that is when the attempt began, in the words of the sending ledger.
        attempt = row._replace(state=State.UNKNOWN, attempt=1, claimed_at=delivers_at, first_byte_by=delivers_at)
        near = [other for other in rows if _is_near(other, delivers_at)]
        return any(
            decide(message, attempt, near, reading, self._context.fingerprints).finding is Finding.FOUND
            for message in self._messages(row, records)
        )

    def _messages(self, row: Row, records: Iterable[LogRecord]) -> Iterator[SentMessage]:
        """Yield what a row's message was, from records of its recipient: the ledger keeps no texts."""
        fingerprints = self._context.fingerprints
        messages = {(record.external, record.text, sender) for record in records for sender in ("", record.internal)}
        for to, text, sender in messages:
            if row.content == fingerprints.content(sender, text, row.date or ""):
                yield SentMessage(to, text, len(split(text)), sender)


def _as_delivered(row: Row) -> Row:
    """Return the row of a message that has gone out; no cancel and no absence says otherwise any more."""
    return row._replace(state=State.ACCEPTED, absent_at=None, effect_by=None, confirmed=False, previous=None, owner="")


def _without_cancels(row: Row, snapshot: Snapshot) -> Iterator[Change]:
    """Yield the changes that remove the cancels of a message that has gone out, or it would be in doubt again."""
    for smsid in row.smsids:
        if smsid in snapshot.cancels and tuple(snapshot.owners.of(smsid)) == ((row.key, row.recipient),):
            yield snapshot.cancels[smsid], None


def _is_near(row: Row, moment: float) -> bool:
    """Return whether a record at this moment may be of the message of a row."""
    return row.delivers_at is None or abs(row.delivers_at - moment) < _APART
