# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ledger in a database: what it makes, what it refuses, who wins, and what a lost connection leaves."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
import trustme

from ansible_collections.voip_communications.sms.plugins.module_utils._ledger import (
    model,
    postgresql_schema,
    postgresql_session,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.database import read_database
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.limits import Limit, Limits
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import (
    KEPT,
    Claimed,
    LedgerError,
    Row,
    State,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.postgresql import PostgresqlLedger
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.postgresql_session import Unreachable
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.question import Opening, Question
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.row import COLUMNS
from ansible_collections.voip_communications.sms.plugins.module_utils._message.outcome import Fate
from ansible_collections.voip_communications.sms.tests.support import ledger_rows
from ansible_collections.voip_communications.sms.tests.support.ledger_rows import (
    EARLIER_RECORDS,
    EARLIER_ROWS,
    FIRST_FIELDS,
)
from ansible_collections.voip_communications.sms.tests.support.postgresql import (
    PASSWORD,
    USER,
    PostgresServer,
    Relay,
    StillPostgresqlLedger,
)
from ansible_collections.voip_communications.sms.tests.support.waiting import until

CLAIM = ledger_rows.CLAIM._replace(label="deploy \u00e4\u20ac'\"%s \U0001f600")
ACCEPTED = (Fate.ACCEPTED, ("id",))
NOT_SENT = (Fate.NOT_SENT, ())


@pytest.fixture
def url(postgres: PostgresServer, dbname: str) -> str:
    """Return the URL of the empty database."""
    return postgres.url(dbname)


@pytest.fixture
def relay(postgres: PostgresServer) -> Iterator[Relay]:
    """Return a route to the server that can be cut."""
    with Relay(postgres.port) as relay:
        yield relay


@pytest.fixture
def through(relay: Relay, dbname: str) -> PostgresqlLedger:
    """Return a ledger on that route; its tables exist."""
    ledger = ledger_at(f"postgresql://{USER}@localhost:{relay.port}/{dbname}?sslmode=disable")
    ledger.amend([])
    return ledger


def ledger_at(url: str, *, account: str = "account", busy_timeout: float = 10.0) -> PostgresqlLedger:
    return PostgresqlLedger(read_database(url, {}), account, password=PASSWORD, busy_timeout=busy_timeout)


def states(ledger: PostgresqlLedger, *recipients: str) -> dict[str, State]:
    return {name: row.state for name, row in ledger.rows("key", recipients or ["ann"]).items()}


def at_once(count: int, act: Callable[[int], Any]) -> list[Any]:
    """Return the results of many threads that begin at the same moment."""
    barrier = threading.Barrier(count)

    def begin(number: int) -> Any:
        barrier.wait(30)
        return act(number)

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(begin, range(count)))


# --- The tables ---------------------------------------------------------------------------------------------------


def test_reading_creates_nothing(url: str, postgres: PostgresServer, dbname: str) -> None:
    ledger = ledger_at(url)
    assert ledger.rows("key", ["ann"]) == {}
    assert ledger.scheduled() == []
    assert (ledger.missing, ledger.created) == (True, False)
    with postgres.admin(dbname) as connection:
        assert connection.execute("SELECT to_regnamespace('voipsms')::text").fetchall() == [(None,)]


def test_the_first_claim_makes_the_tables(url: str) -> None:
    ledger = ledger_at(url)
    assert ledger.claim(CLAIM).won == {"ann"}
    assert ledger.created
    second = ledger_at(url)
    assert second.claim(CLAIM).won == set()
    assert not second.created
    assert set(second.rows("key", ["ann"])) == {"ann"}
    assert not second.missing
    ledger.claim(CLAIM)
    assert ledger.created, "a second batch of the run that made it must not hide that it did"


def test_every_value_comes_back_as_it_was(url: str) -> None:
    ledger = ledger_at(url)
    ledger.claim(CLAIM)
    ledger.settle("key", "run 1", {"ann": ACCEPTED})
    ledger.claim(CLAIM._replace(owner="run 2", dedupe=CLAIM.dedupe._replace(force=True)))
    row = ledger.rows("key", ["ann"])["ann"]
    assert (row.label, row.attempt, row.listed) == (CLAIM.label, 2, False)
    assert row.previous is not None
    ledger.amend([(row, row._replace(listed=True))])
    assert ledger.rows("key", ["ann"])["ann"] == row._replace(listed=True)


def test_many_first_claims_make_the_tables_once(url: str) -> None:
    def claim(number: int) -> tuple[bool, bool]:
        ledger = ledger_at(url)
        won = ledger.claim(CLAIM._replace(owner=f"run {number}")).won
        return ledger.created, bool(won)

    found = at_once(8, claim)
    assert sorted(created for created, _won in found) == [False] * 7 + [True]
    assert sorted(won for _created, won in found) == [False] * 7 + [True]


def test_an_upgrade_is_done_once_and_keeps_the_rows(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger_at(url).claim(CLAIM)
    more = ("ALTER TABLE voipsms.ledger ADD COLUMN more text",)
    monkeypatch.setattr(postgresql_schema, "STEPS", (*postgresql_schema.STEPS, more))
    ledgers = [ledger_at(url) for _each in range(6)]
    at_once(6, lambda number: ledgers[number].amend([]))
    assert not any(ledger.created for ledger in ledgers)
    assert states(ledgers[0]) == {"ann": State.SENDING}
    monkeypatch.undo()
    newer = rf"a newer release has written it \(schema {len(postgresql_schema.STEPS) + 1}\); update the collection"
    with pytest.raises(LedgerError, match=newer):
        ledger_at(url).rows("key", ["ann"])


@pytest.mark.parametrize(
    ("statements", "reason"),
    [
        (["UPDATE voipsms.ledger_version SET version = 99"], "newer release"),
        (["DELETE FROM voipsms.ledger_version"], "another program"),
        (["DROP TABLE voipsms.ledger_version"], "another program"),
        (["UPDATE voipsms.ledger SET claimed_at = 'NaN'"], "claimed_at of the row of .* is no finite number"),
        (["UPDATE voipsms.ledger SET lease_until = 'Infinity', checksum = NULL"], "lease_until of the row"),
        (["UPDATE voipsms.ledger SET delivers_at = '-Infinity'"], "delivers_at of the row"),
        (["DROP TABLE voipsms.ledger"], "does not exist"),
        ([f"REVOKE ALL ON voipsms.ledger FROM {USER}"], "permission denied for table ledger"),
    ],
)
def test_what_cannot_be_trusted_is_refused_with_name_and_reason(
    url: str, postgres: PostgresServer, dbname: str, statements: list[str], reason: str
) -> None:
    ledger_at(url).claim(CLAIM)
    with postgres.admin(dbname) as connection:
        for statement in statements:
            connection.execute(statement)
    for use in (lambda: ledger_at(url).rows("key", ["ann"]), lambda: ledger_at(url).claim(CLAIM)):
        with pytest.raises(LedgerError, match=reason) as raised:
            use()
        assert f"the ledger 'postgresql://localhost:{postgres.port}/{dbname}' " in str(raised.value)


def test_a_user_who_may_create_nothing_can_use_what_an_administrator_has_made(
    url: str, postgres: PostgresServer, dbname: str
) -> None:
    ledger_at(url).claim(CLAIM)
    with postgres.admin(dbname) as connection:
        connection.execute(f"ALTER DATABASE {dbname} OWNER TO postgres")
        connection.execute("REVOKE ALL ON SCHEMA public FROM public")
        for table in ("ledger", "ledger_version"):
            connection.execute(f"ALTER TABLE voipsms.{table} OWNER TO postgres")
        connection.execute("ALTER SCHEMA voipsms OWNER TO postgres")
        connection.execute(f"GRANT USAGE ON SCHEMA voipsms TO {USER}")
        connection.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON voipsms.ledger TO {USER}")
        connection.execute(f"GRANT SELECT ON voipsms.ledger_version TO {USER}")
    ledger = ledger_at(url)
    assert ledger.claim(CLAIM._replace(recipients={"ann": "", "bob": ""})).won == {"bob"}
    assert ledger.settle("key", "run 1", {"ann": ACCEPTED, "bob": NOT_SENT}).overtaken == ()
    assert states(ledger, "ann", "bob") == {"ann": State.ACCEPTED}


def test_a_user_who_may_create_nothing_cannot_make_it(url: str, postgres: PostgresServer, dbname: str) -> None:
    with postgres.admin(dbname) as connection:
        connection.execute(f"ALTER DATABASE {dbname} OWNER TO postgres")
    with pytest.raises(LedgerError, match="no tables yet, and this user has no permission to create them"):
        ledger_at(url).claim(CLAIM)


@pytest.mark.parametrize(
    ("statements", "reason"),
    [
        (["ALTER DATABASE {} SET default_transaction_read_only = on"], "its transactions are read-only"),
        ([f"REVOKE INSERT, UPDATE ON voipsms.ledger FROM {USER}"], "this user may not INSERT, UPDATE; grant it"),
        ([f"REVOKE DELETE ON voipsms.ledger FROM {USER}"], "this user may not DELETE; grant it"),
        (["DROP SCHEMA voipsms CASCADE", "ALTER DATABASE {} OWNER TO postgres"], "no tables yet, and this user"),
        (
            [
                "UPDATE voipsms.ledger_version SET version = 3",
                "ALTER TABLE voipsms.ledger DROP COLUMN revision",
                "ALTER TABLE voipsms.ledger RENAME COLUMN stamp TO revision",
                "ALTER TABLE voipsms.ledger OWNER TO postgres",
                f"GRANT ALL ON voipsms.ledger TO {USER}",
            ],
            "an earlier release has made its tables, and only their owner can upgrade them",
        ),
    ],
)
def test_what_cannot_be_written_is_foreseen_by_who_only_reads(
    url: str, postgres: PostgresServer, dbname: str, statements: list[str], reason: str
) -> None:
    ledger_at(url).claim(CLAIM)
    with postgres.admin(dbname) as connection:
        for statement in statements:
            connection.execute(statement.format(dbname))
    sentences = set()
    for use in (lambda: ledger_at(url).rows("key", ["bob"]), lambda: ledger_at(url).claim(CLAIM)):
        with pytest.raises(LedgerError, match=reason) as raised:
            use()
        sentences.add(str(raised.value))
    assert len(sentences) == 1
    assert "cannot be written" in sentences.pop()
    assert [row.recipient for row in ledger_at(url).newest(lambda _row: True, 9)] in (["ann"], []), "rows can be shown"


@pytest.mark.parametrize(
    "change",
    ["state = 'nonsense'", "smsids = '{'", "content = 'x'", "keep_until = 0", "owner = 'run 2'", "listed = true"],
)
def test_a_damaged_row_is_unknown_and_never_unclaimed(
    url: str, postgres: PostgresServer, dbname: str, change: str
) -> None:
    ledger_at(url).claim(CLAIM)
    ledger_at(url).claim(CLAIM._replace(recipients={"bob": ""}))
    with postgres.admin(dbname) as connection:
        connection.execute(f"UPDATE voipsms.ledger SET {change} WHERE recipient = 'ann'")  # noqa: S608 - of this test
    row = ledger_at(url).rows("key", ["ann"])["ann"]
    assert (row.is_damaged, row.state) == (True, State.UNKNOWN)
    resend = CLAIM._replace(owner="run 2", dedupe=CLAIM.dedupe._replace(resend_unknown=True))
    assert ledger_at(url).claim(CLAIM._replace(owner="run 2")).won == set()
    assert ledger_at(url).claim(resend).won == {"ann"}
    assert not ledger_at(url).rows("key", ["bob"])["bob"].is_damaged


def made_by_schema(
    version: int, url: str, postgres: PostgresServer, dbname: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Make the tables of an earlier release, with the rows that it wrote; before schema 3 these had no checksum."""
    with monkeypatch.context() as patch:
        patch.setattr(postgresql_schema, "STEPS", postgresql_schema.STEPS[:version])
        with ledger_at(url)._server.session("written") as session:
            assert postgresql_schema.ensure_tables(session, "the ledger")
    columns = (*FIRST_FIELDS, "checksum") if version == 3 else FIRST_FIELDS
    names, places = ", ".join(("account", "revision", *columns)), ", ".join(["%s"] * (len(columns) + 2))
    with postgres.admin(dbname) as connection:
        for number, record in enumerate(EARLIER_RECORDS):
            values = ("account", f"old {number}", *record[: len(columns)])
            connection.execute(f"INSERT INTO voipsms.ledger ({names}) VALUES ({places})", values)  # noqa: S608 - of this test


@pytest.mark.parametrize("version", [2, 3])
def test_tables_of_an_earlier_release_keep_their_rows(
    url: str, postgres: PostgresServer, dbname: str, monkeypatch: pytest.MonkeyPatch, version: int
) -> None:
    made_by_schema(version, url, postgres, dbname, monkeypatch)
    ledger = StillPostgresqlLedger(lambda: 1_000_060.0, url, "account")

    def stored() -> tuple[Row, ...]:
        return (*ledger.rows("key", ["ann"]).values(), *ledger.rows("plain", ["bob"]).values())

    assert stored() == EARLIER_ROWS
    assert (*ledger.rows_of(["ann"]), *ledger.rows_of(["bob"])) == EARLIER_ROWS
    assert ledger.scheduled() == [EARLIER_ROWS[0]]
    assert ledger.newest(lambda _row: True, 9) == list(EARLIER_ROWS)
    assert version_in(postgres, dbname) == version, "who only reads leaves them as they are"
    assert ledger.claim(CLAIM._replace(owner="run 3")).lost["ann"].owner == "run 2"
    assert (version_in(postgres, dbname), stored()) == (len(postgresql_schema.STEPS), EARLIER_ROWS)
    assert ledger.settle("key", "run 2", {"ann": ACCEPTED}).overtaken == ()
    assert states(ledger) == {"ann": State.ACCEPTED}
    with postgres.admin(dbname) as connection:
        connection.execute("UPDATE voipsms.ledger SET confirmed = true")
    assert [row.is_damaged for row in stored()] == [version == 3 or row.key == "key" for row in EARLIER_ROWS]


def version_in(postgres: PostgresServer, dbname: str) -> int:
    with postgres.admin(dbname) as connection:
        return int(connection.execute("SELECT version FROM voipsms.ledger_version").fetchall()[0][0])


def test_old_rows_are_purged_in_bounded_steps(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model, "PURGED_AT_ONCE", 2)
    ledger = ledger_at(url)
    old = {f"recipient {number}": "+1*" for number in range(5)}
    ledger.claim(CLAIM._replace(key="old", recipients=old))
    for row in ledger.rows("old", old).values():
        ledger.amend([(row, row._replace(keep_until=row.keep_until - KEPT - 86400))])
    ledger.claim(CLAIM)
    assert len(ledger.rows("old", old)) == 2
    ledger.claim(CLAIM)
    assert ledger.rows("old", old) == {}
    assert set(ledger.rows("key", ["ann"])) == {"ann"}


@pytest.mark.parametrize("is_analyzed", [False, True])
def test_a_claim_with_limits_counts_places_by_the_index_of_their_scope(
    url: str, postgres: PostgresServer, dbname: str, monkeypatch: pytest.MonkeyPatch, is_analyzed: bool
) -> None:
    """Among 5,000 places of others within the span, whatever the server knows of the table."""
    ledger = ledger_at(url)
    claim = CLAIM._replace(limits=Limits((Limit(5, 900.0),), (Limit(20_000, 900.0),)))
    ledger.claim(claim)
    with postgres.admin(dbname) as admin:
        admin.execute(
            "INSERT INTO voipsms.place (account, scope, at, owner, count) SELECT account, md5(n::text), at, owner, 1"
            " FROM voipsms.place, generate_series(1, 5000) AS n WHERE scope = ''"
        )
        if is_analyzed:
            admin.execute("ANALYZE voipsms.place")
    begun: list[tuple[str, Any]] = []
    begin = postgresql_session.Session.begin

    def noted(session: Any, statements: str, values: Any) -> Any:
        begun.append((statements, values))
        return begin(session, statements, values)

    monkeypatch.setattr(postgresql_session.Session, "begin", noted)
    ledger.claim(claim._replace(key="another key", recipients={"bob": "+1*", "carl": "+1*"}))
    (statements, values) = begun[0]
    before, counting, *_after = re.split(r";(?=\s*SELECT scope)|;(?=SELECT)", statements)
    own = values[before.count("%s") :][: counting.count("%s")]
    with postgres.admin(dbname) as admin:
        plan = "\n".join(line for (line,) in admin.execute(f"EXPLAIN {counting}", own))
    assert re.search(r"Index Cond: .*\bscope = ", plan), plan
    assert not re.search("Seq Scan|Filter: .*scope", plan), plan


def test_every_statement_of_a_send_finds_its_rows_by_an_index(
    url: str, postgres: PostgresServer, dbname: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Among 50,000 other rows, of which half are old enough to be deleted."""
    ledger = ledger_at(url)
    ledger.claim(CLAIM)
    columns = ", ".join(
        {
            "key": "md5((n / 50)::text)",
            "recipient": "md5(n::text)",
            "checksum": "NULL",
            "keep_until": "extract(epoch FROM now()) + (n % 2) * 864000 - 1000",
        }.get(name, name)
        for name in ("account", *COLUMNS, "stamp", "replaced")
    )
    with postgres.admin(dbname) as admin:
        source = "voipsms.ledger, generate_series(1, 50000) AS n"
        names = ", ".join(("account", *COLUMNS, "stamp", "replaced"))
        admin.execute(f"INSERT INTO voipsms.ledger ({names}) SELECT {columns} FROM {source}")  # noqa: S608 - fixed names
        admin.execute("ANALYZE voipsms.ledger")
    plans: dict[str, str] = {}
    execute = postgresql_session.Session.execute

    def explained(session: Any, query: Any, params: Any = ()) -> Any:
        if re.search(r"voipsms\.ledger\b", query):
            plan = execute(session, f"EXPLAIN {query}", params)
            plans[query.split()[0] + str(len(plans))] = "\n".join(line for (line,) in plan)
        return execute(session, query, params)

    monkeypatch.setattr(postgresql_session.Session, "execute", explained)
    many = {f"recipient {number}": "+1*" for number in range(100)}
    ledger.claim(CLAIM._replace(recipients=many))
    ledger.settle("key", "run 1", dict.fromkeys(many, ACCEPTED) | {"recipient 1": NOT_SENT})
    ledger.rows("key", many)
    ledger.rows_at([("key", "recipient 1"), ("another", "recipient 1")])
    ledger.rows_of(many)
    ledger.scheduled()
    assert {name.rstrip("0123456789") for name in plans} == {"DELETE", "SELECT", "INSERT"}
    assert len(plans) == 11
    for plan in plans.values():
        assert "Seq Scan on ledger" not in plan, plan
    found = "\n".join(plans.values())
    for index in ("ledger_pkey", "ledger_account_recipient_idx", "ledger_keep_until_idx", "ledger_account_idx"):
        assert index in found, found


def test_ten_thousand_recipients_in_one_claim(url: str) -> None:
    many = {f"recipient {number}": "+1*" for number in range(10_000)}
    ledger = ledger_at(url)
    assert len(ledger.claim(CLAIM._replace(recipients=many)).won) == 10_000
    assert len(ledger.rows("key", many)) == 10_000
    assert ledger.settle("key", "run 1", dict.fromkeys(many, NOT_SENT)).overtaken == ()
    assert ledger.rows("key", many) == {}


def test_accounts_do_not_see_each_other(url: str) -> None:
    ledger_at(url).claim(CLAIM)
    other = ledger_at(url, account="another account")
    assert other.rows("key", ["ann"]) == {}
    assert other.claim(CLAIM).won == {"ann"}


def test_what_a_database_cannot_keep_is_one_sentence(url: str) -> None:
    with pytest.raises(LedgerError, match="cannot be written"):
        ledger_at(url).claim(CLAIM._replace(label="a\0b"))
    with pytest.raises(LedgerError, match="cannot be written"):
        ledger_at(url).claim(CLAIM._replace(label="a\udcff"))


# --- Who wins -----------------------------------------------------------------------------------------------------


def test_of_twenty_claims_of_different_messages_as_many_win_as_the_limit_allows(url: str) -> None:
    """Each has a row of its own, so only the count stands between them."""
    ledger_at(url).amend([])
    for number, limits in enumerate((Limits((Limit(5, 900.0),)), Limits(account=(Limit(5, 900.0),)))):

        def act(place: int, limits: Limits = limits, number: int = number) -> Claimed:
            claim = CLAIM._replace(key=f"key {number} {place}", owner=f"{number}{place:015}", limits=limits)
            return ledger_at(url, busy_timeout=60.0).claim(claim)

        claimed = at_once(20, act)
        assert sum(len(one.won) for one in claimed) == 5
        assert sum(len(one.held) for one in claimed) == 15
    assert ledger_at(url).held_count(None) == 30


def test_of_twenty_claims_one_wins(url: str) -> None:
    ledger_at(url).amend([])

    def claim(number: int) -> Claimed:
        return ledger_at(url, busy_timeout=30).claim(CLAIM._replace(owner=f"run {number}"))

    claims = at_once(20, claim)
    assert sorted(len(each.won) for each in claims) == [0] * 19 + [1]
    (winner,) = {f"run {number}" for number, each in enumerate(claims) if each.won}
    assert {each.lost["ann"].owner for each in claims if each.lost} == {winner}


def test_who_had_to_wait_for_another_change_goes_on_whatever_the_databases_default(
    url: str, postgres: PostgresServer, dbname: str
) -> None:
    ledger = ledger_at(url, busy_timeout=30)
    ledger.claim(CLAIM)
    ledger.settle("key", "run 1", {"ann": (Fate.REFUSED, ())})
    waiting = "SELECT FROM pg_stat_activity WHERE datname = %s AND wait_event_type = 'Lock'"
    with postgres.admin() as watch, postgres.admin(dbname) as connection, ThreadPoolExecutor(1) as thread:
        watch.execute(f"ALTER DATABASE {dbname} SET default_transaction_isolation = 'serializable'")
        with connection.transaction():
            connection.execute("UPDATE voipsms.ledger SET label = 'marked'")
            claim = thread.submit(ledger.claim, CLAIM._replace(owner="run 2"))
            while not watch.execute(waiting, (dbname,)).fetchall():
                assert not claim.done()
                time.sleep(0.02)
        assert claim.result(30).won == {"ann"}


def test_what_is_committed_is_on_the_disk_whatever_the_databases_default(
    url: str, postgres: PostgresServer, dbname: str
) -> None:
    for setting, expected in (("off", "on"), ("remote_apply", "remote_apply")):
        with postgres.admin(dbname) as admin:
            admin.execute(f"ALTER DATABASE {dbname} SET synchronous_commit = {setting}")
        with ledger_at(url)._server.session("read") as connection:
            assert connection.execute("SHOW synchronous_commit") == [(expected,)]


def test_claims_in_opposite_orders_do_not_lock_each_other_out(url: str, postgres: PostgresServer, dbname: str) -> None:
    ledger_at(url).amend([])
    names = [f"recipient {number}" for number in range(300)]
    forced = CLAIM._replace(dedupe=CLAIM.dedupe._replace(force=True))

    def act(number: int) -> None:
        ledger, owner = ledger_at(url, busy_timeout=30), f"run {number}"
        mine = names if number % 2 else names[::-1]
        for _each in range(3):
            won = ledger.claim(forced._replace(owner=owner, recipients=dict.fromkeys(mine, ""))).won
            fates = {name: NOT_SENT if int(name[-1]) % 2 else ACCEPTED for name in mine if name in won}
            assert ledger.settle("key", owner, fates).overtaken == ()

    at_once(8, act)
    with postgres.admin() as connection:
        assert connection.execute(
            "SELECT deadlocks FROM pg_stat_database WHERE datname = %s", (dbname,)
        ).fetchall() == [(0,)]


class Overtaken(PostgresqlLedger):
    """A ledger for which something happens between its first read and its write."""

    def __init__(self, url: str, meanwhile: Callable[[], object]) -> None:
        super().__init__(read_database(url, {}), "account", password=PASSWORD)
        self._meanwhile: Callable[[], object] | None = meanwhile

    def _clock(self, connection: Any) -> float:
        now = super()._clock(connection)
        # The first look at the clock is the purge's, when nothing is read yet.
        if self._reads and self._meanwhile is not None:
            meanwhile, self._meanwhile = self._meanwhile, None
            meanwhile()
        return now

    _reads = 0

    def _read(self, connection: Any, identities: Any) -> Any:
        self._reads += 1
        return super()._read(connection, identities)


@pytest.mark.parametrize("there_before", [False, True], ids=["no row", "refused row"])
def test_a_row_that_was_claimed_between_look_and_write_is_lost(url: str, there_before: bool) -> None:
    other = ledger_at(url)
    other.amend([])
    if there_before:
        other.claim(CLAIM)
        other.settle("key", "run 1", {"ann": (Fate.REFUSED, ())})
    slow = Overtaken(url, lambda: other.claim(CLAIM._replace(owner="run 2")))
    found = slow.claim(CLAIM._replace(recipients={"ann": "", "bob": ""}))
    assert found.won == {"bob"}
    assert found.lost["ann"].owner == "run 2"
    assert slow._reads == 2


def test_a_row_that_came_and_went_between_look_and_write_is_claimed(url: str) -> None:
    other = ledger_at(url)

    def meanwhile() -> None:
        other.claim(CLAIM._replace(owner="run 2"))
        other.settle("key", "run 2", {"ann": (Fate.REFUSED, ())})

    assert Overtaken(url, meanwhile).claim(CLAIM).won == {"ann"}
    assert other.rows("key", ["ann"])["ann"].attempt == 2


def test_a_row_that_never_stays_as_it_was_read_is_given_up(url: str) -> None:
    """Every read finds a change of another run: without an end, the task would try for ever."""
    other = ledger_at(url)
    other.claim(CLAIM)
    looks = iter(range(1, 1000))

    class Restless(PostgresqlLedger):
        def _read(self, connection: Any, identities: Any) -> Any:
            found = super()._read(connection, identities)
            row = other.rows("key", ["ann"])["ann"]
            other.amend([(row, row._replace(label=f"change {next(looks)}"))])
            return found

    ledger = Restless(read_database(url, {}), "account", password=PASSWORD, busy_timeout=2.0)
    with pytest.raises(LedgerError, match="other runs keep changing the same rows; run the task again"):
        ledger.settle("key", "run 1", {"ann": ACCEPTED})
    assert next(looks) > 2
    assert states(other) == {"ann": State.SENDING}


@pytest.mark.parametrize("fate", [ACCEPTED, NOT_SENT])
def test_a_mark_that_was_made_meanwhile_does_not_keep_a_claim_from_being_settled(
    url: str, fate: tuple[Fate, tuple[str, ...]]
) -> None:
    other = ledger_at(url)
    other.claim(CLAIM)
    row = other.rows("key", ["ann"])["ann"]
    slow = Overtaken(url, lambda: other.amend([(row, row._replace(listed=True))]))
    assert slow.settle("key", "run 1", {"ann": fate}).overtaken == ()
    assert slow._reads == 2
    assert states(other) == ({"ann": State.ACCEPTED} if fate is ACCEPTED else {})


class FailedOver(PostgresqlLedger):
    """A ledger whose server answers its first settlement no more; another one takes over."""

    def __init__(self, url: str, meanwhile: Callable[[], object], *, is_written: bool) -> None:
        super().__init__(read_database(url, {}), "account", password=PASSWORD)
        self._meanwhile = meanwhile
        self._is_written = is_written
        self._attempts = 0

    def _step(self, connection: Any, stored: Any, decide: Any, written: Any, write: Any) -> Any:
        return super()._step(connection, stored, decide, written, partial(self._write, write))

    def _write(self, write: Any, account: str, connection: Any, changes: Any, stored: Any) -> Any:
        self._attempts += any(row.state is not State.SENDING for row in changes.values() if row is not None)
        if self._attempts != 1:
            return write(account, connection, changes, stored)
        if self._is_written:
            write(account, connection, changes, stored)
        self._attempts += 1
        self._meanwhile()
        raise Unreachable("the server is gone")


@pytest.mark.parametrize("is_kept", [False, True], ids=["an older replica", "the same rows"])
def test_a_result_is_overtaken_where_another_run_has_claimed_after_a_fail_over(url: str, is_kept: bool) -> None:
    other = ledger_at(url)
    again = CLAIM._replace(owner="run 2", dedupe=CLAIM.dedupe._replace(force=True))

    def claims() -> None:
        if not is_kept:
            other.amend([(other.rows("key", ["ann"])["ann"], None)])
        assert "ann" in other.claim(again).won

    ledger = FailedOver(url, claims, is_written=is_kept)
    ledger.claim(CLAIM)
    assert ledger.settle("key", "run 1", {"ann": ACCEPTED}).overtaken == (() if is_kept else ("ann",))
    assert other.rows("key", ["ann"])["ann"].owner == "run 2"


def test_a_change_that_comes_too_late_changes_nothing(url: str) -> None:
    other = ledger_at(url)
    other.claim(CLAIM)
    row = other.rows("key", ["ann"])["ann"]
    slow = Overtaken(url, lambda: other.settle("key", "run 1", {"ann": ACCEPTED}))
    slow.amend([(row, None)])
    assert states(other) == {"ann": State.ACCEPTED}


@pytest.mark.parametrize("is_kept", [True, False], ids=["changed", "deleted"])
def test_a_question_that_another_run_changes_between_read_and_write_is_decided_again(url: str, is_kept: bool) -> None:
    """Else an answer that the other run has noted would be lost."""
    one, other = ledger_at(url), ledger_at(url)
    question = one.open_question(Opening("key", "deploy", "content", 900.0, "", lambda _others: ("secret", "marks")))
    read: list[str] = []

    def decide(stored: Question | None, _others: object, _now: float) -> Question | None:
        assert stored is not None
        read.append(stored.facts)
        if len(read) == 1:
            assert other.set_question(question, question._replace(facts="theirs"))
        return stored._replace(facts=f"{stored.facts} ours") if is_kept else None

    before, after = one.change_question("key", decide)
    assert (read, before and before.facts) == (["", "theirs"], "theirs")
    assert other.question("key") == after
    assert (after and after.facts) == ("theirs ours" if is_kept else None)


@pytest.mark.parametrize("is_same", [False, True], ids=["removed", "written as it was"])
def test_what_is_set_as_a_whole_is_compared_when_it_is_written(url: str, is_same: bool) -> None:
    other = ledger_at(url)
    other.claim(CLAIM)
    row = other.rows("key", ["ann"])["ann"]
    record = row._replace(key="cancel", recipient="", state=State.CANCELLING)

    def meanwhile() -> None:
        other.amend([(row, None)])
        other.amend([(None, row)] if is_same else [])

    slow = Overtaken(url, meanwhile)
    change = {("cancel", ""): (None, record), ("key", "ann"): (row, row._replace(state=State.CANCELLING))}
    assert slow.compare_and_set(change) is is_same
    found = {each.state for each in other.newest(lambda _row: True, 9)}
    assert found == ({State.CANCELLING} if is_same else set())


def test_what_is_set_as_a_whole_waits_for_no_run_that_waits_for_it(
    url: str, postgres: PostgresServer, dbname: str
) -> None:
    """Claims of the same rows, in both orders, and some that are absent for one and claimed by the other."""
    forced = CLAIM._replace(dedupe=CLAIM.dedupe._replace(force=True))
    ledger_at(url).amend([])
    names = [f"recipient {number}" for number in range(8)]

    def act(number: int) -> None:
        ledger = ledger_at(url, busy_timeout=30)
        for turn in range(8):
            owner = f"run {number} {turn}"
            if number % 2:
                won = ledger.claim(forced._replace(owner=owner, recipients=dict.fromkeys(names[turn % 3 :], ""))).won
                ledger.settle("key", owner, dict.fromkeys(won, NOT_SENT if turn % 2 else ACCEPTED))
                continue
            rows = ledger.rows("key", names)
            mine = {("key", name): (rows.get(name), rows.get(name) if turn % 2 else None) for name in reversed(names)}
            ledger.compare_and_set(mine)

    at_once(6, act)
    with postgres.admin() as connection:
        assert connection.execute(
            "SELECT deadlocks FROM pg_stat_database WHERE datname = %s", (dbname,)
        ).fetchall() == [(0,)]


def test_a_lock_that_somebody_holds_is_not_waited_for_longer_than_asked(
    url: str, postgres: PostgresServer, dbname: str
) -> None:
    ledger = ledger_at(url, busy_timeout=1.0)
    ledger.claim(CLAIM)
    ledger.settle("key", "run 1", {"ann": (Fate.REFUSED, ())})
    with postgres.admin(dbname) as connection, connection.transaction():
        connection.execute("UPDATE voipsms.ledger SET label = label")
        begin = time.monotonic()
        with pytest.raises(LedgerError, match="statement timeout"):
            ledger.claim(CLAIM._replace(owner="run 2"))
        assert time.monotonic() - begin < 8
    assert states(ledger) == {"ann": State.REFUSED}


# --- The clock ----------------------------------------------------------------------------------------------------


def test_the_clock_is_the_servers(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger, real = ledger_at(url), time.time
    monkeypatch.setattr(time, "time", lambda: real() + 600)
    assert abs(ledger.now() - real()) < 60
    assert abs(ledger.claim(CLAIM).at - real()) < 60
    assert abs(ledger.rows("key", ["ann"])["ann"].claimed_at - real()) < 60


def test_the_clock_goes_on_while_the_machine_sleeps(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asleep, ``time.monotonic`` stands still; another connection is not made before the time is asked for."""
    ledger = ledger_at(url)
    before = ledger.now()
    stopped = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: stopped)
    threading.Event().wait(0.5)
    assert ledger.now() - before >= 0.5


def test_the_clock_can_be_told_after_the_server_has_gone(through: PostgresqlLedger, relay: Relay) -> None:
    relay.fail("before", "ledger", for_good=True)
    with pytest.raises(LedgerError):
        through.rows("key", ["ann"])
    first = through.now()
    assert abs(first - time.time()) < 60
    assert first <= through.now() < first + 60


# --- The connection -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_claim_whose_connection_is_cut_fails_and_is_given_back(
    through: PostgresqlLedger, relay: Relay, url: str, when: str
) -> None:
    relay.fail(when, "INSERT INTO voipsms.ledger ")
    with pytest.raises(LedgerError, match="cannot be written"):
        through.claim(CLAIM)
    assert relay.failures == 1
    assert ledger_at(url).rows("key", ["ann"]) == {}


@pytest.mark.parametrize(("when", "left"), [("before", {}), ("after", {"ann": State.SENDING})])
def test_a_claim_that_cannot_be_given_back_stands(
    through: PostgresqlLedger, relay: Relay, url: str, when: str, left: Mapping[str, State]
) -> None:
    relay.fail(when, "INSERT INTO voipsms.ledger ", for_good=True)
    with pytest.raises(LedgerError, match="cannot be written"):
        through.claim(CLAIM)
    assert states(ledger_at(url)) == left


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    ("fate", "statement", "left"),
    [
        (ACCEPTED, "INSERT INTO voipsms.ledger ", {"ann": State.ACCEPTED}),
        (NOT_SENT, "DELETE FROM voipsms.ledger ", {}),
    ],
    ids=["accepted", "not sent"],
)
def test_what_came_of_a_claim_is_written_down_although_the_connection_was_cut(
    through: PostgresqlLedger,
    relay: Relay,
    when: str,
    fate: tuple[Fate, tuple[str, ...]],
    statement: str,
    left: Mapping[str, State],
) -> None:
    through.claim(CLAIM)
    relay.fail(when, statement)
    assert through.settle("key", "run 1", {"ann": fate}).overtaken == ()
    assert relay.failures == 1
    assert states(through) == left


def test_a_server_that_stays_away_is_tried_again_for_a_while(relay: Relay, url: str, dbname: str) -> None:
    ledger_at(url).claim(CLAIM)
    way = f"postgresql://{USER}@localhost:{relay.port}/{dbname}?sslmode=disable"
    ledger = ledger_at(way, busy_timeout=1.2)
    relay.__exit__(None, None, None)
    begin = time.monotonic()
    with pytest.raises(LedgerError, match="cannot be written"):
        ledger.settle("key", "run 1", {"ann": ACCEPTED})
    assert 0.9 < time.monotonic() - begin < 8
    assert states(ledger_at(url)) == {"ann": State.SENDING}


def test_a_server_that_says_nothing_is_not_waited_for(
    relay: Relay, url: str, dbname: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger_at(url).amend([])
    monkeypatch.setattr(postgresql_session, "ANSWERED_WITHIN", 0.2)
    ledger = ledger_at(f"postgresql://{USER}@localhost:{relay.port}/{dbname}?sslmode=disable", busy_timeout=1.0)
    relay.fail("silent", "voipsms.ledger ")
    begin = time.monotonic()
    with pytest.raises(LedgerError, match=r"cannot be read \(the server did not answer in time\)"):
        ledger.rows("key", ["ann"])
    assert time.monotonic() - begin < 8


# A pooler keeps the name of an application, too, where a client has none.
SETTINGS = "SELECT name, setting FROM pg_settings WHERE name !~ '^(application_name|plpgsql[.])' ORDER BY name"


def test_no_setting_stays_on_a_connection_that_is_used_again(postgres: PostgresServer, dbname: str) -> None:
    way: Any = {"host": str(postgres.sockets), "port": postgres.port, "user": USER, "dbname": dbname}
    with psycopg.connect(**way, autocommit=True, cursor_factory=psycopg.ClientCursor) as used:
        before = used.execute(SETTINGS).fetchall()
        session = postgresql_session.Session(used, 5.0)
        assert session.execute("SHOW statement_timeout") == [("5s",)]
        with session.transaction():
            assert session.execute("SHOW search_path") == [("pg_catalog",)]
        with pytest.raises(psycopg.Error):
            session.execute("SELECT 1/0")
        assert session.execute("SELECT %s", (1,)) == [(1,)], "after an error it can be used on"
        assert used.execute(SETTINGS).fetchall() == before


@pytest.fixture
def pooler(postgres: PostgresServer, dbname: str, tmp_path: Path) -> Iterator[int]:
    """Start a pooler that gives all clients the one session of a server, for a transaction each; return its port."""
    program = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        pytest.skip("no pgbouncer on this machine (Debian: apt-get install pgbouncer)")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    file = postgres.sockets / f"pgbouncer-{port}.ini"
    file.write_text(
        f"[databases]\n{dbname} = host={postgres.sockets} port={postgres.port} dbname={dbname} user={USER}\n"
        f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = any\n"
        "pool_mode = transaction\ndefault_pool_size = 1\n",
        encoding="ascii",
    )
    file.chmod(0o644)
    account: Any = {"user": "nobody"} if os.geteuid() == 0 else {}
    process = subprocess.Popen([program, "-q", str(file)], cwd="/", stderr=subprocess.DEVNULL, **account)
    try:
        until(lambda: _listens(port))
        yield port
    finally:
        process.terminate()
        process.wait(30)


def _listens(port: int) -> bool:
    with socket.socket() as sock:
        return sock.connect_ex(("127.0.0.1", port)) == 0


def test_a_pooler_hands_on_no_setting_of_the_ledger(pooler: int, dbname: str) -> None:
    way = f"postgresql://{USER}@127.0.0.1:{pooler}/{dbname}?sslmode=disable"
    before = _seen_by_another(way)
    names = {f"recipient {number}": "" for number in range(20)}
    ledger = ledger_at(way)
    assert ledger.claim(CLAIM._replace(recipients=names)).won == set(names)
    assert _seen_by_another(way) == before
    at_once(10, lambda number: ledger_at(way).settle("key", "run 1", {f"recipient {number}": ACCEPTED}))
    assert set(states(ledger, *names).values()) == {State.ACCEPTED, State.SENDING}
    with pytest.raises(LedgerError):
        ledger.claim(CLAIM._replace(label="a\0b"))
    assert _seen_by_another(way) == before


def _seen_by_another(way: str) -> list[Any]:
    """Return the settings that another client of the pooler finds."""
    with psycopg.connect(way, autocommit=True, prepare_threshold=None) as connection:
        return connection.execute(SETTINGS).fetchall()


def test_functions_and_operators_of_others_are_not_called(url: str, postgres: PostgresServer, dbname: str) -> None:
    """A role's search_path may begin with a schema in which others can create."""
    with postgres.admin(dbname) as admin:
        admin.execute("CREATE SCHEMA IF NOT EXISTS trap")
        for name, arguments, result in (
            ("set_config", "text, text, boolean", "text"),
            ("current_setting", "text", "text"),
            ("clock_timestamp", "", "timestamptz"),
            ("trapped", "text, text", "boolean"),
        ):
            body = "$$ BEGIN RAISE EXCEPTION 'trapped'; END $$"
            head = f"CREATE OR REPLACE FUNCTION trap.{name}({arguments}) RETURNS {result}"
            admin.execute(f"{head} LANGUAGE plpgsql AS {body}")
        admin.execute("DROP OPERATOR IF EXISTS trap.= (text, text)")
        admin.execute("CREATE OPERATOR trap.= (FUNCTION = trap.trapped, LEFTARG = text, RIGHTARG = text)")
        admin.execute("GRANT USAGE ON SCHEMA trap TO public")
        admin.execute(f"ALTER DATABASE {dbname} SET search_path = trap, pg_catalog")
    try:
        ledger = ledger_at(url)
        assert ledger.claim(CLAIM).won == {"ann"}
        assert ledger.settle("key", "run 1", {"ann": ACCEPTED}).overtaken == ()
        assert states(ledger) == {"ann": State.ACCEPTED}
    finally:
        with postgres.admin(dbname) as admin:
            admin.execute("SET search_path = pg_catalog")
            admin.execute("DROP SCHEMA trap CASCADE")


def test_no_connection_stays_open(url: str, postgres: PostgresServer, dbname: str) -> None:
    ledger = ledger_at(url)
    ledger.claim(CLAIM)
    ledger.rows("key", ["ann"])
    ended = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s"
    end = time.monotonic() + 20
    with postgres.admin() as connection:
        while connection.execute(ended, (dbname,)).fetchall() != [(0,)]:
            assert time.monotonic() < end
            time.sleep(0.02)


def test_a_wrong_password_is_not_shown(url: str, postgres: PostgresServer) -> None:
    ledger = PostgresqlLedger(read_database(url, {}), "account", password="canary-wrong")
    with pytest.raises(LedgerError, match='password authentication failed for user "voipsms"') as raised:
        ledger.rows("key", ["ann"])
    assert "canary" not in str(raised.value)
    assert "\n" not in str(raised.value)


def test_without_a_password_libpq_looks_where_it_always_does(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PGPASSWORD", "PGPASSFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    without = PostgresqlLedger(read_database(url, {}), "account")
    with pytest.raises(LedgerError, match="no password supplied"):
        without.rows("key", ["ann"])
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    assert without.rows("key", ["ann"]) == {}
    monkeypatch.delenv("PGPASSWORD")
    passfile = tmp_path / "pass"
    passfile.touch(0o600)
    escaped = PASSWORD.replace("\\", "\\\\").replace(":", "\\:")
    passfile.write_text(f"*:*:*:*:{escaped}\n", encoding="utf-8")
    by_file = PostgresqlLedger(read_database(f"{url}?passfile={passfile}", {}), "account")
    assert by_file.rows("key", ["ann"]) == {}


def test_a_service_file_says_what_a_url_leaves_out(
    postgres: PostgresServer, dbname: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "services"
    service = f"host=localhost\nport={postgres.port}\ndbname={dbname}\nuser={USER}\nsslrootcert={postgres.ca_path}\n"
    # The mode is our own: a service file cannot turn encryption off.
    file.write_text(f"[sms]\n{service}sslmode=disable\n", encoding="ascii")
    monkeypatch.setenv("PGSERVICEFILE", str(file))
    ledger = ledger_at("postgresql://?service=sms")
    assert ledger.claim(CLAIM).won == {"ann"}
    with ledger._server.session("read") as connection:
        used = connection.execute("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
    assert used == [(True,)]


def test_the_certificate_is_checked(postgres: PostgresServer, dbname: str, tmp_path: Path) -> None:
    stranger = tmp_path / "ca.pem"
    trustme.CA().cert_pem.write_to_path(str(stranger))
    url = postgres.url(dbname, sslmode="verify-full")
    assert ledger_at(f"{url}&sslrootcert={postgres.ca_path}").rows("key", ["ann"]) == {}
    with pytest.raises(LedgerError, match="certificate verify failed"):
        ledger_at(f"{url}&sslrootcert={stranger}").rows("key", ["ann"])
    by_number = url.replace("localhost", "127.0.0.1")
    with pytest.raises(LedgerError, match="does not match host name"):
        ledger_at(f"{by_number}&sslrootcert={postgres.ca_path}").rows("key", ["ann"])


def test_a_server_that_is_not_there_is_one_sentence(relay: Relay) -> None:
    relay.__exit__(None, None, None)
    ledger = ledger_at(f"postgresql://{USER}@127.0.0.1:{relay.port}/sms", busy_timeout=2.0)
    with pytest.raises(LedgerError, match="Connection refused") as raised:
        ledger.rows("key", ["ann"])
    assert "\n" not in str(raised.value)
