# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Scheduled messages: look, plan, create (by the one delivery), cancel, look again.

What must go is cancelled only after what must come has been accepted, so that a run which stops in between leaves
too many messages rather than too few, and the next run cancels the surplus.
"""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from typing import Callable, NamedTuple, Optional

from .._api.pending import ListError, Pending
from .._api.scheduled import ScheduledApi
from .._core.deadline import Deadline
from .._core.errors import InputError, VoipsmsError
from .._ledger.memory import MemoryLedger
from .._ledger.model import Claim, DedupePolicy, Fingerprints, Ledger, LedgerError, Row, State, claimed
from .._message.dates import DeliveryDate, echo_matches, lead_fault
from .._message.numbers import mask
from .._message.outcome import Fate, Outcome, Result, moment
from .._send.delivery import Delivery, SendRequest
from .cancel import Cancellation, foreseen
from .plan import DesiredMessage, KnownMessage, Plan, ScheduledState, plan, shared, staying
from .snapshot import Change, Match, Snapshot, matching

NO_LIST = (
    "if the vendor's page on scheduled messages names another call, set scheduled_path, cancel_path and cancel_method;"
    " voipsms_scheduled_info shows whether they are right"
)

_WAITING = frozenset({Outcome.SCHEDULED, Outcome.WOULD_SCHEDULE, Outcome.DUPLICATE})
"""Outcomes of a new message that waits now, or would."""

_TURN_PAUSE = 0.5
"""Seconds between two tries to get one's turn at a name."""


class ScheduleError(VoipsmsError):
    """The task as a whole is refused; nothing was changed."""


class ScheduleRequest(NamedTuple):
    """What shall wait: the message, its date, and what it belongs to (``name``; its fingerprint is in ``delivery``)."""

    delivery: SendRequest
    date: DeliveryDate
    name: Optional[str]
    min_lead: int
    fail_on_mismatch: bool


class CancelRequest(NamedTuple):
    """What shall no longer wait, and the name by which people know it, if it has one."""

    match: Match
    name: Optional[str]
    fail_if_sent: bool = False


@dataclass
class Outcomes:
    """What became of each message, and what else is to be said."""

    results: list[Result] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


