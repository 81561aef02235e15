# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One event, told once, as a user writes it: by ``ansible-playbook`` against the sandbox, by both ways of running."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.tests.support.counted import CountedSandbox
from ansible_collections.voip_communications.sms.tests.support.playbook import Controller, PlaybookRun

ANNA, BEN, DESK = "+4915112345678", "+447700900123", "+12815550100"
NOTIFY = "voip_communications.sms.voipsms_notify"
HOUR = 3600


def hours(begin: int, end: int) -> dict[str, str]:
    """Return hours that begin and end so many hours from now on."""
    now = dt.datetime.fromtimestamp(time.time(), dt.UTC)
    first, last = (now + dt.timedelta(hours=offset) for offset in (begin, end))
    return {"from": f"{first:%H:%M}", "to": f"{last:%H:%M}", "timezone": "UTC"}


def people() -> list[dict[str, Any]]:
    """Return contacts: Anna sleeps now, Ben does not, and only wants to hear of what is critical."""
    return [
        {"name": "anna", "number": "+49 1511 2345678", "groups": ["dba"], "hours": hours(3, 9), "quiet": "defer"},
        {"name": "ben", "number": "+44 7700 900123", "groups": ["dba"], "severity": "critical"},
    ]


def notify(**options: Any) -> dict[str, Any]:
    usual = {"to": ["@dba", DESK], "event": "failed", "msg": "db1 is down", "subject": ["shop", "1.10"]}
    return {"name": "Tell them", NOTIFY: {**usual, **options}}


def play(controller: Controller, *tasks: dict[str, Any], front: str = "controller", **more: Any) -> PlaybookRun:
    """Run tasks with contacts and the zone of the account as defaults of the group."""
    own = {"contacts": people(), "account_timezone": "UTC", **controller.options}
    keywords = {"module_defaults": {"group/voip_communications.sms.voipsms": own}}
    environment = {
        "VOIPSMS_FRONT": front,
        "GITHUB_ACTIONS": "true",
        "GITHUB_RUN_ID": "4711",
        **more.pop("environment", {}),
    }
    return controller.play(*tasks, keywords=keywords, environment=environment, **more)


def told(result: dict[str, Any]) -> list[tuple[str, str | None, str]]:
    return [(entry["to"], entry["name"], entry["outcome"]) for entry in result["results"]]


@pytest.mark.parametrize("front", ["controller", "module"])
def test_a_newcomers_playbook(front: str, controller: Controller, service: CountedSandbox) -> None:
    rehearsal = play(controller, notify(), front=front, arguments=["--check", "--diff"])
    run = play(controller, notify(), front=front, arguments=["--diff"])
    again = play(controller, notify(msg="db1 and db2 are down"), front=front, arguments=["--diff"])
    assert told(run.only) == [(BEN, "ben", "sent"), (DESK, None, "sent"), (ANNA, "anna", "scheduled")]
    assert told(rehearsal.only) == [
        (BEN, "ben", "would_send"),
        (DESK, None, "would_send"),
        (ANNA, "anna", "would_schedule"),
    ]
    assert told(again.only) == [(BEN, "ben", "duplicate"), (DESK, None, "duplicate"), (ANNA, "anna", "duplicate")]
    service.expect(2)
