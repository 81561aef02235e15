# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the message log proves of a message whose date is over, and that was perhaps cancelled."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import VoipsmsError
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import Row
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.sqlite import SqliteLedger
from ansible_collections.voip_communications.sms.tests.support.ledger_rows import FINGERPRINTS
from ansible_collections.voip_communications.sms.tests.support.people import ANN, BOB, CARL
from ansible_collections.voip_communications.sms.tests.support.scheduling import (
    D1,
    D2,
    OTHER,
    TEXT,
    World,
    delivery_record,
    lost,
    moment_of,
)


@pytest.fixture
def plain(tmp_path: Path) -> World:
    return World(tmp_path / "ledger.sqlite3")


@pytest.fixture
def doubted(plain: World) -> World:
    """Return a world whose only message was perhaps cancelled, and whose date is over; it went out."""
    plain.present(ANN, name="n")
    plain.provider.cancel_faults = ["the connection was reset"]
    assert plain.absent(name="n") == ["unknown"]
    plain.seconds = moment_of(D1) + 60
    return plain


@pytest.mark.parametrize("check_mode", [False, True])
def test_what_the_log_shows_has_gone_out(doubted: World, check_mode: bool) -> None:
    rows = doubted.states()
    assert doubted.present(ANN, name="n", check_mode=check_mode) == ["already_sent"]
    assert (doubted.told["failed"], doubted.told["changed"]) == (False, False)
    assert (doubted.states() == rows) is check_mode
    assert doubted.absent(name="n", fail_if_sent=True) == ["already_sent"]
    assert doubted.provider.log_looks == 1 + check_mode, "what was proven is not looked for again"


def test_each_of_several_is_looked_up_and_the_ledger_is_gone_through_once(plain: World) -> None:
    """A ledger in a file goes through all its rows to find those of some recipients."""
    passes: list[list[str]] = []

    class Ledger(SqliteLedger):
        def rows_of(self, recipients: Iterable[str]) -> list[Row]:
            passes.append(sorted(recipients))
            return super().rows_of(passes[-1])

    assert plain.present(ANN, BOB, CARL, name="n") == ["scheduled"] * 3
    plain.provider.cancel_faults = ["the connection was reset"] * 3
    assert plain.absent(name="n") == ["unknown"] * 3
    plain.provider.waiting = []
    plain.provider.logged = [delivery_record(to, TEXT, D1) for to in (CARL, ANN)]
    plain.seconds = moment_of(D1) + 60
    plain.ledger = Ledger(str(plain.path), FINGERPRINTS.account, clock=lambda: plain.seconds)
    assert sorted(plain.absent(name="n", fail_if_sent=True)) == ["already_sent", "already_sent", "unknown"]
    assert passes == [sorted(map(FINGERPRINTS.recipient, (ANN, BOB, CARL)))]


def test_a_lost_answer_to_a_schedule_too(plain: World) -> None:
    plain.provider.answers[ANN] = [lost]
    assert plain.present(ANN, name="n") == ["unknown"]
    plain.provider.logged = [delivery_record(ANN, TEXT, D1)]
    plain.seconds = moment_of(D1) + 60
    assert plain.present(ANN, name="n") == ["already_sent"]


@pytest.mark.parametrize(
    ("to", "text", "date", "status"),
    [
        (BOB, TEXT, D1, "delivered"),
        (ANN, OTHER, D1, "delivered"),
        (ANN, TEXT, D2, "delivered"),
        (ANN, TEXT, "2026-11-01 00:00", "delivered"),
        (ANN, TEXT, D1, "failed"),
    ],
    ids=["to another", "another text", "a later date", "an earlier date", "failed"],
)
def test_another_record_proves_nothing(doubted: World, to: str, text: str, date: str, status: str) -> None:
    doubted.provider.waiting = []
    doubted.provider.logged = [delivery_record(to, text, date, status=status)]
    assert doubted.present(ANN, name="n") == ["unknown"]
    assert doubted.absent(name="n", fail_if_sent=True) == ["unknown"]


def test_records_that_another_message_may_account_for_prove_nothing(doubted: World) -> None:
    """An equal text was scheduled for the next minute, and each may have a record for each of its two segments."""
    record = delivery_record(ANN, TEXT, D1)
    doubted.provider.waiting = []
    doubted.seconds = moment_of(D1) - 3600
    assert doubted.present(ANN, date=_minute_after(D1)) == ["scheduled"]
    doubted.seconds = moment_of(D1) + 120
    doubted.provider.logged = [record]
    assert doubted.absent(name="n", fail_if_sent=True) == ["unknown"], "two records, both perhaps of the other"
    doubted.provider.logged = [record, record._replace(id="second segment")]
    assert doubted.absent(name="n", fail_if_sent=True) == ["already_sent"], "three are one too many for the other"


def test_a_message_of_the_day_before_accounts_for_nothing(doubted: World) -> None:
    doubted.seconds = moment_of(D1) - 3600
    assert doubted.present(ANN, date=D2) == ["scheduled"]
    doubted.seconds = moment_of(D1) + 60
    assert doubted.present(ANN, name="n") == ["already_sent"]


def test_a_log_that_cannot_be_read_is_a_warning(doubted: World) -> None:
    doubted.provider.log_fault = VoipsmsError("the service answered HTTP 503")
    assert doubted.present(ANN, name="n") == ["unknown"]
    assert doubted.warnings == [
        "the message log could not be read, and has decided nothing: the service answered HTTP 503"
    ]


def test_without_a_zone_the_log_is_not_read(doubted: World) -> None:
    doubted.zone = None
    doubted.seconds += 27 * 3600
    assert doubted.absent(name="n", fail_if_sent=True) == ["unknown"]
    assert doubted.warnings == ["set account_timezone to have messages whose date is over looked up in the message log"]
    assert doubted.provider.log_looks == 0


def _minute_after(date: str) -> str:
    return f"{date[:-1]}{int(date[-1]) + 1}"
