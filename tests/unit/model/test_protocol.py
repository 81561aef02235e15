# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The protocol, searched breadth first: everything that a few runs, the service, clocks and a person can do.

MODEL_SEARCH=large searches larger worlds; each prints how many states there were.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import NamedTuple

import pytest

from ansible_collections.voip_communications.sms.tests.model.broken import VARIANTS, Broken
from ansible_collections.voip_communications.sms.tests.model.protocol import Bounds, FailurePolicy, Rules, Times, World
from ansible_collections.voip_communications.sms.tests.model.search import Explored, Search
from ansible_collections.voip_communications.sms.tests.model.story import Story
from ansible_collections.voip_communications.sms.tests.support import markdown

_PLAIN = (FailurePolicy.PLAIN,)


class Size(NamedTuple):
    """A world, and how many of its states are searched at most: all when ``most`` is 0."""

    name: str
    times: Times
    bounds: Bounds
    most: int = 0


QUICK = (
    Size("two runs at once", Times(window=1), Bounds(runs=2, policies=_PLAIN)),
    Size("a clock that is set", Times(window=1, jumps=1), Bounds(runs=1, policies=_PLAIN), 15_000),
    Size("resend and force", Times(window=2), Bounds(runs=1), 15_000),
    Size("a clock that is set back during a run", Times(window=1, jumps=1, ahead=0), Bounds(runs=2), 15_000),
)
LARGE = (
    Size("two runs at once", Times(window=3), Bounds(runs=2, policies=_PLAIN)),
    Size("two runs at once, a slow service", Times(window=2, accepts=2, grace=2), Bounds(runs=2, policies=_PLAIN)),
    Size("a clock that is set", Times(window=2, jumps=1), Bounds(runs=1, policies=_PLAIN)),
    Size("two runs and a clock that is set", Times(window=1, jumps=1), Bounds(runs=2, policies=_PLAIN), 1_500_000),
    Size("resend and force", Times(window=1), Bounds(runs=1)),
    Size("two runs, resend and force", Times(window=1), Bounds(runs=2), 1_500_000),
    Size("a clock that is set back during a run", Times(window=1, jumps=1, ahead=0), Bounds(runs=2), 1_500_000),
    Size("three runs at once", Times(window=1), Bounds(runs=3, policies=_PLAIN)),
)
SIZES = LARGE if os.environ.get("MODEL_SEARCH") == "large" else QUICK


def explore(rules: Rules, bounds: Bounds, most: int = 0) -> Explored:
    story = Story(rules, bounds)
    with rules.in_ticks():
        return Search(story.start(), story.steps, bounds.runs, most or 10_000_000).run()


@pytest.mark.timeout(0 if SIZES is LARGE else 300)
@pytest.mark.parametrize("size", SIZES, ids=lambda size: size.name)
def test_the_invariants_hold(size: Size, record_property: Callable[[str, object], None]) -> None:
    explored = explore(Rules(size.times), size.bounds, size.most)
    summary = f"{size.name}: {explored.states} states, {explored.transitions} transitions, {explored.depth} steps deep"
    record_property("searched", summary)
    print(summary + (", all there are" if explored.whole else ""))
    assert not explored.counterexample, str(explored.counterexample)
    assert explored.whole == (size.most == 0)
    if size is QUICK[0]:
        guide = markdown.COLLECTION / "docs" / "docsite" / "rst" / "guide_evidence.rst"
        documented = " ".join(guide.read_text("utf-8").split())
        assert f"{explored.states:,} states" in documented
        assert f"{explored.transitions:,} transitions" in documented


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name)
def test_a_broken_rule_is_found_by_the_invariant_that_it_breaks(variant: type[Broken]) -> None:
    explored = explore(variant(), variant.bounds, 100_000)
    assert explored.counterexample, f"{explored.states} states, and nothing was found"
    print(explored.counterexample)
    assert explored.counterexample.invariant == variant.breaks


@pytest.mark.parametrize(
    ("window", "bounds"), sorted({(variant.times.window, variant.bounds) for variant in VARIANTS}, key=str)
)
def test_without_a_broken_rule_the_same_worlds_are_sound(window: int, bounds: Bounds) -> None:
    """Show that the counterexamples are of the rules, not of the worlds."""
    explored = explore(Rules(Times(window=window)), bounds, 3_000)
    assert not explored.counterexample, str(explored.counterexample)


def test_a_world_has_one_form() -> None:
    """Two runs that differ by their place alone are one state."""
    story = Story(Rules(Times()), Bounds(runs=2, policies=_PLAIN))
    begun: set[World] = {step.after for step in story.steps(story.start()) if "begins," in step.name}
    assert len(begun) == 1
