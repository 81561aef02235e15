# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Turn the options of ``voipsms_ask`` into a question, and name every fault of them at once."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from .._api.client import Api
from .._core.duration import read_seconds
from .._core.errors import Faults, InputError
from .._core.notation import entries
from .._core.shown import shown as shown_value
from .._core.structure import Fields, nonempty_text, truth
from .._ledger.limits import QUESTION
from .._ledger.model import NO_LEDGER, Fingerprints
from .._message.text import MAX_SEGMENTS
from .._message.text import faults as text_faults
from .._notify.answer_text import DIGITS, is_decoration, is_swallowed
from .._notify.asking import Ask, Asking
from .._notify.codes import digits_for
from .._notify.event import read_word
from .._notify.question import FAIL, PENDING, Choice, Person, Plan, total
from .._notify.question_text import hidden, write
from .._people.audience import left_out
from .._people.contacts import Contacts, read_contacts
from .._people.listeners import read_listeners
from .._people.person import SEVERITIES
from .._people.person import Person as Listener
from .._people.recipients import Recipient, Recipients, read_recipients
from .account import Account, read_account
from .calendar_options import ask_people
from .names import Names
from .open_ledger import limits_of, of_this_run, read_ledger
from .values import (
    in_range,
    is_printable_name,
    read_region,
    read_sender,
    recipient_faults,
    repetition_warnings,
    with_texts,
)

if TYPE_CHECKING:
    from .._ledger.interface import Ledger

USUAL_CHOICES = (Choice("approve", "approve"), Choice("reject", "reject", fails=True))
USUAL_WAIT, USUAL_POLL, USUAL_OPEN_FOR = 900.0, 10.0, 86400.0
USUAL_SEGMENTS = 2

_MOST_CHOICES = 5
_LONGEST_KEY = 180
_LONGEST_NAME, _LONGEST_LABEL = 40, 40
_LONGEST_WAIT = 30 * 86400.0
_UNFIT = re.compile(r"[=,\n]")


class AskOptions(NamedTuple):
    """The question of a task, and how its result is judged and shown.

    ``levels``: how many steps one round has, and ``rounds``: how many rounds there are before the fallback. ``text``:
    the question as people other than its recipients may see it.
    """

    ask: Ask
    account: Account
    ledger: Ledger
    fingerprints: Fingerprints
    names: Names
    levels: int
    rounds: int
    text: str
    warnings: tuple[str, ...]

    def asking(self) -> tuple[Asking, Api]:
        """Return a run of the question, and the calls that it makes."""
        api = self.account.api()
        return Asking(self.ask, api, self.ledger, self.fingerprints), api

    def level(self, begun: int) -> int:
        """Return the step of its round that was reached when so many have begun; the fallback comes after all."""
        if begun > self.levels * self.rounds:
            return self.levels + 1
        return (begun - 1) % self.levels + 1 if begun else 0


class _Step(NamedTuple):
    recipients: Recipients
    listeners: tuple[Listener, ...]
    wait: float


class _Steps(NamedTuple):
    """The steps of one round, how many rounds there are, and the step that comes after all of them, if any."""

    one_round: Sequence[_Step] = ()
    rounds: int = 1
    fallback: Sequence[_Step] = ()

    @property
    def each(self) -> tuple[_Step, ...]:
        """Every step once."""
        return (*self.one_round, *self.fallback)

    @property
    def timeline(self) -> tuple[_Step, ...]:
        """The steps one after the other, with their repetitions."""
        return (*tuple(self.one_round) * self.rounds, *self.fallback)


