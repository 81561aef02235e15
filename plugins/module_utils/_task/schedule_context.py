# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read what every task on scheduled messages has: the account, the calls, the ledger, and how dates are read.

Without the scheduler, which a task may not need: Ansible compiles each file anew in each run.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from functools import cache
from typing import TYPE_CHECKING, Any, Callable, NamedTuple
from urllib.parse import urlsplit

from .._api.scheduled import USUAL_PATHS, Paths, ScheduledApi
from .._core.deadline import Deadline
from .._core.errors import Faults
from .._ledger.model import KEPT, NO_LEDGER, DedupePolicy, Fingerprints, Schedule, key_of
from .._message import dates
from .._message.text import measure
from .._schedule.context import ScheduleContext
from .._schedule.proof import USUAL_GRACES, Graces
from .._send.delivery import AT_A_TIME
from .._send.request import SendRequest
from .account import Account, read_account
from .names import Names
from .open_ledger import of_this_run, read_ledger
from .specs import option
from .values import in_range, is_printable_name

if TYPE_CHECKING:
    from .._ledger.interface import Ledger

_EARLIEST_ZONE = dates.LARGEST_OFFSET.total_seconds()
"""Seconds by which wall time can be ahead of UTC at most."""

_LATEST_ZONE = (dates.LARGEST_OFFSET - dates.SMALLEST_OFFSET).total_seconds()
"""Seconds between the earliest and the latest moment that a wall time without a zone can mean (UTC+14 to UTC-12)."""

_LONGEST_GRACE = 3600
_LONGEST_HANDOVER = 24 * 60
_MAX_NAME = 200
_WEEK = 7 * 24 * 60


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
        earliest_moment_of=earliest_moments(zone),
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


def earliest_moments(account_timezone: str | None) -> Callable[[str], float]:
    """Return a function from a date of the pending list to the earliest moment that it can mean, in Unix seconds."""

    @cache  # many messages wait for few dates, and the date of each is asked for again and again
    def moment(wire: str) -> float:
        instant = dates.from_echo(wire, account_timezone).instant
        if instant is not None:
            return instant.timestamp()
        as_utc = datetime.strptime(wire[:16], "%Y-%m-%d %H:%M").replace(tzinfo=timezone.utc)
        return as_utc.timestamp() - _EARLIEST_ZONE

    return moment
