# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A controller for tests: real playbook runs and real module processes, with a home and a ledger of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.voip_communications.sms.tests.support.copies import Copies, Copy

COLLECTION = Path(__file__).absolute().parents[2]
COLLECTIONS_PATH = COLLECTION.parents[2]
MODULE = "voip_communications.sms.voipsms_send"
# As Ansible has it for a localhost that no inventory names.
INVENTORY_VARS = f"[all:vars]\nansible_connection=local\nansible_python_interpreter='{sys.executable}'\n"
# A process that takes longer hangs.
LONGEST = 200.0
_LONGEST_START = 10.0
COPIES = Copies()
Process = Copy | subprocess.Popen[str]


@dataclass(frozen=True)
class TaskRecord:
    """What one task said of one host; `kind` is ok, failed, skipped, unreachable or retry."""

    task: str
    host: str
    kind: str
    result: dict[str, Any]


@dataclass(frozen=True)
class PlaybookRun:
    """What a run of `ansible-playbook` left: its exit status, what it printed, and every task's results in order."""

    rc: int
    stdout: str
    stderr: str
    records: tuple[TaskRecord, ...]

    @property
    def results(self) -> list[dict[str, Any]]:
        """The results alone."""
        return [record.result for record in self.records]

    @property
    def only(self) -> dict[str, Any]:
        """The result of a run that has one."""
        assert len(self.records) == 1, self.everything
        return self.records[0].result

    @property
    def everything(self) -> str:
        """All that could show a secret: what was printed, and the results as JSON and as they are."""
        results = "".join(f"{record.result!r}\n{json.dumps(record.result)}\n" for record in self.records)
        return f"{self.stdout}\n{self.stderr}\n{results}"


@dataclass(frozen=True)
class ModuleRun:
    """What a module process left; `result` is what it returned."""

    rc: int
    stdout: str
    stderr: str

    @property
    def result(self) -> dict[str, Any]:
        """The result. A process that printed none, or anything beside it, fails the test."""
        try:
            result: dict[str, Any] = json.loads(self.stdout)
        except ValueError:
            raise AssertionError(f"no result: {self}") from None
        return result


class ModuleProcess:
    """A module process, as Ansible starts it: options on standard input, a result on standard output.

    It begins when `go` gives it its options, so that several can be made to begin at the same moment.
    """

    def __init__(self, options: Mapping[str, Any], environment: Mapping[str, str], module: Path) -> None:
        self._process = _begun(module, environment)
        self._options = json.dumps({"ANSIBLE_MODULE_ARGS": dict(options)})

    def until_it_reads(self) -> None:
        """Wait until it has imported everything and waits for its options; where that cannot be seen, wait a while."""
        end = time.monotonic() + _LONGEST_START
        while self._process.poll() is None and time.monotonic() < end:
            if "pipe_read" in Path(f"/proc/{self.pid}/wchan").read_text(encoding="ascii"):
                return
            time.sleep(0.01)

    def go(self) -> ModuleProcess:
        """Give it its options."""
        if self._process.stdin is not None:
            self._process.stdin.write(self._options)
            self._process.stdin.close()
            self._process.stdin = None
        return self

    @property
    def pid(self) -> int:
        """The process id, for tests that kill it."""
        return self._process.pid

    def wait_for_end(self) -> None:
        """Wait for the end of a process that was killed, which may have printed half a result."""
        self._process.communicate(timeout=LONGEST)

    def wait(self) -> ModuleRun:
        """Wait for the end; return what the process left. A process that hangs is killed, and fails the test."""
        try:
            stdout, stderr = self._process.communicate(timeout=LONGEST)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self.wait_for_end()
            raise
        return ModuleRun(int(self._process.returncode or 0), stdout, stderr)


