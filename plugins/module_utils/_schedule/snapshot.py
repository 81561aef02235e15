# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What there is at one moment: the service's list and the ledger's rows of scheduled messages, put together. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple, Optional

from .._api.pending import Listing, Pending, PendingRecord, find, runs
from .._core.errors import VoipsmsError
from .._ledger.model import Fingerprints, Row, State, key_of
from .plan import Identity, KnownMessage, ScheduledState, is_past_grace, scheduled_state

_UNKNOWN_FATE = frozenset({ScheduledState.DOUBTFUL, ScheduledState.LAPSED})

Change = tuple[Optional[Row], Optional[Row]]
"""A row as it was read, and as it shall be; None stands for no row."""


@dataclass(frozen=True)
class Snapshot:
    """The list (None where it cannot be had, with the reason) and the rows, at a moment in Unix seconds.

    ``now`` is the later of the ledger's clock and the service's: a message is taken to lie ahead only while both do.
    ``asked_at`` is the ledger's clock alone, from before the list was asked for: what the list does not show proves
    something only about requests that were over long enough by then. ``earliest_moment_of`` gives the
    earliest moment that a date can mean, and ``zone_uncertainty`` the seconds by which it may be later, where the
    account's zone is not known.
    """

    listing: Optional[Listing]
    reason: str
    rows: Mapping[Identity, Row]
    now: float
    asked_at: float
    fingerprints: Fingerprints = field(repr=False)
    earliest_moment_of: Optional[Callable[[str], float]] = None
    zone_uncertainty: float = 0.0

    @cached_property
    def listed(self) -> frozenset[str]:
        """Every smsid on the list."""
        return self.listing.smsids() if self.listing else frozenset()

    @cached_property
    def by_smsid(self) -> dict[str, list[PendingRecord]]:
        """The records under each smsid: the parts of a message, or the messages of several recipients who share it."""
        found: dict[str, list[PendingRecord]] = {}
        for record in self.listing.records if self.listing else ():
            found.setdefault(record.smsid, []).append(record)
        return found

    @cached_property
    def groups(self) -> dict[tuple[str, str], list[PendingRecord]]:
        """The records by recipient and date."""
        return self.listing.groups() if self.listing else {}

    @cached_property
    def owners(self) -> dict[str, list[Identity]]:
        """Which message of the ledger an smsid is; several where recipients share one."""
        found: dict[str, list[Identity]] = {}
        for identity, row in self.rows.items():
            for smsid in row.smsids:
                found.setdefault(smsid, []).append(identity)
        return found

    def owner(self, smsid: str, to: str) -> Optional[Identity]:
        """Which message of the ledger this smsid is for this recipient (digits)."""
        owners = self.owners.get(smsid, [])
        if not owners:
            return None
        if len(owners) == 1 and not self._is_shared(smsid):
            return owners[0]
        recipient = self.fingerprints.recipient(to)
        return next((identity for identity in owners if identity[1] == recipient), None)

    def known(self, row: Row) -> KnownMessage:
        """A row, what its message is now, and what the list shows of it, its parts put together."""
        records = [record for smsid in dict.fromkeys(row.smsids) for record in self.by_smsid.get(smsid, ())]
        if any(self._is_shared(record.smsid) for record in records):
            records = [record for record in records if self.fingerprints.recipient(record.to) == row.recipient]
        listed = frozenset(record.smsid for record in records)
        found = scheduled_state(
            row._replace(delivers_at=self._delivers_at(row)), self.listing, listed, self.now, self.zone_uncertainty
        )
        return KnownMessage(found, row.smsids, row, _joined(records) if records else None)

    def equal(self, identity: Identity, to: str, date: str, text: str, sender: Optional[str]) -> Optional[Pending]:
        """The listed message of this content; what the ledger knows to be another message is passed over."""
        group = [
            record for record in self.groups.get((to, date), ()) if self.owner(record.smsid, to) in (None, identity)
        ]
        return find(group, text, sender)

    def resolved(self, identities: Iterable[Identity]) -> tuple[Snapshot, list[Change]]:
        """The agenda with every doubt of these messages removed that the list can remove, and the rows to write.

        A listed message of the same content proves that it was accepted. A complete list that does not show it, read
        when the service can no longer accept it late, proves that it was not; unless it shows something else for the
        same recipient that nobody owns, which may be the message, with its date or its text written otherwise.
        """
        rows = dict(self.rows)
        taken: set[tuple[str, str]] = set()
        changes: list[Change] = []
        for identity in identities:
            row = rows.get(identity)
            if row is None or self.listing is None or self.known(row).scheduled_state not in _UNKNOWN_FATE:
                continue
            seen = self._content_of(row, taken)
            if seen is not None:
                taken.update((smsid, row.recipient) for smsid in seen.smsids)
                rows[identity] = _proven(row, seen.smsids)
                changes.append((row, rows[identity]))
            elif is_past_grace(row, self.asked_at) and self._is_ahead(row) and self._is_surely_absent(row):
                del rows[identity]
                changes.append((row, None))
        return replace(self, rows=rows), changes

    def marked(self) -> list[Change]:
        """Rows to write because the list shows their message for the first time, or shows no longer that it waits."""
        changes: list[Change] = []
        for row in self.rows.values():
            found = self.known(row).scheduled_state
            if found is ScheduledState.LISTED and not row.listed:
                changes.append((row, row._replace(listed=True)))
            elif found is ScheduledState.GONE:
                changes.append((row, row._replace(state=State.CANCELLED)))
        return changes

    def _delivers_at(self, row: Row) -> Optional[float]:
        """The earliest moment of a row's date, by what is known of the zone now rather than when it was written."""
        return (
            row.delivers_at
            if self.earliest_moment_of is None or row.date is None
            else self.earliest_moment_of(row.date)
        )

    def _is_ahead(self, row: Row) -> bool:
        delivers_at = self._delivers_at(row)
        return delivers_at is not None and self.now < delivers_at

    def _is_surely_absent(self, row: Row) -> bool:
        return row.recipient not in self._unowned and not self.listed.intersection(row.smsids)

    @cached_property
    def _unowned(self) -> frozenset[str]:
        """The fingerprints of the recipients for whom the list shows what no row of the ledger is."""
        strangers = {
            to for (to, _date), group in self.groups.items() if any(self._has_no_owner(each) for each in group)
        }
        return frozenset(map(self.fingerprints.recipient, strangers))

    def _has_no_owner(self, record: PendingRecord) -> bool:
        return self.owner(record.smsid, record.to) is None

    def _is_shared(self, smsid: str) -> bool:
        return len(self._carried.get(smsid, ())) > 1

    @cached_property
    def _carried(self) -> dict[str, frozenset[str]]:
        return self.listing.carried() if self.listing else {}

    @cached_property
    def _fingerprinted(self) -> dict[tuple[str, str], list[PendingRecord]]:
        """The records by fingerprint of the recipient and date."""
        return {(self.fingerprints.recipient(to), date): group for (to, date), group in self.groups.items()}

    def _content_of(self, row: Row, taken: set[tuple[str, str]]) -> Optional[Pending]:
        """The listed message whose content has the row's fingerprints, and that no other row is."""
        free = [
            record
            for record in self._fingerprinted.get((row.recipient, row.date or ""), ())
            if (record.smsid, row.recipient) not in taken
            and self.owner(record.smsid, record.to) in (None, (row.key, row.recipient))
        ]
        return next((message for message in runs(free) if self.has_key(message, row.key)), None)

    def has_key(self, message: Pending, key: str) -> bool:
        """Whether a message has this key, with its sender or without: the service fills one in for BULK."""
        return any(
            self.fingerprints.key(key_of(sender, message.text, message.date)) == key for sender in ("", message.sender)
        )


