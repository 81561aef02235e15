# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rulebooks name what is there, hold no one up, and take the variables that their guides show."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.voip_communications.sms.tests.support.markdown import COLLECTION

EDA = COLLECTION / "extensions" / "eda"
PREFIX = "voip_communications.sms."
GUIDES = {"alerts": "guide_alerts", "replies": "guide_eda"}
every_rulebook = pytest.mark.parametrize("name", GUIDES)


def text(name: str) -> str:
    return (EDA / "rulebooks" / f"{name}.yml").read_text("utf-8")


def guide(name: str) -> str:
    return (COLLECTION / "docs" / "docsite" / "rst" / f"{GUIDES[name]}.rst").read_text("utf-8")


def actions(name: str) -> list[dict[str, Any]]:
    return [rule["action"]["run_playbook"] for play in yaml.safe_load(text(name)) for rule in play["rules"]]


def test_each_rulebook_is_tested() -> None:
    assert {path.stem for path in (EDA / "rulebooks").iterdir()} == set(GUIDES)


@every_rulebook
def test_playbooks_have_their_full_name_and_run_beside_each_other(name: str) -> None:
    """A playbook by its path has its whole folder copied for each run."""
    assert [play["execution_strategy"] for play in yaml.safe_load(text(name))] == ["parallel"]
    names = [action["name"] for action in actions(name)]
    assert names
    for full in names:
        assert full.startswith(PREFIX)
        assert (COLLECTION / "playbooks" / f"{full.removeprefix(PREFIX)}.yml").exists()


@every_rulebook
def test_the_texts_of_others_are_harmless(name: str) -> None:
    for play in yaml.safe_load(text(name)):
        for source in play["sources"]:
            filters = [next(iter(one)) for one in source.get("filters", [])]
            assert f"{PREFIX}inbox" in source or filters == [f"{PREFIX}harmless"]


@every_rulebook
def test_the_guide_has_the_variables(name: str) -> None:
    """Those without a default are in its block of variables, and nothing else that the rulebook does not know."""
    expressions = re.findall(r"\{\{ ([a-z_]+)([^}]*)\}\}", text(name))
    variables = {variable for variable, _rest in expressions if variable != "event"}
    variables |= set(re.findall(r"\bvars\.([a-z_]+)", text(name)))
    required = variables - {variable for variable, rest in expressions if "default(" in rest}
    (block,) = re.findall(
        rf"``{name}_vars.yml`` has the variables:\n\n.. code-block:: yaml\n\n((?:    .*\n|\n)+)", guide(name)
    )
    shown = set(yaml.safe_load(block))
    assert required <= shown <= variables
    mentioned = set(re.findall(r"``([a-z_]+)``", guide(name)))
    assert variables - shown - mentioned == set()


@pytest.mark.parametrize("path", sorted((EDA / "plugins").rglob("*.py")), ids=lambda path: path.stem)
def test_a_plugin_is_documented_and_its_example_is_a_source(path: Path) -> None:
    constants = {
        ast.unparse(node.targets[0]): yaml.safe_load(ast.literal_eval(node.value))
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in ("DOCUMENTATION", "EXAMPLES", "RETURN")
    }
    assert constants["DOCUMENTATION"]["short_description"]
    assert f"{PREFIX}{path.stem}" in str(constants["EXAMPLES"])


def test_the_extensions_are_declared() -> None:
    declared = yaml.safe_load((COLLECTION / "meta" / "extensions.yml").read_text("utf-8"))["extensions"]
    folders = {entry["args"]["ext_dir"] for entry in declared}
    assert folders == {f"eda/plugins/{path.name}" for path in (EDA / "plugins").iterdir()}
