# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read dates that count from now on: a duration such as ``+2h``, or a wall time such as ``tomorrow 08:00``. Pure.

What such a date means changes with every minute, so a task resolves it once and remembers the result: see
``_schedule.binding``.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import NamedTuple, Optional

from .dates import DateError, DeliveryDate, at, instant_in, lead_fault, offset_of, quoted, zone

_DURATION = re.compile(
    r"\+ ?(?=\d)(?:(?P<weeks>\d{1,5}) ?w ?)?(?:(?P<days>\d{1,5}) ?d ?)?(?:(?P<hours>\d{1,6}) ?h ?)?"
    r"(?:(?P<minutes>\d{1,8}) ?m(?:in)?)?",
    re.ASCII,
)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY_NAMES = {"today": 0, "tomorrow": 1, **{name[:length]: None for name in _WEEKDAYS for length in (3, None)}}
"""Days from today by the name of a day; None where the day of the week decides."""

_WALL = re.compile(
    rf"(?P<day>{'|'.join(sorted(_DAY_NAMES, key=len, reverse=True))})"
    r"(?: {1,9}(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d))?(?: ?(?P<offset>[Zz]|[+-]\d\d(?::?\d\d)?))?)?",
    re.ASCII | re.IGNORECASE,
)
_MINUTE = dt.timedelta(minutes=1)
_NAMED_DAYS = 15
"""Days within which every day of the week comes twice: the first one may be too near."""


class WallTime(NamedTuple):
    """A wall time on a named day, in a zone (IANA name) or at an offset from UTC."""

    day: str
    hour: int
    minute: int
    timezone: str
    offset: dt.timedelta | None


class RelativeDate(NamedTuple):
    """A date that counts from now on. ``text``: as the task has it. One of ``duration`` and ``wall`` is set."""

    text: str
    account_timezone: str
    duration: Optional[dt.timedelta] = None
    wall: Optional[WallTime] = None

    @property
    def identity(self) -> str:
        """What two tasks have in common whose dates mean the same at every moment."""
        if self.wall is None:
            return f"+{self.duration}"
        place = self.wall.timezone if self.wall.offset is None else str(self.wall.offset)
        return f"{self.wall.day} {self.wall.hour:02}:{self.wall.minute:02} {place}"

    def resolved(self, now: dt.datetime, min_lead: int) -> DeliveryDate:
        """Return the date that this means at ``now``, which is aware.

        A duration ends with the minute in which it is over. A weekday is the next one on which the date lies
        ``min_lead`` minutes ahead; any other date may not lie ahead. Raises ``DateError``.
        """
        try:
            if self.wall is not None:
                return self._on_day(self.wall, now, min_lead)
            instant = now.astimezone(dt.timezone.utc) + (self.duration or dt.timedelta())
            rest = dt.timedelta(seconds=instant.second, microseconds=instant.microsecond)
            return at(instant - rest + _MINUTE if rest else instant, self.account_timezone)
        except OverflowError as error:
            raise DateError("delivery_date is beyond what can be computed") from error

    def _on_day(self, wall: WallTime, now: dt.datetime, min_lead: int) -> DeliveryDate:
        zone_info = zone(wall.timezone, "timezone") if wall.offset is None else dt.timezone(wall.offset)
        local = now.astimezone(zone_info).replace(tzinfo=None)
        time = dt.time(wall.hour, wall.minute)
        days_ahead = _DAY_NAMES[wall.day]
        if days_ahead is not None:
            return self._at(dt.datetime.combine(local + dt.timedelta(days=days_ahead), time), wall)
        days = (dt.datetime.combine(local + dt.timedelta(days=count), time) for count in range(_NAMED_DAYS))
        ahead = [day for day in days if _WEEKDAYS[day.weekday()].startswith(wall.day) and day > local]
        date = self._at(ahead[0], wall)
        return date if lead_fault(date, now, min_lead) is None else self._at(ahead[1], wall)

    def _at(self, moment: dt.datetime, wall: WallTime) -> DeliveryDate:
        """Return the date of naive wall time."""
        if wall.offset is not None:
            return at(
                moment.replace(tzinfo=dt.timezone(wall.offset)).astimezone(dt.timezone.utc), self.account_timezone
            )
        return at(instant_in(moment, wall.timezone), self.account_timezone)


def is_relative(value: object) -> bool:
    """Tell whether a date counts from now on."""
    text = value.strip() if isinstance(value, str) else ""
    return bool(_DURATION.fullmatch(text) or _WALL.fullmatch(text))


def read_relative(value: object, *, timezone: str | None = None, account_timezone: str | None = None) -> RelativeDate:
    """Return a date that counts from now on, as ``is_relative`` knows it.

    Wall time is of ``timezone``, or else of the account, unless it has an offset. Raises ``DateError``.
    """
    text = value.strip() if isinstance(value, str) else ""
    duration, wall = _DURATION.fullmatch(text), _WALL.fullmatch(text)
    if not account_timezone:
        raise DateError(
            f"{quoted(value)} counts from now on, but the service takes wall time of the account: set account_timezone"
        )
    if timezone:
        zone(timezone, "timezone")  # refused at once, with the other faults of the task
    if duration is not None:
        parts = {name: int(count or 0) for name, count in duration.groupdict().items()}
        return RelativeDate(text, account_timezone, duration=dt.timedelta(**parts))
    return RelativeDate(text, account_timezone, wall=_wall_time(wall, value, timezone or account_timezone))


def _wall_time(match: re.Match[str] | None, value: object, timezone: str) -> WallTime:
    """Return the wall time of a match of ``_WALL``. Raises ``DateError``, which quotes ``value``."""
    if match is None or match["hour"] is None:
        raise DateError(f"delivery_date {quoted(value)} has no hour: write it as tomorrow 08:00")
    hour, minute, second = (int(match[name] or 0) for name in ("hour", "minute", "second"))
    if hour > 23 or minute > 59:
        raise DateError(f"{quoted(value)} does not exist: hours end with 23, and minutes with 59")
    if second:
        raise DateError(f"{quoted(value)} has seconds, but the service delivers by the minute: write 00 or none")
    day = match["day"].lower()
    name = day if day in ("today", "tomorrow") else day[:3]
    return WallTime(name, hour, minute, timezone, offset_of(match["offset"], value))
