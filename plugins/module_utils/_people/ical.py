# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read calendars in iCalendar (RFC 5545), as services for being on call and programs for calendars export them.

The libraries do the reading. What is left to do here is what they leave open: times without a zone, zones that are not
known, and events that are written wrongly, each of which could hide a shift.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterable
from typing import Any, NamedTuple, Optional

from .._core.errors import InputError, MissingLibrary
from .._core.shown import shown
from .._message import dates
from .event_names import Attendee, readable

_OLDEST_PYTHON = (3, 10)
_MARGIN = dt.timedelta(days=2)
"""What is asked for around a span, since whole days and times without a zone are compared with it roughly."""

_TOO_OFTEN = frozenset({"SECONDLY", "MINUTELY"})
_MOST_TIMES_OF_DAY = 48
_MOST_NAMED = 3
_LENGTH = "X-VOIPSMS-SECONDS"
_DATES = ("DTSTART", "DTEND", "RECURRENCE-ID")


class Occurrence(NamedTuple):
    """One time of an event, from ``begin`` to before ``end``, both in UTC.

    ``zone`` is the IANA name of the zone in which the calendar writes it, empty where it has none.
    """

    begin: dt.datetime
    end: dt.datetime
    summary: str
    attendees: tuple[Attendee, ...] = ()
    zone: str = ""


class EventFeed:
    """The events of one calendar."""

    def __init__(self, label: str, parts: Iterable[Any], zone: str) -> None:
        """Take what a sentence calls the calendar, its parts, and the zone of whole days and times without a zone."""
        self._label = label
        self._parts = tuple(parts)
        self._zone = zone

    def between(self, begin: dt.datetime, end: dt.datetime) -> list[Occurrence]:
        """Return what lies at least partly between two aware instants, without what is cancelled or has no length.

        Raises ``InputError`` where an event cannot be read.
        """
        begin, end = (moment.astimezone(dt.timezone.utc) for moment in (begin, end))
        try:
            events = [event for part in self._parts for event in part.between(begin - _MARGIN, end + _MARGIN)]
        except Exception as error:  # noqa: BLE001 - the libraries raise nearly anything for what is written wrongly
            raise _unreadable(self._label, type(error).__name__) from None
        occurrences = [self._occurrence(event) for event in events]
        return [one for one in occurrences if one is not None and one.begin < end and one.end > begin]

    def _occurrence(self, event: Any) -> Optional[Occurrence]:
        """Return one time of an event; None where it does not take place."""
        if str(event.get("STATUS", "")).strip().upper() == "CANCELLED":
            return None
        summary = readable(str(event.get("SUMMARY", "")))
        try:
            start, stop = event["DTSTART"].dt, event["DTEND"].dt
            begin, end = self._instant(start), self._instant(stop)
            if _LENGTH in event:
                end = begin + dt.timedelta(seconds=int(event[_LENGTH]))
        except Exception as error:  # noqa: BLE001 - the libraries raise nearly anything for what is written wrongly
            raise _unreadable(self._label, f"'{shown(summary)}', {type(error).__name__}") from None
        return Occurrence(begin, end, summary, _attendees(event), self._zone_of(start)) if end > begin else None

    def _instant(self, value: dt.date) -> dt.datetime:
        """Return a date or time in UTC; without a zone it is in the one of the calendar."""
        if not isinstance(value, dt.datetime):
            value = dt.datetime(value.year, value.month, value.day)  # noqa: DTZ001 - it gets its zone below
        if value.tzinfo is None:
            value = value.replace(tzinfo=dates.zone(self._zone, "timezone"))
        return value.astimezone(dt.timezone.utc)

    def _zone_of(self, value: dt.date) -> str:
        return str(getattr(getattr(value, "tzinfo", None), "key", "")) or self._zone


def read_calendar(text: str, label: str, timezone: str = "") -> EventFeed:
    """Return the calendar of a text. ``label`` is what a sentence calls it.

    ``timezone`` is the IANA name of the zone of whole days and of times without a zone, where the calendar names none
    by itself. Raises ``InputError`` where anything of it cannot be read, and ``MissingLibrary``.
    """
    icalendar, recurring, standard = _libraries()
    try:
        roots = icalendar.Calendar.from_ical(text, multiple=True)
    except Exception:  # noqa: BLE001 - the library raises nearly anything for what is no calendar
        roots = []
    if not roots or any(root.name != "VCALENDAR" for root in roots):
        raise InputError(f"{label} is not a calendar in iCalendar")
    zone = next((str(root["X-WR-TIMEZONE"]).strip() for root in roots if root.get("X-WR-TIMEZONE")), "") or timezone
    events = [event for root in roots for event in root.walk("VEVENT")]
    _check(events, label, zone)
    if zone:
        dates.zone(zone, f"the zone of {label}")
    try:
        parts = [recurring.of(_with_lengths(standard(root)), components=("VEVENT",)) for root in roots]
    except Exception as error:  # noqa: BLE001 - the libraries raise nearly anything for what is written wrongly
        raise _unreadable(label, type(error).__name__) from None
    return EventFeed(label, parts, zone)


