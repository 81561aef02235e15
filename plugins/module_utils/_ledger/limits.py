# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Decide whether a message would be one too many, by the messages that have been counted before. Pure.

A message takes a place when it is claimed, in the transaction of the claim, and counts from that moment: what another
run has claimed counts before it is sent. What is proven not to have been sent gives its place back. Places are kept in
scopes: one for each recipient, and one for the account, where those of one claim are one entry with their number. Times
are Unix seconds by the ledger's own clock.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

LONGEST_SPAN = 30 * 86400.0
"""Seconds that the span of a limit may last at most."""

PLACES_KEPT = LONGEST_SPAN + 86400.0
"""Seconds for which a place is kept, and the number of messages that were held."""

ACCOUNT = ""
"""The scope of what is counted for the whole account."""

CRITICAL, QUESTION = "critical:", "question:"
POOLS = ("", CRITICAL, QUESTION)
"""What stands before the recipient in a scope: nothing, or the name of an allowance of its own."""

HELD = "held:"
"""What stands before the recipient where the messages that were held are counted, by day."""

DAY = 86400.0

SHORT = 16
"""Hexadecimal digits of a fingerprint that a place keeps: 64 bits, with which a page of a file holds many places."""


class Limit(NamedTuple):
    """At most ``number`` messages in any span of so many ``seconds``."""

    number: int
    seconds: float


class Limits(NamedTuple):
    """The limits of a task: for each recipient, and for the account. ``pool``: the allowance from which it takes."""

    recipient: tuple[Limit, ...] = ()
    account: tuple[Limit, ...] = ()
    pool: str = ""

    def scope_of(self, recipient: str) -> str:
        """Return the scope in which the messages of a recipient (a fingerprint) are counted."""
        return f"{self.pool}{recipient[:SHORT]}"

    @property
    def longest(self) -> float:
        """The seconds of the longest span, before which no place matters."""
        return max(limit.seconds for limit in (*self.recipient, *self.account))

    @property
    def most(self) -> int:
        """The number of the newest places of a scope that must be known."""
        return max(limit.number for limit in (*self.recipient, *self.account))

    def tally(self, owner: str, recipients: Collection[str]) -> Tally:
        """Return what counts the messages of a claim of this owner, and holds them to these limits."""
        return Tally(owner, self, recipients)


class Hold(NamedTuple):
    """Why a message is held: the ``limit`` of the longest span that it would exceed, and ``until`` when it would.

    ``is_account``: only limits of the account hold it, and not one of the recipient.
    """

    limit: Limit
    until: float
    is_account: bool


def hold_of(
    limits: Iterable[Limit], times: Sequence[float], now: float, *, taken: int = 0, is_account: bool = False
) -> Hold | None:
    """Return why one more message now would be too many; None where it would not.

    ``times``: the newest first, after so many places that are ``taken`` now.
    """
    if not times and not taken:
        return None
    ends = {limit: _end_of(limit, times, now, taken) for limit in limits}
    hit = {limit: end for limit, end in ends.items() if end > now}
    if not hit:
        return None
    return Hold(max(hit, key=lambda limit: limit.seconds), max(hit.values()), is_account)


def _end_of(limit: Limit, times: Sequence[float], now: float, taken: int) -> float:
    """Return until when a limit is reached; 0 where it is not."""
    rank = limit.number - taken - 1
    if rank < 0:
        return now + limit.seconds
    return times[rank] + limit.seconds if rank < len(times) else 0.0


class Place(NamedTuple):
    """What a claim takes in one scope at one moment: a ``number`` of places. ``owner``: of the claim."""

    scope: str
    at: float
    owner: str
    number: int = 1

    def is_held(self, recipients: Collection[str] | None, now: float) -> bool:
        """Return whether it counts a message that was held back lately, to one of these recipients or to any."""
        if not self.scope.startswith(HELD) or self.at < now - PLACES_KEPT:
            return False
        return recipients is None or self.scope in {f"{HELD}{name[:SHORT]}" for name in recipients}


