# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plan what to create, keep and cancel, from what is wanted and what exists. Pure.

A message is known by its identity: the fingerprints of its key (sender, text, minute) and of its recipient. The list
of the service is the truth about what it shows; the ledger is the truth about which message an smsid is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from .._api.pending import Pending
from .._ledger.model import Row, State
from .proof import Reading, is_cancelled_in_time, may_be_stale

Identity = tuple[str, str]
"""The fingerprints of a message's key and of its recipient."""


class ScheduledState(Enum):
    """The state of a message of the ledger at one moment."""

    LISTED = "listed"
    """The list shows it."""
    UNLISTED = "unlisted"
    """Accepted, its date lies ahead, and its absence from the list, or the lack of a list, proves nothing."""
    MISSING = "missing"
    """Accepted, its date lies ahead, a list has shown it, and this one does not: later lists will decide."""
    CANCELLING = "cancelling"
    """A cancel was asked for, and it is not certain yet whether it has taken effect."""
    DELIVERED = "delivered"
    """Accepted, its date is over, and it is no longer pending."""
    DOUBTFUL = "doubtful"
    """It is not known whether it was accepted."""
    UNCERTAIN = "uncertain"
    """Accepted, the list has shown it and no longer does, and its date may be over or not: the zone is not known."""
    LAPSED = "lapsed"
    """It is not known whether it was accepted, or cancelled, and its date is over: it is not pending in either case."""
    INACTIVE = "inactive"
    """It was refused or cancelled: it is not pending, and will not go out."""


_OPEN = frozenset({ScheduledState.DOUBTFUL, ScheduledState.UNCERTAIN, ScheduledState.MISSING})
_UNDECIDED = _OPEN | {ScheduledState.LAPSED, ScheduledState.CANCELLING}


class KnownMessage(NamedTuple):
    """A message that exists, or may exist.

    ``row``: its row, where the ledger has one. ``pending``: the message as the list shows it, where it does.
    """

    scheduled_state: ScheduledState
    smsids: tuple[str, ...]
    row: Row | None = None
    pending: Pending | None = None

    @property
    def is_cancel_unfinished(self) -> bool:
        """Whether its cancel was claimed and must be asked for again: the list shows it, or no one has confirmed it."""
        is_confirmed = self.row is not None and self.row.confirmed
        return self.scheduled_state is ScheduledState.CANCELLING and (self.pending is not None or not is_confirmed)

    @property
    def to(self) -> str:
        """The recipient as people may read it: in full where the list shows it, else masked."""
        if self.pending is not None:
            return f"+{self.pending.to}"
        return self.row.masked if self.row is not None else ""

    @property
    def text(self) -> str | None:
        """The text, as far as the list shows it."""
        return self.pending.text if self.pending is not None else None

    @property
    def date(self) -> str | None:
        """The date as it went over the wire, or as the list shows it."""
        if self.row is not None and self.row.date is not None:
            return self.row.date
        return self.pending.date if self.pending is not None else None


class DesiredMessage(NamedTuple):
    """One message that shall be pending.

    ``to``: the recipient's digits. ``pending``: a message of equal content on the list, if there is one.
    """

    identity: Identity
    to: str
    pending: Pending | None = None


class Plan(NamedTuple):
    """The actions that a request needs, in this order. While anything is ``doubtful``, nothing may be created.

    ``others``: every message of its name, or that it matches, which no request of the task wants.
    """

    create: tuple[DesiredMessage, ...] = ()
    adopt: tuple[DesiredMessage, ...] = ()
    keep: tuple[tuple[DesiredMessage, KnownMessage], ...] = ()
    cancel: tuple[KnownMessage, ...] = ()
    history: tuple[KnownMessage, ...] = ()
    doubtful: tuple[KnownMessage, ...] = ()
    others: tuple[KnownMessage, ...] = ()


class Want(NamedTuple):
    """The messages that one request wants, and what exists.

    ``known``: what the ledger knows of the desired identities. ``others``: what belongs to the same name, or matches
    what is to be cancelled; messages among them that any request of the task wants are left alone. ``due``: what a
    request wants that is about to go out, and so is too late to be scheduled.
    """

    desired: Sequence[DesiredMessage] = ()
    known: Mapping[Identity, KnownMessage] = {}
    others: Sequence[KnownMessage] = ()
    due: frozenset[Identity] = frozenset()


