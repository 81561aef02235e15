# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check mode sends nothing, writes nothing, and says what a real run then says; diff mode shows who gets what."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.voip_communications.sms.tests.support import documents, restructured
from ansible_collections.voip_communications.sms.tests.support.counted import CountedSandbox
from ansible_collections.voip_communications.sms.tests.support.folders import contents_of
from ansible_collections.voip_communications.sms.tests.support.people import ANNA, BEN, CARA, DORA, NOT_IN_SERVICE
from ansible_collections.voip_communications.sms.tests.support.playbook import Controller, PlaybookRun

# What only the service's answer can tell.
ANSWERED = ("smsids", "code", "code_desc", "status", "country", "type", "sale", "delivery_date")


def foreseen(result: dict[str, Any]) -> dict[str, Any]:
    """Return a real result as check mode would have had to report it."""
    records = []
    for record in result["results"]:
        blank: dict[str, Any] = {**dict.fromkeys(ANSWERED), "smsids": []}
        sent = record["outcome"] == "sent"
        records.append({**record, "outcome": "would_send", **blank} if sent else record)
    return {"results": records}


def facts(result: dict[str, Any]) -> dict[str, Any]:
    """Return what check mode and the real run must say alike."""
    names = ("changed", "failed_to", "key", "encoding", "segments", "ledger", "ledger_created", "diff")
    return {"failed": result.get("failed", False), **{name: result.get(name) for name in names}}


