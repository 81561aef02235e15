# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A controller, what it schedules, and a sandbox with the canary's credentials, for every test that asks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.voip_communications.sms.tests.support.canary import KEY, PASSWORD
from ansible_collections.voip_communications.sms.tests.support.counted import CountedSandbox
from ansible_collections.voip_communications.sms.tests.support.desk import Desk
from ansible_collections.voip_communications.sms.tests.support.doubt import Doubt
from ansible_collections.voip_communications.sms.tests.support.playbook import Controller
from ansible_collections.voip_communications.sms.tests.support.postgresql import PostgresServer
from ansible_collections.voip_communications.sms.tests.support.sandbox import Sandbox


@pytest.fixture
def controller(tmp_path: Path, service: CountedSandbox) -> Controller:
    """Return a machine that has nothing yet, with the account's options set for every task."""
    controller = Controller(tmp_path / "controller", **service.options)
    controller.options["ledger"] = str(controller.ledger)
    return controller


@pytest.fixture(scope="session")
def guarded_process() -> Iterator[Sandbox]:
    """Start one process for all tests of a worker that takes the canary's credentials."""
    with Sandbox(api_key=KEY, api_password=PASSWORD) as sandbox:
        yield sandbox


@pytest.fixture
def guarded(guarded_process: Sandbox) -> Sandbox:
    """Return a sandbox that takes the canary's credentials, and so has them in its record of the account."""
    guarded_process.reset()
    guarded_process.settings(names={})  # they outlast a reset
    return guarded_process


@pytest.fixture
def desk(controller: Controller, service: CountedSandbox) -> Desk:
    """Return a controller that schedules messages with that service."""
    return Desk(controller, service)


@pytest.fixture
def doubt(desk: Desk, service: CountedSandbox, tmp_path: Path) -> Iterator[Doubt]:
    """Yield a service whose list cannot be trusted; however many messages were sent is right."""
    yield Doubt(desk, tmp_path)
    service.expect(len(service.sandbox.sends()))


@pytest.fixture
def dbname(postgres: PostgresServer) -> str:
    """Make an empty database, and return its name."""
    return postgres.new_database()
