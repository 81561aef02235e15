# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Limits, as a small model: several runs that each have a message of their own to one recipient, and one limit.

The collection's own functions say when a message is held, and what the row of the notice means and becomes. All times
are ticks relative to the ledger's clock, which always reads 0, so a moment of the past is a negative number.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.limits import Limit, hold_of
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import Claimability
from ansible_collections.voip_communications.sms.plugins.module_utils._message.outcome import Outcome, Result
from ansible_collections.voip_communications.sms.plugins.module_utils._task import report
from ansible_collections.voip_communications.sms.tests.model.protocol import (
    Became,
    Entry,
    FailurePolicy,
    Rules,
    Times,
)
from ansible_collections.voip_communications.sms.tests.model.search import Step

WITHIN = "never more messages than the limit within its span"
HELD_RIGHTLY = "a message is held only where as many were, or may have been, sent within the span"
ONE_NOTICE = "at most one notice within the span"
NOT_SILENT = "no run ends well, and without a warning, whose message was not sent"

NO_RUN = -1


@dataclass(frozen=True)
class Size:
    """How large the model is: ``runs`` at once, ``most`` messages in any ``span`` ticks."""

    runs: int = 2
    most: int = 1
    span: int = 2


_SMALL = Size()


class Phase(StrEnum):
    """How far a run is."""

    IDLE = "idle"
    COUNTED = "counted"
    CLAIMED = "claimed"
    POSTED = "posted"
    HELD = "held"
    TELLING = "telling"
    TOLD = "told"
    DONE = "done"


class Message(NamedTuple):
    """A message that was claimed at ``at``. ``place``: since when it counts; None where it does not.

    ``fate``: what its run knows. ``run``: whose it is, until that has settled it or was killed. ``is_unsent``: the
    ledger knows that it was not sent.
    """

    at: int
    place: int | None
    run: int
    fate: Became = Became.OPEN
    is_accepted: bool = False
    is_unsent: bool = False


class Run(NamedTuple):
    """One run. ``left``: ticks in which its message or its notice may still leave. ``notice``: the notice's fate."""

    phase: Phase = Phase.IDLE
    left: int = 0
    notice: Became = Became.OPEN


class World(NamedTuple):
    """Everything at one moment. ``row``: of the notice. ``told``: when notices were accepted.

    ``extra``: places that belong to no message, which only a broken rule takes.
    """

    runs: tuple[Run, ...]
    messages: tuple[Message, ...] = ()
    row: Entry | None = None
    told: tuple[int, ...] = ()
    extra: tuple[int, ...] = ()


class LimitRules:
    """The collection's rules. Broken variants override one of these methods or attributes."""

    name = "as released"
    counts_at_claim = True
    """Whether the decision and the place are one transaction."""
    takes_place_at_claim = True
    claims_notice = True
    counts_notice = False
    returned: tuple[Became, ...] = (Became.REFUSED, Became.NOT_SENT)
    """The fates that give a place back."""
    frees_killed = False

    def __init__(self, size: Size = _SMALL) -> None:
        self.size = size
        self.notice = Rules(Times(window=size.span))

    def is_held(self, times: list[int]) -> bool:
        """Return whether one message more is held; ``times``: of the places."""
        limit = Limit(self.size.most, float(self.size.span))
        return hold_of([limit], sorted(map(float, times), reverse=True), 0.0) is not None

    def is_silent(self, outcome: Outcome) -> bool:
        """Return whether a task ends well and without a warning, by what it reports of its message."""
        results = [Result("+1", outcome, posted=True)]
        policy = report.FailurePolicy(allow_held=True)
        return not report.rule(results, "key", policy).failed and not report.held_warnings(results, policy)


_POSTS = (
    ("accepted", Became.ACCEPTED, True),
    ("refused", Became.REFUSED, False),
    ("accepted, and the answer is lost", Became.UNKNOWN, True),
    ("lost on the way", Became.UNKNOWN, False),
    ("the connection is refused", Became.NOT_SENT, False),
)
"""What a request may come to: what its run knows, and whether the service has accepted it."""