def read_ask_options(params: Mapping[str, Any]) -> AskOptions:
    """Return what a task asks. Raise ``InputError`` with every fault, before anything is opened or sent."""
    faults = Faults()
    params = with_texts(params, faults)
    region = read_region(params)
    contacts = read_contacts(params["contacts"], faults)
    maybe_account = read_account(params, faults)
    ledger, fingerprints = read_ledger(params, faults)
    sender = read_sender(params["from"], region, faults)
    params, calendar_warnings = ask_people(params, contacts, faults, ledger, fingerprints)
    steps = _read_steps(params, contacts, region, faults)
    choices = _read_choices(params["choices"], faults)
    recipients = _everyone(steps.each)
    is_read = recipients and not any(recipient_faults("", step.recipients) for step in steps.each)
    faults.add(*_option_faults(params, ledger, choices, len(recipients) if is_read else None))
    faults.add(*([] if sender or params["from"] else ["from is needed: a message without a sender cannot be answered"]))
    wanted = params["code_digits"] if params["code_digits"] in DIGITS else None
    digits = faults.attempt(lambda: digits_for(len(recipients) * len(choices), wanted)) or DIGITS[-1]
    times = _read_times(params, steps, faults)
    limits = limits_of(params, faults, QUESTION)
    text = faults.attempt(partial(_hidden_text, params, choices, digits)) or ""
    account = faults.checked(maybe_account)
    ledger, fingerprints = of_this_run(params, ledger, fingerprints)
    people = _as_people(recipients, contacts, region, fingerprints)
    plan = _plan(params, people, steps, choices)
    return AskOptions(
        ask=_ask(params, plan, times, sender or "", account, fingerprints)._replace(
            silent=_silence(params, steps, people), limits=limits
        ),
        account=account,
        ledger=ledger,
        fingerprints=fingerprints,
        names=Names(contacts, region, Recipients(recipients)),
        levels=len(steps.one_round),
        rounds=steps.rounds,
        text=text,
        warnings=(*calendar_warnings, *_repetitions(steps)),
    )


# The people -------------------------------------------------------------------------------------------------------


def _as_people(
    recipients: Iterable[Recipient], contacts: Contacts, region: str | None, fingerprints: Fingerprints
) -> tuple[Person, ...]:
    """Return the people who are asked, each with a name where one is known."""
    return tuple(
        Person(fingerprints.recipient(one.digits), one.digits, one.name or contacts.name_of(one.digits, region))
        for one in recipients
    )


def _read_steps(params: Mapping[str, Any], contacts: Contacts, region: str | None, faults: Faults) -> _Steps:
    """Return the steps; ``to`` is a single one."""
    has_to, has_steps = (params[name] not in (None, "", []) for name in ("to", "steps"))
    if has_to and has_steps:
        faults.add("both to and steps are given; only one can be")
        return _Steps()
    given = faults.attempt(lambda: entries("steps", params["steps"] or None))
    if given is None:
        return _Steps()
    if not has_to and not given:
        faults.add("there are no recipients to ask: set to or steps")
        return _Steps()
    usual = _usual_wait(params)
    one_round = [
        _read_step(f"step {number}", value, usual, contacts, region, faults) for number, value in enumerate(given, 1)
    ]
    if has_to:
        one_round = [_read_recipients("to", params["to"], usual, contacts, region, faults)]
    fallback = params["fallback"]
    last = [] if fallback in (None, "", [], {}) else [_read_step("fallback", fallback, usual, contacts, region, faults)]
    return _Steps(one_round, 1 + max(0, params["repeat"]), last)


def _read_step(name: str, value: object, usual: float, contacts: Contacts, region: str | None, faults: Faults) -> _Step:
    """Return a step, which is a dictionary with to and perhaps wait, or recipients."""
    if not isinstance(value, Mapping):
        return _read_recipients(name, value, usual, contacts, region, faults)
    fields = Fields(value, faults, name)
    fields.refuse_unknown(("to", "wait"), "a step")
    wait = fields.read_optional("wait", read_seconds, usual)
    return _read_recipients(f"to of {name}", value.get("to"), wait, contacts, region, faults)


def _read_recipients(
    name: str, value: object, wait: float, contacts: Contacts, region: str | None, faults: Faults
) -> _Step:
    recipients = read_recipients(name, value, contacts, region)
    faults.add(*recipient_faults(name, recipients))
    return _Step(recipients, read_listeners(name, value, contacts, region).people, wait)


def _silence(params: Mapping[str, Any], steps: _Steps, people: Sequence[Person]) -> Callable[[float], frozenset[str]]:
    """Return who (ids) is not asked at a moment (Unix seconds), by what they want to hear of, and their hours."""
    ids = {person.number: person.id for person in people}
    listeners = [one for step in steps.each for one in step.listeners]
    severity = params["severity"] or SEVERITIES[-1]

    def silent(now: float) -> frozenset[str]:
        moment = dt.datetime.fromtimestamp(now, dt.timezone.utc)
        return frozenset(ids[one] for one in left_out(listeners, params["event"] or "", severity, moment))

    return silent


