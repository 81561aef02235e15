# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell people of one event: some at once, by the delivery, and some at the end of their quiet hours, by the scheduler.

Both are done once per person, under the key of the event. Who is in the sending ledger under it is not scheduled, and
for whom a message of that name is scheduled, or was, is not sent to, so that it does not matter when quiet hours end.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING, NamedTuple

from .._api.scheduled import ScheduledApi
from .._core.deadline import Deadline
from .._core.errors import VoipsmsError, defect
from .._ledger.model import Claimability, LedgerError, claimability
from .._message.outcome import Outcome, Report, Result
from .._schedule.context import ScheduleContext
from .._schedule.errors import NameInUse
from .._schedule.known import known_to_ledger
from .._schedule.request import ScheduleRequest
from .._send.delivery import Delivery
from .._send.posting import Objection, no_objection
from .._send.request import SendRequest

if TYPE_CHECKING:
    from .._schedule.once import OncePerRecipient

_NOT_WAITING = frozenset({Outcome.NOT_SENT, Outcome.REFUSED})
"""Outcomes of scheduling with which it is certain that no message waits."""

_AT_ONCE = frozenset({Outcome.SENT, Outcome.WOULD_SEND})

_OPEN = frozenset({Outcome.IN_PROGRESS, Outcome.UNKNOWN, Outcome.NOT_SENT})
"""Outcomes that a second try may change."""

_MINUTES = 5
"""Events of the same text that have a message of their own to one person at the end of the same quiet hours."""

_SHARE = 2 / 3
"""The part of the time that is left which scheduling may take, where people are told at once if it fails."""


class Recipients(NamedTuple):
    """Who is told, in E.164 digits: those told at once, and those told later by instant.

    ``may_defer``: whom another run at about this time could take for someone to tell in the other way.
    """

    now: tuple[str, ...]
    later: tuple[tuple[dt.datetime, tuple[str, ...]], ...]
    may_defer: frozenset[str]


class Plan(NamedTuple):
    """What is told, and how.

    ``name``: the fingerprint under which messages are scheduled. ``send_requests`` and ``schedule_requests`` return a
    request for each text that these recipients get; the latter raises ``VoipsmsError`` where the date cannot be had.
    """

    recipients: Recipients
    name: str
    is_urgent: bool
    send_requests: Callable[[Sequence[str]], Sequence[SendRequest]]
    schedule_requests: Callable[[dt.datetime, Sequence[str]], Sequence[ScheduleRequest]]
    context_of: Callable[[Deadline], ScheduleContext]


