# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random stories over the real code and a real PostgreSQL ledger: those that tests/unit/model tells over SQLite."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.interface import Ledger
from ansible_collections.voip_communications.sms.tests.model.kept import Keeper
from ansible_collections.voip_communications.sms.tests.model.machine import SendingOnce
from ansible_collections.voip_communications.sms.tests.model.schedule_machine import SchedulingOnce
from ansible_collections.voip_communications.sms.tests.support.ledger_rows import FINGERPRINTS
from ansible_collections.voip_communications.sms.tests.support.postgresql import PostgresServer, StillPostgresqlLedger

# Each look at the ledger is a connection of its own, so there are fewer and shorter stories than over SQLite.
STORIES = settings(
    stateful_step_count=6,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


class InPostgresql(Keeper):
    """Rows of one database; each story has an account of its own in it. ``told``: how many stories and rows."""

    url: str
    told: Counter[str]

    def open(self) -> None:
        self.told["stories"] += 1
        self.account = f"{FINGERPRINTS.account}-{self.told['stories']}"

    def close(self) -> None:
        self.told["rows"] += len(self.ledger().newest(lambda _row: True, 100))

    def ledger(self) -> Ledger:
        return StillPostgresqlLedger(self.clock.time, self.url, self.account)


class Sending(InPostgresql, SendingOnce):
    """Stories of messages that are sent now."""


class Scheduling(InPostgresql, SchedulingOnce):
    """Stories of scheduled messages."""


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize(("machine", "most"), [(Sending, 8), (Scheduling, 4)])
def test_whatever_happens_nothing_is_doubled_or_lost_or_falsely_ok(
    machine: type[Sending | Scheduling], most: int, postgres: PostgresServer
) -> None:
    machine.url, machine.told = postgres.url(postgres.new_database()), Counter()
    run_state_machine_as_test(machine, settings=settings(STORIES, max_examples=most))
    assert machine.told["stories"] >= most
    assert machine.told["rows"] > 0
