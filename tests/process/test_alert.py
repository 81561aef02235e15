# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook `alert` and what makes the silence: Alertmanager, Grafana, and what refuses it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.tests.support.counted import CountedSandbox
from ansible_collections.voip_communications.sms.tests.support.fault_server import FaultServer, answer_json
from ansible_collections.voip_communications.sms.tests.support.people import ANNA, OWN
from ansible_collections.voip_communications.sms.tests.support.phones import Phones
from ansible_collections.voip_communications.sms.tests.support.step import Job

TOKEN = "0e7c-token"
# As Grafana answers without a permission.
NO = {"message": "Unauthorized"}
REFUSED = (401, NO)
ACTIVE = {"state": "active"}
OTHERS = [
    None,
    {"comment": "no number (db1)"},
    {"status": ACTIVE},
    {"status": ACTIVE, "comment": "of another alert (db12 #1)"},
    {"status": {"state": "expired"}, "comment": "of yesterday (db1-yesterday #1)"},
]


def taken_over(
    tmp_path: Path, service: CountedSandbox, phones: Phones, server: FaultServer, **changed: Any
) -> tuple[int, str]:
    """Return the exit status and the output, in one line, of an alert that Anna takes over."""
    job = Job(tmp_path / "job", **service.sandbox.environment)
    phones.will(lambda: phones.answer(ANNA, "mine", "on it"))
    variables = {
        "page_name": "db1",
        "page_msg": "The disk of db1 is full",
        "page_from": OWN,
        "page_levels": [ANNA],
        "page_poll": "1s",
        "alert_url": f"{server.origin}/",
        "alert_token": TOKEN,
        "alert_labels": {"alertname": "DiskFull"},
        **changed,
    }
    done = job.playbook("alert", variables)
    return done.rc, " ".join(done.output.split())


@pytest.mark.parametrize(
    ("looked", "made"),
    [((200, OTHERS), (202, {"silenceID": "1"})), (REFUSED, (200, {"silenceID": "1"})), ((200, "gone"), (200, {}))],
    ids=["Grafana makes it", "others may not be read", "others are no list"],
)
def test_a_silence_that_was_made(
    tmp_path: Path, service: CountedSandbox, phones: Phones, looked: tuple[int, Any], made: tuple[int, Any]
) -> None:
    with FaultServer([answer_json(value, status) for status, value in (looked, looked, made)]) as server:
        rc, output = taken_over(tmp_path, service, phones, server)
    service.expect(2)
    assert rc == 0, output
    assert [request.method for request in server.posts] == ["GET", "GET", "POST"]
    silence = json.loads(server.posts[2].body)
    assert silence["comment"] == "Taken over by SMS: on it (db1 #1)"
    assert silence["matchers"] == [{"name": "alertname", "value": "DiskFull", "isRegex": False}]


@pytest.mark.parametrize("changed", [{}, {"alert_labels": None}], ids=["labels", "no labels"])
def test_a_refused_silence_says_what_to_check(
    tmp_path: Path, service: CountedSandbox, phones: Phones, changed: dict[str, Any]
) -> None:
    with FaultServer([answer_json(NO, 401)] * 3) as server:
        rc, output = taken_over(tmp_path, service, phones, server, **changed)
    service.expect(2)
    assert rc == 2, output
    assert "Alertmanager has not made the silence (HTTP 401); check alert_url, alert_token, alert_labels" in output
    assert TOKEN not in output
    assert [request.headers["authorization"] for request in server.posts] == [f"Bearer {TOKEN}"] * 3
