# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Turn the options about scheduled messages into requests and matches, and name every fault of them at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from .._api.scheduled import ScheduledApi
from .._core.errors import Faults
from .._ledger.model import Fingerprints
from .._message import dates
from .._message.relative_dates import RelativeDate, is_relative, read_relative
from .._message.text import faults as text_faults
from .._message.text import measure
from .._people.contacts import Contacts, read_contacts
from .._people.recipients import Recipients
from .._schedule.match import Match
from .._schedule.request import CancelRequest, RelativeRequest, ScheduleRequest
from .._schedule.scheduler import Scheduler
from .names import Names
from .schedule_context import TaskContext, read_context, scheduled_request
from .values import (
    digits_of,
    in_range,
    read_people,
    read_region,
    read_sender,
    read_text,
    repetition_warnings,
    with_texts,
)

_MAX_SMSID = 128
_UNNAMED = (
    "delivery_date counts from now on, and needs name: it is resolved once, and the name remembers the result; without"
    " a name, every run would mean another date, and so another message"
)
_WAYS = {"smsid": ("smsid",), "name, to, from, msg and delivery_date": ("name", "to", "from", "msg", "delivery_date")}


def scheduler_of(
    context: TaskContext, *, check_mode: bool, cancel_shared: bool = False
) -> tuple[Scheduler, ScheduledApi]:
    """Return a scheduler, whose deadline begins now, and the calls that it makes."""
    api = context.api()
    limits = context.schedule_context(api, context.account.deadline(), check_mode=check_mode)
    return Scheduler(replace(limits, cancel_shared=cancel_shared)), api


class ScheduleOptions(NamedTuple):
    """A task with ``state=present``: the request, and what is reported about its text.

    ``request`` has a date, or one that counts from now on, which ``name`` remembers.
    """

    context: TaskContext
    request: ScheduleRequest | RelativeRequest
    encoding: str
    warnings: tuple[str, ...]


def read_schedule_options(params: Mapping[str, Any]) -> ScheduleOptions:
    """Return what shall be pending. Raise ``InputError`` with every fault, before anything is opened or sent."""
    faults = Faults()
    params = with_texts(params, faults)
    region = read_region(params)
    missing = [name for name in ("to", "msg", "delivery_date") if params[name] in (None, "", [])]
    faults.add(*(f"{name} is needed for state=present" for name in missing))
    if params["smsid"]:
        faults.add("smsid is for state=absent; a message that is created gets one from the service")
    contacts = read_contacts(params["contacts"], faults)
    recipients = read_people("to", params, faults, contacts=contacts) if "to" not in missing else Recipients()
    sender = read_sender(params["from"], region, faults)
    text = read_text(params["msg"] or "", params["charset"], faults)
    faults.add(*(text_faults(text, params["max_segments"]) if "msg" not in missing else ()))
    maybe_date = _read_date(params, faults) if "delivery_date" not in missing else None
    faults.add(*in_range("max_segments", params["max_segments"], 1, 255))
    context = read_context(params, faults, Names(contacts, region, recipients))

    def request_at(date: dates.DeliveryDate) -> ScheduleRequest:
        return ScheduleRequest(
            delivery=scheduled_request(context, sender, text, date, digits_of(recipients), params["name"]),
            date=date,
            name=params["name"],
            min_lead=params["min_lead"],
            fail_on_mismatch=params["on_date_mismatch"] == "fail",
        )

    request: ScheduleRequest | RelativeRequest
    if isinstance(maybe_date, RelativeDate):
        name = context.fingerprints.name(params["name"])
        request = RelativeRequest(maybe_date, name, params["min_lead"], request_at)
    else:
        request = request_at(faults.checked(maybe_date))
    return ScheduleOptions(context, request, measure(text).encoding, repetition_warnings(recipients))


