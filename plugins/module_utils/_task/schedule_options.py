# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Turn the options about scheduled messages into requests and matches, and name every fault of them at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any, Callable, NamedTuple
from urllib.parse import urlsplit

from .._api.scheduled import USUAL_PATHS, Paths, ScheduledApi
from .._core.deadline import Deadline
from .._core.errors import Faults
from .._ledger.model import KEPT, NO_LEDGER, DedupePolicy, Fingerprints, Ledger, Schedule, key_of
from .._message import dates
from .._message.relative_dates import RelativeDate, is_relative, read_relative
from .._message.text import faults as text_faults
from .._message.text import measure
from .._people.contacts import Contacts, read_contacts
from .._people.recipients import Recipients
from .._schedule.context import ScheduleContext
from .._schedule.match import Match
from .._schedule.proof import USUAL_GRACES, Graces
from .._schedule.request import CancelRequest, RelativeRequest, ScheduleRequest
from .._schedule.scheduler import Scheduler
from .._send.delivery import AT_A_TIME
from .._send.request import SendRequest
from .account import Account, read_account
from .names import Names
from .open_ledger import of_this_run, read_ledger
from .specs import option
from .values import (
    digits_of,
    in_range,
    is_printable_name,
    read_people,
    read_region,
    read_sender,
    read_text,
    repetition_warnings,
    with_texts,
)

_EARLIEST_ZONE = dates.LARGEST_OFFSET.total_seconds()
"""Seconds by which wall time can be ahead of UTC at most."""

_LATEST_ZONE = (dates.LARGEST_OFFSET - dates.SMALLEST_OFFSET).total_seconds()
"""Seconds between the earliest and the latest moment that a wall time without a zone can mean (UTC+14 to UTC-12)."""

_LONGEST_GRACE = 3600
_LONGEST_HANDOVER = 24 * 60
_MAX_NAME = 200
_MAX_SMSID = 128
_UNNAMED = (
    "delivery_date counts from now on, and needs name: it is resolved once, and the name remembers the result; without"
    " a name, every run would mean another date, and so another message"
)
_WEEK = 7 * 24 * 60
_WAYS = {"smsid": ("smsid",), "name, to, from, msg and delivery_date": ("name", "to", "from", "msg", "delivery_date")}


def list_options() -> dict[str, dict[str, Any]]:
    """Return a new argument spec for the assumed calls: the options of the documentation fragment ``scheduled``."""
    return {
        "scheduled_path": option("SCHEDULED_PATH", type="raw", default=USUAL_PATHS.scheduled),
        "cancel_path": option("CANCEL_PATH", type="raw", default=USUAL_PATHS.cancel),
        "cancel_method": option(
            "CANCEL_METHOD", type="str", choices=["DELETE", "POST", "GET"], default=USUAL_PATHS.cancel_method
        ),
    }


def grace_options() -> dict[str, dict[str, Any]]:
    """Return a new argument spec for the seconds within which the service is consistent: the fragment ``graces``."""
    return {
        "list_grace": option("LIST_GRACE", type="float", default=10.0),
        "cancel_grace": option("CANCEL_GRACE", type="float", default=10.0),
        "handover": option("HANDOVER", type="int", default=15),
    }


class TaskContext(NamedTuple):
    """What every task on scheduled messages has: the account, the calls, the ledger, names, and how dates are read.

    ``zone_uncertainty``: seconds by which a date may be later than ``earliest_moment_of`` says.
    """

    account: Account
    paths: Paths
    ledger: Ledger
    fingerprints: Fingerprints
    names: Names
    earliest_moment_of: Callable[[str], float]
    zone_uncertainty: float = 0.0
    log_moment_of: Callable[[str | None], float | None] | None = None
    graces: Graces = USUAL_GRACES

    def scheduler(self, *, check_mode: bool, cancel_shared: bool = False) -> tuple[Scheduler, ScheduledApi]:
        """Return a scheduler, whose deadline begins now, and the calls that it makes."""
        api = self.api()
        context = self.schedule_context(api, self.account.deadline(), check_mode=check_mode)
        return Scheduler(replace(context, cancel_shared=cancel_shared)), api

    def api(self) -> ScheduledApi:
        """Return the calls of this account, those on scheduled messages included."""
        return ScheduledApi(self.account.service, self.paths)

    def schedule_context(self, api: ScheduledApi, deadline: Deadline, *, check_mode: bool) -> ScheduleContext:
        """Return what the parts of a task on scheduled messages share."""
        return ScheduleContext(
            api,
            self.ledger,
            self.fingerprints,
            deadline,
            earliest_moment_of=self.earliest_moment_of,
            zone_uncertainty=self.zone_uncertainty,
            log_moment_of=self.log_moment_of,
            graces=self.graces,
            check_mode=check_mode,
        )


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


