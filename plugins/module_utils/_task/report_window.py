# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Report on a maintenance window: the results of its reminders, its calendar and its diff. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .._message import dates
from .._message.display import printable
from .._message.outcome import PARTIAL, UNCHANGED, Outcome, Result
from .._message.text import measure
from .._notify.window import day_of
from .._notify.window_input import ANNOUNCE, Reminder
from .._notify.window_run import WindowDone, WindowGoal
from . import report
from .report import CANCELLED, NEW, SENDING, FailurePolicy, has_changed, held_warnings, ledger_keys, rule, summary
from .report_scheduled import SCHEDULING

if TYPE_CHECKING:
    from .._ledger.interface import Ledger
    from .._send.request import SendRequest

LEFT_OUT = "left_out"
"""The outcome of a reminder whose date is over or too near, and for which nothing was to be done."""

_BEFORE = CANCELLED | {Outcome.DUPLICATE}
_AFTER = NEW | {Outcome.DUPLICATE}


def blank() -> dict[str, Any]:
    """Return the keys that every result has, with the values of a run that did nothing."""
    keys = report.blank()
    for name in ("encoding", "segments", "key"):
        del keys[name]
    return {**keys, "name": None, "start": None, "end": None, "calendar": [], "told": []}


class WindowReport:
    """What a task on a window returns.

    ``zone``: the account's, of the dates in results. ``allow_held``: what a limit holds back is no failure.
    """

    def __init__(self, goal: WindowGoal, done: WindowDone, zone: str, *, allow_held: bool) -> None:
        """Take the goal and the results."""
        self._goal = goal
        self._done = done
        self._zone = zone
        self._policy = FailurePolicy(allow_held=allow_held)

    def summary(self, ledger: Ledger, *, check_mode: bool) -> dict[str, Any]:
        """Return what the task reports. Raises nothing."""
        scheduled = [result for one in self._goal.dated for result in self._done.results.get(one.name, ())]
        sent = [result for one in self._goal.announced for result in self._done.results.get(one.name, ())]
        reported = summary(scheduled, "", self._policy, SCHEDULING, lambda _results: self._diff())
        if sent or self._done.told:
            key = ", ".join(self._unknown_keys())
            reported = _joined(reported, summary([*sent, *self._done.told], key, self._policy, SENDING), not scheduled)
        for result, name in zip(reported["results"], self._names()):
            result["reminder"] = name
        del reported["key"]
        window = self._goal.window
        return {
            **reported,
            "name": window.name,
            "start": window.start.astimezone(window.zone).isoformat(),
            "end": window.end.astimezone(window.zone).isoformat(),
            "calendar": [self._entry(reminder) for reminder in self._goal.reminders],
            "told": [result.to for result in self._done.told if result.outcome in _AFTER | {Outcome.UNKNOWN}],
            **ledger_keys(ledger, changed=reported["changed"], check_mode=check_mode),
        }

    def warnings(self) -> list[str]:
        """Return the warnings about messages that limits hold back, where that is no failure."""
        some = [self._done.results.get(one.name, ()) for one in self._goal.announced]
        return held_warnings([result for results in (*some, self._done.told) for result in results], self._policy)

    def _unknown_keys(self) -> Iterable[str]:
        """Yield the keys by which ``voipsms_ledger`` resolves what may have been sent at once."""
        announced = [(request.key, self._done.results.get(one.name, ())) for one, request in self._announced()]
        for key, results in (*announced, (self._done.news_key, self._done.told)):
            if any(result.outcome is Outcome.UNKNOWN for result in results):
                yield key

    def _announced(self) -> Iterable[tuple[Reminder, SendRequest]]:
        """Return the reminders that go out at once, each with its request."""
        return zip(self._goal.announced, self._goal.announcements)

    def _names(self) -> list[str | None]:
        """Return the reminder of each result, None for the news."""
        reminders = [*self._goal.dated, *self._goal.announced]
        return [one.name for one in reminders for _result in self._done.results.get(one.name, ())] + [
            None for _result in self._done.told
        ]

    def _entry(self, reminder: Reminder) -> dict[str, Any]:
        """Return a reminder of the calendar."""
        results = self._done.results.get(reminder.name, ())
        key = next((request.key for one, request in self._announced() if one is reminder), "")
        ruling = rule(results, key, self._policy, SENDING if reminder.is_announcement else SCHEDULING)
        is_left_out = reminder.name in self._done.late and not results
        local = reminder.at.astimezone(self._goal.window.zone)
        is_wanted = self._goal.is_on and reminder.is_wanted
        return {
            "name": f"{self._goal.window.name}/{reminder.name}",
            "reminder": reminder.name,
            "at": None if reminder.is_announcement else local.isoformat(),
            "when": _when(local) if is_wanted and not reminder.is_announcement else "",
            "late": reminder.name in self._done.late,
            "wanted": is_wanted,
            "text": reminder.text,
            "segments": measure(reminder.text).segments,
            "recipients": [f"+{digits}" for digits in reminder.recipients],
            "outcome": LEFT_OUT if is_left_out else ruling.outcome,
            "changed": ruling.changed,
            "failed": ruling.failed,
            "msg": "its date is over or too near, so it was left out" if is_left_out else ruling.msg,
        }

    def _diff(self) -> dict[str, str]:
        """Return the pending messages of the window before and after, and after them what is told of a change."""
        header = f"maintenance window {printable(self._goal.window.name)}"
        results, news = self._done.results, "".join(self._news())
        has_any_changed = any(has_changed(result) for some in results.values() for result in some)
        before, after = (
            "".join(
                line
                for reminder in self._goal.reminders
                for line in self._lines(
                    reminder, [one for one in results.get(reminder.name, ()) if one.outcome in some]
                )
            )
            for some in (_BEFORE, _AFTER if has_any_changed else _BEFORE)
        )
        return {"before_header": header, "after_header": header, "before": before, "after": after + news}

    def _news(self) -> Iterable[str]:
        """Yield the line about what is told at once, by this run, of a window that was moved or is off."""
        told = [result for result in self._done.told if result.outcome in NEW]
        if self._goal.news is not None:
            kind = "moved" if self._goal.is_on else "off"
            news = Reminder(kind, self._goal.window.start, self._goal.news.text, (), is_wanted=True, kind=ANNOUNCE)
            yield from self._lines(news, told)

    def _lines(self, reminder: Reminder, results: Sequence[Result]) -> Iterable[str]:
        """Yield a line for each date and text of a reminder."""
        groups: dict[tuple[str, str], int] = {}
        for result in results:
            key = (self._date_of(reminder, result), self._text_of(reminder, result))
            groups[key] = groups.get(key, 0) + 1
        for (when, text), count in sorted(groups.items()):
            people = f"{count} {'person' if count == 1 else 'people'}"
            yield f"{printable(reminder.name)}: {when}, {people}: {text}".rstrip(": ") + "\n"

    def _text_of(self, reminder: Reminder, result: Result) -> str:
        """Return the text of a message in one line; none of what was announced before, which the ledger does not keep.

        What was announced may have had another date in it.
        """
        is_known = result.outcome in NEW or not reminder.is_announcement
        text = reminder.text if result.text is None and result.outcome not in CANCELLED else result.text or ""
        return " ".join(printable(text).split()) if is_known else ""

    def _date_of(self, reminder: Reminder, result: Result) -> str:
        """Return the date of a message as people of the window read it."""
        if reminder.is_announcement:
            return "at once" if result.outcome in NEW else "already sent"
        try:
            instant = dates.from_echo(result.delivery_date, self._zone).instant
        except dates.DateError:
            instant = None
        return _when(instant.astimezone(self._goal.window.zone)) if instant is not None else str(result.delivery_date)


def _when(local: dt.datetime) -> str:
    return f"{day_of(local)} {local:%Y %H:%M %z}"


def _joined(scheduled: Mapping[str, Any], sent: Mapping[str, Any], is_alone: bool) -> dict[str, Any]:
    """Return what a task reports that has both scheduled and sent. ``is_alone``: it has scheduled nothing."""
    outcomes = {one["outcome"] for one in (scheduled, sent) if one["outcome"] != UNCHANGED}
    costs = [one["cost"] for one in (scheduled, sent)]
    return {
        **scheduled,
        "failed": scheduled["failed"] or sent["failed"],
        "changed": scheduled["changed"] or sent["changed"],
        "outcome": PARTIAL if len(outcomes) > 1 else next(iter(outcomes), UNCHANGED),
        "msg": sent["msg"] if is_alone else f"{scheduled['msg']}; {sent['msg']}",
        "cost": None if None in costs else round(sum(costs), 6),
        **{name: [*scheduled[name], *sent[name]] for name in ("results", "smsids", "failed_to")},
    }
