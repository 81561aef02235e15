# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make one result of what the role ``maintenance_window`` leaves; pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def window_result(
    name: object, window: Mapping[str, Any], failure: Mapping[str, Any], *, has_begun: bool
) -> dict[str, Any]:
    """Return the result of a window, which is what the role leaves, with one outcome and one sentence for all of it.

    ``window`` is empty where the role did not come so far. ``failure`` is the result of the task that failed, if any.
    ``has_begun`` tells whether the role has a calendar, and so may have sent something.
    """
    results = window.get("results") or []
    outcomes = list(dict.fromkeys(result["outcome"] for result in results))
    faults = [result["msg"] for result in results if result.get("failed")] or [str(failure.get("msg", ""))]
    return {
        **window,
        "outcome": _outcome(outcomes, is_failed=bool(failure), has_begun=has_begun),
        "failed": bool(failure),
        "changed": any(result.get("changed") for result in results) or bool(window.get("told")),
        "msg": "; ".join(faults) if failure else f"{name}: {', '.join(outcomes) or 'unchanged'}",
    }


def _outcome(outcomes: list[str], *, is_failed: bool, has_begun: bool) -> str:
    """Return the outcome of all messages. A failure before the role has a calendar is a fault of the variables."""
    if outcomes:
        return outcomes[0] if len(outcomes) == 1 else "partial"
    if not is_failed:
        return "unchanged"
    return "unknown" if has_begun else "invalid"
