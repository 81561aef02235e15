# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The list and the ledger put together: whose message an smsid is."""

from __future__ import annotations

from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.plan import ScheduledState
from ansible_collections.voip_communications.sms.tests.support.ledger_rows import FINGERPRINTS
from ansible_collections.voip_communications.sms.tests.support.people import ANN, ANNA, BEN, BOB, OURS
from ansible_collections.voip_communications.sms.tests.support.snapshots import D1, D2, record, row, snapshot

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
    assert [found.known(entry).to for entry in (ann, bob)] == [ANNA, BEN]
    alone = snapshot(ann, record("a"), record("a", to=BOB))
    assert alone.owner("a", BOB) is None
    identity = (ann.key, FINGERPRINTS.recipient(BOB))
    assert alone.equals(identity, BOB, D1, "hello", None)


def test_one_of_two_who_share_an_smsid_may_be_gone() -> None:
    ann, bob, carl = row("a"), row("a", to=BOB), "12812345680"
    found = snapshot(ann, bob, record("a"), record("a", to=carl))
    assert found.known(ann).scheduled_state is ScheduledState.LISTED
    assert found.known(bob).scheduled_state is ScheduledState.MISSING


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
    assert snapshot(other, record("a")).equals(identity, ANN, D1, "hello", None) == []
    assert len(snapshot(record("a"), record("b")).equals(identity, ANN, D1, "hello", None)) == 2
    assert snapshot(record("a")).equals(identity, ANN, D1, "hello", OURS) == []
    assert snapshot(record("a", sender=OURS)).equals(identity, ANN, D1, "hello", OURS)
