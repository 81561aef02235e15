# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keep the default ledger: one SQLite file that belongs to one user of one machine.

Measured before it was written: rollback journal and ``synchronous=EXTRA`` lost no acknowledged row in 40 kills,
while write-ahead logging failed 3 of 300 first opens in spite of the busy timeout. The file is closed while a
request is under way, so that a slow service never holds a lock.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote

from .._core.errors import MissingLibrary
from .group_commit import GroupCommit
from .model import KEPT, LedgerError
from .row import COLUMNS, intact_row_from, is_intact, row_from
from .safe_file import SafeFile
from .sqlite_rows import SqliteRows
from .stored import Changed, StoredLedger

if TYPE_CHECKING:
    from .limits import Tally
    from .model import Identity, Row
    from .question import DecideQuestion, Question
    from .stored import Decide

try:
    import sqlite3
except ImportError as error:  # a Python that was built without SQLite
    SQLITE_ERROR: str | None = str(error)
else:
    SQLITE_ERROR = None

T = TypeVar("T")

APPLICATION_ID = 0x564F534D
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
STEPS: tuple[tuple[str, ...], ...] = (
    (
        _TABLE,
        "CREATE INDEX row_keep_until ON row (keep_until)",
        "CREATE INDEX row_scheduled ON row (account) WHERE date IS NOT NULL",
        f"PRAGMA application_id = {APPLICATION_ID}",
    ),
    (),
    ("DROP INDEX IF EXISTS row_recipient",),
    ("ALTER TABLE row ADD COLUMN checksum INTEGER", "CREATE TABLE checked (at REAL NOT NULL)"),
    (
        "ALTER TABLE row ADD COLUMN revision INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE row ADD COLUMN absent_at REAL",
        "ALTER TABLE row ADD COLUMN effect_by REAL",
        "ALTER TABLE row ADD COLUMN confirmed INTEGER NOT NULL DEFAULT 0",
    ),
    (
        """
        CREATE TABLE question (
            account TEXT NOT NULL,
            key TEXT NOT NULL,
            label TEXT NOT NULL,
            content TEXT NOT NULL,
            secret TEXT NOT NULL,
            codes TEXT NOT NULL,
            opened_at REAL NOT NULL,
            ends_at REAL NOT NULL,
            keep_until REAL NOT NULL,
            outcome TEXT NOT NULL,
            answer TEXT NOT NULL,
            facts TEXT NOT NULL,
            checksum INTEGER NOT NULL,
            PRIMARY KEY (account, key)
        )
        """,
        "CREATE INDEX question_kept ON question (account, keep_until)",
    ),
    (
        """
        CREATE TABLE place (
            account TEXT NOT NULL,
            scope TEXT NOT NULL,
            at REAL NOT NULL,
            owner TEXT NOT NULL,
            count INTEGER NOT NULL,
            PRIMARY KEY (account, scope, at, owner)
        ) WITHOUT ROWID
        """,
    ),
    (
        """
        INSERT INTO place SELECT account, scope, at, substr(owner, 1, instr(owner, ':') - 1), count(*) FROM place
        WHERE scope = '' GROUP BY 1, 2, 3, 4
        """,
        "DELETE FROM place WHERE scope = '' AND instr(owner, ':') > 0",
    ),
)
"""The statements that lead from each version of the file to the next, the first from none to version 1.

Version 2 had an index by recipient. A claim wrote to as many of its pages as it has recipients, and took three times
as long. Only ``rows_of`` needs that index, and a send calls it only to search for a message of unknown fate. Version 3
had no checksums; its rows have none until they change. ``checked``: when the whole file was checked last. Version 7 had
an entry in the scope of the account for each message, where later ones have one for each claim, with their number.
"""

_CHECKED_EVERY = 86400.0
"""Seconds after which a claim checks the whole file: 1 ms among 1,000 rows, 1 s among 100,000.

``integrity_check``, since ``quick_check``, which takes a third as long, does not see a row that its index has lost:
that row would read as absent.
"""

_WITH_CHECKSUMS = 4
"""The first version whose rows have a checksum."""

_WITH_LATER_COLUMNS = 5
_WITH_QUESTIONS = 6
_WITH_PLACES = 7
"""The first versions whose rows have all columns, that have questions, and that count messages for limits."""

_LATER_COLUMNS = "0 AS revision, NULL AS absent_at, NULL AS effect_by, 0 AS confirmed"

_TEXT = partial(str, encoding="utf-8", errors="replace")
"""Reads texts: by default one damaged byte would make all rows of a statement unreadable."""

