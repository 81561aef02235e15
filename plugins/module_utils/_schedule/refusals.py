# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Refuse plans that are not safe to carry out, before anything is changed. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timezone

from .._core.errors import InputError
from .._ledger.memory import MemoryLedger
from .._message.dates import lead_doubt, lead_fault
from .errors import ScheduleError
from .match import Match
from .plan import Plan, unintended_recipients, wanted_recipients_of
from .request import ScheduleRequest
from .snapshot import Snapshot

NO_LIST = (
    "if the vendor's page on scheduled messages names another call, set scheduled_path, cancel_path and cancel_method;"
    " voipsms_scheduled_info shows whether they are right"
)


def refuse_unsafe_cancel(planned: Plan, snapshot: Snapshot, *, cancel_shared: bool) -> None:
    """Refuse to cancel without having read the list, and to cancel more than was meant. Raises ``ScheduleError``."""
    if snapshot.listing is None:
        if planned.cancel:
            raise ScheduleError(
                f"{snapshot.reason}; {len(planned.cancel)} messages would have to be cancelled, which is not done"
                f" unseen; nothing was changed; {NO_LIST}"
            )
        return
    unintended = unintended_recipients(planned.cancel, snapshot.listing.carried)
    spared = wanted_recipients_of(planned, unintended)
    if spared:
        raise ScheduleError(
            f"what is to be cancelled shares its smsid with the message to {_numbers(spared)}, which is wanted; nothing"
            " was changed; cancel it by smsid with cancel_shared=true, then run this task again"
        )
    if unintended and not cancel_shared:
        consequences = "; ".join(
            f"{smsid} would also cancel the message to {_numbers(sorted(recipients))}"
            for smsid, recipients in sorted(unintended.items())
        )
        raise ScheduleError(f"{consequences}; nothing was changed; set cancel_shared=true if that is wanted")


def refuse_unlisted_match(match: Match, snapshot: Snapshot) -> None:
    """Refuse to look for messages without a list, unless the ledger knows their name. Raises ``ScheduleError``."""
    if snapshot.listing is None and match.name is None:
        raise ScheduleError(f"{snapshot.reason}; nothing was cancelled; {NO_LIST}")


def is_too_late(request: ScheduleRequest, snapshot: Snapshot) -> bool:
    """Return whether the date is over or too near for a new message."""
    return lead_fault(request.date, _now(snapshot), request.min_lead) is not None


def refuse_late_date(request: ScheduleRequest, planned: Plan, snapshot: Snapshot) -> None:
    """Refuse a date that is over or too near, unless nothing is to be created for it. Raises ``InputError``."""
    fault = lead_fault(request.date, _now(snapshot), request.min_lead) if planned.create else None
    if fault is not None:
        raise InputError(fault)


def doubt_of_date(request: ScheduleRequest, snapshot: Snapshot) -> str | None:
    """Return a warning when the date may be over or too near, because the account's zone is not known, or else None."""
    return lead_doubt(request.date, _now(snapshot), request.min_lead)


def refuse_creation_without_memory(planned: Plan, snapshot: Snapshot, ledger_name: str) -> None:
    """Refuse to create with neither a list nor a ledger: every run would schedule the same again.

    Raises ``ScheduleError``.
    """
    if planned.create and snapshot.listing is None and ledger_name == MemoryLedger.name:
        raise ScheduleError(
            f"{snapshot.reason}; without a list and without a ledger it is not known what is pending, so nothing was"
            f" scheduled; give a ledger, or: {NO_LIST}"
        )


def _now(snapshot: Snapshot) -> datetime:
    return datetime.fromtimestamp(snapshot.now, timezone.utc)


def _numbers(recipients: Iterable[str]) -> str:
    return ", ".join(f"+{digits}" for digits in recipients)