def _libraries() -> tuple[Any, Any, Any]:
    """Return icalendar, recurring_ical_events, and what turns the zone of a whole calendar into one of each event."""
    if sys.version_info < _OLDEST_PYTHON:
        raise InputError(
            f"calendars need Python 3.10 or newer, and this is {sys.version.split(maxsplit=1)[0]}: let the task run by"
            " a newer one, such as the one of ansible-playbook"
        )
    name = "icalendar"
    try:
        import icalendar  # noqa: PLC0415 - only calendars need it

        name = "recurring-ical-events"
        import recurring_ical_events  # noqa: PLC0415 - only calendars need it

        name = "x-wr-timezone"
        import x_wr_timezone  # noqa: PLC0415 - only calendars need it
    except ImportError as error:
        raise MissingLibrary(name, str(error)) from error
    return icalendar, recurring_ical_events, x_wr_timezone.to_standard


def _with_lengths(root: Any) -> Any:
    """Return a calendar that says of each event that lasts hours how many seconds they are.

    So many hours have passed at its end, over a clock change too; whole days end at the same time of day. The library
    adds both to the time of day.
    """
    for event in root.walk("VEVENT"):
        length = event["DURATION"].dt if "DURATION" in event else dt.timedelta(0)
        if length.seconds and isinstance(event["DTSTART"].dt, dt.datetime):
            event[_LENGTH] = str(int(length.total_seconds()))
    return root


def _check(events: Iterable[Any], label: str, zone: str) -> None:
    """Raise ``InputError`` for events that could be read in several ways, or not at all."""
    unreadable, zones, floating = [], [], []
    for event in events:
        summary = f"'{shown(readable(str(event.get('SUMMARY', ''))))}'"
        try:
            values = [event[name] for name in _DATES if name in event]
            naive = [value for value in values if getattr(value.dt, "tzinfo", None) is None]
            has_start, is_bad = "DTSTART" in event, bool(event.errors) or _repeats_wrongly(event)
        except Exception:  # noqa: BLE001 - the library raises nearly anything for what is written wrongly
            has_start, is_bad, naive = False, True, []
        unreadable += [summary] if is_bad or not has_start else []
        zones += [str(value.params["TZID"]) for value in naive if "TZID" in value.params]
        floating += [summary] if naive else []
    if unreadable:
        raise _unreadable(label, _some(unreadable))
    if zones:
        raise InputError(f"{label} has times in zones that are not known here: {_some(map(shown, zones))}")
    if floating and not zone:
        raise InputError(f"{label} has times without a zone, as of {_some(floating)}: set timezone, the zone they mean")


def _repeats_wrongly(event: Any) -> bool:
    """Return whether an event repeats by no rule, or so often that it is no shift, and would take long or for ever."""
    rules = event.get("RRULE", [])
    for rule in rules if isinstance(rules, list) else [rules]:
        times = len(rule.get("BYHOUR", [0])) * len(rule.get("BYMINUTE", [0])) * len(rule.get("BYSECOND", [0]))
        is_wrong = not rule.get("FREQ") or any(int(count) < 1 for count in rule.get("INTERVAL", []))
        if is_wrong or times > _MOST_TIMES_OF_DAY or _TOO_OFTEN.intersection(map(str, rule.get("FREQ", []))):
            return True
    return False


def _attendees(event: Any) -> tuple[Attendee, ...]:
    """Return who takes part in an event, without those who have declined, rooms, and who is only informed."""
    values = event.get("ATTENDEE", [])
    attendees = []
    for value in values if isinstance(values, list) else [values]:
        params = {str(name).upper(): str(value) for name, value in value.params.items()}
        is_there = params.get("PARTSTAT", "").upper() != "DECLINED" and params.get("ROLE", "").upper() != _INFORMED
        if is_there and params.get("CUTYPE", "").upper() not in _THINGS:
            scheme, colon, address = str(value).partition(":")
            is_address = bool(colon) and scheme.lower() == "mailto"
            attendees.append(Attendee(address.strip() if is_address else str(value).strip(), params.get("CN", "")))
    return tuple(attendees)


_INFORMED = "NON-PARTICIPANT"
_THINGS = frozenset({"ROOM", "RESOURCE"})


def _unreadable(label: str, what: str) -> InputError:
    return InputError(f"{label} has an event that cannot be read ({what}), which might be a shift")


def _some(texts: Iterable[str]) -> str:
    """Return the first texts, and how many more there are."""
    known = list(dict.fromkeys(texts))
    more = f" and {len(known) - _MOST_NAMED} more" if len(known) > _MOST_NAMED else ""
    return ", ".join(known[:_MOST_NAMED]) + more
