# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plan what people are told at the begin of their shift: until when they are on call, and who follows."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from typing import Any, NamedTuple

from .._core.duration import read_seconds
from .._core.errors import Faults
from .._core.structure import Fields, nonempty_text
from .._people.contacts import Contacts, read_contacts
from .._people.moment import spoken
from .._people.oncall import OnCall, Query, ask_calendars, read_query
from .._people.person import Person

USUAL_WITHIN = 12 * 3600.0
"""Seconds after the begin of a shift in which its owner is still told."""

LONGEST_WITHIN = 30 * 86400.0
"""The most seconds of ``within``: for so long it is remembered who was told."""

_QUERY = ("calendar", "overrides", "level", "timezone", "cache", "stale_for", "timeout")


class HandoverOptions(NamedTuple):
    """What a playbook is to do: whose shift begins by which calendars, and how they are told.

    ``name`` is what people are on call for, and ``msg`` a text of the user's own; both may be empty. ``within``:
    seconds.
    """

    query: Query
    contacts: Contacts
    name: str = ""
    msg: str = ""
    within: float = USUAL_WITHIN


class Letter(NamedTuple):
    """A text for the people whose shifts begin together; ``key`` names these shifts, and each person is told once."""

    key: str
    text: str
    people: tuple[Person, ...]

    @property
    def question_key(self) -> str:
        """The key of the question about this text, since a question with other people or words is another one."""
        content = "\n".join((self.text, *(person.identity for person in self.people)))
        return f"{self.key} {hashlib.sha256(content.encode()).hexdigest()[:12]}"

    @property
    def recipients(self) -> list[dict[str, str]]:
        """The people as recipients without preferences: the person on call is told so, at any hour."""
        return [{"name": person.name, "number": person.number} for person in self.people]


class HandoverPlan(NamedTuple):
    """The letters that are due; why this may not be all of them; warnings; and who is on call, in a sentence."""

    letters: tuple[Letter, ...]
    faults: tuple[str, ...]
    warnings: tuple[str, ...]
    state: str


def read_handover(values: Mapping[str, Any], faults: Faults) -> HandoverOptions:
    """Return the options of a handover; note every fault. Raises ``MissingLibrary``."""
    fields = Fields(values, faults)
    contacts = read_contacts(values.get("contacts"), faults)
    within = fields.read_optional("within", read_seconds, USUAL_WITHIN)
    if within > LONGEST_WITHIN:
        faults.add("within must be at most 30d, since after that it is forgotten who was told")
    return HandoverOptions(
        query=read_query({key: values[key] for key in _QUERY if key in values}, "", faults),
        contacts=contacts,
        name=fields.read_optional("name", nonempty_text, "").strip(),
        msg=fields.read_optional("msg", nonempty_text, ""),
        within=within,
    )


def plan_handover(options: HandoverOptions, now: dt.datetime) -> HandoverPlan:
    """Return who is to be told at an aware instant. Raises ``MissingLibrary``."""
    answer = ask_calendars(options.query, options.contacts, now)
    letters: dict[tuple[str, str], list[Person]] = {}
    for one in answer.people:
        since = one.turn.since
        if since is not None and (now - since).total_seconds() < options.within:
            key = f"handover {options.name + ' ' if options.name else ''}{since:%Y-%m-%dT%H:%MZ}"
            letters.setdefault((key, _text(options, one, since)), []).append(one.person)
    return HandoverPlan(
        tuple(Letter(key, text, tuple(people)) for (key, text), people in letters.items()),
        answer.faults,
        answer.warnings,
        "; ".join(f"{one.person.name} is on call{_until(options, one, now)}" for one in answer.people),
    )


def _text(options: HandoverOptions, one: OnCall, since: dt.datetime) -> str:
    """Return what a person is told: the user's text, or the usual one.

    It is the same whenever a run tells them, since another text would be another question.
    """
    until = spoken(one.turn.until, _zone(options, one), since) if one.turn.until is not None else ""
    followers = " and ".join(one.turn.followers)
    if options.msg:
        values = {"{name}": one.person.name, "{until}": until, "{next}": followers}
        text = options.msg
        for mark, value in values.items():
            text = text.replace(mark, value)
        return text
    what = f" for {options.name}" if options.name else ""
    return f"You are on call{what}{_until(options, one, since)}{f', then {followers}' if followers else ''}"


def _until(options: HandoverOptions, one: OnCall, seen_from: dt.datetime) -> str:
    return f" until {spoken(one.turn.until, _zone(options, one), seen_from)}" if one.turn.until is not None else ""


def _zone(options: HandoverOptions, one: OnCall) -> str:
    """Return the zone in which a person reads times: the one of their hours, or else of the calendar."""
    own = one.person.hours.zone if one.person.hours is not None else ""
    return own or options.query.timezone or one.turn.zone
