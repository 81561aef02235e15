# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From what is wanted and what there is to what must be done: create, keep, cancel. Pure.

A message is known by its identity: the fingerprints of its key (sender, text, minute) and of its recipient. The list
of the service is the truth about what it shows; the ledger is the truth about which message an smsid is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple, Optional

from .._api.pending import Listing, Pending
from .._ledger.model import GRACE, Row, State

Identity = tuple[str, str]


class ScheduledState(Enum):
    """What a message of the ledger is now."""

    LISTED = "listed"
    """The list shows it."""
    UNLISTED = "unlisted"
    """Accepted, its date lies ahead, and no list has ever shown it, or there is none: absence proves nothing."""
    GONE = "gone"
    """Accepted, its date lies ahead, a list has shown it, and a complete list no longer does."""
    DELIVERED = "delivered"
    """Accepted, its date is over, and it no longer waits."""
    DOUBTFUL = "doubtful"
    """Nobody knows whether it was accepted."""
    UNCERTAIN = "uncertain"
    """Accepted, the list has shown it and no longer does, and its date may be over or not: the zone is not known."""
    LAPSED = "lapsed"
    """Nobody knows whether it was accepted, and its date is over: it does not wait, whatever became of it."""
    FREE = "free"
    """It was not accepted, or was cancelled."""


_OPEN = frozenset({ScheduledState.DOUBTFUL, ScheduledState.UNCERTAIN})
_UNDECIDED = _OPEN | {ScheduledState.LAPSED}


class KnownMessage(NamedTuple):
    """A message that exists, or may: its row, if the ledger has one, and what the list shows of it."""

    scheduled_state: ScheduledState
    smsids: tuple[str, ...]
    row: Optional[Row] = None
    seen: Optional[Pending] = None

    @property
    def to(self) -> str:
        """The recipient as people may read it: in full where the list shows it, else masked."""
        if self.seen is not None:
            return f"+{self.seen.to}"
        return self.row.masked if self.row is not None else ""

    @property
    def text(self) -> Optional[str]:
        """The text, as far as the list shows it."""
        return self.seen.text if self.seen is not None else None

    @property
    def date(self) -> Optional[str]:
        """The date as it went over the wire, or as the list shows it."""
        if self.row is not None and self.row.date is not None:
            return self.row.date
        return self.seen.date if self.seen is not None else None


class DesiredMessage(NamedTuple):
    """One message that shall wait: its identity, its recipient's digits, and an equal one on the list, if any."""

    identity: Identity
    to: str
    found: Optional[Pending] = None


class Plan(NamedTuple):
    """What must be done, in this order. Whoever is in ``doubtful`` forbids creating anything."""

    create: tuple[DesiredMessage, ...] = ()
    adopt: tuple[DesiredMessage, ...] = ()
    keep: tuple[tuple[DesiredMessage, KnownMessage], ...] = ()
    cancel: tuple[KnownMessage, ...] = ()
    history: tuple[KnownMessage, ...] = ()
    doubtful: tuple[KnownMessage, ...] = ()


@dataclass
class _Sorted:
    create: list[DesiredMessage] = field(default_factory=list)
    adopt: list[DesiredMessage] = field(default_factory=list)
    keep: list[tuple[DesiredMessage, KnownMessage]] = field(default_factory=list)


def scheduled_state(
    row: Row, listing: Optional[Listing], listed: frozenset[str], now: float, zone_uncertainty: float = 0.0
) -> ScheduledState:
    """What a row's message is now.

    ``listed``: the smsids of ``listing``, made once by the caller. ``listing`` None: there is no list. ``now``: Unix
    seconds, not before the list was read. ``zone_uncertainty``: seconds by which the date may be later
    than ``delivers_at``, because the account's zone is not known.
    """
    if row.state in (State.REFUSED, State.CANCELLED):
        return ScheduledState.FREE
    is_over = row.delivers_at is not None and now >= row.delivers_at + zone_uncertainty
    may_be_over = row.delivers_at is not None and now >= row.delivers_at
    if row.state is not State.ACCEPTED:
        is_at_work = row.state is State.SENDING and now < row.lease_until
        return ScheduledState.LAPSED if is_over and not is_at_work else ScheduledState.DOUBTFUL
    if listing is not None and any(smsid in listed for smsid in row.smsids):
        return ScheduledState.LISTED
    if is_over:
        return ScheduledState.DELIVERED
    if listing is None or not row.listed:
        return ScheduledState.UNLISTED
    return ScheduledState.UNCERTAIN if may_be_over else ScheduledState.GONE


