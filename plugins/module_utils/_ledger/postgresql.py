# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ledger that several machines share: a table in a PostgreSQL database.

Every change is one statement that commits by itself and takes its rows in one order. So no lock is ever held while the
server waits for a client, and two runs cannot lock each other out. What a row becomes is decided here, by the
transitions of ``_ledger``; the statement then replaces only rows that are still as they were read, and what somebody
else has changed meanwhile is read and decided again. A connection lasts for one call, and none is open while a request
is under way: a slow service holds no place at the server.
"""

from __future__ import annotations

import os
import secrets
import socket
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from itertools import islice
from typing import TYPE_CHECKING, Any, Callable, NamedTuple, Optional

from .._core.errors import MissingLibrary
from .._message.outcome import Fate
from .database import Database
from .model import Claim, Claimed, LedgerError, Row, amended, claimed, is_free, purged_at_most, settled
from .row import COLUMNS, revived, values

if TYPE_CHECKING:
    from psycopg import Connection

    _Connection = Connection[tuple[Any, ...]]

try:
    import psycopg
    from psycopg.conninfo import make_conninfo
except ImportError as error:
    PSYCOPG_ERROR: str | None = str(error)
else:
    PSYCOPG_ERROR = None

_LOCK = 0x564F534D
"""The advisory lock under which the tables are made: the letters VOSM, as a SQLite ledger has them in its header."""

_ANSWERED_WITHIN = 5.0
"""Seconds that a server has to say that a statement took too long, before the connection is cut."""

_PAUSE = 0.5
"""Seconds before another try to write down what came of a claim."""

_LONGEST_REASON = 400

_STEPS: tuple[tuple[str, ...], ...] = (
    (
        # Not by IF NOT EXISTS, which asks for the right to create one even where it exists.
        """
        DO $$ BEGIN
            IF NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = 'voipsms') THEN CREATE SCHEMA voipsms; END IF;
        END $$
        """,
        """
        CREATE TABLE voipsms.ledger (
            account text NOT NULL,
            key text NOT NULL,
            recipient text NOT NULL,
            masked text NOT NULL,
            label text NOT NULL,
            content text NOT NULL,
            state text NOT NULL,
            attempt integer NOT NULL,
            owner text NOT NULL,
            origin text NOT NULL,
            claimed_at double precision NOT NULL,
            first_byte_by double precision NOT NULL,
            lease_until double precision NOT NULL,
            keep_until double precision NOT NULL,
            smsids text NOT NULL,
            previous text,
            name text NOT NULL,
            date text,
            delivers_at double precision,
            listed boolean NOT NULL,
            revision text NOT NULL,
            replaced text,
            PRIMARY KEY (account, key, recipient)
        )
        """,
        "CREATE INDEX ON voipsms.ledger (keep_until)",
        "CREATE INDEX ON voipsms.ledger (account) WHERE date IS NOT NULL",
        "CREATE TABLE voipsms.ledger_version (version integer NOT NULL)",
    ),
    ("CREATE INDEX ON voipsms.ledger (account, recipient)",),
)
"""What leads from each version of the tables to the next, the first from none to version 1.

``revision``: a random name for what a row says, new with every change. ``replaced``: the one that it had before.
"""

_TYPES = {
    "attempt": "integer",
    "claimed_at": "double precision",
    "first_byte_by": "double precision",
    "lease_until": "double precision",
    "keep_until": "double precision",
    "delivers_at": "double precision",
    "listed": "boolean",
}
_WRITTEN = (*COLUMNS, "replaced")
_ARRAYS = ", ".join(f"%s::{_TYPES.get(name, 'text')}[]" for name in _WRITTEN)

_SESSION = """
SELECT
    extract(epoch FROM clock_timestamp())::double precision,
    set_config('statement_timeout', %(wait)s, false),
    set_config('idle_in_transaction_session_timeout', %(wait)s, false),
    set_config('default_transaction_isolation', 'read committed', false),
    set_config('search_path', 'pg_catalog', false),
    set_config('extra_float_digits', '3', false),
    set_config('synchronous_commit', coalesce(nullif(current_setting('synchronous_commit'), 'off'), 'on'), false)
