# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real module processes: fifty at once on one ledger, and the memory that many recipients take."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from ansible_collections.voip_communications.sms.tests.benchmark.service import Service
from ansible_collections.voip_communications.sms.tests.benchmark.tables import milliseconds, table
from ansible_collections.voip_communications.sms.tests.support.playbook import COLLECTION, Controller

AT_ONCE = 50
RECIPIENTS = (1, 10_000)


def controller_at(folder: Path, service: Service) -> Controller:
    """Return a machine whose tasks reach the service."""
    controller = Controller(folder, api_url=service.url, api_key="benchmark", api_password="password")
    controller.options["ledger"] = str(controller.ledger)
    return controller


def fifty(folder: Path) -> str:
    """Start fifty processes at the same moment, each with a text of its own, and return the results."""
    with Service() as service:
        controller = controller_at(folder / "fifty", service)
        controller.send(to="+12812345678", msg="makes the ledger")
        waiting = [controller.start(to="+12812345678", msg=f"text {number}") for number in range(AT_ONCE)]
        for process in waiting:
            process.until_it_reads()
        began = time.monotonic()
        for process in waiting:
            process.go()
        sent = [process.wait().result["outcome"] for process in waiting].count("sent")
        taken = time.monotonic() - began
        posts = sum(service.posts.values()) - 1
    row = [AT_ONCE, sent, posts, milliseconds(taken), milliseconds(taken / AT_ONCE)]
    return table(["processes at once on one ledger", "sent", "requests", "ms in all", "ms each"], [row])


def memory(folder: Path) -> str:
    """Return the most memory that a module process has had, by the number of its recipients."""
    rows = []
    with Service() as service:
        controller = controller_at(folder / "memory", service)
        for count in RECIPIENTS:
            options = controller.merged(
                {"to": [f"+{12812000000 + place}" for place in range(count)], "msg": f"to {count}"}
            )
            file = folder / "options.json"
            file.write_text(json.dumps({"ANSIBLE_MODULE_ARGS": options}), encoding="utf-8")
            seconds, peak = _run(file, controller.environment | {"HOME": str(controller.home)})
            rows.append([f"{count:,}", f"{peak / 1024:.0f}", milliseconds(seconds)])
    return table(["recipients of one task", "MiB at the most", "ms"], rows)


_MEASURED = """
import atexit, re, runpy, sys

peak = sys.argv.pop()

def write():
    with open("/proc/self/status") as status, open(peak, "w") as file:
        file.write(re.search(r"VmHWM:\\s*(\\d+)", status.read())[1])

atexit.register(write)
runpy.run_path(sys.argv.pop(), run_name="__main__")
"""
"""Runs a module, and writes down how many KiB it has had at the most, as Linux tells; ``ru_maxrss`` would begin with
what the process had from which it was forked."""


def _run(options: Path, environment: dict[str, str]) -> tuple[float, int]:
    """Run a module alone; return the seconds, and the most KiB that it had. Raises RuntimeError when it fails."""
    module, peak = COLLECTION / "plugins" / "modules" / "voipsms_send.py", options.with_suffix(".peak")
    began = time.monotonic()
    with options.open("rb") as source:
        run = subprocess.run(
            [sys.executable, "-c", _MEASURED, str(module), str(peak)],
            stdin=source,
            stdout=subprocess.PIPE,
            env={**os.environ, **environment},
            check=False,
        )
    taken = time.monotonic() - began
    if run.returncode:
        raise RuntimeError(run.stdout.decode()[:2000])
    return taken, int(peak.read_text(encoding="ascii"))
