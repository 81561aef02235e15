# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Limit how long a task may take and until when a request may begin. Reads the machine's clocks, nothing else."""

from __future__ import annotations

import time
from typing import Callable, NamedTuple


class Deadline:
    """The end of a whole task, with all its waiting, requests and searches. ``seconds`` is its total length."""

    def __init__(
        self,
        seconds: float,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Start counting now. ``monotonic`` and ``sleep`` replace those of ``time``."""
        self._monotonic = monotonic
        self._sleep = sleep
        self.seconds = seconds
        self._end = monotonic() + seconds

    def left(self) -> float:
        """Return the seconds that are left, never below 0."""
        return max(0.0, self._end - self._monotonic())

    def part(self, share: float) -> Deadline:
        """Return the deadline of a step that may take this share, from 0 to 1, of what is left now."""
        return Deadline(self.left() * share, monotonic=self._monotonic, sleep=self._sleep)

    def wait(self, seconds: float) -> bool:
        """Sleep, unless the deadline would have passed by then; return whether it slept."""
        if seconds >= self.left():
            return False
        self._sleep(seconds)
        return True


class Latest(NamedTuple):
    """The latest moment at which the first byte of a request may leave, by two clocks.

    The monotonic clock stops while a laptop sleeps, and the wall clock can be set back, so a request may begin only
    while both of them allow it.
    """

    monotonic: float
    wall: float

    @classmethod
    def within(cls, seconds: float) -> Latest:
        """Return the moment that is this many seconds from now."""
        return cls(monotonic=time.monotonic() + seconds, wall=time.time() + seconds)

    def permits(self) -> bool:
        """Return whether the first byte may leave now."""
        return time.monotonic() < self.monotonic and time.time() < self.wall