def _proven(row: Row, smsids: tuple[str, ...]) -> Row:
    """A row whose message the list shows. It is no longer its run's: one that comes back late knows less."""
    return row._replace(state=State.ACCEPTED, smsids=smsids, listed=True, previous=None, owner="")


_MAY_WAIT = frozenset({ScheduledState.UNLISTED, ScheduledState.DOUBTFUL, ScheduledState.UNCERTAIN})


class AmbiguousError(VoipsmsError):
    """Which messages are meant cannot be told; nothing was changed."""


class Match(NamedTuple):
    """Which messages a task means. What is None is not compared; numbers are E.164 digits."""

    smsids: Optional[tuple[str, ...]] = None
    name: Optional[str] = None
    to: Optional[frozenset[str]] = None
    sender: Optional[str] = None
    text: Optional[str] = None
    date: Optional[str] = None


def matching(snapshot: Snapshot, match: Match) -> list[KnownMessage]:
    """The messages that match, each once: those of the ledger as such, others as the list shows them."""
    meant = _listed_match(snapshot, match)
    recipients = None if match.to is None else frozenset(map(snapshot.fingerprints.recipient, match.to))
    found: dict[Identity, KnownMessage] = {}
    strangers: list[KnownMessage] = []
    for message in meant:
        owner = next(
            (found for found in (snapshot.owner(smsid, message.to) for smsid in message.smsids) if found), None
        )
        if owner is None:
            strangers.append(KnownMessage(ScheduledState.LISTED, message.smsids, None, message))
        elif _ledger_agrees(snapshot, snapshot.rows[owner], match, message):
            found[owner] = snapshot.known(snapshot.rows[owner])
    for identity, row in snapshot.rows.items():
        if identity not in found and _row_matches(snapshot, row, match, recipients):
            found[identity] = snapshot.known(row)
    return [*found.values(), *strangers]


