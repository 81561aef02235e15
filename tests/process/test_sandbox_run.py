# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A sandbox that has forgotten everything is a new one: tasks send to it what they sent before."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.tests.support.people import ANNA
from ansible_collections.voip_communications.sms.tests.support.playbook import MODULE, Controller
from ansible_collections.voip_communications.sms.tests.support.sandbox import Sandbox

PREFIX = MODULE.rpartition(".")[0]
SEND: dict[str, Any] = {"to": ANNA, "msg": "Hello"}
REMIND: dict[str, Any] = {"name": "window", "to": ANNA, "msg": "Soon", "delivery_date": "2098-12-01 17:00"}


@pytest.fixture
def controller(tmp_path: Path) -> Controller:
    """Return a user with nothing set but the default ledger."""
    return Controller(tmp_path / "controller")


def run_all(controller: Controller, sandbox: Sandbox, *, check: bool = False) -> list[Any]:
    """Send and schedule the same as ever, as ordinary modules and in the controller; return the outcomes."""
    account: dict[str, Any] = {"api_url": sandbox.url, "api_key": "sandbox", "api_password": "sandbox"}
    sent = controller.module(check=check, **account, **SEND)
    play = controller.play(
        controller.task(**account, **SEND),
        {f"{PREFIX}.voipsms_scheduled": {**account, **REMIND}},
        {f"{PREFIX}.voipsms_ledger_info": account},
        arguments=["--check"] if check else [],
    )
    in_process, scheduled, known = play.results
    return [sent.result["outcome"], in_process["outcome"], scheduled["outcome"], len(known["rows"])]


def forgetting(way: str) -> Callable[[Sandbox], None]:
    """Return what lets a sandbox forget everything."""

    def restart(sandbox: Sandbox) -> None:
        sandbox.stop()
        sandbox.start()

    return {"reset": Sandbox.reset, "restart": restart}[way]


@pytest.mark.parametrize("way", ["reset", "restart"])
def test_what_was_sent_before_is_sent_again(controller: Controller, way: str) -> None:
    with Sandbox() as sandbox:
        assert run_all(controller, sandbox) == ["sent", "duplicate", "scheduled", 2]
        assert run_all(controller, sandbox) == ["duplicate", "duplicate", "duplicate", 2]
        forgetting(way)(sandbox)
        assert run_all(controller, sandbox, check=True) == ["would_send", "would_send", "would_schedule", 0]
        assert run_all(controller, sandbox) == ["sent", "duplicate", "scheduled", 2]
        assert [message["msg"] for message in sandbox.messages()] == ["Hello", "Soon"]
        # To ask which run it is, is none of the service's calls.
        assert {request["path"] for request in sandbox.requests()} == {"sms/send", "sms/scheduled"}


def test_a_sandbox_that_remembers_is_the_same_one(controller: Controller, tmp_path: Path) -> None:
    with Sandbox(state=tmp_path / "state") as sandbox:
        assert run_all(controller, sandbox) == ["sent", "duplicate", "scheduled", 2]
        forgetting("restart")(sandbox)
        assert run_all(controller, sandbox) == ["duplicate", "duplicate", "duplicate", 2]


def test_a_sandbox_that_answers_late_is_the_same_one(controller: Controller) -> None:
    """It does not answer in the time of one request, and goes on before the deadline: no second message."""
    with Sandbox() as sandbox:
        account: dict[str, Any] = {"api_url": sandbox.url, "api_key": "sandbox", "api_password": "sandbox"}
        process = controller.start(**account, **SEND)
        process.until_it_reads()
        os.kill(sandbox.pid, signal.SIGSTOP)
        try:
            process.go()
            time.sleep(7)
        finally:
            os.kill(sandbox.pid, signal.SIGCONT)
        assert process.wait().result["outcome"] == "sent"
        assert controller.module(**account, **SEND).result["outcome"] == "duplicate"
        assert [message["msg"] for message in sandbox.messages()] == ["Hello"]
