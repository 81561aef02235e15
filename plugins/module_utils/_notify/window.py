# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A maintenance window and its reminders to a calendar: what goes out when, and what is past. Pure.

A duration is so many hours of sixty minutes: 24h before the start is 24 hours before it, over a clock change too.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple, Optional

from .._core.errors import Faults, VoipsmsError
from .._message import dates
from .._message.numbers import NumberError
from .._message.numbers import read as read_number
from .._message.text import faults as text_faults
from .._message.text import measure

SCHEDULE, LEAVE_OUT, TAKE_BACK = "schedule", "leave_out", "take_back"
"""What is to be done about a reminder: it is ahead and wanted; it is wanted and past; it is not wanted."""

STATES = ("present", "absent")
BEFORE, START, END = "before", "start", "end"
"""The kinds of reminders, each of which has a text of its own where a reminder gives none."""

_MAX_NAME = 200
_LONGEST = dt.timedelta(days=366)
_DURATION = re.compile(r"(?:(\d{1,6})d)?(?:(\d{1,6})h)?(?:(\d{1,6})m)?", re.ASCII)
_DURATION_FORM = "write it in quotes with units, such as 24h, 90m, 1d or 1h30m"
_KEYS = frozenset({"name", "before", "at", "after", "text", "recipients", "state"})
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_UTC = dt.timezone.utc


class Window(NamedTuple):
    """When something is worked on. ``start`` and ``end`` are aware, in UTC; ``zone`` is the one that people read."""

    name: str
    start: dt.datetime
    end: dt.datetime
    zone: dt.tzinfo


class Reminder(NamedTuple):
    """One message before, during or at the end of a window. ``name`` is its own, without the window's."""

    name: str
    at: dt.datetime
    text: str
    recipients: tuple[str, ...]
    is_wanted: bool


class Usual(NamedTuple):
    """What reminders have that say nothing of their own: a text for each kind, and recipients as they were given."""

    texts: Mapping[str, str]
    recipients: object


def calendar(
    window: Mapping[str, Any],
    reminders: Any,
    usual: Usual,
    *,
    state: str,
    min_lead: int,
    now: dt.datetime,
) -> dict[str, Any]:
    """The calendar of a window, in the order of dates.

    ``window`` has ``name``, ``start``, ``end`` and ``timezone``. ``min_lead``: minutes by which a reminder must lie
    ahead of ``now``, which is aware. With the ``state`` absent every reminder is to be cancelled. Raises
    ``InputError`` with every fault.
    """
    faults = Faults()
    read = _read_window(window, faults)
    entries = _elements(reminders)
    if not entries:
        faults.add("there is no reminder: reminders must be a list that has at least one")
    numbers = _read_recipients(usual.recipients, "recipients: ", faults)
    found = [_read_reminder(entry, index, read, usual.texts, numbers, faults) for index, entry in enumerate(entries, 1)]
    known = [reminder for reminder in found if reminder is not None]
    is_on = state == "present"
    faults.add(*_repeated(entries), *_alike(known if is_on else []))
    if is_on:
        faults.add(*_unsendable(known))
    name = window.get("name")
    faults.add(*(_full_name_faults(name, known) if isinstance(name, str) else ()))
    faults.raise_if_any()
    if read is None:  # a fault was noted, and has been raised
        raise RuntimeError("a window without faults must be there")
    return {
        "reminders": [_entry(each, read, now, min_lead, is_on) for each in sorted(known, key=lambda each: each.at)],
        "over": now >= read.end,
        "off_key": off_key(read),
    }


def words(window: Mapping[str, Any]) -> dict[str, str]:
    """What a text can say of a window: wall time in its zone, and its services in a row.

    It never fails, since it is asked before ``calendar`` is, which names the faults: what cannot be read stays as it
    was given.
    """
    zone = window.get("timezone")
    start, end = (_local(window.get(option), zone) for option in ("start", "end"))
    name, services = str(window.get("name") or ""), [str(each) for each in _elements(window.get("services"))]
    until = _shown(end, window.get("end"))
    if start is not None and end is not None and start.date() == end.date():
        until = f"{end:%H:%M}"
    return {
        "name": name,
        "start": _shown(start, window.get("start")),
        "end": _shown(end, window.get("end")),
        "until": until,
        "timezone": str(zone or ""),
        "services": _row(services) or name,
        "services_short": _row([services[0], f"{len(services) - 1} more"] if services[1:] else services) or name,
        "text": str(window.get("text") or "").strip(),
    }


