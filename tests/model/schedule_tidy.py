# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Give each world of the model of scheduled messages one form, without what can make no difference any more."""

from __future__ import annotations

from functools import cache

from ansible_collections.voip_communications.sms.tests.model.schedule_protocol import (
    NEVER,
    Claim,
    Doubt,
    Life,
    Message,
    Phase,
    Run,
    World,
    WorldStep,
)

_ORDER = list(Phase)


class Tidy:
    """The one form of worlds in which nothing matters that was longer ago than ``old`` ticks."""

    def __init__(self, old: int) -> None:
        self._old = old
        # One answer for one question: the search asks the same very often.
        self._plain = cache(self._plain_of)

    def tidied(self, step: WorldStep) -> WorldStep:
        """Return the step to the one form of its world, with its runs in one order."""
        world = step.after
        plain = [self._plain(message) for message in world.messages]
        used = {at for run in world.runs for at in _used(run)}
        kept = [at for at, message in enumerate(plain) if at in used or not self._is_past(message)]
        places = {old: new for new, old in enumerate(kept)}
        messages = tuple(plain[at] for at in kept)
        runs = [_placed(run, messages, places) for run in world.runs]
        order = tuple(sorted(range(len(runs)), key=lambda index: _rank(runs[index])))
        after = World(
            messages,
            (self._plain_doubt(world.doubts[0]), self._plain_doubt(world.doubts[1])),
            tuple(runs[index] for index in order),
            world.lease,
            world.spell,
            world.due,
        )
        return step._replace(after=after, order=order)

    def _plain_of(self, message: Message) -> Message:
        is_pending, is_claimed = message.life is Life.PENDING, message.claim is Claim.CANCELLING
        return Message(
            message.date,
            message.life,
            0 if message.life is Life.DELIVERED else min(self._old, message.age),
            message.threat if is_pending else NEVER,
            message.sure if is_pending else NEVER,
            message.owned,
            message.claim,
            max(-self._old, message.effect) if message.claim is not Claim.NONE else 0,
            message.confirmed and is_claimed,
            min(self._old, message.absent),
        )

    def _plain_doubt(self, doubt: Doubt | None) -> Doubt | None:
        return None if doubt is None else Doubt(min(self._old, doubt.age), min(self._old, doubt.absent))

    def _is_past(self, message: Message) -> bool:
        """Return whether a message was cancelled, no list shows it any more, and the ledger has no open claim on it."""
        is_open = message.owned or message.claim is Claim.CANCELLING
        return message.life is Life.CANCELLED and message.age >= self._old and not is_open


def _used(run: Run) -> tuple[int, ...]:
    """Return the messages that a run still needs."""
    return (*(target.message for target in run.targets), *((run.wanted,) if run.wanted >= 0 else ()))


def _placed(run: Run, messages: tuple[Message, ...], places: dict[int, int]) -> Run:
    """Return a run with the new places of its messages."""
    if run.phase is Phase.IDLE:
        return run
    placed = run._replace(
        view=None if run.view is None else tuple(places[at] for at in run.view if at in places),
        touched=tuple(sorted(places[at] for at in run.touched if at in places)),
        wanted=places.get(run.wanted, run.wanted),
        targets=tuple(target._replace(message=places[target.message]) for target in run.targets),
    )
    if placed.flight >= 0 and messages[placed.target].life is not Life.PENDING:
        placed = placed._replace(flight=NEVER)
    return placed


@cache
def _rank(run: Run) -> tuple[object, ...]:
    """Return the rank of a run among the others; equal ranks are equal runs."""
    view = (-9,) if run.view is None else run.view
    return (_ORDER.index(run.phase), *run[1:4], view, *run[5:])
