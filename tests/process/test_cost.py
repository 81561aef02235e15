# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cost of a send, in things that can be counted: imports, requests, transactions, calls. Never in seconds."""

from __future__ import annotations

import datetime as dt
import json
import os
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.voip_communications.sms.plugins.module_utils._core import strict_json
from ansible_collections.voip_communications.sms.plugins.module_utils._message import numbers
from ansible_collections.voip_communications.sms.plugins.modules import voipsms_send
from ansible_collections.voip_communications.sms.tests.support.counted import CountedSandbox
from ansible_collections.voip_communications.sms.tests.support.fault_server import FaultServer
from ansible_collections.voip_communications.sms.tests.support.people import ANNA
from ansible_collections.voip_communications.sms.tests.support.playbook import (
    COLLECTION,
    COLLECTIONS_PATH,
    Controller,
)

LOADED = COLLECTION / "tests" / "support" / "loaded"
NEEDED = {
    "ansible",
    "ansible_collections",
    "phonenumbers",
    # HTTP: requests, and what it imports by itself where that is there.
    "requests",
    "urllib3",
    "certifi",
    "idna",
    "charset_normalizer",
    "chardet",
    "cryptography",
    "OpenSSL",
    "simplejson",
    "socks",
    "brotli",
    "zstandard",
    # ansible-core, where it is there.
    "typing_extensions",
    "distro",
    "selinux",
    "systemd",
    # setuptools, at the start of Python, where it is there.
    "distutils_hack",
}
"""The libraries beyond Python's own that a plain send may load."""

NEVER = (
    "zoneinfo",
    "tzdata",
    "psycopg",
    "psycopg_binary",
    "yaml",
    "jinja2",
    "asyncio",
    "multiprocessing",
    "concurrent",
    "difflib",
    "sqlite3.dump",
)
"""What it must not: all of it is slow to load, and nothing of it is needed."""

RUN_AND_LIST = """
import json, sys
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.voip_communications.sms.plugins.modules import voipsms_notify

spec = voipsms_notify.module_spec()
options = ArgumentSpecValidator(spec.argument_spec).validate(json.loads(sys.argv[1]))
result = spec.run(options.validated_parameters, False)
print(result["outcome"], *sys.modules)
"""
"""Runs the module with the options that are its argument; prints the outcome, and what was loaded."""


IN_THE_CONTROLLER = """
import json, sys
from ansible_collections.voip_communications.sms.plugins.module_utils._task.in_process import respond
from ansible_collections.voip_communications.sms.plugins.modules import voipsms_send

before = set(sys.modules)
options, spec = json.loads(sys.argv[1]), voipsms_send.module_spec()
result = respond(spec, "voipsms_send", options, check_mode=False, difference=True, invocation=True)
print(json.loads(result)["outcome"], *(set(sys.modules) - before))
"""
"""Does what the local action does with the options that are its argument; prints the outcome, and what it loaded."""


@pytest.fixture
def loaded(controller: Controller, service: CountedSandbox, tmp_path: Path) -> dict[str, str]:
    """Return the modules that a plain send has loaded, each with its file."""
    file = tmp_path / "loaded"
    controller.environment |= {"LOADED": str(file), "PYTHONPATH": f"{LOADED}{os.pathsep}{COLLECTIONS_PATH}"}
    assert controller.send(to=ANNA, msg="Hello")["outcome"] == "sent"
    service.expect(1)
    return dict(line.split("\t") for line in file.read_text(encoding="utf-8").splitlines())


def test_a_plain_send_loads_no_library_that_it_does_not_need(loaded: dict[str, str]) -> None:
    foreign = {name.partition(".")[0].lstrip("_") for name, file in loaded.items() if "site-packages" in file}
    assert {"requests", "phonenumbers"} <= foreign, "the list must be of what was loaded"
    # What mypyc has compiled, in charset_normalizer, has a hash for a name.
    assert {name for name in foreign if not name.endswith("__mypyc")} <= NEEDED


