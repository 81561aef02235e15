# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Claimed cancels, absence and concurrent runs: what is kept, waited for, finished and refused, and at what price."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._api.evidence import Judgement, Verdict
from ansible_collections.voip_communications.sms.plugins.module_utils._api.pending import ListError
from ansible_collections.voip_communications.sms.plugins.module_utils._api.scheduled import CancelAnswer, CancelVerdict
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import (
    GRACE,
    SETTLE_MARGIN,
    LedgerError,
    Row,
    State,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._message.outcome import Fate
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.errors import Overtaken
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.lock import (
    NameLock,
    lock_claim,
    lock_key,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.proof import USUAL_GRACES
from ansible_collections.voip_communications.sms.tests.support.ledger_rows import FINGERPRINTS
from ansible_collections.voip_communications.sms.tests.support.people import ANN, BOB
from ansible_collections.voip_communications.sms.tests.support.scheduling import (
    D1,
    D2,
    DEADLINE,
    OTHER,
    START,
    TEXT,
    Provider,
    World,
    moment_of,
)

GRACE_OF_LIST = USUAL_GRACES.list_grace
LOST = CancelAnswer(CancelVerdict.LOST, "the connection was reset")


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path / "ledger.sqlite3")


def message_row(world: World, date: str = D1) -> Row:
    """Return the row of the one message at a date; rows of cancels have no recipient."""
    (row,) = [row for row in world.rows() if row.recipient and row.date == date]
    return row


def cost(world: World, task: Callable[[], list[str]]) -> tuple[list[str], int, float]:
    """Return the outcomes of a task, the number of its lists, and the seconds that it has waited."""
    looks, seconds = world.provider.looks, world.seconds
    outcomes = task()
    return outcomes, world.provider.looks - looks, world.seconds - seconds


# --- What it costs ----------------------------------------------------------------------------------------------------


def test_ordinary_tasks_wait_for_nothing_and_read_the_list_as_often_as_ever(world: World) -> None:
    assert cost(world, lambda: world.present(ANN, name="n")) == (["scheduled"], 2, 0.0)
    assert cost(world, lambda: world.present(ANN, name="n")) == (["duplicate"], 1, 0.0)
    world.seconds += 60
    assert cost(world, lambda: world.present(ANN, name="n", date=D2)) == (["scheduled", "cancelled"], 2, 0.0)
    for _again in range(3):
        assert cost(world, lambda: world.present(ANN, name="n", date=D2)) == (["duplicate"], 1, 0.0)
        assert cost(world, lambda: world.present(BOB, name="another")) in (
            (["scheduled"], 2, 0.0),
            (["duplicate"], 1, 0.0),
        )
        world.seconds += GRACE_OF_LIST
    assert cost(world, lambda: world.absent(name="n")) == (["cancelled"], 2, 0.0)
    assert cost(world, lambda: world.absent(name="n")) == ([], 1, 0.0)
    assert cost(world, lambda: world.present(ANN, name="n", msg=OTHER)) == (["scheduled"], 2, 0.0)


def test_a_cancel_that_was_never_confirmed_costs_nothing_once_its_date_is_over(world: World) -> None:
    world.present(ANN, name="n")
    lose_the_answer(world.provider, is_done=False)
    world.absent(name="n")
    world.seconds = moment_of(D1)
    assert cost(world, lambda: world.present(BOB, name="another", date=D2)) == (["scheduled"], 2, 0.0)


def test_only_who_wants_the_same_message_again_waits_for_its_absence(world: World) -> None:
    world.present(ANN, name="n")
    world.present(ANN, name="n", date=D2)
    outcomes, _looks, waited = cost(world, lambda: world.present(ANN, name="n"))
    assert outcomes == ["scheduled", "cancelled"]
    assert GRACE_OF_LIST <= waited <= 2 * GRACE_OF_LIST + 1
    assert world.provider.messages() == [(ANN, D1)]
    assert len(world.provider.posts) == 3


def test_a_short_deadline_does_not_wait_in_vain(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.present(ANN, name="n")
    world.absent(name="n")
    monkeypatch.setattr("ansible_collections.voip_communications.sms.tests.support.scheduling.DEADLINE", 5.0)
    outcomes, looks, waited = cost(world, lambda: world.present(ANN, name="n"))
    assert (outcomes, looks, waited) == (["unknown"], 1, 0.0)
    assert "may have been cancelled, or not" in world.told["msg"]
    world.seconds += GRACE_OF_LIST
    world.present(ANN, name="n")
    world.seconds += GRACE_OF_LIST
    assert world.present(ANN, name="n") == ["scheduled"]


# --- One empty list ---------------------------------------------------------------------------------------------------


def test_one_empty_list_schedules_nothing_twice(world: World) -> None:
    world.present(ANN, name="n")
    world.seconds += 60
    real, world.provider.waiting = world.provider.waiting, []

    def returns() -> None:
        world.provider.waiting = real

    world.due = [returns]
    assert world.present(ANN, name="n") == ["duplicate"]
    assert len(world.provider.posts) == 1


def test_a_list_that_still_shows_what_was_judged_gone_keeps_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Absence is noted in an empty spell, a cancel takes effect, and the list shows the message for a while yet."""
    world.present(ANN, name="n")
    world.seconds += 60
    shown, world.provider.waiting = world.provider.waiting, []
    world.provider.cancels = []
    scheduler = world.scheduler()
    scheduler._source.refresh_and_settle()
    world.seconds += GRACE_OF_LIST
    scheduler._source.refresh_and_settle()
    assert message_row(world).state is State.CANCELLED
    world.provider.waiting = shown
    with monkeypatch.context() as patch:
        patch.setattr("ansible_collections.voip_communications.sms.tests.support.scheduling.DEADLINE", 5.0)
        assert world.present(ANN, name="n") == ["unknown"]
    assert "was gone, and the list shows it" in world.told["msg"]

    def goes() -> None:
        world.provider.waiting = []

    world.due = [goes]
    assert world.present(ANN, name="n", check_mode=True) == ["would_schedule"]
    world.provider.waiting, world.due = shown, [goes]
    assert world.present(ANN, name="n") == ["scheduled"]
    assert world.provider.messages() == [(ANN, D1)]


def test_what_was_judged_gone_and_stays_listed_is_the_names_own_with_a_warning(world: World) -> None:
    world.present(ANN, name="n")
    world.seconds += 60
    shown, world.provider.waiting = world.provider.waiting, []
    for _look in range(2):
        world.scheduler()._source.refresh_and_settle()
        world.seconds += GRACE_OF_LIST
    world.provider.waiting = shown
    world.seconds += GRACE_OF_LIST
    assert world.present(ANN, name="n") == ["duplicate"]
    assert "which it did not show for longer than list_grace" in world.warnings[0]
    assert len(world.provider.posts) == 1


def test_of_two_equal_messages_of_this_ledger_the_surplus_is_cancelled(world: World) -> None:
    world.present(ANN, name="n")
    world.seconds += 60
    shown, world.provider.waiting = world.provider.waiting, []
    assert world.present(ANN, name="n") == ["scheduled"]
    world.provider.waiting += shown
    world.seconds += 60
    assert world.present(ANN, name="n") == ["duplicate", "cancelled"]
    assert [entry.record.smsid for entry in world.provider.waiting] == ["id004"]


def test_an_equal_message_of_a_stranger_is_named_and_left_alone(world: World) -> None:
    world.present(ANN, name="n")
    world.provider.accept([ANN], TEXT, None, D1)
    assert world.present(ANN, name="n") == ["duplicate"]
    assert "smsid id004" in " ".join(world.warnings)
    assert world.provider.cancels == []


def test_created_shown_and_gone_is_unknown(world: World) -> None:
    def vanish(recipients: Any, *arguments: Any, **limits: Any) -> Any:
        judgement = send(recipients, *arguments, **limits)
        world.scheduler_in_use._source.shown.update(judgement.verdicts[ANN].smsids)  # type: ignore[attr-defined]
        world.provider.waiting = []
        return judgement

    send = world.provider.send
    world.provider.send = vanish  # type: ignore[method-assign]
    scheduler = world.scheduler_in_use = world.scheduler()  # type: ignore[attr-defined]
    report = scheduler.present(world.request(ANN, name="n"))
    assert [result.outcome.value for result in report.results] == ["unknown"]
    assert "does not show it any more" in (report.results[0].code_desc or "")


# --- Cancels that another run has claimed, or whose answer was lost ---------------------------------------------------


def lose_the_answer(provider: Provider, *, is_done: bool) -> None:
    real = provider.cancel

    def cancel(smsid: str, seconds: float, permits: Callable[[], bool]) -> CancelAnswer:
        if is_done:
            real(smsid, seconds, permits)
        provider.cancel = real  # type: ignore[method-assign]
        return LOST

    provider.cancel = cancel  # type: ignore[method-assign]


def test_a_lost_answer_of_a_cancel_that_was_done(world: World) -> None:
    """Seen before: present, absent, present on an empty list gave ok with nothing pending."""
    world.present(ANN, name="n")
    lose_the_answer(world.provider, is_done=True)
    assert world.absent(name="n") == ["cancelled"]
    assert world.present(ANN, name="n") == ["scheduled"]
    assert world.provider.messages() == [(ANN, D1)]


def test_a_lost_answer_of_a_cancel_that_was_not_done_is_asked_for_again(world: World) -> None:
    world.present(ANN, name="n")
    lose_the_answer(world.provider, is_done=False)
    assert world.absent(name="n") == ["unknown"]
    assert world.present(ANN, name="n") == ["scheduled"]
    assert [entry.record.smsid for entry in world.provider.waiting] == ["id004"]


def test_a_cancel_of_a_stranger_is_not_forgotten_by_one_empty_look(world: World) -> None:
    """Seen before: the second absent by recipient and date found no row of that recipient, and said ok."""
    world.provider.accept([ANN], TEXT, None, D1)
    world.provider.cancel_faults = [LOST]
    assert world.absent(to=frozenset({ANN}), date=D1) == ["unknown"]
    world.provider.hidden = {entry.record.smsid for entry in world.provider.waiting}
    cancels = len(world.provider.cancels)
    assert world.absent(to=frozenset({ANN}), date=D1) == ["cancelled"]
    assert len(world.provider.cancels) == cancels + 1
    assert world.provider.messages() == []
    assert world.absent(to=frozenset({BOB}), date=D1) == []


def test_a_task_that_only_asks_for_a_cancel_again_has_changed_something(world: World) -> None:
    world.present(ANN, name="n")
    world.provider.cancel_faults = [LOST, LOST]
    assert world.absent(name="n") == ["unknown"]
    for check_mode in (True, False):
        assert world.present(ANN, name="n", check_mode=check_mode) == ["unknown"]
        assert world.told["changed"], check_mode
    assert len(world.provider.cancels) == 2


def test_a_run_that_was_suspended_before_its_cancel_does_not_send_it(world: World) -> None:
    """Another run has moved the message back meanwhile, so it is wanted again."""
    world.present(ANN, name="n")
    other = World(world.path)
    other.provider = world.provider
    real = world.provider.cancel

    def suspended(smsid: str, seconds: float, permits: Callable[[], bool]) -> CancelAnswer:
        world.provider.cancel = real  # type: ignore[method-assign]
        world.seconds += DEADLINE + SETTLE_MARGIN + 1
        other.seconds = world.seconds
        found.append(other.present(ANN, name="n"))
        world.seconds = other.seconds
        return real(smsid, seconds, permits)

    found: list[list[str]] = []
    world.provider.cancel = suspended  # type: ignore[method-assign]
    outcomes = world.present(ANN, name="n", date=D2)
    assert found == [["scheduled", "cancelled"]]
    assert outcomes == ["unknown", "unknown"]
    assert "another run has asked to cancel it meanwhile" in world.told["msg"]
    assert world.provider.messages() == [(ANN, D1)]
    assert world.provider.cancels == ["id002", "id004"]


def test_a_message_that_was_kept_since_the_plan_is_not_cancelled(world: World) -> None:
    world.present(ANN)
    other = World(world.path)
    other.provider = world.provider
    real = world.ledger.scheduled
    kept: list[list[str]] = []

    class Late:
        """The ledger of a run that is overtaken between its plan and its claim."""

        def __getattr__(self, name: str) -> Any:
            return getattr(world.open(), name)

        def with_smsids(self, smsids: Iterable[str]) -> list[Row]:
            if not kept:
                kept.append(other.present(ANN, name="n"))
            return world.open().with_smsids(smsids)

    assert real()
    world.ledger = Late()
    assert world.absent(to=frozenset({ANN})) == ["refused"]
    assert kept == [["duplicate"]]
    assert "another run has changed or kept it meanwhile" in world.told["msg"]
    assert world.provider.cancels == []
    assert message_row(world).state is State.ACCEPTED


def test_a_confirmed_cancel_near_the_date_is_never_ok(world: World) -> None:
    """The service may have taken the message off the list to deliver it."""
    world.present(ANN, name="n")
    world.seconds = moment_of(D1) - USUAL_GRACES.handover
    assert world.absent(name="n") == ["unknown"]
    assert "may have gone out" in world.told["msg"]
    assert world.absent(name="n") == ["unknown"]
    assert world.told["failed"]
    world.seconds = moment_of(D1) + 1
    assert world.absent(name="n") == []
    assert "it is not known whether an earlier message went out" in " ".join(world.warnings)
    assert world.absent(name="n", fail_if_sent=True) == ["unknown"]


def test_what_was_cancelled_in_time_is_cancelled_near_the_date_and_after_it_too(world: World) -> None:
    """The same task again is ok, although no list could prove more meanwhile."""
    world.present(ANN, name="n")
    assert world.absent(name="n") == ["cancelled"]
    assert message_row(world).state is State.CANCELLING
    for seconds in (moment_of(D1) - 60, moment_of(D1) + 1):
        world.seconds = seconds
        assert world.absent(name="n", fail_if_sent=True) == []
        assert world.warnings == []


def test_what_is_off_the_list_shortly_before_its_date_is_kept(world: World) -> None:
    world.present(ANN, name="n")
    world.seconds = moment_of(D1) - USUAL_GRACES.handover
    world.provider.waiting = []
    assert world.present(ANN, name="n") == ["duplicate"]
    world.seconds = moment_of(D1)
    assert world.present(ANN, name="n") == ["already_sent"]


def test_a_cancel_by_smsid_without_a_list_is_claimed(world: World) -> None:
    world.present(ANN, name="n")
    world.provider.look_faults = [ListError("none")]
    assert world.absent(smsids=("id002", "id999")) == ["unknown", "unknown"]
    assert message_row(world).state is State.CANCELLING
    assert sorted(row.smsids for row in world.rows() if not row.recipient) == [("id002",), ("id999",)]
    world.provider.look_faults = [ListError("none")] * 9
    assert world.present(ANN, name="n") == ["unknown"]
    world.provider.look_faults = []
    assert world.present(ANN, name="n") == ["scheduled"]
    assert world.provider.messages() == [(ANN, D1)]


def test_an_answered_cancel_of_another_text_does_not_make_a_name_ambiguous(world: World) -> None:
    world.present(ANN, name="n", sender="17134567890")
    world.present(ANN, name="n", date=D2)
    assert world.absent(name="n", text=OTHER) == []


# --- Concurrent runs --------------------------------------------------------------------------------------------------


class Overtaking:
    """A ledger in which another run raises the revision of a message before the first ``times`` changes of it."""

    def __init__(self, world: World, times: int) -> None:
        self._world = world
        self.times = times

    def __getattr__(self, name: str) -> Any:
        return getattr(self._world.open(), name)

    def compare_and_set(self, changes: Any) -> bool:
        ledger = self._world.open()
        if self.times:
            self.times -= 1
            ledger.amend([(row, row._replace(revision=row.revision + 1)) for row in ledger.scheduled()])
            if not ledger.scheduled():  # adopted by the other run
                self._world.adopt_elsewhere()  # type: ignore[attr-defined]
        return ledger.compare_and_set(changes)


def test_a_plan_that_another_run_has_overtaken_is_made_again(world: World) -> None:
    world.present(ANN, name="n")
    world.ledger = Overtaking(world, 3)
    looks = world.provider.looks
    assert world.present(ANN, name="n") == ["duplicate"]
    assert world.provider.looks - looks == 4
    assert message_row(world).revision == 4


def test_a_run_that_is_overtaken_again_and_again_fails_with_nothing_changed(world: World) -> None:
    world.present(ANN, name="n")
    world.ledger = Overtaking(world, 99)
    with pytest.raises(Overtaken, match="nothing was changed by this run"):
        world.present(ANN, name="n")
    assert len(world.provider.posts) == 1


def test_what_another_run_adopts_at_the_same_moment_is_adopted_once(world: World) -> None:
    world.provider.accept([ANN], TEXT, None, D1)
    other = World(world.path)
    other.provider = world.provider
    adopted: list[list[str]] = []
    world.adopt_elsewhere = lambda: adopted.append(other.present(ANN, name="n"))  # type: ignore[attr-defined]
    world.ledger = Overtaking(world, 1)
    assert world.present(ANN, name="m") == ["duplicate"]
    assert adopted == [["duplicate"]]
    assert message_row(world).name == FINGERPRINTS.name("n")
    assert "another name" in world.warnings[0]


def test_what_another_run_cancels_at_the_same_moment_is_not_adopted(world: World) -> None:
    world.provider.accept([ANN], TEXT, None, D1)
    other = World(world.path)
    other.provider = world.provider
    world.adopt_elsewhere = lambda: other.absent(smsids=("id002",))  # type: ignore[attr-defined]
    world.ledger = Overtaking(world, 1)
    assert world.present(ANN, name="n") == ["scheduled"]
    assert [entry.record.smsid for entry in world.provider.waiting] == ["id004"]


def test_the_lock_of_a_name_is_held_until_its_lease_is_over_or_another_run_has_it(world: World) -> None:
    name = FINGERPRINTS.name("n")
    lock = NameLock(world.context(), name)
    assert not lock.is_held()
    with lock.hold():
        assert lock.is_held()
        assert not NameLock(world.context(), name).is_held()
        world.seconds = START + DEADLINE + SETTLE_MARGIN - 0.1
        assert lock.is_held()
        world.seconds = START + DEADLINE + SETTLE_MARGIN
        assert not lock.is_held()
        assert world.open().claim(lock_claim(lock_key(FINGERPRINTS, name), name, "another", DEADLINE)).won
        assert not lock.is_held()
        world.open().settle(lock_key(FINGERPRINTS, name), "another", {name: (Fate.NOT_SENT, ())})
    assert not lock.is_held()


def test_without_a_name_and_in_check_mode_there_is_no_lock_to_lose(world: World) -> None:
    assert NameLock(world.context(), "").is_held()
    assert NameLock(world.context(check_mode=True), FINGERPRINTS.name("n")).is_held()


def test_a_run_that_has_lost_its_lock_cancels_nothing(world: World) -> None:
    world.present(ANN, name="n")
    name = FINGERPRINTS.name("n")
    real = world.provider.cancel

    def late(smsid: str, seconds: float, permits: Callable[[], bool]) -> CancelAnswer:
        ledger = world.open()
        row = ledger.rows(lock_key(FINGERPRINTS, name), [name])[name]
        ledger.amend([(row, row._replace(owner="another"))])
        return real(smsid, seconds, permits)

    world.provider.cancel = late  # type: ignore[method-assign]
    assert world.absent(name="n") == ["refused"]
    assert "the lock of the name was over" in world.told["msg"]
    assert world.provider.cancels == []
    assert message_row(world).state is State.ACCEPTED


def test_a_ledger_that_cannot_be_asked_permits_no_cancel(world: World) -> None:
    world.present(ANN, name="n")
    real = world.provider.cancel

    class Gone:
        """A ledger that can no longer be reached."""

        def __getattr__(self, name: str) -> Any:
            raise LedgerError("the ledger '/l' cannot be read (it is gone)")

    def cancel(smsid: str, seconds: float, permits: Callable[[], bool]) -> CancelAnswer:
        ledger = context.ledger
        object.__setattr__(context, "ledger", Gone())
        try:
            return real(smsid, seconds, permits)
        finally:
            object.__setattr__(context, "ledger", ledger)

    scheduler = world.scheduler()
    context = scheduler._context
    world.provider.cancel = cancel  # type: ignore[method-assign]
    world.scheduler = lambda **_how: scheduler  # type: ignore[method-assign]
    assert world.absent(name="n") == ["refused"]
    assert "cannot be read (it is gone)" in world.told["msg"]
    assert world.provider.cancels == []


def test_grace_is_waited_for_by_who_can(world: World) -> None:
    """A message that is still listed after a lost answer is kept only when that cancel cannot come any more."""
    world.present(ANN, name="n")
    world.provider.cancel = lambda *_call: LOST  # type: ignore[method-assign]
    assert world.absent(name="n") == ["unknown"]
    assert world.present(ANN, name="n") == ["unknown"]
    end = message_row(world).effect_by
    assert end is not None
    assert end >= START + DEADLINE + GRACE
    world.seconds = end + GRACE_OF_LIST
    world.provider.cancel = None  # type: ignore[method-assign, assignment] # none is asked for any more
    assert world.present(ANN, name="n") == ["duplicate"]
    assert message_row(world).state is State.ACCEPTED


# --- What a second reader found --------------------------------------------------------------------------------------


def beside(world: World) -> World:
    """Return another run on the same ledger and the same service."""
    other = World(world.path)
    other.provider, other.seconds = world.provider, world.seconds
    return other


def test_a_part_that_the_list_does_not_show_yet_is_not_taken_for_cancelled(tmp_path: Path) -> None:
    world = World(tmp_path / "ledger.sqlite3", parts=True)
    world.present(ANN, name="n")
    part = world.provider.waiting[-1].record.smsid
    world.provider.hidden = {part}
    seen: list[Any] = []
    read = world.provider.pending

    def pending(seconds: float) -> Any:
        seen.append(None)
        world.provider.hidden = {part} if len(seen) < 3 else set()
        return read(seconds)

    world.provider.pending = pending  # type: ignore[method-assign]
    assert world.absent(name="n") != ["cancelled"]
    assert world.told["failed"]
    assert world.absent(name="n") == ["cancelled"]
    assert world.provider.messages() == []


def test_a_message_that_is_adopted_while_its_cancel_is_claimed_is_not_cancelled(world: World) -> None:
    world.provider.accept([ANN], TEXT, None, D1)
    other, change, kept = beside(world), world.ledger.compare_and_set, list[list[str]]()

    def late(changes: Any) -> Any:
        if not kept:
            kept.append(other.present(ANN))
        return change(changes)

    world.ledger.compare_and_set = late
    assert world.absent(to=frozenset({ANN}), date=D1) == ["refused"]
    assert kept == [["duplicate"]]
    assert world.provider.cancels == []
    assert beside(world).present(ANN) == ["duplicate"]
    assert world.provider.messages() == [(ANN, D1)]


def test_a_message_whose_cancel_was_claimed_before_its_run_knew_its_smsid_is_not_kept(world: World) -> None:
    def answer(to: str) -> Judgement:
        smsids = world.provider.accept([to], TEXT, None, D1)[to]
        world.provider.cancel_faults = [LOST]
        assert beside(world).absent(to=frozenset({ANN}), date=D1) == ["unknown"]
        return Judgement({to: Verdict(Fate.ACCEPTED, code=200, smsids=tuple(smsids), delivery_date=f"{D1}:00")})

    world.provider.answers[ANN] = [answer]
    assert world.present(ANN) == ["unknown"], "its cancel may come at any moment"
    world.seconds += 60
    assert world.present(ANN) == ["scheduled"], "the cancel was finished, and a new one scheduled"
    assert world.provider.messages() == [(ANN, D1)]


@pytest.mark.parametrize(("before", "options"), [(10 * 60, {}), (60 * 60, {"min_lead": 120})])
def test_a_cancel_is_not_finished_where_no_new_message_can_follow(
    world: World, before: int, options: dict[str, Any]
) -> None:
    world.present(ANN, name="n")
    world.seconds = moment_of(D1) - before
    world.provider.cancel_faults = [LOST]
    assert world.absent(name="n") == ["unknown"]
    cancels = list(world.provider.cancels)
    assert world.present(ANN, name="n", **options) == ["unknown"]
    assert world.provider.cancels == cancels
    assert world.provider.messages() == [(ANN, D1)]


def test_what_is_known_to_be_cancelled_is_not_asked_for_again_without_a_list(world: World) -> None:
    world.present(ANN, name="n")
    (smsid,) = message_row(world).smsids
    row = message_row(world)
    world.ledger.amend([(row, row._replace(state=State.CANCELLED, effect_by=world.seconds))])
    world.provider.look_faults = [ListError("none")] * 3
    assert world.absent(smsids=(smsid,)) == []
    assert message_row(world).state is State.CANCELLED
    assert world.provider.cancels == []


def test_a_message_of_which_one_part_is_cancelled_is_not_kept(tmp_path: Path) -> None:
    world = World(tmp_path / "ledger.sqlite3", parts=True)
    world.present(ANN, name="n")
    first, second = message_row(world).smsids
    world.provider.cancel_faults = [None, "HTTP 403"]
    assert world.absent(name="n") == ["refused"]
    assert [entry.record.smsid for entry in world.provider.waiting] == [second]
    world.seconds += GRACE + USUAL_GRACES.cancel_grace + GRACE_OF_LIST
    assert world.present(ANN, name="n") == ["scheduled"]
    assert not {first, second}.intersection(entry.record.smsid for entry in world.provider.waiting)
    assert world.provider.messages() == [(ANN, D1)]


def test_a_ledger_that_cannot_say_whether_the_lock_is_held_leaves_a_new_message_in_doubt(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = NameLock.is_held

    def broken(self: NameLock) -> bool:
        if len(world.provider.posts) == posts:
            return held(self)
        raise LedgerError("the disk is gone")

    monkeypatch.setattr(NameLock, "is_held", broken)
    posts = -1
    assert world.present(ANN, name="n") == ["not_sent"], "it is asked before anything leaves, too"
    assert (world.told["msg"].count("the disk is gone"), world.provider.posts) == (1, [])
    posts = 0
    assert world.present(ANN, name="n") == ["unknown"]
    assert world.warnings[0] == "whether another run has worked on the name meanwhile is not known: the disk is gone"
    monkeypatch.undo()
    assert world.present(ANN, name="n") == ["duplicate"]


def test_a_run_that_is_suspended_while_it_asks_for_its_lock_cancels_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.present(ANN, name="n")
    held = NameLock.is_held

    def suspended(self: NameLock) -> bool:
        is_held = held(self)
        world.seconds += 2 * DEADLINE
        return is_held

    monkeypatch.setattr(NameLock, "is_held", suspended)
    assert world.absent(name="n") != ["cancelled"]
    assert world.provider.cancels == []
