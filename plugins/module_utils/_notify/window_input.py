# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read a maintenance window and its reminders as a user wrote them, and name every fault; pure.

A duration is so many hours of sixty minutes: 24h before the start is 24 hours before it, over a clock change too.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from .._core.duration import seconds_in
from .._core.errors import Faults, VoipsmsError
from .._core.structure import Fields
from .._core.structure import text as read_text
from .._message import dates
from .._message.display import is_printable
from .._people.contacts import Contacts, read_contacts
from .._people.listeners import read_people

BEFORE, START, END, ANNOUNCE = "before", "start", "end", "announce"
"""The kinds of reminders, each of which has a default text. An announcement goes out at once."""

_STATES = ("present", "absent")
_KEYS = frozenset({"name", "before", "at", "after", "text", "recipients", "state"})
_LONGEST = dt.timedelta(days=366)
_DURATION_FORM = "write it in quotes with units, such as 24h, 90m, 1d or 1h30m"


class Window(NamedTuple):
    """A time of maintenance. ``start`` and ``end`` are aware, in UTC; ``zone`` is the one that people read."""

    name: str
    start: dt.datetime
    end: dt.datetime
    zone: dt.tzinfo


class Reminder(NamedTuple):
    """A message before, during or at the end of a window. ``name`` does not include the name of the window."""

    name: str
    at: dt.datetime
    text: str
    recipients: tuple[str, ...]
    is_wanted: bool
    kind: str = BEFORE

    @property
    def is_announcement(self) -> bool:
        """Whether it goes out at once, and not at a date."""
        return self.kind == ANNOUNCE


class Defaults(NamedTuple):
    """The values for reminders without their own: a text for each kind, and recipients as they were written.

    ``contacts`` are those of all reminders, as they were written too.
    """

    texts: Mapping[str, str]
    recipients: object
    contacts: object = None


def read_window(values: Mapping[str, Any], faults: Faults) -> Window | None:
    """Return a window from its ``name``, ``start``, ``end`` and ``timezone``; None where its dates cannot be read."""
    fields = Fields(values, faults)
    name = fields.read("name", _read_name)
    zone = fields.read("timezone", read_zone)
    # A date can be checked without its zone as well, so that its own faults are named too.
    zone_name = str(fields.get("timezone")) if zone is not None else "UTC"
    start = fields.read("start", partial(read_instant, zone=zone_name))
    end = fields.read("end", partial(read_end, start=start, zone=zone_name))
    if start is None or end is None or zone is None:
        return None
    if end <= start:
        faults.add(f"end {_iso(end, zone)} is not after start {_iso(start, zone)}")
    return Window(name or "", start, end, zone)


def read_reminders(
    values: Sequence[object], window: Window | None, defaults: Defaults, faults: Faults
) -> list[Reminder]:
    """Return the reminders whose date is known. Every fault is noted."""
    if not values:
        faults.add("there is no reminder: reminders must be a list that has at least one")
    contacts = read_contacts(defaults.contacts, faults)
    recipients = _read_recipients("to: ", defaults.recipients, contacts, faults)
    reader = _ReminderReader(window, defaults.texts, recipients, contacts, faults)
    reminders = [reader.read(index, value) for index, value in enumerate(values, 1)]
    return [reminder for reminder in reminders if reminder is not None]


def read_zone(name: str, value: object) -> dt.tzinfo:
    """Return the zone of an IANA name. Raises ``VoipsmsError``."""
    if not isinstance(value, str) or not value.strip():
        raise VoipsmsError(f"{name} is needed: the IANA name of the zone of start and end, such as Europe/Berlin")
    return dates.zone(value, name)


def read_instant(name: str, value: object, zone: str) -> dt.datetime:
    """Return a date with an offset, or wall time of the zone, in UTC. Raises ``VoipsmsError``."""
    if value is None or value == "":
        raise VoipsmsError(f"{name} is needed")
    try:
        # The account's zone is not known here, and UTC has neither gaps nor hours that exist twice.
        instant = dates.read(value, timezone=zone, account_timezone="UTC").instant
    except dates.DateError as error:
        sentence = str(error)
        has_option = sentence.startswith("delivery_date")
        raise VoipsmsError(name + sentence[len("delivery_date") :] if has_option else f"{name}: {sentence}") from error
    if instant is None:  # only dates of an account without a known zone have none
        raise RuntimeError("a date in a zone must be an instant")
    return instant


def read_end(name: str, value: object, start: dt.datetime | None, zone: str) -> dt.datetime | None:
    """Return the end, as ``read_instant`` does, or for a duration such as +90m the moment so long after the start.

    None where that start is not known. Raises ``VoipsmsError``.
    """
    if not isinstance(value, str) or not value.strip().startswith("+"):
        return read_instant(name, value, zone)
    length = read_duration(name, value.strip()[1:])
    return start.astimezone(dt.timezone.utc) + length if start is not None else None


