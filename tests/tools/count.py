# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Name every failure below .build/results, each with the end of what it said, and sum all up in one closing line.

Usage: count.py FOLDER [FAILED_STEP ...]

A full run prints thousands of lines after the first step; whoever reads only its end learns here what is wrong. There
are at least as many failures as steps that failed: a step may break before it counts anything.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

NAMED = 20
"""How many failures are named; where everything fails, the first few say why."""
SAID = 15
"""How many lines are kept of what a failure said: pytest puts the assertion at the end."""


def count(folder: Path) -> tuple[int, int, int]:
    """Return how many tests passed, failed, and were skipped."""
    passed = failed = skipped = 0
    for report in sorted(folder.glob("*.xml")):
        for suite in ElementTree.parse(report).iter("testsuite"):
            bad = int(suite.get("failures", "0")) + int(suite.get("errors", "0"))
            left_out = int(suite.get("skipped", "0"))
            failed += bad
            skipped += left_out
            passed += int(suite.get("tests", "0")) - bad - left_out
    return passed, failed, skipped


def failures(folder: Path) -> Iterator[str]:
    """Yield one text for each failure: the report it stands in, its name, and below it the end of what it said."""
    for report in sorted(folder.glob("*.xml")):
        for case in ElementTree.parse(report).iter("testcase"):
            for found in [*case.iter("failure"), *case.iter("error")]:
                said = (found.text or found.get("message") or "").strip().splitlines()[-SAID:]
                name = f"FAILED, in {report.name}: {case.get('classname')}::{case.get('name')}"
                yield "\n".join([name, *(f"    {line}" for line in said)])


def main() -> int:
    """Print the failures and the line; return 1 when anything failed, or when nothing ran at all."""
    folder = Path(sys.argv[1])
    named = list(failures(folder))
    for text in named[:NAMED]:
        print(text)
    if len(named) > NAMED:
        print(f"and {len(named) - NAMED} more, in {folder}")
    passed, failed, skipped = count(folder)
    steps = sys.argv[2:]
    failed = max(failed, len(steps))
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
