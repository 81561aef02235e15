# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ask a question, wait for answers, and escalate: one run of it, which may be killed at any step and run again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from .._api.client import Api
from .._core.deadline import Deadline
from .._core.errors import InputError, VoipsmsError, defect
from .._ledger.model import Fingerprints
from .._ledger.question import Opening, Question
from .._message.outcome import Outcome, Result
from .answer_reader import AnswerReader
from .question import (
    Person,
    Plan,
    QuestionOutcome,
    Verdict,
    answered_by,
    due_step,
    is_over,
    next_moment,
    noticed,
    unreachable,
    verdict_at_end,
)
from .question_codes import QuestionCodes, choose_secret, numbers_in
from .question_facts import Facts, loaded
from .question_notes import QuestionNotes
from .question_sending import Letter, QuestionSender
from .question_text import HINT, write

if TYPE_CHECKING:
    from .._ledger.interface import Ledger
    from .._ledger.limits import Limits

ANSWER_MARK, BY_MARK = "{answer}", "{by}"
"""What stands in ``outcome_text`` for the answer, and for who has given it."""

LAST_LOOK = 2.0
"""Seconds before the end of a question at which it is looked for answers that still count."""

_SHORTEST_PAUSE = 0.05
"""Seconds, since two clocks may round a moment to either side of it."""

_TO_BE_TOLD = frozenset({Outcome.NOT_SENT, Outcome.HELD, Outcome.IN_PROGRESS})
"""Outcomes with which a later run may send a message."""

_MAY_HAVE_LEFT = frozenset({Outcome.SENT, Outcome.UNKNOWN})
_WAS_REACHED = frozenset({Outcome.SENT, Outcome.DUPLICATE})


class Ask(NamedTuple):
    """What is asked of whom, and how long a run waits.

    ``key``: the user's. ``content``: the fingerprint of what is asked of whom, which stays the same under one key.
    ``waits``: seconds of each step; ``seconds``: until the question ends; ``run_seconds``: until this run ends, or
    None, with the question; ``poll``: seconds between two refreshes. ``request_seconds``: for a refresh, or the
    messages of a step. ``silent``: the people (ids) who are not asked at a moment, in Unix seconds.
    ``limits``: how many messages may be sent; they are no content, as little as the times.
    """

    plan: Plan
    key: str
    content: str
    msg: str
    sender: str
    waits: tuple[float, ...]
    seconds: float
    run_seconds: float | None
    poll: float
    request_seconds: float
    max_segments: int
    digits: int | None = None
    has_hint: bool = True
    outcome_text: str = ""
    silent: Callable[[float], frozenset[str]] = lambda _now: frozenset()
    limits: Limits | None = None


class AskReport(NamedTuple):
    """The result of a run. ``question`` is None where there is none, and ``facts`` are what is known of it.

    ``letters``: who is, or would be, sent the question by this run. ``reason``: why the outcome is what it is.
    ``has_ended``: whether it was this run that has ended the question.
    """

    outcome: QuestionOutcome
    answer: str
    question: Question | None
    facts: Facts
    letters: tuple[str, ...]
    results: tuple[Result, ...]
    warnings: tuple[str, ...]
    reason: str
    changed: bool
    has_ended: bool = False


class Clocks(NamedTuple):
    """The monotonic clock and the sleep function, which tests replace; both in seconds."""

    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


