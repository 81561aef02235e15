# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task says when something is wrong: recipients, options, credentials, the service, the ledger, libraries."""

from __future__ import annotations

import os
import re
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.voip_communications.sms.tests.support.counted import CountedSandbox
from ansible_collections.voip_communications.sms.tests.support.people import ANN, ANNA, BEN, NOT_IN_SERVICE
from ansible_collections.voip_communications.sms.tests.support.playbook import COLLECTION, Controller
from ansible_collections.voip_communications.sms.tests.support.ports import free_port

OPTED_OUT = "+15005550410"  # the sandbox always refuses them, with these codes


def documented() -> set[str]:
    """Return the keys that the module's documentation promises in every result."""
    text = (COLLECTION / "plugins" / "modules" / "voipsms_send.py").read_text(encoding="utf-8")
    found = re.search(r'^RETURN = r"""\n(.*?)^"""', text, re.DOTALL | re.MULTILINE)
    assert found
    return set(yaml.safe_load(found[1]))


def keys(result: dict[str, Any]) -> set[str]:
    """Return the keys of a result that are the module's own."""
    return set(result) - {"changed", "failed", "invocation", "warnings", "diff", "exception"}


class TestRefused:
    @pytest.mark.parametrize(
        ("fail_on", "to", "failed", "changed"),
        [
            ("any", [ANNA, NOT_IN_SERVICE], True, True),
            ("all", [ANNA, NOT_IN_SERVICE], False, True),
            ("none", [ANNA, NOT_IN_SERVICE], False, True),
            ("any", [OPTED_OUT, NOT_IN_SERVICE], True, False),
            ("all", [OPTED_OUT, NOT_IN_SERVICE], True, False),
            ("none", [OPTED_OUT, NOT_IN_SERVICE], False, False),
        ],
    )
    def test_fails_as_the_task_says(
        self, fail_on: str, to: list[str], failed: bool, changed: bool, controller: Controller, service: CountedSandbox
    ) -> None:
        result = controller.send(to=to, msg="Hello", fail_on=fail_on)
        service.expect(1)
        assert (result.get("failed", False), result["changed"]) == (failed, changed)
        assert f"{NOT_IN_SERVICE} (404 Sandbox: number not in service)" in result["msg"]
        assert ("nothing was sent" in result["msg"]) is (not changed)
        assert result["results"][1]["outcome"] == "refused"
        assert result["results"][1]["code"] == 404
        assert keys(result) == documented()

    def test_the_next_run_posts_only_the_rest(self, controller: Controller, service: CountedSandbox) -> None:
        for _each in range(2):
            controller.send(to=[ANNA, NOT_IN_SERVICE], msg="Hello")
        assert service.expect(2)[1]["form"]["to"] == NOT_IN_SERVICE.lstrip("+")


