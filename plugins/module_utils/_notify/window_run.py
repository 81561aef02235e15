# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make the reminders of a maintenance window pending, or cancel them, and tell their recipients of changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from .._core.errors import VoipsmsError
from .._ledger.model import Row, State, state_at
from .._message.outcome import Outcome, Report, Result
from .._message.relative_dates import RelativeDate
from .._schedule.context import ScheduleContext
from .._schedule.lock import NameLock
from .._schedule.match import Match
from .._schedule.planned_run import Done
from .._schedule.request import CancelRequest, Request
from .._schedule.scheduler import Scheduler
from .._send.delivery import Delivery
from .._send.request import SendRequest
from .window import news_key
from .window_input import START, Reminder, Window
from .window_memory import keep_until_end, reminded
from .window_reminders import other_reminders, remember_reminders
from .window_start import StartBinding
from .window_version import Version, forget_version, remembered_version

_NOTHING = frozenset({Outcome.NOT_SENT, Outcome.REFUSED, Outcome.HELD})


class WindowGoal(NamedTuple):
    """What shall become of a window.

    ``requests`` has one for each of the ``reminders`` with a date, and ``announcements`` one for each other. ``news``:
    what tells that the window was moved, or is off, without a key and recipients; None where no one is to be told.
    ``unlisted``: the names (fingerprints) of reminders of an earlier run that are not listed now; their messages stay.
    """

    window: Window
    is_on: bool
    reminders: tuple[Reminder, ...]
    requests: tuple[Request, ...]
    announcements: tuple[SendRequest, ...]
    news: SendRequest | None
    unlisted: frozenset[str] = frozenset()

    @property
    def dated(self) -> list[Reminder]:
        """The reminders that have a date."""
        return [reminder for reminder in self.reminders if not reminder.is_announcement]

    @property
    def announced(self) -> list[Reminder]:
        """The reminders that go out at once."""
        return [reminder for reminder in self.reminders if reminder.is_announcement and reminder.is_wanted]


class WindowDone(NamedTuple):
    """The results of a window: those of each reminder by its name, the late reminders, and the results of the news.

    ``news_key``: the ``idempotency_key`` of the news.
    """

    results: dict[str, tuple[Result, ...]]
    late: frozenset[str]
    told: tuple[Result, ...]
    news_key: str = ""

    @property
    def is_without_messages(self) -> bool:
        """Whether nothing is pending or sent, or may be."""
        return all(result.outcome in _NOTHING for some in (*self.results.values(), self.told) for result in some)

    def mapped(self, named: Callable[[Iterable[Result]], list[Result]], safe_text: Callable[[str], str]) -> WindowDone:
        """Return the same with the names of people, and without a credential in texts, which the list may hold."""

        def shown(results: Iterable[Result]) -> tuple[Result, ...]:
            return tuple(
                result if result.text is None else result._replace(text=safe_text(result.text))
                for result in named(results)
            )

        results = {name: shown(some) for name, some in self.results.items()}
        return self._replace(results=results, told=shown(self.told))