def read_cancel_request(params: Mapping[str, Any]) -> tuple[TaskContext, CancelRequest]:
    """Return what shall no longer be pending. Raise ``InputError`` with every fault, before anything is opened."""
    faults = Faults()
    params = with_texts(params, faults)
    if not _ways(params) and not _empty(params):
        faults.add("state=absent needs smsid, or name, or at least one of to, from, msg and delivery_date")
    contacts = read_contacts(params["contacts"], faults)
    match, recipients = _read_match(params, contacts, faults)
    context = read_context(params, faults, Names(contacts, read_region(params), recipients))
    match = _with_name(match, params["name"], context.fingerprints)
    return context, CancelRequest(match, params["name"], params["fail_if_sent"])


def read_match(params: Mapping[str, Any]) -> tuple[TaskContext, Match | None]:
    """Return which pending messages to show, None for all of them. Raise ``InputError`` with every fault."""
    faults = Faults()
    params = with_texts(params, faults)
    contacts = read_contacts(params["contacts"], faults)
    match, recipients = _read_match(params, contacts, faults)
    context = read_context(params, faults, Names(contacts, read_region(params), recipients))
    return context, _with_name(match, params["name"], context.fingerprints) if _ways(params) else None


def _ways(params: Mapping[str, Any]) -> list[str]:
    """Return the ways in which a task says which messages it means: by identifier, or by its other options."""
    return [way for way, names in _WAYS.items() if any(params[name] for name in names)]


def _empty(params: Mapping[str, Any]) -> list[str]:
    """Return the options that are present but empty: an empty list of recipients means no one, not everyone."""
    return [name for names in _WAYS.values() for name in names if params[name] in ("", [])]


def _read_match(params: Mapping[str, Any], contacts: Contacts, faults: Faults) -> tuple[Match, Recipients]:
    """Return which messages the options mean, but for ``name``, whose fingerprint needs the account; and whose."""
    ways = _ways(params)
    if len(ways) > 1:
        faults.add(f"{' / '.join(ways)} exclude each other; say in one way which messages are meant")
    faults.add(*(f"{name} is empty; leave it out, or say which messages are meant" for name in _empty(params)))
    region = read_region(params)
    recipients = read_people("to", params, faults, contacts=contacts) if params["to"] else Recipients()
    date = _read_date(params, faults) if params["delivery_date"] else None
    faults.add(*(_smsid_fault(smsid) for smsid in params["smsid"] or () if not _is_smsid(smsid)))
    match = Match(
        smsids=tuple(dict.fromkeys(params["smsid"])) if params["smsid"] else None,
        to=frozenset(digits_of(recipients)) if params["to"] else None,
        sender=read_sender(params["from"], region, faults),
        text=read_text(params["msg"], params.get("charset") or "auto", faults) if params["msg"] else None,
        date=date.wire if isinstance(date, dates.DeliveryDate) else None,
        relative=date if isinstance(date, RelativeDate) else None,
    )
    return match, recipients


def _is_smsid(value: str) -> bool:
    """Tell whether this can name a message. In an address, an empty text or dots would name something else."""
    plain = 0 < len(value) <= _MAX_SMSID and value.isascii() and value.isprintable() and " " not in value
    return plain and value not in (".", "..")


def _smsid_fault(value: str) -> str:
    """Return the sentence about an identifier that cannot be one."""
    return f"smsid {value[:_MAX_SMSID]!r} is not an identifier, as the service returns them in smsids"


def _with_name(match: Match, name: str | None, fingerprints: Fingerprints) -> Match:
    """Return the match with the fingerprint of the name, if there is one."""
    return match if name is None else match._replace(name=fingerprints.name(name))


def _read_date(params: Mapping[str, Any], faults: Faults) -> dates.DeliveryDate | RelativeDate | None:
    """Return the delivery date, or None when ``faults`` says what is wrong with it."""
    value, zones = params["delivery_date"], {name: params[name] for name in ("timezone", "account_timezone")}
    if not is_relative(value):
        return faults.attempt(lambda: dates.read(value, **zones))
    if params["name"] is None:
        faults.add(_UNNAMED)
    return faults.attempt(lambda: read_relative(value, **zones))
