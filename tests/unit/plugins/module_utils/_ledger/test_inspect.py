# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which rows are shown to people, and as what."""

from __future__ import annotations

import json

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.inspect import (
    RowFilter,
    count_by_state,
    describe,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import Row, State

NOW = 1_796_155_200.0  # 2026-12-01T20:00:00Z
ROW = Row(
    key="fingerprint of the key",
    recipient="fingerprint of ann",
    masked="+1********78",
    label="deploy-4711",
    content="fingerprint of the text",
    state=State.ACCEPTED,
    attempt=2,
    owner="owner",
    origin="ci-7:42",
    claimed_at=NOW - 90.5,
    first_byte_by=NOW - 80,
    lease_until=NOW - 10,
    keep_until=NOW + 3600,
    smsids=("1", "2"),
)


@pytest.mark.parametrize(
    ("row_filter", "is_match"),
    [
        (RowFilter(), True),
        (RowFilter(key=ROW.key, recipients={ROW.recipient}, states={"accepted"}), True),
        (RowFilter(key="another"), False),
        (RowFilter(recipients={"fingerprint of bob"}), False),
        (RowFilter(recipients=()), False),
        (RowFilter(states=["unknown", "refused"]), False),
    ],
)
def test_a_row_must_be_all_that_is_asked_for(row_filter: RowFilter, is_match: bool) -> None:
    assert row_filter.matches(ROW, NOW) is is_match


def test_a_run_that_ended_without_a_word_has_left_its_message_unknown() -> None:
    row = ROW._replace(state=State.SENDING)
    doubtful = RowFilter(states=["unknown"])
    assert doubtful.matches(row, row.lease_until)
    assert not doubtful.matches(row, row.lease_until - 1)
    assert describe(row, row.lease_until)["state"] == "unknown"


def test_the_turn_of_a_name_is_no_message() -> None:
    assert not RowFilter().matches(ROW._replace(masked=""), NOW)


def test_a_claimed_cancel_is_shown_by_its_own_key_and_counted() -> None:
    record = ROW._replace(recipient="", label="", state=State.CANCELLING, date="")
    assert RowFilter().matches(record, NOW)
    assert RowFilter().matches(record._replace(masked=""), NOW), "by its smsid alone no one knows to whom it was"
    assert RowFilter(states=["cancelling"], shown_key=record.key, key="another").matches(record, NOW)
    assert not RowFilter(recipients={ROW.recipient}).matches(record, NOW)
    shown = describe(record, NOW)
    assert (shown["key"], shown["state"], shown["delivery_date"]) == (ROW.key, "cancelling", None)
    assert count_by_state([record], NOW)["cancelling"] == 1


def test_a_row_is_shown_without_what_the_ledger_hides() -> None:
    row = describe(ROW, NOW)
    assert row == {
        "to": "+1********78",
        "state": "accepted",
        "key": "deploy-4711",
        "since": "2026-12-01T19:58:29Z",
        "age": 90,
        "attempts": 2,
        "smsids": ["1", "2"],
        "delivery_date": None,
        "run": "ci-7:42",
        "kept_until": "2026-12-01T21:00:00Z",
    }
    assert "fingerprint" not in json.dumps(row)


def test_a_key_that_nobody_gave_and_a_clock_that_was_set_back() -> None:
    row = describe(ROW._replace(label="", claimed_at=NOW + 60), NOW)
    assert (row["key"], row["age"]) == (ROW.key, 0)


def test_a_row_is_found_by_the_key_that_is_shown_of_it_but_not_by_the_fingerprint_of_a_users_own() -> None:
    own, hashed = ROW, ROW._replace(label="")
    for row in (own, hashed):
        assert RowFilter(key="another", shown_key=describe(row, NOW)["key"]).matches(row, NOW) is (row is hashed)
    assert not RowFilter(key="another", shown_key=ROW.key).matches(own, NOW)


def test_every_state_is_counted() -> None:
    counts = count_by_state([ROW, ROW, ROW._replace(state=State.SENDING)], NOW)
    assert counts == {"sending": 0, "accepted": 2, "refused": 0, "unknown": 1, "cancelling": 0, "cancelled": 0}
