# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long planning takes, from the records of the list to the plan, for 1,000 wanted messages."""

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
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.plan import DesiredMessage, Plan, plan
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.snapshot import (
    Match,
    Snapshot,
    matching,
)
from ansible_collections.voip_communications.sms.tests.benchmark.tables import milliseconds, table

WANTED = 1_000
SIZES = (1_000, 10_000, 100_000)
ROUNDS = 3
SLACK = 4.0
"""How much more than linear is still taken for linear: garbage collection and caches are no fault of a plan."""

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
    """The rows of a name's messages at the old date, of which the list shows all."""
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


def planned(records: tuple[PendingRecord, ...], known: list[Row], date: str) -> Plan:
    """What one task does between its look and its first request."""
    snapshot = Snapshot(Listing(records), "", {(row.key, row.recipient): row for row in known}, NOW, NOW, FINGERPRINTS)
    snapshot, _changes = snapshot.resolved(list(snapshot.rows))
    snapshot.marked()
    key = FINGERPRINTS.key(key_of("", TEXT, date))
    wishes = []
    for place in range(WANTED):
        to = number(place)
        identity = (key, FINGERPRINTS.recipient(to))
        wishes.append(DesiredMessage(identity, to, snapshot.equal(identity, to, date, TEXT, None)))
    held = {
        wish.identity: snapshot.known(snapshot.rows[wish.identity]) for wish in wishes if wish.identity in snapshot.rows
    }
    return plan(wishes, held, matching(snapshot, Match(name=NAME)))


def moved(size: int) -> Plan:
    """A name's 1,000 messages move, among pending messages of others."""
    return planned(tuple(map(record, range(size))), rows(WANTED), NEW)


def moved_whole(size: int) -> Plan:
    """All that is pending is the name's, and 1,000 messages replace it."""
    return planned(tuple(map(record, range(size))), rows(size), NEW)


def doubtful(size: int) -> Plan:
    """Of 1,000 messages nobody knows whether they were accepted; each is looked up by its content."""
    return planned(tuple(map(record, range(size))), rows(WANTED, State.UNKNOWN), OLD)


def crowded(size: int) -> Plan:
    """Everything that is pending goes to one number at one minute."""
    return planned(tuple(record(place, NEW, number(0)) for place in range(size)), [], NEW)


def seconds(call: Callable[[int], Plan], size: int) -> float:
    """The best of some rounds."""
    found = []
    for _round in range(ROUNDS):
        began = time.perf_counter()
        call(size)
        found.append(time.perf_counter() - began)
    return min(found)


def told() -> str:
    """The table. Raises RuntimeError where what would be measured is not what a plan should be."""
    check()
    rows = []
    for call in (moved, moved_whole, doubtful, crowded):
        taken = [seconds(call, size) for size in SIZES]
        steps = zip(taken, taken[1:], SIZES, SIZES[1:], strict=False)
        linear = all(larger / smaller <= SLACK * more / size for smaller, larger, size, more in steps)
        rows.append([(call.__doc__ or "").strip(), *map(milliseconds, taken), "yes" if linear else "no"])
    return table([f"ms to plan {WANTED:,}", *(f"{size:,} pending" for size in SIZES), "no worse than linear"], rows)


def check() -> None:
    """Each of the four plans what it says."""
    found = [
        [len(each.create), len(each.cancel), len(each.keep), len(each.adopt), len(each.doubtful)]
        for each in (moved(10_000), moved_whole(10_000), doubtful(10_000), crowded(10_000))
    ]
    wanted = [[WANTED, WANTED, 0, 0, 0], [WANTED, 10_000, 0, 0, 0], [0, 0, WANTED, 0, 0], [WANTED - 1, 0, 0, 1, 0]]
    if found != wanted:
        raise RuntimeError(f"these are not the plans that were to be measured: {found}")
