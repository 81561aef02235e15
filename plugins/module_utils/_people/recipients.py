# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read whom a list of recipients means: numbers, people, names of contacts, and groups with an @ before them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from .._core.address import HIDDEN, is_path
from .._core.errors import Faults, InputError
from .._core.notation import entries
from .._core.shown import plain_number, shown
from .._message import numbers
from .contacts import GROUP, Contacts, person_of

if TYPE_CHECKING:
    from .person import Person

CALENDAR = "calendar"
"""The key of a recipient that stands for the people on call. A person has it too, for their aliases."""

_OF_CALENDARS = (CALENDAR, "overrides")
_OF_PEOPLE = ("name", "number")
_LONGEST_GIVEN = 200
"""Characters of a recipient that a result repeats."""

_OF_NUMBERS = "+0123456789 ()-./"
"""Characters of which nearly all numbers consist."""


class Recipient(NamedTuple):
    """A recipient who can be sent to: the E.164 ``digits``, and the name where one was given."""

    digits: str
    name: str = ""


class Unread(NamedTuple):
    """A recipient who cannot be sent to: as they were given, their name where it is known, and why."""

    given: str
    name: str
    sentence: str


class Unresolved(NamedTuple):
    """A recipient in place of a calendar by which it is not known who is on call. ``faults``: why."""

    given: str
    faults: tuple[str, ...]


class Recipients(NamedTuple):
    """Whom a list of recipients means, in its order: each number once. ``repeated``: what it lists again, as given."""

    read: tuple[Recipient, ...] = ()
    repeated: tuple[str, ...] = ()
    faults: tuple[Unread, ...] = ()


class Mention(NamedTuple):
    """Whom an entry of the list leads to, or the ``faults`` for which it leads to no one (``number`` is None).

    ``person``: set where more may be known of them than name and number. ``before`` and ``after`` stand around the
    fault of a number. ``place`` is where the entry stands in the list, where a fault does not say so.
    """

    given: str
    number: str | None = None
    name: str = ""
    person: Person | None = None
    faults: tuple[str, ...] = ()
    before: str = ""
    after: str = ""
    place: str = ""
    is_in_group: bool = False

    @classmethod
    def of(cls, given: str, person: Person, faults: tuple[str, ...], before: str, place: str = "") -> Mention:
        """Return the mention of a person of whom more may be known."""
        return cls(given, person.number, person.name, person, faults, before, place=place)

    def read(self, region: str | None) -> Recipient | Unread:
        """Return the recipient, or why there is none."""
        if self.faults or self.number is None:
            return Unread(self.given, self.name, "; ".join(self.faults))
        try:
            return Recipient(numbers.read(self.number, region), self.name)
        except numbers.NumberError as error:
            return Unread(_as_given(self.number), self.name, f"{self.before}{error}{self.after}")


class Reading:
    """Reads the mentions of a list, one after the other; ``repeated``: what the list has again, as given."""

    def __init__(self, region: str | None) -> None:
        """Start with nothing read. ``region``: that of national numbers."""
        self.repeated: list[str] = []
        self._region = region
        self._unread: dict[tuple[str, str], Unread] = {}
        self._has_read = False
        self._direct: set[str] = set()

    def of(self, mention: Mention) -> Recipient | None:
        """Return the recipient; None where there is none, which is a fault."""
        result = mention.read(self._region)
        if isinstance(result, Unread):
            self._unread.setdefault((result.given, result.sentence), result)
            return None
        self._has_read = True
        if not mention.is_in_group:
            self.repeated += [mention.given] if result.digits in self._direct else []
            self._direct.add(result.digits)
        return result

    @property
    def faults(self) -> tuple[Unread, ...]:
        """Why some mentions have no recipient, each reason once; a list without any mention is a fault too."""
        if not self._has_read and not self._unread:
            return (Unread("", "", "there is no number to send to"),)
        return tuple(self._unread.values())


def is_calendar(entry: object) -> bool:
    """Return whether a recipient is a calendar, ``{calendar: ...}``, and not a person with aliases."""
    return isinstance(entry, Mapping) and CALENDAR in entry and not any(key in entry for key in _OF_PEOPLE)


def has_calendar(value: object) -> bool:
    """Return whether there is a calendar among recipients, in any notation of a list."""
    try:
        return any(is_calendar(entry) for entry in entries("", value))
    except InputError:
        return False


