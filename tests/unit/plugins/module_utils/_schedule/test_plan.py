# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The state of a row's message, and what no plan may ever do, for any desired messages, rows and lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.voip_communications.sms.plugins.module_utils._api.pending import (
    Listing,
    Pending,
    PendingRecord,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import (
    Fingerprints,
    Row,
    State,
    key_of,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.match import Match, matching
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.plan import (
    DesiredMessage,
    Identity,
    KnownMessage,
    Plan,
    ScheduledState,
    Want,
    plan,
    scheduled_state,
    unintended_recipients,
    wanted_recipients_of,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.proof import USUAL_GRACES, Reading
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.settle import settled
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.snapshot import Snapshot

NOW = 1_000_000.0
AHEAD, OVER = NOW + 3600, NOW - 3600
FINGERPRINTS = Fingerprints.of("test", "")
NUMBERS = ("12810000001", "12810000002", "12810000003")
DATES = {"2026-12-01 15:00": AHEAD, "2026-12-02 15:00": AHEAD + 86400, "2026-11-01 15:00": OVER}
TEXTS = ("one", "two")
NAMES = ("", "mine", "theirs")


def row(
    state: State = State.ACCEPTED,
    *,
    to: str = NUMBERS[0],
    text: str = "one",
    date: str = "2026-12-01 15:00",
    name: str = "",
    smsids: tuple[str, ...] = ("a",),
    listed: bool = True,
) -> Row:
    return Row(
        key=FINGERPRINTS.key(key_of("", text, date)),
        recipient=FINGERPRINTS.recipient(to),
        masked=f"+*{to[-2:]}",
        label="",
        content="",
        state=state,
        attempt=1,
        owner="run",
        origin="host:1",
        claimed_at=NOW - 100,
        first_byte_by=NOW - 10,
        lease_until=NOW + 30,
        keep_until=NOW + 1e6,
        smsids=smsids,
        name=FINGERPRINTS.name(name) if name else "",
        date=date,
        delivers_at=DATES[date],
        listed=listed,
    )


def listing_of(*smsids: str) -> Listing:
    return Listing(tuple(PendingRecord(smsid, NUMBERS[0], "", "one", "2026-12-01 15:00") for smsid in smsids))


# --- What a row's message is ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entry", "listing", "expected"),
    [
        (row(), listing_of("a"), ScheduledState.LISTED),
        (row(listed=False), listing_of("a"), ScheduledState.LISTED),
        (row(smsids=("x", "a")), listing_of("a"), ScheduledState.LISTED),
        (row(date="2026-11-01 15:00"), listing_of("a"), ScheduledState.LISTED),
        (row(date="2026-11-01 15:00"), listing_of(), ScheduledState.DELIVERED),
        (row(date="2026-11-01 15:00"), None, ScheduledState.DELIVERED),
        (row(), listing_of("b"), ScheduledState.MISSING),
        (row()._replace(delivers_at=NOW + 900), listing_of("b"), ScheduledState.UNLISTED),
        (row()._replace(delivers_at=NOW + 900, absent_at=NOW - 99), listing_of("b"), ScheduledState.MISSING),
        (row(date="2026-11-01 15:00")._replace(absent_at=NOW - 5000), listing_of(), ScheduledState.LAPSED),
        (row(State.CANCELLING), listing_of("a"), ScheduledState.CANCELLING),
        (row(State.CANCELLING), listing_of("b"), ScheduledState.CANCELLING),
        (row(State.CANCELLING), None, ScheduledState.CANCELLING),
        (row(State.CANCELLING, date="2026-11-01 15:00"), listing_of(), ScheduledState.LAPSED),
        (row(), None, ScheduledState.UNLISTED),
        (row(listed=False), listing_of(), ScheduledState.UNLISTED),
        (row(State.REFUSED), listing_of("a"), ScheduledState.INACTIVE),
        (row(State.CANCELLED), listing_of("a"), ScheduledState.INACTIVE),
        (row(State.CANCELLED)._replace(effect_by=NOW - 9), listing_of("a"), ScheduledState.CANCELLING),
        (row(State.CANCELLED)._replace(effect_by=NOW - 9), listing_of("b"), ScheduledState.INACTIVE),
        (row(State.CANCELLED)._replace(effect_by=NOW - 9, recipient=""), listing_of("a"), ScheduledState.CANCELLING),
        (row(State.CANCELLED)._replace(effect_by=NOW - 10, recipient=""), listing_of("a"), ScheduledState.LISTED),
        (row(State.UNKNOWN), listing_of("a"), ScheduledState.DOUBTFUL),
        (row(State.SENDING), None, ScheduledState.DOUBTFUL),
        (row(State.UNKNOWN, date="2026-11-01 15:00"), None, ScheduledState.LAPSED),
    ],
)
def test_what_a_rows_message_is_now(entry: Row, listing: Listing | None, expected: ScheduledState) -> None:
    smsids = listing.smsids if listing else frozenset[str]()
    reading = Reading(asked_at=NOW, read_at=NOW, now=NOW, graces=USUAL_GRACES)
    is_listed = not smsids.isdisjoint(entry.smsids)
    state = scheduled_state(entry, entry.delivers_at, reading, has_list=listing is not None, is_listed=is_listed)
    assert state is expected


@pytest.mark.parametrize(
    ("known", "words"),
    [
        (
            KnownMessage(ScheduledState.LISTED, ("a",), None, Pending("1281", "", "one", "D", ("a",))),
            ("+1281", "one", "D"),
        ),
        (KnownMessage(ScheduledState.UNLISTED, ("a",), row(), None), ("+*01", None, "2026-12-01 15:00")),
        (KnownMessage(ScheduledState.LISTED, ("a",)), ("", None, None)),
    ],
)
def test_a_known_message_as_people_read_it(known: KnownMessage, words: tuple[str | None, ...]) -> None:
    assert (known.to, known.text, known.date) == words


# --- Shared smsids ----------------------------------------------------------------------------------------------------


def test_an_smsid_that_carries_others_is_shared() -> None:
    meant = KnownMessage(ScheduledState.LISTED, ("a",), None, Pending("1", "", "one", "D", ("a",)))
    other = KnownMessage(ScheduledState.LISTED, ("a",), None, Pending("2", "", "one", "D", ("a",)))

    def carried(smsid: str) -> frozenset[str]:
        return {"a": frozenset({"1", "2"}), "b": frozenset({"3"})}.get(smsid, frozenset())

    assert unintended_recipients([meant], carried) == {"a": {"2"}}
    assert unintended_recipients([meant, other], carried) == {}
    assert unintended_recipients([], carried) == {}
    assert unintended_recipients([meant._replace(smsids=("gone",))], carried) == {}


def test_a_wanted_message_that_would_go_with_a_shared_smsid_is_named() -> None:
    kept = (DesiredMessage(("key", "ann"), "1"), KnownMessage(ScheduledState.LISTED, ("a",), row(smsids=("a",))))
    adopted = DesiredMessage(("key", "carl"), "3", Pending("3", "", "one", "D", ("b",)))
    planned = Plan(keep=(kept,), adopt=(adopted,))
    assert wanted_recipients_of(planned, {"a": frozenset({"1", "2"}), "b": frozenset({"3"})}) == ["1", "3"]
    assert wanted_recipients_of(planned, {"c": frozenset({"1", "3"})}) == []


# --- For any world: what no plan may ever do --------------------------------------------------------------------------


@dataclass(frozen=True)
class World:
    """A service and a ledger as a plan sees them; carrying a plan out gives the next world."""

    records: tuple[PendingRecord, ...]
    rows: Mapping[Identity, Row]
    has_list: bool = True

    def snapshot(self) -> Snapshot:
        listing = Listing(self.records) if self.has_list else None
        snapshot, _changes = settled(Snapshot(listing, "", self.rows, NOW, NOW, NOW, FINGERPRINTS))
        return snapshot


@dataclass(frozen=True)
class Desired:
    """A name (empty: none), and what shall be pending."""

    name: str
    to: tuple[str, ...]
    text: str
    date: str


def planned(world: World, task: Desired) -> tuple[Snapshot, list[DesiredMessage], Plan]:
    snapshot = world.snapshot()
    key = FINGERPRINTS.key(key_of("", task.text, task.date))
    desired = []
    for to in task.to:
        identity = (key, FINGERPRINTS.recipient(to))
        equals = snapshot.equals(identity, to, task.date, task.text, None)
        desired.append(DesiredMessage(identity, to, next(iter(equals), None)))
    known = {
        message.identity: snapshot.known(snapshot.rows[message.identity])
        for message in desired
        if message.identity in snapshot.rows
    }
    others = matching(snapshot, Match(name=FINGERPRINTS.name(task.name))) if task.name else []
    return snapshot, desired, plan([Want(desired, known, others)])[0]


def carried_out(world: World, task: Desired) -> World:
    """Return the world after a plan: created, adopted, given the name, cancelled."""
    snapshot, _desired, found = planned(world, task)
    if found.doubtful:
        return replace(world, rows=snapshot.rows)
    rows, records = dict(snapshot.rows), list(world.records)
    for number, message in enumerate(found.create):
        smsid = f"new{number}-{len(records)}"
        records.append(PendingRecord(smsid, message.to, "BULK", task.text, task.date))
        rows[message.identity] = row(
            to=message.to, text=task.text, date=task.date, name=task.name, smsids=(smsid,), listed=False
        )
    for message in found.adopt:
        smsids = message.pending.smsids if message.pending else ()
        rows[message.identity] = row(to=message.to, text=task.text, date=task.date, name=task.name, smsids=smsids)
    for message, known in found.keep:
        if task.name and known.row is not None and not known.row.name:
            rows[message.identity] = known.row._replace(name=FINGERPRINTS.name(task.name))
    for known in found.cancel:
        if known.row is not None:
            identity = known.row.key, known.row.recipient
            rows[identity] = known.row._replace(state=State.CANCELLING, effect_by=NOW, confirmed=True)
    gone = {smsid for message in found.cancel for smsid in message.smsids}
    records = [record for record in records if record.smsid not in gone]
    return World(tuple(records), rows, world.has_list)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Up to six rows in any state, and a list that shows some of their messages, and some of nobody."""
    rows: dict[Identity, Row] = {}
    records: list[PendingRecord] = []
    for number in range(draw(st.integers(0, 6))):
        to, text, date = (draw(st.sampled_from(choices)) for choices in (NUMBERS, TEXTS, tuple(DATES)))
        state, is_listed = draw(st.sampled_from(tuple(State))), draw(st.booleans())
        smsid, is_stranger = f"s{number}", draw(st.booleans())
        if is_listed:
            records.append(PendingRecord(smsid, to, "BULK", text, date))
        if not is_stranger:
            is_cancelled = state in (State.CANCELLING, State.CANCELLED)
            smsids = (smsid,) if is_cancelled or state is State.ACCEPTED else ()
            entry = row(
                state, to=to, text=text, date=date, name=draw(st.sampled_from(NAMES)), smsids=smsids,
                listed=draw(st.booleans()),
            )  # fmt: skip
            if is_cancelled:
                entry = entry._replace(effect_by=draw(st.sampled_from((NOW - 10, NOW))), confirmed=draw(st.booleans()))
            rows[entry.key, entry.recipient] = entry
    return World(tuple(records), rows, draw(st.booleans()))


TASKS = st.builds(
    Desired,
    name=st.sampled_from(("", "mine")),
    to=st.lists(st.sampled_from(NUMBERS), min_size=1, max_size=3, unique=True).map(tuple),
    text=st.sampled_from(TEXTS),
    date=st.sampled_from(tuple(DATES)),
)


@settings(max_examples=500)
@given(worlds(), TASKS)
def test_no_plan_leaves_a_wanted_message_neither_pending_nor_created(world: World, task: Desired) -> None:
    _snapshot, desired, found = planned(world, task)
    doubtful = {(known.row.key, known.row.recipient) for known in found.doubtful if known.row is not None}
    answered = [*found.create, *found.adopt, *(message for message, _known in found.keep)]
    assert len(answered) == len({message.identity for message in answered})
    assert {message.identity for message in desired} == {message.identity for message in answered} | (
        doubtful & {message.identity for message in desired}
    )
    going = {smsid for known in found.cancel for smsid in known.smsids}
    for message in found.adopt:
        assert message.pending is not None
        assert not going & set(message.pending.smsids)
    for _message, known in found.keep:
        assert known.scheduled_state in (ScheduledState.LISTED, ScheduledState.UNLISTED, ScheduledState.DELIVERED)
        assert not going & set(known.smsids)


@settings(max_examples=500)
@given(worlds(), TASKS)
def test_no_plan_cancels_a_message_outside_the_name(world: World, task: Desired) -> None:
    _snapshot, desired, found = planned(world, task)
    wanted = {message.identity for message in desired}
    for known in found.cancel:
        assert known.row is not None
        assert task.name
        assert known.row.name == FINGERPRINTS.name(task.name)
        assert (known.row.key, known.row.recipient) not in wanted


@settings(max_examples=500)
@given(
    worlds(),
    st.builds(
        lambda smsids: Match(smsids=smsids),
        smsids=st.none() | st.lists(st.sampled_from(("s0", "s1", "s2")), min_size=1, unique=True).map(tuple),
    )
    | st.builds(
        lambda to, text, date: Match(to=to, text=text, date=date),
        to=st.none() | st.frozensets(st.sampled_from(NUMBERS), min_size=1),
        text=st.none() | st.sampled_from(TEXTS),
        date=st.none() | st.sampled_from(tuple(DATES)),
    ),
)
def test_no_plan_cancels_a_message_outside_the_match(world: World, match: Match) -> None:
    snapshot = world.snapshot()
    for known in plan([Want(others=matching(snapshot, match))])[0].cancel:
        recipients = None if match.to is None else {FINGERPRINTS.recipient(to) for to in match.to}
        if match.smsids is not None:
            assert set(known.smsids) & set(match.smsids)
        if known.row is not None:
            assert recipients is None or known.row.recipient in recipients
            assert match.date in (None, known.row.date)
            expected = FINGERPRINTS.key(key_of("", match.text or "", known.row.date or ""))
            assert match.text is None or known.row.key == expected
        else:
            assert known.pending is not None
            assert match.to is None or known.pending.to in match.to
            assert match.date in (None, known.pending.date)
            assert match.text in (None, known.pending.text)


@settings(max_examples=500)
@given(worlds(), TASKS)
def test_a_second_plan_after_carrying_out_the_first_is_empty(world: World, task: Desired) -> None:
    after = carried_out(world, task)
    _snapshot, _desired, again = planned(after, task)
    if again.doubtful:  # nothing was carried out
        return
    assert (again.create, again.adopt) == ((), ())
    assert again.cancel == ()


@settings(max_examples=300)
@given(worlds(), TASKS)
def test_while_anything_of_the_name_is_doubtful_the_plan_says_so(world: World, task: Desired) -> None:
    snapshot, desired, found = planned(world, task)
    mine = {message.identity for message in desired}
    may_be_pending = {ScheduledState.DOUBTFUL, ScheduledState.MISSING}
    states = {identity: snapshot.known(entry).scheduled_state for identity, entry in snapshot.rows.items()}
    doubtful = {
        identity
        for identity, state in states.items()
        if (identity in mine and state in may_be_pending | {ScheduledState.LAPSED, ScheduledState.CANCELLING})
        or (task.name and snapshot.rows[identity].name == FINGERPRINTS.name(task.name) and state in may_be_pending)
    }
    assert {(known.row.key, known.row.recipient) for known in found.doubtful if known.row} == doubtful
