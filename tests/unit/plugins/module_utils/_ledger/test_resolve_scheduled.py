# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A person says what became of a scheduled message: pending, cancelled, sent, or never accepted."""

from __future__ import annotations

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import Row, State
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.resolve import Resolution
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.resolve_scheduled import resolve_scheduled
from ansible_collections.voip_communications.sms.tests.support.ledger_rows import NOW, UNKNOWN
from ansible_collections.voip_communications.sms.tests.support.people import ANN

AHEAD, OVER = NOW + 86400.0, NOW - 60.0
DOUBT = UNKNOWN._replace(date="2026-12-01 22:00", delivers_at=AHEAD, name="window")
ACCEPTED = DOUBT._replace(state=State.ACCEPTED, smsids=("one", "two"), listed=True, owner="run")
MISSING = ACCEPTED._replace(absent_at=NOW - 5)
CANCELLING = ACCEPTED._replace(state=State.CANCELLING, effect_by=NOW + 900, confirmed=True)
CANCELLED = ACCEPTED._replace(state=State.CANCELLED, effect_by=NOW - 900)
AT_WORK = DOUBT._replace(state=State.SENDING, lease_until=NOW + 1)
CANCEL = CANCELLING._replace(key="cancel", recipient="", smsids=("one",))


def resolved(row: Row, meaning: str, cancel: Row | None = None) -> Resolution:
    return resolve_scheduled({ANN: row}, meaning, NOW, lambda smsid: cancel if smsid == "one" else None)


def after(row: Row, meaning: str) -> Row | None:
    resolution = resolved(row, meaning)
    assert resolution.faults == ()
    return resolution.rows[ANN].after


@pytest.mark.parametrize("row", [DOUBT, MISSING, CANCELLING])
def test_scheduled_makes_it_one_that_is_kept_and_that_no_sleeping_run_changes(row: Row) -> None:
    found = after(row, "scheduled")
    assert found is not None
    assert (found.state, found.owner, found.absent_at, found.effect_by) == (State.ACCEPTED, "", None, None)
    assert found.revision == row.revision + 1
    assert (found.smsids, found.confirmed, found.previous) == (row.smsids, False, None)


@pytest.mark.parametrize("row", [DOUBT, ACCEPTED, MISSING, CANCELLING])
def test_cancelled_makes_it_one_that_is_scheduled_anew_and_not_revived_by_a_late_list(row: Row) -> None:
    found = after(row, "cancelled")
    assert found is not None
    assert (found.state, found.effect_by, found.absent_at) == (State.CANCELLED, NOW, None)
    assert found.revision == row.revision + 1


@pytest.mark.parametrize("row", [DOUBT, MISSING, CANCELLING])
def test_sent_is_for_a_date_that_is_over(row: Row) -> None:
    found = after(row._replace(delivers_at=OVER), "sent")
    assert found is not None
    assert found.state is State.ACCEPTED
    assert "still ahead" in resolved(row, "sent").faults[0]


def test_not_sent_removes_what_was_never_accepted_and_cancels_the_rest() -> None:
    assert after(DOUBT, "not_sent") is None
    assert after(DOUBT._replace(previous=ACCEPTED), "not_sent") == ACCEPTED._replace(attempt=DOUBT.attempt)
    for row in (MISSING, CANCELLING):
        found = after(row, "not_sent")
        assert found is not None
        assert found.state is State.CANCELLED


@pytest.mark.parametrize(
    ("row", "meaning", "reason"),
    [
        (AT_WORK, "scheduled", "at this moment"),
        (AT_WORK, "cancelled", "at this moment"),
        (AT_WORK, "not_sent", "at this moment"),
        (ACCEPTED, "not_sent", "has accepted"),
        (CANCELLED, "scheduled", "was cancelled"),
        (CANCELLED._replace(delivers_at=OVER), "sent", "was cancelled"),
        (DOUBT._replace(delivers_at=OVER), "scheduled", "is over"),
    ],
)
def test_what_is_certain_is_not_overruled(row: Row, meaning: str, reason: str) -> None:
    resolution = resolved(row, meaning)
    (fault,) = resolution.faults
    assert reason in fault
    assert resolution.changes == ()


@pytest.mark.parametrize(
    ("row", "meaning"),
    [(ACCEPTED, "scheduled"), (ACCEPTED._replace(delivers_at=OVER), "sent"), (CANCELLED, "cancelled")],
)
def test_what_says_so_already_stays_as_it_is(row: Row, meaning: str) -> None:
    assert resolved(row, meaning, CANCEL).changes == ()
    assert resolved(row, meaning, CANCEL).others == ()


def test_the_claimed_cancel_goes_with_its_message() -> None:
    assert resolved(CANCELLING, "scheduled", CANCEL).others == ((CANCEL, None),)
    ((before, found),) = resolved(CANCELLING, "cancelled", CANCEL).others
    assert before == CANCEL
    assert found == CANCEL._replace(state=State.CANCELLED, effect_by=NOW)
