# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Work out the calendar of a maintenance window, and the keys of what is told about it; pure."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .._core import notation
from .._core.errors import Faults, InputError
from .._core.structure import elements_of
from .._message.text import faults as text_faults
from .window_input import Defaults, Reminder, Window, read_reminders, read_window

_MAX_NAME = 200
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def read_calendar(
    values: Mapping[str, Any], reminders: object, defaults: Defaults, faults: Faults, *, is_on: bool
) -> tuple[Window | None, list[Reminder]]:
    """Return a window and its reminders, what goes out at once and then the rest by date; note every fault.

    ``values`` has ``name``, ``start``, ``end`` and ``timezone``. ``is_on``: whether the window is wanted at all.
    """
    window = read_window(values, faults)
    entries = elements_of(reminders)
    known = read_reminders(entries, window, defaults, faults)
    faults.add(*_repeated_names(entries))
    if is_on:
        faults.add(*_same_messages(known), *_unsendable(known), *_without_recipients(entries, defaults, known))
    name = values.get("name")
    faults.add(*(_full_name_faults(name, known) if isinstance(name, str) else ()))
    return window, sorted(known, key=lambda reminder: (not reminder.is_announcement, reminder.at))


def news_key(window: Window, kind: str, version: int) -> str:
    """Return the ``idempotency_key`` of the message that a window is off, or was moved: one for each such change.

    That of a window which was never changed before is the one of earlier releases.
    """
    start = window.start.strftime("%Y-%m-%dT%H:%MZ")
    end = f"{start}/{kind}" if version <= 2 else f"{start}/{kind}/{version}"
    key = f"maintenance/{window.name}/{end}"
    if len(key) <= _MAX_NAME:
        return key
    return f"maintenance/{window.name[:80]}-{hashlib.sha256(window.name.encode()).hexdigest()}/{end}"


def day_of(local: dt.datetime) -> str:
    """Return a day in English, whatever the locale of the machine is, since messages must not depend on it."""
    return f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]}"


def _full_name_faults(window: str, reminders: Sequence[Reminder]) -> list[str]:
    if all(len(f"{window}/{reminder.name}") <= _MAX_NAME for reminder in reminders):
        return []
    return [f"name is too long: with the name of a reminder it may have {_MAX_NAME} characters"]


def _repeated_names(entries: Iterable[object]) -> list[str]:
    names = [entry["name"] for entry in entries if isinstance(entry, Mapping) and isinstance(entry.get("name"), str)]
    return [f"more than one reminder is called {name!r}" for name in dict.fromkeys(names) if names.count(name) > 1]


def _same_messages(reminders: Sequence[Reminder]) -> list[str]:
    """Return a fault for each two reminders that would be one message: one text to one number at one minute."""
    faults = []
    for index, one in enumerate(reminders):
        for other in reminders[index + 1 :]:
            is_same = _moment_and_text(one) == _moment_and_text(other) and one.is_wanted and other.is_wanted
            if is_same and one.name != other.name and set(one.recipients) & set(other.recipients):
                faults.append(f"reminders {one.name!r} and {other.name!r} say the same to the same people at one time")
    return faults


def _moment_and_text(reminder: Reminder) -> tuple[dt.datetime | None, str]:
    """Return when a reminder goes out, None for at once, and what it says."""
    return None if reminder.is_announcement else reminder.at, reminder.text


def _unsendable(reminders: Iterable[Reminder]) -> list[str]:
    """Return what prevents the texts of the wanted reminders from being sent."""
    return [
        f"reminder {reminder.name!r}: {sentence}"
        for reminder in reminders
        if reminder.is_wanted
        for sentence in text_faults(reminder.text)
    ]


def _without_recipients(entries: Iterable[object], defaults: Defaults, reminders: Iterable[Reminder]) -> list[str]:
    """Return one fault for all wanted reminders without recipients. Those that cannot be read are named elsewhere."""
    own = {
        str(entry.get("name")): entry["recipients"]
        for entry in entries
        if isinstance(entry, Mapping) and entry.get("recipients") is not None
    }
    names = [
        repr(reminder.name)
        for reminder in reminders
        if reminder.is_wanted and _is_empty(own.get(reminder.name, defaults.recipients))
    ]
    return [f"no recipients for {', '.join(names)}: give to, or recipients of the reminder itself"] if names else []


def _is_empty(recipients: object) -> bool:
    """Return whether a list of recipients, in any notation, has no entry."""
    try:
        return not notation.entries("recipients", recipients)
    except InputError:
        return False
