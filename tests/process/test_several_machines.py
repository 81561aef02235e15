# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several machines with one ledger in PostgreSQL: one POST, whatever their clocks, the server and the network do."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.tests.support.canary import forms
from ansible_collections.voip_communications.sms.tests.support.counted import CountedSandbox
from ansible_collections.voip_communications.sms.tests.support.desk import FIRST, SECOND, Desk, everybody
from ansible_collections.voip_communications.sms.tests.support.people import ANNA, BEN, OWN
from ansible_collections.voip_communications.sms.tests.support.phones import Phones
from ansible_collections.voip_communications.sms.tests.support.playbook import (
    COLLECTIONS_PATH,
    Controller,
    begin_together,
)
from ansible_collections.voip_communications.sms.tests.support.postgresql import PASSWORD, USER, PostgresServer, Relay

# Read by every Python that starts with this folder on its path: a clock that is ten minutes ahead.
AHEAD = """
import time
_real = time.time
time.time = lambda: _real() + 600
"""


@pytest.fixture
def shared(postgres: PostgresServer, dbname: str) -> dict[str, str]:
    """Return the options of everybody who shares the ledger."""
    url = postgres.url(dbname, sslmode="verify-full", sslrootcert=str(postgres.ca_path))
    return {"ledger": url, "ledger_password": PASSWORD}


@pytest.fixture
def user(controller: Controller, shared: dict[str, str]) -> Controller:
    """Return a machine that uses it."""
    controller.options.update(shared)
    return controller


def through(relay: Relay, dbname: str, **options: Any) -> dict[str, Any]:
    """Return the options of a task that reaches the ledger on a way that can be cut."""
    return {"to": ANNA, "msg": "Hello", **options} | {
        "ledger": f"postgresql://{USER}@127.0.0.1:{relay.port}/{dbname}?sslmode=disable"
    }


def assert_no_password(text: str) -> None:
    assert not [form for form in forms(USER, PASSWORD) - {USER} if form in text]


def test_twenty_processes_of_two_machines_whose_clocks_differ_post_once(
    user: Controller, service: CountedSandbox, tmp_path: Path, shared: dict[str, str]
) -> None:
    service.sandbox.settings(latency=0.5)
    other = Controller(tmp_path / "other", **service.options, **shared)
    (tmp_path / "sitecustomize.py").write_text(AHEAD, encoding="ascii")
    other.environment["PYTHONPATH"] = f"{tmp_path}:{COLLECTIONS_PATH}"
    wish: dict[str, Any] = {"to": [ANNA, BEN], "msg": "Hello", "dedupe_window": 60}
    processes = [machine.start(**wish) for machine in [user, other] * 10]
    for process in processes:
        process.until_it_reads()
    for process in processes:
        process.go()
    results = [process.wait().result for process in processes]
    assert [result["msg"] for result in results if result.get("failed")] == []
    service.expect(1)
    assert Counter(result["outcome"] for result in results) == {"sent": 1, "duplicate": 19}
    assert sum(result["ledger_created"] for result in results) == 1
    # Long after its lease by the clock of one machine, and long before by that of the other.
    assert {machine.send(**wish)["outcome"] for machine in (user, other)} == {"duplicate"}
    assert not user.ledger.exists()


def test_a_question_of_two_machines_whose_clocks_differ_is_asked_once(
    user: Controller, service: CountedSandbox, tmp_path: Path, shared: dict[str, str], phones: Phones
) -> None:
    """Both wait for the answer, and both have it; the machine whose clock is ahead does not end it early."""
    other = Controller(tmp_path / "other", **service.options, **shared)
    (tmp_path / "sitecustomize.py").write_text(AHEAD, encoding="ascii")
    other.environment["PYTHONPATH"] = f"{tmp_path}:{COLLECTIONS_PATH}"
    wish: dict[str, Any] = {
        "to": ANNA,
        "from": OWN,
        "msg": "Deploy?",
        "wait": "60s",
        "poll": 1,
        "idempotency_key": "deploy",
    }
    processes = [machine.start(module="voipsms_ask", **wish) for machine in (user, other, other)]
    begin_together(processes)
    code = phones.codes(ANNA)["approve"]
    time.sleep(2)
    phones.reply(ANNA, code)
    results = [process.wait().result for process in processes]
    service.expect(1)
    assert [(result["outcome"], result["answered_by"]) for result in results] == [("accepted", [ANNA])] * 3
    assert sum(result["changed"] for result in results) == 1
    assert len({result["ends_at"] for result in results}) == 1


