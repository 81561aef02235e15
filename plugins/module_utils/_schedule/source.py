# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Take snapshots of the list and the ledger, and write down what they prove."""

from __future__ import annotations

from .._api.pending import ListError
from .._core.errors import sentence_of
from .context import ScheduleContext
from .refusals import NO_LIST
from .snapshot import Snapshot


class SnapshotSource:
    """The list and the ledger of one task, read whenever a new snapshot of them is needed."""

    def __init__(self, context: ScheduleContext) -> None:
        """Read nothing yet."""
        self._context = context

    def refresh(self) -> Snapshot:
        """Return the list and the ledger as they are now, and write nothing.

        Where the list cannot be read, the snapshot says why. Raises ``Denied`` and ``LedgerError``.
        """
        context = self._context
        listing, reason, asked_at = None, "", context.ledger.now()
        try:
            listing = context.api.pending(context.deadline.left())
        except ListError as error:
            reason = str(error)
        rows = {(row.key, row.recipient): row for row in context.ledger.scheduled()}
        served_at = listing.at if listing is not None and listing.at is not None else 0.0
        return Snapshot(
            listing,
            reason,
            rows,
            max(context.ledger.now(), served_at),
            asked_at,
            context.fingerprints,
            context.earliest_moment_of,
            context.zone_uncertainty,
        )

    def refresh_and_settle(self) -> Snapshot:
        """Return a snapshot whose findings are written to the ledger, before this task changes anything.

        Warns when there is no list. Raises ``VoipsmsError``.
        """
        if self._context.check_mode:
            # Raises where the real run could not write, which lists alone need not.
            self._context.ledger.rows("", ())
        snapshot = self.refresh()
        if snapshot.listing is None:
            self._context.warn(f"{snapshot.reason}; what is pending is taken from the ledger; {NO_LIST}")
        snapshot, changes = snapshot.settled()
        self._context.amend(changes)
        return snapshot

    def refresh_after_change(self) -> Snapshot:
        """Return a settled snapshot after something was changed.

        Raises nothing that would hide what was done: a list that cannot be read is missing in the snapshot, and a
        ledger that cannot be written is a warning.
        """
        try:
            snapshot, changes = self.refresh().settled()
        except Exception as error:  # noqa: BLE001 - as the docstring says
            # Without a list and rows, the time decides nothing; a database may not be there to tell it.
            return Snapshot(None, sentence_of(error), {}, 0.0, 0.0, self._context.fingerprints)
        try:
            self._context.amend(changes)
        except Exception as error:  # noqa: BLE001 - as the docstring says
            self._context.warn(f"ledger not updated: {sentence_of(error)}; the next run of this task will correct it")
        return snapshot
