# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Report what a question has come to, without a code of it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from .._message.outcome import moment
from .._notify.answer_text import masked
from .._notify.asking import AskReport
from .._notify.question import PENDING, Person, QuestionOutcome, Verdict, answered_by
from .report import cost, ledger_keys

if TYPE_CHECKING:
    from .._notify.question_facts import Facts
    from .ask_options import AskOptions

_FAILING = frozenset(
    {
        QuestionOutcome.REJECTED,
        QuestionOutcome.NO_ANSWER,
        QuestionOutcome.UNKNOWN,
        QuestionOutcome.GUESSING,
        QuestionOutcome.NOT_ASKED,
    }
)
_UNSEEN = "the log does not show the question; whether it was answered cannot be seen"
_OVER = frozenset({QuestionOutcome.NO_ANSWER, QuestionOutcome.DEFAULT})
_NO_DIFFERENCE = {"before": "", "after": ""}


def blank() -> dict[str, Any]:
    """Return the keys that every result has, with the values of a run that did nothing."""
    lists: dict[str, Any] = {name: [] for name in ("answered_by", "answers", "asked", "opted_out", "unclear")}
    nothing = dict.fromkeys(("asked_at", "ends_at", "cost", "key", "ledger", "text"))
    return {
        **lists,
        **nothing,
        "changed": False,
        "outcome": QuestionOutcome.NOT_ASKED.value,
        "answer": "",
        "ended_by_this_run": False,
        "level": 0,
        "requests": 0,
        "ledger_created": False,
    }


def ask_summary(
    report: AskReport, options: AskOptions, cleaned: Callable[[str], str], *, check_mode: bool
) -> dict[str, Any]:
    """Return what a task reports about its question. ``cleaned``: returns a text without credentials.

    While the question is open, no number of four digits or more that someone has written is shown.
    """
    question, facts = report.question, report.facts
    is_open = question is not None and question.is_open

    def shown(text: str) -> str:
        return cleaned(masked(text) if is_open else text)

    named = _Named(options, {person.id: person for person in options.ask.plan.people})
    verdict = Verdict(report.outcome, report.answer)
    return {
        **ledger_keys(options.ledger, changed=report.changed, check_mode=check_mode),
        "changed": report.changed,
        "failed": _is_failed(report, options),
        "outcome": report.outcome.value,
        "answer": report.answer,
        "ended_by_this_run": report.has_ended,
        "answered_by": [named.label(one) for one in answered_by(options.ask.plan, facts, verdict)],
        "answers": [
            {**named.fields(one.person), "answer": one.choice, "comment": shown(one.comment), "late": one.late}
            for one in facts.answers
        ],
        "asked": named.numbers(facts.asked),
        "level": options.level(len(facts.begun)),
        "opted_out": named.numbers(facts.opted_out),
        "unclear": [{**named.fields(one.person), "text": shown(one.text)} for one in facts.unclear],
        "asked_at": moment(question.opened_at) if question else None,
        "ends_at": moment(question.ends_at) if question else None,
        "cost": None if check_mode and report.changed else cost(report.results),
        "key": options.ask.key,
        "text": cleaned(options.text),
        "msg": _sentence(report, options, named),
        "diff": _difference(report, options, named, cleaned(options.text)),
        "warnings": [*options.warnings, *report.warnings],
    }


class _Named:
    """The people of a question as a result shows them."""

    def __init__(self, options: AskOptions, people: Mapping[str, Person]) -> None:
        self._names = options.names
        self._people = people

    def fields(self, person: str) -> dict[str, Any]:
        """Return the number of a person (id) and their name."""
        number = f"+{self._people[person].number}"
        return {"to": number, "name": self._people[person].name or self._names.of(number)}

    def label(self, person: str) -> str:
        """Return the name of a person (id), or else the number."""
        fields = self.fields(person)
        return str(fields["name"] or fields["to"])

    def numbers(self, ids: Iterable[str]) -> list[str]:
        """Return the numbers of some people, in the order in which they are asked."""
        known = set(ids)
        return [f"+{person.number}" for person in self._people.values() if person.id in known]

    def labels(self, ids: Iterable[str]) -> str:
        """Return the names or numbers of some people, in the order in which they are asked."""
        known = set(ids)
        return ", ".join(self.label(person) for person in self._people if person in known)


