# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kill, stop and starve real deliveries for a while, and count the results.

Usage: torture.py [--seconds 600] [--seed NUMBER] [--path FOLDER]

Each round is one message to a few people. Some runs of its task begin at once, against a service that breaks, and some
of them are killed or stopped at a random moment. Then the lease passes, and the task runs once more, undisturbed. Ends
with counts, and with 1 when anything was sent twice, lost, called sent without proof, or a secret was found.

Beside the rounds, plays with the same ledger send while the callback `watch` tells that they are slow. Nothing disturbs
them, so each of their messages must be sent, and once. A third of the time is for scheduled messages, which
``torture_scheduled`` moves and cancels.

With the same seed the same things happen; their results depend on the machine too.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import SETTLE_MARGIN
from ansible_collections.voip_communications.sms.tests.support import canary, fault_server
from ansible_collections.voip_communications.sms.tests.support.disturbance import disturb
from ansible_collections.voip_communications.sms.tests.support.fault_server import Behaviour, FaultServer
from ansible_collections.voip_communications.sms.tests.support.playbook import (
    COLLECTIONS_PATH,
    LONGEST,
    Controller,
    ModuleProcess,
    Process,
    begin_together,
)
from ansible_collections.voip_communications.sms.tests.tools import torture_scheduled

DEADLINE, TIMEOUT = 3, 0.5
SUCCESSES = ("sent", "duplicate")
COUNTED = ("runs", "killed", "stopped", "accepted", "plays", "told slow")
PLAYS_WRONG = "plays gone wrong"
WRONG = (
    PLAYS_WRONG,
    "sent twice",
    "lost without a failed task",
    "called sent without proof",
    "secrets found",
    "without a result",
)
WATCHED_TASKS = 10
FAULTS = (
    fault_server.ok(),
    fault_server.ok(),
    fault_server.refuse_after_accept(),
    fault_server.read_then_reset(accepted=True),
    fault_server.read_then_reset(),
    fault_server.read_then_close(accepted=True),
    fault_server.read_then_silent(accepted=True),
    fault_server.read_then_silent(),
    fault_server.truncated().accepting(),
    fault_server.drip_body(0.1).accepting(),
    fault_server.garbage().accepting(),
    fault_server.answer(500).accepting(),
    fault_server.answer(503),
    fault_server.answer(401),
    fault_server.redirect(307, "/faults/index.php/sms/send"),
    fault_server.retry_after("1"),
    fault_server.echo_authorization(),
)


@dataclass
class Round:
    """One message: its recipients, what disturbs its runs, and their results."""

    number: int
    chance: random.Random
    user: Controller
    server: FaultServer
    counts: Counter[str]
    results: list[dict[str, Any]] = field(default_factory=list)

    def play(self) -> None:
        """Run the task several times at once with whatever disturbs it, then once more, and judge."""
        recipients = [f"+1281234{self.chance.randrange(10000):04}" for _each in range(self.chance.randint(1, 3))]
        task: dict[str, Any] = {
            "to": sorted(set(recipients)),
            "msg": f"Message {self.number}",
            "api_url": self.server.url,
            "batch_size": self.chance.randint(1, 3),
        }
        processes = [self.user.start(**task) for _each in range(self.chance.randint(1, 3))]
        begin_together(processes)
        for process in processes:
            if way := disturb(process, self.chance, within=0.15):
                self.counts[way] += 1
        for process in processes:
            self._listen(process)
        self._let_the_lease_pass()
        last = self.user.start(**task).go()
        final = self._listen(last)
        self._judge(task["to"], final)

    def _listen(self, process: ModuleProcess) -> dict[str, Any]:
        """Return the result of a run; a run that was killed has none."""
        run = process.wait()
        self.counts["runs"] += 1
        try:
            result: dict[str, Any] = json.loads(run.stdout)
        except ValueError:
            self.counts["without a result"] += run.rc >= 0  # below 0, a signal ended it
            return {}
        shown = str({name: value for name, value in result.items() if name != "invocation"}) + run.stderr
        self.counts["secrets found"] += sum(form in shown for form in canary.FORMS)
        self.results.append(result)
        return result

    def _let_the_lease_pass(self) -> None:
        """Put every moment in the ledger back."""
        if not self.user.ledger.exists():
            return
        seconds = DEADLINE + SETTLE_MARGIN
        with closing(sqlite3.connect(self.user.ledger, isolation_level=None)) as connection:
            if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                connection.execute(
                    "UPDATE row SET claimed_at = claimed_at - ?, first_byte_by = first_byte_by - ?,"
                    " lease_until = lease_until - ?, checksum = NULL",
                    (seconds, seconds, seconds),
                )

    def _judge(self, recipients: list[str], final: dict[str, Any]) -> None:
        """Compare what the service took with what the runs reported."""
        taken = Counter(self.server.accepted)
        self.counts["accepted"] += sum(taken.values())
        for recipient in recipients:
            times = taken[recipient.lstrip("+")]
            self.counts["sent twice"] += max(0, times - 1)
            is_called_sent = any(self._outcome(result, recipient) in SUCCESSES for result in self.results)
            self.counts["called sent without proof"] += is_called_sent and not times
            self.counts["lost without a failed task"] += not times and not final.get("failed")

    @staticmethod
    def _outcome(result: dict[str, Any], recipient: str) -> str:
        return next((str(one["outcome"]) for one in result["results"] if one["to"] == recipient), "")


