# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Define the question that a ledger keeps, how it is opened and ended, and its record in a database.

Times are Unix seconds (UTC) by the ledger's own clock. Nothing here reads a clock, a file or a network.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence
from typing import Any, Callable, NamedTuple, Optional

from .model import KEPT


class Question(NamedTuple):
    """A question that was asked under a key.

    ``key``: its fingerprint; ``label``: the key as the user has written it. ``content``: the fingerprint of what is
    asked of whom. ``secret``: what its codes are made of; empty once it has ended. ``codes``: marks by which a number
    is known to be one of them, also afterwards, when another question is open. ``outcome``: empty while it is open.
    ``facts``: what was seen, as JSON.
    """

    key: str
    label: str
    content: str
    secret: str
    codes: str
    opened_at: float
    ends_at: float
    keep_until: float
    outcome: str
    answer: str
    facts: str

    @property
    def is_open(self) -> bool:
        """Whether the question has not ended."""
        return not self.outcome


class Opening(NamedTuple):
    """A question that is to be opened.

    ``seconds``: for how long it is open. ``choose``: returns the secret and the marks of the codes, which are those of
    no other question whose time is not over.
    """

    key: str
    label: str
    content: str
    seconds: float
    facts: str
    choose: Callable[[Sequence[Question]], tuple[str, str]]


OtherQuestions = Callable[[], list[Question]]
DecideQuestion = Callable[[Optional[Question], OtherQuestions, float], Optional[Question]]
"""From the stored question, those whose time is not over and the time to the question to store; None stores none."""

QUESTION_COLUMNS = (*Question._fields, "checksum")
"""The columns, besides the account, in the order in which ``question_values`` returns them."""

_TIMES = tuple(map(Question._fields.index, ("opened_at", "ends_at", "keep_until")))


def opened(opening: Opening, others: Sequence[Question], now: float) -> Question:
    """Return a question that is opened at ``now``, with a secret of its own; ``others``: whose codes are taken."""
    secret, codes = opening.choose(others)
    return Question(
        key=opening.key,
        label=opening.label,
        content=opening.content,
        secret=secret,
        codes=codes,
        opened_at=now,
        ends_at=now + opening.seconds,
        keep_until=now + opening.seconds + KEPT,
        outcome="",
        answer="",
        facts=opening.facts,
    )


def ended(question: Question, outcome: str, answer: str, now: float) -> Question:
    """Return a question after its end at ``now``: its secret is gone, so that no code answers it any more."""
    return kept_from(question._replace(outcome=outcome, answer=answer, secret=""), now)


def kept_from(question: Question, now: float) -> Question:
    """Return a question that is kept at least as long as the rows of messages that were sent by ``now`` hold.

    So a later question under its key is sent, and its outcome is told.
    """
    return question._replace(keep_until=max(question.keep_until, now + KEPT))


def question_values(question: Question) -> tuple[Any, ...]:
    """Return a question as values of a database."""
    return (*question, _checksum(question))


def question_from(values: Sequence[Any]) -> Question:
    """Return the question of a record. Raises ``ValueError`` for a damaged one, since no answer can be judged by it."""
    *columns, checksum = values
    if all(isinstance(columns[place], (int, float)) and math.isfinite(columns[place]) for place in _TIMES):
        values = [float(value) if place in _TIMES else value for place, value in enumerate(columns)]
        question = Question._make(values)
        if checksum == _checksum(question):
            return question
    raise ValueError("a question is damaged; ask it again under another idempotency_key")


def _checksum(question: Question) -> int:
    return zlib.crc32("\0".join(map(str, question)).encode(errors="surrogatepass"))
