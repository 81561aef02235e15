# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kill and stop real tasks on scheduled messages, against a list that lags and lies, and count the results.

Each story is one name, whose message moves between two dates and is cancelled. Some of its runs begin at once, and some
are killed or stopped. Then time passes, and the task runs undisturbed until it is ok, and at last it is cancelled.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from ansible_collections.voip_communications.sms.tests.support.desk import AFTERWARDS, FIRST, SECOND, ZONE
from ansible_collections.voip_communications.sms.tests.support.disturbance import disturb
from ansible_collections.voip_communications.sms.tests.support.module_names import SCHEDULED
from ansible_collections.voip_communications.sms.tests.support.people import ANNA
from ansible_collections.voip_communications.sms.tests.support.playbook import (
    COLLECTION,
    COLLECTIONS_PATH,
    Controller,
    ModuleProcess,
    begin_together,
)
from ansible_collections.voip_communications.sms.tests.support.sandbox import Sandbox

COUNTED = ("stories", "scheduling runs", "scheduling runs killed", "scheduling runs stopped", "scheduled")
WRONG = ("equal messages pending", "ok with nothing pending", "ok and then delivered", "without a way out")
DEADLINE = 4
LATER = 2000.0
"""Seconds that are longer than all graces and leases together, by every clock but the monotonic ones."""

_GRACES = {"list_grace": 1, "cancel_grace": 1, "handover": 0}
# In seconds, each below the graces, even together with how long a request takes.
_LAGS = (0.0, 0.0, 0.4)
_PRESENT = (FIRST, SECOND)
_TRIES = 3


