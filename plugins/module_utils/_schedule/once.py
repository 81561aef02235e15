# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Schedule one message for each recipient of a name, whatever its date and text, and never a second one.

A date or a text that differs makes no other message here, and nothing is cancelled: who has a message of the name has
it, whether it waits or has gone out. All dates share one lock, one list before and one list afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager

from .._core.deadline import Deadline
from .._core.errors import VoipsmsError
from .._ledger.model import Identity, Row
from .._message.outcome import Outcome, Result
from .._send.posting import Objection, no_objection
from .context import ScheduleContext, until_current
from .creation import Creation
from .delivery_log import DeliveryLog
from .known import known_to_ledger, may_exist
from .lock import NameLock, wait_for_concurrent_runs
from .match import Match, matching
from .parts import OncePart
from .plan import DesiredMessage, KnownMessage, ScheduledState
from .planned_run import PlannedRun
from .request import ScheduleRequest
from .results import kept_result, uncertain_result
from .snapshot import Change, Snapshot
from .source import InDoubt, SnapshotSource

_PENDING = (ScheduledState.LISTED, ScheduledState.UNLISTED)
_CERTAIN = (*_PENDING, ScheduledState.DELIVERED)


class OncePerRecipient:
    """The messages of one name (its fingerprint), of which each recipient gets one."""

    def __init__(self, context: ScheduleContext, name: str, end: Deadline, objection: Objection = no_objection) -> None:
        """Read and change nothing yet.

        ``end``: when everything that is done while other runs are kept away is over. ``objection`` is asked directly
        before anything is scheduled.
        """
        self._context = context
        self._name = name
        self._lock = NameLock(context, name, end)
        self._objection = objection
        self._source = SnapshotSource(context)
        self._run = PlannedRun(context, self._source, self._lock.is_held)
        self._log = DeliveryLog(context)
        self._snapshot: Snapshot | None = None
        self._decidable: set[str] = set()

    def hold(self) -> AbstractContextManager[None]:
        """Keep other runs of the name away. Raises ``NameInUse`` where another one does not end in time."""
        return self._lock.hold()

    @property
    def lock_objection(self) -> Objection:
        """Why nothing may be sent any more to whom this run keeps other runs away from: its lock is over."""
        return self._lock.objection

    def scheduled_for(self, recipients: Iterable[str], *, waits: bool) -> dict[str, Result]:
        """Return the result of each recipient (digits) for whom the name has a message already, or may have one.

        The list is read only where the ledger knows such a message; with ``waits`` as often as it takes to be certain,
        within the deadline. Raises ``LedgerError``.
        """
        recipients = list(recipients)
        known = known_to_ledger(self._context.ledger, self._context.fingerprints, self._name, recipients)
        if not known:
            return {}
        fingerprints = self._fingerprints(recipients)
        try:
            return self._scheduled_for(fingerprints, waits=waits)
        except VoipsmsError as error:
            reason = f"whether the message that an earlier run has scheduled is pending is not known: {error}"
            return {to: Result(f"+{to}", Outcome.UNKNOWN, code_desc=reason) for to in known}

    def may_become_certain(self, recipients: Iterable[str]) -> list[str]:
        """Return the recipients (digits) of whom ``scheduled_for`` has left in doubt what a later list may decide."""
        return [to for name, to in self._fingerprints(recipients).items() if name in self._decidable]

    def _scheduled_for(self, fingerprints: Mapping[str, str], *, waits: bool) -> dict[str, Result]:
        return until_current(lambda: self._refreshed_for(fingerprints, waits=waits))

    def _refreshed_for(self, fingerprints: Mapping[str, str], *, waits: bool) -> dict[str, Result]:
        def messages(snapshot: Snapshot) -> list[KnownMessage]:
            return self._messages(snapshot, fingerprints)

        snapshot = self._refresh(messages, waits=waits)
        doubts = [one.row for one in messages(snapshot) if self._source.next_look_at(one, snapshot) is not None]
        self._decidable = {row.recipient for row in doubts if row is not None}
        return self._existing(snapshot, fingerprints)

    def _existing(self, snapshot: Snapshot, fingerprints: Mapping[str, str]) -> dict[str, Result]:
        """Return the results of the recipients (digits by fingerprint) who have a message of the name, and keep it.

        The revision of its row is raised, so that no run cancels it by a plan from before. Raises ``Overtaken``.
        """
        results: dict[str, Result] = {}
        changes: dict[Identity, Change] = {}
        for message in sorted(self._messages(snapshot, fingerprints), key=_doubt):
            row = message.row
            if row is None or message.scheduled_state is ScheduledState.INACTIVE:
                continue
            to = fingerprints[row.recipient]
            if to not in results and message.scheduled_state in _PENDING:
                changes[row.key, row.recipient] = row, row._replace(revision=row.revision + 1)
            results.setdefault(to, self._result(to, message))
        self._context.change_all(changes)
        return results

    def taken(self, request: ScheduleRequest) -> list[str]:
        """Return the recipients (digits) for whom the same text waits for the same minute under another name.

        It is one message, which goes when that name is cancelled. Raises ``LedgerError``.
        """
        fingerprints = self._fingerprints(request.delivery.recipients)
        rows = self._context.ledger.rows(self._context.fingerprints.key(request.delivery.key), fingerprints)
        return [fingerprints[name] for name, row in rows.items() if self._is_of_another_name(row)]

    def _is_of_another_name(self, row: Row) -> bool:
        return may_exist(row) and row.name not in ("", self._name)

    def schedule(self, requests: Sequence[ScheduleRequest]) -> list[Result]:
        """Make a message pending for each recipient, none of whom has one of this name. Raises ``VoipsmsError``."""
        return until_current(lambda: self._schedule(requests))

    def _schedule(self, requests: Sequence[ScheduleRequest]) -> list[Result]:
        fingerprints = self._fingerprints(to for request in requests for to in request.delivery.recipients)

        def in_doubt(snapshot: Snapshot) -> list[KnownMessage]:
            wanted = (Creation(self._context, request).known(snapshot).values() for request in requests)
            return [*self._messages(snapshot, fingerprints), *(message for known in wanted for message in known)]

        snapshot, self._snapshot = self._snapshot or self._refresh(in_doubt), None
        waits = [wait_for_concurrent_runs(self._context, request.delivery) for request in requests]
        if any(waits):
            snapshot, self._snapshot = self._refresh(in_doubt), None
        # Before anything is created, since another run may make the plans out of date.
        existing = self._existing(snapshot, fingerprints)
        left = [request.without(existing) for request in requests]
        done = self._run.carry_out_by(snapshot, [OncePart(self._context, request, self._object) for request in left])
        return [*existing.values(), *(result for results in done.results for result in results)]

    def _object(self, numbers: Sequence[str]) -> str:
        """Return why nothing may be scheduled for these recipients any more, or an empty string."""
        return self._lock.objection(numbers) or self._objection(numbers)

    def _fingerprints(self, recipients: Iterable[str]) -> dict[str, str]:
        """Return the recipients (digits) by their fingerprints."""
        return {self._context.fingerprints.recipient(to): to for to in recipients}

    def _refresh(self, in_doubt: InDoubt, *, waits: bool = True) -> Snapshot:
        """Return a settled snapshot, and keep it for the next step of this task."""
        snapshot = self._source.refresh_until_decided(in_doubt) if waits else self._source.refresh_and_settle()
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


def _doubt(message: KnownMessage) -> int:
    """Return how much in doubt a message is; what is certain decides about a recipient who has several."""
    return _CERTAIN.index(message.scheduled_state) if message.scheduled_state in _CERTAIN else len(_CERTAIN)
