# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Share the gateway and the journal between all requests, behind a lock, and keep them in a file on request."""

from __future__ import annotations

import json
import os
import secrets
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .clock import Clock
from .gateway import Gateway
from .journal import Journal
from .settings import Settings

_FORMAT = "sandbox-state-1"


class StateError(Exception):
    """A state file that cannot be used. Its text is a sentence for people."""


class State:
    """The gateway and the journal. Use them as ``with state.open():``; the block is atomic, and is on disk afterwards.

    ``version`` grows with everything that may have changed the state; ``wait`` waits for that. ``instance`` is the
    same as long as nothing is forgotten: another one begins with a reset, and with a start without a state file.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.gateway = Gateway(Settings(), Clock())
        self.journal = Journal()
        self.instance = _new_instance()
        self._path = path
        self.version = 0
        self._lock = threading.Condition()
        if path is not None and path.exists():
            self._load(path)

    @contextmanager
    def open(self) -> Iterator[State]:
        """Hold the lock, send the messages that are due, and keep the changes."""
        with self._lock:
            self.gateway.tick()
            try:
                yield self
            finally:
                self._changed()

    @contextmanager
    def read(self) -> Iterator[State]:
        """Hold the lock to read, as ``open`` does, but keep and announce nothing unless a message was due."""
        with self._lock:
            if self.gateway.tick():
                self._changed()
            yield self

    def wait(self, version: int, seconds: float) -> None:
        """Wait until the version differs from the given one, or for that many seconds."""
        with self._lock:
            self._lock.wait_for(lambda: self.version != version, seconds)

    def reset(self, settings: Settings, clock: Clock) -> None:
        """Forget all messages, requests and faults. Call it inside ``open``."""
        self.gateway = Gateway(settings, clock)
        self.journal = Journal()
        self.instance = _new_instance()

    def _changed(self) -> None:
        self.version += 1
        self._lock.notify_all()
        self.keep()

    def _load(self, path: Path) -> None:
        try:
            fields: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))[_FORMAT]
            self.gateway = Gateway.from_dict(fields["gateway"])
            self.journal = Journal.from_dict(fields["journal"])
            self.instance = str(fields.get("instance", self.instance))
        except (OSError, KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise StateError(f"'{path}' is no state file of this sandbox; name another file or remove it") from error

    def keep(self) -> None:
        """Write the state file, if there is one. Raises StateError.

        It is written under another name and then moved, so that a kill at any moment leaves the old or the new state.
        """
        if self._path is None:
            return
        parts = {"gateway": self.gateway.to_dict(), "journal": self.journal.to_dict(), "instance": self.instance}
        fields = {_FORMAT: parts}
        try:
            _replace(self._path, json.dumps(fields))
        except OSError as error:
            raise StateError(f"The state file '{self._path}' cannot be written: {error.strerror}") from error


def _new_instance() -> str:
    """Return an identifier that no other run has."""
    return secrets.token_hex(8)


def _replace(path: Path, text: str) -> None:
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(beside).replace(path)
    except OSError:
        Path(beside).unlink(missing_ok=True)
        raise
