# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Two tasks side by side, many times: the ratio of each pair, their median, and where that median lies.

The two tasks of a pair follow each other, so that what else the machine does affects both, and every other pair begins
with the other one.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

from ansible_collections.voip_communications.sms.tests.benchmark.service import Service
from ansible_collections.voip_communications.sms.tests.benchmark.tables import median_interval, milliseconds, table
from ansible_collections.voip_communications.sms.tests.benchmark.tasks import (
    BARE_ACTION,
    BARE_MODULE,
    BY_MODULE,
    CONTROLLER,
    DURABLE_ACTION,
    DURABLE_MODULE,
    FULL_CONTROLLER,
    FULL_MODULE,
    LOADING_MODULE,
    played,
    task_of,
)


class Pair(NamedTuple):
    """Two tasks, each a kind and its number of recipients, and the ratio that is to be reached, if any."""

    name: str
    one: tuple[str, int]
    other: tuple[str, int]
    at_most: float | None = None


PAIRS = (
    Pair("in the controller, to the bare request", (CONTROLLER, 1), (BARE_ACTION, 1), 1.22),
    Pair("as a module, to the bare request", (BY_MODULE, 1), (BARE_MODULE, 1), 1.10),
    Pair("in the controller, to the bare request with two commits", (CONTROLLER, 1), (DURABLE_ACTION, 1)),
    Pair("as a module, to the bare request with two commits", (BY_MODULE, 1), (DURABLE_MODULE, 1)),
    Pair(
        "as a module, to one that loads the same files and makes the bare request", (BY_MODULE, 1), (LOADING_MODULE, 1)
    ),
    Pair("in the controller, 1,000 recipients to 1", (CONTROLLER, 1_000), (CONTROLLER, 1), 1.9),
    Pair("as a module, 1,000 recipients to 1", (BY_MODULE, 1_000), (BY_MODULE, 1), 1.9),
    Pair("in the controller with contacts and limits, to without", (FULL_CONTROLLER, 1), (CONTROLLER, 1)),
    Pair("as a module with contacts and limits, to without", (FULL_MODULE, 1), (BY_MODULE, 1)),
    Pair(
        "in the controller with contacts and limits, 1,000 recipients to 1",
        (FULL_CONTROLLER, 1_000),
        (FULL_CONTROLLER, 1),
        1.9,
    ),
)


def told(folder: Path, pairs: int) -> str:
    """Return the table of the pairs. Raises RuntimeError when a task fails."""
    with Service() as service:
        tasks = [
            task_of(service.url, *what, f"{pair.name}|{side}|{turn}")
            for turn in range(pairs)
            for pair in PAIRS
            for side, what in _in_turn(pair, turn)
        ]
        records = played(folder, tasks)
    seconds: dict[tuple[str, str], list[float]] = defaultdict(list)
    for record in records:
        name, side, _turn = record["task"].split("|")
        seconds[name, side].append(record["seconds"])
    rows = [_row(pair, seconds[pair.name, "one"], seconds[pair.name, "other"]) for pair in PAIRS]
    return table(
        [
            f"{pairs} pairs",
            "ms, medians",
            "ratio: median of the pairs",
            "95 % interval of that median",
            "to reach",
            "reached",
        ],
        rows,
    )


def _in_turn(pair: Pair, turn: int) -> list[tuple[str, tuple[str, int]]]:
    """Return the two tasks of a pair in the order of a turn."""
    sides = [("one", pair.one), ("other", pair.other)]
    return sides[::-1] if turn % 2 else sides


def _row(pair: Pair, ones: list[float], others: list[float]) -> list[object]:
    """Return the row of a pair; its tasks are in the order of the turns."""
    ratios = sorted(one / other for one, other in zip(ones, others, strict=True))
    median, low, high = median_interval(ratios)
    medians = " : ".join(milliseconds(median_interval(some)[0]) for some in (ones, others))
    goal = "" if pair.at_most is None else f"at most {pair.at_most:g}"
    reached = "" if pair.at_most is None else "yes" if median <= pair.at_most else "no"
    return [pair.name, medians, f"{median:.2f}", f"{low:.2f}–{high:.2f}", goal, reached]
