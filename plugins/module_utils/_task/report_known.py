# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Report the bare results of a task when its report cannot be made, by the simplest means. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from .._core.errors import sentence_of
from .._message.outcome import PARTIAL, UNCHANGED, Outcome, Result

_GOOD = frozenset({"sent", "scheduled", "duplicate", "already_sent", "cancelled"})
_CHANGING = frozenset({Outcome.SENT, Outcome.SCHEDULED, Outcome.CANCELLED, Outcome.UNKNOWN, Outcome.HELD})


def known_summary(results: Sequence[Result], key: str, error: Exception) -> dict[str, Any]:
    """Return what ``summary`` would, as far as it is known, of a task that fails for this error."""
    counts = Counter(result.outcome.value for result in results)
    parts = ", ".join(f"{outcome} {count}" for outcome, count in counts.items())
    smsids = [smsid for result in results for smsid in result.smsids]
    return {
        "failed": True,
        "changed": any(result.outcome in _CHANGING and result.posted for result in results),
        "outcome": PARTIAL if len(counts) > 1 else next(iter(counts), UNCHANGED),
        "msg": (
            f"the report could not be made: {sentence_of(error)}; the results stand: {parts or 'none'}; smsid"
            f" {', '.join(smsids) or 'none'}; run the same task again with --check to see what the ledger holds"
        ),
        "results": [_shown(result) for result in results],
        "smsids": smsids,
        "cost": None,
        "failed_to": [result.to for result in results if result.outcome.value not in _GOOD],
        "key": key,
        "diff": None,
    }


def _shown(result: Result) -> dict[str, Any]:
    """Return a result as a task returns it, or, where that fails, the least that says what has happened."""
    try:
        return result.shown()
    except Exception:  # noqa: BLE001 - as above
        return {"to": result.to, "outcome": result.outcome.value, "smsids": list(result.smsids)}
