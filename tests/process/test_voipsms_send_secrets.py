# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The password and the API key appear nowhere: not printed at -vvvv, not in a result, not in the ledger."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from ansible_collections.voip_communications.sms.tests.support.canary import (
    ECHOES,
    FORMS,
    KEY,
    PASSWORD,
    WRONG,
    assert_absent,
    assert_nothing_kept,
)
from ansible_collections.voip_communications.sms.tests.support.people import ANNA, NOT_IN_SERVICE
from ansible_collections.voip_communications.sms.tests.support.playbook import MODULE, Controller
from ansible_collections.voip_communications.sms.tests.support.sandbox import Sandbox


@pytest.fixture
def user(tmp_path: Path, guarded: Sandbox) -> Controller:
    controller = Controller(tmp_path / "controller", api_url=guarded.url, api_key=KEY, api_password=PASSWORD)
    controller.options["ledger"] = str(controller.ledger)
    return controller


def cases(controller: Controller, closed: str) -> list[dict[str, Any]]:
    """Return tasks that succeed, and tasks that fail in every way that needs no arranging."""
    wishes: list[dict[str, Any]] = [
        {"msg": "First"},
        {"msg": "First"},
        {"api_password": WRONG},
        {"to": "123"},
        {"to": 12812345678},
        {"to": NOT_IN_SERVICE},
        {"api_url": closed, "deadline": 1},
        {"api_url": "https://127.0.0.1:1/", "deadline": 1},
        {"api_url": "http://192.0.2.1/"},
        {"api_url": f"https://ann:{quote(PASSWORD, safe='')}@sms.example/"},
        {"ledger": "/proc/voipsms/ledger"},
        {"api_password_file": "/etc/hostname"},
        {"idempotency_key": "k", "ledger": "none"},
        {"nonsense": True},
        {"timeout": "never"},
        {"validate_certs": False, "ca_path": "/etc/hosts"},
    ]
    keywords = {"ignore_errors": True}
    return [controller.task("Case", keywords, **{"to": ANNA, "msg": "Hello", **wish}) for wish in wishes]


def test_no_case_shows_a_secret_at_vvvv(user: Controller, guarded: Sandbox) -> None:
    tasks = cases(user, "http://127.0.0.1:1/")
    run = user.play(*tasks, arguments=["-vvvv", "--diff"])
    assert len(run.records) == len(tasks)
    kinds = [record.kind for record in run.records]
    assert kinds == ["ok"] * 2 + ["failed"] * (len(tasks) - 2)
    assert "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER" in run.stdout  # so it did print the options
    assert len(guarded.sends()) == 3
    assert_absent(run.everything)
    assert_nothing_kept(user.home)


def test_the_diff_shows_no_text_that_holds_a_secret(user: Controller) -> None:
    for form in (PASSWORD, quote(PASSWORD, safe=""), b64encode(f"{KEY}:{PASSWORD}".encode()).decode()):
        shown = user.send(diff=True, to=ANNA, msg=f"look: {form}")["diff"]
        assert f"{ANNA}  sent" in shown["after"]
        assert_absent(str(shown))


def test_no_echo_of_the_service_shows_a_secret_at_vvvv(user: Controller, guarded: Sandbox) -> None:
    """Refused, unreadable, unknown, and with success in a field: whatever the service sends back."""
    tasks = []
    answers: list[dict[str, Any]] = []
    for echo in ECHOES:
        answers += [
            {"status": 401, "body": {"error": True, "error_message": echo}},
            {"record": {"code": 500, "code_desc": echo}},
        ]
    echo = " ".join(ECHOES)
    answers += [
        {"status": 200, "body": {"error": True, "error_message": echo}},
        {"status": 500, "body": echo},
        {"status": 200, "body": echo},
        {"status": 302, "body": "", "headers": {"Location": f"http://127.0.0.1:1/{quote(PASSWORD)}"}},
        {"record": {"smsid": PASSWORD, "status": echo, "type": KEY, "country": PASSWORD, "to": echo}},
        {"record": {"smsid": PASSWORD, "status": echo, "type": KEY, "country": PASSWORD, "delivery_date": echo}},
    ]
    for number, answer in enumerate(answers):
        guarded.order(**answer)
        tasks.append(user.task(f"Echo {number}", {"ignore_errors": True}, to=ANNA, msg=f"Echo {number}"))
    run = user.play(*tasks, arguments=["-vvvv"])
    assert len(guarded.sends()) == len(run.records) == len(answers)
    assert_absent(run.everything)
    assert_nothing_kept(user.home)


def test_credentials_of_the_environment_do_not_appear(user: Controller, guarded: Sandbox) -> None:
    for name in ("api_key", "api_password"):
        del user.options[name]
    ignored = {"ignore_errors": True}
    guarded.order(status=401, body={"error": True, "error_message": " ".join(ECHOES)})
    run = user.play(
        user.task("Echo", ignored, to=ANNA, msg="Hello"),
        user.task("Success", to=ANNA, msg="Hello"),
        user.task("Failure", ignored, to="12", msg="Hello"),
        arguments=["-vvvv"],
        environment=guarded.environment,
    )
    assert [record.kind for record in run.records] == ["failed", "ok", "failed"]
    assert len(guarded.sends()) == 2
    assert_absent(run.everything)
    assert_nothing_kept(user.home)


def test_a_password_of_a_file_does_not_appear(user: Controller, guarded: Sandbox, tmp_path: Path) -> None:
    """Ansible does not know it and so masks nothing: all that keeps it away is that nothing passes it on."""
    file = tmp_path / "password"
    file.write_text(PASSWORD + "\n", encoding="utf-8")
    del user.options["api_password"]
    user.options["api_password_file"] = str(file)
    tasks = []
    for number, echo in enumerate(ECHOES):
        guarded.order(status=401, body={"error": True, "error_message": echo})
        tasks.append(user.task("Echo", {"ignore_errors": True}, to=ANNA, msg=f"Echo {number}"))
    run = user.play(*tasks, user.task("Success", to=ANNA, msg="Hello"), arguments=["-vvvv"])
    assert [record.kind for record in run.records] == ["failed"] * len(ECHOES) + ["ok"]
    assert_absent(run.everything)
    assert_nothing_kept(user.home)


@pytest.mark.parametrize(
    ("module", "options"),
    [
        ("voipsms_send", {"ledger": "URL", "nonsense": True}),
        ("voipsms_send", {"api_url": "URL", "timeout": "never"}),
        ("voipsms_ledger_info", {"ledger": "URL", "max_rows": "abc"}),
    ],
)
def test_a_url_with_a_password_is_masked_where_ansible_refuses_another_option(
    module: str, options: dict[str, Any], user: Controller, guarded: Sandbox
) -> None:
    url = f"postgresql://ann:{quote(PASSWORD, safe='')}@db.invalid/sms"
    changed = {name: url if value == "URL" else value for name, value in options.items()}
    wish: dict[str, Any] = {"to": ANNA, **changed}
    run = user.module(module=module, **wish)
    assert run.result["failed"]
    assert "canary-P4ss" not in run.stdout + run.stderr


def test_the_net_is_fine_enough(user: Controller) -> None:
    """The check finds what a task without no_log would print, in every form."""
    debug = [{"name": "Show", "ansible.builtin.debug": {"msg": [form]}} for form in (PASSWORD, ECHOES[2], ECHOES[4])]
    for task in debug:
        run = user.play(task)
        with pytest.raises(AssertionError):
            assert_absent(run.stdout)
    assert MODULE not in FORMS
