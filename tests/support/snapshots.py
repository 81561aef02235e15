# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Build rows, records of the list, and snapshots of both."""

from __future__ import annotations

from typing import Any

from ansible_collections.voip_communications.sms.plugins.module_utils._api.pending import Listing, PendingRecord
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import (
    Row,
    State,
    key_of,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.snapshot import Snapshot
from ansible_collections.voip_communications.sms.tests.support.ledger_rows import FINGERPRINTS
from ansible_collections.voip_communications.sms.tests.support.people import ANN, BULK

D1, D2 = "2026-12-01 15:00", "2026-12-02 15:00"
NOW, AHEAD = 1_000_000.0, 2_000_000.0


def row(
    *smsids: str,
    state: State = State.ACCEPTED,
    to: str = ANN,
    text: str = "hello",
    date: str = D1,
    sender: str = "",
    **other: Any,
) -> Row:
    """Return a row of a message that a list has shown; ``other``: further fields of it."""
    defaults: dict[str, Any] = {"delivers_at": AHEAD, "listed": True, "name": "", **other}
    return Row(
        key=FINGERPRINTS.key(key_of(sender, text, date)),
        recipient=FINGERPRINTS.recipient(to),
        masked="+1*",
        label="",
        content="content",
        state=state,
        attempt=1,
        owner="run",
        origin="host:1",
        claimed_at=NOW - 1000,
        first_byte_by=NOW - 100,
        lease_until=NOW - 50,
        keep_until=AHEAD,
        smsids=smsids,
        date=date,
        **defaults,
    )


def record(smsid: str, to: str = ANN, text: str = "hello", date: str = D1, sender: str = BULK) -> PendingRecord:
    """Return a record of the list."""
    return PendingRecord(smsid, to, sender, text, date)


def snapshot(
    *known: Row | PendingRecord,
    now: float = NOW,
    asked_at: float | None = None,
    read_at: float | None = None,
    no_list: bool = False,
) -> Snapshot:
    """Return a snapshot of these rows and of a list of these records; rows without a recipient are cancels."""
    records = tuple(entry for entry in known if isinstance(entry, PendingRecord))
    rows = {(entry.key, entry.recipient): entry for entry in known if isinstance(entry, Row) and entry.recipient}
    cancels = {entry.smsids[0]: entry for entry in known if isinstance(entry, Row) and not entry.recipient}
    listing = None if no_list else Listing(records)
    asked_at = now if asked_at is None else asked_at
    read_at = asked_at if read_at is None else read_at
    return Snapshot(listing, "", rows, now, asked_at, read_at, FINGERPRINTS, cancels)


def cancel_of(smsid: str, state: State = State.CANCELLING, **other: Any) -> Row:
    """Return the row in which the cancel of an smsid is claimed; ``other``: further fields of it."""
    defaults: dict[str, Any] = {"content": "cancel", "effect_by": NOW - 500, **other}
    return row(smsid, state=state)._replace(key=FINGERPRINTS.cancel_key(smsid), recipient="", **defaults)
