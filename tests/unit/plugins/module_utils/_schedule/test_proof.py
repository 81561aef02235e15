# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What one complete list proves about one message, and when the next list can prove more."""

from __future__ import annotations

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import GRACE, Row, State
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.proof import (
    Graces,
    Reading,
    counts,
    decided_at,
    is_second,
    next_look_at,
    seen,
    unseen,
)
from ansible_collections.voip_communications.sms.tests.support.snapshots import AHEAD, NOW, row

GRACES = Graces(list_grace=10.0, cancel_grace=10.0, handover=900.0)
CANCELS = (State.CANCELLING, State.CANCELLED)


def reading(asked_at: float = NOW, read_at: float | None = None, now: float | None = None) -> Reading:
    read_at = asked_at if read_at is None else read_at
    return Reading(asked_at, read_at, read_at if now is None else now, GRACES)


def gone(entry: Row, moment: Reading) -> Row:
    return unseen(entry, entry.delivers_at, moment)


# --- Absence ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [State.ACCEPTED, State.CANCELLING])
def test_one_list_without_a_message_only_notes_its_absence(state: State) -> None:
    entry = row("a", state=state)
    assert gone(entry, reading(NOW, NOW + 3)) == entry._replace(absent_at=NOW + 3)


@pytest.mark.parametrize("state", [State.ACCEPTED, State.CANCELLING])
@pytest.mark.parametrize(("asked_at", "is_gone"), [(NOW + 12.9, False), (NOW + 13.0, True)])
def test_the_second_list_begins_list_grace_after_the_first_was_read(
    state: State, asked_at: float, is_gone: bool
) -> None:
    """The service may make a list at any moment until it was read, so the beginning of the first proves less."""
    first = gone(row("a", state=state), reading(NOW, NOW + 3))
    second = gone(first, reading(asked_at, asked_at + 20))
    assert second == (first._replace(state=State.CANCELLED, effect_by=asked_at + 20) if is_gone else first)


def test_what_is_judged_gone_keeps_the_later_end_of_a_cancel() -> None:
    """A cancel that has just taken effect may be seen late, and an earlier one, whose answer was lost, may come."""
    entry = row("a", state=State.CANCELLING, absent_at=NOW - 60, effect_by=NOW + GRACE)
    assert gone(entry, reading()).effect_by == NOW + GRACE
    assert gone(entry._replace(effect_by=NOW - 60), reading()).effect_by == NOW


@pytest.mark.parametrize("state", [State.ACCEPTED, State.CANCELLING])
@pytest.mark.parametrize(("age", "counted"), [(9.9, False), (10.0, True)])
def test_a_list_soon_after_the_acceptance_may_not_show_it_yet(state: State, age: float, counted: bool) -> None:
    entry = row("a", state=state)._replace(claimed_at=NOW - age)
    assert counts(entry, AHEAD, reading(NOW, NOW + 60)) is counted
    assert (gone(entry, reading(NOW, NOW + 60)).absent_at is not None) is counted


@pytest.mark.parametrize("state", [State.UNKNOWN, State.SENDING])
@pytest.mark.parametrize(("after", "counted"), [(GRACE + 9.9, False), (GRACE + 10.0, True)])
def test_what_may_have_been_accepted_late_is_absent_only_after_grace(state: State, after: float, counted: bool) -> None:
    entry = row(state=state)._replace(first_byte_by=NOW)
    assert counts(entry, AHEAD, reading(NOW + after)) is counted


@pytest.mark.parametrize(
    ("now", "counted"), [(AHEAD - 900.1, True), (AHEAD - 900, False), (AHEAD - 1, False), (AHEAD + 1, False)]
)
def test_shortly_before_its_date_a_message_may_be_off_the_list_for_its_delivery(now: float, counted: bool) -> None:
    """By the later clock, which may be the service's."""
    for moment in (reading(now), reading(NOW, NOW, now=now)):
        assert counts(row("a"), AHEAD, moment) is counted
        noted = row("a", absent_at=NOW - 60)
        assert (gone(noted, moment).state is State.CANCELLED) is counted


def test_without_a_date_absence_proves_nothing() -> None:
    assert not counts(row("a"), None, reading())


