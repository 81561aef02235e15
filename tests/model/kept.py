# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ledgers of random stories in one process, and how many stories are told."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings

from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.interface import Ledger
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.memory import MemoryLedger
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.sqlite import SqliteLedger
from ansible_collections.voip_communications.sms.tests.model.provider import Clock
from ansible_collections.voip_communications.sms.tests.support.ledger_rows import FINGERPRINTS

LARGE = os.environ.get("MODEL_SEARCH") == "large"
# In memory where there is such a disk: what a power cut leaves does not matter here.
_QUICK_DISK = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
STORIES = settings(
    stateful_step_count=40 if LARGE else 12,
    derandomize=not LARGE,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


class Keeper:
    """What keeps the rows of a story, by the clock of its machine."""

    clock: Clock

    def open(self) -> None:
        """Make an empty store."""
        raise NotImplementedError

    def close(self) -> None:
        """Remove it."""
        raise NotImplementedError

    def ledger(self) -> Ledger:
        """Return the ledger, opened anew as each run does. Its clock is ``self.clock.time``."""
        raise NotImplementedError


class InSqlite(Keeper):
    """A file in a folder of its own."""

    def open(self) -> None:
        self.folder = Path(tempfile.mkdtemp(dir=_QUICK_DISK))

    def close(self) -> None:
        shutil.rmtree(self.folder)

    def ledger(self) -> Ledger:
        return SqliteLedger(str(self.folder / "ledger.sqlite3"), FINGERPRINTS.account, clock=self.clock.time)


class InMemory(Keeper):
    """Rows in a dictionary: quick, so the one to show broken rules with."""

    def open(self) -> None:
        self.kept = MemoryLedger(self.clock.time)
        # By the usual name, a task would take it for one that ends with the run.
        self.kept.name = "kept from run to run"

    def close(self) -> None:
        pass

    def ledger(self) -> Ledger:
        return self.kept
