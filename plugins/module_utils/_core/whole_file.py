# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write a file at once and as a whole, for this user alone, and follow no link of another user.

In a folder like ``/tmp`` another user may have put a link at the path, which leads to a file of ours. Links of this
user and of root are followed. Everything else is opened by descriptor, so that it cannot be exchanged meanwhile; and
the file is renamed into its place, so that nothing is written through what stands there.
"""

from __future__ import annotations

import os
import secrets
import stat
from contextlib import suppress

_MOST_LINKS = 40
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_OLD = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_OWN = 0o600


class Refused(Exception):
    """The file is not written; the text says why."""


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


def write(path: str, text: bytes, *, is_check: bool, keeps_mode: bool = False) -> None:
    """Write the file, or only check that it can be. Raise ``Refused`` and ``OSError``.

    Its mode is 0600. ``keeps_mode``: a file of this user that is there keeps its own.
    """
    folder, name = opened(path)
    try:
        mode = _mode(_status(folder, name), path, keeps_mode=keeps_mode)
        if not is_check:
            _replace(folder, name, text, mode)
        elif not os.access(".", os.W_OK | os.X_OK, dir_fd=folder):
            raise Refused(f"{path!r} is in a folder that this user cannot write to")
    finally:
        os.close(folder)


def read(path: str, most: int) -> bytes | None:
    """Return up to ``most`` bytes of the file that ``write`` would replace, None where there is none to be read.

    Raise ``Refused`` and ``OSError``.
    """
    folder, name = opened(path)
    try:
        _mode(_status(folder, name), path, keeps_mode=False)
        with os.fdopen(os.open(name, _OLD, dir_fd=folder), "rb") as file:
            return file.read(most)
    except (FileNotFoundError, PermissionError):
        return None
    finally:
        os.close(folder)


def _mode(status: os.stat_result | None, path: str, *, keeps_mode: bool) -> int:
    """Return the mode of the new file. Raise ``Refused`` where something else than a file stands in its place."""
    if status is None:
        return _OWN
    if not stat.S_ISREG(status.st_mode):
        raise Refused(f"{path!r} is not a file")
    # Another user would choose who may read it.
    return stat.S_IMODE(status.st_mode) & 0o777 if keeps_mode and status.st_uid == os.geteuid() else _OWN


def _replace(folder: int, name: str, text: bytes, mode: int) -> None:
    """Write a new file beside the old one, and rename it into its place."""
    part = f".{name[:100]}.{secrets.token_hex(8)}"
    try:
        with os.fdopen(os.open(part, _NEW, _OWN, dir_fd=folder), "wb") as file:
            file.write(text)
            if mode != _OWN:
                os.fchmod(file.fileno(), mode)
        os.replace(part, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        with suppress(OSError):
            os.unlink(part, dir_fd=folder)
        raise
