# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plugin without an underscore before its name is one that users' own plays call."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

COLLECTION = Path(__file__).absolute().parents[2]
KINDS = ("modules", "filter", "lookup")
OURS = [
    *COLLECTION.glob("roles/*/tasks/*.yml"),
    *COLLECTION.glob("roles/*/vars/*.yml"),
    *COLLECTION.glob("playbooks/*"),
]
GUIDES = "".join(path.read_text("utf-8") for path in sorted(COLLECTION.glob("docs/docsite/rst/guide_*.rst")))


def plugins() -> set[str]:
    """Return the names of all modules, filters and lookups."""
    return {path.stem for kind in KINDS for path in (COLLECTION / "plugins" / kind).glob("*.py")} - {"__init__"}


def called_by_us() -> set[str]:
    """Return the plugins that tasks, variables and playbooks of the collection call."""
    called = {name for path in OURS for name in re.findall(r"voip_communications\.sms\.(\w+)", path.read_text("utf-8"))}
    return called & plugins()


@pytest.mark.parametrize("name", sorted(name for name in called_by_us() if not name.startswith("_")))
def test_a_public_plugin_that_we_call_is_shown_to_users(name: str) -> None:
    assert re.search(rf"\b{name}\b", GUIDES), f"no guide names {name}; a plugin for us alone begins with an underscore"


def test_what_is_private_is_called_by_us_and_by_no_guide() -> None:
    private = {name for name in plugins() if name.startswith("_")}
    assert private == {"_playbook_host", "_voipsms_playbook"}
    assert private <= called_by_us()
    assert not [name for name in private if name in GUIDES]


def test_roles_do_not_think_in_templates() -> None:
    lines = [line for path in COLLECTION.glob("roles/*/vars/*.yml") for line in path.read_text("utf-8").splitlines()]
    assert len(lines) <= 40
