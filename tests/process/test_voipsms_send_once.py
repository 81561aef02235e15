# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sent once: the first message, the second run, many recipients, many processes at the same time."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.tests.support.counted import CountedSandbox
from ansible_collections.voip_communications.sms.tests.support.people import ANN, ANNA, BEN, BOB, CARA, CARL, OWN
from ansible_collections.voip_communications.sms.tests.support.playbook import Controller

MANY = [f"+1281234{number:04}" for number in range(250)]


def outcomes(result: dict[str, Any]) -> dict[str, str]:
    return {each["to"]: each["outcome"] for each in result["results"]}


def test_the_first_message_goes_out_through_a_playbook(controller: Controller, service: CountedSandbox) -> None:
    run = controller.play(controller.task(to=["+1 (281) 234-5678", "0012812345679"], msg="db1 is down"))
    assert run.rc == 0, run.everything
    (post,) = service.expect(1)
    assert post["form"] == {"to": "12812345678,12812345679", "msg": "db1 is down"}
    assert run.only["changed"] is True
    assert outcomes(run.only) == {ANNA: "sent", BEN: "sent"}
    assert run.only["outcome"] == "sent"
    assert run.only["msg"] == "sent to 2 recipients"
    assert run.only["ledger_created"] is True
    assert controller.ledger.stat().st_mode & 0o777 == 0o600
    assert "warnings" not in run.only


def test_the_same_task_again_sends_nothing(controller: Controller, service: CountedSandbox) -> None:
    task = controller.task(to=[ANNA, BEN], msg="db1 is down")
    run = controller.play(task, task)
    first, second = run.results
    service.expect(1)
    assert (first["changed"], second["changed"]) == (True, False)
    assert outcomes(second) == {ANNA: "duplicate", BEN: "duplicate"}
    assert second["smsids"] == first["smsids"]
    assert second["requests"] == 0
    assert second["ledger_created"] is False
    assert second["msg"].startswith("already sent to 2 recipients (first at ")
    assert all(smsid in second["msg"] for smsid in first["smsids"])


def test_only_those_who_have_not_had_it_are_posted(controller: Controller, service: CountedSandbox) -> None:
    controller.send(to=[ANNA, BEN], msg="Hello")
    result = controller.send(to=[BEN, CARA], msg="Hello")
    assert service.expect(2)[1]["form"]["to"] == CARL
    assert outcomes(result) == {BEN: "duplicate", CARA: "sent"}
    assert result["outcome"] == "partial"


def test_another_text_or_sender_is_another_message(controller: Controller, service: CountedSandbox) -> None:
    for options in ({}, {"msg": "Bye"}, {"from": OWN}):
        assert controller.send(**{"to": ANNA, "msg": "Hello", **options})["outcome"] == "sent"
    service.expect(3)


def test_250_numbers_take_three_posts_and_none_again(controller: Controller, service: CountedSandbox) -> None:
    task = controller.task(to=MANY, msg="Hello")
    run = controller.play(task, task)
    posts = service.expect(3)
    # They are under way at once, so that any of them may arrive first.
    assert sorted(len(post["form"]["to"].split(",")) for post in posts) == [50, 100, 100]
    assert set(service.recipients().values()) == {1}
    first, second = run.results
    assert [each["to"] for each in first["results"]] == MANY
    assert (first["outcome"], second["outcome"]) == ("sent", "duplicate")
    assert len(set(first["smsids"])) == 250
    assert first["cost"] == pytest.approx(2.5)
    assert (first["requests"], second["requests"]) == (3, 0)


def test_a_number_that_is_listed_twice_gets_one_message(controller: Controller, service: CountedSandbox) -> None:
    run = controller.play(controller.task(to=f"{ANNA}, 001 281 234 5678", msg="Hello"))
    assert service.expect(1)[0]["form"]["to"] == ANN
    assert "more than once" in run.only["warnings"][0]


def test_twenty_processes_with_one_key_on_a_new_ledger_post_once(
    controller: Controller, service: CountedSandbox
) -> None:
    service.sandbox.settings(latency=0.5)
    results = controller.race(*[{"to": [ANNA, BEN], "msg": "Hello", "idempotency_key": "one"}] * 20)
    assert [result["msg"] for result in results if result.get("failed")] == []
    service.expect(1)
    assert Counter(result["outcome"] for result in results) == {"sent": 1, "duplicate": 19}
    assert Counter(result["changed"] for result in results) == {True: 1, False: 19}
    assert len({tuple(result["smsids"]) for result in results}) == 1


def test_twenty_processes_with_twenty_keys_post_twenty_times(controller: Controller, service: CountedSandbox) -> None:
    results = controller.race(*({"to": ANNA, "msg": "Hello", "idempotency_key": f"key {key}"} for key in range(20)))
    service.expect(20)
    assert {result["outcome"] for result in results} == {"sent"}
    assert sum(result["ledger_created"] for result in results) == 1


