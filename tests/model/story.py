# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can happen next in the small model: to the runs, at the service, to the clocks, and by a person."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import Claimability, State
from ansible_collections.voip_communications.sms.plugins.module_utils._message.outcome import Outcome
from ansible_collections.voip_communications.sms.tests.model.protocol import (
    NO_MESSAGE,
    NO_OWNER,
    ONCE,
    ONE_AT_WORK,
    RESERVE,
    TRUE_SUCCESS,
    UNKNOWN_FAILS,
    Became,
    Bounds,
    Entry,
    FailurePolicy,
    Message,
    Phase,
    Rules,
    Run,
    Times,
    World,
    WorldStep,
)
from ansible_collections.voip_communications.sms.tests.model.search import Step

_OWN_OUTCOMES = {
    Became.ACCEPTED: Outcome.SENT,
    Became.REFUSED: Outcome.REFUSED,
    Became.UNKNOWN: Outcome.UNKNOWN,
    Became.NOT_SENT: Outcome.NOT_SENT,
}


class Story:
    """The steps of a model with these rules and bounds."""

    def __init__(self, rules: Rules, bounds: Bounds) -> None:
        self._rules = rules
        self._times = rules.times
        self._bounds = bounds
        # After so long, an accepted message is a window away from whatever is still to come.
        self._most = self._times.window + self._times.accepts + 1 + 2 * self._times.jumps
        # One answer for one question: the search asks the same very often.
        self._kept = cache(self._kept_of)
        self._plain = cache(self._plain_of)
        self._later_messages = cache(lambda messages: tuple(map(self._aged, messages)))

    def start(self) -> World:
        """Return the world before anything has happened."""
        return World(None, (Run(),) * self._bounds.runs, (), 0)

    def steps(self, world: World) -> Iterator[WorldStep]:
        """Return everything that can happen next."""
        return map(self._tidied, self._raw(world))

    def _raw(self, world: World) -> Iterator[WorldStep]:
        idle = False
        for index, run in enumerate(world.runs):
            if run.phase is Phase.IDLE and idle:
                continue  # idle runs are alike
            idle = idle or run.phase is Phase.IDLE
            yield from _PHASES[run.phase](self, world, index, run)
            if run.phase in (Phase.CLAIMED, Phase.POSTED, Phase.JUDGED):
                yield WorldStep(("run", index, "is killed, it was", run.phase.value), self._gone(world, index))
        yield from self._service(world)
        yield from self._person(world)
        yield from self._clocks(world)

    # The runs ---------------------------------------------------------------------------------------------------

    def _begin(self, world: World, index: int, _run: Run) -> Iterator[WorldStep]:
        for policy in self._bounds.policies:
            begun = Run(Phase.LOOKING, policy, left=self._times.deadline)
            yield WorldStep(
                ("run", index, "begins,", policy.value),
                _with_run(world, index, begun),
                calm=policy is FailurePolicy.PLAIN,
            )

    def _look(self, world: World, index: int, run: Run) -> Iterator[WorldStep]:
        """Read the ledger: begin, wait for another run, or report what the row says."""
        claimability = self._rules.claimability(world.row, run.policy)
        if claimability is Claimability.FREE:
            yield self._made_ready(world, index, run)
            return
        yield self._left_alone(world, index, run, claimability)

    def _made_ready(self, world: World, index: int, run: Run) -> WorldStep:
        start = run.left - RESERVE
        if start <= 0:
            return self._reports(world, index, Outcome.NOT_SENT, posted=False)
        ready = run._replace(phase=Phase.READY, start=start, wall=start)
        return WorldStep(("run", index, "finds it unclaimed"), _with_run(world, index, ready), calm=True)

    def _claim(self, world: World, index: int, run: Run) -> Iterator[WorldStep]:
        if not self._rules.claims_first:
            yield WorldStep(("run", index, "has not claimed"), self._sending(world, index, run, False), calm=True)
            return
        claimability = self._rules.claimability(world.row, run.policy)
        if claimability is not Claimability.FREE:
            yield self._left_alone(world, index, run, claimability)
            return
        broken = ONE_AT_WORK if any(self._is_at_work(world, other) for other in range(len(world.runs))) else ""
        yield WorldStep(("run", index, "claims"), self._claimed(world, index, run, Phase.CLAIMED), broken, calm=True)

    @staticmethod
    def _is_at_work(world: World, index: int) -> bool:
        """Return whether a run's message is still to leave, or to be accepted, by a clock that was not set forward.

        That the user asked for a second message is no excuse.
        """
        run = world.runs[index]
        if run.phase is Phase.POSTED:
            message = world.messages[run.message]
            return message.fate is Became.OPEN and not message.ahead
        return run.phase is Phase.CLAIMED and run.left > 0 and not run.ahead

    def _claimed(self, world: World, index: int, run: Run, phase: Phase) -> World:
        is_allowed = self._rules.claimability(world.row, FailurePolicy.PLAIN) is not Claimability.FREE
        entry = self._rules.claimed(world.row, run.policy, index, run.start, run.left)
        return self._sending(world._replace(row=entry), index, run._replace(phase=phase), is_allowed)

    @staticmethod
    def _sending(world: World, index: int, run: Run, allowed: bool) -> World:
        phase = Phase.CLAIMED if run.phase is Phase.READY else run.phase
        return _with_run(world, index, run._replace(phase=phase, policy=FailurePolicy.PLAIN, start=0, allowed=allowed))

    def _post(self, world: World, index: int, run: Run) -> Iterator[WorldStep]:
        permitted = self._rules.permits(run)
        judged = _with_run(world, index, Run(Phase.JUDGED, fate=Became.NOT_SENT))
        why = "cannot connect" if permitted else "is too late"
        yield WorldStep(("run", index, f"{why}: not sent"), judged, calm=not permitted)
        if not permitted or len(world.messages) == self._bounds.messages:
            return
        message = Message(Became.OPEN, 0, 0, None, run.ahead, run.allowed, False)
        posted = Run(Phase.POSTED, message=len(world.messages))
        after = _with_run(world._replace(messages=(*world.messages, message)), index, posted)
        yield WorldStep(("run", index, "lets the first byte leave"), after, calm=True)

    def _answer(self, world: World, index: int, run: Run) -> Iterator[WorldStep]:
        lost = Run(Phase.JUDGED, message=run.message, fate=Became.UNKNOWN)
        fate = world.messages[run.message].fate
        answered = fate in (Became.ACCEPTED, Became.REFUSED)
        yield WorldStep(("run", index, "gets no answer: unknown"), _with_run(world, index, lost), calm=not answered)
        if answered:
            judged = lost._replace(fate=fate)
            yield WorldStep(("run", index, "gets the answer:", fate.value), _with_run(world, index, judged), calm=True)

    def _settle(self, world: World, index: int, run: Run) -> Iterator[WorldStep]:
        """Settle the claim; the report is the same step, since nothing is between them."""
        fate = run.fate
        posted = run.message != NO_MESSAGE
        yield self._reports(world, index, _OWN_OUTCOMES[fate], posted=True, note="; the ledger was not updated")
        settled = world
        if not self._rules.claims_first:
            settled = self._claimed(settled, index, run, Phase.JUDGED)
        if settled.row is not None and self._rules.owns(settled.row, index):
            settled = settled._replace(row=self._rules.settled(settled.row, fate))
            if posted and fate is Became.ACCEPTED:
                settled = _with_message(settled, run.message, _noted(world.messages[run.message]))
        yield self._reports(settled, index, _OWN_OUTCOMES[fate], posted=True)

    def _left_alone(self, world: World, index: int, run: Run, claimability: Claimability) -> WorldStep:
        """Wait for another run whose row it is; report every other row that prevents a claim."""
        if claimability is Claimability.IN_PROGRESS and run.left > 0:
            waiting = Run(Phase.LOOKING, run.policy, left=run.left)
            return WorldStep(("run", index, "waits for another"), _with_run(world, index, waiting), calm=True)
        assert world.row is not None
        return self._reports(world, index, self._rules.outcome(world.row, claimability), posted=False)

    def _reports(self, world: World, index: int, outcome: Outcome, *, posted: bool, note: str = "") -> WorldStep:
        """End a run, and compare its report with the truth."""
        message = world.runs[index].message
        succeeds = self._rules.succeeds(outcome, posted=posted, skip=False, others=False)
        broken = ""
        if succeeds and not self._is_true(world, message, outcome):
            broken = TRUE_SUCCESS
        if outcome is Outcome.UNKNOWN and not self._unknown_fails(posted=posted):
            broken = UNKNOWN_FAILS
        name = ("run", index, f"reports {outcome.value}, task {'ok' if succeeds else 'failed'}{note}")
        return WorldStep(name, self._gone(world, index), broken, calm=not note, good=succeeds)

    def _is_true(self, world: World, message: int, outcome: Outcome) -> bool:
        """Return whether the message was accepted: this run's own, or one that was noted no longer than a window ago.

        A ledger's clock that was set back makes windows longer, by no more than it can be set.
        """
        if outcome is Outcome.SENT:
            return message != NO_MESSAGE and world.messages[message].fate is Became.ACCEPTED
        return any(
            sent.fate is Became.ACCEPTED
            and sent.noted is not None
            and sent.noted < self._times.window + 2 * self._times.jumps
            for sent in world.messages
        )

    def _unknown_fails(self, *, posted: bool) -> bool:
        """Return whether an unknown outcome fails the task, whatever else has gone well.

        Only an earlier run's doubt may be left out, when the user says so.
        """
        excused = {(True, True)} if not posted else set()
        return not any(
            self._rules.succeeds(Outcome.UNKNOWN, posted=posted, skip=skip, others=others)
            for skip in (False, True)
            for others in (False, True)
            if (skip, others) not in excused
        )

    @staticmethod
    def _gone(world: World, index: int) -> World:
        """Return the world without a run; a row of its own has no owner now."""
        world = _with_run(world, index, Run())
        return world._replace(row=_renamed(world.row, {index: NO_OWNER}))

    # The service ------------------------------------------------------------------------------------------------

    def _service(self, world: World) -> Iterator[WorldStep]:
        for index, message in enumerate(world.messages):
            if message.fate is not Became.OPEN:
                continue
            accepted = _with_message(world, index, message._replace(fate=Became.ACCEPTED, accepted=0))
            broken = "" if self._is_alone(accepted.messages, index) else ONCE
            yield WorldStep((f"the service accepts {_nth(world, index)}",), accepted, broken, calm=True)
            refused = message._replace(fate=Became.REFUSED)
            yield WorldStep((f"the service refuses {_nth(world, index)}",), _with_message(world, index, refused))

    def _is_alone(self, messages: tuple[Message, ...], index: int) -> bool:
        """Return whether the message that was just accepted is not one too many, with those before it or after."""
        earlier = all(self._is_far(messages, other, index) for other in range(index))
        return earlier and all(self._is_far(messages, index, other) for other in range(index + 1, len(messages)))

    def _is_far(self, messages: tuple[Message, ...], first: int, second: int) -> bool:
        """Return whether the second's first byte left a window after the first was accepted, or may be nearer."""
        one, other = messages[first], messages[second]
        if other.allowed or one.disowned or Became.ACCEPTED is not one.fate or Became.ACCEPTED is not other.fate:
            return True
        if any(self._overlaps(one, between) for between in messages[first + 1 : second]):
            return True
        # A ledger's clock that was set forward ends windows early, by so much and no more.
        return one.accepted - other.age >= self._times.window - one.ahead

    # A person ---------------------------------------------------------------------------------------------------

    def _person(self, world: World) -> Iterator[WorldStep]:
        """Let a person read the message log and resolve the row, or resolve it as not sent without waiting.

        A person who finds the message of the newest attempt resolves it as sent; one who finds nothing in the whole
        window, as not sent; in between they do nothing.
        """
        if world.row is None:
            return
        if world.messages and self._is_found(world.messages[-1], world.row):
            yield from self._says_sent(world, world.row)
        yield from self._says_not_sent(world, world.row)

    @staticmethod
    def _is_found(newest: Message, row: Entry) -> bool:
        """Return whether the newest message was accepted after the row's claim, and the ledger has not noted it."""
        doubtful = newest.fate is Became.ACCEPTED and newest.noted is None
        return doubtful and newest.accepted + newest.ahead <= -row.claimed_at

    def _says_sent(self, world: World, row: Entry) -> Iterator[WorldStep]:
        resolved = self._rules.resolved(row, sent=True)
        if resolved is not None:
            messages = tuple(
                _noted(message) if message.fate is Became.ACCEPTED else message for message in world.messages
            )
            yield WorldStep(("a person finds it in the log: sent",), world._replace(row=resolved[0], messages=messages))

    def _says_not_sent(self, world: World, row: Entry) -> Iterator[WorldStep]:
        resolved = self._rules.resolved(row, sent=False)
        if resolved is None:
            return
        entry, early = resolved
        absent = not any(
            message.noted is None and message.fate is Became.ACCEPTED and message.accepted >= self._times.lag
            for message in world.messages
        )
        if absent and not early and self._waited(world.messages):
            yield WorldStep(("a person does not find it, GRACE is over: not sent",), world._replace(row=entry))
        else:
            messages = tuple(
                message._replace(disowned=message.disowned or message.noted is None) for message in world.messages
            )
            yield WorldStep(
                ("a person says without looking, or too early: not sent",),
                world._replace(row=entry, messages=messages),
            )

    def _waited(self, messages: tuple[Message, ...]) -> bool:
        """Return whether a person has waited, by their own clock where the ledger's can be set."""
        undecided = (Became.OPEN, Became.ACCEPTED)
        return not self._times.jumps or all(
            message.noted is not None or message.fate not in undecided for message in messages
        )

    # The clocks -------------------------------------------------------------------------------------------------

    def _clocks(self, world: World) -> Iterator[WorldStep]:
        yield WorldStep(("a tick",), self._later(world), calm=True)
        for jump in (-1, 1) if self._times.jumps else ():
            if abs(world.off + jump) <= self._times.jumps:
                name = ("the ledger's clock is set", "forward" if jump > 0 else "back")
                yield WorldStep(name, self._jumped(world, jump))
        if world.row is not None and self._rules.is_over(world.row):
            yield WorldStep(("the row is purged",), world._replace(row=None), calm=True)

    def _later(self, world: World) -> World:
        runs = tuple(
            run._replace(left=max(0, run.left - 1), wall=max(0, run.wall - 1)) if run.left else run
            for run in world.runs
        )
        return World(_shifted(world.row, -1), runs, self._later_messages(world.messages), world.off)

    def _aged(self, message: Message) -> Message:
        if message.fate is Became.OPEN and message.age >= self._times.accepts:
            return message._replace(fate=Became.NOT_SENT)
        return message._replace(
            age=message.age + 1,
            accepted=message.accepted + (message.fate is Became.ACCEPTED),
            noted=None if message.noted is None else message.noted + 1,
        )

    def _jumped(self, world: World, jump: int) -> World:
        window = self._times.window
        runs = tuple(self._set(run, jump) for run in world.runs)
        messages = tuple(
            message._replace(ahead=min(window, message.ahead + max(0, jump))) for message in world.messages
        )
        return World(_shifted(world.row, -jump), runs, messages, world.off + jump)

    def _set(self, run: Run, jump: int) -> Run:
        """Return a run on whose machine the clock was set. The row that it has claimed ends by that clock."""
        if run.phase not in (Phase.READY, Phase.CLAIMED):
            return run
        claimed = run.phase is Phase.CLAIMED
        ahead = min(self._times.window, run.ahead + max(0, jump)) if claimed else 0
        return run._replace(wall=max(0, run.wall - jump) if run.wall else 0, ahead=ahead)

    # One state, one form ----------------------------------------------------------------------------------------

    def _tidied(self, step: WorldStep) -> WorldStep:
        """Return the step to a world without what can make no difference any more, with its runs in one order."""
        world = step.after
        row = world.row
        messages, places = self._kept(world.messages, tuple(run.message for run in world.runs))
        ranks = [_rank(run, _owned(row, index)) for index, run in enumerate(world.runs)]
        order = tuple(sorted(range(len(ranks)), key=ranks.__getitem__))
        runs = tuple(
            run if run.message == NO_MESSAGE else run._replace(message=places[run.message])
            for run in (world.runs[index] for index in order)
        )
        after = World(self._plain(row, order), runs, messages, world.off)
        return Step(step.name, after, step.broken, step.calm, step.good, order)

    def _kept_of(
        self, messages: tuple[Message, ...], awaited: tuple[int, ...]
    ) -> tuple[tuple[Message, ...], dict[int, int]]:
        """Return the messages that can still matter, in one form, and their new places by the old ones."""
        closed = self._closed(messages)
        kept = [index for index, message in enumerate(closed) if index in awaited or not self._is_past(message)]
        return tuple(closed[index] for index in kept), {old: new for new, old in enumerate(kept)}

    def _plain_of(self, row: Entry | None, order: tuple[int, ...]) -> Entry | None:
        return _plain(_renamed(row, {old: new for new, old in enumerate(order)}), self._times)

    def _closed(self, messages: tuple[Message, ...]) -> tuple[Message, ...]:
        """Return the messages in one form, as far as nothing that is still open can be near them."""
        closed: list[Message] = []
        nothing_open = True
        for index, message in enumerate(messages):
            nothing_open = nothing_open and message.fate is not Became.OPEN
            if message.fate is Became.OPEN or (message.fate is Became.ACCEPTED and not nothing_open):
                closed.append(message)
            elif message.fate is not Became.ACCEPTED:
                closed.append(Message(message.fate, 0, 0, None, 0, False, False))
            else:
                closed.append(
                    self._past(message, any(self._overlaps(message, later) for later in messages[index + 1 :]))
                )
        return tuple(closed)

    @staticmethod
    def _overlaps(one: Message, later: Message) -> bool:
        """Return whether the user had a later message sent while the fate of one was open."""
        return later.allowed and later.fate is Became.ACCEPTED and later.age >= one.accepted

    def _past(self, message: Message, excused: bool) -> Message:
        most = self._most
        return message._replace(
            age=most,
            accepted=min(message.accepted, most),
            noted=None if message.noted is None else min(message.noted, self._times.window + 2 * self._times.jumps),
            disowned=message.disowned or excused,
        )

    def _is_past(self, message: Message) -> bool:
        if message.fate is not Became.ACCEPTED:
            return message.fate is not Became.OPEN
        is_over = message.noted is None or message.noted >= self._times.window + 2 * self._times.jumps
        return message.accepted >= self._most and is_over


