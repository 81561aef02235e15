# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Questions from their first look to their end, over the real delivery and ledger, with a service in this process."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._api.client import Api
from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import InputError
from ansible_collections.voip_communications.sms.plugins.module_utils._core.exchange import Answer, Service
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.limits import QUESTION, Limit, Limits
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.memory import MemoryLedger
from ansible_collections.voip_communications.sms.plugins.module_utils._notify.asking import (
    Ask,
    Asking,
    AskReport,
    Clocks,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._notify.question import (
    Choice,
    Person,
    Plan,
    QuestionOutcome,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._notify.question_text import HINT
from ansible_collections.voip_communications.sms.tests.model.ask_service import OWN_NUMBER, AskService, codes_in
from ansible_collections.voip_communications.sms.tests.model.provider import Clock, Killed
from ansible_collections.voip_communications.sms.tests.support.ledger_rows import FINGERPRINTS

ANN, BEN, CY = NUMBERS = ("12812345678", "12812345679", "12812345680")
IDS = {number: FINGERPRINTS.recipient(number) for number in NUMBERS}
APPROVAL = (Choice("approve", "approve"), Choice("reject", "reject", fails=True))
WAIT = 900.0


class Story:
    """A service, a ledger and a question; each run is a process of its own."""

    def __init__(self, **service: Any) -> None:
        self.clock = Clock()
        self.service = AskService(self.clock, **service)
        self.ledger = MemoryLedger(self.clock.time)
        self.ledger.name = "kept"
        self.api = self._new_api()

    def _new_api(self) -> Api:
        api = Api(Service("https://example.org/", "user", "password", 10.0))
        api._http = self.service  # type: ignore[assignment]  # what it calls is the same
        return api

    def ask(
        self,
        steps: tuple[tuple[str, ...], ...] = ((ANN,),),
        *,
        waits: tuple[float, ...] | None = None,
        key: str = "deploy",
        needed: int = 1,
        on_timeout: str = "fail",
        run_seconds: float | None = None,
        seconds: float | None = None,
        fails_on_guessing: bool = True,
        **more: Any,
    ) -> Ask:
        people = tuple(Person(IDS[one], one) for one in NUMBERS if any(one in step for step in steps))
        plan = Plan(
            people,
            tuple(tuple(IDS[one] for one in step) for step in steps),
            APPROVAL,
            needed=needed,
            on_timeout=on_timeout,
            fails_on_guessing=fails_on_guessing,
        )
        waits = waits or (WAIT,) * len(steps)
        return Ask(
            plan=plan,
            key=key,
            content=FINGERPRINTS.content(key, repr(plan)),
            msg=f"Deploy {key}?",
            sender=OWN_NUMBER,
            waits=waits,
            seconds=sum(waits) if seconds is None else seconds,
            run_seconds=run_seconds,
            poll=10.0,
            request_seconds=20.0,
            max_segments=2,
            **more,
        )

    def asking(self, ask: Ask) -> Asking:
        self.api = self._new_api()
        clocks = Clocks(self.clock.monotonic, self.service.sleep)
        return Asking(ask, self.api, self.ledger, FINGERPRINTS, clocks=clocks)

    def run(self, ask: Ask | None = None) -> AskReport:
        return self.asking(ask or self.ask()).run()

    def after(self, seconds: float, number: str, label: str = "approve", comment: str = "") -> None:
        self.service.after(seconds, lambda: self.service.answer(number, label, comment))

    def say(self, seconds: float, number: str, text: str) -> None:
        self.service.after(seconds, lambda: self.service.reply(number, text))


@pytest.fixture
def story() -> Story:
    return Story()


def shown(report: AskReport) -> tuple[str, str, list[str]]:
    return report.outcome.value, report.answer, [answer.choice for answer in report.facts.answers]


# One question --------------------------------------------------------------------------------------------------------


def test_words_a_stranger_and_then_the_right_code_with_a_comment(story: Story) -> None:
    story.say(20, ANN, "ok go")
    story.service.after(30, lambda: story.service.reply(BEN, codes_in(story.service.questions()[0])["approve"]))
    story.after(100, ANN, comment="but watch the disk")
    report = story.run()
    assert shown(report) == ("accepted", "approve", ["approve"])
    assert report.facts.answers[0].comment == "but watch the disk"
    assert [len(story.service.questions()), story.service.others()] == [1, [HINT]]
    assert (report.changed, report.has_ended) == (True, True)
    # Run again: the same result, and no request.
    again = story.run()
    assert not again.has_ended
    assert (again.outcome, again.answer, again.facts, again.changed) == (*report[:2], report.facts, False)
    assert story.api.requests == 0


def test_a_question_reads_as_people_know_it(story: Story) -> None:
    story.after(5, ANN, "reject")
    report = story.run()
    text = story.service.questions()[0]
    codes = codes_in(text)
    assert text == f"Deploy deploy? Reply {codes['approve']} = approve, {codes['reject']} = reject."
    assert report.outcome is QuestionOutcome.REJECTED
    assert "\n".join(map(repr, story.ledger._questions.values())).count(codes["approve"]) == 0


def test_one_request_a_poll_for_all_people(story: Story) -> None:
    story.after(95, BEN)
    report = story.run(story.ask(((ANN, BEN, CY),)))
    assert report.outcome is QuestionOutcome.ACCEPTED
    # Before it is sent, at once, and every 10 s until 100.
    assert story.service.looks <= 1 + 1 + 10 + 1


@pytest.mark.parametrize("when", ["before the post", "after the post"])
def test_a_run_that_is_killed_is_gone_on_with_and_asks_once(story: Story, when: str) -> None:
    def kill(step: str) -> None:
        if step == when:
            story.service.meanwhile = lambda _step: None
            raise Killed

    story.service.meanwhile = kill
    with pytest.raises(Killed):
        story.run()
    story.clock.true += 60
    story.after(20, ANN)
    report = story.run()
    if when == "before the post":
        # The claim stands, so it may have been sent, and is not sent again: the log shows that it was not.
        assert (report.outcome, story.service.questions()) == (QuestionOutcome.UNKNOWN, [])
    else:
        assert (report.outcome, len(story.service.questions())) == (QuestionOutcome.ACCEPTED, 1)


def test_a_run_that_is_killed_while_it_waits_loses_no_answer_that_was_seen(story: Story) -> None:
    story.after(20, ANN)

    def kill() -> None:
        raise Killed

    story.service.after(55, kill)
    ask = story.ask(((ANN, BEN),), needed=2)
    with pytest.raises(Killed):
        story.run(ask)
    story.service.log = [entry for entry in story.service.log if entry.fields["sms_inout"] == "OUT"]
    story.after(20, BEN)
    report = story.run(ask)
    assert shown(report) == ("accepted", "approve", ["approve", "approve"])
    assert len(story.service.questions()) == 2


def test_time_out_a_late_answer_and_again(story: Story) -> None:
    report = story.run()
    assert report.outcome is QuestionOutcome.NO_ANSWER
    assert story.clock.true == pytest.approx(1_000_000 + WAIT, abs=1)
    story.after(0, ANN)
    again = story.run()
    assert (again.outcome, story.api.requests) == (QuestionOutcome.NO_ANSWER, 0)


def test_an_answer_between_the_last_poll_and_the_end_counts(story: Story) -> None:
    story.after(WAIT - 5, ANN)
    assert shown(story.run(story.ask(((ANN,),))._replace(poll=60.0))) == ("accepted", "approve", ["approve"])


def test_an_answer_that_no_run_has_seen_in_time_is_late(story: Story) -> None:
    pending = story.run(story.ask(on_timeout="pending", run_seconds=0.0))
    assert pending.outcome is QuestionOutcome.PENDING
    story.clock.true += WAIT + 5
    story.after(0, ANN)
    report = story.run(story.ask(on_timeout="pending", run_seconds=0.0))
    assert (report.outcome, [answer.late for answer in report.facts.answers]) == (QuestionOutcome.NO_ANSWER, [True])


def test_silence_is_the_default_or_leaves_the_question_pending(story: Story) -> None:
    assert shown(story.run(story.ask(on_timeout="approve"))) == ("default", "approve", [])
    ask = story.ask(key="later", on_timeout="pending", run_seconds=60.0, seconds=86400.0)
    begun = story.clock.true
    assert story.run(ask).outcome is QuestionOutcome.PENDING
    assert story.clock.true == pytest.approx(begun + 60, abs=1)
    story.after(30, ANN)
    assert story.run(ask).outcome is QuestionOutcome.ACCEPTED
    assert len(story.service.questions()) == 2


@pytest.mark.parametrize("page_size", [10, 100])
def test_one_request_a_poll_for_twenty_people(page_size: int) -> None:
    """Also where their questions fill two pages, in whose first one an answer stands."""
    people = tuple(f"1281234{number:04}" for number in range(20))
    story = Story(page_size=page_size)
    for number in range(12):
        story.service.add("OUT", CY, f"older {number}")
    plan = Plan(tuple(Person(FINGERPRINTS.recipient(one), one) for one in people), ((),), APPROVAL)
    plan = plan._replace(steps=(tuple(person.id for person in plan.people),))
    ask = story.ask()._replace(plan=plan, content=FINGERPRINTS.content("twenty", repr(plan)))
    story.after(305, people[7])
    report = story.run(ask)
    assert (report.outcome, len(story.service.questions())) == (QuestionOutcome.ACCEPTED, 20)
    # Before it is sent, at once, and every 10 s until 310; and every sixth look reads on to the questions.
    looks, pages_of_questions = 1 + 1 + 31, 21 // page_size + 1
    assert story.service.looks <= looks + (looks // 6 + 2) * (pages_of_questions - 1) + 2


def test_who_does_not_want_to_hear_of_it_now_holds_no_level_up(story: Story) -> None:
    """Ann and Ben have quiet hours, and Ben's end while Cy is asked; nobody is waited for who was not asked."""
    ben_wakes = story.clock.time() + 60

    def silent(now: float) -> frozenset[str]:
        return frozenset({IDS[ANN]} if now >= ben_wakes else {IDS[ANN], IDS[BEN]})

    ask = story.ask(((ANN,), (BEN,), (CY,), (BEN, ANN)), silent=silent)
    story.after(WAIT + 10, BEN)
    assert story.asking(ask).foresee().letters == (IDS[CY],)
    report = story.run(ask)
    assert shown(report) == ("accepted", "approve", ["approve"])
    assert [number for number, _text in story.service.sent] == [CY, BEN]
    assert story.clock.time() - ben_wakes < WAIT


def test_where_no_one_wants_to_hear_of_it_the_next_run_asks_anew(story: Story) -> None:
    everyone = frozenset(IDS.values())
    ask = story.ask(((ANN,), (BEN,)), silent=lambda _now: everyone)
    foreseen, report = story.asking(ask).foresee(), story.run(ask)
    assert (foreseen.outcome, report.outcome) == (QuestionOutcome.NOT_ASKED, QuestionOutcome.NOT_ASKED)
    assert "does not want to hear of it at this hour" in report.reason
    assert (foreseen.reason, foreseen.changed, report.changed, story.service.sent) == (report.reason, False, False, [])
    story.after(5, ANN)
    assert story.run(ask._replace(silent=lambda _now: frozenset())).outcome is QuestionOutcome.ACCEPTED


def test_who_was_asked_before_the_quiet_hours_may_still_answer(story: Story) -> None:
    night = story.clock.time() + 30
    ask = story.ask(silent=lambda now: frozenset({IDS[ANN]} if now >= night else ()))
    story.after(100, ANN)
    assert story.run(ask).outcome is QuestionOutcome.ACCEPTED


def test_ask_now_and_look_later(story: Story) -> None:
    story.service.add("OUT", "999", "hello")
    ask = story.ask(on_timeout="pending", run_seconds=0.0, seconds=86400.0)
    assert story.run(ask).outcome is QuestionOutcome.PENDING
    assert story.api.requests == 3, "before it, the question, after it"
    assert (story.run(ask).outcome, story.api.requests) == (QuestionOutcome.PENDING, 1)
    story.after(0, ANN)
    assert (story.run(ask).outcome, story.api.requests) == (QuestionOutcome.ACCEPTED, 1)


def test_of_two_who_are_needed_the_second_decides(story: Story) -> None:
    ask = story.ask(((ANN, BEN),), needed=2)
    story.after(20, ANN)
    story.after(40, ANN)
    story.service.after(60, lambda: story.service.reply(ANN, codes_in(story.service.questions(BEN)[0])["approve"]))
    story.after(300, BEN)
    report = story.run(ask)
    assert report.outcome is QuestionOutcome.ACCEPTED
    assert story.clock.true >= 1_000_300


def test_one_for_and_one_against(story: Story) -> None:
    story.after(21, ANN)
    story.after(22, BEN, "reject")
    assert shown(story.run(story.ask(((ANN, BEN),))))[:2] == ("rejected", "reject")


def test_six_wrong_codes_end_the_question(story: Story) -> None:
    for number in range(6):
        story.say(20 + number, ANN, f"000{number}")  # no code begins with a zero
    story.after(26, ANN)
    assert story.run().outcome is QuestionOutcome.GUESSING
    assert len(story.service.others()) <= 1, "one hint"


def test_stop_is_no_silence(story: Story) -> None:
    story.say(20, ANN, "STOP")
    report = story.run()
    assert (report.outcome, report.facts.opted_out) == (QuestionOutcome.NOT_ASKED, frozenset({IDS[ANN]}))
    assert story.clock.true < 1_000_060


def test_an_old_stop_in_the_log_opts_no_one_out(story: Story) -> None:
    story.service.reply(ANN, "STOP")
    story.service.reply(ANN, "1234")
    story.after(50, ANN)
    report = story.run()
    assert (report.outcome, report.facts.opted_out, report.facts.unclear) == (QuestionOutcome.ACCEPTED, frozenset(), ())


@pytest.mark.parametrize("status", [401, 503])
def test_where_no_one_could_be_asked_the_next_run_asks_anew(story: Story, status: int) -> None:
    story.service.status = status
    report = story.run()
    if status == 503:
        assert (report.outcome, story.service.questions()) == (QuestionOutcome.UNKNOWN, [])
        return
    assert (report.outcome, report.changed) == (QuestionOutcome.NOT_ASKED, False)
    assert "api_key" in report.reason
    story.service.status = 200
    story.after(20, ANN)
    assert story.run().outcome is QuestionOutcome.ACCEPTED


def test_a_number_that_is_refused(story: Story) -> None:
    story.service.refused = {ANN}
    report = story.run()
    assert (report.outcome, report.reason) == (QuestionOutcome.NOT_ASKED, "not in service")
    story.after(20, BEN)
    assert story.run(story.ask(((ANN,), (BEN,)), key="levels")).outcome is QuestionOutcome.ACCEPTED
    assert story.clock.true < 1_000_100, "a number that cannot be reached does not hold the next level up"


def test_the_question_whose_answer_is_lost_is_asked_where_the_log_shows_it() -> None:
    story = Story(lost={ANN: True})
    story.after(30, ANN)
    report = story.run()
    assert (report.outcome, report.facts.asked) == (QuestionOutcome.ACCEPTED, frozenset({IDS[ANN]}))
    story = Story(lost={ANN: False})
    report = story.run()
    assert (report.outcome, report.reason) == (QuestionOutcome.UNKNOWN, f"it may not have been sent to +{ANN}")
    assert story.run().outcome is QuestionOutcome.UNKNOWN
    assert story.service.questions() == [], "never posted again"


# The log -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [401, 404, 500, "empty", "others"])
def test_a_log_that_does_not_show_the_question_is_no_silence(story: Story, kind: int | str) -> None:
    if isinstance(kind, int):
        story.service.outage = (9e9, kind)
    else:
        story.service.shows = lambda fields: kind == "others" and fields["sms_external"] == "999"
        story.service.add("IN", "999", "hello")
    report = story.run()
    assert report.outcome is QuestionOutcome.UNKNOWN
    assert len(story.service.questions()) == 1
    assert story.run().outcome is QuestionOutcome.UNKNOWN
    assert len(story.service.questions()) == 1
    # When it can be read again, it is known that there was no answer.
    story.service.outage, story.service.shows = (0.0, 200), lambda _fields: True
    assert story.run().outcome is QuestionOutcome.NO_ANSWER


@pytest.mark.parametrize("status", [429, 503])
def test_an_outage_that_ends_in_time_is_waited_for_with_fewer_and_fewer_requests(story: Story, status: int) -> None:
    story.service.after(5, lambda: setattr(story.service, "outage", (1_000_500, status)))
    story.after(100, ANN)
    report = story.run()
    assert report.outcome is QuestionOutcome.ACCEPTED
    assert story.service.looks < 16


def test_a_service_that_asks_for_a_pause_gets_it(story: Story) -> None:
    page = story.service._page

    def throttled(number: int) -> Answer:
        is_soon = 1_000_005 < story.clock.true < 1_000_100
        return Answer(429, {"retry-after": "120"}, b"{}") if is_soon else page(number)

    story.service._page = throttled  # type: ignore[method-assign]  # of this test
    story.after(20, ANN)
    assert story.run().outcome is QuestionOutcome.ACCEPTED
    assert 1_000_130 <= story.clock.true < 1_000_140


@pytest.mark.parametrize("order", ["newest", "oldest"])
@pytest.mark.parametrize("page_size", [1, 2, 3, 20])
@pytest.mark.parametrize("before", [0, 1, 7])
def test_every_order_and_size_of_pages(order: str, page_size: int, before: int) -> None:
    story = Story(order=order, page_size=page_size)
    for number in range(before):
        story.service.add("OUT", "999", f"other {number}")
    for number in range(4):
        story.service.after(15 + number, lambda: story.service.add("IN", "999", "hello"))
    story.say(35, BEN, "STOP")
    story.after(75, ANN)
    report = story.run(story.ask(((ANN, BEN),)))
    assert (report.outcome, report.facts.opted_out) == (QuestionOutcome.ACCEPTED, frozenset({IDS[BEN]}))
    assert story.clock.true < 1_000_130


@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_an_answer_that_shows_before_the_question_does(order: str) -> None:
    story = Story(order=order, out_lag=200.0)
    story.after(20, ANN)
    assert story.run().outcome is QuestionOutcome.ACCEPTED
    assert story.clock.true < 1_000_050


def test_a_log_that_lags_is_waited_for() -> None:
    story = Story(out_lag=40.0, in_lag=60.0)
    story.after(20, ANN)
    assert story.run().outcome is QuestionOutcome.ACCEPTED
    assert 1_000_080 <= story.clock.true < 1_000_095


# Levels --------------------------------------------------------------------------------------------------------------


def test_three_levels_with_a_repetition(story: Story) -> None:
    ask = story.ask(((ANN,), (BEN,), (CY,)) * 2, waits=(300.0,) * 6)
    story.after(1300, BEN)
    report = story.run(ask)
    assert shown(report) == ("accepted", "approve", ["approve"])
    assert [to for to, _text in story.service.sent] == [ANN, BEN, CY, ANN, BEN]
    # The second question to a person has the same codes.
    assert len(set(story.service.questions(ANN))) == 1


def test_levels_are_gone_on_with_where_they_are_due(story: Story) -> None:
    ask = story.ask(((ANN,), (BEN,), (CY,)), waits=(300.0, 300.0, 300.0), run_seconds=0.0)
    story.run(ask)
    story.clock.true += 650
    story.run(ask)
    assert [to for to, _text in story.service.sent] == [ANN, CY]


def test_a_late_answer_of_level_1_stops_the_others(story: Story) -> None:
    ask = story.ask(((ANN,), (BEN,), (CY,)), waits=(300.0, 300.0, 300.0))
    story.after(400, ANN)
    assert story.run(ask).outcome is QuestionOutcome.ACCEPTED
    assert [to for to, _text in story.service.sent] == [ANN, BEN]


def test_guesses_from_one_level_only_wake_the_next_where_that_is_wanted(story: Story) -> None:
    for number in range(6):
        story.say(20, ANN, f"{3000 + number}")
    story.after(60, BEN)
    ask = story.ask(((ANN,), (BEN,)), fails_on_guessing=False)
    assert story.run(ask).outcome is QuestionOutcome.ACCEPTED
    assert story.clock.true < 1_000_100


# Two runs, two questions ---------------------------------------------------------------------------------------------


def test_two_runs_at_once_ask_once_and_agree(story: Story) -> None:
    other: list[AskReport] = []
    story.service.after(30, lambda: other.append(story.run()))
    story.after(60, ANN)
    report = story.run()
    assert [report.outcome, other[0].outcome] == [QuestionOutcome.ACCEPTED] * 2
    assert len(story.service.questions()) == 1
    assert report.facts == other[0].facts
    assert {report.has_ended, other[0].has_ended} == {True, False}


def test_one_of_two_runs_has_ended_the_question_although_both_have_sent(story: Story) -> None:
    """The one asks, and the other sees the answer first and tells of it."""
    other: list[AskReport] = []
    ask = story.ask(outcome_text="Taken over")
    story.service.after(25, lambda: other.append(story.run(ask)))
    story.after(27, ANN)
    report = story.run(ask)
    assert [report.changed, other[0].changed] == [True, True]
    assert [report.has_ended, other[0].has_ended] == [False, True]


def test_two_questions_to_one_person_do_not_answer_each_other(story: Story) -> None:
    first = story.ask(run_seconds=0.0, key="one")
    second = story.ask(run_seconds=0.0, key="two")
    story.run(first)
    story.run(second)
    one, two = (codes_in(text)["approve"] for text in story.service.questions())
    for _number in range(7):
        story.service.reply(ANN, two)
    report = story.run(first)
    assert (report.outcome, report.facts.unclear) == (QuestionOutcome.PENDING, ())
    assert story.run(second).outcome is QuestionOutcome.ACCEPTED
    story.service.reply(ANN, one)
    assert story.run(first).outcome is QuestionOutcome.ACCEPTED
    assert story.service.others() == []


def test_another_question_under_the_same_key_is_refused(story: Story) -> None:
    story.run(story.ask(run_seconds=0.0))
    with pytest.raises(InputError, match="another question was asked under the idempotency_key 'deploy'"):
        story.run(story.ask(((BEN,),)))
    # How long a run waits, and how often it looks, is not the question.
    assert story.run(story.ask(run_seconds=0.0, waits=(60.0,))._replace(poll=3.0)).outcome is QuestionOutcome.PENDING


# The outcome, clocks, check mode -------------------------------------------------------------------------------------


def test_the_outcome_is_told_once_to_all_who_were_asked(story: Story) -> None:
    ask = story.ask(((ANN, BEN), (CY,)), outcome_text="{answer} by {by}")
    story.after(20, ANN)
    story.run(ask)
    story.run(ask)
    assert [(to, text) for to, text in story.service.sent if " = " not in text] == [
        (ANN, f"approve by +{ANN}"),
        (BEN, f"approve by +{ANN}"),
    ]


def test_an_outcome_that_could_not_be_sent_is_a_warning_and_told_by_the_next_run(story: Story) -> None:
    ask = story.ask(((ANN, BEN),), outcome_text="{answer} by {by}")
    story.after(20, ANN)
    story.service.after(20, lambda: setattr(story.service, "status", 400))
    first = story.run(ask)
    assert (first.outcome, first.facts.is_told, len(first.warnings)) == (QuestionOutcome.ACCEPTED, False, 2)
    assert first.warnings[0].startswith(f"outcome: not sent to +{ANN}: the service refused the request (HTTP 400")
    story.service.status = 200
    assert [story.asking(ask).foresee().changed, story.service.others()] == [True, []]
    assert [story.run(ask).changed, story.run(ask).changed] == [True, False]
    assert story.service.others() == [f"approve by +{ANN}"] * 2


def test_an_outcome_that_was_told_late_silences_no_later_question(story: Story) -> None:
    """The key is free once the messages of its question no longer hold."""
    month = 30 * 86400.0
    ask = story.ask(((ANN,),), outcome_text="{answer} by {by}")
    story.after(20, ANN)
    story.service.after(20, lambda: setattr(story.service, "status", 400))
    assert story.run(ask).facts.is_told is False
    story.service.status = 200
    story.service.sleep(month - 60)
    assert (story.run(ask).changed, len(story.service.others())) == (True, 1)
    for wait, told in ((2 * WAIT, 1), (month, 2)):  # first it is the same question still
        story.service.sleep(wait)
        story.after(20, ANN)
        assert story.run(ask).outcome is QuestionOutcome.ACCEPTED
        assert (len(story.service.questions()), len(story.service.others())) == (told, told)


def test_whom_the_question_could_not_be_sent_to_is_named(story: Story) -> None:
    """The others are asked, and may answer."""
    posts = iter((200, 400, 200))

    def meanwhile(step: str) -> None:
        story.service.status = next(posts) if step == "before the post" else story.service.status

    story.service.meanwhile = meanwhile
    story.after(30, ANN)
    report = story.run(story.ask(((ANN, BEN),)))
    assert (report.outcome, report.letters) == (QuestionOutcome.ACCEPTED, (IDS[ANN],))
    (warning,) = report.warnings
    assert warning.startswith(f"ask-1: not sent to +{BEN}: the service refused the request (HTTP 400")


@pytest.mark.parametrize(("jump", "outcome"), [(-3600.0, "accepted"), (3600.0, "no_answer")])
def test_a_clock_that_is_set_never_opens_the_gate(story: Story, jump: float, outcome: str) -> None:
    story.service.after(15, lambda: story.clock.jump(jump))
    story.after(100, ANN)
    assert story.run().outcome.value == outcome


def test_a_question_of_a_clock_that_was_wrong_is_over(story: Story) -> None:
    story.clock.jump(86400)
    story.run(story.ask(run_seconds=0.0))
    story.clock.jump(-86400)
    story.after(0, ANN)
    assert shown(story.run()) == ("no_answer", "", ["approve"])


def test_check_mode_makes_no_request_and_predicts(story: Story) -> None:
    def foreseen(ask: Ask) -> tuple[str, tuple[str, ...], bool, int]:
        report = story.asking(ask).foresee()
        return report.outcome.value, report.letters, report.changed, story.api.requests

    ask = story.ask(((ANN,), (BEN,)), waits=(300.0, 300.0), run_seconds=0.0)
    assert foreseen(ask) == ("would_ask", (IDS[ANN],), True, 0)
    assert story.ledger.questions(0) == []
    story.run(ask)
    assert foreseen(ask) == ("would_wait", (), False, 0)
    story.clock.true += 350
    assert foreseen(ask) == ("would_ask", (IDS[BEN],), True, 0)
    story.clock.true += 650
    assert foreseen(ask) == ("would_wait", (), False, 0)
    story.run(ask)
    assert foreseen(ask) == ("no_answer", (), False, 0)


def test_no_code_is_in_the_ledger_but_for_its_secret(story: Story) -> None:
    def reply() -> None:
        code = codes_in(story.service.questions()[0])["approve"]
        for text in (f"I say {code}", f"{code} = approve", f"{code} or {code}"):
            story.service.reply(ANN, text)

    story.service.after(20, reply)
    story.run(story.ask(on_timeout="pending", run_seconds=60.0))
    kept = repr(story.ledger._questions) + repr(story.ledger._rows)
    codes = codes_in(story.service.questions()[0]).values()
    facts = json.loads(story.ledger.questions(0)[0].facts)
    assert len(facts["unclear"]) == 3
    # Not within a hash or a moment, where four digits may stand by chance.
    assert not [code for code in codes if re.search(rf"(?<![0-9a-f.]){code}(?![0-9a-f])", kept)]


def test_what_fails_after_people_were_asked_is_not_hidden(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_question: Any, _after: Any) -> bool:
        raise RuntimeError("a defect")

    def break_later() -> None:
        monkeypatch.setattr(story.ledger, "set_question", broken)

    story.service.after(15, break_later)
    story.after(20, ANN)
    report = story.run()
    assert (report.outcome, report.changed) == (QuestionOutcome.UNKNOWN, True)
    assert "RuntimeError" in report.reason


def test_a_ledger_that_is_deleted_meanwhile_is_told_of(story: Story) -> None:
    story.service.after(15, story.ledger._questions.clear)
    story.after(20, ANN)
    report = story.run()
    assert (report.outcome, "deleted or replaced" in report.reason) == (QuestionOutcome.UNKNOWN, True)


def test_a_hint_is_optional_and_not_sent_to_who_has_answered(story: Story) -> None:
    story.say(20, ANN, "ok")
    story.after(60, ANN)
    assert story.run(story.ask(has_hint=False)).outcome is QuestionOutcome.ACCEPTED
    assert story.service.others() == []


ONE_EACH = Limits((Limit(1, 3600.0),), pool=QUESTION)


def test_whom_a_limit_keeps_the_question_from_is_foreseen_and_the_next_level_asked_at_once() -> None:
    """Check mode goes through all steps that a run would begin at once, as the run does."""
    story = Story()
    first = story.ask(((ANN,),), key="first", limits=ONE_EACH, run_seconds=0.0)
    assert story.asking(first).foresee().letters == (IDS[ANN],)
    story.run(first)
    second = story.ask(((ANN,), (ANN, BEN), (CY,)), key="second", limits=ONE_EACH, run_seconds=0.0)
    foreseen = story.asking(second).foresee()
    assert (foreseen.outcome, foreseen.letters) == (QuestionOutcome.WOULD_ASK, (IDS[BEN],))
    assert story.service.questions(BEN) == []
    report = story.run(second)
    assert report.letters == (IDS[BEN],)
    held = [warning for warning in report.warnings if warning.startswith("ask-1: held for +")]
    assert len(held) == 1
    assert "more than 1 message in 1 hour to one recipient" in held[0]


def test_a_question_that_can_be_asked_of_no_one_is_not_asked_and_can_be_asked_later() -> None:
    story = Story()
    story.run(story.ask(key="first", limits=ONE_EACH, run_seconds=0.0))
    second = story.ask(key="second", limits=ONE_EACH, run_seconds=0.0)
    foreseen = story.asking(second).foresee()
    report = story.run(second)
    for one in (foreseen, report):  # who is held is told so, once
        assert (one.outcome, one.letters, one.changed) == (QuestionOutcome.NOT_ASKED, (), True)
    assert [story.asking(second).foresee().changed, story.run(second).changed] == [False, False]
    assert "more than 1 message in 1 hour to one recipient" in report.reason
    assert story.ledger.question(FINGERPRINTS.question("second")) is None
    story.service.sleep(3600.0)
    assert story.run(second).letters == (IDS[ANN],)
