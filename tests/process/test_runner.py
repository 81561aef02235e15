# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs of ansible-runner, as the nodes of AWX run them: each with a home of its own, all with one shared ledger."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.voip_communications.sms.tests.support.canary import forms
from ansible_collections.voip_communications.sms.tests.support.counted import CountedSandbox
from ansible_collections.voip_communications.sms.tests.support.people import ANNA
from ansible_collections.voip_communications.sms.tests.support.playbook import COLLECTIONS_PATH, LONGEST, MODULE
from ansible_collections.voip_communications.sms.tests.support.postgresql import PASSWORD, USER, PostgresServer

JOBS = 8
PLAY = [
    {
        "name": "Tell",
        "hosts": "localhost",
        "gather_facts": False,
        "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"},
        "tasks": [{"name": "Send", MODULE: {"to": ANNA, "msg": "db1 is down"}}],
    }
]


def prepare(folder: Path, environment: dict[str, str]) -> list[str]:
    """Make the private data folder of one job; return the command that runs it."""
    for name in ("project", "inventory", "env", "home"):
        (folder / name).mkdir(parents=True)
    (folder / "project" / "tell.yml").write_text(yaml.safe_dump(PLAY), encoding="utf-8")
    (folder / "inventory" / "hosts").write_text("localhost ansible_connection=local\n", encoding="ascii")
    (folder / "env" / "envvars").write_text(yaml.safe_dump(environment), encoding="utf-8")
    (folder / "env" / "settings").write_text("idle_timeout: 90\njob_timeout: 90\n", encoding="ascii")
    return [str(Path(sys.executable).with_name("ansible-runner")), "run", str(folder), "-p", "tell.yml", "-i", "job"]


def result_of(folder: Path) -> dict[str, Any]:
    """Return the result of the task, from the events that ansible-runner keeps."""
    events = (folder / "artifacts" / "job" / "job_events").glob("*.json")
    found = [json.loads(path.read_text(encoding="utf-8")) for path in events]
    (result,) = (event["event_data"]["res"] for event in found if event["event"].startswith("runner_on_ok"))
    returned: dict[str, Any] = result
    return returned


@pytest.mark.timeout(300)
def test_eight_jobs_on_nodes_of_their_own_send_one_message(
    service: CountedSandbox, postgres: PostgresServer, tmp_path: Path
) -> None:
    url = postgres.url(postgres.new_database(), sslmode="verify-full", sslrootcert=str(postgres.ca_path))
    account = {**service.sandbox.environment, "VOIPSMS_LEDGER": url, "VOIPSMS_LEDGER_PASSWORD": PASSWORD}
    nodes = [tmp_path / f"node{number}" for number in range(JOBS)]
    jobs = []
    for node in nodes:
        environment = {
            **account,
            "HOME": str(node / "home"),
            "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS_PATH),
            "ANSIBLE_HOME": str(node / "home" / ".ansible"),
        }
        command = prepare(node, environment)
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
        # The name of the temporary folder ends up in that of a socket, which may not be long.
        started = {"PATH": path, "HOME": str(node / "home"), "LC_ALL": "C.UTF-8"}
        jobs.append(subprocess.Popen(command, env=started, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True))
    printed = [job.communicate(timeout=LONGEST * 2)[0] for job in jobs]
    assert [job.returncode for job in jobs] == [0] * JOBS, printed
    service.expect(1)
    results = [result_of(node) for node in nodes]
    assert Counter(result["outcome"] for result in results) == {"sent": 1, "duplicate": JOBS - 1}
    assert sum(result["ledger_created"] for result in results) == 1
    shown = "".join([*printed, *(json.dumps(result) for result in results)])
    assert not [form for form in forms(USER, PASSWORD) - {USER} if form in shown]
