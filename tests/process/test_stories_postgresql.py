# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random stories over the real code and a real PostgreSQL ledger: those that tests/unit/model tells over SQLite."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import Ledger
from ansible_collections.voip_communications.sms.tests.model.machine import FINGERPRINTS, SendingOnce
from ansible_collections.voip_communications.sms.tests.model.schedule_machine import SchedulingOnce
from ansible_collections.voip_communications.sms.tests.support.postgresql import PostgresServer, StillPostgresqlLedger

# Each look at the ledger is a connection of its own, so there are fewer and shorter stories than over SQLite.
STORIES = settings(
    max_examples=8,
    stateful_step_count=6,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


@pytest.mark.timeout(300)
def test_whatever_happens_it_is_sent_at_most_once_and_never_lost(postgres: PostgresServer) -> None:
    url = postgres.url(postgres.new_database())
    told: Counter[str] = Counter()

    class OverPostgresql(SendingOnce):
        """Rows of one database; each story has an account of its own in it."""

        def open(self) -> None:
            told["stories"] += 1
            self.account = f"{FINGERPRINTS.account}-{told['stories']}"

        def close(self) -> None:
            told["rows"] += len(self.ledger().newest(lambda _row: True, 100))

        def ledger(self) -> Ledger:
            return StillPostgresqlLedger(self.clock.time, url, self.account)

    run_state_machine_as_test(OverPostgresql, settings=STORIES)
    assert told["stories"] >= STORIES.max_examples
    assert told["rows"] > 0


@pytest.mark.timeout(300)
def test_no_ok_of_a_scheduled_message_is_false(postgres: PostgresServer) -> None:
    url = postgres.url(postgres.new_database())
    told: Counter[str] = Counter()

    class OverPostgresql(SchedulingOnce):
        """Rows of one database; each story has an account of its own in it."""

        def open(self) -> None:
            told["stories"] += 1
            self.account = f"{FINGERPRINTS.account}-{told['stories']}"

        def close(self) -> None:
            told["rows"] += len(self.ledger().scheduled())

        def ledger(self) -> Ledger:
            return StillPostgresqlLedger(self.clock.time, url, self.account)

    stories = settings(STORIES, max_examples=4)
    run_state_machine_as_test(OverPostgresql, settings=stories)
    assert told["stories"] >= stories.max_examples
    assert told["rows"] > 0