@pytest.mark.parametrize("name", NEVER)
def test_a_plain_send_does_not_load(name: str, loaded: dict[str, str]) -> None:
    assert not [module for module in loaded if module == name or module.startswith(f"{name}.")]


def test_a_plain_send_loads_no_part_of_the_collection_that_is_for_others(loaded: dict[str, str]) -> None:
    package = "ansible_collections.voip_communications.sms.plugins.module_utils."
    ours = {name.removeprefix(package) for name in loaded if name.startswith(package)}
    assert {"_send.delivery", "_ledger.sqlite"} <= ours
    others = {
        "_api.log",
        "_api.pending",
        "_api.scheduled",
        "_core.structure",
        "_ledger.database",
        "_ledger.inspect",
        "_ledger.interface",
        "_ledger.memory",
        "_ledger.postgresql",
        "_ledger.question",
        "_ledger.resolve",
        "_ledger.sqlite_questions",
        "_message.dates",
        "_people.contact_file",
        "_people.hours",
        "_people.vcards",
        "_send.log_search",
        "_send.reconcile",
        "_task.ledger_options",
        "_task.log_options",
        "_task.in_process",
        "_task.report_ledger",
        "_task.report_scheduled",
        "_task.schedule_options",
    }
    assert not ours & others
    wings = {name.partition(".")[0] for name in ours}
    assert not wings & {"_schedule", "_notify"}
    people = {name for name in ours if name.startswith("_people.")}
    assert people == {"_people.contacts", "_people.recipients"}, "which may be named in each list"


def test_an_event_loads_the_scheduler_only_where_someone_has_to_wait(service: CountedSandbox, tmp_path: Path) -> None:
    """Ansible compiles each file anew in each run, and a deployment should not wait for what it does not use."""
    soon = dt.datetime.now(dt.UTC) + dt.timedelta(hours=2)
    asleep = {"hours": f"{soon:%H:00}-{soon:%H:30} UTC", "quiet": "defer"}
    account = {name.removeprefix("VOIPSMS_").lower(): value for name, value in service.sandbox.environment.items()}
    account["account_timezone"] = "America/Chicago"
    options = {"event": "failed", "idempotency_key": "shop", "msg": "Hello", "ledger": str(tmp_path / "ledger")}
    people: tuple[tuple[dict[str, str], str], ...] = (({}, "sent"), (asleep, "scheduled"))
    for number, (when, outcome) in enumerate(people):
        to = [{"name": "anna", "number": f"+1281234567{number}", **when}]
        run = subprocess.run(
            [sys.executable, "-c", RUN_AND_LIST, json.dumps({**account, **options, "to": to})],
            capture_output=True,
            text=True,
            check=False,
        )
        printed = run.stdout.split()
        assert printed[:1] == [outcome], run.stderr
        assert any(name.endswith("._notify.telling") for name in printed)
        assert any(name.endswith("._schedule.once") for name in printed) is (outcome == "scheduled"), outcome
    service.expect(2)


@pytest.mark.parametrize(
    "more",
    [{}, {"contacts": [{"name": "anna", "number": ANNA}], "to": "anna", "limit": "5/15m", "account_limit": "9/1h"}],
    ids=["plain", "contacts and limits"],
)
def test_a_task_in_the_controller_loads_nothing_of_ours(
    more: dict[str, object], service: CountedSandbox, tmp_path: Path
) -> None:
    """The controller has loaded it, with its byte code; the copy that is made for each task would compile it anew."""
    account = {name.removeprefix("VOIPSMS_").lower(): value for name, value in service.sandbox.environment.items()}
    options = {**account, "to": ANNA, "msg": "Hello", "ledger": str(tmp_path / "ledger"), **more}
    run = subprocess.run(
        [sys.executable, "-c", IN_THE_CONTROLLER, json.dumps(options)], capture_output=True, text=True, check=False
    )
    outcome, *names = run.stdout.split() or [run.stderr]
    assert outcome == "sent"
    assert [name for name in names if "voip_communications" in name] == []
    service.expect(1)


