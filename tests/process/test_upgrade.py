# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What earlier releases wrote into a ledger holds after an upgrade; ``tests/support/old_ledgers`` has such ledgers."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._ledger import postgresql_schema, sqlite
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.interface import Ledger
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import (
    DedupePolicy,
    Fingerprints,
    Row,
    State,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.question import Opening
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.sqlite import SqliteLedger
from ansible_collections.voip_communications.sms.tests.support.ledger_file import version_of
from ansible_collections.voip_communications.sms.tests.support.ledger_rows import CLAIM
from ansible_collections.voip_communications.sms.tests.support.playbook import COLLECTION, COLLECTIONS_PATH, Controller
from ansible_collections.voip_communications.sms.tests.support.postgresql import (
    PASSWORD,
    USER,
    PostgresServer,
    StillPostgresqlLedger,
)
from ansible_collections.voip_communications.sms.tests.tools.old_ledgers import ANNA, BEN, CAROL

LEDGERS = COLLECTION / "tests" / "support" / "old_ledgers"
HOUR, DAYS = 3600.0, 86400.0
ACCOUNT = Fingerprints.of(None, "sandbox", rehearsal="")
KEPT = {"sent": (ANNA, State.ACCEPTED), "lost": (BEN, State.UNKNOWN), "killed": (CAROL, State.SENDING)}
"""The keys of what was sent, with the recipient and the state of its row."""

SQLITE = range(1, sqlite.SCHEMA_VERSION + 1)
POSTGRESQL = range(1, len(postgresql_schema.STEPS) + 1)
NO_SERVICE = "http://127.0.0.1:1/other"
"""Where nothing listens: whatever is sent there is an error. The path is not one of a sandbox."""


def dump(store: str, version: int) -> str:
    """Return a ledger of an earlier release as SQL."""
    return (LEDGERS / f"{store}-{version}.sql").read_text("utf-8")


def restore(path: Path, version: int) -> float:
    """Make a ledger of an earlier release in a file; return the moment of its newest claim."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(0o600)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(dump("sqlite", version))
        return float(connection.execute("SELECT max(claimed_at) FROM row").fetchone()[0])


def rows(ledger: Ledger) -> dict[str, Row]:
    """Return the row of each key."""
    found = {name: ledger.rows(ACCOUNT.key(name), [ACCOUNT.recipient(to[1:])]) for name, (to, _state) in KEPT.items()}
    return {name: row for name, by_recipient in found.items() for row in by_recipient.values()}


def assert_holds(ledger: Ledger, *, has_questions: bool) -> None:
    """Assert that the ledger has the whole story, and no row that counts as damaged."""
    stored = rows(ledger)
    assert {name: row.state for name, row in stored.items()} == {name: state for name, (_to, state) in KEPT.items()}
    (scheduled,) = ledger.scheduled()
    assert (scheduled.date, scheduled.name) == ("2098-12-01 15:00", ACCOUNT.name("reminder"))
    assert scheduled.state is State.ACCEPTED
    assert not [row for row in (*stored.values(), scheduled) if row.is_damaged]
    assert all(len(row.smsids) == 1 for row in (stored["sent"], scheduled))
    answered, asked = (ledger.question(ACCOUNT.question(key)) for key in ("answered", "asked"))
    assert (answered is not None and answered.answer == "approve") is has_questions
    assert (asked is not None and asked.is_open and bool(asked.secret)) is has_questions


def assert_claims_nothing(ledger: Ledger) -> None:
    """Assert that no message goes out again: a duplicate, and two that may have been sent."""
    dedupe = DedupePolicy(content=ACCOUNT.content("", "Deployed"), window=30 * DAYS)
    for name, (to, state) in KEPT.items():
        recipient = ACCOUNT.recipient(to[1:])
        claim = CLAIM._replace(key=ACCOUNT.key(name), dedupe=dedupe, recipients={recipient: "*"}, owner="newer")
        claimed = ledger.claim(claim)
        assert not claimed.won, name
        assert claimed.lost[recipient].state is state


def assert_can_ask(ledger: Ledger) -> None:
    """Assert that the ledger keeps a question from now on."""
    opening = Opening(
        key="new", label="", content="", seconds=HOUR, facts="{}", choose=lambda _others: ("secret", "{}")
    )
    assert ledger.open_question(opening).is_open
    kept = ledger.question("new")
    assert kept is not None
    assert kept.secret == "secret"


@pytest.mark.parametrize("version", SQLITE)
def test_a_file_of_every_schema_holds(tmp_path: Path, version: int) -> None:
    path = tmp_path / "ledger.sqlite3"
    now = restore(path, version) + HOUR / 2
    ledger = SqliteLedger(str(path), ACCOUNT.account, clock=lambda: now)
    has_questions = version >= 6
    assert_holds(ledger, has_questions=has_questions)
    assert version_of(path) == version, "who only reads leaves it as it is"
    assert_claims_nothing(ledger)
    assert_can_ask(ledger)
    assert version_of(path) == sqlite.SCHEMA_VERSION
    assert_holds(ledger, has_questions=has_questions)
    assert not ledger.created


@pytest.mark.parametrize("version", POSTGRESQL)
def test_a_database_of_every_schema_holds(postgres: PostgresServer, version: int) -> None:
    dbname = postgres.new_database()
    url = postgres.url(dbname, sslrootcert=str(postgres.ca_path))
    with postgres.admin(dbname) as connection:
        connection.execute(f"SET ROLE {USER}")
        connection.execute(dump("postgresql", version).encode())
        ((newest,),) = connection.execute("SELECT max(claimed_at) FROM voipsms.ledger").fetchall()
    ledger = StillPostgresqlLedger(lambda: float(newest) + HOUR / 2, url, ACCOUNT.account)

    def version_now() -> int:
        with postgres.admin(dbname) as connection:
            return int(connection.execute("SELECT version FROM voipsms.ledger_version").fetchall()[0][0])

    has_questions = version >= postgresql_schema.WITH_QUESTIONS
    assert_holds(ledger, has_questions=has_questions)
    assert version_now() == version, "who only reads leaves it as it is"
    assert_claims_nothing(ledger)
    assert_can_ask(ledger)
    assert version_now() == len(postgresql_schema.STEPS)
    assert_holds(ledger, has_questions=has_questions)


@pytest.fixture
def upgraded(tmp_path: Path) -> Controller:
    """Return a machine without a service, whose clock can be moved to the time of a ledger."""
    return Controller(tmp_path / "controller", api_url=NO_SERVICE, api_key="sandbox", api_password=PASSWORD)


def move_clock(controller: Controller, moment: float, folder: Path) -> None:
    """Set the wall clock of a machine."""
    ahead = folder / "ahead"
    ahead.write_text(str(moment - time.time()), encoding="ascii")
    reader = COLLECTION / "tests" / "support" / "clock"
    controller.environment["PYTHONPATH"] = f"{reader}:{COLLECTIONS_PATH}"
    controller.environment["CLOCK_AHEAD"] = str(ahead)


@pytest.mark.parametrize("version", SQLITE)
def test_modules_of_this_release_go_on_with_a_file_of_every_schema(
    upgraded: Controller, tmp_path: Path, version: int
) -> None:
    """A duplicate needs no service; what may have been sent stays so, until someone says what happened."""
    move_clock(upgraded, restore(upgraded.ledger, version) + HOUR / 2, tmp_path)

    def send(key: str) -> dict[str, Any]:
        return upgraded.send(to=KEPT[key][0], msg="Deployed", idempotency_key=key)

    sent, lost = send("sent"), send("lost")
    assert (sent["outcome"], sent["changed"], sent.get("failed", False)) == ("duplicate", False, False), sent
    assert (lost["outcome"], lost["failed"]) == ("unknown", True), lost
    assert "may have been sent" in lost["msg"]
    options: dict[str, Any] = {name: upgraded.options[name] for name in ("api_url", "api_key")}
    keeper = Controller(tmp_path / "keeper", **options, ledger=str(upgraded.ledger))
    keeper.environment |= upgraded.environment
    info = keeper.module(module="voip_communications.sms.voipsms_ledger_info").result
    assert "2098-12-01 15:00" in {row["delivery_date"] for row in info["rows"]}, info
    decision: dict[str, Any] = {"key": "lost", "to": BEN, "as": "sent"}
    decided = keeper.module(module="voip_communications.sms.voipsms_ledger", **decision).result
    assert decided["changed"], decided
    assert version_of(upgraded.ledger) == sqlite.SCHEMA_VERSION
    assert send("lost")["outcome"] == "duplicate"


def test_there_is_a_ledger_of_every_schema() -> None:
    names = {path.stem for path in LEDGERS.glob("*.sql")}
    assert names == {f"sqlite-{version}" for version in SQLITE} | {f"postgresql-{version}" for version in POSTGRESQL}