def test_a_playbook_sends_once_and_shows_no_password(
    user: Controller, service: CountedSandbox, postgres: PostgresServer, dbname: str
) -> None:
    written = {"ledger": f"postgresql://{USER}:canary-url@localhost:{postgres.port}/{dbname}"}
    wishes: list[dict[str, Any]] = [
        {},
        {},
        {"ledger_password": "canary-wrong", "msg": "Other"},
        {**written, "ledger_password": None},
        {"ledger": f"postgresql://{USER}@localhost/{dbname}?password=canary-url", "ledger_password": None},
    ]
    tasks = [user.task("Send", {"ignore_errors": True}, **{"to": ANNA, "msg": "Hello", **wish}) for wish in wishes]
    run = user.play(*tasks, arguments=["-vvvv"])
    first, again, wrong, in_url, in_query = run.results
    service.expect(1)
    assert (first["outcome"], again["outcome"]) == ("sent", "duplicate")
    assert first["ledger"] == again["ledger"] == f"postgresql://localhost:{postgres.port}/{dbname}"
    assert (first["ledger_created"], again["ledger_created"]) == (True, False)
    assert "password authentication failed" in wrong["msg"]
    assert "nothing was sent" in wrong["msg"]
    assert wrong["requests"] == 0
    for refused in (in_url, in_query):
        assert "ledger must not hold a password" in refused["msg"]
        assert "postgresql" not in str(refused["ledger"])
    assert "canary-url" not in run.everything
    assert "canary-wrong" not in run.everything
    assert_no_password(run.everything)


def test_check_mode_writes_nothing(
    user: Controller, service: CountedSandbox, postgres: PostgresServer, dbname: str
) -> None:
    foreseen = user.send(check=True, to=ANNA, msg="Hello")
    assert (foreseen["outcome"], foreseen["ledger_created"]) == ("would_send", True)
    with postgres.admin(dbname) as connection:
        made = "SELECT FROM pg_namespace WHERE nspname = 'voipsms'"
        assert connection.execute(made).fetchall() == []
        assert user.send(to=ANNA, msg="Hello")["ledger_created"] is True
        content = "SELECT md5(string_agg(held::text, '|')) FROM voipsms.ledger AS held"
        before = connection.execute(content).fetchall()
        assert user.send(check=True, to=ANNA, msg="Hello")["outcome"] == "duplicate"
        assert user.send(check=True, to=BEN, msg="Hello")["ledger_created"] is False
        assert connection.execute(content).fetchall() == before
        kept = "\n".join(str(row) for row in connection.execute("SELECT held::text FROM voipsms.ledger AS held"))
    service.expect(1)
    for secret in ("Hello", ANNA.lstrip("+"), service.sandbox.api_password):
        assert secret not in kept
    assert "+1********78" in kept


def test_a_server_that_is_down_means_that_nothing_is_sent(
    user: Controller, service: CountedSandbox, dbname: str
) -> None:
    with Relay(1) as relay:
        down = through(relay, dbname, deadline=5)
    begin = time.monotonic()
    for check in (False, True):
        result = user.send(check=check, **down)
        assert (result["failed"], result["changed"], result["outcome"]) == (True, False, "not_sent")
        assert "Connection refused" in result["msg"]
        assert "nothing was sent" in result["msg"]
    assert time.monotonic() - begin < 30
    service.expect(0)


