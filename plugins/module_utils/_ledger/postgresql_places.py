# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Count the places of messages in a PostgreSQL database, over a session that is open.

A message that is counted may be any other one, with another row. So the claims of an account that have a limit take
turns, by a lock that ends with their transaction.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from .limits import HELD, PLACES_KEPT, SHORT, Returned, Tally
from .model import AHEAD

if TYPE_CHECKING:
    from .postgresql_session import Session

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0));"
_LATEST = """
SELECT scope, at, count FROM unnest(%s::text[]) AS wanted (scope), LATERAL (
    SELECT place.at, sum(place.count)::integer AS count FROM voipsms.place
    WHERE place.account = %s AND place.scope = wanted.scope AND place.at > %s AND place.at <= %s GROUP BY place.at
) AS latest ORDER BY at DESC
"""
_WRITE = """
INSERT INTO voipsms.place AS stored (account, scope, at, owner, count)
SELECT %s::text, taken.*
FROM unnest(%s::text[], %s::double precision[], %s::text[], %s::integer[]) AS taken (scope, at, owner, count)
ON CONFLICT (account, scope, at, owner) DO UPDATE SET count = stored.count + excluded.count
"""
_RETURN = """
DELETE FROM voipsms.place USING unnest(%s::text[], %s::text[]) AS returned (scope, owner)
WHERE place.account = %s AND place.scope = returned.scope AND place.owner = returned.owner
"""
_RETURN_OF_ACCOUNT = """
INSERT INTO voipsms.place (account, scope, at, owner, count)
SELECT place.account, less.scope, less.at, less.owner, less.count
FROM unnest(%s::text[], %s::double precision[], %s::text[], %s::integer[], %s::text[])
    AS less (scope, at, owner, count, claim)
JOIN voipsms.place ON place.scope = less.scope AND place.at = less.at AND place.owner = less.claim
WHERE place.account = %s ON CONFLICT DO NOTHING
"""
_HELD = """
SELECT coalesce(sum(count), 0) FROM voipsms.place WHERE account = %s AND at >= %s AND CASE WHEN %s::text[] IS NULL
    THEN starts_with(scope, %s) ELSE scope = ANY (%s::text[]) END
"""
_PURGE = "DELETE FROM voipsms.place WHERE at < %s"
_PURGED_ONCE_IN = 256
"""Claims with a limit of which one deletes the places that no limit counts any more."""


def latest(session: Session, account: str, scopes: Sequence[str], count: int, now: float) -> dict[str, list[float]]:
    """Return when the newest messages of each scope were claimed, the newest first."""
    records = session.execute(_LATEST, _latest_values(account, scopes, now, PLACES_KEPT))
    return {scope: times[:count] for scope, times in by_scope(scopes, records).items()}


def locking(account: str, tally: Tally, now: float) -> tuple[str, list[Any]]:
    """Return statements for the begin of a transaction, with their values, of which the last one returns the places.

    They wait until no other claim of the account counts, and let none do so before the end of the transaction. Each
    statement of a message sees what was committed before it.
    """
    values = [f"voipsms places of {account}", *_latest_values(account, tally.scopes, now, tally.longest)]
    return _LOCK + _LATEST, values


def by_scope(scopes: Iterable[str], records: Iterable[tuple[Any, ...]]) -> dict[str, list[float]]:
    """Return the times of the records of places by scope."""
    times: dict[str, list[float]] = {scope: [] for scope in scopes}
    for scope, at, count in records:
        times[scope] += [at] * count
    return times


def taking(account: str, tally: Tally, recipients: Sequence[str], now: float) -> tuple[str, list[Any]]:
    """Return statements for the end of a transaction, with their values.

    They take the places of these recipients, and count what is held; rarely they delete old ones.
    """
    places = [*tally.places(recipients), *tally.held_places()]
    write, values = (_WRITE, [account, *(list(column) for column in zip(*places))]) if places else ("", [])
    if secrets.randbelow(_PURGED_ONCE_IN) == 0:
        return f"{write};{_PURGE}", [*values, now - PLACES_KEPT]
    return write, values


def _latest_values(account: str, scopes: Sequence[str], now: float, span: float) -> list[Any]:
    return [list(scopes), account, now - span, now + AHEAD]


def give_back(session: Session, account: str, returned: Sequence[Returned]) -> None:
    """Give back the places of messages that were not sent."""
    places = [place for message in returned for place in message.places]
    less = [(*message.of_account, message.owner[:SHORT]) for message in returned]
    values = [[*(list(column) for column in zip(*some)), account] for some in (places, less)]
    session.execute(f"{_RETURN};{_RETURN_OF_ACCOUNT}", [*values[0], *values[1]])


def held_count(session: Session, account: str, recipients: Sequence[str] | None, now: float) -> int:
    """Return how many messages were held back lately, to these recipients or to all."""
    scopes = None if recipients is None else [f"{HELD}{name[:SHORT]}" for name in recipients]
    return int(session.execute(_HELD, (account, now - PLACES_KEPT, scopes, HELD, scopes or []))[0][0])
