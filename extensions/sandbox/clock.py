# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox's clock: it runs at real speed from where it was set."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone

from ansible_collections.voip_communications.sms.extensions.sandbox.dates import DateError


def real_now() -> datetime:
    """The machine's time in UTC."""
    return datetime.now(timezone.utc)


class Clock:
    """The machine's time, shifted. `source` gives the machine's time; tests put their own in."""

    def __init__(self, shift: timedelta = timedelta(0), source: Callable[[], datetime] = real_now) -> None:
        self.shift = shift
        self._source = source

    def now(self) -> datetime:
        """The sandbox's time in UTC."""
        try:
            return self._source() + self.shift
        except OverflowError:
            # Set to the last hours of the year 9999 and left running: stay there.
            return datetime.max.replace(tzinfo=timezone.utc)

    def set(self, moment: datetime) -> None:
        """From here on the time is `moment` and what follows it."""
        self.shift = moment - self._source()

    def advance(self, seconds: float) -> None:
        """Move the clock by seconds, backward too. Raises DateError past the years that Python knows."""
        try:
            shift = self.shift + timedelta(seconds=seconds)
            self._source() + shift
        except (OverflowError, ValueError) as error:
            raise DateError(f"The clock cannot be moved by {seconds:g} seconds") from error
        self.shift = shift
