# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which messages of the list and of the ledger a task means."""

from __future__ import annotations

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._api.pending import PendingRecord
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import Row
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.match import Match, matching
from ansible_collections.voip_communications.sms.tests.support.people import ANN, BOB, OURS
from ansible_collections.voip_communications.sms.tests.support.snapshots import D1, D2, record, row, snapshot


def matched(match: Match, *known: Row | PendingRecord) -> list[tuple[str, ...]]:
    return [message.smsids for message in matching(snapshot(*known), match)]


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
