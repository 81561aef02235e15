# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Name the fate of a message, by the service's answer, and the result that a task reports of a recipient. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timezone
from enum import Enum
from typing import Any, NamedTuple


class Fate(Enum):
    """The fate of one message to one recipient. ``NOT_SENT`` is proven, as by the refusal of a whole request."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    NOT_SENT = "not sent"


class Outcome(str, Enum):
    """The outcome of a task for one recipient. The outcome of a task is one of these, ``partial`` or ``unchanged``."""

    SENT = "sent"
    DUPLICATE = "duplicate"
    REFUSED = "refused"
    NOT_SENT = "not_sent"
    UNKNOWN = "unknown"
    IN_PROGRESS = "in_progress"
    HELD = "held"
    """A limit was reached: not sent, and not sent later by itself."""
    WOULD_SEND = "would_send"
    SCHEDULED = "scheduled"
    CANCELLED = "cancelled"
    ALREADY_SENT = "already_sent"
    WOULD_SCHEDULE = "would_schedule"
    WOULD_CANCEL = "would_cancel"


PARTIAL = "partial"
UNCHANGED = "unchanged"


class Result(NamedTuple):
    """The result of a task for one recipient. Times are ISO 8601 in UTC; ``sale`` is in the account's currency.

    ``name`` is the name of the contact who has the number ``to``.

    Two fields are not shown. ``posted`` tells whether this run sent a request for the recipient, or would send one,
    which decides about ``changed``; where a limit holds the message, one that tells so. ``text`` lets a diff tell one
    scheduled message from another.
    """

    to: str
    outcome: Outcome
    posted: bool = False
    text: str | None = None
    smsids: tuple[str, ...] = ()
    code: int | None = None
    code_desc: str | None = None
    status: str | None = None
    country: str | None = None
    type: str | None = None
    sale: float | None = None
    delivery_date: str | None = None
    first_sent_at: str | None = None
    name: str | None = None

    @property
    def label(self) -> str:
        """What a sentence or a diff calls the recipient: the number, and before it the name where there is one."""
        return f"{self.name} ({self.to})" if self.name else self.to

    def shown(self) -> dict[str, Any]:
        """Return the result as a task returns it."""
        fields = {"to": self.to, "name": self.name, **self._asdict()}
        del fields["posted"], fields["text"]
        fields["outcome"] = self.outcome.value
        fields["smsids"] = list(self.smsids)
        return fields


class Report(NamedTuple):
    """The outcome of one run: a result for each recipient or message, in order, and warnings about the run."""

    results: tuple[Result, ...]
    warnings: list[str]

    @classmethod
    def of(cls, results: Iterable[Result], warnings: Iterable[str]) -> Report:
        """Return a report that holds each warning once, in the order in which they came up."""
        return cls(tuple(results), list(dict.fromkeys(warnings)))


def moment(seconds: float) -> str:
    """Return Unix seconds as ISO 8601 in UTC."""
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
