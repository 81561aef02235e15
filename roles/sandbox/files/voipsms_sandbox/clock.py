# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep the sandbox's clock, which runs at real speed from the time it was set to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone

from .dates import DateError


def real_now() -> datetime:
    """Return the machine's time in UTC."""
    return datetime.now(timezone.utc)


class Clock:
    """The machine's time, shifted. ``source`` returns the machine's time; tests pass one of their own."""

    def __init__(self, shift: timedelta = timedelta(0), source: Callable[[], datetime] = real_now) -> None:
        self.shift = shift
        self._source = source

    def now(self) -> datetime:
        """Return the sandbox's time in UTC."""
        try:
            return self._source() + self.shift
        except OverflowError:
            # The clock was set to the end of the year 9999 and has run on.
            return datetime.max.replace(tzinfo=timezone.utc)

    def set(self, moment: datetime) -> None:
        """Set the time to ``moment``. It runs on from there."""
        self.shift = moment - self._source()

    def advance(self, seconds: float) -> None:
        """Move the clock by seconds, also backward. Raises DateError when the year leaves the range of Python."""
        try:
            shift = self.shift + timedelta(seconds=seconds)
            self._source() + shift
        except (OverflowError, ValueError) as error:
            raise DateError(f"The clock cannot be moved by {seconds:g} seconds") from error
        self.shift = shift
