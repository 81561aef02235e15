# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""No module on scheduled messages, and not the one whose answer holds them, shows the password or the API key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.tests.support.canary import (
    ECHOES,
    KEY,
    PASSWORD,
    assert_absent,
    assert_nothing_kept,
)
from ansible_collections.voip_communications.sms.tests.support.desk import FIRST, SECOND, TEXT, ZONE
from ansible_collections.voip_communications.sms.tests.support.module_names import (
    ACCOUNT_INFO,
    SCHEDULED,
    SCHEDULED_INFO,
)
from ansible_collections.voip_communications.sms.tests.support.people import ANN, ANNA
from ansible_collections.voip_communications.sms.tests.support.playbook import Controller, PlaybookRun
from ansible_collections.voip_communications.sms.tests.support.sandbox import Sandbox

WANTED = {"name": "window", "to": ANNA, "msg": TEXT, "delivery_date": FIRST}


@pytest.fixture
def user(tmp_path: Path, guarded: Sandbox) -> Controller:
    """Return a machine with the password in a file, so that Ansible does not know it and masks nothing."""
    file = tmp_path / "password"
    file.write_text(PASSWORD, encoding="utf-8")
    controller = Controller(tmp_path / "controller", api_url=guarded.url, api_key=KEY, api_password_file=str(file))
    controller.options.update(ledger=str(controller.ledger), account_timezone=ZONE)
    return controller


def task(user: Controller, module: str, **options: Any) -> dict[str, Any]:
    return {"name": module, module: user.merged(options), "ignore_errors": True}


def assert_secret(user: Controller, run: PlaybookRun) -> None:
    assert_absent(run.everything)
    assert_nothing_kept(user.home)


@pytest.mark.parametrize("known", [True, False], ids=["password in the task", "password in a file"])
def test_the_record_of_the_account_is_shown_without_them(known: bool, user: Controller, guarded: Sandbox) -> None:
    if known:
        user.options.update(api_password=PASSWORD, api_password_file=None)
    run = user.play(task(user, ACCOUNT_INFO), arguments=["-vvvv"])
    assert run.only["account_timezone"] == "America/Chicago", run.only
    assert [request["path"] for request in guarded.requests()] == ["cms/user"]
    assert_secret(user, run)


def test_what_stands_in_their_place_is_not_shown_either(user: Controller, guarded: Sandbox) -> None:
    """The service may write a credential where the zone should be."""
    for echo in ECHOES:
        body = {"error": False, "user": {"user_timezone": echo, "user_balance_warning": echo, "password": PASSWORD}}
        guarded.order(path="cms/user", status=200, body=body)
    run = user.play(*(task(user, ACCOUNT_INFO) for _echo in ECHOES), arguments=["-vvvv"])
    assert len(run.records) == len(ECHOES)
    assert_secret(user, run)


def test_no_success_and_no_failure_shows_them(user: Controller, guarded: Sandbox) -> None:
    everywhere: list[dict[str, Any]] = [
        {"api_url": "http://127.0.0.1:1/", "deadline": 1},
        {"api_url": "http://192.0.2.1/"},
        {"api_password_file": "/nonexistent"},
        {"timeout": 0},
        {"nonsense": True},
    ]
    tasks = [
        task(user, SCHEDULED, **WANTED),
        task(user, SCHEDULED, **{**WANTED, "delivery_date": SECOND}),
        task(user, SCHEDULED_INFO),
        task(user, SCHEDULED, state="absent", name="window"),
        task(user, SCHEDULED),
        task(user, SCHEDULED, **{**WANTED, "to": "123"}),
        task(user, SCHEDULED_INFO, scheduled_path="sms/nowhere"),
        *(task(user, SCHEDULED, **{**WANTED, **wish}) for wish in everywhere),
        *(task(user, module, **wish) for module in (SCHEDULED_INFO, ACCOUNT_INFO) for wish in everywhere),
    ]
    run = user.play(*tasks, arguments=["-vvvv", "--diff"])
    assert [record.kind for record in run.records] == ["ok"] * 4 + ["failed"] * (len(tasks) - 4)
    assert len(guarded.sends()) == 2
    assert_secret(user, run)


@pytest.mark.parametrize("echo", [" ".join(ECHOES), PASSWORD, KEY])
def test_no_echo_of_the_service_shows_them(echo: str, user: Controller, guarded: Sandbox) -> None:
    """As the reason of a refusal, in place of a list, in a record of the list, as an answer to a cancel."""
    window, refusal = {"state": "absent", "name": "window"}, {"error": True, "error_message": echo}
    to_anna, other = {"state": "absent", "to": ANNA}, {**WANTED, "name": "other", "msg": "Other"}
    record = {"smsid": echo, "to": ANN, "from": echo, "msg": TEXT, "delivery_date": echo}
    answers: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
        ("sms/scheduled", {"status": 404, "body": refusal}, WANTED),
        ("sms/scheduled", {"status": 500, "body": echo}, to_anna),
        ("sms/scheduled", {"status": 200, "body": refusal}, to_anna),
        ("sms/scheduled", {"status": 200, "body": {"scheduled": [record]}}, to_anna),
        ("sms/scheduled/*", {"status": 409, "body": {"error_message": echo}}, window),
        ("sms/scheduled/*", {"status": 200, "body": refusal}, window),
        ("sms/send", {"record": {"delivery_date": echo, "status": echo, "code_desc": echo}}, other),
        ("cms/user", {"status": 401, "body": refusal}, {}),
    ]
    tasks = []
    for path, answer, wish in answers:
        guarded.order(path=path, **answer)
        tasks.append(task(user, SCHEDULED if wish else ACCOUNT_INFO, **wish))
    run = user.play(*tasks, arguments=["-vvvv"])
    assert len(run.records) == len(tasks)
    assert len(guarded.sends()) == 2
    assert_secret(user, run)
