# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ask the ledger alone for whom a name has messages, as a task does that may have nothing to schedule."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from .._ledger.model import Fingerprints, Row, State

if TYPE_CHECKING:
    from .._ledger.interface import Ledger

_GONE = frozenset({State.REFUSED, State.CANCELLED})


def known_to_ledger(ledger: Ledger, fingerprints: Fingerprints, name: str, recipients: Iterable[str]) -> list[str]:
    """Return the recipients (digits) for whom the ledger knows a message of a name (its fingerprint).

    Raises ``LedgerError``.
    """
    numbers = {fingerprints.recipient(to): to for to in recipients}
    rows = [row for row in ledger.scheduled() if row.name == name and may_exist(row)]
    return list({numbers[row.recipient]: None for row in rows if row.recipient in numbers})


def may_exist(row: Row) -> bool:
    """Return whether a row's message may be pending or have gone out, as far as the ledger tells."""
    return row.state not in _GONE
