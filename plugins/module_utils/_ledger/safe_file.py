# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make and check the file of a ledger: only its own user may be able to write it.

Nothing here opens a file that is there: closing it again would drop the locks that SQLite holds on it.
"""

from __future__ import annotations

import os
import stat
import threading
from contextlib import suppress

from .model import LedgerError

_CREATION_LOCK = threading.Lock()


class SafeFile:
    """A file through which no other user can make this user send twice, or never."""

    def __init__(self, path: str) -> None:
        """Name the file; nothing is checked yet."""
        self._path = path

    @property
    def exists(self) -> bool:
        """Whether anything has this name, be it a dangling link."""
        return os.path.lexists(self._path)

    def make(self) -> None:
        """Create the file and its folder for this user alone, unless it exists; SQLite gives its journal the same mode.

        Raises ``LedgerError`` and ``OSError``. One thread at a time: closing the new file drops the locks that another
        thread's connection already holds on it.
        """
        with _CREATION_LOCK:
            if self.exists:
                return
            self.check_folder()
            os.makedirs(os.path.dirname(os.path.abspath(self._path)), mode=0o700, exist_ok=True)
            with suppress(FileExistsError):  # another run was quicker; the schema is made under a lock
                os.close(os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))

    def check(self) -> None:
        """Raise ``LedgerError`` unless this user alone can write the file, and its journal beside it."""
        status = os.lstat(self._path)
        if stat.S_ISLNK(status.st_mode):
            raise self._not_used("it is a symbolic link; name the file itself")
        if not stat.S_ISREG(status.st_mode):
            raise self._not_used("it is not a regular file; name a file")
        if status.st_uid != os.geteuid():
            raise self._not_used(f"it belongs to user {status.st_uid}, and this is user {os.geteuid()}")
        if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            raise self._not_used("other users may write to it; check what is in it, then run chmod 600 on it")
        if not os.access(self._path, os.R_OK | os.W_OK):
            raise self._not_used("this user may not write to it")
        self.check_folder()

    def check_folder(self) -> None:
        """Raise ``LedgerError`` for a folder in which this user can create neither the ledger nor its journal.

        Readers check it too, so that check mode foresees it.
        """
        folder = os.path.dirname(os.path.abspath(self._path))
        while not os.path.lexists(folder):
            folder = os.path.dirname(folder)
        if not os.path.isdir(folder):
            raise self._not_used(f"{folder!r} is not a folder")
        if not os.access(folder, os.W_OK | os.X_OK):
            raise self._not_used(f"this user may not write to the folder {folder!r}")

    def _not_used(self, reason: str) -> LedgerError:
        return LedgerError.not_used(self._path, reason)
