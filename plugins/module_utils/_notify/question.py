# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Decide what a question comes to: one timeline of steps, moved on by a clock that is handed in; pure.

Nothing here depends on the order of the records of one refresh of the message log, or on their dates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from itertools import accumulate
from typing import NamedTuple

from .answer_text import Codes, Meaning, Reading
from .question_facts import Answer, Facts, Unclear

FAIL, PENDING = "fail", "pending"
"""What ``on_timeout`` may be besides the name of a choice."""

CLOCK_ERROR = 600.0
"""Seconds by which a question may have been asked in the future; if it is more, a clock is wrong, or was."""


class QuestionOutcome(str, Enum):
    """The outcome of a question, or of a run that has not seen its end."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    DEFAULT = "default"
    NO_ANSWER = "no_answer"
    PENDING = "pending"
    GUESSING = "guessing"
    UNKNOWN = "unknown"
    NOT_ASKED = "not_asked"
    WOULD_ASK = "would_ask"
    WOULD_WAIT = "would_wait"


class Choice(NamedTuple):
    """What can be answered. ``fails``: whether it ends the question against what was asked for."""

    name: str
    label: str
    fails: bool = False


class Person(NamedTuple):
    """Someone who is asked: ``id`` is the ledger's fingerprint of the ``number`` (E.164 digits)."""

    id: str
    number: str
    name: str = ""


class Plan(NamedTuple):
    """Who is asked what, and what counts.

    ``steps``: the ids of the people of each step, in order, with its repetitions. ``choices``: the later one of two
    that pass is the more careful. ``fails_on_guessing``: whether guesses end the question, or only leave their number
    out.
    """

    people: tuple[Person, ...]
    steps: tuple[tuple[str, ...], ...]
    choices: tuple[Choice, ...]
    needed: int = 1
    on_timeout: str = FAIL
    most_wrong_codes: int = 5
    fails_on_guessing: bool = True


class Verdict(NamedTuple):
    """The end of a question. ``answer``: the name of the choice, where it comes to one."""

    outcome: QuestionOutcome
    answer: str = ""


class Incoming(NamedTuple):
    """A text that someone who may answer has sent. ``is_fresh``: it certainly came after the question was sent."""

    person: str
    text: str
    mark: str
    is_fresh: bool


class Step(NamedTuple):
    """A step that is due: its place in the plan, and the moments at which it and those before it began."""

    place: int
    begun: tuple[float, ...]


CodesOf = Callable[[str], Codes]
"""Returns the codes that a text of one person (id) may hold."""


# What was seen --------------------------------------------------------------------------------------------------


def noticed(facts: Facts, texts: Iterable[Incoming], codes_of: CodesOf, *, is_late: bool) -> Facts:
    """Return the facts with the texts that people have sent, in any order, whether they were read before or not.

    ``is_late``: the texts were read after the end of the question, so that no new answer counts.
    """
    readings = [(one, codes_of(one.person).read(one.text)) for one in texts]
    answers = [
        Answer(one.person, reading.choice, reading.comment, is_late, one.mark)
        for one, reading in readings
        if reading.meaning is Meaning.ANSWER
    ]
    unclear = [
        Unclear(one.person, codes_of(one.person).hidden(one.text), reading.meaning is Meaning.WRONG_CODE, one.mark)
        for one, reading in readings
        if reading.meaning in (Meaning.UNCLEAR, Meaning.WRONG_CODE) and _is_of_question(one, reading)
    ]
    opted_out = {one.person for one, reading in readings if reading.meaning is Meaning.OPT_OUT and one.is_fresh}
    facts = facts._replace(opted_out=facts.opted_out | opted_out)
    return facts.with_answers(answers).with_unclear(unclear)


def _is_of_question(text: Incoming, reading: Reading) -> bool:
    """Return whether a text was sent after the question: only then can it hold one of its codes."""
    return text.is_fresh or reading.has_code


# What it comes to -----------------------------------------------------------------------------------------------


def verdict_of(plan: Plan, facts: Facts, failed: frozenset[str] = frozenset()) -> Verdict | None:
    """Return the end of a question, by what was seen so far, or None while it is open.

    ``failed``: whom this run could not send to. Where several things have come together, the most careful counts.
    """
    chosen = _chosen(plan, facts)
    failing = [choice.name for choice in plan.choices if choice.fails and choice.name in chosen.values()]
    if failing:
        return Verdict(QuestionOutcome.REJECTED, failing[-1])
    guessers = guessing(plan, facts)
    if guessers and plan.fails_on_guessing:
        return Verdict(QuestionOutcome.GUESSING)
    passing = [name for person, name in chosen.items() if person not in guessers]
    agreed = [choice.name for choice in plan.choices if passing.count(choice.name) >= plan.needed]
    if agreed:
        return Verdict(QuestionOutcome.ACCEPTED, agreed[-1])
    is_asked = len(facts.begun) == len(plan.steps)
    if is_asked and {person.id for person in plan.people} <= unreachable(plan, facts) | failed:
        return Verdict(QuestionOutcome.NOT_ASKED)
    return None


