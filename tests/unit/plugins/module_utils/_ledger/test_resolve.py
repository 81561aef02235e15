# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A person may end a doubt, but overrules neither what the ledger knows nor a run that is at work."""

from __future__ import annotations

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.inspect import RowFilter, describe
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import (
    AHEAD,
    GRACE,
    Claimability,
    DedupePolicy,
    Row,
    State,
    claimability,
    state_of,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.resolve import resolve, resolved_early
from ansible_collections.voip_communications.sms.tests.support.ledger_rows import NOW, UNKNOWN
from ansible_collections.voip_communications.sms.tests.support.people import ANN, ANNA, BOB

POLICY = DedupePolicy(content="text", window=600.0)
OVERDUE = UNKNOWN._replace(state=State.SENDING)
AT_WORK = OVERDUE._replace(lease_until=NOW + 1)
ACCEPTED = UNKNOWN._replace(state=State.ACCEPTED, smsids=("one",))


CANCELLING = ACCEPTED._replace(state=State.CANCELLING, effect_by=NOW - 5)


@pytest.mark.parametrize("row", [UNKNOWN, OVERDUE, UNKNOWN._replace(previous=ACCEPTED), CANCELLING])
def test_sent_makes_a_duplicate_of_the_same_task(row: Row) -> None:
    assert claimability(row, POLICY, NOW) is Claimability.UNKNOWN
    resolution = resolve({ANN: row}, sent=True, now=NOW)
    ((before, after),) = resolution.changes
    assert before == row
    assert after is not None
    assert after.previous is None
    assert claimability(after, POLICY, NOW) is Claimability.ACCEPTED
    assert resolve({ANN: after}, sent=True, now=NOW).changes == ()


@pytest.mark.parametrize(("passed", "begins"), [(0.0, NOW), (GRACE, NOW - 10 + GRACE), (9 * GRACE, NOW - 10 + GRACE)])
def test_sent_begins_its_window_at_the_last_moment_at_which_it_can_have_been_accepted(
    passed: float, begins: float
) -> None:
    ((_before, after),) = resolve({ANN: UNKNOWN}, sent=True, now=NOW + passed).changes
    assert after is not None
    assert after.claimed_at == begins


def test_a_run_that_comes_back_late_does_not_settle_what_a_person_has_resolved() -> None:
    ((_before, after),) = resolve({ANN: OVERDUE}, sent=True, now=NOW).changes
    assert after is not None
    assert after.owner != OVERDUE.owner


@pytest.mark.parametrize("row", [UNKNOWN, OVERDUE, CANCELLING])
def test_not_sent_lets_the_same_task_send(row: Row) -> None:
    resolution = resolve({ANN: row}, sent=False, now=NOW)
    assert resolution.changes == ((row, None),)
    assert resolve({ANN: None}, sent=False, now=NOW).changes == ()


def test_not_sent_does_not_undo_what_was_accepted_before() -> None:
    row = UNKNOWN._replace(previous=ACCEPTED, attempt=2)
    ((_before, after),) = resolve({ANN: row}, sent=False, now=NOW).changes
    assert after == ACCEPTED._replace(attempt=2)


@pytest.mark.parametrize(
    ("row", "sent", "reason"),
    [
        (AT_WORK, True, "at this moment"),
        (AT_WORK, False, "at this moment"),
        (ACCEPTED, False, "has accepted"),
        (None, True, "knows no message"),
        (UNKNOWN._replace(state=State.REFUSED), True, "was refused"),
        (UNKNOWN._replace(state=State.CANCELLED), True, "was cancelled"),
    ],
)
def test_what_is_certain_is_not_overruled(row: Row | None, sent: bool, reason: str) -> None:
    resolution = resolve({ANN: row, BOB: UNKNOWN._replace(recipient="bob")}, sent=sent, now=NOW)
    (fault,) = resolution.faults
    assert fault.startswith(ANNA)
    assert reason in fault


@pytest.mark.parametrize(
    ("row", "sent"),
    [
        (ACCEPTED, True),
        (None, False),
        (UNKNOWN._replace(state=State.REFUSED), False),
        (UNKNOWN._replace(state=State.CANCELLED), False),
    ],
)
def test_what_is_so_already_stays_so(row: Row | None, sent: bool) -> None:
    resolution = resolve({ANN: row}, sent=sent, now=NOW)
    assert (resolution.faults, resolution.changes) == ((), ())


def test_every_recipient_in_the_way_is_named() -> None:
    assert len(resolve({ANN: None, BOB: AT_WORK}, sent=True, now=NOW).faults) == 2


LONGER = 10 * 365 * 86400.0


@pytest.mark.parametrize("ahead", [AHEAD + 1, 86400.0, LONGER])
@pytest.mark.parametrize("window", [1.0, 600.0, 30 * 86400.0, 365 * 86400.0])
@pytest.mark.parametrize("state", [State.ACCEPTED, State.SENDING, State.UNKNOWN])
def test_a_row_ahead_reads_alike_for_all_and_has_both_ways_out(state: State, window: float, ahead: float) -> None:
    policy = DedupePolicy(content="text", window=window)
    times = ("claimed_at", "first_byte_by", "lease_until", "keep_until")
    row = UNKNOWN._replace(state=state, **{name: getattr(UNKNOWN, name) + 100 + ahead for name in times})
    assert claimability(row, policy, NOW) is Claimability.UNKNOWN
    assert state_of(row, NOW) == "unknown"
    assert describe(row, NOW)["state"] == "unknown"
    assert RowFilter(states=["unknown"]).matches(row, NOW)
    ((_before, after),) = resolve({ANN: row}, sent=False, now=NOW).changes
    if state is State.SENDING:  # a run may be at work, so its claim holds for one more lease
        assert after is not None
        assert state_of(after, NOW) == "sending"
        assert after.lease_until == NOW + (row.lease_until - row.claimed_at)
        ((_before, after),) = resolve({ANN: after}, sent=False, now=after.lease_until).changes
    assert after is None
    ((_before, after),) = resolve({ANN: row}, sent=True, now=NOW).changes
    assert after is not None
    assert state_of(after, NOW) == "accepted"
    assert claimability(after, policy, NOW) is Claimability.ACCEPTED
    assert claimability(after, policy, NOW + window) is Claimability.FREE


@pytest.mark.parametrize(
    ("state", "resend", "force"),
    [
        (State.SENDING, Claimability.UNKNOWN, Claimability.UNKNOWN),  # its run may be at work
        (State.ACCEPTED, Claimability.UNKNOWN, Claimability.FREE),  # it certainly was sent
        (State.UNKNOWN, Claimability.FREE, Claimability.FREE),
    ],
)
@pytest.mark.parametrize("ahead", [AHEAD + 1, LONGER])
def test_of_a_row_ahead_only_what_is_over_and_unknown_is_sent_again(
    state: State, resend: Claimability, force: Claimability, ahead: float
) -> None:
    times = ("claimed_at", "first_byte_by", "lease_until", "keep_until")
    row = UNKNOWN._replace(state=state, **{name: getattr(UNKNOWN, name) + 100 + ahead for name in times})
    for content in ("text", "other"):
        policy = DedupePolicy(content=content, window=600.0, skip_different=True)
        assert claimability(row, policy._replace(resend_unknown=True), NOW) is resend
        assert claimability(row, policy._replace(force=True), NOW) is force
        assert claimability(row, policy._replace(force=True, resend_unknown=True), NOW) is force


@pytest.mark.parametrize("state", [State.ACCEPTED, State.SENDING])
def test_a_row_a_little_ahead_is_believed(state: State) -> None:
    row = UNKNOWN._replace(state=state, claimed_at=NOW + AHEAD, lease_until=NOW + AHEAD + 100)
    assert claimability(row, POLICY, NOW) is not Claimability.UNKNOWN
    assert state_of(row, NOW) == state.value


@pytest.mark.parametrize(("now", "too_early"), [(-10 + GRACE - 1, (ANN,)), (-10 + GRACE, ())])
def test_what_the_service_may_still_take_is_told(now: float, too_early: tuple[str, ...]) -> None:
    resolution = resolve({ANN: UNKNOWN, BOB: UNKNOWN._replace(state=State.REFUSED)}, sent=False, now=NOW + now)
    assert resolved_early(resolution, NOW + now) == too_early


@pytest.mark.parametrize(
    ("row", "state"),
    [(None, "absent"), (OVERDUE, "unknown"), (AT_WORK, "sending"), (UNKNOWN, "unknown"), (ACCEPTED, "accepted")],
)
def test_a_state_reads_as_a_task_would_take_it(row: Row | None, state: str) -> None:
    assert state_of(row, NOW) == state
