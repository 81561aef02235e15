# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What users call works where only ``meta``, ``plugins``, ``roles``, ``playbooks`` and ``extensions`` are installed."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.tests.support.documented import MODULES
from ansible_collections.voip_communications.sms.tests.support.markdown import COLLECTION
from ansible_collections.voip_communications.sms.tests.support.playbook import Controller

KEPT = ("extensions", "meta", "playbooks", "plugins", "roles")
PROGRAMS = Path(sys.executable).parent
NAME = "voip_communications.sms"
CONTACTS = f"[{{'name': 'anna', 'number': '+12812345678'}}] | {NAME}.contacts"
# Loads a file of Event-Driven Ansible by its path, as ansible-rulebook does, and calls what it calls.
LOAD = """
import json, runpy, sys
found = runpy.run_path(sys.argv[1])
print(json.dumps(found["main"]({"text": "{{ evil }}"}) if "filter" in sys.argv[1] else "main" in found))
"""


class Place:
    """An empty machine on which the collection is installed, and nothing beside what is kept."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port, self._plays = folder, port, 0
        self.installed = folder / "ansible_collections" / "voip_communications" / "sms"
        source = folder / "source"
        shutil.copytree(COLLECTION, source, ignore=shutil.ignore_patterns(".*", "__pycache__", "tests", "docs"))
        self.run("ansible-galaxy", "collection", "build", str(source), "--output-path", str(folder))
        (tarball,) = folder.glob("*.tar.gz")
        self.run("ansible-galaxy", "collection", "install", "--offline", "-p", str(folder), str(tarball))
        shutil.rmtree(source)
        for path in self.installed.iterdir():
            if path.name not in KEPT:
                shutil.rmtree(path) if path.is_dir() else path.unlink()

    def run(self, program: str, *arguments: str, **environment: str) -> str:
        """Run a program in the environment of someone who has nothing else; return what it prints."""
        done = subprocess.run(
            [sys.executable, str(PROGRAMS / program), *arguments],
            cwd=self.folder,
            env={
                "PATH": f"{PROGRAMS}:/usr/bin:/bin",
                "HOME": str(self.folder / "home"),
                "LC_ALL": "C.UTF-8",
                "ANSIBLE_COLLECTIONS_PATH": str(self.folder),
                **environment,
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def play(self, *tasks: dict[str, Any]) -> list[dict[str, Any]]:
        """Run tasks against the sandbox; return their results."""
        self._plays += 1
        controller = Controller(self.folder / f"controller{self._plays}")
        controller.environment = {
            "PYTHONPATH": str(self.folder),
            "ANSIBLE_COLLECTIONS_PATH": str(self.folder),
            "VOIPSMS_API_URL": f"http://127.0.0.1:{self.port}/api-v2/index.php/",
            "VOIPSMS_API_KEY": "sandbox",
            "VOIPSMS_API_PASSWORD": "sandbox",
        }
        run = controller.play(*tasks)
        assert run.rc == 0, run.everything
        return run.results

    def sandbox(self, state: str) -> str:
        """Start or stop the sandbox by its playbook."""
        variables = ("-e", f"sandbox_port={self.port}", "-e", f"sandbox_state={state}")
        return self.run("ansible-playbook", "-i", "localhost,", f"{NAME}.sandbox", *variables)

    def ends_what_is_left(self) -> None:
        """End a sandbox that was not stopped."""
        with suppress(OSError, ValueError):
            kept = self.folder / "home" / ".local" / "state" / "voipsms" / f"sandbox-{self.port}"
            os.kill(int(kept.read_text("ascii")), signal.SIGKILL)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    place = Place(tmp_path_factory.mktemp("bare"), port)
    place.sandbox("started")
    yield place
    place.ends_what_is_left()


def test_nothing_else_is_installed(place: Place) -> None:
    assert sorted(path.name for path in place.installed.iterdir()) == list(KEPT)


def test_the_first_message_is_sent_once(place: Place) -> None:
    send = {f"{NAME}.voipsms_send": {"to": "+12812345678", "msg": "db1 is down, please look"}}
    sentences = [result["msg"].partition(" (")[0] for result in place.play(send, send)]
    assert sentences == ["sent to 1 recipient", "already sent to 1 recipient"]


def test_the_template_plugins_work(place: Place) -> None:
    texts = {
        f"{{{{ ['web1.a', 'web2.a'] | {NAME}.name_hosts }}}}": "web1, web2",
        f"{{{{ [{{'text': 'up'}}] | {NAME}.fit_segments }}}}": "up",
        f"{{{{ ['deploy', 'a'] | {NAME}.event_key(lookup('{NAME}.pipeline')) is match('deploy/a/') }}}}": "True",
        f"{{{{ ({CONTACTS})[0].name }}}}": "anna",
        f"{{{{ (['+12812345678'] | {NAME}.audience('failed', 'critical')).now | length }}}}": "1",
        f"{{{{ ({{'name': 'w', 'services': ['mail']}} | {NAME}.maintenance_words).services }}}}": "mail",
        f"{{{{ lookup('{NAME}.pipeline').system | string | length > 0 }}}}": "True",
    }
    results = place.play(*({"ansible.builtin.debug": {"msg": text}} for text in texts))
    assert [str(result["msg"]) for result in results] == list(texts.values())


def test_every_role_reads_its_options(place: Place) -> None:
    """Without those that they need, they refuse to do anything; the sandbox needs none, and is started already."""
    roles = sorted(path.name for path in (place.installed / "roles").iterdir() if path.name != "sandbox")
    for role in roles:
        refused = {"ansible.builtin.debug": {"msg": "{{ ansible_failed_result.msg }}"}}
        task = {"block": [{"ansible.builtin.include_role": {"name": f"{NAME}.{role}"}}], "rescue": [refused]}
        assert "required" in place.play(task)[-1]["msg"], role


def test_every_playbook_and_every_document_is_read(place: Place) -> None:
    playbooks = sorted(f"{NAME}.{path.stem}" for path in (place.installed / "playbooks").glob("*.yml"))
    place.run("ansible-playbook", "--syntax-check", "-i", "localhost,", *playbooks)
    assert set(json.loads(place.run("ansible-doc", "--json", *MODULES))) == set(MODULES)
    for kind in ("filter", "lookup", "callback", "role"):
        assert NAME in place.run("ansible-doc", "--list", "-t", kind, NAME)


def test_event_driven_ansible_loads_its_plugins(place: Place) -> None:
    plugins = place.installed / "extensions" / "eda" / "plugins"
    environment = {"PYTHONPATH": str(place.folder)}
    (place.folder / "load.py").write_text(LOAD, encoding="utf-8")
    program = str(place.folder / "load.py")
    assert "{{" not in place.run(program, str(plugins / "event_filter" / "harmless.py"), **environment)
    assert json.loads(place.run(program, str(plugins / "event_source" / "inbox.py"), **environment)) is True


def test_the_sandbox_stops(place: Place) -> None:
    """Last, since the other tests need it."""
    assert "stopped the sandbox" in place.sandbox("stopped")