def without_addresses(value: object) -> object:
    """Return recipients, or steps of them, with ``HIDDEN`` in place of the addresses of calendars."""
    if isinstance(value, str):
        is_structure = value.lstrip().startswith(("[", "{")) and CALENDAR in value
        return HIDDEN if is_structure else value
    if isinstance(value, (list, tuple)):
        return [without_addresses(element) for element in value]
    if not isinstance(value, Mapping):
        return value
    hides = is_calendar(value)
    return {
        key: _without_address(element) if hides and key in _OF_CALENDARS else without_addresses(element)
        for key, element in value.items()
    }


def _without_address(value: object) -> object:
    if isinstance(value, (list, tuple)):
        return [_without_address(element) for element in value]
    return value if isinstance(value, str) and is_path(value) else HIDDEN


def read_recipients(name: str, value: object, contacts: Contacts, region: str | None) -> Recipients:
    """Return whom the option ``name`` means, and what of it cannot be read. Raises ``MissingLibrary``."""
    numbers.require()
    reading = Reading(region)
    read: dict[str, Recipient] = {}
    for mention in mentions_of(name, value, contacts):
        result = reading.of(mention)
        if result is not None and not read.setdefault(result.digits, result).name:
            read[result.digits] = result
    return Recipients(tuple(read.values()), tuple(reading.repeated), reading.faults)


def mentions_of(name: str, value: object, contacts: Contacts, known_events: Sequence[str] = ()) -> Iterator[Mention]:
    """Yield whom each entry of a list in any notation leads to, or why it leads to no one."""
    try:
        elements = entries(name, value)
    except InputError as error:
        yield Mention("", faults=error.faults)
        return
    for index, entry in enumerate(elements, 1):
        place = f"recipient {index}"
        if isinstance(entry, Unresolved):
            yield Mention(entry.given, faults=entry.faults)
            continue
        if isinstance(entry, Mapping):
            yield _person(place, entry, known_events)
            continue
        is_group = isinstance(entry, str) and entry.startswith(GROUP)
        if is_group:
            yield from _members(entry, contacts, f"{place}: ")
        else:
            yield _single(entry, contacts, f"{place}: ")


def _person(place: str, values: Mapping[object, object], known_events: Sequence[str]) -> Mention:
    """Return a person who stands in the list of recipients."""
    faults = Faults()
    person = person_of(place, values, faults, known_events)
    label = f"{place} ({person.name})" if person.name else place
    if not person.number and values.get("number") in (None, ""):
        faults.add(f"{label} has no number")
    given = _as_given(person.number) or person.name or place
    return Mention.of(given, person, faults.sentences, f"number of {label}: ")


def _members(entry: str, contacts: Contacts, place: str) -> Iterator[Mention]:
    """Yield the people of a group, those without a number as faults."""
    people = contacts.members(entry[len(GROUP) :])
    if not people:
        yield Mention(_as_given(entry), faults=(contacts.unknown(entry),), place=place)
    for person in people:
        yield _contact(person.name, person, place)._replace(is_in_group=True)


def _single(entry: object, contacts: Contacts, place: str) -> Mention:
    """Return the contact whose name this is, or else the number."""
    text = entry if isinstance(entry, str) else ""
    person = contacts.find(text) if text else None
    if person is not None:
        return _contact(text, person, place)
    if text[:1].isalpha():
        return Mention(_as_given(text), faults=(contacts.unknown(text),), place=place)
    try:
        number = numbers.text_of(plain_number(entry))
    except numbers.NumberError as error:
        return Mention(_as_given(entry), faults=(str(error),), place=place)
    if not number:
        return Mention("", faults=("'' has no digits",), place=place)
    # Such as '2nd line', which begins like a number and may have been meant as a name.
    has_letters = bool(text.strip(_OF_NUMBERS)) and any(character.isalpha() for character in text)
    nearest = contacts.nearest(text) if has_letters else []
    hint = f"; did you mean the contact {' or '.join(nearest)}?" if nearest else ""
    return Mention(_as_given(number), number, after=hint, place=place)


def _contact(given: str, person: Person, place: str) -> Mention:
    """Return a contact, who may have no number."""
    faults = () if person.number else (f"the contact {person.name} has no number",)
    return Mention.of(given, person, faults, f"number of {person.name}: ", place)


def _as_given(value: object) -> str:
    """Return a text as it was written, so that a task can find it again, unless it is very long."""
    is_short = isinstance(value, str) and len(value) <= _LONGEST_GIVEN
    return str(value) if is_short else shown(value[:_LONGEST_GIVEN] if isinstance(value, str) else plain_number(value))