class Telling:
    """One run of one plan. In check mode it takes the same path, and sends, schedules and writes nothing."""

    def __init__(self, plan: Plan, api: ScheduledApi, deadline: Deadline, *, check_mode: bool) -> None:
        """Prepare the run; nothing is read or sent yet."""
        self._plan = plan
        self._api = api
        self._deadline = deadline
        self._check_mode = check_mode
        self._context = plan.context_of(self._scheduling_deadline())
        self._results: dict[str, Result] = {}
        self._overtaken: set[str] = set()
        self._warnings: list[str] = []

    def run(self) -> Report:
        """Tell everyone, and return a result for each, those who are told at once before the others.

        Whatever goes wrong in between, what is known is returned.
        """
        recipients = self._plan.recipients
        everyone = [*recipients.now, *(to for _at, group in recipients.later for to in group)]
        self._attempt(everyone, self._tell)
        self._fill(everyone, partial(_without_message, Outcome.UNKNOWN, "no result is known"))
        results = (self._results[to] for to in everyone)
        return Report.of(results, [*self._warnings, *self._context.warnings])

    @cached_property
    def _once(self) -> OncePerRecipient:
        """The scheduled messages of the event."""
        from .._schedule.once import OncePerRecipient  # noqa: PLC0415 - only who may have to wait needs it

        return OncePerRecipient(self._context, self._plan.name, self._deadline, self._told_meanwhile)

    def _tell(self) -> None:
        """Tell the recipients whom no other run can defer first, since they need not wait; then the others.

        Whom another run is telling at this moment is waited for last, so that a run which was killed silences no one.
        """
        recipients = self._plan.recipients
        entangled = recipients.may_defer | self._with_messages(recipients.now)
        direct = [to for to in recipients.now if to not in entangled]
        self._send(direct, self._scheduled_meanwhile, waits=False)
        rest = [to for to in recipients.now if to in entangled | self._overtaken]
        if rest or recipients.later:
            self._attempt([*rest, *_numbers(recipients.later)], lambda: self._tell_in_turn(rest))
        self._send(self._in_progress(to for to in direct if to not in rest), self._scheduled_meanwhile, waits=True)

    def _tell_in_turn(self, now: Sequence[str]) -> None:
        """Tell those who could be told in both ways, while no other run of this event does.

        Those of whom it is not certain yet whether they were told come last.
        """
        later = _numbers(self._plan.recipients.later)
        with self._once.hold():
            self._take_turn(now, later, waits=False)
            undecided = self._undecided([*now, *later])
            if undecided:
                self._take_turn(
                    [to for to in now if to in undecided], [to for to in later if to in undecided], waits=True
                )

    def _take_turn(self, now: Sequence[str], later: Sequence[str], *, waits: bool) -> None:
        """Tell those for whom nothing is scheduled. ``waits``: until it is certain, and for runs that tell them."""
        scheduled = self._once.scheduled_for([*now, *later], waits=waits)
        self._note(scheduled.values())
        self._send([to for to in now if to not in scheduled], self._once.lock_objection, waits=waits)
        later = [to for to in later if to not in scheduled]
        self._attempt(later, lambda: self._defer(later, waits=waits))
        self._send_instead(later)

    def _defer(self, recipients: Sequence[str], *, waits: bool) -> None:
        """Schedule for those of these recipients who have not had it yet."""
        foreseen = self._deliver(recipients, no_objection, waits=waits, check_mode=True, is_counted=False)
        self._note(result for result in foreseen if result.outcome is not Outcome.WOULD_SEND)
        unsent = {result.to.lstrip("+") for result in foreseen if result.outcome is Outcome.WOULD_SEND}
        requests: list[ScheduleRequest] = []
        for at, group in self._plan.recipients.later:
            due = [to for to in group if to in unsent]
            try:
                requests += self._schedule_requests(at, due)
            except VoipsmsError as error:
                self._note(map(partial(_without_message, Outcome.NOT_SENT, str(error)), due))
        if requests:
            self._note(self._once.schedule(requests))

    def _schedule_requests(self, at: dt.datetime, recipients: Sequence[str]) -> list[ScheduleRequest]:
        """Return the requests for an instant, or for the next minutes where another event of the same text has these.

        Raises ``VoipsmsError``.
        """
        requests: list[ScheduleRequest] = []
        for minute in range(_MINUTES):
            wanted = self._plan.schedule_requests(at + dt.timedelta(minutes=minute), recipients) if recipients else ()
            taken = {to for request in wanted for to in self._once.taken(request)}
            is_last = minute == _MINUTES - 1
            requests += [request if is_last else request.without(taken) for request in wanted]
            recipients = [to for to in recipients if to in taken]
        return [request for request in requests if request.delivery.recipients]

    def _send_instead(self, later: Sequence[str]) -> None:
        """Send an urgent event at once to those for whom certainly nothing waits, since they would never hear of it."""
        unscheduled = [to for to in later if to in self._results and self._results[to].outcome in _NOT_WAITING]
        if not (unscheduled and self._plan.is_urgent):
            return
        reasons = {to: self._results[to].code_desc or "no reason given" for to in unscheduled}
        self._send(unscheduled, self._once.lock_objection, waits=True)
        sent = [to for to in unscheduled if self._results[to].outcome in _AT_ONCE]
        self._note(
            self._results[to]._replace(code_desc=f"sent at once, since it could not be scheduled: {reasons[to]}")
            for to in sent
        )
        if sent:
            causes = " / ".join(dict.fromkeys(reasons[to] for to in sent))
            self._warnings.append(
                f"the event is critical, and could not be scheduled for the end of quiet hours, so it"
                f" {'would be' if self._check_mode else 'was'} sent at once to"
                f" {', '.join(f'+{to}' for to in sent)}: {causes}"
            )

    def _send(self, recipients: Sequence[str], objection: Objection, *, waits: bool) -> None:
        self._note(self._deliver(recipients, objection, waits=waits, check_mode=self._check_mode))

    def _deliver(
        self,
        recipients: Sequence[str],
        objection: Objection,
        *,
        waits: bool,
        check_mode: bool,
        is_counted: bool = True,
    ) -> list[Result]:
        """Return the results of sending to these recipients, each text by a delivery of its own.

        ``is_counted``: whether limits hold, which they do not for what is scheduled.
        """
        context = self._context
        results: list[Result] = []
        for request in self._plan.send_requests(recipients) if recipients else ():
            delivery = Delivery(
                request if is_counted else request._replace(limits=None),
                self._api,
                context.ledger,
                context.fingerprints,
                self._deadline,
                check_mode=check_mode,
                waits=waits,
                objection=objection,
            )
            report = delivery.run()
            self._warnings += report.warnings
            results += [result._replace(text=request.text) for result in report.results]
        return results

    def _in_progress(self, recipients: Iterable[str]) -> list[str]:
        """Return those of these recipients whom another run is telling."""
        return [to for to in recipients if self._outcome(to) is Outcome.IN_PROGRESS]

    def _undecided(self, recipients: Sequence[str]) -> set[str]:
        """Return those of these recipients of whom it may be known later in this run whether they were told."""
        waiting = {*self._in_progress(recipients), *self._once.may_become_certain(recipients), *self._overtaken}
        return {to for to in recipients if to in waiting and self._outcome(to) in _OPEN}

    def _outcome(self, to: str) -> Outcome | None:
        return self._results[to].outcome if to in self._results else None

    def _with_messages(self, recipients: Iterable[str]) -> frozenset[str]:
        """Return the recipients for whom the ledger knows scheduled messages of this event; it may fail later on."""
        try:
            return frozenset(self._with_known_messages(recipients))
        except LedgerError:
            return frozenset()

    def _with_known_messages(self, numbers: Iterable[str]) -> list[str]:
        return known_to_ledger(self._context.ledger, self._context.fingerprints, self._plan.name, numbers)

    # What two runs at once must not both do ------------------------------------------------------------------------
    # Each claims first and then looks whether the other has, so at least one of them notices.

    def _scheduled_meanwhile(self, numbers: Sequence[str]) -> str:
        """Return why these recipients must not be sent to: another run takes them for people in quiet hours."""
        known = self._with_known_messages(numbers)
        # One request is for all of them.
        self._overtaken.update(numbers if known else ())
        return "another run has begun to schedule this event for them" if known else ""

    def _told_meanwhile(self, numbers: Sequence[str]) -> str:
        """Return why nothing must be scheduled for these recipients: another run is sending to them, or has."""
        context = self._context
        for request in self._plan.send_requests(numbers):
            names = [context.fingerprints.recipient(to) for to in request.recipients]
            rows = context.ledger.rows(context.fingerprints.key(request.key), names).values()
            now = context.ledger.now()
            if any(claimability(row, request.dedupe, now) is not Claimability.FREE for row in rows):
                self._overtaken.update(numbers)
                return "another run has begun to tell them of this event at once"
        return ""

    def _scheduling_deadline(self) -> Deadline:
        """Return the deadline of scheduling, which leaves time to tell people at once where that is the way out."""
        if not (self._plan.is_urgent and self._plan.recipients.later):
            return self._deadline
        return self._deadline.part(_SHARE)

    def _attempt(self, recipients: Iterable[str], step: Callable[[], None]) -> None:
        """Take a step; note the reason for those who have no result by then, should it fail."""
        try:
            step()
        except NameInUse as error:
            self._fill(recipients, partial(_without_message, Outcome.IN_PROGRESS, str(error)))
        except VoipsmsError as error:
            self._fill(recipients, partial(_without_message, Outcome.NOT_SENT, str(error)))
        except Exception as error:  # noqa: BLE001 - some may have been told by now, and their results must be reported
            reason = f"{defect(error)} (please report this)"
            self._warnings.append(reason)
            self._fill(recipients, partial(_without_message, Outcome.UNKNOWN, reason))

    def _fill(self, recipients: Iterable[str], result_of: Callable[[str], Result]) -> None:
        self._note(result_of(to) for to in recipients if to not in self._results)

    def _note(self, results: Iterable[Result]) -> None:
        """Keep results, each in place of an earlier one of its recipient."""
        for result in results:
            self._results[result.to.lstrip("+")] = result


def _numbers(later: Iterable[tuple[dt.datetime, Sequence[str]]]) -> list[str]:
    return [to for _at, group in later for to in group]


def _without_message(outcome: Outcome, reason: str, to: str) -> Result:
    return Result(f"+{to}", outcome, code_desc=reason)
