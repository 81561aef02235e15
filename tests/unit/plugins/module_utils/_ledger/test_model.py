# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The states of a row: every transition, and the contract that every kind of ledger keeps."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.interface import Ledger
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import (
    GRACE,
    KEPT,
    SETTLE_MARGIN,
    Claim,
    Claimability,
    DedupePolicy,
    Fingerprints,
    Identity,
    Row,
    Schedule,
    State,
    claimability,
    claimed,
    key_of,
    settled,
    state_at,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.own_claims import Settled
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.resolve import resolve
from ansible_collections.voip_communications.sms.plugins.module_utils._message.outcome import Fate
from ansible_collections.voip_communications.sms.tests.support.ledger_rows import NOW
from ansible_collections.voip_communications.sms.tests.support.stopped_clock import Clock

WINDOW = 600.0
POLICY = DedupePolicy(content="text", window=WINDOW)
ANN, BOB = "ann", "bob"


def claim_of(*recipients: str, dedupe: DedupePolicy = POLICY, owner: str = "run 1") -> Claim:
    """Return a claim that must begin within 90 s and end within 100 s."""
    return Claim(
        key="key",
        label="",
        dedupe=dedupe,
        recipients={name: f"*{name}" for name in recipients},
        owner=owner,
        origin="host:1",
        start_within=90.0,
        finish_within=100.0,
    )


def row_of(state: State, *, age: float = 0.0, content: str = "text") -> Row:
    """Return a row that was claimed ``age`` seconds before NOW."""
    row = claimed(None, claim_of(ANN, dedupe=DedupePolicy(content=content, window=WINDOW)), ANN, NOW - age)
    fates = {State.ACCEPTED: Fate.ACCEPTED, State.REFUSED: Fate.REFUSED, State.UNKNOWN: Fate.UNKNOWN}
    after = settled(row, fates[state], ("id",), NOW - age) if state in fates else row
    assert after is not None
    return after


@pytest.mark.parametrize(
    ("state", "age", "expected"),
    [
        (State.ACCEPTED, 0, Claimability.ACCEPTED),
        (State.ACCEPTED, WINDOW - 1, Claimability.ACCEPTED),
        (State.ACCEPTED, WINDOW + 1, Claimability.FREE),
        (State.ACCEPTED, -WINDOW + 1, Claimability.ACCEPTED),  # the clock was set back: still a duplicate
        (State.ACCEPTED, -WINDOW - 1, Claimability.UNKNOWN),  # so far ahead that one of the clocks is wrong
        (State.REFUSED, 0, Claimability.FREE),
        (State.SENDING, 0, Claimability.IN_PROGRESS),
        (State.SENDING, 100 + SETTLE_MARGIN - 1, Claimability.IN_PROGRESS),
        (State.SENDING, 100 + SETTLE_MARGIN + 1, Claimability.UNKNOWN),
        (State.UNKNOWN, 0, Claimability.UNKNOWN),
        (State.UNKNOWN, WINDOW + 1, Claimability.UNKNOWN),  # the window is over, GRACE is not
        (State.UNKNOWN, 90 + GRACE + 1, Claimability.UNKNOWN),  # it may have been accepted a moment ago
        (State.UNKNOWN, 90 + GRACE + WINDOW - 1, Claimability.UNKNOWN),
        (State.UNKNOWN, 90 + GRACE + WINDOW + 1, Claimability.FREE),
        (State.SENDING, 90 + GRACE + WINDOW - 1, Claimability.UNKNOWN),
        (State.SENDING, 90 + GRACE + WINDOW + 1, Claimability.FREE),
    ],
)
def test_what_a_row_means_later(state: State, age: float, expected: Claimability) -> None:
    assert claimability(row_of(state, age=age), POLICY, NOW) is expected


def test_an_unknown_row_lasts_as_long_as_its_window() -> None:
    month = DedupePolicy(content="text", window=KEPT)
    late = 90 + GRACE + KEPT
    assert claimability(row_of(State.UNKNOWN, age=late - 1), month, NOW) is Claimability.UNKNOWN
    assert claimability(row_of(State.UNKNOWN, age=late + 1), month, NOW) is Claimability.FREE
    assert row_of(State.UNKNOWN).keep_until >= NOW + late


@pytest.mark.parametrize(
    ("state", "dedupe", "expected"),
    [
        (State.ACCEPTED, DedupePolicy("text", WINDOW, force=True), Claimability.FREE),
        (State.UNKNOWN, DedupePolicy("text", WINDOW, force=True), Claimability.FREE),
        (State.SENDING, DedupePolicy("text", WINDOW, force=True), Claimability.IN_PROGRESS),
        (State.UNKNOWN, DedupePolicy("text", WINDOW, resend_unknown=True), Claimability.FREE),
        (State.ACCEPTED, DedupePolicy("text", WINDOW, resend_unknown=True), Claimability.ACCEPTED),
        (State.SENDING, DedupePolicy("text", WINDOW, resend_unknown=True), Claimability.IN_PROGRESS),
        (State.ACCEPTED, DedupePolicy("other", WINDOW), Claimability.DIFFERENT),
        (State.UNKNOWN, DedupePolicy("other", WINDOW), Claimability.DIFFERENT),
        (State.SENDING, DedupePolicy("other", WINDOW), Claimability.DIFFERENT),
        (State.SENDING, DedupePolicy("other", WINDOW, skip_different=True), Claimability.IN_PROGRESS),
        (State.SENDING, DedupePolicy("other", WINDOW, force=True), Claimability.IN_PROGRESS),
        (State.UNKNOWN, DedupePolicy("other", WINDOW, resend_unknown=True), Claimability.DIFFERENT),
        (State.REFUSED, DedupePolicy("other", WINDOW), Claimability.FREE),
        (State.ACCEPTED, DedupePolicy("other", WINDOW, skip_different=True), Claimability.ACCEPTED),
        (State.UNKNOWN, DedupePolicy("other", WINDOW, skip_different=True), Claimability.UNKNOWN),
        (State.ACCEPTED, DedupePolicy("other", WINDOW, force=True), Claimability.FREE),
    ],
)
def test_what_a_row_means_by_the_users_terms(state: State, dedupe: DedupePolicy, expected: Claimability) -> None:
    assert claimability(row_of(state), dedupe, NOW) is expected


@pytest.mark.parametrize("fate", [Fate.NOT_SENT, Fate.REFUSED])
@pytest.mark.parametrize("before", [State.ACCEPTED, State.UNKNOWN, State.SENDING])
def test_an_attempt_that_brings_nothing_gives_back_what_it_covered(before: State, fate: Fate) -> None:
    covered = row_of(before, age=300)
    after = settled(claimed(covered, claim_of(ANN), ANN, NOW), fate, (), NOW)
    assert after is not None
    assert after.claimed_at == covered.claimed_at
    assert after.state is (State.ACCEPTED if before is State.ACCEPTED else State.UNKNOWN)
    assert after.smsids == covered.smsids


@pytest.mark.parametrize(("fate", "state"), [(Fate.NOT_SENT, None), (Fate.REFUSED, State.REFUSED)])
def test_an_attempt_that_covers_nothing(fate: Fate, state: State | None) -> None:
    after = settled(row_of(State.SENDING), fate, (), NOW)
    assert (after.state if after else None) is state


def test_a_window_begins_when_the_message_is_accepted_not_when_it_was_claimed() -> None:
    after = settled(row_of(State.SENDING), Fate.ACCEPTED, ("id",), NOW + WINDOW)
    assert after is not None
    assert claimability(after, POLICY, NOW + 2 * WINDOW - 1) is Claimability.ACCEPTED
    assert claimability(after, POLICY, NOW + 2 * WINDOW + 1) is Claimability.FREE


def test_a_row_is_kept_for_as_long_as_its_window_that_began_late() -> None:
    month = DedupePolicy(content="text", window=KEPT)
    row = claimed(None, claim_of(ANN, dedupe=month), ANN, NOW)
    after = settled(row, Fate.ACCEPTED, ("id",), NOW + 2 * GRACE)
    assert after is not None
    assert claimability(after, month, NOW + 2 * GRACE + KEPT - 1) is Claimability.ACCEPTED
    assert after.keep_until >= NOW + 2 * GRACE + KEPT


def test_contract_a_longer_window_outlives_a_claim_with_a_shorter_one(kept: tuple[Ledger, Clock]) -> None:
    """A person forces the message once by the usual options, and the task with the long window runs on."""
    ledger, clock = kept
    quarter = DedupePolicy(content="text", window=3 * KEPT)
    usual = DedupePolicy(content="text", window=KEPT, force=True)
    for owner, dedupe in (("run 1", quarter), ("run 2", usual)):
        assert ledger.claim(claim_of(ANN, dedupe=dedupe, owner=owner)).won == {ANN}
        ledger.settle("key", owner, {ANN: (Fate.ACCEPTED, ("id",))})
    for _third in range(2):
        clock.seconds += 1.4 * KEPT
        ledger.claim(claim_of(BOB, dedupe=quarter, owner="another message")._replace(key="other"))
        assert ledger.claim(claim_of(ANN, dedupe=quarter, owner="run 3")).won == frozenset()
    clock.seconds += 0.3 * KEPT
    assert ledger.claim(claim_of(ANN, dedupe=quarter, owner="run 4")).won == {ANN}


def test_two_attempts_that_bring_nothing_give_back_what_the_first_covered() -> None:
    row: Row | None = row_of(State.ACCEPTED, age=400)
    for age in (300, 200, 100, 50, 0):
        row = claimed(row, claim_of(ANN), ANN, NOW - age)
    found = []
    while row is not None:
        found.append((row.state, row.claimed_at))
        row = row.previous
    doubts = [(State.UNKNOWN, NOW - 50), (State.UNKNOWN, NOW - 100)]
    assert found == [(State.SENDING, NOW), *doubts, (State.ACCEPTED, NOW - 400)]


def test_a_rehearsal_on_this_machine_is_another_account() -> None:
    real, rehearsal = Fingerprints.of("production", "key"), Fingerprints.of("production", "key", rehearsal="")
    assert real.account != rehearsal.account
    assert real.recipient("1") != rehearsal.recipient("1")


def test_attempts_are_counted_and_the_owner_changes() -> None:
    second = claimed(row_of(State.REFUSED), claim_of(ANN, owner="run 2"), ANN, NOW + 5)
    assert (second.attempt, second.owner, second.state) == (2, "run 2", State.SENDING)
    assert (second.first_byte_by, second.lease_until) == (NOW + 95, NOW + 105 + SETTLE_MARGIN)


@given(st.lists(st.text(), max_size=4), st.lists(st.text(), max_size=4))
def test_keys_of_different_messages_differ(one: list[str], other: list[str]) -> None:
    assert (key_of(*one) == key_of(*other)) == (one == other)


def test_fingerprints_belong_to_an_account() -> None:
    by_key = Fingerprints.of(None, "the key")
    assert by_key == Fingerprints.of(None, "the key")
    assert by_key.recipient("12812345678") != Fingerprints.of(None, "another key").recipient("12812345678")
    assert by_key.recipient("1") != by_key.key("1") != by_key.content("1")
    assert by_key.content("ab", "c") != by_key.content("a", "bc")
    assert "the key" not in repr(by_key)


def test_a_key_can_be_rotated_when_its_account_was_named_as_documented() -> None:
    documented = "api-" + "2c70e12b7a0646f92279f427c7b38e7334d8e5389cff167a1dc30e73f826b683"[:32]
    assert Fingerprints.of(documented, "new key") == Fingerprints.of(None, "key")


def test_contract_a_claim_is_won_once(kept: tuple[Ledger, Clock]) -> None:
    ledger, _clock = kept
    assert ledger.rows("key", [ANN]) == {}
    assert ledger.claim(claim_of(ANN)).won == {ANN}
    second = ledger.claim(claim_of(ANN, BOB, owner="run 2"))
    assert second.won == {BOB}
    assert second.lost[ANN].owner == "run 1"
    assert second.at == NOW


def test_contract_what_came_of_a_claim_is_kept(kept: tuple[Ledger, Clock]) -> None:
    ledger, _clock = kept
    ledger.claim(claim_of(ANN, BOB))
    assert ledger.settle("key", "run 1", {ANN: (Fate.ACCEPTED, ("1", "2")), BOB: (Fate.NOT_SENT, ())}).overtaken == ()
    rows = ledger.rows("key", [ANN, BOB, "carl"])
    assert set(rows) == {ANN}
    assert (rows[ANN].state, rows[ANN].smsids, rows[ANN].masked) == (State.ACCEPTED, ("1", "2"), "*ann")
    assert ledger.rows("another key", [ANN]) == {}


def test_contract_a_covered_fact_survives_storage(kept: tuple[Ledger, Clock]) -> None:
    ledger, clock = kept
    ledger.claim(claim_of(ANN))
    ledger.settle("key", "run 1", {ANN: (Fate.ACCEPTED, ("1",))})
    before = ledger.rows("key", [ANN])[ANN]
    clock.seconds += 10
    assert ledger.claim(claim_of(ANN, dedupe=DedupePolicy("text", WINDOW, force=True), owner="run 2")).won == {ANN}
    ledger.settle("key", "run 2", {ANN: (Fate.REFUSED, ())})
    after = ledger.rows("key", [ANN])[ANN]
    assert (after.state, after.smsids, after.claimed_at) == (State.ACCEPTED, ("1",), before.claimed_at)


def test_contract_who_was_overtaken_learns_it_and_changes_nothing(kept: tuple[Ledger, Clock]) -> None:
    ledger, clock = kept
    ledger.claim(claim_of(ANN))
    clock.seconds += 100 + SETTLE_MARGIN + 1
    resend = DedupePolicy("text", WINDOW, resend_unknown=True)
    assert ledger.claim(claim_of(ANN, dedupe=resend, owner="run 2")).won == {ANN}
    assert ledger.settle("key", "run 1", {ANN: (Fate.NOT_SENT, ())}).overtaken == (ANN,)
    assert ledger.rows("key", [ANN])[ANN].owner == "run 2"


def lose(ledger: Ledger, *recipients: str) -> None:
    """Remove rows as nothing else does: their ledger was deleted, or replaced."""
    ledger.amend([(row, None) for row in ledger.rows("key", recipients).values()])


@pytest.mark.parametrize("fate", [(Fate.ACCEPTED, ("1", "2")), (Fate.UNKNOWN, ())], ids=["accepted", "unknown"])
def test_contract_a_result_outlives_the_row_of_its_claim(
    kept: tuple[Ledger, Clock], fate: tuple[Fate, tuple[str, ...]]
) -> None:
    ledger, clock = kept
    ledger.claim(claim_of(ANN, BOB))
    expected = dict(ledger.rows("key", [ANN]))
    lose(ledger, ANN)
    clock.seconds += 5
    assert ledger.settle("key", "run 1", {ANN: fate, BOB: fate}) == Settled(restored=(ANN,))
    assert ledger.rows("key", [ANN])[ANN] == settled(expected[ANN], *fate, now=clock.seconds)
    assert ledger.claim(claim_of(ANN, BOB, owner="run 2")).won == set()
    rows = ledger.rows("key", [ANN, BOB])
    lose(ledger, ANN, BOB)
    assert set(ledger.settle("key", "run 1", {ANN: fate}).restored) == {ANN, BOB}
    assert ledger.rows("key", [ANN, BOB]) == rows, "it is settled only once"


@pytest.mark.parametrize("fate", [Fate.ACCEPTED, Fate.NOT_SENT])
def test_contract_earlier_results_outlive_a_ledger_that_is_lost_later(kept: tuple[Ledger, Clock], fate: Fate) -> None:
    ledger, clock = kept
    many = [f"recipient {number}" for number in range(6)]
    for half in (many[:3], many[3:]):
        ledger.claim(claim_of(*half))
        ledger.settle("key", "run 1", dict.fromkeys(half, (Fate.ACCEPTED, ("1",))) | {half[0]: (Fate.UNKNOWN, ())})
        clock.seconds += 5
    rows = ledger.rows("key", many)
    ledger.claim(claim_of(ANN))
    lose(ledger, *many, ANN)
    ledger.claim(claim_of(many[1], owner="run 2"))
    settled = ledger.settle("key", "run 1", {ANN: (fate, ())})
    assert set(settled.restored) == {*many, ANN} - {many[1]} - ({ANN} if fate is Fate.NOT_SENT else set())
    stored = ledger.rows("key", many)
    assert stored.pop(many[1]).owner == "run 2", "another run has claimed it since"
    del rows[many[1]]
    assert stored == rows


def test_contract_a_ledger_that_is_lost_between_two_requests_gets_the_results_again(kept: tuple[Ledger, Clock]) -> None:
    ledger, _clock = kept
    ledger.claim(claim_of(ANN))
    ledger.settle("key", "run 1", {ANN: (Fate.ACCEPTED, ("1",))})
    lose(ledger, ANN)
    ledger.claim(claim_of(BOB))
    assert ledger.settle("key", "run 1", {BOB: (Fate.REFUSED, ())}) == Settled(restored=(ANN,))
    assert ledger.rows("key", [ANN])[ANN].smsids == ("1",)


def test_contract_nothing_is_restored_that_was_not_sent(kept: tuple[Ledger, Clock]) -> None:
    ledger, _clock = kept
    ledger.claim(claim_of(ANN))
    lose(ledger, ANN)
    assert ledger.settle("key", "run 1", {ANN: (Fate.NOT_SENT, ())}) == Settled(overtaken=(ANN,))
    assert ledger.rows("key", [ANN]) == {}


def test_contract_an_earlier_fact_outlives_an_attempt_whose_row_is_lost(kept: tuple[Ledger, Clock]) -> None:
    ledger, _clock = kept
    ledger.claim(claim_of(ANN))
    ledger.settle("key", "run 1", {ANN: (Fate.ACCEPTED, ("1",))})
    ledger.claim(claim_of(ANN, dedupe=DedupePolicy("text", WINDOW, force=True), owner="run 2"))
    lose(ledger, ANN)
    assert ledger.settle("key", "run 2", {ANN: (Fate.NOT_SENT, ())}) == Settled(restored=(ANN,))
    row = ledger.rows("key", [ANN])[ANN]
    assert (row.state, row.smsids) == (State.ACCEPTED, ("1",))


def test_contract_a_result_outlives_a_ledger_that_an_older_copy_replaces(kept: tuple[Ledger, Clock]) -> None:
    ledger, clock = kept
    ledger.claim(claim_of(ANN))
    ledger.settle("key", "run 1", {ANN: (Fate.ACCEPTED, ("1",))})
    copy = ledger.rows("key", [ANN])[ANN]
    clock.seconds += WINDOW + 1
    assert ledger.claim(claim_of(ANN, owner="run 2")).won == {ANN}
    ledger.amend([(ledger.rows("key", [ANN])[ANN], copy)])
    assert ledger.settle("key", "run 2", {ANN: (Fate.ACCEPTED, ("2",))}) == Settled(restored=(ANN,))
    assert ledger.rows("key", [ANN])[ANN].smsids == ("2",)
    assert ledger.claim(claim_of(ANN, owner="run 3")).won == set()


def test_contract_a_row_that_is_lost_and_claimed_by_another_run_is_that_runs(kept: tuple[Ledger, Clock]) -> None:
    ledger, _clock = kept
    ledger.claim(claim_of(ANN))
    lose(ledger, ANN)
    assert ledger.claim(claim_of(ANN, owner="run 2")).won == {ANN}
    assert ledger.settle("key", "run 1", {ANN: (Fate.ACCEPTED, ("1",))}) == Settled(overtaken=(ANN,))
    assert ledger.rows("key", [ANN])[ANN].owner == "run 2"


@pytest.mark.parametrize("age", [1, 2])
def test_contract_a_result_outlives_a_ledger_that_a_still_older_copy_replaces(
    kept: tuple[Ledger, Clock], age: int
) -> None:
    """The copy knows neither the claim nor the row that it replaced."""
    ledger, clock = kept
    copies = []
    for run in range(1, age + 2):
        ledger.claim(claim_of(ANN, owner=f"run {run}"))
        ledger.settle("key", f"run {run}", {ANN: (Fate.ACCEPTED, (f"{run}",))})
        copies.append(ledger.rows("key", [ANN])[ANN])
        clock.seconds += WINDOW + 1
    assert ledger.claim(claim_of(ANN, owner="last run")).won == {ANN}
    ledger.amend([(ledger.rows("key", [ANN])[ANN], copies[0])])
    assert ledger.settle("key", "last run", {ANN: (Fate.ACCEPTED, ("9",))}) == Settled(restored=(ANN,))
    assert ledger.rows("key", [ANN])[ANN].smsids == ("9",)
    assert ledger.claim(claim_of(ANN, owner="next run")).won == set()


@pytest.mark.parametrize("first", [Fate.ACCEPTED, Fate.UNKNOWN])
@pytest.mark.parametrize("second", [Fate.ACCEPTED, Fate.UNKNOWN])
def test_contract_what_a_late_run_knows_for_certain_outweighs_a_resolution(
    kept: tuple[Ledger, Clock], first: Fate, second: Fate
) -> None:
    """The fact that was covered has returned. An unknown result tells no more than the person did."""
    ledger, clock = kept
    ledger.claim(claim_of(ANN))
    ledger.settle("key", "run 1", {ANN: (first, ("1",))})
    resend = DedupePolicy("text", WINDOW, resend_unknown=True, force=True)
    assert ledger.claim(claim_of(ANN, dedupe=resend, owner="run 2")).won == {ANN}
    clock.seconds += WINDOW + 1
    resolution = resolve({ANN: ledger.rows("key", [ANN])[ANN]}, sent=False, now=clock.seconds)
    ledger.amend(resolution.changes)
    is_kept = second is Fate.ACCEPTED
    assert ledger.settle("key", "run 2", {ANN: (second, ("2",))}) == Settled(() if is_kept else (ANN,))
    assert ledger.rows("key", [ANN])[ANN].owner == ("run 2" if is_kept else "run 1")
    if is_kept:
        assert ledger.claim(claim_of(ANN, owner="run 3")).won == set()


@pytest.mark.parametrize("fate", [Fate.ACCEPTED, Fate.UNKNOWN])
def test_contract_a_late_result_returns_after_a_resolution_that_left_no_row(
    kept: tuple[Ledger, Clock], fate: Fate
) -> None:
    """It cannot be told from a ledger that was lost, and the run knows more than the person."""
    ledger, clock = kept
    ledger.claim(claim_of(ANN))
    clock.seconds += 100 + SETTLE_MARGIN + 1
    ledger.amend(resolve({ANN: ledger.rows("key", [ANN])[ANN]}, sent=False, now=clock.seconds).changes)
    assert ledger.settle("key", "run 1", {ANN: (fate, ())}) == Settled(restored=(ANN,))
    assert ledger.claim(claim_of(ANN, owner="run 2")).won == set()


# --- Scheduled messages -----------------------------------------------------------------------------------------------

UNTIL = NOW + 50 * 86400


@pytest.mark.parametrize(
    ("state", "at", "expected"),
    [
        (State.ACCEPTED, NOW + WINDOW + 1, Claimability.ACCEPTED),
        (State.ACCEPTED, UNTIL - 1, Claimability.ACCEPTED),
        (State.ACCEPTED, UNTIL, Claimability.FREE),
        (State.UNKNOWN, UNTIL - 1, Claimability.UNKNOWN),
        (State.UNKNOWN, UNTIL, Claimability.FREE),
        (State.REFUSED, NOW, Claimability.FREE),
    ],
)
def test_a_scheduled_message_makes_duplicates_until_its_own_moment(
    state: State, at: float, expected: Claimability
) -> None:
    assert claimability(row_of(state), DedupePolicy(content="text", window=WINDOW, until=UNTIL), at) is expected


def test_a_cancelled_message_is_free_and_no_fact_that_a_new_attempt_covers() -> None:
    cancelled = row_of(State.ACCEPTED)._replace(state=State.CANCELLED)
    assert claimability(cancelled, DedupePolicy(content="text", window=WINDOW, until=UNTIL), NOW) is Claimability.FREE
    assert claimed(cancelled, claim_of(ANN), ANN, NOW).previous is None


def test_an_unknown_message_whose_date_is_near_still_has_its_grace() -> None:
    soon = DedupePolicy(content="text", window=WINDOW, until=NOW + 5)
    assert claimability(row_of(State.UNKNOWN), soon, NOW + 90 + GRACE - 1) is Claimability.UNKNOWN
    assert claimability(row_of(State.UNKNOWN), soon, NOW + 90 + GRACE) is Claimability.FREE


def scheduled_claim(*recipients: str, owner: str = "run 1") -> Claim:
    dedupe = DedupePolicy(content="text", window=0.0, until=UNTIL)
    schedule = Schedule(date="2026-12-01 15:00", delivers_at=UNTIL - KEPT, name="name")
    return claim_of(*recipients, dedupe=dedupe, owner=owner)._replace(schedule=schedule)


def test_a_scheduled_row_is_kept_until_nobody_asks_any_more() -> None:
    row = claimed(None, scheduled_claim(ANN), ANN, NOW)
    assert row.keep_until == UNTIL + GRACE
    assert (row.name, row.date, row.delivers_at, row.listed) == ("name", "2026-12-01 15:00", UNTIL - KEPT, False)


def test_contract_scheduled_rows_are_found_and_others_are_not(kept: tuple[Ledger, Clock]) -> None:
    ledger, _clock = kept
    assert ledger.scheduled() == []
    ledger.claim(claim_of(ANN)._replace(key="now"))
    ledger.claim(scheduled_claim(ANN, BOB))
    ledger.settle("key", "run 1", {ANN: (Fate.ACCEPTED, ("1", "2")), BOB: (Fate.UNKNOWN, ())})
    found = {row.recipient: row for row in ledger.scheduled()}
    assert set(found) == {ANN, BOB}
    assert (found[ANN].state, found[ANN].smsids, found[BOB].state) == (State.ACCEPTED, ("1", "2"), State.UNKNOWN)
    assert found == ledger.rows("key", [ANN, BOB])
    assert (found[ANN].name, found[ANN].date, found[ANN].delivers_at) == ("name", "2026-12-01 15:00", UNTIL - KEPT)


def test_contract_scheduled_rows_are_found_by_their_smsids(kept: tuple[Ledger, Clock]) -> None:
    ledger, _clock = kept
    smsids = {ANN: ("a1", 'quoted", "b'), BOB: ("a12", "shared"), "carl": ("shared",), "dora": ("\u00e4",)}
    assert ledger.with_smsids(["a1"]) == []
    ledger.claim(claim_of(ANN)._replace(key="now"))
    ledger.settle("now", "run 1", {ANN: (Fate.ACCEPTED, ("a1",))})
    ledger.claim(scheduled_claim(*smsids))
    ledger.settle("key", "run 1", {name: (Fate.ACCEPTED, each) for name, each in smsids.items()})

    def recipients(*wanted: str) -> set[str]:
        return {row.recipient for row in ledger.with_smsids(wanted)}

    assert recipients() == recipients("a", "quoted", "b", "a1, a12") == set()
    assert recipients("a1") == {ANN}
    assert recipients('quoted", "b', "shared") == {ANN, BOB, "carl"}
    assert recipients("shared", "a12", "\u00e4") == {BOB, "carl", "dora"}
    assert len(ledger.with_smsids(["shared", "a12"])) == 2


def test_contract_the_newest_rows_come_first_and_no_more_than_asked_for(kept: tuple[Ledger, Clock]) -> None:
    ledger, clock = kept
    assert ledger.newest(lambda _row: True, 10) == []
    ledger.claim(claim_of(ANN, BOB))
    clock.seconds += 10
    ledger.claim(claim_of(ANN)._replace(key="another key"))
    assert [(row.key, row.recipient) for row in ledger.newest(lambda _row: True, 10)] == [
        ("another key", ANN),
        ("key", ANN),
        ("key", BOB),
    ]
    assert [row.recipient for row in ledger.newest(lambda row: row.key == "key", 1)] == [ANN]


def test_contract_what_was_learned_is_kept(kept: tuple[Ledger, Clock]) -> None:
    ledger, _clock = kept
    ledger.claim(scheduled_claim(ANN, BOB))
    rows = ledger.rows("key", [ANN, BOB])
    seen = rows[ANN]._replace(state=State.ACCEPTED, smsids=("1",), listed=True)
    new = rows[ANN]._replace(key="another key", owner="adopted")
    ledger.amend([(rows[ANN], seen), (rows[BOB], None), (None, new), (None, None)])
    assert ledger.rows("key", [ANN, BOB]) == {ANN: seen}
    assert ledger.rows("another key", [ANN]) == {ANN: new}


def test_contract_a_row_that_has_changed_since_stays_as_it_is(kept: tuple[Ledger, Clock]) -> None:
    ledger, _clock = kept
    ledger.claim(scheduled_claim(ANN))
    before = ledger.rows("key", [ANN])[ANN]
    ledger.settle("key", "run 1", {ANN: (Fate.ACCEPTED, ("1",))})
    after = ledger.rows("key", [ANN])[ANN]
    ledger.amend([(before, None), (before, before._replace(listed=True)), (None, before)])
    assert ledger.rows("key", [ANN]) == {ANN: after}
    ledger.amend([(after, None), (after, after._replace(listed=True))])
    assert ledger.rows("key", [ANN]) == {}


def test_contract_a_covered_row_is_compared_whole(kept: tuple[Ledger, Clock]) -> None:
    ledger, clock = kept
    ledger.claim(scheduled_claim(ANN))
    ledger.settle("key", "run 1", {ANN: (Fate.ACCEPTED, ("1",))})
    clock.seconds = UNTIL + 1
    ledger.claim(scheduled_claim(ANN, owner="run 2"))
    (row,) = ledger.scheduled()
    assert row.previous is not None
    ledger.amend([(row, row._replace(listed=True))])
    assert ledger.scheduled() == [row._replace(listed=True)]


# --- Compare and set --------------------------------------------------------------------------------------------------

ROW_A = row_of(State.ACCEPTED)._replace(date="2026-12-01 15:00", delivers_at=UNTIL)
ROW_B = ROW_A._replace(recipient=BOB)
RECORD = ROW_A._replace(key="cancel", recipient="", state=State.CANCELLING, effect_by=NOW + 10, confirmed=True)
A, B, RECORD_ID = ("key", ANN), ("key", BOB), ("cancel", "")


def everything(ledger: Ledger) -> set[Row]:
    return set(ledger.newest(lambda _row: True, 99))


def test_contract_all_is_set_where_every_row_is_as_it_was_read(kept: tuple[Ledger, Clock]) -> None:
    ledger, _clock = kept
    assert ledger.compare_and_set({})
    assert ledger.compare_and_set({A: (None, ROW_A), B: (None, ROW_B)})
    cancelling = ROW_A._replace(state=State.CANCELLING, revision=7, absent_at=NOW - 1)
    assert ledger.compare_and_set(
        {RECORD_ID: (None, RECORD), A: (ROW_A, cancelling), B: (ROW_B, ROW_B), ("key", "carl"): (None, None)}
    )
    assert everything(ledger) == {RECORD, cancelling, ROW_B}
    assert ledger.compare_and_set({RECORD_ID: (RECORD, None), A: (cancelling, None), B: (ROW_B, None)})
    assert everything(ledger) == set()


@pytest.mark.parametrize(
    "outdated",
    [
        {A: (None, ROW_A)},
        {A: (None, None)},
        {B: (ROW_B, ROW_B)},
        {B: (ROW_B, None)},
        {A: (ROW_A._replace(revision=1), ROW_A)},
        {A: (ROW_A._replace(confirmed=True), None)},
    ],
)
def test_contract_nothing_is_set_where_one_row_is_another(
    kept: tuple[Ledger, Clock], outdated: dict[Identity, tuple[Row | None, Row | None]]
) -> None:
    ledger, _clock = kept
    ledger.amend([(None, ROW_A)])
    assert not ledger.compare_and_set({RECORD_ID: (None, RECORD), **outdated})
    assert not ledger.compare_and_set({**outdated, RECORD_ID: (None, RECORD)})
    assert everything(ledger) == {ROW_A}


def test_contract_a_guard_can_be_used_again(kept: tuple[Ledger, Clock]) -> None:
    ledger, _clock = kept
    ledger.amend([(None, ROW_A)])
    for number in range(3):
        assert ledger.compare_and_set({A: (ROW_A, ROW_A), (f"{number}", ""): (None, None)})
    assert everything(ledger) == {ROW_A}


@pytest.mark.parametrize("is_crossed", [False, True], ids=["the same row", "what the other must not write"])
def test_contract_of_many_who_compare_and_set_at_once_one_wins(kept: tuple[Ledger, Clock], is_crossed: bool) -> None:
    """Crossed: each writes the row that all others need absent, in another order of keys."""
    ledger, _clock = kept
    ledger.amend([(None, ROW_A)])
    runs = [f"run {number}" for number in range(6)]
    barrier = threading.Barrier(len(runs))

    def change_of(run: str) -> dict[Identity, tuple[Row | None, Row | None]]:
        if not is_crossed:
            return {RECORD_ID: (None, RECORD), A: (ROW_A, ROW_A._replace(owner=run))}
        others = {(other, ""): (None, None) for other in runs if other != run}
        return {**others, (run, ""): (None, RECORD._replace(key=run))}

    def race(run: str) -> bool:
        barrier.wait(30)
        return ledger.compare_and_set(change_of(run))

    with ThreadPoolExecutor(len(runs)) as threads:
        won = [run for run, is_won in zip(runs, threads.map(race, runs), strict=True) if is_won]
    assert len(won) == 1
    expected = {ROW_A, RECORD._replace(key=won[0])} if is_crossed else {RECORD, ROW_A._replace(owner=won[0])}
    assert everything(ledger) == expected


# --- A cancel that was claimed ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dedupe", "at", "expected"),
    [
        (DedupePolicy("text", WINDOW, until=UNTIL), NOW, Claimability.UNKNOWN),
        (DedupePolicy("text", WINDOW, until=UNTIL), UNTIL - 1, Claimability.UNKNOWN),
        (DedupePolicy("text", WINDOW, until=UNTIL), UNTIL, Claimability.FREE),
        (DedupePolicy("text", WINDOW), NOW + 90 + GRACE + WINDOW - 1, Claimability.UNKNOWN),
        (DedupePolicy("text", WINDOW), NOW + 90 + GRACE + WINDOW, Claimability.FREE),
        (DedupePolicy("text", WINDOW, force=True), NOW, Claimability.FREE),
        (DedupePolicy("text", WINDOW, resend_unknown=True), NOW, Claimability.FREE),
        (DedupePolicy("other", WINDOW), NOW, Claimability.DIFFERENT),
        (DedupePolicy("other", WINDOW, skip_different=True), NOW, Claimability.UNKNOWN),
    ],
)
def test_a_message_whose_cancel_is_claimed_is_unknown(dedupe: DedupePolicy, at: float, expected: Claimability) -> None:
    row = row_of(State.ACCEPTED)._replace(state=State.CANCELLING, date="2026-12-01 15:00", delivers_at=UNTIL)
    assert claimability(row, dedupe, at) is expected
    assert state_at(row, at) is State.CANCELLING