def read_duration(name: str, value: object) -> dt.timedelta:
    """Return a duration such as 24h, 90m, 1d or 1h30m; a day has 24 hours. Raises ``VoipsmsError``."""
    text = value.strip() if isinstance(value, str) else ""
    # Reminders go out by the minute.
    seconds = None if text.endswith("s") else seconds_in(text)
    if seconds is None:
        hint = " (a number without a unit)" if isinstance(value, int) and not isinstance(value, bool) else ""
        raise VoipsmsError(f"{name} is not a duration{hint}: {_DURATION_FORM}")
    duration = dt.timedelta(seconds=seconds)
    if duration > _LONGEST:
        raise VoipsmsError(f"{name} {text!r} is longer than {_LONGEST.days} days")
    return duration


@dataclass(frozen=True)
class _ReminderReader:
    """Read the reminders of one window. All faults of a reminder make one sentence, which begins with its name."""

    window: Window | None
    texts: Mapping[str, str]
    recipients: tuple[str, ...]
    contacts: Contacts
    faults: Faults

    def read(self, index: int, value: object) -> Reminder | None:
        """Return the reminder at a position that counts from 1; None where its date is not known."""
        if not isinstance(value, Mapping):
            self.faults.add(f"reminder {index} is not a dictionary with name, and before or at")
            return None
        faults = Faults()
        fields = Fields(value, faults)
        name = fields.get("name")
        fields.read("name", _read_name)
        faults.add(*_form_faults(fields))
        kind, offset = faults.attempt(lambda: _read_offset(fields)) or (None, None)
        text = faults.attempt(lambda: self._read_text(fields, kind)) or ""
        recipients = self.recipients
        if fields.get("recipients") is not None:
            recipients = _read_recipients("", fields.get("recipients"), self.contacts, faults)
        self._note(faults, f"reminder {name!r}: " if isinstance(name, str) and name else f"reminder {index}: ")
        if self.window is None or kind is None or offset is None:
            return None
        at = (self.window.end if kind == END else self.window.start) + offset
        return Reminder(str(name), at, text, recipients, _is_wanted(fields), kind)

    def _read_text(self, fields: Fields, kind: str | None) -> str:
        """Return the text of a reminder, or else the default one of its kind. Raises ``VoipsmsError``."""
        text = fields.get("text")
        if text is None and kind is not None:
            if fields.get("after") is not None:
                raise VoipsmsError(
                    "text is needed with after, since the usual texts are for the start and the end itself"
                )
            text = self.texts.get(kind, "")
        return read_text("text", text).strip() if text is not None else ""

    def _note(self, faults: Faults, label: str) -> None:
        """Note all faults of a reminder as one."""
        try:
            faults.raise_if_any()
        except VoipsmsError as error:
            self.faults.add(f"{label}{error}")


def _form_faults(fields: Fields) -> list[str]:
    """Return what is wrong with the form of a reminder: a slash in its name, unknown keys, or an unknown state."""
    unknown = fields.unknown(_KEYS)
    state = fields.get("state")
    return [
        *(["name has a slash, which parts it from the name of the window"] if "/" in str(fields.get("name")) else []),
        *([f"unknown: {', '.join(unknown)}; known are {', '.join(sorted(_KEYS))}"] if unknown else []),
        *(["state is neither present nor absent"] if fields.has("state") and state not in _STATES else []),
    ]


def _is_wanted(fields: Fields) -> bool:
    return fields.get("state") != "absent"


def _read_offset(fields: Fields) -> tuple[str, dt.timedelta]:
    """Return the kind of a reminder, and how long after the start (or, for the kind ``end``, after the end) it is.

    Raises ``VoipsmsError``.
    """
    before, at, after = (fields.get(key) for key in ("before", "at", "after"))
    if before is None and at is None and not _is_wanted(fields):
        return START, dt.timedelta(0)  # it is cancelled by its name, whatever its date was
    if (before is None) == (at is None):
        raise VoipsmsError("it needs either before, a duration such as 24h, or at, which is start, end or announce")
    if before is not None:
        if after is not None:
            raise VoipsmsError("after goes with at, and not with before")
        return BEFORE, -read_duration("before", before)
    if at not in (START, END, ANNOUNCE):
        raise VoipsmsError("at is neither start nor end nor announce")
    if at == ANNOUNCE and after is not None:
        raise VoipsmsError("after goes with the start or the end; what is announced goes out at once")
    return str(at), read_duration("after", after) if after is not None else dt.timedelta(0)


def _read_recipients(label: str, value: object, contacts: Contacts, faults: Faults) -> tuple[str, ...]:
    """Return the numbers as they were written, each once; the module checks them, since it knows the region."""
    own = Faults()
    people = read_people(value, contacts, own) if value is not None else ()
    faults.add(*(f"{label}{sentence}" for sentence in own.sentences))
    return tuple({person.identity: person.number for person in reversed(people)}.values())[::-1]


def _read_name(name: str, value: object) -> str:
    if value is None or value == "":
        raise VoipsmsError(f"{name} is needed")
    written = read_text(name, value)
    if not is_printable(written) or not written.strip():
        raise VoipsmsError(f"{name} must be printable characters")
    return written


def _iso(instant: dt.datetime, zone: dt.tzinfo) -> str:
    return instant.astimezone(zone).isoformat()
