# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The provider of the model of scheduled messages, as a service that the real code talks to, and true time.

A tick of the model is ``TICK`` seconds here. Whatever is open, a script of numbers decides; where it ends, all is well.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import formatdate
from typing import TypeVar
from urllib.parse import urlsplit

from ansible_collections.voip_communications.sms.plugins.module_utils._core.exchange import Answer, Lost, NotSent
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.proof import Graces
from ansible_collections.voip_communications.sms.tests.model.provider import Clock, Killed
from ansible_collections.voip_communications.sms.tests.model.schedule_protocol import (
    ABSENT_TRUE,
    AT_MOST_ONE,
    DATES,
    FAR,
    NEVER,
    PRESENT_TRUE,
    Bounds,
    Life,
    Message,
    Phase,
    Rules,
    Run,
    Target,
    Task,
    Times,
    World,
)
from ansible_collections.voip_communications.sms.tests.model.schedule_provider import ScheduleProvider
from ansible_collections.voip_communications.sms.tests.model.schedule_world import threatened, with_message
from ansible_collections.voip_communications.sms.tests.support.people import ANN

TICK = 300.0
TIMES = Times(lag=1, hidden=1, cancel_lag=1, grace=2)
# A countdown of n ticks is over within n + 1 of them, since it may begin anywhere in one.
GRACES = Graces(
    list_grace=TICK * (TIMES.lag + 1), cancel_grace=TICK * (TIMES.cancel_lag + 1), handover=TICK * TIMES.hidden
)
DUE = 60
"""Ticks from the begin of a story to the first date. The second is years away."""

START = datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp()
TO, TEXT = ANN, "Maintenance begins."
WIRES = (datetime.fromtimestamp(START + DUE * TICK, UTC).strftime("%Y-%m-%d %H:%M"), "2036-11-20 12:00")

T = TypeVar("T")


class Chances:
    """What a script of numbers chooses. Where it ends, the first option is taken."""

    def __init__(self, script: Sequence[int] = ()) -> None:
        self._script = list(script)

    def of(self, options: Sequence[T]) -> T:
        """Return one of these."""
        return options[self._script.pop(0) % len(options) if self._script else 0]


