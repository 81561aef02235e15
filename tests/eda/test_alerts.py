# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole chain: Alertmanager, the rulebook alerts, a page, a phone, an answer, and a silence with its comment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible_collections.voip_communications.sms.tests.support.alerts import alert_variables
from ansible_collections.voip_communications.sms.tests.support.counted import CountedSandbox
from ansible_collections.voip_communications.sms.tests.support.people import ANNA, OWN
from ansible_collections.voip_communications.sms.tests.support.phones import Phones
from ansible_collections.voip_communications.sms.tests.support.ports import free_port
from ansible_collections.voip_communications.sms.tests.support.rulebook import Alertmanager, Playbook, Rulebook
from ansible_collections.voip_communications.sms.tests.support.story import Story
from ansible_collections.voip_communications.sms.tests.support.waiting import until

TOKEN = "0e7c-token"
BEGUN = "TASK [Count those that are over]"
"""What each run prints before it pages."""
HOSTILE = "{{ lookup('pipe', 'touch owned') }}"


def test_a_silence_that_cannot_be_made_is_a_failure_that_shows_no_token(
    tmp_path: Path, service: CountedSandbox, phones: Phones
) -> None:
    """The playbook without a rulebook, with nothing that listens where Alertmanager should be."""
    variables = alert_variables(f"http://127.0.0.1:{free_port()}/", TOKEN)
    with Playbook("voip_communications.sms.alert", tmp_path, variables, **service.sandbox.environment) as playbook:
        phones.answer(ANNA, "mine")
        until(lambda: not playbook.is_running, "the playbook ends")
        output = playbook.output
    service.expect(2)
    assert "answered mine by" in output, output
    assert "Alertmanager has not made the silence (HTTP -1)" in output.replace("\n", " "), output
    assert "failed=1" in output
    assert TOKEN not in output


def test_from_the_alert_to_the_silence(tmp_path: Path, service: CountedSandbox, phones: Phones) -> None:
    """The alert is repeated while people are paged, its labels and the comment look like templates."""
    story, port = Story(), free_port()
    with Alertmanager(tmp_path / "alertmanager", f"http://127.0.0.1:{port}/alerts", TOKEN) as alertmanager:
        variables: dict[str, Any] = {
            "alerts_port": port,
            "alerts_token": TOKEN,
            "page_from": OWN,
            "page_levels": ["anna"],
            "page_poll": "1s",
            "voipsms_contacts": [{"name": "anna", "number": ANNA}],
            "alert_url": alertmanager.url,
        }
        name = "voip_communications.sms.alerts"
        with Rulebook(name, tmp_path / "rulebook", variables, **service.sandbox.environment) as rulebook:
            until(lambda: "Waiting for events" in rulebook.output, "the rulebook waits")
            story.tell("the rulebook waits for alerts")
            alertmanager.fire({"alertname": "DiskFull", "instance": "db1"}, {"summary": f"db1 is at 98 % {HOSTILE}"})
            story.tell("the alert fires")
            code = phones.codes(ANNA)["mine"]
            story.tell("the page is on the phone of anna")
            until(lambda: rulebook.output.count(BEGUN) >= 2, "the alert is repeated")
            story.tell("the alert was repeated, and another run waits for the answer")
            phones.reply(ANNA, f"{code} on it {HOSTILE}")
            story.tell("anna answers")
            (silence,) = until(lambda: alertmanager.silences, "a silence")
            story.tell("the alert is silenced")
            runs = rulebook.output.count(BEGUN)
            until(lambda: rulebook.output.count("PLAY RECAP") >= runs, "all runs end")
            story.tell(f"all {runs} runs have ended")
            silences = alertmanager.silences
    sends = service.expect(2)
    assert len(silences) == 1, silences
    assert silence["createdBy"] == "anna"
    assert silence["comment"].startswith("Taken over by SMS: on it {{ lookup('pipe'")
    assert [(one["name"], one["value"]) for one in silence["matchers"]] == [("alertname", "DiskFull")]
    page, outcome = [send["form"]["msg"] for send in sends]
    assert page.startswith("Alert DiskFull: db1 is at 98 % (( lookup('pipe'")
    assert outcome == "Taken over: anna"
    assert not list(tmp_path.rglob("owned"))
