# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keep the ledger of one task in memory: the interface of the other ledgers, forgotten when the task ends."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from .model import AHEAD, KEPT, NO_LEDGER
from .stored import Changed, StoredLedger

if TYPE_CHECKING:
    from .limits import Place, Tally
    from .model import Identity, Row
    from .question import DecideQuestion, Question
    from .stored import Decide


class MemoryLedger(StoredLedger):
    """Rows in a dictionary, which keep one task from sending twice and do nothing else."""

    name = NO_LEDGER

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        """Start with no rows; ``clock`` returns Unix seconds."""
        super().__init__()
        self._clock = clock
        self._rows: dict[Identity, Row] = {}
        self._questions: dict[str, Question] = {}
        self._places: list[Place] = []
        self._held: Counter[Place] = Counter()
        self._change_lock = threading.Lock()

    def now(self) -> float:
        """Return the time in Unix seconds."""
        return self._clock()

    def rows_at(self, identities: Iterable[Identity]) -> dict[Identity, Row]:
        """Return the rows of some identities."""
        return {identity: self._rows[identity] for identity in identities if identity in self._rows}

    def scheduled(self) -> list[Row]:
        """Return the rows of scheduled messages."""
        return [row for row in self._rows.values() if row.date is not None]

    def _holding(self, texts: Iterable[str]) -> list[Row]:
        return self.scheduled()

    def rows_of(self, recipients: Iterable[str]) -> list[Row]:
        """Return the rows of some recipients."""
        names = frozenset(recipients)
        return [row for row in self._rows.values() if row.recipient in names]

    def newest(self, matches: Callable[[Row], bool], limit: int) -> list[Row]:
        """Return at most ``limit`` matching rows, the newest first."""
        ordered = sorted(self._rows.values(), key=lambda row: (-row.claimed_at, row.key, row.recipient))
        return list(islice(filter(matches, ordered), limit))

    def latest(self, scopes: Sequence[str], count: int) -> dict[str, list[float]]:
        """Return when the newest messages of some scopes were claimed, the newest first."""
        horizon = self.now() + AHEAD
        counts: dict[str, Counter[float]] = {scope: Counter() for scope in scopes}
        for scope, at, _owner, number in self._places:
            if scope in counts and at <= horizon:
                counts[scope][at] += number
        return {scope: sorted(some.elements(), reverse=True)[:count] for scope, some in counts.items()}

    def held_count(self, recipients: Iterable[str] | None) -> int:
        """Return how many messages were held back lately, to these recipients or to all."""
        names, now = None if recipients is None else set(recipients), self.now()
        return sum(count for place, count in self._held.items() if place.is_held(names, now))

    def change(
        self,
        identities: Iterable[Identity],
        decide: Decide,
        *,
        purge: int = 0,
        is_whole: bool = False,
        tally: Tally | None = None,
    ) -> Changed:
        """Read rows, decide, and write at once; nothing expires within one task."""
        with self._change_lock:
            now = self.now()
            rows = self.rows_at(identities)
            if tally is not None:
                tally.times = self.latest(tally.scopes, tally.most)
            changes = decide(rows, now)
            if tally is not None:
                self._count(tally, [name for _key, name in changes])
            for identity, row in changes.items():
                if row is None:
                    self._rows.pop(identity, None)
                else:
                    self._rows[identity] = row
        return Changed(set(changes), {identity: rows[identity] for identity in rows.keys() - changes}, now)

    def _count(self, tally: Tally, recipients: Sequence[str]) -> None:
        """Take the places of these recipients, give back those that are returned, and count what is held."""
        self._places = tally.applied(self._places, recipients)
        self._held.update(tally.held_places())

    def question(self, key: str) -> Question | None:
        """Return the question of a key."""
        return self._questions.get(key)

    def questions(self, since: float) -> list[Question]:
        """Return the questions whose time was not over at a moment."""
        return [question for question in self._questions.values() if question.keep_until >= since + KEPT]

    def change_question(self, key: str, decide: DecideQuestion) -> tuple[Question | None, Question | None]:
        """Read a question, decide, and write it at once."""
        with self._change_lock:
            before = self._questions.get(key)
            now = self.now()
            after = decide(before, lambda: self.questions(now), now)
            if after is None:
                self._questions.pop(key, None)
            else:
                self._questions[key] = after
        return before, after
