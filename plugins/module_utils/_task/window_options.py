# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Turn the options of ``voipsms_window`` into what shall become of a window, and name every fault of them at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timezone
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, Optional

from .._core.errors import Faults, VoipsmsError
from .._core.shown import not_text
from .._core.structure import elements_of
from .._ledger.model import KEPT, NO_LEDGER, DedupePolicy
from .._message import dates, numbers
from .._message.relative_dates import RelativeDate
from .._message.text import MAX_SEGMENTS, measure
from .._message.text import faults as text_faults
from .._notify.fitting import read_and_fit
from .._notify.window import read_calendar
from .._notify.window_input import ANNOUNCE, BEFORE, END, START, Defaults, Reminder, Window
from .._notify.window_run import WindowGoal
from .._notify.window_start import read_relative_start, start_at
from .._notify.window_texts import MOVED, OFF, usual_texts, words
from .._people.contacts import read_contacts
from .._schedule.match import Match
from .._schedule.request import CancelRequest, Request, ScheduleRequest
from .._send.delivery import AT_A_TIME
from .._send.request import SendRequest
from .names import Names
from .open_ledger import limits_of
from .schedule_context import TaskContext, read_context, scheduled_request
from .values import in_range, read_region, read_sender, with_texts

if TYPE_CHECKING:
    from .._ledger.limits import Limits

_NO_LEDGER = "a window needs a ledger, by which its reminders are found again, and ledger is none"
_BATCH = 100
_KINDS = (BEFORE, START, END, ANNOUNCE, OFF, MOVED)
_NO_ZONE = "account_timezone is needed: the service takes wall time of the account, so set it to the account's zone"


class WindowOptions(NamedTuple):
    """A task on a window, and the zone of the account.

    ``relative``: its start where that counts from now on; ``goal`` is then what is wanted if it is resolved now, and
    ``goal_at`` returns it for another start. Raises ``InputError``, where that has a fault of its own.
    ``allow_held``: a message that a limit holds back is no failure.
    """

    context: TaskContext
    goal: WindowGoal
    account_timezone: str
    relative: Optional[RelativeDate]
    goal_at: Callable[[datetime], WindowGoal]
    allow_held: bool


def read_window_options(params: Mapping[str, Any]) -> WindowOptions:
    """Return what a task asks for. Raise ``InputError`` with every fault, before anything is opened or sent."""
    faults = Faults()
    given, params = params, with_texts(params, faults)
    params, relative = _with_start(params, faults)
    region, is_on = read_region(params), params["state"] == "present"
    contacts = read_contacts(params["contacts"], faults)
    faults.add(*_service_faults(params["services"]))
    wrong = in_range("segments", params["segments"], 1, MAX_SEGMENTS)
    texts = _read_texts({**params, "segments": 1} if wrong else params, faults)
    defaults = Defaults(texts, params["to"] if params["to"] is not None else [], params["contacts"])
    maybe_window, calendar = read_calendar(params, params["reminders"], defaults, faults, is_on=is_on)
    reminders = _with_digits(calendar, region, faults)
    sender = read_sender(params["from"], region, faults)
    zone = params["account_timezone"]
    faults.add(*([] if zone else [_NO_ZONE]), *([_NO_LEDGER] if params["ledger"] == NO_LEDGER else []))
    faults.add(*wrong)
    limits = limits_of(params, faults)
    context = read_context({**params, "name": None}, faults, Names(contacts, region))
    window = faults.checked(maybe_window)
    builder = _Builder(context, window, sender, zone, params["min_lead"], is_on, limits)
    goal = builder.goal(reminders, texts[OFF] if not is_on else texts[MOVED], is_told=_is_told(params))

    def goal_at(start: datetime) -> WindowGoal:
        return read_window_options({**given, "start": start.isoformat()}).goal

    return WindowOptions(context, goal, zone, relative, goal_at, params["on_limit"] == "hold")


def _with_start(params: dict[str, Any], faults: Faults) -> tuple[dict[str, Any], RelativeDate | None]:
    """Return the options with a start that does not count from now on, and the one that does, if it was given."""
    relative = faults.attempt(lambda: read_relative_start(params["start"], params["timezone"]))
    if relative is None:
        return params, None
    now = datetime.now(timezone.utc)
    start = faults.attempt(partial(start_at, relative, now)) or now
    return {**params, "start": start.isoformat()}, relative


def _is_told(params: Mapping[str, Any]) -> bool:
    return bool(params["tell_if_moved"] if params["state"] == "present" else params["tell_if_off"])


def _service_faults(services: object) -> list[str]:
    """Return a sentence for each service that is no text: 1.10 has lost its zero when it is read as a number."""
    return [f"services: {not_text(service)}" for service in elements_of(services) if not isinstance(service, str)]


