# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A world with one maintenance window, and tasks on it that are run one after the other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ansible_collections.voip_communications.sms.plugins.module_utils._api.evidence import Judgement, Verdict
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import DedupePolicy
from ansible_collections.voip_communications.sms.plugins.module_utils._message.outcome import Fate
from ansible_collections.voip_communications.sms.plugins.module_utils._notify.window_input import Reminder, Window
from ansible_collections.voip_communications.sms.plugins.module_utils._notify.window_run import (
    WindowDone,
    WindowGoal,
    run_window,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._notify.window_start import read_relative_start
from ansible_collections.voip_communications.sms.plugins.module_utils._send.request import SendRequest
from ansible_collections.voip_communications.sms.tests.support.ledger_rows import FINGERPRINTS
from ansible_collections.voip_communications.sms.tests.support.people import ANN
from ansible_collections.voip_communications.sms.tests.support.scheduling import DAY, OTHER, TEXT, Provider, World


class TownProvider(Provider):
    """It also takes messages that go out at once, and keeps them."""

    def __init__(self, clock: Callable[[], float]) -> None:
        super().__init__(clock)
        self.sent: list[tuple[str, str]] = []

    def send(self, recipients: Sequence[str], text: str, sender: str | None, **limits: Any) -> Judgement:
        if limits.get("date"):
            return super().send(recipients, text, sender, **limits)
        self.sent += [(to, text) for to in recipients]
        verdicts = {to: Verdict(Fate.ACCEPTED, code=200, smsids=(f"now-{to}",), sale=0.01) for to in recipients}
        return Judgement(verdicts)


class Town(World):
    """A world with one window: a reminder a day before it, and one at its start."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.provider = TownProvider(lambda: self.seconds)

    def goal(self, start: dt.datetime, *, is_on: bool = True, is_told: bool = False) -> WindowGoal:
        window = Window("w", start, start + dt.timedelta(hours=1), dt.UTC)
        reminders = [
            Reminder("day-before", start - dt.timedelta(days=1), OTHER, (ANN,), is_on),
            Reminder("begins", start, TEXT, (ANN,), is_on, "start"),
        ]
        requests = []
        for reminder in reminders:
            name, date = f"w/{reminder.name}", f"{reminder.at:%Y-%m-%d %H:%M}"
            off = self.cancel_request(name)
            late = off._replace(except_date=date)
            wanted = self.request(ANN, msg=reminder.text, date=date, name=name, if_late=late)
            requests.append(wanted if is_on else off)
        policy = DedupePolicy(FINGERPRINTS.content("", OTHER), 30 * DAY, skip_different=True)
        news = SendRequest("news", "news", None, OTHER, 1, (ANN,), policy, batch_size=100)
        announcement = Reminder("now", start, OTHER, (ANN,), True, "announce")
        return WindowGoal(
            window,
            is_on,
            (*reminders, announcement) if is_told else tuple(reminders),
            tuple(requests),
            (news,) if is_told else (),
            news if is_told else None,
        )

    def run(self, start: str, *, is_on: bool = True, is_told: bool = False, check_mode: bool = False) -> str:
        """Run a task with this start; return the start that it had, and keep what was wanted and what came of it."""
        relative = read_relative_start(start, "UTC")
        date = dt.datetime.fromisoformat("2026-12-24T12:00Z" if relative else start)
        context = self.context(check_mode=check_mode)
        goal, self.result = run_window(
            context,
            self.goal(date, is_on=is_on, is_told=is_told),
            relative,
            lambda found: self.goal(found, is_on=is_on, is_told=is_told),
        )
        self.wanted = goal
        self.warnings = context.warnings
        self.outcomes = [one.outcome.value for some in self.result.results.values() for one in some]
        return f"{goal.window.start:%Y-%m-%d %H:%M}"

    provider: TownProvider
    wanted: WindowGoal
    result: WindowDone
