# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wait for what happens in another process or thread, instead of sleeping."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE = 90.0
"""Seconds after which what was waited for will not come any more."""


def until(condition: Callable[[], T], what: str = "what the test waits for", seconds: float = PATIENCE) -> T:
    """Return the first true result of a condition. Raise ``TimeoutError`` with what it has waited for."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        result = condition()
        if result:
            return result
        time.sleep(0.02)
    raise TimeoutError(f"not within {seconds:.0f} s: {what}")
