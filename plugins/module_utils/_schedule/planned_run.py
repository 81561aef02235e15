# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Carry out all requests of a task together: one snapshot, one plan, and one snapshot afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from .._ledger.model import Row, State
from .._message.outcome import Report, Result
from .change_over import ChangeOver
from .context import ScheduleContext, until_current
from .delivery_log import DeliveryLog
from .lock import wait_for_concurrent_runs
from .parts import Part, UnwantedPart, WantedPart
from .plan import KnownMessage, Plan, ScheduledState, merged, plan
from .refusals import is_too_late, refuse_unsafe_cancel
from .snapshot import Snapshot
from .source import SnapshotSource

_TRIES = 4
"""Number of plans that a run makes before it gives up, where other runs keep making them out of date."""


class PlannedRun:
    """One run of a task while it has the locks of its names. ``is_allowed``: whether it still has them."""

    def __init__(self, context: ScheduleContext, source: SnapshotSource, is_allowed: Callable[[], bool]) -> None:
        """Read and change nothing yet."""
        self._context = context
        self._source = source
        self._log = DeliveryLog(context)
        self._change_over = ChangeOver(context, source, is_allowed)

    def carry_out(self, parts: Sequence[Part]) -> Done:
        """Do what the parts want, by one plan, and return the results of each. Raises ``VoipsmsError``."""
        self._finish_cancels(parts)
        return until_current(lambda: self.carry_out_by(self._snapshot(parts), parts), tries=_TRIES)

    def carry_out_by(self, snapshot: Snapshot, parts: Sequence[Part]) -> Done:
        """Plan by a snapshot, and do what the plan says. Raises ``Overtaken`` with nothing changed."""
        wanted, parts = parts, [part.at(snapshot) for part in parts]
        if snapshot.listing is None and len(parts) == 1:
            unlisted = self._cancel_unlisted(parts[0], snapshot)
            if unlisted is not None:
                return Done((tuple(unlisted),))
        wants = [part.want(snapshot) for part in parts]
        plans = plan(wants)
        refuse_unsafe_cancel(merged(plans), snapshot, cancel_shared=self._context.cancel_shared)
        for part, planned in zip(parts, plans):
            part.follow(planned, snapshot)
        delivered = tuple(_delivered_rows(planned) for planned in plans)
        for part, want in zip(parts, wants):
            part.stand_back(want, frozenset(self._change_over.finished))
        # What is there already comes first, since another run may make the plan out of date.
        for part in parts:
            part.keep(snapshot)
        for part in parts:
            part.warn(snapshot)
        for part in parts:
            part.create()
        late = tuple(before is not after for before, after in zip(wanted, parts))
        return Done(tuple(map(tuple, self._change_over.replace(parts, snapshot))), delivered, late)

    def _finish_cancels(self, parts: Sequence[Part]) -> None:
        """Ask again for unconfirmed cancels of wanted messages, while a new message can still be scheduled."""
        wanted = [part for part in parts if isinstance(part, WantedPart)]
        if not wanted:
            return
        now = self._context.ledger.now() - self._context.zone_uncertainty
        rows = [row for row in self._context.ledger.scheduled() if row.delivers_at is None or now < row.delivers_at]
        if not any(row.state is State.CANCELLING and not row.confirmed for row in rows):
            return
        snapshot = self._source.refresh_and_settle()
        timely = [part for part in wanted if not is_too_late(part.request, snapshot)]
        self._change_over.finish([one for part in timely for one in part.creation.known(snapshot).values()], snapshot)

    def _snapshot(self, parts: Sequence[Part]) -> Snapshot:
        """Return the snapshot to plan by, as certain as it can be had."""

        def in_doubt(snapshot: Snapshot) -> list[KnownMessage]:
            return [one for part in parts for one in part.at(snapshot).in_doubt(snapshot)]

        snapshot = self._source.refresh_until_decided(in_doubt)
        deliveries = [part.request.delivery for part in parts if not isinstance(part, UnwantedPart)]
        # All of them are waited for, one after the other.
        if [one for one in deliveries if wait_for_concurrent_runs(self._context, one)]:
            snapshot = self._source.refresh_until_decided(in_doubt)
        logged = [one for part in parts for one in part.at(snapshot).logged(snapshot)]
        return self._source.noted(snapshot, self._log.delivered(logged, snapshot))

    def _cancel_unlisted(self, part: Part, snapshot: Snapshot) -> list[Result] | None:
        """Cancel smsids without a list, and return the results; None where the part does not name smsids."""
        if not isinstance(part, UnwantedPart) or part.request.match.smsids is None:
            return None
        part.warn_of_unknown_name(snapshot)
        return self._change_over.cancel_unlisted(part.request.match.smsids, part.logged(snapshot), snapshot)


class Done(NamedTuple):
    """The results of the requests of a task, in their order.

    ``delivered``: the rows of its messages that had gone out before. ``late``: whether its date was over or too near,
    so that what it says of that case was done.
    """

    results: tuple[tuple[Result, ...], ...]
    delivered: tuple[tuple[Row, ...], ...] = ()
    late: tuple[bool, ...] = ()

    def report(self, warnings: Iterable[str]) -> Report:
        """Return the report of a task with one request. Locks that were released may have added a warning."""
        return Report.of(self.results[0], warnings)


def _delivered_rows(planned: Plan) -> tuple[Row, ...]:
    """Return the rows of the messages of a plan that have gone out."""
    messages = (*planned.history, *(known for _desired, known in planned.keep))
    return tuple(
        message.row
        for message in messages
        if message.row is not None and message.scheduled_state is ScheduledState.DELIVERED
    )
