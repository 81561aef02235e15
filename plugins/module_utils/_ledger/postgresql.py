# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keep the ledger that several machines share: a table in a PostgreSQL database.

Every change is one statement that commits at once and locks its rows in one order. So no lock is ever held while the
server waits for a client, and two runs cannot deadlock. The transitions of ``model`` decide here what a row becomes.
The statement then replaces only rows that are still as they were read. Rows that another run has changed meanwhile are
read and decided again.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple, Optional

from .._core.errors import MissingLibrary
from .._message.outcome import Fate
from .database import PSYCOPG_ERROR, Database
from .model import Claim, Claimed, LedgerError, Row, amended, is_claimable, purge_limit
from .own_claims import SENT, Fates, OwnClaims, Settled
from .postgresql_schema import WITH_CHECKSUMS, check_writable, ensure_tables, version_of
from .postgresql_session import Server, Unreachable
from .row import COLUMNS, intact_row_from, is_intact, row_from, values_of

if TYPE_CHECKING:
    from .postgresql_session import Session

    Identity = tuple[str, str]
    """The key and the recipient of a row."""

    Decide = Callable[[Mapping[Identity, Row], float], Mapping[Identity, Optional[Row]]]
    """From the stored rows and the time to the rows to write; None removes one."""

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
    "checksum": "bigint",
}
_WRITTEN = (*COLUMNS, "replaced")
_ARRAYS = ", ".join(f"%s::{_TYPES.get(name, 'text')}[]" for name in _WRITTEN)

