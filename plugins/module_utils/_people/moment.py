# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the moment that a user asks about, and write moments for people; pure."""

from __future__ import annotations

import datetime as dt
import re

from .._core.errors import InputError
from .._message import dates

# An offset as strftime writes it, +0100: Python 3.9 reads +01:00 only.
_SHORT_OFFSET = re.compile(r"([+-]\d\d)(\d\d)$", re.ASCII)
# Beyond these, dates or zones cannot be computed.
_YEARS = range(1971, 9000)
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_UTC = ("", "UTC", "Etc/UTC")
_WEEK = dt.timedelta(days=6)


def read_moment(name: str, value: object) -> dt.datetime:
    """Return an aware instant, from one or from ISO 8601 with an offset. Raises ``InputError``."""
    fault = InputError(f"{name} must be a date and time with an offset, such as 2026-11-23T08:00:00+01:00")
    moment = value
    if isinstance(value, str):
        try:
            moment = dt.datetime.fromisoformat(_SHORT_OFFSET.sub(r"\1:\2", value.strip().replace("Z", "+00:00")))
        except ValueError:
            raise fault from None
    if not isinstance(moment, dt.datetime) or moment.tzinfo is None or moment.year not in _YEARS:
        raise fault
    return moment


def local(moment: dt.datetime, zone: str) -> dt.datetime:
    """Return an aware instant as wall time of a zone; in UTC where there is none. Raises ``VoipsmsError``."""
    return moment.astimezone(dates.zone(zone, "timezone") if zone else dt.timezone.utc)


def spoken(moment: dt.datetime, zone: str, now: dt.datetime) -> str:
    """Return an instant as people say it in a zone: ``Fri 08:00``, with the date where it is a week or more away.

    Raises ``VoipsmsError`` for a zone that is not known.
    """
    there = local(moment, zone)
    # In English, whatever the locale of the machine is, as the rest of the text.
    date = "" if moment - now < _WEEK else f"{there.day} {_MONTHS[there.month - 1]} "
    return f"{_DAYS[there.weekday()]} {date}{there:%H:%M}" + (" UTC" if zone in _UTC else "")
