# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cancel messages, and believe that it worked only when a list that showed them no longer does."""

from __future__ import annotations

from collections.abc import Iterable

from .._core.errors import sentence_of
from .._message.outcome import Outcome, Result
from .context import ScheduleContext
from .plan import KnownMessage
from .snapshot import Snapshot

_NEVER_SHOWN = "it may still be pending: the list has never shown it, so its absence proves nothing"
_MAYBE_OVER = (
    "it may have gone out: its date was over, or may have been where account_timezone is not set, before it was seen"
    " to be cancelled"
)


class Cancellation:
    """The messages that one task cancels, and what the service said about each."""

    def __init__(self, context: ScheduleContext) -> None:
        """Ask for nothing yet."""
        self._context = context
        self._complaints: dict[str, str | None] = {}

    def ask(self, messages: Iterable[KnownMessage], before: Snapshot) -> None:
        """Ask the service to cancel every part of these messages that is pending, each smsid once.

        Of a message that the list does not show, every smsid is tried.
        """
        for message in messages:
            pending = [smsid for smsid in message.smsids if smsid in before.listed]
            for smsid in pending or message.smsids:
                if smsid not in self._complaints:
                    self._complaints[smsid] = self.ask_for(smsid)

    def ask_for(self, smsid: str) -> str | None:
        """Ask the service to cancel one smsid, and return what it says against it, or None.

        Raises nothing that would hide what was done before: a defect is a complaint, too.
        """
        left = self._context.deadline.left()
        if left <= 0:
            return "the deadline was over before the request could begin"
        try:
            return self._context.api.cancel(smsid, left)
        except Exception as error:  # noqa: BLE001 - as the docstring says
            return sentence_of(error)

    def result(self, message: KnownMessage, before: Snapshot, after: Snapshot) -> Result:
        """Return the result of one message, by the list before it was asked for and the list after."""
        outcome, reason = self._judge(message, before, after)
        complaint = next((self._complaints[smsid] for smsid in message.smsids if self._complaints.get(smsid)), None)
        if outcome is not Outcome.CANCELLED and complaint:
            reason = f"{reason} ({complaint})"
        return _result(message, outcome, reason)

    def _judge(self, message: KnownMessage, before: Snapshot, after: Snapshot) -> tuple[Outcome, str | None]:
        """Return the outcome of a cancel, and why it is not ``CANCELLED``."""
        if after.listing is None:
            reason = f"it may still be pending, since the list could not be read again: {after.reason}"
            return Outcome.UNKNOWN, reason
        if after.listed.intersection(message.smsids):
            return Outcome.REFUSED, "it is still pending, although the service was asked to cancel it"
        if not before.listed.intersection(message.smsids):
            return Outcome.UNKNOWN, _NEVER_SHOWN
        if after.now >= self._delivers_at(message):
            return Outcome.UNKNOWN, _MAYBE_OVER
        return Outcome.CANCELLED, None

    def _delivers_at(self, message: KnownMessage) -> float:
        """Return the earliest moment (Unix seconds) at which a message may go out."""
        return self._context.earliest_moment_of(message.date) if message.date is not None else 0.0


def foreseen(message: KnownMessage, before: Snapshot) -> Result:
    """Return the result in check mode of a message that would be cancelled.

    Where the list does not show it, a real run would not know whether the cancel worked.
    """
    if before.listed.intersection(message.smsids):
        return _result(message, Outcome.WOULD_CANCEL, None)
    return _result(message, Outcome.UNKNOWN, _NEVER_SHOWN)


def _result(message: KnownMessage, outcome: Outcome, reason: str | None) -> Result:
    return Result(
        message.to,
        outcome,
        posted=outcome is Outcome.UNKNOWN,
        smsids=message.smsids,
        code_desc=reason,
        delivery_date=message.date,
        text=message.text,
    )
