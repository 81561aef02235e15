# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ledger for one task: the same interface as a kept one, in memory, forgotten when the task ends."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Callable, Optional

from .._message.outcome import Fate
from .model import NO_LEDGER, Claim, Claimed, Row, amended, claimed, is_free, settled


class MemoryLedger:
    """Rows in a dictionary. Keeps one task from sending twice, and nothing else."""

    name = NO_LEDGER

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        """Start with no rows; ``clock`` gives Unix seconds."""
        self.created = False
        self.missing = False
        self._clock = clock
        self._rows: dict[tuple[str, str], Row] = {}

    def now(self) -> float:
        """The clock, in Unix seconds."""
        return self._clock()

    def rows(self, key: str, recipients: Iterable[str]) -> dict[str, Row]:
        """The rows of a key."""
        return {name: self._rows[key, name] for name in recipients if (key, name) in self._rows}

    def scheduled(self) -> list[Row]:
        """The rows of scheduled messages."""
        return [row for row in self._rows.values() if row.date is not None]

    def rows_of(self, recipients: Iterable[str]) -> list[Row]:
        """The rows of some recipients."""
        names = frozenset(recipients)
        return [row for row in self._rows.values() if row.recipient in names]

    def newest(self, takes: Callable[[Row], bool], most: int) -> list[Row]:
        """The newest rows that are taken."""
        ordered = sorted(self._rows.values(), key=lambda row: (-row.claimed_at, row.key, row.recipient))
        return list(islice(filter(takes, ordered), most))

    def amend(self, changes: Iterable[tuple[Optional[Row], Optional[Row]]]) -> None:
        """Hold what was learned apart from a claim, where nothing has changed meanwhile."""
        self._rows = amended(self._rows, changes)

    def claim(self, claim: Claim) -> Claimed:
        """Hold every recipient that is free by the claim's terms."""
        now = self.now()
        found = self.rows(claim.key, claim.recipients)
        won = {name for name in claim.recipients if is_free(found.get(name), claim, now)}
        for name in won:
            self._rows[claim.key, name] = claimed(found.get(name), claim, name, now)
        lost = {name: row for name, row in found.items() if name not in won}
        return Claimed(won=frozenset(won), lost=lost, at=now)

    def settle(self, key: str, owner: str, fates: Mapping[str, tuple[Fate, tuple[str, ...]]]) -> list[str]:
        """Hold what came of a claim; return the recipients whose claim is no longer this owner's."""
        found = self.rows(key, fates)
        ours = [name for name in fates if name in found and found[name].owner == owner]
        for name in ours:
            row = settled(found[name], *fates[name], now=self.now())
            if row is None:
                del self._rows[key, name]
            else:
                self._rows[key, name] = row
        return [name for name in fates if name not in ours]
