# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find the messages that a task means, in the list and in the ledger. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import NamedTuple

from .._api.pending import Pending, PendingRecord, find_all
from .._core.errors import VoipsmsError
from .._core.garbage import no_garbage_search
from .._core.index import Index
from .._ledger.model import Fingerprints, Row, key_of
from .._message.numbers import mask
from .._message.relative_dates import RelativeDate
from .plan import Identity, KnownMessage, ScheduledState
from .snapshot import Snapshot, joined

_MAY_BE_PENDING = frozenset(
    {
        ScheduledState.UNLISTED,
        ScheduledState.MISSING,
        ScheduledState.DOUBTFUL,
        ScheduledState.UNCERTAIN,
    }
)


class AmbiguousError(VoipsmsError):
    """It is not known which messages are meant; nothing was changed."""


class Match(NamedTuple):
    """The criteria by which a task says which messages it means.

    A criterion of None is not compared. ``name`` is a fingerprint; ``to`` and ``sender`` are E.164 digits; ``date``
    is as it goes over the wire. ``relative``: a date that counts from now on, which ``DateBinding.match`` replaces by
    ``date``.
    """

    smsids: tuple[str, ...] | None = None
    name: str | None = None
    to: frozenset[str] | None = None
    sender: str | None = None
    text: str | None = None
    date: str | None = None
    relative: RelativeDate | None = None


class _Numbers(NamedTuple):
    """The numbers that are meant, as the ledger knows them."""

    recipients: frozenset[str]
    masked: frozenset[str]

    @classmethod
    def of(cls, numbers: Iterable[str] | None, fingerprints: Fingerprints) -> _Numbers | None:
        """Return the fingerprints and the masked forms of numbers (E.164 digits); None where any number is meant."""
        if numbers is None:
            return None
        return cls(frozenset(map(fingerprints.recipient, numbers)), frozenset(map(mask, numbers)))

    def has(self, row: Row) -> bool:
        """Return whether a row's message may be to one of these numbers.

        The cancel of a message that the ledger does not have knows no more than the masked number.
        """
        return row.recipient in self.recipients if row.recipient else row.masked in self.masked


@no_garbage_search()
def matching(snapshot: Snapshot, match: Match) -> list[KnownMessage]:
    """Return the messages that match, each once: first those of the ledger, then others as the list shows them.

    Each step of a task asks for the same, so the answer is kept with the snapshot. Raises ``AmbiguousError`` where
    neither the ledger nor the list tells whether a message matches.
    """
    if match not in snapshot.answers:
        snapshot.answers[match] = _matching(snapshot, match)
    return list(snapshot.answers[match])


def _matching(snapshot: Snapshot, match: Match) -> list[KnownMessage]:
    is_meant = _row_matcher(snapshot, match)
    owned: dict[Identity, KnownMessage] = {}
    strangers: list[KnownMessage] = []
    for pending in _pending_matches(snapshot, match):
        owner = _owner_of(snapshot, pending)
        if owner is None and pending.smsids[0] in snapshot.cancels:
            cancel = snapshot.cancels[pending.smsids[0]]
            owned[cancel.key, cancel.recipient] = snapshot.known(cancel)
        elif owner is None:
            strangers.append(KnownMessage(ScheduledState.LISTED, pending.smsids, None, pending))
        elif _ledger_agrees(snapshot, snapshot.rows[owner], match, pending):
            owned[owner] = snapshot.known(snapshot.rows[owner])
    for identity, row in chain(snapshot.rows.items(), snapshot.orphans.items()):
        if identity not in owned and is_meant(row):
            owned[identity] = snapshot.known(row)
    return [*owned.values(), *strangers]


def _owner_of(snapshot: Snapshot, pending: Pending) -> Identity | None:
    """Return the message of the ledger that a listed message is, by the first of its smsids that has an owner."""
    owners = (snapshot.owner(smsid, pending.to) for smsid in pending.smsids)
    return next((owner for owner in owners if owner), None)


