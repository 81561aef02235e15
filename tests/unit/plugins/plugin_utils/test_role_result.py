# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one result of a playbook whose work a role does."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.voip_communications.sms.plugins.plugin_utils._role_result import role_result

SCHEDULED = {"outcome": "scheduled", "changed": True, "failed": False, "msg": "scheduled for 1 recipient", "told": []}
PARTIAL = {**SCHEDULED, "outcome": "partial", "failed": True}
DEAD = {"failed": True, "msg": "MODULE FAILURE", "rc": -9}
FAILURE = {"failed": True, "msg": "missing required arguments: maintenance_window_end"}
INVALID = {
    "outcome": "invalid",
    "failed": True,
    "changed": False,
    "msg": f"{FAILURE['msg']}; nothing was sent or changed",
}


@pytest.mark.parametrize(
    ("left", "failure", "wanted"),
    [
        (SCHEDULED, {}, SCHEDULED),
        (PARTIAL, PARTIAL, PARTIAL),
        ({**SCHEDULED, "diff": {"before": "", "after": "begins"}}, {}, SCHEDULED),  # the task of the role has shown it
        (DEAD, DEAD, {**DEAD, "outcome": "unknown", "changed": False}),
        ({}, FAILURE, INVALID),
        (FAILURE, FAILURE, INVALID),
    ],
)
def test_a_result_says_what_is_known_of_a_task_that_has_failed(
    left: dict[str, Any], failure: dict[str, Any], wanted: dict[str, Any]
) -> None:
    assert role_result(left, failure) == wanted
