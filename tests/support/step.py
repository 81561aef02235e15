# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A step of a pipeline for tests: playbooks by name and shell scripts, in a folder and an environment of their own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.voip_communications.sms.tests.support.playbook import (
    COLLECTIONS_PATH,
    COPIES,
    LONGEST,
    Process,
)

PREFIX = "voip_communications.sms."
RESULT = "result.json"
PLAYBOOK = Path(sys.executable).with_name("ansible-playbook")


@dataclass(frozen=True)
class Done:
    """What a step left: its exit status, what it printed, and the result file, if it has written one."""

    rc: int
    output: str
    result: dict[str, Any] | None

    @property
    def outcome(self) -> tuple[int, str]:
        """The exit status and the outcome, which say together what happened."""
        return self.rc, (self.result or {}).get("outcome", "")


class Job:
    """A job with a home, a working folder and a ledger; `environment` is what the pipeline sets for every step."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder / "work"
        self.ledger = folder / "state" / "ledger.sqlite3"
        self.environment = environment
        self._home = folder / "home"
        for path in (self.folder, self._home):
            path.mkdir(parents=True)

    @property
    def result_file(self) -> Path:
        """The path to which the steps write their result."""
        return self.folder / RESULT

    @staticmethod
    def command(name: str, variables: Mapping[str, Any] | None = None, *arguments: str) -> list[str]:
        """Return the command that runs a playbook of the collection; with variables, it writes a result file."""
        inventory = () if "-i" in arguments else ("-i", "localhost,")
        given = () if variables is None else ("-e", json.dumps({"voipsms_result_file": RESULT, **variables}))
        return ["ansible-playbook", PREFIX + name, *inventory, *arguments, *given]

    def playbook(self, name: str, variables: Mapping[str, Any] | None = None, *arguments: str, **more: str) -> Done:
        """Run a playbook of the collection to its end; `more` is environment."""
        return self.run(self.command(name, variables, *arguments), **more)

    def shell(self, script: str, **more: str) -> Done:
        """Run a script as pipelines do: by a shell that stops at the first error."""
        return self.run(["bash", "-e", "-c", script], **more)

    def run(self, command: Sequence[str], **more: str) -> Done:
        """Run a command to its end. A command that hangs is killed, and fails the test."""
        process = self.start(command, **more)
        try:
            output, _none = process.communicate(timeout=LONGEST)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            raise
        return self.done(process.returncode, output)

    def start(self, command: Sequence[str], **more: str) -> Process:
        """Start a command, in a group of processes that can be killed as a whole."""
        environment = {**self._base(), **self.environment, **more}
        if shutil.which(command[0], path=environment["PATH"]) == str(PLAYBOOK):
            copy = COPIES.playbook([str(PLAYBOOK), *command[1:]], environment, self.folder, session=True, joins=True)
            if copy is not None:
                return copy
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def done(self, rc: int, output: str) -> Done:
        """Return what a command that has ended has left."""
        text = self.result_file.read_text(encoding="utf-8") if self.result_file.exists() else ""
        return Done(rc, output, json.loads(text or "null"))

    def _base(self) -> dict[str, str]:
        """Return an environment without anything that the user has set, but with the search path."""
        return {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
            "HOME": str(self._home),
            "LC_ALL": "C.UTF-8",
            "PYTHONDONTWRITEBYTECODE": "1",
            "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS_PATH),
            # By default below the account's home, whatever HOME says.
            "ANSIBLE_REMOTE_TMP": str(self._home / ".ansible" / "tmp"),
            "ANSIBLE_NOCOLOR": "1",
            "VOIPSMS_LEDGER": str(self.ledger),
        }