def test_what_a_send_loads_is_gone_through_neither_meanwhile_nor_at_its_end(
    loaded: dict[str, str], tmp_path: Path
) -> None:
    """For what could be collected, of which there is nothing."""
    assert loaded
    counts = (tmp_path / "loaded.objects").read_text(encoding="utf-8").split()
    left, frozen, meanwhile = map(int, counts)
    assert left < frozen / 10, (left, frozen)
    assert meanwhile == 0


class Cost:
    """Counts what sends of this process ask for."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, ledger: Path) -> None:
        self.counts: Counter[str] = Counter()
        self.ledger = ledger
        self._tasks = 0
        monkeypatch.setattr(sqlite3, "connect", partial(sqlite3.connect, factory=self._connection()))
        self._count(monkeypatch, numbers, "_readings")
        self._count(monkeypatch, strict_json, "read")

    def _connection(self) -> type[sqlite3.Connection]:
        counts = self.counts

        class Connection(sqlite3.Connection):
            def __init__(self, *args: Any, **named: Any) -> None:
                super().__init__(*args, **named)
                counts["connections"] += 1
                self.set_trace_callback(lambda statement: counts.update([statement.partition(" (")[0]]))

        return Connection

    def _count(self, monkeypatch: pytest.MonkeyPatch, owner: Any, name: str) -> None:
        original = getattr(owner, name)

        def counted(*args: Any, **named: Any) -> Any:
            self.counts[name] += 1
            return original(*args, **named)

        monkeypatch.setattr(owner, name, counted)

    def send(self, server: FaultServer, recipients: int) -> dict[str, Any]:
        """Send a new text to so many, and count anew."""
        self._tasks += 1
        options = {
            "api_url": server.url,
            "api_key": "key",
            "api_password": "password",
            "ledger": str(self.ledger),
            "to": [f"+{12812000000 + number}" for number in range(recipients)],
            "msg": f"Hello {self._tasks}",
        }
        validated = ArgumentSpecValidator(voipsms_send.argument_spec()).validate(options)
        assert not validated.error_messages
        self.counts.clear()
        posts = len(server.posts)
        result = voipsms_send.run(validated.validated_parameters, check_mode=False)
        assert result["outcome"] == "sent", result["msg"]
        self.counts["posts"] = len(server.posts) - posts
        return result


@pytest.fixture
def cost(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Cost:
    return Cost(monkeypatch, tmp_path / "ledger.sqlite3")


@pytest.mark.parametrize(("recipients", "posts"), [(1, 1), (10, 1), (100, 1), (101, 2), (1_000, 10)])
def test_a_send_costs_a_request_and_two_transactions_a_batch(
    recipients: int, posts: int, cost: Cost, server: FaultServer
) -> None:
    cost.send(server, 1)  # makes the ledger
    result = cost.send(server, recipients)
    found = cost.counts
    assert (found["posts"], result["requests"]) == (posts, posts)
    assert found["_readings"] == recipients, "a number is read once"
    assert found["read"] == posts, "an answer is read once"
    # One to claim and one to settle, and the first look. Batches that meet at the ledger share one.
    assert found["BEGIN IMMEDIATE"] == found["connections"] - 1 <= 2 * posts
    assert found["BEGIN IMMEDIATE"] >= 2
    assert found["BEGIN IMMEDIATE"] == 2 or posts > 1


def test_a_recipient_costs_the_same_among_1000_as_among_100(cost: Cost, server: FaultServer) -> None:
    """In calls of Python's functions, on all threads, besides what the first send loads."""
    cost.send(server, 100)
    few, many = calls_of(cost, server, 100), calls_of(cost, server, 1_000)
    assert many <= 11 * few, (few, many)


def calls_of(cost: Cost, server: FaultServer, recipients: int) -> int:
    """Return how many functions below the collection's plugins a send calls."""
    calls: list[None] = []

    def note(frame: Any, event: str, _argument: object) -> None:
        if event == "call" and "/plugins/" in frame.f_code.co_filename:
            calls.append(None)

    threading.setprofile(note)
    sys.setprofile(note)
    try:
        cost.send(server, recipients)
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    return len(calls)