class WatchedPlays:
    """Plays beside the rounds, one after the other, whose tasks send while `watch` tells that they are slow."""

    def __init__(self, folder: Path, chance: random.Random, ledger: Path, counts: Counter[str]) -> None:
        self._user = Controller(folder)
        self._chance = chance
        self._ledger = ledger
        self._counts = counts
        self._server: FaultServer | None = None
        self._process: Process | None = None

    def go_on(self) -> None:
        """Start a play unless one is running; judge the one that has ended."""
        if self._process is None or self._process.poll() is not None:
            self.finish()
            self._start()

    def finish(self) -> None:
        """Wait for the end of the play, and judge it."""
        if self._process is None or self._server is None:
            return
        try:
            stdout, stderr = self._process.communicate(timeout=LONGEST)
        except subprocess.TimeoutExpired:
            self._process.kill()
            stdout, stderr = self._process.communicate()
        self._server.stop()
        texts = Counter(post.form["msg"].partition(":")[0] for post in self._server.posts)
        told = texts.pop("SLOW", 0)
        is_right = texts == Counter(f"Task {number}" for number in range(WATCHED_TASKS)) and told <= 1
        is_right = is_right and self._process.returncode == 0 and "voip_communications.sms.watch" not in stderr
        self._counts["plays"] += 1
        self._counts["told slow"] += told
        self._counts[PLAYS_WRONG] += not is_right
        self._counts["secrets found"] += sum(form in stdout + stderr for form in canary.FORMS)
        self._process = None

    def _start(self) -> None:
        self._server = FaultServer()
        self._server.__enter__()
        self._user.environment |= {
            "ANSIBLE_CALLBACKS_ENABLED": "voip_communications.sms.watch",
            "VOIPSMS_API_KEY": canary.KEY,
            "VOIPSMS_API_PASSWORD": canary.PASSWORD,
            "VOIPSMS_API_URL": self._server.url,
            "VOIPSMS_LEDGER": str(self._ledger),
            "VOIPSMS_WATCH_RECIPIENTS": "+12812345678",
            "VOIPSMS_WATCH_SLOW_AFTER": str(self._chance.uniform(0.1, 0.5)),
            "VOIPSMS_WATCH_TELL": "slow",
        }
        # Unlike those of the last play.
        key = f"{self._counts['plays']}-{self._chance.random()}"
        self._process = self._user.start_play(
            *(
                self._user.task(to="+12812345678", msg=f"Task {number}", idempotency_key=f"{key}-{number}")
                for number in range(WATCHED_TASKS)
            )
        )


def torture(
    folder: Path,
    seconds: float,
    seed: int,
    path: str,
    *,
    until_wrong: bool = False,
    watched: bool = False,
    choice: Sequence[Behaviour] = FAULTS,
) -> Counter[str]:
    """Play rounds until the time is over, each with a service of its own; return the counts.

    ``path``: a folder in which module processes find Python files first. ``until_wrong``: end when something is wrong.
    ``watched``: with plays beside them that are watched. ``choice``: what the service may do.
    """
    chance = random.Random(seed)  # noqa: S311 - moments and faults, not secrets
    counts: Counter[str] = Counter(dict.fromkeys((*COUNTED, *WRONG), 0))
    user = Controller(
        folder / "user", api_key=canary.KEY, api_password=canary.PASSWORD, deadline=DEADLINE, timeout=TIMEOUT
    )
    user.options["ledger"] = str(user.ledger)
    user.environment["PYTHONPATH"] = os.pathsep.join(filter(None, (path, str(COLLECTIONS_PATH))))
    plays = WatchedPlays(folder / "watched", random.Random(seed), user.ledger, counts)  # noqa: S311 - as above
    end = time.monotonic() + seconds
    for number in range(sys.maxsize):
        if watched:
            plays.go_on()
        script = [chance.choice(choice) for _each in range(chance.randint(0, 6))]
        with FaultServer(script) as server:
            Round(number, chance, user, server, counts).play()
        if time.monotonic() > end or (until_wrong and any(counts[name] for name in WRONG)):
            break
    plays.finish()
    kept = user.ledger.read_bytes() if user.ledger.exists() else b""
    counts["secrets found"] += sum(form.encode() in kept for form in canary.FORMS)
    return counts


def main(arguments: list[str]) -> int:
    """Torture, print the counts, and return 1 when something is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--path", default="", help="a folder that module processes find Python files in first")
    options = parser.parse_args(arguments)
    print(f"torture: {options.seconds:g} seconds, seed {options.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="voipsms-torture-") as folder:
        third = options.seconds / 3
        counts = torture(Path(folder), 2 * third, options.seed, options.path, watched=True)
        counts.update(
            torture_scheduled.torture_scheduled(Path(folder) / "scheduled", third, options.seed, options.path)
        )
    wrong = (*WRONG, *torture_scheduled.WRONG)
    print("torture: " + ", ".join(f"{counts[name]} {name}" for name in (*COUNTED, *torture_scheduled.COUNTED, *wrong)))
    return 1 if any(counts[name] for name in wrong) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
