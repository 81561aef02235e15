# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guides below docs/docsite: each is listed, says in which language its examples are, and names what there is."""

from __future__ import annotations

import re

import pytest
import yaml
from docutils import nodes
from docutils.core import publish_doctree

from ansible_collections.voip_communications.sms.tests.support import documents, restructured
from ansible_collections.voip_communications.sms.tests.support.documented import (
    FACTS,
    PREFIX,
    SPECS,
    nested,
    role_options,
)
from ansible_collections.voip_communications.sms.tests.support.markdown import COLLECTION

REPOSITORY = "https://github.com/voip-communications/ansible-collection-sms"
TEXTS = {path.stem: path.read_text(encoding="utf-8") for path in restructured.GUIDES}

every_guide = pytest.mark.parametrize("name", TEXTS)


def test_every_guide_is_listed() -> None:
    listed = yaml.safe_load((COLLECTION / "docs" / "docsite" / "extra-docs.yml").read_text(encoding="utf-8"))
    assert sorted(name for section in listed["sections"] for name in section["toctree"]) == sorted(TEXTS)


@every_guide
def test_a_forge_can_show_it(name: str) -> None:
    """A forge has Docutils and nothing of Sphinx: it shows roles such as ``:ref:`` and unknown directives as raw text.

    So a link is the address of a file in the repository; the site leads it to the page that it makes of that file.
    """
    quiet = {"report_level": 5, "halt_level": 6, "file_insertion_enabled": False}
    tree = publish_doctree(TEXTS[name], settings_overrides=quiet)
    assert [node.astext() for node in tree.findall(nodes.problematic)] == []
    assert [node.astext() for node in tree.findall(nodes.system_message) if node["level"] > 1] == []


@every_guide
def test_links_into_the_repository_lead_somewhere(name: str) -> None:
    for path, anchor in re.findall(rf"<{REPOSITORY}/(?:blob|tree)/main/([^>#]+)#?([^>]*)>", TEXTS[name]):
        file = COLLECTION / path
        assert file.exists(), path
        assert not anchor or anchor in documents.anchors(file), (path, anchor)


@every_guide
def test_every_code_block_names_its_language(name: str) -> None:
    """Refuse a literal block that names none, since no test would see it."""
    assert not re.search(r"^(?!\.\.).*::$", TEXTS[name], re.MULTILINE)
    assert len(restructured.blocks(TEXTS[name])) == len(re.findall(r"\.\. code-block:: \S", TEXTS[name]))


@every_guide
def test_no_line_of_prose_is_longer_than_120(name: str) -> None:
    """Code blocks may be longer, and a sentence that a task says is one word."""
    shown = "\n".join(block.text for block in restructured.blocks(TEXTS[name]))
    long = [line for line in TEXTS[name].splitlines() if len(line) > 120 and line.strip() not in shown]
    assert [line for line in long if " " in re.sub(r"``[^`]+``|^ *[*-]( -)? ", "", line)] == []


@every_guide
def test_no_word_has_to_be_read_twice(name: str) -> None:
    """Idioms of other languages, and old words, are not for guides; sentences of tasks are as the code has them."""
    riddles = (
        r"what (has )?(came|become|became) of|takes? back|at the most|nobody|whoever|that of (a|the)|seldom|somebody"
    )
    prose = re.sub(r"``[^`]+``", "", TEXTS[name])
    assert [found[0] for found in re.finditer(rf"\b({riddles})\b", prose, re.IGNORECASE)] == []


@every_guide
def test_variables_of_roles_exist(name: str) -> None:
    mentioned = set(re.findall(r"\b(?:deploy_notify|maintenance_window|page|sandbox)_[a-z_]+\b", TEXTS[name]))
    settings = SPECS[f"{PREFIX}voipsms_sandbox"]["settings"]["options"]
    assert mentioned <= {option for option, _spec in nested(role_options())} | FACTS | set(settings)
