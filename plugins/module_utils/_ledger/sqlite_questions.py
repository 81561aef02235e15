# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read and change the questions of an account in a SQLite file, over a connection that is open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .model import KEPT, PURGED_AT_ONCE
from .question import QUESTION_COLUMNS, Question, question_from, question_values

if TYPE_CHECKING:
    import sqlite3

    from .question import DecideQuestion

_SELECT_QUESTION = " ".join(("SELECT", ", ".join(QUESTION_COLUMNS), "FROM question WHERE account = ?"))
_WRITE_QUESTION = " ".join(
    (
        "INSERT OR REPLACE INTO question (account,",
        ", ".join(QUESTION_COLUMNS),
        ") VALUES (?,",
        ", ".join("?" for _column in QUESTION_COLUMNS),
        ")",
    )
)
_DELETE_QUESTION = "DELETE FROM question WHERE account = ? AND key = ?"
_PURGE_QUESTIONS = """
DELETE FROM question WHERE rowid IN (SELECT rowid FROM question WHERE account = ? AND keep_until < ? LIMIT ?)
"""


def selected(
    connection: sqlite3.Connection, account: str, *, key: str | None = None, kept_until: float = 0.0
) -> list[Question]:
    """Return the question of a key; without one, all that are kept until a moment or longer.

    A question is kept for ``KEPT`` seconds after the end of its time.
    """
    condition, value = ("AND keep_until >= ?", kept_until) if key is None else ("AND key = ?", key)
    records = connection.execute(f"{_SELECT_QUESTION} {condition}", (account, value))
    return [question_from(record) for record in records]


def change(
    connection: sqlite3.Connection, account: str, key: str, decide: DecideQuestion, now: float
) -> tuple[Question | None, Question | None]:
    """Decide on a question inside the caller's transaction; return it before and after. Delete some expired ones."""
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute(_PURGE_QUESTIONS, (account, now, PURGED_AT_ONCE))
    before = next(iter(selected(connection, account, key=key)), None)
    after = decide(before, lambda: selected(connection, account, kept_until=now + KEPT), now)
    if after is None:
        connection.execute(_DELETE_QUESTION, (account, key))
    elif after != before:
        connection.execute(_WRITE_QUESTION, (account, *question_values(after)))
    return before, after
