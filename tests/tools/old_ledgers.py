# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Let the code of an earlier commit write a ledger, and print it as SQL.

The files below ``tests/support/old_ledgers`` were made so, each by the last commit that wrote its schema. It runs in
the copy of the tracked files that ``tests/tools/tree.py`` makes, with the modules and the sandbox of that commit::

    git worktree add OLD COMMIT
    (cd OLD && python3 tests/tools/tree.py .build/ansible_collections/voip_communications/sms)
    PYTHONPATH=OLD/.build python tests/tools/old_ledgers.py sqlite
    PYTHONPATH=OLD/.build python tests/tools/old_ledgers.py postgresql

Rows of a service on this machine count for one run of a sandbox. A proxy with another path hides that it is one.
"""

from __future__ import annotations

import http.client
import os
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ansible_collections.voip_communications.sms.tests.support.playbook import COLLECTION, Controller
from ansible_collections.voip_communications.sms.tests.support.postgresql import (
    PASSWORD,
    PostgresServer,
    find_server,
)
from ansible_collections.voip_communications.sms.tests.support.sandbox import Sandbox

ANNA, BEN, CAROL = "+4915112345678", "+447700900123", "+12812345678"
OWN = "+17134567890"
DATE = "2098-12-01 15:00"
PREFIX = "voip_communications.sms."
_LONGEST = 60.0


class _Forward(BaseHTTPRequestHandler):
    """Hands a request to the sandbox, at the path that it has there."""

    target = ""

    def _hand_on(self) -> None:
        target = urlsplit(self.target)
        connection = http.client.HTTPConnection(target.hostname or "", target.port)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
        connection.request(self.command, target.path + self.path.removeprefix("/other"), body, headers)
        answer = connection.getresponse()
        content = answer.read()
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.getheader("Content-Type") or "")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def do_GET(self) -> None:
        """Hand it on."""
        self._hand_on()

    def do_POST(self) -> None:
        """Hand it on."""
        self._hand_on()

    def do_DELETE(self) -> None:
        """Hand it on."""
        self._hand_on()

    def log_message(self, *_args: object) -> None:
        """Print nothing."""


@contextmanager
def proxy(url: str) -> Iterator[str]:
    """Serve the API under another path, and yield its address."""
    handler = type("Forward", (_Forward,), {"target": url.rstrip("/")})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/other"
    server.shutdown()


def write(sandbox: Sandbox, controller: Controller) -> None:
    """Let a ledger have what was sent, what is in doubt, what is scheduled, and what was asked."""
    send = controller.send(to=ANNA, msg="Deployed", idempotency_key="sent")
    assert send["outcome"] == "sent", send
    sandbox.order(status=500, accept=True)
    lost = controller.send(to=BEN, msg="Deployed", idempotency_key="lost")
    assert lost["outcome"] == "unknown", lost
    options: dict[str, Any] = {
        "name": "reminder",
        "delivery_date": DATE,
        "account_timezone": "UTC",
        "to": ANNA,
        "msg": "Soon",
    }
    planned = controller.module(module=f"{PREFIX}voipsms_scheduled", **options).result
    assert planned["outcome"] == "scheduled", planned
    sandbox.order(path="sms/send", accept=True, delay=30.0)
    kill(controller, lambda: len(sandbox.sends()) == 4, to=CAROL, msg="Deployed", idempotency_key="killed")
    if (COLLECTION / "plugins" / "modules" / "voipsms_ask.py").exists():
        ask(sandbox, controller)


def kill(controller: Controller, when: Callable[[], bool], **options: Any) -> None:
    """Start a module, and kill it when something has happened."""
    process = controller.start(**options).go()
    end = time.monotonic() + _LONGEST
    while not when():
        assert time.monotonic() < end
        time.sleep(0.1)
    os.kill(process.pid, 9)
    process.wait_for_end()


def ask(sandbox: Sandbox, controller: Controller) -> None:
    """Leave a question that was answered, and one whose asker was killed."""
    question: dict[str, Any] = {"to": ANNA, "from": OWN, "msg": "Deploy?", "poll": 1, "module": f"{PREFIX}voipsms_ask"}

    def texts() -> list[str]:
        return [sms["msg"] for sms in sandbox.messages() if " = " in sms["msg"]]

    def answer() -> None:
        while not texts():
            time.sleep(0.1)
        code = texts()[0].split(" = ")[0].split()[-1]
        sandbox.incoming(ANNA, OWN, code)

    threading.Thread(target=answer, daemon=True).start()
    answered = controller.module(**question, wait="60s", idempotency_key="answered").result
    assert answered["answer"] == "approve", answered
    kill(controller, lambda: len(texts()) == 2, **question, wait="1h", idempotency_key="asked")


def of_sqlite(path: Path) -> str:
    """Return a ledger in a file as SQL."""
    with closing(sqlite3.connect(path)) as connection:
        lines = list(connection.iterdump())
        marks = (f"PRAGMA {name} = {{}};" for name in ("user_version", "application_id"))
        values = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("user_version", "application_id"))
        return "\n".join([*lines, *(mark.format(value) for mark, value in zip(marks, values, strict=True))])


def of_postgresql(programs: Path, server: PostgresServer, dbname: str) -> str:
    """Return a ledger in a database as SQL."""
    command = [str(programs / "pg_dump"), "--schema=voipsms", "--inserts", "--no-owner", "--no-privileges"]
    command += [f"--host={server.sockets}", f"--port={server.port}", "--username=postgres", dbname]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    needless = ("--", "SET ", "SELECT pg_catalog", "\\")
    return "\n".join(line for line in text.splitlines() if line.strip() and not line.startswith(needless))


def main() -> None:
    """Print a ledger that the code on the search path has written, in a file or in a database."""
    programs = find_server()
    assert programs is not None
    with tempfile.TemporaryDirectory() as folder, Sandbox() as sandbox, proxy(sandbox.url) as url:
        controller = Controller(Path(folder) / "controller", api_url=url, api_key="sandbox", api_password="sandbox")
        if sys.argv[1] == "sqlite":
            write(sandbox, controller)
            print(of_sqlite(controller.ledger))
            return
        with PostgresServer(programs) as server:
            dbname = server.new_database()
            ca = {"sslrootcert": str(server.ca_path)}
            controller.options |= {"ledger": server.url(dbname, **ca), "ledger_password": PASSWORD}
            write(sandbox, controller)
            print(of_postgresql(programs, server, dbname))


if __name__ == "__main__":
    main()
