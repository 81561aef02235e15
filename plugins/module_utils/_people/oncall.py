# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell which contacts are on call at a moment, by several calendars.

Silence is the worst result. So a gap, an event that names no contact, and a calendar that cannot be read are faults,
beside which the people who are known are still returned.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple, Optional

from .._core.duration import read_seconds
from .._core.errors import Faults, InputError
from .._core.notation import entries
from .._core.shown import shown
from .._core.structure import Fields, nonempty_text, truth, whole_number
from .._message import dates
from .calendar_source import USUAL_STALE_FOR, USUAL_TIMEOUT, SourceOptions, label_of, load
from .contacts import Contacts
from .event_names import EventNames, level_of
from .ical import EventFeed, Occurrence, read_calendar
from .moment import local
from .person import Person
from .rota import Rota, Shift, Turn

KEYS = ("calendar", "overrides", "level", "next", "timezone", "cache", "stale_for", "timeout")
"""What a query can have. The fallback is left to the caller, who knows what recipients may be."""

_MOST_CALENDARS = 20
_LONGEST_TIMEOUT = 120.0
_LEVELS = whole_number(0, 9)


class Query(NamedTuple):
    """What is asked of which calendars: who is on call, or with ``is_next`` who follows them.

    ``calendars`` and ``overrides`` are paths of files and addresses. With a ``level``, others do not count.
    ``timezone``: the zone of whole days and of times without a zone, where a calendar names none.
    """

    calendars: tuple[str, ...]
    overrides: tuple[str, ...] = ()
    level: Optional[int] = None
    is_next: bool = False
    timezone: str = ""
    source: SourceOptions = SourceOptions()


class OnCall(NamedTuple):
    """A contact who is on call, and their turn."""

    person: Person
    turn: Turn

    def as_dict(self) -> dict[str, Any]:
        """Return the person as recipients are written, with what is known of their turn."""
        turn = self.turn
        return {
            **as_written(self.person),
            "since": _iso(turn.since, turn.zone),
            "until": _iso(turn.until, turn.zone),
            "level": turn.level,
            "next": list(turn.followers),
        }


class Answer(NamedTuple):
    """Who is on call; a sentence for each reason why this may not be all of them; and warnings about calendars."""

    people: tuple[OnCall, ...]
    faults: tuple[str, ...]
    warnings: tuple[str, ...] = ()


def read_query(values: Mapping[Any, object], label: str, faults: Faults) -> Query:
    """Return a query as a user wrote it; note every fault. ``label`` is what a sentence calls it, or empty."""
    fields = Fields(values, faults, label)
    calendars = fields.read("calendar", _read_terms)
    if calendars == ():
        faults.add(f"{label or 'the lookup'} has no calendar: give the path of a file, or an address")
    return Query(
        calendars=calendars or (),
        overrides=fields.read_optional("overrides", _read_terms, ()),
        level=fields.read("level", _LEVELS) if fields.get("level") is not None else None,
        is_next=fields.read_optional("next", truth, False),
        timezone=fields.read_optional("timezone", _read_zone, ""),
        source=SourceOptions(
            cache=fields.read_optional("cache", nonempty_text, ""),
            stale_for=fields.read_optional("stale_for", read_seconds, USUAL_STALE_FOR),
            timeout=fields.read_optional("timeout", _read_timeout, USUAL_TIMEOUT),
        ),
    )


def ask_calendars(query: Query, contacts: Contacts, at: dt.datetime) -> Answer:
    """Return who is on call at an aware instant. Raises ``MissingLibrary``."""
    faults, warnings = Faults(), list[str]()
    calendars = [
        (calendar, is_override)
        for terms, kind, is_override in ((query.calendars, "calendar", False), (query.overrides, "override", True))
        for number, term in enumerate(terms, 1)
        for calendar in _loaded(term, label_of(term, kind, number), query, faults, warnings)
    ]
    people = find_people(calendars, query, contacts, at, faults)
    return Answer(people, faults.sentences, tuple(warnings))


