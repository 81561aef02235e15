# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of a deployment, the text that tells it, and the result of telling it."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._notify import deployment
from ansible_collections.voip_communications.sms.plugins.module_utils._notify.fitting import read_and_fit

SHOP = "shop/1.4.2/production"
WEB = ["web1", "web2", "web3"]
ANNA, BEN = "+12812345678", "+12812345679"
ABOUT = {
    "application": "shop",
    "version": "1.4.2",
    "environment": "production",
    "url": "https://ci.example.com/acme/shop/4711",
    "user": "anna",
    "hosts": [f"web{number}.example.com" for number in range(1, 13)],
    "failed_hosts": ["web1.example.com", "web2.example.com"],
}
AUDIENCE: dict[str, Any] = {
    "now": [ANNA],
    "later": [{"at": "2026-12-01T08:00+01:00", "to": [BEN]}],
    "dropped": [],
    "faults": [],
}
MESSAGE = {
    "event": "failed",
    "key": "deploy/shop",
    "text": "FAILED: shop",
    "audience": AUDIENCE,
}


def noted(*became: str, of: str = SHOP) -> dict[str, str]:
    return {host: f"{fate} {of}" for host, fate in zip(WEB, became, strict=False)}


@pytest.mark.parametrize(
    ("fates", "still_there", "failed", "stopped", "ending"),
    [
        (noted("through", "through", "through"), WEB, [], [], "succeeded"),
        (noted("through", "through"), WEB, [], [], ""),
        (noted("through", "begun", "through"), WEB, [], [], ""),
        ({}, WEB, [], [], ""),
        (noted("through", "failed", "begun"), WEB, ["web2"], [], "failed"),
        (noted("through", "through", "through"), WEB[:2], ["web3"], [], "failed"),
        (noted("begun", "stopped", "failed"), WEB, ["web3"], ["web2"], "failed"),
        (noted("stopped", "stopped", "stopped"), [], [], WEB, "failed"),
        (noted("failed", "through", "through", of="shop/1.4.1/production"), WEB, [], [], ""),
    ],
    ids=["all through", "one to come", "one at work", "none begun", "failed", "unreachable", "stopped",
         "stopped and dropped", "another deployment"],
)  # fmt: skip
def test_the_fates_of_all_hosts_make_an_ending(
    fates: dict[str, str], still_there: list[str], failed: list[str], stopped: list[str], ending: str
) -> None:
    assert deployment.fates(fates, WEB, still_there, SHOP) == {"failed": failed, "stopped": stopped, "ending": ending}


@pytest.mark.parametrize(
    ("event", "about", "text"),
    [
        ("started", {}, "Started: shop 1.4.2 on production (12 hosts) by anna https://ci.example.com/acme/shop/4711"),
        (
            "failed",
            {},
            "FAILED: shop 1.4.2 on production (2 of 12 hosts: web1, web2) by anna https://ci.example.com/acme/shop/4711",
        ),
        ("succeeded", {"version": "", "environment": "", "hosts": ["web1"], "user": "", "url": ""}, "Done: shop"),
        ("failed", {"hosts": ["localhost"], "failed_hosts": ["localhost"], "url": "", "user": ""},
         "FAILED: shop 1.4.2 on production"),
        ("failed", {"hosts": ["web1"], "failed_hosts": ["web1"], "url": "", "user": ""},
         "FAILED: shop 1.4.2 on production (web1)"),
        ("rolled_back", {"url": "https://ci.example.com/" + "x" * 120},
         "ROLLED BACK: shop 1.4.2 on production (12 hosts) by anna"),
    ],
)  # fmt: skip
def test_the_default_texts(event: str, about: dict[str, Any], text: str) -> None:
    assert read_and_fit(deployment.parts(event, {**ABOUT, **about}, 3), 1) == text


