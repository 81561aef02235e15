# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of voipsms_window: what is wanted of a window, and everything that is wrong with it named at once."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.request import (
    CancelRequest,
    ScheduleRequest,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._task.window_options import (
    WindowOptions,
    read_window_options,
)
from ansible_collections.voip_communications.sms.plugins.modules.voipsms_window import argument_spec
from ansible_collections.voip_communications.sms.tests.support.people import ANNA
from ansible_collections.voip_communications.sms.tests.support.refusals import sentences_of
from ansible_collections.voip_communications.sms.tests.support.task_options import options_of

CHICAGO = "America/Chicago"


def read(tmp: Path, **changes: Any) -> WindowOptions:
    usual = {"to": [ANNA], "account_timezone": CHICAGO, "ledger": str(tmp / "ledger.sqlite3")}
    window = {"name": "w", "start": "2098-12-01 22:00", "end": "2098-12-01 23:30", "timezone": "Europe/Berlin"}
    return read_window_options(options_of(argument_spec(), **{**usual, **window, **changes}))


def faults(tmp: Path, **changes: Any) -> list[str]:
    return list(sentences_of(read, tmp, **changes))


def test_without_reminders_a_window_has_the_usual_four(tmp_path: Path) -> None:
    options = read(tmp_path, services=["mail"])
    assert (options.relative, options.account_timezone) == (None, CHICAGO)
    goal = options.goal
    assert [reminder.name for reminder in goal.reminders] == ["day-before", "hour-before", "begins", "ends"]
    begins = goal.requests[2]
    assert isinstance(begins, ScheduleRequest)
    assert (begins.name, begins.date.wire) == ("w/begins", "2098-12-01 15:00")
    assert begins.delivery.text == "Maintenance of mail begins now, until 23:30 (Europe/Berlin)."
    assert (goal.announcements, goal.news) == ((), None)


def test_what_is_announced_or_called_off_is_sent_at_once(tmp_path: Path) -> None:
    reminders = [{"name": "now", "at": "announce"}, {"name": "gone", "at": "end", "state": "absent"}]
    goal = read(
        tmp_path, reminders=reminders, tell_if_moved=True, moved_text=[{"text": "Moved"}, {"text": " to later"}]
    ).goal
    (announcement,) = goal.announcements
    assert (announcement.key, announcement.recipients) == ("maintenance/w/now", (ANNA[1:],))
    assert isinstance(goal.requests[0], CancelRequest)
    assert goal.news is not None
    off = read(tmp_path, state="absent", tell_if_off=True).goal
    assert off.news is not None
    assert all(isinstance(request, CancelRequest) for request in off.requests)


def test_a_start_that_counts_from_now_on(tmp_path: Path) -> None:
    options = read(tmp_path, start="+2d", end="2099-01-01 00:00")
    assert options.relative is not None
    found = options.goal_at(dt.datetime(2098, 12, 31, 12, tzinfo=dt.UTC))
    assert found.window.start == dt.datetime(2098, 12, 31, 12, tzinfo=dt.UTC)
    assert "start: 'tomorrow' has no hour" in faults(tmp_path, start="tomorrow")[0]


def test_every_fault_is_named(tmp_path: Path) -> None:
    found = faults(
        tmp_path, account_timezone=None, ledger="none", segments=0, services=[1.1], start_text=7, end_text=["x"],
        to=["12"],
    )  # fmt: skip
    parts = (
        "account_timezone is needed",
        "ledger is none",
        "segments",
        "services: 1.1",
        "start_text: 7",
        "end_text: part 1",
    )
    for part in (
        *parts,
        "reminders 'day-before', 'hour-before', 'begins', 'ends': '12' is not a possible phone number",
    ):
        assert len([fault for fault in found if part in fault]) == 1, "\n".join(found)


def test_an_hour_that_the_account_does_not_have(tmp_path: Path) -> None:
    """The clocks go forward in Chicago at 02:00 on 9 March 2098."""
    (fault,) = faults(
        tmp_path, start="2098-03-09 02:30", end="2098-03-09 04:00", timezone=CHICAGO,
        reminders=[{"name": "x", "at": "start"}],
    )  # fmt: skip
    assert "02:30" in fault
