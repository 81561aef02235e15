# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Turn the options of ``voipsms_notify`` into a plan of whom to tell what, and name every fault of them at once."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from .._api.scheduled import ScheduledApi
from .._core.errors import Faults, InputError, VoipsmsError
from .._core.structure import one_of, texts
from .._ledger.limits import CRITICAL, Limits
from .._ledger.model import NO_LEDGER, DedupePolicy
from .._message import dates
from .._message.outcome import Result
from .._message.text import MAX_SEGMENTS, measure
from .._notify.event import Event, read_key, read_word, usual_severity
from .._notify.telling import Plan, Recipients, Telling
from .._notify.texts import Texts, read_texts
from .._people.audience import Audience, Occasion, choose
from .._people.contacts import Contacts, read_contacts
from .._people.listeners import Listeners, read_listeners
from .._people.person import SEVERITIES, Person
from .._people.recipients import Recipient as Named
from .._people.recipients import Recipients as AllNamed
from .._schedule.request import ScheduleRequest
from .._send.delivery import AT_A_TIME
from .._send.request import SendRequest
from .account import LONGEST_DEADLINE
from .calendar_options import notify_people
from .names import Names
from .open_ledger import limits_of
from .refused_task import not_sent_results, unread_results
from .report_notify import refused_summary
from .schedule_context import TaskContext, grace_options, list_options, read_context, scheduled_request
from .send_options import GIVEN_WINDOW
from .specs import account_options, ledger_options, option
from .values import in_range, read_region, read_sender, repetition_warnings, with_texts

if TYPE_CHECKING:
    from .._ledger.interface import Ledger

BATCH = 100
"""Recipients in one request."""

_MIN_LEAD = 1
"""Minutes that the end of quiet hours must at least lie ahead for a message to be scheduled."""

_MARGIN = dt.timedelta(seconds=LONGEST_DEADLINE, minutes=10)
"""How long ago another run may have begun that is still at work, by a clock that may be wrong."""

_NO_ZONE = "account_timezone is not set, and the service takes dates in the zone of the account; set it"


class NotifyOptions(NamedTuple):
    """Whom a task tells of which event, what it tells them, and how its result is judged.

    ``defers``: whether anyone could be told later, at some time of the day. ``refused``: the results of recipients who
    cannot be read. ``warnings``: of the options.
    """

    context: TaskContext
    event: Event
    sender: str | None
    texts: Texts
    text_of: Mapping[str, str]
    audience: Audience
    may_defer: frozenset[str]
    defers: bool
    refused: tuple[Result, ...]
    required: bool
    account_timezone: str
    warnings: tuple[str, ...]
    limits: Limits | None = None
    allow_held: bool = False

    def telling(self, *, check_mode: bool) -> tuple[Telling, ScheduledApi]:
        """Return the run of this plan, whose deadline begins now, and the calls that it makes."""
        api = self.context.api()
        plan = Plan(
            recipients=Recipients(
                now=_digits(self.audience.now),
                later=tuple((at, _digits(group)) for at, group in self.audience.later),
                may_defer=self.may_defer,
            ),
            name=self.context.fingerprints.name(self.event.key),
            is_urgent=self.event.is_urgent,
            send_requests=self.send_requests,
            schedule_requests=self.schedule_requests,
            context_of=lambda deadline: self.context.schedule_context(api, deadline, check_mode=check_mode),
        )
        return Telling(plan, api, self.context.account.deadline(), check_mode=check_mode), api

    @property
    def ledger(self) -> Ledger:
        """The ledger that both the delivery and the scheduler use."""
        return self.context.ledger

    @property
    def texts_in_use(self) -> list[str]:
        """The texts that recipients get, or the default text when there is no recipient."""
        numbers = (*self.audience.now, *(number for _at, group in self.audience.later for number in group))
        return list(self._by_text(_digits(numbers))) or [self.texts.default]

    def send_requests(self, recipients: Sequence[str]) -> list[SendRequest]:
        """Return a request for each text that these recipients (digits) get."""
        return [self._send_request(text, group) for text, group in self._by_text(recipients).items()]

    def schedule_requests(self, at: dt.datetime, recipients: Sequence[str]) -> list[ScheduleRequest]:
        """Return a request for each text that these recipients (digits) get at an instant. Raises ``VoipsmsError``."""
        if not self.account_timezone:
            raise VoipsmsError(_NO_ZONE)
        date = dates.at(at, self.account_timezone)
        key = self.event.key
        return [
            ScheduleRequest(
                delivery=scheduled_request(self.context, self.sender, text, date, tuple(group), key),
                date=date,
                name=key,
                min_lead=_MIN_LEAD,
                fail_on_mismatch=True,
            )
            for text, group in self._by_text(recipients).items()
        ]

    def _by_text(self, recipients: Sequence[str]) -> dict[str, list[str]]:
        groups: dict[str, list[str]] = {}
        for recipient in recipients:
            groups.setdefault(self.text_of[recipient], []).append(recipient)
        return groups

    def _send_request(self, text: str, recipients: Sequence[str]) -> SendRequest:
        sender = self.sender or ""
        return SendRequest(
            key=self.event.key,
            label=self.event.key,
            sender=self.sender,
            text=text,
            segments=measure(text).segments,
            recipients=tuple(recipients),
            dedupe=DedupePolicy(
                content=self.context.fingerprints.content(sender, text),
                window=float(GIVEN_WINDOW),
                skip_different=True,  # a text that varies between batches tells of the same event
            ),
            batch_size=BATCH,
            at_a_time=AT_A_TIME,
            account_timezone=self.account_timezone or None,
            limits=self.limits,
        )


