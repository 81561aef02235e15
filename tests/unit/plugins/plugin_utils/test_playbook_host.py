# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of ``ansible-playbook`` by which a playbook of the collection would do nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible import constants
from ansible.parsing.dataloader import DataLoader

from ansible_collections.voip_communications.sms.plugins.plugin_utils._playbook_host import obstacles

WEB = {"all": ["web1", "web2"], "ungrouped": [], "web": ["web1", "web2"]}
WITH_LOCALHOST = {"all": ["localhost", "web1"], "ungrouped": ["localhost"], "web": ["web1"]}
EMPTY: dict[str, list[str]] = {"all": [], "ungrouped": []}


@pytest.fixture(autouse=True)
def _usual(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take a limit without a host as by default; ansible-test makes it an error, which ends a run before all this."""
    monkeypatch.setattr(constants, "HOST_PATTERN_MISMATCH", "warning")


def sentences(groups: dict[str, list[str]], **cli: Any) -> list[str]:
    return obstacles(cli, groups, DataLoader())


@pytest.mark.parametrize(
    ("groups", "limit"),
    [
        (EMPTY, "web1"),
        (WEB, "web1"),
        (WEB, "!web2"),
        (WEB, "all"),
        (WEB, "web1:!localhost"),
        (WITH_LOCALHOST, "web"),
        (WITH_LOCALHOST, "all,!localhost"),
        (WITH_LOCALHOST, "all:&web"),
        (WITH_LOCALHOST, "~web.*"),
    ],
)
def test_a_limit_that_leaves_localhost_out(groups: dict[str, list[str]], limit: str) -> None:
    (sentence,) = sentences(groups, subset=limit)
    assert sentence.startswith(f"--limit {limit} leaves out localhost, where this playbook runs; add it, as in ")


@pytest.mark.parametrize(
    ("groups", "limit"),
    [
        (EMPTY, None),
        (EMPTY, "localhost"),
        (WEB, "web1,localhost"),
        (WITH_LOCALHOST, "all"),
        (WITH_LOCALHOST, "!web"),
        (WITH_LOCALHOST, "local*"),
    ],
)
def test_a_limit_that_leaves_localhost_in(groups: dict[str, list[str]], limit: str | None) -> None:
    assert sentences(groups, subset=limit) == []


def test_a_limit_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "hosts.retry").write_text("web1\n")
    assert len(sentences(WEB, subset=f"@{tmp_path}/hosts.retry")) == 1
    (tmp_path / "hosts.retry").write_text("web1\nlocalhost\n")
    assert sentences(WEB, subset=f"@{tmp_path}/hosts.retry") == []


def test_every_option_that_skips_is_named_at_once() -> None:
    found = sentences(EMPTY, skip_tags=("x", "always", "tagged"), start_at_task="Send", subset="web1")
    assert [sentence.split(" ")[0] for sentence in found] == ["--skip-tags", "--start-at-task", "--limit"]
    assert "--skip-tags always,tagged would skip" in found[0]


@pytest.mark.parametrize("skip_tags", [(), ("x", "all", "untagged", "never")])
def test_other_tags_do_not_matter(skip_tags: tuple[str, ...]) -> None:
    assert sentences(EMPTY, skip_tags=skip_tags, tags=("y",)) == []


def test_a_group_that_is_called_localhost() -> None:
    (sentence,) = sentences({"all": ["web1"], "localhost": ["web1"]})
    assert sentence.startswith("the inventory has a group localhost")


@pytest.mark.parametrize("option", ["syntax", "listhosts", "listtasks", "listtags"])
def test_what_only_lists_is_fine(option: str) -> None:
    assert sentences(WEB, subset="web1", start_at_task="Send", **{option: True}) == []