def verdict_at_end(plan: Plan, facts: Facts) -> Verdict:
    """Return the end of a question whose time is over, after a complete refresh of the log.

    Where the log does not show the question to everyone it was, or may have been, sent to, an answer could not be seen.
    A choice that passes is no default where someone has answered what fails: it was seen too late, and may have been in
    time.
    """
    if not facts.shown or not facts.asked | facts.doubted <= facts.shown:
        return Verdict(QuestionOutcome.UNKNOWN)
    failing = {choice.name for choice in plan.choices if choice.fails}
    is_opposed = plan.on_timeout not in failing and any(answer.choice in failing for answer in facts.answers)
    if plan.on_timeout in (FAIL, PENDING) or is_opposed:
        return Verdict(QuestionOutcome.NO_ANSWER)
    return Verdict(QuestionOutcome.DEFAULT, plan.on_timeout)


def answered_by(plan: Plan, facts: Facts, verdict: Verdict) -> list[str]:
    """Return the ids of the people whose answer has led to a verdict, in the order of the plan."""
    if verdict.outcome not in (QuestionOutcome.ACCEPTED, QuestionOutcome.REJECTED):
        return []
    chosen = _chosen(plan, facts)
    return [person.id for person in plan.people if chosen.get(person.id) == verdict.answer]


def guessing(plan: Plan, facts: Facts) -> frozenset[str]:
    """Return the people from whose number more wrong codes have come than slips explain."""
    guesses = [unclear.person for unclear in facts.unclear if unclear.is_guess]
    return frozenset(person for person in guesses if guesses.count(person) > plan.most_wrong_codes)


def unreachable(plan: Plan, facts: Facts) -> frozenset[str]:
    """Return the people whom no question reaches, or whose answer does not count any more."""
    return facts.refused | facts.opted_out | guessing(plan, facts)


def _chosen(plan: Plan, facts: Facts) -> dict[str, str]:
    """Return the most careful choice of each person who has answered in time."""
    care = {choice.name: (choice.fails, place) for place, choice in enumerate(plan.choices)}
    chosen: dict[str, str] = {}
    for answer in facts.answers:
        if not answer.late and answer.choice in care:
            chosen[answer.person] = max(chosen.get(answer.person, answer.choice), answer.choice, key=care.__getitem__)
    return chosen


# When -----------------------------------------------------------------------------------------------------------


def is_over(opened_at: float, ends_at: float, now: float) -> bool:
    """Return whether the time of a question is over, or cannot be told since a clock is wrong; Unix seconds."""
    return now >= ends_at or now < opened_at - CLOCK_ERROR


def due_step(
    plan: Plan,
    facts: Facts,
    now: float,
    failed: frozenset[str] = frozenset(),
    silent: frozenset[str] = frozenset(),
) -> Step | None:
    """Return the step to begin at ``now`` (Unix seconds); None where none is due.

    A step whose time passed while no run was waiting is left out. A step that reaches no one does not hold the next
    one up. ``failed``: whom this run could not send to, which may pass: they hold up a step that is for them alone.
    ``silent``: who is not to be asked now.
    """
    begun = list(facts.begun)
    while len(begun) < len(plan.steps):
        start = _start_of(plan, facts, begun, now, failed, silent)
        if start > now:
            break
        begun.append(start)
    return Step(len(begun) - 1, tuple(begun)) if len(begun) > len(facts.begun) else None


def next_moment(plan: Plan, facts: Facts, ends_at: float) -> float:
    """Return when the next step begins, or the question ends, whichever is first; Unix seconds."""
    if not facts.begun or len(facts.begun) >= len(plan.steps):
        return ends_at
    return min(ends_at, facts.begun[-1] + facts.waits[len(facts.begun) - 1])


def total(waits: Sequence[float]) -> float:
    """Return the seconds from the first step to the end of the last."""
    return list(accumulate(waits))[-1] if waits else 0.0


def _start_of(
    plan: Plan, facts: Facts, begun: Sequence[float], now: float, failed: frozenset[str], silent: frozenset[str]
) -> float:
    """Return when the step after those that have begun is to begin."""
    if not begun:
        return now
    index = len(begun) - 1
    lost = unreachable(plan, facts) | silent
    vain = lost if set(plan.steps[index + 1]) <= lost | failed else lost | failed
    is_vain = index < len(facts.begun) and set(plan.steps[index]) <= vain
    return now if is_vain else begun[-1] + facts.waits[index]