def notify_options() -> dict[str, dict[str, Any]]:
    """Return a new argument spec: the options of ``voipsms_notify``, which other tasks hand on to it."""
    return {
        **account_options(),
        **ledger_options(),
        **list_options(),
        **grace_options(),
        "to": {"type": "raw", "required": True},
        "event": {"type": "raw", "required": True},
        "severity": {"type": "str", "choices": ["info", "warning", "critical"]},
        "known_events": {"type": "raw"},
        "msg": {"type": "raw", "required": True},
        "segments": {"type": "int", "default": 1},
        "from": {"type": "raw"},
        "idempotency_key": {"type": "raw", "no_log": False},
        "subject": {"type": "raw"},
        "pipeline": {"type": "dict"},
        "deadline": option("DEADLINE", type="float", default=20.0),
        "required": {"type": "bool", "default": False},
    }


def read_notify_options(params: Mapping[str, Any], *, may_forget: bool = False) -> NotifyOptions:
    """Return what a task asks for. Raise ``InputError`` with every fault, before anything is opened or sent.

    ``may_forget``: take no ledger for one, with which everyone is told once in a run, and again by the next one.
    """
    faults, contact_faults = Faults(), Faults()
    if params["ledger"] == NO_LEDGER and not may_forget:
        faults.add("to tell of an event once needs a ledger, and ledger is none, which remembers nothing")
    params = _with_texts(params, faults)
    region = read_region(params)
    contacts = read_contacts(params["contacts"], contact_faults)
    params, calendar_warnings = notify_people(params, contacts, faults)
    listeners = _read_listeners(params, contacts, region, faults)
    if not listeners.people:  # what is wrong with them may be why
        faults.add(*contact_faults.sentences)
    sender = read_sender(params["from"], region, faults)
    event = _read_event(params, faults)
    message = _read_texts(params, faults)
    limits = limits_of(params, faults, CRITICAL if event is not None and event.severity == "critical" else "")
    context = _read_context(params, listeners, contacts, faults)
    event, message = faults.checked(event), faults.checked(message)
    zone = params["account_timezone"] or ""
    occasion = Occasion(event.word, event.severity, dt.datetime.fromtimestamp(time.time(), dt.timezone.utc), zone)
    return NotifyOptions(
        context=context,
        event=event,
        sender=sender,
        texts=message,
        text_of=_texts_of(listeners.people, message),
        audience=choose(listeners.people, occasion),
        may_defer=_deferrable(listeners.people, occasion.now),
        defers=any(person.hours is not None and person.defers for person in listeners.people),
        refused=unread_results(listeners.faults),
        required=params["required"],
        account_timezone=zone,
        warnings=(*calendar_warnings, *_warnings(listeners, contact_faults)),
        limits=limits,
        allow_held=params.get("on_limit") == "hold",
    )


