# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every module has an integration target, which "make matrix" runs in the controller and on a host."""

from __future__ import annotations

import pytest

from ansible_collections.voip_communications.sms.tests.tools import layout, matrix

BEHIND = {"voipsms_deployment": "deploy", "voipsms_playbook": "playbooks"}
"""The targets of what only a role or the playbooks run."""
MODULES = sorted(path.stem for path in (layout.TREE / "plugins" / "modules").glob("[!_]*.py"))


@pytest.mark.parametrize("name", MODULES)
def test_every_module_has_a_target_that_every_pair_runs(name: str) -> None:
    target = BEHIND.get(name, name)
    tasks = layout.TREE / "tests" / "integration" / "targets" / target / "tasks" / "main.yml"
    assert "ansible.builtin" in tasks.read_text(encoding="utf-8")
    assert target in matrix.targets(slow=True)
    assert (target in matrix.targets(slow=False)) == (name not in BEHIND)