_OUTCOMES = {
    Became.ACCEPTED: Outcome.SENT,
    Became.REFUSED: Outcome.REFUSED,
    Became.UNKNOWN: Outcome.UNKNOWN,
    Became.NOT_SENT: Outcome.NOT_SENT,
}
_LAST = -9
"""The oldest moment that is told from others."""


class LimitStory:
    """The steps of the model, and the invariants that they may break."""

    def __init__(self, rules: LimitRules) -> None:
        self._rules = rules
        self._size = rules.size
        self._oldest = -rules.size.span - 2

    def start(self) -> World:
        """Return the world before anything has happened."""
        return World(runs=(Run(),) * self._size.runs)

    def steps(self, world: World) -> Iterator[Step[World]]:
        """Yield everything that can happen next."""
        for place, run in enumerate(world.runs):
            yield from self._of_run(world, place, run)
            if run.phase is not Phase.IDLE:
                yield self._step((place, "is killed"), self._killed(world, place))
        if all(run.left > 0 for run in world.runs if run.phase in (Phase.CLAIMED, Phase.TELLING)):
            yield self._step(("a tick passes",), self._later(world))

    def _of_run(self, world: World, place: int, run: Run) -> Iterator[Step[World]]:
        if run.phase in (Phase.CLAIMED, Phase.TELLING):
            is_notice = run.phase is Phase.TELLING
            post, verb = (self._post_notice, "tells") if is_notice else (self._post, "posts")
            for name, fate, is_accepted in _POSTS:
                yield post(world, place, (place, f"{verb}: {name}"), fate, is_accepted=is_accepted)
            return
        step = {
            Phase.IDLE: self._begin,
            Phase.COUNTED: self._claim,
            Phase.POSTED: self._settle,
            Phase.HELD: self._claim_notice,
            Phase.TOLD: self._settle_notice,
            Phase.DONE: self._end,
        }[run.phase]
        yield step(world, place)

    # Messages -------------------------------------------------------------------------------------------------

    def _begin(self, world: World, place: int) -> Step[World]:
        """Count, and claim or hold; a broken rule does not do both at once."""
        places = [one.place for one in world.messages if one.place is not None]
        if self._rules.is_held([*places, *world.extra]):
            known = [one for one in world.messages if one.at > -self._size.span and not one.is_unsent]
            broken = "" if len(known) >= self._size.most else HELD_RIGHTLY
            return self._step((place, "is held"), _with(world, place, Run(Phase.HELD)), broken)
        if self._rules.counts_at_claim:
            return self._claim(world, place)
        return self._step((place, "counts"), _with(world, place, Run(Phase.COUNTED)))

    def _claim(self, world: World, place: int) -> Step[World]:
        message = Message(0, 0 if self._rules.takes_place_at_claim else None, place)
        after = world._replace(messages=(*world.messages, message))
        return self._step((place, "claims"), _with(after, place, Run(Phase.CLAIMED, left=1)))

    def _post(
        self, world: World, place: int, name: tuple[object, ...], fate: Became, *, is_accepted: bool
    ) -> Step[World]:
        after = _changed(world, place, fate=fate, is_accepted=is_accepted)
        accepted = [one.at for one in after.messages if one.is_accepted and one.at > self._oldest]
        broken = "" if _most_within(accepted, self._size.span) <= self._size.most else WITHIN
        return self._step(name, _with(after, place, Run(Phase.POSTED)), broken)

    def _settle(self, world: World, place: int) -> Step[World]:
        rules = self._rules
        (message,) = (one for one in world.messages if one.run == place)
        is_unsent = message.fate in (Became.REFUSED, Became.NOT_SENT)
        since = message.place if rules.takes_place_at_claim or is_unsent else 0
        kept = None if message.fate in rules.returned else since
        after = _changed(world, place, place=kept, is_unsent=is_unsent, run=NO_RUN)
        return self._end(after, place, _OUTCOMES[message.fate])

    def _end(self, world: World, place: int, outcome: Outcome = Outcome.HELD) -> Step[World]:
        """End a run, which reports its message."""
        is_silent = outcome is not Outcome.SENT and self._rules.is_silent(outcome)
        return self._step(
            (place, f"ends: {outcome.value}"), _with(world, place, Run()), NOT_SILENT if is_silent else ""
        )

    # The notice -----------------------------------------------------------------------------------------------

    def _claim_notice(self, world: World, place: int) -> Step[World]:
        notice, telling = self._rules.notice, Run(Phase.TELLING, left=1)
        if not self._rules.claims_notice:
            return self._step((place, "begins to tell"), _with(world, place, telling))
        if notice.claimability(world.row, FailurePolicy.PLAIN) is not Claimability.FREE:
            return self._step((place, "finds a notice"), _with(world, place, Run(Phase.DONE)))
        row = notice.claimed(world.row, FailurePolicy.PLAIN, place, 1, 2)
        return self._step((place, "claims the notice"), _with(world._replace(row=row), place, telling))

    def _post_notice(
        self, world: World, place: int, name: tuple[object, ...], fate: Became, *, is_accepted: bool
    ) -> Step[World]:
        told = (*world.told, 0) if is_accepted else world.told
        extra = (*world.extra, 0) if is_accepted and self._rules.counts_notice else world.extra
        after = _with(world._replace(told=told, extra=extra), place, Run(Phase.TOLD, notice=fate))
        return self._step(name, after, "" if _most_within(told, self._size.span) <= 1 else ONE_NOTICE)

    def _settle_notice(self, world: World, place: int) -> Step[World]:
        notice, row = self._rules.notice, world.row
        if row is not None and self._rules.claims_notice and notice.owns(row, place):
            world = world._replace(row=notice.settled(row, world.runs[place].notice))
        return self._step((place, "settles the notice"), _with(world, place, Run(Phase.DONE)))

    # What happens to all --------------------------------------------------------------------------------------

    def _killed(self, world: World, place: int) -> World:
        freed = {"place": None} if self._rules.frees_killed else {}
        return _with(_changed(world, place, run=NO_RUN, **freed), place, Run())

    def _later(self, world: World) -> World:
        span = self._size.span
        messages = (
            one._replace(at=one.at - 1, place=None if one.place is None or one.place <= 1 - span else one.place - 1)
            for one in world.messages
        )
        return World(
            runs=tuple(run._replace(left=max(0, run.left - 1)) for run in world.runs),
            messages=tuple(messages),
            row=_aged(world.row),
            told=tuple(at - 1 for at in world.told if at > 1 - span),
            extra=tuple(at - 1 for at in world.extra if at > 1 - span),
        )

    def _step(self, name: tuple[object, ...], after: World, broken: str = "") -> Step[World]:
        return Step(name, self._tidy(after), broken, order=tuple(range(self._size.runs)))

    def _tidy(self, world: World) -> World:
        """Return the world in one form, without what can matter no more: a message that leaves now is one tick old."""
        oldest = self._oldest
        messages = (one._replace(at=max(oldest, one.at)) for one in world.messages)
        mattering = [
            one
            for one in messages
            if one.run != NO_RUN or one.place is not None or (one.is_accepted and one.at > oldest)
        ]
        return world._replace(messages=tuple(sorted(mattering, key=repr)))


