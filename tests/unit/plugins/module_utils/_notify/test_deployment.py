# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of a deployment, the text and the key that tell it, and the result of telling it."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._notify import deployment
from ansible_collections.voip_communications.sms.plugins.module_utils._notify.deployment import DeploymentOptions
from ansible_collections.voip_communications.sms.plugins.module_utils._notify.fitting import read_and_fit
from ansible_collections.voip_communications.sms.plugins.module_utils._notify.pipeline import Pipeline
from ansible_collections.voip_communications.sms.tests.support.people import ANNA, BEN, OWN

SHOP = DeploymentOptions("shop", "1.4.2", "production", recipients=[ANNA])
GITHUB = Pipeline("github", "acme/shop-4711", 2, url="https://ci.example.com/acme/shop/4711", user="anna")
WEB = ["web1", "web2", "web3"]
ABOUT = SHOP.about(
    GITHUB, [f"web{number}.example.com" for number in range(1, 13)], ["web1.example.com", "web2.example.com"]
)


def reported(*fates: str) -> dict[str, str]:
    return dict(zip(WEB, fates, strict=False))


@pytest.mark.parametrize(
    ("fates", "still_there", "failed", "ending"),
    [
        (reported("through", "through", "through"), WEB, [], "succeeded"),
        (reported("through", "through"), WEB, [], ""),
        (reported("through", "", "through"), WEB, [], ""),
        ({}, WEB, [], ""),
        (reported("through", "failed"), WEB, ["web2"], "failed"),
        (reported("through", "through", "through"), WEB[:2], ["web3"], "failed"),
        (reported("", "stopped", "failed"), WEB, ["web3"], "failed"),
        (reported("stopped", "stopped", "stopped"), [], [], "failed"),
    ],
    ids=["all through", "one to come", "one at work", "none begun", "failed", "unreachable", "stopped",
         "stopped and dropped"],
)  # fmt: skip
def test_the_fates_of_all_hosts_make_an_ending(
    fates: dict[str, str], still_there: list[str], failed: list[str], ending: str
) -> None:
    assert deployment.fates(fates, WEB, still_there) == (tuple(failed), ending)


def test_the_order_of_hosts_says_nothing() -> None:
    for everybody in (WEB, WEB[::-1], [WEB[1], WEB[2], WEB[0]]):
        assert deployment.fates(reported("", "", "through"), everybody, WEB).ending == ""


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
    assert read_and_fit(deployment.default_parts(event, {**ABOUT, **about}, 3), 1) == text


def test_of_many_failed_hosts_fewer_are_named_before_anything_else_is_lost_but_user_and_link() -> None:
    hosts = [f"frontend-{number:02}-frankfurt.example.com" for number in range(1, 13)]
    about = {**ABOUT, "hosts": hosts, "failed_hosts": hosts, "application": "order-management-service"}
    text = read_and_fit(deployment.default_parts("failed", about, 5), 1)
    assert text == (
        "FAILED: order-management-service 1.4.2 on production (12 of 12 hosts: frontend-01-frankfurt and 11 more)"
    )


@pytest.mark.parametrize(("named", "forms"), [(0, 1), (1, 2), (2, 3)])
def test_no_host_is_named_where_none_shall_be(named: int, forms: int) -> None:
    hosts = deployment.default_parts("failed", ABOUT, named)[3]
    assert len([hosts["text"], *hosts["shorten"]]) == forms
    assert ("web1" in hosts["text"]) is (named > 0)


def answer(*outcomes: str, to: str = ANNA, **more: Any) -> dict[str, Any]:
    results = [{"to": number, "outcome": outcome} for number, outcome in zip((to, BEN), outcomes, strict=False)]
    return {"msg": "said", "results": results, **more}


@pytest.mark.parametrize(
    ("said", "failed"),
    [
        (answer("sent"), False),
        (answer("duplicate"), False),
        (answer("would_send"), False),
        (answer("sent", "scheduled"), False),
        (answer("sent", "refused"), False),
        (answer("refused", "sent", to="anna"), True),
        (answer("refused"), True),
        (answer("not_sent"), True),
        (answer("unknown"), True),
        (answer("sent", "in_progress"), True),
        (answer(failed=True), True),
        (answer(), False),
    ],
)
def test_it_has_failed_when_someone_was_not_reached(said: dict[str, Any], failed: bool) -> None:
    assert deployment.told("failed", said)["failed"] is failed


def test_the_result_has_what_the_module_says_and_all_keys_without_it() -> None:
    said = answer("sent", key="deploy/shop", text="FAILED: shop", outcome="sent", now=[ANNA], dropped=["carla"])
    told = deployment.told("failed", said)
    assert (told["event"], told["key"], told["text"], told["outcome"]) == (
        "failed",
        "deploy/shop",
        "FAILED: shop",
        "sent",
    )
    assert (told["now"], told["later"], told["dropped"], told["msg"]) == ([ANNA], [], ["carla"], "said")
    untold = deployment.untold("failed", "no text")
    assert untold.keys() == told.keys()
    assert (untold["failed"], untold["outcome"], untold["msg"]) == (True, "unchanged", "no text")


def test_a_warning_has_the_event_and_is_said_once() -> None:
    failed = deployment.told("failed", answer("not_sent"))
    assert deployment.warnings(failed, ["failed: said", "listed twice"]) == ["failed: said", "failed: listed twice"]
    assert deployment.warnings(deployment.told("started", answer("sent")), []) == []
    assert deployment.warnings(deployment.told("started", answer("sent", "refused")), []) == ["started: said"]


@pytest.mark.parametrize(
    ("event", "note", "key"),
    [
        ("succeeded", "", "deploy/shop/1.4.2/production/succeeded/github-acme/shop-4711"),
        ("failed", "", "deploy/shop/1.4.2/production/failed/github-acme/shop-4711-2"),
        ("note", "hello", "deploy/shop/1.4.2/production/note/hello/github-acme/shop-4711"),
    ],
)
def test_the_key_names_the_event_and_the_run(event: str, note: str, key: str) -> None:
    assert SHOP.key(event, note, GITHUB) == key
    assert SHOP._replace(attempt_id="7").key(event, note, GITHUB).endswith("/attempt-7" + "-1" * (event == "failed"))


def test_what_the_pipeline_knows_is_used_where_nothing_is_given() -> None:
    assert (ABOUT["user"], ABOUT["url"]) == ("anna", "https://ci.example.com/acme/shop/4711")
    own = SHOP._replace(user="ben", url="https://example.com").about(GITHUB, [], [])
    assert (own["user"], own["url"]) == ("ben", "https://example.com")


def test_what_is_empty_leaves_the_defaults_of_the_module() -> None:
    assert not {"from", "contacts", "severity"} & SHOP.to_notify("failed", "text", "key").keys()
    given = SHOP._replace(sender=OWN, contacts="people.csv", severity="warning")
    assert given.to_notify("failed", "text", "key")["from"] == OWN


def test_what_was_spent_in_vain_is_no_longer_there_but_a_second_always_is() -> None:
    assert (SHOP.seconds_left(0.0), SHOP.seconds_left(15.5), SHOP.seconds_left(60.0)) == (20.0, 4.5, 1.0)
