# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deliveries over a real ledger, with a provider in the same process and a clock that is moved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ansible_collections.voip_communications.sms.plugins.module_utils._api.evidence import Judgement, Verdict
from ansible_collections.voip_communications.sms.plugins.module_utils._api.log import LogPages
from ansible_collections.voip_communications.sms.plugins.module_utils._core.deadline import Deadline
from ansible_collections.voip_communications.sms.plugins.module_utils._core.exchange import NotSent
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import (
    Claim,
    DedupePolicy,
    Row,
    State,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.sqlite import SqliteLedger
from ansible_collections.voip_communications.sms.plugins.module_utils._message.outcome import Fate, Report
from ansible_collections.voip_communications.sms.plugins.module_utils._send.delivery import Delivery
from ansible_collections.voip_communications.sms.plugins.module_utils._send.log_search import LOG_PAGES
from ansible_collections.voip_communications.sms.plugins.module_utils._send.request import SendRequest
from ansible_collections.voip_communications.sms.tests.support.ledger_rows import FINGERPRINTS, NOW

KEY = FINGERPRINTS.key("key")
DEADLINE = 100.0

Answer = Callable[[Sequence[str]], Judgement]


def accepted(numbers: Sequence[str]) -> Judgement:
    return Judgement({number: Verdict(Fate.ACCEPTED, code=200, smsids=(f"id{number}",)) for number in numbers})


def outcomes(report: Report) -> list[str]:
    return [result.outcome.value for result in report.results]


class World:
    """A provider, a ledger, and one clock for both. Waiting moves the clock, and what is due then happens."""

    def __init__(self, path: Path, seconds: float = NOW) -> None:
        self.seconds = seconds
        self.path = path
        self.answers: list[Answer] = []
        self.posts: list[list[str]] = []
        self.texts: list[str] = []
        self.seen_while_posting: list[set[State]] = []
        self.due: list[tuple[float, Callable[[], object]]] = []
        self.ledger = SqliteLedger(str(path), FINGERPRINTS.account, clock=lambda: self.seconds)
        self.requests = 0
        self.log_pages: Callable[[], LogPages] = lambda: LogPages((), ended=True)
        self.looks = 0

    def log(self, max_pages: int, seconds: float) -> LogPages:
        """Answer as ``Api.log`` does."""
        assert max_pages == LOG_PAGES
        assert 0 < seconds <= DEADLINE / 2
        self.looks += 1
        return self.log_pages()

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds
        for moment, happen in [entry for entry in self.due if entry[0] <= self.seconds]:
            self.due.remove((moment, happen))
            happen()

    def send(self, recipients: Sequence[str], text: str, sender: str | None, **limits: Any) -> Judgement:
        """Answer as ``Api.send`` does."""
        assert sender is None
        self.texts.append(text)
        assert 0 < limits["seconds"] <= DEADLINE
        if not limits["permits"]():
            raise NotSent("the request was no longer allowed", passing=True)
        self.posts.append(list(recipients))
        self.seen_while_posting.append({row.state for row in self.rows(*recipients).values()})
        answer = self.answers.pop(0) if self.answers else accepted
        return answer(recipients)

    def rows(self, *numbers: str) -> dict[str, Row]:
        names = {FINGERPRINTS.recipient(number): number for number in numbers}
        return {names[name]: row for name, row in self.ledger.rows(KEY, names).items()}

    def states(self, *numbers: str) -> list[str]:
        rows = self.rows(*numbers)
        return [rows[number].state.value if number in rows else "none" for number in numbers]

    def run(self, *numbers: str, check_mode: bool = False, ledger: Any = None, batch_size: int = 100) -> Report:
        return self.run_on(
            DedupePolicy("text", 600.0), *numbers, check_mode=check_mode, ledger=ledger, batch_size=batch_size
        )

    def run_on(self, dedupe: DedupePolicy, *numbers: str, check_mode: bool = False, **other: Any) -> Report:
        request = SendRequest(
            key=other.get("key", "key"),
            label="",
            sender=None,
            text=other.get("text", "text"),
            segments=1,
            recipients=numbers,
            dedupe=dedupe,
            batch_size=other.get("batch_size", 100),
            at_a_time=other.get("at_a_time", 1),
            account_timezone=other.get("account_timezone"),
            resend_absent=other.get("resend_absent", False),
            limits=other.get("limits"),
        )
        deadline = Deadline(DEADLINE, monotonic=lambda: self.seconds, sleep=self.sleep)
        api: Any = self
        ledger = other.get("ledger") or SqliteLedger(str(self.path), FINGERPRINTS.account, clock=lambda: self.seconds)
        more = {name: other[name] for name in ("waits", "objection") if name in other}
        return Delivery(request, api, ledger, FINGERPRINTS, deadline, check_mode=check_mode, **more).run()

    def other_run_claims(self, *numbers: str, owner: str = "other") -> None:
        names = {FINGERPRINTS.recipient(number): "+1*" for number in numbers}
        claim = Claim(KEY, "", DedupePolicy("text", 600.0), names, owner, "other:1", 90.0, 100.0)
        assert self.ledger.claim(claim).won == set(names)

    def other_run_settles(self, fate: Fate, *numbers: str) -> None:
        fates = {FINGERPRINTS.recipient(number): (fate, ("other-id",)) for number in numbers}
        self.ledger.settle(KEY, "other", fates)
