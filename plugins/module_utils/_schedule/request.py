# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Describe what a task on scheduled messages asks for."""

from __future__ import annotations

from collections.abc import Callable, Container
from typing import TYPE_CHECKING, NamedTuple, Optional, Union

from .._message.dates import DeliveryDate
from .._send.request import SendRequest

if TYPE_CHECKING:
    from .._message.relative_dates import RelativeDate
    from .match import Match


class CancelRequest(NamedTuple):
    """The messages that shall no longer be pending, and the name by which people know them, if they have one.

    ``except_date``: a date over the wire, whose messages are left alone, since they are about to go out.
    """

    match: Match
    name: str | None
    fail_if_sent: bool = False
    except_date: str | None = None

    @property
    def name_fingerprint(self) -> str:
        """The fingerprint of the name; empty without one."""
        return self.match.name or ""


class ScheduleRequest(NamedTuple):
    """A message that shall be pending: the message, its date, and the name of what it belongs to.

    ``name``: as people know it. ``min_lead``: minutes that the date must at least lie ahead. ``if_late``: what to do
    instead where it does not; without it, the task is refused. ``needs_history``: the task must know which earlier
    messages of the name have gone out.
    """

    delivery: SendRequest
    date: DeliveryDate
    name: str | None
    min_lead: int
    fail_on_mismatch: bool
    if_late: Optional[CancelRequest] = None
    needs_history: bool = False

    @property
    def name_fingerprint(self) -> str:
        """The fingerprint of the name; empty without one."""
        return self.delivery.schedule.name if self.delivery.schedule else ""

    def without(self, recipients: Container[str]) -> ScheduleRequest:
        """Return the request without these recipients (digits)."""
        others = tuple(to for to in self.delivery.recipients if to not in recipients)
        return self._replace(delivery=self.delivery._replace(recipients=others))


class RelativeRequest(NamedTuple):
    """A message that shall be pending at a date that counts from now on.

    ``name``: the fingerprint of the name, which remembers the date. ``at``: returns the request for a date.
    """

    date: RelativeDate
    name: str
    min_lead: int
    at: Callable[[DeliveryDate], ScheduleRequest]


Request = Union[ScheduleRequest, CancelRequest]