def find_people(
    calendars: Sequence[tuple[EventFeed, bool]], query: Query, contacts: Contacts, at: dt.datetime, faults: Faults
) -> tuple[OnCall, ...]:
    """Return who is on call by calendars, each with whether it overrides; note why that may not be all of them."""
    shifts = partial(_shifts, calendars, EventNames(contacts.people), faults)
    rota = Rota(shifts, at, query.level)
    if query.is_next:
        change = rota.next_change()
        if change is None:
            faults.add(*([] if faults.sentences else ["no one follows, as far as the calendars say"]))
            return ()
        rota = Rota(shifts, change, query.level)
    current = rota.on_call()
    faults.add(*(f"{shift.label}, which names no contact" for shift in current if not shift.names))
    if not current and not faults.sentences:
        faults.add(f"no one is on call at {local(rota.at, query.timezone).isoformat(timespec='minutes')}")
    turns = ((contacts.find(turn.name), turn) for turn in rota.turns())
    return tuple(OnCall(person, turn) for person, turn in turns if person is not None)


def as_written(person: Person) -> dict[str, Any]:
    """Return a person as recipients are written; what they do not have is left out."""
    values = {
        "name": person.name,
        "number": person.number,
        "groups": list(person.groups),
        "email": person.email,
        "calendar": list(person.calendar),
        "events": list(person.events),
        "severity": person.severity,
        "hours": person.hours.as_written() if person.hours is not None else None,
        "quiet": "defer" if person.defers else "drop",
        "language": person.language,
    }
    return {key: value for key, value in values.items() if value or key == "number"}


def _loaded(term: str, label: str, query: Query, faults: Faults, warnings: list[str]) -> list[EventFeed]:
    """Return one calendar, or none where it cannot be read."""
    loaded = faults.attempt(
        lambda: load(term, label, query.source, lambda text: read_calendar(text, label, query.timezone))
    )
    if loaded is None:
        return []
    calendar, warning = loaded
    warnings += [warning] if warning else []
    return [calendar]


def _shifts(
    calendars: Sequence[tuple[EventFeed, bool]],
    names: EventNames,
    faults: Faults,
    begin: dt.datetime,
    end: dt.datetime,
) -> list[Shift]:
    """Return the shifts of all calendars between two instants, without a calendar that cannot be read."""
    return [
        _shift(occurrence, names, is_override)
        for calendar, is_override in calendars
        for occurrence in faults.attempt(partial(calendar.between, begin, end)) or ()
    ]


def _shift(occurrence: Occurrence, names: EventNames, is_override: bool) -> Shift:
    people = names.find(occurrence.summary, occurrence.attendees)
    return Shift(
        occurrence.begin,
        occurrence.end,
        tuple(person.name for person in people),
        level_of(occurrence.summary) or 0,
        is_override,
        f"there is the event '{shown(occurrence.summary)}'",
        occurrence.zone,
    )


def _read_terms(name: str, value: object) -> tuple[str, ...]:
    """Return paths and addresses. A text is one of them, since addresses may have commas. Raises ``InputError``."""
    if isinstance(value, str) and not value.lstrip().startswith("["):
        terms: list[Any] = [value.strip()]
    else:
        terms = entries(name, value)
    if not all(isinstance(term, str) and term for term in terms):
        raise InputError(f"{name} must be the paths or addresses of calendars")
    if len(terms) > _MOST_CALENDARS:
        raise InputError(f"{name} has {len(terms)} calendars, more than the {_MOST_CALENDARS} that are read")
    return tuple(dict.fromkeys(terms))


def _read_zone(name: str, value: object) -> str:
    zone = nonempty_text(name, value)
    dates.zone(zone, name)
    return zone


def _read_timeout(name: str, value: object) -> float:
    seconds = read_seconds(name, value)
    if not 1 <= seconds <= _LONGEST_TIMEOUT:
        raise InputError(f"{name} must be from 1 to {_LONGEST_TIMEOUT:.0f} seconds")
    return seconds


def _iso(moment: Optional[dt.datetime], zone: str) -> str:
    return local(moment, zone).isoformat(timespec="minutes") if moment is not None else ""