class WindowRun:
    """One run of a task on a window."""

    def __init__(self, context: ScheduleContext, goal: WindowGoal) -> None:
        """Change nothing yet."""
        self._context = context
        self._goal = goal
        self._lock = NameLock(context, context.fingerprints.name(goal.window.name))

    def go(self) -> WindowDone:
        """Schedule, move and cancel, announce, and tell. Raises ``VoipsmsError`` with nothing changed."""
        # Held until people are told, too: what another run does meanwhile they would hear in the wrong order.
        with self._lock.hold():
            return self._go()

    def _go(self) -> WindowDone:
        context, window = self._context, self._goal.window
        began = context.ledger.now()
        version = remembered_version(context, window, began, is_on=self._goal.is_on)
        try:
            done = Scheduler(context).change(self._goal.requests)
        except VoipsmsError:
            forget_version(context, version)
            raise
        results = {reminder.name: results for reminder, results in zip(self._goal.dated, done.results)}
        late = {reminder.name for reminder, is_late in zip(self._goal.dated, done.late) if is_late}
        scheduled = WindowDone(results, frozenset(late), ())
        try:
            told = self._told_of(scheduled, done, version, began)
        except VoipsmsError as error:  # what has been done must be reported
            return self._untold(scheduled, f"the ledger could not be read after the reminders were planned: {error}")
        self._keep_rows()
        return told

    def _keep_rows(self) -> None:
        """Keep what the ledger knows of the window, so that who has heard of it is told of a change until its end."""
        fingerprints, goal = self._context.fingerprints, self._goal
        if not goal.is_on:
            return
        announced = [
            (fingerprints.key(request.key), fingerprints.recipient(number))
            for request in goal.announcements
            for number in request.recipients
        ]
        names = {request.name_fingerprint for request in goal.requests} | goal.unlisted
        keep_until_end(self._context, goal.window, names, announced)

    def _told_of(self, scheduled: WindowDone, done: Done, version: Version, began: float) -> WindowDone:
        """Announce and tell, and return all results of the window. Raises ``VoipsmsError``."""
        context, window = self._context, self._goal.window
        self._warn_of_unknown_window(done)
        is_over = context.ledger.now() >= window.end.timestamp()
        if self._goal.is_on and is_over and version.changed_at == began:
            end = window.end.astimezone(window.zone).isoformat()
            context.warn(f"the window {window.name!r} ended at {end}, so no recipient is notified; check start and end")
        results = dict(scheduled.results)
        for reminder, request in zip(self._goal.announced, self._goal.announcements):
            results[reminder.name] = self._delivered(request).results if self._goal.is_on and not is_over else ()
        late = scheduled.late.union(reminder.name for reminder in self._goal.announced if is_over)
        key = news_key(window, "moved" if self._goal.is_on else "off", version.number)
        # Announcing settles a lost answer, so only now is it certain who has heard of the window.
        told = () if is_over else self._tell(self._had(done, version), version, key)
        return WindowDone(results, late, told, key)

    def _untold(self, scheduled: WindowDone, reason: str) -> WindowDone:
        """Return the results, with nothing announced; the next run announces and tells."""
        results = dict(scheduled.results)
        for reminder, request in zip(self._goal.announced, self._goal.announcements):
            results[reminder.name] = tuple(
                Result(f"+{to}", Outcome.NOT_SENT, code_desc=reason, text=request.text)
                for to in (request.recipients if self._goal.is_on else ())
            )
        if self._goal.news is not None:
            self._context.warn(f"no recipient was told that the window has changed: {reason}; run the task again")
        return scheduled._replace(results=results)

    def _warn_of_unknown_window(self, done: Done) -> None:
        """Warn when a window is off of which the ledger knows no reminder."""
        names = {request.name_fingerprint for request in self._goal.requests}
        if self._goal.is_on or any(done.results) or any(row.name in names for row in self._context.ledger.scheduled()):
            return
        self._context.warn(
            f"the ledger {self._context.ledger.name!r} knows no reminder of the window {self._goal.window.name!r}, so"
            " nothing was looked for; what another ledger has scheduled is cancelled by smsid"
        )

    def _tell(self, had: Sequence[str], version: Version, key: str) -> tuple[Result, ...]:
        """Tell by this key the people who have had a reminder (digits) that the window is off, or was moved."""
        news, is_on = self._goal.news, self._goal.is_on
        if news is not None and not is_on and not any(reminder.recipients for reminder in self._goal.reminders):
            self._context.warn(
                "no recipient is told that the window is off: the task names none, and the ledger keeps no numbers"
            )
        if news is None or not had or (is_on and version.number == 1):
            return ()
        return self._delivered(news._replace(key=key, label=key, recipients=tuple(had))).results

    def _had(self, done: Done, version: Version) -> list[str]:
        """Return those recipients of the task who have had a reminder of an earlier version of the window.

        The ledger does not keep numbers in plain text, so only recipients of the task can be told.
        """
        fingerprints = self._context.fingerprints
        delivered = [row for rows in done.delivered for row in rows] + reminded(self._context, self._goal.unlisted)
        recipients = {row.recipient for row in delivered if self._is_earlier(row, version)}
        for reminder, request in zip(self._goal.announced, self._goal.announcements):
            numbers = map(fingerprints.recipient, reminder.recipients)
            announced = self._context.ledger.rows(fingerprints.key(request.key), numbers)
            self._warn_of_unanswered(request.key, announced.values())
            recipients.update(
                recipient
                for recipient, row in announced.items()
                if row.state is State.ACCEPTED and self._is_earlier(row, version)
            )
        digits = dict.fromkeys(number for reminder in self._goal.reminders for number in reminder.recipients)
        return [number for number in digits if fingerprints.recipient(number) in recipients]

    def _warn_of_unanswered(self, key: str, rows: Iterable[Row]) -> None:
        """Warn where it is not known who was announced a window that is off; where it is on, the task fails."""
        now = self._context.ledger.now()
        numbers = [row.masked for row in rows if state_at(row, now) is State.UNKNOWN]
        if numbers and self._goal.news is not None and not self._goal.is_on:
            self._context.warn(
                f"the announcement to {', '.join(numbers)} may have been sent, and they are not told that the window is"
                f" off; key {key}; look into the message log, tell the ledger what you found"
                " (voipsms_ledger), and run the task again"
            )

    def _is_earlier(self, row: Row, version: Version) -> bool:
        """Return whether a message was sent, or scheduled, before the window was last changed."""
        return not self._goal.is_on or row.claimed_at < version.changed_at

    def _delivered(self, request: SendRequest) -> Report:
        context = self._context
        delivery = Delivery(
            request,
            context.api,
            context.ledger,
            context.fingerprints,
            context.deadline,
            check_mode=context.check_mode,
            objection=self._lock.objection,
        )
        report = delivery.run()
        context.warnings.extend(report.warnings)
        return report


