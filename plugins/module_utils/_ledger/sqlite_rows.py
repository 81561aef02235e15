# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read, write and remove the rows of an account in a SQLite file, over a connection that is open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

from .model import Row, State
from .row import COLUMNS, row_from, values_of

if TYPE_CHECKING:
    import sqlite3

    from .model import Identity

SELECTED_AT_ONCE = 500
"""Values that one statement asks for. SQLite below 3.32 takes at most 999 values."""

_SELECT = " ".join(("SELECT", ", ".join(COLUMNS), "FROM row WHERE account = ? AND key = ? AND recipient IN (%s)"))
_INSERT = " ".join(
    (
        "INSERT INTO row (account,",
        ", ".join(COLUMNS),
        ") VALUES (?,",
        ", ".join("?" for _column in COLUMNS),
        ")",
    )
)
# No "INSERT OR REPLACE", which writes to every index; this one does not touch those of the key and the recipient, which
# are the first two columns.
_UPDATE = " ".join(
    (
        "UPDATE row SET",
        ", ".join(f"{column} = ?{place}" for place, column in enumerate(COLUMNS[2:], 4)),
        "WHERE account = ?1 AND key = ?2 AND recipient = ?3",
    )
)
_DELETE = "DELETE FROM row WHERE account = ? AND key = ? AND recipient = ?"


class SqliteRows:
    """The rows of one account, some of which this process has claimed."""

    def __init__(self, account: str) -> None:
        """Name the account by its fingerprint."""
        self._account = account
        self._claimed: dict[Identity, tuple[tuple[Any, ...], Row]] = {}
        """The rows that this process has claimed, with their records: one that is read again needs no conversion."""

    def read(self, connection: sqlite3.Connection, identities: Iterable[Identity]) -> dict[Identity, Row]:
        """Return the rows of some identities."""
        names_by_key: dict[str, list[str]] = {}
        for key, name in identities:
            names_by_key.setdefault(key, []).append(name)
        selected = ((key, self._read_key(connection, key, names)) for key, names in names_by_key.items())
        return {(key, row.recipient): row for key, rows in selected for row in rows}

    def write(
        self, connection: sqlite3.Connection, changes: Mapping[Identity, Row | None], stored: Mapping[Identity, Row]
    ) -> None:
        """Write rows in place of those that are ``stored``; None stands for no row."""
        removed = [(self._account, *one) for one, row in changes.items() if row is None and one in stored]
        rows = [row for row in changes.values() if row is not None]
        new: list[tuple[Any, ...]] = []
        changed: list[tuple[Any, ...]] = []
        for row, record in zip(rows, values_of(rows)):
            identity = row.key, row.recipient
            (changed if identity in stored else new).append((self._account, *record))
            if row.state is State.SENDING:
                self._claimed[identity] = record, row
            else:
                self._claimed.pop(identity, None)
        for statement, records in ((_DELETE, removed), (_INSERT, new), (_UPDATE, changed)):
            if records:  # a statement is compiled even for none
                connection.executemany(statement, records)

    def _read_key(self, connection: sqlite3.Connection, key: str, recipients: Iterable[str]) -> list[Row]:
        """Return the rows of a key, in several statements where SQLite's limit of values needs them."""
        names = iter(recipients)
        rows: list[Row] = []
        while some := list(islice(names, SELECTED_AT_ONCE)):
            records = _selected(connection, _SELECT % ", ".join("?" * len(some)), (self._account, key, *some))
            found = list(map(self._row_from, records))
            if not {row.recipient for row in found} <= set(some):
                raise ValueError("a row that was found by its recipient is damaged, and names another")
            rows += found
        return rows

    def _row_from(self, record: tuple[Any, ...]) -> Row:
        """Return the row of a record."""
        written, row = self._claimed.get(record[:2], ((), None))
        return row if row is not None and record == written else row_from(record)


def _selected(connection: sqlite3.Connection, statement: str, values: tuple[str, ...]) -> list[tuple[Any, ...]]:
    """Return the records of a statement; those of a damaged text by the connection's own reader, which takes longer."""
    tolerant = connection.text_factory
    connection.text_factory = str
    try:
        return connection.execute(statement, values).fetchall()
    except connection.OperationalError:
        connection.text_factory = tolerant
        return connection.execute(statement, values).fetchall()
    finally:
        connection.text_factory = tolerant
