# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Derive the codes of an open question from its secret, and recognise codes of other questions by their marks."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Collection, Sequence
from functools import cached_property, partial
from typing import Callable

from .._core.errors import VoipsmsError
from .._ledger.model import Fingerprints
from .._ledger.question import Question
from .answer_text import Codes, plain_digits
from .codes import Slot, digits_for, make_codes
from .question import Plan

_MARK = 12
"""Hexadecimal digits by which a code is known."""

_TRIES = 200
_RUN = re.compile("[0-9]+")

OtherQuestions = Callable[[], Sequence[Question]]


class QuestionCodes:
    """The codes that a secret gives the people of a plan.

    ``text``: of which no number is a code. ``fingerprints``: make the marks, which reveal nothing without the account.
    """

    def __init__(
        self, secret: str, plan: Plan, text: str, fingerprints: Fingerprints, digits: int | None = None
    ) -> None:
        """Take how many ``digits`` are wanted; by default as few as will do. Raises ``InputError`` for too few."""
        self._fingerprints = fingerprints
        self._secret = secret
        self._plan = plan
        self._text = text
        self.digits = digits_for(len(plan.people) * len(plan.choices), digits)

    @cached_property
    def _codes(self) -> dict[Slot, str]:
        slots = tuple(Slot(person.id, choice.name) for person in self._plan.people for choice in self._plan.choices)
        return make_codes(bytes.fromhex(self._secret), slots, self.digits, self._text)

    def of(self, person: str) -> dict[str, str]:
        """Return the code of a person (id) for each choice."""
        return {choice.name: self._codes[Slot(person, choice.name)] for choice in self._plan.choices}

    @cached_property
    def all_codes(self) -> frozenset[str]:
        """The codes of everyone."""
        return frozenset(self._codes.values())

    def readers(self, own_key: str, questions: OtherQuestions) -> Callable[[str], Codes]:
        """Return what gives the codes that a text of one person may hold; other questions are read if need be."""
        known: list[Question] = []

        def is_others(person: str, number: str) -> bool:
            if not known:
                known.extend(questions())
            return any(self._has_code(other, person, number) for other in known if other.key != own_key)

        def codes_of(person: str) -> Codes:
            return Codes(self.of(person), self.all_codes, self.digits, partial(is_others, person))

        return codes_of

    def marks(self) -> str:
        """Return the marks that the ledger keeps, by which a number is recognised as a code of a person."""
        marks = {
            person.id: sorted(self._mark(person.id, code) for code in self.of(person.id).values())
            for person in self._plan.people
        }
        return json.dumps(marks, sort_keys=True)

    def collides(self, others: Sequence[Question], numbers: Collection[str]) -> bool:
        """Return whether a code is also in ``numbers``, or is a code of the same person in another question."""
        return not self.all_codes.isdisjoint(numbers) or any(
            self._has_code(other, slot.person, code) for other in others for slot, code in self._codes.items()
        )

    def _has_code(self, question: Question, person: str, number: str) -> bool:
        return self._mark(person, number) in json.loads(question.codes or "{}").get(person, [])

    def _mark(self, person: str, number: str) -> str:
        return self._fingerprints.content("code", person, number)[:_MARK]


def choose_secret(
    codes_of: Callable[[str], QuestionCodes], numbers: Collection[str], others: Sequence[Question]
) -> tuple[str, str]:
    """Return a random secret and the marks of its codes.

    ``codes_of``: makes the codes of a secret. ``numbers``: those that people have sent before. No code answers another
    question as well.
    """
    for _try in range(_TRIES):
        secret = secrets.token_hex(32)
        codes = codes_of(secret)
        if not codes.collides(others, numbers):
            return secret, codes.marks()
    raise VoipsmsError("no codes could be found that no other question uses; set more code_digits")


def numbers_in(texts: Collection[str]) -> frozenset[str]:
    """Return the numbers of some texts."""
    return frozenset(number for text in texts for number in _RUN.findall(plain_digits(text)))
