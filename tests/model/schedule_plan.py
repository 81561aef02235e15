# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run of the model of scheduled messages settles and plans after its look."""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.voip_communications.sms.tests.model.schedule_protocol import (
    DATES,
    NO_MESSAGE,
    Bounds,
    Claim,
    Rules,
    Run,
    World,
)
from ansible_collections.voip_communications.sms.tests.model.schedule_world import (
    is_certain,
    is_stranger,
    row_of,
    touched,
    with_doubt,
    with_message,
)


@dataclass(frozen=True)
class Plan:
    """What a run does after its look: rely on a message, create one, cancel others, or fail."""

    wanted: int = NO_MESSAGE
    creates: bool = False
    fails: bool = False
    targets: tuple[int, ...] = ()
    is_over: bool = False


class Planner:
    """Judges and plans by these rules, within these bounds."""

    def __init__(self, rules: Rules, bounds: Bounds) -> None:
        self._rules = rules
        self._bounds = bounds

    def settled(self, world: World, index: int, run: Run) -> World:
        """Return the world with the ledger as the list proves it."""
        view = run.view
        if view is None:
            return world
        for date in (0, 1):
            world = self._settled_doubt(world, index, date, view)
        for at, message in enumerate(world.messages):
            if not message.owned and message.claim is Claim.NONE:
                continue
            judged = self._rules.judged(message, at in view, world.due_of(message.date), run.asked)
            if message.claim is Claim.GONE and judged.claim is Claim.NONE:
                judged = judged._replace(owned=row_of(world, message.date) == NO_MESSAGE)
            if judged != message:
                world = touched(with_message(world, at, judged), index, at)
        return world

    def _settled_doubt(self, world: World, index: int, date: int, view: tuple[int, ...]) -> World:
        doubt = world.doubts[date]
        if doubt is None:
            return world
        match = next((at for at in view if is_stranger(world.messages[at], date)), None)
        after = (
            None if match is not None else self._rules.doubt_after(doubt, world.due_of(date), world.runs[index].asked)
        )
        if match is not None:
            adopted = world.messages[match]._replace(owned=True)
            world = touched(with_message(world, match, adopted), index, match)
        return world if after == doubt else with_doubt(world, index, date, after)

    def plan(self, world: World, run: Run) -> Plan:
        """Return what a run does, by the ledger that its look has settled."""
        if run.task in DATES:
            return self._plan_present(world, run, DATES[run.task])
        targets = self._others(world, run, NO_MESSAGE)
        is_doubtful = any(world.doubts) or any(
            world.due_of(message.date) <= 0 and not is_certain(message) for message in world.messages
        )
        return Plan(targets=targets, fails=is_doubtful)

    def _plan_present(self, world: World, run: Run, date: int) -> Plan:
        due, at = world.due_of(date), row_of(world, date)
        if at == NO_MESSAGE:
            is_over = due <= 0
            may_create = world.doubts[date] is None and not is_over and len(world.messages) < self._bounds.messages
            others = self._others(world, run, NO_MESSAGE) if may_create else ()
            return Plan(creates=may_create, fails=not may_create, targets=others, is_over=is_over)
        message = self._rules.as_asked(world.messages[at], run.asked)
        view = () if run.view is None else run.view
        if due <= 0:
            is_sent = is_certain(message)
            return Plan(wanted=at if is_sent else NO_MESSAGE, fails=not is_sent)
        if self._rules.keeps(message, at in view, run.view is not None, due):
            return Plan(wanted=at, targets=self._others(world, run, at))
        return Plan(fails=True, targets=self._again(world, run, at))

    def _again(self, world: World, run: Run, at: int) -> tuple[int, ...]:
        """Return the message itself where its cancel was claimed, and may be repeated to be over sooner."""
        is_claimed = world.messages[at].claim is Claim.CANCELLING
        return (at,) if is_claimed and (run.view is None or at in run.view) else ()

    def _others(self, world: World, run: Run, wanted: int) -> tuple[int, ...]:
        """Return the messages of the name that are to be cancelled: all that may be pending but the wanted one."""
        view = () if run.view is None else run.view
        others = []
        for at, message in enumerate(world.messages):
            due = world.due_of(message.date)
            is_known = message.owned or message.claim is Claim.CANCELLING
            if at == wanted or not is_known or due <= 0:
                continue
            if not self._rules.is_cancelled(message, at in view or run.view is None, due):
                others.append(at)
        return tuple(others)
