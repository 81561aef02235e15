# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keep the ledger that several machines share: a table in a PostgreSQL database.

A change is one statement that commits at once and locks its rows in one order. So no lock is held while the server
waits for a client, and two runs cannot deadlock. What a row becomes is decided here. The statement then replaces only
rows that are still as they were read. Rows that another run has changed meanwhile are read and decided again. Only a
change that must be made as a whole may need a second statement, within one transaction whose first takes all locks.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from .._core.errors import MissingLibrary
from .._message.outcome import Fate
from .database import PSYCOPG_ERROR, Database
from .model import KEPT, LedgerError, Row, damaged
from .postgresql_questions import KEPT_UNTIL, WITH_KEY, change, purge_questions, select
from .postgresql_schema import STEPS, WITH_PLACES, WITH_QUESTIONS, check_writable, ensure_tables, table_of, version_of
from .postgresql_session import Server, Unreachable
from .row import COLUMNS, intact_row_from, is_intact, row_from, values_of
from .stored import Changed, StoredLedger

if TYPE_CHECKING:
    from .limits import Tally
    from .model import Claim, Claimed, Identity
    from .own_claims import Fates, Settled
    from .postgresql_session import Session
    from .question import DecideQuestion, Question
    from .stored import Decide

with suppress(ImportError):  # ``PSYCOPG_ERROR`` holds the reason
    import psycopg

_PAUSE = 0.5
"""Seconds before another attempt to record the result of a claim."""

_TYPES = {
    "attempt": "integer",
    "claimed_at": "double precision",
    "first_byte_by": "double precision",
    "lease_until": "double precision",
    "keep_until": "double precision",
    "delivers_at": "double precision",
    "listed": "boolean",
    "revision": "integer",
    "absent_at": "double precision",
    "effect_by": "double precision",
    "confirmed": "boolean",
    "checksum": "bigint",
}
_WRITTEN = (*COLUMNS, "replaced")
_ARRAYS = ", ".join(f"%s::{_TYPES.get(name, 'text')}[]" for name in _WRITTEN)

_SELECT = " ".join(
    (
        "SELECT",
        ", ".join(COLUMNS),
        ", stamp FROM voipsms.ledger JOIN unnest(%s::text[], %s::text[]) AS identities (key, recipient)",
        "USING (key, recipient) WHERE account = %s",
    )
)
_SELECT_RECIPIENTS = " ".join(
    ("SELECT", ", ".join(COLUMNS), "FROM voipsms.ledger WHERE account = %s AND recipient = ANY (%s::text[])")
)
_SELECT_SCHEDULED = " ".join(
    ("SELECT", ", ".join(COLUMNS), "FROM voipsms.ledger WHERE account = %s AND date IS NOT NULL")
)
# As in the other ledger, a row has its smsids as JSON.
_SELECT_SMSID = f"{_SELECT_SCHEDULED} AND strpos(smsids, %s) > 0"
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
        "INSERT INTO voipsms.ledger AS stored (account, stamp,",
        ", ".join(_WRITTEN),
        ") SELECT %s::text, %s::text, written.* FROM unnest(",
        _ARRAYS,
        ") AS written (",
        ", ".join(_WRITTEN),
        ") ORDER BY written.key, written.recipient ON CONFLICT (account, key, recipient) DO UPDATE SET",
        ", ".join(f"{name} = excluded.{name}" for name in ("stamp", *COLUMNS)),
        ", replaced = NULL WHERE stored.stamp = excluded.replaced",
        "RETURNING stored.key, stored.recipient, stored.replaced",
    )
)
_REMOVE = """
DELETE FROM voipsms.ledger WHERE ctid = ANY (ARRAY(
    SELECT stored.ctid FROM voipsms.ledger AS stored
    JOIN unnest(%s::text[], %s::text[], %s::text[]) AS written (key, recipient, stamp)
    ON stored.key = written.key AND stored.recipient = written.recipient AND stored.stamp = written.stamp
    WHERE stored.account = %s ORDER BY stored.key, stored.recipient FOR UPDATE OF stored
)) RETURNING key, recipient
"""
_SELECT_EXPIRED = " ".join(
    ("SELECT ctid::text,", ", ".join(COLUMNS), "FROM voipsms.ledger WHERE keep_until < %s ORDER BY keep_until LIMIT %s")
)
_PURGE = """
DELETE FROM voipsms.ledger WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM voipsms.ledger WHERE ctid = ANY (%s::tid[]) AND keep_until < %s FOR UPDATE SKIP LOCKED
))
"""


class _Stored(NamedTuple):
    """A row, and the random name of its contents."""

    row: Row
    stamp: str


