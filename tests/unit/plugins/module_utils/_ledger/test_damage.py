# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A ledger with damage in it: what is damaged is never taken for unclaimed, and a person can end the doubt."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.inspect import describe
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import (
    Claimability,
    LedgerError,
    State,
    claimability,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.own_claims import Settled
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.resolve import resolve
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.row import FIELDS
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.sqlite import SqliteLedger
from ansible_collections.voip_communications.sms.plugins.module_utils._message.outcome import Fate, Outcome
from ansible_collections.voip_communications.sms.plugins.module_utils._send.results import result_of_row
from ansible_collections.voip_communications.sms.tests.support import ledger_rows

NOW = 1_800_000_000.0
DAY = 86400.0
CLAIM = ledger_rows.CLAIM._replace(label="deploy")
AGAIN = CLAIM._replace(owner="run 2")


class Damaged:
    """A ledger with one accepted message, whose file can be changed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.now = NOW
        ledger = self.ledger()
        ledger.claim(CLAIM)
        ledger.settle("key", "run 1", {"ann": (Fate.ACCEPTED, ("id",))})

    def ledger(self) -> SqliteLedger:
        return SqliteLedger(str(self.path), "account", busy_timeout=5.0, clock=lambda: self.now)

    def execute(self, statement: str, *values: Any) -> None:
        with closing(sqlite3.connect(self.path, isolation_level=None)) as connection:
            connection.execute(statement, values)


@pytest.fixture
def world(tmp_path: Path) -> Damaged:
    return Damaged(tmp_path / "ledger.sqlite3")


TEXTS = [name for name in FIELDS if name not in ("key", "recipient")]


@pytest.mark.parametrize("value", ["x", 7, b"\xff\xfe"], ids=["text", "number", "bytes"])
@pytest.mark.parametrize("column", TEXTS)
def test_a_row_of_which_any_column_is_damaged_is_unknown_and_never_unclaimed(
    world: Damaged, column: str, value: object
) -> None:
    world.ledger().claim(CLAIM._replace(recipients={"bob": ""}))
    world.execute(f"UPDATE row SET {column} = ? WHERE recipient = 'ann'", value)  # noqa: S608 - a column is no value
    world.now += 400 * DAY
    world.execute("UPDATE checked SET at = ?", world.now)
    row = world.ledger().rows("key", ["ann"])["ann"]
    assert row.is_damaged
    assert claimability(row, CLAIM.dedupe, world.now) is Claimability.UNKNOWN
    assert world.ledger().claim(AGAIN).won == set()
    result = result_of_row("12812345678", row, Claimability.UNKNOWN, world.now)
    assert (result.outcome, result.code_desc) == (Outcome.UNKNOWN, "its row in the ledger is damaged")
    assert describe(row, world.now)["state"] == "unknown"
    assert world.ledger().claim(AGAIN._replace(recipients={"bob": ""})).won == {"bob"}, "the others are not touched"


@pytest.mark.parametrize("column", ["masked", "label", "smsids"])
def test_a_text_that_is_no_utf8_damages_its_own_row_alone(world: Damaged, column: str) -> None:
    world.ledger().claim(CLAIM._replace(recipients={"bob": "+1*79"}))
    world.execute(f"UPDATE row SET {column} = CAST(? AS TEXT) WHERE recipient = 'ann'", b"x\xff")  # noqa: S608 - a column is no value
    rows = world.ledger().rows("key", ["ann", "bob"])
    assert [rows[name].is_damaged for name in ("ann", "bob")] == [True, False]
    assert [row.is_damaged for row in world.ledger().newest(lambda _row: True, 9)].count(True) == 1


def test_a_person_can_end_the_doubt(world: Damaged) -> None:
    for sent, left in ((True, {"ann": State.ACCEPTED}), (False, {})):
        world.execute("UPDATE row SET content = 'x', state = 'unknown'")
        rows: Any = world.ledger().rows("key", ["ann"])
        world.ledger().amend(resolve(rows, sent=sent, now=world.now).changes)
        assert {name: row.state for name, row in world.ledger().rows("key", ["ann"]).items()} == left
    assert world.ledger().claim(AGAIN).won == {"ann"}


def test_a_user_who_asks_for_it_gets_it_sent_again(world: Damaged) -> None:
    world.execute("UPDATE row SET attempt = 9")
    resend = AGAIN._replace(dedupe=CLAIM.dedupe._replace(resend_unknown=True))
    assert world.ledger().claim(resend).won == {"ann"}
    assert world.ledger().settle("key", "run 2", {"ann": (Fate.NOT_SENT, ())}) == Settled()
    assert world.ledger().claim(AGAIN).won == set(), "the doubt that it covered is still there"


def test_a_claim_that_is_damaged_meanwhile_is_settled(world: Damaged) -> None:
    ledger = world.ledger()
    ledger.claim(CLAIM._replace(key="other"))
    world.execute("UPDATE row SET owner = 'run 2' WHERE key = 'other'")
    assert ledger.settle("other", "run 1", {"ann": (Fate.ACCEPTED, ("2",))}) == Settled(restored=("ann",))
    assert world.ledger().rows("other", ["ann"])["ann"].smsids == ("2",)


def test_nothing_is_judged_by_a_damaged_row_of_another_message(world: Damaged) -> None:
    world.execute("UPDATE row SET date = '2026-12-01 15:00'")
    for read in (world.ledger().scheduled, partial(world.ledger().rows_of, ["ann"])):
        with pytest.raises(LedgerError, match=r"the row of \+1\*78 is damaged; resolve it with voipsms_ledger"):
            read()
    assert [row.is_damaged for row in world.ledger().newest(lambda _row: True, 9)] == [True]


@pytest.mark.parametrize(
    "column", ["claimed_at", "first_byte_by", "lease_until", "keep_until", "delivers_at", "absent_at", "effect_by"]
)
@pytest.mark.parametrize("value", ["9e999", "-9e999"])
def test_a_time_that_is_infinite_is_an_error_of_the_ledger(world: Damaged, column: str, value: str) -> None:
    world.execute(f"UPDATE row SET {column} = {value}, checksum = NULL")  # noqa: S608 - a column is no value
    for use in (lambda: world.ledger().rows("key", ["ann"]), lambda: world.ledger().claim(AGAIN)):
        with pytest.raises(LedgerError, match=f"{column} of the row of .* is no finite number"):
            use()


# --- The whole file ---------------------------------------------------------------------------------------------------


def test_no_byte_of_the_file_can_be_damaged_so_that_a_message_is_unclaimed(world: Damaged) -> None:
    """With the check of the day: without it, a key that its index has lost would not be missed."""
    world.execute("UPDATE checked SET at = 0")
    whole = world.path.read_bytes()
    ends: set[str] = set()
    # Past the header, of which SQLite uses little; every page is full of zeros, which are not content.
    places = [place for place in range(100, len(whole)) if whole[place]]
    for place in places[:: max(1, len(places) // 400)]:
        damaged = bytearray(whole)
        damaged[place] ^= 0x15
        world.path.write_bytes(damaged)
        try:
            won = world.ledger().claim(AGAIN).won
        except LedgerError:
            ends.add("refused")
            continue
        assert not won, f"byte {place} was changed"
        ends.add("unknown or duplicate")
    assert ends == {"refused", "unknown or duplicate"}


def test_the_whole_file_is_checked_once_a_day(world: Damaged, monkeypatch: pytest.MonkeyPatch) -> None:
    checks: list[str] = []

    class Traced(sqlite3.Connection):
        def __init__(self, *args: Any, **named: Any) -> None:
            super().__init__(*args, **named)
            self.set_trace_callback(lambda text: checks.append(text) if "integrity_check" in text else None)

    monkeypatch.setattr(sqlite3, "connect", partial(sqlite3.connect, factory=Traced))

    def run() -> int:
        """Read and claim, as one task does; return how often the file was checked."""
        checks.clear()
        ledger = world.ledger()
        ledger.rows("key", ["ann"])
        ledger.claim(AGAIN)
        ledger.claim(AGAIN._replace(key="another"))
        return len(checks)

    assert run() == 0, "it was made today"
    world.now += DAY
    assert [run(), run()] == [1, 0]
    world.now -= DAY / 2
    assert [run(), run()] == [1, 0], "a clock was set back"
    world.now += DAY * 2
    checks.clear()
    world.ledger().rows("key", ["ann"])
    world.ledger().rows("key", ["ann"])
    assert len(checks) == 2, "who only reads foresees it, and notes nothing"


def test_a_damaged_file_is_refused_with_what_to_do(world: Damaged) -> None:
    world.ledger().claim(CLAIM._replace(recipients={f"recipient {number}": "" for number in range(200)}))
    whole = bytearray(world.path.read_bytes())
    place = whole.rindex(b"recipient 150")
    whole[place : place + 3] = b"xxx"
    world.path.write_bytes(whole)
    world.now += DAY
    for use in (lambda: world.ledger().rows("key", ["ann"]), lambda: world.ledger().claim(AGAIN)):
        with pytest.raises(LedgerError, match=r"its file is damaged .*; restore it from a backup, or move it away"):
            use()
