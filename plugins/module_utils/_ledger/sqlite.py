# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The default ledger: one SQLite file that belongs to one user of one machine.

Measured before it was written: rollback journal and ``synchronous=EXTRA`` lost no acknowledged row in 40 kills,
while write-ahead logging failed 3 of 300 first opens in spite of the busy timeout. The file is closed while a
request is under way, so that a slow service never holds a lock.
"""

from __future__ import annotations

import os
import stat
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import closing, contextmanager, suppress
from itertools import islice
from typing import Any, Callable, Generic, Optional, TypeVar
from urllib.parse import quote

from .._core.errors import MissingLibrary
from .._message.outcome import Fate
from .model import Claim, Claimed, LedgerError, Row, claimed, is_free, purged_at_most, settled
from .row import COLUMNS, revived, values

try:
    import sqlite3
except ImportError as error:  # a Python that was built without SQLite
    SQLITE_ERROR: str | None = str(error)
else:
    SQLITE_ERROR = None

APPLICATION_ID = 0x564F534D
_SELECTED_AT_ONCE = 500
"""Recipients that one statement asks for. SQLite below 3.32 takes 999 values at the most."""

_CLAIMS_AT_ONCE = 3
"""Claims of several threads that one transaction holds at the most: with all of them in one, the first request would
leave when the last claim is written, and nothing would be left to do while answers are waited for. For other changes no
request waits, so all of them are taken."""

_Found = TypeVar("_Found")

_MAKING = threading.Lock()

_TABLE = """
CREATE TABLE row (
    account TEXT NOT NULL,
    key TEXT NOT NULL,
    recipient TEXT NOT NULL,
    masked TEXT NOT NULL,
    label TEXT NOT NULL,
    content TEXT NOT NULL,
    state TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    owner TEXT NOT NULL,
    origin TEXT NOT NULL,
    claimed_at REAL NOT NULL,
    first_byte_by REAL NOT NULL,
    lease_until REAL NOT NULL,
    keep_until REAL NOT NULL,
    smsids TEXT NOT NULL,
    previous TEXT,
    name TEXT NOT NULL,
    date TEXT,
    delivers_at REAL,
    listed INTEGER NOT NULL,
    PRIMARY KEY (account, key, recipient)
)
"""
_STEPS: tuple[tuple[str, ...], ...] = (
    (
        _TABLE,
        "CREATE INDEX row_keep_until ON row (keep_until)",
        "CREATE INDEX row_scheduled ON row (account) WHERE date IS NOT NULL",
        f"PRAGMA application_id = {APPLICATION_ID}",
    ),
    (),
    ("DROP INDEX IF EXISTS row_recipient",),
)
"""What leads from each version of the file to the next, the first from none to version 1.

