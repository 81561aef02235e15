# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keep the ledger of one task in memory: the interface of the other ledgers, forgotten when the task ends."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from itertools import islice

from .model import NO_LEDGER, Claim, Claimed, Row, amended, is_claimable
from .own_claims import Fates, OwnClaims, Settled


class MemoryLedger:
    """Rows in a dictionary, which keep one task from sending twice and do nothing else."""

    name = NO_LEDGER

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        """Start with no rows; ``clock`` returns Unix seconds."""
        self.created = False
        self.missing = False
        self._clock = clock
        self._rows: dict[tuple[str, str], Row] = {}
        self._own_claims = OwnClaims()

    def now(self) -> float:
        """Return the time in Unix seconds."""
        return self._clock()

    def rows(self, key: str, recipients: Iterable[str]) -> dict[str, Row]:
        """Return the rows of a key by recipient."""
        return {name: self._rows[key, name] for name in recipients if (key, name) in self._rows}

    def scheduled(self) -> list[Row]:
        """Return the rows of scheduled messages."""
        return [row for row in self._rows.values() if row.date is not None]

    def rows_of(self, recipients: Iterable[str]) -> list[Row]:
        """Return the rows of some recipients."""
        names = frozenset(recipients)
        return [row for row in self._rows.values() if row.recipient in names]

    def newest(self, matches: Callable[[Row], bool], limit: int) -> list[Row]:
        """Return at most ``limit`` matching rows, the newest first."""
        ordered = sorted(self._rows.values(), key=lambda row: (-row.claimed_at, row.key, row.recipient))
        return list(islice(filter(matches, ordered), limit))

    def amend(self, changes: Iterable[tuple[Row | None, Row | None]]) -> None:
        """Make changes that belong to no claim, where the row is still as it was read."""
        self._rows = amended(self._rows, changes)

    def claim(self, claim: Claim) -> Claimed:
        """Set ``sending`` for every recipient that the claim may have."""
        now = self.now()
        rows = self.rows(claim.key, claim.recipients)
        won = {name for name in claim.recipients if is_claimable(rows.get(name), claim, now)}
        for name, row in self._own_claims.claim(rows, claim, won, now).items():
            self._rows[claim.key, name] = row
        lost = {name: row for name, row in rows.items() if name not in won}
        return Claimed(won=frozenset(won), lost=lost, at=now)

    def settle(self, key: str, owner: str, fates: Fates) -> Settled:
        """Record the result of a claim; restore the rows that are gone."""
        own_claims = self._own_claims
        rows = self.rows(key, [*fates, *own_claims.witness(key, owner)])
        settlement = own_claims.settlement(rows, key, owner, fates, self.now())
        for name, (_before, after) in settlement.changes.items():
            if after is None:
                del self._rows[key, name]
            else:
                self._rows[key, name] = after
        own_claims.forget(key, owner, fates)
        if not settlement.is_lost:
            return settlement.result
        lost = own_claims.lost_results(self.rows(key, own_claims.settled_names(key, owner)), key, owner)
        self._rows |= {(key, name): row for name, row in lost.items()}
        return settlement.result.with_restored(lost)