class Returned(NamedTuple):
    """The message of a claim, made at a moment by an owner, whose places are given back."""

    owner: str
    recipient: str
    at: float

    @property
    def places(self) -> list[tuple[str, str]]:
        """The scope and the owner of every place that the message can have in the scopes of its recipient."""
        return [(f"{pool}{self.recipient[:SHORT]}", self.owner[:SHORT]) for pool in POOLS]

    @property
    def of_account(self) -> Place:
        """What stands in the scope of the account beside the entry of the claim, once: one place less."""
        return Place(ACCOUNT, self.at, f"{self.owner[:SHORT]}:{self.recipient[:SHORT]}", -1)


class Tally:
    """The places that one change of a ledger counts, takes and gives back.

    A store sets ``times`` before it asks for the decision: of each scope the places of the ``longest`` span, the newest
    first, without those so far ahead that only a wrong clock can have taken them. Where no limit of the account
    ``can_be_hit``, it may say so instead (``is_account_free``). Then it writes what the decision has noted: the
    ``places`` of the recipients who were claimed, a place less for each of ``returned``, and one more for each that is
    ``held``.
    """

    def __init__(self, owner: str, limits: Limits, recipients: Collection[str] = ()) -> None:
        """Prepare a change; ``owner``: of the claim. ``recipients``: fingerprints of those whose messages it counts."""
        self._scope_of = {name: limits.scope_of(name) for name in recipients} if limits.recipient else {}
        self.scopes = (*dict.fromkeys(self._scope_of.values()), *([ACCOUNT] if limits.account else []))
        self.most = limits.most if self.scopes else 0
        self.longest = limits.longest if self.scopes else 0.0
        self.account_limits = limits.account
        self.is_account_free = False
        self.times: Mapping[str, Sequence[float]] = {}
        self.held: dict[str, Hold] = {}
        self.returned: list[Returned] = []
        self._size = len(recipients)
        self._owner = owner
        self._limits = limits
        self._at = 0.0

    def can_be_hit(self, limit: Limit, taken: int) -> bool:
        """Return whether a limit of the account may hold a message of the claim, with so many places in its span."""
        return taken + self._size > limit.number

    def admit(self, recipients: Iterable[str], now: float) -> list[str]:
        """Return the recipients to whom a message may be sent now; ``held`` has the others."""
        limits, self._at, self.held = self._limits, now, {}
        account = self.times.get(ACCOUNT, ())
        admitted: list[str] = []
        for recipient in recipients:
            times = self.times.get(self._scope_of[recipient], ()) if limits.recipient else ()
            hold = hold_of(limits.recipient, times, now)
            if hold is None and limits.account and not self.is_account_free:
                hold = hold_of(limits.account, account, now, taken=len(admitted), is_account=True)
            if hold is None:
                admitted.append(recipient)
            else:
                self.held[recipient] = hold
        return admitted

    def places(self, recipients: Sequence[str]) -> list[Place]:
        """Return the places that the messages of the claim to these recipients take."""
        at, owner, scope_of = self._at, self._owner, self._scope_of
        places = [Place(scope_of[name], at, owner[:SHORT]) for name in recipients] if scope_of else []
        if self._limits.account and recipients:
            places.append(Place(ACCOUNT, at, owner[:SHORT], len(recipients)))
        return places

    def applied(self, places: Sequence[Place], recipients: Sequence[str]) -> list[Place]:
        """Return all places of a ledger after the claim to these recipients, without those that are given back."""
        returned = {place for message in self.returned for place in message.places}
        kept = [place for place in places if (place.scope, place.owner) not in returned]
        claims = {(place.at, place.owner) for place in kept if place.scope == ACCOUNT}
        less = [message.of_account for message in self.returned if (message.at, message.owner[:SHORT]) in claims]
        return [*kept, *(place for place in less if place not in kept), *self.places(recipients)]

    def held_places(self) -> list[Place]:
        """Return where the messages that are held are counted: by recipient and day."""
        return [Place(f"{HELD}{recipient[:SHORT]}", self._at // DAY * DAY, "") for recipient in self.held]
