# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a question, every fault of them at once, and what is reported of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.question import Question, ended
from ansible_collections.voip_communications.sms.plugins.module_utils._notify.asking import AskReport
from ansible_collections.voip_communications.sms.plugins.module_utils._notify.question import (
    Choice,
    QuestionOutcome,
    Verdict,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._notify.question_facts import (
    Answer,
    Facts,
    Unclear,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._task.ask_options import (
    AskOptions,
    read_ask_options,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._task.report_ask import ask_summary, blank
from ansible_collections.voip_communications.sms.plugins.modules import voipsms_ask
from ansible_collections.voip_communications.sms.tests.support.people import ANN, ANNA, BEN, BOB, OWN
from ansible_collections.voip_communications.sms.tests.support.refusals import sentences_of

CONTACTS = [{"name": "anna", "number": ANNA, "groups": ["dba"]}, {"name": "ben", "number": BEN, "groups": ["dba"]}]


def options_of(tmp_path: Path, **changed: Any) -> AskOptions:
    """Read the options of a task that asks whether to deploy."""
    options: dict[str, Any] = {
        "api_key": "key",
        "api_password": "password",
        "ledger": str(tmp_path / "ledger.sqlite3"),
        "to": "@dba",
        "contacts": CONTACTS,
        "from": OWN,
        "msg": "Deploy shop 2026.11?",
        "idempotency_key": "deploy",
        **changed,
    }
    named = {name: value for name, value in options.items() if value is not ...}
    validation = ArgumentSpecValidator(voipsms_ask.argument_spec()).validate(named)
    assert validation.error_messages == []
    return read_ask_options(validation.validated_parameters)


def faults_of(tmp_path: Path, **changed: Any) -> str:
    return "; ".join(sentences_of(options_of, tmp_path, **changed))


def test_a_question_by_default(tmp_path: Path) -> None:
    options = options_of(tmp_path)
    ask = options.ask
    assert [(one.number, one.name) for one in ask.plan.people] == [(ANN, "anna"), (BOB, "ben")]
    assert (ask.plan.steps, ask.plan.needed) == ((tuple(one.id for one in ask.plan.people),), 1)
    assert (ask.waits, ask.seconds, ask.run_seconds, ask.poll) == ((900.0,), 900.0, 900.0, 10.0)
    assert options.text == "Deploy shop 2026.11? Reply #### = approve, #### = reject."


def test_the_steps_are_asked_once_more_for_each_round(tmp_path: Path) -> None:
    steps = [{"to": ["anna"], "wait": "5m"}, {"to": "ben, anna"}]
    options = options_of(tmp_path, to=..., steps=steps, wait="10m", repeat=1)
    anna, ben = (one.id for one in options.ask.plan.people)
    # Those of a step are asked at once, so their order is none.
    assert [set(step) for step in options.ask.plan.steps] == [{anna}, {ben, anna}] * 2
    assert (options.ask.waits, options.levels) == ((300.0, 600.0) * 2, 2)
    assert options.ask.seconds == options.ask.run_seconds == 1800.0


def test_who_is_asked_at_which_hour(tmp_path: Path) -> None:
    """By hours, by what people want to hear of, and by severity; one mention that wants to hear of it is enough."""
    hours = {"from": "08:00", "to": "22:00", "timezone": "UTC"}
    contacts = [
        {"name": "anna", "number": ANNA, "groups": ["dba"], "hours": hours},
        {"name": "ben", "number": BEN, "groups": ["dba"], "events": ["failed"], "severity": "warning"},
    ]
    noon, midnight = 12 * 3600.0, 0.0

    def silent(**changed: Any) -> list[set[str]]:
        ask = options_of(tmp_path, contacts=contacts, **changed).ask
        names = {person.id: person.name for person in ask.plan.people}
        return [{names[one] for one in ask.silent(now)} for now in (noon, midnight)]

    assert silent() == [set(), {"anna"}]
    assert silent(event="finished") == [{"ben"}, {"anna", "ben"}]
    assert silent(event="failed", severity="info") == [{"ben"}, {"anna", "ben"}]
    assert silent(to=["@dba", {"name": "anna", "number": ANNA}]) == [set(), set()]
    assert "event must be one word" in faults_of(tmp_path, event="two words")


@pytest.mark.parametrize("fallback", ["+12812345670", {"to": ["+12812345670"], "wait": "10m"}], ids=str)
def test_levels_by_their_names_and_a_fallback_after_all_rounds(fallback: Any, tmp_path: Path) -> None:
    options = options_of(tmp_path, to=..., steps="anna; @dba", wait="10m", repeat=1, fallback=fallback)
    anna, ben, boss = (one.id for one in options.ask.plan.people)
    assert [set(step) for step in options.ask.plan.steps] == [{anna}, {anna, ben}] * 2 + [{boss}]
    assert options.ask.waits == (600.0,) * 5
    assert [options.level(begun) for begun in range(6)] == [0, 1, 2, 1, 2, 3]


@pytest.mark.parametrize(
    ("changed", "seconds", "run_seconds"),
    [
        ({"wait": "90s"}, 90.0, 90.0),
        ({"wait": 90, "on_timeout": "pending"}, 86400.0, 90.0),
        ({"wait": 0, "on_timeout": "pending"}, 86400.0, 0.0),
        ({"wait": "0", "on_timeout": "pending", "open_for": "2h"}, 7200.0, 0.0),
        ({"wait": "2d", "on_timeout": "pending"}, 172800.0, 172800.0),
        ({"wait": "1h30m", "on_timeout": "approve"}, 5400.0, 5400.0),
    ],
)
def test_how_long_it_is_open_and_how_long_a_run_waits(
    tmp_path: Path, changed: dict[str, Any], seconds: float, run_seconds: float
) -> None:
    ask = options_of(tmp_path, **changed).ask
    assert (ask.seconds, ask.run_seconds) == (seconds, run_seconds)


def test_what_is_asked_of_whom_is_content_and_how_long_is_waited_is_not(tmp_path: Path) -> None:
    content = options_of(tmp_path).ask.content
    same: list[dict[str, Any]] = [
        {"wait": "1h"},
        {"poll": 5},
        {"hint": False},
        {"outcome_text": "Thank you"},
        {"to": [ANNA, BEN]},
        {"deadline": 9},
    ]
    for changed in same:
        assert options_of(tmp_path, **changed).ask.content == content, changed
    others: list[dict[str, Any]] = [
        {"to": [ANNA]},
        {"msg": "Deploy?"},
        {"choices": ["approve"]},
        {"needed": 2},
        {"from": "+17134567891"},
        {"on_timeout": "reject"},
        {"repeat": 1},
        {"code_digits": 5},
        {"max_segments": 3},
    ]
    for changed in others:
        assert options_of(tmp_path, **changed).ask.content != content, changed


def test_choices_in_every_notation(tmp_path: Path) -> None:
    mixed = ["go", {"name": "no", "label": "not today", "fails": True}]
    expected = (Choice("go", "go"), Choice("no", "not today", fails=True))
    assert options_of(tmp_path, choices=mixed).ask.plan.choices == expected
    assert options_of(tmp_path, choices="mine").ask.plan.choices == (Choice("mine", "mine"),)
    assert options_of(tmp_path, choices=[{"name": "no", "fails": "yes"}, "go"]).ask.plan.choices[0].fails


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"to": ...}, "there are no recipients to ask: set to or steps"),
        ({"to": ..., "steps": "  "}, "there are no recipients to ask: set to or steps"),
        ({"to": ..., "steps": "[]"}, "there are no recipients to ask: set to or steps"),
        ({"steps": [{"to": ANNA}]}, "both to and steps are given; only one can be"),
        ({"to": "@dbb"}, "to: "),
        ({"to": ..., "steps": [{"to": "nobody"}]}, "to of step 1: "),
        ({"to": ..., "steps": [{"who": ANNA, "to": ANNA}]}, "step 1 has the unknown who"),
        ({"to": ..., "steps": ["nobody"]}, "step 1: "),
        ({"fallback": "nobody"}, "fallback: "),
        ({"fallback": {"to": ANNA, "at": "5m"}}, "fallback has the unknown at"),
        ({"to": ..., "steps": [{"to": ANNA, "wait": "soon"}]}, "wait of step 1 'soon' is not a duration"),
        ({"to": ..., "steps": [{"to": ANNA, "wait": 0}]}, "wait of a step"),
        ({"from": ""}, "from is needed"),
        ({"from": "112"}, "from: "),
        ({"msg": " "}, "msg: the text is empty"),
        ({"msg": "Reply:"}, "msg has no word of its own"),
        (
            {"msg": "x", "choices": ["a" * 30] * 1 + ["b" * 40, "c" * 40, "d" * 40], "max_segments": 1},
            "raise max_segments",
        ),
        ({"choices": []}, "choices must be 1 to 5"),
        ({"choices": list("abcdef")}, "choices must be 1 to 5"),
        ({"choices": ["a", "A"]}, "'a' is there twice"),
        ({"choices": [{"name": "no", "fails": True}]}, "one must pass"),
        ({"choices": ["stop"]}, "carriers take it"),
        ({"choices": [{"name": "go", "label": "YES"}]}, "carriers take it"),
        ({"choices": ["a = b"]}, "without a comma and an equals sign"),
        ({"choices": ["pending"]}, "on_timeout has it"),
        ({"choices": [5]}, "choice 1 must be a name"),
        ({"choices": [{"label": "x"}]}, "name of choice 1 must be a text"),
        ({"choices": [{"name": "x", "fails": "maybe"}]}, "fails of choice 1 must be true or false"),
        ({"needed": 3}, "needed is 3, but only 2 can be asked"),
        ({"needed": 0}, "needed is 0, and must be at least 1"),
        ({"wait": "soon"}, "wait 'soon' is not a duration"),
        ({"wait": ""}, "wait '' is not a duration"),
        ({"wait": 99999999}, "until the question ends, in seconds, must be from 1 to 2592000; wait of a step, in"),
        ({"wait": True}, "wait True is not a duration"),
        ({"poll": 0}, "poll, in seconds,"),
        ({"open_for": "40d"}, "until the question ends"),
        ({"repeat": 6}, "repeat must be from 0 to 5"),
        ({"on_timeout": "approved"}, "on_timeout must be fail, pending or the name of a choice: approve, reject"),
        ({"code_digits": 7}, "code_digits must be from 4 to 6"),
        ({"idempotency_key": ""}, "idempotency_key must be 1 to 180"),
        ({"idempotency_key": "x" * 181}, "idempotency_key must be 1 to 180"),
        ({"ledger": "none"}, "a question needs a ledger"),
        ({"outcome_text": "\x00"}, "outcome_text: "),
        ({"max_segments": 0}, "max_segments must be"),
        ({"api_password": ...}, "api_password is missing"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, changed: dict[str, Any], sentence: str) -> None:
    assert sentence in faults_of(tmp_path, **changed)


def test_every_fault_is_named_at_once(tmp_path: Path) -> None:
    text = faults_of(tmp_path, to="nobody", choices=["stop"], wait="soon", idempotency_key="", msg="", needed=0)
    assert all(part in text for part in ("nobody", "carriers", "wait 'soon'", "idempotency_key", "msg:", "needed"))


def test_no_fault_is_named_that_another_one_has_caused(tmp_path: Path) -> None:
    text = faults_of(tmp_path, to=["nobody", ANNA], needed=2, code_digits=3)
    assert "needed" not in text
    assert "too few" not in text


def test_more_people_need_longer_codes(tmp_path: Path) -> None:
    numbers = [f"+1281234{number}" for number in range(5600, 5620)]
    assert "##### = approve" in options_of(tmp_path, to=numbers).text
    assert "code_digits 4 is too few for 40 codes" in faults_of(tmp_path, to=numbers, code_digits=4)


def test_a_long_question_is_shortened_and_its_codes_are_not(tmp_path: Path) -> None:
    text = options_of(tmp_path, msg="Shall we " + "really " * 60, max_segments=1).text
    assert text.endswith("... Reply #### = approve, #### = reject.")
    assert 150 < len(text) <= 160
    assert options_of(tmp_path, msg="\u201cGo\u201d \u2013 now?").text.startswith('"Go" - now?')


# The report ----------------------------------------------------------------------------------------------------------

QUESTION = Question("key", "deploy", "content", "ab", "{}", 1e9, 1e9 + 900, 2e9, "", "", "{}")


def reported(
    tmp_path: Path, outcome: QuestionOutcome, answer: str = "", *, is_open: bool = False, **changed: Any
) -> dict[str, Any]:
    """Report on a question to anna and ben, of whom anna has answered and ben has not been understood."""
    options = options_of(tmp_path, **changed)
    anna, ben = (one.id for one in options.ask.plan.people)
    facts = Facts(
        waits=options.ask.waits,
        begun=(1e9,),
        asked=frozenset({anna, ben}),
        answers=(Answer(anna, answer or "approve", "ticket 12345", not answer, "mark"),),
        unclear=(Unclear(ben, "is it 4711?", False, "mark"),),
    )
    question = QUESTION if is_open else ended(QUESTION, outcome.value, answer, 1e9)
    report = AskReport(outcome, answer, question, facts, (anna,), (), (), "", changed=False)
    return ask_summary(report, options, lambda text: text, check_mode=False)


@pytest.mark.parametrize(
    ("outcome", "answer", "changed", "is_failed", "msg"),
    [
        (QuestionOutcome.ACCEPTED, "approve", {}, False, "answered approve by anna"),
        (QuestionOutcome.REJECTED, "reject", {}, True, "answered reject by anna"),
        (QuestionOutcome.NO_ANSWER, "", {}, True, "not decided by 2001-09-09T02:01:40Z; answered too late: anna"),
        (QuestionOutcome.PENDING, "", {"on_timeout": "pending"}, False, "the question is open until"),
        (QuestionOutcome.PENDING, "", {}, True, "the question is open until"),
        (QuestionOutcome.GUESSING, "", {}, True, "more wrong codes"),
        (QuestionOutcome.UNKNOWN, "", {}, True, "the log does not show the question; whether it was answered cannot"),
        (QuestionOutcome.NOT_ASKED, "", {}, True, "no recipient could be asked"),
        (QuestionOutcome.DEFAULT, "approve", {"on_timeout": "approve"}, False, "no answer has decided it by"),
        (QuestionOutcome.DEFAULT, "reject", {"on_timeout": "reject"}, True, "so it is reject"),
        (QuestionOutcome.WOULD_ASK, "", {}, False, "would ask anna"),
        (QuestionOutcome.WOULD_WAIT, "", {}, False, "would look for answers"),
    ],
)
def test_what_an_outcome_means_to_a_task(
    tmp_path: Path, outcome: QuestionOutcome, answer: str, changed: dict[str, Any], is_failed: bool, msg: str
) -> None:
    result = reported(tmp_path, outcome, answer, is_open=outcome is QuestionOutcome.PENDING, **changed)
    assert (result["failed"], result["outcome"]) == (is_failed, outcome.value)
    assert msg in result["msg"]
    assert {*blank(), "msg", "diff", "failed", "warnings"} == {*result, "requests"}


def test_long_numbers_are_masked_while_the_question_is_open(tmp_path: Path) -> None:
    while_open = reported(tmp_path, QuestionOutcome.PENDING, is_open=True)
    after = reported(tmp_path, QuestionOutcome.ACCEPTED, "approve")
    assert (while_open["answers"][0]["comment"], while_open["unclear"][0]["text"]) == ("ticket #####", "is it ####?")
    assert (after["answers"][0]["comment"], after["unclear"][0]["text"]) == ("ticket 12345", "is it 4711?")
    assert after["answers"][0]["name"] == after["answered_by"][0] == "anna"
    assert (after["asked"], after["level"], after["text"].count("####")) == ([ANNA, BEN], 1, 2)


def test_the_diff_shows_who_is_asked_and_no_code(tmp_path: Path) -> None:
    diff = reported(tmp_path, QuestionOutcome.WOULD_ASK)["diff"]
    assert diff["before"] == ""
    assert diff["after"] == "Deploy shop 2026.11? Reply #### = approve, #### = reject.\n    anna: asked\n"


def test_a_verdict_has_no_one_behind_it_where_time_decided(tmp_path: Path) -> None:
    assert reported(tmp_path, QuestionOutcome.DEFAULT, "approve", on_timeout="approve")["answered_by"] == []
    assert Verdict(QuestionOutcome.DEFAULT).answer == ""


@pytest.mark.parametrize(
    ("outcome", "clauses"),
    [
        (QuestionOutcome.PENDING, ("at the last look the log is empty", "opted out with STOP or the like: ben")),
        (QuestionOutcome.NOT_ASKED, ("; the log is empty;", "refused by the service: anna", "nothing was sent by")),
    ],
)
def test_the_sentence_says_what_stands_in_the_way(
    tmp_path: Path, outcome: QuestionOutcome, clauses: tuple[str, ...]
) -> None:
    options = options_of(tmp_path)
    anna, ben = (one.id for one in options.ask.plan.people)
    facts = Facts(waits=options.ask.waits, refused=frozenset({anna}), opted_out=frozenset({ben}))
    report = AskReport(outcome, "", QUESTION, facts, (), (), (), "the log is empty", changed=False)
    result = ask_summary(report, options, lambda text: text, check_mode=False)
    assert [clause for clause in clauses if clause not in result["msg"]] == [], result["msg"]


@pytest.mark.parametrize("outcome", [QuestionOutcome.NO_ANSWER, QuestionOutcome.DEFAULT])
def test_where_time_was_over_the_sentence_says_who_was_asked_and_who_was_not(
    tmp_path: Path, outcome: QuestionOutcome
) -> None:
    options = options_of(tmp_path, on_timeout="approve" if outcome is QuestionOutcome.DEFAULT else "fail")
    anna, _ben = (one.id for one in options.ask.plan.people)
    facts = Facts(waits=options.ask.waits, begun=(1e9,), asked=frozenset({anna}))
    question = ended(QUESTION, outcome.value, "approve", 1e9)
    report = AskReport(outcome, "approve", question, facts, (), (), (), "", changed=False)
    result = ask_summary(report, options, lambda text: text, check_mode=False)
    assert result["msg"].endswith("; asked: anna; not asked: ben")


def test_a_run_can_be_made_of_the_options(tmp_path: Path) -> None:
    asking, api = options_of(tmp_path).asking()
    assert (asking.foresee().outcome, api.requests) == (QuestionOutcome.WOULD_ASK, 0)
