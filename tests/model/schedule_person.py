# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A person in the model of scheduled messages, who resolves what no list can tell."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.voip_communications.sms.tests.model.schedule_protocol import (
    NEVER,
    NO_MESSAGE,
    Bounds,
    Claim,
    Life,
    Phase,
    Rules,
    World,
    WorldStep,
)
from ansible_collections.voip_communications.sms.tests.model.schedule_provider import ScheduleProvider
from ansible_collections.voip_communications.sms.tests.model.schedule_world import (
    is_certain,
    is_stranger,
    touched,
    with_doubt,
    with_message,
)


class Person:
    """Reads the service's log and page, and tells the ledger."""

    def __init__(self, rules: Rules, bounds: Bounds, provider: ScheduleProvider) -> None:
        self._rules = rules
        self._bounds = bounds
        self._provider = provider

    def steps(self, world: World) -> Iterator[WorldStep]:
        """Resolve what no list can tell: without one, near the date, and after it. Not while a run is at work."""
        if any(run.phase is not Phase.IDLE for run in world.runs):
            return
        for at, message in enumerate(world.messages):
            can_tell = self._bounds.has_list and world.due_of(message.date) > self._rules.handover
            if can_tell or not (message.owned or message.claim is Claim.CANCELLING) or is_certain(message):
                continue
            if message.life is Life.CANCELLED:
                resolved = message._replace(claim=Claim.GONE, effect=0, owned=False, absent=NEVER)
            elif self._provider.is_safe(world, at):
                resolved = message._replace(claim=Claim.NONE, absent=NEVER)
            else:
                continue
            name = f"a person resolves message {at + 1} as {message.life.name.lower()}"
            yield WorldStep((name,), touched(with_message(world, at, resolved), NO_MESSAGE, at), calm=True)
        yield from self._doubts(world)

    def _doubts(self, world: World) -> Iterator[WorldStep]:
        for date, doubt in enumerate(world.doubts):
            if doubt is None or (self._bounds.has_list and world.due_of(date) > self._rules.handover):
                continue
            at = next((at for at, message in enumerate(world.messages) if is_stranger(message, date)), None)
            after = world
            if at is not None:
                after = with_message(world, at, world.messages[at]._replace(owned=True))
            yield WorldStep(("a person resolves a doubt",), with_doubt(after, NO_MESSAGE, date, None), calm=True)
