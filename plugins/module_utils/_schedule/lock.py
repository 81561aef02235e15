# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keep runs apart that work on the same name or the same message at the same time."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager

from .._core.deadline import Deadline
from .._core.errors import sentence_of
from .._ledger.model import Claim, DedupePolicy, Fingerprints, Identity, Row
from .._ledger.resolve import begun_at
from .._message.outcome import Fate, moment
from .._send.request import SendRequest
from .context import ScheduleContext
from .errors import NameInUse

_PURPOSE = "turn"
"""Tells the row of a lock from the row of a message. Runs of another release must find the same row."""

PAUSE = 0.5
"""Seconds between two tries to get the lock of a name, or to find a message no longer claimed by another run."""


_OVER = (
    "the lock of the name was over before the request could begin, as where a machine was suspended, so another run may"
    " have done the same meanwhile"
)


class NameLock:
    """A claim on a name in the ledger, which lets one run at a time work on that name.

    The claim has a lease: the lock of a killed run expires when its deadline would have been over.
    """

    def __init__(self, context: ScheduleContext, name: str, end: Deadline | None = None) -> None:
        """Prepare the lock of a name (its fingerprint). Without a name, and in check mode, nothing is locked.

        ``end``: when what is done under the lock is over, where that is later than the deadline of the context.
        """
        self._context = context
        self._end = end or context.deadline
        self._name = "" if context.check_mode else name
        self._key = lock_key(context.fingerprints, name)
        self._owner = secrets.token_hex(16)

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Wait for the lock, within the deadline, and release it at the end.

        Raises ``NameInUse`` with nothing changed when another run does not release it in time. A lock that cannot
        be released is a warning.
        """
        if not self._name:
            yield
            return
        self._acquire()
        try:
            yield
        finally:
            self._release()

    def is_held(self) -> bool:
        """Return whether this run still has the lock, by the ledger's clock; without a name there is none to lose.

        A run that was suspended may have lost it to another one. Raises ``LedgerError``.
        """
        if not self._name:
            return True
        ledger = self._context.ledger
        return self.is_held_by(ledger.rows_at([self.identity]), ledger.now())

    @property
    def identity(self) -> Identity:
        """The key and the recipient of the lock's row."""
        return self._key, self._name

    def is_held_by(self, rows: Mapping[Identity, Row], now: float) -> bool:
        """Return whether this run has the lock by some rows, at a moment by the ledger's clock."""
        row = rows.get(self.identity)
        return row is not None and row.owner == self._owner and row.is_at_work(now)

    def objection(self, _numbers: Sequence[str]) -> str:
        """Return why nothing may be sent any more, which is that the lock is over; else an empty string."""
        return "" if self.is_held() else _OVER

    def _acquire(self) -> None:
        context = self._context
        while True:
            claimed = context.ledger.claim(lock_claim(self._key, self._name, self._owner, self._end.left()))
            if claimed.won:
                return
            row = self._restarted(claimed.lost[self._name], claimed.at)
            if not context.deadline.wait(PAUSE):
                until = moment(row.lease_until)
                raise NameInUse(
                    "another run is at work on the same name and has not ended within the deadline; nothing was"
                    f" changed; if it was killed, its lock expires at {until}"
                )

    def _restarted(self, row: Row, now: float) -> Row:
        """Return the row of another run's lock; if it lies ahead, its lease begins now, since no person sees locks."""
        if not row.is_ahead(now):
            return row
        restarted = begun_at(row, now)
        self._context.ledger.amend([(row, restarted)])
        return restarted

    def _release(self) -> None:
        try:
            self._context.ledger.settle(self._key, self._owner, {self._name: (Fate.NOT_SENT, ())})
        except Exception as error:  # noqa: BLE001 - raised at the end of a task, it would hide the results
            self._context.warn(f"ledger not updated: {sentence_of(error)}; the next run of this name may have to wait")


class NameLocks:
    """The locks of all names of one task.

    They are acquired in one order, whatever the order of the names is, so that no two runs wait for each other.
    """

    def __init__(self, context: ScheduleContext, names: Iterable[str]) -> None:
        """Prepare the locks of some names (fingerprints), of which any may be empty."""
        self._context = context
        self._locks = [NameLock(context, name) for name in sorted(set(names)) if name]

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Wait for all locks, within the deadline, and release them at the end. Raises as ``NameLock.hold`` does."""
        with ExitStack() as stack:
            for lock in self._locks:
                stack.enter_context(lock.hold())
            yield

    def is_held(self) -> bool:
        """Return whether this run still has every lock. Raises ``LedgerError``.

        Every request asks, so several are read at once.
        """
        if len(self._locks) <= 1 or self._context.check_mode:
            return all(lock.is_held() for lock in self._locks)
        ledger = self._context.ledger
        rows = ledger.rows_at([lock.identity for lock in self._locks])
        return all(lock.is_held_by(rows, ledger.now()) for lock in self._locks)

    def objection(self, numbers: Sequence[str]) -> str:
        """Return why nothing may be sent any more, which is that a lock is over; else an empty string."""
        if len(self._locks) == 1:
            return self._locks[0].objection(numbers)
        return "" if self.is_held() else _OVER


def lock_key(fingerprints: Fingerprints, name: str) -> str:
    """Return the key under which the ledger keeps the lock of a name (its fingerprint)."""
    return fingerprints.key(f"{_PURPOSE} {name}")


def lock_claim(key: str, name: str, owner: str, seconds: float) -> Claim:
    """Return the claim that locks a name for one run (``owner``) for these seconds."""
    return Claim(
        key=key,
        label="",
        dedupe=DedupePolicy(content=_PURPOSE, window=0.0, resend_unknown=True),
        recipients={name: ""},
        owner=owner,
        origin=f"{socket.gethostname()}:{os.getpid()}",
        start_within=seconds,
        finish_within=seconds,
    )


def wait_for_concurrent_runs(context: ScheduleContext, request: SendRequest) -> bool:
    """Wait, within the deadline, while another run is sending the same message.

    Return whether there was such a run and it has ended, so that a snapshot from before is out of date.
    """
    has_waited = False
    while _is_claimed(context, request):
        if context.check_mode or not context.deadline.wait(PAUSE):
            return False
        has_waited = True
    return has_waited


def _is_claimed(context: ScheduleContext, request: SendRequest) -> bool:
    """Return whether another run is sending this message to any of its recipients."""
    recipients = [context.fingerprints.recipient(to) for to in request.recipients]
    rows = context.ledger.rows(context.fingerprints.key(request.key), recipients)
    return any(row.is_at_work(context.ledger.now()) for row in rows.values())