def _with_texts(params: Mapping[str, Any], faults: Faults) -> dict[str, Any]:
    """Return the options as ``with_texts`` does, but for ``msg``, of which its reader takes more than one."""
    return {
        **with_texts({name: value for name, value in params.items() if name != "msg"}, faults),
        "msg": params["msg"],
    }


def _read_listeners(params: Mapping[str, Any], contacts: Contacts, region: str | None, faults: Faults) -> Listeners:
    """Return whom the options mean; that no one is left is a fault."""
    events = faults.attempt(lambda: texts("known_events", params["known_events"])) or ()
    listeners = read_listeners("to", params["to"], contacts, region, events)
    if not listeners.people:
        faults.add(*(f"to: {unread.sentence}" for unread in listeners.faults))
    return listeners


def _read_event(params: Mapping[str, Any], faults: Faults) -> Event | None:
    """Return the event, or None when ``faults`` says what is wrong with it."""
    word = faults.attempt(lambda: read_word("event", params["event"]))
    severity = params["severity"] or (usual_severity(word) if word else SEVERITIES[0])
    faults.attempt(lambda: one_of(SEVERITIES)("severity", severity))
    read = partial(read_key, word or "event", params["idempotency_key"], params["subject"], params["pipeline"])
    key = faults.attempt(read)
    return Event(word, severity, key) if word and key else None


def _read_texts(params: Mapping[str, Any], faults: Faults) -> Texts | None:
    """Return the texts, or None when ``faults`` says what is wrong with them."""
    wrong = in_range("segments", params["segments"], 1, MAX_SEGMENTS)
    faults.add(*wrong)
    return faults.attempt(lambda: read_texts("msg", params["msg"], 1 if wrong else params["segments"]))


def _read_context(params: Mapping[str, Any], listeners: Listeners, contacts: Contacts, faults: Faults) -> TaskContext:
    """Return the account and the ledger. Raise ``InputError`` with every fault, and with who is not told."""
    named = AllNamed(tuple(Named(digits, one.name) for digits, one in _by_digits(listeners.people).items()))
    try:
        return read_context(params, faults, Names(contacts, read_region(params), named))
    except InputError as error:
        error.known = refused_summary((*not_sent_results(named.read), *unread_results(listeners.faults)))
        raise


def _texts_of(people: Sequence[Person], message: Texts) -> dict[str, str]:
    """Return the text of each number, by the first person with a language who has it."""
    return {digits: message.text_for(person.language) for digits, person in _by_digits(people).items()}


def _by_digits(people: Sequence[Person]) -> dict[str, Person]:
    """Return the person of each number, with the first name and language that any entry for it has."""
    known: dict[str, Person] = {}
    for person in people:
        earlier = known.setdefault(person.number.lstrip("+"), person)
        known[person.number.lstrip("+")] = earlier._replace(
            name=earlier.name or person.name, language=earlier.language or person.language
        )
    return known


def _deferrable(people: Iterable[Person], now: dt.datetime) -> frozenset[str]:
    """Return the numbers (digits) that another run of the same event might take to be in quiet hours, or not in them.

    It may have begun before these hours did or ended, or by a clock that is wrong.
    """
    return frozenset(_digits(person.number for person in people if person.may_be_deferred_near(now, _MARGIN)))


def _warnings(listeners: Listeners, contact_faults: Faults) -> tuple[str, ...]:
    repeated = repetition_warnings(AllNamed(repeated=listeners.repeated))
    return (*contact_faults.sentences, *listeners.warnings, *repeated)


def _digits(numbers: Iterable[str]) -> tuple[str, ...]:
    return tuple(number.lstrip("+") for number in numbers)
