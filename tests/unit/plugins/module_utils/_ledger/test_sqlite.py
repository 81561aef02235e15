# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ledger in a file: what it refuses, what it creates, what it holds, and that many processes share it."""

from __future__ import annotations

import os
import re
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import MissingLibrary
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger import model, sqlite
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.group_commit import Change
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import (
    KEPT,
    Claim,
    Claimed,
    LedgerError,
    Row,
    State,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.own_claims import Settled
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.row import values_of
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.safe_file import SafeFile
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.sqlite import SqliteLedger
from ansible_collections.voip_communications.sms.plugins.module_utils._message.outcome import Fate
from ansible_collections.voip_communications.sms.tests.support.ledger_file import version_of
from ansible_collections.voip_communications.sms.tests.support.ledger_rows import (
    CLAIM,
    EARLIER_RECORDS,
    EARLIER_ROWS,
    FIRST_FIELDS,
)

COLLECTIONS = Path(__file__).absolute().parents[8]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the path of a ledger that does not exist yet."""
    return tmp_path / "deep" / "down" / "ledger.sqlite3"


@pytest.fixture
def made(path: Path) -> Path:
    """Make a ledger, and return its path."""
    ledger_at(path).claim(CLAIM)
    return path


def ledger_at(path: Path) -> SqliteLedger:
    return SqliteLedger(str(path), "account", busy_timeout=5.0)


def test_reading_creates_nothing(path: Path) -> None:
    ledger = ledger_at(path)
    assert ledger.rows("key", ["ann"]) == {}
    assert (ledger.missing, ledger.created) == (True, False)
    assert not path.parent.parent.exists()


def test_reading_changes_no_byte(made: Path) -> None:
    before = (made.read_bytes(), made.stat().st_mtime_ns)
    ledger = ledger_at(made)
    assert set(ledger.rows("key", ["ann"])) == {"ann"}
    assert not ledger.created
    assert (made.read_bytes(), made.stat().st_mtime_ns) == before
    assert [entry.name for entry in made.parent.iterdir()] == [made.name]


def test_reading_does_not_convert_a_ledger_in_wal_mode(made: Path) -> None:
    with closing(sqlite3.connect(made)) as connection:
        assert connection.execute("PRAGMA journal_mode = WAL").fetchone() == ("wal",)
    before = made.read_bytes()
    ledger = ledger_at(made)
    assert set(ledger.rows("key", ["ann"])) == {"ann"}
    assert len(ledger.rows_of(["ann"])) == len(ledger.newest(lambda _row: True, 9)) == 1
    assert made.read_bytes() == before
    assert before[18:20] == b"\2\2", "write-ahead logging, in the header of SQLite's files"
    ledger.claim(CLAIM)
    assert made.read_bytes()[18:20] == b"\1\1"


def test_the_first_claim_creates_it_for_its_owner_alone(path: Path) -> None:
    ledger = ledger_at(path)
    ledger.claim(CLAIM)
    assert ledger.created
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    second = ledger_at(path)
    second.claim(CLAIM)
    assert not second.created
    ledger.claim(CLAIM)
    assert ledger.created, "a second batch of the run that made it must not hide that it did"


def test_an_empty_file_is_a_new_ledger_and_says_so(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.touch(0o600)
    ledger = ledger_at(path)
    assert ledger.rows("key", ["ann"]) == {}
    assert (ledger.missing, ledger.created) == (True, False)
    assert ledger.claim(CLAIM).won == {"ann"}
    assert ledger.created


def as_symlink(made: Path) -> Path:
    link = made.with_name("link")
    link.symlink_to(made)
    return link


def as_dangling_symlink(made: Path) -> Path:
    link = made.with_name("link")
    link.symlink_to(made.with_name("nowhere"))
    return link


def as_directory(made: Path) -> Path:
    return made.parent


def as_garbage(made: Path) -> Path:
    made.write_bytes(b"this is not a database, and it is long enough to be looked at as one" * 20)
    return made


def as_torn_pages(made: Path) -> Path:
    content = bytearray(made.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    made.write_bytes(content)
    return made


def as_foreign_database(made: Path) -> Path:
    made.unlink()
    with sqlite3.connect(made) as connection:
        connection.execute("CREATE TABLE songs (title TEXT)")
    connection.close()
    return made


def as_newer_schema(made: Path) -> Path:
    connection = sqlite3.connect(made)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    return made


def as_writable_by_all(made: Path) -> Path:
    made.chmod(0o666)
    return made


def as_below_a_file(made: Path) -> Path:
    return made / "ledger.sqlite3"


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (as_symlink, "symbolic link"),
        (as_dangling_symlink, "symbolic link"),
        (as_directory, "not a regular file"),
        (as_garbage, r"its file is damaged \(file is not a database\); restore it from a backup, or move it away to "),
        (as_torn_pages, r"its file is damaged \(.*\); restore it from a backup, or move it away to "),
        (as_foreign_database, "another program"),
        (as_newer_schema, "newer release"),
        (as_writable_by_all, "other users may write"),
        (as_below_a_file, "is not a folder"),
    ],
)
def test_what_cannot_be_trusted_is_refused_with_path_and_reason(made: Path, spoil: object, reason: str) -> None:
    assert callable(spoil)
    spoilt = spoil(made)
    for use in (lambda: ledger_at(spoilt).rows("key", ["ann"]), lambda: ledger_at(spoilt).claim(CLAIM)):
        with pytest.raises(LedgerError, match=reason) as raised:
            use()
        assert repr(str(spoilt)) in str(raised.value)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_file_of_another_user_is_refused(made: Path) -> None:
    os.chown(made, 12345, -1)
    with pytest.raises(LedgerError, match=r"it belongs to user 12345, .*; run the task as that user, or name"):
        ledger_at(made).claim(CLAIM)


@pytest.mark.parametrize(
    ("closed", "reason"),
    [("file", "this user may not write to it; run chmod 600 on it"), ("folder", "may not write to the folder")],
)
def test_what_this_user_may_not_write_is_refused_while_reading_too(
    closed: str, reason: str, made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root may write everywhere, so the answer to the question is set."""
    shut = str(made if closed == "file" else made.parent)
    monkeypatch.setattr(os, "access", lambda path, _how: str(path) != shut)
    with pytest.raises(LedgerError, match=reason):
        ledger_at(made).rows("key", ["ann"])


def test_a_python_without_sqlite_is_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "SQLITE_ERROR", "No module named '_sqlite3'")
    with pytest.raises(MissingLibrary) as caught:
        ledger_at(path)
    assert (caught.value.package, caught.value.detail) == ("sqlite3", "No module named '_sqlite3'")


