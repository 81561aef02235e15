# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a question comes to, on one timeline, whatever order its answers are seen in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.voip_communications.sms.plugins.module_utils._notify.answer_text import Codes
from ansible_collections.voip_communications.sms.plugins.module_utils._notify.question import (
    CLOCK_ERROR,
    Choice,
    Incoming,
    Person,
    Plan,
    QuestionOutcome,
    Step,
    Verdict,
    answered_by,
    due_step,
    guessing,
    is_over,
    next_moment,
    noticed,
    total,
    verdict_at_end,
    verdict_of,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._notify.question_facts import (
    Answer,
    Facts,
    loaded,
)

ANN, BEN, CY = "ann", "ben", "cy"
CODES = {
    ANN: {"now": "4597", "later": "2120", "reject": "8861"},
    BEN: {"now": "3304", "later": "6952", "reject": "7018"},
    CY: {"now": "5846", "later": "9273", "reject": "1485"},
}
EVERY_CODE = [code for own in CODES.values() for code in own.values()]
CHOICES = (Choice("now", "now"), Choice("later", "tonight"), Choice("reject", "no", fails=True))
PEOPLE = tuple(Person(name, f"1281234567{place}", name.title()) for place, name in enumerate((ANN, BEN, CY)))
PLAN = Plan(PEOPLE, ((ANN, BEN, CY),), CHOICES)
LEVELS = Plan(PEOPLE, ((ANN,), (BEN,), (CY,)), CHOICES)
ASKED = Facts(waits=(900.0,), begun=(0.0,), asked=frozenset({ANN, BEN, CY}), shown=frozenset({ANN, BEN, CY}))
AT_LEVEL_1 = Facts(waits=(900.0, 600.0, 300.0), begun=(100.0,), asked=frozenset({ANN}))

ACCEPTED, REJECTED = QuestionOutcome.ACCEPTED, QuestionOutcome.REJECTED


def codes_of(person: str) -> Codes:
    return Codes(CODES[person], EVERY_CODE, 4, ("7715",).__contains__)


def texts(*sent: tuple[str, str], is_fresh: bool = True) -> list[Incoming]:
    return [Incoming(person, text, f"{person} {place} {text}", is_fresh) for place, (person, text) in enumerate(sent)]


def seen(*sent: tuple[str, str], facts: Facts = ASKED, is_late: bool = False, is_fresh: bool = True) -> Facts:
    return noticed(facts, texts(*sent, is_fresh=is_fresh), codes_of, is_late=is_late)


@pytest.mark.parametrize(
    ("sent", "verdict"),
    [
        ([], None),
        ([(ANN, "4597")], Verdict(ACCEPTED, "now")),
        ([(ANN, "8861 not today")], Verdict(REJECTED, "reject")),
        ([(ANN, "4597"), (BEN, "7018")], Verdict(REJECTED, "reject")),  # one for and one against
        ([(ANN, "4597"), (ANN, "2120")], Verdict(ACCEPTED, "later")),  # of one person's the most careful
        ([(ANN, "8861"), (ANN, "4597")], Verdict(REJECTED, "reject")),
        ([(ANN, "3304")], None),  # a colleague's code
        ([(ANN, "ok"), (BEN, "yes")], None),
        ([(ANN, "4597"), (BEN, "6952")], Verdict(ACCEPTED, "later")),
    ],
)
def test_what_answers_come_to(sent: list[tuple[str, str]], verdict: Verdict | None) -> None:
    assert verdict_of(PLAN, seen(*sent)) == verdict


@pytest.mark.parametrize(
    ("sent", "verdict"),
    [
        ([(ANN, "4597")], None),
        ([(ANN, "4597"), (ANN, "4597 again")], None),  # one person twice
        ([(ANN, "4597"), (ANN, "3304")], None),  # with a colleague's code
        ([(ANN, "4597"), (BEN, "6952")], None),  # for different things
        ([(ANN, "4597"), (BEN, "3304")], Verdict(ACCEPTED, "now")),
        ([(ANN, "4597"), (BEN, "3304"), (ANN, "2120")], None),
        ([(ANN, "4597"), (BEN, "3304"), (CY, "1485")], Verdict(REJECTED, "reject")),
    ],
)
def test_two_people_must_say_the_same_with_their_own_codes(
    sent: list[tuple[str, str]], verdict: Verdict | None
) -> None:
    assert verdict_of(PLAN._replace(needed=2), seen(*sent)) == verdict


def test_those_whose_answers_decided_are_named() -> None:
    facts = seen((BEN, "3304"), (ANN, "4597"), (CY, "ok"))
    assert answered_by(PLAN, facts, Verdict(ACCEPTED, "now")) == [ANN, BEN]
    assert answered_by(PLAN, facts, Verdict(QuestionOutcome.NO_ANSWER)) == []


def test_more_wrong_codes_than_slips_explain_end_it() -> None:
    guesses = [(ANN, f"{number} please") for number in range(3000, 3006)]
    assert verdict_of(PLAN, seen(*guesses[:5], (ANN, "4597"))) == Verdict(ACCEPTED, "now")
    facts = seen(*guesses, (ANN, "4597"))
    assert verdict_of(PLAN, facts) == Verdict(QuestionOutcome.GUESSING)
    assert guessing(PLAN, facts) == {ANN}
    # Each number has its own limit, and the codes of another question are none.
    assert verdict_of(PLAN, seen(*guesses[:3], *[(BEN, guess) for _ann, guess in guesses[3:]])) is None
    assert verdict_of(PLAN, seen(*[(ANN, "7715")] * 9)) is None


def test_where_guesses_only_leave_a_number_out_its_answer_does_not_count_and_the_next_level_is_due() -> None:
    plan = LEVELS._replace(fails_on_guessing=False)
    guesses = [(ANN, f"{number}") for number in range(3000, 3006)]
    facts = seen(*guesses, (ANN, "4597"), facts=AT_LEVEL_1)
    assert verdict_of(plan, facts) is None
    assert due_step(plan, facts, 101.0) == Step(1, (100.0, 101.0))
    assert verdict_of(plan, seen((ANN, "8861"), facts=facts)) == Verdict(REJECTED, "reject")


def test_what_has_no_code_counts_only_if_it_came_after_the_question() -> None:
    old = [(ANN, "STOP"), *[(BEN, f"{number}") for number in range(3000, 3009)], (CY, "hello")]
    facts = seen(*old, is_fresh=False)
    assert (facts.opted_out, facts.unclear) == (frozenset(), ())
    facts = seen(*old)
    assert facts.opted_out == {ANN}
    assert {one.person for one in facts.unclear} == {BEN, CY}
    assert verdict_of(PLAN, seen((ANN, "4597"), is_fresh=False)) == Verdict(ACCEPTED, "now")


def test_an_answer_that_is_seen_when_the_question_is_over_does_not_count() -> None:
    facts = seen((ANN, "4597"), is_late=True)
    assert verdict_of(PLAN, facts) is None
    assert [answer.late for answer in facts.answers] == [True]
    # Seen again late, it is still in time.
    facts = seen((ANN, "4597"), is_late=True, facts=seen((ANN, "4597")))
    assert [answer.late for answer in facts.answers] == [False]


def test_a_person_who_has_opted_out_has_still_answered() -> None:
    assert verdict_of(PLAN, seen((ANN, "4597"), (ANN, "STOP"))) == Verdict(ACCEPTED, "now")


# The timeline ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "step"),
    [
        (999.9, None),
        (1000.0, Step(1, (100.0, 1000.0))),
        (1599.9, Step(1, (100.0, 1000.0))),
        (1600.0, Step(2, (100.0, 1000.0, 1600.0))),  # no run was there at level 2
        (9999.0, Step(2, (100.0, 1000.0, 1600.0))),
    ],
)
def test_a_step_is_due_from_its_moment_on(now: float, step: Step | None) -> None:
    assert due_step(LEVELS, AT_LEVEL_1, now) == step


