# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A PostgreSQL server for the contract that every kind of ledger keeps; tests/process has what is its own."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from ansible_collections.voip_communications.sms.tests.support.postgresql import WHY_NOT, PostgresServer, find_server


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """One server for all tests of a worker; each makes a database of its own in it."""
    if "ansible_forked" in os.environ.get("PYTEST_PLUGINS", ""):
        pytest.skip(
            "ansible-test runs each test in a process of its own, which would start a server each; see make unit"
        )
    programs = find_server()
    if programs is None:
        pytest.skip(WHY_NOT)
    with PostgresServer(programs) as server:
        yield server
