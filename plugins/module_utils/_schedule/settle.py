# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bring the rows of a snapshot up to date with its list: what was accepted, what is gone, and what is noted. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from .._ledger.model import KEPT, Row, State
from .plan import Identity, ScheduledState
from .proof import CONTENT_OF_CANCEL, counts, is_second, seen, unseen
from .snapshot import Change, Snapshot

_UNKNOWN_FATE = frozenset({ScheduledState.DOUBTFUL, ScheduledState.LAPSED})
_PENDING = (State.ACCEPTED, State.CANCELLING)


def settled(snapshot: Snapshot) -> tuple[Snapshot, list[Change]]:
    """Return the snapshot with every row brought up to date, and the changes to write to the ledger.

    Of many rows few change, so the others are neither copied nor compared.
    """
    rows, changes = _settled_rows(snapshot)
    if changes:
        snapshot = replace(snapshot, rows=rows)
    if snapshot.listing is None:
        return snapshot, changes
    cancels = dict(_looked_at_cancels(snapshot))
    changes += _changes(snapshot.cancels, cancels)
    return (replace(snapshot, cancels=cancels) if cancels != snapshot.cancels else snapshot), changes


def _settled_rows(snapshot: Snapshot) -> tuple[dict[Identity, Row], list[Change]]:
    """Return the rows of the messages after this list, and those that have changed, as they were and as they are."""
    rows, changes = dict(snapshot.rows), list[Change]()
    taken: set[tuple[str, str]] = set()
    for identity, before in snapshot.rows.items():
        if _is_as_listed(snapshot, before):
            continue
        row = _settled_row(snapshot, before, taken)
        if row is before or row == before:
            continue
        changes.append((before, row))
        if row is None:
            del rows[identity]
        else:
            rows[identity] = row
    return rows, changes


def _is_as_listed(snapshot: Snapshot, row: Row) -> bool:
    """Return whether the ledger has of a message just what the list shows, so that there is nothing to note."""
    if row.state is not State.ACCEPTED or not row.listed or row.absent_at is not None or not row.smsids:
        return False
    return snapshot.undisputed.issuperset(row.smsids)


def _settled_row(snapshot: Snapshot, row: Row, taken: set[tuple[str, str]]) -> Row | None:
    """Return the row of a message after this list; None when the list proves that it was never accepted.

    ``taken``: as ``_undoubted`` has it.
    """
    row = _with_cancel(snapshot, row)
    if snapshot.listing is None:
        return row
    undoubted = _undoubted(snapshot, row, taken)
    return None if undoubted is None else _looked_at(snapshot, undoubted)


def _with_cancel(snapshot: Snapshot, row: Row) -> Row:
    """Return a row in the state of its cancel, which was claimed before the row had the smsid.

    Another run has found the message on the list before this ledger's own run had noted what it was called.
    """
    if row.state is not State.ACCEPTED or snapshot.being_cancelled.isdisjoint(row.smsids):
        return row
    cancels = [snapshot.cancels[smsid] for smsid in row.smsids if smsid in snapshot.being_cancelled]
    effect_by = max(cancel.effect_by or 0.0 for cancel in cancels)
    is_confirmed = len(cancels) == len(row.smsids) and all(cancel.confirmed for cancel in cancels)
    return row._replace(state=State.CANCELLING, absent_at=None, effect_by=effect_by, confirmed=is_confirmed)


def _undoubted(snapshot: Snapshot, row: Row, taken: set[tuple[str, str]]) -> Row | None:
    """Return a row without the doubt about its acceptance, where the list can remove it; None when it was none.

    A listed message of the same content proves that it was accepted. Two complete lists that do not show it, read when
    the service can no longer accept it late, prove that it was not; unless they show something else for the same
    recipient that belongs to no row, which may be the message with its date or its text written otherwise.

    ``taken``: the smsids and recipients (fingerprints) that were found to be other rows' messages, to which those of
    this row are added.
    """
    if row.state in _PENDING or snapshot.known(row).scheduled_state not in _UNKNOWN_FATE:
        return row
    pending = snapshot.content_of(row, taken)
    if pending is not None:
        taken.update((smsid, row.recipient) for smsid in pending.smsids)
        return _accepted(row, pending.smsids)
    if row.is_at_work(snapshot.asked_at) or not snapshot.is_surely_absent(row):
        return row
    return _unaccepted(snapshot, row)


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
    is_listed = bool(snapshot.records_of(row))
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
    states = {snapshot.rows[owner].state for owner in snapshot.owners.of(smsid)}
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


def _changes(before: Mapping[str, Row], after: Mapping[str, Row]) -> list[Change]:
    """Return the changes from some cancels to others, by smsid."""
    changes = [(before.get(smsid), after.get(smsid)) for smsid in {**before, **after}]
    return [change for change in changes if change[0] != change[1]]
