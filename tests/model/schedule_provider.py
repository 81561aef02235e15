# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service in the model of scheduled messages: what its list may show, when cancels take effect, and time."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from ansible_collections.voip_communications.sms.tests.model.schedule_protocol import (
    FAR,
    NEAREST,
    NEVER,
    Bounds,
    Doubt,
    Life,
    Message,
    Phase,
    Rules,
    World,
    WorldStep,
)


class ScheduleProvider:
    """The truth, within these bounds, and as long as the rules' own times say at most."""

    def __init__(self, rules: Rules, bounds: Bounds) -> None:
        self._rules = rules
        self._times = times = rules.times
        self._bounds = bounds
        self._horizon = times.hidden + times.grace
        """Ticks before its date from which the first message comes near."""

    def views(self, world: World) -> Iterator[tuple[int, ...] | None]:
        """Return what the list may show now: None where there is no list."""
        if not self._bounds.has_list:
            yield None
            return
        options = [self._sights(world, message) for message in world.messages]
        views = {tuple(index for index, shown in enumerate(view) if shown) for view in product(*options)}
        if world.spell not in (FAR, NEVER):
            views.add(())
        yield from sorted(views)

    def _sights(self, world: World, message: Message) -> tuple[bool, ...]:
        """Return whether the list may show a message, and whether it may not."""
        if message.life is Life.DELIVERED:
            return (False,)
        is_young = message.age <= self._times.lag
        if message.life is Life.CANCELLED:
            return (True, False) if is_young else (False,)
        is_hidden = world.due_of(message.date) <= self._times.hidden
        return (True, False) if is_young or is_hidden else (True,)

    def is_safe(self, world: World, index: int) -> bool:
        """Return whether a message is pending or delivered, and no cancel is under way that may take it."""
        message = world.messages[index]
        is_hit = any(run.phase is Phase.SENT and run.target == index and run.flight >= 0 for run in world.runs)
        return message.life is not Life.CANCELLED and message.threat < 0 and message.sure < 0 and not is_hit

    @staticmethod
    def may_go_out(message: Message) -> bool:
        """Return whether a message is pending, and no confirmed cancel takes it in time."""
        return message.life is Life.PENDING and message.sure < 0

    def steps(self, world: World) -> Iterator[WorldStep]:
        """Return what the service and time can do now."""
        for index, message in enumerate(world.messages):
            if not self.is_safe(world, index) and message.life is Life.PENDING:
                yield WorldStep((f"a cancel takes effect on message {index + 1}",), _hit(world, index), calm=True)
        if world.spell == FAR and self._bounds.has_list:
            spell = world._replace(spell=self._times.lag)
            yield WorldStep(("the list falsely begins to show nothing",), spell)
        if self._bounds.near and world.due == FAR:
            yield WorldStep(("the first date comes near",), world._replace(due=self._horizon), calm=True)
        yield from self._ticks(world)

    def _ticks(self, world: World) -> Iterator[WorldStep]:
        """Return a tick for all, and one for each run that is suspended meanwhile, whose monotonic clock stands."""
        yield WorldStep(("a tick",), self._later(world, NEVER), calm=True)
        for index, run in enumerate(world.runs):
            if run.left > 0:
                yield WorldStep(("a tick while", index, "is suspended"), self._later(world, index))

    def _later(self, world: World, suspended: int) -> World:
        due = world.due if world.due == FAR else max(NEAREST, world.due - 1)
        later = world._replace(due=due)
        return World(
            messages=tuple(self._aged(later, message) for message in world.messages),
            doubts=(_older(world.doubts[0]), _older(world.doubts[1])),
            runs=tuple(self._rules.later(run, suspended=index == suspended) for index, run in enumerate(world.runs)),
            lease=max(0, world.lease - 1),
            spell=world.spell if world.spell == FAR else max(NEVER, world.spell - 1),
            due=due,
        )

    @staticmethod
    def _aged(later: World, message: Message) -> Message:
        """Return a message a tick later. What a confirmed cancel must have taken by now, it has taken."""
        life, age = message.life, message.age + 1
        if life is Life.PENDING and message.sure == 0:
            life, age = Life.CANCELLED, 1
        elif life is Life.PENDING and later.due_of(message.date) <= 0:
            life = Life.DELIVERED
        return message._replace(
            life=life,
            age=age,
            threat=max(NEVER, message.threat - 1),
            sure=max(NEVER, message.sure - 1),
            effect=message.effect - 1,
            absent=message.absent + 1 if message.absent != NEVER else NEVER,
        )


def _hit(world: World, index: int) -> World:
    """Return the world in which a cancel has just taken a message."""
    message = world.messages[index]._replace(life=Life.CANCELLED, age=0)
    return world._replace(messages=(*world.messages[:index], message, *world.messages[index + 1 :]))


def _older(doubt: Doubt | None) -> Doubt | None:
    if doubt is None:
        return None
    return Doubt(doubt.age + 1, doubt.absent + 1 if doubt.absent != NEVER else NEVER)