@dataclass
class _Rest:
    """The messages that no request wants, all of them and by what must be done for them."""

    others: list[KnownMessage] = field(default_factory=list)
    cancel: list[KnownMessage] = field(default_factory=list)
    history: list[KnownMessage] = field(default_factory=list)
    doubtful: list[KnownMessage] = field(default_factory=list)

    def add(self, message: KnownMessage) -> None:
        """Add a message, which must be cancelled if it is pending, or may be."""
        self.others.append(message)
        state = message.scheduled_state
        if state is ScheduledState.LISTED or state is ScheduledState.UNLISTED or message.is_cancel_unfinished:
            self.cancel.append(message)
        elif state is ScheduledState.DELIVERED:
            self.history.append(message)
        elif state in _OPEN:
            self.doubtful.append(message)


@dataclass
class _Sorted:
    """The desired messages, by what must be done for them."""

    create: list[DesiredMessage] = field(default_factory=list)
    adopt: list[DesiredMessage] = field(default_factory=list)
    keep: list[tuple[DesiredMessage, KnownMessage]] = field(default_factory=list)


def scheduled_state(
    row: Row,
    delivers_at: float | None,
    reading: Reading,
    zone_uncertainty: float = 0.0,
    *,
    has_list: bool,
    is_listed: bool,
) -> ScheduledState:
    """Return the state of a row's message at this moment.

    ``delivers_at``: the earliest moment of its date. ``reading``: when the list was read. ``zone_uncertainty``: seconds
    by which the date may be later than ``delivers_at``, because the account's zone is not known. ``is_listed``: whether
    the list shows any of its smsids.
    """
    now, state = reading.now, row.state
    if state in (State.REFUSED, State.CANCELLED):
        return _inactive_state(row, reading, is_listed=is_listed)
    is_over = bool(delivers_at) and now >= (delivers_at or 0.0) + zone_uncertainty
    if state not in (State.ACCEPTED, State.CANCELLING):
        return ScheduledState.LAPSED if is_over and not row.is_at_work(now) else ScheduledState.DOUBTFUL
    is_doubted = state is State.CANCELLING or row.absent_at is not None
    if is_over and not is_listed:
        return _state_after(row, delivers_at, reading, is_doubted=is_doubted)
    if state is State.CANCELLING:
        return ScheduledState.CANCELLING
    if is_listed:
        return ScheduledState.LISTED
    return _unseen_state(row, delivers_at, reading, has_list=has_list, is_doubted=is_doubted)


def _inactive_state(row: Row, reading: Reading, *, is_listed: bool) -> ScheduledState:
    """Return the state of a message that was refused or judged gone; the list may show it again, or still."""
    if not is_listed or row.state is State.REFUSED:
        return ScheduledState.INACTIVE
    if may_be_stale(row, reading):
        return ScheduledState.CANCELLING
    # The smsid of a row without a recipient was judged gone before; a row with one is accepted again.
    return ScheduledState.INACTIVE if row.recipient else ScheduledState.LISTED


def _state_after(row: Row, delivers_at: float | None, reading: Reading, *, is_doubted: bool) -> ScheduledState:
    """Return the state of an accepted message whose date is over, and that the list does not show."""
    if is_cancelled_in_time(row, delivers_at, reading.graces):
        return ScheduledState.INACTIVE
    return ScheduledState.LAPSED if is_doubted else ScheduledState.DELIVERED


def _unseen_state(
    row: Row, delivers_at: float | None, reading: Reading, *, has_list: bool, is_doubted: bool
) -> ScheduledState:
    """Return the state of an accepted message that the list does not show, and whose date is not certainly over."""
    if not has_list or not row.listed:
        return ScheduledState.UNLISTED
    if delivers_at is not None and reading.now >= delivers_at:
        return ScheduledState.UNCERTAIN
    # Shortly before its date the service may have taken it off the list to deliver it.
    is_evidence = is_doubted or reading.is_before_handover(delivers_at)
    return ScheduledState.MISSING if is_evidence else ScheduledState.UNLISTED


def plan(wants: Sequence[Want]) -> list[Plan]:
    """Return for each request what to do so that its desired messages are pending, and none of the others is.

    What one request has left behind another may want, such as a reminder that moves to the date of the next one. So
    only what none of them wants is cancelled, and by one of them alone.

    Among others, a message of unknown fate whose date is over prevents nothing. As a desired message it does, since it
    may have been delivered.
    """
    sorted_wants = [_sorted(want) for want in wants]
    identities: set[tuple[object, ...]] = {message.identity for want in wants for message in want.desired}
    identities.update(*(want.due for want in wants))
    kept = {pair for actions in sorted_wants for pair in _kept_smsids(actions)}
    kept_smsids = frozenset(smsid for smsid, _recipient in kept)
    plans: list[Plan] = []
    for want, actions in zip(wants, sorted_wants):
        rest = _Rest()
        for message in want.others:
            is_other = kept_smsids.isdisjoint(message.smsids) or not _is_kept(message, kept)
            if is_other and identity_of(message) not in identities:
                rest.add(message)
        if len(wants) > 1:
            identities.update(map(identity_of, rest.others))
        plans.append(_planned(want, actions, rest))
    return plans


