# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Several requests of one task: one look at the list, one plan, one second look, whatever their number."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._api.pending import ListError
from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import VoipsmsError
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import LedgerError, State
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.sqlite import SqliteLedger
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.lock import (
    NameLock,
    NameLocks,
    lock_claim,
    lock_key,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.request import Request
from ansible_collections.voip_communications.sms.tests.support.ledger_rows import FINGERPRINTS
from ansible_collections.voip_communications.sms.tests.support.people import ANN, BOB, CARL
from ansible_collections.voip_communications.sms.tests.support.scheduling import (
    D1,
    D2,
    DAY,
    DEADLINE,
    MINUTE,
    NOT_FOUND,
    OTHER,
    START,
    World,
    lost,
    moment_of,
    refused,
    throttled,
)

D3 = "2026-11-23 12:00"
DATES = [f"2026-11-{day:02} {hour:02}:00" for day in range(21, 31) for hour in range(10, 20)]


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path / "ledger.sqlite3")


def requests(world: World, dates: Sequence[str], *to: str) -> list[Request]:
    """Return one request for each date, of the names 0, 1 and so on."""
    return [world.request(*to, date=date, name=f"n{at}") for at, date in enumerate(dates)]


def counted(world: World) -> tuple[int, int, int]:
    """Return the looks, messages and cancels since the last time, and forget them."""
    provider = world.provider
    counts = provider.looks, len(provider.posts), len(provider.cancels)
    provider.looks, provider.posts, provider.cancels = 0, [], []
    return counts


@pytest.mark.parametrize("number", [1, 4, 20])
def test_the_looks_do_not_grow_with_the_number_of_requests(world: World, number: int) -> None:
    people, first, then = (ANN, BOB, CARL), DATES[:number], DATES[50 : 50 + number]
    assert world.change(*requests(world, first, *people)) == [["scheduled"] * 3] * number
    assert counted(world) == (2, 3 * number, 0)
    assert world.change(*requests(world, first, *people)) == [["duplicate"] * 3] * number
    assert counted(world) == (1, 0, 0)
    assert world.change(*requests(world, then, *people)) == [["scheduled"] * 3 + ["cancelled"] * 3] * number
    assert counted(world) == (2, 3 * number, 3 * number)
    off = [world.cancel_request(f"n{at}") for at in range(number)]
    assert world.change(*off) == [["cancelled"] * 3] * number
    assert counted(world) == (2, 0, 3 * number)
    world.sleep(MINUTE)
    assert world.change(*off) == [[]] * number
    assert counted(world) == (1, 0, 0)
    assert world.provider.messages() == []


@pytest.mark.parametrize(("number", "at_once"), [(3, False), (9, True)])
def test_many_are_cancelled_several_at_once(world: World, number: int, at_once: bool) -> None:
    """Few are cancelled one after the other, which is easier to follow. Each is claimed before its request leaves."""
    people, cancel, running = (ANN, BOB, CARL), world.provider.cancel, [0, 0]
    claimed: set[str] = set()

    def counted_cancel(smsid: str, seconds: float, permits: Callable[[], bool]) -> Any:
        running[0] += 1
        running[1] = max(running)
        time.sleep(0.02)
        if all(row.state is State.CANCELLING for row in world.open().with_smsids([smsid])):
            claimed.add(smsid)
        answer = cancel(smsid, seconds, permits)
        running[0] -= 1
        return answer

    world.provider.cancel = counted_cancel  # type: ignore[method-assign]
    world.change(*requests(world, DATES[:number], *people))
    off = [world.cancel_request(f"n{at}") for at in range(number)]
    assert world.change(*off) == [["cancelled"] * 3] * number
    assert (running[1] > 1, world.provider.messages()) == (at_once, [])
    assert claimed == set(world.provider.cancels)


@pytest.mark.parametrize(("seconds", "least"), [(None, 1.0), (7.0, 7.0), (30.0, 30.0)])
def test_a_service_that_asks_for_fewer_cancels_is_waited_for(world: World, seconds: float | None, least: float) -> None:
    world.change(*requests(world, DATES[:9], ANN, BOB, CARL))
    world.provider.cancel_faults = [throttled(seconds)]
    began = world.seconds
    assert world.change(*[world.cancel_request(f"n{at}") for at in range(9)]) == [["cancelled"] * 3] * 9
    assert (world.provider.messages(), len(world.provider.cancels)) == ([], 9 * 3 + 1)
    assert least <= world.seconds - began < least + 5.0