def table(entries: Sequence[Mapping[str, Any]], results: Optional[Iterable[Mapping[str, Any]]] = None) -> list[str]:
    """A calendar in aligned lines, with its texts; or, given ``results``, with what came of each reminder instead."""
    last = "text" if results is None else "what came of it"
    said = {result["name"]: result["msg"] for result in results or ()}
    rows = [("reminder", "when", "to", "SMS", last)]
    for entry in entries:
        told = _plainly(entry) if results is None else _came_of(entry, said.get(entry["name"]))
        rows.append((entry["reminder"], entry["when"], str(len(entry["recipients"])), str(entry["segments"]), told))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return ["  ".join([*(cell.ljust(width) for cell, width in zip(row, widths)), row[4]]).rstrip() for row in rows]


def changes(results: Iterable[Mapping[str, Any]]) -> list[str]:
    """The pending messages that came and went, one a line, as a diff shows them."""
    lines = []
    for result in results:
        before, after = (str((result["diff"] or {}).get(side, "")).splitlines() for side in ("before", "after"))
        lines += [f"- {line}" for line in before if line not in after]
        lines += [f"+ {line}" for line in after if line not in before]
    return lines


def results(loops: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What came of each round of a task in a loop: its item, what the module said, and whether anybody has had it."""
    return [_result(found) for found in loops if not found.get("skipped")]


def off_key(window: Window) -> str:
    """The ``idempotency_key`` of the message that a window is off: one for each window and start."""
    start = window.start.strftime("%Y-%m-%dT%H:%MZ")
    key = f"maintenance/{window.name}/{start}/off"
    if len(key) <= _MAX_NAME:
        return key
    return f"maintenance/{window.name[:80]}-{hashlib.sha256(window.name.encode()).hexdigest()}/{start}/off"


def duration(value: object, option: str) -> dt.timedelta:
    """Read a duration such as 24h, 90m, 1d or 1h30m; a day has 24 hours. Raises ``VoipsmsError``."""
    text = value.strip() if isinstance(value, str) else ""
    match = _DURATION.fullmatch(text)
    if not text or match is None:
        hint = " (a number without a unit)" if isinstance(value, int) and not isinstance(value, bool) else ""
        raise VoipsmsError(f"{option} is not a duration{hint}: {_DURATION_FORM}")
    days, hours, minutes = (int(part or 0) for part in match.groups())
    found = dt.timedelta(days=days, hours=hours, minutes=minutes)
    if found > _LONGEST:
        raise VoipsmsError(f"{option} {text!r} is longer than {_LONGEST.days} days")
    return found


# Reading ------------------------------------------------------------------------------------------------------


def _read_window(given: Mapping[str, Any], faults: Faults) -> Optional[Window]:
    name = given.get("name")
    faults.add(*_name_faults("name", name))
    zone = faults.attempt(lambda: _read_zone(given.get("timezone")))
    # Without its zone a date can still be looked at; what is wrong with it is named, too.
    zone_name = given["timezone"] if zone is not None else "UTC"
    start = faults.attempt(lambda: _instant(given.get("start"), "start", zone_name))
    end = faults.attempt(lambda: _instant(given.get("end"), "end", zone_name))
    if start is None or end is None or zone is None:
        return None
    if end <= start:
        faults.add(f"end {_iso(end, zone)} is not after start {_iso(start, zone)}")
    return Window(str(name), start, end, zone)


def _read_zone(name: object) -> dt.tzinfo:
    if not isinstance(name, str) or not name.strip():
        raise VoipsmsError("timezone is needed: the IANA name of the zone of start and end, such as Europe/Berlin")
    return dates.zone(name, "timezone")


def _instant(value: object, option: str, zone: str) -> dt.datetime:
    """A date with an offset, or wall time of the zone, in UTC. Raises ``VoipsmsError``."""
    if value is None or value == "":
        raise VoipsmsError(f"{option} is needed")
    try:
        # The account's zone is not known here, and UTC has neither gaps nor hours that exist twice.
        instant = dates.read(value, timezone=zone, account_timezone="UTC").instant
    except dates.DateError as error:
        sentence = str(error)
        known = sentence.startswith("delivery_date")
        raise VoipsmsError(option + sentence[len("delivery_date") :] if known else f"{option}: {sentence}") from error
    if instant is None:  # only dates of an account without a known zone have none
        raise RuntimeError("a date in a zone must be an instant")
    return instant


def _read_reminder(
    given: object,
    index: int,
    window: Optional[Window],
    texts: Mapping[str, str],
    recipients: tuple[str, ...],
    faults: Faults,
) -> Optional[Reminder]:
    """One reminder, or None where its date cannot be told. Every fault is noted."""
    if not isinstance(given, Mapping):
        faults.add(f"reminder {index} is not a dictionary with name, and before or at")
        return None
    name = given.get("name")
    label = f"reminder {name!r}: " if isinstance(name, str) and name else f"reminder {index}: "
    found = Faults()
    found.add(*_name_faults("name", name), *_shape_faults(given))
    kind, offset = found.attempt(lambda: _read_offset(given)) or (None, None)
    text = found.attempt(lambda: _read_text(given, kind, texts)) or ""
    if given.get("recipients") is not None:
        recipients = _read_recipients(given["recipients"], "", found)
    faults.attempt(lambda: _raise_labelled(found, label))
    if window is None or kind is None or offset is None:
        return None
    at = (window.end if kind == END else window.start) + offset
    return Reminder(str(name), at, text, recipients, _is_wanted(given))


def _shape_faults(given: Mapping[Any, Any]) -> list[str]:
    unknown = sorted(map(str, set(given) - _KEYS))
    return [
        *(["name has a slash, which parts it from the name of the window"] if "/" in str(given.get("name")) else []),
        *([f"unknown: {', '.join(unknown)}; known are {', '.join(sorted(_KEYS))}"] if unknown else []),
        *(["state is neither present nor absent"] if given.get("state", "present") not in STATES else []),
    ]


def _is_wanted(given: Mapping[str, Any]) -> bool:
    return given.get("state") != "absent"


def _raise_labelled(found: Faults, label: str) -> None:
    try:
        found.raise_if_any()
    except VoipsmsError as error:
        raise VoipsmsError(f"{label}{error}") from error


def _read_offset(given: Mapping[str, Any]) -> tuple[str, dt.timedelta]:
    """The kind of a reminder, and how long after the start it is, or, for the kind ``end``, after the end."""
    before, at, after = (given.get(option) for option in ("before", "at", "after"))
    if before is None and at is None and not _is_wanted(given):
        return START, dt.timedelta(0)  # it is cancelled by its name, whatever its date was
    if (before is None) == (at is None):
        raise VoipsmsError("it needs either before, a duration such as 24h, or at, which is start or end")
    if before is not None:
        if after is not None:
            raise VoipsmsError("after goes with at, and not with before")
        return BEFORE, -duration(before, "before")
    if at not in (START, END):
        raise VoipsmsError("at is neither start nor end")
    return str(at), duration(after, "after") if after is not None else dt.timedelta(0)


def _read_text(given: Mapping[str, Any], kind: Optional[str], texts: Mapping[str, str]) -> str:
    text = given.get("text")
    if text is None and kind is not None:
        if given.get("after") is not None:
            raise VoipsmsError("text is needed with after, since the usual texts are for the start and the end itself")
        text = texts.get(kind, "")
    if text is not None and not isinstance(text, str):
        raise VoipsmsError("text is not text: quote it")
    return text.strip() if text else ""


def _read_recipients(given: object, label: str, faults: Faults) -> tuple[str, ...]:
    """The numbers as they were given; whether each is one is for the module to say, which knows the region."""
    values = given.split(",") if isinstance(given, str) else _elements(given)
    numbers = []
    for value in values:
        if isinstance(value, str):
            numbers += [value.strip()] if value.strip() else []
        else:
            # What is not text is refused, with the advice that every module gives.
            numbers.append(faults.attempt(partial(_labelled_number, value, label)) or "")
    return tuple(numbers)


def _labelled_number(value: object, label: str) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        value = int(value)  # Ansible's own integers have a name that says nothing to people
    try:
        return read_number(value)
    except NumberError as error:
        raise VoipsmsError(f"{label}{error}") from error


def _elements(value: object) -> list[Any]:
    """A list as a list; a single text or mapping as a list of one, and nothing as an empty one."""
    if value is None or value == "":
        return []
    if isinstance(value, (list, tuple)):
        return list(value)
    return [value]


# Judging -----------------------------------------------------------------------------------------------------


def _name_faults(option: str, name: object) -> list[str]:
    if name is None or name == "":
        return [f"{option} is needed"]
    if not isinstance(name, str):
        return [f"{option} is not text: quote it"]
    if not name.isprintable() or not name.strip():
        return [f"{option} must be printable characters"]
    return []


def _full_name_faults(window: str, reminders: Sequence[Reminder]) -> list[str]:
    long = [each.name for each in reminders if len(f"{window}/{each.name}") > _MAX_NAME]
    return [f"name is too long: with the name of a reminder it may have {_MAX_NAME} characters"] if long else []


def _repeated(entries: Iterable[Any]) -> list[str]:
    names = [entry["name"] for entry in entries if isinstance(entry, Mapping) and isinstance(entry.get("name"), str)]
    return [f"more than one reminder is called {name!r}" for name in dict.fromkeys(names) if names.count(name) > 1]


def _alike(reminders: Sequence[Reminder]) -> list[str]:
    """Two reminders that would be one message: the same text to the same number at the same minute."""
    faults = []
    for index, one in enumerate(reminders):
        for other in reminders[index + 1 :]:
            is_same = (one.at, one.text) == (other.at, other.text) and one.is_wanted and other.is_wanted
            if is_same and one.name != other.name and set(one.recipients) & set(other.recipients):
                faults.append(f"reminders {one.name!r} and {other.name!r} say the same to the same people at one time")
    return faults


def _unsendable(reminders: Iterable[Reminder]) -> list[str]:
    faults = []
    for reminder in reminders:
        if reminder.is_wanted:
            sentences = text_faults(reminder.text)
            sentences += [] if reminder.recipients else ["it has no recipients, and there are none for all of them"]
            faults += [f"reminder {reminder.name!r}: {sentence}" for sentence in sentences]
    return faults


# Showing -----------------------------------------------------------------------------------------------------


def _entry(reminder: Reminder, window: Window, now: dt.datetime, min_lead: int, is_on: bool) -> dict[str, Any]:
    local = reminder.at.astimezone(window.zone)
    is_ahead = reminder.at - now >= dt.timedelta(minutes=min_lead)
    action = TAKE_BACK if not (is_on and reminder.is_wanted) else SCHEDULE if is_ahead else LEAVE_OUT
    return {
        "name": f"{window.name}/{reminder.name}",
        "reminder": reminder.name,
        "at": local.isoformat(),
        "when": f"{_day(local)} {local:%Y %H:%M %z}" if reminder.is_wanted else "",
        "ahead": is_ahead,
        "action": action,
        "text": reminder.text,
        "segments": measure(reminder.text).segments,
        "recipients": list(reminder.recipients),
    }


def _result(found: Mapping[str, Any]) -> dict[str, Any]:
    item = found.get(found.get("ansible_loop_var", "item"))
    told = list(found.get("results") or [])
    return {
        "name": item["name"] if isinstance(item, Mapping) else None,
        "item": item,
        "changed": bool(found.get("changed")),
        "failed": bool(found.get("failed")),
        "outcome": found.get("outcome"),
        "msg": found.get("msg", ""),
        "results": told,
        "diff": found.get("diff"),
        "gone_out": any(each.get("outcome") == "already_sent" for each in told),
    }


def _plainly(entry: Mapping[str, Any]) -> str:
    """The text of a reminder in one line, or why it has none to send."""
    if entry["action"] == TAKE_BACK:
        return "(cancelled)"
    text = " ".join(entry["text"].split())
    return text if entry["action"] == SCHEDULE else f"(past, left out) {text}"


def _came_of(entry: Mapping[str, Any], said: Optional[str]) -> str:
    if entry["action"] == LEAVE_OUT:
        return f"past, left out; {said}" if said else "past, left alone"
    return said or "not reached"


def _local(value: object, zone: object) -> Optional[dt.datetime]:
    try:
        return _instant(value, "", str(zone)).astimezone(_read_zone(zone))
    except (VoipsmsError, OverflowError):
        return None


def _shown(local: Optional[dt.datetime], given: object) -> str:
    if local is None:
        return "" if given is None else str(given)
    return f"{_day(local)} {local:%H:%M}"


def _day(local: dt.datetime) -> str:
    """A day in English, whatever the locale is: what goes out must not hang on the machine."""
    return f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]}"


def _iso(instant: dt.datetime, zone: dt.tzinfo) -> str:
    return instant.astimezone(zone).isoformat()


def _row(names: Sequence[str]) -> str:
    """Names as people write them: one, two and three."""
    return " and ".join([*([", ".join(names[:-1])] if len(names) > 1 else []), *names[-1:]])
