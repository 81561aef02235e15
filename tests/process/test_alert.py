# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook `alert` and what makes the silence: Alertmanager, Grafana, and what refuses it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.tests.support.alerts import alert_variables
from ansible_collections.voip_communications.sms.tests.support.counted import CountedSandbox
from ansible_collections.voip_communications.sms.tests.support.fault_server import FaultServer, answer_json
from ansible_collections.voip_communications.sms.tests.support.people import ANNA
from ansible_collections.voip_communications.sms.tests.support.phones import Phones
from ansible_collections.voip_communications.sms.tests.support.playbook import COLLECTION
from ansible_collections.voip_communications.sms.tests.support.step import Job
from ansible_collections.voip_communications.sms.tests.support.waiting import until

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
    return paged(job, server, **changed)


def paged(job: Job, server: FaultServer, *arguments: str, hours_ago: float = 0.0, **changed: Any) -> tuple[int, str]:
    """Return the exit status and the output, in one line, of one run, which may have been some hours ago."""
    ahead = job.folder / "ahead"
    ahead.write_text(str(-3600 * hours_ago), encoding="ascii")
    variables = alert_variables(f"{server.origin}/", TOKEN, **changed)
    path = f"{COLLECTION / 'tests' / 'support' / 'clock'}:{COLLECTION.parents[2]}"
    done = job.playbook("alert", variables, *arguments, CLOCK_AHEAD=str(ahead), PYTHONPATH=path)
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


@pytest.mark.parametrize("looked", [(200, []), REFUSED], ids=["Alertmanager has forgotten it", "it may not be read"])
def test_an_alert_whose_silence_must_be_over_is_paged_anew(
    tmp_path: Path, service: CountedSandbox, phones: Phones, looked: tuple[int, Any]
) -> None:
    """No one is named in a silence of which they were not told, whatever is known of the silence before."""
    job = Job(tmp_path / "job", **service.sandbox.environment)
    with FaultServer([answer_json(value, status) for status, value in (looked, looked, (200, {}))] * 2) as server:
        assert paged(job, server, "--check")[0] == 0
        for hours_ago, sends in ((5.0, 2), (0.0, 4)):  # the question, and who has taken over

            def answer(number: int = sends) -> None:
                until(lambda: len(service.sandbox.sends()) == number - 1, "the question")
                phones.answer(ANNA, "mine", "on it")

            phones.will(answer)
            rc, output = paged(job, server, hours_ago=hours_ago)
            assert rc == 0, output
            service.expect(sends)
        assert paged(job, server, "--check")[0] == 0
        service.expect(4)
    comments = [json.loads(request.body)["comment"] for request in server.posts if request.method == "POST"]
    assert comments == [f"Taken over by SMS: on it (db1 #{number})" for number in (1, 2)]