class Asking:
    """One run of one question. In check mode it reads the ledger, and makes no request."""

    def __init__(
        self, ask: Ask, api: Api, ledger: Ledger, fingerprints: Fingerprints, *, clocks: Clocks | None = None
    ) -> None:
        """Prepare the run; nothing is read or sent yet."""
        self._ask = ask
        self._api = api
        self._ledger = ledger
        self._fingerprints = fingerprints
        self._clocks = clocks or Clocks()
        self._key = fingerprints.question(ask.key)
        deadline_of = partial(Deadline, ask.request_seconds, **self._clocks._asdict())
        self._sender = QuestionSender(ask.key, ask.sender, api, ledger, fingerprints, deadline_of, ask.limits)
        self._notes = QuestionNotes(ask.plan, ledger)
        self._reader = AnswerReader(ask.plan, ask.sender, api, fingerprints, ask.poll, deadline_of)
        self._asked_steps: set[int] = set()
        self._letters: list[str] = []
        self._reasons: dict[str, str] = {}

    def foresee(self) -> AskReport:
        """Return what a run would come to by what the ledger knows now. Raises ``VoipsmsError``."""
        question = self._stored()
        if question is not None and not question.is_open:
            return self._report(self._told(question, check_mode=True))
        now = self._ledger.now()
        facts = loaded(question.facts) if question is not None else Facts(waits=self._ask.waits)
        is_waiting = question is not None and is_over(question.opened_at, question.ends_at, now)
        silent = self._silent(facts, now)
        outcome, people, held = QuestionOutcome.WOULD_WAIT, list[Person](), frozenset[str]()
        if not is_waiting:
            begun, people, held = self._foresee_steps(facts, now, silent)
            outcome = QuestionOutcome.WOULD_ASK if begun is not facts else outcome
        if {person.id for person in self._ask.plan.people} <= silent | held:
            outcome = QuestionOutcome.NOT_ASKED
        self._letters += [one.id for one in people]
        return self._report(question, Verdict(outcome))

    def _foresee_steps(
        self, facts: Facts, now: float, silent: frozenset[str]
    ) -> tuple[Facts, list[Person], frozenset[str]]:
        """Return the facts with all steps that a run would begin at once, whom it would ask, and whom a limit holds.

        A step that a limit holds back altogether does not hold the next one up, as in a run.
        """
        people, held, begun = list[Person](), frozenset[str](), facts
        while (after := _with_due(self._ask.plan, begun, now, silent, held)) is not begun:
            begun = after
            asked = self._people_of(len(begun.begun) - 1, facts, silent)
            reasons = self._sender.foresee([Letter(one.id, one.number, self._ask.msg) for one in asked])
            self._reasons.update(reasons)
            held |= frozenset(reasons)
            people += [one for one in asked if one.id not in reasons]
        return begun, people, held

    def run(self) -> AskReport:
        """Ask, unless it was asked, and wait. Raises ``VoipsmsError`` while nothing was sent, and never afterwards."""
        question = self._stored() or self._open()
        try:
            return self._follow(question)
        except VoipsmsError as error:
            reason = str(error)
        except Exception as error:  # noqa: BLE001 - people have been asked by now, and the result must say so
            reason = f"{defect(error)} (please report this)"
        return self._report(question, Verdict(QuestionOutcome.UNKNOWN), reason)

    # The question in the ledger -------------------------------------------------------------------------------

    def _stored(self) -> Question | None:
        """Return the question that was asked under this key; raise ``InputError`` where it is another one."""
        question = self._ledger.question(self._key)
        if question is None or self._ledger.now() >= question.keep_until:
            return None
        return self._checked(question)

    def _checked(self, question: Question) -> Question:
        if question.content != self._ask.content:
            raise InputError(
                f"another question was asked under the idempotency_key {self._ask.key!r}: other people, text, choices,"
                " sender or rules; give the new one a key of its own"
            )
        return question

    def _open(self) -> Question:
        """Open the question, after reading the records that the log has before it is sent."""
        ask = self._ask
        before = self._reader.read_before()
        facts = Facts(waits=ask.waits, before=before.marks, has_before=before.was_read)
        choose = partial(choose_secret, self._codes_of, numbers_in(before.texts))
        opening = Opening(self._key, ask.key, ask.content, ask.seconds, facts.dumped(), choose)
        return self._checked(self._ledger.open_question(opening))

    def _codes_of(self, secret: str) -> QuestionCodes:
        """Return the codes of a secret; no number that stands in the text beside them is one."""
        ask = self._ask
        text = " ".join((ask.msg, *(choice.label for choice in ask.plan.choices)))
        return QuestionCodes(secret, ask.plan, text, self._fingerprints, ask.digits)

    # One run ---------------------------------------------------------------------------------------------------

    def _follow(self, question: Question) -> AskReport:
        """Return the end of the question, or the state at the end of the run."""
        run = _RunClock(self._ledger, self._clocks, self._ask.run_seconds)
        if question.is_open:
            others = partial(self._ledger.questions, question.opened_at)
            self._reader.begin(question, self._codes_of(question.secret), others)
        while question.is_open:
            if is_over(question.opened_at, question.ends_at, run.now()):
                return self._at_end(question, run)
            question = self._advance(question, run)
            if question.is_open:
                question = self._refresh(question, run)
            if question.is_open and run.is_over():
                return self._report(question, Verdict(QuestionOutcome.PENDING), self._reader.trouble)
            if question.is_open:
                self._pause(question, run)
        return self._report(self._told(question))

    def _pause(self, question: Question, run: _RunClock) -> None:
        """Sleep until the next refresh, the next step, or the end of the question or of the run; the first of them."""
        now = run.now()
        event = next_moment(self._ask.plan, loaded(question.facts), question.ends_at)
        last_look = question.ends_at - min(LAST_LOOK, self._ask.poll)
        moments = [event - now, run.left(), self._reader.pause, *([last_look - now] if last_look > now else [])]
        self._clocks.sleep(max(_SHORTEST_PAUSE, min(moments)))

    def _at_end(self, question: Question, run: _RunClock) -> AskReport:
        """Refresh once more. An answer that appears now is late; without one, the log must show the question."""
        question = self._refresh(question, run, is_late=True)
        if question.is_open and not self._reader.trouble:
            facts = loaded(question.facts)
            verdict = verdict_at_end(self._ask.plan, facts)
            if verdict.outcome is QuestionOutcome.UNKNOWN:
                return self._report(question, verdict, self._why_unseen(facts))
            question = self._notes.end(question, verdict)
        if question.is_open:
            return self._report(question, Verdict(QuestionOutcome.UNKNOWN), self._reader.trouble)
        return self._report(self._told(question))

    def _why_unseen(self, facts: Facts) -> str:
        unsure = [person.number for person in self._ask.plan.people if person.id in facts.doubted - facts.shown]
        if unsure:
            return f"it may not have been sent to {', '.join(f'+{number}' for number in unsure)}"
        return ""

    def _refresh(self, question: Question, run: _RunClock, *, is_late: bool = False) -> Question:
        """Note what the log shows, and hint at how to answer; a log that cannot be read is looked at later."""
        is_whole = is_late or question.ends_at - run.now() <= LAST_LOOK
        seen = self._reader.refresh(loaded(question.facts), is_whole=is_whole)
        if seen is None:
            return question

        def change(facts: Facts) -> Facts:
            facts = facts._replace(shown=facts.shown | seen.shown, asked=facts.asked | seen.shown)
            return noticed(facts, seen.texts, seen.codes_of, is_late=is_late)

        question = self._notes.note(question, change)
        return self._hint(question) if question.is_open and not is_late else question

    # Messages --------------------------------------------------------------------------------------------------

    def _advance(self, question: Question, run: _RunClock) -> Question:
        """Begin the steps that are due, and send the question to the people of the last one, unless this run has."""
        while question.is_open:
            facts = loaded(question.facts)
            self._notes.silent = self._silent(facts, run.now())
            step = due_step(self._ask.plan, facts, run.now(), self._notes.failed, self._notes.silent)
            if step is not None:
                question = self._notes.note(question, partial(_with_begun, begun=step.begun))
                continue
            place = len(facts.begun) - 1
            if place in self._asked_steps:
                break
            self._asked_steps.add(place)
            question = self._send(question, place, facts)
            if place not in self._asked_steps:
                break
        return question

    def _send(self, question: Question, place: int, facts: Facts) -> Question:
        """Send the question of a step, and note to whom it went."""
        codes = self._codes_of(question.secret)
        people = self._people_of(place, facts, self._notes.silent)
        letters = [Letter(one.id, one.number, self._text(codes.of(one.id).values())) for one in people]
        results = self._sender.ask(place, letters)
        self._letters += [one for one, result in results.items() if result.posted and result.outcome in _MAY_HAVE_LEFT]
        outcomes = {person: result.outcome for person, result in results.items()}
        asked = {person for person, outcome in outcomes.items() if outcome in _WAS_REACHED}
        doubted = {person for person, outcome in outcomes.items() if outcome is Outcome.UNKNOWN}
        refused = {person for person, outcome in outcomes.items() if outcome is Outcome.REFUSED}
        waiting = {person for person, outcome in outcomes.items() if outcome is Outcome.IN_PROGRESS}
        if waiting:  # another run is sending to them, and may not come to it
            self._asked_steps.discard(place)
        self._notes.failed = (self._notes.failed | set(results)) - asked - doubted - refused - waiting
        self._reasons.update({one: result.code_desc or "" for one, result in results.items() if one not in asked})
        return self._notes.note(
            question,
            lambda known: known._replace(
                asked=known.asked | asked, doubted=known.doubted | doubted, refused=known.refused | refused
            ),
        )

    def _silent(self, facts: Facts, now: float) -> frozenset[str]:
        """Return whom it is not asked now, of those who were not asked before."""
        silent = self._ask.silent(now) - facts.asked - facts.doubted - facts.shown
        self._reasons.update(dict.fromkeys(silent, "who was not asked does not want to hear of it at this hour"))
        return silent

    def _people_of(self, place: int, facts: Facts, silent: frozenset[str]) -> list[Person]:
        """Return whom a step asks: not who cannot be reached, does not want to hear of it, or has answered."""
        out = (
            silent | unreachable(self._ask.plan, facts) | {answer.person for answer in facts.answers if not answer.late}
        )
        return [one for one in self._ask.plan.people if one.id in self._ask.plan.steps[place] and one.id not in out]

    def _text(self, codes: Iterable[str]) -> str:
        return write(self._ask.msg, self._ask.plan.choices, codes, self._ask.max_segments)

    def _hint(self, question: Question) -> Question:
        """Send one hint to each person who has written something that was not understood."""
        facts = loaded(question.facts)
        out = unreachable(self._ask.plan, facts) | facts.hinted | {answer.person for answer in facts.answers}
        unclear = {one.person for one in facts.unclear} - out
        if not self._ask.has_hint or not unclear:
            return question
        self._sender.hint([Letter(one.id, one.number, HINT) for one in self._ask.plan.people if one.id in unclear])
        return self._notes.note(question, lambda known: known._replace(hinted=known.hinted | unclear))

    def _told(self, question: Question, *, check_mode: bool = False) -> Question:
        """Tell the outcome to all who were asked, once; the next run tells those to whom it could not be sent."""
        facts = loaded(question.facts)
        people = [one for one in self._ask.plan.people if one.id in facts.asked - facts.opted_out]
        if facts.is_told or not (self._ask.outcome_text and people):
            return question
        text = _outcome_text(self._ask, question, facts)
        results = self._sender.tell([Letter(one.id, one.number, text) for one in people], check_mode=check_mode)
        outcomes = {result.outcome for result in results.values()}
        is_told = not outcomes & _TO_BE_TOLD
        if check_mode or not (is_told or outcomes & _MAY_HAVE_LEFT):
            return question
        return self._notes.note_ended(question, lambda known: known._replace(is_told=known.is_told or is_told))

    def _report(self, question: Question | None, verdict: Verdict | None = None, reason: str = "") -> AskReport:
        if verdict is None and question is not None and not question.is_open:
            verdict = Verdict(QuestionOutcome(question.outcome), question.answer)
        verdict = verdict or Verdict(QuestionOutcome.UNKNOWN)
        reasons = [reason, *self._reasons.values()] if verdict.outcome is QuestionOutcome.NOT_ASKED else [reason]
        return AskReport(
            outcome=verdict.outcome,
            answer=verdict.answer,
            question=question,
            facts=loaded(question.facts) if question is not None else Facts(waits=self._ask.waits),
            letters=tuple(dict.fromkeys(self._letters)),
            results=tuple(self._sender.results),
            warnings=tuple(dict.fromkeys(self._sender.warnings)),
            reason="; ".join(dict.fromkeys(filter(None, reasons))),
            changed=self._sender.has_posted,
            has_ended=self._notes.has_ended,
        )