class Scheduler:
    """One task's view of the scheduled messages of an account. With ``check_mode`` it reads, and changes nothing."""

    def __init__(
        self,
        api: ScheduledApi,
        ledger: Ledger,
        fingerprints: Fingerprints,
        deadline: Deadline,
        *,
        check_mode: bool,
        cancel_shared: bool,
        earliest_moment_of: Callable[[str], float],
        zone_uncertainty: float = 0.0,
    ) -> None:
        """Nothing happens yet.

        ``earliest_moment_of``: the earliest moment (Unix seconds) that a date can mean. ``zone_uncertainty``:
        seconds by which it may be later.
        """
        self._api = api
        self._ledger = ledger
        self._fingerprints = fingerprints
        self._deadline = deadline
        self._check_mode = check_mode
        self._cancel_shared = cancel_shared
        self._earliest_moment_of = earliest_moment_of
        self._zone_uncertainty = zone_uncertainty
        self._warnings: list[str] = []

    def present(self, request: ScheduleRequest) -> Outcomes:
        """Make the pending messages what the appointment says. Raises ``VoipsmsError`` with nothing changed."""
        with self._turn(request.delivery.schedule.name if request.delivery.schedule else ""):
            results = self._present(request)
        # Not before the turn has ended, which may leave a warning.
        return self._outcomes(results)

    def _present(self, request: ScheduleRequest) -> list[Result]:
        snapshot = self._settled_look()
        if self._wait_for_twins(request.delivery):
            snapshot = self._settled_look()
        wishes = self._wishes(request, snapshot)
        planned = self._plan(request, wishes, snapshot)
        self._refuse(planned, snapshot)
        self._refuse_late(request, planned, snapshot)
        self._refuse_blind(planned, snapshot)
        if planned.doubtful:
            undecided = _undecided(wishes, planned, self._ledger.now())
            return self._as_wanted(undecided, request)
        kept = self._kept(planned, request) + self._adopt(planned, request)
        created = self._create(request, planned)
        finished = self._finish(created, planned, snapshot, request)
        return self._as_wanted(kept, request) + finished

    def absent(self, request: CancelRequest) -> Outcomes:
        """Cancel what matches. Raises ``VoipsmsError`` with nothing changed."""
        with self._turn(request.match.name or ""):
            results = self._absent(request)
        return self._outcomes(results)

    def _absent(self, request: CancelRequest) -> list[Result]:
        snapshot = self._settled_look()
        held = matching(snapshot, request.match)
        if request.name is not None and not any(row.name == request.match.name for row in snapshot.rows.values()):
            self._warn_of_unknown_name(request.name)
        planned = plan((), {}, held)
        if request.match.smsids is not None and snapshot.listing is None:
            return self._try_blindly(request.match.smsids, held)
        if snapshot.listing is None and request.match.name is None:
            raise ScheduleError(f"{snapshot.reason}; nothing was cancelled; {NO_LIST}")
        self._refuse(planned, snapshot)
        results = [_uncertain(message, self._ledger.now()) for message in planned.doubtful]
        results += [_gone_out(message) for message in planned.history]
        results += self._lapsed(held, request)
        return results + self._finish([], planned, snapshot, None)

    def pending(self, match: Optional[Match]) -> list[Pending]:
        """What the list shows of the messages that match; all of it without a match. Raises ``ListError``."""
        snapshot = self._look()
        if snapshot.listing is None:
            raise ListError(f"{snapshot.reason}; {NO_LIST}")
        if match is None:
            match = Match()
        return [message.seen for message in matching(snapshot, match) if message.seen is not None]

    def _outcomes(self, results: Iterable[Result]) -> Outcomes:
        return Outcomes(list(results), list(dict.fromkeys(self._warnings)))

    def _as_wanted(self, results: Iterable[Result], request: ScheduleRequest) -> list[Result]:
        """Results of the wanted message: the ones that wait, or shall, say when and with which text."""
        text, date = request.delivery.text, request.date.wire
        return [result._replace(text=text, delivery_date=result.delivery_date or date) for result in results]

    # Looking --------------------------------------------------------------------------------------------------

    def _look(self) -> Snapshot:
        """The list and the ledger, as they are now."""
        listing, reason, asked_at = None, "", self._ledger.now()
        try:
            listing = self._api.pending(self._deadline.left())
        except ListError as error:
            reason = str(error)
        rows = {(row.key, row.recipient): row for row in self._ledger.scheduled()}
        at = listing.at if listing is not None and listing.at is not None else 0.0
        now = max(self._ledger.now(), at)
        return Snapshot(
            listing, reason, rows, now, asked_at, self._fingerprints, self._earliest_moment_of, self._zone_uncertainty
        )

    def _settled_look(self) -> Snapshot:
        """A look of which everything that it teaches is written down: doubts removed, messages seen, messages gone."""
        snapshot = self._look()
        if snapshot.listing is None:
            self._warnings.append(f"{snapshot.reason}; what is pending is taken from the ledger; {NO_LIST}")
        snapshot, changes = _settled(snapshot)
        self._amend(changes)
        return snapshot

    def _look_again(self) -> Snapshot:
        """A look after something was changed: whatever is in its way, what was done is still to be reported."""
        try:
            snapshot, changes = _settled(self._look())
        except VoipsmsError as error:
            return Snapshot(None, str(error), {}, self._ledger.now(), 0.0, self._fingerprints)
        try:
            self._amend(changes)
        except LedgerError as error:
            self._warnings.append(f"ledger not updated: {error}; the next run of this task makes up for it")
        return snapshot

    def _wait_for_twins(self, wanted: SendRequest) -> bool:
        """Wait, within the deadline, while another run has the same message in hand; whether one had, and ended."""
        waited = False
        while self._is_in_hand(wanted):
            if self._check_mode or not self._deadline.wait(_TURN_PAUSE):
                return False
            waited = True
        return waited

    def _is_in_hand(self, wanted: SendRequest) -> bool:
        names = [self._fingerprints.recipient(to) for to in wanted.recipients]
        rows = self._ledger.rows(self._fingerprints.key(wanted.key), names)
        return any(_at_work(row, self._ledger.now()) for row in rows.values())

    def _amend(self, changes: Sequence[Change]) -> None:
        """Write what was learned. In check mode it is known to this run alone."""
        if changes and not self._check_mode:
            self._ledger.amend(changes)

    @contextmanager
    def _turn(self, name: str) -> Iterator[None]:
        """One run at a time for each name: wait for one's turn, within the deadline. ``name``: its fingerprint."""
        if not name or self._check_mode:
            yield
            return
        key, owner = self._fingerprints.key(f"turn {name}"), secrets.token_hex(16)
        while True:
            claimed_turn = self._ledger.claim(self._turn_claim(key, name, owner))
            if claimed_turn.won:
                break
            if not self._deadline.wait(_TURN_PAUSE):
                until = moment(claimed_turn.lost[name].lease_until)
                raise ScheduleError(
                    "another run is at work on the same name and has not ended within the deadline; nothing was"
                    f" changed; if it was killed, its turn ends by itself at {until}"
                )
        try:
            yield
        finally:
            try:
                self._ledger.settle(key, owner, {name: (Fate.NOT_SENT, ())})
            except LedgerError as error:
                self._warnings.append(f"ledger not updated: {error}; the next run of this name may have to wait")

    def _turn_claim(self, key: str, name: str, owner: str) -> Claim:
        left = self._deadline.left()
        return Claim(
            key=key,
            label="",
            dedupe=DedupePolicy(content="turn", window=0.0, resend_unknown=True),
            recipients={name: ""},
            owner=owner,
            origin=f"{socket.gethostname()}:{os.getpid()}",
            start_within=left,
            finish_within=left,
        )

    # Planning -------------------------------------------------------------------------------------------------

    def _wishes(self, request: ScheduleRequest, snapshot: Snapshot) -> list[DesiredMessage]:
        wanted = request.delivery
        key = self._fingerprints.key(wanted.key)
        wishes = []
        for to in wanted.recipients:
            identity = (key, self._fingerprints.recipient(to))
            found = snapshot.equal(identity, to, request.date.wire, wanted.text, wanted.sender)
            wishes.append(DesiredMessage(identity, to, found))
        return wishes

    def _plan(self, request: ScheduleRequest, wishes: Sequence[DesiredMessage], snapshot: Snapshot) -> Plan:
        held = {
            wish.identity: snapshot.known(snapshot.rows[wish.identity])
            for wish in wishes
            if wish.identity in snapshot.rows
        }
        name = request.delivery.schedule.name if request.delivery.schedule else ""
        others = matching(snapshot, Match(name=name)) if name else []
        return plan(wishes, held, others)

    def _refuse(self, planned: Plan, snapshot: Snapshot) -> None:
        """Refuse what would cancel without having read the list, or more than was meant."""
        if planned.cancel and snapshot.listing is None:
            raise ScheduleError(
                f"{snapshot.reason}; {len(planned.cancel)} messages would have to be cancelled, which is not done"
                f" unseen; nothing was changed; {NO_LIST}"
            )
        unmeant = shared(planned.cancel, snapshot.listing.carried()) if snapshot.listing else {}
        lost = staying(planned, unmeant)
        if lost:
            raise ScheduleError(
                f"what is to be cancelled shares its smsid with the message to"
                f" {', '.join(f'+{number}' for number in lost)}, which is wanted; nothing was changed; cancel it by"
                " smsid with cancel_shared=true, then run this task again"
            )
        if unmeant and not self._cancel_shared:
            named = "; ".join(
                f"{smsid} would also cancel the message to {', '.join(f'+{number}' for number in sorted(numbers))}"
                for smsid, numbers in sorted(unmeant.items())
            )
            raise ScheduleError(f"{named}; nothing was changed; set cancel_shared=true if that is wanted")

    def _refuse_late(self, request: ScheduleRequest, planned: Plan, snapshot: Snapshot) -> None:
        """Refuse a date that is over or too near, unless nothing new is to be created for it."""
        now = datetime.fromtimestamp(snapshot.now, timezone.utc)
        fault = lead_fault(request.date, now, request.min_lead) if planned.create else None
        if fault is not None:
            raise InputError(fault)

    def _refuse_blind(self, planned: Plan, snapshot: Snapshot) -> None:
        """Refuse to create with neither a list nor a ledger: every run would schedule the same again."""
        if planned.create and snapshot.listing is None and self._ledger.name == MemoryLedger.name:
            raise ScheduleError(
                f"{snapshot.reason}; without a list and without a ledger nobody can tell what is pending, so nothing"
                f" was scheduled; give a ledger, or: {NO_LIST}"
            )

    def _lapsed(self, held: Sequence[KnownMessage], request: CancelRequest) -> list[Result]:
        """What may have gone out, or was never accepted: it does not wait, which is what was asked for."""
        lapsed = [message for message in held if message.scheduled_state is ScheduledState.LAPSED]
        if request.fail_if_sent:
            return [_uncertain(message, self._ledger.now()) for message in lapsed]
        if lapsed:
            named = ", ".join(message.to for message in lapsed)
            self._warnings.append(f"nobody learnt whether an earlier message went out to {named}; its date is over")
        return []

    def _warn_of_unknown_name(self, name: str) -> None:
        self._warnings.append(
            f"the ledger {self._ledger.name!r} knows no message of the name {name!r}, so nothing was looked for; what"
            " another ledger has scheduled is cancelled by smsid, or by to and delivery_date"
        )

    # Keeping and creating -------------------------------------------------------------------------------------

    def _kept(self, planned: Plan, request: ScheduleRequest) -> list[Result]:
        """What is already there, and stays; what nobody owns yet becomes this name's."""
        name = request.delivery.schedule.name if request.delivery.schedule else ""
        changes: list[Change] = []
        for _wish, message in planned.keep:
            row = message.row
            if row is None or not name or row.name == name:
                continue
            if row.name:
                self._warnings.append(f"the message to {message.to} is pending for another name already, and stays so")
            else:
                changes.append((row, row._replace(name=name)))
        self._amend(changes)
        return [_kept_result(wish, message) for wish, message in planned.keep]

    def _adopt(self, planned: Plan, request: ScheduleRequest) -> list[Result]:
        """Messages of equal content that were scheduled elsewhere: the ledger learns of them."""
        self._amend([self._adopted(wish, request) for wish in planned.adopt])
        return [_adopted_result(wish) for wish in planned.adopt]

    def _adopted(self, wish: DesiredMessage, request: ScheduleRequest) -> Change:
        before = next(iter(self._ledger.rows(wish.identity[0], [wish.identity[1]]).values()), None)
        claim = Claim(
            key=wish.identity[0],
            label="",
            dedupe=request.delivery.dedupe,
            recipients={wish.identity[1]: mask(wish.to)},
            owner="adopted",
            origin="adopted",
            start_within=0.0,
            finish_within=0.0,
            schedule=request.delivery.schedule,
        )
        row = claimed(before, claim, wish.identity[1], self._ledger.now())
        smsids = wish.found.smsids if wish.found else ()
        return before, row._replace(state=State.ACCEPTED, smsids=smsids, listed=True, previous=None)

    def _create(self, request: ScheduleRequest, planned: Plan) -> list[Result]:
        """Schedule what is missing, by the one way in which anything is sent."""
        recipients = tuple(wish.to for wish in planned.create)
        if not recipients:
            return []
        if self._check_mode:  # the rows in the ledger are older than what was learned for this plan
            return self._as_wanted([_foreseen_creation(wish) for wish in planned.create], request)
        delivery = Delivery(
            request.delivery._replace(recipients=recipients),
            self._api,
            self._ledger,
            self._fingerprints,
            self._deadline,
            check_mode=False,
        )
        report = delivery.run()
        self._warnings += report.warnings
        return self._as_wanted(report.results, request)

    def _looked_up(self, results: list[Result], request: ScheduleRequest, snapshot: Snapshot) -> list[Result]:
        """Of what was posted without an answer, what the list now shows was accepted."""
        key = self._fingerprints.key(request.delivery.key)
        found = []
        for result in results:
            row = snapshot.rows.get((key, self._fingerprints.recipient(result.to.lstrip("+"))))
            if result.outcome is Outcome.UNKNOWN and row is not None and row.state is State.ACCEPTED:
                reason = "the answer was lost; the list of pending messages shows that it was accepted"
                found.append(result._replace(outcome=Outcome.SCHEDULED, smsids=row.smsids, code_desc=reason))
            else:
                found.append(result)
        return found

    def _misdated(self, results: Sequence[Result], request: ScheduleRequest) -> list[Result]:
        """Of what was created, that of which the service names another date than was meant."""
        wrong = [
            result
            for result in results
            if result.outcome is Outcome.SCHEDULED
            and result.delivery_date is not None
            and not echo_matches(result.delivery_date, request.date)
        ]
        if wrong and not request.fail_on_mismatch:
            named = ", ".join(f"{result.delivery_date!r} for {result.to}" for result in wrong)
            meant = request.date.wire
            self._warnings.append(f"the service answered with another date than {meant!r}: {named}")
            return []
        return wrong

    # Cancelling ----------------------------------------------------------------------------------------------

    def _finish(
        self, created: list[Result], planned: Plan, snapshot: Snapshot, request: Optional[ScheduleRequest]
    ) -> list[Result]:
        """Cancel what must go, then look again: at what was created, and at what was cancelled."""
        wrong: list[Result] = []
        if request is not None and not self._check_mode:
            wrong = self._misdated(created, request)
            if wrong or any(result.outcome is Outcome.UNKNOWN for result in created):
                looked = self._look_again()
                created = self._looked_up(created, request, looked)
                snapshot = snapshot if looked.listing is None else looked
        cancel = self._without_loss(planned.cancel, created, wrong, self._elsewhere(planned))
        if self._check_mode:
            return created + [foreseen(message, snapshot) for message in cancel]
        if not cancel and not any(result.posted for result in created):
            return created
        cancellation = Cancellation(self._api, self._deadline, self._earliest_moment_of)
        misdated = [_just_created(result, snapshot) for result in wrong]
        cancellation.ask([*cancel, *misdated], snapshot)
        after = self._look_again()
        if request is not None:
            created = self._looked_up(created, request, after)
        undone = {result.to: cancellation.result(message, snapshot, after) for result, message in zip(wrong, misdated)}
        created = [_undone(result, undone.get(result.to)) for result in created]
        self._warn_of_unlisted(created, after)
        return created + [cancellation.result(message, snapshot, after) for message in cancel]

    def _elsewhere(self, planned: Plan) -> frozenset[str]:
        """The recipients whose wanted message the list shows at another date than was meant, and so maybe too late."""
        found = frozenset(
            wish.identity[1]
            for wish, message in planned.keep
            if message.seen is not None and message.row is not None and message.seen.date != message.row.date
        )
        if found and planned.cancel:
            self._warnings.append(
                "the list shows another date than was meant for a wanted message; check account_timezone"
            )
        return found

    def _without_loss(
        self,
        cancel: Sequence[KnownMessage],
        created: Sequence[Result],
        wrong: Sequence[Result],
        elsewhere: frozenset[str],
    ) -> list[KnownMessage]:
        """What may be cancelled now: nobody loses the old message while the new one is not accepted, or goes again."""
        undone = {result.to for result in wrong}
        waiting = elsewhere | {
            self._fingerprints.recipient(result.to.lstrip("+"))
            for result in created
            if result.outcome not in _WAITING or result.to in undone
        }
        kept = [message for message in cancel if message.row is not None and message.row.recipient in waiting]
        if kept:
            named = ", ".join(message.to for message in kept)
            self._warnings.append(f"the earlier message stays pending for {named}, since the new one was not accepted")
        return [message for message in cancel if message not in kept]

    def _warn_of_unlisted(self, created: Iterable[Result], after: Snapshot) -> None:
        """A created message that the list does not show cannot be watched, and its cancel cannot be verified."""
        if after.listing is None:
            return
        hidden = [result.to for result in created if result.outcome is Outcome.SCHEDULED and not _shown(result, after)]
        if hidden:
            self._warnings.append(
                f"the list of pending messages does not show what was just accepted for {', '.join(hidden)}; whether"
                " it is cancelled later cannot be verified"
            )

    def _try_blindly(self, smsids: Sequence[str], held: Sequence[KnownMessage]) -> list[Result]:
        """Without a list: try, and say plainly that nobody can tell what came of it."""
        sent = [message for message in held if message.scheduled_state is ScheduledState.DELIVERED]
        over = {smsid for message in sent for smsid in message.smsids}
        cancellation = Cancellation(self._api, self._deadline, self._earliest_moment_of)
        results = [_gone_out(message) for message in sent]
        for smsid in smsids:
            if smsid not in over:
                said = None if self._check_mode else cancellation.ask_for(smsid)
                results.append(_unverified(smsid, said))
        return results


