# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Measure a claim and its settlement in a ledger that holds many other rows, some of them expired, and with limits."""

from __future__ import annotations

import hashlib
import random
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.interface import Ledger
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.limits import Limit, Limits
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import Claim, DedupePolicy
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.sqlite import SqliteLedger
from ansible_collections.voip_communications.sms.plugins.module_utils._message.outcome import Fate
from ansible_collections.voip_communications.sms.tests.benchmark.tables import Spread, table

SIZES = (1_000, 10_000, 100_000, 1_000_000)
RECIPIENTS = (1, 100)
ROUNDS = 15
LIMITED_ROUNDS = 90
_EACH = (Limit(5, 900.0), Limit(12, 3600.0))
_ALL = (Limit(20_000, 600.0),)
"""A limit that the rounds do not reach: what is held is not written, and would take less time."""
LIMITS = {
    "no limit": None,
    "for each recipient": Limits(_EACH),
    "for the account": Limits(account=_ALL),
    "for both": Limits(_EACH, _ALL),
}
AGES = {"all others current": 0, "a third old": 3}
"""One in this many other rows is old enough to be deleted; 0 stands for none."""


def told(folder: Path, sizes: tuple[int, ...] = SIZES) -> str:
    """Return the table; the ledgers are measured by turns, so that other work of the machine affects all alike."""
    kinds = [(size, age) for size in sizes for age in AGES]
    ledgers = {(size, age): filled(folder / f"{size} {age}.sqlite3", size, AGES[age]) for size, age in kinds}
    times: dict[tuple[int, str, int], list[float]] = {(*kind, count): [] for kind in kinds for count in RECIPIENTS}
    for number in range(ROUNDS):
        for (size, age, count), durations in times.items():
            durations.append(seconds(ledgers[size, age], f"{number}", count))
    columns = [(age, count) for count in RECIPIENTS for age in AGES]
    rows = [[f"{size:,}", *(Spread(tuple(times[size, age, count])) for age, count in columns)] for size in sizes]
    return table(["rows in the ledger", *(f"{count} claimed and settled, {age}" for age, count in columns)], rows)


def limited(ledger: Ledger, rounds: int) -> str:
    """Return the table of claims with and without limits, which take turns in an order of chance."""
    times: dict[tuple[str, int], list[float]] = {(kind, count): [] for kind in LIMITS for count in RECIPIENTS}
    for number in range(rounds):
        for kind, count in random.sample(list(times), len(times)):
            times[kind, count].append(seconds(ledger, f"{kind} {number}", count, LIMITS[kind]))
    columns = [
        f"{count} claimed and settled, {what}" for count in RECIPIENTS for what in ("ms", "ratio of the shortest")
    ]
    rows: list[list[object]] = []
    for kind in LIMITS:
        row: list[object] = [kind]
        for count in RECIPIENTS:
            shortest = min(times[kind, count]) / min(times["no limit", count])
            row += [Spread(tuple(times[kind, count])), f"{shortest:.2f}"]
        rows.append(row)
    return table(["limits", *columns], rows)


def seconds(ledger: Ledger, measurement: str, count: int, limits: Limits | None = None) -> float:
    """Return how long one claim of ``count`` recipients and its settlement take; each ``measurement`` has its own."""
    names = [fingerprint(f"{measurement} {count} {place}") for place in range(count)]
    key = fingerprint(f"{measurement} {count}")
    claim = Claim(key, "", DedupePolicy("text", 600.0), dict.fromkeys(names, "+1*"), key[:32], "here:1", 90.0, 100.0)
    claim = claim._replace(limits=limits)
    began = time.perf_counter()
    claimed = ledger.claim(claim)
    ledger.settle(key, claim.owner, dict.fromkeys(names, (Fate.ACCEPTED, ("id",))))
    taken = time.perf_counter() - began
    if len(claimed.won) != count:
        raise RuntimeError(f"{count - len(claimed.won)} of {count} were not claimed")
    return taken


def filled(path: Path, size: int, old: int) -> SqliteLedger:
    """Return a ledger with ``size`` other rows, of which one in ``old`` is old enough to be deleted."""
    ledger = SqliteLedger(str(path), "account")
    ledger.claim(Claim("key", "", DedupePolicy("text", 600.0), {"first": "+1*"}, "owner", "here:1", 90.0, 100.0))
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        records = connection.execute("SELECT * FROM row")
        names = [column[0] for column in records.description]
        first = dict(zip(names, records.fetchone(), strict=True))
        marks = ", ".join("?" * len(names))
        connection.execute("BEGIN")
        connection.executemany(f"INSERT INTO row VALUES ({marks})", _rows(first, size, old))  # noqa: S608 - marks only
        connection.execute("COMMIT")
    return ledger


def _rows(first: dict[str, Any], size: int, old: int) -> Iterator[tuple[Any, ...]]:
    now = time.time()
    for place in range(size):
        keep_until = now - place if old and place % old == 0 else now + 1_000_000
        more = {"key": fingerprint(str(place // 100)), "recipient": fingerprint(str(place)), "keep_until": keep_until}
        yield tuple({**first, **more}.values())


def fingerprint(text: str) -> str:
    """Return a hash as long, and as scattered, as those of a ledger."""
    return hashlib.sha256(text.encode()).hexdigest()[:40]
