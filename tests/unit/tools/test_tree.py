# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The copy of the tracked files holds these, as they are now, and nothing else."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from ansible_collections.voip_communications.sms.tests.tools import tree


@pytest.fixture(name="root")
def _root(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    (root / "inner").mkdir(parents=True)
    (root / "run").write_text("#!/bin/sh\n", encoding="utf-8")
    (root / "run").chmod(0o755)
    (root / "inner" / "file").write_text("old", encoding="utf-8")
    (root / "link").symlink_to("inner/file")
    subprocess.run(["git", "init", "--quiet"], cwd=root, check=True)
    subprocess.run(["git", "add", "."], cwd=root, check=True)
    (root / "untracked").write_text("", encoding="utf-8")
    return root


def listed(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_tracked_files_are_copied_with_mode_and_links(root: Path, tmp_path: Path) -> None:
    tree.refresh(root, tmp_path / "copy")
    assert listed(tmp_path / "copy") == ["inner", "inner/file", "link", "run"]
    assert (tmp_path / "copy" / "run").stat().st_mode & 0o777 == 0o755
    assert str((tmp_path / "copy" / "link").readlink()) == "inner/file"


def test_what_is_not_wanted_is_not_copied_and_goes(root: Path, tmp_path: Path) -> None:
    (root / "tests" / "unit").mkdir(parents=True)
    for name in ("tests/config.yml", "tests/unit/test_it.py"):
        (root / name).write_text("", encoding="utf-8")
    subprocess.run(["git", "add", "tests"], cwd=root, check=True)
    tree.refresh(root, tmp_path / "copy")
    tree.refresh(root, tmp_path / "copy", tree.what_is_installed)
    assert listed(tmp_path / "copy") == ["inner", "inner/file", "link", "run", "tests", "tests/config.yml"]


def test_the_second_time_only_what_changed_is_written(root: Path, tmp_path: Path) -> None:
    tree.refresh(root, tmp_path / "copy")
    before = (tmp_path / "copy" / "run").stat().st_ino
    # Not added again: what counts is the work tree, not the index.
    (root / "inner" / "file").write_text("new", encoding="utf-8")
    tree.refresh(root, tmp_path / "copy")
    assert (tmp_path / "copy" / "inner" / "file").read_text(encoding="utf-8") == "new"
    assert (tmp_path / "copy" / "run").stat().st_ino == before


def test_what_is_gone_or_was_never_tracked_is_removed(root: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    tree.refresh(root, copy)
    (root / "inner" / "file").unlink()
    for kept in ("tests/output/report.xml", "__pycache__/module.pyc"):
        (copy / kept).parent.mkdir(parents=True)
        (copy / kept).write_text("", encoding="utf-8")
    (copy / "stranger").mkdir()
    (copy / "stranger" / "file").write_text("", encoding="utf-8")
    tree.refresh(root, copy)
    files = [name for name in listed(copy) if (copy / name).is_file() or (copy / name).is_symlink()]
    assert files == ["__pycache__/module.pyc", "link", "run", "tests/output/report.xml"]
    assert not (copy / "stranger").exists()