def test_the_first_step_is_due_at_once_and_no_more_than_there_are() -> None:
    waits = AT_LEVEL_1.waits
    assert due_step(LEVELS, Facts(waits=waits), 5.0) == Step(0, (5.0,))
    assert due_step(LEVELS, Facts(waits=waits, begun=(1.0, 2.0, 3.0)), 9e9) is None


@pytest.mark.parametrize(
    "facts",
    [AT_LEVEL_1._replace(refused=frozenset({ANN})), AT_LEVEL_1._replace(opted_out=frozenset({ANN}))],
    ids=["refused", "opted out"],
)
def test_who_cannot_be_reached_does_not_hold_the_next_level_up(facts: Facts) -> None:
    assert due_step(LEVELS, facts, 101.0) == Step(1, (100.0, 101.0))
    # The level after that waits for its time.
    facts = facts._replace(begun=(100.0, 101.0))
    assert due_step(LEVELS, facts, 102.0) is None
    assert due_step(LEVELS, facts, 701.0) == Step(2, (100.0, 101.0, 701.0))


def test_who_could_not_be_sent_to_holds_up_no_other_person() -> None:
    assert due_step(LEVELS, AT_LEVEL_1, 101.0, frozenset({ANN})) == Step(1, (100.0, 101.0))
    again = Plan(PEOPLE[:1], ((ANN,), (ANN,)), CHOICES)
    facts = Facts(waits=(900.0, 900.0), begun=(100.0,))
    assert due_step(again, facts, 101.0, frozenset({ANN})) is None
    assert verdict_of(again, facts, frozenset({ANN})) is None
    assert verdict_of(again, facts._replace(begun=(100.0, 1000.0)), frozenset({ANN})) == Verdict(
        QuestionOutcome.NOT_ASKED
    )


