# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service in the same process, that does what it is told to, and knows the truth about every message."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from ansible_collections.voip_communications.sms.plugins.module_utils._core.http import Answer, Lost, NotSent


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
        """The machine's clock, in Unix seconds."""
        return self.true + self.off

    def monotonic(self) -> float:
        """True time."""
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
    """What becomes of one request."""

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
class Turn:
    """How one request goes. ``held``: seconds before its first byte; ``late``: seconds until the service accepts it
    when nobody hears of that; ``slow``: seconds until the answer.
    """

    ending: Ending = Ending.ACCEPTED
    held: float = 0.0
    late: float = 0.0
    slow: float = 0.0


@dataclass
class Sent:
    """A message whose first byte has left. Moments are of true time; ``noted``: when the ledger was told of it."""

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
    """Who is sending at this moment, as the ledger has it: per recipient, whether the user asked for it in spite of
    a message in the way; and how far the clock had been set until the claim.
    """

    owner: str
    allowed: Mapping[str, bool]
    forward: float
    back: float


@dataclass
class Provider:
    """Takes the place of ``Http`` in an ``Api``. ``meanwhile`` is called before and after a first byte."""

    clock: Clock
    turns: list[Turn]
    claimant: Callable[[Sequence[str]], Claimant]
    meanwhile: Callable[[], None]
    book: list[Sent] = field(default_factory=list)

    def post(self, path: str, form: Mapping[str, str], seconds: float, permits: Callable[[], bool]) -> Answer:
        """What ``Http.post`` is to an ``Api``."""
        assert path == "sms/send"
        assert seconds >= 0
        turn = self.turns.pop(0) if self.turns else Turn()
        if turn.ending is Ending.NO_CONNECTION:
            raise NotSent("the service refused the connection", passing=True)
        self.clock.sleep(turn.held)
        self.meanwhile()
        if not permits():
            raise NotSent("the deadline was over before the request could begin", passing=False)
        recipients = form["to"].split(",")
        sent = self._take(recipients, turn)
        self.meanwhile()
        self.clock.sleep(turn.slow)
        return _answer(turn.ending, sent)

    def _take(self, recipients: Sequence[str], turn: Turn) -> list[Sent]:
        """The first byte has left: enter what becomes of it into the book."""
        claimant = self.claimant(recipients)
        now = self.clock.true
        at = now + (0.0 if turn.ending is Ending.ACCEPTED else turn.late) if turn.ending in _ACCEPTING else None
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
    """What comes back, if anything does."""
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
    log = [{"to": each.recipient, "code": code, "smsid": each.smsid} for each in sent]
    return Answer(200, {}, json.dumps({"send_log": log}).encode())
