# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make the result of a playbook of what its role has left; pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_OF_A_PROCESS = frozenset({"rc", "module_stdout", "module_stderr"})
"""Keys of a result whose module was begun. A task whose options cannot be templated has none of them."""


def role_result(left: Mapping[str, Any], failure: Mapping[str, Any]) -> dict[str, Any]:
    """Return the result of a playbook whose work a role does.

    ``left`` is what the module has returned, and empty where the role did not come so far. ``failure`` is the result
    of the task that failed, if any: without a result of the module, of the check of the role's variables. The diff has
    been shown by the task of the role.
    """
    if "outcome" in left:
        return {name: value for name, value in left.items() if name != "diff"}
    if _OF_A_PROCESS.intersection(left):  # a module that returns no outcome has died
        return {"changed": False, **left, "outcome": "unknown", "failed": True}
    reason = left.get("msg") or failure.get("msg") or "the role has not come to its task"
    return {
        "outcome": "invalid",
        "failed": True,
        "changed": False,
        "msg": f"{reason}; nothing was sent or changed",
    }
