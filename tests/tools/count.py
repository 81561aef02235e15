# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sum up every result below .build/results in the one line that closes a full run.

Usage: count.py FOLDER [FAILED_STEP ...]

There are at least as many failures as steps that failed: a step may break before it counts anything.
"""

from __future__ import annotations

import sys
from pathlib import Path
from xml.etree import ElementTree


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


def main() -> int:
    """Print the line; return 1 when anything failed, or when nothing ran at all."""
    passed, failed, skipped = count(Path(sys.argv[1]))
    steps = sys.argv[2:]
    failed = max(failed, len(steps))
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
