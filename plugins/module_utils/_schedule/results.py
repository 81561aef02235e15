# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Turn what is known of a scheduled message into the result that a task reports. Pure."""

from __future__ import annotations

from collections.abc import Container, Sequence

from .._ledger.model import GRACE, Row, State
from .._message.display import printable
from .._message.outcome import Outcome, Result, moment
from .plan import DesiredMessage, Identity, KnownMessage, Plan, ScheduledState


def kept_result(desired: DesiredMessage, message: KnownMessage) -> Result:
    """Return the result of a desired message that is pending already, or has gone out."""
    is_delivered = message.scheduled_state is ScheduledState.DELIVERED
    return Result(
        f"+{desired.to}",
        Outcome.ALREADY_SENT if is_delivered else Outcome.DUPLICATE,
        smsids=message.smsids,
        delivery_date=message.date,
        first_sent_at=moment(message.row.claimed_at) if message.row is not None else None,
    )


def kept_result_of(message: KnownMessage) -> Result:
    """Return the result of a message that stays pending, although its task would not create it any more."""
    return Result(message.to, Outcome.DUPLICATE, smsids=message.smsids, delivery_date=message.date, text=message.text)


def adopted_result(desired: DesiredMessage) -> Result:
    """Return the result of a desired message that is pending, and that this ledger did not know."""
    smsids = desired.pending.smsids if desired.pending else ()
    reason = "it was already pending, scheduled elsewhere"
    return Result(f"+{desired.to}", Outcome.DUPLICATE, smsids=smsids, code_desc=reason)


def foreseen_result(desired: DesiredMessage) -> Result:
    """Return the result in check mode of a message that would be created."""
    return Result(f"+{desired.to}", Outcome.WOULD_SCHEDULE, posted=True)


def delivered_result(message: KnownMessage) -> Result:
    """Return the result of a message that can no longer be cancelled."""
    return Result(message.to, Outcome.ALREADY_SENT, smsids=message.smsids, delivery_date=message.date)


def uncertain_result(message: KnownMessage, now: float) -> Result:
    """Return the result of a message of unknown fate, or that another run is sending at this moment.

    ``now``: Unix seconds by the ledger's clock.
    """
    row = message.row
    since = moment(row.claimed_at) if row is not None else None
    if row is not None and row.is_at_work(now):
        outcome, reason = Outcome.IN_PROGRESS, f"claimed by {printable(row.origin)}"
    else:
        outcome, reason = Outcome.UNKNOWN, _doubt(message, since, now)
    return Result(
        message.to, outcome, smsids=message.smsids, code_desc=reason, delivery_date=message.date, first_sent_at=since
    )


def _doubt(message: KnownMessage, since: str | None, now: float) -> str:
    """Return what is not known of a message. ``since``: when it was scheduled; ``now``: in Unix seconds."""
    state = message.row.state if message.row is not None else None
    if state is State.CANCELLED:
        return f"the message scheduled at {since} was gone, and the list shows it, or shows it for a moment yet"
    is_cancelled = state is State.CANCELLING
    if is_cancelled and message.scheduled_state is ScheduledState.LAPSED:
        return f"a cancel of the message scheduled at {since} was asked for, and its date is over; it may have gone out"
    if is_cancelled:
        return f"a cancel of the message scheduled at {since} was asked for, so it may have been cancelled, or not"
    if message.scheduled_state is ScheduledState.MISSING:
        return f"the list has shown the message scheduled at {since}, and does not show it now"
    unseen = f"the outcome of the message scheduled at {since} is not known, and the list does not show it"
    return f"{unseen}{_no_proof_yet(message.row, now)}"


def _no_proof_yet(row: Row | None, now: float) -> str:
    """Return from when on absence proves that a message was not accepted; nothing where it never does, or does now."""
    if row is None or row.is_damaged:
        return ""
    provable_at = row.first_byte_by + GRACE
    is_ahead = now < provable_at < (row.delivers_at or provable_at + 1)
    return f", which proves nothing before {moment(provable_at)}" if is_ahead else ""


def undecided_results(
    desired: Sequence[DesiredMessage], planned: Plan, now: float, asked: Container[Identity] = ()
) -> list[Result]:
    """Return the results of a task that creates nothing, because it is not known what is pending.

    ``now``: Unix seconds by the ledger's clock. ``asked``: the messages that this task has asked the service to cancel.
    """
    numbers = {message.identity: f"+{message.to}" for message in desired}
    doubtful = [
        uncertain_result(message, now)._replace(
            to=numbers.get((message.row.key, message.row.recipient), message.to),
            posted=(message.row.key, message.row.recipient) in asked,
        )
        for message in planned.doubtful
        if message.row is not None
    ]
    kept = [kept_result(message, known) for message, known in planned.keep]
    kept += [adopted_result(message) for message in planned.adopt]
    reason = "nothing is scheduled while it is not known whether an earlier message is pending"
    missing = [Result(f"+{message.to}", Outcome.NOT_SENT, code_desc=reason) for message in planned.create]
    return kept + missing + doubtful


def unfinished_result(message: KnownMessage, reason: str) -> Result:
    """Return the result of a message that was to be cancelled when something broke off; it may have been."""
    reason = f"whether it was cancelled is not known: {reason}"
    return Result(
        message.to,
        Outcome.UNKNOWN,
        posted=True,
        smsids=message.smsids,
        code_desc=reason,
        delivery_date=message.date,
        text=message.text,
    )


def unverified_result(smsid: str, complaint: str | None) -> Result:
    """Return the result of an smsid that was cancelled without a list.

    ``complaint``: what the service said against it, or None.
    """
    reason = "whether it was cancelled could not be verified, since the list of pending messages cannot be had"
    if complaint:
        reason = f"{reason} ({complaint})"
    return Result(smsid, Outcome.UNKNOWN, posted=True, smsids=(smsid,), code_desc=reason)


def misdated_result(created: Result, cancelled: Result) -> Result:
    """Return the result of a created message that had another date than was meant, after it was cancelled again.

    ``cancelled``: the result of that cancel, which may have failed.
    """
    reason = f"the service answered with the date {created.delivery_date!r}, which is not the one that was meant"
    if cancelled.outcome is Outcome.CANCELLED:
        return created._replace(outcome=Outcome.NOT_SENT, code_desc=f"{reason}; it was cancelled again")
    return created._replace(outcome=Outcome.UNKNOWN, code_desc=f"{reason}; {cancelled.code_desc}")