def _pending_matches(snapshot: Snapshot, match: Match) -> list[Pending]:
    """Return the listed messages that match. With a text, parts are joined; without one, each record stands alone."""
    if match.name is not None:
        return []
    if match.smsids is not None:
        listed = [snapshot.listing.by_smsid.of(smsid) for smsid in match.smsids] if snapshot.listing else []
        return [joined(_of_first_recipient(records)) for records in listed if records]
    messages: list[Pending] = []
    for (to, date), group in snapshot.listing.groups.items() if snapshot.listing else ():
        if (match.to is None or to in match.to) and match.date in (None, date):
            messages += _matches_in(group, match)
    return messages


def _matches_in(group: Sequence[PendingRecord], match: Match) -> list[Pending]:
    """Return the messages among the records of one recipient and date that have the sender and the text."""
    records = group if match.sender is None else [record for record in group if record.sender == match.sender]
    if match.text is None and len(records) == 1:
        return [joined(records)]
    if match.text is None:
        parts = Index((record.smsid, record) for record in records)
        return [joined(part) for _smsid, part in parts.items()]
    return find_all(records, match.text, match.sender)


def _row_matcher(snapshot: Snapshot, match: Match) -> Callable[[Row], bool]:
    """Return the function that tells of each row whether its message matches; what that takes is worked out once."""
    if match.smsids is not None:
        smsids = frozenset(match.smsids)
        return lambda row: not smsids.isdisjoint(row.smsids)
    if match == Match(name=match.name):
        return lambda row: match.name in (None, row.name)
    numbers = _Numbers.of(match.to, snapshot.fingerprints)
    return lambda row: _row_matches(snapshot, row, match, numbers)


def _row_matches(snapshot: Snapshot, row: Row, match: Match, numbers: _Numbers | None) -> bool:
    """Return whether a row's message matches, as far as fingerprints and the list can tell.

    Raises ``AmbiguousError`` when a message of the name that is meant may still be pending, and neither can tell.
    """
    if match.name not in (None, row.name):
        return False
    if numbers is not None and not numbers.has(row):
        return False
    if match.date not in (None, row.date):
        return False
    if match.text is None and match.sender is None:
        return True
    known = snapshot.known(row)
    has_content = _has_content(snapshot, row, known.pending, match)
    may_be_pending = known.scheduled_state in _MAY_BE_PENDING or known.is_cancel_unfinished
    if has_content is None and match.name is not None and may_be_pending:
        raise AmbiguousError(
            "it is not known whether every message of the name is meant, since the ledger keeps no texts and senders"
            " and the list does not show them; leave from and msg out"
        )
    return bool(has_content)


def _has_content(snapshot: Snapshot, row: Row, pending: Pending | None, match: Match) -> bool | None:
    """Return whether a message has the text and the sender that are meant, or None when that is not known."""
    senders = {match.sender or ""} | ({pending.sender} if pending is not None and match.sender is None else set())
    if match.text is not None:
        keys = {snapshot.fingerprints.key(key_of(sender, match.text, row.date or "")) for sender in senders}
        if row.key in keys:
            return True
    if pending is None:
        return None
    return match.text is None and pending.sender == match.sender


def _ledger_agrees(snapshot: Snapshot, row: Row, match: Match, pending: Pending) -> bool:
    """Return whether the ledger, too, has this text and date for a message of its own; the list may show others."""
    if match.date not in (None, row.date):
        return False
    text = pending.text if match.text is None else match.text
    meant = Pending(pending.to, pending.sender, text, row.date or "", pending.smsids)
    return match.text is None or snapshot.has_key(meant, row.key)


def _of_first_recipient(records: Sequence[PendingRecord]) -> list[PendingRecord]:
    """Return the parts for the first recipient of an smsid. Other recipients of it are checked separately."""
    return [record for record in records if record.to == records[0].to]
