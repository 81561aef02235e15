# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Convert delivery dates, an instant or wall time in a zone, to the account's wall time, which the API takes.

The API takes ``YYYY-MM-DD HH:MM`` and names no zone (documented); the account has one (observed). The service reads
dates with PHP. PHP silently moves an hour that a clock change skips. Of an hour that exists twice, it takes the first
west of Greenwich and the second east of it (run on PHP 8.2 over every zone). Dates that PHP would change, or whose
meaning depends on this choice, are refused. Of the hours that exist twice, only the first, west of Greenwich, can be
sent.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, NamedTuple

from .._core.errors import VoipsmsError

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_DATE = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)[Tt ](?P<hour>\d\d):(?P<minute>\d\d)"
    r"(?::(?P<second>\d\d)(?:\.(?P<fraction>\d{1,9}))?)?"
    r"(?: ?(?P<offset>[Zz]|[+-]\d\d(?::?\d\d)?))?",
    re.ASCII,
)
_PARTS = ("year", "month", "day", "hour", "minute", "second")
LARGEST_OFFSET = dt.timedelta(hours=14)
"""The largest offset from UTC in use (Pacific/Kiritimati); anything beyond is a typing error."""

SMALLEST_OFFSET = dt.timedelta(hours=-12)
"""The smallest offset from UTC in use (Etc/GMT+12), where a date is over last."""

# Files of a zone database that are not IANA zones; those under right/ count leap seconds.
_NOT_ZONES = frozenset(("posix", "right", "localtime", "posixrules", "Factory"))
_MAX_QUOTED = 60

_FORM = (
    "write it in quotes as YYYY-MM-DD HH:MM, with an offset such as +01:00 or Z or without, or from now on, as +2h or"
    " tomorrow 08:00"
)
_WAYS_OUT = "choose another minute, or write it with the offset that is meant"


class DateError(VoipsmsError):
    """A message cannot be scheduled for this date; nothing was sent."""


class DeliveryDate(NamedTuple):
    """A date as it goes over the wire: ``YYYY-MM-DD HH:MM``, wall time of the account.

    ``instant`` is the same moment in UTC. It is None when ``account_timezone``, the name of the account's zone, is
    not known.
    """

    wire: str
    instant: dt.datetime | None
    account_timezone: str | None


def read(value: object, *, timezone: str | None = None, account_timezone: str | None = None) -> DeliveryDate:
    """Return the delivery date that a task asks for.

    A date with an offset is an instant, and ``timezone`` is ignored. Without one it is wall time in ``timezone``, or
    else of the account. Raises ``DateError``. Whether the date lies ahead is checked by ``lead_fault``.
    """
    wall, offset = _parsed(value)
    account = zone(account_timezone, "account_timezone") if account_timezone else None
    if offset is None and not timezone:
        instant = _instant(wall, account, account_timezone) if account else None
        return DeliveryDate(_written(wall), instant, account_timezone or None)
    if account is None:
        cause = "timezone is given" if offset is None else f"{quoted(value)} has an offset"
        raise DateError(f"{cause}, but the service takes wall time of the account: set account_timezone")
    if offset is None:
        instant = _instant(wall, zone(timezone or "", "timezone"), timezone)
    else:
        instant = _shifted(wall, offset).replace(tzinfo=dt.timezone.utc)
    return DeliveryDate(_account_wall(instant, account, account_timezone), instant, account_timezone)


def at(instant: dt.datetime, account_timezone: str) -> DeliveryDate:
    """Return the delivery date of an aware instant. Raises ``DateError``."""
    account = zone(account_timezone, "account_timezone")
    return DeliveryDate(_account_wall(instant, account, account_timezone), instant, account_timezone)


def instant_in(wall: dt.datetime, timezone: str) -> dt.datetime:
    """Return naive wall time of a zone in UTC. Raises ``DateError`` for a time that exists never or twice."""
    return _instant(wall, zone(timezone, "timezone"), timezone)


def lead_fault(date: DeliveryDate, now: dt.datetime, min_lead: int) -> str | None:
    """Return a sentence when the date is less than ``min_lead`` minutes after ``now``, which is aware, or else None.

    Where the account's zone is not known, this must hold in every zone of the world.
    """
    _least, most = _leads(date, now)
    complaint = _complaint(most, min_lead)
    if complaint is None:
        return None
    if date.instant is not None:
        return f"delivery_date {iso(date)} is {complaint}"
    return f"delivery_date {date.wire} is {complaint} in every zone of the world"


