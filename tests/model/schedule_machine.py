# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random stories of scheduled messages over the real code: scheduler, API and a real ledger, and the model's provider.

``SchedulingOnce`` is complete but for its ledger. A kind of ledger makes a subclass that opens one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from unittest import mock

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from ansible_collections.voip_communications.sms.plugins.module_utils._api.scheduled import ScheduledApi
from ansible_collections.voip_communications.sms.plugins.module_utils._core import deadline as deadline_module
from ansible_collections.voip_communications.sms.plugins.module_utils._core.deadline import Deadline
from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import VoipsmsError
from ansible_collections.voip_communications.sms.plugins.module_utils._core.exchange import Service
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.interface import Ledger
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import (
    GRACE,
    KEPT,
    DedupePolicy,
    Row,
    Schedule,
    State,
    key_of,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._message.dates import DeliveryDate
from ansible_collections.voip_communications.sms.plugins.module_utils._message.outcome import Outcome, Report
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule import lock, source
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.context import ScheduleContext
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.match import Match
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.request import (
    CancelRequest,
    ScheduleRequest,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.scheduler import Scheduler
from ansible_collections.voip_communications.sms.plugins.module_utils._send.request import SendRequest
from ansible_collections.voip_communications.sms.plugins.module_utils._task.report import FailurePolicy
from ansible_collections.voip_communications.sms.plugins.module_utils._task.report_scheduled import scheduling_summary
from ansible_collections.voip_communications.sms.tests.model.kept import Keeper
from ansible_collections.voip_communications.sms.tests.model.provider import Killed
from ansible_collections.voip_communications.sms.tests.model.schedule_protocol import (
    ABSENT_TRUE,
    DATES,
    Task,
)
from ansible_collections.voip_communications.sms.tests.model.schedule_service import (
    DUE,
    GRACES,
    START,
    TEXT,
    TICK,
    TO,
    WIRES,
    Chances,
    ScheduleHttp,
    ScheduleService,
    TickingClock,
)
from ansible_collections.voip_communications.sms.tests.model.search import NO_WAY_OUT
from ansible_collections.voip_communications.sms.tests.support.ledger_rows import FINGERPRINTS

NAME = "window"
PAUSE = 20.0
"""Seconds between two looks at the least: at a list, or at the lock of another run, which in a story takes minutes."""

_SERVICE = Service("https://example.org/", "user", "password", 10.0)
LATER = 20 * TICK
"""Longer than a deadline, ``GRACE`` and all graces together."""

STEPS = (
    "before the lock",
    "after the lock",
    "before the list",
    "after the list",
    "before it keeps",
    "after it keeps",
    "before the claim",
    "after the claim",
    "before the POST",
    "after the POST",
    "before the settlement",
    "after the settlement",
    "before the claim of a cancel",
    "after the claim of a cancel",
    "before the DELETE",
    "after the DELETE",
    "before the settlement of a cancel",
    "after the settlement of a cancel",
    "before the release",
)


class Event(NamedTuple):
    """What happens to a run at a step: it dies, or it stands still for a while, in which another run may come.

    ``nth``: the how manieth time it is there. ``seconds``: how long it stands. ``sleeps``: its monotonic clock stands,
    too. ``other``: the other run's task, deadline and chances.
    """

    step: str
    nth: int = 1
    dies: bool = False
    seconds: float = 0.0
    sleeps: bool = False
    other: tuple[Any, float, tuple[int, ...]] | None = None


tasks = st.sampled_from([Task.FIRST, Task.FIRST, Task.SECOND, Task.SECOND, Task.ABSENT, Task.ABSENT, Task.CANCEL])
deadlines = st.sampled_from([1500.0, 250.0, 100.0])
scripts = st.lists(st.integers(0, 7), max_size=8).map(tuple)
steps = st.sampled_from(STEPS)
# Around what the code holds to: deadlines, leases, graces.
pauses = st.sampled_from([0.0, 90.0, 260.0, 600.0, 1540.0, GRACE + 700.0])
deaths = st.tuples(steps, st.integers(1, 2)).map(lambda drawn: Event(*drawn, dies=True))
others = st.one_of(st.none(), st.tuples(tasks, deadlines, scripts))
stops = st.tuples(steps, st.integers(1, 2), st.just(False), pauses, st.booleans(), others).map(
    lambda drawn: Event(*drawn)
)
events = st.lists(st.one_of(deaths, stops, stops), max_size=2)


class Stepped:
    """The ledger of one run, which stops at each of its steps, and does nothing more for a run that has died."""

    def __init__(self, real: Ledger, run: ScheduleRun) -> None:
        self._real = real
        self._run = run

    def __getattr__(self, name: str) -> Any:
        if self._run.is_dead:
            raise Killed
        return getattr(self._real, name)

    def claim(self, claim: Any) -> Any:
        return self._around(self._real.claim, "the lock" if _is_lock(claim.key) else "the claim", claim)

    def settle(self, key: str, owner: str, fates: Any) -> Any:
        step = "the release" if _is_lock(key) else "the settlement"
        return self._around(self._real.settle, step, key, owner, fates)

    def compare_and_set(self, changes: Mapping[Any, tuple[Row | None, Row | None]]) -> bool:
        cancels = [(before, after) for (_key, recipient), (before, after) in changes.items() if not recipient]
        is_kept = all(after is None or after.state is not State.CANCELLING for _before, after in cancels)
        is_own = any(before and after and before.owner == after.owner for before, after in cancels)
        step = "it keeps" if is_kept else "the settlement of a cancel" if is_own else "the claim of a cancel"
        return bool(self._around(self._real.compare_and_set, step, changes))

    def _around(self, call: Any, name: str, *arguments: Any) -> Any:
        self._run.step(f"before {name}")
        result = call(*arguments)
        self._run.step(f"after {name}")
        return result


class ScheduleRun:
    """One run of a task, from its begin to its end or its death."""

    def __init__(self, story: SchedulingOnce, task: Any, deadline: float, script: Sequence[int]) -> None:
        self._story = story
        self._task = task
        self._clock = story.clock
        self._events: list[Event] = []
        self._seconds = deadline
        self._http = ScheduleHttp(story.service, self._clock, Chances(script), task)
        self._http.step = self.step
        if task is Task.CANCEL:
            self._http.target = story.service.newest()
        self.is_dead = False

    def go(self, events: Iterable[Event]) -> dict[str, Any]:
        """Run the task, and return its result; a run that dies has none, and one that is refused has failed."""
        self._events = list(events)
        api = ScheduledApi(_SERVICE)
        http: Any = self._http
        api._http = http
        ledger: Any = Stepped(self._story.ledger(), self)
        deadline = Deadline(self._seconds, monotonic=self._clock.monotonic, sleep=self._clock.sleep)
        context = ScheduleContext(api, ledger, FINGERPRINTS, deadline, _moment_of, graces=GRACES)
        try:
            result = self._result(context)
        except Killed:
            return {}
        except VoipsmsError as error:
            return {"failed": True, "msg": str(error), "results": []}
        self._judge(result)
        return result

    def step(self, name: str) -> None:
        """Die here, or stand still, if the story says so. What has died does nothing more."""
        if self.is_dead:
            raise Killed
        self._events = [event._replace(nth=event.nth - (event.step == name)) for event in self._events]
        due = [event for event in self._events if event.nth == 0]
        self._events = [event for event in self._events if event.nth]
        for event in due:
            self._happen(event)

    def _happen(self, event: Event) -> None:
        if event.dies:
            self.is_dead = True
            raise Killed
        missed, begin = self._clock.missed, self._clock.true
        self._clock.sleep(event.seconds)
        if event.other is not None:
            self._story.run(*event.other)
        self._clock.missed = missed + (self._clock.true - begin if event.sleeps else 0.0)

    def _result(self, context: ScheduleContext) -> dict[str, Any]:
        report = self._report(Scheduler(context))
        result = scheduling_summary(report.results, "", FailurePolicy(), context.ledger, check_mode=False)
        return {**result, "warnings": report.warnings}

    def _report(self, scheduler: Scheduler) -> Report:
        if self._task in DATES:
            return scheduler.present(request_of(DATES[self._task]))
        if self._task is Task.CANCEL:
            match = Match(smsids=(f"id{self._http.target}",))
            return scheduler.absent(CancelRequest(match, None))
        return scheduler.absent(CancelRequest(Match(name=FINGERPRINTS.name(NAME)), NAME))

    def _judge(self, result: Mapping[str, Any]) -> None:
        """Compare what the run reports with the truth at its last look."""
        service, untrue = self._story.service, self._http.untrue
        if result["failed"]:
            return
        if untrue == ABSENT_TRUE and _names_as_open(result) and not self._is_second_open():
            untrue = ""
        if untrue:
            service.broken.append(f"{untrue}: {self._task} {result['msg']}")
        elif self._task in DATES:
            for at, message in enumerate(service.world.messages):
                if message.date == DATES[self._task]:
                    service.relied_on[at] = self._http.seen

    def _is_second_open(self) -> bool:
        """Return whether a message of the second date may go out, which no run can say was sent."""
        service = self._story.service
        return any(message.date == 1 and service.provider.may_go_out(message) for message in service.world.messages)


class SchedulingOnce(Keeper, RuleBasedStateMachine):
    """Runs of tasks on one name, one after the other and within each other, and whatever else can happen."""

    clock: TickingClock

    def __init__(self) -> None:
        super().__init__()
        self.clock = TickingClock()
        self.service = ScheduleService(self.clock)
        self.patches: list[Any] = [
            mock.patch.object(deadline_module, "time", self.clock),
            mock.patch.object(lock, "PAUSE", PAUSE),
            mock.patch.object(source, "SHORTEST_WAIT", PAUSE),
        ]
        for patch in self.patches:
            patch.start()
        self.open()

    # What can happen --------------------------------------------------------------------------------------------

    @rule(task=tasks, deadline=deadlines, script=scripts)
    def a_run(self, task: Task, deadline: float, script: tuple[int, ...]) -> None:
        self.run(task, deadline, script)

    @rule(task=tasks, deadline=deadlines, script=scripts, events=events)
    def a_disturbed_run(self, task: Task, deadline: float, script: tuple[int, ...], events: list[Event]) -> None:
        self.run(task, deadline, script, events)

    @rule(seconds=st.sampled_from([10.0, 100.0, 300.0, 601.0, 900.0, 1300.0, 2400.0]))
    def time_passes(self, seconds: float) -> None:
        self.clock.sleep(seconds)

    @rule(script=st.tuples(st.integers(1, 4)))
    def a_cancel_takes_effect_or_a_spell_begins(self, script: tuple[int, ...]) -> None:
        self.service.happen(Chances(script))

    @rule(ticks=st.integers(0, 5))
    def the_first_date_comes_near(self, ticks: int) -> None:
        self.clock.sleep(max(0.0, START + (DUE - ticks) * TICK - self.clock.true))

    # What must hold ---------------------------------------------------------------------------------------------

    @invariant()
    def nothing_is_broken(self) -> None:
        assert not self.service.broken, self.service.broken

    def teardown(self) -> None:
        """Check that after a while every task succeeds, whatever has happened."""
        try:
            for task in (Task.SECOND, Task.ABSENT, Task.SECOND):
                self._eventually(task)
            self.nothing_is_broken()
        finally:
            for patch in self.patches:
                patch.stop()
            self.close()

    def _eventually(self, task: Task) -> None:
        results = []
        for _time in range(4):
            self.clock.sleep(LATER)
            results.append(self.run(task, 1500.0))
            if not results[-1]["failed"]:
                return
        raise AssertionError(NO_WAY_OUT, task, results)

    def run(
        self, task: Task, deadline: float, script: Sequence[int] = (), events: Iterable[Event] = ()
    ) -> dict[str, Any]:
        """Run a task; a cancel by smsid needs one that the ledger knows: of others, no list at one moment can tell."""
        known = {smsid for row in self.ledger().scheduled() for smsid in row.smsids}
        if task is Task.CANCEL and f"id{self.service.newest()}" not in known:
            return {}
        return ScheduleRun(self, task, deadline, script).go(events)


def request_of(date: int) -> ScheduleRequest:
    """Return the request for the message of a date."""
    wire, instant = WIRES[date], datetime.strptime(WIRES[date], "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
    key, at = key_of("", TEXT, wire), instant.timestamp()
    schedule = Schedule(wire, at, FINGERPRINTS.name(NAME))
    dedupe = DedupePolicy(TEXT, window=0.0, until=at + KEPT)
    delivery = SendRequest(key, "", None, TEXT, 1, (TO,), dedupe, 1, schedule)
    return ScheduleRequest(delivery, DeliveryDate(wire, instant, "UTC"), NAME, min_lead=0, fail_on_mismatch=True)


def _is_lock(key: str) -> bool:
    return key == lock.lock_key(FINGERPRINTS, FINGERPRINTS.name(NAME))


def _moment_of(wire: str) -> float:
    return datetime.strptime(wire, "%Y-%m-%d %H:%M").replace(tzinfo=UTC).timestamp()


def _names_as_open(result: Mapping[str, Any]) -> bool:
    """Return whether a result says of a message that it was sent, or perhaps was."""
    said = {each["outcome"] for each in result["results"]} & {Outcome.ALREADY_SENT.value, Outcome.UNKNOWN.value}
    return bool(said or any("went out" in text for text in result["warnings"]))
