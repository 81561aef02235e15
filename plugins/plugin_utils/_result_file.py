# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write the result of a playbook to a file of mode 0600, at once and as a whole, and follow no link of another user.

In a folder like ``/tmp`` another user may have put a link at the path, which leads to a file of ours. Links of this
user and of root are followed. Everything else is opened by descriptor, so that it cannot be exchanged meanwhile; and
the file is renamed into its place, so that nothing is written through what stands there.
"""

from __future__ import annotations

import json
import os
import secrets
import stat
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

RESULT_FILE = "voipsms_result_file"
"""The variable that holds the path."""

_MOST_LINKS = 40
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


_UNFINISHED = {
    "outcome": "unfinished",
    "failed": True,
    "changed": False,
    "msg": "this run has not come to its end; whether anything was sent or changed is not known",
}
_NOT_SHOWN = frozenset({"invocation", "diff", "exception", "ansible_facts"})


class Refused(Exception):
    """The file is not written; the text says why."""


class ResultFile:
    """The file of one playbook. Without a path, and in check mode, nothing is written."""

    def __init__(self, path: str, *, check_mode: bool) -> None:
        """Take the path as the user wrote it, relative to the current folder."""
        self._path = os.path.join(os.path.realpath("."), os.path.expanduser(path)) if path else ""
        self._check_mode = check_mode

    def begin(self) -> str:
        """Write that the run is unfinished, over what an earlier run has left. Return why that cannot be, or nothing.

        So neither an old file nor one that cannot be written misleads a reader.
        """
        return self._write(_UNFINISHED)

    def finish(self, result: Mapping[str, Any]) -> str:
        """Write the result of a task, which says ``failed`` in any case. Return why that cannot be, or nothing."""
        if self._check_mode:
            return ""
        shown = {name: value for name, value in result.items() if name not in _NOT_SHOWN and not name.startswith("_")}
        return self._write({"failed": False, **shown})

    def _write(self, result: Mapping[str, Any]) -> str:
        if not self._path:
            return ""
        text = json.dumps(result, indent=4, sort_keys=True, ensure_ascii=False)
        try:
            write(self._path, text.encode(errors="backslashreplace"), is_check=self._check_mode)
        except Refused as error:
            return f"{RESULT_FILE}: {error}"
        except OSError as error:
            return f"{RESULT_FILE}: {self._path!r} cannot be written ({error.strerror})"
        return ""


def refusal(sentences: Iterable[str]) -> dict[str, Any]:
    """Return the result of a playbook that was refused before it did anything."""
    msg = f"{'; '.join(sentences)}; nothing was sent or changed"
    return {"outcome": "invalid", "failed": True, "changed": False, "msg": msg}


def opened(path: str) -> tuple[int, str]:
    """Return a descriptor of the folder that a path leads to, and the name of the file in it."""
    folder, links = os.open("/", _FOLDER), 0
    rest = _parts(path)
    while True:
        name = rest.pop(0)
        target = _target(folder, name, path)
        if target is not None:
            links += 1
            if links > _MOST_LINKS:
                raise Refused(f"{path!r} has too many links")
            rest = _parts(target) + rest
            if target.startswith("/"):
                folder = _entered(folder, "/")
        elif rest:
            folder = _entered(folder, name)
        elif name in (".", ".."):
            raise Refused(f"{path!r} is a folder")
        else:
            return folder, name


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part] or ["."]


def _entered(folder: int, name: str) -> int:
    """Return a descriptor of a folder within another one, which is closed."""
    try:
        return os.open(name, _FOLDER, dir_fd=folder)
    finally:
        os.close(folder)


def _target(folder: int, name: str, path: str) -> str | None:
    """Return where a link leads, None for anything else. Raise ``Refused`` for the link of another user."""
    before = _status(folder, name)
    if before is None or not stat.S_ISLNK(before.st_mode):
        return None
    if before.st_uid not in (0, os.geteuid()):
        raise Refused(f"{path!r} leads through a link of another user, {name!r}, which is not followed")
    target = os.readlink(name, dir_fd=folder)
    after = _status(folder, name)
    if after is None or (after.st_ino, after.st_ctime_ns) != (before.st_ino, before.st_ctime_ns):
        raise Refused(f"{path!r} leads through {name!r}, which somebody has just changed")
    return target


def _status(folder: int, name: str) -> os.stat_result | None:
    try:
        return os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None


def write(path: str, text: bytes, *, is_check: bool) -> None:
    """Write the file, or only check that it can be. Raise ``Refused`` and ``OSError``."""
    folder, name = opened(path)
    status = _status(folder, name)
    if status is not None and not stat.S_ISREG(status.st_mode):
        raise Refused(f"{path!r} is not a file")
    if is_check:
        if not os.access(".", os.W_OK | os.X_OK, dir_fd=folder):
            raise Refused(f"{path!r} is in a folder that this user cannot write to")
        return
    part = f".{name[:100]}.{secrets.token_hex(8)}"
    try:
        with os.fdopen(os.open(part, _NEW, 0o600, dir_fd=folder), "wb") as file:
            file.write(text)
        os.replace(part, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        with suppress(OSError):
            os.unlink(part, dir_fd=folder)
        raise
