# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deployments side by side: with the role, with two plain tasks, and with the role's tasks doing nothing."""

from __future__ import annotations

import re
import shutil
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.voip_communications.sms.tests.benchmark.service import Service
from ansible_collections.voip_communications.sms.tests.benchmark.tables import Spread, table
from ansible_collections.voip_communications.sms.tests.support.playbook import COLLECTION, MODULE, Controller

HERE = COLLECTION / "tests" / "benchmark"
HOSTS = (1, 30)
ROLE, PLAIN, IDLE = "wrap", "two plain tasks", "wrap, whose actions do nothing"
GOALS = {PLAIN: {1: 1.4, 30: 2.8}, IDLE: {1: 1.25, 30: 1.25}}
"""How many times as long as each of the others the role may take, by the number of hosts."""
LINES = 9
"""How many different tasks of the role and of Ansible's own may be on the screen beside the user's."""

_ACTION = "voip_communications.sms.voipsms_deployment"
_DEPLOYMENT = [{"name": "Deploy", "ansible.builtin.command": "true", "changed_when": True}]
_TO = "+12812345678"


def told(folder: Path, rounds: int) -> str:
    """Return tables of the times, in which the kinds have taken turns, and of what is on the screen.

    Raises RuntimeError when a playbook fails.
    """
    times: dict[tuple[str, int], list[float]] = defaultdict(list)
    lines: dict[tuple[str, int], int] = {}
    with Service() as service:
        controller = _controller(folder, service.url)
        for turn in range(rounds):
            for hosts in HOSTS:
                for kind in (PLAIN, ROLE, IDLE):
                    seconds, printed = _measured(controller, kind, hosts, turn)
                    times[kind, hosts].append(seconds)
                    lines[kind, hosts] = _tasks_on_screen(printed)
    spreads = {what: Spread(tuple(seconds)) for what, seconds in times.items()}
    kinds = table(
        ["milliseconds: median (shortest–longest)", *(f"{hosts} hosts" for hosts in HOSTS)],
        [[kind, *(spreads[kind, hosts] for hosts in HOSTS)] for kind in (PLAIN, ROLE, IDLE)],
    )
    ratios = []
    for other, goals in GOALS.items():
        for hosts, goal in goals.items():
            ratio = spreads[ROLE, hosts].shortest / spreads[other, hosts].shortest
            reached = "yes" if ratio <= goal else "no"
            ratios.append([f"{hosts} hosts: {ROLE} to {other}", f"at most {goal}", f"{ratio:.2f}", reached])
    for hosts in HOSTS:
        found = lines[ROLE, hosts]
        reached = "yes" if found <= LINES else "no"
        ratios.append([f"{hosts} hosts: lines of tasks beside the user's own", f"at most {LINES}", str(found), reached])
    return f"{kinds}\n\n{table(['measure', 'to reach', 'found', 'reached'], ratios)}"


def _controller(folder: Path, url: str) -> Controller:
    """Return a controller with the account of the service, and with a copy of the role whose actions do nothing."""
    controller = Controller(folder / "deployments")
    controller.anew = True
    roles = controller.home / "roles"
    shutil.copytree(COLLECTION / "roles" / "deploy_notify", roles / "idle")
    for path in (roles / "idle" / "tasks").glob("*.yml"):
        path.write_text(path.read_text(encoding="utf-8").replace(_ACTION, "sms_idle_action"), encoding="utf-8")
    (controller.home / "deploy.yml").write_text(yaml.safe_dump(_DEPLOYMENT), encoding="utf-8")
    controller.environment |= {
        "VOIPSMS_API_URL": url,
        "VOIPSMS_API_KEY": "benchmark",
        "VOIPSMS_API_PASSWORD": "password",
        "ANSIBLE_ROLES_PATH": str(roles),
        "ANSIBLE_ACTION_PLUGINS": str(HERE / "action"),
        "ANSIBLE_LIBRARY": str(HERE / "modules"),
    }
    return controller


def _measured(controller: Controller, kind: str, hosts: int, turn: int) -> tuple[float, str]:
    """Return how many seconds a playbook of this kind takes, and what it prints."""
    inventory = "".join(f"web{number}\n" for number in range(hosts))
    begin = time.monotonic()
    run = controller.play(*_tasks(kind, f"{kind} {hosts} {turn}", controller), inventory=inventory)
    seconds = time.monotonic() - begin
    if run.rc:
        raise RuntimeError(run.everything[-4000:])
    return seconds, run.stdout


def _tasks_on_screen(printed: str) -> int:
    """Return how many different tasks are named beside those of the deployment itself."""
    names = {line.rpartition(" : ")[2] for line in re.findall(r"^TASK \[(.*)\] \**$", printed, re.MULTILINE)}
    return len(names - {task["name"] for task in _DEPLOYMENT})


def _tasks(kind: str, application: str, controller: Controller) -> list[dict[str, Any]]:
    if kind == PLAIN:
        keywords = {"run_once": True, "delegate_to": "localhost", "become": False}
        started, done = (
            {"name": word, MODULE: {"to": _TO, "msg": f"{word}: {application}"}, **keywords}
            for word in ("Started", "Done")
        )
        return [started, *_DEPLOYMENT, done]
    role = "voip_communications.sms.deploy_notify" if kind == ROLE else "idle"
    options = {"application": application, "recipients": [_TO], "tasks": str(controller.home / "deploy.yml")}
    return [
        {
            "name": "Deploy, and tell people how it went",
            "ansible.builtin.include_role": {"name": role, "tasks_from": "wrap"},
            "vars": {f"deploy_notify_{name}": value for name, value in options.items()},
        }
    ]
