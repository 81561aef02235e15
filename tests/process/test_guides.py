# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guides below docs/docsite say what there is: examples parse and have the right syntax, options exist."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from ansible_collections.voip_communications.sms.tests.support import restructured
from ansible_collections.voip_communications.sms.tests.support.documented import SPECS, assert_fits, role_options, tasks
from ansible_collections.voip_communications.sms.tests.support.markdown import COLLECTION
from ansible_collections.voip_communications.sms.tests.support.playbook import Controller

TEXTS = {path.stem: path.read_text(encoding="utf-8") for path in restructured.GUIDES}
PLAYS = [
    pytest.param(play, id=f"{name}:{block.line}")
    for name, text in TEXTS.items()
    for block in restructured.blocks(text, "yaml")
    for play in block.plays()
]

every_guide = pytest.mark.parametrize("name", TEXTS)


def test_every_guide_is_listed() -> None:
    listed = yaml.safe_load((COLLECTION / "docs" / "docsite" / "extra-docs.yml").read_text(encoding="utf-8"))
    assert sorted(name for section in listed["sections"] for name in section["toctree"]) == sorted(TEXTS)


@every_guide
def test_every_code_block_names_its_language(name: str) -> None:
    """A literal block that names none would be seen by no test."""
    assert not re.search(r"^(?!\.\.).*::$", TEXTS[name], re.MULTILINE)
    assert re.findall(r"^ *\.\. code-block::.*$", TEXTS[name], re.MULTILINE)
    assert len(restructured.blocks(TEXTS[name])) == len(re.findall(r"\.\. code-block:: \S", TEXTS[name]))


@every_guide
def test_tasks_use_options_that_exist(name: str) -> None:
    for module, options in tasks(restructured.blocks(TEXTS[name], "yaml")):
        for option, value in options.items():
            assert_fits(SPECS[module], option, value)


@every_guide
def test_variables_of_roles_exist(name: str) -> None:
    mentioned = set(re.findall(r"\b(?:deploy_notify|maintenance_window)_[a-z_]+\b", TEXTS[name]))
    facts = {"deploy_notify_about", "deploy_notify_result", "maintenance_window_result"}
    assert mentioned <= set(role_options()) | facts


@pytest.mark.parametrize("play", PLAYS)
def test_the_syntax_is_right(play: dict[str, Any], controller: Controller) -> None:
    run = controller.play(keywords=play, arguments=["--syntax-check"])
    assert (run.rc, run.stderr) == (0, ""), run.everything
