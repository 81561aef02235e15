# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The source ``inbox`` in a process of its own against the sandbox: killed, without the log, and rung at."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.tests.support.counted import CountedSandbox
from ansible_collections.voip_communications.sms.tests.support.people import ANNA, OWN
from ansible_collections.voip_communications.sms.tests.support.waiting import until

SOURCE = Path(__file__).parents[2] / "extensions" / "eda" / "plugins" / "event_source" / "inbox.py"
RUN = """
import asyncio, json, runpy, sys

class Queue:
    async def put(self, event):
        print(json.dumps(event), flush=True)

main = runpy.run_path(sys.argv[1])["main"]
asyncio.run(main(Queue(), json.loads(sys.argv[2])))
"""


class Source:
    """The source as ansible-rulebook runs it: by its path, without any folder of collections."""

    def __init__(self, folder: Path, service: CountedSandbox) -> None:
        self.state, self._output, self._errors = folder / "inbox.json", folder / "events", folder / "errors"
        self._output.touch()
        self._service = service

    def args(self, **changed: Any) -> dict[str, Any]:
        contacts = [{"name": "anna", "number": ANNA}]
        return {"contacts": contacts, "interval": 1, "state_file": str(self.state), **changed}

    def begin(self, **changed: Any) -> subprocess.Popen[bytes]:
        kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VOIPSMS_CONTACTS")}
        with self._output.open("ab") as output, self._errors.open("ab") as errors:
            return subprocess.Popen(
                [sys.executable, "-c", RUN, str(SOURCE), json.dumps(self.args(**changed))],
                env={**kept, **self._service.sandbox.environment},
                cwd="/",
                stdout=output,
                stderr=errors,
            )

    @contextmanager
    def running(self, **changed: Any) -> Iterator[subprocess.Popen[bytes]]:
        """Run it, and kill it."""
        process = self.begin(**changed)
        try:
            yield process
            assert process.poll() is None, self.errors
        finally:
            process.kill()
            process.wait()

    @property
    def texts(self) -> list[str]:
        """The texts of all events so far."""
        return [json.loads(line)["sms"]["text"] for line in self._output.read_text().splitlines()]

    def wait_for(self, count: int) -> None:
        """Wait until it has noted so many messages as seen."""
        until(lambda: len(json.loads(self.state.read_text())["marks"]) >= count)

    @property
    def errors(self) -> str:
        """What it has written besides."""
        return self._errors.read_text()


@pytest.fixture
def source(tmp_path: Path, service: CountedSandbox) -> Source:
    return Source(tmp_path, service)


@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_killed_without_loss_or_repeat(source: Source, service: CountedSandbox, order: str) -> None:
    service.sandbox.settings(log_order=order, page_size=3)

    def write(text: str) -> str:
        service.sandbox.incoming(ANNA, OWN, text)
        service.sandbox.advance(1)
        return text

    old = [write(f"old {number}") for number in range(5)]
    expected: list[str] = []
    with source.running():
        until(source.state.exists)
    for number in range(4):
        expected += [write(f"{number} down {index}") for index in range(4)]
        with source.running():
            expected.append(write(f"{number} up"))
            # Killed between an event and its note, it would repeat the event, as is documented.
            source.wait_for(len(old) + len(expected))
    assert source.texts == expected


def test_an_outage_does_not_end_it(source: Source, service: CountedSandbox) -> None:
    with source.running():
        until(source.state.exists)
        service.sandbox.order(path="sms/summary", times=2, status=503)
        until(lambda: "can be read again" in source.errors or "the next look is in" in source.errors)
        service.sandbox.incoming(ANNA, OWN, "in the outage")
        until(lambda: source.texts == ["in the outage"])


def test_wrong_credentials_end_it_with_the_reason(source: Source) -> None:
    process = source.begin(api_key="other")
    assert process.wait(60) == 1
    assert "the source inbox cannot begin: the service refused the request (HTTP 401" in source.errors
    assert not source.state.exists()
