# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rows after a list: which doubts it removes, and what is remembered of what was cancelled or is gone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._api.pending import PendingRecord
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import GRACE, KEPT, Row, State
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.settle import settled
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.snapshot import Snapshot
from ansible_collections.voip_communications.sms.tests.support.ledger_rows import FINGERPRINTS
from ansible_collections.voip_communications.sms.tests.support.people import ANN, BOB, BULK, OURS
from ansible_collections.voip_communications.sms.tests.support.snapshots import (
    AHEAD,
    D2,
    NOW,
    cancel_of,
    record,
    row,
    snapshot,
)

DOUBT = row(state=State.UNKNOWN, listed=False)
IDENTITY = (DOUBT.key, DOUBT.recipient)
END_OF_GRACE = NOW - 100 + GRACE + 10
"""When absence of ``DOUBT`` begins to count: what is accepted late is listed late, too."""


def rows_after(*known: Row | PendingRecord, now: float = NOW) -> list[Row]:
    """Return the rows of messages, and then those of cancels, after a list."""
    after, _changes = settled(snapshot(*known, now=now))
    return [*after.rows.values(), *after.cancels.values()]


# --- Doubts -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [State.UNKNOWN, State.SENDING])
@pytest.mark.parametrize("sender", [BULK, OURS, ""])
def test_a_listed_message_of_the_same_content_was_accepted(state: State, sender: str) -> None:
    """The service fills in a sender for BULK, so a row without one is any sender's."""
    doubt = DOUBT._replace(state=state, absent_at=NOW - 60)
    found, changes = settled(snapshot(doubt, record("a", sender=sender)))
    after = found.rows[IDENTITY]
    assert (after.state, after.smsids, after.listed, after.owner) == (State.ACCEPTED, ("a",), True, "")
    assert after.absent_at is None
    assert changes == [(doubt, after)]


def test_it_is_found_in_parts_too() -> None:
    found, _changes = settled(snapshot(DOUBT, record("a", text="hel"), record("b", text="lo")))
    assert found.rows[IDENTITY].smsids == ("a", "b")


@pytest.mark.parametrize(
    "other",
    [record("a", to=BOB), record("a", text="hullo"), record("a", date=D2)],
    ids=["another recipient", "another text", "another date"],
)
def test_another_message_answers_nothing(other: PendingRecord) -> None:
    assert settled(snapshot(DOUBT, other)) == (snapshot(DOUBT, other), [])


def test_a_message_with_a_sender_is_not_found_under_another_one() -> None:
    doubt = row(state=State.UNKNOWN, sender=OURS)
    assert settled(snapshot(doubt, record("a")))[1] == []
    assert settled(snapshot(doubt, record("a", sender=OURS)))[1] != []


def test_what_another_row_is_answers_nothing() -> None:
    owner = row("a", sender=BULK)
    assert settled(snapshot(DOUBT, owner, record("a")))[1] == []


def test_what_was_asked_to_be_cancelled_answers_nothing() -> None:
    """It may go at any moment, so it is not what a doubtful creation has made."""
    found, changes = settled(snapshot(DOUBT, cancel_of("a", effect_by=NOW + 60), record("a")))
    assert (found.rows[IDENTITY], changes) == (DOUBT, [])


@pytest.mark.parametrize("known", [row("b", state=State.CANCELLING), row("b", absent_at=NOW)])
def test_what_was_accepted_once_is_not_another_message_of_its_content(known: Row) -> None:
    """Its smsid is known; the date is over, and the list shows a stranger's equal message."""
    assert settled(snapshot(known, record("a"), now=AHEAD))[1] == []


def test_two_doubts_are_not_removed_by_one_message() -> None:
    other = row(state=State.UNKNOWN, sender=BULK)
    found, changes = settled(snapshot(DOUBT, other, record("a")))
    assert len(changes) == 1
    assert [entry.state for entry in found.rows.values()] == [State.ACCEPTED, State.UNKNOWN]