def _with(world: World, place: int, run: Run) -> World:
    """Return the world with a run changed."""
    return world._replace(runs=(*world.runs[:place], run, *world.runs[place + 1 :]))


def _changed(world: World, owner: int, **changes: Any) -> World:
    """Return the world with the message of a run changed, if it has one."""
    return world._replace(
        messages=tuple(one._replace(**changes) if one.run == owner else one for one in world.messages)
    )


def _most_within(moments: Sequence[int], span: int) -> int:
    """Return the largest number of moments within any span."""
    return max((sum(first <= at < first + span for at in moments) for first in moments), default=0)


def _aged(row: Entry | None) -> Entry | None:
    """Return a row one tick later; None where the next run may delete it."""
    if row is None or row.keep_until <= 0:
        return None
    times = ("claimed_at", "first_byte_by", "lease_until", "keep_until")
    later = {name: max(_LAST, getattr(row, name) - 1) for name in times}
    return row._replace(**later, previous=_aged(row.previous))


# Plausible rules, each wrong in one place -------------------------------------------------------------------------


class CountsBefore(LimitRules):
    """Messages are counted before the transaction that claims."""

    name = "counting outside the transaction"
    counts_at_claim = False


class KeepsPlace(LimitRules):
    """A message that was refused goes on counting."""

    name = "a place is not given back"
    returned = ()


