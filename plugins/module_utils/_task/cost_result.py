# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Return the result of a report on cost: its figures, its files, and whether the cost is within its limit."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from .._api.log_figures import Figures, amount
from .cost_files import WrittenFile
from .cost_report import CostReport, shown_figures

REPORTED, EXCEEDED, NOT_KNOWN, FAILED = "reported", "exceeded", "not_known", "failed"
"""The outcomes: without a limit or within it; over it; perhaps over it; no report at all."""

_RAISE = "raise max_pages to read the rest"


def result_of(
    report: CostReport, files: Sequence[WrittenFile], max_cost: Decimal | None, *, requests: int, check_mode: bool
) -> dict[str, Any]:
    """Return the result of a run that has read the log."""
    outcome, verdict = _verdict(report, max_cost)
    sentences = [verdict, report.summary(), *_about_files(files, check_mode=check_mode)]
    return {
        **report.shown(),
        "outcome": outcome,
        "changed": any(file.is_changed for file in files),
        "failed": outcome != REPORTED,
        "files": [file.shown() for file in files],
        "requests": requests,
        "msg": "; ".join(sentence for sentence in sentences if sentence),
        "warnings": _warnings(report, outcome),
        "diff": [file.difference() for file in files] if files else None,
    }


def blank() -> dict[str, Any]:
    """Return the keys that every result has."""
    lists = ("days", "numbers", "countries", "types", "directions", "statuses", "files")
    return {
        "changed": False,
        "outcome": FAILED,
        "complete": False,
        **dict.fromkeys(("currency", "zone", "oldest", "newest")),
        "totals": shown_figures(Figures()),
        **{name: [] for name in lists},
        "requests": 0,
    }


def _verdict(report: CostReport, max_cost: Decimal | None) -> tuple[str, str]:
    """Return the outcome, and the sentence of one that fails. The rest of a log may hold any cost."""
    cost = report.figures.total.cost
    if max_cost is None:
        return REPORTED, ""
    if cost > max_cost:
        return EXCEEDED, f"the cost of {amount(cost)} is more than max_cost, which is {amount(max_cost)}"
    if not report.is_complete:
        return NOT_KNOWN, (
            f"whether the cost is within max_cost, which is {amount(max_cost)}, is not known, since the log was not"
            f" read to its end: {_RAISE}"
        )
    return REPORTED, ""


def _about_files(files: Sequence[WrittenFile], *, check_mode: bool) -> list[str]:
    """Return which files were written, or would be."""
    paths = ", ".join(file.path for file in files if file.is_changed)
    if not paths:
        return ["no file has changed"] if files else []
    return [f"{'would write' if check_mode else 'wrote'} {paths}"]


def _warnings(report: CostReport, outcome: str) -> list[str]:
    """Return what the figures leave out, where the message does not say it."""
    unpriced = report.figures.total.unpriced
    warnings = []
    if not report.is_complete and outcome != NOT_KNOWN:
        warnings.append(f"the log was not read to its end, so the figures may lack records: {_RAISE}")
    if unpriced:
        count = "1 record has" if unpriced == 1 else f"{unpriced} records have"
        warnings.append(f"{count} no price that can be read, and what they cost is not in the sum")
    return warnings
