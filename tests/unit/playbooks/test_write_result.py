# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result file of a playbook: written as a whole, and through no link of another user."""

from __future__ import annotations

import io
import os
import stat
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from ansible_collections.voip_communications.sms.playbooks.files.write_result import main

OLD, NEW = "precious", "{}"


def written(monkeypatch: pytest.MonkeyPatch, path: Path | str, *arguments: str) -> int:
    """Return the exit status of writing ``NEW`` to a path."""
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(NEW.encode())))
    return main([str(path), *arguments])


def planted(link: Path, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a link that belongs to another user."""
    link.symlink_to(target)
    if os.geteuid() == 0:
        os.lchown(link, 4711, 4711)
    else:
        uid = os.geteuid()
        monkeypatch.setattr(os, "geteuid", lambda: uid + 1)


def test_a_file_is_replaced_as_a_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, other = tmp_path / "result.json", tmp_path / "other"
    file.write_text(OLD)
    file.chmod(0o644)
    other.hardlink_to(file)
    assert written(monkeypatch, file) == 0
    assert (file.read_text(), stat.S_IMODE(file.stat().st_mode)) == (NEW, 0o600)
    # Another name of the old file, which may be one of another user.
    assert other.read_text() == OLD
    assert {path.name for path in tmp_path.iterdir()} == {"result.json", "other"}


@pytest.mark.parametrize("exists", [True, False], ids=["to a file", "to nothing"])
@pytest.mark.parametrize("arguments", [(), ("--check",)], ids=["real", "check"])
def test_a_link_that_another_user_has_put_there_is_not_followed(
    exists: bool,
    arguments: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    target, link = tmp_path / "target", tmp_path / "result.json"
    if exists:
        target.write_text(OLD)
    planted(link, target, monkeypatch)
    assert written(monkeypatch, link, *arguments) == 1
    said = f"{str(link)!r} leads through a link of another user, 'result.json', which is not followed\n"
    assert capsys.readouterr().err == said
    assert link.is_symlink()
    assert target.exists() == exists
    assert not exists or target.read_text() == OLD


def test_no_folder_on_the_way_is_such_a_link(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "home").mkdir()
    planted(tmp_path / "folder", tmp_path / "home", monkeypatch)
    assert written(monkeypatch, tmp_path / "folder" / "result.json") == 1
    (tmp_path / "own").symlink_to("folder/../folder")
    assert written(monkeypatch, tmp_path / "own" / "result.json") == 1
    assert list((tmp_path / "home").iterdir()) == []


def test_own_links_are_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "real" / "deep").mkdir(parents=True)
    (tmp_path / "folder").symlink_to(tmp_path / "real")
    (tmp_path / "result.json").symlink_to("folder/deep/../kept.json")
    assert written(monkeypatch, tmp_path / "result.json") == 0
    assert (tmp_path / "real" / "kept.json").read_text() == NEW
    assert (tmp_path / "result.json").is_symlink()


def test_a_link_that_is_exchanged_meanwhile_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target, link = tmp_path / "target", tmp_path / "result.json"
    link.symlink_to(tmp_path / "ours")
    read = os.readlink

    def exchanged(name: str, *, dir_fd: int) -> str:
        link.unlink()
        link.symlink_to(target)
        return read(name, dir_fd=dir_fd)

    monkeypatch.setattr(os, "readlink", exchanged)
    assert written(monkeypatch, link) == 1
    assert not target.exists()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("folder", "is not a file"),
        ("folder/..", "is a folder"),
        ("nowhere/result.json", "cannot be written (No such file or directory)"),
        ("pipe", "is not a file"),
        ("loop", "has too many links"),
        ("file/result.json", "cannot be written (Not a directory)"),
    ],
)
@pytest.mark.parametrize("arguments", [(), ("--check",)], ids=["real", "check"])
def test_what_is_no_file_is_left_alone(
    name: str,
    words: str,
    arguments: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    (tmp_path / "loop").symlink_to("loop")
    os.mkfifo(tmp_path / "pipe")
    assert written(monkeypatch, f"{tmp_path}/{name}", *arguments) == 1
    assert capsys.readouterr().err == f"{f'{tmp_path}/{name}'!r} {words}\n"


def test_a_check_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert written(monkeypatch, tmp_path / "result.json", "--check") == 0
    assert list(tmp_path.iterdir()) == []
