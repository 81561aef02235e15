# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the people whom a list of recipients means, with what they want to hear, and when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from .._core.errors import Faults
from .._core.structure import texts
from .._message import numbers
from .contacts import Contacts
from .person import Person
from .recipients import Reading, Unread, mentions_of


class Listeners(NamedTuple):
    """The people whom a list of recipients means, each with a number in E.164, those of several groups several times.

    ``faults``: who cannot be sent to. ``warnings``: the preferences that could not be read, of people who are told
    nevertheless. ``repeated``: what the list has again, as given.
    """

    people: tuple[Person, ...] = ()
    repeated: tuple[str, ...] = ()
    faults: tuple[Unread, ...] = ()
    warnings: tuple[str, ...] = ()


def read_listeners(
    name: str, value: object, contacts: Contacts, region: str | None, known_events: Sequence[str] = ()
) -> Listeners:
    """Return the people whom the option ``name`` means, with what they want to hear. Raises ``MissingLibrary``.

    People whose preferences cannot be read are told as if they had none. ``known_events``: what people in the list may
    want to hear of; empty for anything.
    """
    numbers.require()
    reading = Reading(region)
    people: list[Person] = []
    warnings: list[str] = []
    for mention in mentions_of(name, value, contacts, known_events):
        result = reading.of(mention._replace(faults=()) if mention.number else mention)
        if result is not None:
            warnings += [f"{mention.place}{fault}" for fault in mention.faults]
            number = f"+{result.digits}"
            people.append(mention.person._replace(number=number) if mention.person else Person(number))
    return Listeners(tuple(people), tuple(reading.repeated), reading.faults, tuple(dict.fromkeys(warnings)))


def read_people(
    recipients: object, contacts: Contacts, faults: Faults, known_events: object = None
) -> tuple[Person, ...]:
    """Return the people whom recipients mean, those of several groups several times. Every fault is noted.

    Everyone with a number is returned nevertheless, without the preferences that cannot be read, so that a caller who
    goes on in spite of faults tells too many people rather than no one.
    """
    if recipients is None:
        faults.add(
            "there are no recipients: recipients must be a list of numbers, people, names of contacts and groups"
        )
    known = faults.attempt(lambda: texts("known_events", known_events)) or ()
    people = []
    for mention in mentions_of("recipients", recipients, contacts, known):
        faults.add(*(f"{mention.place}{sentence}" for sentence in mention.faults))
        if mention.number:
            people.append(mention.person or Person(mention.number))
    return tuple(people)