class TestInput:
    def test_impossible_numbers_are_all_named_before_anything_is_sent(
        self, controller: Controller, service: CountedSandbox
    ) -> None:
        result = controller.send(to=[ANNA, "123", "+1281abc", "", "+12812345678,+1"], msg="Hello")
        service.expect(0)
        assert result["failed"] is True
        assert all(f"'{number}'" in result["msg"] for number in ("123", "+1281abc", "+12812345678,+1"))
        assert "nothing was sent" in result["msg"]
        assert keys(result) == documented()
        assert not controller.ledger.parent.exists()

    def test_impossible_numbers_do_not_silence_the_rest_where_the_task_says_so(
        self, controller: Controller, service: CountedSandbox
    ) -> None:
        result = controller.send(to=["123", ANNA], msg="Hello", fail_on="all")
        assert service.expect(1)[0]["form"]["to"] == ANN
        assert not result.get("failed")
        assert [(each["to"], each["outcome"]) for each in result["results"]] == [(ANNA, "sent"), ("123", "refused")]

    @pytest.mark.parametrize(
        ("number", "region", "sentence"),
        [
            ("+1 555 0100", "", "without an area code for country code 1"),
            ("555-0100", "US", "without an area code for country code 1 in US"),
            ("112", "DE", "is a short or emergency number in DE"),
            ("10111", "ZA", "is a short or emergency number in ZA"),
        ],
    )
    def test_a_number_without_area_code_or_for_emergencies_is_not_posted(
        self, number: str, region: str, sentence: str, controller: Controller, service: CountedSandbox
    ) -> None:
        result = controller.send(to=[ANNA, number], msg="Hello", default_region=region)
        service.expect(0)
        assert result["failed"] is True
        assert sentence in result["msg"]
        assert [each["outcome"] for each in result["results"]] == ["not_sent", "refused"]

    def test_every_fault_is_named_at_once(self, controller: Controller, service: CountedSandbox) -> None:
        result = controller.send(
            to="12", msg="", timeout=0, api_url="http://192.0.2.1/", batch_size=0, ledger="rel/path"
        )
        named = [
            name for name in ("to:", "timeout", "api_url", "batch_size", "ledger", "text") if name in result["msg"]
        ]
        assert named == ["to:", "timeout", "api_url", "batch_size", "ledger", "text"], result["msg"]
        assert "nothing was sent" in result["msg"]

    def test_integers_are_refused_with_advice_on_quoting(self, controller: Controller, service: CountedSandbox) -> None:
        """An unquoted number in YAML, in an INI inventory, out of arithmetic in a template; and as the sender."""
        ignored = {"ignore_errors": True}
        sender: dict[str, Any] = {"from": 17134567890}
        run = controller.play(
            controller.task(keywords=ignored, to=[12812345678], msg="Hello"),
            controller.task(keywords=ignored, to="{{ phone }}", msg="Hello"),
            controller.task(keywords=ignored, to=["{{ 12812345677 + 1 }}"], msg="Hello"),
            controller.task(keywords=ignored, to=ANNA, msg="Hello", **sender),
            inventory="localhost phone=12812345678\n",
            environment={"ANSIBLE_JINJA2_NATIVE": "1"},
        )
        service.expect(0)
        assert [record.kind for record in run.records] == ["failed"] * 4
        for result in run.results:
            assert "not text but a number of type int: quote it" in result["msg"]
            assert "INI inventory" in result["msg"]
            assert "nothing was sent" in result["msg"]

    def test_a_wrong_option_name_is_told(self, controller: Controller, service: CountedSandbox) -> None:
        run = controller.play(controller.task(to=ANNA, msg="Hello", recipients=[BEN]))
        service.expect(0)
        assert run.rc == 2
        assert "Unsupported parameters" in run.only["msg"]
        assert "recipients" in run.only["msg"]

    def test_more_segments_than_were_budgeted_are_refused(
        self, controller: Controller, service: CountedSandbox
    ) -> None:
        result = controller.send(to=ANNA, msg="x" * 161, max_segments=1)
        service.expect(0)
        assert "2" in result["msg"]
        assert "nothing was sent" in result["msg"]


class TestService:
    def test_a_wrong_password_is_told(self, controller: Controller, service: CountedSandbox) -> None:
        result = controller.send(to=[ANNA, BEN], msg="Hello", api_password="wrong")
        service.expect(1)
        assert (result["failed"], result["changed"]) == (True, False)
        assert "401" in result["msg"]
        assert "nothing was sent" in result["msg"]
        assert result["failed_to"] == [ANNA, BEN]
        assert keys(result) == documented()
        assert controller.send(to=[ANNA, BEN], msg="Hello")["outcome"] == "sent"
        service.expect(2)

    def test_the_error_envelope_refuses_the_whole_request(
        self, controller: Controller, service: CountedSandbox
    ) -> None:
        service.sandbox.order(body={"error": True, "error_message": "Account is suspended"})
        result = controller.send(to=ANNA, msg="Hello", fail_on="none")
        service.expect(1)
        assert (result["failed"], result["changed"]) == (True, False)
        assert "Account is suspended" in result["msg"]
        assert "nothing was sent" in result["msg"]

    def test_a_gateway_that_is_down_ends_soon(self, controller: Controller, service: CountedSandbox) -> None:
        url = f"http://127.0.0.1:{free_port()}/api-v2/index.php/"
        begin = time.monotonic()
        result = controller.send(to=ANNA, msg="Hello", api_url=url, deadline=10, fail_on="none")
        assert time.monotonic() - begin < 20
        assert (result["failed"], result["changed"], result["outcome"]) == (True, False, "not_sent")
        assert "the service refused the connection" in result["msg"]
        assert "nothing was sent" in result["msg"]
        assert keys(result) == documented()
        assert controller.send(to=ANNA, msg="Hello")["outcome"] == "sent"
        service.expect(1)


def not_a_folder(folder: Path) -> Path:
    (folder / "file").write_text("", encoding="ascii")
    return folder / "file" / "ledger.sqlite3"


def nowhere(_folder: Path) -> Path:
    return Path("/proc/voipsms/ledger.sqlite3")


def a_directory(folder: Path) -> Path:
    (folder / "ledger").mkdir()
    return folder / "ledger"


def a_link(folder: Path) -> Path:
    (folder / "link").symlink_to(folder / "elsewhere")
    return folder / "link"