class PostgresqlLedger(StoredLedger):
    """The rows of one account in one database; each method has a connection of its own."""

    def __init__(
        self, database: Database, account: str, *, password: str | None = None, busy_timeout: float = 30.0
    ) -> None:
        """Name the database; nothing is opened yet.

        ``account``: its fingerprint. ``password``: None lets libpq look where it always does. ``busy_timeout``: seconds
        to wait for the server and for other writers. Raises ``MissingLibrary`` where psycopg is missing.
        """
        if PSYCOPG_ERROR is not None:
            raise MissingLibrary("psycopg", PSYCOPG_ERROR)
        super().__init__()
        self.name = database.name
        self._account = account
        self._busy_timeout = busy_timeout
        self._server = Server(database, password, busy_timeout)
        self._table = table_of(len(STEPS))
        self._has_questions = True
        self._has_places = True
        self._is_writable = False

    def now(self) -> float:
        """Return the time by the server's clock, in Unix seconds; known even when the server is gone."""
        return self._server.now()

    def rows_at(self, identities: Iterable[Identity]) -> dict[Identity, Row]:
        """Return the rows of some identities. Reads only; tables that do not exist have none, and are not made.

        Sets ``missing`` for a database without the tables: the first claim would make them.
        """
        with self._reading(foresee=True) as connection:
            stored = {} if connection is None else self._read(connection, identities)
            return {identity: row for identity, (row, _stamp) in stored.items()}

    def scheduled(self) -> list[Row]:
        """Return every row of a scheduled message. Reads only, as ``rows`` does."""
        with self._reading() as connection:
            records = () if connection is None else self._select(connection, _SELECT_SCHEDULED, (self._account,))
            return [intact_row_from(record) for record in records]

    def _holding(self, texts: Iterable[str]) -> list[Row]:
        with self._reading() as connection:
            if connection is None:
                return []
            results = (self._select(connection, _SELECT_SMSID, (self._account, text)) for text in texts)
            return [intact_row_from(record) for records in results for record in records]

    def rows_of(self, recipients: Iterable[str]) -> list[Row]:
        """Return every row of some recipients. Reads only, as ``rows`` does."""
        with self._reading() as connection:
            values = (self._account, list(recipients))
            records = () if connection is None else self._select(connection, _SELECT_RECIPIENTS, values)
            return [intact_row_from(record) for record in records]

    def newest(self, matches: Callable[[Row], bool], limit: int) -> list[Row]:
        """Return at most ``limit`` matching rows, the newest first. Reads only, as ``rows`` does."""
        with self._reading() as connection:
            records = () if connection is None else self._select(connection, _SELECT_NEWEST, (self._account,))
            return list(islice(filter(matches, map(row_from, records)), limit))

    def claim(self, claim: Claim) -> Claimed:
        """Commit ``sending`` for every recipient that the claim may have; make the tables if they do not exist.

        A claim that failed is undone, since nothing will be sent for it. It may have been committed although no answer
        came. Where the undoing fails too, the rows read as in progress, and later as unknown.
        """
        try:
            return super().claim(claim)
        except LedgerError:
            if self._own_claims.has_claimed(claim):
                with suppress(LedgerError):
                    self._settle(claim.key, claim.owner, dict.fromkeys(claim.recipients, (Fate.NOT_SENT, ())), {})
            raise

    def settle(self, key: str, owner: str, fates: Fates) -> Settled:
        """Commit the result of a claim; make the tables anew, and restore its rows, if they are gone.

        Tries an unreachable server again for a while: a result that is not recorded is unknown to the next run.
        """
        end = time.monotonic() + self._busy_timeout
        attempted: dict[str, bool] = {}
        while time.monotonic() + _PAUSE < end:
            with suppress(Unreachable):
                return self._settle(key, owner, fates, attempted)
            time.sleep(_PAUSE)
        return self._settle(key, owner, fates, attempted)

    def latest(self, scopes: Sequence[str], count: int) -> dict[str, list[float]]:
        """Return when the newest messages of some scopes were claimed, the newest first. Reads only."""
        from . import postgresql_places  # noqa: PLC0415 - only a limit needs it

        with self._reading() as connection:
            if connection is None or not self._has_places:
                return {}
            return postgresql_places.latest(connection, self._account, scopes, count, self.now())

    def held(self, recipients: Iterable[str] | None) -> int:
        """Return how many messages were held back lately, to these recipients or to all. Reads only."""
        from . import postgresql_places  # noqa: PLC0415 - only who inspects a ledger needs it

        with self._reading() as connection:
            if connection is None or not self._has_places:
                return 0
            return postgresql_places.held(connection, self._account, None if recipients is None else list(recipients))

    def change(
        self,
        identities: Iterable[Identity],
        decide: Decide,
        *,
        purge: int = 0,
        is_whole: bool = False,
        tally: Tally | None = None,
    ) -> Changed:
        """Read rows, decide, and write those that are still as they were read; repeat for the rest.

        Raises ``LedgerError`` when other runs still change the rows at the end of the busy timeout.
        """
        end = time.monotonic() + self._busy_timeout
        left = list(identities)
        written: set[Identity] = set()
        write = self._write_whole if is_whole else self._write_each
        with self._writing() as connection:
            if purge:
                _purge(connection, self._clock(connection), purge)
            while True:
                if tally is not None and tally.scopes:
                    changed, is_done = self._counted(connection, tally, left, decide)
                else:
                    changed, is_done = self._step(connection, self._read(connection, left), decide, written, write)
                if is_done:
                    if tally is not None and tally.returned:
                        self._give_back(connection, tally)
                    return changed
                if time.monotonic() >= end:
                    reason = "other runs keep changing the same rows; run the task again"
                    raise LedgerError.not_used(self.name, reason)
                left = [identity for identity in left if identity not in written]

    def _step(
        self,
        connection: Session,
        stored: Mapping[Identity, _Stored],
        decide: Decide,
        written: set[Identity],
        write: Callable[[Session, Mapping[Identity, Row | None], Mapping[Identity, _Stored]], set[Identity]],
    ) -> tuple[Changed, bool]:
        """Decide on rows that were read, and write; return the result, and whether all was written.

        ``written``: the identities that were written before, to which it adds.
        """
        rows = {identity: row for identity, (row, _stamp) in stored.items()}
        now = self._clock(connection)
        changes = {identity: row for identity, row in decide(rows, now).items() if identity not in written}
        done = write(connection, changes, stored)
        written |= done
        kept = {identity: row for identity, row in rows.items() if identity not in written}
        return Changed(written, kept, now), len(done) == len(changes)

    def _counted(
        self, connection: Session, tally: Tally, identities: Sequence[Identity], decide: Decide
    ) -> tuple[Changed, bool]:
        """Take the step of a claim that has limits, in one transaction with the places that it counts and takes.

        If it has to be repeated, what was written is undone.
        """
        from . import postgresql_places as places  # noqa: PLC0415 - only a limit needs it

        statements, values = places.locking(self._account, tally, self.now())
        *_others, times, records = connection.begin(
            f"{statements};{_SELECT}", [*values, *self._select_values(identities)]
        )
        tally.times = places.by_scope(tally.scopes, times)
        changed, is_done = self._step(connection, _stored(records), decide, set(), self._write_each)
        if not is_done:
            connection.end(commits=False)
            changed.written.clear()
            return changed, False
        names = [name for _key, name in changed.written]
        connection.end(*places.taking(self._account, tally, names, changed.at))
        return changed, True

    def _give_back(self, connection: Session, tally: Tally) -> None:
        """Give back places."""
        from . import postgresql_places  # noqa: PLC0415 - only a limit needs it

        postgresql_places.give_back(connection, self._account, tally.returned)

    def question(self, key: str) -> Question | None:
        """Return the question of a key. Reads only, as ``rows`` does."""
        return next(iter(self._questions(WITH_KEY, key)), None)

    def questions(self, since: float) -> list[Question]:
        """Return the questions whose time was not over at a moment. Reads only, as ``rows`` does."""
        return self._questions(KEPT_UNTIL, since + KEPT)

    def change_question(self, key: str, decide: DecideQuestion) -> tuple[Question | None, Question | None]:
        """Read a question, decide, and write it if it is still as it was read; otherwise decide on it again.

        Raises ``LedgerError`` when other runs still change it at the end of the busy timeout.
        """
        end = time.monotonic() + self._busy_timeout
        with self._writing() as connection:
            purge_questions(connection, self._account, self._clock(connection))
            while True:
                changed = change(connection, self._account, key, decide, self._clock(connection))
                if changed is not None:
                    return changed
                if time.monotonic() >= end:
                    reason = "other runs keep changing the same question; run the task again"
                    raise LedgerError.not_used(self.name, reason)

    def _questions(self, condition: str, *values: str | float) -> list[Question]:
        """Return the questions that meet a condition; none of tables that have no questions yet."""
        with self._reading() as connection:
            if connection is None or not self._has_questions:
                return []
            return select(connection, self._account, condition, *values)

    def _write_each(
        self, connection: Session, changes: Mapping[Identity, Row | None], stored: Mapping[Identity, _Stored]
    ) -> set[Identity]:
        """Write and remove every row that has not changed since it was read; return the identities of these."""
        return self._write(connection, changes, stored) | self._remove(connection, changes, stored)

    def _write_whole(
        self, connection: Session, changes: Mapping[Identity, Row | None], stored: Mapping[Identity, _Stored]
    ) -> set[Identity]:
        """Write and remove all rows, or none where one has changed since it was read; return their identities.

        The first statement locks every row in the order of all other statements. For that it writes the rows to be
        removed as they are, and one in the place of each that is to stay absent.
        """
        if not changes:
            return set()
        locking = {
            identity: row or (stored[identity].row if identity in stored else damaged(*identity, "", ""))
            for identity, row in changes.items()
        }
        with connection.transaction():
            is_unchanged = self._store(connection, locking, stored) == dict.fromkeys(changes, True)
            if not is_unchanged:
                raise psycopg.Rollback
            removable = {identity: row for identity, row in changes.items() if row is None}
            self._remove(connection, removable, self._read(connection, removable))
        return set(changes) if is_unchanged else set()

    def _read(self, connection: Session, identities: Iterable[Identity]) -> dict[Identity, _Stored]:
        """Return the stored rows of some identities."""
        return _stored(self._select(connection, _SELECT, tuple(self._select_values(identities))))

    def _select_values(self, identities: Iterable[Identity]) -> list[Any]:
        """Return the values of ``_SELECT``."""
        identities = list(identities)
        return [[key for key, _name in identities], [name for _key, name in identities], self._account]

    def _write(
        self, connection: Session, changes: Mapping[Identity, Row | None], stored: Mapping[Identity, _Stored]
    ) -> set[Identity]:
        """Write rows where none is stored, or where the stored one has not changed; return the identities written."""
        return set(self._store(connection, changes, stored))

    def _store(
        self, connection: Session, changes: Mapping[Identity, Row | None], stored: Mapping[Identity, _Stored]
    ) -> dict[Identity, bool]:
        """Write rows as ``_write`` does; return whether the row of each identity written had not been removed."""
        records = [
            (*values_of(row), stored[identity].stamp if identity in stored else None)
            for identity, row in changes.items()
            if row is not None
        ]
        if not records:
            return {}
        arrays = [list(column) for column in zip(*records)]
        written = connection.execute(_WRITE, (self._account, secrets.token_hex(8), *arrays))
        return {(key, name): replaced is None for key, name, replaced in written}

    def _remove(
        self, connection: Session, changes: Mapping[Identity, Row | None], stored: Mapping[Identity, _Stored]
    ) -> set[Identity]:
        """Remove rows that have not changed since they were read; return the identities that have no row now."""
        removable = {identity for identity, row in changes.items() if row is None}
        present = [(*identity, stored[identity].stamp) for identity in removable if identity in stored]
        if not present:
            return removable
        arrays = [list(column) for column in zip(*present)]
        removed = _identities(connection.execute(_REMOVE, (*arrays, self._account)))
        return removed | {identity for identity in removable if identity not in stored}

    def _select(self, connection: Session, statement: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        """Return the records of rows, also of tables of an earlier release, which only a writer upgrades."""
        return connection.execute(statement.replace("voipsms.ledger", self._table), values)

    @contextmanager
    def _reading(self, *, foresee: bool = False) -> Iterator[Session | None]:
        """Open the ledger, or yield None when there are no tables; create nothing.

        ``foresee``: raise ``LedgerError`` where a claim would fail. Who only shows rows needs no right to write.
        """
        with self._server.session("read") as connection:
            version = version_of(connection, self.name)
            if foresee:
                self._check_writable(connection, version)
            self.missing = version == 0
            self._table = table_of(version)
            self._has_questions = version >= WITH_QUESTIONS
            self._has_places = version >= WITH_PLACES
            yield None if self.missing else connection

    @contextmanager
    def _writing(self) -> Iterator[Session]:
        """Open the ledger, with the tables of this release."""
        with self._server.session("written") as connection:
            self._check_writable(connection, version_of(connection, self.name))
            self.created = ensure_tables(connection, self.name) or self.created
            self._table = table_of(len(STEPS))
            yield connection

    def _check_writable(self, connection: Session, version: int) -> None:
        """Raise ``LedgerError`` where this user may not write; a task looks once."""
        if not self._is_writable:
            check_writable(connection, self.name, version)
            self._is_writable = True

    def _clock(self, connection: Session) -> float:
        """Return the time by the server's clock at this moment, in Unix seconds."""
        return self._server.read_clock(connection)


def _purge(connection: Session, now: float, limit: int) -> None:
    """Delete expired rows; of a damaged one, the moment of its expiry may be what is damaged."""
    records = connection.execute(_SELECT_EXPIRED, (now, limit))
    expired = [place for place, *record in records if is_intact(record)]
    if expired:
        connection.execute(_PURGE, (expired, now))


def _stored(records: Iterable[tuple[Any, ...]]) -> dict[Identity, _Stored]:
    """Return the rows of records that ``_SELECT`` returned."""
    stored = (_Stored(row_from(record[:-1]), record[-1]) for record in records)
    return {(one.row.key, one.row.recipient): one for one in stored}


def _identities(records: Iterable[tuple[Any, ...]]) -> set[Identity]:
    """Return the identities that a statement returned."""
    return set(records)