"""
_CLOCK = "SELECT extract(epoch FROM clock_timestamp())::double precision"
# Not by to_regclass, which may remember what was so before another run has made the tables.
_TABLES = """
SELECT relname::text FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE nspname = 'voipsms' AND relname IN ('ledger', 'ledger_version')
"""
_VERSION = "SELECT version FROM voipsms.ledger_version"
_SELECT = " ".join(
    (
        "SELECT",
        ", ".join(COLUMNS),
        ", revision FROM voipsms.ledger JOIN unnest(%s::text[], %s::text[]) AS asked (key, recipient)",
        "USING (key, recipient) WHERE account = %s",
    )
)
_SELECT_HELD = " ".join(
    ("SELECT", ", ".join(COLUMNS), "FROM voipsms.ledger WHERE account = %s AND recipient = ANY (%s::text[])")
)
_SELECT_SCHEDULED = " ".join(
    ("SELECT", ", ".join(COLUMNS), "FROM voipsms.ledger WHERE account = %s AND date IS NOT NULL")
)
# As the other ledgers order them, whatever the language of the database.
_SELECT_NEWEST = " ".join(
    (
        "SELECT",
        ", ".join(COLUMNS),
        'FROM voipsms.ledger WHERE account = %s ORDER BY claimed_at DESC, key COLLATE "C", recipient COLLATE "C"',
    )
)
_WRITE = " ".join(
    (
        "INSERT INTO voipsms.ledger AS held (account, revision,",
        ", ".join(_WRITTEN),
        ") SELECT %s::text, %s::text, wanted.* FROM unnest(",
        _ARRAYS,
        ") AS wanted (",
        ", ".join(_WRITTEN),
        ") ORDER BY wanted.key, wanted.recipient ON CONFLICT (account, key, recipient) DO UPDATE SET",
        ", ".join(f"{name} = excluded.{name}" for name in ("revision", *_WRITTEN)),
        "WHERE held.revision = excluded.replaced RETURNING held.key, held.recipient",
    )
)
_REMOVE = """
DELETE FROM voipsms.ledger WHERE ctid = ANY (ARRAY(
    SELECT held.ctid FROM voipsms.ledger AS held
    JOIN unnest(%s::text[], %s::text[], %s::text[]) AS wanted (key, recipient, revision)
    ON held.key = wanted.key AND held.recipient = wanted.recipient AND held.revision = wanted.revision
    WHERE held.account = %s ORDER BY held.key, held.recipient FOR UPDATE OF held
)) RETURNING key, recipient
"""
_PURGE = """
DELETE FROM voipsms.ledger WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM voipsms.ledger WHERE keep_until < %s ORDER BY keep_until LIMIT %s FOR UPDATE SKIP LOCKED
))
"""


_Identity = tuple[str, str]
"""The key and the recipient of a row."""

_Decide = Callable[[Mapping[_Identity, Row], float], Mapping[_Identity, Optional[Row]]]
"""From the rows as they are, and the moment, to the rows that shall be written; None removes one."""


class _Held(NamedTuple):
    """A row, and the name of what it says."""

    row: Row
    revision: str


class _Changed(NamedTuple):
    """What was written, the rows that stay as they are, and the moment at which that was decided."""

    done: set[_Identity]
    rows: dict[_Identity, Row]
    at: float


class _Unreachable(LedgerError):
    """The server cannot be reached, or gave up. That may pass."""


class PostgresqlLedger:
    """The rows of one account in one database, each method with a connection of its own."""

    def __init__(
        self, database: Database, account: str, *, password: Optional[str] = None, busy_timeout: float = 30.0
    ) -> None:
        """Name the database; nothing is opened yet.

        ``account``: its fingerprint. ``password``: without one, libpq looks where it always does. ``busy_timeout``:
        seconds to wait for the server and for other writers. Raises ``MissingLibrary`` where psycopg is missing.
        """
        if PSYCOPG_ERROR is not None:
            raise MissingLibrary("psycopg", PSYCOPG_ERROR)
        self.name = database.name
        self.created = False
        self.missing = False
        self._parameters = dict(database.parameters)
        self._password = password
        self._account = account
        self._busy_timeout = busy_timeout
        self._seen: Optional[tuple[float, float]] = None

    def now(self) -> float:
        """The server's clock, in Unix seconds: as it was seen last, and what has passed since.

        So it can still be told when the server cannot be reached any more.
        """
        if self._seen is None:
            with self._guarded("read"), self._connection():
                pass
        seen, at = self._seen or (0.0, 0.0)
        return seen + time.monotonic() - at

    def rows(self, key: str, recipients: Iterable[str]) -> dict[str, Row]:
        """The rows of a key. Reads only; tables that are not there have no rows, and stay not there.

        Sets ``missing`` for a database without the tables: the first claim would make them.
        """
        with self._reading() as connection:
            found = {} if connection is None else self._read(connection, [(key, name) for name in recipients])
            return {held.row.recipient: held.row for held in found.values()}

    def scheduled(self) -> list[Row]:
        """Every row of a scheduled message. Reads only, as ``rows`` does."""
        with self._reading() as connection:
            found = () if connection is None else connection.execute(_SELECT_SCHEDULED, (self._account,))
            return [revived(kept) for kept in found]

    def rows_of(self, recipients: Iterable[str]) -> list[Row]:
        """Every row of some recipients. Reads only, as ``rows`` does."""
        with self._reading() as connection:
            given = (self._account, list(recipients))
            found = () if connection is None else connection.execute(_SELECT_HELD, given)
            return [revived(kept) for kept in found]

    def newest(self, takes: Callable[[Row], bool], most: int) -> list[Row]:
        """The newest rows that are taken, the newest first. Reads only, as ``rows`` does."""
        with self._reading() as connection:
            found = () if connection is None else connection.execute(_SELECT_NEWEST, (self._account,))
            return list(islice(filter(takes, map(revived, found)), most))

    def amend(self, changes: Iterable[tuple[Optional[Row], Optional[Row]]]) -> None:
        """Commit what was learned apart from a claim, where the row is still as it was read."""
        changes = list(changes)
        identities = sorted({(row.key, row.recipient) for pair in changes for row in pair if row is not None})

        def decide(rows: Mapping[_Identity, Row], _now: float) -> dict[_Identity, Optional[Row]]:
            after = amended(rows, changes)
            return {each: after.get(each) for each in identities if after.get(each) != rows.get(each)}

        with self._writing() as connection:
            self._change(connection, identities, decide)

    def claim(self, claim: Claim) -> Claimed:
        """Commit ``sending`` for every recipient that is free by the claim's terms; makes the tables if it must."""

        def decide(rows: Mapping[_Identity, Row], now: float) -> dict[_Identity, Optional[Row]]:
            free = [each for each in identities if is_free(rows.get(each), claim, now)]
            return {each: claimed(rows.get(each), claim, each[1], now) for each in free}

        identities = [(claim.key, name) for name in claim.recipients]
        with self._writing() as connection, self._given_back(claim):
            connection.execute(_PURGE, (self._clock(connection), purged_at_most(claim)))
            changed = self._change(connection, identities, decide)
        lost = {name: row for (_key, name), row in changed.rows.items()}
        return Claimed(won=frozenset(name for _key, name in changed.done), lost=lost, at=changed.at)

    def settle(self, key: str, owner: str, fates: Mapping[str, tuple[Fate, tuple[str, ...]]]) -> list[str]:
        """Commit what came of a claim; return the recipients whose claim is no longer this owner's.

        A server that is away is tried again for a while: what is not written down is unknown to the next run.
        """
        end = time.monotonic() + self._busy_timeout
        asked: set[_Identity] = set()
        while time.monotonic() + _PAUSE < end:
            with suppress(_Unreachable):
                return self._settle(key, owner, fates, asked)
            time.sleep(_PAUSE)
        return self._settle(key, owner, fates, asked)

    def _settle(
        self, key: str, owner: str, fates: Mapping[str, tuple[Fate, tuple[str, ...]]], asked: set[_Identity]
    ) -> list[str]:
        """Settle once. ``asked``: what earlier tries have asked for, and may have been granted unheard."""
        before = frozenset(asked)

        def decide(rows: Mapping[_Identity, Row], now: float) -> dict[_Identity, Optional[Row]]:
            ours = {each: row for each, row in rows.items() if row.owner == owner}
            asked.update(ours)
            return {each: settled(row, *fates[each[1]], now=now) for each, row in ours.items()}

        with self._writing() as connection:
            changed = self._change(connection, [(key, name) for name in fates], decide)
        done = changed.done | before
        return [name for name in fates if (key, name) not in done]

    @contextmanager
    def _given_back(self, claim: Claim) -> Iterator[None]:
        """Undo a claim that failed: it may have been committed unheard, and nothing will be sent for it.

        Where that fails too, the rows read as in progress, and later as unknown.
        """
        try:
            yield
        except (psycopg.Error, LedgerError):
            with suppress(LedgerError):
                self._settle(claim.key, claim.owner, dict.fromkeys(claim.recipients, (Fate.NOT_SENT, ())), set())
            raise

    def _change(self, connection: _Connection, identities: Iterable[_Identity], decide: _Decide) -> _Changed:
        """Read, decide, and write what is still as it was read; again for the rest."""
        end = time.monotonic() + self._busy_timeout
        left, done = list(identities), set()
        while True:
            held = self._read(connection, left)
            rows = {each: found.row for each, found in held.items()}
            now = self._clock(connection)
            wishes = {each: row for each, row in decide(rows, now).items() if each not in done}
            written = self._write(connection, wishes, held) | self._remove(connection, wishes, held)
            done |= written
            if len(written) == len(wishes):
                return _Changed(done, {each: row for each, row in rows.items() if each not in done}, now)
            if time.monotonic() >= end:
                raise self._unusable("other runs keep changing the same rows; run the task again")
            left = [each for each in left if each not in done]

    def _read(self, connection: _Connection, identities: Iterable[_Identity]) -> dict[_Identity, _Held]:
        identities = list(identities)
        keys, recipients = [key for key, _name in identities], [name for _key, name in identities]
        found = connection.execute(_SELECT, (keys, recipients, self._account)).fetchall()
        held = (_Held(revived(kept[:-1]), kept[-1]) for kept in found)
        return {(each.row.key, each.row.recipient): each for each in held}

    def _write(
        self, connection: _Connection, wishes: Mapping[_Identity, Optional[Row]], held: Mapping[_Identity, _Held]
    ) -> set[_Identity]:
        """Put rows where none is, or in the place of what was read; return those for which that was still so."""
        rows = [
            (*values(row), held[each].revision if each in held else None)
            for each, row in wishes.items()
            if row is not None
        ]
        if not rows:
            return set()
        arrays = [list(column) for column in zip(*rows)]
        return set(connection.execute(_WRITE, (self._account, secrets.token_hex(8), *arrays)).fetchall())

    def _remove(
        self, connection: _Connection, wishes: Mapping[_Identity, Optional[Row]], held: Mapping[_Identity, _Held]
    ) -> set[_Identity]:
        """Remove what is still as it was read; return what is not there any more."""
        gone = {each for each, row in wishes.items() if row is None}
        there = [(*each, held[each].revision) for each in gone if each in held]
        if not there:
            return gone
        arrays = [list(column) for column in zip(*there)]
        removed = set(connection.execute(_REMOVE, (*arrays, self._account)).fetchall())
        return removed | {each for each in gone if each not in held}

    # The connection -------------------------------------------------------------------------------------------

    @contextmanager
    def _reading(self) -> Iterator[Optional[_Connection]]:
        """An open ledger, or None when there is none yet; nothing is created."""
        with self._guarded("read"), self._connection() as connection:
            self.missing = self._version(connection) == 0
            yield None if self.missing else connection

    @contextmanager
    def _writing(self) -> Iterator[_Connection]:
        """A ledger that is there, with the tables of this release."""
        with self._guarded("written"), self._connection() as connection:
            if self._version(connection) < len(_STEPS):
                self._upgrade(connection)
            yield connection

    @contextmanager
    def _connection(self) -> Iterator[_Connection]:
        """A connection of our own, closed at the end, and cut when the server does not answer in time."""
        more = {} if self._password is None else {"password": self._password}
        # No statement is prepared: a pooler in between may give the next one to another server process.
        opened: _Connection = psycopg.connect(
            make_conninfo(**{**self._parameters, **more}),
            autocommit=True,
            prepare_threshold=None,
            connect_timeout=max(2, round(self._busy_timeout)),
            client_encoding="UTF8",
            application_name="voip_communications.sms",
        )
        with closing(opened) as connection, _cut_after(connection, self._busy_timeout + _ANSWERED_WITHIN):
            wait = str(round(self._busy_timeout * 1000))
            session = connection.execute(_SESSION, {"wait": wait}).fetchall()
            self._seen = (session[0][0], time.monotonic())
            yield connection

    def _clock(self, connection: _Connection) -> float:
        """The server's clock at this moment: two machines whose own clocks differ agree on it."""
        seconds: float = connection.execute(_CLOCK).fetchall()[0][0]
        self._seen = (seconds, time.monotonic())
        return seconds

    def _version(self, connection: _Connection) -> int:
        """The version of the tables, 0 for none. Refuses those of another program, and of a newer release."""
        tables = {name for (name,) in connection.execute(_TABLES).fetchall()}
        if not tables:
            return 0
        found = connection.execute(_VERSION).fetchall() if "ledger_version" in tables else []
        if len(found) != 1:
            raise self._unusable("its schema voipsms holds tables of another program; name another database")
        version: int = found[0][0]
        if version > len(_STEPS):
            raise self._unusable(f"a newer release has written it (schema {version}); update the collection")
        return version

    def _upgrade(self, connection: _Connection) -> None:
        """Make the tables, or bring them to this release; one run at a time, all of it or nothing."""
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
            version = self._version(connection)
            for step in _STEPS[version:]:
                for statement in step:
                    connection.execute(statement)
            connection.execute("DELETE FROM voipsms.ledger_version")
            connection.execute("INSERT INTO voipsms.ledger_version VALUES (%s)", (len(_STEPS),))
        if version == 0:
            self.created = True

    @contextmanager
    def _guarded(self, done: str) -> Iterator[None]:
        """Turn what psycopg raises, and what a broken row does, into one sentence."""
        try:
            yield
        except psycopg.OperationalError as error:
            raise _Unreachable(f"the ledger {self.name!r} cannot be {done} ({_reason(error)})") from error
        except (psycopg.Error, OSError, UnicodeError, ValueError, TypeError, KeyError) as error:
            raise LedgerError(f"the ledger {self.name!r} cannot be {done} ({_reason(error)})") from error

    def _unusable(self, reason: str) -> LedgerError:
        return LedgerError(f"the ledger {self.name!r} is not used: {reason}")


def _reason(error: Exception) -> str:
    """What an error says, in one line, without the values that a server adds to it."""
    said = error.diag.message_primary if isinstance(error, psycopg.Error) else None
    return " ".join((said or str(error)).split())[:_LONGEST_REASON]


@contextmanager
def _cut_after(connection: _Connection, seconds: float) -> Iterator[None]:
    """Cut a connection whose server is there and says nothing, or whose network has gone."""
    over = threading.Event()
    timer = threading.Timer(seconds, _cut, (connection, over))
    timer.daemon = True
    timer.start()
    try:
        yield
    except psycopg.OperationalError as error:
        if over.is_set():
            raise psycopg.OperationalError("the server did not answer in time") from error
        raise
    finally:
        timer.cancel()
        # Before the connection is closed: its number may then be another connection's.
        timer.join()


def _cut(connection: _Connection, over: threading.Event) -> None:
    over.set()
    with suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(connection.fileno())) as own:
        own.shutdown(socket.SHUT_RDWR)
