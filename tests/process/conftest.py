# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A sandbox and a controller for every test that asks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.voip_communications.sms.tests.support import interrupts
from ansible_collections.voip_communications.sms.tests.support.counted import CountedSandbox
from ansible_collections.voip_communications.sms.tests.support.playbook import Controller
from ansible_collections.voip_communications.sms.tests.support.postgresql import WHY_NOT, PostgresServer, find_server
from ansible_collections.voip_communications.sms.tests.support.sandbox import Sandbox


def pytest_configure() -> None:
    """Let tests interrupt what they start."""
    interrupts.restore()


@pytest.fixture(scope="session")
def sandbox_process() -> Iterator[Sandbox]:
    """Start one process for all tests of a worker; ``service`` resets it for each."""
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def service(sandbox_process: Sandbox) -> Iterator[CountedSandbox]:
    """Yield the service of one test, which fails when it gets an ``sms/send`` that the test did not expect."""
    sandbox_process.reset()
    sandbox_process.settings(names={})  # they outlast a reset
    counted = CountedSandbox(sandbox_process)
    yield counted
    counted.finish()


@pytest.fixture
def controller(tmp_path: Path, service: CountedSandbox) -> Controller:
    """Return a machine that has nothing yet, with the account's options set for every task."""
    controller = Controller(tmp_path / "controller", **service.options)
    controller.options["ledger"] = str(controller.ledger)
    return controller


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """Start one PostgreSQL server for all tests of a worker; each makes a database of its own in it."""
    programs = find_server()
    if programs is None:
        pytest.skip(WHY_NOT)
    with PostgresServer(programs) as server:
        yield server
