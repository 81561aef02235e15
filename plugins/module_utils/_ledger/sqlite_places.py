# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Count the places of messages in a SQLite file, over a connection that is open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from .limits import HELD, PLACES_KEPT, SHORT, Tally
from .model import AHEAD

if TYPE_CHECKING:
    import sqlite3

# Counting is a scan of as many entries as the limit has, in the order of the primary key, which is the only index.
_LATEST = "SELECT at FROM place WHERE account = ? AND scope = ? AND at <= ? ORDER BY at DESC LIMIT ?"
_TAKE = "INSERT INTO place (account, scope, at, owner, count) VALUES (?, ?, ?, ?, 1)"
_RETURN = "DELETE FROM place WHERE account = ? AND scope = ? AND owner = ?"
_HOLD = f"{_TAKE} ON CONFLICT (account, scope, at, owner) DO UPDATE SET count = count + 1"
_HELD = "SELECT coalesce(sum(count), 0) FROM place WHERE account = ? AND scope >= ? AND scope < ?"
_PURGE = "DELETE FROM place WHERE at < ?"


def latest(
    connection: sqlite3.Connection, account: str, scopes: Iterable[str], count: int, now: float
) -> dict[str, list[float]]:
    """Return when the newest messages of each scope were claimed, the newest first."""
    return {
        scope: [at for (at,) in connection.execute(_LATEST, (account[:SHORT], scope, now + AHEAD, count))]
        for scope in scopes
    }


def write(connection: sqlite3.Connection, account: str, tally: Tally, recipients: Iterable[str]) -> None:
    """Take the places of these recipients, give back those that are returned, and count what is held."""
    taken, kept_back = tally.places(recipients), tally.held_places()
    if taken:
        connection.executemany(_TAKE, [(account[:SHORT], *place) for place in taken])
    if kept_back:
        connection.executemany(_HOLD, [(account[:SHORT], *place) for place in kept_back])
    if tally.returned:
        connection.executemany(_RETURN, [(account[:SHORT], *place) for place in tally.returned])


def held(connection: sqlite3.Connection, account: str, recipients: Sequence[str] | None) -> int:
    """Return how many messages were held back lately, to these recipients or to all."""
    scopes = (
        [(HELD, HELD + "~")]
        if recipients is None
        else [(f"{HELD}{name[:SHORT]}", f"{HELD}{name[:SHORT]}~") for name in recipients]
    )
    return sum(connection.execute(_HELD, (account[:SHORT], *scope)).fetchone()[0] for scope in scopes)


def purge(connection: sqlite3.Connection, now: float) -> None:
    """Delete the places that no limit counts any more."""
    connection.execute(_PURGE, (now - PLACES_KEPT,))