class ScheduledStories:
    """Stories one after the other, with one service and one ledger. ``path``: as in ``torture``."""

    def __init__(self, folder: Path, seed: int, path: str, counts: Counter[str]) -> None:
        self._chance = random.Random(seed)  # noqa: S311 - moments and faults, not secrets
        self._counts = counts
        self._sandbox = Sandbox()
        self._user = Controller(folder, deadline=DEADLINE, account_timezone=ZONE, **_GRACES)
        self._ahead = folder / "ahead"
        self._ahead.write_text("0", encoding="ascii")
        clock = COLLECTION / "tests" / "support" / "clock"
        self._user.environment["PYTHONPATH"] = os.pathsep.join(filter(None, (path, str(clock), str(COLLECTIONS_PATH))))
        self._user.environment["CLOCK_AHEAD"] = str(self._ahead)
        self._number = 0
        self._text = ""
        self._gone: set[str] = set()
        """The texts of which the last word was an ok of absent."""

    def __enter__(self) -> ScheduledStories:
        """Start the service."""
        self._sandbox.start()
        self._user.options |= {
            "api_url": self._sandbox.url,
            "api_key": self._sandbox.api_key,
            "api_password": self._sandbox.api_password,
        }
        return self

    def __exit__(self, *_error: object) -> None:
        """Let every date pass, judge what has gone out, and end the service."""
        try:
            self._sandbox.set_clock(AFTERWARDS)
            self._counts["ok and then delivered"] += sum(
                sms["state"] == "SENT" and sms["msg"] in self._gone for sms in self._messages()
            )
        finally:
            self._sandbox.stop()

    def play(self) -> None:
        """Play one story."""
        self._number += 1
        self._text = f"Story {self._number}"
        self._counts["stories"] += 1
        for _wave in range(self._chance.randint(2, 4)):
            self._lie()
            self._play_wave([self._task() for _each in range(self._chance.choice([1, 1, 2, 3]))])
        self._sandbox.settings(list_lag=0, cancelled_shown=0, cancel_delay=0, empty_lists=0)
        self._eventually(self._present(self._chance.choice(_PRESENT)))
        self._eventually(self._absent())
        self._gone.add(self._text)
        self._counts["scheduled"] += len(self._own())

    def _lie(self) -> None:
        """Let the list lag and lie, in another way than before."""
        chosen = {name: self._chance.choice(_LAGS) for name in ("list_lag", "cancelled_shown", "cancel_delay")}
        self._sandbox.settings(empty_lists=self._chance.choice([0, 0, 1]), **chosen)

    def _task(self) -> dict[str, Any]:
        date = self._chance.choice([*_PRESENT, None])
        return self._absent() if date is None else self._present(date)

    def _present(self, date: str) -> dict[str, Any]:
        return {"name": self._text, "to": ANNA, "msg": self._text, "delivery_date": date}

    def _absent(self) -> dict[str, Any]:
        return {"name": self._text, "state": "absent"}

    def _play_wave(self, tasks: list[dict[str, Any]]) -> None:
        """Run tasks at once, with whatever disturbs them. Only the ok of a run that was alone can be judged."""
        processes = [self._user.start(module=SCHEDULED, **task) for task in tasks]
        begin_together(processes)
        for process in processes:
            if way := disturb(process, self._chance, within=0.2):
                self._counts[f"scheduling runs {way}"] += 1
        results = [self._listen(process) for process in processes]
        self._judge(tasks[0] if len(tasks) == 1 else {}, results[0])
        if self._chance.random() < 0.5:
            self._later()

    def _listen(self, process: ModuleProcess) -> dict[str, Any]:
        """Return the result of a run; a run that was killed has failed."""
        run = process.wait()
        self._counts["scheduling runs"] += 1
        try:
            result: dict[str, Any] = json.loads(run.stdout)
        except ValueError:
            return {"failed": True, "msg": f"no result: {run.stderr}"}
        return result

    def _judge(self, task: dict[str, Any], result: dict[str, Any]) -> None:
        """Compare the ok of a task with what the service has; without a task, only count equal messages."""
        pending = Counter(
            sms["delivery_date"][:16] for sms in self._own() if sms["state"] == "PENDING" and sms["cancel_at"] is None
        )
        self._counts["equal messages pending"] += sum(max(0, number - 1) for number in pending.values())
        if not task or result.get("failed"):
            return
        if task.get("state") == "absent":
            self._counts["ok and then delivered"] += sum(pending.values())
        else:
            self._counts["ok with nothing pending"] += not pending[task["delivery_date"]]
            self._counts["ok and then delivered"] += sum(pending.values()) - pending[task["delivery_date"]]

    def _eventually(self, task: dict[str, Any]) -> None:
        """Run a task until it is ok, with time in between."""
        result: dict[str, Any] = {}
        for _try in range(_TRIES):
            self._later()
            result = self._listen(self._user.start(module=SCHEDULED, **task).go())
            self._judge(task, result)
            if not result.get("failed"):
                return
        self._counts["without a way out"] += 1
        print(f"torture: {task} has no way out: {result}", file=sys.stderr)

    def _later(self) -> None:
        """Let time pass for the service and for every process, except by monotonic clocks."""
        self._ahead.write_text(str(float(self._ahead.read_text(encoding="ascii")) + LATER), encoding="ascii")
        self._sandbox.advance(LATER)

    def _own(self) -> list[dict[str, Any]]:
        return [sms for sms in self._messages() if sms["msg"] == self._text]

    def _messages(self) -> list[dict[str, Any]]:
        return [sms for sms in self._sandbox.messages() if sms["part"] == 1]


def torture_scheduled(folder: Path, seconds: float, seed: int, path: str, *, until_wrong: bool = False) -> Counter[str]:
    """Play stories until the time is over; return the counts. The arguments are those of ``torture``."""
    counts: Counter[str] = Counter(dict.fromkeys((*COUNTED, *WRONG), 0))
    end = time.monotonic() + seconds
    with ScheduledStories(folder, seed, path, counts) as stories:
        while True:
            stories.play()
            if time.monotonic() > end or (until_wrong and any(counts[name] for name in WRONG)):
                break
    return counts
