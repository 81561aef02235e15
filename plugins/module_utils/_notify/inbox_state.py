# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Remember which messages of the log were seen: a file of keyed hashes, from which no text can be read."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from .._api.log import LogRecord
from .._core.errors import InputError, VoipsmsError
from .._ledger.safe_file import SafeFile

_VERSION = 1
_MARK_BYTES = 16
_SALT_BYTES = 32
MOST_MARKS = 50_000
"""Marks that are kept. Those of records that the log no longer shows go first, the oldest of them before the others."""


class InboxState:
    """The marks of the records that were seen, in the order in which they were noted.

    ``is_first``: nothing was ever noted in this file. ``order``: the order of the log, as far as it was learned.
    """

    def __init__(self, path: str) -> None:
        """Read the file, and keep others from using it until this process ends. Raise ``VoipsmsError``.

        One that does not exist is made when something is noted.
        """
        self._path = os.path.abspath(path)
        self._lock = self._locked()
        values = self._read()
        self.is_first = values is None
        self.order: str | None = values["order"] if values else None
        self._salt = bytes.fromhex(values["salt"]) if values else secrets.token_bytes(_SALT_BYTES)
        self._marks: dict[str, None] = dict.fromkeys(values["marks"] if values else ())

    def close(self) -> None:
        """Let other processes use the file."""
        os.close(self._lock)

    def mark_of(self, record: LogRecord, occurrence: int = 0) -> str:
        """Return a mark of a record, which reveals nothing of it; its status may change.

        ``occurrence``: how many equal records were read before it.
        """
        name = record.id or f"{record.date or ''} {occurrence}"
        parts = json.dumps([record.direction, record.external, record.internal, record.text, name])
        return hashlib.blake2b(parts.encode(), key=self._salt, digest_size=_MARK_BYTES).hexdigest()

    def __contains__(self, mark: str) -> bool:
        return mark in self._marks

    def __len__(self) -> int:
        return len(self._marks)

    def note(self, marks: Iterable[str]) -> None:
        """Note marks, and write the file. Raise ``VoipsmsError`` when it cannot be written."""
        self._marks.update(dict.fromkeys(marks))
        self._write()
        self.is_first = False

    def keep(self, shown: Iterable[str]) -> None:
        """Forget the oldest marks where there are too many, but none of those that the log has ``shown``."""
        excess = len(self._marks) - MOST_MARKS
        if excess > 0:
            shown = frozenset(shown)
            for mark in [mark for mark in self._marks if mark not in shown][:excess]:
                del self._marks[mark]

    def _locked(self) -> int:
        """Return the descriptor of a lock beside the file, which is held until it is closed."""
        try:
            lock = SafeFile(f"{self._path}.lock", "state_file", InputError)
            lock.make()
            lock.check()
            descriptor = os.open(lock.path, os.O_RDWR | os.O_CLOEXEC)
        except OSError as error:
            raise InputError(f"state_file {self._path!r} cannot be made ({error.strerror}); name another") from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            raise InputError(
                f"state_file {self._path!r} is used by another source; give each source a file of its own"
            ) from None
        return descriptor

    def _read(self) -> dict[str, Any] | None:
        """Return what the file holds; None where there is none."""
        file = SafeFile(self._path, "state_file", InputError)
        if not file.exists:
            return None
        try:
            file.check()
            with open(self._path, encoding="ascii") as opened:
                values = json.load(opened)
        except OSError as error:
            raise InputError(f"state_file {self._path!r} cannot be read ({error.strerror})") from error
        except (ValueError, RecursionError):
            values = None
        if not _is_state(values):
            raise InputError(
                f"state_file {self._path!r} is not one that this source has written; remove it to begin from now on,"
                " which leaves out the messages of the time when the source was down"
            )
        return dict(values)

    def _write(self) -> None:
        """Replace the file in one step, so that it is whole at any moment."""
        values = {"version": _VERSION, "salt": self._salt.hex(), "order": self.order, "marks": list(self._marks)}
        part = f"{self._path}.{os.getpid()}.part"
        try:
            with suppress(FileNotFoundError):
                os.unlink(part)
            descriptor = os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
            with open(descriptor, "w", encoding="ascii") as file:
                json.dump(values, file)
                file.flush()
                os.fsync(file.fileno())
            os.replace(part, self._path)
        except OSError as error:
            raise VoipsmsError(f"state_file {self._path!r} cannot be written ({error.strerror})") from error


def _is_state(values: Any) -> bool:
    """Return whether this is what ``InboxState`` writes."""
    try:
        is_known = values["version"] == _VERSION and isinstance(values["order"], (str, type(None)))
        return is_known and bool(bytes.fromhex(values["salt"])) and all(isinstance(one, str) for one in values["marks"])
    except (ValueError, TypeError, KeyError):
        return False