def test_where_no_one_can_be_reached_it_ends_at_once() -> None:
    everyone = frozenset({ANN, BEN, CY})
    assert verdict_of(PLAN, ASKED._replace(opted_out=everyone)) == Verdict(QuestionOutcome.NOT_ASKED)
    assert verdict_of(PLAN, ASKED._replace(refused=everyone - {CY}, opted_out=frozenset({CY}))) is not None
    assert verdict_of(PLAN, ASKED._replace(refused=everyone - {CY})) is None
    assert verdict_of(LEVELS, AT_LEVEL_1._replace(refused=everyone)) is None  # the next levels were not tried


def test_a_late_answer_of_level_1_stops_levels_2_and_3() -> None:
    facts = AT_LEVEL_1._replace(begun=(100.0, 1000.0))
    assert verdict_of(LEVELS, seen((ANN, "4597"), facts=facts)) == Verdict(ACCEPTED, "now")


def test_the_next_step_or_the_end_is_waited_for() -> None:
    assert next_moment(LEVELS, AT_LEVEL_1, 1900.0) == 1000.0
    assert next_moment(LEVELS, AT_LEVEL_1, 500.0) == 500.0
    assert next_moment(LEVELS, AT_LEVEL_1._replace(begun=(1.0, 2.0, 3.0)), 1900.0) == 1900.0
    assert (total((900.0, 600.0)), total(())) == (1500.0, 0.0)


@pytest.mark.parametrize(
    ("now", "expected"), [(99.0, False), (100.0, True), (-CLOCK_ERROR + 1, False), (-CLOCK_ERROR - 1, True)]
)
def test_a_question_is_over_at_its_end_and_when_a_clock_is_wrong(now: float, expected: bool) -> None:
    assert is_over(0.0, 100.0, now) is expected


@pytest.mark.parametrize(
    ("on_timeout", "verdict"),
    [
        ("fail", Verdict(QuestionOutcome.NO_ANSWER)),
        ("pending", Verdict(QuestionOutcome.NO_ANSWER)),
        ("later", Verdict(QuestionOutcome.DEFAULT, "later")),
    ],
)
def test_what_its_end_comes_to(on_timeout: str, verdict: Verdict) -> None:
    plan = PLAN._replace(on_timeout=on_timeout)
    assert verdict_at_end(plan, ASKED) == verdict
    for blind in (
        ASKED._replace(shown=frozenset()),
        ASKED._replace(shown=frozenset({ANN, BEN})),
        ASKED._replace(asked=frozenset({ANN}), shown=frozenset({ANN}), doubted=frozenset({BEN})),
        Facts(waits=(1.0,), begun=(0.0,)),
    ):
        assert verdict_at_end(plan, blind) == Verdict(QuestionOutcome.UNKNOWN)


