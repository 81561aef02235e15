# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random stories over the real code: delivery, API and a real ledger, a service in the same process, a clock.

``SendingOnce`` is complete but for its ledger. A kind of ledger makes a subclass that opens one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from unittest import mock

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from ansible_collections.voip_communications.sms.plugins.module_utils._api.client import Api
from ansible_collections.voip_communications.sms.plugins.module_utils._core import deadline as deadline_module
from ansible_collections.voip_communications.sms.plugins.module_utils._core.deadline import Deadline
from ansible_collections.voip_communications.sms.plugins.module_utils._core.exchange import Service
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.interface import Ledger
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import (
    GRACE,
    Claim,
    Claimability,
    Claimed,
    DedupePolicy,
    Row,
    State,
    claimability,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.own_claims import Settled
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.resolve import resolve, resolved_early
from ansible_collections.voip_communications.sms.plugins.module_utils._message.outcome import Fate, Outcome, Result
from ansible_collections.voip_communications.sms.plugins.module_utils._send.delivery import Delivery
from ansible_collections.voip_communications.sms.plugins.module_utils._send.request import SendRequest
from ansible_collections.voip_communications.sms.plugins.module_utils._task.report import FailurePolicy, summary
from ansible_collections.voip_communications.sms.tests.model.kept import Keeper
from ansible_collections.voip_communications.sms.tests.model.protocol import (
    ONCE,
    ONE_AT_WORK,
    TRUE_SUCCESS,
    UNKNOWN_FAILS,
)
from ansible_collections.voip_communications.sms.tests.model.provider import (
    Claimant,
    Clock,
    Ending,
    Exchange,
    Killed,
    Provider,
    Sent,
)
from ansible_collections.voip_communications.sms.tests.model.search import NO_WAY_OUT
from ansible_collections.voip_communications.sms.tests.support.ledger_rows import FINGERPRINTS
from ansible_collections.voip_communications.sms.tests.support.people import ANN, BOB, CARL

NUMBERS = (ANN, BOB, CARL)
WINDOW = 600.0
DEADLINE = 100.0
KEY = FINGERPRINTS.key("key")
_SERVICE = Service("https://example.org/", "user", "password", 10.0)
_GOOD = (Outcome.SENT, Outcome.DUPLICATE)

recipients = st.lists(st.sampled_from(NUMBERS), min_size=1, max_size=3, unique=True)
policies = st.sampled_from(["fail", "fail", "skip", "resend", "force"])
LOST = "the ledger loses the rows of the claim"
"""It was deleted or replaced while the request was under way: the run still knows of its claim."""

crashes = st.sampled_from(
    ["", "", "", "", "before the claim", "after the claim", "before the settlement", "at the end", LOST]
)
# Around what the code holds to: the deadline, the lease, GRACE, the window.
moments = st.sampled_from([1.0, 29.0, 91.0, 131.0, 601.0, 899.0, 991.0, 1501.0, 1700.0])
exchanges = st.builds(
    Exchange,
    ending=st.sampled_from(Ending),
    held=st.sampled_from([0.0, 0.0, 0.0, 89.0, 95.0]),
    late=st.sampled_from([0.0, 0.0, 60.0, GRACE - 1]),
    slow=st.sampled_from([0.0, 0.0, 9.0, 140.0, 1700.0]),
)
scripts = st.lists(exchanges, max_size=3)


class Watched:
    """The ledger of one run, which may be killed at any of its steps; and a witness of what it claims and settles."""

    def __init__(self, real: Ledger, story: SendingOnce, crash: str) -> None:
        self._real = real
        self._story = story
        self._crash = crash

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def claim(self, claim: Claim) -> Claimed:
        self._die("before the claim")
        before = self._real.rows(claim.key, claim.recipients)
        claimed = self._real.claim(claim)
        self._story.witness_claim(claim, claimed, before)
        self._die("after the claim")
        return claimed

    def settle(self, key: str, owner: str, fates: Mapping[str, tuple[Fate, tuple[str, ...]]]) -> Settled:
        self._die("before the settlement")
        if self._crash == LOST:
            rows = self._real.rows(key, map(FINGERPRINTS.recipient, NUMBERS)).values()
            self._real.amend([(row, None) for row in rows if row.owner == owner])
        settled = self._real.settle(key, owner, fates)
        self._story.witness_settlement({name: fate[1] for name, fate in fates.items() if name not in settled.overtaken})
        self._die("at the end")
        return settled

    def _die(self, moment: str) -> None:
        if self._crash == moment:
            raise Killed


class SendingOnce(Keeper, RuleBasedStateMachine):
    """Runs of one task, one after the other and within each other, and whatever else can happen."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.patch = mock.patch.object(deadline_module, "time", self.clock)
        self.patch.start()
        self.book: list[Sent] = []
        self.claims: dict[str, Claimant] = {}
        self.concurrent: tuple[Sequence[str], str, list[Exchange]] | None = None
        self.jump = 0.0
        self.at_work = ""
        self.together: list[str] = []
        self.open()

    # What can happen --------------------------------------------------------------------------------------------

    @rule(to=recipients, policy=policies, script=scripts, crash=crashes, batch=st.sampled_from([1, 100]))
    def a_run(self, to: list[str], policy: str, script: list[Exchange], crash: str, batch: int) -> None:
        self._run(to, policy, script, crash, batch)

    @rule(
        to=recipients,
        policy=policies,
        script=scripts,
        concurrent=st.tuples(recipients, policies, scripts),
        jump=st.sampled_from([0.0, 0.0, -2000.0, -700.0, 700.0]),
    )
    def two_runs_at_once(
        self,
        to: list[str],
        policy: str,
        script: list[Exchange],
        concurrent: tuple[list[str], str, list[Exchange]],
        jump: float,
    ) -> None:
        """Run the task within a request of itself; the clock may be set in between."""
        self.concurrent = concurrent
        self.jump = jump
        self._run(to, policy, script, "", 100)
        self.concurrent = None

    @rule(seconds=moments)
    def time_passes(self, seconds: float) -> None:
        self.clock.sleep(seconds)

    @rule(seconds=st.sampled_from([-2000.0, -700.0, -60.0, 60.0, 700.0]))
    def the_clock_is_set(self, seconds: float) -> None:
        self.clock.jump(seconds)

    @rule(number=st.sampled_from(NUMBERS))
    def a_person_looks_and_resolves(self, number: str) -> None:
        """Resolve as sent what the log shows of the newest attempt, as not sent what it lacks after GRACE."""
        row = self._row(number)
        doubtful = [sent for sent in self.book if self._is_in_doubt(sent, number, row)]
        there = [sent for sent in doubtful if sent.accepted is not None and sent.accepted <= self.clock.true]
        waited = all(self.clock.true - sent.byte >= GRACE for sent in doubtful)
        if row is not None and there and there[-1].owner == row.owner and doubtful[-1] is there[-1]:
            self._resolve(number, row, sent=True)
        elif row is not None and not there and waited:
            self._resolve(number, row, sent=False, unless_early=True)

    @rule(number=st.sampled_from(NUMBERS))
    def a_person_guesses(self, number: str) -> None:
        """Resolve as not sent without looking: a person who does so answers for a second message."""
        row = self._row(number)
        if row is not None and self._resolve(number, row, sent=False):
            for sent in self.book:
                sent.disowned = sent.disowned or self._is_in_doubt(sent, number, row)

    def _is_in_doubt(self, sent: Sent, number: str, row: Row | None) -> bool:
        """Return whether a person asks about this message; also of one accepted when only a wrong clock tells when."""
        is_ahead = row is not None and row.is_ahead(self.clock.time())
        return sent.recipient == number and (is_ahead or sent.noted is None)

    # What must hold ---------------------------------------------------------------------------------------------

    @invariant()
    def at_most_once(self) -> None:
        for number in NUMBERS:
            sent = [message for message in self.book if message.recipient == number and message.accepted is not None]
            for place, second in enumerate(sent):
                for first in sent[:place]:
                    assert second.allowed or first.disowned or self._far(first, second, sent), (ONCE, first, second)

    @invariant()
    def one_at_work(self) -> None:
        """Raise here what was noted at the claim, since a delivery catches whatever is raised within it."""
        assert not self.together, (ONE_AT_WORK, self.together)

    @staticmethod
    def _far(first: Sent, second: Sent, sent: Iterable[Sent]) -> bool:
        """Return whether the second left a window after the first was accepted, by a clock that may be set forward."""
        assert first.accepted is not None
        if any(
            between.allowed and first.byte <= between.byte <= min(first.accepted, second.byte)
            for between in sent
            if between is not first and between is not second
        ):
            return True  # the user had another sent while the fate of the first was open
        return second.byte - first.accepted >= WINDOW - (second.forward - first.forward)

    def teardown(self) -> None:
        """Check that after a while the plain task succeeds, at most once more, whatever has happened."""
        try:
            self.concurrent = None
            self.clock.sleep(DEADLINE + GRACE + WINDOW + self.clock.back + 2000)
            results = self._run(list(NUMBERS), "fail", [], "", 100)
            assert all(result.outcome in _GOOD for result in results), (NO_WAY_OUT, results)
            self.at_most_once()
        finally:
            self.patch.stop()
            self.close()

    # One run ----------------------------------------------------------------------------------------------------

    def _run(self, to: Sequence[str], policy: str, script: Sequence[Exchange], crash: str, batch: int) -> list[Result]:
        """Run the task; a run that is killed has nothing to report."""
        dedupe = DedupePolicy("text", WINDOW, force=policy == "force", resend_unknown=policy == "resend")
        wanted = SendRequest("key", "", None, "text", 1, tuple(to), dedupe, batch)
        api = Api(_SERVICE)
        provider: Any = Provider(self.clock, list(script), self._claimant, self._meanwhile, self.book)
        api._http = provider
        ledger: Any = Watched(self.ledger(), self, crash)
        began = self.clock.true
        deadline = Deadline(DEADLINE, monotonic=self.clock.monotonic, sleep=self.clock.sleep)
        try:
            report = Delivery(wanted, api, ledger, FINGERPRINTS, deadline, check_mode=False).run()
        except Killed:
            return []
        self._judge(report.results, began, skip=policy == "skip")
        return list(report.results)

    def _meanwhile(self) -> None:
        """Run the task again, from its begin to its end, while this run is in its request."""
        concurrent, self.concurrent = self.concurrent, None
        if concurrent is not None:
            self.at_work = next(reversed(self.claims.values())).owner
            self.clock.jump(self.jump)
            self._run(*concurrent, "", 100)
            self.at_work = ""

    def _claimant(self, numbers: Sequence[str]) -> Claimant:
        """Return the run that sends to these, which the ledger must have known before the first byte."""
        owners = {self._last_claim(number).owner for number in numbers}
        assert len(owners) == 1, "one request belongs to one run"
        claims = [self._last_claim(number) for number in numbers]
        allowed = {number: claim.allowed[number] for number, claim in zip(numbers, claims, strict=True)}
        return replace(claims[0], allowed=allowed)

    def _last_claim(self, number: str) -> Claimant:
        row = self._row(number)
        assert row is not None, "the ledger knows of no claim"
        assert row.state is State.SENDING, "the ledger knows of no claim"
        return self.claims[row.owner + number]

    def witness_claim(self, claim: Claim, claimed: Claimed, before: Mapping[str, Row]) -> None:
        """Note who won, and whether the user had asked for it despite an earlier message."""
        plain = DedupePolicy("text", WINDOW)
        is_repeat = claim.dedupe.force or claim.dedupe.resend_unknown
        for number in NUMBERS:
            name = FINGERPRINTS.recipient(number)
            if name in claimed.won:
                self.together += [number] if self._is_at_work(number) else []
                is_allowed = is_repeat and claimability(before.get(name), plain, claimed.at) is not Claimability.FREE
                clock = self.clock
                self.claims[claim.owner + number] = Claimant(
                    claim.owner, {number: is_allowed}, clock.forward, clock.back, clock.true + claim.finish_within
                )

    def _is_at_work(self, number: str) -> bool:
        """Return whether the run that this one runs within has claimed a number, by a clock not set forward since."""
        claimant = self.claims.get(self.at_work + number) if self.at_work else None
        return claimant is not None and claimant.forward == self.clock.forward and self.clock.true < claimant.until

    def witness_settlement(self, smsids: Mapping[str, Sequence[str]]) -> None:
        """Note which messages the ledger has as sent."""
        noted = {smsid for ids in smsids.values() for smsid in ids}
        for sent in self.book:
            if sent.smsid in noted:
                sent.noted = self.clock.true

    def _judge(self, results: Sequence[Result], began: float, *, skip: bool) -> None:
        """Compare what a run reports with the truth; it may have seen a duplicate at its very begin."""
        failed = summary(results, "key", FailurePolicy(skip_unknown=skip))["failed"]
        good = [result for result in results if result.outcome in _GOOD]
        for result in results:
            if result.outcome is Outcome.UNKNOWN:
                assert failed or (skip and good and not result.posted), (UNKNOWN_FAILS, result)
        for result in good:
            assert self._is_true(result, began), (TRUE_SUCCESS, result)

    def _is_true(self, result: Result, began: float) -> bool:
        sent = [
            message for message in self.book if f"+{message.recipient}" == result.to and message.accepted is not None
        ]
        if result.outcome is Outcome.SENT:
            return any(message.smsid in result.smsids for message in sent)
        # A clock that was set back makes windows longer, by so much and no more.
        return any(
            message.noted is not None and began - message.noted < WINDOW + self.clock.back - message.back
            for message in sent
        )

    # A person ---------------------------------------------------------------------------------------------------

    def _row(self, number: str) -> Row | None:
        name = FINGERPRINTS.recipient(number)
        return self.ledger().rows(KEY, [name]).get(name)

    def _resolve(self, number: str, row: Row, *, sent: bool, unless_early: bool = False) -> bool:
        """Resolve a row, as ``voipsms_ledger`` does; return whether that changed anything."""
        ledger = self.ledger()
        resolution = resolve({number: row}, sent=sent, now=ledger.now())
        if not resolution.changes or (unless_early and resolved_early(resolution, ledger.now())):
            return False
        ledger.amend(resolution.changes)
        for message in self.book if sent else ():
            if message.recipient == number and message.accepted is not None and message.accepted <= self.clock.true:
                message.noted = self.clock.true
        return True
