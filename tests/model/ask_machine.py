# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random stories of one question over the real code and a real ledger, with a service in the same process and a clock.

Runs are killed at any step, and stand still at any step while another run of the same task goes on. People answer
before, between and after them, from the right phone and from another one, and the log shows it late.
``AskingOnce`` is complete but for its ledger, as ``SendingOnce`` is.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, NamedTuple
from unittest import mock

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from ansible_collections.voip_communications.sms.plugins.module_utils._api.client import Api
from ansible_collections.voip_communications.sms.plugins.module_utils._core import deadline as deadline_module
from ansible_collections.voip_communications.sms.plugins.module_utils._core.exchange import Service
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.interface import Ledger
from ansible_collections.voip_communications.sms.plugins.module_utils._notify import question_sending
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
from ansible_collections.voip_communications.sms.plugins.module_utils._notify.question_facts import loaded
from ansible_collections.voip_communications.sms.tests.model.ask_service import OWN_NUMBER, AskService, codes_in
from ansible_collections.voip_communications.sms.tests.model.kept import Keeper
from ansible_collections.voip_communications.sms.tests.model.provider import Clock, Killed
from ansible_collections.voip_communications.sms.tests.model.search import NO_WAY_OUT
from ansible_collections.voip_communications.sms.tests.support.ledger_rows import FINGERPRINTS

ASKED_ONCE = "nobody gets the question of a step twice"
TRUE_ANSWER = "accepted only by enough people with codes of their own, sent in time"
TRUE_SILENCE = "silence is reported only where the log shows the question to everyone, and no answer that counts"
ONE_END = "a question that has ended stays as it has ended"
TRUE_DENIAL = "it is only said that nobody was asked where nobody was"
NOT_LOST = "an answer that was noted stays noted"

ANN, BEN = NUMBERS = ("12812345678", "12812345679")
WAIT = 300.0
KEY = FINGERPRINTS.question("deploy")
_SERVICE = Service("https://example.org/", "user", "password", 10.0)
_STEPS_OF_A_RUN = 30
"""Calls of the ledger and the service within which something may happen to a run; it makes about as many at first."""

_TERMINAL = frozenset(QuestionOutcome) - {QuestionOutcome.PENDING, QuestionOutcome.UNKNOWN}
_TIMED_OUT = frozenset({QuestionOutcome.NO_ANSWER, QuestionOutcome.DEFAULT})

moments = st.sampled_from([0.0, 5.0, 45.0, 290.0, 299.0, 598.0, 601.0])
numbers = st.sampled_from(NUMBERS)
labels = st.sampled_from(["approve", "approve", "reject"])
lengths = st.sampled_from([0.0, 30.0, 320.0, None])


class Happening(NamedTuple):
    """What happens at a step of a run, counted from 0: it is killed, before the step or after it, or stands still.

    ``other``: how long another run takes meanwhile; -1 for none. ``seconds``: that go by meanwhile.
    """

    step: int
    kills: bool = False
    is_after: bool = False
    other: float = -1.0
    seconds: float = 0.0


happenings = st.none() | st.builds(
    Happening,
    step=st.integers(0, _STEPS_OF_A_RUN),
    kills=st.booleans(),
    is_after=st.booleans(),
    other=st.sampled_from([-1.0, 0.0, 30.0]),
    seconds=st.sampled_from([0.0, 0.0, 20.0, 400.0]),
)