def _repetitions(steps: _Steps) -> list[str]:
    return [warning for step in steps.each for warning in repetition_warnings(step.recipients)]


def _everyone(steps: Sequence[_Step]) -> tuple[Recipient, ...]:
    """Return the recipients of all steps, each once, in the order in which they are asked."""
    known: dict[str, Recipient] = {}
    for recipient in (one for step in steps for one in step.recipients.read):
        if not known.setdefault(recipient.digits, recipient).name:
            known[recipient.digits] = recipient
    return tuple(known.values())


# The question -----------------------------------------------------------------------------------------------------


def _read_choices(value: object, faults: Faults) -> tuple[Choice, ...]:
    """Return what can be answered; note what is wrong with it."""
    if value is None:
        return USUAL_CHOICES
    choices: list[Choice] = []
    for number, entry in enumerate(faults.attempt(lambda: entries("choices", value)) or [], 1):
        name = f"choice {number}"
        fields = (
            Fields({"name": entry} if isinstance(entry, str) else entry, faults, name) if _is_choice(entry) else None
        )
        if fields is None:
            faults.add(f"{name} must be a name, or a dictionary with name, and perhaps label and fails")
            continue
        fields.refuse_unknown(("name", "label", "fails"), "a choice")
        read_name = fields.read("name", nonempty_text) or ""
        label = fields.read_optional("label", nonempty_text, read_name)
        choices.append(Choice(read_name.strip(), label.strip(), fields.read_optional("fails", truth, False)))
    faults.add(*_choice_faults(choices))
    return tuple(choices)


def _is_choice(entry: object) -> bool:
    return isinstance(entry, (str, Mapping))


def _choice_faults(choices: Sequence[Choice]) -> list[str]:
    """Return a sentence for each thing that is wrong with the choices."""
    faults = []
    if not 1 <= len(choices) <= _MOST_CHOICES:
        faults.append(f"choices must be 1 to {_MOST_CHOICES}")
    names = [choice.name.casefold() for choice in choices]
    faults += [f"the choice {name!r} is there twice" for name in dict.fromkeys(names) if names.count(name) > 1]
    if choices and all(choice.fails for choice in choices):
        faults.append("every choice fails; one must pass")
    for choice in choices:
        for word, longest in ((choice.name, _LONGEST_NAME), (choice.label, _LONGEST_LABEL)):
            if word and (not is_printable_name(word, longest) or _UNFIT.search(word)):
                faults.append(
                    f"{shown_value(word)} cannot name a choice: it must be 1 to {longest} printable characters, without"
                    " a comma and an equals sign"
                )
            elif is_swallowed(word):
                faults.append(f"{word!r} cannot name a choice, since carriers take it for themselves, as they do STOP")
        if choice.name in (FAIL, PENDING):
            faults.append(f"{choice.name!r} cannot name a choice, since on_timeout has it for something else")
    return list(dict.fromkeys(faults))


def _hidden_text(params: Mapping[str, Any], choices: Sequence[Choice], digits: int) -> str:
    """Return the text of the question without its codes. Raise ``InputError`` for one that cannot be sent."""
    msg = params["msg"] or ""
    faults = list(text_faults(msg))
    if not faults and is_decoration(msg):
        faults.append("msg has no word of its own, so that an answer could not be told from a quotation of it")
    if faults:
        raise InputError(*(fault if fault.startswith("msg") else f"msg: {fault}" for fault in faults))
    if not choices or in_range("max_segments", params["max_segments"], 1, MAX_SEGMENTS):
        return ""
    return write(msg, choices, hidden(digits, choices), params["max_segments"] or USUAL_SEGMENTS)


