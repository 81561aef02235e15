# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a sandbox process for tests: on a free port, controlled from the test, and never left behind."""

from __future__ import annotations

import os
import selectors
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from requests import Response, Session

_COLLECTION = Path(__file__).absolute().parents[2]
_START_SECONDS = 60.0
_ANSWER_SECONDS = 30.0
_END_SECONDS = 10.0


class Sandbox:
    """A running sandbox, as ``with Sandbox(smsid="per-request") as sandbox:``.

    Keyword options are those of the command (``clock="2026-12-01T10:00:00Z"``, ``state=path``, ``api_password=…``).
    ``url`` is the ``api_url`` for tasks. The process ends with the block, and also when this process dies, since it
    watches the pipe to it. Every control method raises RuntimeError with the sandbox's own sentence when it refuses.
    """

    def __init__(self, python: str = sys.executable, **options: Any) -> None:
        self.api_key = str(options.setdefault("api_key", "sandbox"))
        self.api_password = str(options.setdefault("api_password", "sandbox"))
        options.setdefault("port", 0)
        self.url = ""
        self._command = [
            python,
            str(_COLLECTION / "roles" / "sandbox" / "files" / "voipsms_sandbox"),
            "--until-stdin-closes",
        ]
        for name, value in options.items():
            # With "=", a value may begin with a dash.
            self._command.append(f"--{name.replace('_', '-')}={value}")
        self._process: subprocess.Popen[str] | None = None
        self._errors: IO[str] | None = None
        self._http = Session()
        self._http.trust_env = False

    def __enter__(self) -> Sandbox:
        """Start it."""
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it."""
        self.stop()

    def start(self) -> Sandbox:
        """Start the process and wait until it serves. Raises RuntimeError with its output when it does not."""
        # Closed by `stop`; a file, since a pipe that is not read would fill up.
        self._errors = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - outlives this method
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        )
        try:
            self.url = self._ready_line().split(" at ", 1)[1].strip()
        except BaseException:
            self.stop()
            raise
        return self

    @property
    def pid(self) -> int:
        """The process id, for tests that kill it. Raises RuntimeError when the process does not run."""
        return self._running().pid

    @property
    def environment(self) -> dict[str, str]:
        """The variables that let modules find this sandbox."""
        return {
            "VOIPSMS_API_URL": self.url,
            "VOIPSMS_API_KEY": self.api_key,
            "VOIPSMS_API_PASSWORD": self.api_password,
        }

    def requests(self, path: str | None = None) -> list[dict[str, Any]]:
        """Return every request that reached the API, in order, or only those of one path such as ``sms/send``."""
        requests: list[dict[str, Any]] = self._get("requests")["requests"]
        return [request for request in requests if path in (None, request["path"])]

    def sends(self) -> list[dict[str, Any]]:
        """Return the ``sms/send`` requests."""
        return self.requests("sms/send")

    def messages(self) -> list[dict[str, Any]]:
        """Return every message (or part of one) in order of arrival, also refused and cancelled ones."""
        messages: list[dict[str, Any]] = self._get("messages")["messages"]
        return messages

    @property
    def clock(self) -> str:
        """The sandbox's time, ISO 8601 in UTC."""
        return str(self._get("clock")["now"])

    def set_clock(self, moment: str) -> str:
        """Set the clock, to ISO 8601 with Z or offset, and return the new time."""
        return str(self._post("clock", {"set": moment})["now"])

    def advance(self, seconds: float) -> str:
        """Move the clock by seconds, and return the new time."""
        return str(self._post("clock", {"advance": seconds})["now"])

    def order(self, **answer: Any) -> None:
        """Order: ``path``, ``times``, ``status``, ``body``, ``headers``, ``accept``, ``record``, ``delay``."""
        self._post("answers", answer)

    def settings(self, **changed: Any) -> dict[str, Any]:
        """Change the named settings, and return all of them."""
        return self._post("settings", changed) if changed else self._get("settings")

    def incoming(self, sender: str, to: str, msg: str) -> dict[str, Any]:
        """Let a person write to a number of the account."""
        return self._post("messages", {"from": sender, "to": to, "msg": msg})

    def reset(self) -> None:
        """Return the sandbox to its state at the start."""
        self._post("reset", {})

    def stop(self) -> int | None:
        """End the process, by force if necessary. Returns its exit status, or None if it never ran."""
        self._http.close()
        process, self._process = self._process, None
        if process is None:
            return None
        process.terminate()
        try:
            process.communicate(timeout=_END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
        if self._errors is not None:
            self._errors.close()
        return process.returncode

    def errors(self) -> str:
        """Return what the running process wrote to standard error."""
        if self._errors is None or self._errors.closed:
            return ""
        self._errors.seek(0)
        return self._errors.read()

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None:
            raise RuntimeError("The sandbox is not running")
        return self._process

    def _ready_line(self) -> str:
        """Return the line with the address. The wait has a limit, since a process that hangs prints nothing."""
        output = self._running().stdout
        line = ""
        if output is not None:
            with selectors.DefaultSelector() as selector:
                selector.register(output, selectors.EVENT_READ)
                line = output.readline() if selector.select(_START_SECONDS) else ""
        if " at http" not in line:
            self._running().kill()
            self._running().wait()
            raise RuntimeError(
                f"The sandbox did not start: {self.errors().strip() or line.strip() or 'it printed nothing'}"
            )
        return line

    def _get(self, call: str) -> dict[str, Any]:
        return self._answer(self._http.get(self._control(call), timeout=_ANSWER_SECONDS))

    def _post(self, call: str, fields: dict[str, Any]) -> dict[str, Any]:
        return self._answer(self._http.post(self._control(call), json=fields, timeout=_ANSWER_SECONDS))

    def _control(self, call: str) -> str:
        self._running()
        return f"{self.url.split('/api-v2/', maxsplit=1)[0]}/sandbox/{call}"

    @staticmethod
    def _answer(response: Response) -> dict[str, Any]:
        answer: dict[str, Any] = response.json()
        if response.status_code != 200:
            raise RuntimeError(f"{answer.get('error_message')} ({response.status_code})")
        return answer
