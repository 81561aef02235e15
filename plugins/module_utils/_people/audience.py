# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who hears of an event, and when: people, what they want to hear of, and their quiet hours; pure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, Optional

from .._core.errors import Faults, InputError
from .._message import dates, numbers
from .hours import Hours, read_hours

SEVERITIES = ("info", "warning", "critical")
"""From the least to the most severe."""

QUIET = ("drop", "defer")
"""What becomes of an event in somebody's quiet hours."""

_PERSON = ("name", "number", "events", "severity", "hours", "quiet")
# An offset as strftime writes it, +0100: Python 3.9 reads +01:00 only.
_SHORT_OFFSET = re.compile(r"([+-]\d\d)(\d\d)$", re.ASCII)
# Beyond these, dates or zones cannot be computed.
_YEARS = range(1971, 9000)


class Person(NamedTuple):
    """Somebody who may hear of events; no `events` are all, `severity` is the least that counts, no `hours` are all."""

    number: str
    name: str = ""
    events: tuple[str, ...] = ()
    severity: str = SEVERITIES[0]
    hours: Optional[Hours] = None
    defers: bool = False

    @property
    def label(self) -> str:
        """How to speak of them: by name, or else by a number of which most digits are masked."""
        return self.name or numbers.mask(self._bare)

    @property
    def identity(self) -> str:
        """The digits of the number, however it is written; what is no number is only itself."""
        return numbers.digits(self._bare) or self.number.strip()

    @property
    def _bare(self) -> str:
        # People write these separators as well, the service never does.
        return self.number.replace(".", "").replace("/", "")

    def wants(self, event: str, severity: str) -> bool:
        """Whether they want to hear of this at all."""
        if self.events and event not in self.events:
            return False
        return SEVERITIES.index(severity) >= SEVERITIES.index(self.severity)


class Occasion(NamedTuple):
    """What there is to tell, at the aware instant `now`.

    `account_timezone` is the zone of the account, which cannot take some dates; where it is not known, the zone of whom
    a date is for stands in.
    """

    event: str
    severity: str
    now: dt.datetime
    account_timezone: str = ""


class Audience(NamedTuple):
    """Numbers who hear of it `now`, those who hear of it `later` by instant, and the names of those who do not."""

    now: tuple[str, ...]
    later: tuple[tuple[dt.datetime, tuple[str, ...]], ...]
    dropped: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """What the filter returns."""
        return {
            "now": list(self.now),
            "later": [{"at": at.isoformat(timespec="minutes"), "to": list(to)} for at, to in self.later],
            "dropped": list(self.dropped),
        }


def audience(
    recipients: object, asked: Mapping[str, object], *, known_events: object = None, strict: bool = True
) -> dict[str, Any]:
    """What the filter returns, from `asked`: the event, severity, now and account_timezone that somebody wrote.

    Raises ``InputError`` with every fault; those of the recipients are returned instead where it is not `strict`.
    """
    faults, of_recipients = Faults(), Faults()
    occasion = read_occasion(asked["event"], asked["severity"], asked["now"], asked["account_timezone"], faults)
    people = read_people(recipients, known_events, of_recipients)
    sentences = _sentences(of_recipients)
    if strict:
        faults.add(*sentences)
    elif not people and not sentences:
        sentences = ("there are no recipients",)
    faults.raise_if_any()
    if occasion is None:  # its fault was noted, so this line is never reached
        raise RuntimeError("an occasion without faults must be there")
    return {**choose(people, occasion).as_dict(), "faults": list(sentences)}


def choose(people: Iterable[Person], occasion: Occasion) -> Audience:
    """Who of them hears of it, and when. A number gets one message, the earliest of those that it could get.

    Raises ``InputError``.
    """
    now: dict[str, str] = {}
    later: dict[str, tuple[dt.datetime, str]] = {}
    dropped: dict[str, str] = {}
    for person in people:
        who = person.identity
        if not person.wants(occasion.event, occasion.severity):
            continue
        if person.hours is None or person.hours.has(occasion.now):
            now.setdefault(who, person.number)
        elif person.defers:
            at = person.hours.opening(occasion.now, occasion.account_timezone)
            if who not in later or at.timestamp() < later[who][0].timestamp():
                later[who] = at, person.number
        else:
            dropped.setdefault(who, person.label)
    waiting = {who: entry for who, entry in later.items() if who not in now}
    silent = tuple(label for who, label in dropped.items() if who not in now and who not in later)
    return Audience(tuple(now.values()), _by_instant(waiting.values()), silent)


def read_people(recipients: object, known_events: object, faults: Faults) -> tuple[Person, ...]:
    """The people of a list of numbers and of dictionaries, or of a text of numbers with commas between.

    Every fault is noted. Whoever has a number comes back nevertheless, without those wishes that cannot be read, so
    that a caller who goes on in spite of faults rather tells too many than nobody.
    """
    if isinstance(recipients, str):
        recipients = [number.strip() for number in recipients.split(",")] if recipients.strip() else []
    if not isinstance(recipients, (list, tuple)):
        faults.add("the recipients must be a list of numbers and people, or a text of numbers with commas between")
        return ()
    known = _texts("known_events", known_events, faults)
    people = [_read(number, given, known, faults) for number, given in enumerate(recipients, 1)]
    return tuple(person for person in people if person is not None)


