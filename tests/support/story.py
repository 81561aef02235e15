# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Print what happens in a test, and when."""

from __future__ import annotations

import time


class Story:
    """What has happened so far, as it is printed."""

    def __init__(self) -> None:
        self._begin = time.monotonic()

    def tell(self, what: str) -> None:
        """Print what has happened just now."""
        print(f"{time.monotonic() - self._begin:6.1f} s  {what}")
