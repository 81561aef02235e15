# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A record of the message log, which tests change by ``_replace``."""

from __future__ import annotations

from ansible_collections.voip_communications.sms.plugins.module_utils._api.log import LogRecord
from ansible_collections.voip_communications.sms.tests.support.people import ANN, OURS

RECORD = LogRecord(
    id="7",
    direction="out",
    internal=OURS,
    external=ANN,
    text="db1 is down, please look",
    status="SENT",
    date="2026-12-01 22:00:03",
    type="BULKSMS",
    country="US",
    sale="0.0100",
)
