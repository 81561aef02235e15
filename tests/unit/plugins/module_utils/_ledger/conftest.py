# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An empty ledger of each kind, for the contract that all of them keep."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.interface import Ledger
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.memory import MemoryLedger
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.sqlite import SqliteLedger
from ansible_collections.voip_communications.sms.tests.support.postgresql import PostgresServer, StillPostgresqlLedger
from ansible_collections.voip_communications.sms.tests.support.stopped_clock import Clock


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Ledger, Clock]:
    """Return an empty ledger of each kind, and its clock."""
    clock = Clock()
    if request.param == "memory":
        return MemoryLedger(clock), clock
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres")
        return StillPostgresqlLedger(clock, server.url(server.new_database()), "account"), clock
    return SqliteLedger(str(tmp_path / "state" / "ledger.sqlite3"), "account", clock=clock), clock