def read_paths(params: Mapping[str, Any], faults: Faults) -> Paths:
    """Return where the assumed calls are, below ``api_url``; note faults."""
    for name in ("scheduled_path", "cancel_path"):
        if not _is_below(params[name]):
            faults.add(f"{name} must be a path below api_url, such as {getattr(USUAL_PATHS, name.partition('_')[0])}")
    if "{smsid}" not in params["cancel_path"]:
        faults.add("cancel_path must hold {smsid}, where the identifier of the message goes")
    return Paths(params["scheduled_path"], params["cancel_path"], params["cancel_method"])


def _is_below(path: str) -> bool:
    """Tell whether a path leads to something below the base of all calls."""
    try:
        parts = urlsplit(path)
    except ValueError:
        return False
    leads_out = parts.scheme or parts.netloc or path.startswith("/") or ".." in parts.path.split("/")
    return bool(parts.path) and not leads_out and path.isprintable() and "#" not in path and " " not in path


def _read_date(params: Mapping[str, Any], faults: Faults) -> dates.DeliveryDate | RelativeDate | None:
    """Return the delivery date, or None when ``faults`` says what is wrong with it."""
    value, zones = params["delivery_date"], {name: params[name] for name in ("timezone", "account_timezone")}
    if not is_relative(value):
        return faults.attempt(lambda: dates.read(value, **zones))
    if params["name"] is None:
        faults.add(_UNNAMED)
    return faults.attempt(lambda: read_relative(value, **zones))


def read_context(params: Mapping[str, Any], faults: Faults, names: Names) -> TaskContext:
    """Return what every task has. Raise ``InputError`` with these faults and those noted before: call this last."""
    account = read_account(params, faults)
    paths = read_paths(params, faults)
    ledger, fingerprints = read_ledger(params, faults)
    name = params.get("name")
    if name is not None and not is_printable_name(name, _MAX_NAME):
        faults.add(f"name must be 1 to {_MAX_NAME} printable characters")
    if name is not None and ledger.name == NO_LEDGER:
        faults.add("name needs a ledger, and ledger is none, which remembers nothing")
    faults.add(*in_range("min_lead", params.get("min_lead"), 0, _WEEK))
    graces = _read_graces(params, faults)
    zone = params["account_timezone"]
    checked = faults.checked(account)
    ledger, fingerprints = of_this_run(params, ledger, fingerprints)
    return TaskContext(
        account=checked,
        paths=paths,
        ledger=ledger,
        fingerprints=fingerprints,
        names=names,
        earliest_moment_of=_earliest_moment_of(zone),
        zone_uncertainty=0.0 if zone else _LATEST_ZONE,
        log_moment_of=(lambda date: dates.logged(date, zone)) if zone else None,
        graces=graces,
    )


def _read_graces(params: Mapping[str, Any], faults: Faults) -> Graces:
    """Return within which seconds the service is consistent; note faults. Tasks that only read have no such options."""
    usual = USUAL_GRACES
    list_grace = params.get("list_grace", usual.list_grace)
    cancel_grace = params.get("cancel_grace", usual.cancel_grace)
    handover = params.get("handover", usual.handover / 60)
    faults.add(*in_range("list_grace", list_grace, 0, _LONGEST_GRACE))
    faults.add(*in_range("cancel_grace", cancel_grace, 0, _LONGEST_GRACE))
    faults.add(*in_range("handover", handover, 0, _LONGEST_HANDOVER))
    return Graces(list_grace, cancel_grace, handover * 60)


def scheduled_request(
    context: TaskContext,
    sender: str | None,
    text: str,
    date: dates.DeliveryDate,
    recipients: tuple[str, ...],
    name: str | None,
) -> SendRequest:
    """Return a request for one message to each recipient, each posted separately, so that each can be cancelled."""
    delivers_at = context.earliest_moment_of(date.wire)
    fingerprints = context.fingerprints
    return SendRequest(
        key=key_of(sender or "", text, date.wire),
        label="",
        sender=sender,
        text=text,
        segments=measure(text).segments,
        recipients=recipients,
        dedupe=DedupePolicy(
            content=fingerprints.content(sender or "", text, date.wire), window=0.0, until=delivers_at + KEPT
        ),
        batch_size=1,
        schedule=Schedule(date.wire, delivers_at, fingerprints.name(name) if name else ""),
        at_a_time=AT_A_TIME,
    )


def _earliest_moment_of(account_timezone: str | None) -> Callable[[str], float]:
    """Return a function from a date of the pending list to the earliest moment that it can mean, in Unix seconds."""

    def moment(wire: str) -> float:
        instant = dates.from_echo(wire, account_timezone).instant
        if instant is not None:
            return instant.timestamp()
        as_utc = datetime.strptime(wire[:16], "%Y-%m-%d %H:%M").replace(tzinfo=timezone.utc)
        return as_utc.timestamp() - _EARLIEST_ZONE

    return moment
