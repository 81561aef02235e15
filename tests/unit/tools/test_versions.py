# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""README, workflows and tools test what tests/matrix.yml says, and what must pass is written once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import pytest
import yaml

from ansible_collections.voip_communications.sms.tests.support.markdown import COLLECTION
from ansible_collections.voip_communications.sms.tests.tools import ansible_test, layout, matrix, tree, versions
from ansible_collections.voip_communications.sms.tests.tools.ansible_test import AnsibleTest

WORKFLOWS = COLLECTION / ".github" / "workflows"
ACTION = re.compile(r"uses: *(?P<name>[\w./-]+)@(?P<at>\S+)(?P<comment>.*)")
SOURCES_216 = """
    default_packages = dict(
        pip='23.1.2',
        setuptools='67.7.2',
        wheel='0.37.1',
    )
    override_packages = {'2.7': dict(pip='20.3.4')}
"""


def job(workflow: str, name: str) -> dict[str, Any]:
    """Return one job of a workflow."""
    loaded: dict[str, Any] = yaml.safe_load((WORKFLOWS / workflow).read_text(encoding="utf-8"))["jobs"][name]
    return loaded


def steps() -> list[tuple[str, str]]:
    """Return the names and commands of what must pass before a change is merged."""
    lines = (COLLECTION / ".ci" / "steps").read_text(encoding="utf-8").splitlines()
    parted = [line.partition(" ") for line in lines if line and not line.startswith("#")]
    return [(name, command.strip()) for name, _space, command in parted]


def test_the_readme_shows_the_table() -> None:
    lines = (COLLECTION / "README.md").read_text(encoding="utf-8").splitlines()
    assert [row for row in versions.readme() if row not in lines] == []


def test_the_workflow_of_the_week_has_every_pair() -> None:
    included = job("weekly.yml", "matrix")["strategy"]["matrix"]["include"]
    wanted = {(pair.name, pair.python) for pair in versions.pairs()}
    assert {(row["pair"], row["python"]) for row in included} == wanted


def test_the_workflow_of_a_change_runs_every_step_and_no_other() -> None:
    names = job("ci.yml", "steps")["strategy"]["matrix"]["step"]
    assert sorted(names) == sorted({name for name, _command in steps()})


def test_the_steps_of_a_change_run_its_pairs() -> None:
    """Without PAIRS and WHEN, "make matrix" runs those of each change."""
    (command,) = [command for _name, command in steps() if "matrix" in command.split()]
    assert not re.search("PAIRS|WHEN", command)
    assert {"oldest", "sanity"} <= set(command.split())
    assert [pair.name for pair in matrix.chosen([], "change")] == ["2.16-3.11", "2.19-3.11", "2.21-3.13"]


def test_the_workflows_install_each_python_that_the_steps_look_for() -> None:
    (setup,) = [step for step in job("ci.yml", "steps")["steps"] if "setup-python" in step.get("uses", "")]
    wanted = {pair.python for pair in versions.of_changes()} | set(versions.module_pythons(weekly=False))
    assert set(setup["with"]["python-version"].split()) == wanted


@pytest.mark.parametrize("path", sorted(WORKFLOWS.glob("*.yml")), ids=lambda path: path.stem)
def test_every_action_is_pinned_by_its_hash(path: str) -> None:
    actions = list(ACTION.finditer((WORKFLOWS / path).read_text(encoding="utf-8")))
    assert actions
    for action in actions:
        assert re.fullmatch("[0-9a-f]{40}", action["at"]), action["name"]
        assert re.fullmatch(r"  # (v[\d.]+|\d{4}-\d\d-\d\d)", action["comment"]), action["name"]


def test_every_pair_that_runs_on_a_change_has_a_lock() -> None:
    assert [
        pair.core for pair in versions.of_changes() if not (layout.LOCKS / f"matrix-{pair.core}.txt").exists()
    ] == []


def test_the_oldest_python_of_the_modules_is_the_one_that_ansible_test_is_told() -> None:
    told = yaml.safe_load((COLLECTION / "tests" / "config.yml").read_text(encoding="utf-8"))
    assert told["modules"]["python_requires"] == f">={versions.module_pythons(weekly=False)[0]}"


def test_a_pair_that_is_in_no_table_is_refused() -> None:
    with pytest.raises(SystemExit, match=r"not in tests/matrix\.yml: 2\.15-3\.11"):
        matrix.chosen(["2.15-3.11"], "change")


class Noting(AnsibleTest):
    """A pair that notes what its Python is given, and runs nothing."""

    ran: ClassVar[dict[str, tuple[str, ...]]] = {}

    def _execute(self, arguments: Sequence[str], environment: Mapping[str, str]) -> tuple[int, str]:
        self.ran[self.core] = tuple(arguments)
        return 0, ""

    def note(self, *_outcome: object) -> bool:
        return True


def test_nothing_runs_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What "make test" and "make sanity" ran on the pair of the development environment is left out there alone."""
    monkeypatch.setattr(matrix, "targets", lambda *, slow: ["slow"] if slow else [])
    pairs: list[AnsibleTest] = [Noting(COLLECTION, pair.core, pair.python, tmp_path) for pair in versions.of_changes()]
    development = next(pair for pair in pairs if pair.core == "2.19")
    parts = list(matrix.parts(pairs, "others", development))
    assert {part.name for part in parts} == {
        f"core{pair} {kind}"
        for pair, kinds in (
            ("2.16-py3.11", ("integration", "units", "sanity")),
            ("2.19-py3.11", ("integration",)),
            ("2.21-py3.13", ("integration", "units", "sanity")),
        )
        for kind in kinds
    }
    monkeypatch.setattr(ansible_test, "refresh", lambda *_folders: None)
    ran = Noting.ran
    ran.clear()
    assert all(part.passes(part.pair) for part in parts if part.kind == "units")
    ignored = {core: [word for word in words if word.startswith("--ignore=")] for core, words in ran.items()}
    assert "--ignore=tests/unit/plugins/module_utils/_ledger" in ignored["2.16"]
    assert ignored["2.21"] == ["--ignore=tests/unit/model"]
    assert {part.pair.wants for part in parts if part.kind == "sanity"} == {tree.what_is_installed}


def test_once_a_week_each_unit_test_has_a_process_of_its_own(tmp_path: Path) -> None:
    pairs = [AnsibleTest(COLLECTION, pair.core, pair.python, tmp_path) for pair in versions.pairs()]
    parts = matrix.parts(pairs, "all", pairs[0], is_forked=True)
    assert [part.passes for part in parts if part.kind == "units"] == [AnsibleTest.forked_units] * len(pairs)


def test_what_a_pair_leaves_out_uses_nothing_of_ansible() -> None:
    left_out = [layout.TREE / folder for folder in matrix.without_ansible()]
    code = [folder.parts[-1] for folder in left_out]
    folders = [*left_out, *(layout.TREE / "plugins" / "module_utils" / name for name in code)]
    users = [
        path
        for folder in folders
        for path in folder.rglob("*.py")
        if re.search(r"^\s*(from|import) ansible(\.| )", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert (len(left_out), users) == (8, [])


def test_the_packages_that_ansible_test_installs_first_are_read_from_its_source() -> None:
    wanted = {"pip": "23.1.2", "setuptools": "67.7.2", "wheel": "0.37.1"}
    assert ansible_test.bootstrap_packages(SOURCES_216) == wanted
    assert ansible_test.bootstrap_packages("    default_packages = dict(\n        pip='24.2',\n    )") == {
        "pip": "24.2"
    }
