# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scheduled messages of one name, as a small model: the ledger's rows, the runs, and the rules they follow.

All times are relative to the present moment, in ticks, and end where they make no difference any more. So states that
differ by the hour alone are one, and although runs follow each other without end, there is an end of states.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import NamedTuple

from ansible_collections.voip_communications.sms.tests.model.search import Step

AT_MOST_ONE = "at most one accepted message per content, recipient and minute"
PRESENT_TRUE = "an ok of present means exactly one message of that content, which no earlier cancel takes away"
ABSENT_TRUE = "an ok of absent means that none is pending and none will go out"

NEVER = -1
"""A countdown that does not run, or a first absence that was not noted."""
NO_MESSAGE = -1
FAR = 99
"""Ticks until a date that stays as far away as anyone likes."""
NEAREST = -1
"""The end of a countdown to a date: it is over."""


class Life(IntEnum):
    """The state of a message at the service."""

    PENDING = 0
    CANCELLED = 1
    DELIVERED = 2


class Claim(IntEnum):
    """The ledger's record of the cancels of one smsid. ``GONE``: judged gone, and kept as a memory."""

    NONE = 0
    CANCELLING = 1
    GONE = 2


class Task(StrEnum):
    """The task of a run. ``CANCEL``: absent by smsid, which holds no lock of a name."""

    FIRST = "present D1"
    SECOND = "present D2"
    ABSENT = "absent"
    CANCEL = "absent by smsid"


DATES = {Task.FIRST: 0, Task.SECOND: 1}


class Phase(StrEnum):
    """How far a run is. A run that is over, or dead, makes room for another."""

    IDLE = "idle"
    LOOKING = "looking"
    SEEN = "seen"
    CREATING = "creating"
    CANCELLING = "cancelling"
    CLAIMED = "claimed"
    SENT = "sent"
    CHECKING = "checking"
    CHECKED = "checked"


LOOKS = (Phase.LOOKING, Phase.SEEN, Phase.CHECKING, Phase.CHECKED)
"""The phases in which a run has asked for a list, or has it."""


@dataclass(frozen=True)
class Times:
    """The truth about the service, in ticks; the rules assume one tick more where they must be longer.

    ``lag``: how long the list may not show a new message, may show a cancelled one, and may falsely show nothing.
    ``hidden``: how long before its date a message may be off the list. ``cancel_lag``, ``grace``: how long a cancel may
    take after a valid answer, and after its first byte. ``deadline``: of a run, and the lease of its lock.
    """

    lag: int = 1
    hidden: int = 1
    cancel_lag: int = 1
    grace: int = 3
    deadline: int = 1


@dataclass(frozen=True)
class Bounds:
    """How large the model is. ``near``: the first date comes near, and passes. ``confirmed_fails``: a cancel that the
    service has confirmed may never take effect.
    """

    tasks: tuple[Task, ...] = (Task.FIRST, Task.ABSENT)
    runs: int = 2
    messages: int = 2
    has_list: bool = True
    near: bool = False
    confirmed_fails: bool = False


class Message(NamedTuple):
    """One smsid: the truth, and what the ledger has of it.

    ``age``: since it was accepted, or cancelled. ``threat``: how long a cancel whose answer is lost may still take
    effect; ``sure``: how long one that was confirmed may still take. ``owned``: the row of its content has this smsid.
    ``effect``: ticks until no claimed cancel can take effect any more; ``absent``: ticks since a first absence.
    """

    date: int
    life: Life = Life.PENDING
    age: int = 0
    threat: int = NEVER
    sure: int = NEVER
    owned: bool = True
    claim: Claim = Claim.NONE
    effect: int = 0
    confirmed: bool = False
    absent: int = NEVER


class Doubt(NamedTuple):
    """A row without smsid: its run died before the answer. ``age``: of its claim; ``absent``: as of a message."""

    age: int = 0
    absent: int = NEVER


class Target(NamedTuple):
    """A message that a run cancels. ``kept``: another run has kept or created it since this run's plan, and has
    (``overtaken``) reported ok of it.
    """

    message: int
    shown: bool
    kept: bool = False
    overtaken: bool = False


class Run(NamedTuple):
    """One run. ``left``: of its deadline by the monotonic clock; ``wall``: by the ledger's, which is its lock's lease.

    ``view``: the messages that the list showed; None where there is no list. ``touched``: messages that another run
    has changed in the ledger since this one read it, and ``row_touched``: the row of its content. ``wanted``: the
    message it keeps or has created; ``flight``: how long its request may still take effect; ``first``: whether no
    earlier cancel may; ``asked``: ticks since it asked for the list; ``broken``: the invariant that an ok would break,
    by the truth at its last look.
    """

    phase: Phase = Phase.IDLE
    task: Task = Task.FIRST
    left: int = 0
    wall: int = 0
    view: tuple[int, ...] | None = ()
    touched: tuple[int, ...] = ()
    row_touched: bool = False
    wanted: int = NO_MESSAGE
    created: bool = False
    targets: tuple[Target, ...] = ()
    nth: int = 0
    flight: int = NEVER
    first: bool = False
    asked: int = 0
    failed: bool = False
    broken: str = ""

    @property
    def target(self) -> int:
        """The message that it cancels now, or none."""
        return self.targets[self.nth].message if self.nth < len(self.targets) else NO_MESSAGE

    @property
    def is_locked(self) -> bool:
        """Whether it holds the lock of the name."""
        return self.phase is not Phase.IDLE and self.task is not Task.CANCEL