def test_a_full_disk_is_one_sentence(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page limit stands for a full disk: SQLite raises the same error for both."""
    real = sqlite3.connect

    def limited(*args: object, **kwargs: object) -> sqlite3.Connection:
        connection: sqlite3.Connection = real(*args, **kwargs)  # type: ignore[call-overload]  # passed on as they are
        connection.execute("PRAGMA max_page_count = 1")
        return connection

    monkeypatch.setattr(sqlite3, "connect", limited)
    many = {f"recipient {number}": "+1*" for number in range(2000)}
    with pytest.raises(LedgerError, match="full"):
        ledger_at(made).claim(CLAIM._replace(recipients=many))


def test_a_claim_that_fails_leaves_nothing(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Failing(sqlite3.Connection):
        def executemany(self, *_arguments: Any) -> sqlite3.Cursor:
            raise sqlite3.OperationalError("disk I/O error")

    before = made.read_bytes()
    monkeypatch.setattr(sqlite3, "connect", partial(sqlite3.connect, factory=Failing))
    with pytest.raises(LedgerError, match="disk I/O error"):
        ledger_at(made).claim(CLAIM._replace(recipients={"bob": "+1*"}))
    assert made.read_bytes() == before


def test_ten_thousand_recipients_in_one_claim(path: Path) -> None:
    many = {f"recipient {number}": "+1*" for number in range(10_000)}
    ledger = ledger_at(path)
    assert len(ledger.claim(CLAIM._replace(recipients=many)).won) == 10_000
    assert len(ledger.rows("key", many)) == 10_000


def test_old_rows_are_purged_in_bounded_steps(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model, "PURGED_AT_ONCE", 2)
    now = [1_000_000.0]
    ledger = SqliteLedger(str(path), "account", clock=lambda: now[0])
    old = {f"recipient {number}": "+1*" for number in range(5)}
    ledger.claim(CLAIM._replace(key="old", recipients=old))
    ledger.settle("old", "run 1", dict.fromkeys(old, (Fate.ACCEPTED, ("id",))))
    now[0] += KEPT + 86400
    ledger.claim(CLAIM)
    assert len(ledger.rows("old", old)) == 2
    ledger.claim(CLAIM)
    assert ledger.rows("old", old) == {}


def asked_at_once(ledger: SqliteLedger, *calls: Callable[[], object]) -> list[object]:
    """Return the results of calls that threads make while another one commits; an error is a result too."""
    results: dict[int, object] = {}

    def make(place: int, call: Callable[[], object]) -> None:
        try:
            results[place] = call()
        except (LedgerError, KeyboardInterrupt) as error:
            results[place] = error

    threads = [threading.Thread(target=make, args=numbered) for numbered in enumerate(calls)]
    group = ledger._group
    group._is_committing = True
    for thread in threads:
        thread.start()
    end = time.monotonic() + 30
    while len(group._waiting) < len(calls):
        assert time.monotonic() < end, "a thread has not asked yet"
        time.sleep(0.001)
    with group._commit_lock:
        group._is_committing = False
        group._commit_lock.notify_all()
    for thread in threads:
        thread.join(30)
    return [results[place] for place in range(len(calls))]


def before_each_transaction(note: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> None:
    """Call this whenever the write lock of a ledger is about to be taken."""

    class Noting(sqlite3.Connection):
        def execute(self, sql: str, *arguments: Any) -> sqlite3.Cursor:
            if sql == "BEGIN IMMEDIATE":
                note()
            return super().execute(sql, *arguments)

    monkeypatch.setattr(sqlite3, "connect", partial(sqlite3.connect, factory=Noting))


def claim_of(name: str) -> Claim:
    return CLAIM._replace(recipients={name: "+1*"})


def test_what_threads_ask_for_at_once_is_committed_together(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Claims by threes, since requests wait for them; results all at once."""
    ledger = ledger_at(made)
    commits: list[int] = []
    before_each_transaction(lambda: commits.append(len(ledger._group._waiting)), monkeypatch)
    names = [f"recipient {number}" for number in range(10)]
    results = asked_at_once(ledger, *(partial(ledger.claim, claim_of(name)) for name in names))
    assert [set(each.won) for each in results if isinstance(each, Claimed)] == [{name} for name in names]
    assert commits == [7, 4, 1, 0], "how many were left to wait"
    assert set(ledger_at(made).rows("key", names)) == set(names)
    commits.clear()
    sent = (Fate.ACCEPTED, ("id",))
    asked_at_once(ledger, *(partial(ledger.settle, "key", "run 1", {name: sent}) for name in names))
    assert commits == [0]
    assert {row.state for row in ledger_at(made).rows("key", names).values()} == {State.ACCEPTED}


def test_no_transaction_holds_more_than_three_claims_whatever_waits_between_them(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = ledger_at(made)
    left: list[int] = []
    before_each_transaction(lambda: left.append(sum(each.is_claim for each in ledger._group._waiting)), monkeypatch)
    sent = (Fate.ACCEPTED, ("id",))
    calls: list[Callable[[], object]] = []
    for name in ("bob", "carl", "dora", "emil", "fay"):
        calls += [partial(ledger.claim, claim_of(name)), partial(ledger.settle, "key", "run 1", {"ann": sent})]
    results = asked_at_once(ledger, *calls)
    assert [type(each) for each in results] == [Claimed, Settled] * 5
    assert left == [2, 0], "how many claims were left to wait"


def test_a_broken_row_of_one_thread_does_not_undo_what_another_asked_for(made: Path) -> None:
    with closing(sqlite3.connect(made, isolation_level=None)) as connection:
        connection.execute("UPDATE row SET claimed_at = 9e999")
    ledger = ledger_at(made)
    first, broken, last = asked_at_once(
        ledger, *(partial(ledger.claim, claim_of(name)) for name in ("bob", "ann", "carl"))
    )
    assert isinstance(broken, LedgerError)
    assert "cannot be written" in str(broken)
    assert [each.won for each in (first, last) if isinstance(each, Claimed)] == [{"bob"}, {"carl"}]
    assert set(ledger_at(made).rows("key", ["bob", "carl"])) == {"bob", "carl"}


def test_what_cannot_be_committed_is_tried_once_for_all_who_wait(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If each group of three waited anew for a lock of another program, the task would miss its deadline."""
    tries: list[None] = []

    def fail(_self: SafeFile) -> None:
        tries.append(None)
        raise sqlite3.OperationalError("database is locked")

    ledger = ledger_at(made)
    names = [f"recipient {number}" for number in range(10)]
    with monkeypatch.context() as patch:
        patch.setattr(SafeFile, "make", fail)
        results = asked_at_once(ledger, *(partial(ledger.claim, claim_of(name)) for name in names))
    assert Counter(type(each) for each in results) == {LedgerError: 10}
    assert len(tries) == 1
    assert ledger.claim(claim_of("bob")).won == {"bob"}


@pytest.mark.parametrize("where", [(SafeFile, "make"), (Change, "publish")], ids=["first", "last"])
def test_an_interrupted_commit_leaves_nobody_waiting(
    where: tuple[type, str], made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_self: Any) -> None:
        raise KeyboardInterrupt

    ledger = ledger_at(made)
    with monkeypatch.context() as patch:
        patch.setattr(*where, interrupt)
        results = asked_at_once(ledger, *(partial(ledger.claim, claim_of(name)) for name in ("bob", "carl", "dora")))
    assert Counter(type(each) for each in results) == {KeyboardInterrupt: 1, LedgerError: 2}
    assert any("it was interrupted" in str(each) for each in results)
    assert ledger.claim(claim_of("emil")).won == {"emil"}


def test_what_cannot_be_committed_fails_for_everybody_who_asked(made: Path) -> None:
    made.chmod(0o666)
    ledger = ledger_at(made)
    results = asked_at_once(ledger, *(partial(ledger.claim, claim_of(name)) for name in ("bob", "carl")))
    assert [type(each) for each in results] == [LedgerError, LedgerError]
    made.chmod(0o600)
    assert ledger_at(made).rows("key", ["bob", "carl"]) == {}
    assert ledger.claim(claim_of("bob")).won == {"bob"}


def test_accounts_do_not_see_each_other(path: Path) -> None:
    ledger_at(path).claim(CLAIM)
    assert SqliteLedger(str(path), "another account").claim(CLAIM).won == {"ann"}


class Traced(sqlite3.Connection):
    """A connection that notes each statement that reads or writes rows, with its values in place."""

    statements: ClassVar[list[str]] = []

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.set_trace_callback(self.note)

    @classmethod
    def note(cls, statement: str) -> None:
        if re.match("SELECT .* FROM row|INSERT|UPDATE|DELETE", statement):
            cls.statements.append(statement)


def plan_of(connection: sqlite3.Connection, statement: str) -> list[str]:
    """Return the steps by which SQLite finds the rows of a statement."""
    return [step[3] for step in connection.execute(f"EXPLAIN QUERY PLAN {statement}")]


@pytest.fixture
def traced(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list that collects the statements of the ledger from now on."""
    monkeypatch.setattr(sqlite3, "connect", partial(sqlite3.connect, factory=Traced))
    monkeypatch.setattr(Traced, "statements", [])
    return Traced.statements


def send_once(ledger: SqliteLedger) -> None:
    """Call whatever a delivery without a log search calls: rows, locks, claim, settle in each way, amend."""
    many = {f"recipient {number}": "+1*" for number in range(600)}
    rows = ledger.rows("key", many)
    ledger.claim(CLAIM._replace(recipients=many))
    fates = dict.fromkeys(many, (Fate.ACCEPTED, ("id",))) | {"recipient 1": (Fate.NOT_SENT, ())}
    ledger.settle("key", "run 1", fates)
    rows = ledger.rows("key", many)
    assert set(ledger.rows_at([("key", "recipient 2"), ("another", "recipient 2")])) == {("key", "recipient 2")}
    ledger.scheduled()
    ledger.amend([(rows["recipient 2"], rows["recipient 2"]._replace(label="x")), (rows["recipient 3"], None)])


def test_every_statement_of_a_send_finds_its_rows_by_an_index(made: Path, traced: list[str]) -> None:
    send_once(ledger_at(made))
    with closing(sqlite3.connect(made)) as connection:
        plans = {statement: plan_of(connection, statement) for statement in list(traced)}
    assert {statement.split()[0] for statement in plans} == {"SELECT", "INSERT", "UPDATE", "DELETE"}
    for statement, plan in plans.items():
        assert not any(step.startswith("SCAN") or "TEMP B-TREE" in step for step in plan), (statement[:200], plan)
    found = {step for plan in plans.values() for step in plan}
    for index in (
        "sqlite_autoindex_row_1 (account=? AND key=? AND recipient=?)",
        "row_scheduled (account=?)",
        "row_keep_until (keep_until<?)",
    ):
        assert any(index in step for step in found), (index, found)


def test_a_send_asks_no_more_of_a_large_ledger_than_of_a_small_one(
    path: Path, traced: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In steps of SQLite's own machine, which are the same whatever else the computer does."""
    steps: list[int] = []
    for size in (100, 10_000):
        ledger = SqliteLedger(str(path.with_name(f"{size}.sqlite3")), "account")
        for start in range(0, size, 5_000):
            many = {f"recipient {number}": "+1*" for number in range(start, min(start + 5_000, size))}
            ledger.claim(CLAIM._replace(key=f"other {start}", recipients=many))
        with monkeypatch.context() as patch:
            steps.append(0)
            patch.setattr(Traced, "note", classmethod(lambda cls, _statement: None))
            patch.setattr(sqlite3, "connect", partial(sqlite3.connect, factory=counting(steps)))
            send_once(ledger)
    small, large = steps
    assert large <= small * 1.1, steps


def test_the_rows_of_many_recipients_are_looked_for_once(made: Path, traced: list[str]) -> None:
    ledger = ledger_at(made)
    many = {f"recipient {number}": "+1*" for number in range(1_200)}
    for key in ("one", "other"):
        ledger.claim(CLAIM._replace(key=key, recipients=many))
    traced.clear()
    found = ledger.rows_of([*many, "recipient 1", "nobody"])
    assert Counter(row.recipient for row in found) == dict.fromkeys(many, 2)
    selects = [statement for statement in traced if statement.startswith("SELECT")]
    assert len(selects) == 1
    with closing(sqlite3.connect(made)) as connection:
        connection.execute("CREATE TEMP TABLE recipients (recipient TEXT PRIMARY KEY)")
        steps = plan_of(connection, selects[0])
    assert steps[0].endswith("sqlite_autoindex_row_1 (account=?)"), steps


def counting(steps: list[int]) -> type[sqlite3.Connection]:
    """Return a class of connections that count the steps of SQLite's machine, in tens, in the last entry."""

    class Counting(sqlite3.Connection):
        def __init__(self, *args: Any, **named: Any) -> None:
            super().__init__(*args, **named)
            self.set_progress_handler(self.step, 10)

        @staticmethod
        def step() -> int:
            steps[-1] += 1
            return 0

    return Counting


def test_a_claim_writes_to_no_index_that_spreads_its_recipients(made: Path) -> None:
    """Their names are hashes: an index that does not begin with the key has a page to write for each of them."""
    with closing(sqlite3.connect(made)) as connection:
        indexes = [
            row[0] for row in connection.execute("SELECT sql FROM sqlite_master WHERE sql LIKE '%INDEX% ON row %'")
        ]
    assert len(indexes) == 2
    assert not [sql for sql in indexes if "recipient" in sql]


@pytest.mark.parametrize("version", [1, 2, 3])
def test_a_file_of_an_earlier_release_is_results_to_this_one_and_keeps_its_rows(made: Path, version: int) -> None:
    record = next(values_of([ledger_at(made).rows("key", ["ann"])["ann"]]))[: len(FIRST_FIELDS)]
    made.unlink()
    made.touch(0o600)
    with closing(sqlite3.connect(made, isolation_level=None)) as connection:
        for statement in (each for step in sqlite.STEPS[:version] for each in step):
            connection.execute(statement)
        if version == 2:
            connection.execute("CREATE INDEX row_recipient ON row (account, recipient)")
        connection.execute(f"PRAGMA user_version = {version}")
        columns, places = ", ".join(("account", *FIRST_FIELDS)), ", ".join("?" * (len(FIRST_FIELDS) + 1))
        connection.execute(f"INSERT INTO row ({columns}) VALUES ({places})", ("account", *record))  # noqa: S608 - of this test
    ledger = ledger_at(made)
    assert [row.recipient for row in ledger.rows_of(["ann"])] == ["ann"], "who only reads leaves it as it is"
    assert version_of(made) == version
    assert ledger.claim(CLAIM._replace(owner="run 2")).lost["ann"].owner == "run 1", "it is not damaged"
    assert ledger.settle("key", "run 1", {"ann": (Fate.ACCEPTED, ("id",))}).overtaken == ()
    assert version_of(made) == sqlite.SCHEMA_VERSION
    assert not ledger.created
    assert ledger.rows("key", ["ann"])["ann"].smsids == ("id",)
    with closing(sqlite3.connect(made)) as connection:
        assert ("row_recipient",) not in connection.execute("SELECT name FROM sqlite_master").fetchall()


def test_the_rows_of_schema_4_keep_their_checksums_and_what_they_cover(made: Path) -> None:
    made.unlink()
    made.touch(0o600)
    with closing(sqlite3.connect(made, isolation_level=None)) as connection:
        for statement in (each for step in sqlite.STEPS[:4] for each in step):
            connection.execute(statement)
        connection.execute("PRAGMA user_version = 4")
        names, marks = ", ".join((*FIRST_FIELDS, "checksum")), ", ".join("?" * (len(FIRST_FIELDS) + 1))
        connection.executemany(f"INSERT INTO row (account, {names}) VALUES ('account', {marks})", EARLIER_RECORDS)  # noqa: S608 - of this test
    ledger = SqliteLedger(str(made), "account", clock=lambda: 1_000_060.0)

    def stored() -> tuple[Row, ...]:
        return (*ledger.rows("key", ["ann"]).values(), *ledger.rows("plain", ["bob"]).values())

    assert stored() == EARLIER_ROWS
    assert (version_of(made), ledger.scheduled()) == (4, [EARLIER_ROWS[0]]), "who only reads leaves it as it is"
    ledger.amend([])
    assert (version_of(made), stored()) == (sqlite.SCHEMA_VERSION, EARLIER_ROWS)
    with closing(sqlite3.connect(made, isolation_level=None)) as connection:
        connection.execute("UPDATE row SET effect_by = 1.0")
    assert [row.is_damaged for row in stored()] == [True, True], "a new column counts once it is set"


RACER = """
import sys, time
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import Claim, DedupePolicy
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.sqlite import SqliteLedger
path, owner, begin = sys.argv[1], sys.argv[2], float(sys.argv[3])
claim = Claim("key", "", DedupePolicy("text", 600.0), {"ann": "+1*"}, owner, "host", 90.0, 100.0)
time.sleep(max(0.0, begin - time.time()))
print(len(SqliteLedger(path, "account").claim(claim).won))
"""


@pytest.mark.parametrize("there_before", [False, True], ids=["new file", "existing file"])
def test_of_twenty_processes_one_wins(path: Path, there_before: bool) -> None:
    if there_before:
        ledger_at(path).claim(CLAIM._replace(key="another"))
    begin = str(time.time() + 2.0)
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RACER, str(path), f"run {number}", begin],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(COLLECTIONS)},
        )
        for number in range(20)
    ]
    won = [racer.communicate(timeout=60)[0].strip() for racer in racers]
    assert sorted(won) == ["0"] * 19 + ["1"]


