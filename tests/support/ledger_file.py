# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests do to the file of a ledger, beside the collection: let time pass for it alone, and read its schema."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path


def age(ledger: Path, seconds: float) -> None:
    """Move every claim of a ledger into the past by seconds; one that no run has made yet has none."""
    if not ledger.exists():
        return
    with closing(sqlite3.connect(ledger, isolation_level=None)) as connection:
        connection.execute(
            "UPDATE row SET claimed_at = claimed_at - :age, first_byte_by = first_byte_by - :age,"
            " lease_until = lease_until - :age, checksum = NULL",
            {"age": seconds},
        )


def version_of(ledger: Path) -> int:
    """Return the version of a ledger's schema."""
    with closing(sqlite3.connect(ledger)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])
