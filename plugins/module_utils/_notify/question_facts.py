# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hold what is known of a question: whom it has reached, and what they have answered; pure.

The ledger keeps it as JSON, so that a run that is killed loses nothing that was seen. Facts only ever grow, so what two
runs have seen can be noted in any order. People are known by the ledger's fingerprints of their numbers.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, NamedTuple

_SETS = ("asked", "doubted", "refused", "shown", "opted_out", "hinted", "before")


class Answer(NamedTuple):
    """An answer with the code of its person. ``late``: seen when the question was over. ``mark``: of its record."""

    person: str
    choice: str
    comment: str
    late: bool
    mark: str


class Unclear(NamedTuple):
    """A text that answers nothing. ``is_guess``: it begins with a number that is as long as a code."""

    person: str
    text: str
    is_guess: bool
    mark: str


class Facts(NamedTuple):
    """What is known of a question.

    ``waits``: for how many seconds each step waits for an answer. ``begun``: when each step began, in Unix seconds.
    ``asked``: whom the service has accepted it for; ``doubted``: whom it may have; ``refused``: whom it cannot reach.
    ``shown``: for whom the message log has shown it. ``hinted``: who has had a hint. ``before``: marks of records that
    the log had before the question was sent, and ``has_before`` whether it could be read then. ``is_told``: whether the
    outcome has been told to those who were asked.
    """

    waits: tuple[float, ...] = ()
    begun: tuple[float, ...] = ()
    asked: frozenset[str] = frozenset()
    doubted: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()
    shown: frozenset[str] = frozenset()
    opted_out: frozenset[str] = frozenset()
    hinted: frozenset[str] = frozenset()
    before: frozenset[str] = frozenset()
    has_before: bool = False
    is_told: bool = False
    answers: tuple[Answer, ...] = ()
    unclear: tuple[Unclear, ...] = ()

    def with_answers(self, answers: Iterable[Answer]) -> Facts:
        """Return the facts with more answers; one that is known already stays as it is."""
        known = {answer.mark for answer in self.answers}
        new = {answer.mark: answer for answer in sorted(answers) if answer.mark not in known}
        return self._replace(answers=tuple(sorted((*self.answers, *new.values()))))

    def with_unclear(self, unclear: Iterable[Unclear]) -> Facts:
        """Return the facts with more texts that answer nothing, each once."""
        return self._replace(unclear=tuple(sorted({*self.unclear, *unclear})))

    def dumped(self) -> str:
        """Return the facts as JSON, the same text for the same facts."""
        values = {name: sorted(value) if name in _SETS else value for name, value in self._asdict().items()}
        return json.dumps(values, sort_keys=True)


def loaded(text: str) -> Facts:
    """Return the facts of a JSON text. Raises ``ValueError`` for anything else."""
    try:
        values: dict[str, Any] = json.loads(text)
        return Facts(
            waits=tuple(map(float, values["waits"])),
            begun=tuple(map(float, values["begun"])),
            has_before=bool(values["has_before"]),
            is_told=bool(values["is_told"]),
            answers=tuple(Answer(*answer) for answer in values["answers"]),
            unclear=tuple(Unclear(*unclear) for unclear in values["unclear"]),
            **{name: frozenset(values[name]) for name in _SETS},
        )
    except (KeyError, TypeError) as error:
        raise ValueError("the facts of a question cannot be read") from error
