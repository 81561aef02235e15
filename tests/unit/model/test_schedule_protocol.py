# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The protocol of scheduled messages, searched breadth first: runs that look, create, cancel, crash and sleep.

MODEL_SEARCH=large searches larger worlds; each prints how many states there were.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import NamedTuple

import pytest

from ansible_collections.voip_communications.sms.tests.model.schedule_broken import VARIANTS, Broken
from ansible_collections.voip_communications.sms.tests.model.schedule_protocol import (
    ABSENT_TRUE,
    Bounds,
    Claim,
    Message,
    Rules,
    Task,
    Times,
    World,
)
from ansible_collections.voip_communications.sms.tests.model.schedule_story import ScheduleStory
from ansible_collections.voip_communications.sms.tests.model.search import NO_WAY_OUT, Explored, Search

_MOVES = (Task.FIRST, Task.SECOND)
_ALL = (Task.FIRST, Task.SECOND, Task.ABSENT)
_BY_SMSID = (Task.FIRST, Task.CANCEL)


class Size(NamedTuple):
    """A world, and how many of its states are searched at most: all when ``most`` is 0.

    ``least``: a search of fewer states than that has missed something.
    """

    name: str
    times: Times
    bounds: Bounds
    least: int
    most: int = 0


QUICK = (
    Size("one run after the other", Times(grace=1), Bounds(runs=1), 9_000),
    Size("the first date comes near", Times(grace=1), Bounds(runs=1, near=True), 10_000, 10_000),
    Size("without a list", Times(grace=1), Bounds(runs=1, has_list=False, near=True), 6_000),
    Size("moves there and back", Times(grace=1), Bounds(_MOVES, runs=1), 10_000, 10_000),
    Size("two runs of present", Times(grace=1), Bounds((Task.FIRST,), runs=2), 4_000),
    Size("two runs at once", Times(grace=1), Bounds(runs=2), 12_000, 12_000),
    Size("two runs, one by smsid", Times(grace=1), Bounds(_BY_SMSID, runs=2), 12_000, 12_000),
)
LARGE = (
    Size("one run after the other", Times(), Bounds(runs=1), 20_000),
    Size("a long deadline", Times(deadline=3), Bounds(runs=1), 60_000),
    Size("the first date comes near", Times(), Bounds(runs=1, near=True), 120_000),
    Size("without a list", Times(), Bounds(runs=1, has_list=False, near=True), 16_000),
    Size("two runs without a list", Times(grace=1), Bounds(runs=2, has_list=False), 80_000),
    Size("moves there and back", Times(grace=1), Bounds(_MOVES, runs=1), 80_000),
    Size("moves, and absent", Times(grace=1), Bounds(_ALL, runs=1, messages=3), 500_000, 500_000),
    Size("two runs at once", Times(grace=1), Bounds(runs=2), 1_000_000, 1_000_000),
    Size("two runs that move there and back", Times(grace=1), Bounds(_MOVES, runs=2), 500_000, 500_000),
    Size("two runs, one by smsid", Times(grace=1), Bounds(_BY_SMSID, runs=2), 500_000, 500_000),
    Size("two runs, the first date comes near", Times(grace=1), Bounds(runs=2, near=True), 500_000, 500_000),
    Size("three runs at once", Times(grace=1), Bounds(_ALL, runs=3), 500_000, 500_000),
)
IS_LARGE = os.environ.get("MODEL_SEARCH") == "large"
SIZES = LARGE if IS_LARGE else QUICK


class WaitsForNoEffect(Rules):
    """Absence proves that a message is gone though its cancel may still be under way: quicker, and sound."""

    name = "absence waits for no effect"

    def counts_absence(self, message: Message, due: int) -> bool:
        return self.is_grown(message) and due > self.handover

    def judged(self, now: Message, shown: bool, due: int, asked: int) -> Message:
        """Return the message; one that is judged gone now is believed to be back no sooner than lists are true."""
        judged = super().judged(now, shown, due, asked)
        is_new = judged.claim is Claim.GONE and now.claim is not Claim.GONE
        return judged._replace(effect=0) if is_new else judged


def explore(rules: Rules, bounds: Bounds, most: int = 0, *, way_out: bool = True) -> Explored:
    story = ScheduleStory(rules, bounds)
    return Search(story.start(), story.steps, bounds.runs, most or 10_000_000).run(way_out=way_out)


@pytest.mark.timeout(0 if IS_LARGE else 120)
@pytest.mark.parametrize("size", SIZES, ids=lambda size: size.name)
def test_the_invariants_hold(size: Size, record_property: Callable[[str, object], None]) -> None:
    explored = explore(Rules(size.times), size.bounds, size.most)
    summary = f"{size.name}: {explored.states} states, {explored.transitions} transitions, {explored.depth} steps deep"
    record_property("searched", summary)
    print(summary + (", all there are" if explored.whole else ""))
    assert not explored.counterexample, str(explored.counterexample)
    assert explored.states >= size.least
    assert explored.whole == (size.most == 0)


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name)
def test_a_broken_rule_is_found_by_the_invariant_that_it_breaks(variant: type[Broken]) -> None:
    explored = explore(variant(), variant.bounds, 60_000, way_out=variant.breaks == NO_WAY_OUT)
    assert explored.counterexample, f"{explored.states} states, and nothing was found"
    print(explored.counterexample)
    assert explored.counterexample.invariant == variant.breaks


@pytest.mark.parametrize(
    ("times", "bounds"), sorted({(variant.truth, variant.bounds) for variant in VARIANTS}, key=str), ids=str
)
def test_without_a_broken_rule_the_same_worlds_are_sound(times: Times, bounds: Bounds) -> None:
    """Show that the counterexamples are of the rules, not of the worlds."""
    explored = explore(Rules(times), bounds, 2_000)
    assert not explored.counterexample, str(explored.counterexample)


def test_a_confirmed_cancel_that_never_takes_effect_is_not_noticed() -> None:
    """Show that the assumption is needed: one look after a confirmed cancel is enough only while it holds."""
    explored = explore(Rules(Times(grace=1)), Bounds(runs=1, confirmed_fails=True), 60_000)
    assert explored.counterexample
    assert explored.counterexample.invariant == ABSENT_TRUE


def test_absence_need_not_wait_for_the_effect_of_a_cancel() -> None:
    explored = explore(WaitsForNoEffect(Times(grace=1)), Bounds(runs=1), 0 if IS_LARGE else 8_000)
    assert not explored.counterexample, str(explored.counterexample)


def test_a_world_has_one_form() -> None:
    """Two runs that differ by their place alone are one state."""
    story = ScheduleStory(Rules(), Bounds(tasks=(Task.FIRST,)))
    begun: set[World] = {step.after for step in story.steps(story.start()) if "begins: present D1" in step.name}
    assert len(begun) == 1
