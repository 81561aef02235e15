# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Taking messages back: ask for it, and believe it only when a list that showed them no longer does."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Optional

from ansible_collections.voip_communications.sms.plugins.module_utils._agenda import Agenda
from ansible_collections.voip_communications.sms.plugins.module_utils._api_scheduled import ScheduledApi
from ansible_collections.voip_communications.sms.plugins.module_utils._deadline import Deadline
from ansible_collections.voip_communications.sms.plugins.module_utils._plan import Held
from ansible_collections.voip_communications.sms.plugins.module_utils._report import Outcome, Result

_NEVER_SHOWN = "it may still be pending: the list has never shown it, so its absence proves nothing"
_MAYBE_OVER = (
    "it may have gone out: its date was over, or may have been where account_timezone is not set, before it was seen"
    " to be taken back"
)


class Cancellation:
    """The messages that one task takes back, and what the service said of each."""

    def __init__(self, api: ScheduledApi, deadline: Deadline, earliest: Callable[[str], float]) -> None:
        """``earliest``: the earliest moment (Unix seconds) that a date of the list can mean."""
        self._api = api
        self._deadline = deadline
        self._earliest = earliest
        self._complaints: dict[str, Optional[str]] = {}

    def ask(self, messages: Iterable[Held], before: Agenda) -> None:
        """Ask the service to take back every part of these messages that waits, each smsid once.

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

    def result(self, message: Held, before: Agenda, after: Optional[Agenda]) -> Result:
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

    def _judge(self, message: Held, before: Agenda, after: Optional[Agenda]) -> tuple[Outcome, Optional[str]]:
        if after is None or after.listing is None:
            reason = f": {after.reason}" if after is not None else ""
            return Outcome.UNKNOWN, f"it may still be pending, since the list could not be read again{reason}"
        if after.listed.intersection(message.smsids):
            return Outcome.REFUSED, "it is still pending, although it was asked for to be taken back"
        if not before.listed.intersection(message.smsids):
            return Outcome.UNKNOWN, _NEVER_SHOWN
        if after.now >= self._delivers_at(message):
            return Outcome.UNKNOWN, _MAYBE_OVER
        return Outcome.CANCELLED, None

    def _delivers_at(self, message: Held) -> float:
        return self._earliest(message.date) if message.date is not None else 0.0


def foreseen(message: Held, before: Agenda) -> Result:
    """What check mode says of a message that would be taken back: of one that no list shows, nobody would learn it."""
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
