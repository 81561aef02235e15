# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The integration targets, run in the controller by `ansible-playbook` alone; `make matrix` runs them both ways."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.voip_communications.sms.tests.support.playbook import COLLECTION, Controller

TARGETS = COLLECTION / "tests" / "integration" / "targets"
BEHIND = {"voipsms_deployment": "deploy", "voipsms_playbook": "playbooks"}
"""The targets of what only a role or the playbooks run; they are slow, and only ``make matrix`` runs them."""
MODULES = sorted(path.stem for path in (COLLECTION / "plugins" / "modules").glob("[!_]*.py"))


@pytest.mark.parametrize("name", [name for name in MODULES if name not in BEHIND])
def test_every_module_has_a_target_that_passes(name: str, tmp_path: Path) -> None:
    assert (TARGETS / name / "tasks" / "main.yml").exists(), "a module without an integration target"
    controller = Controller(tmp_path / "controller")
    run = controller.play(
        keywords={"roles": [name], "vars": {f"{name}_fronts": ["controller"]}},
        # The sandbox is right at once, so nothing needs the usual ten seconds.
        environment={"ANSIBLE_ROLES_PATH": str(TARGETS), "VOIPSMS_LIST_GRACE": "1", "VOIPSMS_CANCEL_GRACE": "1"},
        inventory="testhost\n",
    )
    assert run.rc == 0, run.stdout[-4000:] + run.stderr
    assert run.records


def test_what_only_a_role_or_the_playbooks_run_has_a_target_too() -> None:
    assert set(BEHIND) <= {path.stem for path in (COLLECTION / "plugins" / "modules").glob("*.py")}
    for target in BEHIND.values():
        assert (TARGETS / target / "tasks" / "main.yml").exists(), target
