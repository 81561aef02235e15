# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Count the places of messages in a SQLite file, over a connection that is open."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from .limits import ACCOUNT, HELD, PLACES_KEPT, SHORT, Tally
from .model import AHEAD

if TYPE_CHECKING:
    import sqlite3

# Counting is a scan of the entries that count, in the order of the primary key, which is the only index. Those of
# recipients are as many as their limit allows; those of the account may be many more than the ones that matter.
_LATEST = (
    "SELECT scope, at FROM place WHERE account = ? AND scope IN (%s) AND at > ? AND at <= ? ORDER BY scope, at DESC"
)
_RANKS_OF_ACCOUNT = "SELECT at FROM place WHERE account = ? AND scope = ? AND at <= ? ORDER BY at DESC LIMIT ? OFFSET ?"
_SELECTED_AT_ONCE = 500
"""Scopes that one statement asks for. SQLite below 3.32 takes at most 999 values."""

_TAKE = "INSERT INTO place (account, scope, at, owner, count) VALUES (?, ?, ?, ?, 1)"
_RETURN = "DELETE FROM place WHERE account = ? AND scope = ? AND owner = ?"
_HOLD = f"{_TAKE} ON CONFLICT (account, scope, at, owner) DO UPDATE SET count = count + 1"
_HELD = "SELECT coalesce(sum(count), 0) FROM place WHERE account = ? AND scope >= ? AND scope < ?"
_PURGE = "DELETE FROM place WHERE at < ?"


def latest(
    connection: sqlite3.Connection,
    account: str,
    scopes: Sequence[str],
    ranks: Iterable[tuple[int, int]],
    now: float,
    span: float,
) -> dict[str, list[float]]:
    """Return when the messages of each scope within ``span`` seconds were claimed, the newest first.

    Of the account, only those of some ``ranks``, which rise; what stands in place of the others says nothing.
    """
    times: dict[str, list[float]] = {scope: [] for scope in scopes}
    if ACCOUNT in times:
        times[ACCOUNT] = _of_account(connection, account, ranks, now)
    own = iter([scope for scope in scopes if scope != ACCOUNT])
    while some := list(islice(own, _SELECTED_AT_ONCE)):
        values = (account[:SHORT], *some, now - span, now + AHEAD)
        for scope, at in connection.execute(_LATEST % ", ".join("?" * len(some)), values):
            times[scope].append(at)
    return times


def _of_account(
    connection: sqlite3.Connection, account: str, ranks: Iterable[tuple[int, int]], now: float
) -> list[float]:
    """Return the times of the account's places, as far as there are so many, with a placeholder before each rank."""
    times: list[float] = []
    for first, end in ranks:
        begin = max(first, len(times))
        values = (account[:SHORT], ACCOUNT, now + AHEAD, end - begin, begin)
        found = [at for (at,) in connection.execute(_RANKS_OF_ACCOUNT, values)]
        times += [math.nan] * (begin - len(times)) + found if found else []
    return times


def write(connection: sqlite3.Connection, account: str, tally: Tally, recipients: Sequence[str]) -> None:
    """Take the places of these recipients, give back those that are returned, and count what is held."""
    taken, kept_back = tally.places(recipients), tally.held_places()
    if taken:
        connection.executemany(_TAKE, [(account[:SHORT], *place) for place in taken])
    if kept_back:
        connection.executemany(_HOLD, [(account[:SHORT], *place) for place in kept_back])
    if tally.returned:
        connection.executemany(_RETURN, [(account[:SHORT], *place) for place in tally.returned])


def held_count(connection: sqlite3.Connection, account: str, recipients: Sequence[str] | None) -> int:
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