def is_past_grace(row: Row, now: float) -> bool:
    """Whether a complete list that is read now, and does not show the message, proves that it was never accepted.

    ``now``: Unix seconds by the ledger's clock, which has also timed the request, not after the list was asked for.
    """
    is_at_work = row.state is State.SENDING and now < row.lease_until
    return not is_at_work and now >= row.first_byte_by + GRACE


def plan(
    wishes: Sequence[DesiredMessage], held: Mapping[Identity, KnownMessage], others: Iterable[KnownMessage]
) -> Plan:
    """What to do so that the wishes wait, and of ``others`` nothing does.

    ``held``: what the ledger knows of the wishes' own identities. ``others``: what belongs to the same name, or matches
    what is to be cancelled; wishes among them are left alone. Of those, a message of unknown fate whose date is over
    stands in nobody's way; as a wish it does, since it may have been delivered.
    """
    found = _Sorted()
    for wish in wishes:
        _place(wish, held.get(wish.identity), found)
    wanted = {wish.identity for wish in wishes}
    kept = {(smsid, wish.identity[1]) for wish in found.adopt if wish.found for smsid in wish.found.smsids}
    kept |= {(smsid, wish.identity[1]) for wish, message in found.keep for smsid in message.smsids}
    rest = [message for message in others if not _is_wanted(message, wanted, kept)]
    doubtful = [message for message in held.values() if message.scheduled_state in _UNDECIDED]
    return Plan(
        create=tuple(found.create),
        adopt=tuple(found.adopt),
        keep=tuple(found.keep),
        cancel=tuple(
            message for message in rest if message.scheduled_state in (ScheduledState.LISTED, ScheduledState.UNLISTED)
        ),
        history=tuple(message for message in rest if message.scheduled_state is ScheduledState.DELIVERED),
        doubtful=tuple(doubtful + [message for message in rest if message.scheduled_state in _OPEN]),
    )


def shared(cancel: Sequence[KnownMessage], carried: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """The smsids that would also take messages from people who were not meant, and who those are (digits)."""
    meant: dict[str, set[str]] = {}
    for message in cancel:
        for smsid in message.smsids:
            meant.setdefault(smsid, set()).update([message.seen.to] if message.seen else [])
    unmeant = {smsid: carried.get(smsid, frozenset()) - recipients for smsid, recipients in meant.items()}
    return {smsid: recipients for smsid, recipients in unmeant.items() if recipients}


def staying(planned: Plan, unmeant: Mapping[str, frozenset[str]]) -> list[str]:
    """Whose wanted message would go with one of these shared smsids (digits): that is never done."""
    kept = {(smsid, wish.to) for wish, message in planned.keep for smsid in message.smsids}
    kept |= {(smsid, wish.to) for wish in planned.adopt if wish.found for smsid in wish.found.smsids}
    return sorted({to for smsid, recipients in unmeant.items() for to in recipients if (smsid, to) in kept})


def _place(wish: DesiredMessage, message: Optional[KnownMessage], found: _Sorted) -> None:
    """Create what is not there, keep what is; what nobody knows about is neither."""
    if message is None or message.scheduled_state in (ScheduledState.FREE, ScheduledState.GONE):
        if wish.found is not None:
            found.adopt.append(wish)
        else:
            found.create.append(wish)
    elif message.scheduled_state not in _UNDECIDED:
        found.keep.append((wish, message))


def _is_wanted(message: KnownMessage, wanted: set[Identity], kept: set[tuple[str, str]]) -> bool:
    """Whether this is one of the wished messages. An smsid alone does not say so: several recipients may share it."""
    if message.row is None:
        return False
    recipient = message.row.recipient
    return (message.row.key, recipient) in wanted or any((smsid, recipient) in kept for smsid in message.smsids)
