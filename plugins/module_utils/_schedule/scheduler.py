# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bring the scheduled messages of an account to what a task asks for: read, plan, create, cancel, read again.

What must go is cancelled only after what must come has been accepted, so that a run which stops in between leaves
too many messages rather than too few, and the next run cancels the surplus.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress

from .._api.pending import ListError, Pending
from .._core.errors import VoipsmsError
from .._ledger.model import State
from .._message.outcome import Outcome, Report, Result
from .binding import DateBinding
from .change_over import ChangeOver
from .context import Overtaken, ScheduleContext
from .creation import Creation
from .delivery_log import DeliveryLog
from .lock import NameLock, wait_for_concurrent_runs
from .match import Match, matching
from .plan import KnownMessage, ScheduledState, plan
from .proof import is_cancelled_in_time
from .refusals import (
    NO_LIST,
    doubt_of_date,
    is_too_late,
    refuse_creation_without_memory,
    refuse_late_date,
    refuse_unlisted_match,
    refuse_unsafe_cancel,
)
from .request import CancelRequest, RelativeRequest, ScheduleRequest
from .results import delivered_result, uncertain_result, undecided_results
from .snapshot import Snapshot
from .source import SnapshotSource

_NOTHING_PENDING = frozenset({Outcome.NOT_SENT, Outcome.REFUSED})

_TRIES = 3
"""Number of plans that other runs may make out of date before this run gives up."""


