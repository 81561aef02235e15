# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Put the service's list and the ledger's rows of scheduled messages together, as they are at one moment. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Optional

from .._api.pending import Listing, Pending, PendingRecord, find_all, runs
from .._ledger.model import Fingerprints, Row, State, key_of
from .plan import Identity, KnownMessage, scheduled_state
from .proof import USUAL_GRACES, Graces, Reading

Change = tuple[Optional[Row], Optional[Row]]
"""A row as it was read, and as it shall be; None stands for no row."""


@dataclass(frozen=True)
class Snapshot:
    """The list (None where there is none, with the reason) and the rows, at one moment in Unix seconds.

    ``now`` is the later of the ledger's clock and the service's: a message is taken to lie ahead only while both say
    so. ``asked_at`` is the ledger's clock alone, from before the list was asked for: absence from the list proves
    something only about requests that were over long enough by then; ``read_at``, from after it was read. ``cancels``:
    the claimed cancels, by smsid, and those whose smsid is known to be gone. ``earliest_moment_of`` returns the
    earliest moment that a date can mean, and ``zone_uncertainty`` is the number of seconds by which it may be later,
    where the account's zone is not known.
    """

    listing: Listing | None
    reason: str
    rows: Mapping[Identity, Row]
    now: float
    asked_at: float
    read_at: float
    fingerprints: Fingerprints = field(repr=False)
    cancels: Mapping[str, Row] = field(default_factory=dict)
    graces: Graces = USUAL_GRACES
    earliest_moment_of: Callable[[str], float] | None = None
    zone_uncertainty: float = 0.0

    # The list, by what it is searched for -------------------------------------------------------------------------

    @cached_property
    def listed(self) -> frozenset[str]:
        """Every smsid on the list."""
        return self.listing.smsids() if self.listing else frozenset()

    @cached_property
    def by_smsid(self) -> dict[str, list[PendingRecord]]:
        """The records under each smsid: the parts of a message, or the messages of several recipients who share it."""
        records: dict[str, list[PendingRecord]] = {}
        for record in self.listing.records if self.listing else ():
            records.setdefault(record.smsid, []).append(record)
        return records

    @cached_property
    def groups(self) -> dict[tuple[str, str], list[PendingRecord]]:
        """The records by recipient and date."""
        return self.listing.groups() if self.listing else {}

    @cached_property
    def _fingerprinted(self) -> dict[tuple[str, str], list[PendingRecord]]:
        """The records by fingerprint of the recipient and date."""
        return {(self.fingerprints.recipient(to), date): group for (to, date), group in self.groups.items()}

    @cached_property
    def _carried(self) -> dict[str, frozenset[str]]:
        """The recipients (digits) of each smsid."""
        return self.listing.carried() if self.listing else {}

    # Which message a record is ------------------------------------------------------------------------------------

    @cached_property
    def orphans(self) -> dict[Identity, Row]:
        """The cancels, by identity, of smsids that no message of the ledger has, or no longer has."""
        return {(row.key, row.recipient): row for smsid, row in self.cancels.items() if smsid not in self.owners}

    @cached_property
    def orphan_smsids(self) -> frozenset[str]:
        """The smsids of ``orphans``."""
        return frozenset(smsid for smsid in self.cancels if smsid not in self.owners)

    @cached_property
    def being_cancelled(self) -> frozenset[str]:
        """The smsids whose cancel was claimed, and may still take effect."""
        return frozenset(smsid for smsid, row in self.cancels.items() if row.state is State.CANCELLING)

    @cached_property
    def owners(self) -> dict[str, list[Identity]]:
        """The message of the ledger that each smsid belongs to; several where recipients share one."""
        owners: dict[str, list[Identity]] = {}
        for identity, row in self.rows.items():
            for smsid in row.smsids:
                owners.setdefault(smsid, []).append(identity)
        return owners

    def owner(self, smsid: str, to: str) -> Identity | None:
        """Return the message of the ledger that an smsid belongs to for this recipient (digits)."""
        owners = self.owners.get(smsid, [])
        if not owners:
            return None
        if len(owners) == 1 and not self._is_shared(smsid):
            return owners[0]
        recipient = self.fingerprints.recipient(to)
        return next((identity for identity in owners if identity[1] == recipient), None)

    def known(self, row: Row) -> KnownMessage:
        """Return a row's message with its state and with what the list shows of it, its parts joined."""
        records = [record for smsid in dict.fromkeys(row.smsids) for record in self.by_smsid.get(smsid, ())]
        if not row.recipient:  # a cancel, of whatever the smsid carries
            records = [record for record in records if record.to == records[0].to]
        elif any(self._is_shared(record.smsid) for record in records):
            records = [record for record in records if self.fingerprints.recipient(record.to) == row.recipient]
        listed = frozenset(record.smsid for record in records)
        state = scheduled_state(
            row._replace(delivers_at=self.delivers_at(row)), self.listing, listed, self.reading, self.zone_uncertainty
        )
        return KnownMessage(state, row.smsids, row, joined(records) if records else None)

    def equals(self, identity: Identity, to: str, date: str, text: str, sender: str | None) -> list[Pending]:
        """Return the listed messages of this content, but for those that the ledger knows to be other messages."""
        group = [
            record for record in self.groups.get((to, date), ()) if self.owner(record.smsid, to) in (None, identity)
        ]
        return find_all(group, text, sender)

    def has_key(self, message: Pending, key: str) -> bool:
        """Return whether a message has this key, with its sender or without: the service fills one in for BULK."""
        return any(
            self.fingerprints.key(key_of(sender, message.text, message.date)) == key for sender in ("", message.sender)
        )

    # What it may prove --------------------------------------------------------------------------------------------

    @property
    def reading(self) -> Reading:
        """When the list was read."""
        return Reading(self.asked_at, self.read_at, self.now, self.graces)

    def delivers_at(self, row: Row) -> float | None:
        """Return the earliest moment of a row's date, by what is known of the zone now, not when it was written."""
        if self.earliest_moment_of is None or not row.date:
            return row.delivers_at
        return self.earliest_moment_of(row.date)

    def is_surely_absent(self, row: Row) -> bool:
        """Return whether the list shows nothing that may be this message, with its date or text written otherwise."""
        return row.recipient not in self._recipients_of_strangers and not self.listed.intersection(row.smsids)

    def content_of(self, row: Row, taken: set[tuple[str, str]]) -> Pending | None:
        """Return the listed message whose content has the row's fingerprints, and that belongs to no other row.

        ``taken``: smsids and recipients (fingerprints) that were matched to other rows already.
        """
        records = [
            record
            for record in self._fingerprinted.get((row.recipient, row.date or ""), ())
            if (record.smsid, row.recipient) not in taken
            and record.smsid not in self.cancels
            and self.owner(record.smsid, record.to) in (None, (row.key, row.recipient))
        ]
        return next((message for message in runs(records) if self.has_key(message, row.key)), None)

    @cached_property
    def _recipients_of_strangers(self) -> frozenset[str]:
        """The fingerprints of the recipients for whom the list shows something that belongs to no row."""
        recipients = {
            to for (to, _date), group in self.groups.items() if any(self._has_no_owner(record) for record in group)
        }
        return frozenset(map(self.fingerprints.recipient, recipients))

    def _has_no_owner(self, record: PendingRecord) -> bool:
        return self.owner(record.smsid, record.to) is None and record.smsid not in self.cancels

    def _is_shared(self, smsid: str) -> bool:
        return len(self._carried.get(smsid, ())) > 1


def joined(records: list[PendingRecord]) -> Pending:
    """Return the one message that these parts are, in the order of the list."""
    first, text = records[0], "".join(record.text for record in records)
    return Pending(first.to, first.sender, text, first.date, tuple(dict.fromkeys(record.smsid for record in records)))