def _kept_result(wish: DesiredMessage, message: KnownMessage) -> Result:
    """A message that is there already, or has gone out."""
    outcome = Outcome.ALREADY_SENT if message.scheduled_state is ScheduledState.DELIVERED else Outcome.DUPLICATE
    since = moment(message.row.claimed_at) if message.row is not None else None
    return Result(f"+{wish.to}", outcome, smsids=message.smsids, delivery_date=message.date, first_sent_at=since)


def _gone_out(message: KnownMessage) -> Result:
    """A message that cannot be cancelled any more."""
    return Result(message.to, Outcome.ALREADY_SENT, smsids=message.smsids, delivery_date=message.date)


def _adopted_result(wish: DesiredMessage) -> Result:
    """A message of equal content that waits, and that this ledger did not know."""
    smsids = wish.found.smsids if wish.found else ()
    reason = "it was already pending, scheduled elsewhere"
    return Result(f"+{wish.to}", Outcome.DUPLICATE, smsids=smsids, code_desc=reason)


def _foreseen_creation(wish: DesiredMessage) -> Result:
    """What check mode says of a message that would be created."""
    return Result(f"+{wish.to}", Outcome.WOULD_SCHEDULE, posted=True)


def _settled(snapshot: Snapshot) -> tuple[Snapshot, list[Change]]:
    """What a look teaches, and the rows to write: doubts removed, messages seen, messages gone."""
    snapshot, changes = snapshot.resolved(list(snapshot.rows))
    marks = snapshot.marked()
    rows = {**snapshot.rows, **{(row.key, row.recipient): row for _before, row in marks if row is not None}}
    return replace(snapshot, rows=rows), [*changes, *marks]


