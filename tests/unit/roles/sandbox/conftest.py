# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox's application in this process, with a caller that has its credentials."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from ansible_collections.voip_communications.sms.roles.sandbox.files.voipsms_sandbox import dates
from ansible_collections.voip_communications.sms.roles.sandbox.files.voipsms_sandbox.api import BASE, Account
from ansible_collections.voip_communications.sms.roles.sandbox.files.voipsms_sandbox.app import create_app
from ansible_collections.voip_communications.sms.roles.sandbox.files.voipsms_sandbox.state import State

CREDENTIALS = ("key", "canary-password")


class Caller:
    """Calls the application as a client of the API (`post`, `get`, `delete`) and as its user (`control`)."""

    def __init__(self, app: Flask) -> None:
        self.client = app.test_client(use_cookies=False)

    def post(self, path: str, form: dict[str, Any] | None = None, **more: Any) -> TestResponse:
        return self.client.post(BASE + path, data=form, **{"auth": CREDENTIALS, **more})

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.client.get(BASE + path, **{"auth": CREDENTIALS, **more})

    def delete(self, path: str) -> TestResponse:
        return self.client.delete(BASE + path, auth=CREDENTIALS)

    def send(self, to: str, msg: str = "Hello", **form: str) -> list[dict[str, Any]]:
        """Return the records of a send that must not be refused as a whole."""
        answer = self.post("sms/send", {"to": to, "msg": msg, **form}).json
        assert answer is not None
        assert set(answer) == {"send_log"}, answer
        log: list[dict[str, Any]] = answer["send_log"]
        return log

    def scheduled(self) -> list[str]:
        """Who has a message waiting, in the order of the pending list."""
        answer = self.get("sms/scheduled").json
        assert answer is not None
        return [each["to"] for each in answer["scheduled"]]

    def control(self, call: str, wish: Any = None) -> dict[str, Any]:
        """Return the answer of a control call that must succeed; it is a POST when something is sent."""
        path = f"/sandbox/{call}"
        response = self.client.get(path) if wish is None else self.client.post(path, json=wish)
        assert response.status_code == 200, response.text
        answer: Any = response.json
        assert isinstance(answer, dict)
        return answer

    def refused(self, call: str, wish: Any) -> str:
        """Return the sentence with which a control call is refused."""
        response = self.client.post(f"/sandbox/{call}", json=wish)
        assert response.status_code == 400
        answer: Any = response.json
        return str(answer["error_message"])

    def states(self) -> list[str]:
        """Return the states of all messages, in order of arrival."""
        return [each["state"] for each in self.control("messages")["messages"]]


@pytest.fixture
def state() -> State:
    """Return a sandbox whose clock starts at four in the morning of the account's first of December."""
    state = State()
    state.gateway.clock.set(dates.instant("2026-12-01T10:00:00Z"))
    return state


@pytest.fixture
def caller(state: State) -> Caller:
    return Caller(create_app(state, Account(*CREDENTIALS)))