SCHEMA_VERSION = len(STEPS)
_CREATE_RECIPIENTS = "CREATE TEMP TABLE recipients (recipient TEXT PRIMARY KEY)"
_SELECT_RECIPIENTS = " ".join(
    (
        "SELECT",
        ", ".join(COLUMNS),
        "FROM row WHERE account = ? AND recipient IN (SELECT recipient FROM temp.recipients)",
    )
)
_SELECT_SCHEDULED = " ".join(("SELECT", ", ".join(COLUMNS), "FROM row WHERE account = ? AND date IS NOT NULL"))
# A row has its smsids as JSON; it is a list of very few. Rows whose text has an smsid within another are read in vain.
_SELECT_SMSID = f"{_SELECT_SCHEDULED} AND instr(smsids, ?) > 0"
_SELECT_NEWEST = " ".join(
    ("SELECT", ", ".join(COLUMNS), "FROM row WHERE account = ? ORDER BY claimed_at DESC, key, recipient")
)
_SELECT_EXPIRED = " ".join(
    ("SELECT rowid,", ", ".join(COLUMNS), "FROM row WHERE keep_until < ? ORDER BY keep_until LIMIT ?")
)
_PURGE = "DELETE FROM row WHERE rowid = ?"

_DAMAGES = ("file is not a database", "database disk image is malformed")
"""What SQLite says of a file that is no database any more. Before Python 3.11, its errors have no number."""