def lead_doubt(date: DeliveryDate, now: dt.datetime, min_lead: int) -> str | None:
    """Return a sentence when ``lead_fault`` could complain if it knew the account's zone, or else None."""
    least, most = _leads(date, now)
    complaint = _complaint(least, min_lead)
    if complaint is None or _complaint(most, min_lead) is not None:
        return None
    return (
        f"delivery_date {date.wire} may be {complaint}, since the account's zone is not known, and a message whose date"
        " is over may go out at once; set account_timezone"
    )


def iso(date: DeliveryDate) -> str | None:
    """Return the date in ISO 8601 with the account's offset, or None when its zone is not known."""
    if date.instant is None or not date.account_timezone:
        return None
    return date.instant.astimezone(zone(date.account_timezone, "account_timezone")).isoformat()


def from_echo(echo: object, account_timezone: str | None = None) -> DeliveryDate:
    """Read a date as the API writes it: ``YYYY-MM-DD HH:MM:SS`` (documented), seconds optional.

    Seconds other than 00 stay in ``wire``, so that it equals no date that was sent. Raises ``DateError``.
    """
    match = _DATE.fullmatch(echo) if isinstance(echo, str) else None
    if match is None or match["offset"] or match["fraction"]:
        raise DateError(f"the answer has {quoted(echo)} where a delivery date belongs")
    wall = _wall(match, echo)
    wire = _written(wall) if wall.second == 0 else wall.isoformat(sep=" ")
    if not account_timezone:
        return DeliveryDate(wire, None, None)
    try:
        account = zone(account_timezone, "account_timezone")
        instant = wall.replace(tzinfo=account, fold=_php_fold(wall, account)).astimezone(dt.timezone.utc)
    except OverflowError as error:
        raise DateError(f"the answer has {quoted(echo)} where a delivery date belongs") from error
    return DeliveryDate(wire, instant, account_timezone)


def logged(date: str | None, account_timezone: str) -> float | None:
    """Return a date of the message log, wall time of the account (assumed), in Unix seconds.

    Return None when it does not name exactly one moment: it is not written as observed, or lies in an hour that
    exists twice or never.
    """
    match = _DATE.fullmatch(date or "")
    if match is None or match["offset"]:
        return None
    try:
        account = zone(account_timezone, "account_timezone")
        return _instant(_wall(match, date), account, account_timezone).timestamp()
    except DateError:
        return None


def echo_matches(echo: object, date: DeliveryDate) -> bool:
    """Tell whether the API echoes the date that was sent; anything that is not a date matches nothing."""
    try:
        return from_echo(echo).wire == date.wire
    except DateError:
        return False


def zone(name: str, option: str) -> ZoneInfo:
    """Return the zone of an IANA name that the user gave in ``option``. Raises ``DateError``."""
    # Only tasks that name a zone need zone data, which is missing on small machines.
    import zoneinfo  # noqa: PLC0415 - loaded only for a task that names a zone

    try:
        if name.split("/", 1)[0] not in _NOT_ZONES:
            return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        # Also raised for a folder (America), a file that is not a zone, and a path that leads outside.
        pass
    raise DateError(
        f"{option} {quoted(name)} is not known here: use an IANA name such as Europe/Berlin, "
        "or install zone data (the system's package tzdata, or the Python package tzdata)"
    )


def _leads(date: DeliveryDate, now: dt.datetime) -> tuple[dt.timedelta, dt.timedelta]:
    """Return how far the date lies ahead of ``now`` at least and at most; both are equal where its zone is known."""
    if date.instant is not None:
        lead = date.instant - now
        return lead, lead
    lead_in_utc = dt.datetime.fromisoformat(date.wire).replace(tzinfo=dt.timezone.utc) - now
    return lead_in_utc - LARGEST_OFFSET, lead_in_utc - SMALLEST_OFFSET


def _complaint(lead: dt.timedelta, min_lead: int) -> str | None:
    """Return what is wrong with a date that lies so far ahead, or None."""
    if lead >= dt.timedelta(minutes=min_lead):
        return None
    return "in the past" if lead < dt.timedelta(0) else f"less than min_lead {min_lead} minutes ahead"


def _parsed(value: object) -> tuple[dt.datetime, dt.timedelta | None]:
    """Return the wall time to the minute, and its offset if it has one. Raises ``DateError``."""
    if isinstance(value, dt.datetime):
        # YAML turns unquoted dates into these. Ansible passes them to modules as text, to action plugins unchanged.
        return _whole_minute(value.replace(tzinfo=None), value), value.utcoffset()
    if isinstance(value, str):
        match = _DATE.fullmatch(value.strip())
        if match is not None:
            return _whole_minute(_wall(match, value), value), offset_of(match["offset"], value)
    if isinstance(value, (int, float)):
        hint = " (YAML reads 22:00 as a number of seconds)" if not isinstance(value, bool) else ""
        raise DateError(f"delivery_date is a number or a truth value, not a date{hint}: {_FORM}")
    if isinstance(value, dt.date) or (isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value.strip())):
        raise DateError(f"delivery_date {quoted(value)} has no hour: {_FORM}")
    raise DateError(f"delivery_date {quoted(value)} is not a date: {_FORM}")


