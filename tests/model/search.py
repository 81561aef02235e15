# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Breadth-first search over everything that a model can do. Knows nothing of messages."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

S = TypeVar("S", bound=Hashable)


class Step(NamedTuple, Generic[S]):
    """One thing that can happen: its name, the state after it, and the invariant that it breaks, if any.

    ``calm``: it needs no fault and no person, only patience. ``good``: with it, a goal is reached. ``order``: where
    each actor was before, for the names of the steps.
    """

    name: tuple[object, ...]
    after: S
    broken: str = ""
    calm: bool = False
    good: bool = False
    order: tuple[int, ...] = ()


@dataclass(frozen=True)
class Counterexample:
    """The shortest way to break an invariant."""

    invariant: str
    steps: tuple[str, ...]

    def __str__(self) -> str:
        lines = (f"{number:3}. {step}" for number, step in enumerate(self.steps, 1))
        return "\n".join([f"{self.invariant!r} does not hold:", *lines])


@dataclass(frozen=True)
class Explored:
    """The result of a search. ``whole``: whether it has seen all states; otherwise it was stopped at a bound."""

    states: int
    transitions: int
    depth: int
    whole: bool
    counterexample: Counterexample | None


def names_of(steps: Sequence[Step[S]], actors: int) -> list[str]:
    """Return the names of steps, each actor with the same letter throughout, however they were put in order."""
    letters = [chr(ord("A") + index) for index in range(actors)]
    names = []
    for step in steps:
        names.append(" ".join(letters[part] if isinstance(part, int) else str(part) for part in step.name))
        letters = [letters[old] for old in step.order]
    return names


NO_WAY_OUT = "every state has a way out"


class Search(Generic[S]):
    """Every state that can be reached, the nearest first."""

    def __init__(
        self,
        start: S,
        steps: Callable[[S], Iterable[Step[S]]],
        actors: int,
        most: int,
    ) -> None:
        """``actors``: how many there are. ``most``: states after which the search gives up, and says so."""
        self._steps = steps
        self._actors = actors
        self._most = most
        self._states: list[S] = [start]
        self._index: dict[S, int] = {start: 0}
        self._parents = array("l", [-1])
        self._depths = array("l", [0])
        self._calm_from, self._calm_to = array("l"), array("l")
        self._good: set[int] = set()
        self._transitions = 0

    def run(self, *, way_out: bool = True) -> Explored:
        """Search until an invariant breaks, all is seen, or there are too many states."""
        at = 0
        while at < len(self._states) < self._most:
            for step in self._steps(self._states[at]):
                self._transitions += 1
                if step.broken:
                    return self._explored(self._counterexample(step.broken, [*self._way_to(at), step]))
                self._note(at, step)
            at += 1
        whole = at == len(self._states)
        stuck = self._stuck() if way_out and whole else None
        counterexample = None if stuck is None else self._counterexample(NO_WAY_OUT, self._way_to(stuck))
        return self._explored(counterexample, whole=whole)

    def _counterexample(self, invariant: str, steps: Sequence[Step[S]]) -> Counterexample:
        return Counterexample(invariant, tuple(names_of(steps, self._actors)))

    def _explored(self, counterexample: Counterexample | None, *, whole: bool = False) -> Explored:
        return Explored(len(self._states), self._transitions, self._depths[-1], whole, counterexample)

    def _note(self, at: int, step: Step[S]) -> None:
        known = self._index.get(step.after)
        if known is None:
            known = self._index[step.after] = len(self._states)
            self._states.append(step.after)
            self._parents.append(at)
            self._depths.append(self._depths[at] + 1)
        if step.calm and step.good:
            self._good.add(at)
        elif step.calm and known != at:
            self._calm_from.append(at)
            self._calm_to.append(known)

    def _stuck(self) -> int | None:
        """Return the nearest state from which calm steps never lead to a good one."""
        before: dict[int, list[int]] = {}
        for source, target in zip(self._calm_from, self._calm_to, strict=True):
            before.setdefault(target, []).append(source)
        saved, waiting = set(self._good), list(self._good)
        while waiting:
            for source in before.get(waiting.pop(), ()):
                if source not in saved:
                    saved.add(source)
                    waiting.append(source)
        return next((state for state in range(len(self._states)) if state not in saved), None)

    def _way_to(self, at: int) -> list[Step[S]]:
        """Return the steps from the start to a state, searched anew, since keeping all takes too much memory."""
        steps: list[Step[S]] = []
        while self._parents[at] >= 0:
            parent = self._parents[at]
            steps.append(next(step for step in self._steps(self._states[parent]) if step.after == self._states[at]))
            at = parent
        return steps[::-1]