class Scheduler:
    """The scheduled messages of an account, as one task changes or reads them. In check mode, nothing is changed."""

    def __init__(self, context: ScheduleContext) -> None:
        """Read and change nothing yet."""
        self._context = context
        self._source = SnapshotSource(context)
        self._log = DeliveryLog(context)

    def present(self, request: ScheduleRequest) -> Report:
        """Make the pending messages what the request says. Raises ``VoipsmsError`` with nothing changed."""
        lock = NameLock(self._context, request.name_fingerprint)
        with lock.hold():
            results = self._present(request, lock)
            DateBinding(self._context, request.name_fingerprint).end()
        # After the lock was released, which may add a warning.
        return Report.of(results, self._context.warnings)

    def present_relative(self, relative: RelativeRequest) -> tuple[ScheduleRequest, Report]:
        """Do what ``present`` does, at the date that is bound to the name; return the request with that date, too."""
        lock = NameLock(self._context, relative.name)
        with lock.hold():
            binding = DateBinding(self._context, relative.name)
            request = binding.request(relative)
            try:
                results = self._present(request, lock)
            except VoipsmsError:
                binding.withdraw()
                raise
            if all(result.outcome in _NOTHING_PENDING for result in results):
                binding.withdraw()
        return request, Report.of(results, self._context.warnings)

    def absent(self, request: CancelRequest) -> Report:
        """Cancel what matches. Raises ``VoipsmsError`` with nothing changed."""
        lock = NameLock(self._context, request.match.name or "")
        with lock.hold():
            binding = DateBinding(self._context, request.match.name or "")
            request = request._replace(match=binding.match(request.match))
            results = self._absent(request, ChangeOver(self._context, self._source, lock.is_held))
            binding.end_if_idle()
        return Report.of(results, self._context.warnings)

    def pending(self, match: Match | None) -> list[Pending]:
        """Return the listed messages that match; all of them without a match. Raises ``ListError``."""
        snapshot = self._source.refresh()
        if snapshot.listing is None:
            raise ListError(f"{snapshot.reason}; {NO_LIST}")
        if match is not None:
            match = DateBinding(self._context, match.name or "").match(match)
        messages = matching(snapshot, Match() if match is None else match)
        return [message.pending for message in messages if message.pending is not None]

    def _present(self, request: ScheduleRequest, lock: NameLock) -> list[Result]:
        creation = Creation(self._context, request, lock.objection)
        change_over = ChangeOver(self._context, self._source, lock.is_held)
        self._finish_cancels(request, creation, change_over)
        for _try in range(_TRIES):
            with suppress(Overtaken):
                return self._carry_out(request, creation, change_over)
        return self._carry_out(request, creation, change_over)

    def _finish_cancels(self, request: ScheduleRequest, creation: Creation, change_over: ChangeOver) -> None:
        """Ask again for unconfirmed cancels of wanted messages, while a new message can still be scheduled."""
        now = self._context.ledger.now() - self._context.zone_uncertainty
        rows = [row for row in self._context.ledger.scheduled() if row.delivers_at is None or now < row.delivers_at]
        if not any(row.state is State.CANCELLING and not row.confirmed for row in rows):
            return
        snapshot = self._source.refresh_and_settle()
        if not is_too_late(request, snapshot):
            change_over.finish(list(creation.known(snapshot).values()), snapshot)

    def _carry_out(self, request: ScheduleRequest, creation: Creation, change_over: ChangeOver) -> list[Result]:
        """Plan, and do what the plan says. Raises ``Overtaken`` with nothing changed."""

        def in_doubt(snapshot: Snapshot) -> list[KnownMessage]:
            others = matching(snapshot, Match(name=request.name_fingerprint)) if request.name_fingerprint else []
            wanted = list(creation.known(snapshot).values())
            # A cancel of another message is asked for again, or is confirmed, which is all that this task needs.
            return wanted + [one for one in others if one.scheduled_state is not ScheduledState.CANCELLING]

        snapshot = self._source.refresh_until_decided(in_doubt)
        if wait_for_concurrent_runs(self._context, request.delivery):
            snapshot = self._source.refresh_until_decided(in_doubt)
        snapshot = self._with_log(snapshot, creation.known(snapshot).values())
        desired = creation.desired(snapshot)
        others = matching(snapshot, Match(name=request.name_fingerprint)) if request.name_fingerprint else []
        others += [message for message in creation.surplus(snapshot) if message not in others]
        planned = plan(desired, creation.known(snapshot), others)
        refuse_unsafe_cancel(planned, snapshot, cancel_shared=self._context.cancel_shared)
        refuse_late_date(request, planned, snapshot)
        refuse_creation_without_memory(planned, snapshot, self._context.ledger.name)
        if planned.doubtful:
            return creation.described(
                undecided_results(desired, planned, self._context.ledger.now(), change_over.finished)
            )
        kept = creation.keep(planned) + creation.adopt(planned, snapshot)
        doubt = doubt_of_date(request, snapshot) if planned.create else None
        if doubt is not None:
            self._context.warn(doubt)
        creation.warn_of_equals(planned, snapshot)
        self._warn_of_late_cancels(others, snapshot)
        created = creation.create(planned)
        results = kept + change_over.replace(created, planned, snapshot, creation)
        return change_over.doubt_overtaken(results, has_created=bool(created))

    def _absent(self, request: CancelRequest, change_over: ChangeOver) -> list[Result]:
        snapshot = self._source.refresh_until_decided(
            lambda snapshot: [one for one in matching(snapshot, request.match) if not _is_cancelled_next(one)]
        )
        snapshot = self._with_log(snapshot, matching(snapshot, request.match))
        messages = matching(snapshot, request.match)
        self._warn_of_unknown_name(request, snapshot)
        if request.match.smsids is not None and snapshot.listing is None:
            return change_over.cancel_unlisted(request.match.smsids, messages, snapshot)
        refuse_unlisted_match(request.match, snapshot)
        planned = plan((), {}, messages)
        refuse_unsafe_cancel(planned, snapshot, cancel_shared=self._context.cancel_shared)
        now = self._context.ledger.now()
        results = [uncertain_result(message, now) for message in planned.doubtful]
        results += [uncertain_result(message, now) for message in messages if _may_have_gone_out(message, snapshot)]
        results += [delivered_result(message) for message in planned.history]
        results += self._lapsed_results(messages, fail_if_sent=request.fail_if_sent)
        return change_over.doubt_without_lock(results + change_over.cancel(planned.cancel, snapshot))

    def _with_log(self, snapshot: Snapshot, messages: Iterable[KnownMessage]) -> Snapshot:
        """Return the snapshot with what the message log proves of messages whose date is over."""
        return self._source.noted(snapshot, self._log.delivered(messages, snapshot))

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

    def _warn_of_late_cancels(self, others: Sequence[KnownMessage], snapshot: Snapshot) -> None:
        """Warn of other messages of the name that were cancelled so near their date that they may have gone out."""
        late = [message.to for message in others if _may_have_gone_out(message, snapshot)]
        if late:
            self._context.warn(
                f"an earlier message to {', '.join(late)} was cancelled shortly before its date, and may have gone out"
            )

    def _warn_of_unknown_name(self, request: CancelRequest, snapshot: Snapshot) -> None:
        """Warn when the ledger knows no message of the name that is to be cancelled."""
        if request.name is None or any(row.name == request.match.name for row in snapshot.rows.values()):
            return
        self._context.warn(
            f"the ledger {self._context.ledger.name!r} knows no message of the name {request.name!r}, so nothing was"
            " looked for; what another ledger has scheduled is cancelled by smsid, or by to and delivery_date"
        )


def _may_have_gone_out(message: KnownMessage, snapshot: Snapshot) -> bool:
    """Return whether a message, whose cancel was confirmed, may have been delivered before the cancel took effect."""
    if message.scheduled_state is not ScheduledState.CANCELLING or message.is_cancel_unfinished or message.row is None:
        return False
    delivers_at = snapshot.delivers_at(message.row)
    if delivers_at is None or is_cancelled_in_time(message.row, delivers_at, snapshot.graces):
        return False
    return not snapshot.reading.is_before_handover(delivers_at)


def _is_cancelled_next(message: KnownMessage) -> bool:
    """Return whether a task need not wait for a message: it is cancelled anew, or no longer listed after its cancel."""
    return message.scheduled_state is ScheduledState.CANCELLING and not (
        message.pending is not None and message.row is not None and message.row.confirmed
    )
