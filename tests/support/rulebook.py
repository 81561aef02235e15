# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run ansible-rulebook and Alertmanager for tests: on loopback, and never left behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

import requests
import yaml

from ansible_collections.voip_communications.sms.tests.support.ports import free_port
from ansible_collections.voip_communications.sms.tests.support.waiting import until
from ansible_collections.voip_communications.sms.tests.tools import layout

VENV = layout.BUILD / "eda-venv"
_END_SECONDS = 20.0


class Process:
    """A process whose output is kept in a file, as ``with Process(command, folder):``."""

    def __init__(self, command: list[str], folder: Path, environment: dict[str, str]) -> None:
        self.folder = folder
        self._command, self._environment = command, environment
        self._process: subprocess.Popen[bytes] | None = None
        self._output = folder / f"{Path(command[0]).name}.log"

    def __enter__(self) -> Any:
        """Start it."""
        with self._output.open("ab") as output:
            self._process = subprocess.Popen(
                self._command,
                cwd=self.folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return self

    def __exit__(self, *_error: object) -> None:
        """End it, and what it has started."""
        self.end(signal.SIGTERM)

    def end(self, number: signal.Signals) -> None:
        """Send a signal to the process, and kill what is left of it and of its children."""
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_END_SECONDS)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self._process is not None and self._process.poll() is None

    @property
    def output(self) -> str:
        """What it has written."""
        return self._output.read_text(errors="replace")


class Controller(Process):
    """A program of Ansible in a folder of its own, with an inventory of this machine and with variables in a file."""

    def __init__(self, arguments: list[str], folder: Path, variables: dict[str, Any], **environment: str) -> None:
        folder.mkdir(exist_ok=True)
        localhost = {"ansible_connection": "local", "ansible_python_interpreter": f"{VENV}/bin/python"}
        (folder / "inventory.yml").write_text(yaml.safe_dump({"all": {"hosts": {"localhost": localhost}}}))
        (folder / "variables.yml").write_text(yaml.safe_dump(variables))
        names = ("JAVA_HOME", "LANG", "LC_ALL", "TMPDIR", "TZ")
        kept = {name: os.environ[name] for name in names if name in os.environ}
        super().__init__(
            [f"{VENV}/bin/{arguments[0]}", *arguments[1:], "-i", "inventory.yml"],
            folder,
            {
                **kept,
                "PATH": f"{VENV}/bin{os.pathsep}{os.environ['PATH']}",
                "HOME": str(folder),
                "ANSIBLE_COLLECTIONS_PATH": str(layout.BUILD),
                "ANSIBLE_HOME": str(folder / ".ansible"),
                "PYTHONUNBUFFERED": "1",
                "EDA_SHUTDOWN_DELAY": "1",
                "VOIPSMS_LEDGER": str(folder / "ledger.sqlite3"),
                **environment,
            },
        )


class Rulebook(Controller):
    """ansible-rulebook with a rulebook of a name or a path, and variables."""

    def __init__(self, rulebook: str, folder: Path, variables: dict[str, Any], **environment: str) -> None:
        arguments = ["ansible-rulebook", "-v", "-r", rulebook, "--vars", "variables.yml"]
        super().__init__(arguments, folder, variables, **environment)


class Playbook(Controller):
    """ansible-playbook with a playbook of a name, and variables."""

    def __init__(self, playbook: str, folder: Path, variables: dict[str, Any], **environment: str) -> None:
        super().__init__(["ansible-playbook", playbook, "-e", "@variables.yml"], folder, variables, **environment)


class Alertmanager(Process):
    """A real Alertmanager whose alerts go to a webhook with a token."""

    def __init__(self, folder: Path, webhook: str, token: str) -> None:
        folder.mkdir(exist_ok=True)
        self.url = f"http://127.0.0.1:{free_port()}"
        to_webhook = {"url": webhook, "http_config": {"authorization": {"credentials": token}}}
        config = {
            "route": {
                "receiver": "sms",
                "group_by": ["alertname"],
                "group_wait": "1s",
                "group_interval": "5s",
                "repeat_interval": "5s",
            },
            "receivers": [{"name": "sms", "webhook_configs": [to_webhook]}],
        }
        (folder / "alertmanager.yml").write_text(yaml.safe_dump(config))
        command = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager") or "alertmanager"
        options = ["--config.file=alertmanager.yml", "--storage.path=data", "--cluster.listen-address="]
        super().__init__([command, *options, f"--web.listen-address={self.url[7:]}"], folder, dict(os.environ))

    def __enter__(self) -> Alertmanager:
        """Start it, and wait until it answers."""
        super().__enter__()

        def is_ready() -> bool:
            try:
                return requests.get(f"{self.url}/-/ready", timeout=5).ok
            except requests.ConnectionError:
                return False

        until(is_ready, "Alertmanager answers")
        return self

    def fire(self, labels: dict[str, str], annotations: dict[str, str]) -> None:
        """Let an alert begin."""
        alert = {"labels": labels, "annotations": annotations}
        requests.post(f"{self.url}/api/v2/alerts", json=[alert], timeout=5).raise_for_status()

    @property
    def silences(self) -> list[dict[str, Any]]:
        """The silences that are there."""
        answer: list[dict[str, Any]] = requests.get(f"{self.url}/api/v2/silences", timeout=5).json()
        return answer