def test_of_many_failed_hosts_fewer_are_named_before_anything_else_is_lost_but_user_and_link() -> None:
    hosts = [f"frontend-{number:02}-frankfurt.example.com" for number in range(1, 13)]
    about = {**ABOUT, "hosts": hosts, "failed_hosts": hosts, "application": "order-management-service"}
    text = read_and_fit(deployment.parts("failed", about, 5), 1)
    assert text == (
        "FAILED: order-management-service 1.4.2 on production (12 of 12 hosts: frontend-01-frankfurt and 11 more)"
    )


@pytest.mark.parametrize(("named", "forms"), [(0, 1), (1, 2), (2, 3)])
def test_no_host_is_named_where_none_shall_be(named: int, forms: int) -> None:
    hosts = deployment.parts("failed", ABOUT, named)[3]
    assert len([hosts["text"], *hosts["shorten"]]) == forms
    assert ("web1" in hosts["text"]) is (named > 0)


def answer(outcome: str, to: str = ANNA, msg: str = "said") -> dict[str, Any]:
    return {"msg": msg, "results": [{"to": to, "outcome": outcome}]}


@pytest.mark.parametrize(
    ("said", "outcome", "failed"),
    [
        ([answer("sent")], "sent", False),
        ([answer("duplicate")], "duplicate", False),
        ([answer("would_send")], "would_send", False),
        ([answer("sent"), answer("scheduled", BEN)], "partial", False),
        ([answer("sent"), answer("refused", BEN)], "partial", False),
        ([answer("refused")], "refused", True),
        ([answer("not_sent")], "not_sent", True),
        ([answer("unknown")], "unknown", True),
        ([answer("sent"), answer("in_progress", BEN)], "partial", True),
        ([{"msg": "the password is missing", "results": []}], "unchanged", True),
        ([answer("sent"), {"msg": "a library is missing"}], "sent", True),
        ([], "unchanged", False),
    ],
)
def test_the_result_of_telling(said: list[dict[str, Any]], outcome: str, failed: bool) -> None:
    told = deployment.result(MESSAGE, said, [])
    assert (told["outcome"], told["failed"]) == (outcome, failed)
    assert {name: told[name] for name in ("event", "key", "text")} == {
        "event": "failed",
        "key": "deploy/shop",
        "text": "FAILED: shop",
    }
    assert (told["now"], told["dropped"]) == ([ANNA], [])


def test_everything_that_was_said_is_in_the_sentence_once() -> None:
    message = {**MESSAGE, "audience": {**AUDIENCE, "faults": ["recipient 2 has no number"]}}
    said = [answer("sent", msg="sent to 1 recipient")] * 2
    told = deployment.result(message, said, [])
    assert told["msg"] == "recipient 2 has no number; sent to 1 recipient"
    assert told["failed"]
    assert deployment.result(MESSAGE, [], [])["msg"] == "no one is told of this now"


def test_a_look_at_who_is_due_says_nothing_but_who_has_it_and_that_it_could_not_look() -> None:
    due = [answer("would_send", BEN, "would send to 1 recipient"), answer("duplicate"), {"msg": "no ledger"}]
    told = deployment.result(MESSAGE, [], due)
    assert [entry["outcome"] for entry in told["results"]] == ["duplicate"]
    assert (told["msg"], told["failed"]) == ("no ledger", True)


@pytest.mark.parametrize(
    ("scheduled", "left"),
    [
        ([answer("scheduled", BEN)], []),
        ([answer("unknown", BEN)], []),
        ([answer("in_progress", BEN)], []),
        ([answer("not_sent", BEN)], [BEN]),
        ([answer("refused", BEN)], [BEN]),
        ([{"msg": "account_timezone is not set"}], [BEN]),
        ([], [BEN]),
    ],
)
def test_who_is_certainly_not_scheduled_for(scheduled: list[dict[str, Any]], left: list[str]) -> None:
    due = [answer("would_send", BEN), answer("duplicate", ANNA), answer("would_send", BEN)]
    assert deployment.unscheduled(due, scheduled) == left