@pytest.mark.parametrize(
    ("asked_at", "now", "is_noted"),
    [
        (END_OF_GRACE - 1, NOW + GRACE, False),
        (END_OF_GRACE, NOW + GRACE, True),
        (END_OF_GRACE - 1, NOW + 3 * GRACE, False),  # the service's clock is ahead
        (END_OF_GRACE, AHEAD - 900, False),  # it may be off the list for its delivery
        (END_OF_GRACE, AHEAD, False),  # its date is over: it may have gone out
    ],
)
def test_two_complete_lists_after_grace_prove_that_it_was_never_accepted(
    asked_at: float, now: float, is_noted: bool
) -> None:
    found, changes = settled(snapshot(DOUBT, now=now, asked_at=asked_at, read_at=asked_at + 1))
    after = found.rows[IDENTITY]
    assert after.absent_at == (asked_at + 1 if is_noted else None)
    assert changes == ([(DOUBT, after)] if is_noted else [])
    early = settled(snapshot(after, now=now, asked_at=asked_at + 10.9))
    assert early[0].rows == {IDENTITY: after} or not is_noted
    later, changes = settled(snapshot(after, now=now, asked_at=asked_at + 11))
    assert (IDENTITY not in later.rows) is (is_noted and now < AHEAD - 900)
    if is_noted:
        assert changes == [(after, None)]


def test_what_the_list_shows_elsewhere_for_that_recipient_keeps_the_doubt() -> None:
    noted = DOUBT._replace(absent_at=NOW)
    for other in (record("a", date=D2), record("a", text="?")):
        assert settled(snapshot(noted, other, now=END_OF_GRACE + 60))[1] == []
    for known in (row("a", date=D2), cancel_of("a", effect_by=END_OF_GRACE + 60)):
        assert IDENTITY not in settled(snapshot(noted, known, record("a", date=D2), now=END_OF_GRACE + 60))[0].rows


def test_a_run_that_is_at_work_keeps_the_doubt() -> None:
    busy = DOUBT._replace(state=State.SENDING, absent_at=NOW, lease_until=END_OF_GRACE + 100)
    assert settled(snapshot(busy, now=END_OF_GRACE + 60))[1] == []
    assert IDENTITY not in settled(snapshot(busy, now=END_OF_GRACE + 100))[0].rows


def test_without_a_list_nothing_changes() -> None:
    rows = DOUBT._replace(absent_at=NOW), row("a", date=D2), cancel_of("b", effect_by=NOW - 60)
    late = snapshot(*rows, now=NOW + 2 * GRACE, no_list=True)
    assert settled(late) == (late, [])


# --- What a list shows ------------------------------------------------------------------------------------------------


def test_what_the_list_shows_for_the_first_time_is_marked_and_absence_is_noted() -> None:
    fresh, old = row("a", listed=False), row("d", to=BOB)
    absent, hidden = row("b", date=D2), row("c", to=BOB, date=D2, listed=False)
    _after, changes = settled(snapshot(fresh, old, absent, hidden, record("a"), record("d", to=BOB)))
    assert changes == [(fresh, fresh._replace(listed=True)), (absent, absent._replace(absent_at=NOW))]
    assert settled(snapshot(absent, now=AHEAD))[1] == []


def test_what_was_judged_gone_is_remembered_by_its_smsids() -> None:
    noted = row("a", "b", absent_at=NOW - 10, name="n")
    after, changes = settled(snapshot(noted))
    (gone,) = after.rows.values()
    assert gone == noted._replace(state=State.CANCELLED, effect_by=NOW)
    assert set(after.cancels) == {"a", "b"}
    for smsid, memory in after.cancels.items():
        assert (memory.key, memory.recipient) == (FINGERPRINTS.cancel_key(smsid), "")
        assert (memory.smsids, memory.state, memory.name) == ((smsid,), State.CANCELLED, "n")
        assert memory.keep_until == max(noted.keep_until, NOW + KEPT)
        assert (None, memory) in changes
    assert len(changes) == 3


