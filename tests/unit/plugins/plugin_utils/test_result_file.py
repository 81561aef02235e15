# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result file of a playbook: written as a whole, and through no link of another user."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from ansible_collections.voip_communications.sms.plugins.plugin_utils._result_file import ResultFile, refusal

OLD = "precious"
NEW = {"outcome": "sent", "msg": "sent to 1 recipient"}
# A task that has not failed need not say so; the file does.
WRITTEN = {**NEW, "failed": False}
check_or_not = pytest.mark.parametrize("check_mode", [False, True], ids=["real", "check"])


def written(path: Path | str, *, check_mode: bool = False) -> str:
    """Return why a result cannot be written to a path, after beginning the file and finishing it."""
    file = ResultFile(str(path), check_mode=check_mode)
    return file.begin() or file.finish(NEW)


def planted(link: Path, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a link that belongs to another user."""
    link.symlink_to(target)
    if os.geteuid() == 0:
        os.lchown(link, 4711, 4711)
    else:
        uid = os.geteuid()
        monkeypatch.setattr(os, "geteuid", lambda: uid + 1)


def test_a_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    file, other = tmp_path / "result.json", tmp_path / "other"
    file.write_text(OLD)
    file.chmod(0o644)
    other.hardlink_to(file)
    assert written(file) == ""
    assert (json.loads(file.read_text()), stat.S_IMODE(file.stat().st_mode)) == (WRITTEN, 0o600)
    # Another name of the old file, which may be one of another user.
    assert other.read_text() == OLD
    assert {path.name for path in tmp_path.iterdir()} == {"result.json", "other"}


@pytest.mark.parametrize("exists", [True, False], ids=["to a file", "to nothing"])
@check_or_not
def test_a_link_that_another_user_has_put_there_is_not_followed(
    exists: bool, check_mode: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, link = tmp_path / "target", tmp_path / "result.json"
    if exists:
        target.write_text(OLD)
    planted(link, target, monkeypatch)
    said = f"{str(link)!r} leads through a link of another user, 'result.json', which is not followed"
    assert written(link, check_mode=check_mode) == f"voipsms_result_file: {said}"
    assert link.is_symlink()
    assert target.exists() == exists
    assert not exists or target.read_text() == OLD


def test_no_folder_on_the_way_is_such_a_link(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "home").mkdir()
    planted(tmp_path / "folder", tmp_path / "home", monkeypatch)
    assert "is not followed" in written(tmp_path / "folder" / "result.json")
    (tmp_path / "own").symlink_to("folder/../folder")
    assert "is not followed" in written(tmp_path / "own" / "result.json")
    assert list((tmp_path / "home").iterdir()) == []


def test_own_links_are_followed(tmp_path: Path) -> None:
    (tmp_path / "real" / "deep").mkdir(parents=True)
    (tmp_path / "folder").symlink_to(tmp_path / "real")
    (tmp_path / "result.json").symlink_to("folder/deep/../kept.json")
    assert written(tmp_path / "result.json") == ""
    assert json.loads((tmp_path / "real" / "kept.json").read_text()) == WRITTEN
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
    assert "somebody has just changed" in written(link)
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
@check_or_not
def test_what_is_no_file_is_left_alone(name: str, words: str, check_mode: bool, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    (tmp_path / "loop").symlink_to("loop")
    os.mkfifo(tmp_path / "pipe")
    fault = written(f"{tmp_path}/{name}", check_mode=check_mode)
    assert fault == f"voipsms_result_file: {f'{tmp_path}/{name}'!r} {words}"


def test_a_check_writes_nothing(tmp_path: Path) -> None:
    assert written(tmp_path / "result.json", check_mode=True) == ""
    assert list(tmp_path.iterdir()) == []


def test_without_a_path_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert written("") == ""
    assert list(tmp_path.iterdir()) == []


def test_it_says_that_a_run_has_not_ended_and_hides_what_no_reader_wants(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    file = ResultFile(str(path), check_mode=False)
    file.begin()
    assert json.loads(path.read_text())["outcome"] == "unfinished"
    file.finish({**NEW, "invocation": {"to": "x"}, "diff": [], "_ansible_verbose_always": True})
    assert json.loads(path.read_text()) == WRITTEN
    file.finish(refusal(["one", "two"]))
    assert json.loads(path.read_text())["msg"] == "one; two; nothing was sent or changed"