class ReturnsDoubt(LimitRules):
    """Whatever was not accepted for certain gives its place back."""

    name = "a place is given back for an unknown fate"
    returned = (Became.REFUSED, Became.NOT_SENT, Became.UNKNOWN)


class TellsUnclaimed(LimitRules):
    """Each run that holds a message tells."""

    name = "a notice is not claimed"
    claims_notice = False


class CountsNotice(LimitRules):
    """The notice counts as a message."""

    name = "a notice is counted"
    counts_notice = True


class CountsFromSettle(LimitRules):
    """A message counts from the moment at which its result is known."""

    name = "the span is measured from the settle"
    takes_place_at_claim = False


class FreesKilled(LimitRules):
    """The message of a run that was killed does not count."""

    name = "a killed run gives its place back"
    frees_killed = True


class HoldsSilently(LimitRules):
    """A task that allows messages to be held says nothing."""

    name = "what is held is not reported"

    def is_silent(self, outcome: Outcome) -> bool:
        return outcome is Outcome.HELD or super().is_silent(outcome)


STORIES: dict[type[LimitRules], tuple[str, tuple[str, ...]]] = {
    CountsBefore: (
        WITHIN,
        ("A counts", "B counts", "A claims", "B claims", "A posts: accepted", "B posts: accepted"),
    ),
    KeepsPlace: (HELD_RIGHTLY, ("A claims", "A posts: refused", "A ends: refused", "A is held")),
    ReturnsDoubt: (
        WITHIN,
        (
            *("A claims", "A posts: accepted, and the answer is lost", "A ends: unknown"),
            *("A claims", "A posts: accepted"),
        ),
    ),
    TellsUnclaimed: (
        ONE_NOTICE,
        (
            *("A claims", "A posts: accepted", "A ends: sent", "A is held", "B is held"),
            *("A begins to tell", "B begins to tell", "A tells: accepted", "B tells: accepted"),
        ),
    ),
    CountsNotice: (
        HELD_RIGHTLY,
        (
            *("A claims", "A posts: accepted", "A ends: sent", "a tick passes", "A is held", "A claims the notice"),
            *("A tells: accepted", "A settles the notice", "A ends: held", "a tick passes", "A is held"),
        ),
    ),
    CountsFromSettle: (WITHIN, ("A claims", "B claims", "A posts: accepted", "B posts: accepted")),
    FreesKilled: (WITHIN, ("A claims", "A posts: accepted", "A is killed", "A claims", "A posts: accepted")),
    HoldsSilently: (
        NOT_SILENT,
        (
            *("A claims", "A posts: accepted", "A ends: sent", "A is held", "A claims the notice"),
            *("A tells: refused", "A settles the notice", "A ends: held"),
        ),
    ),
}
"""What each broken rule breaks, and how; by the rules as released, the story cannot be told to its end."""
