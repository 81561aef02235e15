# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The questions of a ledger: the contract that every kind of ledger keeps, and what is a file's own."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._ledger import sqlite
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.interface import Ledger
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.memory import MemoryLedger
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import (
    KEPT,
    Fingerprints,
    LedgerError,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.question import (
    Opening,
    Question,
    ended,
    question_from,
    question_values,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.row import values_of
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.sqlite import SqliteLedger
from ansible_collections.voip_communications.sms.tests.support.ledger_rows import CLAIM, FIRST_FIELDS, NOW
from ansible_collections.voip_communications.sms.tests.support.stopped_clock import Clock

SECRET = "secret-of-a-question"


def opening_of(key: str = "key", secret: str = SECRET, facts: str = "{}") -> Opening:
    return Opening(key, "deploy \u00e4\u20ac'\"%s", "content", 900.0, facts, lambda _others: (secret, "marks"))


def test_contract_a_question_is_opened_once(kept: tuple[Ledger, Clock]) -> None:
    ledger, clock = kept
    assert (ledger.question("key"), ledger.questions(0)) == (None, [])
    question = ledger.open_question(opening_of())
    assert question.is_open
    assert (question.secret, question.opened_at, question.ends_at) == (SECRET, NOW, NOW + 900)
    clock.seconds += 100
    assert ledger.open_question(opening_of(secret="another", facts="[]")) == question
    assert ledger.question("key") == question
    assert ledger.questions(clock.seconds) == ledger.questions(NOW + 900) == [question]
    assert ledger.questions(NOW + 901) == []


def test_contract_codes_are_chosen_beside_those_of_other_open_questions(kept: tuple[Ledger, Clock]) -> None:
    ledger, clock = kept
    seen: list[Sequence[Question]] = []

    def choose(others: Sequence[Question]) -> tuple[str, str]:
        seen.append(others)
        return "s", "c"

    first, over = ledger.open_question(opening_of("one")), ledger.open_question(opening_of("over"))
    over_now = ended(over, "accepted", "approve", NOW)
    assert ledger.set_question(over, over_now)
    clock.seconds += 60
    ledger.open_question(opening_of("two")._replace(choose=choose))
    assert sorted(seen[-1]) == [first, over_now], "someone may still answer the one that has ended early"
    clock.seconds += 860
    ledger.open_question(opening_of("three")._replace(choose=choose))
    assert [question.key for question in seen[-1]] == ["two"]


def test_contract_a_question_ends_once_and_without_its_secret(kept: tuple[Ledger, Clock]) -> None:
    ledger, _clock = kept
    question = ledger.open_question(opening_of())
    first, second = ended(question, "accepted", "approve", NOW + 5), ended(question, "rejected", "reject", NOW + 5)
    assert ledger.set_question(question, first)
    assert not ledger.set_question(question, second)
    assert ledger.question("key") == first == ledger.open_question(opening_of())
    assert (first.secret, first.codes, first.is_open) == ("", question.codes, False)


def test_contract_what_was_seen_is_compared_and_set(kept: tuple[Ledger, Clock]) -> None:
    ledger, _clock = kept
    question = ledger.open_question(opening_of())
    one, other = question._replace(facts='{"one": 1}'), question._replace(facts='{"other": 2}')
    assert ledger.set_question(question, one)
    assert not ledger.set_question(question, other)
    assert ledger.question("key") == one
    assert ledger.set_question(one, one)
    assert ledger.set_question(one, None)
    assert ledger.question("key") is None
    assert not ledger.set_question(one, other)
    assert ledger.question("key") is None


def test_contract_a_question_is_forgotten_when_the_rows_of_its_messages_are(kept: tuple[Ledger, Clock]) -> None:
    ledger, clock = kept
    question = ledger.open_question(opening_of())
    assert ledger.set_question(question, ended(question, "no_answer", "", NOW + 900))
    clock.seconds += 900 + KEPT - 1
    assert ledger.open_question(opening_of(secret="another")).outcome == "no_answer"
    clock.seconds += 2
    again = ledger.open_question(opening_of(secret="another"))
    assert (again.secret, again.opened_at) == ("another", clock.seconds)
    clock.seconds += 2 * KEPT
    ledger.open_question(opening_of("other"))
    assert getattr(ledger, "name", "") == "none" or ledger.question("key") is None


def test_contract_of_many_who_open_or_end_at_once_one_wins(kept: tuple[Ledger, Clock]) -> None:
    ledger, _clock = kept
    barrier = threading.Barrier(6)

    def act(number: int) -> tuple[str, bool]:
        barrier.wait()
        question = ledger.open_question(opening_of(secret=f"secret {number}"))
        barrier.wait()
        return question.secret, ledger.set_question(question, ended(question, "accepted", str(number), NOW))

    with ThreadPoolExecutor(6) as pool:
        results = list(pool.map(act, range(6)))
    assert len({secret for secret, _won in results}) == 1
    winners = [number for number, (_secret, won) in enumerate(results) if won]
    stored = ledger.question("key")
    assert stored is not None
    assert [str(number) for number in winners] == [stored.answer]


def test_contract_a_question_and_messages_do_not_touch_each_other(kept: tuple[Ledger, Clock]) -> None:
    ledger, _clock = kept
    question = ledger.open_question(opening_of())
    ledger.claim(CLAIM)
    assert ledger.question("key") == question
    assert ledger.set_question(question, None)
    assert set(ledger.rows("key", ["ann"])) == {"ann"}


def test_fingerprints_of_questions_are_their_own() -> None:
    prints = Fingerprints.of("a", "")
    assert len({prints.question("k"), prints.key("k"), prints.name("k")}) == 3


# A file --------------------------------------------------------------------------------------------------------


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite3"


def test_no_secret_stays_in_the_file(path: Path) -> None:
    ledger = SqliteLedger(str(path), "account")
    question = ledger.open_question(opening_of())
    assert SECRET.encode() in path.read_bytes()
    ledger.set_question(question, ended(question, "accepted", "approve", NOW))
    assert SECRET.encode() not in path.read_bytes()


def test_the_secret_is_overwritten_where_sqlite_would_leave_it(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some systems build SQLite so that it overwrites anyway; here it does not, unless it is told to."""
    connect = sqlite3.connect

    def careless(*arguments: object, **options: object) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*arguments, **options)  # type: ignore[call-overload]
        connection.execute("PRAGMA secure_delete = OFF")
        return connection

    monkeypatch.setattr(sqlite3, "connect", careless)
    ledger = SqliteLedger(str(path), "account")
    question = ledger.open_question(opening_of())
    # SQLite clears a page that becomes empty, so another row is there.
    ledger.open_question(opening_of("other", "another secret"))
    assert SECRET.encode() in path.read_bytes()
    # Longer than before, so that it does not lie where the secret lay.
    longer = question._replace(facts='{"unclear": "' + "x" * 500 + '"}')
    assert ledger.set_question(question, ended(longer, "accepted", "approve", NOW))
    assert SECRET.encode() not in path.read_bytes()


def test_reading_makes_no_ledger(path: Path) -> None:
    ledger = SqliteLedger(str(path), "account")
    assert (ledger.question("key"), ledger.questions(0), ledger.missing) == (None, [], True)
    assert not path.exists()


def test_accounts_do_not_see_each_other(path: Path) -> None:
    question = SqliteLedger(str(path), "account").open_question(opening_of())
    other = SqliteLedger(str(path), "other")
    assert (other.question("key"), other.questions(0)) == (None, [])
    assert not other.set_question(question, None)
    assert SqliteLedger(str(path), "account").question("key") == question


@pytest.mark.parametrize("version", [1, 2, 3, 4, 5])
def test_a_file_of_an_earlier_release_gets_a_table_of_questions_and_keeps_its_rows(path: Path, version: int) -> None:
    ledger = SqliteLedger(str(path), "account", clock=lambda: NOW)
    ledger.claim(CLAIM)
    row = ledger.rows("key", ["ann"])["ann"]
    path.unlink()
    path.touch(0o600)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in (each for step in sqlite.STEPS[:version] for each in step):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {version}")
        names, places = ", ".join(FIRST_FIELDS), ", ".join("?" * len(FIRST_FIELDS))
        statement = f"INSERT INTO row (account, {names}) VALUES ('account', {places})"  # noqa: S608 - of this test
        connection.execute(statement, next(values_of([row]))[: len(FIRST_FIELDS)])
    ledger = SqliteLedger(str(path), "account", clock=lambda: NOW)
    assert (ledger.question("key"), ledger.questions(0)) == (None, [])
    assert ledger.rows("key", ["ann"]) == {"ann": row}
    question = ledger.open_question(opening_of())
    assert not ledger.created
    assert (ledger.question("key"), ledger.rows("key", ["ann"])) == (question, {"ann": row})


def test_a_damaged_question_is_never_taken_for_none(path: Path) -> None:
    ledger = SqliteLedger(str(path), "account")
    question = ledger.open_question(opening_of())
    places = ", ".join("?" * 13)
    for change in (
        "secret = 'x'",
        "ends_at = 9e99",
        "ends_at = 9e999",
        "outcome = 'accepted'",
        "facts = 'x'",
        "checksum = 1",
    ):
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            before = connection.execute("SELECT * FROM question").fetchall()
            connection.execute(f"UPDATE question SET {change}")  # noqa: S608 - of this test
        for act in (
            lambda: ledger.question("key"),
            lambda: ledger.open_question(opening_of()),
            lambda: ledger.set_question(question, None),
        ):
            with pytest.raises(LedgerError, match="a question is damaged"):
                act()
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("DELETE FROM question")
            connection.executemany(f"INSERT INTO question VALUES ({places})", before)  # noqa: S608 - of this test
    assert ledger.question("key") == question


def test_a_question_comes_back_as_it_was() -> None:
    question = MemoryLedger(lambda: NOW).open_question(opening_of())
    assert question_from(question_values(question)) == question
