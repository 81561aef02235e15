# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation of every module matches its argument spec, and the action group holds those with an account."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import Any

import pytest
import yaml

from ansible_collections.voip_communications.sms.plugins.module_utils._message.outcome import Outcome, Result
from ansible_collections.voip_communications.sms.plugins.module_utils._notify.question import QuestionOutcome
from ansible_collections.voip_communications.sms.plugins.module_utils._task import (
    cost_result,
    report_ask,
    report_notify,
    report_scheduled,
    report_window,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._task.module import answer
from ansible_collections.voip_communications.sms.plugins.module_utils._task.report import SENDING, blank
from ansible_collections.voip_communications.sms.plugins.module_utils._task.report_notify import NOTIFYING
from ansible_collections.voip_communications.sms.plugins.module_utils._task.report_scheduled import SCHEDULING
from ansible_collections.voip_communications.sms.plugins.modules import (
    voipsms_account_info,
    voipsms_deployment,
    voipsms_ledger,
    voipsms_ledger_info,
    voipsms_log_info,
    voipsms_scheduled_info,
)
from ansible_collections.voip_communications.sms.plugins.plugin_utils._playbooks import PLAYBOOKS
from ansible_collections.voip_communications.sms.tests.support.markdown import COLLECTION
from ansible_collections.voip_communications.sms.tests.support.people import ANNA

COLLECTION_NAME = "voip_communications.sms."
PACKAGE = "ansible_collections.voip_communications.sms.plugins."
MODULES = sorted(path.stem for path in (COLLECTION / "plugins" / "modules").glob("[!_]*.py"))
# The keys that every result has, as a run returns them that did nothing.
BLANKS = {
    "voipsms_send": blank(),
    "voipsms_scheduled": report_scheduled.blank(),
    "voipsms_scheduled_info": voipsms_scheduled_info.blank(),
    "voipsms_account_info": voipsms_account_info.blank(),
    "voipsms_ask": report_ask.blank(),
    "voipsms_deployment": voipsms_deployment.blank(),
    "voipsms_ledger": voipsms_ledger.blank(),
    "voipsms_ledger_info": voipsms_ledger_info.blank(),
    "voipsms_log_info": voipsms_log_info.blank(),
    "voipsms_notify": report_notify.blank(),
    "voipsms_report": cost_result.blank(),
    "voipsms_window": report_window.blank(),
}
OUTCOMES = {"voipsms_send": SENDING, "voipsms_scheduled": SCHEDULING, "voipsms_notify": NOTIFYING}


@cache
def documents_of(module: str, kind: str) -> Any:
    """Return a module's DOCUMENTATION, EXAMPLES or RETURN."""
    return yaml.safe_load(getattr(import_module(f"{PACKAGE}modules.{module}"), kind))


def spec(module: str) -> dict[str, dict[str, Any]]:
    """Return a module's argument spec."""
    taken: dict[str, dict[str, Any]] = import_module(f"{PACKAGE}modules.{module}").argument_spec()
    return taken


def fragments_of(module: str) -> list[str]:
    """Return the documentation fragments of a module."""
    fragments: list[str] = documents_of(module, "DOCUMENTATION").get("extends_documentation_fragment", [])
    return fragments


@cache
def documented_options(module: str) -> dict[str, dict[str, Any]]:
    """Return a module's own options and those of its fragments."""
    documentation = documents_of(module, "DOCUMENTATION")
    options: dict[str, dict[str, Any]] = {}
    for fragment in fragments_of(module):
        name, _dot, part = fragment.removeprefix(COLLECTION_NAME).partition(".")
        texts = import_module(f"{PACKAGE}doc_fragments.{name}").ModuleDocFragment
        options.update(yaml.safe_load(getattr(texts, part.upper() or "DOCUMENTATION"))["options"])
    return {**options, **documentation.get("options", {})}


def own_options(module: str) -> set[str]:
    """Return the options that no fragment brings."""
    return set(documents_of(module, "DOCUMENTATION").get("options", {}))


def example_tasks(tasks: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Every task of the examples, those in plays and blocks, and these themselves, too."""
    for task in tasks:
        yield task
        for section in ("tasks", "block", "rescue"):
            yield from example_tasks(task.get(section, []))


def shown_options(module: str) -> set[str]:
    """Return the options that a module's examples show."""
    shown: set[str] = set()
    for task in example_tasks(documents_of(module, "EXAMPLES")):
        shown |= (task.get(COLLECTION_NAME + module) or {}).keys()
        for defaults in task.get("module_defaults", {}).values():
            shown |= defaults.keys()
    return shown


def returned(specs: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every key that is returned, at any depth."""
    for name, said in specs.items():
        yield name, said
        yield from returned(said.get("contains", {}))


# A module without an account is a part of a playbook of the collection, which has its account from the environment.
WITH_ACCOUNT = [module for module in MODULES if "api_key" in spec(module)]

each_module = pytest.mark.parametrize("module", MODULES)
each_with_account = pytest.mark.parametrize("module", WITH_ACCOUNT)
each_option = pytest.mark.parametrize(
    ("module", "name"), [(module, name) for module in MODULES for name in sorted(documented_options(module))]
)


@each_module
def test_the_same_options_are_documented_and_taken(module: str) -> None:
    assert documented_options(module).keys() == spec(module).keys()


@each_option
def test_an_option_is_documented_as_it_is_taken(module: str, name: str) -> None:
    said, taken = documented_options(module)[name], spec(module)[name]
    assert said["type"] == taken["type"]
    assert said.get("elements") == taken.get("elements")
    assert said.get("default") == taken.get("default")
    assert said.get("choices") == taken.get("choices")
    assert said.get("required", False) == taken.get("required", False)


@each_option
def test_an_environment_variable_is_named_where_there_is_one(module: str, name: str) -> None:
    variables = spec(module)[name].get("fallback", (None, []))[1]
    text = " ".join(documented_options(module)[name]["description"])
    assert variables == re.findall(r"environment variable E\((VOIPSMS_\w+)\)", text)
    assert variables in ([], [f"VOIPSMS_{name.upper()}"])


@each_option
def test_an_option_of_two_modules_is_taken_alike(module: str, name: str) -> None:
    """One block of module_defaults fits all of them; what is required of one may be left out for another.

    But for `state`, which is a module's own business, and has no default for all of them; and for the defaults of
    `deadline`, since a deployment does not wait for two minutes to tell of itself, and of `max_pages`, since a report
    is about the whole log.
    """
    left_open = {"required": None, **({"default": None} if name in ("deadline", "max_pages") else {})}
    for other in MODULES if name != "state" else ():
        taken = spec(other).get(name, spec(module)[name])
        assert {**taken, **left_open} == {**spec(module)[name], **left_open}


@each_with_account
def test_secrets_are_masked(module: str) -> None:
    secrets = {"api_key", "api_password", "ledger_password"}
    assert {name for name, taken in spec(module).items() if taken.get("no_log")} == secrets


@each_with_account
def test_a_spec_is_a_fresh_one(module: str) -> None:
    before = spec(module)
    spec(module)["api_url"]["type"] = "int"
    spec(module)["api_key"]["no_log"] = False
    assert spec(module) == before


@each_module
def test_what_is_returned_has_a_description_and_a_sample(module: str) -> None:
    for name, said in returned(documents_of(module, "RETURN")):
        assert said["description"], name
        assert said["type"], name
        assert "sample" in said or "contains" in said, name


@each_with_account
def test_what_is_always_returned_is_documented_so(module: str) -> None:
    assert {*BLANKS[module], "msg"} == {*documents_of(module, "RETURN"), "changed"}
    assert {said["returned"] for said in documents_of(module, "RETURN").values()} == {"always"}


@pytest.mark.parametrize("module", OUTCOMES)
def test_what_a_recipient_has_is_documented(module: str) -> None:
    result = Result(ANNA, Outcome.SENT)
    shown = report_notify.shown(result) if module == "voipsms_notify" else result.shown()
    assert shown.keys() == documents_of(module, "RETURN")["results"]["contains"].keys()


@pytest.mark.parametrize(("module", "wording"), OUTCOMES.items())
def test_every_outcome_is_documented(module: str, wording: Any) -> None:
    text = " ".join(documents_of(module, "RETURN")["results"]["contains"]["outcome"]["description"])
    assert {outcome.value for outcome in wording.sentences} == set(re.findall(r"V\((\w+)\)", text))


def test_every_outcome_of_a_question_is_documented() -> None:
    text = " ".join(documents_of("voipsms_ask", "RETURN")["outcome"]["description"])
    assert {outcome.value for outcome in QuestionOutcome} == set(re.findall(r"V\((\w+)\)", text))


def test_every_outcome_can_be_told_by_one_module_or_the_other() -> None:
    assert set(Outcome) == {*SENDING.sentences, *SCHEDULING.sentences}


@each_module
def test_examples_show_every_option_and_no_other(module: str) -> None:
    """Those that all modules share are shown once, by the one that sends."""
    shown, known = shown_options(module), documented_options(module).keys()
    assert shown <= known
    assert own_options(module) <= shown
    assert known <= shown | shown_options("voipsms_send") | shown_options("voipsms_scheduled")


@each_with_account
def test_every_example_runs_where_the_ledger_is(module: str) -> None:
    for task in documents_of(module, "EXAMPLES"):
        assert task["name"]
        if COLLECTION_NAME + module in task or "block" in task:
            assert (task["delegate_to"], task["become"]) == ("localhost", False)


@each_with_account
def test_a_module_that_only_looks_is_called_so_and_never_changes_anything(module: str) -> None:
    assert ("voip_communications.sms._attributes.info" in fragments_of(module)) is module.endswith("_info")


@each_module
def test_a_module_says_where_it_runs_and_what_to_see_beside_it(module: str) -> None:
    """The fragment has the Python that is needed, which is newer than the oldest that ansible-core manages."""
    assert "voip_communications.sms._attributes.platform" in fragments_of(module)
    assert documents_of(module, "DOCUMENTATION")["seealso"]


@each_module
def test_the_action_group_holds_every_module_with_an_account(module: str) -> None:
    """Defaults of a group fail a task that does not know them."""
    runtime = yaml.safe_load((COLLECTION / "meta" / "runtime.yml").read_text(encoding="utf-8"))
    assert sorted(runtime["action_groups"]["voipsms"]) == WITH_ACCOUNT
    is_member = "voip_communications.sms._attributes.actiongroup_voipsms" in fragments_of(module)
    assert is_member is (module in WITH_ACCOUNT)


def test_every_module_with_an_account_is_tested_here() -> None:
    assert sorted(BLANKS) == WITH_ACCOUNT


def test_every_playbook_can_be_named() -> None:
    assert spec("voipsms_playbook")["playbook"]["choices"] == list(PLAYBOOKS)


@pytest.mark.parametrize("module", ["voipsms_deployment", "voipsms_playbook", "voipsms_sandbox"])
def test_what_needs_the_controller_refuses_to_run_on_a_host(module: str) -> None:
    result = answer(import_module(f"{PACKAGE}modules.{module}").module_spec(), {}, check_mode=False)
    assert result["failed"]
    assert result["msg"] == "this is the action of the controller, and no module that a host can run; nothing was sent"
