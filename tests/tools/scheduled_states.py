# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find the states of a scheduled message in the ledger, and what leads from one to the other, by running the code.

A row in each state is shown every list at every moment that makes a difference, its cancel is claimed, its date passes,
and a person resolves it in each way. So a move is in the picture only if the code makes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ansible_collections.voip_communications.sms.plugins.module_utils._api.pending import Listing, PendingRecord
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import (
    GRACE,
    Claim,
    Claimability,
    DedupePolicy,
    Fingerprints,
    Row,
    Schedule,
    State,
    claimability,
    claimed,
    key_of,
    settled,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.resolve_scheduled import resolve_scheduled
from ansible_collections.voip_communications.sms.plugins.module_utils._message.outcome import Fate
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule import settle
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.cancel_claims import cancelling
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.plan import ScheduledState
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.proof import USUAL_GRACES
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.snapshot import Snapshot

NO_ROW, SENT, IN_DOUBT = "no row", "date over: sent", "date over: in doubt"
ONCE = ", unlisted once"
"""Follows a state whose row has a first proof of absence."""

SHOWN, UNLISTED, NEAR = "a list shows it", "a list does not show it", "a list near its date does not show it"
CLAIMED, OVER, NEW = "a cancel is claimed", "its date passes", "wanted again"
LATER = ", late enough"
"""Follows what has this result only when everything that was asked for has had its effect, and lists show it."""

_WIRE, _HOUR = "2001-09-10 01:46", 3600.0
_NOW = 1e9
_LATER = _NOW + _HOUR
_DATE = _NOW + 24 * _HOUR
_NEAR = _DATE - USUAL_GRACES.handover / 2
_OVER = _DATE + _HOUR
_FINGERPRINTS = Fingerprints.of("account", "key")
_TO, _TEXT = "12812345678", "text"
_RECORD = PendingRecord("1", _TO, "", _TEXT, _WIRE)
_TERMS = DedupePolicy(content="c", window=600.0, until=_DATE)
_CLAIM = Claim(
    _FINGERPRINTS.key(key_of("", _TEXT, _WIRE)),
    "",
    _TERMS,
    {_FINGERPRINTS.recipient(_TO): "+1**"},
    "owner",
    "host",
    start_within=10.0,
    finish_within=20.0,
    schedule=Schedule(_WIRE, _DATE),
)


class Move(NamedTuple):
    """A way from one state to another, and what leads there."""

    before: str
    after: str
    cause: str

    def at_once(self) -> Move:
        """Return the same move without the condition that it is late enough."""
        return self._replace(cause=self.cause.removesuffix(LATER))


def moves() -> set[Move]:
    """Return every way from one state to another."""
    found = {move for name, row in _rows() for move in _moves_of(name, row)}
    # What happens at once is not said again of later.
    return {move for move in found if not move.cause.endswith(LATER) or move.at_once() not in found}


def labels() -> dict[tuple[str, str], str]:
    """Return what leads from each state to another, one cause a line."""
    causes: dict[tuple[str, str], list[str]] = {}
    for before, after, cause in sorted(moves()):
        causes.setdefault((before, after), []).append(cause)
    return {arrow: ",\nor ".join(lines) for arrow, lines in causes.items()}


def _rows() -> Iterator[tuple[str, Row]]:
    """Yield a row in each state, as the code writes it."""
    (recipient,) = _CLAIM.recipients
    sending = claimed(None, _CLAIM, recipient, _NOW)
    accepted = settled(sending, Fate.ACCEPTED, (_RECORD.smsid,), _NOW)
    unknown = settled(sending, Fate.UNKNOWN, (), _NOW)
    if accepted is None or unknown is None:
        raise ValueError("a row that was accepted, or may have been, stays")
    accepted = accepted._replace(listed=True)
    claimed_cancel = cancelling(accepted, _NOW + GRACE)
    for row in (unknown, accepted, claimed_cancel):
        yield _name(row, _NOW), row
        once = row._replace(absent_at=_NOW)
        yield _name(once, _NOW), once
    cancelled = claimed_cancel._replace(state=State.CANCELLED, effect_by=_NOW)
    yield _name(cancelled, _NOW), cancelled
    yield SENT, accepted
    yield IN_DOUBT, claimed_cancel
    yield IN_DOUBT, unknown


def _moves_of(name: str, row: Row) -> Iterator[Move]:
    """Yield the moves of one row; of one whose date is over, only a person makes any."""
    is_over = name in (SENT, IN_DOUBT)
    results = list(_resolved(row, _OVER if is_over else _LATER))
    if not is_over:
        results += [*_looked_at(row), (OVER, _name(row, _OVER))]
        if row.state in (State.ACCEPTED, State.CANCELLING):
            results.append((CLAIMED, _name(cancelling(row, _LATER), _LATER)))
        if row.state is State.CANCELLED and claimability(row, _TERMS, _LATER) is Claimability.FREE:
            results.append((NEW, "sending"))
    yield from (Move(name, after, cause) for cause, after in results if after != name)


def _looked_at(row: Row) -> Iterator[tuple[str, str]]:
    """Yield what a list makes of a row: one that shows it, and one that does not, at each moment."""
    for cause, records, now in (
        (SHOWN, (_RECORD,), _NOW + 1),
        (SHOWN + LATER, (_RECORD,), _LATER),
        (UNLISTED, (), _NOW + 1),
        (UNLISTED + LATER, (), _LATER),
        (NEAR, (), _NEAR),
    ):
        snapshot = Snapshot(
            Listing(records), "", {(row.key, row.recipient): row}, now, now, now, _FINGERPRINTS, graces=USUAL_GRACES
        )
        after, _changes = settle.settled(snapshot)
        yield cause, _name(after.rows.get((row.key, row.recipient)), now)


def _resolved(row: Row, now: float) -> Iterator[tuple[str, str]]:
    """Yield what a person makes of a row, by each value of ``as``."""
    for meaning in ("scheduled", "cancelled", "sent", "not_sent"):
        resolution = resolve_scheduled({_TO: row}, meaning, now, lambda _smsid: None)
        if not resolution.faults:
            yield f"as: {meaning}", _name(resolution.rows[_TO].after, now)


def _name(row: Row | None, now: float) -> str:
    """Return the state of a row as the picture names it."""
    if row is None:
        return NO_ROW
    state: str = row.state.value
    if row.state is State.CANCELLED:
        return state
    if now >= _DATE:
        snapshot = Snapshot(Listing(()), "", {}, now, now, now, _FINGERPRINTS)
        return SENT if snapshot.known(row).scheduled_state is ScheduledState.DELIVERED else IN_DOUBT
    return state + (ONCE if row.absent_at is not None else "")
