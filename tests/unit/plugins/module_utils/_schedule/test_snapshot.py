# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The list and the ledger put together: whose message an smsid is, which doubts a list removes, and what matches."""

from __future__ import annotations

from typing import Any, Optional

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._api.pending import Listing, PendingRecord
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import (
    GRACE,
    Fingerprints,
    Row,
    State,
    key_of,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.plan import ScheduledState
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.snapshot import (
    Match,
    Snapshot,
    matching,
)

ANN, BOB = "12812345678", "12812345679"
BULK, OURS = "17130000000", "17134567890"
D1, D2 = "2026-12-01 15:00", "2026-12-02 15:00"
NOW, AHEAD = 1_000_000.0, 2_000_000.0
FINGERPRINTS = Fingerprints.of("test", "")


def row(
    *smsids: str,
    state: State = State.ACCEPTED,
    to: str = ANN,
    text: str = "hello",
    date: str = D1,
    sender: str = "",
    **other: Any,
) -> Row:
    defaults: dict[str, Any] = {"delivers_at": AHEAD, "listed": True, "name": "", **other}
    return Row(
        key=FINGERPRINTS.key(key_of(sender, text, date)),
        recipient=FINGERPRINTS.recipient(to),
        masked="+1*",
        label="",
        content="",
        state=state,
        attempt=1,
        owner="run",
        origin="host:1",
        claimed_at=NOW - 1000,
        first_byte_by=NOW - 100,
        lease_until=NOW - 50,
        keep_until=AHEAD,
        smsids=smsids,
        date=date,
        **defaults,
    )


def record(smsid: str, to: str = ANN, text: str = "hello", date: str = D1, sender: str = BULK) -> PendingRecord:
    return PendingRecord(smsid, to, sender, text, date)


def snapshot(
    *known: Row | PendingRecord, now: float = NOW, asked_at: Optional[float] = None, no_list: bool = False
) -> Snapshot:
    records = tuple(entry for entry in known if isinstance(entry, PendingRecord))
    rows = {(entry.key, entry.recipient): entry for entry in known if isinstance(entry, Row)}
    found = None if no_list else Listing(records)
    return Snapshot(found, "", rows, now, now if asked_at is None else asked_at, FINGERPRINTS)


# --- Whose message an smsid is ----------------------------------------------------------------------------------------


def test_an_smsid_of_the_ledger_is_its_message_whatever_the_list_says_of_it() -> None:
    mine = row("a")
    found = snapshot(mine, record("a", to=BOB, text="?", date=D2))
    assert found.owner("a", BOB) == (mine.key, mine.recipient)
    assert found.known(mine).scheduled_state is ScheduledState.LISTED


def test_recipients_who_share_an_smsid_are_told_apart() -> None:
    ann, bob = row("a"), row("a", to=BOB)
    found = snapshot(ann, bob, record("a"), record("a", to=BOB))
    assert found.owner("a", ANN) == (ann.key, ann.recipient)
    assert found.owner("a", BOB) == (bob.key, bob.recipient)
    assert [found.known(each).to for each in (ann, bob)] == [f"+{ANN}", f"+{BOB}"]
    alone = snapshot(ann, record("a"), record("a", to=BOB))
    assert alone.owner("a", BOB) is None
    identity = (ann.key, FINGERPRINTS.recipient(BOB))
    assert alone.equal(identity, BOB, D1, "hello", None) is not None


def test_one_of_two_who_share_an_smsid_may_be_gone() -> None:
    ann, bob, carl = row("a"), row("a", to=BOB), "12812345680"
    found = snapshot(ann, bob, record("a"), record("a", to=carl))
    assert found.known(ann).scheduled_state is ScheduledState.LISTED
    assert found.known(bob).scheduled_state is ScheduledState.GONE


def test_the_parts_of_a_message_are_put_together() -> None:
    mine = row("a", "b")
    seen = snapshot(mine, record("a", text="hel"), record("b", text="lo")).known(mine).seen
    assert seen is not None
    assert (seen.text, seen.smsids) == ("hello", ("a", "b"))
    seen = snapshot(row("a"), record("a", text="hel"), record("a", text="lo")).known(row("a")).seen
    assert seen is not None
    assert (seen.text, seen.smsids) == ("hello", ("a",))


def test_a_message_of_which_one_part_waits_is_listed() -> None:
    assert snapshot(row("a", "b"), record("b")).known(row("a", "b")).scheduled_state is ScheduledState.LISTED


def test_what_the_ledger_knows_to_be_another_message_is_no_equal_one() -> None:
    other = row("a", text="another", date=D2)
    identity = (row().key, row().recipient)
    assert snapshot(other, record("a")).equal(identity, ANN, D1, "hello", None) is None
    assert snapshot(record("a")).equal(identity, ANN, D1, "hello", None) is not None
    assert snapshot(record("a")).equal(identity, ANN, D1, "hello", OURS) is None
    assert snapshot(record("a", sender=OURS)).equal(identity, ANN, D1, "hello", OURS) is not None


# --- Doubts -----------------------------------------------------------------------------------------------------------

DOUBT = row(state=State.UNKNOWN, listed=False)
IDENTITY = (DOUBT.key, DOUBT.recipient)


@pytest.mark.parametrize("state", [State.UNKNOWN, State.SENDING])
@pytest.mark.parametrize("sender", [BULK, OURS, ""])
def test_a_listed_message_of_the_same_content_was_accepted(state: State, sender: str) -> None:
    """The service fills in a sender for BULK, so a row without one is any sender's."""
    doubt = DOUBT._replace(state=state)
    found, changes = snapshot(doubt, record("a", sender=sender)).resolved([IDENTITY])
    after = found.rows[IDENTITY]
    assert (after.state, after.smsids, after.listed) == (State.ACCEPTED, ("a",), True)
    assert changes == [(doubt, after)]


def test_it_is_found_in_parts_too() -> None:
    found, _changes = snapshot(DOUBT, record("a", text="hel"), record("b", text="lo")).resolved([IDENTITY])
    assert found.rows[IDENTITY].smsids == ("a", "b")


@pytest.mark.parametrize(
    "other",
    [record("a", to=BOB), record("a", text="hullo"), record("a", date=D2)],
    ids=["another recipient", "another text", "another date"],
)
def test_another_message_answers_nothing(other: PendingRecord) -> None:
    assert snapshot(DOUBT, other).resolved([IDENTITY]) == (snapshot(DOUBT, other), [])


def test_a_message_with_a_sender_is_not_found_under_another_one() -> None:
    doubt = row(state=State.UNKNOWN, sender=OURS)
    identity = (doubt.key, doubt.recipient)
    assert snapshot(doubt, record("a")).resolved([identity])[1] == []
    assert snapshot(doubt, record("a", sender=OURS)).resolved([identity])[1] != []


def test_what_another_row_is_answers_nothing() -> None:
    owner = row("a", sender=BULK)
    assert snapshot(DOUBT, owner, record("a")).resolved([IDENTITY])[1] == []


def test_two_doubts_are_not_removed_by_one_message() -> None:
    other = row(state=State.UNKNOWN, sender=BULK)
    found, changes = snapshot(DOUBT, other, record("a")).resolved([IDENTITY, (other.key, other.recipient)])
    assert len(changes) == 1
    assert [each.state for each in found.rows.values()] == [State.ACCEPTED, State.UNKNOWN]


@pytest.mark.parametrize(
    ("asked_at", "now", "is_free"),
    [
        (NOW - 100 + GRACE - 1, NOW + GRACE, False),
        (NOW - 100 + GRACE, NOW + GRACE, True),
        (NOW - 100 + GRACE - 1, NOW + 3 * GRACE, False),  # the service's clock is ahead
        (NOW - 100 + GRACE, AHEAD, False),  # its date is over: it may have gone out
    ],
)
def test_absent_from_a_complete_list_after_grace_it_was_never_accepted(
    asked_at: float, now: float, is_free: bool
) -> None:
    found, changes = snapshot(DOUBT, now=now, asked_at=asked_at).resolved([IDENTITY])
    assert (IDENTITY not in found.rows) is is_free
    assert changes == ([(DOUBT, None)] if is_free else [])


def test_without_a_list_no_doubt_is_removed() -> None:
    late = snapshot(DOUBT, now=NOW + 2 * GRACE, no_list=True)
    assert late.resolved([IDENTITY]) == (late, [])


def test_only_what_is_asked_about_is_resolved_and_only_doubts() -> None:
    known = row("b", to=BOB)
    found, changes = snapshot(DOUBT, known, record("a")).resolved([(known.key, known.recipient), ("no", "body")])
    assert (found.rows[IDENTITY].state, changes) == (State.UNKNOWN, [])


# --- What a look teaches ----------------------------------------------------------------------------------------------


def test_what_the_list_shows_for_the_first_time_is_marked_and_what_is_gone_was_cancelled() -> None:
    fresh, gone, hidden, old = row("a", listed=False), row("b", to=BOB), row("c", date=D2, listed=False), row("d")
    assert snapshot(fresh, record("a")).marked() == [(fresh, fresh._replace(listed=True))]
    assert snapshot(gone).marked() == [(gone, gone._replace(state=State.CANCELLED))]
    assert snapshot(hidden).marked() == []
    assert snapshot(old, record("d")).marked() == []
    assert snapshot(gone, no_list=True).marked() == []
    assert snapshot(gone, now=AHEAD).marked() == []


# --- What matches -----------------------------------------------------------------------------------------------------


def matched(match: Match, *known: Row | PendingRecord) -> list[tuple[str, ...]]:
    return [held.smsids for held in matching(snapshot(*known), match)]


def test_a_message_matches_once() -> None:
    assert matched(Match(to=frozenset({ANN})), row("a"), record("a")) == [("a",)]
    assert matched(Match(smsids=("a", "b")), row("a", "b"), record("a"), record("b")) == [("a", "b")]


def test_nothing_given_is_everything() -> None:
    assert matched(Match(), row("a"), record("a"), record("b", to=BOB)) == [("a",), ("b",)]


def test_a_name_matches_its_rows_and_nothing_else() -> None:
    mine, other = row("a", name="n"), row("b", to=BOB, name="m")
    assert matched(Match(name="n"), mine, other, record("a"), record("b", to=BOB), record("c")) == [("a",)]


def test_records_of_strangers_stand_for_themselves_unless_they_share_an_smsid() -> None:
    parts = record("a", text="hel"), record("b", text="lo")
    assert matched(Match(to=frozenset({ANN})), *parts) == [("a",), ("b",)]
    assert matched(Match(text="hello"), *parts) == [("a", "b")]
    shared = record("a", text="hel"), record("a", text="lo")
    assert matched(Match(to=frozenset({ANN})), *shared) == [("a",)]


def test_the_same_text_twice_is_two_messages() -> None:
    assert matched(Match(text="hello"), record("a"), record("b")) == [("a",), ("b",)]


def test_an_unlisted_row_matches_as_far_as_fingerprints_tell() -> None:
    mine = row("a", listed=False)
    for match in (Match(to=frozenset({ANN})), Match(text="hello"), Match(date=D1), Match(text="hello", date=D1)):
        assert matched(match, mine) == [("a",)]
    for match in (Match(to=frozenset({BOB})), Match(text="?"), Match(date=D2), Match(sender=OURS)):
        assert matched(match, mine) == []
    assert matched(Match(sender=OURS, text="hello"), row("a", sender=OURS)) == [("a",)]


@pytest.mark.parametrize("match", [Match(date=D2), Match(text="changed"), Match(text="changed", date=D2)])
def test_of_a_known_message_the_ledgers_date_and_text_count(match: Match) -> None:
    changed = record("a", text="changed", date=D2)
    assert matched(match, row("a"), changed) == []
    assert matched(Match(date=D1, text="hello"), row("a"), changed) == [("a",)]
    assert matched(match, changed) == [("a",)]
