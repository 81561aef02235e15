# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of the role deploy_notify, in each form that its argument spec takes, and those that it refuses."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from ansible import template
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import InputError
from ansible_collections.voip_communications.sms.plugins.plugin_utils import _role_variables
from ansible_collections.voip_communications.sms.plugins.plugin_utils._role_variables import TEXTS, RoleVariables
from ansible_collections.voip_communications.sms.tests.support.people import ANNA, OWN
from ansible_collections.voip_communications.sms.tests.support.refusals import sentences_of

# Before ansible-core 2.19 every text is a template.
trust_as_template: Callable[[str], str] = getattr(template, "trust_as_template", str)

NEEDED = {"application": "shop", "recipients": [ANNA]}
PERSIAN = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"
ABOUT = {"application": "shop", "user": "{{ 7 * 7 }}", "hosts": ["web1"], "failed_hosts": []}


def written(value: Any) -> Any:
    """Return a value as a playbook has it, in which every text may be a template."""
    if isinstance(value, dict):
        return {key: written(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [written(entry) for entry in value]
    return trust_as_template(value) if isinstance(value, str) else value


def role(others: dict[str, Any] | None = None, **options: Any) -> RoleVariables:
    """Return the variables of a task with these options of the role, and with other variables."""
    named = {f"deploy_notify_{name}": written(value) for name, value in {**NEEDED, **options}.items()}
    variables = {**named, **(others or {})}
    return RoleVariables(Templar(loader=DataLoader(), variables=variables), variables)


def refusal(**options: Any) -> str:
    """Return what is said about options that are refused."""
    return "; ".join(sentences_of(role(**options).read))


@pytest.mark.parametrize(
    ("name", "forms", "value"),
    [
        ("events", (["started", "failed"], "started,failed", "{{ ['started', 'failed'] }}"),
         ("started", "failed")),
        ("recipients", (["anna", "@dba"], "{{ ['anna', '@dba'] }}"), ["anna", "@dba"]),
        ("recipients", ('["anna", "@dba"]',), '["anna", "@dba"]'),
        ("recipients", ("anna, @dba",), "anna, @dba"),
        ("contacts", ("people.csv",), "people.csv"),
        ("contacts", ([{"name": "anna", "number": ANNA}],), [{"name": "anna", "number": ANNA}]),
        ("segments", (2, "2", "{{ 1 + 1 }}"), 2),
        ("deadline", (9.5, "9.5"), 9.5),
        ("deadline", (9, "9"), 9.0),
        ("required", (True, "yes", "true", "True", 1, "1"), True),
        ("required", (False, "no", "false", 0), False),
        ("hosts_named", (0, "0"), 0),
        ("severity", ("warning", "{{ 'warning' }}"), "warning"),
        ("severity", ("", None), ""),
        ("attempt_id", (7, "7", "{{ 7 }}"), "7"),
        ("version", ("1.10",), "1.10"),
        ("user", ("", None), ""),
        ("environment", (PERSIAN,), PERSIAN),
    ],
)  # fmt: skip
def test_every_form_of_an_option_is_the_same(name: str, forms: tuple[Any, ...], value: Any) -> None:
    for form in forms:
        options = role(**{name: form}).read()
        assert getattr(options, name) == value, form


def test_what_was_not_given_has_the_default_of_the_argument_spec() -> None:
    options = role().read()
    assert (options.events, options.segments, options.deadline) == (("started", "succeeded", "failed"), 1, 20.0)
    assert (options.version, options.severity, options.required, options.hosts_named) == ("", "", False, 3)


def test_the_sender_is_called_from() -> None:
    given: dict[str, Any] = {"from": OWN}
    assert role(**given).read().sender == OWN


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize(
    "value", [dt.date(2026, 11, 28), 1.10, 0o123456, True, ["1.10"], {"a": 1}],
    ids=["2026-11-28", "1.10", "0123456", "yes", "list", "dict"],
)  # fmt: skip
def test_a_text_that_has_lost_its_letters_is_refused_by_name(name: str, value: Any) -> None:
    if name == "attempt_id" and value == 0o123456:
        return  # a number of a run is no text that people read
    assert f"deploy_notify_{name}: " in refusal(**{name: value})


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({"segments": "two"}, ["deploy_notify_segments"]),
        ({"deadline": "soon", "hosts_named": "x", "required": "maybe"},
         ["deploy_notify_deadline", "deploy_notify_hosts_named", "deploy_notify_required"]),
        ({"events": "started,succeded"}, ["deploy_notify_events", "succeded"]),
        ({"severity": "high"}, ["deploy_notify_severity", "high"]),
        ({"version": "{{ nowhere }}", "recipients": ["{{ nobody }}"]}, ["deploy_notify_version: ", "nowhere",
         "deploy_notify_recipients: ", "nobody"]),
        ({"contacts": object()}, ["deploy_notify_contacts: "]),
    ],
)  # fmt: skip
def test_every_fault_is_named(options: dict[str, Any], names: list[str]) -> None:
    sentence = refusal(**options)
    assert [name for name in names if name not in sentence] == []


