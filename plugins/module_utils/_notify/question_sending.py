# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Send the messages of a question, each person's once, by the delivery that sends everything else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from .._api.client import Api
from .._core.deadline import Deadline
from .._core.parallel import in_parallel
from .._ledger.model import KEPT, DedupePolicy, Fingerprints
from .._message.outcome import Outcome, Report, Result
from .._message.text import measure
from .._send.delivery import AT_A_TIME, Delivery
from .._send.request import SendRequest

if TYPE_CHECKING:
    from .._ledger.interface import Ledger
    from .._ledger.limits import Limits

_CHANGING = frozenset({Outcome.SENT, Outcome.UNKNOWN, Outcome.WOULD_SEND, Outcome.HELD})
"""Outcomes of results that were posted, with which a message has left; to who is held, one that tells so."""

_MISSED = {
    Outcome.HELD: "held for",
    Outcome.NOT_SENT: "not sent to",
    Outcome.REFUSED: "refused for",
    Outcome.UNKNOWN: "may not have been sent to",
}
"""What a warning calls the outcomes with which someone may go without a message."""

_BATCH_SIZE = 100
"""Recipients of one text in one request."""


class Letter(NamedTuple):
    """A text for one person: ``id`` is the ledger's fingerprint of the ``number`` (E.164 digits)."""

    id: str
    number: str
    text: str


class QuestionSender:
    """What sends the messages of one question, and knows what this run has sent.

    ``key``: the user's; each kind of message has a key of its own that is made of it. ``deadline_of``: begins the
    deadline of all messages of one kind. ``results``: of the letters of this run, but for those of earlier runs.
    """

    def __init__(
        self,
        key: str,
        sender: str,
        api: Api,
        ledger: Ledger,
        fingerprints: Fingerprints,
        deadline_of: Callable[[], Deadline],
        limits: Limits | None = None,
    ) -> None:
        """Send nothing yet. ``limits``: how many messages may be sent; None for any number."""
        self._key = key
        self._sender = sender
        self._api = api
        self._ledger = ledger
        self._fingerprints = fingerprints
        self._deadline_of = deadline_of
        self._limits = limits
        self.results: list[Result] = []
        self.warnings: list[str] = []

    def ask(self, step: int, letters: Sequence[Letter]) -> dict[str, Result]:
        """Send the question of a step, counted from 0; return the result of each person (id)."""
        return self._send(f"ask-{step + 1}", letters)

    def foresee(self, letters: Sequence[Letter]) -> dict[str, str]:
        """Return whom (ids) a run would not get to ask because of a limit, each with the reason. Reads only.

        What was foreseen before counts as if it had been sent.
        """
        if not letters:
            return {}
        request = self._request("ask", letters, skip_different=False)
        report = self._delivered(request, self._deadline_of(), check_mode=True)
        results = {letter.id: result for letter, result in zip(letters, report.results)}
        self.results += [result for result in results.values() if result.posted]
        return {one: result.code_desc or "" for one, result in results.items() if result.outcome is Outcome.HELD}

    def hint(self, letters: Sequence[Letter]) -> dict[str, Result]:
        """Send a hint to people whose answers were not understood."""
        return self._send("hint", letters)

    def tell(self, letters: Sequence[Letter], *, check_mode: bool = False) -> dict[str, Result]:
        """Send the outcome; a text that varies between runs tells of the same one. In check mode, send nothing."""
        return self._send("outcome", letters, skip_different=True, check_mode=check_mode)

    @property
    def has_posted(self) -> bool:
        """Whether this run has sent something, or may have, or would."""
        return any(result.outcome in _CHANGING for result in self.results)

    def _send(
        self, kind: str, letters: Sequence[Letter], *, skip_different: bool = False, check_mode: bool = False
    ) -> dict[str, Result]:
        """Send letters, those of one text in one request.

        The first text goes alone, so that wrong credentials are tried once, then the others together.
        """
        deadline = self._deadline_of()
        alike: dict[str, list[Letter]] = {}
        for letter in letters:
            alike.setdefault(letter.text, []).append(letter)

        def deliver(group: Sequence[Letter]) -> dict[str, Result]:
            request = self._request(kind, group, skip_different=skip_different)
            report = self._delivered(request, deadline, check_mode=check_mode)
            return {letter.id: result for letter, result in zip(group, report.results)}

        groups = list(alike.values())
        delivered = [deliver(group) for group in groups[:1]]
        delivered += in_parallel(deliver, groups[1:], AT_A_TIME)
        results = {person: result for each in delivered for person, result in each.items()}
        self.results += [result for result in results.values() if result.posted]
        self.warnings += [
            f"{kind}: {_MISSED[result.outcome]} {result.label}: {result.code_desc}"
            for result in results.values()
            if result.outcome in _MISSED
        ]
        return results

    def _delivered(self, request: SendRequest, deadline: Deadline, *, check_mode: bool) -> Report:
        """Return the report of one delivery, whose warnings are kept."""
        delivery = Delivery(
            request, self._api, self._ledger, self._fingerprints, deadline, check_mode=check_mode, waits=not check_mode
        )
        report = delivery.run()
        self.warnings += report.warnings
        return report

    def _request(self, kind: str, letters: Sequence[Letter], *, skip_different: bool) -> SendRequest:
        # Not with account_timezone: the question reads the log itself, and finds its own record by the codes.
        key = f"{self._key}/{kind}"
        text = letters[0].text
        content = self._fingerprints.content(self._sender, text)
        return SendRequest(
            key=key,
            label=key,
            sender=self._sender,
            text=text,
            segments=measure(text).segments,
            recipients=tuple(letter.number for letter in letters),
            dedupe=DedupePolicy(content=content, window=KEPT, skip_different=skip_different),
            batch_size=_BATCH_SIZE,
            limits=self._limits,
        )
