# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Schedule one message for each recipient of a name, whatever its date and text, and never a second one.

A date or a text that differs makes no other message here, and nothing is cancelled: who has a message of the name has
it, whether it waits or has gone out. All dates share one lock, one list before and one list afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, suppress

from .._core.errors import InputError, VoipsmsError
from .._ledger.model import Row, State
from .._message.outcome import Outcome, Result
from .change_over import ChangeOver
from .context import Overtaken, ScheduleContext
from .creation import Creation
from .delivery_log import DeliveryLog
from .lock import NameLock, wait_for_concurrent_runs
from .match import Match, matching
from .plan import DesiredMessage, KnownMessage, Plan, ScheduledState, plan
from .refusals import refuse_late_date
from .request import ScheduleRequest
from .results import kept_result, uncertain_result, undecided_results
from .snapshot import Snapshot
from .source import InDoubt, SnapshotSource

_TRIES = 3
"""Number of plans that other runs may make out of date before this run gives up."""

_PENDING = (ScheduledState.LISTED, ScheduledState.UNLISTED)
_CERTAIN = (*_PENDING, ScheduledState.DELIVERED)
_GONE = frozenset({State.REFUSED, State.CANCELLED})


class OncePerRecipient:
    """The messages of one name (its fingerprint), of which each recipient gets one."""

    def __init__(self, context: ScheduleContext, name: str) -> None:
        """Read and change nothing yet."""
        self._context = context
        self._name = name
        self._lock = NameLock(context, name)
        self._source = SnapshotSource(context)
        self._log = DeliveryLog(context)
        self._snapshot: Snapshot | None = None

    def hold(self) -> AbstractContextManager[None]:
        """Keep other runs of the name away. Raises ``NameInUse`` where another one does not end in time."""
        return self._lock.hold()

    def scheduled_for(self, recipients: Iterable[str]) -> dict[str, Result]:
        """Return the result of each recipient (digits) for whom the name has a message already, or may have one.

        The list is read only where the ledger knows such a message. Raises ``LedgerError``.
        """
        fingerprints = {self._context.fingerprints.recipient(to): to for to in recipients}
        rows = [row for row in self._context.ledger.scheduled() if row.name == self._name and _may_exist(row)]
        known = [fingerprints[row.recipient] for row in rows if row.recipient in fingerprints]
        if not known:
            return {}
        try:
            snapshot = self._refresh(lambda snapshot: self._messages(snapshot, fingerprints))
        except VoipsmsError as error:
            reason = f"whether the message that an earlier run has scheduled is pending is not known: {error}"
            return {to: Result(f"+{to}", Outcome.UNKNOWN, code_desc=reason) for to in known}
        results: dict[str, Result] = {}
        for message in sorted(self._messages(snapshot, fingerprints), key=_doubt):
            if message.row is not None and message.scheduled_state is not ScheduledState.INACTIVE:
                to = fingerprints[message.row.recipient]
                results.setdefault(to, self._result(to, message))
        return results

    def schedule(self, requests: Sequence[ScheduleRequest]) -> list[Result]:
        """Make a message pending for each recipient, none of whom has one of this name. Raises ``VoipsmsError``."""
        for _try in range(_TRIES - 1):
            with suppress(Overtaken):
                return self._schedule(requests)
        return self._schedule(requests)

    def _schedule(self, requests: Sequence[ScheduleRequest]) -> list[Result]:
        creations = [(Creation(self._context, request), request) for request in requests]

        def in_doubt(snapshot: Snapshot) -> list[KnownMessage]:
            return [message for creation, _request in creations for message in creation.known(snapshot).values()]

        snapshot, self._snapshot = self._snapshot or self._refresh(in_doubt), None
        waits = [wait_for_concurrent_runs(self._context, request.delivery) for request in requests]
        if any(waits):
            snapshot, self._snapshot = self._refresh(in_doubt), None
        plans = [(*pair, plan(pair[0].desired(snapshot), pair[0].known(snapshot), ())) for pair in creations]
        # Before anything is created, since another run may make the plans out of date.
        results = [one for creation, _request, planned in plans for one in self._existing(creation, planned, snapshot)]
        return results + self._verified([(made[0], self._create(*made, snapshot)) for made in plans])

    def _existing(self, creation: Creation, planned: Plan, snapshot: Snapshot) -> list[Result]:
        """Return the results of messages that are there already, or may be."""
        doubtful = Plan(doubtful=planned.doubtful)
        undecided = undecided_results(creation.desired(snapshot), doubtful, self._context.ledger.now())
        return creation.keep(planned) + creation.adopt(planned, snapshot) + creation.described(undecided)

    def _create(self, creation: Creation, request: ScheduleRequest, planned: Plan, snapshot: Snapshot) -> list[Result]:
        """Return the results of what was missing, and is scheduled now. What has a wrong date is cancelled again."""
        try:
            refuse_late_date(request, planned, snapshot)
        except InputError as error:
            late = (Result(f"+{one.to}", Outcome.NOT_SENT, code_desc=str(error)) for one in planned.create)
            return creation.described(late)
        created = creation.create(planned)
        if creation.misdated(created):
            change_over = ChangeOver(self._context, self._source, self._lock.is_held)
            return change_over.replace(created, planned, snapshot, creation)
        return created

    def _verified(self, created: Sequence[tuple[Creation, list[Result]]]) -> list[Result]:
        """Return the results of what was scheduled, by one list from afterwards."""
        is_posted = any(result.posted for _creation, results in created for result in results)
        if self._context.check_mode or not is_posted:
            return [result for _creation, results in created for result in results]
        after = self._source.refresh_after_change()
        change_over = ChangeOver(self._context, self._source, self._lock.is_held)
        confirmed = [result for creation, results in created for result in creation.confirmed(results, after)]
        return change_over.doubt_overtaken(change_over.verified(confirmed, after), has_created=is_posted)

    def _refresh(self, in_doubt: InDoubt) -> Snapshot:
        """Return a settled snapshot, and keep it for the next step of this task."""
        snapshot = self._source.refresh_until_decided(in_doubt)
        self._snapshot = self._source.noted(snapshot, self._log.delivered(in_doubt(snapshot), snapshot))
        return self._snapshot

    def _messages(self, snapshot: Snapshot, recipients: Iterable[str]) -> list[KnownMessage]:
        """Return the messages of the name for these recipients (fingerprints)."""
        wanted = set(recipients)
        messages = matching(snapshot, Match(name=self._name))
        return [message for message in messages if message.row is not None and message.row.recipient in wanted]

    def _result(self, to: str, message: KnownMessage) -> Result:
        """Return the result of a recipient (digits) who has this message, or may have it."""
        if message.scheduled_state in _CERTAIN and message.row is not None:
            desired = DesiredMessage((message.row.key, message.row.recipient), to)
            return kept_result(desired, message)._replace(text=message.text)
        return uncertain_result(message, self._context.ledger.now())._replace(to=f"+{to}")


def _may_exist(row: Row) -> bool:
    """Return whether a row's message may be pending or have gone out, as far as the ledger tells."""
    return row.state not in _GONE


def _doubt(message: KnownMessage) -> int:
    """Return how much in doubt a message is; what is certain decides about a recipient who has several."""
    return _CERTAIN.index(message.scheduled_state) if message.scheduled_state in _CERTAIN else len(_CERTAIN)