def test_a_label_names_application_version_and_environment() -> None:
    assert role(version="1.4.2", environment="production").label() == "shop/1.4.2/production"
    with pytest.raises(InputError, match=r"deploy_notify_version"):
        role(version=1.1).label()


@pytest.mark.parametrize(
    ("templates", "message"),
    [
        ({}, None),
        (None, None),
        ({"failed": "Oh"}, None),
        ({"started": "{{ deploy_notify_about.application }} by {{ deploy_notify_about.user }}"}, "shop by {{ 7 * 7 }}"),
        ({"started": PERSIAN}, PERSIAN),
        ({"started": [{"text": "{{ deploy_notify_about.application }}"}, {"text": "x", "rank": 1}]},
         [{"text": "shop"}, {"text": "x", "rank": 1}]),
        ({"started": None}, None),
        ({"started": "{{ others }}", "failed": "{{ nowhere }}"}, "other"),
        (json.dumps({"started": "Hello"}), "Hello"),
        ("{{ {'started': 'Hello'} }}", "Hello"),
    ],
)  # fmt: skip
def test_the_template_of_an_event(templates: Any, message: object) -> None:
    variables = role({"others": "other"}, templates=templates)
    assert variables.own_message("started", ABOUT) == message


def test_a_text_of_ones_own_wins() -> None:
    assert role(text="Hello", templates={"started": "Oh"}).own_message("started", ABOUT) == "Hello"


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ({"templates": {"started": 42}}, r"deploy_notify_templates\.started: 42 is not text"),
        ({"templates": {"started": True}}, r"deploy_notify_templates\.started: True is not text"),
        ({"templates": {"started": "{{ nowhere }}"}}, r"deploy_notify_templates\.started: .*nowhere"),
        ({"templates": {"started": "{{ [404] }}"}}, r"deploy_notify_templates\.started"),
        ({"templates": {"started": [{"txt": "no part"}]}}, r"deploy_notify_templates\.started: "),
        ({"templates": "no dictionary"}, r"deploy_notify_templates"),
        ({"text": 1.1}, r"deploy_notify_text: 1\.1 is not text"),
    ],
)
def test_a_template_that_makes_no_text_is_refused(options: dict[str, Any], fault: str) -> None:
    with pytest.raises(InputError, match=fault):
        role(**options).own_message("started", ABOUT)


def test_events_that_do_not_exist_are_named() -> None:
    assert role(templates={"started": "x"}).unknown_events() == []
    assert role(templates={"faild": "x", "on": "y"}).unknown_events() == [
        "deploy_notify_templates has no event faild, on; its keys are started, succeeded, failed, rolled_back, note"
    ]
    assert role(templates='{"faild": "x"}').unknown_events() == []


def test_the_documented_variable_is_the_one_that_templates_use() -> None:
    assert _role_variables.ABOUT == "deploy_notify_about"
