# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Commit the changes of several threads to one SQLite file together.

A commit waits for the disk several times. Ten batches that are under way at once would otherwise wait for it one after
the other.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from .model import LedgerError

if TYPE_CHECKING:
    import sqlite3

T = TypeVar("T")

_CLAIMS_AT_ONCE = 3
"""Claims that one transaction holds at most.

With the claims of all threads in one, the first request would leave only when the last claim is written, and no work
would be left while answers are waited for. No request waits for other changes, so all of them are committed at once.
"""


class GroupCommit:
    """The queue of threads that have a change to commit; one of them commits for the others."""

    def __init__(self, name: str, transaction: Callable[[], AbstractContextManager[sqlite3.Connection]]) -> None:
        """Start with an empty queue.

        ``name``: the ledger's, for errors. ``transaction``: opens a connection that holds the write lock, and commits
        and closes it at the end; it rolls back when its body raises.
        """
        self._name = name
        self._transaction = transaction
        self._waiting: deque[Change[Any]] = deque()
        self._commit_lock = threading.Condition()
        self._is_committing = False

    def commit(self, make: Callable[[sqlite3.Connection], T], *, is_claim: bool = False) -> T:
        """Make a change and commit it, or wait until another thread has; return the result of ``make``.

        Raises the error that prevented the change or its commit.
        """
        change = Change(make, is_claim=is_claim)
        self._waiting.append(change)
        while self._must_commit(change):
            self._commit_next()
        return change.result()

    def _must_commit(self, change: Change[Any]) -> bool:
        """Wait until no thread commits, and become the one that does; return False when the change is settled."""
        with self._commit_lock:
            self._commit_lock.wait_for(lambda: change.is_settled or not self._is_committing)
            self._is_committing = not change.is_settled or self._is_committing
            return not change.is_settled

    def _commit_next(self) -> None:
        """Commit the changes that have waited longest, and let another thread commit."""
        changes: list[Change[Any]] = []
        try:
            while self._waiting and sum(change.is_claim for change in changes) < _CLAIMS_AT_ONCE:
                changes.append(self._waiting.popleft())
            self._commit_all(changes)
        finally:
            with self._commit_lock:
                for change in changes:
                    change.fail(LedgerError(f"the ledger {self._name!r} cannot be written (it was interrupted)"))
                self._is_committing = False
                self._commit_lock.notify_all()

    def _commit_all(self, changes: Sequence[Change[Any]]) -> None:
        """Make changes in one transaction; an error of the transaction is the outcome of all of them.

        It is also the outcome of all that wait: otherwise each group would wait anew for a lock that another program
        holds.
        """
        try:
            with self._transaction() as connection:
                for change in changes:
                    change.make(connection)
        except Exception as error:  # noqa: BLE001 - raised again by each thread that waits
            waiting = [self._waiting.popleft() for _place in range(len(self._waiting))]
            for change in (*changes, *waiting):
                change.fail(error)
        else:
            for change in changes:
                change.publish()


class Change(Generic[T]):
    """A change that a thread waits for; it ``is_settled`` once it is committed, or never will be."""

    def __init__(self, make: Callable[[sqlite3.Connection], T], *, is_claim: bool) -> None:
        self.is_claim = is_claim
        self.is_settled = False
        self._make = make
        self._results: list[T] = []
        self._error: Exception | None = None

    def make(self, connection: sqlite3.Connection) -> None:
        """Make the change, or leave no trace of it: an unreadable row must not undo the changes of other threads."""
        connection.execute("SAVEPOINT change")
        try:
            self._results.append(self._make(connection))
        except (ValueError, TypeError, KeyError, LedgerError) as error:
            connection.execute("ROLLBACK TO change")
            self._error = error
        connection.execute("RELEASE change")

    def fail(self, error: Exception) -> None:
        """Let the waiting thread raise an error, unless the change is settled."""
        if not self.is_settled:
            self._error = error
            self.is_settled = True

    def publish(self) -> None:
        """Let the waiting thread have the result, after the commit."""
        self.is_settled = True

    def result(self) -> T:
        """Return the result of the change, or raise what has prevented it."""
        if self._error is not None:
            raise self._error
        return self._results[0]
