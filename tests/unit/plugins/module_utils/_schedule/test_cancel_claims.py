# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A cancel is claimed in the ledger before it leaves, and settled with what the service has answered."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._api.scheduled import CancelAnswer, CancelVerdict
from ansible_collections.voip_communications.sms.plugins.module_utils._core.deadline import Deadline
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.memory import MemoryLedger
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import (
    GRACE,
    KEPT,
    Identity,
    LedgerError,
    Row,
    State,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.sqlite import SqliteLedger
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.cancel_claims import (
    CancelClaim,
    CancelClaims,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.context import ScheduleContext
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.plan import KnownMessage, ScheduledState
from ansible_collections.voip_communications.sms.tests.support.ledger_rows import FINGERPRINTS
from ansible_collections.voip_communications.sms.tests.support.people import ANN, BOB
from ansible_collections.voip_communications.sms.tests.support.snapshots import AHEAD, D1, D2, NOW, cancel_of, row

DEADLINE = 100.0
CONFIRMED, REFUSED, LOST = (CancelAnswer(verdict) for verdict in CancelVerdict)
MESSAGE = row("a")
IDENTITY = (MESSAGE.key, MESSAGE.recipient)


class Desk:
    """A ledger, a clock that is moved, and runs that claim cancels."""

    def __init__(self, path: Path | None) -> None:
        self.now = NOW
        self.allowed = True
        self.warnings: list[str] = []
        self.ledger: Any = (
            MemoryLedger(self._clock)
            if path is None
            else SqliteLedger(str(path), FINGERPRINTS.account, clock=self._clock)
        )

    def _clock(self) -> float:
        """Return the time, which the tests move."""
        return self.now

    def run(self) -> CancelClaims:
        """Return the claims of another run."""
        nothing: Any = None  # no service is reached
        context = ScheduleContext(
            nothing,
            self.ledger,
            FINGERPRINTS,
            Deadline(DEADLINE, monotonic=lambda: self.now),
            earliest_moment_of=lambda _date: AHEAD,
            warnings=self.warnings,
        )
        return CancelClaims(context, lambda: self.allowed)

    def keep(self, *rows: Row) -> None:
        self.ledger.amend([(None, entry) for entry in rows])

    def change(self, before: Row, **fields: Any) -> Row:
        """Change a row as another run does."""
        after = before._replace(**fields)
        self.ledger.amend([(before, after)])
        return after

    def planned(self) -> Mapping[Identity, Row]:
        return {(entry.key, entry.recipient): entry for entry in self.ledger.scheduled() if entry.recipient}

    def claim(self, run: CancelClaims, *smsids: str, entry: Row | None = MESSAGE) -> CancelClaim | None:
        message = KnownMessage(ScheduledState.LISTED, smsids or ("a",), entry)
        return run.claim(message, smsids or ("a",), self.planned())

    def row(self, entry: Row = MESSAGE) -> Row:
        return self.ledger.rows(entry.key, [entry.recipient])[entry.recipient]  # type: ignore[no-any-return]

    def cancel(self, smsid: str = "a") -> Row | None:
        return self.ledger.rows(FINGERPRINTS.cancel_key(smsid), [""]).get("")  # type: ignore[no-any-return]


@pytest.fixture(params=["memory", "sqlite"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Desk:
    return Desk(tmp_path / "ledger.sqlite3" if request.param == "sqlite" else None)


def claimed(claim: CancelClaim | None) -> CancelClaim:
    assert claim is not None
    return claim


# --- Claiming ---------------------------------------------------------------------------------------------------------


def test_a_claim_is_in_the_ledger_before_the_request(desk: Desk) -> None:
    desk.keep(MESSAGE._replace(absent_at=NOW - 5, name="n"))
    desk.claim(desk.run(), entry=desk.row())
    after, cancel = desk.row(), desk.cancel()
    assert cancel is not None
    assert (after.state, after.absent_at, after.confirmed) == (State.CANCELLING, None, False)
    assert (cancel.state, cancel.smsids, cancel.name, cancel.date) == (State.CANCELLING, ("a",), "n", D1)
    assert cancel.first_byte_by == NOW + DEADLINE
    assert after.effect_by == cancel.effect_by == NOW + DEADLINE + GRACE
    assert cancel.keep_until == AHEAD + KEPT + GRACE
    assert cancel.listed


def test_all_rows_that_share_an_smsid_are_claimed_at_once(desk: Desk) -> None:
    bob, other = row("a", to=BOB), row("b", date=D2)
    desk.keep(MESSAGE, bob, other)
    claim = claimed(desk.claim(desk.run()))
    assert [desk.row(entry).state for entry in (MESSAGE, bob)] == [State.CANCELLING] * 2
    assert desk.row(other) == other
    assert len(claim.changes) == 3


def test_an_smsid_that_no_row_has_is_claimed_too(desk: Desk) -> None:
    assert desk.claim(desk.run(), entry=None)
    cancel = desk.cancel()
    assert cancel is not None
    assert (cancel.state, cancel.recipient, cancel.date, cancel.listed) == (State.CANCELLING, "", "", False)


@pytest.mark.parametrize(
    "change",
    [{"revision": 1}, {"smsids": ("b",)}, {"smsids": ("a", "b")}, {"state": State.SENDING}, {"state": State.CANCELLED}],
    ids=["kept", "replaced", "other parts", "sent anew", "judged gone"],
)
def test_what_another_run_has_changed_since_the_plan_is_not_claimed(desk: Desk, change: dict[str, Any]) -> None:
    desk.keep(MESSAGE)
    planned, run = desk.planned(), desk.run()
    changed = desk.change(MESSAGE, **change)
    message = KnownMessage(ScheduledState.LISTED, ("a",), MESSAGE)
    assert run.claim(message, ("a",), planned) is None
    assert (desk.row(), desk.cancel()) == (changed, None)


def test_what_another_run_has_adopted_or_forgotten_since_the_plan_is_not_claimed(desk: Desk) -> None:
    stranger = KnownMessage(ScheduledState.LISTED, ("a",))
    desk.keep(MESSAGE)
    assert desk.run().claim(stranger, ("a",), {}) is None
    planned = desk.planned()
    desk.ledger.amend([(MESSAGE, None)])
    assert desk.run().claim(KnownMessage(ScheduledState.LISTED, ("a",), MESSAGE), ("a",), planned) is None
    assert desk.cancel() is None


def test_what_another_run_only_notes_of_its_list_does_not_prevent_a_claim(desk: Desk) -> None:
    desk.keep(MESSAGE)
    planned, run = desk.planned(), desk.run()
    desk.change(MESSAGE, absent_at=NOW - 1, name="n")
    assert run.claim(KnownMessage(ScheduledState.LISTED, ("a",), MESSAGE), ("a",), planned) is not None
    assert desk.row().name == "n"


def test_a_repeated_claim_keeps_the_later_end(desk: Desk) -> None:
    """An earlier request, whose answer was lost, may still come."""
    later = NOW + DEADLINE + 5 * GRACE
    desk.keep(row("a", state=State.CANCELLING, effect_by=later, confirmed=True), cancel_of("a", effect_by=later))
    desk.claim(desk.run())
    cancel = desk.cancel()
    assert cancel is not None
    assert (desk.row().effect_by, cancel.effect_by, cancel.attempt) == (later, later, 2)
    assert desk.row().confirmed


def test_what_was_judged_gone_and_is_listed_again_can_be_claimed(desk: Desk) -> None:
    gone = row("a", state=State.CANCELLED, effect_by=NOW - 1, confirmed=True)
    desk.keep(gone, cancel_of("a", State.CANCELLED, effect_by=NOW - 1))
    assert desk.claim(desk.run(), entry=gone) is not None
    assert (desk.row().state, desk.row().confirmed) == (State.CANCELLING, False)


# --- Permission -------------------------------------------------------------------------------------------------------


def test_a_request_may_leave_only_by_both_clocks_the_lock_and_the_claim(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.keep(MESSAGE)
    run = desk.run()
    claim = claimed(desk.claim(run))
    assert run.permits(claim)
    desk.allowed = False
    assert not run.permits(claim)
    desk.allowed = True
    desk.now = NOW + DEADLINE
    assert not run.permits(claim)
    desk.now = NOW + DEADLINE - 0.1
    assert run.permits(claim)
    for name in ("monotonic", "wall"):
        over = claim.latest._replace(**{name: 0.0})
        assert not run.permits(claim._replace(latest=over))
    monkeypatch.setattr(desk.run(), "_is_allowed", lambda: True)
    desk.claim(desk.run())
    assert not run.permits(claim)


def test_a_claim_that_is_gone_permits_nothing(desk: Desk) -> None:
    desk.keep(MESSAGE)
    run = desk.run()
    claim = claimed(desk.claim(run))
    desk.ledger.amend([(desk.cancel(), None)])
    assert not run.permits(claim)


# --- Withdrawing and settling -----------------------------------------------------------------------------------------


def test_a_claim_of_which_no_request_left_is_withdrawn(desk: Desk) -> None:
    desk.keep(MESSAGE)
    run = desk.run()
    run.withdraw(claimed(desk.claim(run)))
    assert (desk.row(), desk.cancel()) == (MESSAGE, None)


def test_a_claim_is_withdrawn_although_another_run_has_noted_what_its_list_shows(desk: Desk) -> None:
    desk.keep(MESSAGE._replace(listed=False))
    run = desk.run()
    claim = claimed(desk.claim(run))
    row = desk.row()
    desk.ledger.amend([(row, row._replace(listed=True))])
    run.withdraw(claim)
    assert (desk.row(), desk.cancel()) == (MESSAGE._replace(listed=True), None)


def test_a_claim_that_another_run_has_repeated_is_not_withdrawn(desk: Desk) -> None:
    desk.keep(MESSAGE)
    run = desk.run()
    claim = claimed(desk.claim(run))
    desk.now += 1
    desk.claim(desk.run())
    before = desk.ledger.scheduled()
    run.withdraw(claim)
    assert desk.ledger.scheduled() == before
    assert desk.row().state is State.CANCELLING


@pytest.mark.parametrize(
    ("answer", "confirmed", "effect_by"),
    [
        (CONFIRMED, True, NOW + 7 + 10),
        (REFUSED, False, NOW + 7 + 10),
        (LOST, False, NOW + DEADLINE + GRACE),
    ],
    ids=["confirmed", "refused", "lost"],
)
def test_an_answer_settles_the_claim(desk: Desk, answer: CancelAnswer, confirmed: bool, effect_by: float) -> None:
    desk.keep(MESSAGE)
    run = desk.run()
    claim = claimed(desk.claim(run))
    desk.now += 7
    run.settle(claim, {"a": answer})
    for settled in (desk.row(), desk.cancel()):
        assert settled is not None
        assert (settled.state, settled.confirmed, settled.effect_by) == (State.CANCELLING, confirmed, effect_by)


@pytest.mark.parametrize(
    ("answers", "confirmed", "is_over_soon"),
    [
        ({"a": CONFIRMED, "b": CONFIRMED}, True, True),
        ({"a": CONFIRMED, "b": REFUSED}, False, True),
        ({"a": CONFIRMED}, False, True),  # the second one never left
        ({"a": LOST, "b": CONFIRMED}, False, False),
    ],
    ids=["both", "one refused", "one not asked for", "one lost"],
)
def test_a_message_is_confirmed_when_every_part_is(
    desk: Desk, answers: dict[str, CancelAnswer], confirmed: bool, is_over_soon: bool
) -> None:
    parts = row("a", "b")
    desk.keep(parts)
    run = desk.run()
    run.settle(claimed(desk.claim(run, "a", "b", entry=parts)), answers)
    assert desk.row(parts).confirmed is confirmed
    assert desk.row(parts).effect_by == (NOW + 10 if is_over_soon else NOW + DEADLINE + GRACE)


@pytest.mark.parametrize("answer", [CONFIRMED, REFUSED])
def test_an_answer_does_not_shorten_an_earlier_cancel_that_may_still_come(desk: Desk, answer: CancelAnswer) -> None:
    earlier = NOW + GRACE
    desk.keep(row("a", state=State.CANCELLING, effect_by=earlier), cancel_of("a", effect_by=earlier))
    run = desk.run()
    run.settle(claimed(desk.claim(run)), {"a": answer})
    assert desk.row().effect_by == earlier


@pytest.mark.parametrize("answer", [REFUSED, LOST])
def test_what_was_confirmed_stays_so(desk: Desk, answer: CancelAnswer) -> None:
    desk.keep(row("a", state=State.CANCELLING, effect_by=NOW, confirmed=True), cancel_of("a", confirmed=True))
    run = desk.run()
    run.settle(claimed(desk.claim(run)), {"a": answer})
    assert desk.row().confirmed


def test_a_claim_that_another_run_has_repeated_is_not_settled(desk: Desk) -> None:
    """The other run's request may come later than this answer says."""
    desk.keep(MESSAGE)
    run = desk.run()
    claim = claimed(desk.claim(run))
    desk.now += 1
    desk.claim(desk.run())
    before = desk.ledger.scheduled()
    run.settle(claim, {"a": CONFIRMED})
    assert desk.ledger.scheduled() == before


def test_what_another_run_notes_of_its_list_does_not_lose_the_answer(desk: Desk) -> None:
    desk.keep(MESSAGE)
    run = desk.run()
    claim = claimed(desk.claim(run))
    desk.change(desk.row(), absent_at=NOW + 5)
    run.settle(claim, {"a": CONFIRMED})
    assert (desk.row().confirmed, desk.row().absent_at, desk.row().effect_by) == (True, NOW + 5, NOW + 10)


def test_what_another_run_has_judged_meanwhile_stays_so(desk: Desk) -> None:
    desk.keep(MESSAGE)
    run = desk.run()
    claim = claimed(desk.claim(run))
    gone = desk.change(desk.row(), state=State.CANCELLED, effect_by=NOW + 60)
    run.settle(claim, {"a": CONFIRMED})
    assert desk.row() == gone


def test_a_ledger_that_breaks_is_a_warning(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_arguments: Any) -> Any:
        raise LedgerError("the ledger cannot be reached")

    desk.keep(MESSAGE)
    run = desk.run()
    claim = claimed(desk.claim(run))
    for name in ("compare_and_set", "now", "rows"):
        with monkeypatch.context() as patch:
            patch.setattr(desk.ledger, name, broken)
            run.settle(claim, {"a": CONFIRMED})
    expected = "ledger not updated: the ledger cannot be reached; the next run of this task will correct it"
    assert desk.warnings == [expected] * 3
    assert desk.row().effect_by == NOW + DEADLINE + GRACE
    assert ANN not in str(desk.ledger.scheduled())
