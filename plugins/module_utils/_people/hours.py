# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hours of the day in which somebody may be reached, and when they begin again; pure.

The date and the zone decide: where the clocks are changed a day has 23 or 25 hours, some wall times exist never and
some twice (see ``_dates``).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from .._core.errors import Faults, InputError
from .._message import dates

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

LEAD = dt.timedelta(minutes=2)
"""How far ahead a beginning is at least: voipsms_scheduled refuses less than a minute, and needs time to start."""

_KEYS = ("from", "to", "timezone")
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)
_DAY = 24 * 60
_MINUTE = dt.timedelta(minutes=1)
# A clock change may take out the hours of one day. This is a week, in minutes.
_LONGEST = 7 * _DAY


class Hours(NamedTuple):
    """From `begin` to before `end`, in minutes of the day; over midnight if the end is less. `zone` is an IANA name."""

    begin: int
    end: int
    zone: str

    def has(self, instant: dt.datetime) -> bool:
        """Whether an aware instant lies in these hours."""
        return self._has(instant.astimezone(self._where))

    def opening(self, after: dt.datetime, account_timezone: str = "") -> dt.datetime:
        """When they begin again, after an aware instant outside of them: a whole minute, in their zone.

        It is at least ``LEAD`` ahead, and one that voipsms_scheduled takes for an account in `account_timezone`, or
        else in their zone. A beginning that a clock change skips is the first minute after the change; one that exists
        twice is the first that is taken. Raises ``InputError`` when they do not begin.
        """
        where, account = self._where, account_timezone or self.zone
        first = _next_minute(after.astimezone(dt.timezone.utc) + LEAD)
        # A walk over the minutes has no special cases, where reckoning with clock changes has many.
        minutes = ((first + _MINUTE * number).astimezone(where) for number in range(_LONGEST))
        found = next((minute for minute in minutes if self._has(minute) and _is_taken(minute, account)), None)
        if found is None:
            raise InputError(f"the hours from {_clock(self.begin)} in {self.zone} do not begin within a week")
        return found

    def _has(self, local: dt.datetime) -> bool:
        minute = local.hour * 60 + local.minute
        if self.begin < self.end:
            return self.begin <= minute < self.end
        return minute >= self.begin or minute < self.end

    @property
    def _where(self) -> ZoneInfo:
        return dates.zone(self.zone, "timezone")


def read_hours(label: str, given: object) -> Hours:
    """Hours as somebody wrote them, `from` and `to` as HH:MM. Raises ``InputError`` with every fault."""
    if not isinstance(given, Mapping):
        raise InputError(f"hours of {label} must be a dictionary with {', '.join(_KEYS)}")
    faults = Faults()
    unknown = sorted(str(key) for key in given if key not in _KEYS)
    if unknown:
        faults.add(f"hours of {label} has the unknown {', '.join(unknown)}; it has {', '.join(_KEYS)}")
    begin = faults.attempt(lambda: _minutes(f"from in hours of {label}", given.get("from")))
    end = faults.attempt(lambda: _minutes(f"to in hours of {label}", given.get("to")))
    zone = faults.attempt(lambda: _zone(f"timezone in hours of {label}", given.get("timezone")))
    if begin is not None and begin == end:
        faults.add(f"hours of {label} begin when they end: leave hours out for the whole day")
    faults.raise_if_any()
    if begin is None or end is None or zone is None:  # the faults say why, so this line is never reached
        raise RuntimeError("hours without faults must be there")
    return Hours(begin, end, zone)


def _minutes(label: str, given: object) -> int:
    """A time of day in minutes."""
    match = _TIME.fullmatch(given.strip()) if isinstance(given, str) else None
    if match is not None:
        return int(match[1]) * 60 + int(match[2])
    if isinstance(given, int) and not isinstance(given, bool) and 0 <= given < _DAY:
        raise InputError(
            f"{label} is the number {int(given)}, which is what YAML makes of {_clock(given)} without quotes: "
            f'write "{_clock(given)}"'
        )
    raise InputError(f'{label} must be a time of day in quotes, from "00:00" to "23:59"')


def _zone(label: str, given: object) -> str:
    """The name of a zone that is known here."""
    if not isinstance(given, str) or not given:
        raise InputError(f"{label} must be an IANA name such as Europe/Berlin")
    dates.zone(given, label)
    return given


def _is_taken(instant: dt.datetime, account_timezone: str) -> bool:
    """Whether this can be written as wall time of the account: in an hour that exists twice, it may not."""
    try:
        dates.read(instant.isoformat(), account_timezone=account_timezone)
    except dates.DateError:
        return False
    return True


def _next_minute(instant: dt.datetime) -> dt.datetime:
    """The next whole minute, or this one."""
    whole = instant.replace(second=0, microsecond=0)
    return whole if whole == instant else whole + _MINUTE


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
