# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plugin that is not called internal is one that users' own plays call."""

from __future__ import annotations

import re

import pytest

from ansible_collections.voip_communications.sms.tests.support.markdown import COLLECTION

KINDS = ("modules", "filter", "lookup")
OURS = [
    *COLLECTION.glob("roles/*/tasks/*.yml"),
    *COLLECTION.glob("roles/*/vars/*.yml"),
    *COLLECTION.glob("playbooks/*"),
]
GUIDES = "".join(path.read_text("utf-8") for path in sorted(COLLECTION.glob("docs/docsite/rst/guide_*.rst")))


INTERNAL = "[INTERNAL]"
"""What the short description of a plugin begins with that only the playbooks of the collection call."""


def internal() -> set[str]:
    """Return the names of the plugins that say so. A name with an underscore is refused by ansible-core 2.16."""
    paths = [path for kind in KINDS for path in (COLLECTION / "plugins" / kind).glob("*.py")]
    return {path.stem for path in paths if f'short_description: "{INTERNAL} ' in path.read_text("utf-8")}


def plugins() -> set[str]:
    """Return the names of all modules, filters and lookups."""
    return {path.stem for kind in KINDS for path in (COLLECTION / "plugins" / kind).glob("*.py")} - {"__init__"}


def called_by_us() -> set[str]:
    """Return the plugins that tasks, variables and playbooks of the collection call."""
    called = {name for path in OURS for name in re.findall(r"voip_communications\.sms\.(\w+)", path.read_text("utf-8"))}
    return called & plugins()


@pytest.mark.parametrize("name", sorted(called_by_us() - internal()))
def test_a_public_plugin_that_we_call_is_shown_to_users(name: str) -> None:
    assert re.search(rf"\b{name}\b", GUIDES), f"no guide names {name}; a plugin for us alone says {INTERNAL}"


def test_what_is_internal_is_called_by_us_and_by_no_guide() -> None:
    assert internal() == {"page_silences", "playbook_host", "voipsms_playbook"}
    assert internal() <= called_by_us()
    assert not [name for name in internal() if re.search(rf"\b{name}\b", GUIDES)]


def test_roles_do_not_think_in_templates() -> None:
    lines = [line for path in COLLECTION.glob("roles/*/vars/*.yml") for line in path.read_text("utf-8").splitlines()]
    assert len(lines) <= 40
