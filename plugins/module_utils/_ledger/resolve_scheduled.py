# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Resolve scheduled messages by what a person says of them. Pure; times are Unix seconds by the ledger's clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .._message.outcome import Fate
from .model import Row, State, settled, state_of
from .resolve import Resolution, RowChange

SCHEDULED = "scheduled"
CANCELLED = "cancelled"
SENT = "sent"

_OVER = frozenset({State.CANCELLED, State.REFUSED})
_NEVER_ACCEPTED = frozenset({State.SENDING, State.UNKNOWN})


def resolve_scheduled(
    rows: Mapping[str, Row], meaning: str, now: float, cancel_of: Callable[[str], Row | None]
) -> Resolution:
    """Return the changes for scheduled messages that a person declares scheduled, cancelled, sent, or not sent.

    ``rows``: digits of a recipient → its row. ``cancel_of``: returns the row in which the cancel of an smsid is
    claimed. It changes with the row of its message.
    """
    faults = {number: _fault(number, row, meaning, now) for number, row in rows.items()}
    changed = {number: RowChange(row, _after(row, meaning, now)) for number, row in rows.items() if not faults[number]}
    smsids = {smsid: change.after for change in changed.values() for smsid in _smsids_of(change)}
    cancels = [(cancel_of(smsid), after) for smsid, after in smsids.items()]
    return Resolution(
        rows=changed,
        faults=tuple(fault for fault in faults.values() if fault),
        others=tuple((cancel, _cancel_after(cancel, after, now)) for cancel, after in cancels if cancel is not None),
    )


def _fault(number: str, row: Row, meaning: str, now: float) -> str:
    """Return why a row cannot be resolved this way; empty when it can, or already says so."""
    is_ahead = row.delivers_at is not None and now < row.delivers_at
    is_over = row.delivers_at is not None and now >= row.delivers_at
    if row.is_at_work(now):
        return f"+{number} is being scheduled by another run at this moment; wait for its end"
    if meaning == SENT and is_ahead:
        return f"+{number}: the date of the message is still ahead; resolve it as scheduled, or as cancelled"
    if meaning == SCHEDULED and is_over:
        return f"+{number}: the date of the message is over; resolve it as sent, or as cancelled"
    if meaning in (SENT, SCHEDULED) and row.state in _OVER:
        return f"+{number}: the message was {state_of(row, now)}; that it is not pending is known"
    if meaning not in (SENT, SCHEDULED, CANCELLED) and row.state is State.ACCEPTED and row.absent_at is None:
        return f"+{number}: the service has accepted the message; if it was cancelled since, resolve it as cancelled"
    return ""


def _after(row: Row, meaning: str, now: float) -> Row | None:
    """Return the row after the resolution; one that says the same already stays as it is."""
    if meaning in (SENT, SCHEDULED) and not row.recipient:
        return None  # no message of this ledger, so only its cancel is to be forgotten
    if meaning in (SENT, SCHEDULED):
        if row.state is State.ACCEPTED and row.absent_at is None:
            return row
        # Without an owner, and with another revision, no run that resumes after a long sleep changes or cancels it.
        return row._replace(
            state=State.ACCEPTED,
            previous=None,
            owner="",
            revision=row.revision + 1,
            absent_at=None,
            effect_by=None,
            confirmed=False,
        )
    if row.state in _OVER:
        return row
    if row.state in _NEVER_ACCEPTED and meaning != CANCELLED:
        return settled(row, Fate.NOT_SENT, (), now)
    # The list may show it for a while yet, if it was cancelled just now.
    return row._replace(state=State.CANCELLED, revision=row.revision + 1, absent_at=None, effect_by=now)


def _smsids_of(change: RowChange) -> tuple[str, ...]:
    """Return the smsids of a row that changes."""
    return change.before.smsids if change.before is not None and change.before != change.after else ()


def _cancel_after(cancel: Row, after: Row | None, now: float) -> Row | None:
    """Return the row of a claimed cancel after its message's row was resolved: none where the message is pending."""
    if after is None or after.state is State.ACCEPTED:
        return None
    return cancel._replace(state=State.CANCELLED, effect_by=now)
