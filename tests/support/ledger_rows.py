# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Give a claim and a row of the ledger, which tests change by ``_replace``."""

from __future__ import annotations

from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import (
    Claim,
    DedupePolicy,
    Row,
    State,
)

NOW = 1_000_000.0
CLAIM = Claim(
    key="key",
    label="",
    dedupe=DedupePolicy(content="text", window=600.0),
    recipients={"ann": "+1*78"},
    owner="run 1",
    origin="host:1",
    start_within=90.0,
    finish_within=100.0,
)
UNKNOWN = Row(
    key="key",
    recipient="ann",
    masked="*78",
    label="",
    content="text",
    state=State.UNKNOWN,
    attempt=1,
    owner="run 1",
    origin="host:1",
    claimed_at=NOW - 100,
    first_byte_by=NOW - 10,
    lease_until=NOW - 1,
    keep_until=NOW + 1e6,
)
