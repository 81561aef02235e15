# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file that is written as a whole: its mode, and what was in it. Links are tested with the result file."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._core.whole_file import Refused, read, write


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize(("keeps_mode", "mode"), [(False, 0o600), (True, 0o644)])
def test_the_mode_of_a_file_that_is_there(keeps_mode: bool, mode: int, tmp_path: Path) -> None:
    file = tmp_path / "file"
    write(str(file), b"one", is_check=False, keeps_mode=keeps_mode)
    assert mode_of(file) == 0o600
    file.chmod(0o644)
    write(str(file), b"two", is_check=False, keeps_mode=keeps_mode)
    assert (file.read_bytes(), mode_of(file)) == (b"two", mode)


def test_another_user_does_not_choose_the_mode(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"planted")
    file.chmod(0o666)
    uid = file.stat().st_uid
    monkeypatch.setattr(os, "geteuid", lambda: uid + 1)
    write(str(file), b"mine", is_check=False, keeps_mode=True)
    assert (file.read_bytes(), mode_of(file)) == (b"mine", 0o600)


def test_what_is_there_is_read_up_to_a_bound(tmp_path: Path) -> None:
    file = tmp_path / "file"
    assert read(str(file), 10) is None
    file.write_bytes(b"0123456789abc")
    assert read(str(file), 10) == b"0123456789"


def test_what_is_no_file_is_refused_and_does_not_hang(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for call in (lambda: read(str(pipe), 10), lambda: write(str(pipe), b"", is_check=True)):
        with pytest.raises(Refused, match="is not a file"):
            call()


def test_a_folder_that_cannot_be_written_to_is_refused_beforehand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_arguments, **_more: False)
    with pytest.raises(Refused, match="is in a folder that this user cannot write to"):
        write(str(tmp_path / "file"), b"", is_check=True)


def test_a_file_that_could_not_be_replaced_is_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"old")

    def full(*_arguments: object, **_more: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        write(str(file), b"new", is_check=False)
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("file", b"old")]


def test_no_descriptor_is_left_open(tmp_path: Path) -> None:
    file = tmp_path / "file"
    before = len(os.listdir("/proc/self/fd"))
    for _turn in range(3):
        write(str(file), b"one", is_check=False)
        write(str(file), b"one", is_check=True)
        read(str(file), 10)
    assert len(os.listdir("/proc/self/fd")) == before
