# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read and write dates as the service's PHP does, without knowing clock or messages."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

_FORM = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})[ T](\d{2}):(\d{2})(?::(\d{2}))?(Z|[+-]\d{2}:\d{2})?",
    re.ASCII,
)
# The limits of PHP 8.2's parser for each part. Within them, a date that does not exist rolls over silently.
_HIGHEST = (9999, 12, 31, 24, 59, 60)


class DateError(ValueError):
    """A date that cannot be read. Its text is a sentence for people."""


def read(text: str, zone: tzinfo) -> datetime:
    """Read a ``delivery_date`` as PHP's ``strtotime`` does in the account's zone, and return it in UTC.

    Evidence: ``YYYY-MM-DD HH:MM`` and "any valid date format" are documented. That a date without an offset is wall
    time of the account is assumed. The behaviour of PHP 8.2 was measured for the forms that are read here: an hour
    that a clock change skips rolls forward, one that exists twice is the first (in zones west of Greenwich), and
    ``2027-02-30`` is the second of March.

    Raises DateError when PHP returns false, and for every form that the sandbox does not read.
    """
    match = _FORM.fullmatch(text)
    if match is None:
        raise DateError(
            f"Sandbox: it does not read the date '{text[:40]}', but YYYY-MM-DD HH:MM, with T instead of the space,"
            " seconds, and Z or an offset such as +01:00 if wanted"
        )
    parts = tuple(int(part or 0) for part in match.groups()[:6])
    if any(part > highest for part, highest in zip(parts, _HIGHEST)):
        raise DateError(f"'{text}' is not a date: PHP reads it as false")
    try:
        return _rolled(_zone_of(match.group(7), zone), *parts).astimezone(timezone.utc)
    except (ValueError, OverflowError) as error:
        raise DateError(f"'{text}' is outside the years that the Sandbox knows") from error


def write(instant: datetime, zone: tzinfo) -> str:
    """Return ``YYYY-MM-DD HH:MM:SS`` in the account's zone, the form of the documented answer."""
    return instant.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def named_zone(name: str) -> ZoneInfo:
    """Return the zone of an IANA name. Raises DateError when there is none of that name."""
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError) as error:
        raise DateError(f"'{name[:60]}' is not the name of a time zone, such as America/Chicago") from error


def instant(text: str) -> datetime:
    """Read an ISO 8601 date with Z or an offset, and return it in UTC. Raises DateError."""
    try:
        moment = datetime.fromisoformat(re.sub(r"[Zz]$", "+00:00", text.strip()))
    except ValueError as error:
        raise DateError(f"'{text[:40]}' is not a date such as 2026-12-01T10:00:00Z") from error
    if moment.tzinfo is None:
        raise DateError(f"'{text[:40]}' needs Z or an offset, such as 2026-12-01T10:00:00Z")
    try:
        return moment.astimezone(timezone.utc)
    except OverflowError as error:
        raise DateError(f"'{text[:40]}' is outside the years that the Sandbox knows") from error


def iso(moment: datetime) -> str:
    """Return ISO 8601 in UTC with a Z, to the millisecond, and without a fraction that is zero."""
    precision = "milliseconds" if moment.microsecond >= 1000 else "seconds"
    return moment.astimezone(timezone.utc).isoformat(timespec=precision).replace("+00:00", "Z")


def _rolled(zone: tzinfo, year: int, month: int, day: int, hour: int, minute: int, second: int) -> datetime:
    """Return the wall time with every part carried over: 30 February, the 24th hour, month 00 and day 00."""
    first = datetime(year, month, 1, tzinfo=zone) if month else datetime(year - 1, 12, 1, tzinfo=zone)
    return _as_php_chooses(first + timedelta(days=day - 1, hours=hour, minutes=minute, seconds=second))


def _as_php_chooses(wall: datetime) -> datetime:
    """Choose as PHP 8.2 does in an hour that exists twice: the first west of Greenwich, the second elsewhere.

    This was measured in all zones that have such an hour in 2026 and 2027. Out of a gap PHP goes forward everywhere,
    which is the meaning of ``fold=0``.
    """
    second = wall.replace(fold=1)
    after = second.utcoffset() or timedelta(0)
    exists_twice = (wall.utcoffset() or timedelta(0)) > after
    return second if exists_twice and after >= timedelta(0) else wall


def _zone_of(suffix: str | None, zone: tzinfo) -> tzinfo:
    if suffix is None:
        return zone
    if suffix == "Z":
        return timezone.utc
    size = timedelta(hours=int(suffix[1:3]), minutes=int(suffix[4:6]))
    return timezone(-size if suffix[0] == "-" else size)