def agree(controller: Controller, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Assert that check mode says what the real run says after it; return both results."""
    before = contents_of(controller.home)
    foretold = controller.module(check=True, diff=True, **options).result
    assert contents_of(controller.home) == before
    real = controller.module(diff=True, **options).result
    assert foretold["results"] == foreseen(real)["results"]
    assert facts(foretold) == facts(real)
    assert foretold.get("warnings") == real.get("warnings")
    assert foretold["requests"] == 0
    return foretold, real


def test_nothing_is_sent_and_no_ledger_is_made(controller: Controller, service: CountedSandbox) -> None:
    run = controller.play(controller.task(to=[ANNA, BEN], msg="Hello"), arguments=["--check"])
    service.expect(0)
    assert service.sandbox.requests() == []
    assert run.only["changed"] is True
    assert run.only["outcome"] == "would_send"
    assert run.only["msg"] == "would send to 2 recipients"
    assert run.only["ledger_created"] is True
    assert not controller.ledger.parent.exists()


def test_no_byte_of_a_ledger_changes(controller: Controller, service: CountedSandbox) -> None:
    controller.send(to=ANNA, msg="Hello")
    service.expect(1)
    before, times = contents_of(controller.ledger.parent), controller.ledger.stat()
    task = controller.task(to=[ANNA, BEN], msg="Hello")
    run = controller.play(task, controller.task(to=ANNA, msg="Hello", force=True), arguments=["--check"])
    assert contents_of(controller.ledger.parent) == before
    assert controller.ledger.stat().st_mtime_ns == times.st_mtime_ns
    assert [result["outcome"] for result in run.results] == ["partial", "would_send"]


def test_the_prediction_holds_on_a_new_ledger(controller: Controller, service: CountedSandbox) -> None:
    foretold, real = agree(controller, to=[ANNA, BEN, ANNA], msg="Grüße, \u201cdear\u201d")
    service.expect(1)
    assert (foretold["outcome"], real["outcome"]) == ("would_send", "sent")
    assert foretold["encoding"] == "UCS-2"


def test_the_prediction_holds_for_everything_at_once(controller: Controller, service: CountedSandbox) -> None:
    """One had it, one had another text, one is unknown, one is new, one number is impossible."""
    controller.send(to=ANNA, msg="Hello", idempotency_key="k")
    controller.send(to=BEN, msg="Another", idempotency_key="k")
    service.sandbox.order(status=500)
    controller.send(to=CARA, msg="Hello", idempotency_key="k")
    service.expect(3)
    everything = {"to": [ANNA, BEN, CARA, DORA, "123"], "msg": "Hello", "idempotency_key": "k"}
    foretold, real = agree(controller, **everything, on_different="skip", on_unknown="skip", fail_on="all")
    service.expect(4)
    assert [record["outcome"] for record in foretold["results"]] == [
        "duplicate",
        "duplicate",
        "unknown",
        "would_send",
        "refused",
    ]
    assert not real.get("failed")


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"msg": "Bye", "idempotency_key": "k"}, id="different"),
        pytest.param({"to": "12", "msg": "Hello"}, id="impossible"),
        pytest.param({"to": "12", "msg": "Hello", "fail_on": "all"}, id="impossible, refused"),
        pytest.param({"msg": "x" * 161, "max_segments": 1}, id="too long"),
        pytest.param({"msg": "Hello", "ledger": "/etc/hosts/ledger"}, id="ledger"),
    ],
)
def test_a_failure_is_foreseen(options: dict[str, Any], controller: Controller, service: CountedSandbox) -> None:
    controller.send(to=ANNA, msg="Hello", idempotency_key="k")
    service.expect(1)
    foretold, real = agree(controller, **{"to": ANNA, **options})
    assert foretold["failed"] is True
    assert foretold["msg"] == real["msg"]


def test_a_second_run_is_foreseen(controller: Controller, service: CountedSandbox) -> None:
    controller.send(to=[ANNA, BEN], msg="Hello")
    service.expect(1)
    foretold, real = agree(controller, to=[ANNA, BEN], msg="Hello")
    assert foretold["changed"] is False
    assert foretold["msg"] == real["msg"]


YAML = {"ANSIBLE_CALLBACK_RESULT_FORMAT": "yaml"}
(DIFF,) = (block.text for block in restructured.blocks(documents.guide("sent_once"), "diff"))


def difference(run: PlaybookRun) -> str:
    """Return what diff mode has printed."""
    return run.stdout[run.stdout.index("--- before") :].partition("\n\n")[0] + "\n"


def test_the_diff_reads_well(controller: Controller, service: CountedSandbox) -> None:
    """As the guide shows it: the text, its size and everybody's state, the same in check mode and in YAML."""
    controller.send(to=ANNA, msg="Hello", idempotency_key="k")
    service.expect(1)
    task = controller.task(to=[ANNA, BEN, CARA], msg="Hello", idempotency_key="k")
    foretold = controller.play(task, arguments=["--check", "--diff"], environment=YAML)
    assert difference(foretold) == DIFF
    assert difference(controller.play(task, arguments=["--diff"])) == DIFF
    service.expect(2)
    assert controller.module(check=True, to=BEN, msg="Hello").result.get("diff") is None


def test_the_diff_of_the_result_reads_well_in_yaml(controller: Controller, service: CountedSandbox) -> None:
    text = "db1 is down:\n\tdisk full  \n\nplease look – now"
    show = {"ansible.builtin.debug": {"var": "sent.diff"}}
    task = controller.task(to=[ANNA, NOT_IN_SERVICE], msg=text, keywords={"register": "sent"}, fail_on="none")
    run = controller.play(task, show, arguments=["--diff"], environment=YAML)
    service.expect(1)
    lines = [
        "    db1 is down:",
        "     disk full",
        "",
        "    please look – now",
        "to:",
        f"    {ANNA}  sent",
        "    +15005550404  refused (404 Sandbox: number not in service)",
    ]
    assert run.results[0]["diff"] == {
        "before_header": "message, 1 segment in UCS-2",
        "after_header": "message, 1 segment in UCS-2",
        "before": "",
        "after": "".join(f"{line}\n" for line in lines),
    }
    block = run.stdout.partition("after: |")[2].partition("\n")[2]
    assert [line.strip() for line in block.splitlines()[: len(lines)]] == [line.strip() for line in lines]
