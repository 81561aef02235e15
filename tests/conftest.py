# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The servers that tests of every kind talk to: a sandbox, one with faults, PostgreSQL, and certificates for them."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator

import pytest

from ansible_collections.voip_communications.sms.tests.support import interrupts
from ansible_collections.voip_communications.sms.tests.support.counted import CountedSandbox
from ansible_collections.voip_communications.sms.tests.support.fault_server import FaultServer
from ansible_collections.voip_communications.sms.tests.support.phones import Phones
from ansible_collections.voip_communications.sms.tests.support.postgresql import WHY_NOT, PostgresServer, find_server
from ansible_collections.voip_communications.sms.tests.support.sandbox import Sandbox
from ansible_collections.voip_communications.sms.tests.support.tls import Certificates, make_certificates


def pytest_configure() -> None:
    """Let tests interrupt what they start."""
    interrupts.restore()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the slow ones."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_collection_finish() -> None:
    """Look for no garbage among ten thousand tests, over and over again."""
    gc.freeze()


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
def phones(service: CountedSandbox) -> Phones:
    """Return the people whom the service reaches, and who answer."""
    return Phones(service)


@pytest.fixture
def server() -> Iterator[FaultServer]:
    """Start a service that accepts everything, until a test has it do otherwise."""
    with FaultServer() as running:
        yield running


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """Make certificates for servers on this machine: one that is good, and one for each reason to refuse."""
    return make_certificates(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """Start one PostgreSQL server for all tests of a worker; each makes a database of its own in it."""
    if "ansible_forked" in os.environ.get("PYTEST_PLUGINS", ""):
        pytest.skip(
            "ansible-test runs each test in a process of its own, which would start a server each; see make unit"
        )
    programs = find_server()
    if programs is None:
        pytest.skip(WHY_NOT)
    with PostgresServer(programs) as server:
        yield server
