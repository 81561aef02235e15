# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make and check the file of a ledger: only its own user may be able to write it, or to plant another in its place.

Nothing here opens a file that is there: closing it again would drop the locks that SQLite holds on it.
"""

from __future__ import annotations

import grp
import os
import pwd
import stat
import threading
from collections.abc import Iterator
from contextlib import suppress

from .._core.errors import VoipsmsError
from .model import LedgerError

_CREATION_LOCK = threading.Lock()
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
_BESIDE = ("-journal", "-wal", "-shm")
"""What SQLite adds to the name of a file for the files beside it. It believes what they say about the file."""

_MOST_LINKS = 40
"""Links on the way to a file that are followed, as many as Linux follows."""


class SafeFile:
    """A file through which no other user can make this user send twice, or never."""

    def __init__(self, path: str, kind: str = "the ledger", error: type[VoipsmsError] = LedgerError) -> None:
        """Name the file, and what ``kind`` of file it is; nothing is checked yet.

        ``error``: what is raised where ``LedgerError`` is named below.
        """
        self._name = path
        self._kind = kind
        self._error = error
        self._own_folder = _OWN_LEDGER if error is LedgerError else _OWN_FILE
        self.path = os.path.abspath(path)
        """What is made, checked and opened: all by one path, without ``..``, which a link could lead elsewhere."""
        self._safe_folder = ""

    @property
    def exists(self) -> bool:
        """Whether anything has this name, be it a dangling link."""
        return os.path.lexists(self.path)

    def make(self) -> None:
        """Create the file and its folders for this user alone, unless they exist; SQLite's journal has the same mode.

        Raises ``LedgerError`` and ``OSError``. One thread at a time: closing the new file drops the locks that another
        thread's connection already holds on it.
        """
        with _CREATION_LOCK:
            if self.exists:
                return
            self.check_folder()
            _make_folder(self._folder)
            with suppress(FileExistsError):  # another run was quicker; the schema is made under a lock
                os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))

    def check(self) -> None:
        """Raise ``LedgerError`` unless this user alone can write the file, and what lies beside it."""
        self._check_own(self.path, "it", "check what is in it, then run chmod 600 on it", _AS_OWNER)
        if not os.access(self.path, os.R_OK | os.W_OK):
            raise self._not_used("this user may not write to it; run chmod 600 on it")
        self.check_folder()

    def check_folder(self) -> None:
        """Raise ``LedgerError`` unless this user alone can create the ledger and its journal in its folder.

        Readers check it too, so that check mode foresees it.
        """
        folder = self._folder
        while not os.path.lexists(folder):
            folder = os.path.dirname(folder)
        if not os.path.isdir(folder):
            raise self._not_used(f"{folder!r} is not a folder")
        if folder != self._safe_folder:  # from then on, only this user and root can make the way to it unsafe
            self._check_way(folder)
            self._safe_folder = folder
        if not os.access(folder, os.W_OK | os.X_OK):
            raise self._not_used(f"this user may not write to the folder {folder!r}; {_NO_FOLDER}")
        for ending in _BESIDE:
            beside = self.path + ending
            with suppress(FileNotFoundError):  # a commit of another run or thread removes its journal at any moment
                self._check_own(beside, repr(beside), _WHO_MADE_IT, _WHO_MADE_IT)

    @property
    def _folder(self) -> str:
        return os.path.dirname(self.path)

    def _check_own(self, path: str, shown: str, open_advice: str, foreign_advice: str) -> None:
        """Raise ``LedgerError`` unless a path is a regular file that this user owns and no other may write.

        ``open_advice``: what to do about one that others may write; ``foreign_advice``: about one of another user.
        """
        status = os.lstat(path)
        if stat.S_ISLNK(status.st_mode):
            raise self._not_used(f"{shown} is a symbolic link; name the file itself")
        if not stat.S_ISREG(status.st_mode):
            raise self._not_used(f"{shown} is not a regular file; name a file")
        if status.st_uid != os.geteuid():
            reason = f"{shown} belongs to user {status.st_uid}, and this is user {os.geteuid()}"
            raise self._not_used(f"{reason}; {foreign_advice}")
        if status.st_mode & _OTHERS_WRITE:
            raise self._not_used(f"other users may write to {shown}; {open_advice}")

    def _check_way(self, nearest: str) -> None:
        """Raise ``LedgerError`` for a folder or link on the way to the ledger through which another user can swap it.

        ``nearest``: the last folder on the way that exists. As ``sshd`` does with ``StrictModes``, this refuses what
        belongs to another user than root, and what others may write. Other than ``sshd``, it passes folders with the
        sticky bit, such as ``/tmp``, above the ledger's own: no other user can rename there what is ours. In the folder
        of the ledger itself that bit does not help, since anyone can add a journal, which SQLite then believes. And as
        Debian's ``sshd`` does, it passes what only the user's private group may write, which a umask of 002 makes. In a
        user namespace it passes what lies above the user's own folder and belongs to no user of that namespace.
        """
        own_folder = os.path.realpath(self._folder)
        way = [(path, os.lstat(path)) for path in _way_to(nearest)]
        first_own = next((place for place, (_path, status) in enumerate(way) if status.st_uid == os.geteuid()), 0)
        for place, (path, status) in enumerate(way):
            is_own = status.st_uid in (0, os.geteuid())
            if not is_own and not (place < first_own and status.st_uid == outside_user()):
                reason = f"{path!r} on the way to it belongs to user {status.st_uid}"
                raise self._not_used(f"{reason}, and this is user {os.geteuid()}; {self._own_folder}")
            is_sticky = bool(status.st_mode & stat.S_ISVTX)
            if stat.S_ISLNK(status.st_mode) or not status.st_mode & _OTHERS_WRITE or _is_private(status):
                continue
            if path == own_folder or not is_sticky:
                danger = (
                    "could plant a journal there" if path == own_folder else "could put another ledger in its place"
                )
                advice = self._advice(status)
                raise self._not_used(f"other users may write to the folder {path!r} and {danger}; {advice}")

    def _advice(self, status: os.stat_result) -> str:
        """Return what to do about a folder that others may write. A shared one, such as ``/tmp``, stays as it is."""
        if status.st_mode & stat.S_ISVTX or status.st_uid != os.geteuid():
            return self._own_folder
        return f"run chmod go-w on it (chmod 700 where it is yours alone), or {self._own_folder}"

    def _not_used(self, reason: str) -> VoipsmsError:
        return self._error(f"{self._kind} {self._name!r} is not used: {reason}")


_OWN_FILE = "name a file in a folder of your own, which no other user may write"
_OWN_LEDGER = f"{_OWN_FILE}, or a PostgreSQL database, as ledger"

_AS_OWNER = "run the task as that user, or name a file of your own"
_WHO_MADE_IT = "check who made it, and remove it if it was not a run of yours"
_NO_FOLDER = "set ledger, or HOME if ledger is not given, to where it may"


def outside_user() -> int | None:
    """Return the id by which a user namespace shows users from outside it; None where it is a user of this one."""
    try:
        with open("/proc/sys/kernel/overflowuid", encoding="ascii") as file:
            outside = int(file.read())
        with open("/proc/self/uid_map", encoding="ascii") as file:
            ranges = [tuple(map(int, line.split())) for line in file]
    except (OSError, ValueError):  # not Linux, or no /proc
        return None
    is_inside = any(first <= outside < first + size for first, _parent, size in ranges)
    return None if is_inside else outside


def _is_private(status: os.stat_result) -> bool:
    """Return whether a folder is writable for no one but this user, by way of a group that has no other member."""
    if status.st_mode & stat.S_IWOTH or status.st_uid != os.geteuid():
        return False
    try:
        user = pwd.getpwuid(status.st_uid)
        members = grp.getgrgid(status.st_gid).gr_mem
    except KeyError:  # a user or a group without a name, as in a container
        return False
    if status.st_gid != user.pw_gid or set(members) - {user.pw_name}:
        return False
    return not any(other.pw_gid == status.st_gid and other.pw_uid != user.pw_uid for other in pwd.getpwall())


def _way_to(folder: str) -> Iterator[str]:
    """Yield every folder and every link on the way to a folder, the root first.

    Raises ``OSError`` for a link that leads to nothing or in a circle.
    """
    done, links = "/", 0
    left = folder.split("/")[::-1]
    yield done
    while left:
        name = left.pop()
        if name in ("", "."):
            continue
        if name == "..":
            done = os.path.dirname(done)
            continue
        step = os.path.join(done, name)
        yield step
        if not os.path.islink(step):
            done = step
            continue
        links += 1
        target = os.readlink(step)
        if links > _MOST_LINKS:
            raise OSError(f"too many links on the way to {folder!r}")
        done = "/" if target.startswith("/") else done
        left += target.split("/")[::-1]


def _make_folder(folder: str) -> None:
    """Create a folder and those above it that do not exist, all for this user alone, whatever the umask allows.

    ``os.makedirs`` gives its mode to the last one only.
    """
    if os.path.isdir(folder):
        return
    _make_folder(os.path.dirname(folder))
    with suppress(FileExistsError):  # by another run, or another user: it is checked before it is used
        os.mkdir(folder, 0o700)
