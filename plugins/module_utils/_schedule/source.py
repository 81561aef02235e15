# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read snapshots for one task, settle the ledger with each, and read again where another list can decide more."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from .._api.pending import ListError
from .._core.errors import sentence_of
from .._ledger.model import Row, State
from .context import ScheduleContext
from .plan import Identity, KnownMessage, ScheduledState
from .proof import can_be_missed, decided_at, next_look_at
from .refusals import NO_LIST
from .settle import settled
from .snapshot import Change, Snapshot

InDoubt = Callable[[Snapshot], Iterable[KnownMessage]]
"""Returns the messages of a snapshot that a task must be certain of."""


class SnapshotSource:
    """The list and the ledger of one task, read whenever a new snapshot of them is needed."""

    def __init__(self, context: ScheduleContext) -> None:
        """Read nothing yet."""
        self._context = context
        self._noted: dict[Identity, Change] = {}
        self._has_warned = False
        self.shown: set[str] = set()
        """The smsids that any list of this task has shown."""

    def refresh(self) -> Snapshot:
        """Return the list and the ledger as they are now, and write nothing.

        Where the list cannot be read, the snapshot says why. Raises ``Denied`` and ``LedgerError``.
        """
        context = self._context
        # Before the list: what another run cancels meanwhile must not look as if this list were from after it.
        rows = self._rows()
        listing, reason, asked_at = None, "", context.ledger.now()
        try:
            listing = context.api.pending(context.deadline.left())
        except ListError as error:
            reason = str(error)
        read_at = context.ledger.now()
        served_at = listing.at if listing is not None and listing.at is not None else 0.0
        snapshot = Snapshot(
            listing,
            reason,
            {identity: row for identity, row in rows.items() if row.recipient},
            max(read_at, served_at),
            asked_at,
            read_at,
            context.fingerprints,
            {row.smsids[0]: row for row in rows.values() if not row.recipient and row.smsids},
            context.graces,
            context.earliest_moment_of,
            context.zone_uncertainty,
        )
        self.shown |= snapshot.listed
        return snapshot

    def refresh_and_settle(self) -> Snapshot:
        """Return a snapshot whose findings are written to the ledger, before this task changes anything.

        Warns when there is no list. Raises ``VoipsmsError``.
        """
        if self._context.check_mode:
            # Raises where the real run could not write, which lists alone need not.
            self._context.ledger.rows("", ())
        snapshot = self.refresh()
        if snapshot.listing is None and not self._has_warned:
            self._has_warned = True
            self._context.warn(f"{snapshot.reason}; what is pending is taken from the ledger; {NO_LIST}")
        snapshot, changes = settled(snapshot)
        self._warn_of_revived(changes)
        self._note(changes)
        return snapshot

    def refresh_until_decided(self, in_doubt: InDoubt) -> Snapshot:
        """Return a settled snapshot, the last of as many as it takes to be certain of some messages.

        It is read again only while that can end a doubt within the deadline; without a doubt, it is read once.
        Raises ``VoipsmsError``.
        """
        while True:
            snapshot = self.refresh_and_settle()
            looks = [look for look in (self.next_look_at(message, snapshot) for message in in_doubt(snapshot)) if look]
            if not looks or not self.wait_until(min(looks)):
                return snapshot

    def noted(self, snapshot: Snapshot, changes: list[Change]) -> Snapshot:
        """Write changes of messages' rows to the ledger, and return the snapshot with them. Raises ``LedgerError``."""
        self._note(changes)
        rows = {(row.key, row.recipient): row for _before, row in changes if row is not None}
        return replace(snapshot, rows={**snapshot.rows, **rows}) if rows else snapshot

    def next_look_at(self, message: KnownMessage, snapshot: Snapshot) -> float | None:
        """Return when the next list may decide whether a message is pending, in Unix seconds by the ledger's clock.

        None where no list can decide it within the deadline, or there is nothing to decide.
        """
        row, reading = message.row, snapshot.reading
        if row is None or snapshot.listing is None or row.is_at_work(reading.read_at):
            return None
        if message.scheduled_state not in _DECIDABLE:
            return None
        return next_decision_at(row, snapshot, self._context.deadline.left(), is_listed=message.pending is not None)

    def wait_until(self, moment: float) -> bool:
        """Wait until a moment by the ledger's clock; return False, without waiting, where the deadline is before it."""
        return self._context.deadline.wait(max(SHORTEST_WAIT, moment - self._context.ledger.now()))

    def refresh_after_change(self) -> Snapshot:
        """Return a settled snapshot after something was changed.

        Raises nothing that would hide what was done: a list that cannot be read is missing in the snapshot, and a
        ledger that cannot be written is a warning.
        """
        try:
            snapshot, changes = settled(self.refresh())
        except Exception as error:  # noqa: BLE001 - messages were changed, and their results must be reported
            # Without a list and rows, the time decides nothing; a database may not be there to tell it.
            return Snapshot(None, sentence_of(error), {}, 0.0, 0.0, 0.0, self._context.fingerprints)
        try:
            self._note(changes)
        except Exception as error:  # noqa: BLE001 - messages were changed, and their results must be reported
            self._context.warn(f"ledger not updated: {sentence_of(error)}; the next run of this task will correct it")
        return snapshot

    def cancelled_smsids(self) -> frozenset[str]:
        """Return the smsids whose cancel is claimed, or that are gone, as the ledger has it now.

        Raises nothing that would hide what was done: a ledger that cannot be read is a warning.
        """
        try:
            rows = self._context.ledger.scheduled()
        except Exception as error:  # noqa: BLE001 - messages were changed, and their results must be reported
            self._context.warn(
                f"whether another run has cancelled a message meanwhile is not known: {sentence_of(error)}"
            )
            return frozenset()
        states = (State.CANCELLING, State.CANCELLED)
        return frozenset(smsid for row in rows if row.state in states for smsid in row.smsids)

    def _rows(self) -> dict[Identity, Row]:
        """Return the rows of scheduled messages, in check mode with what this task would have noted in them."""
        rows = {(row.key, row.recipient): row for row in self._context.ledger.scheduled()}
        for identity, (before, after) in self._noted.items():
            if rows.get(identity) != before:
                continue
            rows.pop(identity, None)
            if after is not None:
                rows[identity] = after
        return rows

    def _note(self, changes: list[Change]) -> None:
        """Write changes of rows to the ledger; in check mode, remember them for the next snapshot of this task."""
        if not self._context.check_mode:
            self._context.amend(changes)
            return
        for before, after in changes:
            row = before or after
            if row is not None:
                stored = self._noted.get((row.key, row.recipient), (before, None))[0]
                self._noted[row.key, row.recipient] = stored, after

    def _warn_of_revived(self, changes: list[Change]) -> None:
        """Warn of messages that were judged gone, and that the list shows again."""
        revived = [
            before.masked
            for before, after in changes
            if before is not None
            and after is not None
            and before.state is State.CANCELLED
            and after.state is State.ACCEPTED
        ]
        if revived:
            self._context.warn(
                f"the list shows the message to {', '.join(revived)} again, which it did not show for longer than"
                " list_grace; it is pending, and belongs to this ledger; set a longer list_grace"
            )


_DECIDABLE = frozenset({ScheduledState.MISSING, ScheduledState.CANCELLING, ScheduledState.DOUBTFUL})
SHORTEST_WAIT = 0.1


def next_decision_at(row: Row, snapshot: Snapshot, seconds: float, *, is_listed: bool) -> float | None:
    """Return when the next list may decide about a row, or None where none can within so many seconds.

    Unix seconds by the ledger's clock.
    """
    reading = snapshot.reading
    if not is_listed:
        was_accepted = row.state in (State.ACCEPTED, State.CANCELLING)
        can_be_proved = can_be_missed(row) if was_accepted else snapshot.is_surely_absent(row)
        if not can_be_proved or not reading.is_before_handover(snapshot.delivers_at(row)):
            return None
    if decided_at(row, reading, is_listed=is_listed) >= reading.read_at + seconds:
        return None
    return next_look_at(row, reading, is_listed=is_listed)
