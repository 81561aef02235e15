# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a question must stand: guesses, refused numbers, a log that fails or is another one, several runs at once."""

from __future__ import annotations

import time
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.tests.support.counted import CountedSandbox
from ansible_collections.voip_communications.sms.tests.support.phones import OWN, Phones
from ansible_collections.voip_communications.sms.tests.support.playbook import Controller, begin_together

ANNA, BEN, GONE = "+12812345678", "+12812345679", "+15005550404"
ASK = "voip_communications.sms.voipsms_ask"


@pytest.fixture
def phones(service: CountedSandbox) -> Phones:
    return Phones(service)


def question(name: str, **options: Any) -> dict[str, Any]:
    """Return the options of a question whose text and key are a name."""
    usual = {"to": ANNA, "from": OWN, "msg": f"{name}?", "wait": "40s", "poll": 1, "idempotency_key": name}
    return {**usual, **options}


def task(name: str, **options: Any) -> dict[str, Any]:
    return {"name": "Ask", ASK: question(name, **options), "ignore_errors": True}


def test_people_and_a_log_that_are_not_as_they_should_be(
    controller: Controller, service: CountedSandbox, phones: Phones
) -> None:
    """In one playbook, one after the other: what each comes to, and why it says so."""

    def people() -> None:
        codes = phones.codes(ANNA, "Guess")
        free = (number for number in range(5000, 9999) if str(number) not in codes.values())
        for _guess in range(3):
            phones.reply(ANNA, str(next(free)))
        phones.reply(BEN, phones.codes(BEN, "Refused")["approve"])
        one, other = phones.codes(ANNA, "Both"), phones.codes(BEN, "Both")
        phones.reply(ANNA, one["approve"])
        phones.reply(BEN, other["reject"])
        phones.reply(ANNA, phones.codes(ANNA, "Outage")["approve"])
        phones.reply(ANNA, phones.codes(ANNA, "Other log")["approve"])

    def sandbox(call: str, **body: Any) -> dict[str, Any]:
        url = f"{service.sandbox.url.split('/api-v2/', maxsplit=1)[0]}/sandbox/{call}"
        return {
            "name": "Sandbox",
            "ansible.builtin.uri": {"url": url, "method": "POST", "body_format": "json", "body": body},
        }

    phones.will(people)
    run = controller.play(
        task("Guess", to=[ANNA, BEN], max_wrong_codes=1, hint=False),
        task("Refused", to=[GONE, BEN]),
        task("Both", to=[ANNA, BEN], needed=2),
        sandbox("answers", path="sms/summary", status=503, times=2),
        task("Outage"),
        sandbox("settings", log_order="oldest", page_size=1, incoming_lag=2),
        task("Other log"),
        sandbox("settings", log_order="newest", page_size=10, incoming_lag=0),
        sandbox("answers", path="sms/summary", status=404, times=100),
        task("No log", wait="4s"),
        keywords={"module_defaults": {"group/voip_communications.sms.voipsms": controller.options}},
    )
    results = [record.result for record in run.records if record.task == "Ask"]
    guess, refused, both, outage, other_log, no_log = results
    service.expect(9)
    outcomes = [result["outcome"] for result in results]
    assert outcomes == ["guessing", "accepted", "rejected", "accepted", "accepted", "unknown"], run.everything
    assert (len(guess["unclear"]) >= 2, guess["answered_by"]) == (True, [])
    assert f"refused by the service: {GONE}" in refused["msg"]
    assert both["answered_by"] == [BEN]
    assert (outage["answered_by"], other_log["answered_by"]) == ([ANNA], [ANNA])
    assert "whether it was answered cannot be seen" in no_log["msg"]
    assert "HTTP 404" in no_log["msg"]


def test_runs_at_once_and_two_questions_to_one_person(
    controller: Controller, service: CountedSandbox, phones: Phones
) -> None:
    """Two processes have the same question, and a third another one; each code answers its own question."""

    def person() -> None:
        first, second = phones.codes(ANNA, "First"), phones.codes(ANNA, "Second")
        phones.reply(ANNA, second["reject"])
        time.sleep(2)
        phones.reply(ANNA, first["approve"])

    phones.will(person)
    wishes = [question("First"), question("First"), question("Second")]
    processes = [controller.start(module=ASK, **wish) for wish in wishes]
    begin_together(processes)
    one, same, other = (process.wait().result for process in processes)
    service.expect(2)
    assert (one["outcome"], same["outcome"], other["outcome"]) == ("accepted", "accepted", "rejected")
    assert sorted((one["changed"], same["changed"])) == [False, True]
    assert one["answers"] == same["answers"]