def _at_work(row: Row, now: float) -> bool:
    """Whether another run has this message in hand at this moment."""
    return row.state is State.SENDING and now < row.lease_until


def _uncertain(message: KnownMessage, now: float) -> Result:
    """A message of which an earlier run did not learn whether it was accepted, or that another has in hand."""
    row = message.row
    since = moment(row.claimed_at) if row is not None else None
    if row is not None and _at_work(row, now):
        claimant = f"claimed by {row.origin}"
        return Result(
            message.to, Outcome.IN_PROGRESS, code_desc=claimant, delivery_date=message.date, first_sent_at=since
        )
    reason = f"the run that scheduled it at {since} did not learn what became of it, and the list does not tell"
    return Result(message.to, Outcome.UNKNOWN, code_desc=reason, delivery_date=message.date, first_sent_at=since)


def _undecided(wishes: Sequence[DesiredMessage], planned: Plan, now: float) -> list[Result]:
    """While it is not known what is pending, nothing is created: everybody stays as they are."""
    numbers = {wish.identity: f"+{wish.to}" for wish in wishes}
    doubtful = [
        _uncertain(message, now)._replace(to=numbers.get((message.row.key, message.row.recipient), message.to))
        for message in planned.doubtful
        if message.row is not None
    ]
    kept = [_kept_result(wish, message) for wish, message in planned.keep]
    kept += [_adopted_result(wish) for wish in planned.adopt]
    reason = "nothing is scheduled while it is not known whether an earlier message is pending"
    waiting = [Result(f"+{wish.to}", Outcome.NOT_SENT, code_desc=reason) for wish in planned.create]
    return kept + waiting + doubtful


