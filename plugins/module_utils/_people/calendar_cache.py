# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keep the last good copy of each calendar that has an address, in a folder of this user alone."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
import time
from contextlib import suppress
from typing import NamedTuple, Optional

LONGEST = 4 * 1024 * 1024
"""Bytes that a calendar may have at most."""

_AHEAD = 600.0
"""Seconds by which a copy may seem to come from the future; if it is more, a clock is wrong, or was."""

_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


class Copy(NamedTuple):
    """A copy: the text of a calendar, and how many seconds ago it was the newest."""

    text: str
    age: float


class CalendarCache:
    """The copies in one folder. Their names do not tell the addresses, which are secrets."""

    def __init__(self, folder: str) -> None:
        """Name the folder; it is made when the first copy is written."""
        self._folder = os.path.expanduser(os.path.expandvars(folder))

    def read(self, address: str) -> Optional[Copy]:
        """Return the copy of an address, or None.

        None, too, of a file that another user could have written, and of one whose age cannot be told, since it was
        written by a clock that was ahead: it would seem new for as long as that.
        """
        try:
            descriptor = os.open(self._path(address), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            with open(descriptor, encoding="utf-8", newline="") as file:
                state = os.fstat(file.fileno())
                is_own = stat.S_ISREG(state.st_mode) and state.st_uid == os.geteuid()
                age = time.time() - state.st_mtime
                if not is_own or state.st_mode & _OTHERS_WRITE or age < -_AHEAD:
                    return None
                return Copy(file.read(), max(0.0, age))
        except (OSError, ValueError):
            return None

    def write(self, address: str, text: str) -> str:
        """Replace the copy of an address, whole or not at all; return why that failed, or an empty text."""
        try:
            os.makedirs(self._folder, mode=0o700, exist_ok=True)
            descriptor, name = tempfile.mkstemp(dir=self._folder)
        except (OSError, ValueError) as error:
            return getattr(error, "strerror", None) or "it is not a path"
        try:
            with open(descriptor, "w", encoding="utf-8", newline="") as file:
                file.write(text)
            os.replace(name, self._path(address))
        except OSError as error:
            with suppress(OSError):
                os.unlink(name)
            return error.strerror or "it cannot be written"
        return ""

    def _path(self, address: str) -> str:
        return os.path.join(self._folder, hashlib.sha256(address.encode()).hexdigest() + ".ics")