class _RunClock:
    """The time of one run: the ledger's clock when it began, plus the seconds that a monotonic clock has counted since.

    A ledger's clock that is set forward during the run counts, since it may be right, and a question that ends early
    lets nothing pass. One that is set back does not.
    """

    def __init__(self, ledger: Ledger, clocks: Clocks, seconds: float | None) -> None:
        self._ledger = ledger
        self._clocks = clocks
        self._seconds = seconds
        self._begun = clocks.monotonic()
        self._began_at = ledger.now()

    def now(self) -> float:
        """Return the time in Unix seconds."""
        return max(self._ledger.now(), self._began_at + self._clocks.monotonic() - self._begun)

    def left(self) -> float:
        """Return the seconds until the run ends; infinity when it waits for the end of the question."""
        if self._seconds is None:
            return float("inf")
        return max(0.0, self._seconds - (self._clocks.monotonic() - self._begun))

    def is_over(self) -> bool:
        """Return whether the run has waited long enough."""
        return self.left() <= 0


def _outcome_text(ask: Ask, question: Question, facts: Facts) -> str:
    """Return the text that tells the outcome: what was answered, and by whom, in place of two marks."""
    verdict = Verdict(QuestionOutcome(question.outcome), question.answer)
    labels = {choice.name: choice.label for choice in ask.plan.choices}
    ids = answered_by(ask.plan, facts, verdict)
    names = [one.name or f"+{one.number}" for one in ask.plan.people if one.id in ids]
    text = ask.outcome_text.replace(ANSWER_MARK, labels.get(question.answer, "no answer"))
    return text.replace(BY_MARK, ", ".join(names) or "no one")


def _with_due(plan: Plan, facts: Facts, now: float, silent: frozenset[str], failed: frozenset[str]) -> Facts:
    """Return the facts with all steps that a run would begin at once; unchanged when no step is due."""
    while (step := due_step(plan, facts, now, failed, silent)) is not None:
        facts = facts._replace(begun=step.begun)
    return facts


def _with_begun(facts: Facts, begun: tuple[float, ...]) -> Facts:
    """Return the facts with the steps that have begun, unless another run has noted at least as many."""
    return facts._replace(begun=begun) if len(begun) > len(facts.begun) else facts