@pytest.mark.parametrize(
    ("late", "on_timeout", "verdict"),
    [
        ("reject", "later", Verdict(QuestionOutcome.NO_ANSWER)),
        ("reject", "reject", Verdict(QuestionOutcome.DEFAULT, "reject")),
        ("now", "later", Verdict(QuestionOutcome.DEFAULT, "later")),
        ("now", "reject", Verdict(QuestionOutcome.DEFAULT, "reject")),
    ],
)
def test_no_default_passes_what_someone_has_rejected_too_late(late: str, on_timeout: str, verdict: Verdict) -> None:
    """A run that was not there cannot tell whether the answer came in time."""
    facts = ASKED.with_answers([Answer(ANN, late, "", True, "m")])
    assert verdict_at_end(PLAN._replace(on_timeout=on_timeout), facts) == verdict


# Whatever the order ---------------------------------------------------------------------------------------------

people = st.sampled_from([ANN, BEN, CY])
words = st.sampled_from(
    [
        *EVERY_CODE,
        "STOP",
        "ok",
        "3000",
        "3001",
        "3002",
        "3003",
        "3004",
        "3005",
        "7715",
        "4597 2120",
        "Liked 4597",
        "4597 = now",
    ]
)
incoming = st.builds(
    lambda person, text, comment, is_fresh: Incoming(
        person, f"{text} {comment}".strip(), f"{person} {text} {comment}", is_fresh
    ),
    people,
    words,
    st.sampled_from(["", "", "why", "12345"]),
    st.just(True) | st.booleans(),
)
looks = st.lists(incoming, max_size=14)


def all_of(seen_texts: Sequence[Iterable[Incoming]]) -> Facts:
    facts = ASKED
    for look in seen_texts:
        facts = noticed(facts, look, codes_of, is_late=False)
    return facts


@settings(max_examples=300)
@given(looks, st.randoms(use_true_random=False), st.integers(1, 3), st.booleans())
def test_the_order_of_records_within_a_look_never_matters(
    look: list[Incoming], numbers: object, needed: int, fails: bool
) -> None:
    shuffled = list(look)
    numbers.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis' own kind of random.Random
    assert all_of([look]) == all_of([shuffled])
    plan = PLAN._replace(needed=needed, fails_on_guessing=fails)
    assert verdict_of(plan, all_of([look])) == verdict_of(plan, all_of([shuffled]))


@settings(max_examples=200)
@given(looks, st.integers(0, 14), st.integers(0, 14))
def test_what_is_seen_again_or_in_several_looks_changes_nothing(look: list[Incoming], one: int, other: int) -> None:
    """Two runs, and two pages that overlap, agree."""
    assert all_of([look]) == all_of([look[:one], look, look[other:]]) == all_of([look[one:], look[:one]])


@settings(max_examples=200)
@given(looks, looks)
def test_more_answers_never_turn_a_rejection_into_anything_else(look: list[Incoming], more: list[Incoming]) -> None:
    verdict = verdict_of(PLAN, all_of([look]))
    if verdict is not None and verdict.outcome is REJECTED:
        assert verdict_of(PLAN, all_of([look, more])) == verdict


@settings(max_examples=200)
@given(looks)
def test_nothing_but_codes_of_the_right_people_is_accepted(look: list[Incoming]) -> None:
    verdict = verdict_of(PLAN, all_of([look]))
    if verdict is not None and verdict.outcome is ACCEPTED:
        assert any(one.text.startswith(CODES[one.person][verdict.answer]) for one in look)


@settings(max_examples=200)
@given(looks)
def test_facts_come_back_as_they_were_and_hold_no_code(look: list[Incoming]) -> None:
    facts = all_of([look])._replace(before=frozenset({"b", "a"}), has_before=True)
    assert loaded(facts.dumped()) == facts
    kept = [answer.comment for answer in facts.answers] + [unclear.text for unclear in facts.unclear]
    assert not any(code in text.split() for text in kept for code in EVERY_CODE)


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"waits": 5}', Facts().dumped().replace("[]", "5")])
def test_what_holds_no_facts_is_no_question(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - JSON has errors of its own
        loaded(text)


@given(st.lists(st.floats(0, 1000), min_size=3, max_size=3), st.floats(0, 4000), st.floats(0, 4000))
def test_steps_begin_in_order_and_a_later_clock_never_undoes_one(waits: list[float], now: float, later: float) -> None:
    facts = Facts(waits=tuple(waits), begun=(0.0,))
    first = due_step(LEVELS, facts, now)
    second = due_step(LEVELS, facts, max(now, later))
    if first is not None:
        assert second is not None
        assert second.begun[: len(first.begun)] == first.begun
        assert list(second.begun) == sorted(second.begun)
