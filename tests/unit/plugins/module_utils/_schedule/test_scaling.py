# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What each further pending message costs a task, in calls and objects, which are the same on every machine.

A comparison inside of Python, as of a message with each in a list, calls nothing. So the smsids and numbers are texts
that are compared by a call.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.memory import MemoryLedger
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import Row
from ansible_collections.voip_communications.sms.plugins.module_utils._message.outcome import Outcome
from ansible_collections.voip_communications.sms.tests.support.crowds import (
    Crowd,
    CrowdedWorld,
    at_one_number,
    doubtful,
    moved,
    replaced,
)
from ansible_collections.voip_communications.sms.tests.support.scheduling import START

FEW, MANY, WANTED = 200, 600, 20
EVERY = 10
"""Objects after which Python looks for garbage, where a test says so."""


class Counted(str):
    """A text whose comparisons are calls that a profiler sees."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return str.__eq__(self, other)

    def __hash__(self) -> int:
        return str.__hash__(self)


@pytest.fixture
def calls() -> Iterator[Callable[[Callable[[], object]], int]]:
    """Return a function that counts the calls, of Python and of C, which something makes."""
    before = sys.getprofile()

    def counted(work: Callable[[], object]) -> int:
        count = 0

        def profile(_frame: FrameType, event: str, _argument: Any) -> None:
            nonlocal count
            count += event in ("call", "c_call")

        sys.setprofile(profile)
        try:
            work()
        finally:
            sys.setprofile(before)
        return count

    yield counted
    sys.setprofile(before)


Calls = Callable[[Callable[[], object]], int]


@pytest.mark.parametrize(
    ("crowd", "limit"),
    [(moved, 6), (replaced, 34), (doubtful, 26), (at_one_number, 32)],
    ids=["of others", "of the name", "of others, and a doubt", "to one number"],
)
def test_a_further_message_costs_a_plan_few_calls(crowd: Callable[[int, int], Crowd], limit: int, calls: Calls) -> None:
    few, many = (calls(crowd(size, WANTED).counted(Counted).planned) for size in (FEW, MANY))
    assert (many - few) / (MANY - FEW) < limit


def move_among_others(size: int) -> Callable[[], object]:
    return moved(size, WANTED).counted(Counted).world().move


def move_from_all(size: int) -> Callable[[], object]:
    return replaced(size, WANTED).counted(Counted).world().move


def cancel_all(size: int) -> Callable[[], object]:
    return replaced(size, WANTED).counted(Counted).world().cancel


def list_all(size: int) -> Callable[[], object]:
    return moved(size, WANTED).counted(Counted).world().list


@pytest.mark.parametrize(
    ("task", "limit"),
    [(move_among_others, 6), (move_from_all, 95), (cancel_all, 95), (list_all, 32)],
)
def test_a_further_message_costs_a_task_few_calls(
    task: Callable[[int], Callable[[], object]], limit: int, calls: Calls
) -> None:
    task(FEW)()  # what a first task takes to import and to keep is no part of it
    few, many = (calls(task(size)) for size in (FEW, MANY))
    assert (many - few) / (MANY - FEW) < limit


@pytest.mark.parametrize(("crowd", "limit"), [(moved, 0.1), (replaced, 3.1)], ids=["of others", "of the name"])
def test_a_further_message_costs_a_plan_few_objects(crowd: Callable[[int, int], Crowd], limit: float) -> None:
    """The garbage collector visits each of them, which can take longer than to make them."""
    few, many = (objects(crowd(size, WANTED)) for size in (FEW, MANY))
    assert (many - few) / (MANY - FEW) < limit


def objects(crowd: Crowd) -> int:
    """Return how many more objects the garbage collector has to visit while a plan exists."""
    gc.collect()
    gc.disable()
    try:
        before = len(gc.get_objects())
        planned = crowd.planned()
        return len(gc.get_objects()) - before if planned else 0
    finally:
        gc.enable()


def test_no_garbage_is_looked_for_while_a_plan_is_made() -> None:
    """Only the crowd itself, which has a key for each row, makes more objects where more messages are pending."""
    few, many = (searches(replaced(size, WANTED)) for size in (FEW, MANY))
    assert (many - few) / (MANY - FEW) <= 1 / EVERY


def searches(crowd: Crowd) -> int:
    """Return how often Python looks for garbage while a plan is made, where it does so every few objects."""
    begun: list[str] = []

    def note(phase: str, _details: object) -> None:
        begun.extend([phase] if phase == "start" else [])

    thresholds = gc.get_threshold()
    gc.collect()
    gc.callbacks.append(note)
    gc.set_threshold(EVERY)
    try:
        crowd.planned()
    finally:
        gc.set_threshold(*thresholds)
        gc.callbacks.remove(note)
    return len(begun)


class ReadLedger(MemoryLedger):
    """A ledger that counts how often all scheduled messages were read from it."""

    reads = 0

    def scheduled(self) -> list[Row]:
        self.reads += 1
        return super().scheduled()


@pytest.mark.parametrize(("task", "expected"), [(CrowdedWorld.cancel, 1), (CrowdedWorld.move, 2)])
def test_a_task_reads_all_rows_of_the_ledger_no_more_often_than_needed(
    task: Callable[[CrowdedWorld], object], expected: int
) -> None:
    """Reading them from a database takes longer than planning. What is wanted is looked for among cancels first."""
    crowd = replaced(FEW, WANTED)
    world, ledger = crowd.world(), ReadLedger(lambda: START)
    ledger.amend([(None, row) for row in crowd.rows])
    world.ledger = ledger
    task(world)
    assert ledger.reads == expected


def test_these_are_the_plans_that_are_meant() -> None:
    for crowd, expected in (
        (moved(FEW, WANTED), (WANTED, 0, 0, WANTED)),
        (replaced(FEW, WANTED), (WANTED, 0, 0, FEW)),
        (doubtful(FEW, WANTED), (0, 0, WANTED, 0)),
        (at_one_number(FEW, WANTED), (WANTED - 1, 1, 0, 0)),
    ):
        for same in (crowd, crowd.counted(Counted)):
            _snapshot, plan = same.planned()
            assert tuple(map(len, (plan.create, plan.adopt, plan.keep, plan.cancel))) == expected
            assert plan.doubtful == ()


def test_these_are_the_tasks_that_are_meant() -> None:
    of_others, own = (CrowdedWorld(crowd(FEW, WANTED).counted(Counted)) for crowd in (moved, replaced))
    assert of_others.move() == {Outcome.WOULD_SCHEDULE: WANTED, Outcome.WOULD_CANCEL: WANTED}
    assert own.move() == {Outcome.WOULD_SCHEDULE: WANTED, Outcome.WOULD_CANCEL: FEW}
    assert own.cancel() == {Outcome.WOULD_CANCEL: FEW}
    assert of_others.list() == FEW