@pytest.mark.parametrize("state", [State.ACCEPTED, State.CANCELLING])
def test_of_a_message_that_no_list_has_shown_absence_proves_nothing(state: State) -> None:
    for entry in (row("a", state=state, listed=False), row("a", state=state, listed=False, absent_at=NOW - 60)):
        assert gone(entry, reading()) == entry


def test_unless_the_service_has_confirmed_its_cancel() -> None:
    entry = row("a", state=State.CANCELLING, listed=False, confirmed=True, effect_by=NOW - 1)
    first = gone(entry, reading())
    assert first.absent_at == NOW
    assert gone(first, reading(NOW + 10)).state is State.CANCELLED
    # What was accepted again after a cancel is not proven by that cancel.
    assert gone(entry._replace(state=State.ACCEPTED), reading()) == entry._replace(state=State.ACCEPTED)


def test_without_a_first_proof_there_is_no_second() -> None:
    assert not is_second(row("a"), reading())
    assert is_second(row("a", absent_at=NOW - 10), reading())
    assert not is_second(row("a", absent_at=NOW - 9), reading())


# --- Presence ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [State.ACCEPTED, *CANCELS])
def test_a_list_that_shows_a_message_clears_a_noted_absence(state: State) -> None:
    entry = row("a", state=state, listed=False, absent_at=NOW - 60, effect_by=NOW)
    after = seen(entry, reading())
    assert (after.absent_at, after.listed) == (None, True)


@pytest.mark.parametrize("state", CANCELS)
@pytest.mark.parametrize(("asked_at", "is_pending"), [(NOW + 9.9, False), (NOW + 10.0, True)])
def test_a_cancel_had_no_effect_when_the_message_is_listed_list_grace_after_its_end(
    state: State, asked_at: float, is_pending: bool
) -> None:
    """It counts when the list was asked for, since it may have been made at once."""
    entry = row("a", state=state, effect_by=NOW, confirmed=True)
    after = seen(entry, reading(asked_at, asked_at + 60))
    expected = entry._replace(state=State.ACCEPTED, effect_by=None, confirmed=False) if is_pending else entry
    assert after == expected


def test_a_cancelled_row_of_an_earlier_release_is_pending_when_it_is_listed() -> None:
    assert seen(row("a", state=State.CANCELLED), reading()).state is State.ACCEPTED


# --- When the next list may decide ------------------------------------------------------------------------------------


def test_the_next_look_at_what_is_absent_is_its_proof() -> None:
    young = row("a")._replace(claimed_at=NOW - 4)
    assert next_look_at(young, reading(), is_listed=False) == NOW + 6
    assert decided_at(young, reading(), is_listed=False) == NOW + 16
    old = row("a")
    assert next_look_at(old, reading(NOW, NOW + 2), is_listed=False) == NOW + 2
    assert decided_at(old, reading(NOW, NOW + 2), is_listed=False) == NOW + 12
    noted = row("a", absent_at=NOW + 2)
    assert next_look_at(noted, reading(NOW, NOW + 2), is_listed=False) == NOW + 12
    assert decided_at(noted, reading(NOW, NOW + 2), is_listed=False) == NOW + 12


def test_what_is_listed_is_looked_at_several_times_until_its_cancel_is_over() -> None:
    entry = row("a", state=State.CANCELLING, effect_by=NOW + 50, confirmed=True)
    assert next_look_at(entry, reading(), is_listed=True) == NOW + 2.5
    unconfirmed = entry._replace(confirmed=False)
    assert next_look_at(unconfirmed, reading(), is_listed=True) == NOW + 60, "nothing says that it will vanish"
    assert decided_at(entry, reading(), is_listed=True) == NOW + 60
    hasty = reading()._replace(graces=GRACES._replace(list_grace=0.0))
    assert next_look_at(entry, hasty, is_listed=True) == NOW + 0.5


def test_a_list_at_the_announced_moment_does_decide() -> None:
    for entry in (row("a"), row("a")._replace(claimed_at=NOW - 4), row("a", state=State.CANCELLING, effect_by=NOW)):
        first = gone(entry, reading(next_look_at(entry, reading(), is_listed=False)))
        decided = decided_at(first, reading(first.absent_at or 0.0), is_listed=False)
        assert gone(first, reading(decided)).state is State.CANCELLED
        assert gone(first, reading(decided - 0.1)).state is not State.CANCELLED