def _read_texts(params: Mapping[str, Any], faults: Faults) -> dict[str, str]:
    """Return the text of each kind: the task's own, as a text or as parts that must fit, or else the usual one."""
    usual = usual_texts(words(params), params["segments"])
    for kind in _KINDS:
        value = params[f"{kind}_text"]
        if value in (None, ""):
            continue
        if isinstance(value, str):
            usual[kind] = value.strip()
            continue
        if not isinstance(value, (list, tuple)):
            faults.add(f"{kind}_text: {not_text(value)}")
            continue
        own = Faults()
        usual[kind] = own.attempt(partial(read_and_fit, value, params["segments"])) or usual[kind]
        faults.add(*(f"{kind}_text: {sentence}" for sentence in own.sentences))
    news = OFF if params["state"] == "absent" else MOVED
    faults.add(*(f"{news}_text: {sentence}" for sentence in text_faults(usual[news]) if _is_told(params)))
    return usual


def _with_digits(reminders: Sequence[Reminder], region: str | None, faults: Faults) -> list[Reminder]:
    """Return reminders with the digits of their recipients, each once; note what is no number, once for all of them."""
    digits: dict[str, str | None] = {}
    for number in dict.fromkeys(number for reminder in reminders for number in reminder.recipients):
        own = Faults()
        digits[number] = own.attempt(partial(numbers.read, number, region))
        names = [repr(reminder.name) for reminder in reminders if number in reminder.recipients]
        label = f"{'reminder' if len(names) == 1 else 'reminders'} {', '.join(names)}"
        faults.add(*(f"{label}: {sentence}" for sentence in own.sentences))
    read = [[digits[number] for number in reminder.recipients] for reminder in reminders]
    return [
        reminder._replace(recipients=tuple(dict.fromkeys(one for one in found if one is not None)))
        for reminder, found in zip(reminders, read)
    ]


class _Builder(NamedTuple):
    """Make the requests of a window whose options have no fault, but for the dates."""

    context: TaskContext
    window: Window
    sender: str | None
    zone: str
    min_lead: int
    is_on: bool
    limits: Limits | None

    def goal(self, reminders: Sequence[Reminder], news: str, *, is_told: bool) -> WindowGoal:
        """Return what is wanted. Raise ``InputError`` with every date that the account cannot write."""
        faults = Faults()
        scheduled = [reminder for reminder in reminders if not reminder.is_announcement]
        requests = [self._request(reminder, faults, needs_history=is_told) for reminder in scheduled]
        faults.raise_if_any()
        announced = [reminder for reminder in reminders if reminder.is_announcement and reminder.is_wanted]
        return WindowGoal(
            window=self.window,
            is_on=self.is_on,
            reminders=tuple(reminders),
            requests=tuple(requests),
            announcements=tuple(
                self._now(reminder.text, f"maintenance/{self._name(reminder)}", reminder.recipients)
                for reminder in announced
            ),
            news=self._now(news, "", ()) if is_told else None,
        )

    @property
    def _remembered_until(self) -> float:
        """Until when the ledger must know who has heard of the window, in Unix seconds."""
        return self.window.end.timestamp() + KEPT

    def _name(self, reminder: Reminder) -> str:
        return f"{self.window.name}/{reminder.name}"

    def _request(self, reminder: Reminder, faults: Faults, *, needs_history: bool) -> Request:
        """Return the request for a reminder; note it where its date cannot be written in wall time of the account."""
        name = self._name(reminder)
        cancel = CancelRequest(Match(name=self.context.fingerprints.name(name)), None)
        if not (self.is_on and reminder.is_wanted):
            return cancel
        try:
            date = dates.at(reminder.at, self.zone)
        except VoipsmsError as error:
            faults.add(f"reminder {reminder.name!r}: {error}")
            return cancel
        delivery = scheduled_request(self.context, self.sender, reminder.text, date, reminder.recipients, name)
        dedupe = delivery.dedupe._replace(until=max(delivery.dedupe.until or 0.0, self._remembered_until))
        return ScheduleRequest(
            delivery=delivery._replace(dedupe=dedupe),
            date=date,
            name=name,
            min_lead=self.min_lead,
            fail_on_mismatch=True,
            if_late=cancel._replace(except_date=date.wire),
            needs_history=needs_history,
        )

    def _now(self, text: str, key: str, recipients: tuple[str, ...]) -> SendRequest:
        """Return a request for what goes out at once. Who has been told is not told again in other words."""
        content = self.context.fingerprints.content(self.sender or "", text)
        return SendRequest(
            key=key,
            label=key,
            sender=self.sender,
            text=text,
            segments=measure(text).segments,
            recipients=recipients,
            dedupe=DedupePolicy(content, 0.0, until=self._remembered_until, skip_different=True),
            batch_size=_BATCH,
            at_a_time=AT_A_TIME,
            account_timezone=self.zone,
            limits=self.limits,
        )
