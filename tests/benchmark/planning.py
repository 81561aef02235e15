# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Measure how long planning takes, from the records of the list to the plan, for 1,000 wanted messages."""

from __future__ import annotations

import time
from collections.abc import Callable

from ansible_collections.voip_communications.sms.plugins.module_utils._api.pending import Listing, PendingRecord
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import (
    Fingerprints,
    Row,
    State,
    key_of,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.match import Match, matching
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.plan import (
    DesiredMessage,
    Plan,
    Want,
    plan,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.settle import settled
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.snapshot import Snapshot
from ansible_collections.voip_communications.sms.tests.benchmark.tables import milliseconds, table

WANTED = 1_000
SIZES = (1_000, 10_000, 100_000)
ROUNDS = 3
SLACK = 4.0
"""Factor over linear growth that still counts as linear: garbage collection and caches are not the plan's fault."""

NOW, AHEAD = 1_000_000.0, 2_000_000.0
OLD, NEW = "2026-12-01 15:00", "2026-12-02 15:00"
TEXT = "Maintenance begins tomorrow at 22:00"
FINGERPRINTS = Fingerprints.of("benchmark", "")
NAME = FINGERPRINTS.name("window")


def number(place: int) -> str:
    return str(12_810_000_000 + place)


def record(place: int, date: str = OLD, to: str | None = None) -> PendingRecord:
    return PendingRecord(f"id{place}", to or number(place), "17130000000", TEXT, date)


def rows(count: int, state: State = State.ACCEPTED) -> list[Row]:
    """Return the rows of a name's messages at the old date, all of which the list shows."""
    key = FINGERPRINTS.key(key_of("", TEXT, OLD))
    first = Row(
        key=key, recipient="", masked="+1*", label="", content="", state=state, attempt=1, owner="", origin="",
        claimed_at=NOW - 60, first_byte_by=NOW, lease_until=NOW, keep_until=AHEAD, name=NAME, date=OLD,
        delivers_at=AHEAD, listed=True,
    )  # fmt: skip
    return [
        first._replace(
            recipient=FINGERPRINTS.recipient(number(place)),
            smsids=(f"id{place}",) if state is State.ACCEPTED else (),
        )
        for place in range(count)
    ]


def planned(records: tuple[PendingRecord, ...], rows_before: list[Row], date: str) -> Plan:
    """Return the plan of one task, as it is made between reading the list and the first request."""
    rows_by_identity = {(row.key, row.recipient): row for row in rows_before}
    snapshot = Snapshot(Listing(records), "", rows_by_identity, NOW, NOW, NOW, FINGERPRINTS)
    snapshot, _changes = settled(snapshot)
    key = FINGERPRINTS.key(key_of("", TEXT, date))
    desired = []
    for place in range(WANTED):
        to = number(place)
        identity = (key, FINGERPRINTS.recipient(to))
        equals = snapshot.equals(identity, to, date, TEXT, None)
        desired.append(DesiredMessage(identity, to, next(iter(equals), None)))
    known = {
        message.identity: snapshot.known(snapshot.rows[message.identity])
        for message in desired
        if message.identity in snapshot.rows
    }
    return plan([Want(desired, known, matching(snapshot, Match(name=NAME)))])[0]


def moved(size: int) -> Plan:
    """Move a name's 1,000 messages, among pending messages of others."""
    return planned(tuple(map(record, range(size))), rows(WANTED), NEW)


def moved_whole(size: int) -> Plan:
    """Replace all that is pending, which is the name's, with 1,000 messages."""
    return planned(tuple(map(record, range(size))), rows(size), NEW)


def doubtful(size: int) -> Plan:
    """Look up 1,000 messages by their content, since it is not known whether they were accepted."""
    return planned(tuple(map(record, range(size))), rows(WANTED, State.UNKNOWN), OLD)


def crowded(size: int) -> Plan:
    """Plan messages while everything that is pending goes to one number at one minute."""
    return planned(tuple(record(place, NEW, number(0)) for place in range(size)), [], NEW)


def seconds(call: Callable[[int], Plan], size: int) -> float:
    """Return the shortest time that a call took, in seconds."""
    durations = []
    for _round in range(ROUNDS):
        began = time.perf_counter()
        call(size)
        durations.append(time.perf_counter() - began)
    return min(durations)


def told() -> str:
    """Return the table. Raises RuntimeError when the plans that would be measured are not right."""
    check()
    lines = []
    for call in (moved, moved_whole, doubtful, crowded):
        durations = [seconds(call, size) for size in SIZES]
        steps = zip(durations, durations[1:], SIZES, SIZES[1:], strict=False)
        linear = all(larger / smaller <= SLACK * more / size for smaller, larger, size, more in steps)
        lines.append([(call.__doc__ or "").strip(), *map(milliseconds, durations), "yes" if linear else "no"])
    return table([f"ms to plan {WANTED:,}", *(f"{size:,} pending" for size in SIZES), "no worse than linear"], lines)


def check() -> None:
    """Make sure that each of the four plans is what its name says. Raises RuntimeError."""
    sizes = [
        [len(one.create), len(one.cancel), len(one.keep), len(one.adopt), len(one.doubtful)]
        for one in (moved(10_000), moved_whole(10_000), doubtful(10_000), crowded(10_000))
    ]
    expected = [[WANTED, WANTED, 0, 0, 0], [WANTED, 10_000, 0, 0, 0], [0, 0, WANTED, 0, 0], [WANTED - 1, 0, 0, 1, 0]]
    if sizes != expected:
        raise RuntimeError(f"these are not the plans that were to be measured: {sizes}")