def _listed_match(snapshot: Snapshot, match: Match) -> list[Pending]:
    """The listed messages that match. With a text, parts are joined; without one, each record stands for itself."""
    if match.name is not None:
        return []
    if match.smsids is not None:
        return [_joined(_of_first(snapshot.by_smsid[smsid])) for smsid in match.smsids if smsid in snapshot.by_smsid]
    found: list[Pending] = []
    for (to, date), group in snapshot.groups.items():
        if (match.to is not None and to not in match.to) or match.date not in (None, date):
            continue
        found += _in_group(group, match)
    return found


def _in_group(group: list[PendingRecord], match: Match) -> list[Pending]:
    wanted = [record for record in group if match.sender in (None, record.sender)]
    if match.text is None:
        parts: dict[str, list[PendingRecord]] = {}
        for record in wanted:
            parts.setdefault(record.smsid, []).append(record)
        return [_joined(records) for records in parts.values()]
    found: list[Pending] = []
    while True:
        message = find(wanted, match.text, match.sender)
        if message is None:
            return found
        found.append(message)
        wanted = [record for record in wanted if record.smsid not in message.smsids]


def _row_matches(snapshot: Snapshot, row: Row, match: Match, recipients: Optional[frozenset[str]]) -> bool:
    """Whether a row's message matches, as far as fingerprints and the list can tell.

    Raises ``AmbiguousError`` when a message of the name that is meant may still wait, and neither can.
    """
    if match.smsids is not None:
        return bool(set(match.smsids).intersection(row.smsids))
    if match.name not in (None, row.name):
        return False
    if (recipients is not None and row.recipient not in recipients) or match.date not in (None, row.date):
        return False
    if match.text is None and match.sender is None:
        return True
    held = snapshot.known(row)
    found = _says(snapshot, row, held.seen, match)
    if found is None and match.name is not None and held.scheduled_state in _MAY_WAIT:
        raise AmbiguousError(
            "whether every message of the name is meant cannot be told, since the ledger keeps no texts and senders and"
            " the list does not show them; leave from and msg out"
        )
    return bool(found)


def _says(snapshot: Snapshot, row: Row, seen: Optional[Pending], match: Match) -> Optional[bool]:
    """Whether a message has the text and the sender that are meant; None when that cannot be told."""
    senders = {match.sender or ""} | ({seen.sender} if seen is not None and match.sender is None else set())
    if match.text is not None:
        keys = {snapshot.fingerprints.key(key_of(sender, match.text, row.date or "")) for sender in senders}
        if row.key in keys:
            return True
    if seen is None:
        return None
    return match.text is None and seen.sender == match.sender


def _ledger_agrees(snapshot: Snapshot, row: Row, match: Match, message: Pending) -> bool:
    """Whether the ledger, too, knows a listed message of its own by this text and date; the list may show others."""
    if match.date not in (None, row.date):
        return False
    text = message.text if match.text is None else match.text
    meant = Pending(message.to, message.sender, text, row.date or "", message.smsids)
    return match.text is None or snapshot.has_key(meant, row.key)


def _of_first(records: list[PendingRecord]) -> list[PendingRecord]:
    """The parts of the first recipient of an smsid; whom else it carries is a question of its own."""
    return [record for record in records if record.to == records[0].to]


def _joined(records: list[PendingRecord]) -> Pending:
    """One message from its parts, in the order of the list."""
    first, text = records[0], "".join(record.text for record in records)
    return Pending(first.to, first.sender, text, first.date, tuple(dict.fromkeys(record.smsid for record in records)))