class World(NamedTuple):
    """Everything at one moment. ``lease``: what is left of a dead run's lock; ``spell``: of the time in which the list
    falsely shows nothing, ``FAR`` before it; ``due``: ticks until the first date, the second stays far away.
    """

    messages: tuple[Message, ...]
    doubts: tuple[Doubt | None, Doubt | None]
    runs: tuple[Run, ...]
    lease: int
    spell: int
    due: int

    def due_of(self, date: int) -> int:
        """Return the ticks until a date."""
        return self.due if date == 0 else FAR


WorldStep = Step[World]


class Rules:
    """The rules of the protocol. Broken variants override one of them."""

    name = "as specified"
    claims_first = True
    has_revision = True
    checks_wall = True
    compares = True
    rereads = True

    def __init__(self, times: Times | None = None) -> None:
        """Take LIST_GRACE and HANDOVER one tick longer than the service needs, CANCEL_LAG and GRACE as long."""
        times = times or Times()
        self.times = times
        self.list_grace = times.lag + 1
        self.cancel_lag = times.cancel_lag
        self.handover = times.hidden + 1
        self.grace = times.grace
        self.old = times.lag + times.deadline
        """Ticks after which it makes no difference how long ago something was."""

    # What a look proves -----------------------------------------------------------------------------------------

    def counts_absence(self, message: Message, due: int) -> bool:
        """Return whether the absence of a message from a complete list is evidence, by the time of the look."""
        return self.is_grown(message) and self.is_effect_over(message) and due > self.handover

    def is_grown(self, message: Message) -> bool:
        """Return whether every list must show the message."""
        return message.life is not Life.PENDING or message.age >= self.list_grace

    def is_effect_over(self, message: Message) -> bool:
        """Return whether no list shows a message any more that a claimed cancel has taken."""
        return message.claim is Claim.NONE or message.effect <= -self.list_grace

    def is_proof(self, absent: int) -> bool:
        """Return whether another absence proves that the message is gone. ``absent``: ticks since the first."""
        return absent >= self.list_grace

    def as_asked(self, message: Message, asked: int) -> Message:
        """Return a message with its times as they were when the list was asked for, ``asked`` ticks ago."""
        if not asked:
            return message
        absent = message.absent if message.absent == NEVER else max(0, message.absent - asked)
        return message._replace(age=message.age - asked, effect=message.effect + asked, absent=absent)

    def noted(self, asked: int) -> int:
        """Return the ticks since a first absence: it counts from when the list has been read."""
        return 0

    def judged(self, now: Message, shown: bool, due: int, asked: int) -> Message:
        """Return a message after a look at a complete list that was asked for ``asked`` ticks ago."""
        message = self.as_asked(now, asked)
        if shown:
            return now._replace(absent=NEVER, claim=Claim.NONE if self.is_effect_over(message) else now.claim)
        if message.claim is Claim.GONE or not self.counts_absence(message, due):
            return now
        if self.is_proof(message.absent):
            return now._replace(claim=Claim.GONE, effect=-self.list_grace, owned=False, absent=NEVER)
        return now if now.absent != NEVER else now._replace(absent=self.noted(asked))

    def doubt_after(self, doubt: Doubt, due: int, asked: int) -> Doubt | None:
        """Return a doubt after a complete list that shows no message of its content."""
        if doubt.age - asked < self.list_grace or due <= self.handover:
            return doubt
        if self.is_proof(doubt.absent - asked):
            return None
        return doubt if doubt.absent != NEVER else doubt._replace(absent=self.noted(asked))

    # What a run may do ------------------------------------------------------------------------------------------

    def is_in_time(self, run: Run) -> bool:
        """Return whether a run may still act: by both clocks, the second being its lock's."""
        return run.left > 0 and (run.wall > 0 or not self.checks_wall)

    def later(self, run: Run, *, suspended: bool) -> Run:
        """Return a run a tick later. A monotonic clock that is behind makes no difference where both are checked."""
        left, wall = run.left if suspended else max(0, run.left - 1), max(0, run.wall - 1)
        left = min(left, wall) if self.checks_wall else left
        asked = min(self.old, run.asked + 1) if run.phase in LOOKS else 0
        return run._replace(left=left, wall=wall, flight=max(NEVER, run.flight - 1), asked=asked)

    def keeps(self, message: Message, shown: bool, has_list: bool, due: int) -> bool:
        """Return whether a present relies on a message."""
        if message.claim is not Claim.NONE or message.absent != NEVER:
            return False
        return shown or not has_list or due <= self.handover or not self.is_grown(message)

    def claimed(self, message: Message, wall: int) -> Message:
        """Return a message whose cancel a run claims that may let it leave for ``wall`` ticks, the last excluded."""
        effect = wall - 1 + self.grace
        if message.claim is Claim.CANCELLING:
            effect = max(effect, message.effect)
        return message._replace(claim=Claim.CANCELLING, effect=effect, absent=NEVER)

    def answered(self, message: Message, first: bool) -> Message:
        """Return a message of whose cancel a valid answer has come. An earlier cancel may still take its time."""
        claimed = message._replace(claim=Claim.CANCELLING, absent=NEVER)
        return claimed._replace(effect=self.cancel_lag) if first else claimed

    def is_cancelled(self, message: Message, shown: bool, due: int) -> bool:
        """Return whether a run may report a message as cancelled by one more look."""
        if message.claim is Claim.GONE:
            return True
        return message.claim is Claim.CANCELLING and message.confirmed and not shown and due > self.handover