class TickingClock(Clock):
    """True time, in which ticks happen, and of which a suspended run's monotonic clock misses a part."""

    def __init__(self) -> None:
        super().__init__()
        self.true = START
        self.missed = 0.0
        self.on_tick: Callable[[], None] = lambda: None

    def monotonic(self) -> float:
        """Return the monotonic clock of the run that is at work."""
        return self.true - self.missed

    def sleep(self, seconds: float) -> None:
        """Let time pass, tick by tick."""
        end = self.true + seconds
        while self._next_tick() <= end:
            self.true = self._next_tick()
            self.on_tick()
        self.true = end

    def suspend(self, seconds: float) -> None:
        """Let time pass while the run's machine sleeps."""
        self.sleep(seconds)
        self.missed += seconds

    def _next_tick(self) -> float:
        return START + ((self.true - START) // TICK + 1) * TICK


class ScheduleService:
    """The truth about every message, in a world of the model that this class and time change."""

    def __init__(self, clock: TickingClock) -> None:
        self._clock = clock
        self.provider = ScheduleProvider(Rules(TIMES), Bounds())
        self.world = World((), (None, None), (), 0, FAR, DUE)
        self.broken: list[str] = []
        """The invariants that were broken. Real code catches what is raised within it, so they are noted."""
        self.relied_on: dict[int, int] = {}
        """The number of the look at which a run that reported ok has relied on a message."""
        self.looks = 0
        clock.on_tick = self._tick

    def happen(self, chances: Chances) -> None:
        """Let something happen that is neither a tick nor of a run: a cancel takes effect, or a spell begins."""
        steps = [step for step in self.provider.steps(self.world) if "tick" not in str(step.name[0])]
        step = chances.of([None, *steps])
        if step is not None:
            self.world = step.after

    def untrue(self, task: Task, target: int = NEVER) -> str:
        """Return the invariant that an ok of a task would break by the truth at this moment, or nothing.

        ``target``: the message that the task cancels by its smsid.
        """
        messages = self.world.messages
        if task in DATES:
            same = [at for at, message in enumerate(messages) if message.date == DATES[task]]
            alive = [at for at in same if messages[at].life is not Life.CANCELLED]
            if len(alive) != 1 or not self.provider.is_safe(self.world, alive[0]):
                return PRESENT_TRUE
            others = [at for at in range(len(messages)) if at not in same]
        else:
            others = list(range(len(messages))) if target == NEVER else [target]
        return ABSENT_TRUE if any(self._may_go_out(messages[at]) for at in others) else ""

    def _may_go_out(self, message: Message) -> bool:
        """Return whether a message will go out later. At its date it goes out, which no run can prevent any more."""
        return self.provider.may_go_out(message) and self.world.due_of(message.date) > 0

    def newest(self) -> int:
        """Return the newest message, or ``NEVER``."""
        return len(self.world.messages) - 1

    def accept(self, date: int | None) -> str:
        """Accept a message, and return its smsid. ``date``: None for one that goes out now."""
        if any(message.life is not Life.CANCELLED for message in self.rivals(date)):
            self.broken.append(AT_MOST_ONE)
        message = Message(1, life=Life.DELIVERED) if date is None else Message(date)
        self.world = self.world._replace(messages=(*self.world.messages, message))
        return f"id{self.newest()}"

    def rivals(self, date: int | None) -> list[Message]:
        """Return the messages beside which another one would be one too many."""
        return [message for message in self.world.messages if message.date == date]

    def cancelled(self, at: int) -> None:
        """Let a cancel take effect."""
        message = self.world.messages[at]
        if message.life is Life.PENDING:
            self.world = with_message(self.world, at, message._replace(life=Life.CANCELLED, age=0))

    def view(self, chances: Chances) -> list[dict[str, str]] | None:
        """Return what the list shows now; None where it cannot be had. The truth comes first."""
        truth = tuple(at for at, message in enumerate(self.world.messages) if message.life is Life.PENDING)
        views = sorted(self.provider.views(self.world), key=lambda view: view != truth)
        view = chances.of([*views, *views, None])
        return None if view is None else [self._record(at) for at in view]

    def _record(self, at: int) -> dict[str, str]:
        date = WIRES[self.world.messages[at].date]
        return {"smsid": f"id{at}", "to": TO, "from": "17130000000", "msg": TEXT, "delivery_date": f"{date}:00"}

    def _tick(self) -> None:
        (step,) = [step for step in self.provider.steps(self.world) if step.name == ("a tick",)]
        self.world = step.after


class ScheduleHttp:
    """Takes the place of ``Http`` in the API of one run. ``step`` is called around everything that it does."""

    def __init__(self, service: ScheduleService, clock: TickingClock, chances: Chances, task: Task) -> None:
        self._service = service
        self._clock = clock
        self._chances = chances
        self._task = task
        self.target = NEVER
        self.step: Callable[[str], None] = lambda _name: None
        self.untrue = ""
        """The invariant that an ok would break, by the truth at the last look."""
        self.seen = 0
        """The number of the last look."""

    def request(self, method: str, path: str, seconds: float) -> Answer:
        """Answer with the list. Every further page of it is empty."""
        assert (method, urlsplit(path).path) == ("GET", "sms/scheduled")
        if "page=" in path:
            return self._answer([])
        self.step("before the list")
        self._service.happen(self._chances)
        self._service.looks += 1
        self.seen = self._service.looks
        self.untrue = self._service.untrue(self._task, self.target)
        view = self._service.view(self._chances)
        self.step("after the list")
        return Answer(404, {}, b"") if view is None else self._answer(view)

    def post(self, path: str, form: Mapping[str, str], seconds: float, permits: Callable[[], bool]) -> Answer:
        """Answer to a message."""
        assert (path, form["to"], form["msg"]) == ("sms/send", TO, TEXT)
        wire = form.get("delivery_date")
        self.step("before the POST")
        way = self._chances.of(_POSTS)
        if way == "no connection" or not permits():
            raise NotSent("it did not leave", passing=False)
        smsid = "" if "refused" in way else self._service.accept(None if wire is None else WIRES.index(wire))
        self.step("after the POST")
        self._end(way)
        code = 404 if "refused" in way else 200
        log = {"to": TO, "code": code, "smsid": smsid}
        return self._answer({"send_log": [log if wire is None else {**log, "delivery_date": f"{wire}:00"}]})

    def request_if(self, method: str, path: str, seconds: float, permits: Callable[[], bool]) -> Answer:
        """Answer to a cancel."""
        assert method == "DELETE"
        at = int(path.rpartition("/id")[2])
        self.step("before the DELETE")
        way = self._chances.of(_CANCELS)
        if way == "no connection" or not permits():
            raise NotSent("it did not leave", passing=False)
        if self._service.relied_on.get(at, NEVER) > self.seen:
            self._service.broken.append(f"{PRESENT_TRUE} (it left after that ok, by an earlier look)")
        flight = Run(Phase.SENT, targets=(Target(at, shown=True),), flight=TIMES.grace)
        self._service.world = self._service.world._replace(runs=(*self._service.world.runs, flight))
        try:
            self.step("after the DELETE")
            self._take_effect(at, way)
            self._end(way)
        except BaseException:
            self._land(at, TIMES.grace, is_confirmed=False)
            raise
        return self._answered(at, is_refused=way == "refused")

    def _take_effect(self, at: int, way: str) -> None:
        if "takes effect" in way and self._service.world.runs[-1].flight > NEVER:
            self._service.cancelled(at)

    def _answered(self, at: int, *, is_refused: bool) -> Answer:
        """Return the answer to a cancel. A message that has gone out, or may stay, cannot be cancelled."""
        message, left = self._service.world.messages[at], self._service.world.runs[-1].flight
        is_confirmed = message.life is Life.CANCELLED or (message.life is Life.PENDING and left > NEVER)
        is_confirmed = is_confirmed and not is_refused
        self._land(at, TIMES.cancel_lag, is_confirmed=is_confirmed)
        if is_confirmed:
            return self._answer({"error": False})
        return Answer(404, {}, b'{"error": true, "error_message": "no such message"}')

    def _land(self, at: int, most: int, *, is_confirmed: bool) -> None:
        """Take the request out of the air. It may take effect for ``most`` ticks, and must if it was confirmed."""
        *others, run = self._service.world.runs
        assert run.target == at, "requests end in the reverse order of their begin"
        message, ticks = self._service.world.messages[at], min(most, run.flight)
        if is_confirmed and message.life is Life.PENDING:
            message = message._replace(sure=ticks if message.sure < 0 else min(message.sure, ticks))
        elif not is_confirmed:
            message = threatened(message, ticks)
        self._service.world = with_message(self._service.world._replace(runs=tuple(others)), at, message)

    @staticmethod
    def _end(way: str) -> None:
        if "killed" in way:
            raise Killed
        if "lost" in way:
            raise Lost("the connection was reset")

    def _answer(self, payload: object) -> Answer:
        return Answer(200, {"date": formatdate(self._clock.true, usegmt=True)}, json.dumps(payload).encode())


_POSTS = ("accepted", "lost", "lost, and refused", "killed", "killed, and refused", "refused", "no connection")
_CANCELS = (
    "takes effect",
    "confirmed, and takes effect within the lag",
    "lost, and takes effect",
    "lost",
    "refused",
    "killed",
    "no connection",
)
