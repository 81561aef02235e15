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
from functools import partial
from typing import NamedTuple

from .._api.scheduled import ScheduledApi
from .._core.deadline import Deadline
from .._core.errors import VoipsmsError, defect
from .._ledger.model import LedgerError
from .._message.outcome import Outcome, Report, Result
from .._schedule.context import ScheduleContext
from .._schedule.lock import NameInUse
from .._schedule.once import OncePerRecipient
from .._schedule.request import ScheduleRequest
from .._send.delivery import Delivery
from .._send.request import SendRequest

_NOT_WAITING = frozenset({Outcome.NOT_SENT, Outcome.REFUSED})
"""Outcomes of scheduling with which it is certain that no message waits."""

_AT_ONCE = frozenset({Outcome.SENT, Outcome.WOULD_SEND})

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
        self._once = OncePerRecipient(self._context, plan.name)
        self._results: dict[str, Result] = {}
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

    def _tell(self) -> None:
        """Tell whoever is only ever told at once, first, since no other run can be in their way; then the others."""
        recipients = self._plan.recipients
        entangled = recipients.may_defer | self._with_messages()
        self._send([to for to in recipients.now if to not in entangled])
        rest = [to for to in recipients.now if to in entangled]
        if rest or recipients.later:
            self._attempt([*rest, *_numbers(recipients.later)], lambda: self._tell_in_turn(rest))

    def _tell_in_turn(self, now: Sequence[str]) -> None:
        """Tell those who could be told in both ways, while no other run of this event does."""
        with self._once.hold():
            self._note(self._once.scheduled_for([*now, *_numbers(self._plan.recipients.later)]).values())
            self._send([to for to in now if to not in self._results])
            self._attempt(_numbers(self._plan.recipients.later), self._defer)
            self._send_instead()

    def _defer(self) -> None:
        """Schedule for those who have not had it yet, and for whom it is not known that nothing can be scheduled."""
        later = [to for to in _numbers(self._plan.recipients.later) if to not in self._results]
        looks = [result for result in self._deliver(later, check_mode=True) if result.outcome is not Outcome.WOULD_SEND]
        self._note(looks)
        requests: list[ScheduleRequest] = []
        for at, group in self._plan.recipients.later:
            due = [to for to in group if to not in self._results]
            try:
                requests += self._plan.schedule_requests(at, due) if due else ()
            except VoipsmsError as error:
                self._fill(due, partial(_without_message, Outcome.NOT_SENT, str(error)))
        if requests:
            self._note(self._once.schedule(requests))

    def _send_instead(self) -> None:
        """Send an urgent event at once to those for whom certainly nothing waits, since they would never hear of it."""
        later = _numbers(self._plan.recipients.later)
        unscheduled = [to for to in later if to in self._results and self._results[to].outcome in _NOT_WAITING]
        if not (unscheduled and self._plan.is_urgent):
            return
        reasons = {to: self._results[to].code_desc or "no reason given" for to in unscheduled}
        self._send(unscheduled)
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

    def _send(self, recipients: Sequence[str]) -> None:
        self._note(self._deliver(recipients, check_mode=self._check_mode))

    def _deliver(self, recipients: Sequence[str], *, check_mode: bool) -> list[Result]:
        """Return the results of sending to these recipients, each text by a delivery of its own."""
        results: list[Result] = []
        for request in self._plan.send_requests(recipients) if recipients else ():
            context = self._context
            delivery = Delivery(
                request, self._api, context.ledger, context.fingerprints, self._deadline, check_mode=check_mode
            )
            report = delivery.run()
            self._warnings += report.warnings
            results += [result._replace(text=request.text) for result in report.results]
        return results

    def _with_messages(self) -> frozenset[str]:
        """Return the recipients for whom the ledger knows scheduled messages of this event; it may fail later on."""
        fingerprints = self._context.fingerprints
        try:
            rows = self._context.ledger.scheduled()
        except LedgerError:
            return frozenset()
        known = {row.recipient for row in rows if row.name == self._plan.name}
        return frozenset(to for to in self._plan.recipients.now if fingerprints.recipient(to) in known)

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
        except Exception as error:  # noqa: BLE001 - what has been done must be reported
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
