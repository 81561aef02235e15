# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cancel messages: ask for it, and believe it only when a list that showed them no longer does."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Optional

from .._api.scheduled import ScheduledApi
from .._core.deadline import Deadline
from .._message.outcome import Outcome, Result
from .plan import KnownMessage
from .snapshot import Snapshot

_NEVER_SHOWN = "it may still be pending: the list has never shown it, so its absence proves nothing"
_MAYBE_OVER = (
    "it may have gone out: its date was over, or may have been where account_timezone is not set, before it was seen"
    " to be cancelled"
)


class Cancellation:
    """The messages that one task cancels, and what the service said of each."""

    def __init__(self, api: ScheduledApi, deadline: Deadline, earliest_moment_of: Callable[[str], float]) -> None:
        """``earliest_moment_of``: the earliest moment (Unix seconds) that a date of the list can mean."""
        self._api = api
        self._deadline = deadline
        self._earliest_moment_of = earliest_moment_of
        self._complaints: dict[str, Optional[str]] = {}

    def ask(self, messages: Iterable[KnownMessage], before: Snapshot) -> None:
        """Ask the service to cancel every part of these messages that waits, each smsid once.

        Of a message that no list shows, every smsid is tried.
        """
        for message in messages:
            waiting = [smsid for smsid in message.smsids if smsid in before.listed]
            for smsid in waiting or message.smsids:
                if smsid not in self._complaints:
                    self._complaints[smsid] = self.ask_for(smsid)

    def ask_for(self, smsid: str) -> Optional[str]:
        """Ask for one smsid; what stands against it, or None."""
        left = self._deadline.left()
        return self._api.cancel(smsid, left) if left > 0 else "the deadline was over before it could be asked for"

    def result(self, message: KnownMessage, before: Snapshot, after: Optional[Snapshot]) -> Result:
        """What became of one message, by the list before and the list after (None: it could not be read again)."""
        outcome, reason = self._judge(message, before, after)
        said = next((self._complaints[smsid] for smsid in message.smsids if self._complaints.get(smsid)), None)
        if outcome is not Outcome.CANCELLED and said:
            reason = f"{reason} ({said})"
        return Result(
            message.to,
            outcome,
            posted=outcome is Outcome.UNKNOWN,
            smsids=message.smsids,
            code_desc=reason,
            delivery_date=message.date,
            text=message.text,
        )

    def _judge(
        self, message: KnownMessage, before: Snapshot, after: Optional[Snapshot]
    ) -> tuple[Outcome, Optional[str]]:
        if after is None or after.listing is None:
            reason = f": {after.reason}" if after is not None else ""
            return Outcome.UNKNOWN, f"it may still be pending, since the list could not be read again{reason}"
        if after.listed.intersection(message.smsids):
            return Outcome.REFUSED, "it is still pending, although the service was asked to cancel it"
        if not before.listed.intersection(message.smsids):
            return Outcome.UNKNOWN, _NEVER_SHOWN
        if after.now >= self._delivers_at(message):
            return Outcome.UNKNOWN, _MAYBE_OVER
        return Outcome.CANCELLED, None

    def _delivers_at(self, message: KnownMessage) -> float:
        return self._earliest_moment_of(message.date) if message.date is not None else 0.0


def foreseen(message: KnownMessage, before: Snapshot) -> Result:
    """What check mode says of a message that would be cancelled: of one that no list shows, nobody would learn it."""
    shown = bool(before.listed.intersection(message.smsids))
    return Result(
        message.to,
        Outcome.WOULD_CANCEL if shown else Outcome.UNKNOWN,
        posted=not shown,
        smsids=message.smsids,
        code_desc=None if shown else _NEVER_SHOWN,
        delivery_date=message.date,
        text=message.text,
    )
