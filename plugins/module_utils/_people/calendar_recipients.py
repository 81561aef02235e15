# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Put the people who are on call in place of each ``{calendar: ...}`` among recipients, before anything is sent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, NamedTuple

from .._core.errors import Faults
from .._core.notation import entries
from .contacts import Contacts
from .oncall import KEYS, ask_calendars, read_query
from .recipients import CALENDAR, Unresolved, is_calendar

FALLBACK = "fallback"

_FORM = (*KEYS, FALLBACK)


class Resolved(NamedTuple):
    """Recipients in which names stand for calendars, and sentences about calendars for the user."""

    recipients: Any
    warnings: tuple[str, ...] = ()


def resolve(name: str, value: object, contacts: Contacts, at: dt.datetime, faults: Faults) -> Resolved:
    """Return the recipients of the option ``name``, with the people on call at an aware instant.

    What is written wrongly is noted in ``faults``. Of a calendar that has no one, or cannot be read, the fallback
    remains; without one, an ``Unresolved``. Raises ``InputError`` for what is no list, and ``MissingLibrary``.
    """
    recipients: list[Any] = []
    warnings: list[str] = []
    for number, entry in enumerate(entries(name, value), 1):
        if not is_calendar(entry):
            recipients.append(entry)
            continue
        own = _resolved(f"recipient {number} of {name}", entry, contacts, at, faults)
        # Who is named already, or on call by two calendars, is one recipient.
        recipients += [one for one in own.recipients if one not in recipients]
        warnings += own.warnings
    return Resolved(recipients, tuple(warnings))


def _resolved(label: str, entry: Mapping[Any, Any], contacts: Contacts, at: dt.datetime, faults: Faults) -> Resolved:
    """Return who is on call by one calendar, as a list."""
    own = Faults()
    unknown = sorted(str(key) for key in set(entry) - set(_FORM))
    if unknown:
        own.add(f"{label} has the unknown {', '.join(unknown)}; a calendar has {', '.join(_FORM)}")
    query = read_query(entry, label, own)
    fallback = own.attempt(lambda: entries(f"{FALLBACK} of {label}", entry.get(FALLBACK))) or []
    if own.sentences:
        faults.add(*own.sentences)
        return Resolved([])
    answer = ask_calendars(query, contacts, at)
    people: list[Any] = [one.person.name for one in answer.people]
    sentences = [f"{label}: {sentence}" for sentence in answer.faults]
    if not answer.faults or fallback:
        more = fallback if answer.faults else []
        instead = [f"{sentence}; the fallback is told as well" for sentence in sentences]
        return Resolved([*people, *more], (*answer.warnings, *instead))
    return Resolved([*people, Unresolved(CALENDAR, tuple(sentences))], answer.warnings)
