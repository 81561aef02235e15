# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What became of a message: its fate by the service's answer, and what a task reports of a recipient. Pure."""

from __future__ import annotations

from datetime import datetime, timezone
from enum import Enum
from typing import Any, NamedTuple, Optional


class Fate(Enum):
    """What became of one message to one recipient. ``NOT_SENT`` is proven; a refused request is one case of it."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    NOT_SENT = "not sent"


class Outcome(str, Enum):
    """What a recipient can be told apart by. The task's outcome is one of these, ``partial`` or ``unchanged``."""

    SENT = "sent"
    DUPLICATE = "duplicate"
    REFUSED = "refused"
    NOT_SENT = "not_sent"
    UNKNOWN = "unknown"
    IN_PROGRESS = "in_progress"
    WOULD_SEND = "would_send"
    SCHEDULED = "scheduled"
    CANCELLED = "cancelled"
    ALREADY_SENT = "already_sent"
    WOULD_SCHEDULE = "would_schedule"
    WOULD_CANCEL = "would_cancel"


PARTIAL = "partial"
UNCHANGED = "unchanged"


class Result(NamedTuple):
    """What became of one recipient. Times are ISO 8601 in UTC; ``sale`` is in the account's currency.

    Not shown: ``posted``, whether this run sent a request for it, or would, which decides about ``changed``; and
    ``text``, by which a diff tells a scheduled message from another.
    """

    to: str
    outcome: Outcome
    posted: bool = False
    text: Optional[str] = None
    smsids: tuple[str, ...] = ()
    code: Optional[int] = None
    code_desc: Optional[str] = None
    status: Optional[str] = None
    country: Optional[str] = None
    type: Optional[str] = None
    sale: Optional[float] = None
    delivery_date: Optional[str] = None
    first_sent_at: Optional[str] = None

    def shown(self) -> dict[str, Any]:
        """The result as a task returns it."""
        shown = self._asdict()
        del shown["posted"], shown["text"]
        shown["outcome"] = self.outcome.value
        shown["smsids"] = list(self.smsids)
        return shown


def moment(seconds: float) -> str:
    """Unix seconds as ISO 8601 in UTC."""
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
