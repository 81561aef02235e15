# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One message to one recipient, as a small model: several runs of one task, the ledger's row, the service, a person.

The collection's own functions say what a row means and becomes, with small whole numbers for seconds.
All times are relative to the ledger's clock, which always reads 0: so states that differ by the hour alone are one,
and although runs follow each other without end, there is an end of states.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import NamedTuple
from unittest import mock

from ansible_collections.voip_communications.sms.plugins.module_utils._ledger import model, resolve
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import (
    Claim,
    Claimability,
    DedupePolicy,
    Row,
    State,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._message.outcome import Fate, Outcome, Result
from ansible_collections.voip_communications.sms.plugins.module_utils._send.results import result_of_row
from ansible_collections.voip_communications.sms.plugins.module_utils._task import report
from ansible_collections.voip_communications.sms.tests.model.search import Step

ONCE = "at most one accepted message within a window, unless the user asked for more"
TRUE_SUCCESS = "success is reported only when the message was accepted within the window"
ONE_AT_WORK = "no run claims a message while another run may be sending it"
UNKNOWN_FAILS = "an unknown fate is never reported as success"

_NUMBER = "1"
NO_OWNER = -1
NO_MESSAGE = -1
RESERVE = 1
"""Ticks at the end of a deadline in which no request begins any more."""


class FailurePolicy(StrEnum):
    """How a run treats messages of earlier runs."""

    PLAIN = "plain"
    RESEND = "on_unknown=resend"
    FORCE = "force"


@dataclass(frozen=True)
class Times:
    """Ticks. ``accepts``: how long after its first byte the service may accept a request whose answer is lost.

    ``lag``: how long the message log may take to show what was accepted. ``grace`` is as short as it may be: a byte
    that leaves before a tick leaves one tick earlier at the latest. ``jumps``: how far the ledger's clock may be
    set off from true time, to either side. ``ahead``: how far a row may lie ahead to be believed; a window if None.
    """

    deadline: int = 2
    window: int = 2
    accepts: int = 1
    lag: int = 1
    grace: int = 1
    margin: int = 1
    jumps: int = 0
    ahead: int | None = None


@dataclass(frozen=True)
class Bounds:
    """How large the model is: runs at once, and messages that the service remembers at once."""

    runs: int = 2
    messages: int = 2
    policies: tuple[FailurePolicy, ...] = tuple(FailurePolicy)


class Phase(StrEnum):
    """How far a run is. A run that is over, or dead, makes room for another."""

    IDLE = "idle"
    LOOKING = "looking"
    READY = "ready"
    CLAIMED = "claimed"
    POSTED = "posted"
    JUDGED = "judged"


class Became(StrEnum):
    """The fate of a request; ``OPEN`` while the service may still accept it. Texts, since their hash is quick."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    NOT_SENT = "not sent"


class Entry(NamedTuple):
    """What counts of a ledger's row."""

    state: State
    owner: int
    claimed_at: int
    first_byte_by: int
    lease_until: int
    keep_until: int
    previous: Entry | None


class Run(NamedTuple):
    """One run of the task. ``left``: what is left of its deadline. ``start``: how long it had to begin when that was
    measured; ``wall``: how long it still has, by the clock that can be set; ``ahead``: how far that clock was set
    forward since the claim. ``allowed``: as of its message.
    """

    phase: Phase = Phase.IDLE
    policy: FailurePolicy = FailurePolicy.PLAIN
    left: int = 0
    start: int = 0
    wall: int = 0
    message: int = NO_MESSAGE
    fate: Became = Became.OPEN
    allowed: bool = False
    ahead: int = 0


class Message(NamedTuple):
    """A request whose first byte has left, as the service has it.

    Ages are ticks of true time; ``noted``: since the ledger has noted it. ``ahead``: by how much the ledger's clock
    was set forward since, all in all. ``allowed``: the user asked for it despite an earlier message;
    ``disowned``: a person said too early that it was not sent.
    """

    fate: Became
    age: int
    accepted: int
    noted: int | None
    ahead: int
    allowed: bool
    disowned: bool


class World(NamedTuple):
    """Everything at one moment. ``off``: the ledger's clock against true time."""

    row: Entry | None
    runs: tuple[Run, ...]
    messages: tuple[Message, ...]
    off: int


WorldStep = Step[World]


class Rules:
    """The collection's rules, on entries. Broken variants override one of these methods."""

    name = "as released"
    claims_first = True

    def __init__(self, times: Times) -> None:
        self.times = times
        # One answer for one question: the search asks the same very often.
        self.claimability = cache(self.claimability)  # type: ignore[method-assign]  # the cache goes with the rules
        self.claimed = cache(self.claimed)  # type: ignore[method-assign]  # as above
        self.settled = cache(self.settled)  # type: ignore[method-assign]  # as above
        self.resolved = cache(self.resolved)  # type: ignore[method-assign]  # as above
        self.outcome = cache(self.outcome)  # type: ignore[method-assign]  # as above
        self.succeeds = cache(self.succeeds)  # type: ignore[method-assign]  # as above

    @contextmanager
    def in_ticks(self) -> Iterator[None]:
        """Let the collection's own times be ticks."""
        with ExitStack() as stack:
            for module, name, ticks in (
                (model, "GRACE", self.times.grace),
                (resolve, "GRACE", self.times.grace),
                (model, "AHEAD", self.times.window if self.times.ahead is None else self.times.ahead),
                (model, "SETTLE_MARGIN", self.times.margin),
                (model, "KEPT", 0),
            ):
                stack.enter_context(mock.patch.object(module, name, ticks))
            yield

    def dedupe(self, policy: FailurePolicy) -> DedupePolicy:
        """Return the dedupe policy of a run."""
        return DedupePolicy(
            content="text",
            window=self.times.window,
            force=policy is FailurePolicy.FORCE,
            resend_unknown=policy is FailurePolicy.RESEND,
        )

    def claimability(self, entry: Entry | None, policy: FailurePolicy) -> Claimability:
        """Return what the row means to a run."""
        return model.claimability(row_of(entry), self.dedupe(policy), 0)

    def claimed(self, entry: Entry | None, policy: FailurePolicy, owner: int, start: int, left: int) -> Entry | None:
        """Return the row after a claim of an unclaimed one."""
        claim = Claim(
            key="key",
            label="",
            dedupe=self.dedupe(policy),
            recipients={_NUMBER: "*1"},
            owner=str(owner),
            origin="",
            start_within=start,
            finish_within=left,
        )
        return entry_of(model.claimed(row_of(entry), claim, _NUMBER, 0))

    def owns(self, entry: Entry, owner: int) -> bool:
        """Return whether a run may settle the row."""
        return entry.owner == owner

    def settled(self, entry: Entry, fate: Became) -> Entry | None:
        """Return the row after an attempt."""
        return entry_of(model.settled(_row(entry), Fate(fate.value), (), 0))

    def permits(self, run: Run) -> bool:
        """Return whether the first byte may leave, by the monotonic clock and by the one that can be set."""
        return run.left > RESERVE and run.wall > 0

    def is_over(self, entry: Entry) -> bool:
        """Return whether the next run, whatever it sends, may delete the row."""
        return entry.keep_until < 0

    def resolved(self, entry: Entry, *, sent: bool) -> tuple[Entry | None, bool] | None:
        """Return the row as a person resolves it, and whether that is early; None when nothing may be resolved."""
        resolution = resolve.resolve({_NUMBER: _row(entry)}, sent=sent, now=0)
        if not resolution.changes:
            return None
        return entry_of(resolution.changes[0][1]), bool(resolve.resolved_early(resolution, 0))

    def outcome(self, entry: Entry, claimability: Claimability) -> Outcome:
        """Return the outcome of a recipient whom a run leaves alone."""
        return result_of_row(_NUMBER, _row(entry), claimability, 0).outcome

    def succeeds(self, outcome: Outcome, *, posted: bool, skip: bool, others: bool) -> bool:
        """Return whether the task succeeds. ``others``: another recipient has had the message."""
        results = [Result("+1", outcome, posted=posted)]
        results += [Result("+2", Outcome.DUPLICATE)] if others else []
        return not report.rule(results, "key", report.FailurePolicy(skip_unknown=skip)).failed


@cache
def _row(entry: Entry) -> Row:
    return Row(
        key="key",
        recipient=_NUMBER,
        masked="*1",
        label="",
        content="text",
        state=entry.state,
        attempt=1,
        owner=str(entry.owner),
        origin="",
        claimed_at=entry.claimed_at,
        first_byte_by=entry.first_byte_by,
        lease_until=entry.lease_until,
        keep_until=entry.keep_until,
        previous=row_of(entry.previous),
    )


def row_of(entry: Entry | None) -> Row | None:
    """Return the ledger's row of an entry."""
    return None if entry is None else _row(entry)


def entry_of(row: Row | None) -> Entry | None:
    """Return what counts of a row."""
    if row is None:
        return None
    return Entry(
        state=row.state,
        owner=int(row.owner or NO_OWNER),
        claimed_at=int(row.claimed_at),
        first_byte_by=int(row.first_byte_by),
        lease_until=int(row.lease_until),
        keep_until=int(row.keep_until),
        previous=entry_of(row.previous),
    )