@pytest.mark.parametrize(("seconds", "asked"), [(None, 2), (31.0, 1), (DEADLINE, 1)])
def test_a_service_that_goes_on_asking_for_fewer_is_asked_for_nothing_more(
    world: World, seconds: float | None, asked: int
) -> None:
    """What was not asked for is still pending, which its result says; the next run cancels it."""
    world.change(*requests(world, DATES[:3], ANN, BOB, CARL))
    world.provider.cancel_faults = [throttled(seconds)] * 99
    off = [world.cancel_request(f"n{at}") for at in range(3)]
    assert world.change(*off) == [["refused"] * 3] * 3
    assert len(world.provider.cancels) == asked
    first, *others = [str(one.code_desc) for some in world.done.results for one in some]
    assert "although the service was asked to cancel it (HTTP 429 Too Many Requests)" in first
    assert all("it is still pending (the service asks for fewer requests" in reason for reason in others)
    assert len(world.provider.messages()) == 9
    world.provider.cancel_faults = []
    world.sleep(MINUTE)
    assert world.change(*off) == [["cancelled"] * 3] * 3


def test_many_at_once_leave_few_requests_to_a_service_that_asks_for_fewer(world: World) -> None:
    """Each that was under way is asked for once more at most, and no other one."""
    people, number = (ANN, BOB, CARL), 34
    world.change(*requests(world, DATES[:number], *people))
    world.provider.cancel_faults = [throttled()] * 999
    outcomes = world.change(*[world.cancel_request(f"n{at}") for at in range(number)])
    assert outcomes == [["refused"] * 3] * number
    assert len(world.provider.cancels) <= 10 + 1
    world.provider.cancel_faults = []
    world.sleep(MINUTE)
    kept = world.change(*requests(world, DATES[:number], *people))
    assert kept == [["duplicate"] * 3] * number, "they are still pending"


def test_check_mode_foresees_all_requests(world: World) -> None:
    world.change(*requests(world, [D1, D2], ANN))
    counted(world)
    assert world.change(*requests(world, [D2, D3], ANN), check_mode=True) == [
        ["duplicate", "would_cancel"],
        ["would_schedule"],
    ]
    dropped: list[Request] = [world.request(ANN, date=D3, name="n0"), world.cancel_request("n1")]
    assert world.change(*dropped, check_mode=True) == [["would_schedule", "would_cancel"], ["would_cancel"]]
    assert counted(world) == (2, 0, 0)


def test_what_one_request_leaves_another_may_want(world: World) -> None:
    """A window moves by as much as two of its reminders are apart: one takes the other's message over."""
    world.change(*requests(world, [D1, D2], ANN))
    assert world.change(*requests(world, [D2, D3], ANN)) == [["duplicate", "cancelled"], ["scheduled"]]
    assert world.provider.messages() == [(ANN, D2), (ANN, D3)]
    assert world.change(*requests(world, [D2, D3], ANN)) == [["duplicate"], ["duplicate"]]
    assert world.change(*requests(world, [D1, D2], ANN)) == [["scheduled"], ["duplicate", "cancelled"]]
    assert world.change(world.cancel_request("n0")) == [["cancelled"]]
    assert world.provider.messages() == [(ANN, D2)]
    assert world.change(world.cancel_request("n1")) == [["cancelled"]]


def test_what_a_cancelled_request_leaves_another_may_want(world: World) -> None:
    world.change(*requests(world, [D1, D2], ANN))
    wanted = world.request(ANN, date=D1, name="n1")
    assert world.change(world.cancel_request("n0"), wanted) == [[], ["duplicate", "cancelled"]]
    assert world.provider.messages() == [(ANN, D1)]


def test_the_refusal_of_one_does_not_keep_the_others_from_their_part(world: World) -> None:
    """Whoever did not get the new message keeps the old one."""
    world.change(*requests(world, [D1, D2], ANN, BOB))
    world.provider.answers[BOB] = [refused]
    first, second = world.change(
        world.request(ANN, BOB, date=D1, msg=OTHER, name="n0"), world.request(ANN, BOB, date=D3, name="n1")
    )
    assert (first, second) == (
        ["scheduled", "refused", "cancelled"],
        ["scheduled", "scheduled", "cancelled", "cancelled"],
    )
    assert world.provider.messages() == [(ANN, D1), (ANN, D3), (BOB, D1), (BOB, D3)]


def test_a_doubt_about_one_does_not_keep_the_others_from_their_part(world: World) -> None:
    world.provider.answers[ANN] = [lost]
    assert world.change(world.request(ANN, name="n0")) == [["unknown"]]
    assert world.change(*requests(world, [D1, D2], ANN)) == [["unknown"], ["scheduled"]]