def _begun(module: Path, environment: Mapping[str, str]) -> Process:
    """Return a process that runs a module: a copy, unless the environment changes how Python starts."""
    return COPIES.module(module, environment) or subprocess.Popen(
        [sys.executable, str(module)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=dict(environment),
    )


def begin_together(processes: Sequence[ModuleProcess]) -> None:
    """Let processes begin at the same moment."""
    for process in processes:
        process.until_it_reads()
    for process in processes:
        process.go()


class Controller:
    """One user of one machine: a home, a temporary folder, a ledger, and options that every task gets.

    `options` are those of every task; an option of None in a call leaves it out. Nothing of the environment of the
    tests gets in but the search path; `environment` is added to that of every process. Playbooks begin as copies,
    unless they are to begin `anew`.
    """

    def __init__(self, folder: Path, **options: Any) -> None:
        self.home = folder / "home"
        self.ledger = self.home / ".local" / "state" / "voipsms" / "ledger.sqlite3"
        self.options = options
        self.environment: dict[str, str] = {}
        self.anew = False
        self._folder = folder
        self._runs = 0
        for name in ("home", "tmp"):
            (folder / name).mkdir(parents=True)

    def merged(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Return the options of a task: those of every task, and its own."""
        merged = {**self.options, **options}
        return {name: value for name, value in merged.items() if value is not None}

    def start(self, *, check: bool = False, diff: bool = False, module: str = MODULE, **options: Any) -> ModuleProcess:
        """Start a module alone, about five times as fast as by a playbook; it waits for ``go``."""
        arguments = {**self.merged(options), "_ansible_check_mode": check, "_ansible_diff": diff}
        path = COLLECTION / "plugins" / "modules" / f"{module.rpartition('.')[2]}.py"
        return ModuleProcess(arguments, self._environment(), path)

    def race(self, *wishes: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Run a module once for each wish, all at the same moment; return the results in the order of wishes."""
        processes = [self.start(**wish) for wish in wishes]
        begin_together(processes)
        return [process.wait().result for process in processes]

    def module(self, *, check: bool = False, diff: bool = False, **options: Any) -> ModuleRun:
        """Run a module alone to its end."""
        return self.start(check=check, diff=diff, **options).go().wait()

    def send(self, **options: Any) -> dict[str, Any]:
        """Return a successful or failed run's result; the most usual thing a test does."""
        return self.module(**options).result

    def task(self, name: str = "Send", keywords: Mapping[str, Any] | None = None, **options: Any) -> dict[str, Any]:
        """Return a task of a playbook. ``keywords`` stand beside the module: ``loop``, ``register``, ``until``."""
        return {"name": name, MODULE: self.merged(options), **(keywords or {})}

    def play(
        self,
        *tasks: Mapping[str, Any],
        arguments: Sequence[str] = (),
        inventory: str = "localhost\n",
        keywords: Mapping[str, Any] | None = None,
        environment: Mapping[str, str] | None = None,
        prefix: Sequence[str] = (),
    ) -> PlaybookRun:
        """Run tasks by `ansible-playbook`; `keywords` are of the play, `inventory` is INI text without connections.

        `prefix` is a command that runs the one behind it, as `env` does.
        """
        folder = self._prepared(tasks, inventory, keywords or {})
        process = self._playbook(folder, arguments, environment or {}, prefix)
        try:
            stdout, stderr = process.communicate(timeout=LONGEST)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise
        records = folder / "records.jsonl"
        lines = records.read_text(encoding="utf-8").splitlines() if records.exists() else []
        return PlaybookRun(process.returncode, stdout, stderr, tuple(TaskRecord(**json.loads(line)) for line in lines))

    def start_play(self, *tasks: Mapping[str, Any]) -> Process:
        """Start `ansible-playbook` and return its process, for tests that do not wait for its end."""
        return self._playbook(self._prepared(tasks, "localhost\n", {}), (), {})

    def _prepared(self, tasks: Sequence[Mapping[str, Any]], inventory: str, keywords: Mapping[str, Any]) -> Path:
        """Return a folder of its own with a playbook and an inventory."""
        self._runs += 1
        folder = self._folder / f"run{self._runs}"
        folder.mkdir()
        play = {"name": "Test", "hosts": "all", "gather_facts": False, **keywords}
        (folder / "inventory.ini").write_text(inventory + INVENTORY_VARS, encoding="utf-8")
        text = yaml.safe_dump(
            [{**play, "tasks": list(tasks)}] if tasks else [play], sort_keys=False, allow_unicode=True
        )
        (folder / "play.yml").write_text(text, encoding="utf-8")
        return folder

    def _playbook(
        self, folder: Path, arguments: Sequence[str], environment: Mapping[str, str], prefix: Sequence[str] = ()
    ) -> Process:
        command = ["ansible.cli.playbook", "-i", "inventory.ini", *arguments, "play.yml"]
        environment = self._environment() | {"TASK_RECORDS": str(folder / "records.jsonl")} | dict(environment)
        copy = None if prefix or self.anew else COPIES.playbook(command, environment, folder)
        return copy or subprocess.Popen(
            [*prefix, sys.executable, "-m", *command],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def _environment(self) -> dict[str, str]:
        """Return the environment of a process, without what the user has set for Ansible or the modules."""
        return {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
            "HOME": str(self.home),
            "TMPDIR": str(self._folder / "tmp"),
            "LC_ALL": "C.UTF-8",
            "PYTHONPATH": str(COLLECTIONS_PATH),
            "PYTHONDONTWRITEBYTECODE": "1",
            "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS_PATH),
            "ANSIBLE_CALLBACK_PLUGINS": str(COLLECTION / "tests" / "support" / "callbacks"),
            "ANSIBLE_CALLBACKS_ENABLED": "task_records",
            # By default these two are below the account's home, whatever HOME says.
            "ANSIBLE_ASYNC_DIR": str(self.home / ".ansible_async"),
            "ANSIBLE_REMOTE_TMP": str(self.home / ".ansible" / "tmp"),
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_PIPELINING": "1",
            "ANSIBLE_RETRY_FILES_ENABLED": "0",
            **self.environment,
        }
