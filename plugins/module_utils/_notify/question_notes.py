# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Note in the ledger what a run has seen of a question, beside what other runs note, and end it once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from .._core.errors import VoipsmsError
from .._ledger.question import Question, ended, kept_from
from .question import Plan, QuestionOutcome, Verdict, verdict_of
from .question_facts import Facts, loaded

if TYPE_CHECKING:
    from .._ledger.interface import Ledger

Change = Callable[[Facts], Facts]

_TRIES = 50
"""Most attempts to change a question that other runs keep changing."""


class QuestionNotes:
    """The notes of one run.

    ``failed``: the people (ids) whom it could not send to, and ``silent``: those who do not want to be asked now. The
    ledger keeps neither. ``has_ended``: whether this run has ended the question, which one run at most does.
    """

    def __init__(self, plan: Plan, ledger: Ledger) -> None:
        """Note nothing yet."""
        self._plan = plan
        self._ledger = ledger
        self.failed: frozenset[str] = frozenset()
        self.silent: frozenset[str] = frozenset()
        self.has_ended = False

    def note(self, question: Question, change: Change) -> Question:
        """Write facts, and the end that they lead to, into the ledger; return the question after that.

        A question that another run has ended stays as it is.
        """

        def after(stored: Question) -> Question:
            if not stored.is_open:
                return stored
            facts = change(loaded(stored.facts))
            noted = stored._replace(facts=facts.dumped())
            verdict = verdict_of(self._plan, facts, self.failed | self.silent)
            return noted if verdict is None else self._ended(noted, verdict)

        return self._set(question, after)

    def end(self, question: Question, verdict: Verdict) -> Question:
        """End a question, unless another run has; return it."""
        return self._set(question, lambda stored: self._ended(stored, verdict) if stored.is_open else stored)

    def note_ended(self, question: Question, change: Change) -> Question:
        """Write facts of a question that has ended, and keep it for as long as what was sent about them holds."""

        def after(stored: Question) -> Question:
            return kept_from(stored._replace(facts=change(loaded(stored.facts)).dumped()), self._ledger.now())

        return self._set(question, after)

    def _ended(self, question: Question, verdict: Verdict) -> Question:
        return ended(question, verdict.outcome.value, verdict.answer, self._ledger.now())

    def _set(self, question: Question, after: Callable[[Question], Question]) -> Question:
        """Change a question as it is stored now; read it again where another run has changed it meanwhile."""
        stored: Question | None = question
        for _try in range(_TRIES):
            if stored is None:
                raise VoipsmsError("the question is no longer in the ledger, which was deleted or replaced meanwhile")
            changed = after(stored)
            if changed == stored or self._ledger.set_question(stored, None if _was_not_asked(changed) else changed):
                self.has_ended |= stored.is_open and not changed.is_open
                return changed
            stored = self._ledger.question(question.key)
        raise VoipsmsError("other runs keep changing the question; run the task again")


def _was_not_asked(question: Question) -> bool:
    """Return whether it is certain that no one was asked, so that the next run asks again."""
    if question.outcome != QuestionOutcome.NOT_ASKED.value:
        return False
    facts = loaded(question.facts)
    return not (facts.asked or facts.doubted or facts.shown)
