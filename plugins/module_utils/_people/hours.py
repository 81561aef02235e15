# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell in which hours of the day a person may be reached, and when those hours begin again; pure.

The date and the zone decide: where the clocks are changed a day has 23 or 25 hours, some wall times never exist and
some exist twice (see ``_message.dates``).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from .._core.errors import Faults, InputError
from .._core.structure import Fields
from .._message import dates

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

LEAD = dt.timedelta(minutes=2)
"""How far ahead a beginning is at least: voipsms_scheduled refuses less than a minute, and needs time to start."""

_KEYS = ("from", "to", "timezone")
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)
# Such as a cell of a spreadsheet: 08:00-22:00 Europe/Berlin
_AS_TEXT = re.compile(r"(\d{1,2}:\d\d) ?[-\u2013] ?(\d{1,2}:\d\d) (\S{1,64})", re.ASCII)
_DAY = 24 * 60
_MINUTE = dt.timedelta(minutes=1)
# A clock change may take out the hours of one day. This is a week, in minutes.
_LONGEST = 7 * _DAY


class Hours(NamedTuple):
    """The hours from ``begin`` to before ``end``, in minutes of the day; ``zone`` is an IANA name.

    They go on over midnight if the end is less than the beginning.
    """

    begin: int
    end: int
    zone: str

    def contains(self, instant: dt.datetime) -> bool:
        """Return whether an aware instant lies in these hours."""
        return self._contains_wall_time(instant.astimezone(self._zone_info))

    def surround(self, instant: dt.datetime, margin: dt.timedelta) -> bool:
        """Return whether all minutes around an aware instant lie in these hours, from ``margin`` before to after it."""
        minutes = range(-(margin // _MINUTE), margin // _MINUTE + 1)
        return all(self.contains(instant + number * _MINUTE) for number in minutes)

    def as_written(self) -> dict[str, str]:
        """Return the hours as a user writes them."""
        return dict(zip(_KEYS, (_clock(self.begin), _clock(self.end), self.zone)))

    def opening(self, after: dt.datetime, account_timezone: str = "") -> dt.datetime:
        """Return when they begin again, after an aware instant outside of them: a whole minute, in their zone.

        The result is at least ``LEAD`` ahead, and a date that voipsms_scheduled accepts for an account in
        ``account_timezone``, or else in their zone. Where a clock change skips the beginning, this is the first minute
        after the change; where the beginning exists twice, the first that is accepted. Raises ``InputError`` when they
        do not begin within a week.
        """
        zone, account = self._zone_info, account_timezone or self.zone
        first = _next_minute(after.astimezone(dt.timezone.utc) + LEAD)
        # A walk over the minutes has no special cases, where arithmetic with clock changes has many.
        minutes = ((first + _MINUTE * number).astimezone(zone) for number in range(_LONGEST))
        for minute in minutes:
            if self._contains_wall_time(minute) and _is_accepted(minute, account):
                return minute
        raise InputError(f"the hours from {_clock(self.begin)} in {self.zone} do not begin within a week")

    def _contains_wall_time(self, local: dt.datetime) -> bool:
        minute = local.hour * 60 + local.minute
        if self.begin < self.end:
            return self.begin <= minute < self.end
        return minute >= self.begin or minute < self.end

    @property
    def _zone_info(self) -> ZoneInfo:
        return dates.zone(self.zone, "timezone")


def read_hours(name: str, value: object) -> Hours:
    """Return hours as a person wrote them, ``from`` and ``to`` as HH:MM. Raises ``InputError`` with every fault.

    ``name`` is what the hours are called in a sentence, such as ``hours of recipient 1``. They may be one text, as in a
    table.
    """
    match = _AS_TEXT.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is not None:
        value = dict(zip(_KEYS, match.groups()))
    if not isinstance(value, Mapping):
        raise InputError(
            f"{name} must be a dictionary with {', '.join(_KEYS)}, or a text such as 08:00-22:00 Europe/Berlin"
        )
    faults = Faults()
    fields = Fields(value, faults, name, joint=" in ")
    fields.refuse_unknown(_KEYS, "it")
    begin = fields.read("from", _read_minutes)
    end = fields.read("to", _read_minutes)
    zone = fields.read("timezone", _read_zone)
    if begin is not None and begin == end:
        faults.add(f"{name} begin when they end: leave hours out for the whole day")
    return Hours(faults.checked(begin), faults.checked(end), faults.checked(zone))


def _read_minutes(name: str, value: object) -> int:
    """Return a time of day in minutes. Raises ``InputError``."""
    match = _TIME.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is not None:
        return int(match[1]) * 60 + int(match[2])
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _DAY:
        raise InputError(
            f"{name} is the number {int(value)}, which is what YAML makes of {_clock(value)} without quotes: "
            f'write "{_clock(value)}"'
        )
    raise InputError(f'{name} must be a time of day in quotes, from "00:00" to "23:59"')


def _read_zone(name: str, value: object) -> str:
    """Return the name of a zone that is known here. Raises ``InputError`` or ``DateError``."""
    if not isinstance(value, str) or not value:
        raise InputError(f"{name} must be an IANA name such as Europe/Berlin")
    dates.zone(value, name)
    return value


def _is_accepted(instant: dt.datetime, account_timezone: str) -> bool:
    """Return whether an instant can be written as wall time of the account; an hour that exists twice prevents it."""
    try:
        dates.read(instant.isoformat(), account_timezone=account_timezone)
    except dates.DateError:
        return False
    return True


def _next_minute(instant: dt.datetime) -> dt.datetime:
    """Return the whole minute at an instant, or else the next one."""
    whole = instant.replace(second=0, microsecond=0)
    return whole if whole == instant else whole + _MINUTE


def _clock(minutes: int) -> str:
    """Return minutes of the day as HH:MM."""
    return f"{minutes // 60:02}:{minutes % 60:02}"
