# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a question must stand: guesses, refused numbers, a log that fails or is another one, several runs at once."""

from __future__ import annotations

import json
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.tests.support.counted import CountedSandbox
from ansible_collections.voip_communications.sms.tests.support.module_names import ASK
from ansible_collections.voip_communications.sms.tests.support.people import ANNA, BEN, NOT_IN_SERVICE, OWN
from ansible_collections.voip_communications.sms.tests.support.phones import Phones
from ansible_collections.voip_communications.sms.tests.support.playbook import COLLECTION, Controller, begin_together


def question(name: str, **options: Any) -> dict[str, Any]:
    """Return the options of a question whose text and key are a name."""
    usual = {"to": ANNA, "from": OWN, "msg": f"{name}?", "wait": "40s", "poll": 1, "idempotency_key": name}
    return {**usual, **options}


def task(name: str, **options: Any) -> dict[str, Any]:
    return {"name": "Ask", ASK: question(name, **options), "ignore_errors": True}


def order(service: CountedSandbox, call: str, method: str = "POST", **body: Any) -> dict[str, Any]:
    """Return a task that changes the sandbox."""
    url = f"{service.sandbox.url.split('/api-v2/', maxsplit=1)[0]}/sandbox/{call}"
    options = {"url": url, "method": method, "body_format": "json", "body": body}
    return {"name": "Sandbox", "ansible.builtin.uri": options}


@pytest.mark.slow
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

    sandbox = partial(order, service)
    phones.will(people)
    run = controller.play(
        task("Guess", to=[ANNA, BEN], max_wrong_codes=1, hint=False),
        task("Refused", to=[NOT_IN_SERVICE, BEN]),
        task("Both", to=[ANNA, BEN], needed=2),
        sandbox("answers", path="sms/summary", status=503, times=5),
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
    assert f"refused by the service: {NOT_IN_SERVICE}" in refused["msg"]
    assert both["answered_by"] == [BEN]
    assert (outage["answered_by"], other_log["answered_by"]) == ([ANNA], [ANNA])
    assert "whether it was answered cannot be seen" in no_log["msg"]
    assert "HTTP 404" in no_log["msg"]


def test_a_log_that_does_not_show_the_question(controller: Controller, service: CountedSandbox, phones: Phones) -> None:
    """A log that is refused, empty, or of others alone; and an answer that it shows before the question."""

    def shown(*records: dict[str, str]) -> dict[str, Any]:
        return {"path": "sms/summary", "body": json.dumps({"error": False, "summary": records}), "times": 100}

    def record(external: str, text: str) -> dict[str, str]:
        parties = {"sms_internal": OWN[1:], "sms_external": external[1:], "sms_inout": "in", "sms_msg": text}
        return {"sms_id": "9001", "sms_status_date": "2026-01-01 10:00:00", **parties}

    def early() -> None:
        text = phones.codes(ANNA, "Early")["approve"]
        service.sandbox.order(**{**shown(record(ANNA, text)), "times": 2})

    sandbox = partial(order, service)
    withdraw = sandbox("answers", "DELETE")
    phones.will(early)
    run = controller.play(
        task("Credentials", api_password="wrong", wait="3s"),
        sandbox("answers", path="sms/summary", status=401, times=100),
        task("Refused log", wait="3s"),
        withdraw,
        sandbox("answers", **shown()),
        task("Empty log", wait="3s"),
        withdraw,
        sandbox("answers", **shown(record(BEN, "1234"), record(NOT_IN_SERVICE, "approve"))),
        task("Others alone", wait="3s"),
        withdraw,
        task("Early"),
        keywords={"module_defaults": {"group/voip_communications.sms.voipsms": controller.options}},
    )
    results = [record.result for record in run.records if record.task == "Ask"]
    outcomes = [result["outcome"] for result in results]
    assert outcomes == ["not_asked", "unknown", "unknown", "unknown", "accepted"], run.everything
    credentials, refused, empty, others, first = results
    assert "nothing was sent by this run" in credentials["msg"]
    assert "HTTP 401" in refused["msg"]
    assert "whether it was answered cannot be seen" in empty["msg"]
    assert (others["unclear"], others["answers"]) == ([], [])
    assert first["answered_by"] == [ANNA]
    service.expect(5)


def test_a_clock_that_is_set_never_opens_the_gate(
    tmp_path: Path, controller: Controller, service: CountedSandbox, phones: Phones
) -> None:
    """Set forward, the question is over, and what is answered then is late; set back, it is open for no longer."""
    ahead = tmp_path / "ahead"
    ahead.write_text("0")
    folder = COLLECTION / "tests" / "support" / "clock"
    controller.environment = {"CLOCK_AHEAD": str(ahead), "PYTHONPATH": f"{folder}:{COLLECTION.parents[2]}"}
    wish = {**controller.options, **question("Forward", wait="30m", on_timeout="approve")}
    running = controller.start(module=ASK, **wish).go()
    code = phones.codes(ANNA)["approve"]
    ahead.write_text("1801")
    result = running.wait().result
    assert (result["outcome"], result["answered_by"]) == ("default", [])
    phones.reply(ANNA, code)
    ahead.write_text("0")
    again = controller.start(module=ASK, **wish).go().wait().result
    assert (again["outcome"], again["answers"], again["requests"]) == ("default", [], 0)
    begun = time.monotonic()
    running = controller.start(module=ASK, **{**controller.options, **question("Back", wait="5s")}).go()
    phones.codes(ANNA, "Back")
    ahead.write_text("-300")
    back = running.wait().result
    assert (back["outcome"], time.monotonic() - begun < 30) == ("no_answer", True)
    service.expect(2)


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
