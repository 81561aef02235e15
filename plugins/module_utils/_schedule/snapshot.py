# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Put the service's list and the ledger's rows of scheduled messages together, as they are at one moment. Pure."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Optional

from .._api.pending import Listing, Pending, PendingRecord, find_all, runs
from .._core.index import Index
from .._ledger.model import Fingerprints, Row, State, key_of
from .plan import Identity, KnownMessage, ScheduledState, scheduled_state
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

    @property
    def listed(self) -> frozenset[str]:
        """Every smsid on the list."""
        return self.listing.smsids if self.listing else frozenset()

    def records_of(self, row: Row) -> Sequence[PendingRecord]:
        """Return what the list shows of a row's message: its parts, those for its recipient where several share them.

        A row without a recipient is a cancel, of whatever the smsid carries for the first of its recipients.
        """
        if self.listing is None or not row.smsids:
            return ()
        by_smsid, smsids = self.listing.by_smsid, row.smsids
        if len(smsids) == 1:
            records = by_smsid.of(smsids[0])
        else:
            records = [record for smsid in dict.fromkeys(smsids) for record in by_smsid.of(smsid)]
        if not row.recipient:
            return [record for record in records if record.to == records[0].to]
        if self.listing.shared_smsids.isdisjoint(smsids):
            return records
        return [record for record in records if self.fingerprints.recipient(record.to) == row.recipient]

    @cached_property
    def _fingerprinted(self) -> dict[str, dict[str, Sequence[PendingRecord]]]:
        """What ``_records_at`` has returned, by date."""
        return {}

    def _records_at(self, date: str) -> dict[str, Sequence[PendingRecord]]:
        """Return the records at a date by the fingerprint of the recipient. No other recipient need be hashed."""
        if date not in self._fingerprinted:
            groups = self.listing.at_date(date).items() if self.listing else ()
            self._fingerprinted[date] = {self.fingerprints.recipient(to): records for to, records in groups}
        return self._fingerprinted[date]

    @cached_property
    def undisputed(self) -> frozenset[str]:
        """The smsids on the list that one recipient has alone, and whose cancel was not claimed."""
        if self.listing is None:
            return frozenset()
        disputed = self.listing.shared_smsids | self.being_cancelled
        return self.listing.smsids - disputed if disputed else self.listing.smsids

    @cached_property
    def answers(self) -> dict[Hashable, list[KnownMessage]]:
        """The messages that were found so far, by what was asked for."""
        return {}

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
    def owners(self) -> Index[str, Identity]:
        """The message of the ledger that each smsid belongs to; several where recipients share one."""
        return Index((smsid, identity) for identity, row in self.rows.items() for smsid in row.smsids)

    def owner(self, smsid: str, to: str) -> Identity | None:
        """Return the message of the ledger that an smsid belongs to for this recipient (digits)."""
        owners = self.owners.of(smsid)
        if not owners:
            return None
        if len(owners) == 1 and not self._is_shared(smsid):
            return owners[0]
        recipient = self.fingerprints.recipient(to)
        return next((identity for identity in owners if identity[1] == recipient), None)

    def known(self, row: Row) -> KnownMessage:
        """Return a row's message with its state and with what the list shows of it, its parts joined."""
        smsids = row.smsids
        record = self._single.get(smsids[0]) if len(smsids) == 1 else None
        if record is not None and row.state is State.ACCEPTED:  # so are nearly all messages of a large list
            pending = Pending(record.to, record.sender, record.text, record.date, smsids)
            return KnownMessage(ScheduledState.LISTED, smsids, row, pending)
        records = self.records_of(row)
        state = scheduled_state(
            row,
            self.delivers_at(row),
            self.reading,
            self.zone_uncertainty,
            has_list=self.listing is not None,
            is_listed=bool(records),
        )
        return KnownMessage(state, smsids, row, joined(records) if records else None)

    @cached_property
    def _single(self) -> Mapping[str, PendingRecord]:
        """The records that have an smsid to themselves."""
        return self.listing.by_smsid.single if self.listing else {}

    def equals(self, identity: Identity, to: str, date: str, text: str, sender: str | None) -> list[Pending]:
        """Return the listed messages of this content, but for those that the ledger knows to be other messages."""
        group = self.listing.at_date(date).of(to) if self.listing else ()
        return find_all((record for record in group if self.owner(record.smsid, to) in (None, identity)), text, sender)

    def has_key(self, message: Pending, key: str) -> bool:
        """Return whether a message has this key, with its sender or without: the service fills one in for BULK."""
        return any(
            self.fingerprints.key(key_of(sender, message.text, message.date)) == key for sender in ("", message.sender)
        )

    # What it may prove --------------------------------------------------------------------------------------------

    @cached_property
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
            for record in self._records_at(row.date or "").get(row.recipient, ())
            if (record.smsid, row.recipient) not in taken
            and record.smsid not in self.cancels
            and self.owner(record.smsid, record.to) in (None, (row.key, row.recipient))
        ]
        return next((message for message in runs(records) if self.has_key(message, row.key)), None)

    @cached_property
    def _recipients_of_strangers(self) -> frozenset[str]:
        """The fingerprints of the recipients for whom the list shows something that belongs to no row."""
        records = self.listing.records if self.listing else ()
        recipients = {record.to for record in records if self._has_no_owner(record)}
        return frozenset(map(self.fingerprints.recipient, recipients))

    def _has_no_owner(self, record: PendingRecord) -> bool:
        return self.owner(record.smsid, record.to) is None and record.smsid not in self.cancels

    def _is_shared(self, smsid: str) -> bool:
        return self.listing is not None and smsid in self.listing.shared_smsids


def joined(records: Sequence[PendingRecord]) -> Pending:
    """Return the one message that these parts are, in the order of the list."""
    first = records[0]
    if len(records) == 1:
        return Pending(first.to, first.sender, first.text, first.date, (first.smsid,))
    text = "".join(record.text for record in records)
    return Pending(first.to, first.sender, text, first.date, tuple(dict.fromkeys(record.smsid for record in records)))
