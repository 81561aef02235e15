# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One delivery after the other over a real ledger, with a provider in the same process and a clock that is moved."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._api.client import Denied, Throttled
from ansible_collections.voip_communications.sms.plugins.module_utils._api.evidence import Judgement, Verdict, alike
from ansible_collections.voip_communications.sms.plugins.module_utils._api.log import LogPages, LogRecord
from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import VoipsmsError
from ansible_collections.voip_communications.sms.plugins.module_utils._core.exchange import NotSent
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import (
    GRACE,
    SETTLE_MARGIN,
    Claim,
    Claimed,
    DedupePolicy,
    LedgerError,
    State,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.sqlite import SqliteLedger
from ansible_collections.voip_communications.sms.plugins.module_utils._message.outcome import Fate, Report
from ansible_collections.voip_communications.sms.plugins.module_utils._send.claims import Claims
from ansible_collections.voip_communications.sms.tests.support.ledger_rows import FINGERPRINTS
from ansible_collections.voip_communications.sms.tests.support.people import ANN, BOB, CARL
from ansible_collections.voip_communications.sms.tests.support.sending import (
    DEADLINE,
    Answer,
    World,
    accepted,
    outcomes,
)

RESEND = DedupePolicy("text", 600.0, resend_unknown=True)


def refused(numbers: Sequence[str]) -> Judgement:
    return Judgement({number: Verdict(Fate.REFUSED, code=404, code_desc="no such number") for number in numbers})


def lost(numbers: Sequence[str]) -> Judgement:
    return alike(numbers, Fate.UNKNOWN, "the connection was reset")


def raises(error: BaseException) -> Answer:
    def answer(_numbers: Sequence[str]) -> Judgement:
        raise error

    return answer


def passing() -> Answer:
    return raises(NotSent("the service refused the connection", passing=True))


def lasting() -> Answer:
    return raises(NotSent("the service refused the request (HTTP 400 Bad Request)", passing=False))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Yield a world to which nothing but the text of the request is posted."""
    world = World(tmp_path / "ledger.sqlite3")
    yield world
    assert set(world.texts) <= {"text"}


def test_the_claim_is_committed_before_the_post_and_settled_after(world: World) -> None:
    report = world.run(ANN, BOB)
    assert outcomes(report) == ["sent", "sent"]
    assert world.seen_while_posting == [{State.SENDING}]
    assert world.states(ANN, BOB) == ["accepted", "accepted"]


def test_what_is_objected_to_after_the_claim_does_not_leave(world: World) -> None:
    """Also where the objection cannot be found out. The claim is undone, so another run can send at once."""

    def objects(numbers: Sequence[str]) -> str:
        assert world.states(*numbers) == ["sending", "sending"]
        return "another run was here"

    def breaks(_numbers: Sequence[str]) -> str:
        raise LedgerError("the disk is gone")

    for objection, reason in ((objects, "another run was here"), (breaks, "the disk is gone")):
        report = world.run_on(DedupePolicy("text", 600.0), ANN, BOB, objection=objection)
        assert [(result.outcome.value, result.code_desc) for result in report.results] == [("not_sent", reason)] * 2
        assert (world.posts, world.states(ANN, BOB), world.seconds) == ([], ["none", "none"], 1_000_000.0)
    assert outcomes(world.run(ANN)) == ["sent"]


def test_a_run_that_does_not_wait_leaves_out_whom_another_one_is_sending_to(world: World) -> None:
    world.other_run_claims(ANN)
    report = world.run_on(DedupePolicy("text", 600.0), ANN, BOB, waits=False)
    assert (outcomes(report), world.posts, world.seconds) == (["in_progress", "sent"], [[BOB]], 1_000_000.0)


def test_the_same_again_is_a_duplicate_with_its_ids(world: World) -> None:
    world.run(ANN)
    again = world.run(ANN)
    assert outcomes(again) == ["duplicate"]
    assert again.results[0].smsids == (f"id{ANN}",)
    assert again.results[0].first_sent_at == "1970-01-12T13:46:40Z"
    assert world.posts == [[ANN]]


def test_only_those_who_have_not_had_it_are_posted(world: World) -> None:
    world.run(BOB)
    assert outcomes(world.run(ANN, BOB, CARL)) == ["sent", "duplicate", "sent"]
    assert world.posts == [[BOB], [ANN, CARL]]


def test_250_recipients_take_three_posts_and_none_the_second_time(world: World) -> None:
    many = [str(12812340000 + number) for number in range(250)]
    world.run(*many)
    assert [len(post) for post in world.posts] == [100, 100, 50]
    assert set(outcomes(world.run(*many))) == {"duplicate"}
    assert len(world.posts) == 3


def test_several_batches_are_under_way_at_once_and_the_results_stay_in_order(world: World) -> None:
    all_are_here = threading.Barrier(4, timeout=30)

    def together(numbers: Sequence[str]) -> Judgement:
        all_are_here.wait()
        return accepted(numbers)

    many = [str(12812340000 + number) for number in range(8)]
    world.answers = [together] * 8
    report = world.run_on(DedupePolicy("text", 600.0), *many, batch_size=1, at_a_time=4)
    assert [result.to for result in report.results] == [f"+{number}" for number in many]
    assert set(outcomes(report)) == {"sent"}
    assert sorted(world.posts) == [[number] for number in many]
    assert world.states(*many) == ["accepted"] * 8


def test_once_throttled_the_batches_are_posted_one_at_a_time(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four are under way when the service asks for fewer requests; each is tried once more, and the rest come after."""
    all_are_here = threading.Barrier(4, timeout=30)
    alone = threading.Lock()

    def asks_for_fewer(_numbers: Sequence[str]) -> Judgement:
        all_are_here.wait()
        raise Throttled(5.0)

    def alone_only(numbers: Sequence[str]) -> Judgement:
        assert alone.acquire(blocking=False), "two at a time"
        time.sleep(0.01)
        alone.release()
        return accepted(numbers)

    def sleep(seconds: float) -> None:
        time.sleep(0.5)  # so that the other three are throttled too, which the clock of the test cannot show
        World.sleep(world, seconds)

    monkeypatch.setattr(world, "sleep", sleep)
    many = [str(12812340000 + number) for number in range(8)]
    world.answers = [asks_for_fewer] * 4 + [alone_only] * 8
    before = world.seconds
    report = world.run_on(DedupePolicy("text", 600.0), *many, batch_size=1, at_a_time=4)
    assert set(outcomes(report)) == {"sent"}
    assert len(world.posts) == 12
    assert world.seconds - before == 5.0, "the wait for the throttle lock is part of the pause"


def test_only_the_first_batch_is_claimed_until_the_service_has_answered(world: World) -> None:
    """If the run were killed until then, no other recipient would be in doubt."""
    numbers = tuple(str(12812340000 + number) for number in range(8))

    def answer(posted: Sequence[str]) -> Judgement:
        time.sleep(0.2)
        assert sorted(world.states(*numbers)) == ["none"] * 7 + ["sending"]
        return accepted(posted)

    world.answers = [answer]
    report = world.run_on(DedupePolicy("text", 600.0), *numbers, batch_size=1, at_a_time=8)
    assert set(outcomes(report)) == {"sent"}
    assert world.states(*numbers) == ["accepted"] * 8


def test_what_is_to_be_said_of_the_batches_comes_in_their_order(world: World) -> None:
    second_has_answered = threading.Event()

    def answer(numbers: Sequence[str]) -> Judgement:
        if numbers == [ANN]:
            assert second_has_answered.wait(30)
        else:
            second_has_answered.set()
        return accepted(numbers)._replace(warnings=(f"of {numbers[0]}",))

    world.answers = [answer, answer]
    report = world.run_on(DedupePolicy("text", 600.0), ANN, BOB, batch_size=1, at_a_time=2)
    assert report.warnings == [f"of {ANN}", f"of {BOB}"]


def test_refused_credentials_are_tried_once_however_many_batches_there_are(world: World) -> None:
    world.answers = [raises(Denied("the service refused the request (HTTP 401 Unauthorized)", passing=False))] * 10
    many = [str(12812340000 + number) for number in range(10)]
    report = world.run_on(DedupePolicy("text", 600.0), *many, batch_size=1, at_a_time=10)
    assert set(outcomes(report)) == {"not_sent"}
    assert len(world.posts) == 1
    assert world.states(*many) == ["none"] * 10


def test_a_first_batch_that_another_run_has_claimed_leaves_the_trial_to_the_next(world: World) -> None:
    world.answers = [raises(Denied("the service refused the request (HTTP 401 Unauthorized)", passing=False))] * 10
    many = [str(12812340000 + number) for number in range(10)]

    class Quicker:
        """A ledger in which another run is a moment quicker at the first claim."""

        def __init__(self) -> None:
            self.first = threading.Lock()

        def __getattr__(self, name: str) -> Any:
            return getattr(world.ledger, name)

        def claim(self, claim: Claim) -> Claimed:
            if self.first.acquire(blocking=False):
                rival = claim._replace(owner="rival")
                world.ledger.claim(rival)
                world.ledger.settle(claim.key, "rival", dict.fromkeys(claim.recipients, (Fate.ACCEPTED, ("id",))))
            return world.ledger.claim(claim)

    report = world.run_on(DedupePolicy("text", 600.0), *many, batch_size=1, at_a_time=10, ledger=Quicker())
    assert sorted(outcomes(report)) == ["duplicate"] + ["not_sent"] * 9
    assert len(world.posts) == 1


def test_refused_credentials_stop_what_has_not_begun(world: World) -> None:
    """Also where the first answer takes longer than its head start."""
    both = threading.Barrier(2, timeout=30)

    def denies(_numbers: Sequence[str]) -> Judgement:
        both.wait()
        raise Denied("the service refused the request (HTTP 401 Unauthorized)", passing=False)

    many = [str(12812340000 + number) for number in range(8)]
    world.answers = [denies] * 8
    report = world.run_on(DedupePolicy("text", 600.0), *many, batch_size=1, at_a_time=2)
    assert outcomes(report) == ["not_sent"] * 8
    assert len(world.posts) == 2
    assert world.states(*many) == ["none"] * 8


def test_the_second_of_three_batches_dying_touches_no_other(world: World) -> None:
    world.answers = [accepted, lost, accepted]
    report = world.run(ANN, BOB, CARL, batch_size=1)
    assert outcomes(report) == ["sent", "unknown", "sent"]
    assert world.states(ANN, BOB, CARL) == ["accepted", "unknown", "accepted"]
    assert outcomes(world.run(ANN, BOB, CARL)) == ["duplicate", "unknown", "duplicate"]
    assert len(world.posts) == 3


def test_what_provably_was_not_sent_is_tried_again_and_sent_once(world: World) -> None:
    world.answers = [passing(), passing()]
    assert outcomes(world.run(ANN)) == ["sent"]
    assert len(world.posts) == 3
    assert world.states(ANN) == ["accepted"]


def test_it_is_not_tried_for_ever_and_leaves_no_row(world: World) -> None:
    world.answers = [passing()] * 20
    report = world.run(ANN)
    assert outcomes(report) == ["not_sent"]
    assert len(world.posts) == 4
    assert world.states(ANN) == ["none"]
    world.answers = []
    assert outcomes(world.run(ANN)) == ["sent"]


def test_what_will_not_pass_is_not_tried_again(world: World) -> None:
    world.answers = [lasting()]
    assert outcomes(world.run(ANN)) == ["not_sent"]
    assert len(world.posts) == 1


def test_an_unknown_outcome_is_never_posted_again_unasked(world: World) -> None:
    world.answers = [lost]
    assert outcomes(world.run(ANN)) == ["unknown"]
    for _again in range(3):
        assert outcomes(world.run(ANN)) == ["unknown"]
    assert len(world.posts) == 1
    world.seconds += DEADLINE + GRACE + 600 + 1
    assert outcomes(world.run(ANN)) == ["sent"]


@pytest.mark.parametrize(
    ("retry_after", "waits"), [(5.0, True), (0.0, True), (30.0, True), (31.0, False), (86400.0, False), (None, False)]
)
def test_a_429_is_waited_for_once_if_short(world: World, retry_after: float | None, waits: bool) -> None:
    world.answers = [raises(Throttled(retry_after)), raises(Throttled(retry_after))]
    before = world.seconds
    assert outcomes(world.run(ANN)) == ["not_sent"]
    assert len(world.posts) == (2 if waits else 1)
    assert world.seconds - before == (retry_after if waits else 0)


def test_refused_credentials_are_not_tried_on_every_batch(world: World) -> None:
    world.answers = [raises(Denied("the service refused the request (HTTP 401 Unauthorized)", passing=False))]
    report = world.run(ANN, BOB, CARL, batch_size=1)
    assert outcomes(report) == ["not_sent"] * 3
    assert len(world.posts) == 1
    assert {str(result.code_desc)[:35] for result in report.results} == {"the service refused the request (HT"}


def test_another_whole_refusal_does_not_stop_the_other_batches(world: World) -> None:
    world.answers = [lasting()]
    assert outcomes(world.run(ANN, BOB, batch_size=1)) == ["not_sent", "sent"]


def test_who_was_refused_is_unclaimed_again(world: World) -> None:
    world.answers = [refused]
    assert outcomes(world.run(ANN)) == ["refused"]
    assert world.states(ANN) == ["refused"]
    assert outcomes(world.run(ANN)) == ["sent"]


def test_who_is_released_is_sent_to_at_once_and_does_not_wait_for_the_others(world: World) -> None:
    world.other_run_claims(ANN, BOB)
    began = world.seconds
    world.due.append((began + 1, lambda: world.other_run_settles(Fate.NOT_SENT, ANN)))
    posted_at: list[float] = []

    def noting(numbers: Sequence[str]) -> Judgement:
        posted_at.append(world.seconds)
        return accepted(numbers)

    world.answers = [noting]
    assert outcomes(world.run(ANN, BOB)) == ["sent", "in_progress"]
    assert world.posts == [[ANN]]
    assert posted_at[0] - began < 3


def test_a_request_does_not_begin_when_there_is_no_time_left_to_be_answered(world: World) -> None:
    def slowly(numbers: Sequence[str]) -> Judgement:
        world.seconds += DEADLINE * 0.91
        return accepted(numbers)

    world.answers = [slowly]
    assert outcomes(world.run(ANN, BOB, batch_size=1)) == ["sent", "not_sent"]
    assert len(world.posts) == 1


def test_a_defect_in_one_batch_does_not_lose_what_the_others_brought(world: World) -> None:
    world.answers = [accepted, raises(ZeroDivisionError())]
    report = world.run(ANN, BOB, batch_size=1)
    assert outcomes(report) == ["sent", "unknown"]
    assert str(report.results[1].code_desc).startswith("internal error ZeroDivisionError at test_delivery.py:")
    assert str(report.results[1].code_desc).endswith(" while it was sent")
    assert world.states(ANN, BOB) == ["accepted", "unknown"]


@pytest.mark.parametrize("replaced", [False, True], ids=["deleted", "replaced"])
def test_a_ledger_that_vanishes_during_the_post_gets_the_result_again(world: World, replaced: bool) -> None:
    def vanish(numbers: Sequence[str]) -> Judgement:
        world.path.unlink()
        if replaced:
            SqliteLedger(str(world.path), FINGERPRINTS.account).amend([])
        return accepted(numbers)

    world.answers = [vanish]
    report = world.run(ANN)
    assert outcomes(report) == ["sent"]
    assert len(report.warnings) == 1
    assert report.warnings[0].startswith("the ledger was deleted or replaced while the request was under way; ")
    assert "written to it again" in report.warnings[0]
    again = world.run(ANN)
    assert outcomes(again) == ["duplicate"]
    assert again.results[0].smsids == (f"id{ANN}",)
    assert len(world.posts) == 1


def test_a_ledger_that_vanishes_during_a_later_post_gets_all_results_again(world: World) -> None:
    def vanish(numbers: Sequence[str]) -> Judgement:
        world.path.unlink()
        return accepted(numbers)

    many = [str(12812340000 + number) for number in range(20)]
    world.answers = [accepted, accepted, vanish]
    report = world.run(*many, batch_size=5)
    assert set(outcomes(report)) == {"sent"}
    assert len(report.warnings) == 1
    assert "the results of this run are written to it again" in report.warnings[0]
    assert set(outcomes(world.run(*many, batch_size=5))) == {"duplicate"}
    assert len(world.posts) == 4


def test_a_row_from_the_future_is_not_believed_and_says_why(world: World) -> None:
    world.run(ANN)
    world.seconds -= 86400 * 365
    report = world.run(ANN)
    assert outcomes(report) == ["unknown"]
    assert "a clock is wrong" in str(report.results[0].code_desc)


@pytest.mark.parametrize("dedupe", [RESEND, RESEND._replace(resend_unknown=False, force=True)], ids=["resend", "force"])
def test_a_clock_that_steps_back_during_a_request_lets_no_second_run_send(world: World, dedupe: DedupePolicy) -> None:
    concurrent: list[Report] = []

    def meanwhile(numbers: Sequence[str]) -> Judgement:
        world.seconds -= 700
        concurrent.append(world.run_on(dedupe, ANN))
        return accepted(numbers)

    world.answers = [meanwhile]
    assert outcomes(world.run(ANN)) == ["sent"]
    assert outcomes(concurrent[0]) == ["unknown"]
    assert "lies ahead" in str(concurrent[0].results[0].code_desc)
    assert world.posts == [[ANN]]


def test_what_was_accepted_ahead_is_sent_again_only_by_force(world: World) -> None:
    world.run(ANN)
    world.seconds -= 86400 * 365
    report = world.run_on(RESEND, ANN)
    assert outcomes(report) == ["unknown"]
    assert "set account_timezone" in str(report.results[0].code_desc)
    assert world.posts == [[ANN]]
    assert outcomes(world.run_on(DedupePolicy("text", 600.0, force=True), ANN)) == ["sent"]


def test_another_text_that_another_run_is_sending_sends_nothing_to_anybody(world: World) -> None:
    world.other_run_claims(ANN)
    assert outcomes(world.run_on(DedupePolicy("another text", 600.0), ANN, BOB)) == ["not_sent", "not_sent"]
    assert world.posts == []


class Broken:
    """A ledger of which one method does not work."""

    def __init__(self, real: SqliteLedger, method: str) -> None:
        self._real = real
        self._method = method

    def __getattr__(self, name: str) -> Any:
        if name == self._method:
            return self._fail
        return getattr(self._real, name)

    def _fail(self, *_args: object) -> None:
        raise LedgerError("the ledger '/l' cannot be written (database or disk is full)")


@pytest.mark.parametrize("method", ["rows", "claim"])
def test_a_ledger_that_does_not_work_before_the_post_means_no_post(world: World, method: str) -> None:
    report = world.run(ANN, BOB, ledger=Broken(world.ledger, method), batch_size=1)
    assert outcomes(report) == ["not_sent", "not_sent"]
    assert report.results[0].code_desc == "the ledger '/l' cannot be written (database or disk is full)"
    assert world.posts == []


def test_a_ledger_that_fails_after_the_post_is_a_warning_and_never_a_second_post(world: World) -> None:
    report = world.run(ANN, ledger=Broken(world.ledger, "settle"))
    assert outcomes(report) == ["sent"]
    assert [warning.partition(":")[0] for warning in report.warnings] == ["ledger not updated"]
    world.seconds += DEADLINE + SETTLE_MARGIN + 1
    assert outcomes(world.run(ANN)) == ["unknown"]
    assert len(world.posts) == 1


def test_a_concurrent_run_that_succeeds_makes_a_duplicate(world: World) -> None:
    world.other_run_claims(ANN)
    world.due.append((world.seconds + 3, lambda: world.other_run_settles(Fate.ACCEPTED, ANN)))
    report = world.run(ANN, BOB)
    assert outcomes(report) == ["duplicate", "sent"]
    assert report.results[0].smsids == ("other-id",)
    assert world.posts == [[BOB]]


def test_what_a_concurrent_run_leaves_unclaimed_is_sent_once(world: World) -> None:
    world.other_run_claims(ANN)
    world.due.append((world.seconds + 3, lambda: world.other_run_settles(Fate.NOT_SENT, ANN)))
    assert outcomes(world.run(ANN, BOB)) == ["sent", "sent"]
    assert world.posts == [[BOB], [ANN]]


def test_a_concurrent_run_without_a_result_makes_an_unknown(world: World) -> None:
    world.other_run_claims(ANN)
    world.due.append((world.seconds + 3, lambda: world.other_run_settles(Fate.UNKNOWN, ANN)))
    assert outcomes(world.run(ANN)) == ["unknown"]
    assert world.posts == []


def test_a_concurrent_run_that_cannot_be_checked_is_in_progress_with_a_warning(world: World) -> None:
    world.other_run_claims(ANN)
    broken = Broken(world.ledger, "nothing yet")
    world.due.append((world.seconds, lambda: setattr(broken, "_method", "rows")))
    report = world.run(ANN, BOB, ledger=broken)
    assert outcomes(report) == ["in_progress", "sent"]
    assert report.warnings[0].startswith("another run could not be waited for: the ledger '/l' cannot be")
    assert world.posts == [[BOB]]


def test_a_concurrent_run_is_waited_for_no_longer_than_the_deadline(world: World) -> None:
    world.other_run_claims(ANN)
    before = world.seconds
    report = world.run(ANN)
    assert outcomes(report) == ["in_progress"]
    assert report.results[0].code_desc == "claimed by other:1"
    assert world.seconds - before <= DEADLINE
    assert world.posts == []


class Overtaken:
    """A ledger in which another run is a moment quicker, between the first look and the claim."""

    def __init__(self, world: World, then: Fate | None) -> None:
        self._world = world
        self._then = then

    def __getattr__(self, name: str) -> Any:
        return getattr(self._world.ledger, name)

    def claim(self, claim: Claim) -> Any:
        if self._world.rows(ANN) == {}:
            self._world.other_run_claims(ANN)
            if self._then is not None:
                self._world.other_run_settles(self._then, ANN)
        return self._world.ledger.claim(claim)


@pytest.mark.parametrize(
    ("then", "outcome"), [(Fate.ACCEPTED, "duplicate"), (Fate.UNKNOWN, "unknown"), (None, "in_progress")]
)
def test_being_overtaken_at_the_claim_posts_nothing_twice(world: World, then: Fate | None, outcome: str) -> None:
    assert outcomes(world.run(ANN, BOB, ledger=Overtaken(world, then))) == [outcome, "sent"]
    assert world.posts == [[BOB]]


@pytest.mark.parametrize(
    ("then", "outcome"), [(Fate.ACCEPTED, "duplicate"), (Fate.UNKNOWN, "unknown"), (None, "in_progress")]
)
def test_who_overtakes_at_a_recipient_that_was_released_is_waited_for_too(
    world: World, then: Fate | None, outcome: str
) -> None:
    """One run releases the recipient, and a third is a moment quicker to claim it."""
    world.other_run_claims(ANN)
    began = world.seconds
    world.due.append((began + 2, lambda: world.other_run_settles(Fate.NOT_SENT, ANN)))
    if then is not None:
        world.due.append((began + 20, lambda: world.other_run_settles(then, ANN)))
    assert outcomes(world.run(ANN, BOB, ledger=Overtaken(world, None))) == [outcome, "sent"]
    assert world.posts == [[BOB]]
    least, most = (20, 22) if then else (DEADLINE - 2, DEADLINE)
    assert least <= world.seconds - began <= most


def test_a_run_that_is_killed_in_its_post_leaves_unknown_and_never_unclaimed(world: World) -> None:
    world.answers = [raises(KeyboardInterrupt())]
    with pytest.raises(KeyboardInterrupt):
        world.run(ANN)
    assert outcomes(world.run(ANN)) == ["in_progress"]
    world.seconds += DEADLINE + SETTLE_MARGIN + 1
    assert outcomes(world.run(ANN)) == ["unknown"]
    assert len(world.posts) == 1
    assert outcomes(world.run_on(DedupePolicy("text", 600.0, resend_unknown=True), ANN)) == ["sent"]


def test_another_text_under_one_key_sends_nothing_to_anybody(world: World) -> None:
    world.run(ANN)
    report = world.run_on(DedupePolicy("another text", 600.0), ANN, BOB)
    assert outcomes(report) == ["not_sent", "not_sent"]
    assert "different message" in str(report.results[0].code_desc)
    assert world.posts == [[ANN]]
    skipped = world.run_on(DedupePolicy("another text", 600.0, skip_different=True), ANN, BOB)
    assert outcomes(skipped) == ["duplicate", "sent"]


def test_a_refused_forced_message_does_not_forget_the_first(world: World) -> None:
    world.run(ANN)
    world.answers = [refused]
    assert outcomes(world.run_on(DedupePolicy("text", 600.0, force=True), ANN)) == ["refused"]
    assert outcomes(world.run(ANN)) == ["duplicate"]
    assert outcomes(world.run_on(DedupePolicy("text", 600.0, force=True), ANN)) == ["sent"]


def test_what_cannot_begin_within_the_deadline_is_not_sent(world: World) -> None:
    def slowly(numbers: Sequence[str]) -> Judgement:
        world.seconds += DEADLINE
        return accepted(numbers)

    world.answers = [slowly]
    report = world.run(ANN, BOB, batch_size=1)
    assert outcomes(report) == ["sent", "not_sent"]
    assert "deadline" in str(report.results[1].code_desc)
    assert world.states(ANN, BOB) == ["accepted", "none"]


def test_check_mode_foresees_and_touches_nothing(world: World) -> None:
    assert outcomes(world.run(ANN, check_mode=True)) == ["would_send"]
    assert not world.path.exists()
    world.run(ANN)
    before = world.path.read_bytes()
    assert outcomes(world.run(ANN, BOB, check_mode=True)) == ["duplicate", "would_send"]
    assert world.path.read_bytes() == before
    assert world.posts == [[ANN]]


# --- The message log ----------------------------------------------------------------------------------------------


class TestLog:
    """Ann's answer was lost. A later run reads the log, which shows nothing unless a test says so."""

    @pytest.fixture(autouse=True)
    def _lost(self, world: World) -> None:
        world.answers = [lost]
        world.run(ANN)
        assert world.states(ANN) == ["unknown"]

    @staticmethod
    def shows(world: World, *numbers: str) -> None:
        """Let the log show the message to these, as of now."""
        date = datetime.fromtimestamp(world.seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")
        records = tuple(
            LogRecord(number, "out", "", number, "text", "SENT", date, None, None, None) for number in numbers
        )
        world.log_pages = lambda: LogPages(records, ended=True)

    @staticmethod
    def again(world: World, *numbers: str, window: float = 86400.0, **other: Any) -> Report:
        options = {"account_timezone": "UTC", "resend_absent": True, **other}
        return world.run_on(DedupePolicy("text", window), *(numbers or (ANN,)), **options)

    def test_is_not_asked_without_a_zone(self, world: World) -> None:
        report = self.again(world, account_timezone=None)
        assert outcomes(report) == ["unknown"]
        assert "set account_timezone" in str(report.results[0].code_desc)
        assert world.looks == 0

    def test_is_not_asked_when_a_different_message_stops_the_task(self, world: World) -> None:
        report = world.run_on(DedupePolicy("another text", 86400.0), ANN, account_timezone="UTC", resend_absent=True)
        assert outcomes(report) == ["not_sent"]
        assert world.looks == 0

    def test_cannot_tell_of_another_text_under_the_same_key(self, world: World) -> None:
        world.seconds += GRACE + 90
        dedupe = DedupePolicy("another text", 86400.0, skip_different=True)
        report = world.run_on(dedupe, ANN, account_timezone="UTC", resend_absent=True)
        assert outcomes(report) == ["unknown"]
        assert "its text was different" in str(report.results[0].code_desc)

    def test_a_log_that_shows_the_message_makes_it_a_duplicate(self, world: World) -> None:
        self.shows(world, ANN, CARL)
        report = self.again(world, BOB, ANN, CARL)
        assert outcomes(report) == ["sent", "duplicate", "sent"]
        assert world.states(ANN) == ["accepted"]
        assert world.posts == [[ANN], [BOB, CARL]]
        assert world.looks == 1

    def test_shows_it_when_its_window_is_over(self, world: World) -> None:
        """The run that was to make up for the lost answer has nothing to do; the next one sends anew."""
        self.shows(world, ANN)
        world.seconds += 700
        assert outcomes(self.again(world, window=600.0)) == ["duplicate"]
        assert outcomes(self.again(world, window=600.0)) == ["sent"]

    def test_a_log_that_shows_it_is_read_in_check_mode_too(self, world: World) -> None:
        self.shows(world, ANN)
        before = world.path.read_bytes()
        assert outcomes(self.again(world, BOB, ANN, check_mode=True)) == ["would_send", "duplicate"]
        assert world.path.read_bytes() == before

    @pytest.mark.parametrize("resend_absent", [True, False])
    def test_a_log_that_does_not_show_it_leaves_the_doubt_or_sends_again(
        self, world: World, resend_absent: bool
    ) -> None:
        world.seconds += GRACE + 90
        before = world.path.read_bytes()
        foretold = self.again(world, BOB, ANN, check_mode=True, resend_absent=resend_absent)
        assert world.path.read_bytes() == before
        report = self.again(world, BOB, ANN, resend_absent=resend_absent)
        expected = "sent" if resend_absent else "unknown"
        assert outcomes(report) == ["sent", expected]
        assert outcomes(foretold) == ["would_send", expected.replace("sent", "would_send")]
        assert world.posts[1:] == ([[BOB, ANN]] if resend_absent else [[BOB]])

    def test_does_not_show_it_a_second_early(self, world: World) -> None:
        world.seconds += GRACE + 89
        report = self.again(world)
        assert outcomes(report) == ["unknown"]
        assert "run the task again after that" in str(report.results[0].code_desc)

    def test_was_asked_too_early_although_it_answers_late(self, world: World) -> None:
        world.seconds += GRACE + 89

        def slowly() -> LogPages:
            world.seconds += 40
            return LogPages((), ended=True)

        world.log_pages = slowly
        assert outcomes(self.again(world)) == ["unknown"]

    def test_a_log_without_an_end_proves_nothing(self, world: World) -> None:
        world.seconds += GRACE + 90
        world.log_pages = lambda: LogPages((), ended=False)
        assert outcomes(self.again(world)) == ["unknown"]

    @pytest.mark.parametrize(
        "error",
        [VoipsmsError("no log"), NotSent("no log", passing=True), Denied("no log", passing=False), Throttled(None)],
    )
    def test_a_log_that_cannot_be_had_leaves_the_doubt(self, world: World, error: VoipsmsError) -> None:
        world.seconds += GRACE + 90

        def fail() -> LogPages:
            raise error

        world.log_pages = fail
        report = self.again(world, BOB, ANN)
        assert outcomes(report) == ["sent", "unknown"]
        assert report.warnings == [f"the message log could not be read, and has decided nothing: {error}"]

    @pytest.mark.parametrize(
        ("answer", "theirs", "ours"),
        [(accepted, "sent", "duplicate"), (lost, "unknown", "unknown"), (refused, "refused", "sent")],
    )
    def test_is_read_while_another_run_that_saw_it_absent_sends(
        self, world: World, answer: Answer, theirs: str, ours: str
    ) -> None:
        world.seconds += GRACE + 90
        other: list[Report] = []

        def meanwhile() -> LogPages:
            world.log_pages = lambda: LogPages((), ended=True)
            world.answers = [answer]
            other.append(self.again(world))
            return LogPages((), ended=True)

        world.log_pages = meanwhile
        report = self.again(world)
        assert outcomes(report) == [ours]
        assert "message log" not in str(report.results[0].code_desc)
        assert outcomes(other[0]) == [theirs]
        assert len(world.posts) == (3 if answer is refused else 2)

    @pytest.mark.parametrize(("answer", "outcome"), [(accepted, "duplicate"), (lost, "unknown")])
    def test_is_forgotten_for_a_claim_that_comes_first(self, world: World, answer: Answer, outcome: str) -> None:
        """Both have seen it absent, and the other claims between this run's release of the row and its claim."""
        world.seconds += GRACE + 90

        class Late(SqliteLedger):
            def claim(self, claim: Claim) -> Claimed:
                world.answers = [answer]
                TestLog.again(world)
                return super().claim(claim)

        ledger = Late(str(world.path), FINGERPRINTS.account, clock=lambda: world.seconds)
        assert outcomes(self.again(world, ledger=ledger)) == [outcome]
        assert len(world.posts) == 2

    def test_is_not_shown_of_a_row_that_another_run_has_changed_meanwhile(self, world: World) -> None:
        """The other sends anew between this run's finding of the first message and its writing that down."""
        self.shows(world, ANN)

        class Late(SqliteLedger):
            def amend(self, changes: Any) -> None:
                world.answers = [lost]
                world.run_on(DedupePolicy("text", 86400.0, force=True), ANN)
                super().amend(changes)

        ledger = Late(str(world.path), FINGERPRINTS.account, clock=lambda: world.seconds)
        assert outcomes(self.again(world, ledger=ledger)) == ["unknown"]
        assert world.states(ANN) == ["unknown"]
        assert len(world.posts) == 2

    def test_counts_a_message_that_another_key_sends_while_it_is_read(self, world: World) -> None:
        """Its record is of a row that was not there when this run began."""
        content = FINGERPRINTS.content("", "text")

        def meanwhile() -> LogPages:
            names = {FINGERPRINTS.recipient(ANN): "+1*"}
            world.ledger.claim(Claim("other", "", DedupePolicy(content, 600.0), names, "other", "other:1", 90.0, 100.0))
            self.shows(world, ANN)
            return world.log_pages()

        world.log_pages = meanwhile
        assert outcomes(self.again(world)) == ["unknown"]

    def test_has_decided_and_the_ledger_cannot_be_written(self, world: World) -> None:
        world.seconds += GRACE + 90

        class Full(SqliteLedger):
            def amend(self, changes: Any) -> None:
                raise LedgerError("the disk is full")

        ledger = Full(str(world.path), FINGERPRINTS.account, clock=lambda: world.seconds)
        report = self.again(world, BOB, ANN, ledger=ledger)
        assert outcomes(report) == ["not_sent", "unknown"]
        assert world.posts == [[ANN]]

    @pytest.mark.parametrize("resend_unknown", [True, False])
    @pytest.mark.parametrize("waited", [0.0, GRACE + 90])
    def test_does_not_show_an_accepted_message_from_the_future(
        self, world: World, resend_unknown: bool, waited: float
    ) -> None:
        """It was accepted, whatever the log lacks: no run sends it again unless it is forced."""
        world.run(BOB)
        world.seconds -= 2 * 86400 - waited
        dedupe = DedupePolicy("text", 86400.0, resend_unknown=resend_unknown)
        report = world.run_on(dedupe, BOB, account_timezone="UTC", resend_absent=True)
        assert outcomes(report) == ["unknown"]
        assert "tell the ledger with voipsms_ledger" in str(report.results[0].code_desc)
        assert (world.looks, world.posts) == (1, [[ANN], [BOB]])

    def test_does_not_let_an_accepted_message_from_the_future_be_absent(self, world: World) -> None:
        """The clock was wrong only when it was accepted: its first byte seems to be long ago."""

        def late(numbers: Sequence[str]) -> Judgement:
            world.seconds += 2 * 86400
            return accepted(numbers)

        world.answers = [late]
        world.run(BOB)
        world.seconds -= 86400
        assert outcomes(self.again(world, BOB)) == ["unknown"]
        assert world.posts == [[ANN], [BOB]]

    @pytest.mark.parametrize("resend_unknown", [True, False])
    def test_shows_an_accepted_message_from_the_future(self, world: World, resend_unknown: bool) -> None:
        world.run(BOB)
        world.seconds -= 2 * 86400
        shown_at = world.seconds
        self.shows(world, BOB)
        world.seconds += 100
        dedupe = DedupePolicy("text", 600.0, resend_unknown=resend_unknown)
        assert outcomes(world.run_on(dedupe, BOB, account_timezone="UTC")) == ["duplicate"]
        assert world.rows(BOB)[BOB].claimed_at == shown_at
        assert outcomes(world.run(BOB)) == ["duplicate"]
        assert world.looks == 1
        world.seconds += 600
        assert outcomes(world.run(BOB)) == ["sent"]

    @pytest.mark.parametrize("shown", [True, False])
    def test_spares_a_second_message_where_unknown_ones_are_sent_again(self, world: World, shown: bool) -> None:
        if shown:
            self.shows(world, ANN)
        dedupe = DedupePolicy("text", 86400.0, resend_unknown=True)
        report = world.run_on(dedupe, BOB, ANN, account_timezone="UTC")
        assert outcomes(report) == ["sent", "duplicate" if shown else "sent"]
        assert world.posts[1:] == ([[BOB]] if shown else [[BOB, ANN]])


@pytest.mark.parametrize(("step", "outcome", "posts"), [("claim", "not_sent", 0), ("settle", "sent", 1)])
def test_a_defect_beside_the_request_hides_no_result(
    world: World, monkeypatch: pytest.MonkeyPatch, step: str, outcome: str, posts: int
) -> None:
    """Before the request nothing was sent; after it, what the service said is known."""

    def broken(*_arguments: object) -> Any:
        raise RuntimeError("a defect")

    monkeypatch.setattr(Claims, step, broken)
    report = world.run(ANN)
    assert (outcomes(report), len(world.posts)) == ([outcome], posts)
    assert any("RuntimeError" in warning for warning in report.warnings)