_PHASES = {
    Phase.IDLE: Story._begin,
    Phase.LOOKING: Story._look,
    Phase.READY: Story._claim,
    Phase.CLAIMED: Story._post,
    Phase.POSTED: Story._answer,
    Phase.JUDGED: Story._settle,
}

_ORDER = list(Phase)
_POLICIES = list(FailurePolicy)
_FATES = list(Became)


def _owned(row: Entry | None, index: int) -> int:
    """Return which of the row and what it covers are a run's own, as a number."""
    owned = 0
    while row is not None:
        owned = 2 * owned + (row.owner == index)
        row = row.previous
    return owned


@cache
def _rank(run: Run, owned: int) -> tuple[int, ...]:
    """Return the rank of a run among the others; equal ranks are equal runs."""
    return (
        _ORDER.index(run.phase),
        _POLICIES.index(run.policy),
        run.left,
        run.start,
        run.wall,
        run.message,
        _FATES.index(run.fate),
        run.allowed,
        run.ahead,
        owned,
    )


def _nth(world: World, index: int) -> str:
    back = len(world.messages) - 1 - index
    return f"the message before the last {back}" if back else "the last message"


def _with_run(world: World, index: int, run: Run) -> World:
    return world._replace(runs=(*world.runs[:index], run, *world.runs[index + 1 :]))