def _unverified(smsid: str, said: Optional[str]) -> Result:
    reason = "whether it was cancelled could not be verified, since the list of pending messages cannot be had"
    return Result(
        smsid, Outcome.UNKNOWN, posted=True, smsids=(smsid,), code_desc=f"{reason} ({said})" if said else reason
    )


def _just_created(result: Result, snapshot: Snapshot) -> KnownMessage:
    """A message that this run has created, as something to be cancelled."""
    owners = [snapshot.owner(smsid, result.to.lstrip("+")) for smsid in result.smsids]
    row = next((snapshot.rows[owner] for owner in owners if owner is not None), None)
    return KnownMessage(ScheduledState.LISTED, result.smsids, row, None)


def _undone(result: Result, cancelled: Optional[Result]) -> Result:
    """A created message that had another date than was meant, after it was cancelled again, or was not."""
    if cancelled is None:
        return result
    reason = f"the service answered with the date {result.delivery_date!r}, which is not the one that was meant"
    if cancelled.outcome is Outcome.CANCELLED:
        return result._replace(outcome=Outcome.NOT_SENT, code_desc=f"{reason}; it was cancelled again")
    return result._replace(outcome=Outcome.UNKNOWN, code_desc=f"{reason}; {cancelled.code_desc}")


def _shown(result: Result, snapshot: Snapshot) -> bool:
    return bool(snapshot.listed.intersection(result.smsids))