def test_what_was_judged_gone_and_is_listed_again_is_pending_again() -> None:
    gone, memory = row("a", state=State.CANCELLED, effect_by=NOW - 10), cancel_of("a", State.CANCELLED)
    after, changes = settled(snapshot(gone, memory, record("a")))
    (revived,) = after.rows.values()
    assert (revived.state, revived.effect_by, after.cancels) == (State.ACCEPTED, None, {})
    assert changes == [(gone, revived), (memory, None)]
    stale = gone._replace(effect_by=NOW - 9)
    assert rows_after(stale, memory, record("a")) == [stale, memory]


# --- Cancels of smsids that no row has --------------------------------------------------------------------------------


def test_the_cancel_of_a_stranger_is_judged_by_itself() -> None:
    cancel = cancel_of("a")
    (noted,) = rows_after(cancel)
    assert noted == cancel._replace(absent_at=NOW)
    (gone,) = rows_after(noted, now=NOW + 10)
    assert (gone.state, gone.effect_by) == (State.CANCELLED, NOW + 10)
    assert rows_after(gone, now=NOW + 20) == [gone]


def test_the_cancel_of_a_stranger_that_had_no_effect_is_forgotten() -> None:
    pending = cancel_of("a", effect_by=NOW - 10)
    assert settled(snapshot(pending, record("a")))[1] == [(pending, None)]
    may_come = cancel_of("a", effect_by=NOW - 9)
    assert rows_after(may_come, record("a")) == [may_come]


def test_the_smsid_of_what_was_replaced_after_it_was_judged_gone_stays_known() -> None:
    """It is this ledger's, so it is surplus where the list shows it again."""
    memory = cancel_of("a", State.CANCELLED, effect_by=NOW - 60)
    successor = row("b")
    assert rows_after(memory, successor, record("a"), record("b")) == [successor, memory]


# --- A cancel goes with the row of its message ------------------------------------------------------------------------


@pytest.mark.parametrize("is_listed", [True, False])
def test_a_cancel_goes_with_its_row(is_listed: bool) -> None:
    """Its own fields do not decide, since the row knows whether a list has ever shown the message."""
    message = row("a", state=State.CANCELLING, effect_by=NOW - 60, absent_at=None if is_listed else NOW - 60)
    cancel = cancel_of("a", effect_by=NOW + 60)
    shown = [record("a")] if is_listed else []
    after, _changes = settled(snapshot(message, cancel, *shown))
    (state,) = (entry.state for entry in after.rows.values())
    assert state is (State.ACCEPTED if is_listed else State.CANCELLED)
    assert [entry.state for entry in after.cancels.values()] == ([] if is_listed else [State.CANCELLED])


def test_a_shared_smsid_is_cancelled_when_it_is_gone_for_all_of_its_recipients() -> None:
    ann, bob = (row("a", to=to, state=State.CANCELLING, absent_at=NOW - 60, effect_by=NOW - 60) for to in (ANN, BOB))
    cancel = cancel_of("a")
    both = settled(snapshot(ann, bob, cancel))[0]
    assert [entry.state for entry in both.cancels.values()] == [State.CANCELLED]
    one = settled(snapshot(ann, bob._replace(absent_at=None), cancel))[0]
    assert [entry.state for entry in one.rows.values()] == [State.CANCELLED, State.CANCELLING]
    assert [entry.state for entry in one.cancels.values()] == [State.CANCELLING]
    none = settled(snapshot(ann, bob, cancel, record("a"), record("a", to=BOB)))[0]
    assert [entry.state for entry in none.rows.values()] == [State.ACCEPTED] * 2
    assert none.cancels == {}


def test_a_second_look_without_news_changes_nothing() -> None:
    before = snapshot(row("a"), row("b", date=D2), cancel_of("c"), record("a"), record("c"))
    after, changes = settled(before)
    assert changes
    again: Snapshot = replace(before, rows=after.rows, cancels=after.cancels)
    assert settled(again)[1] == []
