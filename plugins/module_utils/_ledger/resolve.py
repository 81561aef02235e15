# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a person says became of a message of unknown fate, and what that makes of its row. Pure.

A person may end a doubt. What the ledger knows for certain is not overruled, and a run that is at work is not either.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Optional

from .._message.outcome import Fate
from .model import GRACE, Row, State, settled, state_of

_NOT_SENT = frozenset({State.REFUSED, State.CANCELLED})


class Resolved(NamedTuple):
    """One row, as it was read and as it shall be; None stands for no row."""

    before: Optional[Row]
    after: Optional[Row]


class Resolution(NamedTuple):
    """What is to be done about each recipient (digits), and the sentences that say why something cannot be."""

    rows: Mapping[str, Resolved]
    faults: tuple[str, ...]

    @property
    def changes(self) -> tuple[tuple[Optional[Row], Optional[Row]], ...]:
        """The rows that are to be changed, as ``Ledger.amend`` takes them."""
        return tuple((row.before, row.after) for row in self.rows.values() if row.before != row.after)


def early(resolution: Resolution, now: float) -> tuple[str, ...]:
    """The recipients (digits) whose message, said not to be sent, the service may still accept or log."""
    return tuple(
        number
        for number, row in resolution.rows.items()
        if row.before is not None and row.before != row.after and now < row.before.first_byte_by + GRACE
    )


def resolve(rows: Mapping[str, Optional[Row]], *, sent: bool, now: float) -> Resolution:
    """What the rows become when these messages were sent, or were not. ``rows``: digits of a recipient → its row."""
    faults = {number: _fault(number, row, sent, now) for number, row in rows.items()}
    return Resolution(
        rows={number: Resolved(row, _after(row, sent, now)) for number, row in rows.items() if not faults[number]},
        faults=tuple(fault for fault in faults.values() if fault),
    )


def _fault(number: str, row: Optional[Row], sent: bool, now: float) -> str:
    """Why a row cannot be resolved so; empty when it can, and when it already says so."""
    state = state_of(row, now)
    if row is not None and row.date is not None:
        return f"+{number} has a scheduled message by this key; voipsms_scheduled settles it with the pending list"
    if state == State.SENDING.value:
        return f"+{number} is being sent to by another run at this moment; wait for its end"
    if state == State.ACCEPTED.value and not sent:
        return f"+{number}: the service has accepted the message; that it was sent is known"
    if sent and state == "absent":
        return f"+{number}: the ledger knows no message by this key; is the key the one that the failed task returned?"
    if sent and row is not None and row.state in _NOT_SENT:
        return f"+{number}: the message was {state}; that it was not sent is known"
    return ""


def _after(row: Optional[Row], sent: bool, now: float) -> Optional[Row]:
    if row is None or state_of(row, now) != State.UNKNOWN.value:
        return row
    if sent:
        # Its window begins at the last moment at which it can have been accepted: nobody knows better when it was.
        since = max(row.claimed_at, min(now, row.first_byte_by + GRACE))
        # Nobody's: a run that comes back from a long sleep knows of its own attempt alone, and settles it no more.
        return row._replace(state=State.ACCEPTED, previous=None, claimed_at=since, owner="")
    return settled(row, Fate.NOT_SENT, (), now)
