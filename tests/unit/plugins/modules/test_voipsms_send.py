# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the module's papers say is what its argument spec has, and the action group holds every module."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.voip_communications.sms.plugins.module_utils._report import Outcome, Result, blank
from ansible_collections.voip_communications.sms.plugins.modules import voipsms_send

COLLECTION = Path(__file__).absolute().parents[4]
FULL_NAME = "voip_communications.sms.voipsms_send"
FRAGMENTS = "ansible_collections.voip_communications.sms.plugins.doc_fragments."
DOCUMENTATION = yaml.safe_load(voipsms_send.DOCUMENTATION)
EXAMPLES = yaml.safe_load(voipsms_send.EXAMPLES)
RETURN = yaml.safe_load(voipsms_send.RETURN)
SPEC = voipsms_send.argument_spec()


def documented_options() -> dict[str, dict[str, Any]]:
    """The module's own options and those of its fragments."""
    options: dict[str, dict[str, Any]] = {}
    for fragment in DOCUMENTATION["extends_documentation_fragment"]:
        name, _dot, part = fragment.removeprefix("voip_communications.sms.").partition(".")
        texts = import_module(FRAGMENTS + name).ModuleDocFragment
        options.update(yaml.safe_load(getattr(texts, part.upper() or "DOCUMENTATION"))["options"])
    return {**options, **DOCUMENTATION["options"]}


def example_tasks(tasks: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Every task of the examples, those in blocks and the blocks themselves too."""
    for task in tasks:
        yield task
        yield from example_tasks(task.get("block", []))


OPTIONS = documented_options()


def test_the_same_options_are_documented_and_taken() -> None:
    assert OPTIONS.keys() == SPEC.keys()


@pytest.mark.parametrize("name", sorted(OPTIONS))
def test_an_option_is_documented_as_it_is_taken(name: str) -> None:
    said, taken = OPTIONS[name], SPEC[name]
    assert said["type"] == taken["type"]
    assert said.get("default") == taken.get("default")
    assert said.get("choices") == taken.get("choices")
    assert said.get("required", False) == taken.get("required", False)


@pytest.mark.parametrize("name", sorted(OPTIONS))
def test_an_environment_variable_is_named_where_there_is_one(name: str) -> None:
    variables = SPEC[name].get("fallback", (None, []))[1]
    text = " ".join(OPTIONS[name]["description"])
    assert variables == re.findall(r"environment variable E\((VOIPSMS_\w+)\)", text)
    assert variables in ([], [f"VOIPSMS_{name.upper()}"])


def test_secrets_are_masked() -> None:
    assert {name for name, spec in SPEC.items() if spec.get("no_log")} == {"api_key", "api_password"}


def test_a_spec_is_a_fresh_one() -> None:
    voipsms_send.argument_spec()["to"]["type"] = "int"
    voipsms_send.argument_spec()["api_key"]["no_log"] = False
    assert voipsms_send.argument_spec() == SPEC


@pytest.mark.parametrize(("name", "spec"), sorted({**RETURN, **RETURN["results"]["contains"]}.items()))
def test_what_is_returned_has_a_description_and_a_sample(name: str, spec: dict[str, Any]) -> None:
    assert spec["description"]
    assert spec["type"]
    assert "sample" in spec or name == "results"


def test_what_is_always_returned_is_documented_so() -> None:
    assert {*blank(), "msg"} == {*RETURN, "changed"}
    assert {spec["returned"] for spec in RETURN.values()} == {"always"}


def test_what_a_recipient_has_is_documented() -> None:
    assert Result("+12812345678", Outcome.SENT).shown().keys() == RETURN["results"]["contains"].keys()


def test_every_outcome_is_documented() -> None:
    text = " ".join(RETURN["results"]["contains"]["outcome"]["description"])
    assert {outcome.value for outcome in Outcome} == set(re.findall(r"V\((\w+)\)", text))


def test_examples_show_every_option_and_no_other() -> None:
    shown: set[str] = set()
    for task in example_tasks(EXAMPLES):
        shown |= task.get(FULL_NAME, {}).keys()
        for defaults in task.get("module_defaults", {}).values():
            shown |= defaults.keys()
    # The two ways to give a password exclude each other, yet each is shown.
    assert shown == OPTIONS.keys()


def test_every_example_runs_where_the_ledger_is() -> None:
    for task in EXAMPLES:
        assert task["name"]
        assert (task["delegate_to"], task["become"]) == ("localhost", False)


def test_the_action_group_holds_every_module() -> None:
    runtime = yaml.safe_load((COLLECTION / "meta" / "runtime.yml").read_text(encoding="utf-8"))
    modules = sorted(path.stem for path in (COLLECTION / "plugins" / "modules").glob("[!_]*.py"))
    assert sorted(runtime["action_groups"]["voipsms"]) == modules
    assert "voip_communications.sms._attributes.actiongroup_voipsms" in DOCUMENTATION["extends_documentation_fragment"]
