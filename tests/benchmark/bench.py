# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How fast it is: tasks side by side, the ledger, planning, many processes, memory. Prints tables in Markdown.

Not part of the tests that always run, since it measures; "make bench" calls it. Nothing is asserted on seconds, because
machines differ, and most of them do something else besides.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path

from ansible_collections.voip_communications.sms.tests.benchmark import (
    deployments,
    ledgers,
    pairs,
    planning,
    processes,
    tasks,
)
from ansible_collections.voip_communications.sms.tests.benchmark.service import DELAY
from ansible_collections.voip_communications.sms.tests.benchmark.tables import machine
from ansible_collections.voip_communications.sms.tests.tools import layout

PAIRS = 30
"""Pairs of tasks of which the median is taken."""

PAGE = layout.ROOT / "docs" / "benchmarks.md"
_LICENCE = """<!--
SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
SPDX-License-Identifier: GPL-3.0-or-later
-->
"""


def main() -> None:
    """Measure, print, and write the page where that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="repetitions of each task")
    parser.add_argument("--only", nargs="*", choices=list(PARTS), default=list(PARTS), help="some parts alone")
    parser.add_argument("--write", nargs="?", type=Path, const=PAGE, help="write docs/benchmarks.md, or another file")
    arguments = parser.parse_args()
    page = [_LICENCE, _introduction()]
    print(page[-1])
    with tempfile.TemporaryDirectory() as folder:
        for name in arguments.only:
            page.append(f"## {name.capitalize()}\n\n{PARTS[name](Path(folder), arguments.rounds)}\n")
            print(page[-1], flush=True)
    if arguments.write:
        arguments.write.write_text("\n".join(page), encoding="utf-8")


def _introduction() -> str:
    return (
        "# Benchmarks\n\n"
        "`make bench` measures this, and `make bench BENCH_ARGS=--write` writes this page. The numbers hold for one"
        " machine at one time; what counts are the ratios.\n\n"
        f"Measured on: {machine()}.\n"
    )


def _tasks(folder: Path, rounds: int) -> str:
    text = (
        f"One playbook, in which the kinds take turns, against a server on the same machine that answers after"
        f" {DELAY * 1000:.0f} ms. Each task has a text of its own, so nothing is a duplicate; its time runs from its"
        " start until Ansible hands its result to whatever prints it. What is marked ≈ was not measured, but"
        " multiplied from fewer recipients. The bare request checks nothing, remembers nothing and proves nothing: it"
        " is what Ansible, the libraries and the service take by themselves, so that no task can be faster.\n\n"
    )
    return text + tasks.told(tasks.measure(folder, rounds))


def _pairs(folder: Path, _rounds: int) -> str:
    text = (
        "Two tasks that follow each other, in an order that changes every time: the ratio of each pair, the median of"
        " these, and the distribution-free 95 % interval of that median, whose ends are two of the ratios. Beside the"
        " bare request, which is what no task can be faster than, stands one that does what is needed to send once: it"
        " loads the same libraries, and commits durably before the request and after it. Beside the module stands one"
        " more, which loads our files too, and does nothing with them: Ansible compiles them for every module.\n\n"
    )
    return text + pairs.told(folder, PAIRS)


def _ledger(folder: Path, _rounds: int) -> str:
    text = (
        "Milliseconds for one claim and its settlement, beside rows of other messages. Where some of those are old"
        " enough to be deleted, each claim deletes a few; the smallest ledger soon has none left.\n\n"
    )
    limits = (
        "\n\nThe same with limits, in a ledger of 10,000 other rows, where the kinds take turns. Waiting for the"
        " disk is most of it, so medians differ by what else the machine does; the shortest differ less.\n\n"
    )
    ledger = ledgers.filled(folder / "limits.sqlite3", 10_000, 0)
    return text + ledgers.told(folder) + limits + ledgers.limited(ledger, ledgers.LIMITED_ROUNDS)


def _planning(_folder: Path, rounds: int) -> str:
    text = (
        "Milliseconds to plan 1,000 messages, from the records of the list and the rows of the ledger on: median,"
        " shortest and longest.\n\n"
    )
    return text + planning.told(rounds)


def _processes(folder: Path, _rounds: int) -> str:
    return f"{processes.fifty(folder)}\n\n{processes.memory(folder)}"


def _deployments(folder: Path, rounds: int) -> str:
    text = (
        "One whole playbook with one task on each host: with the role around it, with a plain task before and behind"
        " it, and with the role while its actions do nothing. Ratios are of the shortest times, which whatever else the"
        " machine does has lengthened least.\n\n"
    )
    return text + deployments.told(folder, rounds)


PARTS: dict[str, Callable[[Path, int], str]] = {
    "tasks": _tasks,
    "pairs": _pairs,
    "ledger": _ledger,
    "planning": _planning,
    "processes": _processes,
    "deployments": _deployments,
}

if __name__ == "__main__":
    main()
