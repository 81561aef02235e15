# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Resolve a date that counts from now on once, and bind the result to the name of the messages.

The ledger keeps the binding in a row of its own, whose recipient is the name: ``content`` is the fingerprint of what
was resolved, ``label`` the date as it goes over the wire, and ``delivers_at`` the same in Unix seconds. It has no
``date``, and so is no scheduled message; like the lock of a name, it is not shown.

It is written before anything is sent, so that a run which comes after a killed one finds the same date.
"""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timezone

from .._core.errors import InputError, sentence_of
from .._ledger.model import Fingerprints, LedgerError, Row, State, fact_row
from .._message.dates import DeliveryDate, at, lead_fault
from .context import ScheduleContext, until_current
from .errors import ScheduleError
from .match import Match
from .proof import is_cancelled_in_time
from .request import RelativeRequest, ScheduleRequest

_PURPOSE = "date"
_NO_DATE = ""
"""Stands for a date that no message has."""

_OVER = frozenset({State.CANCELLED, State.REFUSED})
_DAMAGED = (
    "the ledger's row of the date that was resolved before is damaged; nothing was changed; run the task once with"
    " state=absent, then again"
)


class DateBinding:
    """The date that is bound to one name (a fingerprint)."""

    def __init__(self, context: ScheduleContext, name: str) -> None:
        """Read and change nothing yet."""
        self._context = context
        self._name = name
        self._key = binding_key(context.fingerprints, name)
        self._change: tuple[Row | None, Row] | None = None

    def request(self, relative: RelativeRequest) -> ScheduleRequest:
        """Return the request for the bound date; resolve and bind it where none is bound, or the binding has ended.

        Raises ``VoipsmsError`` with nothing bound, such as ``InputError`` for a date that is over or too near.
        """
        return until_current(lambda: self._request(relative))

    def withdraw(self) -> None:
        """Undo what ``request`` has bound, for a run after which nothing is pending at that date."""
        if self._change is not None and not self._context.check_mode:
            before, after = self._change
            with suppress(LedgerError):
                self._context.ledger.compare_and_set({(self._key, self._name): (after, before)})

    def end(self) -> None:
        """Forget the date: the name has another one, which a task has given. Raises nothing, as ``end_if_idle``."""
        self._forget(lambda _row: True)

    def end_if_idle(self) -> None:
        """Forget the date, after a cancel, unless a message of it may be pending that nothing was done about.

        Raises nothing that would hide what was done: a ledger that cannot be written is a warning.
        """
        self._forget(self._is_idle)

    def match(self, match: Match) -> Match:
        """Return a match by the date that a relative one was resolved to; where it is not bound, nothing matches."""
        if match.relative is None:
            return match
        row = self._row()
        content = _content(self._context.fingerprints, match.relative.identity)
        is_bound = row is not None and row.content == content
        if not is_bound and self._is_anything_left():
            self._context.warn(
                f"{match.relative.text!r} is not what the pending messages of this name were scheduled for, so none of"
                " them is meant; leave delivery_date out to mean whatever is pending for the name"
            )
        return match._replace(date=row.label if row is not None and is_bound else _NO_DATE, relative=None)

    def _request(self, relative: RelativeRequest) -> ScheduleRequest:
        ledger, row = self._context.ledger, self._row()
        if row is not None and row.is_damaged:
            raise ScheduleError(_DAMAGED)
        now = ledger.now()
        content = _content(self._context.fingerprints, relative.date.identity)
        request = self._bound(relative, row, now) if row is not None and row.content == content else None
        if request is None:
            request = _anew(relative, now)
        elif row is not None and row.label == request.date.wire:
            return request
        after = self._binding(content, request.date, now)
        self._context.change_all({(self._key, self._name): (row, after)})
        self._change = row, after
        return request

    def _bound(self, relative: RelativeRequest, row: Row, now: float) -> ScheduleRequest | None:
        """Return the request for the date of a row, or None where that binding has ended.

        As long as a new message can be scheduled for it, it has not. After that, it holds for the messages that are
        wanted if one of them may have been sent; and until its date, for whatever is pending for the name.
        """
        instant = row.delivers_at or 0.0
        if now >= row.keep_until:
            return None
        date = at(_moment(instant), relative.date.account_timezone)
        request = relative.at(date)
        if lead_fault(date, _moment(now), relative.min_lead) is None or self._may_be_sent(request):
            return request
        return request if now < instant and any(map(_is_left, self._messages(date.wire))) else None

    def _may_be_sent(self, request: ScheduleRequest) -> bool:
        """Return whether a message of the request was sent, or may be."""
        fingerprints = self._context.fingerprints
        recipients = [fingerprints.recipient(to) for to in request.delivery.recipients]
        rows = self._context.ledger.rows(fingerprints.key(request.delivery.key), recipients).values()
        graces = self._context.graces
        return any(row.state not in _OVER and not is_cancelled_in_time(row, row.delivers_at, graces) for row in rows)

    def _forget(self, may_end: Callable[[Row], bool]) -> None:
        try:
            row = self._row() if self._name else None
            self._context.amend([(row, None)] if row is not None and may_end(row) else [])
        except Exception as error:  # noqa: BLE001 - raised at the end of a task, it would hide the results
            self._context.warn(
                f"ledger not updated: {sentence_of(error)}; the date that was resolved for this name stays bound to it"
            )

    def _is_idle(self, row: Row) -> bool:
        is_over = self._context.ledger.now() >= (row.delivers_at or 0.0)
        return is_over or not any(map(_is_left, self._messages(row.label)))

    def _messages(self, wire: str) -> list[Row]:
        """Return the rows of the name's messages at a date."""
        return [row for row in self._context.ledger.scheduled() if row.name == self._name and row.date == wire]

    def _is_anything_left(self) -> bool:
        """Return whether a message of the name may be pending."""
        now, rows = self._context.ledger.now(), self._context.ledger.scheduled()
        return any(row.name == self._name and _is_left(row) and now < (row.delivers_at or 0.0) for row in rows)

    def _row(self) -> Row | None:
        return self._context.ledger.rows(self._key, [self._name]).get(self._name)

    def _binding(self, content: str, date: DeliveryDate, now: float) -> Row:
        """Return the row of a binding. It is kept as long as the messages of its date, which are told apart by it."""
        instant = date.instant.timestamp() if date.instant is not None else now
        row = fact_row(self._key, self._name, content, now=now, until=instant, label=date.wire)
        owner, origin = secrets.token_hex(16), f"{socket.gethostname()}:{os.getpid()}"
        return row._replace(owner=owner, origin=origin, delivers_at=instant)


def binding_key(fingerprints: Fingerprints, name: str) -> str:
    """Return the key under which the ledger keeps the date that is bound to a name (its fingerprint)."""
    return fingerprints.key(f"{_PURPOSE} {name}")


def _content(fingerprints: Fingerprints, identity: str) -> str:
    return fingerprints.content(_PURPOSE, identity)


def _anew(relative: RelativeRequest, now: float) -> ScheduleRequest:
    """Return the request for what the date means now. Raises ``InputError`` where that is over or too near."""
    date = relative.date.resolved(_moment(now), relative.min_lead)
    fault = lead_fault(date, _moment(now), relative.min_lead)
    if fault is not None:
        raise InputError(f"{fault}, which {relative.date.text!r} means now")
    return relative.at(date)


def _is_left(row: Row) -> bool:
    """Return whether a message may be pending, and no one has asked to cancel it."""
    return row.state not in _OVER and row.state is not State.CANCELLING


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, timezone.utc)
