# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people write in the wrong way, as YAML reads it, and what the tasks say: by module and by local action."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.tests.support.counted import CountedSandbox
from ansible_collections.voip_communications.sms.tests.support.playbook import Controller

ANNA = "+12812345678"
AS_MODULE = {"environment": {"WHY": "a task with an environment runs as a module"}}
IGNORED = {"ignore_errors": True}
COLLECTION = "voip_communications.sms."

NOT_TEXTS: list[tuple[dict[str, Any], str]] = [
    ({"msg": False}, "msg: False is not text but a truth value: quote it"),
    ({"msg": 1320}, "msg: 1320 is not text but a number: quote it"),
    ({"msg": 1.1}, "msg: 1.1 is not text but a number: quote it"),
    ({"msg": {"disk": "full"}}, "msg: a dictionary was given where a text belongs"),
    ({"msg": ["disk", "full"]}, "msg: a list was given where a text belongs"),
    ({"msg": date(2026, 10, 1)}, "msg: a date was given where a text belongs: quote it"),
    ({"msg": datetime(2026, 10, 1, 22, 0)}, "msg: a date was given where a text belongs: quote it"),  # noqa: DTZ001
    ({"msg": None}, "the text is empty"),
    ({"msg": "x", "idempotency_key": 1.1}, "idempotency_key: 1.1 is not text but a number: quote it"),
    ({"msg": "x", "default_region": False}, "default_region: False is not text but a truth value: quote it"),
]


@pytest.mark.parametrize("keywords", [{}, AS_MODULE], ids=["local", "module"])
def test_what_yaml_has_changed_is_never_sent(
    keywords: dict[str, Any], controller: Controller, service: CountedSandbox
) -> None:
    tasks = [
        controller.task(keywords={**IGNORED, **keywords, "check_mode": number % 2 == 0}, to=ANNA, **options)
        for number, (options, _sentence) in enumerate(NOT_TEXTS)
    ]
    tasks[7][f"{COLLECTION}voipsms_send"]["msg"] = None
    run = controller.play(*tasks)
    service.expect(0)
    assert [record.kind for record in run.records] == ["failed"] * len(NOT_TEXTS)
    for result, (_options, sentence) in zip(run.results, NOT_TEXTS, strict=True):
        assert sentence in result["msg"]
        assert result["msg"].endswith("nothing was sent")
    assert not controller.ledger.exists()


def test_every_text_of_every_module_is_refused_at_once(controller: Controller, service: CountedSandbox) -> None:
    """With the recipients of the refused task, for its rescue; a secret is not shown."""
    account: dict[str, Any] = {"account_timezone": 5, "ledger_account": True, "ledger_password": 4711}
    paths: dict[str, Any] = {"scheduled_path": 1, "cancel_path": False}
    texts: dict[str, dict[str, Any]] = {
        "send": {**account, "msg": True, "idempotency_key": 7},
        "scheduled": {**account, **paths, "msg": 1.5, "name": 7, "timezone": False, "smsid": 20175590},
        "scheduled_info": {**account, **paths, "msg": {}, "name": [], "timezone": 1, "smsid": ["a", 1.5]},
        "ledger": {**account, "key": 7.0},
        "ledger_info": {**account, "key": False},
        "log_info": {**account, "msg": 22, "since": 20261001, "until": True},
        "account_info": account,
    }
    usual: dict[str, dict[str, Any]] = {
        "send": {"to": ANNA},
        "scheduled": {"to": ANNA, "delivery_date": "2099-01-01 12:00"},
        "ledger": {"to": ANNA, "as": "sent"},
    }
    tasks = [
        {f"{COLLECTION}voipsms_{name}": controller.merged({**usual.get(name, {}), **options}), **IGNORED}
        for name, options in texts.items()
    ]
    run = controller.play(*tasks)
    service.expect(0)
    assert [record.kind for record in run.records] == ["failed"] * len(texts)
    for (name, options), result in zip(texts.items(), run.results, strict=True):
        unnamed = [option for option in options if f"{option}: " not in result["msg"] and options[option] is not None]
        assert unnamed == [], (name, result["msg"])
        assert "4711" not in result["msg"]
        assert "internal error" not in result["msg"]
    assert [each["to"] for each in run.results[0]["results"]] == [ANNA]


def test_numbers_out_of_templates_and_inventories_are_refused(controller: Controller, service: CountedSandbox) -> None:
    run = controller.play(
        controller.task(keywords=IGNORED, to=ANNA, msg="{{ version }}"),
        controller.task(keywords=IGNORED, to=ANNA, msg="{{ 1 + 1 }}"),
        controller.task(keywords=IGNORED, to=ANNA, msg="{{ version | string }}"),
        inventory="localhost version=1.10\n",
        environment={"ANSIBLE_JINJA2_NATIVE": "1"},
    )
    assert service.expect(1)[0]["form"]["msg"] == "1.1"
    assert ["is not text but a number" in result["msg"] for result in run.results] == [True, True, False]
    assert "INI inventory" in run.results[0]["msg"]