def _is_failed(report: AskReport, options: AskOptions) -> bool:
    """Return whether an outcome fails the task: also an open question that is not meant to be left, since a gate is."""
    if report.outcome is QuestionOutcome.PENDING:
        return options.ask.plan.on_timeout != PENDING
    if report.outcome is QuestionOutcome.DEFAULT:
        return any(choice.fails for choice in options.ask.plan.choices if choice.name == report.answer)
    return report.outcome in _FAILING


def _sentence(report: AskReport, options: AskOptions, named: _Named) -> str:
    """Return what has happened in a sentence."""
    facts = report.facts
    clauses = [_main_clause(report, options, named)]
    if report.reason and report.outcome is not QuestionOutcome.PENDING:
        clauses.append(report.reason)
    if report.reason and report.outcome is QuestionOutcome.PENDING:
        clauses.append(f"at the last look {report.reason}")
    late = [one.person for one in facts.answers if one.late]
    if late:
        clauses.append(f"answered too late: {named.labels(late)}")
    if facts.opted_out:
        clauses.append(f"opted out with STOP or the like: {named.labels(facts.opted_out)}")
    if facts.refused:
        clauses.append(f"refused by the service: {named.labels(facts.refused)}")
    if report.outcome in _OVER:
        clauses += _who_was_asked(facts, options, named)
    if report.outcome is QuestionOutcome.NOT_ASKED and not report.changed:
        clauses.append("nothing was sent by this run")
    return "; ".join(clauses)


def _who_was_asked(facts: Facts, options: AskOptions, named: _Named) -> list[str]:
    """Return who was asked, and who was not although nothing of them was refused, such as for their quiet hours."""
    people = {person.id for person in options.ask.plan.people}
    groups = {"asked": facts.asked, "not asked": people - facts.asked - facts.doubted - facts.refused - facts.opted_out}
    return [f"{label}: {named.labels(ids)}" for label, ids in groups.items() if ids]


def _main_clause(report: AskReport, options: AskOptions, named: _Named) -> str:
    ends = moment(report.question.ends_at) if report.question else "its end"
    by = named.labels(answered_by(options.ask.plan, report.facts, Verdict(report.outcome, report.answer)))
    letters = named.labels(report.letters)
    return {
        QuestionOutcome.ACCEPTED: f"answered {report.answer} by {by}",
        QuestionOutcome.REJECTED: f"answered {report.answer} by {by}",
        QuestionOutcome.DEFAULT: f"no answer has decided it by {ends}, so it is {report.answer}",
        QuestionOutcome.NO_ANSWER: f"not decided by {ends}",
        QuestionOutcome.PENDING: f"the question is open until {ends}; run the same task again to look for answers",
        QuestionOutcome.GUESSING: "more wrong codes came from one number than slips explain, so no answer counts",
        QuestionOutcome.UNKNOWN: _UNSEEN,
        QuestionOutcome.NOT_ASKED: "no recipient could be asked, or can be reached any more",
        QuestionOutcome.WOULD_ASK: f"would ask {letters}",
        QuestionOutcome.WOULD_WAIT: f"was asked, and would look for answers, which count until {ends}",
    }[report.outcome]


def _difference(report: AskReport, options: AskOptions, named: _Named, text: str) -> dict[str, str]:
    """Return the question that this run has sent, or would, without its codes; no difference where it has not."""
    if not report.letters:
        return dict(_NO_DIFFERENCE)
    header = f"question {options.ask.key}"
    lines = [text, *(f"    {named.label(person)}: asked" for person in report.letters)]
    return {
        **_NO_DIFFERENCE,
        "before_header": header,
        "after_header": header,
        "after": "".join(f"{line}\n" for line in lines),
    }
