# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read and change the questions of an account in a PostgreSQL database, over a session that is open.

A question is replaced only where it is still as it was read, by its stamp, as the rows of messages are.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from .model import KEPT, PURGED_AT_ONCE
from .question import QUESTION_COLUMNS, Question, question_from, question_values

if TYPE_CHECKING:
    from .postgresql_session import Session
    from .question import DecideQuestion

WITH_KEY, KEPT_UNTIL = " AND key = %s", " AND keep_until >= %s"
"""Conditions of ``select``: the question of a key; those whose time was not over ``KEPT`` before a moment."""

_SELECT_QUESTION = " ".join(("SELECT", ", ".join(QUESTION_COLUMNS), ", stamp FROM voipsms.question WHERE account = %s"))
_INSERT_QUESTION = " ".join(
    (
        "INSERT INTO voipsms.question (account, stamp,",
        ", ".join(QUESTION_COLUMNS),
        ") VALUES (%s, %s,",
        ", ".join("%s" for _column in QUESTION_COLUMNS),
        ") ON CONFLICT DO NOTHING RETURNING key",
    )
)
_UPDATE_QUESTION = " ".join(
    (
        "UPDATE voipsms.question SET stamp = %s,",
        ", ".join(f"{column} = %s" for column in QUESTION_COLUMNS),
        "WHERE account = %s AND key = %s AND stamp = %s RETURNING key",
    )
)
_DELETE_QUESTION = "DELETE FROM voipsms.question WHERE account = %s AND key = %s AND stamp = %s RETURNING key"
_PURGE_QUESTIONS = """
DELETE FROM voipsms.question WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM voipsms.question WHERE account = %s AND keep_until < %s LIMIT %s FOR UPDATE SKIP LOCKED
))
"""


def select(session: Session, account: str, condition: str, *values: str | float) -> list[Question]:
    """Return the questions of an account that meet a condition."""
    return [question_from(record[:-1]) for record in _records(session, account, condition, *values)]


def purge_questions(session: Session, account: str, now: float) -> None:
    """Delete some expired questions."""
    session.execute(_PURGE_QUESTIONS, (account, now, PURGED_AT_ONCE))


def change(
    session: Session, account: str, key: str, decide: DecideQuestion, now: float
) -> tuple[Question | None, Question | None] | None:
    """Decide on a question; return it before and after, or None where another run has changed it meanwhile."""
    records = _records(session, account, WITH_KEY, key)
    before, stamp = (question_from(records[0][:-1]), records[0][-1]) if records else (None, None)
    after = decide(before, lambda: select(session, account, KEPT_UNTIL, now + KEPT), now)
    if after == before:
        return before, after
    if after is None:
        is_done = session.execute(_DELETE_QUESTION, (account, key, stamp))
    elif stamp is None:
        is_done = session.execute(_INSERT_QUESTION, (account, secrets.token_hex(8), *question_values(after)))
    else:
        values = (secrets.token_hex(8), *question_values(after), account, key, stamp)
        is_done = session.execute(_UPDATE_QUESTION, values)
    return (before, after) if is_done else None


def _records(session: Session, account: str, condition: str, *values: str | float) -> list[tuple[Any, ...]]:
    """Return the records of questions, each with its stamp."""
    return session.execute(f"{_SELECT_QUESTION}{condition}", (account, *values))