def _option_faults(params: Mapping[str, Any], ledger: Ledger, choices: Sequence[Choice], most: int | None) -> list[str]:
    """Return a sentence for each fault of the options that need no reader of their own.

    ``most``: how many people can answer; None where it is not known, since some of them could not be read.
    """
    key, names = params["idempotency_key"], [choice.name for choice in choices]
    faults = [
        *in_range("max_segments", params["max_segments"], 1, MAX_SEGMENTS),
        *in_range("repeat", params["repeat"], 0, 5),
        *in_range("code_digits", params["code_digits"], DIGITS[0], DIGITS[-1]),
        *in_range("max_wrong_codes", params["max_wrong_codes"], 0, 100),
    ]
    if key is None or not is_printable_name(key, _LONGEST_KEY):
        faults.append(f"idempotency_key must be 1 to {_LONGEST_KEY} printable characters")
    if ledger.name == NO_LEDGER:
        faults.append("a question needs a ledger, and ledger is none, which remembers nothing")
    if params["needed"] < 1:
        faults.append(f"needed is {params['needed']}, and must be at least 1")
    elif most is not None and params["needed"] > most:
        faults.append(f"needed is {params['needed']}, but only {most} can be asked")
    if params["on_timeout"] not in (FAIL, PENDING, *names):
        faults.append(f"on_timeout must be {FAIL}, {PENDING} or the name of a choice: {', '.join(names)}")
    if params["event"]:
        faults += _event_faults(params["event"])
    if params["outcome_text"]:
        faults += [f"outcome_text: {fault}" for fault in text_faults(params["outcome_text"])]
    return faults


def _event_faults(word: object) -> list[str]:
    """Return what is wrong with the word of an event."""
    faults = Faults()
    faults.attempt(lambda: read_word("event", word))
    return list(faults.sentences)


# Times ------------------------------------------------------------------------------------------------------------


class _Times(NamedTuple):
    """Seconds: of each step, until the question ends, until the run ends (None: with it), between refreshes."""

    waits: tuple[float, ...]
    seconds: float
    run_seconds: float | None
    poll: float


def _usual_wait(params: Mapping[str, Any]) -> float:
    """Return how long a step waits that does not say it; what is wrong with ``wait`` is noted elsewhere."""
    try:
        return read_seconds("wait", params["wait"]) or USUAL_WAIT
    except InputError:
        return USUAL_WAIT


def _read_times(params: Mapping[str, Any], steps: _Steps, faults: Faults) -> _Times:
    """Return the times of the question and of the run; note what is wrong with them."""
    fields = Fields(params, faults)
    wait = fields.read_optional("wait", read_seconds, -1.0)
    poll = fields.read_optional("poll", read_seconds, USUAL_POLL)
    waits = tuple(step.wait for step in steps.timeline)
    is_pending = params["on_timeout"] == PENDING
    usual = max(USUAL_OPEN_FOR, total(waits)) if is_pending else total(waits)
    seconds = fields.read_optional("open_for", read_seconds, usual)
    faults.add(*in_range("poll, in seconds,", poll, 1, 3600))
    faults.add(
        *in_range("the time until the question ends, in seconds,", seconds, 1 if steps.each else 0, _LONGEST_WAIT)
    )
    faults.add(
        *(
            fault
            for step in steps.each
            for fault in in_range("wait of a step, in seconds,", step.wait, 1, _LONGEST_WAIT)
        )
    )
    run_seconds = 0.0 if wait == 0 else total(waits)
    return _Times(waits, seconds, run_seconds, poll)


def _plan(params: Mapping[str, Any], people: tuple[Person, ...], steps: _Steps, choices: tuple[Choice, ...]) -> Plan:
    ids = {person.number: person.id for person in people}
    return Plan(
        people=people,
        steps=tuple(tuple(ids[one.digits] for one in step.recipients.read) for step in steps.timeline),
        choices=choices,
        needed=params["needed"],
        on_timeout=params["on_timeout"],
        most_wrong_codes=params["max_wrong_codes"],
        fails_on_guessing=params["on_guessing"] == "fail",
    )


def _ask(
    params: Mapping[str, Any], plan: Plan, times: _Times, sender: str, account: Account, fingerprints: Fingerprints
) -> Ask:
    """Return the question of options that have no fault. How long is waited, and how often looked, is not content."""
    segments = params["max_segments"] or USUAL_SEGMENTS
    content = (
        sender,
        params["msg"],
        repr(plan._replace(people=tuple(one._replace(name="") for one in plan.people))),
        repr((segments, params["code_digits"])),
    )
    return Ask(
        plan=plan,
        key=params["idempotency_key"],
        content=fingerprints.content("question", *content),
        msg=params["msg"],
        sender=sender,
        waits=times.waits,
        seconds=times.seconds,
        run_seconds=times.run_seconds,
        poll=times.poll,
        request_seconds=account.seconds,
        max_segments=segments,
        digits=params["code_digits"],
        has_hint=params["hint"],
        outcome_text=params["outcome_text"] or "",
    )