class Watched:
    """The ledger and the service of one run, to each call of which something may happen."""

    def __init__(self, story: AskingOnce, real: Ledger, happening: Happening | None) -> None:
        self._story = story
        self._real = real
        self._happening = happening
        self._step = 0
        self.name = real.name

    def __getattr__(self, name: str) -> Any:
        member = getattr(self._real, name)
        return self._around(member) if name in _WATCHED else member

    def post(self, *args: Any) -> Any:
        """Answer as the service."""
        return self._around(self._story.service.post)(*args)

    def _around(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def called(*args: Any, **more: Any) -> Any:
            happening, self._step = self._happening, self._step + 1
            is_due = happening is not None and happening.step == self._step - 1
            if happening is None or not is_due:
                result = call(*args, **more)
                self._story.witness()
                return result
            self._happening = None
            if not happening.is_after:
                self._happen(happening)
            result = call(*args, **more)
            if happening.is_after:
                self._happen(happening)
            self._story.witness()
            return result

        return called

    def _happen(self, happening: Happening) -> None:
        self._story.service.sleep(happening.seconds)
        if happening.other >= 0:
            self._story.run(happening.other)
        if happening.kills:
            raise Killed


_WATCHED = frozenset({"question", "open_question", "set_question", "rows", "claim", "settle"})


class AskingOnce(RuleBasedStateMachine, Keeper):
    """Runs of one task that asks, what people do, and what must hold."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.service = AskService(self.clock)
        self.broken = ""
        self.ended: tuple[QuestionOutcome, str] | None = None
        self.noted: set[str] = set()
        self.needed = 1
        self.steps: tuple[tuple[str, ...], ...] = ((ANN,), (BEN,))
        self.on_timeout = "fail"
        self.open()
        # Threads of their own would make a story another one each time.
        self._patches = ExitStack()
        self._patches.enter_context(mock.patch.object(question_sending, "AT_A_TIME", 1))
        self._patches.enter_context(mock.patch.object(deadline_module, "time", self.clock))

    def teardown(self) -> None:
        try:
            self.find_a_way_out()
            self.nothing_is_broken()
        finally:
            self._patches.close()
            self.close()

    @initialize(
        order=st.sampled_from(["newest", "oldest"]),
        page_size=st.sampled_from([1, 2, 20]),
        before=st.integers(0, 3),
        needed=st.integers(1, 2),
        steps=st.sampled_from([((ANN,), (BEN,)), ((ANN, BEN),), ((ANN, BEN), (ANN, BEN))]),
        on_timeout=st.sampled_from(["fail", "approve"]),
    )
    def begin(
        self, order: str, page_size: int, before: int, needed: int, steps: tuple[tuple[str, ...], ...], on_timeout: str
    ) -> None:
        self.service.order, self.service.page_size = order, page_size
        self.needed, self.steps, self.on_timeout = needed, steps, on_timeout
        for number in range(before):
            self.service.add("IN" if number % 2 else "OUT", "999", f"other {number}")
        self.service.add("IN", ANN, "1234") if before == 3 else None

    # What happens ------------------------------------------------------------------------------------------------

    @rule(length=lengths, happening=happenings)
    def run_a_task(self, length: float | None, happening: Happening | None) -> None:
        self.run(length, happening)

    @rule(number=numbers, label=labels, seconds=moments, of=numbers)
    def answer(self, number: str, label: str, seconds: float, of: str) -> None:
        """Let someone send the code that a question has for them, or for someone else."""

        def act() -> None:
            questions = self.service.questions(of)
            if questions:
                self.service.reply(number, codes_in(questions[0])[label])

        self.service.after(seconds, act)

    @rule(out_lag=st.sampled_from([0.0, 40.0, 700.0]), in_lag=st.sampled_from([0.0, 40.0]))
    def lag(self, out_lag: float, in_lag: float) -> None:
        self.service.out_lag, self.service.in_lag = out_lag, in_lag

    @rule(number=numbers, is_accepted=st.booleans())
    def lose_an_answer(self, number: str, is_accepted: bool) -> None:
        self.service.lost = {number: is_accepted}

    @rule(seconds=st.sampled_from([60.0, 620.0]), status=st.sampled_from([404, 429, 503]))
    def break_the_log(self, seconds: float, status: int) -> None:
        self.service.outage = (self.clock.true + seconds, status)

    @rule(seconds=moments)
    def wait(self, seconds: float) -> None:
        self.service.sleep(seconds)

    # One run -----------------------------------------------------------------------------------------------------

    def run(self, length: float | None, happening: Happening | None = None) -> AskReport | None:
        """Run the task, which waits for so many seconds at most, or until the end; return None if it was killed."""
        watched = Watched(self, self.ledger(), happening)
        api = Api(_SERVICE)
        api._http = watched  # type: ignore[assignment]  # what it calls is the same
        clocks = Clocks(self.clock.monotonic, self.service.sleep)
        asking = Asking(self._ask(length), api, watched, FINGERPRINTS, clocks=clocks)
        try:
            report = asking.run()
        except Killed:
            return None
        finally:
            self.witness()
        self._check(report)
        return report

    def _ask(self, length: float | None) -> Ask:
        people = tuple(Person(FINGERPRINTS.recipient(number), number) for number in NUMBERS)
        ids = {person.number: person.id for person in people}
        plan = Plan(
            people,
            tuple(tuple(ids[number] for number in step) for step in self.steps),
            (Choice("approve", "approve"), Choice("reject", "reject", fails=True)),
            needed=self.needed,
            on_timeout=self.on_timeout,
        )
        waits = (WAIT,) * len(self.steps)
        return Ask(plan, "deploy", "content", "Deploy?", OWN_NUMBER, waits, sum(waits), length, 30.0, 20.0, 2)

    # What must hold ----------------------------------------------------------------------------------------------

    @invariant()
    def nothing_is_broken(self) -> None:
        for number in NUMBERS:
            if len(self.service.questions(number)) > sum(number in step for step in self.steps):
                self.broken = ASKED_ONCE
        assert not self.broken, self.broken

    def witness(self) -> None:
        """Compare what the ledger has noted with what it had noted before."""
        question = self.ledger().question(KEY)
        if question is None:
            return
        marks = {answer.mark for answer in loaded(question.facts).answers}
        self.broken = self.broken or ("" if self.noted <= marks else NOT_LOST)
        self.noted |= marks

    def _check(self, report: AskReport) -> None:
        end = (report.outcome, report.answer)
        if report.outcome is QuestionOutcome.NOT_ASKED and self.service.questions():
            self.broken = self.broken or TRUE_DENIAL
        if report.outcome not in _TERMINAL or report.outcome is QuestionOutcome.NOT_ASKED:
            return
        if self.ended is not None:
            self.broken = self.broken or ("" if self.ended == end else ONE_END)
            return
        self.ended = end
        if report.outcome is QuestionOutcome.ACCEPTED and len(self._answered(report, "approve")) < self.needed:
            self.broken = TRUE_ANSWER
        if report.outcome is QuestionOutcome.REJECTED and not self._answered(report, "reject"):
            self.broken = TRUE_ANSWER
        if report.outcome in _TIMED_OUT and not self._is_true_silence(report):
            self.broken = TRUE_SILENCE

    def _answered(self, report: AskReport, label: str) -> set[str]:
        """Return the numbers from which their own code for a label has come before the end of the question."""
        assert report.question is not None
        ends_at = report.question.ends_at
        return {
            fields["sms_external"]
            for at, fields in self.service.log
            if fields["sms_inout"] == "IN"
            and at <= min(ends_at, self.clock.true)
            and self._code(fields["sms_external"], label) == fields["sms_msg"]
        }

    def _code(self, number: str, label: str) -> str:
        questions = self.service.questions(number)
        return codes_in(questions[0])[label] if questions else ""

    def _is_true_silence(self, report: AskReport) -> bool:
        """Return whether the log shows every question that was sent, and the run knows every answer that it shows."""
        shown = [fields for at, fields in self.service.log if at <= self.clock.true]
        questions = [fields for fields in shown if " = " in fields["sms_msg"]]
        asked = {fields["sms_external"] for fields in questions}
        known = {answer.choice for answer in report.facts.answers}
        answers = {
            label
            for fields in shown
            for label in ("approve", "reject")
            if fields["sms_inout"] == "IN" and self._code(fields["sms_external"], label) == fields["sms_msg"]
        }
        return bool(asked) and asked == {to for to, _text in self.service.sent} and answers <= known

    def find_a_way_out(self) -> None:
        """Let everything be well again: then a run ends the question, unless the log never shows that it was asked."""
        self.service.lost, self.service.outage, self.service.events = {}, (0.0, 200), []
        self.service.sleep(800.0)
        report = self.run(None)
        if report is None or report.outcome not in _TERMINAL:
            unsure = report is not None and report.outcome is QuestionOutcome.UNKNOWN
            facts = report.facts if report is not None else None
            is_excused = (unsure and facts is not None and not facts.asked | facts.doubted <= facts.shown) or (
                unsure and facts is not None and not facts.shown
            )
            self.broken = self.broken or ("" if is_excused else NO_WAY_OUT)
