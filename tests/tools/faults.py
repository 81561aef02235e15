# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write docs/faults.md: every fault of tests/faults.yml, the tests that show it, and how they ended in the last run.

Usage: faults.py [--check]

Fails when a fault has no test that passed, or one that failed; with --check also when docs/faults.md is not what would
be written.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.etree import ElementTree

import yaml

from ansible_collections.voip_communications.sms.tests.tools import layout

# The second is there where "make test" has measured coverage.
RUNS = [layout.RESULTS / "pytest.xml", layout.RESULTS / "pytest-measured.xml"]
PAGE = Path("docs/faults.md")
HEAD = """<!--
SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
SPDX-License-Identifier: GPL-3.0-or-later
-->

# Faults that a message stands

Each line is a fault, the tests that show what the collection does about it, and how many cases of them passed in the
run that this page was written from. After every one of them at most one message was accepted for each key and
recipient, and no outcome that is unknown was reported as success. `make faults` writes this page from
`tests/faults.yml` and from the results of `make test`; it fails where a fault has no test that passed.

"""

Results = Mapping[str, Sequence[tuple[str, str]]]
"""For `<file>::<test>` the ids of its cases, and how each ended: passed, failed or skipped."""


def results(*runs: Path) -> Results:
    """Read what runs of pytest left as JUnit XML, those of them that there were."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for case in (case for run in runs if run.exists() for case in ElementTree.parse(run).iter("testcase")):
        name, bracket, rest = str(case.get("name")).partition("[")
        # A class of tests stands behind the file.
        parts = str(case.get("classname")).split(".")
        file = next(part for part in reversed(parts) if part.startswith("test_"))
        bad = case.find("failure") is not None or case.find("error") is not None
        ended = "failed" if bad else "skipped" if case.find("skipped") is not None else "passed"
        found[f"{file}::{name}"].append((rest[:-1] if bracket else "", ended))
    return found


def cases(test: str, found: Results) -> list[str]:
    """Return how the cases of one test that are meant ended."""
    name, _bracket, part = test.partition("[")
    return [ended for case, ended in found.get(name, ()) if part[:-1] in case]


def row(fault: str, tests: Sequence[str], found: Results) -> tuple[str, str]:
    """Return the line of one fault in the table, and what is wrong with it, or nothing."""
    ended = {test: cases(test, found) for test in tests}
    missing = [test for test in tests if "passed" not in ended[test]]
    failed = sum(each.count("failed") for each in ended.values())
    passed = sum(each.count("passed") for each in ended.values())
    names = "<br>".join(f"`{test}`" for test in tests)
    wrong = f"no case passed of {', '.join(missing)}" if missing else f"{failed} failed" if failed else ""
    return f"| {fault} | {names} | {passed} passed |", f"{fault}: {wrong}" if wrong else ""


def page(groups: Mapping[str, Mapping[str, Sequence[str]]], found: Results) -> tuple[str, list[str]]:
    """Return the whole page, and everything that is wrong."""
    lines, wrong = [], []
    for group, faults in groups.items():
        lines += [f"## {group}", "", "| fault | tests | result |", "|---|---|---|"]
        for fault, tests in faults.items():
            line, fault_is = row(fault, tests or (), found)
            lines.append(line)
            wrong += [fault_is or f"{fault}: no test"] if fault_is or not tests else []
        lines.append("")
    return HEAD + "\n".join(lines).rstrip() + "\n", wrong


def main(arguments: Sequence[str]) -> int:
    """Write the page, or compare it; return 1 when something is wrong."""
    groups = yaml.safe_load((layout.TREE / "tests" / "faults.yml").read_text(encoding="utf-8"))
    text, wrong = page(groups, results(*RUNS))
    target = layout.ROOT / PAGE
    if "--check" not in arguments:
        target.write_text(text, encoding="utf-8")
    elif not target.exists() or target.read_text(encoding="utf-8") != text:
        wrong.append(f"{PAGE} is not what this run says: run make faults, and look at the difference")
    count = sum(len(faults) for faults in groups.values())
    print("\n".join([*wrong, f"faults: {count} listed, {len(wrong)} wrong"]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
