# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role and the playbook that start and stop the sandbox, and the rehearsals that the guide shows with them."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from ansible_collections.voip_communications.sms.tests.support import documents, restructured
from ansible_collections.voip_communications.sms.tests.support.counted import CountedSandbox
from ansible_collections.voip_communications.sms.tests.support.markdown import COLLECTION
from ansible_collections.voip_communications.sms.tests.support.people import ANN, ANNA
from ansible_collections.voip_communications.sms.tests.support.ports import free_port
from ansible_collections.voip_communications.sms.tests.support.step import PREFIX, Done, Job

GUIDE = documents.guide("rehearsals")
EXAMPLES = COLLECTION / "docs" / "examples"
SCENARIO = EXAMPLES / "molecule" / "sms"
REHEARSAL = EXAMPLES / "rehearsal.yml"


@pytest.fixture
def port() -> int:
    """Return a port that no process uses."""
    return free_port()


@pytest.fixture
def job(tmp_path: Path, port: int) -> Iterator[Job]:
    """Yield a job; end after the test what it has started and not stopped."""
    job = Job(tmp_path / "job", no_proxy="*")
    yield job
    if (number := started(job, port)) is not None and answers(port):
        os.kill(number, signal.SIGKILL)


def started(job: Job, port: int) -> int | None:
    """Return the process id that the playbook has kept."""
    kept = kept_file(job, port)
    return int(kept.read_text("ascii")) if kept.exists() else None


def kept_file(job: Job, port: int) -> Path:
    return job.folder.parent / "home" / ".local" / "state" / "voipsms" / f"sandbox-{port}"


def answers(port: int) -> bool:
    with requests.Session() as session:
        session.trust_env = False
        try:
            return session.get(f"http://127.0.0.1:{port}/sandbox/settings", timeout=10).ok
        except requests.ConnectionError:
            return False


def run(job: Job, port: int, *arguments: str, times: int = 1) -> Done:
    """Run the playbook as a person does, perhaps several times by one command."""
    names = [f"{PREFIX}sandbox"] * times
    return job.run(["ansible-playbook", "-i", "localhost,", *names, "-e", f"sandbox_port={port}", *arguments])


def changed(done: Done) -> int:
    """Return how many tasks have changed something on all hosts, by the last recap of a run that was a success.

    It counts what all playbooks of one command have changed.
    """
    assert done.rc == 0, done.output
    return sum(map(int, re.findall(r"changed=(\d+)", done.output.rpartition("PLAY RECAP")[2])))


