# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Count the places of messages in a SQLite file, over a connection that is open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from .limits import ACCOUNT, HELD, PLACES_KEPT, SHORT, Limit, Tally
from .model import AHEAD
from .sqlite_rows import SELECTED_AT_ONCE

if TYPE_CHECKING:
    import sqlite3

# Counting is a scan of the entries that count, in the order of the primary key, which is the only index. Those of
# recipients are as many as their limit allows; those of the account are as many as there were claims.
_LATEST = (
    "SELECT scope, at, sum(count) FROM place WHERE account = ? AND scope IN (%s) AND at > ? AND at <= ?"
    " GROUP BY scope, at ORDER BY scope, at DESC"
)
_TAKEN = "SELECT coalesce(sum(count), 0) FROM place WHERE account = ? AND scope = ? AND at > ? AND at <= ?"
_TAKE = (
    "INSERT INTO place (account, scope, at, owner, count) VALUES (?, ?, ?, ?, ?)"
    " ON CONFLICT (account, scope, at, owner) DO UPDATE SET count = count + excluded.count"
)
_RETURN = "DELETE FROM place WHERE account = ? AND scope = ? AND owner = ?"
_RETURN_OF_ACCOUNT = (
    "INSERT OR IGNORE INTO place (account, scope, at, owner, count) SELECT ?1, ?2, ?3, ?4, ?5 WHERE EXISTS"
    " (SELECT * FROM place WHERE account = ?1 AND scope = ?2 AND at = ?3 AND owner = ?6)"
)
_HELD = "SELECT coalesce(sum(count), 0) FROM place WHERE account = ? AND scope >= ? AND scope < ? AND at >= ?"
_PURGE = "DELETE FROM place WHERE at < ?"


def latest(
    connection: sqlite3.Connection, account: str, scopes: Iterable[str], now: float, span: float
) -> dict[str, list[float]]:
    """Return when the messages of each scope within ``span`` seconds were claimed, the newest first."""
    times: dict[str, list[float]] = {scope: [] for scope in scopes}
    names = iter(times)
    while some := list(islice(names, SELECTED_AT_ONCE)):
        values = (account[:SHORT], *some, now - span, now + AHEAD)
        for scope, at, count in connection.execute(_LATEST % ", ".join("?" * len(some)), values):
            times[scope] += [at] * count
    return times


def count(connection: sqlite3.Connection, account: str, tally: Tally, now: float) -> None:
    """Let a tally know the places that count; those of the account only where one of its limits may be hit."""

    def taken(limit: Limit) -> int:
        values = (account[:SHORT], ACCOUNT, now - limit.seconds, now + AHEAD)
        number: int = connection.execute(_TAKEN, values).fetchone()[0]
        return number

    tally.is_account_free = not any(tally.can_be_hit(limit, taken(limit)) for limit in tally.account_limits)
    scopes = [scope for scope in tally.scopes if scope != ACCOUNT or not tally.is_account_free]
    tally.times = latest(connection, account, scopes, now, tally.longest)


def write(connection: sqlite3.Connection, account: str, tally: Tally, recipients: Sequence[str]) -> None:
    """Take the places of these recipients, give back those that are returned, and count what is held."""
    taken = [(account[:SHORT], *place) for place in (*tally.places(recipients), *tally.held_places())]
    if taken:
        connection.executemany(_TAKE, taken)
    if tally.returned:
        places = [(account[:SHORT], *place) for message in tally.returned for place in message.places]
        connection.executemany(_RETURN, places)
        less = [(account[:SHORT], *message.of_account, message.owner[:SHORT]) for message in tally.returned]
        connection.executemany(_RETURN_OF_ACCOUNT, less)


def held_count(connection: sqlite3.Connection, account: str, recipients: Sequence[str] | None, now: float) -> int:
    """Return how many messages were held back lately, to these recipients or to all."""
    since = now - PLACES_KEPT
    scopes = (
        [(HELD, HELD + "~")]
        if recipients is None
        else [(f"{HELD}{name[:SHORT]}", f"{HELD}{name[:SHORT]}~") for name in recipients]
    )
    return sum(connection.execute(_HELD, (account[:SHORT], *scope, since)).fetchone()[0] for scope in scopes)


def purge(connection: sqlite3.Connection, now: float) -> None:
    """Delete the places that no limit counts any more."""
    connection.execute(_PURGE, (now - PLACES_KEPT,))
