# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Storms: how many messages each recipient gets when many processes send at once, and what becomes of the others."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.tests.support.counted import CountedSandbox
from ansible_collections.voip_communications.sms.tests.support.playbook import Controller
from ansible_collections.voip_communications.sms.tests.support.postgresql import PASSWORD, USER, PostgresServer

ANNA, BEN = "+12812345678", "+12812345679"
INFO = "voip_communications.sms.voipsms_ledger_info"
PROCESSES = 50


def texts(service: CountedSandbox) -> list[str]:
    """Return the texts of all messages that the sandbox has accepted."""
    return [message["msg"] for message in service.sandbox.messages()]


def storm(controller: Controller, count: int, **options: Any) -> list[dict[str, Any]]:
    """Send so many different messages to one person at the same moment, each by a process of its own."""
    return controller.race(*({"to": ANNA, "msg": f"db{number} is down", **options} for number in range(count)))


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_of_fifty_processes_five_send_and_one_tells(
    kind: str, controller: Controller, service: CountedSandbox, request: pytest.FixtureRequest
) -> None:
    if kind == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres")
        url = f"postgresql://{USER}@localhost:{server.port}/{server.new_database()}?sslmode=disable"
        controller.options |= {"ledger": url, "ledger_password": PASSWORD}
    results = storm(controller, PROCESSES, limit=["5/15m"], deadline=200)
    assert Counter(result["outcome"] for result in results) == {"sent": 5, "held": 45}, results
    sent = texts(service)
    notices = [text for text in sent if text.startswith("More than 5 messages in 15 minutes; further ones are not")]
    assert (len(sent), len(notices)) == (6, 1), sent
    for result in results:
        is_held = result["outcome"] == "held"
        assert result["failed"] if is_held else not result.get("failed"), result
        assert result["changed"] is not is_held
    info = controller.start(module=INFO).go().wait().result
    assert (info["held"], info["counts"]["accepted"]) == (45, 6)
    assert "45 messages held back by a limit" in info["msg"]
    service.expect(6)
