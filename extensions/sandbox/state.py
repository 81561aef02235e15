# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one thing that all requests share: gateway and journal behind a lock, kept in a file if wanted."""

from __future__ import annotations

import json
import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ansible_collections.voip_communications.sms.extensions.sandbox.clock import Clock
from ansible_collections.voip_communications.sms.extensions.sandbox.gateway import Gateway
from ansible_collections.voip_communications.sms.extensions.sandbox.journal import Journal
from ansible_collections.voip_communications.sms.extensions.sandbox.settings import Settings

_FORMAT = "sandbox-state-1"


class StateError(Exception):
    """The state file cannot be used. Its text is a sentence for people."""


class State:
    """Use it as `with state.open():`; what happens inside happens at one moment, and is on disk afterwards.

    `version` grows with whatever may have changed something; `wait` waits for that.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.gateway = Gateway(Settings(), Clock())
        self.journal = Journal()
        self._path = path
        self.version = 0
        self._lock = threading.Condition()
        if path is not None and path.exists():
            self._load(path)

    @contextmanager
    def open(self) -> Iterator[State]:
        """Hold the lock, let what is due go out, and keep what has changed."""
        with self._lock:
            self.gateway.tick()
            try:
                yield self
            finally:
                self._changed()

    @contextmanager
    def look(self) -> Iterator[State]:
        """Hold the lock to read: as `open`, but nothing is kept and nobody told unless something was due."""
        with self._lock:
            if self.gateway.tick():
                self._changed()
            yield self

    def wait(self, version: int, seconds: float) -> None:
        """Until there is another version than the one that is known, for so long at most."""
        with self._lock:
            self._lock.wait_for(lambda: self.version != version, seconds)

    def reset(self, settings: Settings, clock: Clock) -> None:
        """No messages, no requests, no orders; call it inside `open`."""
        self.gateway = Gateway(settings, clock)
        self.journal = Journal()

    def _changed(self) -> None:
        self.version += 1
        self._lock.notify_all()
        self.keep()

    def _load(self, path: Path) -> None:
        try:
            fields: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))[_FORMAT]
            self.gateway = Gateway.from_dict(fields["gateway"])
            self.journal = Journal.from_dict(fields["journal"])
        except (OSError, KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise StateError(f"'{path}' is no state file of this sandbox; name another file or remove it") from error

    def keep(self) -> None:
        """Write the state file, if there is one. Raises StateError.

        Written beside and then put in place, so that a kill at any moment leaves the old state or the new one.
        """
        if self._path is None:
            return
        fields = {_FORMAT: {"gateway": self.gateway.to_dict(), "journal": self.journal.to_dict()}}
        try:
            _replace(self._path, json.dumps(fields))
        except OSError as error:
            raise StateError(f"The state file '{self._path}' cannot be written: {error.strerror}") from error


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
