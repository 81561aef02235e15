# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who hears of a window, and how often, over months: announced early, moved far, and with other reminders."""

from __future__ import annotations

import datetime as dt
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.tests.support.counted import CountedSandbox
from ansible_collections.voip_communications.sms.tests.support.module_names import MAINTENANCE_WINDOW
from ansible_collections.voip_communications.sms.tests.support.moved_clock import MovedClock
from ansible_collections.voip_communications.sms.tests.support.people import ANNA
from ansible_collections.voip_communications.sms.tests.support.playbook import Controller, ModuleProcess
from ansible_collections.voip_communications.sms.tests.support.waiting import until

CHICAGO, BERLIN = "America/Chicago", "Europe/Berlin"
HOUR, DAY = 3600.0, 86400.0
NOW = dt.datetime.now(dt.UTC).replace(second=0, microsecond=0)
ANNOUNCED = {"name": "announcement", "at": "announce"}
DAY_BEFORE = {"name": "day-before", "before": "24h"}
BEGINS = {"name": "begins", "at": "start"}


@pytest.fixture
def clock(controller: Controller, service: CountedSandbox, tmp_path: Path) -> MovedClock:
    """Return the clock of a machine whose tasks are about one window, and tell of each change."""
    controller.options.update({"name": "w-4711", "timezone": BERLIN, "account_timezone": CHICAGO, "to": [ANNA]})
    controller.options.update({"list_grace": 0, "cancel_grace": 0, "tell_if_moved": True, "tell_if_off": True})
    service.sandbox.settings(zone=CHICAGO)
    return MovedClock(controller, service.sandbox, tmp_path)


def at(reminders: list[dict[str, Any]], **ahead: float) -> dict[str, Any]:
    """Return the options of a window of an hour, so far ahead of the beginning of the tests."""
    start = NOW + dt.timedelta(**ahead)
    return {"start": start.isoformat(), "end": (start + dt.timedelta(hours=1)).isoformat(), "reminders": reminders}


def window(controller: Controller, **options: Any) -> dict[str, Any]:
    """Return the result of a run that must not fail, and that check mode has foreseen."""
    foreseen = controller.send(module=MAINTENANCE_WINDOW, check=True, diff=True, **options)
    result = controller.send(module=MAINTENANCE_WINDOW, diff=True, **options)
    assert not result.get("failed"), result["msg"]
    for key in ("told", "changed", "diff"):
        assert foreseen[key] == result[key]
    return result


def sent_at_once(service: CountedSandbox) -> list[str]:
    """Return the beginnings of what was sent without a date."""
    return [send["form"]["msg"][:6] for send in service.sandbox.sends() if "delivery_date" not in send["form"]]


def test_a_window_months_ahead_is_announced_once(
    controller: Controller, service: CountedSandbox, clock: MovedClock
) -> None:
    """Whoever runs the task each month announces nothing again, and a move is told once, to all who know of it."""
    first, then = (at([ANNOUNCED, BEGINS], days=days) for days in (150, 151))
    assert window(controller, **first)["changed"]
    for options, told in ((first, []), (then, [ANNA]), (then, [ANNA])):
        clock.later(31 * DAY)
        assert window(controller, **options)["told"] == told
    assert not window(controller, **then)["changed"]
    assert sent_at_once(service) == ["Mainte", "Moved:"]
    service.expect(4)


def test_who_was_told_of_a_date_that_is_long_over_hears_of_another_move(
    controller: Controller, service: CountedSandbox, clock: MovedClock
) -> None:
    """A window that was moved by months is remembered until its new end, not until its first one."""
    reminders = [ANNOUNCED, DAY_BEFORE, BEGINS]
    window(controller, **at(reminders, days=2))
    clock.later(1.5 * DAY)
    assert window(controller, **at(reminders, days=90))["told"] == [ANNA]
    clock.later(50 * DAY)
    assert not window(controller, **at(reminders, days=90))["changed"]
    assert window(controller, **at(reminders, days=92))["told"] == [ANNA]
    assert window(controller, **at(reminders, days=92), state="absent")["told"] == [ANNA]
    assert sent_at_once(service) == ["Mainte", "Moved:", "Moved:", "Called"]
    service.expect(4 + 3 * 2)


def test_a_reminder_two_months_before_counts(
    controller: Controller, service: CountedSandbox, clock: MovedClock
) -> None:
    reminders = [{"name": "early", "before": "60d"}, BEGINS]
    window(controller, **at(reminders, days=61))
    clock.later(35 * DAY)
    assert window(controller, **at(reminders, days=62))["told"] == [ANNA]
    service.expect(4)


def test_a_reminder_counts_that_has_gone_out_and_is_no_longer_listed(
    controller: Controller, service: CountedSandbox, clock: MovedClock
) -> None:
    window(controller, **at([DAY_BEFORE, BEGINS], hours=25))
    assert window(controller, **at([BEGINS], hours=30))["told"] == []  # it waits still, for the old date
    clock.later(2 * HOUR)
    assert window(controller, **at([BEGINS], hours=40))["told"] == [ANNA]
    service.expect(5)


def test_a_start_from_now_on_holds_until_the_window_ends(
    controller: Controller, service: CountedSandbox, clock: MovedClock
) -> None:
    """A window longer than the month after which its start was forgotten would begin anew in its midst."""
    options = {"start": "+2h", "end": "+50d", "reminders": [BEGINS, {"name": "ends", "at": "end"}]}
    first = window(controller, **options)
    clock.later(32 * DAY)
    again = window(controller, **options)
    assert (again["start"], again["changed"]) == (first["start"], False)
    service.expect(2)


