# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Put the people who are on call in place of the calendars in the options of a task, before they are read."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Callable, NamedTuple

from .._core.errors import Faults, InputError, VoipsmsError
from .._core.notation import entries
from .._ledger.model import Fingerprints
from .._people.contacts import Contacts
from .._people.recipients import CALENDAR, Unresolved, has_calendar, is_calendar
from .open_ledger import of_this_run

if TYPE_CHECKING:
    from .._ledger.interface import Ledger

_NONE: tuple[Any, ...] = (None, "", [], {})

Resolve = Callable[[str, Any], Any]
"""Takes the name and the value of an option, and returns its recipients with people in place of calendars."""


class WithPeople(NamedTuple):
    """The options of a task without calendars, and sentences about calendars for the user."""

    params: dict[str, Any]
    warnings: tuple[str, ...] = ()


def notify_people(params: Mapping[str, Any], contacts: Contacts, faults: Faults) -> WithPeople:
    """Return the options of ``voipsms_notify``. Calendars that are written wrongly are noted as faults.

    A calendar by which no one is known to be on call is a recipient who cannot be read.
    """
    if not has_calendar(params["to"]):
        return WithPeople(dict(params))
    warnings: list[str] = []
    resolve = _resolver(contacts, _now, faults, warnings)
    return WithPeople({**params, "to": resolve("to", params["to"])}, tuple(warnings))


def ask_people(
    params: Mapping[str, Any], contacts: Contacts, faults: Faults, ledger: Ledger, fingerprints: Fingerprints
) -> WithPeople:
    """Return the options of ``voipsms_ask``, with those on call when the question was asked, or else now.

    Where it is not known by a calendar who is on call, the others are asked, and a warning says so; without any other,
    it is a fault.
    """
    steps = _steps(params)
    if not any(has_calendar(_recipients(step)) for step in steps.values()):
        return WithPeople(dict(params))
    warnings: list[str] = []
    moment = partial(_moment_of_question, params, ledger, fingerprints)
    resolve = _resolver(contacts, moment, faults, warnings)
    own: dict[str, Any] = {}
    unresolved: list[str] = []
    for name, step in steps.items():
        people = resolve(f"to of {name}" if _has_to(step) else name, _recipients(step))
        reasons = [fault for one in _listed(people) if isinstance(one, Unresolved) for fault in one.faults]
        unresolved += reasons
        left = [one for one in people if not isinstance(one, Unresolved)] if reasons else people
        if left:
            own[name] = {**step, "to": left} if _has_to(step) else left
    if not own:
        faults.add(*unresolved)
    warnings += [f"{sentence}; the others are asked" for sentence in unresolved]
    return WithPeople(_with_steps(params, own) if own else dict(params), tuple(warnings))


def _steps(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the steps as they were written, by what a sentence calls them; a calendar as step is its recipient."""
    try:
        steps = entries("steps", params["steps"])
    except InputError:
        return {}  # the reader of the steps says so
    named = {f"step {number}": step for number, step in enumerate(steps, 1)}
    others = {name: params[name] for name in ("to", "fallback") if params[name] not in _NONE}
    return {name: _as_step(step) if name != "to" else step for name, step in {**named, **others}.items()}


def _as_step(step: Any) -> Any:
    if not is_calendar(step):
        return step
    return {
        "to": {key: value for key, value in step.items() if key != "wait"},
        **({"wait": step["wait"]} if "wait" in step else {}),
    }


def _listed(people: Any) -> list[Any]:
    return people if isinstance(people, list) else [people]


def _recipients(step: Any) -> Any:
    """Return the recipients of a step."""
    return step["to"] if _has_to(step) else step


def _has_to(step: Any) -> bool:
    """Return whether a step is a dictionary with its recipients as ``to``, and not the recipients themselves."""
    return isinstance(step, Mapping) and CALENDAR not in step and "to" in step


def _with_steps(params: Mapping[str, Any], steps: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options with the steps that have people; the fallback is asked first where it is the only one."""
    first = [step for name, step in steps.items() if name not in ("to", "fallback")]
    if "to" in steps:
        return {**params, "to": steps["to"], "fallback": steps.get("fallback")}
    if not first:
        return {**params, "to": None, "steps": [steps["fallback"]], "fallback": None, "repeat": 0}
    return {**params, "steps": first, "fallback": steps.get("fallback")}


def _resolver(contacts: Contacts, moment: Callable[[], dt.datetime], faults: Faults, warnings: list[str]) -> Resolve:
    """Return what resolves calendars, with the same moment for all of them."""
    from .._people.calendar_recipients import resolve  # noqa: PLC0415 - most tasks have no calendar

    at = moment()

    def resolved(name: str, value: Any) -> Any:
        if not has_calendar(value):
            return value
        result = resolve(name, value, contacts, at, faults)
        warnings.extend(result.warnings)
        return result.recipients

    return resolved


def _now() -> dt.datetime:
    return dt.datetime.fromtimestamp(time.time(), dt.timezone.utc)


def _moment_of_question(params: Mapping[str, Any], ledger: Ledger, fingerprints: Fingerprints) -> dt.datetime:
    """Return when the question was asked that a run goes on with, or now.

    Otherwise a run that goes on after a change of shift would ask other people, which is another question.
    """
    key = params["idempotency_key"]
    try:
        ledger, fingerprints = of_this_run(params, ledger, fingerprints)
        question = ledger.question(fingerprints.question(key)) if isinstance(key, str) else None
    except VoipsmsError:
        return _now()  # opening the ledger says so
    if question is None or ledger.now() >= question.keep_until:
        return _now()
    return dt.datetime.fromtimestamp(question.opened_at, dt.timezone.utc)
