# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one result of a maintenance window."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.voip_communications.sms.plugins.plugin_utils._window_result import window_result

SCHEDULED = {"outcome": "scheduled", "changed": True, "failed": False, "msg": "scheduled for 1 recipient"}
REFUSED = {"outcome": "refused", "changed": False, "failed": True, "msg": "refused for 1 recipient"}
FAILURE = {"failed": True, "msg": "One or more items failed"}


@pytest.mark.parametrize(
    ("window", "failure", "has_begun", "wanted"),
    [
        ({"results": [SCHEDULED]}, {}, True, ("scheduled", False, True, "window: scheduled")),
        ({"results": [SCHEDULED, REFUSED]}, FAILURE, True, ("partial", True, True, "refused for 1 recipient")),
        ({"results": []}, {}, True, ("unchanged", False, False, "window: unchanged")),
        ({"results": [], "told": ["+12812345678"]}, {}, True, ("unchanged", False, True, "window: unchanged")),
        ({}, FAILURE, False, ("invalid", True, False, "One or more items failed")),
        ({}, FAILURE, True, ("unknown", True, False, "One or more items failed")),
    ],
)
def test_the_result(window: dict[str, Any], failure: dict[str, Any], has_begun: bool, wanted: tuple[Any, ...]) -> None:
    result = window_result("window", window, failure, has_begun=has_begun)
    assert tuple(result[key] for key in ("outcome", "failed", "changed", "msg")) == wanted
    assert window.items() <= result.items()
