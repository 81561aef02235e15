# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The planner finds, for any small world, what one finds who goes through all records and rows for every question."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.voip_communications.sms.plugins.module_utils._api.pending import (
    Listing,
    PendingRecord,
    find_all,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import Row, State, key_of
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.match import Match, matching
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.plan import (
    DesiredMessage,
    KnownMessage,
    Want,
    plan,
    unintended_recipients,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.settle import settled
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.snapshot import Snapshot
from ansible_collections.voip_communications.sms.tests.support import plain_planner as plain
from ansible_collections.voip_communications.sms.tests.support.ledger_rows import FINGERPRINTS
from ansible_collections.voip_communications.sms.tests.support.people import ANN, BOB, BULK, OURS
from ansible_collections.voip_communications.sms.tests.support.snapshots import (
    AHEAD,
    D1,
    D2,
    NOW,
    cancel_of,
    record,
    row,
)

LATE = 900.0 + 60.0
"""Seconds after which a doubtful acceptance can no longer come late, counted from what ``row`` returns."""

CARL = "12812345680"
NUMBERS, DATES, SMSIDS, NAMES = (ANN, BOB), (D1, D2), ("a", "b", "c"), ("mine", "theirs")
TEXTS = ("hello", "hel", "lo", "h", "")
"""Whole texts and parts of one."""

STATES = (*State, *(State.ACCEPTED,) * 4)
"""Most messages are pending, and any may be a surprise."""

records = st.builds(
    record,
    st.sampled_from(SMSIDS),
    st.sampled_from((*NUMBERS, CARL)),
    st.sampled_from(TEXTS),
    st.sampled_from(DATES),
    st.sampled_from((BULK, OURS)),
)
moments = st.sampled_from((None, NOW - 60, NOW))


@st.composite
def rows(draw: st.DrawFn) -> Row:
    """Return a message of the ledger in any state, with any smsids, which may be those of other messages, too."""
    smsids = draw(st.lists(st.sampled_from(SMSIDS), max_size=2).map(tuple))
    entry = row(*smsids, state=draw(st.sampled_from(STATES)), to=draw(st.sampled_from(NUMBERS)), date=draw(dates))
    return entry._replace(
        name=draw(st.sampled_from(NAMES)),
        listed=draw(st.booleans()),
        absent_at=draw(st.none() | moments),
        effect_by=draw(moments),
        confirmed=draw(st.booleans()),
        delivers_at=draw(st.sampled_from((AHEAD, NOW + 60, NOW - 60))),
        lease_until=draw(st.sampled_from((NOW - 50, NOW + 5000))),
        smsids=smsids if entry.state not in (State.SENDING, State.UNKNOWN) else (),
    )


dates = st.sampled_from(DATES)


@st.composite
def cancels(draw: st.DrawFn) -> Row:
    """Return a claimed cancel, or what is known to be gone, by its smsid."""
    state = draw(st.sampled_from((State.CANCELLING, State.CANCELLED)))
    return cancel_of(
        draw(st.sampled_from(SMSIDS)), state, effect_by=draw(moments), absent_at=draw(moments),
        name=draw(st.sampled_from(NAMES)), confirmed=draw(st.booleans()), listed=draw(st.booleans()),
    )  # fmt: skip


@st.composite
def snapshots(draw: st.DrawFn) -> Snapshot:
    """Return a list of some records, or none, and a ledger of some rows and cancels, at one moment."""
    entries = draw(st.lists(rows(), max_size=4))
    claimed = draw(st.lists(cancels(), max_size=2))
    listing = Listing(tuple(draw(st.lists(records, max_size=5)))) if draw(st.integers(0, 5)) else None
    now = NOW + draw(st.sampled_from((0.0, LATE)))
    return Snapshot(
        listing, "", {(entry.key, entry.recipient): entry for entry in entries}, now, now, now, FINGERPRINTS,
        {cancel.smsids[0]: cancel for cancel in claimed},
    )  # fmt: skip


class Task:
    """A name, and the messages that shall be pending for it at one date."""

    def __init__(self, name: str, to: Sequence[str], date: str) -> None:
        self.name, self.to, self.date = name, to, date

    def __repr__(self) -> str:
        return f"Task({self.name!r}, {self.to!r}, {self.date!r})"

    def want(self, snapshot: Snapshot) -> Want:
        """Return what the task wants and what exists, as the planner finds it."""
        desired = [self._desired(snapshot, to) for to in self.to]
        identities = [one.identity for one in desired if one.identity in snapshot.rows]
        known = {identity: snapshot.known(snapshot.rows[identity]) for identity in identities}
        return Want(desired, known, matching(snapshot, Match(name=self.name)))

    def plain_want(self, snapshot: Snapshot) -> Want:
        """Return the same, as ``plain_planner`` finds it."""
        desired = []
        for to in self.to:
            identity = (FINGERPRINTS.key(key_of("", "hello", self.date)), FINGERPRINTS.recipient(to))
            equals = plain.equals(snapshot, identity, to, self.date, "hello")
            desired.append(DesiredMessage(identity, to, equals[0] if equals else None))
        identities = [one.identity for one in desired if one.identity in snapshot.rows]
        known = {identity: plain.known(snapshot, snapshot.rows[identity]) for identity in identities}
        return Want(desired, known, plain.of_name(snapshot, self.name))

    def _desired(self, snapshot: Snapshot, to: str) -> DesiredMessage:
        identity = (FINGERPRINTS.key(key_of("", "hello", self.date)), FINGERPRINTS.recipient(to))
        equals = snapshot.equals(identity, to, self.date, "hello", None)
        return DesiredMessage(identity, to, next(iter(equals), None))


tasks = st.builds(Task, st.sampled_from(NAMES), st.lists(st.sampled_from(NUMBERS), unique=True).map(tuple), dates)


@settings(max_examples=1000)
@given(snapshots())
def test_a_list_settles_a_ledger_as_row_by_row(snapshot: Snapshot) -> None:
    after, changes = settled(snapshot)
    expected, expected_changes = plain.settled(snapshot)
    assert dict(after.rows) == dict(expected.rows)
    assert list(after.rows) == list(expected.rows)
    assert dict(after.cancels) == dict(expected.cancels)
    assert changes == expected_changes


@settings(max_examples=1000)
@given(snapshots(), st.lists(tasks, min_size=1, max_size=3))
def test_tasks_are_planned_as_message_by_message(snapshot: Snapshot, some: list[Task]) -> None:
    snapshot, _changes = settled(snapshot)
    wants, expected = ([task.want(snapshot) for task in some], [task.plain_want(snapshot) for task in some])
    assert wants == expected
    assert plan(wants) == plain.planned(expected)


@settings(max_examples=500)
@given(st.lists(records, max_size=8), st.sampled_from(TEXTS), st.sampled_from((None, BULK)))
def test_every_equal_message_is_found_as_one_by_one(some: list[PendingRecord], text: str, sender: str | None) -> None:
    group = [one for one in some if (one.to, one.date) == (ANN, D1)]
    candidates = [one for one in group if sender in (None, one.sender)]
    assert find_all(group, text, sender) == plain.find_all(candidates, text, sender)


@settings(max_examples=500)
@given(snapshots(), st.frozensets(st.sampled_from(SMSIDS), min_size=1))
def test_whoever_would_lose_a_message_is_named(snapshot: Snapshot, smsids: frozenset[str]) -> None:
    cancel: list[KnownMessage] = [
        one for one in map(snapshot.known, snapshot.rows.values()) if not smsids.isdisjoint(one.smsids)
    ]
    listing = snapshot.listing or Listing(())
    meant = {(smsid, one.pending.to) for one in cancel if one.pending for smsid in one.smsids}
    going = {smsid for one in cancel for smsid in one.smsids}
    losing = {(one.smsid, one.to) for one in listing.records if one.smsid in going} - meant
    found = unintended_recipients(cancel, listing.carried)
    assert {(smsid, to) for smsid, recipients in found.items() for to in recipients} == losing
    assert all(found.values())
