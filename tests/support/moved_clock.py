# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Move the wall clock of a sandbox and of everything that a controller starts, so that no test waits for it."""

from __future__ import annotations

import os
from pathlib import Path

from ansible_collections.voip_communications.sms.tests.support.playbook import COLLECTION, COLLECTIONS_PATH, Controller
from ansible_collections.voip_communications.sms.tests.support.sandbox import Sandbox

_READER = COLLECTION / "tests" / "support" / "clock"


class MovedClock:
    """One wall clock for the service and for every process of a controller; monotonic clocks know nothing of it."""

    def __init__(self, controller: Controller, sandbox: Sandbox, folder: Path) -> None:
        """Keep the clock's file in this folder; processes that are started from now on look at it."""
        self._sandbox = sandbox
        self._ahead = folder / "ahead"
        self._ahead.write_text("0", encoding="ascii")
        controller.environment["PYTHONPATH"] = f"{_READER}{os.pathsep}{COLLECTIONS_PATH}"
        controller.environment["CLOCK_AHEAD"] = str(self._ahead)

    def later(self, seconds: float) -> float:
        """Let time pass; return the seconds by which the clock is ahead now."""
        ahead = float(self._ahead.read_text(encoding="ascii")) + seconds
        self._ahead.write_text(str(ahead), encoding="ascii")
        self._sandbox.advance(seconds)
        return ahead
