# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Questions as a user asks them: by ``ansible-playbook`` against the sandbox, answered while the task waits."""

from __future__ import annotations

import json
import os
import re
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.tests.support.counted import CountedSandbox
from ansible_collections.voip_communications.sms.tests.support.module_names import ASK
from ansible_collections.voip_communications.sms.tests.support.people import OWN
from ansible_collections.voip_communications.sms.tests.support.people_abroad import ANNA, BEN
from ansible_collections.voip_communications.sms.tests.support.phones import Phones
from ansible_collections.voip_communications.sms.tests.support.playbook import Controller, PlaybookRun

CONTACTS = [{"name": "anna", "number": ANNA, "groups": ["ops"]}, {"name": "ben", "number": BEN, "groups": ["ops"]}]


def ask(**options: Any) -> dict[str, Any]:
    """Return a task; an option of None leaves it out."""
    usual = {
        "to": "@ops",
        "contacts": CONTACTS,
        "from": OWN,
        "msg": "Deploy shop 2026.11?",
        "wait": "60s",
        "poll": 1,
        "idempotency_key": "deploy-shop",
    }
    merged = {name: value for name, value in {**usual, **options}.items() if value is not None}
    return {"name": "Ask", ASK: merged, "ignore_errors": True}


def play(controller: Controller, *tasks: dict[str, Any], front: str = "controller", **more: Any) -> PlaybookRun:
    keywords = {"module_defaults": {"group/voip_communications.sms.voipsms": controller.options}}
    return controller.play(*tasks, keywords=keywords, environment={"VOIPSMS_FRONT": front}, **more)


@pytest.mark.parametrize("front", ["controller", "module"])
def test_a_gate_opens_with_an_answer_and_shows_no_code(
    front: str, controller: Controller, service: CountedSandbox, phones: Phones
) -> None:
    """Rehearse it, answer with a comment that looks like a template, run it again; no code is to be seen anywhere."""

    def people() -> None:
        phones.codes(BEN)
        phones.reply(BEN, "ok go")
        time.sleep(2)
        phones.answer(ANNA, "approve", "{{ lookup('pipe', 'touch /tmp/never') }} ticket 12345")

    phones.will(people)
    show = {"name": "Show", "ansible.builtin.debug": {"var": "asked.answers"}}
    tasks = [{**ask(), "check_mode": True}, {**ask(), "register": "asked"}, show, ask()]
    run = play(controller, *tasks, front=front, arguments=["--diff", "-vvvv"])
    rehearsal, first, _shown, again = run.results
    assert "not understood" in service.expect(3)[2]["form"]["msg"]
    assert (rehearsal["outcome"], rehearsal["changed"], rehearsal["requests"]) == ("would_ask", True, 0)
    assert (first["outcome"], first["answer"], first["answered_by"]) == ("accepted", "approve", ["anna"])
    assert first["answers"][0]["comment"] == "{{ lookup('pipe', 'touch /tmp/never') }} ticket 12345"
    assert not Path("/tmp/never").exists()
    assert (first["asked"], first["level"], first["unclear"][0]["text"]) == ([ANNA, BEN], 1, "ok go")
    assert rehearsal["diff"] == first["diff"]
    assert "+Deploy shop 2026.11? Reply #### = approve, #### = reject." in run.stdout
    own = dict.fromkeys(("changed", "requests", "cost", "diff", "ledger_created", "ended_by_this_run"))
    assert {**first, **own} == {**again, **own}
    assert [each["ended_by_this_run"] for each in (rehearsal, first, again)] == [False, True, False]
    assert (again["changed"], again["requests"], again["cost"]) == (False, 0, 0.0)
    codes = phones.all_codes()
    assert len(codes) == 4
    assert not [code for code in codes if re.search(rf"\b{code}\b", run.everything)]


def test_a_gate_stays_shut_without_an_approval(controller: Controller, service: CountedSandbox, phones: Phones) -> None:
    """Reject, be silent and answer late, decide by default, leave it pending, opt out, be refused; in one playbook."""
    phones.will(lambda: phones.answer(ANNA, "reject", "not today"))

    def stop() -> None:
        phones.codes(BEN, "stop")
        phones.reply(BEN, "STOP")

    phones.will(stop)
    late = {"idempotency_key": "late", "msg": "Late?", "wait": 0, "to": ANNA, "on_timeout": "pending", "open_for": 2}
    run = play(
        controller,
        ask(),
        ask(idempotency_key="silent", wait="3s", to=ANNA),
        ask(idempotency_key="default", wait="3s", to=ANNA, on_timeout="approve"),
        ask(**late),
        ask(idempotency_key="pending", wait=0, to=ANNA, on_timeout="pending"),
        ask(idempotency_key="stop", to=BEN, msg="Can you stop it?"),
        ask(idempotency_key="wrong", to=["nobody"], choices=["stop"], wait="soon"),
    )
    rejected, silent, default, _asked, pending, stopped, wrong = run.results
    service.expect(7)
    assert [record.kind for record in run.records] == ["failed", "failed", "ok", "ok", "ok", "failed", "failed"]
    assert (rejected["outcome"], rejected["msg"]) == ("rejected", "answered reject by anna")
    assert (silent["outcome"], silent["answers"]) == ("no_answer", [])
    assert (default["outcome"], default["answer"]) == ("default", "approve")
    assert (pending["outcome"], pending["requests"] <= 4) == ("pending", True)
    assert (stopped["outcome"], stopped["opted_out"]) == ("not_asked", [BEN])
    assert "opted out with STOP or the like: ben" in stopped["msg"]
    assert (wrong["outcome"], wrong["requests"]) == ("not_asked", 0)
    assert all(part in wrong["msg"] for part in ("nobody", "carriers", "wait 'soon'", "nothing was sent"))
    time.sleep(2)  # "open_for": it is too late now, however fast the machine is
    phones.answer(ANNA, "approve")
    phones.reply(ANNA, phones.codes(ANNA, "Late")["approve"])
    again = play(controller, ask(idempotency_key="pending", wait=0, to=ANNA, on_timeout="pending"), *[ask(**late)] * 2)
    answered, too_late, same = again.results
    assert (answered["outcome"], answered["changed"], answered["requests"] <= 2) == ("accepted", False, True)
    assert (too_late["outcome"], too_late["answers"][0]["late"]) == ("no_answer", True)
    assert "answered too late: anna" in too_late["msg"]
    assert (same["outcome"], same["answers"], same["requests"]) == ("no_answer", too_late["answers"], 0)


def test_a_run_that_is_killed_is_gone_on_with(controller: Controller, service: CountedSandbox, phones: Phones) -> None:
    options = {**controller.options, **ask(to=ANNA)[ASK]}
    process = controller.start(module="voipsms_ask", **options)
    process.until_it_reads()
    process.go()
    phones.codes(ANNA)
    time.sleep(1.5)
    os.kill(process.pid, signal.SIGKILL)
    process.wait_for_end()

    def later() -> None:
        time.sleep(3)
        phones.answer(ANNA, "approve")

    phones.will(later)
    (result,) = play(controller, ask(to=ANNA)).results
    service.expect(1)
    assert (result["outcome"], result["changed"], result["answered_by"]) == ("accepted", False, ["anna"])
    ledger = json.dumps(play(controller, {"name": "Rows", "voip_communications.sms.voipsms_ledger_info": {}}).results)
    assert "deploy-shop/ask-1" in ledger
    assert not [code for code in phones.all_codes() if code in ledger]
