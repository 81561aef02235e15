# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Change one thing in a world of the model of scheduled messages."""

from __future__ import annotations

from collections.abc import Callable

from ansible_collections.voip_communications.sms.tests.model.schedule_protocol import (
    DATES,
    NEVER,
    NO_MESSAGE,
    Claim,
    Doubt,
    Life,
    Message,
    Phase,
    Run,
    Target,
    World,
)


def is_certain(message: Message) -> bool:
    """Return whether nothing was asked or seen that makes a message's delivery uncertain."""
    return message.claim is Claim.GONE or (message.claim is Claim.NONE and message.absent == NEVER)


def is_stranger(message: Message, date: int) -> bool:
    """Return whether a message of this date belongs to no row."""
    return message.date == date and not message.owned and message.claim is Claim.NONE


def row_of(world: World, date: int) -> int:
    """Return the message of a content's row."""
    owned = (at for at, message in enumerate(world.messages) if message.owned and message.date == date)
    return next(owned, NO_MESSAGE)


def looking(run: Run) -> Run:
    """Return a run that begins anew within the same deadline."""
    return Run(Phase.LOOKING, run.task, left=run.left, wall=run.wall)


def threatened(message: Message, ticks: int) -> Message:
    """Return a message that a request may still cancel for these ticks."""
    return message._replace(threat=max(message.threat, ticks)) if message.life is Life.PENDING else message


def killed(world: World, index: int) -> World:
    """Return the world without a run. Its lock stays for the lease, and its request may still take effect."""
    run = world.runs[index]
    if run.phase is Phase.SENT:
        world = with_message(world, run.target, threatened(world.messages[run.target], run.flight))
    lease = max(world.lease, run.wall) if run.is_locked else world.lease
    return with_run(world, index, Run())._replace(lease=lease)


def with_run(world: World, index: int, run: Run) -> World:
    """Return the world with another state of a run."""
    return world._replace(runs=(*world.runs[:index], run, *world.runs[index + 1 :]))


def with_message(world: World, at: int, message: Message) -> World:
    """Return the world with another state of a message."""
    return world._replace(messages=(*world.messages[:at], message, *world.messages[at + 1 :]))


def with_doubt(world: World, index: int, date: int, doubt: Doubt | None) -> World:
    """Return the world in which a run has written or removed the row without smsid of a date."""
    doubts = (doubt, world.doubts[1]) if date == 0 else (world.doubts[0], doubt)
    return row_touched(world._replace(doubts=doubts), index, date)


def touched(world: World, index: int, at: int) -> World:
    """Return the world in which a run has changed a message's rows, so that others' compare and set fails."""
    runs = tuple(
        run if other == index or run.phase is Phase.IDLE else run._replace(touched=tuple({*run.touched, at}))
        for other, run in enumerate(world.runs)
    )
    return world._replace(runs=runs)


def row_touched(world: World, index: int, date: int) -> World:
    """Return the world in which a run has changed the row of a content."""
    runs = tuple(
        run._replace(row_touched=True) if other != index and DATES.get(run.task) == date else run
        for other, run in enumerate(world.runs)
    )
    return world._replace(runs=runs)


def kept(world: World, index: int, at: int) -> World:
    """Return the world in which a run keeps a message that others may have planned to cancel."""
    return _marked(world, index, at, lambda target: target._replace(kept=True))


def relied_on(world: World, index: int, at: int) -> World:
    """Return the world in which a run has reported ok of a message that others have planned to cancel before."""
    return _marked(world, index, at, lambda target: target._replace(overtaken=target.kept))


def _marked(world: World, index: int, at: int, mark: Callable[[Target], Target]) -> World:
    runs = tuple(
        run
        if other == index
        else run._replace(targets=tuple(mark(target) if target.message == at else target for target in run.targets))
        for other, run in enumerate(world.runs)
    )
    return world._replace(runs=runs)
