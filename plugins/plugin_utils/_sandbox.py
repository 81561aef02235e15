# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Start the sandbox on this machine, change its settings, and stop it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

from ansible.module_utils.urls import open_url

from ansible_collections.voip_communications.sms.plugins.plugin_utils._background import BackgroundError, start, stop

ACCOUNT = "sandbox"
"""The API key, and the password, with which it lets tasks in."""

_FILES = Path(__file__).absolute().parents[2] / "roles" / "sandbox" / "files"
_REQUIREMENTS = _FILES / "requirements.txt"
_READY = "Sandbox ready at"
_MISSING = "is missing"
"""What it prints when it is ready, and when a library is not there."""

_ANSWER_SECONDS = 5
_HELP_SECONDS = 60


class SandboxError(Exception):
    """The sandbox is not what was wanted; the text says why, what was done and what to do."""


class Sandbox:
    """The sandbox at a port of this machine, run by a Python; in check mode nothing is started, changed or stopped."""

    def __init__(self, port: int, python: str, *, check_mode: bool) -> None:
        """Start and ask nothing yet; ``settings`` says whether it runs."""
        self.url = f"http://127.0.0.1:{port}"
        self._port = port
        self._check_mode = check_mode
        self._command: Sequence[str] = [python or sys.executable, str(_FILES / "voipsms_sandbox")]

    def settings(self) -> dict[str, Any] | None:
        """Return its settings; None where no sandbox answers."""
        try:
            settings = self._ask()
        except (OSError, ValueError):  # an answer with an error, or of something else, too
            return None
        return settings if isinstance(settings, dict) and "page_size" in settings else None

    def start(self) -> None:
        """Start it, or see whether it could be. Raises ``SandboxError``."""
        file = _kept_file(self._port)
        self._check_port()
        try:
            if self._check_mode:
                self._check_libraries()
            else:
                start(file, _READY, [*self._command, "--port", str(self._port)])
        except (BackgroundError, OSError, subprocess.TimeoutExpired) as error:
            raise SandboxError(f"{error}; nothing was started{self._remedy(str(error))}") from error

    def change(self, settings: Mapping[str, Any]) -> None:
        """Change settings. Raises ``SandboxError``, and has changed nothing then."""
        if self._check_mode:
            return
        try:
            self._ask(settings)
        except (OSError, ValueError) as error:
            raise SandboxError(
                f"{_reason(error)}; the sandbox runs, and its settings were not changed; see sandbox_settings"
            ) from error

    def stop(self) -> None:
        """Stop it. Raises ``SandboxError``, also where this user has not started it."""
        if self._check_mode:
            return
        try:
            was_ours = stop(_kept_file(self._port))
        except (BackgroundError, OSError) as error:
            raise SandboxError(f"the sandbox at {self.url} was not stopped: {error}") from error
        if not was_ours:
            raise SandboxError(
                f"the sandbox at {self.url} was not started by this role and this user; end it where it was started"
            )

    def _ask(self, change: Mapping[str, Any] | None = None) -> Any:
        """Return the answer of its control API."""
        with open_url(
            f"{self.url}/sandbox/settings",
            data=None if change is None else json.dumps(change),
            headers={} if change is None else {"Content-Type": "application/json"},
            method="GET" if change is None else "POST",
            use_proxy=False,
            timeout=_ANSWER_SECONDS,
            follow_redirects="none",
        ) as response:
            return json.loads(response.read())

    def _check_port(self) -> None:
        """Refuse a port that something else uses."""
        try:
            socket.create_server(("127.0.0.1", self._port)).close()
        except (OSError, OverflowError) as error:
            raise SandboxError(
                f"port {self._port} of this machine is taken by something that is no sandbox, or cannot be had"
                f" ({error}); name another one with sandbox_port; nothing was started"
            ) from error

    def _check_libraries(self) -> None:
        """Raise ``BackgroundError`` when the program could not start, as starting it would."""
        rehearsal = subprocess.run(  # noqa: S603 - a list of arguments, which no shell reads
            [*self._command, "--help"], capture_output=True, text=True, check=False, timeout=_HELP_SECONDS
        )
        if rehearsal.returncode:
            raise BackgroundError(rehearsal.stderr.strip())

    def _remedy(self, reason: str) -> str:
        """Return how to install what is missing, if that is the reason."""
        install = f"; to install it, run {self._command[0]} -m pip install -r {_REQUIREMENTS}"
        return install if _MISSING in reason else ""


def different(settings: Mapping[str, Any], current: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings that differ from the current ones."""
    return {name: value for name, value in settings.items() if value != current.get(name)}


def _kept_file(port: int) -> Path:
    """Return the file that keeps the process id. Raises ``SandboxError``."""
    folder = Path(os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state"))
    if not folder.is_absolute():
        raise SandboxError(
            "the home folder of this user is not known, and the sandbox keeps its process id there; set HOME or"
            " XDG_STATE_HOME to an absolute path; nothing was started"
        )
    return folder / "voipsms" / f"sandbox-{port}"


def _reason(error: Exception) -> str:
    """Return what the sandbox says of a request that it refused."""
    if isinstance(error, HTTPError):
        try:
            return str(json.loads(error.read())["error_message"])
        except (OSError, ValueError, LookupError, TypeError):
            return f"it answered with status {error.code}"
    return str(error)
