# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module may do when it is run: return something, or raise it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.voip_communications.sms.plugins.module_utils._task.module import Run


def returning(**result: Any) -> Run:
    """Return a run that returns this result."""
    return lambda _params, _check_mode: result


def raising(error: BaseException) -> Run:
    """Return a run that raises this, and that holds options meanwhile, which an uncaught exception would show."""

    def run(params: Mapping[str, Any], _check_mode: bool) -> dict[str, Any]:
        held = dict(params)
        raise error if held else RuntimeError

    return run
