# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write and remove the rows of an account in a PostgreSQL database, over a session that is open."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from .model import Row, damaged
from .row import COLUMNS, row_from, values_of

if TYPE_CHECKING:
    from .model import Identity
    from .postgresql_session import Session

with suppress(ImportError):  # ``PSYCOPG_ERROR`` of ``database`` holds the reason
    import psycopg

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

SELECT = " ".join(
    (
        "SELECT",
        ", ".join(COLUMNS),
        ", stamp FROM voipsms.ledger JOIN unnest(%s::text[], %s::text[]) AS identities (key, recipient)",
        "USING (key, recipient) WHERE account = %s",
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


class Stored(NamedTuple):
    """A row, and the random name of its contents."""

    row: Row
    stamp: str


def select_values(account: str, identities: Iterable[Identity]) -> list[Any]:
    """Return the values of ``SELECT``."""
    identities = list(identities)
    return [[key for key, _name in identities], [name for _key, name in identities], account]


def stored_by(records: Iterable[tuple[Any, ...]]) -> dict[Identity, Stored]:
    """Return the rows of records that ``SELECT`` returned."""
    stored = (Stored(row_from(record[:-1]), record[-1]) for record in records)
    return {(one.row.key, one.row.recipient): one for one in stored}


def write_each(
    account: str, connection: Session, changes: Mapping[Identity, Row | None], stored: Mapping[Identity, Stored]
) -> set[Identity]:
    """Write and remove every row that has not changed since it was read; return the identities of these."""
    return _write(account, connection, changes, stored) | _remove(account, connection, changes, stored)


def write_whole(
    account: str, connection: Session, changes: Mapping[Identity, Row | None], stored: Mapping[Identity, Stored]
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
        is_unchanged = _store(account, connection, locking, stored) == dict.fromkeys(changes, True)
        if not is_unchanged:
            raise psycopg.Rollback
        removable = {identity: row for identity, row in changes.items() if row is None}
        _remove(account, connection, removable, _read(account, connection, removable))
    return set(changes) if is_unchanged else set()


def _write(
    account: str, connection: Session, changes: Mapping[Identity, Row | None], stored: Mapping[Identity, Stored]
) -> set[Identity]:
    """Write rows where none is stored, or where the stored one has not changed; return the identities written."""
    return set(_store(account, connection, changes, stored))


def _store(
    account: str, connection: Session, changes: Mapping[Identity, Row | None], stored: Mapping[Identity, Stored]
) -> dict[Identity, bool]:
    """Write rows as ``_write`` does; return whether the row of each identity written had not been removed."""
    rows = {identity: row for identity, row in changes.items() if row is not None}
    if not rows:
        return {}
    stamps = [stored[identity].stamp if identity in stored else None for identity in rows]
    arrays = [*(list(column) for column in zip(*values_of(rows.values()))), stamps]
    written = connection.execute(_WRITE, (account, secrets.token_hex(8), *arrays))
    return {(key, name): replaced is None for key, name, replaced in written}


def _remove(
    account: str, connection: Session, changes: Mapping[Identity, Row | None], stored: Mapping[Identity, Stored]
) -> set[Identity]:
    """Remove rows that have not changed since they were read; return the identities that have no row now."""
    removable = {identity for identity, row in changes.items() if row is None}
    present = [(*identity, stored[identity].stamp) for identity in removable if identity in stored]
    if not present:
        return removable
    arrays = [list(column) for column in zip(*present)]
    removed = _identities(connection.execute(_REMOVE, (*arrays, account)))
    return removed | {identity for identity in removable if identity not in stored}


def _read(account: str, connection: Session, identities: Iterable[Identity]) -> dict[Identity, Stored]:
    """Return the stored rows of some identities, of tables of this release."""
    return stored_by(connection.execute(SELECT, select_values(account, identities)))


def _identities(records: Iterable[tuple[Any, ...]]) -> set[Identity]:
    """Return the identities that a statement returned."""
    return set(records)
