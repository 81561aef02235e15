# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""voipsms_window killed between any two requests, and twice at once: never nobody informed, never two that stay."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.tests.support.counted import CountedSandbox
from ansible_collections.voip_communications.sms.tests.support.desk import ZONE, Desk
from ansible_collections.voip_communications.sms.tests.support.doubt import Doubt, in_postgresql
from ansible_collections.voip_communications.sms.tests.support.module_names import MAINTENANCE_WINDOW
from ansible_collections.voip_communications.sms.tests.support.people import ANNA
from ansible_collections.voip_communications.sms.tests.support.playbook import Controller

WINDOWS: list[dict[str, Any]] = [
    {"start": f"2098-12-{day:02} 15:00", "end": "+90m", "timezone": ZONE, "account_timezone": ZONE} for day in (1, 5)
]
DATES = [["2098-11-30 15:00", "2098-12-01 15:00"], ["2098-12-04 15:00", "2098-12-05 15:00"]]
REMINDERS = [{"name": "day-before", "before": "24h"}, {"name": "begins", "at": "start"}]
LOOK, CHANGES = 3, 4
"""Requests of a look, one a page, and of a move, which posts two messages and cancels two."""
SEED = 19


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def doubt(
    request: pytest.FixtureRequest, controller: Controller, service: CountedSandbox, tmp_path: Path
) -> Iterator[Doubt]:
    """Return a clock, an account and a ledger of each kind, whose tasks are about one window for one person."""
    doubt = Doubt(Desk(controller, service), tmp_path)
    # A slow machine needs longer than the tasks of other tests have.
    controller.options |= {"name": "w-4711", "to": ANNA, "reminders": REMINDERS, "list_grace": 1, "deadline": 40}
    if request.param == "SQLite":
        yield doubt
    else:
        with in_postgresql(doubt, request.getfixturevalue("postgres")):
            yield doubt
    service.expect(len(service.sandbox.sends()))


def pending(doubt: Doubt) -> Counter[str]:
    """Return how many messages wait for each date."""
    return Counter(
        message["delivery_date"][:16] for message in doubt.sandbox.messages() if message["state"] == "PENDING"
    )


def kill(doubt: Doubt, point: str, window: dict[str, Any]) -> None:
    """Run the task for a window, and kill it at a point."""
    environment = doubt.desk.controller.environment
    environment["STOP_AT"] = point
    try:
        doubt.desk.start(module=MAINTENANCE_WINDOW, **window).wait_for_end()
    finally:
        del environment["STOP_AT"]


def points(doubt: Doubt) -> list[str]:
    """Return the points between requests: for SQLite all, and for PostgreSQL some; after an answer, and before it."""
    after = [f"after _core.exchange.Http._exchange {number}" for number in (1, *range(LOOK, LOOK + CHANGES + 2))]
    before = [f"before _core.exchange.Http._exchange {number}" for number in (4, 6)]  # claimed, and nothing has left
    every = [*after, *before]
    return every if doubt.set_ledger_clock is None else random.Random(SEED).sample(every, 4)  # noqa: S311 - no secret


@pytest.mark.timeout(300)
def test_killed_between_any_two_requests(doubt: Doubt) -> None:
    assert not doubt.run(module=MAINTENANCE_WINDOW, **WINDOWS[0]).get("failed")
    for number, point in enumerate(points(doubt), 1):
        there = number % 2
        kill(doubt, point, WINDOWS[there])
        left = pending(doubt)
        for old, new in zip(*DATES, strict=True):
            assert 1 <= left[old] + left[new] <= 2, (point, left)
        result: dict[str, Any] = {"failed": True}
        for _time in range(3):  # what was claimed and is not listed is not decided before its grace is over
            if result["failed"]:
                doubt.later()
                result = {"failed": False, **doubt.run(module=MAINTENANCE_WINDOW, **WINDOWS[there])}
        assert (result.get("failed"), pending(doubt)) == (False, Counter(DATES[there])), (point, result["msg"])


def test_two_runs_at_once(doubt: Doubt) -> None:
    """One moves the window, another one does not know: they wait for each other, and what the last one wants stays."""
    assert not doubt.run(module=MAINTENANCE_WINDOW, **WINDOWS[0]).get("failed")
    doubt.later()
    wishes = [{"module": MAINTENANCE_WINDOW, **WINDOWS[at]} for at in (1, 0, 1)]
    results = doubt.desk.controller.race(*wishes)
    assert not any(result.get("failed") for result in results), [result["msg"] for result in results]
    assert pending(doubt) in [Counter(dates) for dates in DATES]
    doubt.later()
    assert not doubt.run(module=MAINTENANCE_WINDOW, **WINDOWS[1]).get("failed")
    assert pending(doubt) == Counter(DATES[1])
