# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hold the people whom a user knows: whom a name means, who is in a group, and whose a number is."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from .._core.errors import Faults
from .._core.notation import entries
from .._core.shown import shown
from .._message import numbers

if TYPE_CHECKING:
    from .person import Person

GROUP = "@"
"""What the name of a group has before it where a recipient is given."""

_NAMED = 5
"""Names that a sentence has at most."""

_MOST_FAULTS = 10
"""Faults of contacts that are named before the rest is counted."""

_ENDING = 4
"""Digits by which the contacts of a number are found without reading the numbers of all of them."""

_FORM = "contacts must be a list of people, each with name and number, or the path of a file with them"


class Contacts:
    """The contacts of a task. ``is_complete``: all that was given could be read."""

    def __init__(self, people: Iterable[Person] = (), *, is_complete: bool = True) -> None:
        """Take people, each with a name that no other of them has."""
        self.people = tuple(people)
        self._is_complete = is_complete
        self._by_name = {_key(person.name): person for person in self.people}
        self._groups: dict[str, tuple[str, list[Person]]] = {}
        for person in self.people:
            for group in person.groups:
                self._groups.setdefault(_key(group), (group, []))[1].append(person)

    def find(self, name: str) -> Person | None:
        """Return the contact of a name, in whichever case and form of Unicode; None where there is none."""
        return self._by_name.get(_key(name)) if self._by_name else None

    def members(self, group: str) -> tuple[Person, ...]:
        """Return the people of a group, in their order; no one where there is no such group."""
        _name, people = self._groups.get(_key(group), ("", ()))
        return tuple(people)

    def name_of(self, digits: str, region: str | None) -> str:
        """Return whose number this is, by its E.164 digits; empty where no contact has it."""
        candidates = self._by_ending.get(digits[-_ENDING:], ()) if digits else ()
        return next((person.name for person in candidates if _digits_of(person, region) == digits), "")

    @cached_property
    def _by_ending(self) -> Mapping[str, list[Person]]:
        people: dict[str, list[Person]] = {}
        for person in self.people:
            digits = "".join(character for character in person.number if character.isdigit())
            people.setdefault(digits[-_ENDING:], []).append(person)
        return people

    def unknown(self, name: str) -> str:
        """Return the sentence about a name that no contact has, or a group that no contact is in."""
        is_group = name.startswith(GROUP)
        kind = "group" if is_group else "contact"
        names = [GROUP + group for group, _people in self._groups.values()] if is_group else self._names
        quoted = f"'{shown(name)}'"
        if not self._is_complete:
            return f"there is no {kind} {quoted} among the contacts that could be read"
        if not self.people:
            instead = "" if is_group else "is not a phone number, and "
            return f"{quoted} {instead}has no contact: give contacts, or set VOIPSMS_CONTACTS, or write the number"
        other = self._of_other_kind(name)
        if other:
            return f"there is no {kind} {quoted}; did you mean the {other}?"
        if not names:
            return f"there is no {kind} {quoted}: no contact has groups"
        nearest = self.nearest(name, names)
        if nearest:
            return f"there is no {kind} {quoted}; did you mean {' or '.join(nearest)}?"
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        return f"there is no {kind} {quoted}; there are {', '.join(names[:_NAMED])}{more}"

    def _of_other_kind(self, name: str) -> str:
        """Return the group that a name without its sign is, or the contact that one with it is; empty for neither."""
        if name.startswith(GROUP):
            person = self.find(name[len(GROUP) :])
            return f"contact {person.name}" if person else ""
        group, _people = self._groups.get(_key(name), ("", ()))
        return f"group {GROUP}{group}" if group else ""

    def nearest(self, name: str, names: Iterable[str] | None = None) -> list[str]:
        """Return the names that are most like this one, the nearest first; none where none is near."""
        from difflib import get_close_matches  # noqa: PLC0415 - only a misspelled name needs it

        by_key = {_key(other): other for other in (self._names if names is None else names)}
        return [by_key[key] for key in get_close_matches(_key(name), by_key, n=3)]

    @property
    def _names(self) -> list[str]:
        return [person.name for person in self.people]


def read_contacts(value: object, faults: Faults) -> Contacts:
    """Return the contacts of a list, or of the file whose path is given; none of None and of an empty text.

    Faults are noted. The contacts that can be read are returned nevertheless. Raises ``MissingLibrary``.
    """
    own = Faults()
    people = own.attempt(lambda: _read_people(value, own)) or ()
    sentences = own.sentences
    faults.add(*sentences[:_MOST_FAULTS])
    if len(sentences) > _MOST_FAULTS:
        faults.add(f"contacts have {len(sentences) - _MOST_FAULTS} more faults")
    return Contacts(people, is_complete=not sentences)


def _read_people(value: object, faults: Faults) -> list[Person]:
    """Return the people with a name of their own. Raises ``InputError`` where nothing can be read at all."""
    if isinstance(value, str) and value.strip() and not value.lstrip().startswith(("[", "{")):
        from .contact_file import read_file  # noqa: PLC0415 - only a file of contacts needs it, and it loads csv

        labelled = read_file(value.strip())
    else:
        labelled = [(f"contact {index}", entry) for index, entry in enumerate(entries("contacts", value), 1) if entry]
    people: dict[str, tuple[str, Person]] = {}
    for label, entry in labelled:
        if not isinstance(entry, Mapping):
            faults.add(f"{label} is not a person: {_FORM}")
            continue
        person = person_of(label, entry, faults)
        key = _key(person.name)
        if not person.name:
            if entry.get("name") in (None, ""):
                faults.add(f"{label} has no name")
        elif key in people:
            faults.add(f"{label} has the name '{person.name}', which {people[key][0]} has already")
        else:
            people[key] = label, person
    return [person for _label, person in people.values()]


def person_of(label: str, entry: Mapping[object, object], faults: Faults, known_events: Sequence[str] = ()) -> Person:
    """Return a person as ``read_person`` does."""
    from .person import read_person  # noqa: PLC0415 - most tasks have numbers alone, and no person

    return read_person(label, entry, faults, known_events)


def described(person: Person, region: str | None) -> dict[str, object]:
    """Return a contact as the filter ``contacts`` does. Raises ``MissingLibrary``."""
    digits = _digits_of(person, region)
    return {
        "name": person.name,
        "number": person.number,
        "to": f"+{digits}" if digits else "",
        "groups": list(person.groups),
        "email": person.email,
        "language": person.language,
    }


def _digits_of(person: Person, region: str | None) -> str:
    """Return the E.164 digits of a person's number, empty where it is none."""
    try:
        return numbers.read(person.number, region)
    except numbers.NumberError:
        return ""


def _key(name: str) -> str:
    """Return what makes two names the same: neither case nor spaces, nor how an accent is written."""
    return unicodedata.normalize("NFC", " ".join(name.split())).casefold()
