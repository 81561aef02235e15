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

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from typing import TYPE_CHECKING, Any

from .._core.errors import MissingLibrary
from .._message.outcome import Fate
from .database import PSYCOPG_ERROR, Database
from .model import KEPT, LedgerError, Row
from .postgresql_questions import KEPT_UNTIL, WITH_KEY, change, purge_questions, select
from .postgresql_rows import SELECT, Stored, select_values, stored_by, write_each, write_whole
from .postgresql_schema import STEPS, WITH_PLACES, WITH_QUESTIONS, check_writable, ensure_tables, table_of, version_of
from .postgresql_session import Server, Unreachable
from .row import COLUMNS, intact_row_from, is_intact, row_from
from .stored import Changed, StoredLedger

if TYPE_CHECKING:
    from .limits import Tally
    from .model import Claim, Claimed, Identity
    from .own_claims import Fates, Settled
    from .postgresql_session import Session
    from .question import DecideQuestion, Question
    from .stored import Decide

with suppress(ImportError):  # ``PSYCOPG_ERROR`` holds the reason
    pass

_PAUSE = 0.5
"""Seconds before another attempt to record the result of a claim."""

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
_SELECT_EXPIRED = " ".join(
    ("SELECT ctid::text,", ", ".join(COLUMNS), "FROM voipsms.ledger WHERE keep_until < %s ORDER BY keep_until LIMIT %s")
)
_PURGE = """
DELETE FROM voipsms.ledger WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM voipsms.ledger WHERE ctid = ANY (%s::tid[]) AND keep_until < %s FOR UPDATE SKIP LOCKED
))
"""


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

    def held_count(self, recipients: Iterable[str] | None) -> int:
        """Return how many messages were held back lately, to these recipients or to all. Reads only."""
        from .postgresql_places import held_count  # noqa: PLC0415 - only who inspects a ledger needs it

        names = None if recipients is None else list(recipients)
        with self._reading() as connection:
            if connection is None or not self._has_places:
                return 0
            return held_count(connection, self._account, names, self.now())

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
        write = write_whole if is_whole else write_each
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
                        from .postgresql_places import give_back  # noqa: PLC0415 - only a limit needs it

                        give_back(connection, self._account, tally.returned)
                    return changed
                if time.monotonic() >= end:
                    reason = "other runs keep changing the same rows; run the task again"
                    raise LedgerError.not_used(self.name, reason)
                left = [identity for identity in left if identity not in written]

    def _step(
        self,
        connection: Session,
        stored: Mapping[Identity, Stored],
        decide: Decide,
        written: set[Identity],
        write: Callable[[str, Session, Mapping[Identity, Row | None], Mapping[Identity, Stored]], set[Identity]],
    ) -> tuple[Changed, bool]:
        """Decide on rows that were read, and write; return the result, and whether all was written.

        ``written``: the identities that were written before, to which it adds.
        """
        rows = {identity: row for identity, (row, _stamp) in stored.items()}
        now = self._clock(connection)
        changes = {identity: row for identity, row in decide(rows, now).items() if identity not in written}
        done = write(self._account, connection, changes, stored)
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
            f"{statements};{SELECT}", [*values, *select_values(self._account, identities)]
        )
        tally.times = places.by_scope(tally.scopes, times)
        changed, is_done = self._step(connection, stored_by(records), decide, set(), write_each)
        if not is_done:
            connection.end(commits=False)
            changed.written.clear()
            return changed, False
        names = [name for _key, name in changed.written]
        connection.end(*places.taking(self._account, tally, names, changed.at))
        return changed, True

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

    def _read(self, connection: Session, identities: Iterable[Identity]) -> dict[Identity, Stored]:
        """Return the stored rows of some identities."""
        return stored_by(self._select(connection, SELECT, tuple(select_values(self._account, identities))))

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
