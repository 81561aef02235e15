# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random stories of one event that a person is told of, at once or when quiet hours end, over the real code.

Provider, clock, kills and cancels are those of the stories of scheduled messages.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from unittest import mock

from hypothesis import strategies as st
from hypothesis.stateful import rule

from ansible_collections.voip_communications.sms.plugins.module_utils._core.deadline import Deadline
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import DedupePolicy
from ansible_collections.voip_communications.sms.plugins.module_utils._message.outcome import Outcome
from ansible_collections.voip_communications.sms.plugins.module_utils._notify.telling import Plan, Recipients, Telling
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.context import ScheduleContext
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.request import ScheduleRequest
from ansible_collections.voip_communications.sms.plugins.module_utils._send import delivery
from ansible_collections.voip_communications.sms.plugins.module_utils._send.request import SendRequest
from ansible_collections.voip_communications.sms.plugins.module_utils._task.report import FailurePolicy, summary
from ansible_collections.voip_communications.sms.plugins.module_utils._task.report_notify import NOTIFYING
from ansible_collections.voip_communications.sms.tests.model.schedule_machine import (
    LATER,
    NAME,
    PAUSE,
    Event,
    ScheduleRun,
    SchedulingOnce,
    deadlines,
    deaths,
    pauses,
    request_of,
    scripts,
    steps,
)
from ansible_collections.voip_communications.sms.tests.model.schedule_protocol import (
    NEVER,
    PRESENT_TRUE,
    Life,
    Message,
    Task,
)
from ansible_collections.voip_communications.sms.tests.model.schedule_service import (
    TEXT,
    TO,
    WIRES,
    ScheduleService,
)
from ansible_collections.voip_communications.sms.tests.model.search import NO_WAY_OUT
from ansible_collections.voip_communications.sms.tests.support.ledger_rows import FINGERPRINTS


class Tell(NamedTuple):
    """Tell the person, at one of the two dates, or now where it is None.

    ``may_defer``: whether the run knows that the person has quiet hours. ``is_urgent``: whether they are told at once
    where nothing can be scheduled.
    """

    date: int | None
    may_defer: bool = True
    is_urgent: bool = False


KINDS = (Tell(0), Tell(0, is_urgent=True), Tell(1), Tell(None), Tell(None, may_defer=False))
tells = st.sampled_from([*KINDS, *KINDS, Task.ABSENT, Task.CANCEL])
others = st.one_of(st.none(), st.tuples(tells, deadlines, scripts))
stops = st.tuples(steps, st.integers(1, 2), st.just(False), pauses, st.booleans(), others).map(
    lambda drawn: Event(*drawn)
)
meetings = st.builds(
    Event,
    steps,
    sleeps=st.booleans(),
    seconds=pauses,
    other=st.tuples(st.sampled_from(KINDS), deadlines, st.just(())),
)
events = st.lists(st.one_of(deaths, stops, stops), max_size=2)


class TellService(ScheduleService):
    """A person must be told once, whatever the date."""

    def rivals(self, date: int | None) -> list[Message]:
        return list(self.world.messages)

    def untrue(self, task: Any, target: int = NEVER) -> str:
        if not isinstance(task, Tell):
            return super().untrue(task, target)
        alive = [at for at, message in enumerate(self.world.messages) if message.life is not Life.CANCELLED]
        return "" if any(self.provider.is_safe(self.world, at) for at in alive) else PRESENT_TRUE