def run_window(
    context: ScheduleContext,
    goal: WindowGoal,
    relative: RelativeDate | None,
    goal_at: Callable[[dt.datetime], WindowGoal],
) -> tuple[WindowGoal, WindowDone]:
    """Return the goal of a window, and the results. Raises ``VoipsmsError`` with nothing changed.

    ``relative``: a start that counts from now on, and is bound to the window's name. ``goal_at``: the goal for a start.
    """
    binding = StartBinding(context, goal.window.name)
    if relative is None:
        goal = _with_all_reminders(context, goal)
        done = WindowRun(context, goal).go()
        binding.end()
        return goal, done
    bound = binding.bind(relative, is_on=goal.is_on)
    try:
        goal = _with_all_reminders(context, goal_at(bound.start))
        done = WindowRun(context, goal).go()
    except VoipsmsError:
        binding.withdraw(bound)
        raise
    if goal.is_on and done.is_without_messages:
        binding.withdraw(bound)
    else:
        keep_until_end(context, goal.window, (), [binding.identity])
    return goal, done


def _with_all_reminders(context: ScheduleContext, goal: WindowGoal) -> WindowGoal:
    """Return a goal in which a window that is off has every reminder; remember those of one that is on.

    Raises ``VoipsmsError`` with nothing changed.
    """
    window, names = goal.window, [reminder.name for reminder in goal.dated]
    if goal.is_on:
        remember_reminders(context, window, [reminder.name for reminder in goal.dated if reminder.is_wanted])
        for name in other_reminders(context, window, names, ahead=True):
            context.warn(
                f"the reminder {name!r} of an earlier run is not in the list, and its messages stay pending; list it"
                " with state=absent to cancel them"
            )
        unlisted = other_reminders(context, window, names, ahead=False)
        return goal._replace(unlisted=frozenset(context.fingerprints.name(f"{window.name}/{one}") for one in unlisted))
    others = other_reminders(context, window, names, ahead=False)
    matches = [Match(name=context.fingerprints.name(f"{window.name}/{name}")) for name in others]
    return goal._replace(
        reminders=(*goal.reminders, *(Reminder(name, window.start, "", (), False, START) for name in others)),
        requests=(*goal.requests, *(CancelRequest(match, None) for match in matches)),
    )