def test_a_message_whose_cancel_may_still_take_effect_holds_for_so_long() -> None:
    row = row_of(State.ACCEPTED)._replace(state=State.CANCELLING, effect_by=UNTIL + 100)
    soon = DedupePolicy("text", WINDOW, until=UNTIL)
    assert claimability(row, soon, UNTIL + 99) is Claimability.UNKNOWN
    assert claimability(row, soon, UNTIL + 100) is Claimability.FREE


@pytest.mark.parametrize("fate", [Fate.NOT_SENT, Fate.REFUSED])
def test_an_attempt_that_brings_nothing_gives_back_the_claimed_cancel_that_it_covered(fate: Fate) -> None:
    row = row_of(State.ACCEPTED)._replace(state=State.CANCELLING, effect_by=NOW + 5, smsids=("1",))
    after = settled(claimed(row, claim_of(ANN), ANN, NOW), fate, (), NOW)
    assert after == row._replace(attempt=2)


def test_contract_a_claimed_cancel_is_not_settled_away_by_the_run_that_scheduled(kept: tuple[Ledger, Clock]) -> None:
    ledger, _clock = kept
    ledger.claim(claim_of(ANN))
    row = ledger.rows("key", [ANN])[ANN]
    ledger.compare_and_set({A: (row, row._replace(state=State.CANCELLING, smsids=("1",)))})
    ledger.settle("key", "run 1", {ANN: (Fate.ACCEPTED, ("1",))})
    assert ledger.rows("key", [ANN])[ANN].state is State.CANCELLING


def test_the_key_of_a_cancel_is_no_other_key() -> None:
    fingerprints = Fingerprints.of("production", "key")
    assert fingerprints.cancel_key("1") == fingerprints.cancel_key("1") != fingerprints.cancel_key("2")
    assert fingerprints.cancel_key("1") not in (fingerprints.key("1"), fingerprints.name("1"))
