# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bind a window's start that counts from now on, such as ``+2h``, to the window's name, so that it stays where it is.

The ledger's row has the window's name as its recipient, the fingerprint of what the task says as its ``content``, and
the moment in ``delivers_at``. It has no ``date``, and so is no scheduled message.
"""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from typing import NamedTuple, Optional

from .._core.errors import VoipsmsError, sentence_of
from .._ledger.model import Identity, LedgerError, Row, fact_row
from .._message.dates import DateError
from .._message.relative_dates import RelativeDate, is_relative, read_relative
from .._schedule.context import ScheduleContext, until_current
from .._schedule.errors import ScheduleError

_DAMAGED = (
    "the ledger's row of the start of this window is damaged; nothing was changed; run the task once with a start that"
    " does not count from now on, which forgets it"
)
_ON, _OFF = "on", "off"


def read_relative_start(value: object, timezone: object) -> RelativeDate | None:
    """Return a start that counts from now on; None for any other value. Raises ``VoipsmsError``."""
    if not is_relative(value):
        return None
    try:
        # Only the instant matters here, and UTC has neither gaps nor hours that exist twice.
        return read_relative(value, timezone=str(timezone), account_timezone="UTC")
    except DateError as error:
        raise VoipsmsError(f"start: {str(error).replace('delivery_date ', '', 1)}") from error


def start_at(date: RelativeDate, now: dt.datetime) -> dt.datetime:
    """Return what a start means at a moment, in UTC. Raises ``VoipsmsError``."""
    try:
        instant = date.resolved(now, 0).instant
    except DateError as error:
        raise VoipsmsError(f"start: {error}") from error
    if instant is None:  # only dates of an account without a known zone have none
        raise RuntimeError("a date in a zone must be an instant")
    return instant


class Bound(NamedTuple):
    """The start of a window, in UTC, and how the ledger was changed for it, if it was."""

    start: dt.datetime
    change: Optional[tuple[Optional[Row], Row]] = None


class StartBinding:
    """The start that is bound to the name of a window."""

    def __init__(self, context: ScheduleContext, name: str) -> None:
        """Read and change nothing yet."""
        self._context = context
        self._key = context.fingerprints.key(f"window start {name}")
        self._name = context.fingerprints.name(name)

    @property
    def identity(self) -> Identity:
        """The key and the recipient of the row."""
        return self._key, self._name

    def bind(self, date: RelativeDate, *, is_on: bool) -> Bound:
        """Return the start that is bound; resolve and bind it where there is none, or where the window was off.

        Raises ``VoipsmsError`` with nothing changed.
        """
        return until_current(lambda: self._bind(date, is_on))

    def withdraw(self, bound: Bound) -> None:
        """Undo what ``bind`` has changed, for a run after which nothing is scheduled for that start."""
        if bound.change is not None and not self._context.check_mode:
            before, after = bound.change
            with suppress(LedgerError):
                self._context.ledger.compare_and_set({(self._key, self._name): (after, before)})

    def end(self) -> None:
        """Forget the start: a task has given another one.

        Raises nothing that would hide what was done: a ledger that cannot be written is a warning.
        """
        try:
            before = self._context.ledger.rows(self._key, [self._name]).get(self._name)
            self._context.amend([(before, None)] if before is not None else [])
        except Exception as error:  # noqa: BLE001 - the reminders are scheduled by now, which must be reported
            self._context.warn(f"ledger not updated: {sentence_of(error)}; an earlier start stays bound to the window")

    def _bind(self, date: RelativeDate, is_on: bool) -> Bound:
        ledger = self._context.ledger
        before = ledger.rows(self._key, [self._name]).get(self._name)
        if before is not None and before.is_damaged:
            raise ScheduleError(_DAMAGED)
        now = ledger.now()
        content = self._context.fingerprints.content("window start", date.identity)
        is_known = before is not None and before.content == content and now < before.keep_until
        if before is not None and is_known and (before.label == _ON or not is_on):
            start = before.delivers_at or 0.0
        else:
            start = start_at(date, _moment(now)).timestamp()
        after = self._row(content, _ON if is_on else _OFF, start, now)
        if before is not None and (before.content, before.label, before.delivers_at) == (content, after.label, start):
            return Bound(_moment(start))
        self._context.change_all({(self._key, self._name): (before, after)})
        return Bound(_moment(start), (before, after))

    def _row(self, content: str, label: str, start: float, now: float) -> Row:
        row = fact_row(self._key, self._name, content, now=now, until=start, label=label)
        return row._replace(delivers_at=start)


def _moment(seconds: float) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, dt.timezone.utc)