class TestServerRestarted:
    """The server is stopped while the request is under way."""

    @pytest.fixture(autouse=True)
    def _posted(self, user: Controller, service: CountedSandbox, postgres: PostgresServer) -> Iterator[None]:
        user.send(to=BEN, msg="So that the tables are there")
        service.sandbox.order(path="sms/send", delay=2.0)
        self.run = user.start(to=ANNA, msg="Hello", deadline=10).go()
        Desk(user, service).until(lambda seen: sum(each["path"] == "sms/send" for each in seen) == 2)
        postgres.stop()
        yield
        postgres.start()

    def test_a_server_that_comes_back_in_time_has_the_result(
        self, user: Controller, service: CountedSandbox, postgres: PostgresServer
    ) -> None:
        time.sleep(2.5)  # what came of the claim is to be written while it is still away
        postgres.start()
        result = self.run.wait().result
        assert (result.get("failed"), result["outcome"]) == (None, "sent")
        assert "warnings" not in result
        assert user.send(to=ANNA, msg="Hello")["outcome"] == "duplicate"
        service.expect(2)

    def test_a_server_that_comes_back_too_late_leaves_the_claim_in_progress(
        self, user: Controller, service: CountedSandbox, postgres: PostgresServer
    ) -> None:
        result = self.run.wait().result
        postgres.start()
        assert (result.get("failed"), result["outcome"]) == (None, "sent")
        assert "ledger not updated: the ledger " in str(result["warnings"])
        again = user.send(to=ANNA, msg="Hello", deadline=2)
        assert again["failed"] is True
        assert "in progress" in again["msg"]
        service.expect(2)


class TestConnectionCut:
    @pytest.mark.parametrize("when", ["before", "after"])
    def test_during_the_commit_of_a_claim(
        self, user: Controller, service: CountedSandbox, postgres: PostgresServer, dbname: str, when: str
    ) -> None:
        user.send(to=BEN, msg="So that the tables are there")
        with Relay(postgres.port) as relay:
            relay.fail(when, "INSERT INTO voipsms.ledger ")
            cut = user.send(**through(relay, dbname))
            assert (cut["failed"], cut["changed"], cut["outcome"]) == (True, False, "not_sent")
            assert "nothing was sent" in cut["msg"]
            service.expect(1)
            assert user.send(**through(relay, dbname))["outcome"] == "sent"
        service.expect(2)

    def test_and_for_good_leaves_a_claim_that_is_not_sent_twice(
        self, user: Controller, service: CountedSandbox, postgres: PostgresServer, dbname: str
    ) -> None:
        user.send(to=BEN, msg="So that the tables are there")
        with Relay(postgres.port) as relay:
            relay.fail("after", "INSERT INTO voipsms.ledger ", for_good=True)
            cut = user.send(**through(relay, dbname, deadline=5))
        assert "nothing was sent" in cut["msg"]
        again = user.send(to=ANNA, msg="Hello", deadline=2)
        assert (again["failed"], again["outcome"]) == (True, "in_progress")
        service.expect(1)

    @pytest.mark.parametrize("when", ["before", "after"])
    def test_during_the_commit_of_what_came_of_it(
        self, user: Controller, service: CountedSandbox, postgres: PostgresServer, dbname: str, when: str
    ) -> None:
        user.send(to=BEN, msg="So that the tables are there")
        with Relay(postgres.port) as relay:
            relay.fail(when, "INSERT INTO voipsms.ledger ", number=2)
            cut = user.send(**through(relay, dbname))
            assert relay.failures == 1
        assert (cut.get("failed"), cut["outcome"], cut.get("warnings")) == (None, "sent", None)
        assert user.send(to=ANNA, msg="Hello")["outcome"] == "duplicate"
        service.expect(2)


def test_a_scheduled_message_is_moved_and_taken_back(user: Controller, service: CountedSandbox) -> None:
    desk = Desk(user, service)
    results = desk.race(desk.wanted(FIRST), desk.wanted(FIRST))
    assert sorted(result["outcome"] for result in results) == ["duplicate", "scheduled"]
    assert desk.want(SECOND)["changed"] is True
    assert desk.waiting == everybody(SECOND)
    assert desk.want(SECOND)["changed"] is False
    assert desk.run(name="window", state="absent")["outcome"] == "cancelled"
    assert not desk.waiting
    service.expect(len(service.sandbox.sends()))


def test_psycopg_is_loaded_only_for_a_database() -> None:
    package = "ansible_collections.voip_communications.sms.plugins"
    code = f"import sys, {package}.modules.voipsms_send; print('requests' in sys.modules, 'psycopg' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(COLLECTIONS_PATH)},
        check=True,
    )
    assert done.stdout == "True False\n"
