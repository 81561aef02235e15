# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Random stories of a question over the real code and real ledgers, the same ones on every run.

MODEL_SEARCH=large tells many more, other ones each time.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from typing import Any
from unittest import mock

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from ansible_collections.voip_communications.sms.plugins.module_utils._ledger import stored
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import DedupePolicy
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.question import Opening, Question, opened
from ansible_collections.voip_communications.sms.plugins.module_utils._notify import asking, question_sending
from ansible_collections.voip_communications.sms.plugins.module_utils._notify.answer_text import Meaning
from ansible_collections.voip_communications.sms.plugins.module_utils._notify.question import (
    Incoming,
    Plan,
    QuestionOutcome,
    Verdict,
    noticed,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._notify.question_facts import Answer, Facts
from ansible_collections.voip_communications.sms.tests.model.ask_machine import (
    ANN,
    ASKED_ONCE,
    BEN,
    NOT_LOST,
    ONE_END,
    TRUE_ANSWER,
    TRUE_DENIAL,
    TRUE_SILENCE,
    AskingOnce,
    Happening,
)
from ansible_collections.voip_communications.sms.tests.model.kept import LARGE, STORIES, InMemory, InSqlite


class OverSqlite(InSqlite, AskingOnce):
    """Stories over a file."""


class OverMemory(InMemory, AskingOnce):
    """Stories over a dictionary."""


@pytest.mark.timeout(0 if LARGE else 300)
@pytest.mark.parametrize(("machine", "most"), [(OverSqlite, 8), (OverMemory, 40)])
def test_whatever_happens_it_is_asked_once_and_no_answer_is_made_up_or_lost(
    machine: type[AskingOnce], most: int
) -> None:
    run_state_machine_as_test(machine, settings=settings(STORIES, max_examples=5_000 if LARGE else most))


@pytest.mark.parametrize("is_after", [False, True])
def test_killed_at_every_step(is_after: bool) -> None:
    """A run is killed at each of its steps in turn, and the next one asks nobody twice and has the answer."""
    for step in range(22):
        story = OverMemory()
        story.service.add("OUT", "999", "other")
        try:
            story.answer(ANN, "approve", 45.0, ANN)
            assert story.run(None, Happening(step, kills=True, is_after=is_after)) is None or step > 10
            story.answer(ANN, "approve", 45.0, ANN)
            report = story.run(None)
            assert report is not None
            is_unsure = report.outcome is QuestionOutcome.UNKNOWN and not story.service.questions(ANN)
            assert report.outcome is QuestionOutcome.ACCEPTED or is_unsure, f"step {step}"
            story.nothing_is_broken()
        finally:
            story.teardown()


def test_two_runs_at_every_step() -> None:
    """Another run goes on at each step of a run in turn; both come to the same."""
    for step in range(22):
        story = OverMemory()
        try:
            story.answer(ANN, "approve", 45.0, ANN)
            report = story.run(None, Happening(step, other=30.0))
            assert report is not None
            if story.service.questions(ANN):
                assert report.outcome is QuestionOutcome.ACCEPTED, f"step {step}"
                assert story.service.questions(BEN) == []
            else:  # it stood still before its request for longer than that may take
                assert step == 6
            story.nothing_is_broken()
        finally:
            story.teardown()


def counts_late(facts: Facts, texts: Any, codes_of: Any, *, is_late: bool) -> Facts:
    return noticed(facts, texts, codes_of, is_late=False)


def takes_blindness_for_silence(plan: Plan, facts: Facts) -> Verdict:
    return Verdict(QuestionOutcome.NO_ANSWER)


def takes_a_colleagues_code(facts: Facts, texts: Any, codes_of: Any, *, is_late: bool) -> Facts:
    def has_code(text: Incoming) -> bool:
        reading = codes_of(text.person).read(text.text)
        return reading.meaning is Meaning.WRONG_CODE and bool(reading.has_code)

    answers = [Answer(one.person, "approve", "", is_late, one.mark) for one in texts if has_code(one)]
    return noticed(facts, texts, codes_of, is_late=is_late).with_answers(answers)


def opens_again(self: stored.StoredLedger, opening: Opening) -> Question:
    _before, after = self.change_question(
        opening.key,
        lambda _stored, others, now: opened(opening, [one for one in others() if one.key != opening.key], now),
    )
    assert after is not None
    return after


def forgets_the_step(self: question_sending.QuestionSender, step: int, letters: Any) -> Any:
    return self._send(f"ask-{id(self)}-{step}", letters)


@pytest.mark.parametrize(
    ("invariants", "place", "name", "broken"),
    [
        ([TRUE_ANSWER], asking, "noticed", counts_late),
        ([TRUE_SILENCE], asking, "verdict_at_end", takes_blindness_for_silence),
        ([TRUE_DENIAL, NOT_LOST, ONE_END], stored.StoredLedger, "open_question", opens_again),
        ([ASKED_ONCE], question_sending.QuestionSender, "ask", forgets_the_step),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_broken_rule_is_found(invariants: Collection[str], place: Any, name: str, broken: Callable[..., Any]) -> None:
    """The first story that shows it is enough; the shortest takes long, and no one reads it here."""
    stories = settings(STORIES, max_examples=600, stateful_step_count=12, derandomize=True, phases=[Phase.generate])
    with mock.patch.object(place, name, broken), pytest.raises(AssertionError, match="|".join(invariants)):
        run_state_machine_as_test(OverMemory, settings=stories)


def sends_a_colleagues_code(story: AskingOnce) -> None:
    story.answer(BEN, "approve", 45.0, ANN)
    story.run(None)


def loses_the_answer_to_a_request(story: AskingOnce) -> None:
    story.lose_an_answer(ANN, is_accepted=True)
    story.run(0.0)
    story.run(0.0)
    story.nothing_is_broken()


@pytest.mark.parametrize(
    ("invariant", "place", "name", "broken", "tell"),
    [
        (TRUE_ANSWER, asking, "noticed", takes_a_colleagues_code, sends_a_colleagues_code),
        (
            ASKED_ONCE,
            question_sending,
            "DedupePolicy",
            partial(DedupePolicy, resend_unknown=True),
            loses_the_answer_to_a_request,
        ),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_broken_rule_is_found_by_one_story(
    invariant: str, place: Any, name: str, broken: Callable[..., Any], tell: Callable[[AskingOnce], None]
) -> None:
    """Random stories seldom have what these are about. With the rule, the story breaks nothing."""
    tell_whole(tell)
    with mock.patch.object(place, name, broken), pytest.raises(AssertionError, match=invariant):
        tell_whole(tell)


def tell_whole(tell: Callable[[AskingOnce], None]) -> None:
    story = OverMemory()
    story.steps = ((ANN, BEN),)
    try:
        tell(story)
    finally:
        story.teardown()