def test_a_killed_run_leaves_what_the_next_one_finishes(world: World) -> None:
    """After every request that a move makes, a run is killed; the next one makes one message of each."""
    for after in range(8):
        world.change(*requests(world, [D1, D2], ANN, BOB))
        _kill(world, after)
        with pytest.raises(KeyboardInterrupt):
            world.change(*requests(world, [D3, DATES[-1]], ANN, BOB))
        assert len(world.provider.messages()) >= 4, "each has an old or a new one of each"
        world.sleep(DEADLINE + 700.0)
        _kill(world, None)
        world.change(*requests(world, [D3, DATES[-1]], ANN, BOB))
        outcomes = world.change(*requests(world, [D3, DATES[-1]], ANN, BOB))
        assert outcomes == [["duplicate"] * 2] * 2, after
        assert world.provider.messages() == [(to, date) for to in (ANN, BOB) for date in (D3, DATES[-1])]
        for _run in range(2):
            world.change(*[world.cancel_request(f"n{at}") for at in range(2)])
            world.sleep(MINUTE)


def _kill(world: World, after: int | None) -> None:
    """Let the provider kill the run after so many requests that change something."""
    provider, left = world.provider, [after]

    def dying(call: Callable[..., Any]) -> Callable[..., Any]:
        def counting(*arguments: Any, **limits: Any) -> Any:
            answer = call(*arguments, **limits)
            if left[0] is not None:
                left[0] -= 1
                if left[0] < 0:
                    raise KeyboardInterrupt
            return answer

        return counting

    for name in ("send", "cancel"):
        provider.__dict__.pop(name, None)
        if after is not None:
            setattr(provider, name, dying(getattr(provider, name)))


def test_what_is_late_is_left_out_and_what_is_on_its_way_left_alone(world: World) -> None:
    """The others of its name are cancelled. A refusal of one would keep all from being scheduled."""

    def at(first: str, second: str) -> list[Request]:
        return [
            world.request(ANN, date=date, name=name, if_late=world.cancel_request(name, except_date=date))
            for name, date in (("n0", first), ("n1", second))
        ]

    assert world.change(*at(D1, D2)) == [["scheduled"], ["scheduled"]]
    assert world.change(*at("2026-11-20 11:00", D3)) == [["cancelled"], ["scheduled", "cancelled"]]
    world.sleep(moment_of(D3) - START - 30.0)
    counted(world)
    assert world.change(*at(D2, D3)) == [[], ["duplicate"]]
    assert counted(world) == (1, 0, 0)
    world.sleep(DAY)
    assert world.change(*at(D2, D3)) == [[], ["already_sent"]]
    assert [len(rows) for rows in world.done.delivered] == [0, 1]


def test_what_is_on_its_way_stays_where_another_reminder_that_moves_had_scheduled_it(world: World) -> None:
    """Two reminders of one text: the later one moves on, and its old message is due at the minute of the first."""

    def at(*dates: str) -> list[Request]:
        return [
            world.request(ANN, BOB, date=date, name=name, if_late=world.cancel_request(name, except_date=date))
            for name, date in zip(("n0", "n1", "n2"), dates, strict=True)
        ]

    world.change(*at(D1, D2, DATES[-1]))
    world.sleep(moment_of(D2) - START - 30.0)
    over, stays = ["already_sent"] * 2, ["duplicate"] * 2
    moved = at(D2, D3, DATES[-2])
    foreseen = world.change(*moved, check_mode=True)
    assert foreseen == [stays + over, ["would_schedule"] * 2, ["would_schedule"] * 2 + ["would_cancel"] * 2]
    assert world.change(*moved) == [stays + over, ["scheduled"] * 2, ["scheduled"] * 2 + ["cancelled"] * 2]
    assert world.provider.messages() == [(to, date) for to in (ANN, BOB) for date in (D2, D3, DATES[-2])]
    world.sleep(MINUTE)
    assert world.change(*moved) == [over * 2, stays, stays], "the first reminder has it now"
    assert world.change(*[world.cancel_request(f"n{at}") for at in range(3)])[1:] == [["cancelled"] * 2] * 2


def test_check_mode_foresees_that_a_cancel_shortly_before_its_date_stays_uncertain(world: World) -> None:
    world.change(*requests(world, [D1, D2], ANN))
    world.sleep(moment_of(D1) - START - 5 * MINUTE)
    for moved, foreseen, done in (
        (requests(world, [D3, D2], ANN), ["would_schedule", "unknown"], ["scheduled", "unknown"]),
        ([world.cancel_request("n0")], ["unknown", "would_cancel"], ["unknown", "cancelled"]),
    ):
        assert sorted(world.change(*moved, check_mode=True)[0]) == sorted(foreseen)
        assert sorted(world.change(*moved)[0]) == sorted(done)