def test_of_many_runs_that_compare_and_set_one_file_one_wins(made: Path) -> None:
    row = ledger_at(made).rows("key", ["ann"])["ann"]
    barrier = threading.Barrier(6)

    def race(number: int) -> bool:
        barrier.wait(30)
        new = row._replace(owner=f"run {number}")
        return ledger_at(made).compare_and_set(
            {("key", "ann"): (row, new), ("cancel", ""): (None, new._replace(key="cancel", recipient=""))}
        )

    with ThreadPoolExecutor(6) as threads:
        won = list(threads.map(race, range(6)))
    assert won.count(True) == 1
    owner = f"run {won.index(True)}"
    assert {each.owner for each in ledger_at(made).newest(lambda _row: True, 9)} == {owner}


def test_a_ledger_that_another_run_makes_at_this_moment_is_not_taken_for_another_programs(tmp_path: Path) -> None:
    """Between two reads of an empty file another run may make all tables at once."""
    path = tmp_path / "ledger.sqlite3"
    path.touch(mode=0o600)

    class Overtaken:
        """A connection during whose first statement another run makes the ledger."""

        def __init__(self, connection: sqlite3.Connection) -> None:
            self._connection = connection
            self._first = True

        def execute(self, statement: str) -> Any:
            record = self._connection.execute(statement).fetchone()
            if self._first:
                self._first = False
                SqliteLedger(str(path), "account").amend([])
            return Answer(record)

    class Answer:
        """The one row of a statement."""

        def __init__(self, row: Any) -> None:
            self._row = row

        def fetchone(self) -> Any:
            return self._row

    with closing(sqlite3.connect(path)) as connection:
        slow: Any = Overtaken(connection)
        SqliteLedger(str(path), "account")._check_origin(slow)


def test_a_journal_that_goes_while_it_is_looked_at_is_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A commit of another run or thread removes it at any moment."""
    path = tmp_path / "ledger.sqlite3"
    SqliteLedger(str(path), "account").amend([])
    SqliteLedger(str(path), "account").change([("key", "name")], lambda _rows, _now: {}, purge=1)
    journal, lstat = Path(f"{path}-journal"), os.lstat
    journal.touch(mode=0o600)

    def gone(looked_at: object) -> os.stat_result:
        status = lstat(str(looked_at))
        if str(looked_at) == str(journal):
            journal.unlink()
        return status

    monkeypatch.setattr(os, "lstat", gone)
    assert SqliteLedger(str(path), "account").rows("key", ["name"]) == {}
    assert not journal.exists()