Version 2 had an index by recipient. A claim wrote to as many of its pages as it has recipients, and took three times
as long for what ``rows_of`` alone asks for, which no send does unless it has to look a lost message up.
"""

SCHEMA_VERSION = len(_STEPS)
_SELECT = " ".join(("SELECT", ", ".join(COLUMNS), "FROM row WHERE account = ? AND key = ? AND recipient IN (%s)"))
_ASKED = "CREATE TEMP TABLE asked (recipient TEXT PRIMARY KEY)"
_SELECT_HELD = " ".join(
    ("SELECT", ", ".join(COLUMNS), "FROM row WHERE account = ? AND recipient IN (SELECT recipient FROM temp.asked)")
)
_SELECT_SCHEDULED = " ".join(("SELECT", ", ".join(COLUMNS), "FROM row WHERE account = ? AND date IS NOT NULL"))
_SELECT_NEWEST = " ".join(
    ("SELECT", ", ".join(COLUMNS), "FROM row WHERE account = ? ORDER BY claimed_at DESC, key, recipient")
)
_INSERT = " ".join(
    (
        "INSERT INTO row (account,",
        ", ".join(COLUMNS),
        ") VALUES (?,",
        ", ".join("?" for _column in COLUMNS),
        ")",
    )
)
# No "INSERT OR REPLACE", which writes to every index; this one leaves alone those of who has the message. The columns
# begin with these two, the key and the recipient.
_UPDATE = " ".join(
    (
        "UPDATE row SET",
        ", ".join(f"{column} = ?" for column in COLUMNS[2:]),
        "WHERE account = ? AND key = ? AND recipient = ?",
    )
)
_DELETE = "DELETE FROM row WHERE account = ? AND key = ? AND recipient = ?"
_PURGE = "DELETE FROM row WHERE rowid IN (SELECT rowid FROM row WHERE keep_until < ? ORDER BY keep_until LIMIT ?)"


class SqliteLedger:
    """The rows of one account in one file, each method one transaction with a connection of its own.

    What several threads ask for at the same moment is committed together: a commit waits for the disk several times,
    and ten batches that are under way at once would wait for it one after the other.
    """

    def __init__(
        self, path: str, account: str, *, busy_timeout: float = 30.0, clock: Callable[[], float] = time.time
    ) -> None:
        """Name the file; nothing is opened yet.

        ``account``: its fingerprint. ``busy_timeout``: seconds to wait for other writers. ``clock``: Unix seconds.
        Raises ``MissingLibrary`` where Python has no SQLite.
        """
        if SQLITE_ERROR is not None:
            raise MissingLibrary("sqlite3", SQLITE_ERROR)
        self.name = path
        self.created = False
        self.missing = False
        self._account = account
        self._busy_timeout = busy_timeout
        self._clock = clock
        self._asked: deque[_Change[Any]] = deque()
        self._turn = threading.Condition()
        self._is_committing = False

    def now(self) -> float:
        """The machine's clock, in Unix seconds."""
        return self._clock()

    def rows(self, key: str, recipients: Iterable[str]) -> dict[str, Row]:
        """The rows of a key. Reads only; a ledger that is not there has no rows, and stays not there.

        Sets ``missing`` for a ledger that is not there, or empty: the first claim would make it.
        """
        with self._reading() as connection:
            return {} if connection is None else self._select(connection, key, recipients)

    def scheduled(self) -> list[Row]:
        """Every row of a scheduled message. Reads only, as ``rows`` does."""
        with self._reading() as connection:
            found = () if connection is None else connection.execute(_SELECT_SCHEDULED, (self._account,))
            return [revived(kept) for kept in found]

    def rows_of(self, recipients: Iterable[str]) -> list[Row]:
        """Every row of some recipients; goes through all of the account's, once. Reads only, as ``rows`` does."""
        with self._reading() as connection:
            if connection is None:
                return []
            connection.execute("PRAGMA temp_store = MEMORY")
            connection.execute(_ASKED)
            connection.executemany("INSERT INTO temp.asked VALUES (?)", ((name,) for name in set(recipients)))
            return [revived(kept) for kept in connection.execute(_SELECT_HELD, (self._account,))]

    def newest(self, takes: Callable[[Row], bool], most: int) -> list[Row]:
        """The newest rows that are taken, the newest first. Reads only, as ``rows`` does."""
        with self._reading() as connection:
            found = () if connection is None else connection.execute(_SELECT_NEWEST, (self._account,))
            return list(islice(filter(takes, map(revived, found)), most))

    def amend(self, changes: Iterable[tuple[Optional[Row], Optional[Row]]]) -> None:
        """Commit what was learned apart from a claim, where the row is still as it was read."""

        def change(connection: sqlite3.Connection) -> None:
            for before, after in changes:
                row = before or after
                if row is None:
                    continue
                if self._select(connection, row.key, [row.recipient]).get(row.recipient) == before:
                    self._replace(connection, [(before, after)])

        self._commit(change)

    def claim(self, claim: Claim) -> Claimed:
        """Commit ``sending`` for every recipient that is free by the claim's terms; makes the ledger if it must."""

        def change(connection: sqlite3.Connection) -> Claimed:
            now = self.now()
            connection.execute(_PURGE, (now, purged_at_most(claim)))
            found = self._select(connection, claim.key, claim.recipients)
            free = {name for name in claim.recipients if is_free(found.get(name), claim, now)}
            rows = ((found.get(name), claimed(found.get(name), claim, name, now)) for name in free)
            self._replace(connection, rows)
            lost = {name: row for name, row in found.items() if name not in free}
            return Claimed(won=frozenset(free), lost=lost, at=now)

        return self._commit(change, is_claim=True)

    def settle(self, key: str, owner: str, fates: Mapping[str, tuple[Fate, tuple[str, ...]]]) -> list[str]:
        """Commit what came of a claim; return the recipients whose claim is no longer this owner's."""

        def change(connection: sqlite3.Connection) -> list[str]:
            found = self._select(connection, key, fates)
            ours = {name: found[name] for name in fates if name in found and found[name].owner == owner}
            now = self.now()
            self._replace(connection, ((row, settled(row, *fates[name], now=now)) for name, row in ours.items()))
            return [name for name in fates if name not in ours]

        return self._commit(change)

    @contextmanager
    def _reading(self) -> Iterator[Optional[sqlite3.Connection]]:
        """An open ledger, or None when there is none yet; nothing is created."""
        with self._guarded("read"):
            if not os.path.lexists(self.name):
                self._refuse_closed_folder()
                self.missing = True
                yield None
                return
            with self._connection() as connection:
                self.missing = self._is_empty(connection)
                yield None if self.missing else connection

    def _commit(self, change: Callable[[sqlite3.Connection], _Found], *, is_claim: bool = False) -> _Found:
        """Make a change and commit it, or have it committed with those of another thread; return what it brought."""
        asked = _Change(change, is_claim=is_claim)
        self._asked.append(asked)
        with self._guarded("write"):
            while self._has_turn(asked):
                self._commit_some()
            return asked.outcome.result()

    def _has_turn(self, asked: _Change[Any]) -> bool:
        """Wait until nobody commits, and take the turn; False when another thread has made the change meanwhile."""
        with self._turn:
            self._turn.wait_for(lambda: asked.outcome.done() or not self._is_committing)
            self._is_committing = not asked.outcome.done() or self._is_committing
            return not asked.outcome.done()

    def _commit_some(self) -> None:
        """Commit what has waited for longest, and give the turn back."""
        changes: list[_Change[Any]] = []
        try:
            while self._asked and sum(each.is_claim for each in changes) < _CLAIMS_AT_ONCE:
                changes.append(self._asked.popleft())
            self._commit_all(changes)
        finally:
            with self._turn:
                for each in changes:
                    each.give_up(LedgerError(f"the ledger {self.name!r} cannot be written (it was interrupted)"))
                self._is_committing = False
                self._turn.notify_all()

    def _commit_all(self, changes: Sequence[_Change[Any]]) -> None:
        """Make changes in one transaction; what keeps it from being committed is the outcome of each of them.

        And of all that wait: a lock that is held by another program would be waited for once more by each group.
        """
        try:
            self._make_file()
            with self._connection() as connection, _transaction(connection):
                self.created = self._make_schema(connection) or self.created
                for each in changes:
                    each.make(connection)
        except Exception as error:  # noqa: BLE001 - raised again by each thread that asked
            waiting = [self._asked.popleft() for _each in range(len(self._asked))]
            for each in (*changes, *waiting):
                each.give_up(error)
        else:
            for each in changes:
                each.tell()

    def _make_file(self) -> None:
        """Create the file for this user alone; SQLite gives its journal the same mode.

        One thread at a time: closing the file by hand drops the locks that another thread's connection holds on it.
        """
        with _MAKING:
            if os.path.lexists(self.name):
                return
            self._refuse_closed_folder()
            os.makedirs(os.path.dirname(os.path.abspath(self.name)), mode=0o700, exist_ok=True)
            with suppress(FileExistsError):  # another run was quicker; the schema is made under a lock
                os.close(os.open(self.name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """An open ledger that nobody else can have slipped in, closed at the end."""
        self._refuse_unsafe()
        address = f"file:{quote(os.path.abspath(self.name))}?mode=rw"
        opened = sqlite3.connect(address, uri=True, timeout=self._busy_timeout, isolation_level=None)
        with closing(opened) as connection:
            self._refuse_foreign(connection)
            connection.execute("PRAGMA journal_mode = DELETE")
            connection.execute("PRAGMA synchronous = EXTRA")
            yield connection

    def _refuse_unsafe(self) -> None:
        """Refuse a file through which somebody else could make this user send twice, or never.

        Looks at the name only: opening and closing the file by hand would drop SQLite's locks.
        """
        found = os.lstat(self.name)
        if stat.S_ISLNK(found.st_mode):
            raise self._unusable("it is a symbolic link; name the file itself")
        if not stat.S_ISREG(found.st_mode):
            raise self._unusable("it is not a regular file; name a file")
        if found.st_uid != os.geteuid():
            raise self._unusable(f"it belongs to user {found.st_uid}, and this is user {os.geteuid()}")
        if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            raise self._unusable("other users may write to it; check what is in it, then run chmod 600 on it")
        if not os.access(self.name, os.R_OK | os.W_OK):
            raise self._unusable("this user may not write to it")
        self._refuse_closed_folder()

    def _refuse_closed_folder(self) -> None:
        """Refuse a folder in which this user can create neither the ledger nor its journal.

        Asked while reading too, so that check mode foresees it.
        """
        folder = os.path.dirname(os.path.abspath(self.name))
        while not os.path.lexists(folder):
            folder = os.path.dirname(folder)
        if not os.path.isdir(folder):
            raise self._unusable(f"{folder!r} is not a folder")
        if not os.access(folder, os.W_OK | os.X_OK):
            raise self._unusable(f"this user may not write to the folder {folder!r}")

    def _refuse_foreign(self, connection: sqlite3.Connection) -> None:
        """Refuse a database of another program, and one that a newer release of this collection has made."""
        # One transaction: another run may be making the tables at this moment.
        connection.execute("BEGIN")
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        empty = self._is_empty(connection)
        connection.execute("COMMIT")
        if application == APPLICATION_ID and version > SCHEMA_VERSION:
            raise self._unusable(f"a newer release has written it (schema {version}); update the collection")
        if application != APPLICATION_ID and not empty:
            raise self._unusable("it is a database of another program; name another file")

    @staticmethod
    def _is_empty(connection: sqlite3.Connection) -> bool:
        """Whether there is no table yet: a file of no length, or one whose maker was stopped."""
        return bool(connection.execute("SELECT count(*) = 0 FROM sqlite_master").fetchone()[0])

    def _make_schema(self, connection: sqlite3.Connection) -> bool:
        """Make the tables, or bring them to this release, inside the caller's transaction; whether there were none."""
        empty = self._is_empty(connection)
        version = 0 if empty else connection.execute("PRAGMA user_version").fetchone()[0]
        for step in _STEPS[version:]:
            for statement in step:
                connection.execute(statement)
        if version < SCHEMA_VERSION:
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        return empty

    def _select(self, connection: sqlite3.Connection, key: str, recipients: Iterable[str]) -> dict[str, Row]:
        """The rows of a key, by recipient; so many a statement that a list of 10,000 has no limit to run into."""
        names = iter(recipients)
        rows: dict[str, Row] = {}
        while some := list(islice(names, _SELECTED_AT_ONCE)):
            found = connection.execute(_SELECT % ", ".join("?" * len(some)), (self._account, key, *some))
            rows |= {row.recipient: row for row in map(revived, found)}
        return rows

    def _replace(self, connection: sqlite3.Connection, pairs: Iterable[tuple[Optional[Row], Optional[Row]]]) -> None:
        """Put rows in the place of others; before, None stands for no row, and after, it removes one."""
        new, changed, gone = [], [], []
        for before, after in pairs:
            if after is None:
                gone += [] if before is None else [(self._account, before.key, before.recipient)]
            elif before is None:
                new.append((self._account, *values(after)))
            else:
                key, recipient, *contents = values(after)
                changed.append((*contents, self._account, key, recipient))
        connection.executemany(_DELETE, gone)
        connection.executemany(_INSERT, new)
        connection.executemany(_UPDATE, changed)

    @contextmanager
    def _guarded(self, verb: str) -> Iterator[None]:
        """Turn what the file system and SQLite raise into one sentence."""
        try:
            yield
        except (OSError, sqlite3.Error, UnicodeError, ValueError, TypeError, KeyError) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            raise LedgerError(f"the ledger {self.name!r} cannot be {_PAST[verb]} ({reason})") from error

    def _unusable(self, reason: str) -> LedgerError:
        return LedgerError(f"the ledger {self.name!r} is not used: {reason}")


_PAST = {"read": "read", "write": "written"}


class _Change(Generic[_Found]):
    """A change that a thread waits for; ``outcome`` is there when it has been committed, or never will be."""

    def __init__(self, make: Callable[[sqlite3.Connection], _Found], *, is_claim: bool) -> None:
        self.outcome: Future[_Found] = Future()
        self.is_claim = is_claim
        self._make = make
        self._made: Future[_Found] = Future()

    def make(self, connection: sqlite3.Connection) -> None:
        """Make it, or leave no trace of it: a row that cannot be read must not undo the changes of other threads."""
        connection.execute("SAVEPOINT change")
        try:
            self._made.set_result(self._make(connection))
        except (ValueError, TypeError, KeyError) as error:
            connection.execute("ROLLBACK TO change")
            self._made.set_exception(error)
        connection.execute("RELEASE change")

    def give_up(self, error: Exception) -> None:
        """Let the thread know that it never will be committed, unless it has been."""
        if not self.outcome.done():
            self.outcome.set_exception(error)

    def tell(self) -> None:
        """Let the thread know, after the commit."""
        error = self._made.exception()
        if error is None:
            self.outcome.set_result(self._made.result())
        else:
            self.outcome.set_exception(error)


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Hold the write lock from the first read on, so that what was read is still true when it is written."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
