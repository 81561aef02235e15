# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Limits, searched breadth first: everything that a few runs, kills, the service and time can do to them.

MODEL_SEARCH=large searches larger worlds; each prints how many states there were.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

import pytest

from ansible_collections.voip_communications.sms.tests.model.limits import (
    STORIES,
    LimitRules,
    LimitStory,
    Size,
    World,
)
from ansible_collections.voip_communications.sms.tests.model.search import Explored, Search, Step, names_of

QUICK = {
    "one run after the other": (Size(runs=1), 0),
    "two runs at once": (Size(), 40_000),
    "two messages in a span": (Size(most=2), 20_000),
    "three runs at once": (Size(runs=3), 20_000),
}
LARGE = {
    "one run after the other": (Size(runs=1, span=3), 0),
    "two runs at once": (Size(), 1_500_000),
    "two messages in a span": (Size(most=2, span=3), 1_500_000),
    "three runs at once": (Size(runs=3), 1_500_000),
    "three runs, two messages": (Size(runs=3, most=2), 1_500_000),
}
SIZES = LARGE if os.environ.get("MODEL_SEARCH") == "large" else QUICK


def explore(rules: LimitRules, most: int = 0) -> Explored:
    story = LimitStory(rules)
    with rules.notice.in_ticks():
        return Search(story.start(), story.steps, rules.size.runs, most or 10_000_000).run(way_out=False)


def tell(rules: LimitRules, names: Sequence[str]) -> tuple[int, str]:
    """Take steps by their names; return how many could be taken, and the invariant that the last one breaks."""
    story = LimitStory(rules)
    world: World = story.start()
    with rules.notice.in_ticks():
        for number, name in enumerate(names):
            step: Step[World] | None = next(
                (one for one in story.steps(world) if names_of([one], rules.size.runs) == [name]), None
            )
            if step is None:
                return number, ""
            if step.broken:
                return number + 1, step.broken
            world = step.after
    return len(names), ""


@pytest.mark.timeout(0 if SIZES is LARGE else 300)
@pytest.mark.parametrize("name", SIZES)
def test_limits_hold_whatever_happens(name: str) -> None:
    size, most = SIZES[name]
    explored = explore(LimitRules(size), most)
    print(f"{name}: {explored.states} states, {explored.transitions} transitions, {explored.depth} steps deep")
    assert not explored.counterexample, str(explored.counterexample)
    assert explored.whole == (most == 0)


@pytest.mark.parametrize("variant", STORIES, ids=lambda variant: variant.name)
def test_a_story_shows_what_a_broken_rule_breaks(variant: type[LimitRules]) -> None:
    breaks, names = STORIES[variant]
    assert tell(variant(), names) == (len(names), breaks)
    taken, broken = tell(LimitRules(), names)
    assert (taken < len(names), broken) == (variant.name != "what is held is not reported", "")


@pytest.mark.parametrize("variant", STORIES, ids=lambda variant: variant.name)
def test_the_search_finds_it_too(variant: type[LimitRules]) -> None:
    explored = explore(variant(), 100_000)
    assert explored.counterexample, f"{explored.states} states, and nothing was found"
    print(explored.counterexample)
    assert explored.counterexample.invariant == STORIES[variant][0]
