# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A clock for what runs in this process."""

from __future__ import annotations

from ansible_collections.voip_communications.sms.tests.support.ledger_rows import NOW


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.seconds = NOW

    def __call__(self) -> float:
        """Return Unix seconds."""
        return self.seconds
