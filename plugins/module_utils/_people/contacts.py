# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the people whom a user lists as recipients: their numbers, the events they want, and their quiet hours; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from .._core.errors import Faults, InputError
from .._core.structure import Fields, nonempty_text, one_of, plain_number, texts
from .._message import numbers
from .hours import Hours, read_hours

SEVERITIES = ("info", "warning", "critical")
"""From the least to the most severe."""

QUIET = ("drop", "defer")
"""What happens to an event in the quiet hours of a person."""

_KEYS = ("name", "number", "events", "severity", "hours", "quiet")


class Person(NamedTuple):
    """A recipient. Without ``events`` they want all of them, down to ``severity``; without ``hours``, at any time."""

    number: str
    name: str = ""
    events: tuple[str, ...] = ()
    severity: str = SEVERITIES[0]
    hours: Hours | None = None
    defers: bool = False

    @property
    def label(self) -> str:
        """The name, or else the number with most digits masked."""
        return self.name or numbers.mask(self._without_separators)

    @property
    def identity(self) -> str:
        """The digits of the number, however it is written; what is not a number stands for itself."""
        return numbers.digits(self._without_separators) or self.number.strip()

    @property
    def _without_separators(self) -> str:
        # People write these separators as well, the service never does.
        return self.number.replace(".", "").replace("/", "")

    def wants(self, event: str, severity: str) -> bool:
        """Return whether this person wants to be told of such an event at all."""
        if self.events and event not in self.events:
            return False
        return SEVERITIES.index(severity) >= SEVERITIES.index(self.severity)


def read_people(recipients: object, known_events: object, faults: Faults) -> tuple[Person, ...]:
    """Return the people of a list of numbers and dictionaries, or of a text of numbers with commas between.

    Every fault is noted. Everyone with a number is returned nevertheless, without the preferences that cannot be read,
    so that a caller who goes on in spite of faults tells too many people rather than no one.
    """
    if isinstance(recipients, str):
        recipients = [number.strip() for number in recipients.split(",")] if recipients.strip() else []
    if not isinstance(recipients, (list, tuple)):
        faults.add("the recipients must be a list of numbers and people, or a text of numbers with commas between")
        return ()
    known = faults.attempt(lambda: texts("known_events", known_events)) or ()
    people = [_read_person(f"recipient {number}", value, known, faults) for number, value in enumerate(recipients, 1)]
    return tuple(person for person in people if person is not None)


def _read_person(label: str, value: object, known_events: Sequence[str], faults: Faults) -> Person | None:
    """Return a person; None where there is no number."""
    if not isinstance(value, Mapping):
        number = faults.attempt(lambda: _read_number(label, value))
        return None if number is None else Person(number)
    name = Fields(value, faults, label).read_optional("name", nonempty_text, "")
    label = f"{label} ({name})" if name else label
    fields = Fields(value, faults, label)
    fields.refuse_unknown(_KEYS, "a person")
    number = faults.attempt(lambda: _read_number(label, fields.get("number")))
    person = Person(
        number or "",
        name,
        events=_read_events(fields, label, known_events, faults),
        severity=fields.read_or("severity", one_of(SEVERITIES), SEVERITIES[0]),
        hours=fields.read("hours", read_hours) if fields.get("hours") is not None else None,
        defers=fields.read_or("quiet", one_of(QUIET), QUIET[0]) == "defer",
    )
    return None if number is None else person


def _read_number(label: str, value: object) -> str:
    """Return a number as it was written; whether it is possible shows when it is sent to. Raises ``InputError``."""
    if value is None or value == "":
        raise InputError(f"{label} has no number")
    try:
        return numbers.text_of(plain_number(value))
    except numbers.NumberError as error:
        raise InputError(f"number of {label}: {error}") from error


def _read_events(fields: Fields, label: str, known_events: Sequence[str], faults: Faults) -> tuple[str, ...]:
    """Return the events that a person wants; an unknown one is noted and still returned."""
    value = fields.get("events")
    events: tuple[str, ...] = fields.read_optional("events", texts, ())
    if isinstance(value, (list, tuple, str)) and not value:
        faults.add(f"events of {label} is empty: leave it out for all events")
    unknown = [event for event in events if known_events and event not in known_events]
    if unknown:
        faults.add(f"events of {label} has {', '.join(map(repr, unknown))}; the events are {', '.join(known_events)}")
    return events
