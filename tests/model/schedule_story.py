# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can happen next in the model of scheduled messages: to the runs, at the service, and to time."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.voip_communications.sms.tests.model.schedule_person import Person
from ansible_collections.voip_communications.sms.tests.model.schedule_plan import Plan, Planner
from ansible_collections.voip_communications.sms.tests.model.schedule_protocol import (
    ABSENT_TRUE,
    AT_MOST_ONE,
    DATES,
    FAR,
    NEVER,
    NO_MESSAGE,
    PRESENT_TRUE,
    Bounds,
    Claim,
    Doubt,
    Life,
    Message,
    Phase,
    Rules,
    Run,
    Target,
    Task,
    World,
    WorldStep,
)
from ansible_collections.voip_communications.sms.tests.model.schedule_provider import ScheduleProvider
from ansible_collections.voip_communications.sms.tests.model.schedule_tidy import Tidy
from ansible_collections.voip_communications.sms.tests.model.schedule_world import (
    kept,
    killed,
    looking,
    relied_on,
    row_touched,
    threatened,
    touched,
    with_doubt,
    with_message,
    with_run,
)


class ScheduleStory:
    """The steps of a model with these rules and bounds."""

    def __init__(self, rules: Rules, bounds: Bounds) -> None:
        self._rules = rules
        self._bounds = bounds
        self._times = rules.times
        self._tidy = Tidy(rules.old).tidied
        self._provider = ScheduleProvider(rules, bounds)
        self._planner = Planner(rules, bounds)
        self._person = Person(rules, bounds, self._provider)
        self._phases = {
            Phase.IDLE: self._begin,
            Phase.LOOKING: self._look,
            Phase.SEEN: self._act,
            Phase.CREATING: self._create,
            Phase.CANCELLING: self._claim,
            Phase.CLAIMED: self._send,
            Phase.SENT: self._answer,
            Phase.CHECKING: self._check,
            Phase.CHECKED: self._conclude,
        }

    def start(self) -> World:
        """Return the world before anything has happened."""
        return World((), (None, None), (Run(),) * self._bounds.runs, 0, FAR, FAR)

    def steps(self, world: World) -> Iterator[WorldStep]:
        """Return everything that can happen next."""
        return map(self._tidy, self._raw(world))

    def _raw(self, world: World) -> Iterator[WorldStep]:
        idle = False
        for index, run in enumerate(world.runs):
            if run.phase is Phase.IDLE and idle:
                continue  # idle runs are alike
            idle = idle or run.phase is Phase.IDLE
            yield from self._phases[run.phase](world, index, run)
            if run.phase in (Phase.CANCELLING, Phase.CLAIMED, Phase.SENT):
                yield WorldStep((index, "is killed, it was", run.phase.value), killed(world, index))
        yield from self._provider.steps(world)
        yield from self._person.steps(world)

    # A run looks, and plans -------------------------------------------------------------------------------------

    def _begin(self, world: World, index: int, _run: Run) -> Iterator[WorldStep]:
        is_locked = world.lease > 0 or any(run.is_locked and run.wall > 0 for run in world.runs)
        for task in self._bounds.tasks:
            if task is Task.CANCEL or not is_locked:
                begun = Run(Phase.LOOKING, task, left=self._times.deadline, wall=self._times.deadline)
                yield WorldStep((index, f"begins: {task.value}"), with_run(world, index, begun), calm=True)

    def _look(self, world: World, index: int, run: Run) -> Iterator[WorldStep]:
        yield from self._views(world, index, run, Phase.SEEN)

    def _views(self, world: World, index: int, run: Run, phase: Phase) -> Iterator[WorldStep]:
        """Read the rows, and then the list."""
        if not self._rules.is_in_time(run):
            yield self._reports(world, index, ok=False, note="too late")
            return
        for view in self._provider.views(world):
            seen = run._replace(phase=phase, view=view, broken=self._untrue(world, run))
            shown = "no list" if view is None else f"{[number + 1 for number in view]}"
            yield WorldStep((index, "sees", shown), with_run(world, index, seen), calm=True)

    def _untrue(self, world: World, run: Run) -> str:
        """Return the invariant that an ok would break by the truth at this moment."""
        if run.task in DATES:
            same = [at for at, message in enumerate(world.messages) if message.date == DATES[run.task]]
            alive = [at for at in same if world.messages[at].life is not Life.CANCELLED]
            is_one = len(alive) == 1 and self._provider.is_safe(world, alive[0])
            others = [target.message for target in run.targets]
        else:
            is_one = True
            others = list(range(len(world.messages)))
        if not is_one:
            return PRESENT_TRUE
        return ABSENT_TRUE if any(self._provider.may_go_out(world.messages[at]) for at in others) else ""

    def _act(self, world: World, index: int, run: Run) -> Iterator[WorldStep]:
        """Settle what the look has proved and commit the plan, in one transaction that compares the rows as read."""
        if not self._rules.is_in_time(run):
            yield self._reports(world, index, ok=False, note="too late")
            return
        if self._rules.compares and (run.touched or run.row_touched):
            yield WorldStep((index, "must look again"), with_run(world, index, looking(run)), calm=True)
            return
        settled = self._planner.settled(world, index, run)
        plan = self._planner.plan(settled, run)
        if plan.fails and not plan.targets:
            yield self._reports(settled, index, ok=False, note="it is not known", over=plan.is_over)
            return
        yield self._committed(settled, index, run, plan)

    def _committed(self, world: World, index: int, run: Run, plan: Plan) -> WorldStep:
        if plan.wanted != NO_MESSAGE:
            world = kept(world, index, plan.wanted)
            world = touched(world, index, plan.wanted) if self._rules.has_revision else world
        view = () if run.view is None else run.view
        run = run._replace(
            phase=Phase.CREATING if plan.creates else Phase.CANCELLING,
            view=(),
            asked=0,
            touched=(),
            row_touched=False,
            wanted=plan.wanted,
            targets=tuple(Target(target, target in view) for target in plan.targets),
            failed=plan.fails,
        )
        if not plan.creates and not plan.targets:
            return self._reports(with_run(world, index, run), index, ok=True, note="nothing to do")
        name = f"will {'create' if plan.creates else 'cancel'}, and cancels {[at + 1 for at in plan.targets]}"
        return WorldStep((index, name), with_run(world, index, run._replace(broken="")), calm=True)

    # A run creates, and cancels ---------------------------------------------------------------------------------

    def _create(self, world: World, index: int, run: Run) -> Iterator[WorldStep]:
        """Claim the row, send the POST and settle the row, which the model of sending has in detail."""
        date = DATES[run.task]
        if not self._rules.is_in_time(run) or world.due_of(date) <= 0:
            yield self._reports(world, index, ok=False, note="too late")
            return
        if run.row_touched:
            yield WorldStep((index, "must look again"), with_run(world, index, looking(run)), calm=True)
            return
        rivals = [message for message in world.messages if message.date == date]
        broken = AT_MOST_ONE if any(message.life is not Life.CANCELLED for message in rivals) else ""
        accepted = row_touched(world, index, date)._replace(messages=(*world.messages, Message(date)))
        created = run._replace(phase=Phase.CANCELLING, wanted=len(world.messages), created=True)
        name = f"creates message {len(world.messages) + 1}"
        yield WorldStep((index, name), with_run(accepted, index, created), broken, calm=True)
        yield self._reports(world, index, ok=False, note="refused by the service")
        doubtful = killed(with_doubt(world, index, date, Doubt()), index)
        yield WorldStep((index, "is killed at its POST, which is not accepted"), doubtful)
        lost = doubtful._replace(messages=(*world.messages, Message(date, owned=False)))
        yield WorldStep((index, "is killed at its POST, which is accepted"), lost, broken)

    def _claim(self, world: World, index: int, run: Run) -> Iterator[WorldStep]:
        """Claim the cancel of the next message by compare and set; a message that another run has changed is left."""
        if run.target == NO_MESSAGE:
            checking = run._replace(phase=Phase.CHECKING, asked=0)
            yield WorldStep((index, "has cancelled"), with_run(world, index, checking), calm=True)
        elif not self._rules.is_in_time(run):
            yield self._reports(world, index, ok=False, note="too late")
        elif run.target in run.touched:
            yield self._passes(world, index, run, "may not claim")
        else:
            message = world.messages[run.target]
            is_first = message.claim is not Claim.CANCELLING or message.effect < 0
            if self._rules.claims_first:
                claimed = self._rules.claimed(message, run.wall)
                world = touched(with_message(world, run.target, claimed), index, run.target)
            after = run._replace(phase=Phase.CLAIMED, first=is_first)
            name = f"claims the cancel of message {run.target + 1}"
            yield WorldStep((index, name), with_run(world, index, after), calm=True)

    def _send(self, world: World, index: int, run: Run) -> Iterator[WorldStep]:
        """Check the clocks, the lock and the claim, and let the request leave."""
        if not self._rules.is_in_time(run) or run.target in run.touched:
            yield self._passes(world, index, run, "is too late to cancel")
            return
        broken = PRESENT_TRUE if run.targets[run.nth].overtaken else ""
        sent = run._replace(phase=Phase.SENT, flight=self._times.grace)
        name = f"lets the cancel of message {run.target + 1} leave"
        yield WorldStep((index, name), with_run(world, index, sent), broken, calm=True)

    def _answer(self, world: World, index: int, run: Run) -> Iterator[WorldStep]:
        message = world.messages[run.target]
        is_pending = message.life is Life.PENDING
        lag = min(self._times.cancel_lag, run.flight) if is_pending else NEVER
        if message.life is Life.CANCELLED or (is_pending and (lag >= 0 or self._bounds.confirmed_fails)):
            fails = self._bounds.confirmed_fails
            confirmed = message._replace(threat=max(message.threat, lag)) if fails else message._replace(sure=lag)
            yield self._answered(world, index, run, confirmed, "confirmed", calm=True)
        refused = message._replace(threat=max(message.threat, lag))
        yield self._answered(world, index, run, refused, "refused", calm=not is_pending or lag < 0)
        lost = with_message(world, run.target, threatened(message, run.flight))
        yield self._passes(lost, index, run, "gets no answer to its cancel")

    def _answered(self, world: World, index: int, run: Run, message: Message, answer: str, *, calm: bool) -> WorldStep:
        """Settle the claim, if it is still this run's own."""
        target = run.targets[run.nth]
        if target.message not in run.touched:
            message = self._rules.answered(message, run.first)
            message = message._replace(confirmed=message.confirmed or (target.shown and answer == "confirmed"))
        world = touched(with_message(world, target.message, message), index, target.message)
        after = run._replace(phase=Phase.CANCELLING, nth=run.nth + 1, flight=NEVER)
        name = f"gets the answer: cancel of message {target.message + 1} {answer}"
        return WorldStep((index, name), with_run(world, index, after), calm=calm)

    @staticmethod
    def _passes(world: World, index: int, run: Run, name: str) -> WorldStep:
        """Go on to the next message; this one is not cancelled for all that is known."""
        after = run._replace(phase=Phase.CANCELLING, nth=run.nth + 1, flight=NEVER, failed=True)
        return WorldStep((index, name), with_run(world, index, after), calm=True)

    # A run looks again, and reports -----------------------------------------------------------------------------

    def _check(self, world: World, index: int, run: Run) -> Iterator[WorldStep]:
        before = with_run(world, index, run)
        yield from self._views(before, index, run, Phase.CHECKED)

    def _conclude(self, world: World, index: int, run: Run) -> Iterator[WorldStep]:
        if not self._rules.is_in_time(run):
            yield self._reports(world, index, ok=False, note="too late")
            return
        settled = world if run.touched else self._planner.settled(world, index, run)
        yield self._reports(settled, index, ok=self._is_good(settled, run), note="after its second look")

    def _is_good(self, world: World, run: Run) -> bool:
        """Return whether a run succeeds, by its second look and by the rows as they are now."""
        if run.failed or any(target.message in run.touched for target in run.targets):
            return False
        hides = run.view is None
        view = () if run.view is None else run.view
        for target in run.targets:
            message = world.messages[target.message]
            shown = hides or target.message in view
            if not self._rules.is_cancelled(message, shown, world.due_of(message.date)):
                return False
        return run.wanted == NO_MESSAGE or self._is_kept(world, run, view)

    def _is_kept(self, world: World, run: Run, view: tuple[int, ...]) -> bool:
        """Return whether a present may rely on its message still; what was shown and is gone is unknown."""
        if not self._rules.rereads:
            return run.wanted in view
        if run.wanted in run.touched:
            return False
        message = self._rules.as_asked(world.messages[run.wanted], run.asked)
        return self._rules.keeps(message, run.wanted in view, run.view is not None, world.due_of(message.date))

    def _reports(self, world: World, index: int, *, ok: bool, note: str, over: bool = False) -> WorldStep:
        run = world.runs[index]
        ok = ok and not run.failed
        if ok and run.wanted != NO_MESSAGE:
            world = relied_on(world, index, run.wanted)
        good = (ok or over) and run.task is Task.FIRST
        name = (index, f"reports {'ok' if ok else 'failed'}: {run.task.value}, {note}")
        return WorldStep(name, with_run(world, index, Run()), run.broken if ok else "", calm=True, good=good)