def test_processes_with_overlapping_recipients_reach_each_once(controller: Controller, service: CountedSandbox) -> None:
    service.sandbox.settings(latency=0.3)
    results = controller.race(*({"to": MANY[start : start + 10], "msg": "Hello"} for start in range(0, 40, 5)))
    assert service.recipients() == {number.lstrip("+"): 1 for number in MANY[:45]}
    service.expect(sum(result["requests"] for result in results))
    assert [result["msg"] for result in results if result.get("failed")] == []
    assert not any(result["failed_to"] for result in results)


def test_a_window_that_has_passed_sends_again(controller: Controller, service: CountedSandbox) -> None:
    controller.send(to=ANNA, msg="Hello")
    time.sleep(1.1)
    assert controller.send(to=ANNA, msg="Hello", dedupe_window=600)["outcome"] == "duplicate"
    assert controller.send(to=ANNA, msg="Hello", dedupe_window=1)["outcome"] == "sent"
    assert controller.send(to=ANNA, msg="Hello")["outcome"] == "duplicate"
    service.expect(2)


def test_force_sends_again(controller: Controller, service: CountedSandbox) -> None:
    first = controller.send(to=ANNA, msg="Hello")
    second = controller.send(to=ANNA, msg="Hello", force=True)
    service.expect(2)
    assert second["outcome"] == "sent"
    assert second["smsids"] != first["smsids"]


def test_without_a_ledger_nothing_is_remembered(controller: Controller, service: CountedSandbox) -> None:
    for _each in range(2):
        result = controller.send(to=ANNA, msg="Hello", ledger="none")
        assert (result["outcome"], result["ledger"]) == ("sent", "none")
    service.expect(2)
    assert not controller.ledger.exists()


class TestKey:
    @pytest.fixture(autouse=True)
    def _sent(self, controller: Controller, service: CountedSandbox) -> None:
        assert controller.send(to=ANNA, msg="Hello", idempotency_key="k")["key"] == "k"
        service.expect(1)

    def test_another_text_to_others_under_the_key_is_their_first(
        self, controller: Controller, service: CountedSandbox
    ) -> None:
        assert controller.send(to=BEN, msg="Bye", idempotency_key="k")["outcome"] == "sent"
        service.expect(2)

    def test_another_text_fails_and_sends_to_nobody(self, controller: Controller, service: CountedSandbox) -> None:
        result = controller.send(to=[ANNA, BEN], msg="Bye", idempotency_key="k")
        service.expect(1)
        assert result["failed"] is True
        assert result["changed"] is False
        assert outcomes(result) == {ANNA: "not_sent", BEN: "not_sent"}
        assert "different message" in result["msg"]
        assert "nothing was sent" in result["msg"]

    def test_another_text_is_skipped_where_the_task_says_so(
        self, controller: Controller, service: CountedSandbox
    ) -> None:
        result = controller.send(to=[ANNA, BEN], msg="Bye", idempotency_key="k", on_different="skip")
        assert service.expect(2)[1]["form"]["to"] == BOB
        assert outcomes(result) == {ANNA: "duplicate", BEN: "sent"}


class TestUnknown:
    """An earlier run's answer was a 500, and the service had accepted the message all the same."""

    @pytest.fixture(autouse=True)
    def _lost(self, controller: Controller, service: CountedSandbox) -> None:
        service.sandbox.order(status=500, accept=True)
        result = controller.send(to=ANNA, msg="Hello")
        service.expect(1)
        assert result["failed"] is True
        assert result["changed"] is True
        assert result["outcome"] == "unknown"
        assert "may have been sent" in result["msg"]
        assert result["key"] in result["msg"]
        assert "nothing was sent" not in result["msg"]

    def test_fails_again_and_sends_to_the_others(self, controller: Controller, service: CountedSandbox) -> None:
        alone = controller.send(to=ANNA, msg="Hello")
        both = controller.send(to=[ANNA, BEN], msg="Hello")
        assert service.expect(2)[1]["form"]["to"] == BOB
        assert (alone["failed"], alone["changed"]) == (True, False)
        assert (both["failed"], both["changed"]) == (True, True)
        assert "may have been sent" in alone["msg"]
        assert outcomes(both) == {ANNA: "unknown", BEN: "sent"}
        assert both["failed_to"] == [ANNA]

    def test_is_skipped_where_the_task_says_so(self, controller: Controller, service: CountedSandbox) -> None:
        alone = controller.send(to=ANNA, msg="Hello", on_unknown="skip")
        assert alone["failed"] is True  # nobody has it for certain
        both = controller.send(to=[ANNA, BEN], msg="Hello", on_unknown="skip")
        service.expect(2)
        assert not both.get("failed")
        assert outcomes(both) == {ANNA: "unknown", BEN: "sent"}

    def test_is_sent_again_where_the_task_says_so(self, controller: Controller, service: CountedSandbox) -> None:
        assert controller.send(to=ANNA, msg="Hello", on_unknown="resend")["outcome"] == "sent"
        assert controller.send(to=ANNA, msg="Hello")["outcome"] == "duplicate"
        service.expect(2)