class TellRun(ScheduleRun):
    """One run of a task, which tells, or cancels what was scheduled."""

    def _result(self, context: ScheduleContext) -> dict[str, Any]:
        if not isinstance(self._task, Tell):
            return super()._result(context)
        api: Any = context.api
        report = Telling(self._plan(self._task, context), api, context.deadline, check_mode=False).run()
        result = summary(report.results, NAME, FailurePolicy(), NOTIFYING)
        return {**result, "warnings": report.warnings}

    def _plan(self, tell: Tell, context: ScheduleContext) -> Plan:
        later = () if tell.date is None else ((datetime.fromisoformat(f"{WIRES[tell.date]}+00:00"), (TO,)),)

        def schedule_requests(at: datetime, _recipients: Sequence[str]) -> list[ScheduleRequest]:
            return [request_of(WIRES.index(at.strftime("%Y-%m-%d %H:%M")))]

        def context_of(deadline: Deadline) -> ScheduleContext:
            return ScheduleContext(**{**vars(context), "deadline": deadline})

        return Plan(
            Recipients((TO,) if tell.date is None else (), later, frozenset((TO,) if tell.may_defer else ())),
            FINGERPRINTS.name(NAME),
            tell.is_urgent,
            send_requests=_send_requests,
            schedule_requests=schedule_requests,
            context_of=context_of,
        )

    def _judge(self, result: Mapping[str, Any]) -> None:
        """Compare what the run reports with the truth: of what was sent, now; else at its last look."""
        if not isinstance(self._task, Tell):
            super()._judge(result)
            return
        if result["failed"]:
            return
        service = self._story.service
        (outcome,) = (one["outcome"] for one in result["results"])
        is_gone = any(message.life is Life.DELIVERED for message in service.world.messages)
        untrue = "" if outcome != Outcome.SCHEDULED.value and is_gone else self._http.untrue
        if untrue or not service.world.messages:
            service.broken.append(f"{PRESENT_TRUE}: {self._task} {result['msg']}")
        service.relied_on.update(dict.fromkeys(range(len(service.world.messages)), self._http.seen))


class TellingOnce(SchedulingOnce):
    """Runs that tell one person of one event, and whatever else can happen."""

    def __init__(self) -> None:
        super().__init__()
        self.service = TellService(self.clock)
        self.patches.append(mock.patch.object(delivery, "CHECK_EVERY", (PAUSE,)))
        self.patches[-1].start()

    @rule()
    def another_event(self) -> None:
        """Begin anew, since who was told is not told again."""
        self.nothing_is_broken()
        self.close()
        self.open()
        self.service = TellService(self.clock)

    @rule(tell=tells, event=meetings, deadline=deadlines)
    def two_runs_that_meet(self, tell: Any, event: Event, deadline: float) -> None:
        self.another_event()
        self.run(tell, deadline, (), [event])

    @rule(task=tells, deadline=deadlines, script=scripts)
    def a_run(self, task: Any, deadline: float, script: tuple[int, ...]) -> None:
        self.run(task, deadline, script)

    @rule(task=tells, deadline=deadlines, script=scripts, events=events)
    def a_disturbed_run(self, task: Any, deadline: float, script: tuple[int, ...], events: list[Event]) -> None:
        self.run(task, deadline, script, events)

    def teardown(self) -> None:
        """Check that after a while every run is ok, or says that only a person can find out what has happened."""
        try:
            self.clock.sleep(LATER)
            result = self.run(Tell(1), 1500.0)
            outcomes = {one["outcome"] for one in result["results"]}
            assert not result["failed"] or outcomes == {Outcome.UNKNOWN.value}, (NO_WAY_OUT, result)
            self.nothing_is_broken()
        finally:
            self.stop()

    def stop(self) -> None:
        """End the story."""
        for patch in self.patches:
            patch.stop()
        self.close()

    def run(
        self, task: Any, deadline: float, script: Sequence[int] = (), events: Iterable[Event] = ()
    ) -> dict[str, Any]:
        if not isinstance(task, Tell):
            return super().run(task, deadline, script, events)
        return TellRun(self, task, deadline, script).go(events)


def _send_requests(recipients: Sequence[str]) -> list[SendRequest]:
    dedupe = DedupePolicy(FINGERPRINTS.content("", TEXT), 30 * 86400.0, skip_different=True)
    return [SendRequest(NAME, NAME, None, TEXT, 1, tuple(recipients), dedupe, batch_size=100)]
