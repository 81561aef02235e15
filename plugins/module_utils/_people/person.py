# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read a person as a user wrote them: name and number, groups, the events they want, and their quiet hours; pure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from .._core.errors import Faults, InputError
from .._core.shown import plain_number, shown
from .._core.structure import Fields, nonempty_text, one_of, texts
from .._message import numbers
from .._message.display import is_printable
from .contacts import GROUP

if TYPE_CHECKING:
    from .hours import Hours

SEVERITIES = ("info", "warning", "critical")
"""From the least to the most severe."""

QUIET = ("drop", "defer")
"""What happens to an event in the quiet hours of a person."""

KEYS = (
    "name",
    "number",
    "groups",
    "email",
    "calendar",
    "events",
    "severity",
    "hours",
    "quiet",
    "language",
)
"""What a person can have."""

ON_CALL_KEYS = ("since", "until", "level", "next")
"""What the lookup ``oncall`` adds to a person, and nothing else reads."""

_SEVERITY, _QUIET = one_of(SEVERITIES), one_of(QUIET)
_LONGEST_NAME = 200
_OTHER_WORDS_FOR_NUMBER = frozenset({"phone", "tel", "telephone", "mobile", "cell", "msisdn", "to", "phone_number"})
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}", re.ASCII)
# Excel writes a long number without its plus in this way.
_EXPONENT = re.compile(r"\d[.,]\d{1,20}E\+\d{1,3}", re.ASCII | re.IGNORECASE)


class Person(NamedTuple):
    """A person. Without ``events`` they want all of them, down to ``severity``; without ``hours``, at any time.

    ``number`` is as it was written, and may be empty in a list of contacts. ``email`` and ``calendar`` are what a
    calendar knows them by; ``language`` is the one they read, as a tag such as ``de``.
    """

    number: str
    name: str = ""
    groups: tuple[str, ...] = ()
    email: str = ""
    calendar: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    severity: str = SEVERITIES[0]
    hours: Hours | None = None
    defers: bool = False
    language: str = ""

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

    def may_be_deferred_near(self, instant: dt.datetime, margin: dt.timedelta) -> bool:
        """Return whether they are told later at an aware instant, or are so at one that is nearer than ``margin``."""
        return self.defers and self.hours is not None and not self.hours.surround(instant, margin)

    def wants(self, event: str, severity: str) -> bool:
        """Return whether this person wants to be told of such an event at all."""
        if self.events and event not in self.events:
            return False
        return SEVERITIES.index(severity) >= SEVERITIES.index(self.severity)


def read_person(
    label: str, values: Mapping[object, object], faults: Faults, known_events: Sequence[str] = ()
) -> Person:
    """Return a person, without what cannot be read: each fault of it is noted, with ``label`` for the person.

    Whether the number is possible shows when it is sent to. It is empty where there is none that can be read.
    """
    name = Fields(values, faults, label).read_optional("name", _read_name, "")
    label = f"{label} ({name})" if name else label
    fields = Fields(values, faults, label)
    unknown = fields.unknown(KEYS)
    if unknown:
        fields.refuse_unknown((*KEYS, *(key for key in ON_CALL_KEYS if fields.has(key))), "a person")
    if not fields.has("number") and _OTHER_WORDS_FOR_NUMBER.intersection(unknown):
        faults.add(f"the number of {label} must be called number")
    return Person(
        fields.read_optional("number", _read_number, ""),
        name,
        groups=fields.read_optional("groups", _read_groups, ()),
        email=fields.read_optional("email", _read_email, ""),
        calendar=fields.read_optional("calendar", texts, ()),
        events=_read_events(fields, label, known_events, faults),
        severity=fields.read_or("severity", _SEVERITY, SEVERITIES[0]),
        hours=fields.read("hours", _read_hours) if fields.get("hours") is not None else None,
        defers=fields.read_or("quiet", _QUIET, QUIET[0]) == "defer",
        language=fields.read_optional("language", _read_language, ""),
    )


def _read_hours(name: str, value: object) -> Hours:
    """Return the hours of a person. Raises ``InputError``."""
    from .hours import read_hours  # noqa: PLC0415 - only hours need it, and it loads zones

    return read_hours(name, value)


def _read_name(name: str, value: object) -> str:
    """Return a name that does not look like a number or a group. Raises ``InputError``."""
    text = " ".join(nonempty_text(name, value).split())
    if not is_printable(text) or len(text) > _LONGEST_NAME:
        raise InputError(f"{name} must be at most {_LONGEST_NAME} printable characters")
    if not any(character.isalpha() for character in text) or text.startswith("+"):
        raise InputError(f"{name} looks like a number: '{shown(text)}' must have a letter, and no + before it")
    if text.startswith(GROUP):
        raise InputError(f"{name} begins with {GROUP}, which is for groups: '{shown(text)}'")
    return text


def _read_number(name: str, value: object) -> str:
    """Return a number as it was written; empty for an empty text. Raises ``InputError``."""
    try:
        text = numbers.text_of(plain_number(value)).strip()
    except numbers.NumberError as error:
        raise InputError(f"{name}: {error}") from error
    if _EXPONENT.fullmatch(text):
        raise InputError(
            f"{name} is '{text}', in which a spreadsheet has lost digits: format the column as text, and write it again"
        )
    return text


def _read_groups(name: str, value: object) -> tuple[str, ...]:
    """Return the names of groups, each once. Raises ``InputError``."""
    groups = tuple(" ".join(group.split()) for group in texts(name, value))
    wrong = [group for group in groups if not group or not is_printable(group) or group.startswith(GROUP)]
    if wrong:
        raise InputError(f"{name} has {', '.join(map(repr, wrong))}: write the names alone, without {GROUP}")
    return tuple(dict.fromkeys(groups))


def _read_email(name: str, value: object) -> str:
    """Return an address; whether it exists is not asked. Raises ``InputError``."""
    text = value.strip() if isinstance(value, str) else ""
    local, at, domain = text.partition("@")
    if value != "" and not (local and at and domain and text.isprintable() and " " not in text):
        raise InputError(f"{name} must be one address, such as anna@example.com")
    return text


def _read_language(name: str, value: object) -> str:
    """Return a language tag in lower case. Raises ``InputError``."""
    if value == "" or (isinstance(value, str) and _LANGUAGE.fullmatch(value.strip())):
        return value.strip().lower()
    hint = ', and YAML reads no as a truth value: write "no" in quotes' if value is False else ""
    raise InputError(f"{name} must be a language such as de or pt-BR{hint}")


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