_SELECT = " ".join(
    (
        "SELECT",
        ", ".join(COLUMNS),
        ", revision FROM voipsms.ledger JOIN unnest(%s::text[], %s::text[]) AS identities (key, recipient)",
        "USING (key, recipient) WHERE account = %s",
    )
)
_SELECT_RECIPIENTS = " ".join(
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
        "INSERT INTO voipsms.ledger AS stored (account, revision,",
        ", ".join(_WRITTEN),
        ") SELECT %s::text, %s::text, written.* FROM unnest(",
        _ARRAYS,
        ") AS written (",
        ", ".join(_WRITTEN),
        ") ORDER BY written.key, written.recipient ON CONFLICT (account, key, recipient) DO UPDATE SET",
        ", ".join(f"{name} = excluded.{name}" for name in ("revision", *_WRITTEN)),
        "WHERE stored.revision = excluded.replaced RETURNING stored.key, stored.recipient",
    )
)
_REMOVE = """
DELETE FROM voipsms.ledger WHERE ctid = ANY (ARRAY(
    SELECT stored.ctid FROM voipsms.ledger AS stored
    JOIN unnest(%s::text[], %s::text[], %s::text[]) AS written (key, recipient, revision)
    ON stored.key = written.key AND stored.recipient = written.recipient AND stored.revision = written.revision
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
    revision: str


class _Changed(NamedTuple):
    """The identities of the rows written, the rows that stay as they are, and the moment of that decision."""

    written: set[Identity]
    rows: dict[Identity, Row]
    at: float


class PostgresqlLedger:
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
        self.name = database.name
        self.created = False
        self.missing = False
        self._account = account
        self._busy_timeout = busy_timeout
        self._server = Server(database, password, busy_timeout)
        self._own_claims = OwnClaims()
        self._has_checksums = True
        self._is_writable = False

    def now(self) -> float:
        """Return the time by the server's clock, in Unix seconds; known even when the server is gone."""
        return self._server.now()

    def rows(self, key: str, recipients: Iterable[str]) -> dict[str, Row]:
        """Return the rows of a key by recipient. Reads only; tables that do not exist have none, and are not made.

        Sets ``missing`` for a database without the tables: the first claim would make them.
        """
        with self._reading(foresee=True) as connection:
            stored = {} if connection is None else self._read(connection, [(key, name) for name in recipients])
            return {name: row for (_key, name), (row, _revision) in stored.items()}

    def scheduled(self) -> list[Row]:
        """Return every row of a scheduled message. Reads only, as ``rows`` does."""
        with self._reading() as connection:
            records = () if connection is None else self._select(connection, _SELECT_SCHEDULED, (self._account,))
            return [intact_row_from(record) for record in records]

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

    def amend(self, changes: Iterable[tuple[Row | None, Row | None]]) -> None:
        """Commit changes that belong to no claim, where the row is still as it was read."""
        changes = list(changes)
        identities = sorted({(row.key, row.recipient) for pair in changes for row in pair if row is not None})

        def decide(rows: Mapping[Identity, Row], _now: float) -> dict[Identity, Row | None]:
            after = amended(rows, changes)
            changed = [identity for identity in identities if after.get(identity) != rows.get(identity)]
            return {identity: after.get(identity) for identity in changed}

        with self._writing() as connection:
            self._change(connection, identities, decide)

    def claim(self, claim: Claim) -> Claimed:
        """Commit ``sending`` for every recipient that the claim may have; make the tables if they do not exist."""

        def decide(rows: Mapping[Identity, Row], now: float) -> dict[Identity, Row | None]:
            by_name = {name: row for (_key, name), row in rows.items()}
            claimable = [name for name in claim.recipients if is_claimable(by_name.get(name), claim, now)]
            return {(claim.key, name): row for name, row in own_claims.claim(by_name, claim, claimable, now).items()}

        own_claims = self._own_claims
        identities = [(claim.key, name) for name in claim.recipients]
        with self._writing() as connection, self._undone_on_error(claim):
            _purge(connection, self._clock(connection), purge_limit(claim))
            changed = self._change(connection, identities, decide)
        lost = {name: row for (_key, name), row in changed.rows.items()}
        return Claimed(won=frozenset(name for _key, name in changed.written), lost=lost, at=changed.at)

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

    def _settle(self, key: str, owner: str, fates: Fates, attempted: dict[str, bool]) -> Settled:
        """Settle once.

        ``attempted``: the recipients of earlier attempts, which may have been committed although no answer came, and
        whether their rows were to be restored. Those of this attempt are added.
        """
        earlier = frozenset(attempted)
        own_claims = self._own_claims
        losses: list[bool] = []

        def decide(rows: Mapping[Identity, Row], now: float) -> dict[Identity, Row | None]:
            by_name = {name: row for (_key, name), row in rows.items()}
            settlement = own_claims.settlement(by_name, key, owner, fates, now)
            losses.append(settlement.is_lost)
            restored = settlement.result.restored
            attempted.update({name: name in restored or attempted.get(name, False) for name in settlement.changes})
            return {(key, name): after for name, (_before, after) in settlement.changes.items()}

        with self._writing() as connection:
            names = dict.fromkeys((*fates, *own_claims.witness(key, owner)))
            changed = self._change(connection, [(key, name) for name in names], decide)
            lost = self._restore(connection, key, owner) if any((*losses, *attempted.values())) else ()
        own_claims.forget(key, owner, fates)
        written = {name for _key, name in changed.written}
        written |= {name for name in earlier if not _is_replaced(changed.rows.get((key, name)), owner, fates[name][0])}
        restored = tuple(name for name in written if attempted.get(name))
        return Settled(tuple(name for name in fates if name not in written), restored).with_restored(lost)

    def _restore(self, connection: Session, key: str, owner: str) -> list[str]:
        """Write the earlier results of an owner that the ledger has lost; return their recipients."""

        def decide(rows: Mapping[Identity, Row], _now: float) -> dict[Identity, Row | None]:
            by_name = {name: row for (_key, name), row in rows.items()}
            lost = self._own_claims.lost_results(by_name, key, owner)
            return {(key, name): row for name, row in lost.items()}

        names = self._own_claims.settled_names(key, owner)
        changed = self._change(connection, [(key, name) for name in names], decide)
        return [name for _key, name in changed.written]

    @contextmanager
    def _undone_on_error(self, claim: Claim) -> Iterator[None]:
        """Undo a claim that failed, since nothing will be sent for it.

        It may have been committed although no answer came. Where the undoing fails too, the rows read as in progress,
        and later as unknown.
        """
        try:
            yield
        except (psycopg.Error, LedgerError):
            with suppress(LedgerError):
                self._settle(claim.key, claim.owner, dict.fromkeys(claim.recipients, (Fate.NOT_SENT, ())), {})
            raise

    def _change(self, connection: Session, identities: Iterable[Identity], decide: Decide) -> _Changed:
        """Read rows, decide, and write those that are still as they were read; repeat for the rest.

        Raises ``LedgerError`` when other runs still change the rows at the end of the busy timeout.
        """
        end = time.monotonic() + self._busy_timeout
        left = list(identities)
        written: set[Identity] = set()
        while True:
            stored = self._read(connection, left)
            rows = {identity: row for identity, (row, _revision) in stored.items()}
            now = self._clock(connection)
            changes = {identity: row for identity, row in decide(rows, now).items() if identity not in written}
            done = self._write(connection, changes, stored) | self._remove(connection, changes, stored)
            written |= done
            if len(done) == len(changes):
                kept = {identity: row for identity, row in rows.items() if identity not in written}
                return _Changed(written, kept, now)
            if time.monotonic() >= end:
                reason = "other runs keep changing the same rows; run the task again"
                raise LedgerError.not_used(self.name, reason)
            left = [identity for identity in left if identity not in written]

    def _read(self, connection: Session, identities: Iterable[Identity]) -> dict[Identity, _Stored]:
        """Return the stored rows of some identities."""
        identities = list(identities)
        keys, recipients = [key for key, _name in identities], [name for _key, name in identities]
        records = self._select(connection, _SELECT, (keys, recipients, self._account))
        stored = (_Stored(row_from(record[:-1]), record[-1]) for record in records)
        return {(one.row.key, one.row.recipient): one for one in stored}

    def _write(
        self, connection: Session, changes: Mapping[Identity, Row | None], stored: Mapping[Identity, _Stored]
    ) -> set[Identity]:
        """Write rows where none is stored, or where the stored one has not changed; return the identities written."""
        records = [
            (*values_of(row), stored[identity].revision if identity in stored else None)
            for identity, row in changes.items()
            if row is not None
        ]
        if not records:
            return set()
        arrays = [list(column) for column in zip(*records)]
        return _identities(connection.execute(_WRITE, (self._account, secrets.token_hex(8), *arrays)))

    def _remove(
        self, connection: Session, changes: Mapping[Identity, Row | None], stored: Mapping[Identity, _Stored]
    ) -> set[Identity]:
        """Remove rows that have not changed since they were read; return the identities that have no row now."""
        removable = {identity for identity, row in changes.items() if row is None}
        present = [(*identity, stored[identity].revision) for identity in removable if identity in stored]
        if not present:
            return removable
        arrays = [list(column) for column in zip(*present)]
        removed = _identities(connection.execute(_REMOVE, (*arrays, self._account)))
        return removed | {identity for identity in removable if identity not in stored}

    def _select(self, connection: Session, statement: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        """Return the records of rows; tables of an earlier release, which only a writer upgrades, have no checksum."""
        statement = statement if self._has_checksums else statement.replace(" checksum", " NULL::bigint")
        return connection.execute(statement, values)

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
            self._has_checksums = version >= WITH_CHECKSUMS
            yield None if self.missing else connection

    @contextmanager
    def _writing(self) -> Iterator[Session]:
        """Open the ledger, with the tables of this release."""
        with self._server.session("written") as connection:
            self._check_writable(connection, version_of(connection, self.name))
            self.created = ensure_tables(connection, self.name) or self.created
            self._has_checksums = True
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


def _is_replaced(stored: Row | None, owner: str, fate: Fate) -> bool:
    """Return whether a row of another run shows that an owner's result, written without an answer, is gone.

    Another run may claim the message rightly, but its row then covers what was, or may have been, sent.
    """
    row = stored
    while row is not None and row.owner != owner:
        row = row.previous
    return fate in SENT and stored is not None and row is None


def _identities(records: Iterable[tuple[Any, ...]]) -> set[Identity]:
    """Return the identities that a statement returned."""
    return set(records)