def test_without_a_list_nothing_is_cancelled_and_so_nothing_moved(world: World) -> None:
    world.change(*requests(world, [D1, D2], ANN))
    world.provider.look_faults = [ListError(NOT_FOUND)]
    with pytest.raises(VoipsmsError, match="1 messages would have to be cancelled"):
        world.change(*requests(world, [D1, D3], ANN))
    assert world.provider.messages() == [(ANN, D1), (ANN, D2)]
    world.provider.look_faults = [ListError(NOT_FOUND)] * 2
    assert world.change(*requests(world, [D1, D2], ANN, BOB)) == [["duplicate", "scheduled"]] * 2


def test_all_names_are_locked_and_released(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(SqliteLedger, "rows_of")  # it passes through all rows, and every request asks for its locks
    names = [FINGERPRINTS.name(name) for name in ("n0", "n1")]
    locks = NameLocks(world.context(), [*names, ""])
    with locks.hold():
        assert locks.is_held()
        row = world.ledger.rows(lock_key(FINGERPRINTS, names[1]), [names[1]])[names[1]]
        world.ledger.amend([(row, row._replace(owner="another"))])
        assert not locks.is_held(), "one of them is another run's"
        world.ledger.amend([(row._replace(owner="another"), row)])
        assert locks.is_held()
        world.seconds += DEADLINE + 60.0
        assert not locks.is_held()
    world.open().claim(lock_claim(lock_key(FINGERPRINTS, names[1]), names[1], "killed", DEADLINE / 2))
    assert world.change(*requests(world, [D1, D2], ANN)) == [["scheduled"]] * 2
    world.open().claim(lock_claim(lock_key(FINGERPRINTS, names[1]), names[1], "at work", DEADLINE * 2))
    with pytest.raises(VoipsmsError, match="another run is at work"):
        world.change(*requests(world, [D1, D2], ANN))
    claimed = world.open().claim(lock_claim(lock_key(FINGERPRINTS, names[0]), names[0], "next", DEADLINE))
    assert claimed.won, "the other lock was released"


@pytest.fixture
def lock_over_after(world: World, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Return a function after which the locks are over once this call of the provider was made, until undone."""

    def prepare(call: str) -> None:
        real, over = getattr(world.provider, call), False

        def last(*arguments: Any, **limits: Any) -> Any:
            nonlocal over
            answer = real(*arguments, **limits)
            over = True
            return answer

        monkeypatch.setattr(world.provider, call, last)
        for locks in (NameLock, NameLocks):
            monkeypatch.setattr(locks, "is_held", lambda _locks: not over)

    return prepare


def test_what_is_scheduled_and_kept_is_in_doubt_where_the_locks_are_over(
    world: World, lock_over_after: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    world.change(*requests(world, [D1], ANN))
    lock_over_after("send")
    assert world.change(*requests(world, [D1, D2], ANN, BOB)) == [["unknown"] * 2, ["not_sent"] * 2]
    assert all("lock of the name was over" in str(one.code_desc) for some in world.done.results for one in some)
    monkeypatch.undo()
    assert world.change(*requests(world, [D1, D2], ANN, BOB)) == [["duplicate"] * 2, ["scheduled"] * 2]
    monkeypatch.setattr(NameLocks, "is_held", lambda _locks: False)
    assert world.change(*requests(world, [D1, D2], ANN, BOB)) == [["duplicate"] * 2] * 2, "kept by their rows"


def test_what_is_cancelled_is_in_doubt_where_the_locks_are_over(
    world: World, lock_over_after: Callable[[str], None]
) -> None:
    world.change(*requests(world, [D1, D2, D3], ANN))
    off = [world.cancel_request("n0"), world.cancel_request("n1")]
    lock_over_after("cancel")
    assert world.change(world.request(ANN, date=D3, name="n2"), off[0]) == [["unknown"], ["unknown"]]
    assert world.change(world.request(ANN, date=D3, name="n2"), off[0]) == [["unknown"], []], "nothing left to cancel"
    assert counted(world)[2] == 1
    with pytest.raises(VoipsmsError, match="this run has cancelled nothing"):
        world.change(off[0], world.cancel_request("n3"))
    assert world.change(*off) == [[], ["refused"]], "its cancel may not leave"


def test_a_ledger_that_cannot_say_whether_the_locks_are_held_leaves_all_in_doubt(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_locks: NameLock | NameLocks) -> bool:
        raise LedgerError("the disk is gone")

    world.change(*requests(world, [D1], ANN))
    for locks in (NameLock, NameLocks):
        monkeypatch.setattr(locks, "is_held", broken)
    assert world.change(*requests(world, [D1, D2], ANN)) == [["unknown"], ["not_sent"]]
    with pytest.raises(VoipsmsError, match="the lock of the name was over"):
        world.change(world.cancel_request("n4"))
