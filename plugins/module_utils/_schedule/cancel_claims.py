# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Claim a cancel in the ledger before its request leaves, and write down what the service has answered.

A cancel cannot be undone, and its request may leave late: a run may be suspended at any step. So no run keeps a message
whose cancel was claimed, and no run cancels a message that another one has kept or changed since it was planned.
"""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from .._api.scheduled import CancelAnswer, CancelVerdict
from .._core.deadline import Latest
from .._core.errors import sentence_of
from .._ledger.model import GRACE, KEPT, SETTLE_MARGIN, Identity, Row, State
from .._message.numbers import mask
from .context import ScheduleContext
from .plan import KnownMessage
from .proof import CONTENT_OF_CANCEL

_TRIES = 3
"""Number of times that a claim is tried when another run only notes what its list shows at the same moment."""

Changes = Mapping[Identity, "tuple[Row | None, Row | None]"]


class CancelClaim(NamedTuple):
    """A claimed cancel of some smsids of one message: the rows before and after the claim, and until when it holds."""

    smsids: tuple[str, ...]
    changes: Changes
    latest: Latest
    first_byte_by: float


class CancelClaims:
    """The cancels that one run claims. ``is_allowed``: whether the run still has the lock of its name."""

    def __init__(self, context: ScheduleContext, is_allowed: Callable[[], bool]) -> None:
        """Claim nothing yet."""
        self._context = context
        self._is_allowed = is_allowed
        self._owner = secrets.token_hex(16)
        self._origin = f"{socket.gethostname()}:{os.getpid()}"

    def claim(
        self, message: KnownMessage, smsids: Sequence[str], planned: Mapping[Identity, Row]
    ) -> CancelClaim | None:
        """Claim the cancel of some smsids of a message; None where another run has changed it since the plan.

        ``planned``: the rows that the plan was made from. Raises ``LedgerError``.
        """
        for _try in range(_TRIES):
            claim = self._claim_of(message, smsids)
            stored = {identity: before for identity, (before, _after) in claim.changes.items() if identity[1]}
            if any(
                before is None or _has_changed(planned.get(identity), before) for identity, before in stored.items()
            ):
                return None
            if message.row is not None and message.row.recipient and not stored:
                return None
            if self._context.ledger.compare_and_set(claim.changes):
                return claim if self._is_complete(claim) else None
        return None

    def _is_complete(self, claim: CancelClaim) -> bool:
        """Return whether a claim that is written holds every row of its smsids; if it does not, undo it.

        Another run may have adopted the message since the rows were read. From now on none can.
        """
        rows = self._context.ledger.with_smsids(claim.smsids)
        if all((row.key, row.recipient) in claim.changes for row in rows):
            return True
        self.withdraw(claim)
        return False

    def _claim_of(self, message: KnownMessage, smsids: Sequence[str]) -> CancelClaim:
        """Return the claim of a cancel by what the ledger holds now. Nothing is written."""
        ledger, seconds = self._context.ledger, self._context.deadline.left()
        latest, now = Latest.within(seconds), ledger.now()
        stored = {(row.key, row.recipient): row for row in ledger.with_smsids(smsids)}
        changes: dict[Identity, tuple[Row | None, Row | None]] = {}
        for smsid in smsids:
            identity = (self._context.fingerprints.cancel_key(smsid), "")
            before = stored.get(identity)
            changes[identity] = before, self._claimed(smsid, before, message, now, seconds)
        effect_by = max(record.effect_by or now for _before, record in changes.values() if record is not None)
        for identity, row in stored.items():
            if row.recipient:
                changes[identity] = row, cancelling(row, effect_by)
        return CancelClaim(tuple(smsids), changes, latest, now + seconds)

    def permits(self, claim: CancelClaim) -> bool:
        """Return whether a request of this claim may leave now, by both clocks, the lock and the claim.

        Called when the connection is open, directly before the request leaves.
        """
        ledger = self._context.ledger
        key, recipient = next(iter(claim.changes))
        stored = ledger.rows(key, [recipient]).get(recipient)
        if stored is None or stored.owner != self._owner or not self._is_allowed():
            return False
        # Last of all, since reading may take long, and a machine may be suspended meanwhile.
        return ledger.now() < claim.first_byte_by and claim.latest.permits()

    def withdraw(self, claim: CancelClaim) -> None:
        """Undo a claim of which no request has left; what another run has changed since stays."""
        self._write(lambda: self._withdrawn(claim))

    def _withdrawn(self, claim: CancelClaim) -> Changes:
        """Return the changes that undo a claim, from the rows as they are now."""
        return {
            identity: (row, before and before._replace(listed=before.listed or row.listed))
            for identity, (before, row) in self._still_ours(claim).items()
        }

    def settle(self, claim: CancelClaim, answers: Mapping[str, CancelAnswer]) -> None:
        """Write what the service has answered for each smsid. What is not written stays as uncertain as it was."""
        self._write(lambda: self._settled(claim, answers))

    def _settled(self, claim: CancelClaim, answers: Mapping[str, CancelAnswer]) -> Changes:
        """Return the changes that settle a claim, from the rows as they are now.

        A message is confirmed to be cancelled when all of its smsids are.
        """
        is_lost = any(answer.verdict is CancelVerdict.LOST for answer in answers.values())
        lag = self._context.graces.cancel_grace
        effect_by = claim.first_byte_by + GRACE if is_lost else self._context.ledger.now() + lag
        confirmed = {smsid for smsid, answer in answers.items() if answer.verdict is CancelVerdict.CONFIRMED}
        changes: dict[Identity, tuple[Row | None, Row | None]] = {}
        for identity, (before, row) in self._still_ours(claim).items():
            # A cancel of an earlier run, whose answer was lost, may still come.
            earlier = (before.effect_by or 0.0) if before is not None else 0.0
            was_confirmed = before is not None and before.state is State.CANCELLING and before.confirmed
            is_confirmed = was_confirmed or confirmed.issuperset(row.smsids)
            changes[identity] = row, row._replace(confirmed=is_confirmed, effect_by=max(earlier, effect_by))
        return changes

    def _still_ours(self, claim: CancelClaim) -> dict[Identity, tuple[Row | None, Row]]:
        """Return the rows of a claim, each as it was before and as it is now; none where the claim is another run's.

        A concurrent run may have noted meanwhile what its list shows.
        """
        ours: dict[Identity, tuple[Row | None, Row]] = {}
        for (key, recipient), (before, after) in claim.changes.items():
            row = self._context.ledger.rows(key, [recipient]).get(recipient)
            if row is None or after is None or row.state is not State.CANCELLING or row.smsids != after.smsids:
                continue
            if not recipient and row.owner != self._owner:
                return {}
            ours[key, recipient] = before, row
        return ours

    def _write(self, changes_now: Callable[[], Changes]) -> None:
        """Write changes that only make the ledger more certain; raise nothing that would hide what was done."""
        try:
            for _try in range(_TRIES):
                changes = changes_now()
                if not changes or self._context.ledger.compare_and_set(changes):
                    return
        except Exception as error:  # noqa: BLE001 - cancels were asked for by now, and their results must be reported
            self._context.warn(f"ledger not updated: {sentence_of(error)}; the next run of this task will correct it")

    def _claimed(self, smsid: str, before: Row | None, message: KnownMessage, now: float, seconds: float) -> Row:
        """Return the row in which the cancel of one smsid is claimed."""
        row = message.row
        delivers_at = row.delivers_at if row is not None else self._moment_of(message)
        was_confirmed = before is not None and before.state is State.CANCELLING and before.confirmed
        shown = message.pending
        return Row(
            key=self._context.fingerprints.cancel_key(smsid),
            recipient="",
            masked=row.masked if row is not None else mask(shown.to) if shown is not None else smsid,
            label="",
            content=CONTENT_OF_CANCEL,
            state=State.CANCELLING,
            attempt=1 if before is None else before.attempt + 1,
            owner=self._owner,
            origin=self._origin,
            claimed_at=row.claimed_at if row is not None else now,
            first_byte_by=now + seconds,
            lease_until=now + seconds + SETTLE_MARGIN,
            keep_until=max(now, delivers_at or 0.0) + KEPT + GRACE,
            smsids=(smsid,),
            name=row.name if row is not None else "",
            date=message.date or "",
            delivers_at=delivers_at,
            listed=shown is not None or (row is not None and row.listed),
            effect_by=max(now + seconds + GRACE, (before.effect_by or 0.0) if before is not None else 0.0),
            confirmed=was_confirmed,
        )

    def _moment_of(self, message: KnownMessage) -> float | None:
        return self._context.earliest_moment_of(message.date) if message.date else None


def _has_changed(planned: Row | None, stored: Row) -> bool:
    """Return whether another run has kept, adopted, replaced or sent a message since it was planned to cancel it."""
    if planned is None:
        return True
    is_cancellable = stored.state in (State.ACCEPTED, State.CANCELLING, planned.state)
    return (planned.revision, planned.smsids) != (stored.revision, stored.smsids) or not is_cancellable


def cancelling(row: Row, effect_by: float) -> Row:
    """Return the row of a message whose cancel is claimed; an absence noted before proves nothing about it."""
    is_again = row.state is State.CANCELLING
    return row._replace(
        state=State.CANCELLING,
        absent_at=None,
        effect_by=max(effect_by, row.effect_by or 0.0),
        confirmed=is_again and row.confirmed,
    )
