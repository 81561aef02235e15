# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bring the scheduled messages of an account to what a task asks for: read, plan, create, cancel, read again.

What must go is cancelled only after what must come has been accepted, so that a run which stops in between leaves
too many messages rather than too few, and the next run cancels the surplus.
"""

from __future__ import annotations

from collections.abc import Sequence

from .._api.pending import ListError, Pending
from .._message.outcome import Report, Result
from .change_over import ChangeOver
from .context import ScheduleContext
from .creation import Creation
from .lock import NameLock, wait_for_concurrent_runs
from .match import Match, matching
from .plan import DesiredMessage, KnownMessage, Plan, ScheduledState, plan
from .refusals import (
    NO_LIST,
    doubt_of_date,
    refuse_creation_without_memory,
    refuse_late_date,
    refuse_unlisted_match,
    refuse_unsafe_cancel,
)
from .request import CancelRequest, ScheduleRequest
from .results import delivered_result, uncertain_result, undecided_results
from .snapshot import Snapshot
from .source import SnapshotSource


class Scheduler:
    """The scheduled messages of an account, as one task changes or reads them. In check mode, nothing is changed."""

    def __init__(self, context: ScheduleContext) -> None:
        """Read and change nothing yet."""
        self._context = context
        self._source = SnapshotSource(context)
        self._change_over = ChangeOver(context, self._source)

    def present(self, request: ScheduleRequest) -> Report:
        """Make the pending messages what the request says. Raises ``VoipsmsError`` with nothing changed."""
        with NameLock(self._context, request.name_fingerprint).hold():
            results = self._present(request)
        # After the lock was released, which may add a warning.
        return Report.of(results, self._context.warnings)

    def absent(self, request: CancelRequest) -> Report:
        """Cancel what matches. Raises ``VoipsmsError`` with nothing changed."""
        with NameLock(self._context, request.match.name or "").hold():
            results = self._absent(request)
        return Report.of(results, self._context.warnings)

    def pending(self, match: Match | None) -> list[Pending]:
        """Return the listed messages that match; all of them without a match. Raises ``ListError``."""
        snapshot = self._source.refresh()
        if snapshot.listing is None:
            raise ListError(f"{snapshot.reason}; {NO_LIST}")
        messages = matching(snapshot, Match() if match is None else match)
        return [message.pending for message in messages if message.pending is not None]

    def _present(self, request: ScheduleRequest) -> list[Result]:
        snapshot = self._source.refresh_and_settle()
        if wait_for_concurrent_runs(self._context, request.delivery):
            snapshot = self._source.refresh_and_settle()
        creation = Creation(self._context, request)
        desired = creation.desired(snapshot)
        planned = _plan(desired, request.name_fingerprint, snapshot)
        refuse_unsafe_cancel(planned, snapshot, cancel_shared=self._context.cancel_shared)
        refuse_late_date(request, planned, snapshot)
        refuse_creation_without_memory(planned, snapshot, self._context.ledger.name)
        if planned.doubtful:
            return creation.described(undecided_results(desired, planned, self._context.ledger.now()))
        doubt = doubt_of_date(request, snapshot) if planned.create else None
        if doubt is not None:
            self._context.warn(doubt)
        kept = creation.keep(planned) + creation.adopt(planned)
        created = creation.create(planned)
        return kept + self._change_over.replace(created, planned, snapshot, creation)

    def _absent(self, request: CancelRequest) -> list[Result]:
        snapshot = self._source.refresh_and_settle()
        messages = matching(snapshot, request.match)
        self._warn_of_unknown_name(request, snapshot)
        if request.match.smsids is not None and snapshot.listing is None:
            return self._change_over.cancel_unlisted(request.match.smsids, messages)
        refuse_unlisted_match(request.match, snapshot)
        planned = plan((), {}, messages)
        refuse_unsafe_cancel(planned, snapshot, cancel_shared=self._context.cancel_shared)
        now = self._context.ledger.now()
        results = [uncertain_result(message, now) for message in planned.doubtful]
        results += [delivered_result(message) for message in planned.history]
        results += self._lapsed_results(messages, fail_if_sent=request.fail_if_sent)
        return results + self._change_over.cancel(planned.cancel, snapshot)

    def _lapsed_results(self, messages: Sequence[KnownMessage], *, fail_if_sent: bool) -> list[Result]:
        """Return the results of messages that may have gone out, and certainly are not pending.

        That is what was asked for, so they are a warning, unless the task must fail for what has gone out.
        """
        lapsed = [message for message in messages if message.scheduled_state is ScheduledState.LAPSED]
        if fail_if_sent:
            return [uncertain_result(message, self._context.ledger.now()) for message in lapsed]
        if lapsed:
            numbers = ", ".join(message.to for message in lapsed)
            self._context.warn(f"it is not known whether an earlier message went out to {numbers}; its date is over")
        return []

    def _warn_of_unknown_name(self, request: CancelRequest, snapshot: Snapshot) -> None:
        """Warn when the ledger knows no message of the name that is to be cancelled."""
        if request.name is None or any(row.name == request.match.name for row in snapshot.rows.values()):
            return
        self._context.warn(
            f"the ledger {self._context.ledger.name!r} knows no message of the name {request.name!r}, so nothing was"
            " looked for; what another ledger has scheduled is cancelled by smsid, or by to and delivery_date"
        )


def _plan(desired: Sequence[DesiredMessage], name: str, snapshot: Snapshot) -> Plan:
    """Return the plan that makes these messages the only ones of their name (its fingerprint; empty without one)."""
    known = {
        message.identity: snapshot.known(snapshot.rows[message.identity])
        for message in desired
        if message.identity in snapshot.rows
    }
    others = matching(snapshot, Match(name=name)) if name else []
    return plan(desired, known, others)
