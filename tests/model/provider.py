# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service in the same process that follows a script, and knows the truth about every message."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from ansible_collections.voip_communications.sms.plugins.module_utils._core.exchange import Answer, Lost, NotSent


class Killed(BaseException):
    """The run's process is gone: nothing of it may catch this."""


class Clock:
    """True time, which only goes forward, and the machine's clock, which can be set. Looks like the module `time`."""

    def __init__(self) -> None:
        self.true = 1_000_000.0
        self.off = 0.0
        self.forward = 0.0
        self.back = 0.0

    def time(self) -> float:
        """Return the machine's clock, in Unix seconds."""
        return self.true + self.off

    def monotonic(self) -> float:
        """Return true time."""
        return self.true

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.true += seconds

    def jump(self, seconds: float) -> None:
        """Set the machine's clock."""
        self.off += seconds
        self.forward += max(0.0, seconds)
        self.back += max(0.0, -seconds)


class Ending(Enum):
    """The end of one request."""

    ACCEPTED = "accepted"
    REFUSED = "refused by a record"
    REFUSED_WHOLE = "refused as a whole"
    NO_CONNECTION = "no connection"
    DENIED = "HTTP 401"
    LOST = "no answer, and not accepted"
    LOST_ACCEPTED = "no answer, and accepted"
    BROKEN = "HTTP 500, and accepted"
    KILLED = "killed before the answer, and not accepted"
    KILLED_ACCEPTED = "killed before the answer, and accepted"


_ACCEPTING = frozenset({Ending.ACCEPTED, Ending.LOST_ACCEPTED, Ending.BROKEN, Ending.KILLED_ACCEPTED})


@dataclass(frozen=True)
class Exchange:
    """The course of one request. ``held``: seconds before its first byte; ``late``: seconds until the service accepts
    a message whose answer is lost; ``slow``: seconds until the answer.
    """

    ending: Ending = Ending.ACCEPTED
    held: float = 0.0
    late: float = 0.0
    slow: float = 0.0


@dataclass
class Sent:
    """A message whose first byte has left. Moments are of true time; ``noted``: when the ledger noted it."""

    recipient: str
    owner: str
    smsid: str
    byte: float
    accepted: float | None
    allowed: bool
    forward: float
    back: float
    noted: float | None = None
    disowned: bool = False


@dataclass
class Claimant:
    """The run that is sending at this moment, as the ledger has it: per recipient, whether the user asked for it
    despite an earlier message; how far the clock had been set until the claim; and until when (true time) it takes.
    """

    owner: str
    allowed: Mapping[str, bool]
    forward: float
    back: float
    until: float


@dataclass
class Provider:
    """Takes the place of ``Http`` in an ``Api``. ``meanwhile`` is called before and after a first byte."""

    clock: Clock
    script: list[Exchange]
    claimant: Callable[[Sequence[str]], Claimant]
    meanwhile: Callable[[], None]
    book: list[Sent] = field(default_factory=list)

    def post(self, path: str, form: Mapping[str, str], seconds: float, permits: Callable[[], bool]) -> Answer:
        """Answer as ``Http.post`` does."""
        assert path == "sms/send"
        assert seconds >= 0
        exchange = self.script.pop(0) if self.script else Exchange()
        if exchange.ending is Ending.NO_CONNECTION:
            raise NotSent("the service refused the connection", passing=True)
        self.clock.sleep(exchange.held)
        self.meanwhile()
        if not permits():
            raise NotSent("the deadline was over before the request could begin", passing=False)
        recipients = form["to"].split(",")
        sent = self._take(recipients, exchange)
        self.meanwhile()
        self.clock.sleep(exchange.slow)
        return _answer(exchange.ending, sent)

    def _take(self, recipients: Sequence[str], exchange: Exchange) -> list[Sent]:
        """Enter the messages into the book, now that their first byte has left."""
        claimant = self.claimant(recipients)
        now = self.clock.true
        at = (
            now + (0.0 if exchange.ending is Ending.ACCEPTED else exchange.late)
            if exchange.ending in _ACCEPTING
            else None
        )
        sent = [
            Sent(
                recipient=number,
                owner=claimant.owner,
                smsid=f"id{len(self.book) + place}",
                byte=now,
                accepted=at,
                allowed=claimant.allowed[number],
                forward=claimant.forward,
                back=claimant.back,
            )
            for place, number in enumerate(recipients)
        ]
        self.book += sent
        return sent


def _answer(ending: Ending, sent: Sequence[Sent]) -> Answer:
    """Return the answer, or raise what happens instead."""
    if ending in (Ending.KILLED, Ending.KILLED_ACCEPTED):
        raise Killed
    if ending in (Ending.LOST, Ending.LOST_ACCEPTED):
        raise Lost("the connection was reset")
    if ending is Ending.BROKEN:
        return Answer(500, {}, b"")
    if ending is Ending.DENIED:
        return Answer(401, {}, b"")
    if ending is Ending.REFUSED_WHOLE:
        return Answer(200, {}, b'{"error": true, "error_message": "no credit"}')
    code = 200 if ending is Ending.ACCEPTED else 404
    log = [{"to": message.recipient, "code": code, "smsid": message.smsid} for message in sent]
    return Answer(200, {}, json.dumps({"send_log": log}).encode())