def test_it_starts_once_with_its_settings_and_stops_once(job: Job, port: int) -> None:
    stop = ("-e", "sandbox_state=stopped")
    people = '{"voipsms_contacts": [{"name": "Anna", "number": "+12812345678"}]}'
    wanted = ("-e", '{"sandbox_settings": {"list_lag": "10", "empty_lists": 2}}', "-e", people)
    foreseen = run(job, port, *wanted, "--check")
    assert (changed(foreseen), answers(port)) == (1, False)
    assert f"would start the sandbox at http://127.0.0.1:{port}" in foreseen.output
    assert "would set {'list_lag': 10.0, 'empty_lists': 2}" in foreseen.output
    assert not kept_file(job, port).exists()

    twice = run(job, port, *wanted, times=2)
    names = {ANN: "Anna"}
    assert (changed(twice), settings(port)) == (1, {"list_lag": 10, "empty_lists": 2, "names": names})
    # Both runs say the same.
    lines = shown(twice)
    assert lines[: len(lines) // 2] == lines[len(lines) // 2 :] != []
    assert changed(run(job, port, *wanted, "--check")) == 0

    told = job.playbook("notify", {"voipsms_to": ANNA, "voipsms_msg": "Hi"}, **environment(twice))
    assert told.outcome == (0, "sent"), told.output

    assert (changed(run(job, port, *stop, "--check")), answers(port)) == (1, True)
    assert (changed(run(job, port, *stop, times=2)), answers(port)) == (1, False)


def test_one_that_was_started_otherwise_is_used_and_left_alone(job: Job, service: CountedSandbox) -> None:
    """Only its settings are changed. It runs on, even when an old file names a process id that has a new owner."""
    port = int(service.sandbox.url.split(":")[2].split("/")[0])
    service.sandbox.settings(list_lag=10)
    wanted = ("-e", '{"sandbox_settings": {"cancel_delay": 3.5, "log_order": "oldest"}}')
    assert changed(run(job, port, *wanted, "--check")) == 1
    assert changed(run(job, port, *wanted, times=2)) == 1
    assert settings(port) == {"list_lag": 10, "cancel_delay": 3.5, "log_order": "oldest"}
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as stranger:
        kept_file(job, port).parent.mkdir(parents=True)
        kept_file(job, port).write_text(str(stranger.pid), "ascii")
        done = run(job, port, "-e", "sandbox_state=stopped")
        kept_file(job, port).unlink()
        assert (done.rc, stranger.poll()) == (2, None), done.output
    assert "was not started by this role and this user; end it where it was started" in done.output
    assert answers(port)


def test_every_fault_of_the_variables_is_named(job: Job, port: int) -> None:
    unknown = ("-e", '{"sandbox_settings": {"lag": 10}}', "-e", "sandbox_stat=stopped")
    done = run(job, port, "-e", "sandbox_state=on", *unknown)
    assert (done.rc, answers(port)) == (2, False), done.output
    assert "value of sandbox_state must be one of: started, stopped, got: on" in done.output
    assert "sandbox_stat is not known to this playbook" in done.output
    assert "sandbox_settings.lag. Supported parameters include: " in done.output


def test_a_setting_that_cannot_be_is_refused_and_said(job: Job, port: int) -> None:
    negative = run(job, port, "-e", '{"sandbox_settings": {"list_lag": -1}}')
    assert (negative.rc, settings(port)) == (2, {}), negative.output
    assert "'list_lag' must not be negative; the sandbox runs, and its settings were not changed" in negative.output


def settings(port: int) -> dict[str, Any]:
    """Return the settings of the list and of the page that are not as usual."""
    names = ("list_lag", "cancelled_shown", "hidden_before", "cancel_delay", "empty_lists", "names")
    with requests.Session() as session:
        session.trust_env = False
        found = session.get(f"http://127.0.0.1:{port}/sandbox/settings", timeout=10).json()
    log = {"log_order": found["log_order"]} if found["log_order"] != "newest" else {}
    return {name: found[name] for name in names if found[name]} | log


def shown(done: Done) -> list[str]:
    """Return where the sandbox answers, as the playbook says it."""
    return re.findall(r'"(the sandbox answers at .*|export .*)"', done.output)


def environment(done: Done) -> dict[str, str]:
    """Return the variables that the playbook says to set."""
    (line,) = {*re.findall(r'"export (.*)"', done.output)}
    return dict(word.split("=", 1) for word in line.split())


@pytest.mark.parametrize("mode", [(), ("--check",)], ids=["for real", "in check mode"])
def test_a_port_that_is_taken_is_refused(job: Job, mode: tuple[str, ...]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = run(job, port, *mode)
    assert done.rc == 2, done.output
    assert f"port {port} of this machine is taken by something that is no sandbox" in done.output
    assert "nothing was started" in done.output


def test_what_is_missing_is_named_with_the_remedy(job: Job, port: int, tmp_path: Path) -> None:
    venv.create(tmp_path / "bare", with_pip=False)
    done = run(job, port, "-e", f"sandbox_python={tmp_path}/bare/bin/python", "--check")
    assert done.rc == 2, done.output
    assert "The sandbox cannot start, '" in done.output
    assert f"nothing was started; to install it, run {tmp_path}/bare/bin/python -m pip install -r " in done.output
    assert "roles/sandbox/files/requirements.txt" in done.output


def play(
    job: Job, port: int, *tasks: dict[str, Any], hosts: str = "localhost", state: str = "started", times: int = 1
) -> Done:
    """Run a play with the role and then some tasks, with the account that the role leaves; perhaps several times."""
    role = {"role": f"{PREFIX}sandbox", "sandbox_port": port, "sandbox_state": state}
    names = ("api_url", "api_key", "api_password")
    account = {name: f"{{{{ sandbox_result.{name} }}}}" for name in names}
    text = yaml.safe_dump(
        [
            {
                "hosts": hosts,
                "gather_facts": False,
                "module_defaults": {f"group/{PREFIX}voipsms": account},
                "roles": [role],
                "tasks": list(tasks),
            }
        ]
    )
    (job.folder / "play.yml").write_text(text, "utf-8")
    return job.run(["ansible-playbook", "-i", "web1,web2,", *["play.yml"] * times])


def test_a_play_starts_it_sends_and_stops_it(job: Job, port: int) -> None:
    send = {f"{PREFIX}voipsms_send": {"to": ANNA, "msg": "Hi"}}
    assert changed(play(job, port, send, times=2)) == 2
    assert received(port) == ["Hi"]
    assert (changed(play(job, port, state="stopped")), answers(port)) == (1, False)


def test_a_play_for_other_hosts_starts_it_here_and_once(job: Job, port: int) -> None:
    """The hosts cannot be reached, and know the result of the role nevertheless."""
    show = {"ansible.builtin.debug": {"msg": "{{ sandbox_result.url }} of {{ inventory_hostname }}"}}
    done = play(job, port, show, hosts="web1:web2")
    assert (changed(done), answers(port)) == (1, True)
    for host in ("web1", "web2"):
        assert f"http://127.0.0.1:{port} of {host}" in done.output


def test_the_rehearsal_of_the_guide_runs(job: Job, port: int) -> None:
    (job.folder / REHEARSAL.name).write_text(REHEARSAL.read_text("utf-8"), "utf-8")
    done = job.run(["ansible-playbook", "-e", f"sandbox_port={port}", *[REHEARSAL.name] * 2])
    # It starts the sandbox, sends, and stops it, each time.
    assert (changed(done), answers(port)) == (6, False)
    assert len(re.findall(r'"msg": \[\s+"db1 is down, please look"\s+\]', done.output)) == 2, done.output


def received(port: int) -> list[str]:
    """Return the texts that the sandbox has received."""
    with requests.Session() as session:
        session.trust_env = False
        messages = session.get(f"http://127.0.0.1:{port}/sandbox/messages", timeout=10).json()["messages"]
    return [message["msg"] for message in messages]


def test_the_guide_shows_the_files_as_they_are() -> None:
    paths = [REHEARSAL, *(path for path in SCENARIO.glob("*.yml") if path.stem != "converge")]
    files = [yaml.safe_load(path.read_text("utf-8")) for path in paths]
    blocks = [yaml.safe_load(block.text) for block in restructured.blocks(GUIDE, "yaml")]
    assert sorted(map(str, blocks)) == sorted(map(str, files))


@pytest.fixture
def scenario(job: Job, port: int) -> dict[str, str]:
    """Copy the scenario with an unused port; return the environment that its file sets."""
    for path in SCENARIO.iterdir():
        text = path.read_text("utf-8").replace("8025", str(port))
        (job.folder / path.name).write_text(text, "utf-8")
    inventory = (
        "web1 ansible_connection=local\n[all:vars]\nansible_python_interpreter='{{ ansible_playbook_python }}'\n"
    )
    (job.folder / "inventory.ini").write_text(inventory, "utf-8")
    settings: dict[str, Any] = yaml.safe_load((job.folder / "molecule.yml").read_text("utf-8"))
    found: dict[str, str] = settings["provisioner"]["env"]
    return {name: value.replace("${MOLECULE_EPHEMERAL_DIRECTORY}", str(job.folder)) for name, value in found.items()}


def test_the_scenario_runs(job: Job, port: int, scenario: dict[str, str]) -> None:
    """As Molecule would run it. Converging twice sends once; what an earlier run has left does not count."""
    # The sandbox is started, and one task sends.
    assert changed(steps(job, port, scenario, "prepare", "converge", "converge", "verify")) == 2
    unsent = steps(job, port, scenario, "prepare", "converge", "verify", "prepare", "verify")
    assert (unsent.rc, "Assertion failed" in unsent.output) == (2, True), unsent.output
    assert unsent.output.count("PLAY RECAP") == 5
    assert changed(steps(job, port, scenario, "cleanup")) == 1
    assert not answers(port)


def steps(job: Job, port: int, env: dict[str, str], *names: str) -> Done:
    """Run some steps of the scenario, one after the other."""
    files = [f"{name}.yml" for name in names]
    return job.run(["ansible-playbook", "-i", "inventory.ini", "-e", f"sandbox_port={port}", *files], **env)


def test_the_pipeline_runs(job: Job, port: int, scenario: dict[str, str]) -> None:
    (block,) = restructured.blocks(GUIDE, "sh")
    script = block.text.replace("8025", str(port)).replace(" -i ", f" -e sandbox_port={port} -i ")
    done = job.shell(script)
    assert done.rc == 0, done.output
    assert not answers(port)
    (job.folder / "converge.yml").write_text("- hosts: all\n  gather_facts: false\n", "utf-8")
    failed = job.shell(script)
    assert failed.rc == 2, failed.output
    assert "Assertion failed" in failed.output
