# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Measure how long planning takes, from the records of the list to the plan, for 1,000 wanted messages.

The list and the rows of the ledger are there before the clock starts, and so is nothing else.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from ansible_collections.voip_communications.sms.tests.benchmark.tables import Spread, table
from ansible_collections.voip_communications.sms.tests.support.crowds import (
    Crowd,
    at_one_number,
    doubtful,
    moved,
    replaced,
)

WANTED = 1_000
SIZES = (1_000, 10_000, 100_000)
SLACK = 4.0
"""Factor over linear growth that still counts as linear: garbage collection and caches are not the plan's fault."""

Work = Callable[[], object]

PLANS: Mapping[str, Callable[[int], Work]] = {
    "move a name's 1,000 among others": lambda size: moved(size, WANTED).planned,
    "replace all, which are the name's, with 1,000": lambda size: replaced(size, WANTED).planned,
    "look 1,000 up that may have been accepted": lambda size: doubtful(size, WANTED).planned,
    "schedule 1,000, all others go to one number": lambda size: at_one_number(size, WANTED).planned,
}
TASKS: Mapping[str, Callable[[int], Work]] = {
    "move a name's 1,000 among others": lambda size: moved(size, WANTED).world().move,
    "replace all, which are the name's, with 1,000": lambda size: replaced(size, WANTED).world().move,
    "cancel all, which are the name's": lambda size: replaced(size, WANTED).world().cancel,
    "list all": lambda size: moved(size, WANTED).world().list,
}


def spread(work: Work, rounds: int) -> Spread:
    """Return how long some work took, after a first time that does not count."""
    work()
    durations = []
    for _round in range(rounds):
        began = time.perf_counter()
        work()
        durations.append(time.perf_counter() - began)
    return Spread(tuple(durations))


def told(rounds: int) -> str:
    """Return the tables. Raises RuntimeError when the plans that would be measured are not right."""
    check()
    return (
        f"{_table('ms to plan', PLANS, rounds)}\n\nWhole tasks in check mode, with a ledger in memory, from the list to"
        f" the results:\n\n{_table('ms for a task', TASKS, rounds)}"
    )


def _table(head: str, works: Mapping[str, Callable[[int], Work]], rounds: int) -> str:
    """Return the median, shortest and longest time of each work, by how many messages are pending."""
    lines = []
    for name, work in works.items():
        spreads = [spread(work(size), rounds) for size in SIZES]
        steps = zip(spreads, spreads[1:], SIZES, SIZES[1:], strict=False)
        linear = all(larger.median / one.median <= SLACK * more / size for one, larger, size, more in steps)
        lines.append([name, *spreads, "yes" if linear else "no"])
    return table([head, *(f"{size:,} pending" for size in SIZES), "no worse than linear"], lines)


def check() -> None:
    """Make sure that each of the four plans is what its name says. Raises RuntimeError."""
    crowds = [crowd(10_000, WANTED) for crowd in (moved, replaced, doubtful, at_one_number)]
    sizes = [_sizes(crowd) for crowd in crowds]
    expected = [[WANTED, WANTED, 0, 0, 0], [WANTED, 10_000, 0, 0, 0], [0, 0, WANTED, 0, 0], [WANTED - 1, 0, 0, 1, 0]]
    if sizes != expected:
        raise RuntimeError(f"these are not the plans that were to be measured: {sizes}")


def _sizes(crowd: Crowd) -> list[int]:
    _snapshot, plan = crowd.planned()
    return [len(plan.create), len(plan.cancel), len(plan.keep), len(plan.adopt), len(plan.doubtful)]
