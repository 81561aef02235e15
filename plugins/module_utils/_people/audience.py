# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Choose who is told of an event at once, who is told later, and who is not; pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from .._core.errors import Faults
from .._core.structure import nonempty_text, one_of
from .._message import dates
from .contacts import read_contacts
from .listeners import read_people
from .moment import read_moment
from .person import SEVERITIES, Person


class Occasion(NamedTuple):
    """An event to tell people of, at the aware instant ``now``.

    ``account_timezone`` is the zone of the account, which cannot take some dates. Where it is empty, the zone of the
    person who is to get a message is used.
    """

    event: str
    severity: str
    now: dt.datetime
    account_timezone: str = ""


class Audience(NamedTuple):
    """The numbers to tell at once, those to tell later by instant, and the labels of the people who are not told."""

    now: tuple[str, ...]
    later: tuple[tuple[dt.datetime, tuple[str, ...]], ...]
    dropped: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return what the filter ``audience`` returns, without faults."""
        return {
            "now": list(self.now),
            "later": [{"at": at.isoformat(timespec="minutes"), "to": list(to)} for at, to in self.later],
            "dropped": list(self.dropped),
        }


def audience(
    recipients: object,
    occasion: Mapping[str, object],
    *,
    contacts: object = None,
    known_events: object = None,
    strict: bool = True,
) -> dict[str, Any]:
    """Return what the filter ``audience`` returns.

    ``occasion`` holds event, severity, now and account_timezone, and ``contacts`` the people whom recipients may name,
    as the user wrote them. Raises ``InputError`` with
    every fault; the faults of recipients are returned instead where it is not ``strict``.
    """
    faults, recipient_faults = Faults(), Faults()
    checked_occasion = read_occasion(occasion, faults)
    known_people = read_contacts(contacts, recipient_faults)
    people = read_people(recipients, known_people, recipient_faults, known_events)
    sentences = recipient_faults.sentences
    if strict:
        faults.add(*sentences)
    elif not people and not sentences:
        sentences = ("there are no recipients",)
    return {**choose(people, faults.checked(checked_occasion)).as_dict(), "faults": list(sentences)}


def choose(people: Iterable[Person], occasion: Occasion) -> Audience:
    """Return who is told, and when. A number gets one message, the earliest of those that it could get.

    Raises ``InputError`` where the hours of a person never begin.
    """
    now: dict[str, str] = {}
    later: dict[str, tuple[dt.datetime, str]] = {}
    dropped: dict[str, str] = {}
    for person in people:
        identity = person.identity
        if not person.wants(occasion.event, occasion.severity):
            continue
        if person.hours is None or person.hours.contains(occasion.now):
            now.setdefault(identity, person.number)
        elif person.defers:
            at = person.hours.opening(occasion.now, occasion.account_timezone)
            if identity not in later or at.timestamp() < later[identity][0].timestamp():
                later[identity] = at, person.number
        else:
            dropped.setdefault(identity, person.label)
    deferred = [entry for identity, entry in later.items() if identity not in now]
    silent = tuple(label for identity, label in dropped.items() if identity not in now and identity not in later)
    return Audience(tuple(now.values()), _by_instant(deferred), silent)


def left_out(people: Iterable[Person], event: str, severity: str, now: dt.datetime) -> frozenset[str]:
    """Return the numbers (identities) of the people who do not want to hear of an event, or not at this hour.

    Without an event, what people want to hear of does not matter. One mention that wants to hear of it is enough.
    """
    known = [person if event else person._replace(events=()) for person in people]
    reached = {
        person.identity
        for person in known
        if person.wants(event, severity) and (person.hours is None or person.hours.contains(now))
    }
    return frozenset(person.identity for person in known) - reached


def read_occasion(values: Mapping[str, object], faults: Faults) -> Occasion | None:
    """Return the event, severity, now and account_timezone that a user wrote.

    Faults are noted. Without a moment there is no occasion, and None is returned.
    """
    account_timezone = values["account_timezone"]
    event = faults.attempt(lambda: nonempty_text("event", values["event"]))
    severity = faults.attempt(lambda: one_of(SEVERITIES)("severity", values["severity"]))
    now = faults.attempt(lambda: read_moment("now", values["now"]))
    account = faults.attempt(lambda: _read_account_timezone(account_timezone)) if account_timezone else ""
    return Occasion(event or "", severity or SEVERITIES[0], now, account or "") if now is not None else None


def _read_account_timezone(value: object) -> str:
    name = nonempty_text("account_timezone", value)
    dates.zone(name, "account_timezone")
    return name


def _by_instant(
    deferred: Iterable[tuple[dt.datetime, str]],
) -> tuple[tuple[dt.datetime, tuple[str, ...]], ...]:
    """Return the numbers by the instant at which they are told, the earliest first."""
    # By UTC: in hours that exist twice, Python never takes two times of different zones for equal.
    groups: dict[dt.datetime, tuple[dt.datetime, list[str]]] = {}
    for at, number in deferred:
        groups.setdefault(at.astimezone(dt.timezone.utc), (at, []))[1].append(number)
    return tuple((groups[instant][0], tuple(groups[instant][1])) for instant in sorted(groups))
