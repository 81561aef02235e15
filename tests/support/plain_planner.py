# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The planner of scheduled messages as one would write it without a thought for time.

Every question goes through all records and all rows again, nothing is looked up, kept or skipped. What a list proves
of one row is not written anew: that is the business of ``proof``, which knows nothing of other rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ansible_collections.voip_communications.sms.plugins.module_utils._api.pending import (
    Pending,
    PendingRecord,
    find,
    runs,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import (
    KEPT,
    Identity,
    Row,
    State,
    key_of,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule import proof
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.plan import (
    DesiredMessage,
    KnownMessage,
    Plan,
    ScheduledState,
    Want,
    scheduled_state,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.snapshot import Change, Snapshot

PENDING = (State.ACCEPTED, State.CANCELLING)
OPEN = (ScheduledState.DOUBTFUL, ScheduledState.UNCERTAIN, ScheduledState.MISSING)
UNDECIDED = (*OPEN, ScheduledState.LAPSED, ScheduledState.CANCELLING)


def records_in(snapshot: Snapshot) -> tuple[PendingRecord, ...]:
    return snapshot.listing.records if snapshot.listing is not None else ()


def recipients_of(snapshot: Snapshot, smsid: str) -> set[str]:
    return {record.to for record in records_in(snapshot) if record.smsid == smsid}


def owner(snapshot: Snapshot, smsid: str, to: str) -> Identity | None:
    owners = [identity for identity, row in snapshot.rows.items() for other in row.smsids if other == smsid]
    if len(owners) == 1 and len(recipients_of(snapshot, smsid)) <= 1:
        return owners[0]
    recipient = snapshot.fingerprints.recipient(to)
    return next((identity for identity in owners if identity[1] == recipient), None)


def records_of(snapshot: Snapshot, row: Row) -> list[PendingRecord]:
    smsids = list(dict.fromkeys(row.smsids))
    records = [record for smsid in smsids for record in records_in(snapshot) if record.smsid == smsid]
    if not row.recipient:
        return [record for record in records if record.to == records[0].to]
    if any(len(recipients_of(snapshot, smsid)) > 1 for smsid in smsids):
        return [record for record in records if snapshot.fingerprints.recipient(record.to) == row.recipient]
    return records


def joined(records: Sequence[PendingRecord]) -> Pending:
    first, smsids = records[0], tuple(dict.fromkeys(record.smsid for record in records))
    return Pending(first.to, first.sender, "".join(record.text for record in records), first.date, smsids)


def known(snapshot: Snapshot, row: Row) -> KnownMessage:
    records = records_of(snapshot, row)
    state = scheduled_state(
        row, row.delivers_at, snapshot.reading, has_list=snapshot.listing is not None, is_listed=bool(records)
    )
    return KnownMessage(state, row.smsids, row, joined(records) if records else None)


def find_all(records: Sequence[PendingRecord], text: str, sender: str | None) -> list[Pending]:
    message = find(records, text, sender)
    if message is None:
        return []
    return [message, *find_all([one for one in records if one.smsid not in message.smsids], text, sender)]


def equals(snapshot: Snapshot, identity: Identity, to: str, date: str, text: str) -> list[Pending]:
    records = [record for record in records_in(snapshot) if (record.to, record.date) == (to, date)]
    return find_all([one for one in records if owner(snapshot, one.smsid, to) in (None, identity)], text, None)


def of_name(snapshot: Snapshot, name: str) -> list[KnownMessage]:
    owned = {smsid for row in snapshot.rows.values() for smsid in row.smsids}
    orphans = [row for smsid, row in snapshot.cancels.items() if smsid not in owned]
    return [known(snapshot, row) for row in (*snapshot.rows.values(), *orphans) if row.name == name]


def planned(wants: Sequence[Want]) -> list[Plan]:
    plans: list[Plan] = []
    for want in wants:
        cancelled = [message for plan in plans for message in plan.others]
        others = [one for one in want.others if not _is_wanted(one, wants) and one not in cancelled]
        doubtful = [one for one in want.known.values() if one.scheduled_state in UNDECIDED]
        missing = [one for one in want.desired if _state(want, one) in (None, ScheduledState.INACTIVE)]
        plans.append(
            Plan(
                create=tuple(one for one in missing if one.pending is None),
                adopt=tuple(one for one in missing if one.pending is not None),
                keep=_kept(want),
                cancel=tuple(one for one in others if _must_go(one)),
                history=tuple(one for one in others if one.scheduled_state is ScheduledState.DELIVERED),
                doubtful=(*doubtful, *(one for one in others if one.scheduled_state in OPEN)),
                others=tuple(others),
            )
        )
    return plans


def _state(want: Want, desired: DesiredMessage) -> ScheduledState | None:
    return want.known[desired.identity].scheduled_state if desired.identity in want.known else None


def _kept(want: Want) -> tuple[tuple[DesiredMessage, KnownMessage], ...]:
    states = [(one, _state(want, one)) for one in want.desired]
    not_kept = (None, ScheduledState.INACTIVE, *UNDECIDED)
    return tuple((one, want.known[one.identity]) for one, state in states if state not in not_kept)


def _must_go(message: KnownMessage) -> bool:
    if message.scheduled_state is ScheduledState.CANCELLING:
        return message.pending is not None or message.row is None or not message.row.confirmed
    return message.scheduled_state in (ScheduledState.LISTED, ScheduledState.UNLISTED)


def _is_wanted(message: KnownMessage, wants: Sequence[Want]) -> bool:
    if message.row is None:
        return False
    key, recipient = message.row.key, message.row.recipient
    for want in wants:
        if (key, recipient) in [*(one.identity for one in want.desired), *want.due]:
            return True
        kept = [(desired, existing.smsids) for desired, existing in _kept(want)]
        missing = [one for one in want.desired if _state(want, one) in (None, ScheduledState.INACTIVE)]
        kept += [(one, one.pending.smsids) for one in missing if one.pending is not None]
        if any(one.identity[1] == recipient and set(smsids) & set(message.smsids) for one, smsids in kept):
            return True
    return False


def settled(snapshot: Snapshot) -> tuple[Snapshot, list[Change]]:
    rows = {identity: _with_cancel(snapshot, row) for identity, row in snapshot.rows.items()}
    cancels = dict(snapshot.cancels)
    if snapshot.listing is not None:
        rows = {identity: _seen(snapshot, row) for identity, row in _without_doubts(snapshot, rows).items()}
        cancels = _cancels_after(snapshot, rows)
    changes: list[Change] = [(row, rows.get(identity)) for identity, row in snapshot.rows.items()]
    smsids = {**snapshot.cancels, **cancels}
    changes += [(snapshot.cancels.get(smsid), cancels.get(smsid)) for smsid in smsids]
    return replace(snapshot, rows=rows, cancels=cancels), [change for change in changes if change[0] != change[1]]


def _with_cancel(snapshot: Snapshot, row: Row) -> Row:
    cancels = [snapshot.cancels[smsid] for smsid in row.smsids if smsid in snapshot.cancels]
    cancels = [cancel for cancel in cancels if cancel.state is State.CANCELLING]
    if row.state is not State.ACCEPTED or not cancels:
        return row
    return row._replace(
        state=State.CANCELLING,
        absent_at=None,
        effect_by=max(cancel.effect_by or 0.0 for cancel in cancels),
        confirmed=len(cancels) == len(row.smsids) and all(cancel.confirmed for cancel in cancels),
    )


def _without_doubts(snapshot: Snapshot, rows: dict[Identity, Row]) -> dict[Identity, Row]:
    after: dict[Identity, Row] = {}
    taken: list[tuple[str, str]] = []
    for identity, row in rows.items():
        is_doubtful = known(snapshot, row).scheduled_state in (ScheduledState.DOUBTFUL, ScheduledState.LAPSED)
        if row.state in PENDING or not is_doubtful:
            after[identity] = row
            continue
        pending = _content_of(snapshot, row, taken)
        if pending is not None:
            taken += [(smsid, row.recipient) for smsid in pending.smsids]
            after[identity] = row._replace(
                state=State.ACCEPTED, smsids=pending.smsids, listed=True, previous=None, owner="", absent_at=None
            )
            continue
        kept = _kept_doubt(snapshot, row)
        if kept is not None:
            after[identity] = kept
    return after


def _content_of(snapshot: Snapshot, row: Row, taken: Sequence[tuple[str, str]]) -> Pending | None:
    fingerprints = snapshot.fingerprints
    records = [
        record
        for record in records_in(snapshot)
        if (fingerprints.recipient(record.to), record.date) == (row.recipient, row.date)
        and (record.smsid, row.recipient) not in taken
        and record.smsid not in snapshot.cancels
        and owner(snapshot, record.smsid, record.to) in (None, (row.key, row.recipient))
    ]
    for message in runs(records):
        keys = [fingerprints.key(key_of(sender, message.text, message.date)) for sender in ("", message.sender)]
        if row.key in keys:
            return message
    return None


def _kept_doubt(snapshot: Snapshot, row: Row) -> Row | None:
    strangers = [
        record
        for record in records_in(snapshot)
        if owner(snapshot, record.smsid, record.to) is None and record.smsid not in snapshot.cancels
    ]
    is_seen = any(snapshot.fingerprints.recipient(record.to) == row.recipient for record in strangers)
    is_seen = is_seen or any(record.smsid in row.smsids for record in records_in(snapshot))
    if is_seen or row.is_at_work(snapshot.asked_at) or not proof.counts(row, row.delivers_at, snapshot.reading):
        return row
    if row.absent_at is None:
        return row._replace(absent_at=snapshot.read_at)
    return None if proof.is_second(row, snapshot.reading) else row


def _seen(snapshot: Snapshot, row: Row) -> Row:
    listed = {record.smsid for record in records_in(snapshot)}
    if records_of(snapshot, row) and row.state in (*PENDING, State.CANCELLED):
        if row.state is not State.ACCEPTED and not set(row.smsids) <= listed:
            return row._replace(state=State.CANCELLING, listed=True, absent_at=None, confirmed=False)
        return proof.seen(row._replace(listed=True, absent_at=None), snapshot.reading)
    return proof.unseen(row, row.delivers_at, snapshot.reading) if row.state in PENDING else row


def _cancels_after(snapshot: Snapshot, rows: dict[Identity, Row]) -> dict[str, Row]:
    after: dict[str, Row] = {}
    for smsid, row in snapshot.cancels.items():
        states = [other.state for other in rows.values() if smsid in other.smsids]
        if State.CANCELLING in states or State.CANCELLED in states:
            state = State.CANCELLING if State.CANCELLING in states else State.CANCELLED
            after[smsid] = row._replace(state=state)
        elif not states:
            judged = _seen(snapshot, row)
            if judged.state is not State.ACCEPTED or row.state is State.CANCELLED:
                after[smsid] = judged if judged.state is not State.ACCEPTED else row
    for row in rows.values():
        for smsid in row.smsids if row.state is State.CANCELLED else ():
            if smsid not in snapshot.cancels:
                after[smsid] = _memory_of(snapshot, row, smsid)
    return after


def _memory_of(snapshot: Snapshot, row: Row, smsid: str) -> Row:
    return row._replace(
        key=snapshot.fingerprints.cancel_key(smsid), recipient="", content=proof.CONTENT_OF_CANCEL, smsids=(smsid,),
        previous=None, keep_until=max(row.keep_until, snapshot.asked_at + KEPT),
    )  # fmt: skip
