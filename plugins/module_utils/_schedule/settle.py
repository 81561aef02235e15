# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bring the rows of a snapshot up to date with its list: what was accepted, what is gone, and what is noted. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from .._ledger.model import KEPT, Row, State
from .plan import Identity, ScheduledState
from .proof import CONTENT_OF_CANCEL, counts, is_second, seen, unseen
from .snapshot import Change, Snapshot

_UNKNOWN_FATE = frozenset({ScheduledState.DOUBTFUL, ScheduledState.LAPSED})
_PENDING = frozenset({State.ACCEPTED, State.CANCELLING})


def settled(snapshot: Snapshot) -> tuple[Snapshot, list[Change]]:
    """Return the snapshot with every row brought up to date, and the changes to write to the ledger."""
    rows = {identity: _with_cancel(snapshot, row) for identity, row in snapshot.rows.items()}
    if snapshot.listing is None:
        after = replace(snapshot, rows=rows)
        return after, _changes(snapshot, after)
    _remove_doubts(snapshot, rows)
    current = replace(snapshot, rows=rows)
    for identity, row in list(rows.items()):
        rows[identity] = _looked_at(current, row)
    cancels = dict(_looked_at_cancels(replace(snapshot, rows=rows)))
    after = replace(snapshot, rows=rows, cancels=cancels)
    return after, _changes(snapshot, after)


def _with_cancel(snapshot: Snapshot, row: Row) -> Row:
    """Return a row in the state of its cancel, which was claimed before the row had the smsid.

    Another run has found the message on the list before this ledger's own run had noted what it was called.
    """
    cancels = [snapshot.cancels[smsid] for smsid in row.smsids if smsid in snapshot.being_cancelled]
    if row.state is not State.ACCEPTED or not cancels:
        return row
    effect_by = max(cancel.effect_by or 0.0 for cancel in cancels)
    is_confirmed = len(cancels) == len(row.smsids) and all(cancel.confirmed for cancel in cancels)
    return row._replace(state=State.CANCELLING, absent_at=None, effect_by=effect_by, confirmed=is_confirmed)


def _remove_doubts(snapshot: Snapshot, rows: dict[Identity, Row]) -> None:
    """Remove every doubt about an acceptance that the list can remove.

    A listed message of the same content proves that it was accepted. Two complete lists that do not show it, read when
    the service can no longer accept it late, prove that it was not; unless they show something else for the same
    recipient that belongs to no row, which may be the message with its date or its text written otherwise.
    """
    taken: set[tuple[str, str]] = set()
    for identity, row in list(rows.items()):
        if row.state in _PENDING or snapshot.known(row).scheduled_state not in _UNKNOWN_FATE:
            continue
        pending = snapshot.content_of(row, taken)
        if pending is not None:
            taken.update((smsid, row.recipient) for smsid in pending.smsids)
            rows[identity] = _accepted(row, pending.smsids)
        elif not row.is_at_work(snapshot.asked_at) and snapshot.is_surely_absent(row):
            after = _unaccepted(snapshot, row)
            if after is None:
                del rows[identity]
            else:
                rows[identity] = after


def _unaccepted(snapshot: Snapshot, row: Row) -> Row | None:
    """Return the row of a message of unknown fate that the list does not show; None when it was never accepted."""
    reading = snapshot.reading
    if not counts(row, snapshot.delivers_at(row), reading):
        return row
    if row.absent_at is None:
        return row._replace(absent_at=reading.read_at)
    return None if is_second(row, reading) else row


def _looked_at(snapshot: Snapshot, row: Row) -> Row:
    """Return the row of a message after this list. One that was judged gone and is listed again is pending again."""
    is_listed = snapshot.known(row).pending is not None
    if is_listed and row.state in (State.CANCELLING, State.CANCELLED) and not snapshot.listed.issuperset(row.smsids):
        # One part is gone, so the message is no longer whole: what is left of it must be cancelled, too.
        return row._replace(state=State.CANCELLING, listed=True, absent_at=None, confirmed=False)
    if is_listed and (row.state in _PENDING or row.state is State.CANCELLED):
        return seen(row, snapshot.reading)
    return unseen(row, snapshot.delivers_at(row), snapshot.reading) if row.state in _PENDING else row


def _looked_at_cancels(snapshot: Snapshot) -> Iterator[tuple[str, Row]]:
    """Yield the cancels that are left after this list, by smsid, and those of the smsids that it proves to be gone.

    The cancel of a message of the ledger goes with its row. Any other smsid is judged on its own.
    """
    for smsid, row in snapshot.cancels.items():
        after = _with_owners(snapshot, smsid, row) if smsid in snapshot.owners else _looked_at(snapshot, row)
        # What was judged gone stays known by its smsid alone, since the list may show it again.
        if after.state is not State.ACCEPTED:
            yield smsid, after
        elif row.state is State.CANCELLED and smsid not in snapshot.owners:
            yield smsid, row
    for row in snapshot.rows.values():
        if row.state is State.CANCELLED:
            yield from ((smsid, _gone(snapshot, row, smsid)) for smsid in row.smsids if smsid not in snapshot.cancels)


def _with_owners(snapshot: Snapshot, smsid: str, row: Row) -> Row:
    """Return the cancel of an smsid, in the state of the messages that have it."""
    states = {snapshot.rows[owner].state for owner in snapshot.owners[smsid]}
    for state in (State.CANCELLING, State.CANCELLED):
        if state in states:
            return row._replace(state=state)
    return row._replace(state=State.ACCEPTED)


def _gone(snapshot: Snapshot, row: Row, smsid: str) -> Row:
    """Return what is remembered of an smsid that is gone, for the case that the list shows it again."""
    return row._replace(
        key=snapshot.fingerprints.cancel_key(smsid),
        recipient="",
        content=CONTENT_OF_CANCEL,
        smsids=(smsid,),
        previous=None,
        keep_until=max(row.keep_until, snapshot.asked_at + KEPT),
    )


def _accepted(row: Row, smsids: tuple[str, ...]) -> Row:
    """Return a row whose message the list shows. It has no owner any more: a run that comes back late knows less."""
    return row._replace(state=State.ACCEPTED, smsids=smsids, listed=True, previous=None, owner="", absent_at=None)


def _changes(before: Snapshot, after: Snapshot) -> list[Change]:
    """Return the changes from one snapshot's rows to another's, those of the messages first."""
    messages = [(row, after.rows.get(identity)) for identity, row in before.rows.items()]
    smsids = {**before.cancels, **after.cancels}
    cancels = [(before.cancels.get(smsid), after.cancels.get(smsid)) for smsid in smsids]
    return [change for change in [*messages, *cancels] if change[0] != change[1]]