@pytest.mark.parametrize("is_in_log", [True, False])
def test_a_reminder_that_went_out_while_it_was_moved_counts(
    controller: Controller, service: CountedSandbox, clock: MovedClock, is_in_log: bool
) -> None:
    """Its cancel came too late, so that run fails. The next one reads in the log that the old date was told."""
    reminders = [DAY_BEFORE, BEGINS]
    window(controller, **at(reminders, hours=25))
    clock.later(HOUR - 600)
    service.sandbox.settings(hidden_before=900)
    moved = controller.send(module=MAINTENANCE_WINDOW, **at(reminders, hours=85))
    assert (moved["failed"], moved["told"]) == (True, [])
    clock.later(1200)
    if not is_in_log:
        service.sandbox.order(path="sms/summary", status=503, times=50)
    again = window(controller, **at(reminders, hours=85), deadline=20)
    assert again["told"] == ([ANNA] if is_in_log else [])
    assert ("not known whether an earlier message went out" in str(again.get("warnings"))) is not is_in_log
    service.expect(5 if is_in_log else 4)


def test_a_reminder_counts_that_a_killed_run_has_scheduled(
    controller: Controller, service: CountedSandbox, clock: MovedClock
) -> None:
    """The ledger knows the version of a window before the first byte of a message leaves."""
    reminders = [DAY_BEFORE, BEGINS]
    stopped(controller, "after _schedule.scheduler.Scheduler.change", "SIGKILL", at(reminders, hours=25)).wait_for_end()
    clock.later(2 * HOUR)
    assert window(controller, **at(reminders, hours=85))["told"] == [ANNA]
    service.expect(5)


@pytest.mark.parametrize("is_known", [False, True])
def test_nobody_hears_of_what_another_run_has_called_off_meanwhile(
    controller: Controller, service: CountedSandbox, clock: MovedClock, is_known: bool
) -> None:
    """A run stands still before it announces a window, or tells that it was moved, and wakes when the window is off."""
    reminders = [ANNOUNCED, BEGINS]
    if is_known:
        window(controller, **at(reminders, hours=25))
    sleeping = stopped(controller, "after _schedule.scheduler.Scheduler.change", "SIGSTOP", at(reminders, hours=45))
    until(lambda: "T (stopped)" in Path(f"/proc/{sleeping.pid}/status").read_text(encoding="ascii"), "it stands still")
    clock.later(HOUR)
    assert window(controller, **at(reminders, hours=45), state="absent")["told"] == [ANNA] * is_known
    os.kill(sleeping.pid, signal.SIGCONT)
    result = sleeping.wait().result
    assert (result["failed"], "the lock of the name was over" in result["msg"]) == (True, True), result["msg"]
    assert sent_at_once(service) == ["Mainte", "Called"] * is_known
    service.expect(4 if is_known else 1)


def test_a_reminder_is_cancelled_that_waits_for_a_date_long_after_the_end(
    controller: Controller, service: CountedSandbox, clock: MovedClock
) -> None:
    """The window is early now, with other reminders; the one that is no longer listed waits for its old date."""
    window(controller, **at([DAY_BEFORE], days=100))
    window(controller, **at([BEGINS], hours=2))
    clock.later(40 * DAY)
    window(controller, **at([BEGINS], days=50), name="other")  # claims delete what is no longer kept
    off = window(controller, **at([BEGINS], hours=2), state="absent")
    assert [entry["outcome"] for entry in off["calendar"] if entry["reminder"] == "day-before"] == ["cancelled"]
    service.expect(3)


def stopped(controller: Controller, point: str, by: str, options: dict[str, Any]) -> ModuleProcess:
    """Return the process of a task that stops at a point, by a signal."""
    controller.environment |= {"STOP_AT": point, "STOP_BY": by}
    try:
        return controller.start(module=MAINTENANCE_WINDOW, **options).go()
    finally:
        del controller.environment["STOP_AT"], controller.environment["STOP_BY"]


@pytest.mark.parametrize("is_off", [False, True])
def test_what_was_announced_and_not_answered_counts(
    controller: Controller, service: CountedSandbox, clock: MovedClock, is_off: bool
) -> None:
    """What may have been announced is named with the key by which a person resolves it, and then it counts."""
    reminders = [ANNOUNCED, BEGINS]
    answered = "after _api.client.Api.send 2"  # first the reminder, then what goes out at once
    stopped(controller, answered, "SIGKILL", at(reminders, hours=25)).wait_for_end()
    assert sent_at_once(service) == ["Mainte"]
    clock.later(HOUR)
    options = at(reminders, hours=85) | ({"state": "absent"} if is_off else {})
    result = controller.send(module=MAINTENANCE_WINDOW, **options)
    key = "maintenance/w-4711/announcement"
    entry = next(one for one in result["calendar"] if one["reminder"] == "announcement")
    shown = [str(result.get("warnings"))] if is_off else [result["msg"], entry["msg"]]
    assert (result["told"], bool(result.get("failed"))) == ([], not is_off)
    assert all(f"key {key};" in text for text in shown), shown
    ledger = {"module": "voip_communications.sms.voipsms_ledger", "name": None, "timezone": None, "list_grace": None}
    unused = dict.fromkeys(("cancel_grace", "tell_if_moved", "tell_if_off"))
    assert not controller.send(**ledger, **unused, key=key, **{"as": "sent"}).get("failed")
    assert controller.send(module=MAINTENANCE_WINDOW, **options)["told"] == [ANNA]
    service.expect(3 if is_off else 4)
