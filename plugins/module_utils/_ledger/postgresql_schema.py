# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make and upgrade the tables of a ledger in a PostgreSQL database, and read which version they have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .model import LedgerError

if TYPE_CHECKING:
    from .postgresql_session import Session

_LOCK = 0x564F534D
"""The advisory lock under which the tables are made: the letters VOSM, as a SQLite ledger has them in its header."""

STEPS: tuple[tuple[str, ...], ...] = (
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
    ("ALTER TABLE voipsms.ledger ADD COLUMN checksum bigint",),
    (
        "ALTER TABLE voipsms.ledger RENAME COLUMN revision TO stamp",
        "ALTER TABLE voipsms.ledger ADD COLUMN revision integer NOT NULL DEFAULT 0",
        "ALTER TABLE voipsms.ledger ADD COLUMN absent_at double precision",
        "ALTER TABLE voipsms.ledger ADD COLUMN effect_by double precision",
        "ALTER TABLE voipsms.ledger ADD COLUMN confirmed boolean NOT NULL DEFAULT false",
    ),
    (
        """
        CREATE TABLE voipsms.question (
            account text NOT NULL,
            key text NOT NULL,
            label text NOT NULL,
            content text NOT NULL,
            secret text NOT NULL,
            codes text NOT NULL,
            opened_at double precision NOT NULL,
            ends_at double precision NOT NULL,
            keep_until double precision NOT NULL,
            outcome text NOT NULL,
            answer text NOT NULL,
            facts text NOT NULL,
            checksum bigint NOT NULL,
            stamp text NOT NULL,
            PRIMARY KEY (account, key)
        )
        """,
        "CREATE INDEX ON voipsms.question (account, keep_until)",
    ),
    (
        """
        CREATE TABLE voipsms.place (
            account text NOT NULL,
            scope text COLLATE "C" NOT NULL,
            at double precision NOT NULL,
            owner text NOT NULL,
            count integer NOT NULL,
            PRIMARY KEY (account, scope, at, owner)
        )
        """,
    ),
    (
        """
        INSERT INTO voipsms.place SELECT account, scope, at, split_part(owner, ':', 1), count(*) FROM voipsms.place
        WHERE scope = '' GROUP BY 1, 2, 3, 4
        """,
        "DELETE FROM voipsms.place WHERE scope = '' AND strpos(owner, ':') > 0",
    ),
)
"""The statements that lead from each version of the tables to the next, the first from none to version 1.

``stamp``: a random name for the contents of a row, new with every change. ``replaced``: null, or the
stamp of a row that its writer had read, and that was removed before it could be replaced.
``checksum``: null in rows that a release without it has written. ``stamp`` was called ``revision`` before ``Row`` had a
column of that name. Version 6 had an entry in the scope of the account for each message, where later ones have one for
each claim, with their number.
"""

_WITH_CHECKSUMS = 3
_WITH_STAMPS = 4
WITH_QUESTIONS = 5
WITH_PLACES = 6
"""The first versions whose rows have a checksum, whose rows have all columns, that have questions, and that count."""

_OLDER = """
(SELECT account, key, recipient, masked, label, content, state, attempt, owner, origin, claimed_at, first_byte_by,
lease_until, keep_until, smsids, previous, name, date, delivers_at, listed, revision AS stamp, {checksum} AS checksum,
0 AS revision, NULL::double precision AS absent_at, NULL::double precision AS effect_by, false AS confirmed
FROM voipsms.ledger) AS ledger
"""

# Not by to_regclass, which may remember the state before another run made the tables.
_TABLES = """
SELECT relname::text FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE nspname = 'voipsms' AND relname IN ('ledger', 'ledger_version')
"""
_MISSING_RIGHTS = """
SELECT wanted FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS wanted
WHERE NOT has_table_privilege('voipsms.ledger', wanted)
"""
_MAY_CREATE = """
SELECT CASE WHEN count(*) = 0 THEN has_database_privilege(current_database(), 'CREATE')
    ELSE bool_and(has_schema_privilege(oid, 'CREATE')) END FROM pg_namespace WHERE nspname = 'voipsms'
"""
_MAY_UPGRADE = """
SELECT bool_and(pg_has_role(relowner, 'USAGE')) FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE nspname = 'voipsms' AND relname IN ('ledger', 'ledger_version')
"""
_VERSION = "SELECT version FROM voipsms.ledger_version"


def version_of(session: Session, name: str) -> int:
    """Return the version of the tables, 0 for none; ``name`` is the ledger's, for errors.

    Raises ``LedgerError`` for tables of another program, and for those of a newer release.
    """
    tables = {table for (table,) in session.execute(_TABLES)}
    if not tables:
        return 0
    records = session.execute(_VERSION) if "ledger_version" in tables else []
    if len(records) != 1:
        reason = "its schema voipsms holds tables of another program; name another database"
        raise LedgerError.not_used(name, reason)
    version: int = records[0][0]
    if version > len(STEPS):
        reason = f"a newer release has written it (schema {version}); update the collection"
        raise LedgerError.not_used(name, reason)
    return version


def table_of(version: int) -> str:
    """Return what this release's statements select from: the table, or what makes an earlier one look like it."""
    if version >= _WITH_STAMPS:
        return "voipsms.ledger"
    return _OLDER.format(checksum="checksum" if version >= _WITH_CHECKSUMS else "NULL::bigint")


def check_writable(session: Session, name: str, version: int) -> None:
    """Raise ``LedgerError`` where a claim would fail, so that check mode foresees it, and the real run says the same.

    ``version``: of the tables, 0 for none. ``name`` is the ledger's.
    """
    reason = _write_obstacle(session, version)
    if reason:
        raise LedgerError(f"the ledger {name!r} cannot be written ({reason})")


def _write_obstacle(session: Session, version: int) -> str:
    """Return what prevents this user from writing; empty when nothing does."""
    ((is_standby, read_only),) = session.execute("SELECT pg_is_in_recovery(), current_setting('transaction_read_only')")
    if is_standby:
        return "the server is a standby, which can only be read; name the primary"
    if read_only != "off":
        return "its transactions are read-only; is default_transaction_read_only set for this database or user?"
    if version == 0 and not session.execute(_MAY_CREATE)[0][0]:
        return "there are no tables yet, and this user has no permission to create them"
    if 0 < version < len(STEPS) and not session.execute(_MAY_UPGRADE)[0][0]:
        return "an earlier release has made its tables, and only their owner can upgrade them; send once as that user"
    missing = session.execute(_MISSING_RIGHTS) if version else []
    rights = ", ".join(right for (right,) in missing)
    return f"permission denied for table ledger: this user may not {rights}; grant it" if rights else ""


def ensure_tables(session: Session, name: str) -> bool:
    """Make the tables, or upgrade them to this release, where that is needed; return whether there were none before.

    ``name`` is the ledger's, for errors. Raises ``LedgerError`` as ``version_of`` does.
    """
    return version_of(session, name) < len(STEPS) and _upgrade(session, name)


def _upgrade(session: Session, name: str) -> bool:
    """Make or upgrade the tables in one transaction, one run at a time; return whether there were none before."""
    with session.transaction():
        session.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        version = version_of(session, name)
        for step in STEPS[version:]:
            for statement in step:
                session.execute(statement)
        session.execute("DELETE FROM voipsms.ledger_version")
        session.execute("INSERT INTO voipsms.ledger_version VALUES (%s)", (len(STEPS),))
    return version == 0