class SqliteLedger(StoredLedger):
    """The rows of one account in one file; each method is one transaction with a connection of its own."""

    def __init__(
        self, path: str, account: str, *, busy_timeout: float = 30.0, clock: Callable[[], float] = time.time
    ) -> None:
        """Name the file; nothing is opened yet.

        ``account``: its fingerprint. ``busy_timeout``: seconds to wait for other writers. ``clock``: returns Unix
        seconds. Raises ``MissingLibrary`` where Python has no SQLite.
        """
        if SQLITE_ERROR is not None:
            raise MissingLibrary("sqlite3", SQLITE_ERROR)
        super().__init__()
        self.name = path
        self._account = account
        self._busy_timeout = busy_timeout
        self._clock = clock
        self._file = SafeFile(path)
        self._is_checked = False
        self._rows = SqliteRows(account)
        self._group = GroupCommit(path, self._transaction)

    def now(self) -> float:
        """Return the time by the machine's clock, in Unix seconds."""
        return self._clock()

    def rows_at(self, identities: Iterable[Identity]) -> dict[Identity, Row]:
        """Return the rows of some identities. Reads only; a ledger that does not exist has none, and is not made.

        Sets ``missing`` for a ledger that does not exist, or is empty: the first claim would make it.
        """
        with self._reading() as connection:
            return {} if connection is None else self._rows.read(connection, identities)

    def scheduled(self) -> list[Row]:
        """Return every row of a scheduled message. Reads only, as ``rows`` does."""
        with self._reading() as connection:
            records = () if connection is None else connection.execute(_SELECT_SCHEDULED, (self._account,))
            return [intact_row_from(record) for record in records]

    def _holding(self, texts: Iterable[str]) -> list[Row]:
        with self._reading() as connection:
            if connection is None:
                return []
            cursors = (connection.execute(_SELECT_SMSID, (self._account, text)) for text in texts)
            return [intact_row_from(record) for cursor in cursors for record in cursor]

    def rows_of(self, recipients: Iterable[str]) -> list[Row]:
        """Return every row of some recipients, after one pass through the account's rows. Reads only."""
        with self._reading() as connection:
            if connection is None:
                return []
            connection.execute("PRAGMA temp_store = MEMORY")
            connection.execute(_CREATE_RECIPIENTS)
            connection.executemany("INSERT INTO temp.recipients VALUES (?)", ((name,) for name in set(recipients)))
            return [intact_row_from(record) for record in connection.execute(_SELECT_RECIPIENTS, (self._account,))]

    def newest(self, matches: Callable[[Row], bool], limit: int) -> list[Row]:
        """Return at most ``limit`` matching rows, the newest first. Reads only, as ``rows`` does."""
        with self._reading() as connection:
            records = () if connection is None else connection.execute(_SELECT_NEWEST, (self._account,))
            return list(islice(filter(matches, map(row_from, records)), limit))

    def latest(self, scopes: Sequence[str], count: int) -> dict[str, list[float]]:
        """Return when the newest messages of some scopes were claimed, the newest first. Reads only."""
        from . import limits, sqlite_places  # noqa: PLC0415 - only a limit needs it

        with self._reading() as connection:
            if connection is None or _version(connection) < _WITH_PLACES:
                return {}
            times = sqlite_places.latest(connection, self._account, scopes, self.now(), limits.PLACES_KEPT)
            return {scope: some[:count] for scope, some in times.items()}

    def held_count(self, recipients: Iterable[str] | None) -> int:
        """Return how many messages were held back lately, to these recipients or to all. Reads only."""
        from . import sqlite_places  # noqa: PLC0415 - only who inspects a ledger needs it

        with self._reading() as connection:
            if connection is None or _version(connection) < _WITH_PLACES:
                return 0
            names = None if recipients is None else list(recipients)
            return sqlite_places.held_count(connection, self._account, names, self.now())

    def change(
        self,
        identities: Iterable[Identity],
        decide: Decide,
        *,
        purge: int = 0,
        is_whole: bool = False,
        tally: Tally | None = None,
    ) -> Changed:
        """Read rows, decide, and write, in one transaction; make the ledger if it does not exist.

        A change that purges is a claim: requests wait for it.
        """
        identities = list(identities)  # a change that must wait for another one is made anew
        if tally is not None:
            from . import sqlite_places as places  # noqa: PLC0415 - only a limit needs it

        def make(connection: sqlite3.Connection) -> Changed:
            now = self.now()
            if purge:
                self._check_daily(connection, now)
                _purge(connection, now, purge)
            rows = self._rows.read(connection, identities)
            if tally is not None:
                places.count(connection, self._account, tally, now)
            changes = decide(rows, now)
            self._rows.write(connection, changes, rows)
            if tally is not None:
                places.write(connection, self._account, tally, [name for _key, name in changes])
            return Changed(set(changes), {identity: rows[identity] for identity in rows.keys() - changes}, now)

        return self._commit(make, is_claim=purge > 0)

    def question(self, key: str) -> Question | None:
        """Return the question of a key. Reads only, as ``rows`` does."""
        return next(iter(self._questions(key=key)), None)

    def questions(self, since: float) -> list[Question]:
        """Return the questions whose time was not over at a moment. Reads only, as ``rows`` does."""
        return self._questions(kept_until=since + KEPT)

    def change_question(self, key: str, decide: DecideQuestion) -> tuple[Question | None, Question | None]:
        """Read a question, decide, and write it, in one transaction; make the ledger if it does not exist.

        What is replaced is overwritten in the file, so that no secret stays in it.
        """
        from .sqlite_questions import change  # noqa: PLC0415 - only a question needs it

        return self._commit(lambda connection: change(connection, self._account, key, decide, self.now()))

    def _questions(self, *, key: str | None = None, kept_until: float = 0.0) -> list[Question]:
        """Return questions as ``sqlite_questions`` does; none of a ledger that has no table of them yet."""
        from .sqlite_questions import selected  # noqa: PLC0415 - only a question needs it

        with self._reading() as connection:
            if connection is None or _version(connection) < _WITH_QUESTIONS:
                return []
            return selected(connection, self._account, key=key, kept_until=kept_until)

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection | None]:
        """Open the ledger, or yield None when it does not exist; create nothing."""
        with self._guarded("read"):
            if not self._file.exists:
                self._file.check_folder()
                self.missing = True
                yield None
                return
            with self._connection() as connection:
                self.missing = _is_empty(connection)
                if not self.missing:
                    self._prepare_reading(connection)
                yield None if self.missing else connection

    def _prepare_reading(self, connection: sqlite3.Connection) -> None:
        """Check the file where the next claim would, and let a file of an earlier release be read."""
        version = _version(connection)
        if version < SCHEMA_VERSION:
            connection.execute("PRAGMA temp_store = MEMORY")
            connection.execute(_view_of(version))
        if version < _WITH_CHECKSUMS or _is_due(connection, self.now()):
            self._check_file(connection)

    def _check_daily(self, connection: sqlite3.Connection, now: float) -> None:
        """Check the whole file once a day, and note that it was; raise ``LedgerError`` for a damaged one."""
        if _is_due(connection, now):
            self._check_file(connection)
            connection.execute("DELETE FROM checked")
            connection.execute("INSERT INTO checked VALUES (?)", (now,))
            from . import sqlite_places  # noqa: PLC0415 - needed once a day

            sqlite_places.purge(connection, now)

    def _check_file(self, connection: sqlite3.Connection) -> None:
        """Raise ``LedgerError`` for a damaged file; a task that has read the file does not check it again."""
        if self._is_checked:
            return
        problem = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if problem != "ok":
            raise self._damaged(problem)
        self._is_checked = True

    def _commit(self, change: Callable[[sqlite3.Connection], T], *, is_claim: bool = False) -> T:
        """Make a change and commit it, together with those of other threads; return the result of ``change``."""
        with self._guarded("written"):
            return self._group.commit(change, is_claim=is_claim)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """Open the ledger, made if it did not exist, and hold its write lock until the commit at the end."""
        self._file.make()
        with self._connection() as connection:
            # Not for readers: this converts a file in another mode.
            connection.execute("PRAGMA journal_mode = DELETE")
            connection.execute("PRAGMA synchronous = EXTRA")
            with _committing(connection):
                self.created = _make_schema(connection, self.now()) or self.created
                yield connection

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """Open the ledger, unless another user or program can have written it; close it at the end."""
        self._file.check()
        address = f"file:{quote(self._file.path)}?mode=rw"
        opened = sqlite3.connect(address, uri=True, timeout=self._busy_timeout, isolation_level=None)
        with closing(opened) as connection:
            opened.text_factory = _TEXT
            self._check_origin(connection)
            yield connection

    def _check_origin(self, connection: sqlite3.Connection) -> None:
        """Refuse a database of another program, and one that a newer release of this collection has written."""
        # One transaction: another run may be making the tables at this moment.
        connection.execute("BEGIN")
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        version = _version(connection)
        is_empty = _is_empty(connection)
        connection.execute("COMMIT")
        if application == APPLICATION_ID and version > SCHEMA_VERSION:
            reason = f"a newer release has written it (schema {version}); update the collection"
            raise LedgerError.not_used(self.name, reason)
        if application != APPLICATION_ID and not is_empty:
            raise LedgerError.not_used(self.name, "it is a database of another program; name another file")

    def _damaged(self, reason: str) -> LedgerError:
        advice = "restore it from a backup, or move it away to begin a new one, which forgets what was sent"
        return LedgerError.not_used(self.name, f"its file is damaged ({' '.join(reason.split())}); {advice}")

    @contextmanager
    def _guarded(self, participle: str) -> Iterator[None]:
        """Turn an error of the file system, of SQLite or of a broken row into one sentence.

        ``participle``: what cannot be done to the ledger, "read" or "written".
        """
        try:
            yield
        except (OSError, sqlite3.Error, UnicodeError, ValueError, TypeError, KeyError) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            if reason in _DAMAGES:
                raise self._damaged(reason) from error
            raise LedgerError(f"the ledger {self.name!r} cannot be {participle} ({reason})") from error


