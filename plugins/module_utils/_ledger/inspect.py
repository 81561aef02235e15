# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which rows of the ledger a person asks to see, and how they are shown. Pure."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple, Optional

from .._message.outcome import moment
from .model import Row, State, state_of


class RowFilter(NamedTuple):
    """What a row must be to be shown; None asks for nothing. ``key`` and ``recipients`` are fingerprints."""

    key: Optional[str] = None
    recipients: Optional[Collection[str]] = None
    states: Optional[Collection[str]] = None

    def takes(self, row: Row, now: float) -> bool:
        """Whether this row is asked for. The turn of a name (see ``_calendar``) is to nobody, and no message."""
        return (
            bool(row.masked)
            and (self.key is None or row.key == self.key)
            and (self.recipients is None or row.recipient in self.recipients)
            and (self.states is None or state_of(row, now) in self.states)
        )


def shown(row: Row, now: float) -> dict[str, Any]:
    """A row as people read it: times in UTC, the number masked. The text of a message is not in it."""
    return {
        "to": row.masked,
        "state": state_of(row, now),
        "key": row.label or None,
        "since": moment(row.claimed_at),
        "age": max(0, int(now - row.claimed_at)),
        "attempts": row.attempt,
        "smsids": list(row.smsids),
        "delivery_date": row.date,
        "run": row.origin,
        "kept_until": moment(row.keep_until),
    }


def count_by_state(rows: Collection[Row], now: float) -> dict[str, int]:
    """How many rows there are of each state, of all states."""
    found = [state_of(row, now) for row in rows]
    return {state.value: found.count(state.value) for state in State}
