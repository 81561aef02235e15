# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Choose the rows of the ledger that a person asks for, and describe them. Pure."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

from .._message.display import printable
from .._message.outcome import moment
from .model import Row, State, state_of


class RowFilter(NamedTuple):
    """The conditions of a row to be shown; None is no condition. ``key`` and ``recipients`` are fingerprints.

    ``shown_key``: a key as ``describe`` shows it for a row to which no user gave a key.
    """

    key: str | None = None
    recipients: Collection[str] | None = None
    states: Collection[str] | None = None
    shown_key: str | None = None

    def matches(self, row: Row, now: float) -> bool:
        """Return whether a row meets all conditions. The lock of a name (see ``_schedule``) is no message.

        Unlike a lock, the claim of a cancel has no recipient.
        """
        return (
            bool(row.masked or not row.recipient)
            and (self.key is None or row.key == self.key or (not row.label and row.key == self.shown_key))
            and (self.recipients is None or row.recipient in self.recipients)
            and (self.states is None or state_of(row, now) in self.states)
        )


def describe(row: Row, now: float) -> dict[str, Any]:
    """Return a row as people read it: times in UTC, the number masked, no text of a message."""
    return {
        "to": row.masked,
        "state": state_of(row, now),
        "key": row.label or row.key,
        "since": moment(row.claimed_at),
        "age": max(0, int(now - row.claimed_at)),
        "attempts": row.attempt,
        "smsids": list(row.smsids),
        "delivery_date": row.date or None,
        "run": printable(row.origin),
        "kept_until": moment(row.keep_until),
    }


def count_by_state(rows: Collection[Row], now: float) -> dict[str, int]:
    """Return the number of rows of each state, 0 included."""
    states = [state_of(row, now) for row in rows]
    return {state.value: states.count(state.value) for state in State}