@contextmanager
def _committing(connection: sqlite3.Connection) -> Iterator[None]:
    """Hold the write lock from the first read on, so that the rows read are still the same when they are written."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _is_empty(connection: sqlite3.Connection) -> bool:
    """Return whether there is no table yet, as in a file of no length or one whose maker was stopped."""
    return bool(connection.execute("SELECT count(*) = 0 FROM sqlite_master").fetchone()[0])


def _version(connection: sqlite3.Connection) -> int:
    """Return the version of the file's tables."""
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


def _view_of(version: int) -> str:
    """Return what lets this release's statements read a file of an earlier one, which only a writer upgrades."""
    checksum = "" if version >= _WITH_CHECKSUMS else ", NULL AS checksum"
    later = "" if version >= _WITH_LATER_COLUMNS else f", {_LATER_COLUMNS}"
    return f"CREATE TEMP VIEW row AS SELECT *{later}{checksum} FROM main.row"  # noqa: S608 - both parts are constants


def _is_due(connection: sqlite3.Connection, now: float) -> bool:
    """Return whether the file was not checked within the last day, or a clock that was wrong says so."""
    checked = connection.execute("SELECT at FROM checked").fetchone()
    return checked is None or not 0 <= now - checked[0] < _CHECKED_EVERY


def _purge(connection: sqlite3.Connection, now: float, limit: int) -> None:
    """Delete expired rows; of a damaged one, the moment of its expiry may be what is damaged."""
    expired = connection.execute(_SELECT_EXPIRED, (now, limit)).fetchall()
    if expired:  # a statement is compiled even for none
        connection.executemany(_PURGE, ((rowid,) for rowid, *record in expired if is_intact(record)))


def _make_schema(connection: sqlite3.Connection, now: float) -> bool:
    """Make the tables, or upgrade them to this release, inside the caller's transaction.

    Return whether there were none before. A file that is new is not checked before the next day.
    """
    is_empty = _is_empty(connection)
    version = 0 if is_empty else _version(connection)
    for step in STEPS[version:]:
        for statement in step:
            connection.execute(statement)
    if is_empty:
        connection.execute("INSERT INTO checked VALUES (?)", (now,))
    if version < SCHEMA_VERSION:
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    return is_empty