def read_occasion(
    event: object, severity: object, now: object, account_timezone: object, faults: Faults
) -> Optional[Occasion]:
    """What there is to tell, as somebody wrote it. Faults are noted; without a moment there is no occasion."""
    name = _text("event", event, faults)
    grade = _choice("severity", severity, SEVERITIES, faults)
    moment = faults.attempt(lambda: _moment(now))
    account = _text("account_timezone", account_timezone, faults) if account_timezone else ""
    faults.attempt(lambda: dates.zone(account, "account_timezone") if account else None)
    return Occasion(name, grade, moment, account) if moment is not None else None


def _sentences(faults: Faults) -> tuple[str, ...]:
    try:
        faults.raise_if_any()
    except InputError as error:
        return error.faults
    return ()


def _read(number: int, given: object, known: tuple[str, ...], faults: Faults) -> Optional[Person]:
    """A person; None where there is no number."""
    label = f"recipient {number}"
    if not isinstance(given, Mapping):
        written = faults.attempt(lambda: _number(label, given))
        return None if written is None else Person(written)
    name = _text(f"name of {label}", given["name"], faults) if given.get("name") is not None else ""
    label = f"{label} ({name})" if name else label
    unknown = sorted(str(key) for key in given if key not in _PERSON)
    if unknown:
        faults.add(f"{label} has the unknown {', '.join(unknown)}; a person has {', '.join(_PERSON)}")
    written = faults.attempt(lambda: _number(label, given.get("number")))
    person = Person(
        written or "",
        name,
        events=_events(label, given.get("events"), known, faults),
        severity=_choice(f"severity of {label}", given.get("severity", SEVERITIES[0]), SEVERITIES, faults),
        hours=faults.attempt(lambda: read_hours(label, given["hours"])) if given.get("hours") is not None else None,
        defers=_choice(f"quiet of {label}", given.get("quiet", QUIET[0]), QUIET, faults) == "defer",
    )
    return None if written is None else person


def _number(label: str, given: object) -> str:
    """A number as somebody wrote it; whether it is possible shows when it is sent to. Raises ``InputError``."""
    if given is None or given == "":
        raise InputError(f"{label} has no number")
    try:
        return numbers.text_of(_plain(given))
    except numbers.NumberError as error:
        raise InputError(f"number of {label}: {error}") from error


def _plain(given: object) -> object:
    """A number without what Ansible adds to it: an error would name the type."""
    if isinstance(given, bool) or not isinstance(given, (int, float)):
        return given
    return int(given) if isinstance(given, int) else float(given)


def _events(label: str, given: object, known: tuple[str, ...], faults: Faults) -> tuple[str, ...]:
    """The events that somebody wants to hear of; none for all of them."""
    if given is None:
        return ()
    wanted = _texts(f"events of {label}", given, faults)
    if isinstance(given, (list, tuple, str)) and not given:
        faults.add(f"events of {label} is empty: leave it out for all events")
    foreign = [event for event in wanted if known and event not in known]
    if foreign:
        faults.add(f"events of {label} has {', '.join(map(repr, foreign))}; the events are {', '.join(known)}")
    return wanted


def _moment(given: object) -> dt.datetime:
    """An aware instant, from one or from ISO 8601 with an offset. Raises ``InputError``."""
    fault = InputError("now must be a date and time with an offset, such as 2026-11-23T08:00:00+01:00")
    moment = given
    if isinstance(given, str):
        try:
            moment = dt.datetime.fromisoformat(_SHORT_OFFSET.sub(r"\1:\2", given.strip().replace("Z", "+00:00")))
        except ValueError:
            raise fault from None
    if not isinstance(moment, dt.datetime) or moment.tzinfo is None or moment.year not in _YEARS:
        raise fault
    return moment


def _text(label: str, given: object, faults: Faults) -> str:
    if isinstance(given, str) and given.strip():
        return given
    faults.add(f"{label} must be a text that is not empty")
    return ""


def _texts(label: str, given: object, faults: Faults) -> tuple[str, ...]:
    """A list of texts, or one text with commas between."""
    if given is None:
        return ()
    if isinstance(given, str):
        return tuple(text.strip() for text in given.split(",") if text.strip())
    if isinstance(given, (list, tuple)) and all(isinstance(text, str) for text in given):
        return tuple(given)
    faults.add(f"{label} must be a list of texts")
    return ()


def _choice(label: str, given: object, choices: tuple[str, ...], faults: Faults) -> str:
    if isinstance(given, str) and given in choices:
        return given
    faults.add(f"{label} must be one of {', '.join(choices)}")
    return choices[0]


def _by_instant(
    waiting: Iterable[tuple[dt.datetime, str]],
) -> tuple[tuple[dt.datetime, tuple[str, ...]], ...]:
    """Numbers by the instant at which they are told, the earliest first."""
    # By UTC: in hours that exist twice, Python takes no two times of different zones for equal.
    groups: dict[dt.datetime, tuple[dt.datetime, list[str]]] = {}
    for at, number in waiting:
        groups.setdefault(at.astimezone(dt.timezone.utc), (at, []))[1].append(number)
    return tuple((groups[instant][0], tuple(groups[instant][1])) for instant in sorted(groups))
