# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tarball holds what users need, and nothing of what lies in a clone that is worked in."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from ansible_collections.voip_communications.sms.tests.support.markdown import COLLECTION

GALAXY = Path(sys.executable).with_name("ansible-galaxy")
LARGEST = 1_000_000
LEFT_BEHIND = (
    ".build/venv/bin/python",
    ".venv/pyvenv.cfg",
    ".git/HEAD",
    ".mypy_cache/CACHEDIR.TAG",
    ".pytest_cache/README.md",
    ".ruff_cache/CACHEDIR.TAG",
    ".hypothesis/unicode_data",
    ".ansible/galaxy_cache/api.json",
    ".env",
    "tests/output/junit/report.xml",
    "plugins/modules/__pycache__/voipsms_send.cpython-311.pyc",
    "voip_communications-sms-0.0.1.tar.gz",
)
"""What tools, tests and earlier builds leave in a clone."""
NOT_FOR_USERS = ("docs/examples", "docs/images", "docs/development", "changelogs/fragments", "tests/unit", "Makefile")


def built(clone: Path) -> Path:
    """Build as a person does, in the clone, and return the tarball."""
    environment = os.environ | {"ANSIBLE_HOME": str(clone.parent / "home"), "HOME": str(clone.parent / "home")}
    command = [sys.executable, str(GALAXY), "collection", "build", "--output-path", str(clone.parent / "built")]
    done = subprocess.run(command, cwd=clone, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (tarball,) = (clone.parent / "built").iterdir()
    return tarball


@pytest.fixture(scope="module")
def tarball(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build in a clone in which people have worked."""
    clone = tmp_path_factory.mktemp("used") / "clone"
    shutil.copytree(COLLECTION, clone, ignore=shutil.ignore_patterns("__pycache__", "output"))
    for name in LEFT_BEHIND:
        path = clone / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("left behind", encoding="utf-8")
    return built(clone)


@pytest.fixture(scope="module")
def names(tarball: Path) -> set[str]:
    """Return the names of all files in the tarball."""
    with tarfile.open(tarball) as opened:
        return {member.name for member in opened.getmembers() if member.isfile()}


@pytest.mark.parametrize("name", LEFT_BEHIND)
def test_nothing_that_work_leaves_behind_is_in_it(name: str, names: set[str]) -> None:
    assert name not in names


def test_nothing_in_it_begins_with_a_dot(names: set[str]) -> None:
    assert [name for name in names if name.startswith(".")] == []


def test_the_tarball_is_small(tarball: Path) -> None:
    assert tarball.stat().st_size < LARGEST


@pytest.mark.parametrize("folder", NOT_FOR_USERS)
def test_what_only_developers_need_is_not_in_it(folder: str, names: set[str]) -> None:
    assert [name for name in names if name == folder or name.startswith(f"{folder}/")] == []


def test_what_ansible_loads_is_in_it(names: set[str]) -> None:
    """Every file of the folders that Galaxy, Ansible and Event-Driven Ansible look into."""
    for folder in ("plugins", "roles", "playbooks", "meta", "extensions", "docs/docsite"):
        wanted = {
            path.relative_to(COLLECTION).as_posix()
            for path in (COLLECTION / folder).rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }
        assert wanted, folder
        assert wanted - names == set(), folder