def _wall(match: re.Match[str], value: object) -> dt.datetime:
    """Return the wall time of a match of ``_DATE``. Raises ``DateError``, which quotes ``value``."""
    year, month, day, hour, minute, second = (int(match[name] or 0) for name in _PARTS)
    fraction = 1 if (match["fraction"] or "").strip("0") else 0
    try:
        return dt.datetime(year, month, day, hour, minute, second, fraction)  # noqa: DTZ001 - wall time, no zone yet
    except ValueError as error:
        raise DateError(f"{quoted(value)} does not exist, and the service would silently take another date") from error


def offset_of(text: str | None, value: object) -> dt.timedelta | None:
    """Return an offset from UTC such as Z, +01, +0100 or +01:00, or None without one.

    Raises ``DateError``, which quotes ``value``.
    """
    if not text:
        return None
    if text in "Zz":
        return dt.timedelta(0)
    hours, minutes = int(text[1:3]), int(text[3:].lstrip(":") or 0)
    offset = dt.timedelta(hours=hours, minutes=minutes)
    if minutes > 59 or offset > LARGEST_OFFSET:
        raise DateError(f"{quoted(value)} has the offset {text}, which no place on earth has")
    return -offset if text[0] == "-" else offset


def _whole_minute(wall: dt.datetime, value: object) -> dt.datetime:
    """Return a wall time that has no seconds. Raises ``DateError``, which quotes ``value``."""
    if wall.second or wall.microsecond:
        raise DateError(f"{quoted(value)} has seconds, but the service delivers by the minute: write 00 or none")
    return wall


def _instant(wall: dt.datetime, zone_info: ZoneInfo, name: str | None) -> dt.datetime:
    """Return wall time of a zone in UTC. Raises ``DateError`` for a time that exists never or twice."""
    first, second = (_shifted(wall, _utcoffset(wall.replace(tzinfo=zone_info, fold=fold))) for fold in (0, 1))
    if first == second:
        return first.replace(tzinfo=dt.timezone.utc)
    if first > second:
        raise DateError(f"{_written(wall)} does not exist in {name}: the clocks are put forward over it; {_WAYS_OUT}")
    raise DateError(f"{_written(wall)} exists twice in {name}, since the clocks are put back then: {_WAYS_OUT}")


def _account_wall(instant: dt.datetime, account: ZoneInfo, name: str | None) -> str:
    """Return an instant as the account's wall time. Raises ``DateError`` when PHP would read it as another instant."""
    try:
        local = instant.astimezone(account)
    except OverflowError as error:
        raise DateError("delivery_date is beyond what can be computed") from error
    if local.fold or _php_fold(local, account):
        raise DateError(
            f"{_written(local)} exists twice in {name}, and the service cannot be told which of them is meant: "
            "choose another minute"
        )
    if local.second:
        raise DateError(f"{local.isoformat()} is not a whole minute in {name}")
    return _written(local)


def _php_fold(wall: dt.datetime, zone_info: ZoneInfo) -> int:
    """Return which of two equal wall times PHP takes: 0 for the first, 1 for the second; 0 when there is only one."""
    before, after = (_utcoffset(wall.replace(tzinfo=zone_info, fold=fold)) for fold in (0, 1))
    return 1 if before > after and before > dt.timedelta(0) else 0


def _utcoffset(moment: dt.datetime) -> dt.timedelta:
    return moment.utcoffset() or dt.timedelta(0)


def _shifted(wall: dt.datetime, offset: dt.timedelta) -> dt.datetime:
    """Return naive UTC of naive wall time with this offset. Raises ``DateError`` at both ends of the calendar."""
    try:
        return wall - offset
    except OverflowError as error:
        raise DateError("delivery_date is beyond what can be computed") from error


def _written(wall: dt.datetime) -> str:
    return wall.replace(tzinfo=None).isoformat(sep=" ", timespec="minutes")


def quoted(value: object) -> str:
    """Return a value for an error: text and dates quoted, escaped and shortened, others as the name of their type."""
    if isinstance(value, (dt.date, str)):
        text = str(value)
        return ascii(text if len(text) <= _MAX_QUOTED else text[:_MAX_QUOTED] + "...")
    return "null" if value is None else f"of type {type(value).__name__}"