def a_file(folder: Path, content: bytes = b"", mode: int = 0o600) -> Path:
    path = folder / "ledger"
    path.write_bytes(content)
    path.chmod(mode)
    return path


def somebody_elses(folder: Path) -> Path:
    path = a_file(folder)
    os.chown(path, 12345, 12345)
    return path


def world_writable(folder: Path) -> Path:
    return a_file(folder, mode=0o666)


def garbage(folder: Path) -> Path:
    return a_file(folder, b"This is no database, and long enough to be looked at. " * 50)


def another_programs(folder: Path) -> Path:
    path = a_file(folder)
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE bookmark (url TEXT)")
    connection.close()
    return path


def of_a_newer_release(folder: Path) -> Path:
    path = a_file(folder)
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE row (account TEXT)")
        connection.execute(f"PRAGMA application_id = {0x564F534D}")
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    return path


class TestLedger:
    @pytest.mark.parametrize(
        ("make", "reason"),
        [
            (not_a_folder, "is not a folder"),
            (nowhere, "No such file or directory"),
            (a_directory, "it is not a regular file"),
            (a_link, "it is a symbolic link"),
            pytest.param(
                somebody_elses,
                "it belongs to user 12345",
                marks=pytest.mark.skipif(os.geteuid() != 0, reason="only root gives a file away"),
            ),
            (world_writable, "other users may write to it"),
            (garbage, "file is not a database"),
            (another_programs, "it is a database of another program"),
            (of_a_newer_release, "a newer release has written it (schema 99)"),
        ],
    )
    def test_one_that_cannot_be_used_means_that_nothing_is_sent(
        self,
        make: Callable[[Path], Path],
        reason: str,
        tmp_path: Path,
        controller: Controller,
        service: CountedSandbox,
    ) -> None:
        path = make(tmp_path)
        content = path.read_bytes() if path.is_file() else None
        result = controller.send(to=[ANNA, BEN], msg="Hello", ledger=str(path))
        service.expect(0)
        assert (result["failed"], result["changed"]) == (True, False)
        assert str(path) in result["msg"]
        assert reason in result["msg"]
        assert "nothing was sent" in result["msg"]
        assert [each["outcome"] for each in result["results"]] == ["not_sent", "not_sent"]
        assert keys(result) == documented()
        assert (path.read_bytes() if path.is_file() else None) == content

    def test_an_empty_file_becomes_one_and_is_reported_as_new(
        self, tmp_path: Path, controller: Controller, service: CountedSandbox
    ) -> None:
        path = a_file(tmp_path)
        foretold = controller.module(check=True, to=ANNA, msg="Hello", ledger=str(path)).result
        result = controller.send(to=ANNA, msg="Hello", ledger=str(path))
        service.expect(1)
        assert (foretold["ledger_created"], result["ledger_created"]) == (True, True)

    def test_keeps_neither_text_nor_number_nor_credential(
        self, controller: Controller, service: CountedSandbox
    ) -> None:
        controller.send(to=ANNA, msg="A text to look for", idempotency_key="k")
        service.expect(1)
        kept = controller.ledger.read_bytes()
        assert b"+1********78" in kept
        for secret in (b"12812345678", b"2812345678", b"A text to look for", b"sandbox"):
            assert secret not in kept


@pytest.mark.parametrize("library", ["requests", "phonenumbers"])
def test_a_missing_library_is_named(
    library: str, tmp_path: Path, controller: Controller, service: CountedSandbox
) -> None:
    (tmp_path / "shadow").mkdir()
    (tmp_path / "shadow" / f"{library}.py").write_text(f"raise ImportError('No module named {library}')\n", "utf-8")
    run = controller.play(controller.task(to=ANNA, msg="Hello"), environment={"PYTHONPATH": str(tmp_path / "shadow")})
    service.expect(0)
    assert f"the Python library {library} cannot be imported by " in run.only["msg"]
    assert "nothing was sent" in run.only["msg"]
    assert run.rc == 2
    assert keys(run.only) - {"_ansible_no_log"} == documented()


def test_keys_are_always_there(controller: Controller, service: CountedSandbox) -> None:
    foretold = controller.module(check=True, to=ANNA, msg="Hello").result
    sent = controller.send(to=ANNA, msg="Hello")
    again = controller.send(to=ANNA, msg="Hello")
    service.sandbox.order(status=500)
    unknown = controller.send(to=BEN, msg="Hello")
    service.expect(2)
    for result in (foretold, sent, again, unknown):
        assert keys(result) == documented()
    contained = {frozenset(each) for result in (foretold, sent, again, unknown) for each in result["results"]}
    assert len(contained) == 1
