# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Decide how a person's word on messages of unknown fate changes their rows. Pure.

A person may end a doubt. That overrules neither what the ledger knows for certain nor a run that is still sending.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from .._message.outcome import Fate
from .model import GRACE, Row, State, settled, state_of

_NOT_SENT = frozenset({State.REFUSED, State.CANCELLED})
_DOUBTFUL = frozenset({State.UNKNOWN.value, State.CANCELLING.value})


class RowChange(NamedTuple):
    """One row as it was read, and as it is to be; None stands for no row."""

    before: Row | None
    after: Row | None


class Resolution(NamedTuple):
    """The change of each recipient (digits), and for each one that cannot be changed a sentence that says why.

    ``others``: changes of rows that belong to those of the recipients.
    """

    rows: Mapping[str, RowChange]
    faults: tuple[str, ...]
    others: tuple[tuple[Row | None, Row | None], ...] = ()

    def joined_with(self, other: Resolution) -> Resolution:
        """Return both resolutions as one."""
        return Resolution({**self.rows, **other.rows}, self.faults + other.faults, self.others + other.others)

    @property
    def changes(self) -> tuple[tuple[Row | None, Row | None], ...]:
        """The rows that do change, as ``Ledger.amend`` expects them."""
        return tuple((row.before, row.after) for row in self.rows.values() if row.before != row.after)


def resolved_early(resolution: Resolution, now: float) -> tuple[str, ...]:
    """Return the recipients (digits) whose message, declared not sent, the service may still accept or log."""
    return tuple(
        number
        for number, row in resolution.rows.items()
        if row.before is not None
        and row.before != row.after
        and row.before.state is not State.ACCEPTED  # ahead of the clock, and certainly in the log
        and now < row.before.first_byte_by + GRACE
    )


def resolve(rows: Mapping[str, Row | None], *, sent: bool, now: float) -> Resolution:
    """Return the changes for messages that a person declares sent, or not sent.

    ``rows``: digits of a recipient → its row, or None where there is none; of scheduled messages, see
    ``resolve_scheduled``. ``now``: Unix seconds by the ledger's clock.
    """
    faults = {number: _fault(number, row, sent, now) for number, row in rows.items()}
    return Resolution(
        rows={number: RowChange(row, _after(row, sent, now)) for number, row in rows.items() if not faults[number]},
        faults=tuple(fault for fault in faults.values() if fault),
    )


def _fault(number: str, row: Row | None, sent: bool, now: float) -> str:
    """Return why a row cannot be resolved this way; empty when it can, or already says so."""
    state = state_of(row, now)
    if state == State.SENDING.value:
        return f"+{number} is being sent to by another run at this moment; wait for its end"
    if state == State.ACCEPTED.value and not sent:
        return f"+{number}: the service has accepted the message; that it was sent is known"
    if sent and state == "absent":
        return f"+{number}: the ledger knows no message by this key; is the key the one that the failed task returned?"
    if sent and row is not None and row.state in _NOT_SENT:
        return f"+{number}: the message was {state}; that it was not sent is known"
    return ""


def _after(row: Row | None, sent: bool, now: float) -> Row | None:
    """Return the row after the resolution, which changes only a row of unknown fate, or whose cancel is not certain."""
    if row is None or state_of(row, now) not in _DOUBTFUL:
        return row
    if sent:
        # When it was accepted is not known. Its window starts at the last moment at which it can have been.
        # A row that lies ahead was written by a wrong clock; it must not stay there.
        since = now if row.is_ahead(now) else max(row.claimed_at, min(now, row.first_byte_by + GRACE))
        # Without an owner, a run that resumes after a long sleep cannot settle the row by its own attempt alone.
        return row._replace(state=State.ACCEPTED, previous=None, claimed_at=since, owner="")
    if row.state is State.SENDING and row.is_ahead(now):
        return begun_at(row, now)
    return settled(row, Fate.NOT_SENT, (), now)


def begun_at(row: Row, now: float) -> Row:
    """Return the claim of a run as if it had begun at ``now``.

    By a clock that was wrong no one can tell whether the run has ended, so the claim holds for one more lease: a run
    that is still at work must not be followed by a second message.
    """
    later = now - row.claimed_at
    return row._replace(
        claimed_at=now,
        first_byte_by=row.first_byte_by + later,
        lease_until=row.lease_until + later,
        keep_until=row.keep_until + later,
    )
