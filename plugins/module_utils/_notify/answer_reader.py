# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find answers to a question in the message log, and slow down while the service fails or throttles requests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from .._api.client import Api, Throttled
from .._api.log import LogRecord
from .._core.deadline import Deadline
from .._core.errors import VoipsmsError
from .._ledger.model import Fingerprints
from .._ledger.question import Question
from .answer_text import plain_text
from .question import CodesOf, Incoming, Plan
from .question_codes import QuestionCodes, numbers_in
from .question_facts import Facts, loaded
from .question_log import Marked, QuestionLog, Seen

LONGEST_PAUSE = 60.0
"""Most seconds between two refreshes while the log cannot be read, unless ``poll`` or the service asks for more."""

_LONGEST_RETRY_AFTER = 300.0
_SHORTEST_NUMBER = 7
"""Digits by which a number that lacks its country code is still taken for one that ends with them."""

_MARK = 12


class Before(NamedTuple):
    """The first page of the log before the question was sent: the marks of its records, and the incoming texts."""

    marks: frozenset[str] = frozenset()
    texts: tuple[str, ...] = ()
    was_read: bool = False


class SeenTexts(NamedTuple):
    """What a refresh has read: the people (ids) whose question the log shows, and texts of people who may answer."""

    shown: frozenset[str]
    texts: tuple[Incoming, ...]
    codes_of: CodesOf


class AnswerReader:
    """The refreshes of one run. ``pause``: seconds until the next one. ``trouble``: why the last one failed."""

    def __init__(
        self,
        plan: Plan,
        sender: str,
        api: Api,
        fingerprints: Fingerprints,
        poll: float,
        deadline_of: Callable[[], Deadline],
    ) -> None:
        """Read nothing yet. ``sender``: the digits of our number; ``deadline_of``: begins the deadline of a refresh."""
        self._plan = plan
        self._own_number = sender
        self._api = api
        self._fingerprints = fingerprints
        self._poll = poll
        self._deadline_of = deadline_of
        self._deadline = deadline_of()
        self.pause = poll
        self.trouble = ""

    def read_before(self) -> Before:
        """Return what the log has before the question is sent. What cannot be read is not known to be old or new."""
        self._deadline = self._deadline_of()
        try:
            page = self._read_page(0)
        except VoipsmsError:
            return Before()
        incoming = tuple(record.text for record in page if record.direction == "in" and self._person(record))
        return Before(frozenset(map(self._mark_of, page)), incoming, was_read=True)

    def begin(self, question: Question, codes: QuestionCodes, questions: Callable[[], Sequence[Question]]) -> None:
        """Prepare to find answers to an open question. ``questions``: returns questions whose codes may be meant."""
        facts = loaded(question.facts)
        self._key = question.key
        self._codes = codes
        self._questions = questions
        self._log = QuestionLog(self._read_page, self._marked, facts.before, has_before=facts.has_before)

    def refresh(self, facts: Facts, *, is_whole: bool) -> SeenTexts | None:
        """Return what the log shows; None when it cannot be read. ``is_whole``: it must not miss anything."""
        self._deadline = self._deadline_of()
        try:
            seen = self._log.refresh(facts.asked | facts.doubted, is_whole=is_whole)
        except VoipsmsError as error:
            self._slow_down(error)
            return None
        self.pause, self.trouble = self._poll, ""
        shown = frozenset(one.marked.person for one in seen if one.marked.is_question)
        texts = tuple(self._incoming(one, facts) for one in seen if self._may_answer(one.marked, facts))
        return SeenTexts(shown, texts, self._codes.readers(self._key, self._questions))

    def _slow_down(self, error: VoipsmsError) -> None:
        """Double the pause before the next refresh, and make it at least as long as the service asks for."""
        doubled = self.pause * 2 if self.trouble else self.pause
        asked = error.retry_after if isinstance(error, Throttled) and error.retry_after else 0.0
        self.pause = max(min(doubled, max(LONGEST_PAUSE, self._poll)), min(asked, _LONGEST_RETRY_AFTER))
        self.trouble = f"the message log cannot be read: {error}"

    def _read_page(self, number: int) -> list[LogRecord]:
        return self._api.log_page(number, self._deadline.left())

    # Records --------------------------------------------------------------------------------------------------

    def _marked(self, record: LogRecord) -> Marked:
        person = self._person(record)
        is_question = bool(person) and record.direction == "out" and self._has_codes(record, person)
        return Marked(record, self._mark_of(record), person, is_question)

    def _has_codes(self, record: LogRecord, person: str) -> bool:
        """Return whether a record holds codes of a person, as the question to them does, or a part of it."""
        return not numbers_in([record.text]).isdisjoint(self._codes.of(person).values())

    def _may_answer(self, marked: Marked, facts: Facts) -> bool:
        return bool(marked.person) and marked.record.direction == "in" and marked.mark not in facts.before

    def _incoming(self, seen: Seen, facts: Facts) -> Incoming:
        record = seen.marked.record
        is_to_us = not record.internal or _is_same(record.internal, self._own_number)
        return Incoming(seen.marked.person, plain_text(record.text), seen.marked.mark, seen.is_fresh and is_to_us)

    def _person(self, record: LogRecord) -> str:
        """Return the id of the person whose number a record is of; empty for anyone else, or if it is not certain."""
        ids = [person.id for person in self._plan.people if _is_same(record.external, person.number)]
        return ids[0] if len(ids) == 1 else ""

    def _mark_of(self, record: LogRecord) -> str:
        """Return a mark of a record that reveals nothing of it; its status may change."""
        name = record.id or record.date or ""
        parts = (record.direction or "", record.external, record.text, name)
        return self._fingerprints.content("record", *parts)[:_MARK]


def _is_same(written: str, number: str) -> bool:
    """Return whether a number as the log writes it is one in E.164 digits; it may lack its country code."""
    short = written.lstrip("0")
    return written == number or (len(short) >= _SHORTEST_NUMBER and number.endswith(short))