def _with_message(world: World, index: int, message: Message) -> World:
    return world._replace(messages=(*world.messages[:index], message, *world.messages[index + 1 :]))


def _noted(message: Message) -> Message:
    return message._replace(noted=0)


def _renamed(row: Entry | None, names: dict[int, int]) -> Entry | None:
    if row is None:
        return None
    return row._replace(owner=names.get(row.owner, row.owner), previous=_renamed(row.previous, names))


def _shifted(row: Entry | None, by: int) -> Entry | None:
    """Return the row as seen when the ledger's clock has moved."""
    if row is None:
        return None
    return Entry(
        row.state,
        row.owner,
        row.claimed_at + by,
        row.first_byte_by + by,
        row.lease_until + by,
        row.keep_until + by,
        _shifted(row.previous, by),
    )


def _plain(row: Entry | None, times: Times) -> Entry | None:
    """Return the row in one form: what is over stays over whatever the hour, and times that do not matter are one."""
    if row is None:
        return None
    over = -2 * times.jumps
    doubtful = over - times.window - times.grace
    return Entry(
        row.state,
        row.owner,
        max(over - times.window, row.claimed_at),
        max(doubtful, row.first_byte_by) if row.state in (State.SENDING, State.UNKNOWN) else doubtful,
        max(over, row.lease_until) if row.state is State.SENDING else over,
        max(over - 1, row.keep_until),
        _plain(row.previous, times),
    )