def merged(plans: Iterable[Plan]) -> Plan:
    """Return the actions of several plans as one."""
    return Plan(*(tuple(message for group in groups for message in group) for groups in zip(Plan(), *plans)))


def _planned(want: Want, actions: _Sorted, rest: _Rest) -> Plan:
    """Return the plan of one request. ``rest``: the other messages, which no request wants."""
    doubtful = [message for message in want.known.values() if message.scheduled_state in _UNDECIDED]
    return Plan(
        create=tuple(actions.create),
        adopt=tuple(actions.adopt),
        keep=tuple(actions.keep),
        cancel=tuple(rest.cancel),
        history=tuple(rest.history),
        doubtful=(*doubtful, *rest.doubtful),
        others=tuple(rest.others),
    )


def identity_of(message: KnownMessage) -> tuple[object, ...]:
    """Return what tells one existing message from another."""
    return (message.row.key, message.row.recipient) if message.row is not None else (message.smsids, message.pending)


def without(messages: Sequence[KnownMessage], others: Iterable[KnownMessage]) -> list[KnownMessage]:
    """Return the messages that are none of the others, both as one snapshot has them."""
    identities = set(map(identity_of, others)) if messages else set()
    return [message for message in messages if identity_of(message) not in identities]


def unintended_recipients(
    cancel: Sequence[KnownMessage], carried: Callable[[str], frozenset[str]]
) -> dict[str, frozenset[str]]:
    """Return, by smsid, the recipients (digits) who would lose a message although none of theirs is to be cancelled.

    ``carried``: returns every recipient of an smsid on the list. Smsids without such recipients are left out.
    """
    intended = {(smsid, message.pending.to) for message in cancel if message.pending for smsid in message.smsids}
    smsids = dict.fromkeys(smsid for message in cancel for smsid in message.smsids)
    unintended = {smsid: frozenset(to for to in carried(smsid) if (smsid, to) not in intended) for smsid in smsids}
    return {smsid: recipients for smsid, recipients in unintended.items() if recipients}


def wanted_recipients_of(planned: Plan, unintended: Mapping[str, frozenset[str]]) -> list[str]:
    """Return the recipients (digits) whose wanted message has one of these shared smsids, which forbids to cancel it.

    ``unintended``: as ``unintended_recipients`` returns it.
    """
    staying = {(smsid, desired.to) for desired, message in planned.keep for smsid in message.smsids}
    staying |= {(smsid, desired.to) for desired in planned.adopt if desired.pending for smsid in desired.pending.smsids}
    return sorted({to for smsid, recipients in unintended.items() for to in recipients if (smsid, to) in staying})


def _sort(desired: DesiredMessage, known: KnownMessage | None, actions: _Sorted) -> None:
    """Create what does not exist and keep what does. What may exist gets neither."""
    if known is None or known.scheduled_state is ScheduledState.INACTIVE:
        (actions.create if desired.pending is None else actions.adopt).append(desired)
    elif known.scheduled_state not in _UNDECIDED:
        actions.keep.append((desired, known))


def _sorted(want: Want) -> _Sorted:
    """Return the desired messages of one request, by what must be done for them."""
    actions = _Sorted()
    for message in want.desired:
        _sort(message, want.known.get(message.identity), actions)
    return actions


def _kept_smsids(actions: _Sorted) -> Iterator[tuple[str, str]]:
    """Yield the smsids that stay, each with the fingerprint of its recipient."""
    for desired in actions.adopt:
        yield from ((smsid, desired.identity[1]) for smsid in (desired.pending.smsids if desired.pending else ()))
    for desired, known in actions.keep:
        yield from ((smsid, desired.identity[1]) for smsid in known.smsids)


def _is_kept(message: KnownMessage, kept: set[tuple[str, str]]) -> bool:
    """Return whether this message stays. An smsid alone does not tell: several recipients may share it."""
    row = message.row
    return row is not None and any((smsid, row.recipient) in kept for smsid in message.smsids)
