# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The list and the ledger put together: whose message an smsid is, and which doubts a list removes."""

from __future__ import annotations

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._api.pending import PendingRecord
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import GRACE, State
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.plan import ScheduledState
from ansible_collections.voip_communications.sms.tests.support.snapshots import (
    AHEAD,
    ANN,
    BOB,
    BULK,
    D1,
    D2,
    FINGERPRINTS,
    NOW,
    OURS,
    record,
    row,
    snapshot,
)

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
    assert [found.known(entry).to for entry in (ann, bob)] == [f"+{ANN}", f"+{BOB}"]
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
    pending = snapshot(mine, record("a", text="hel"), record("b", text="lo")).known(mine).pending
    assert pending is not None
    assert (pending.text, pending.smsids) == ("hello", ("a", "b"))
    pending = snapshot(row("a"), record("a", text="hel"), record("a", text="lo")).known(row("a")).pending
    assert pending is not None
    assert (pending.text, pending.smsids) == ("hello", ("a",))


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
    assert [entry.state for entry in found.rows.values()] == [State.ACCEPTED, State.UNKNOWN]


@pytest.mark.parametrize(
    ("asked_at", "now", "is_unclaimed"),
    [
        (NOW - 100 + GRACE - 1, NOW + GRACE, False),
        (NOW - 100 + GRACE, NOW + GRACE, True),
        (NOW - 100 + GRACE - 1, NOW + 3 * GRACE, False),  # the service's clock is ahead
        (NOW - 100 + GRACE, AHEAD, False),  # its date is over: it may have gone out
    ],
)
def test_absent_from_a_complete_list_after_grace_it_was_never_accepted(
    asked_at: float, now: float, is_unclaimed: bool
) -> None:
    found, changes = snapshot(DOUBT, now=now, asked_at=asked_at).resolved([IDENTITY])
    assert (IDENTITY not in found.rows) is is_unclaimed
    assert changes == ([(DOUBT, None)] if is_unclaimed else [])


def test_without_a_list_no_doubt_is_removed() -> None:
    late = snapshot(DOUBT, now=NOW + 2 * GRACE, no_list=True)
    assert late.resolved([IDENTITY]) == (late, [])


def test_only_what_is_asked_about_is_resolved_and_only_doubts() -> None:
    known = row("b", to=BOB)
    found, changes = snapshot(DOUBT, known, record("a")).resolved([(known.key, known.recipient), ("no", "body")])
    assert (found.rows[IDENTITY].state, changes) == (State.UNKNOWN, [])


# --- What a list shows ------------------------------------------------------------------------------------------------


def test_what_the_list_shows_for_the_first_time_is_marked_and_what_is_gone_was_cancelled() -> None:
    fresh, gone, hidden, old = row("a", listed=False), row("b", to=BOB), row("c", date=D2, listed=False), row("d")
    assert snapshot(fresh, record("a")).sightings() == [(fresh, fresh._replace(listed=True))]
    assert snapshot(gone).sightings() == [(gone, gone._replace(state=State.CANCELLED))]
    assert snapshot(hidden).sightings() == []
    assert snapshot(old, record("d")).sightings() == []
    assert snapshot(gone, no_list=True).sightings() == []
    assert snapshot(gone, now=AHEAD).sightings() == []
