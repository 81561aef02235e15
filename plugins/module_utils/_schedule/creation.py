# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make the messages of one request pending: keep what is there, adopt what is equal, create what is missing."""

from __future__ import annotations

from collections.abc import Iterable

from .._api.pending import Pending
from .._ledger.model import Claim, Identity, State, claimed
from .._message.dates import echo_matches
from .._message.numbers import mask
from .._message.outcome import Outcome, Result
from .._send.delivery import Delivery
from .._send.posting import Objection, no_objection
from .context import ScheduleContext
from .plan import DesiredMessage, KnownMessage, Plan, ScheduledState
from .request import ScheduleRequest
from .results import adopted_result, foreseen_result, kept_result
from .snapshot import Change, Snapshot


class Creation:
    """The messages that one request wants to be pending, and how they become so."""

    def __init__(
        self,
        context: ScheduleContext,
        request: ScheduleRequest,
        objection: Objection = no_objection,
        names: frozenset[str] = frozenset(),
    ) -> None:
        """Change nothing yet.

        ``objection`` is asked directly before anything is scheduled. ``names``: the names (fingerprints) of all
        requests of the task.
        """
        self._context = context
        self._objection = objection
        self._names = names
        self._request = request
        self._key = context.fingerprints.key(request.delivery.key)

    def desired(self, snapshot: Snapshot) -> list[DesiredMessage]:
        """Return one desired message for each recipient, with its equal on the list."""
        return [self._desired(to, snapshot) for to in self._request.delivery.recipients]

    def known(self, snapshot: Snapshot) -> dict[Identity, KnownMessage]:
        """Return what the ledger knows of the desired messages.

        An equal message whose cancel was claimed may be pending or not, so its recipient's message is in doubt.
        """
        known: dict[Identity, KnownMessage] = {}
        for to in self._request.delivery.recipients:
            identity = self._identity(to)
            cancels = [
                snapshot.known(snapshot.cancels[smsid])
                for pending in self._equals(to, snapshot)
                for smsid in pending.smsids
                if smsid in snapshot.orphan_smsids
            ]
            doubt = next((one for one in cancels if one.scheduled_state is ScheduledState.CANCELLING), None)
            row = snapshot.rows.get(identity)
            message = snapshot.known(row) if row is not None else None
            if doubt is not None and (message is None or message.scheduled_state is ScheduledState.INACTIVE):
                known[identity] = doubt
            elif message is not None:
                known[identity] = message
        return known

    def keep(self, planned: Plan) -> list[Result]:
        """Give the request's name to what is already there and has none of another task, and return the results.

        The revision of each row is raised, so that no run cancels it by a plan from before. Raises ``Overtaken`` where
        another run has changed one meanwhile.
        """
        name = self._request.name_fingerprint
        changes: dict[Identity, Change] = {}
        for _desired, message in planned.keep:
            row = message.row
            if row is None or message.scheduled_state is ScheduledState.DELIVERED:
                continue
            # What another request of this task has left behind now belongs to the one that wants it.
            is_ours = not row.name or row.name in self._names
            if name and not is_ours and row.name != name:
                self._context.warn(f"the message to {message.to} is pending for another name already, and stays so")
            kept = row._replace(revision=row.revision + 1, name=name or row.name if is_ours else row.name)
            changes[row.key, row.recipient] = row, kept
        self._context.change_all(changes)
        return self.described(kept_result(desired, message) for desired, message in planned.keep)

    def adopt(self, planned: Plan, snapshot: Snapshot) -> list[Result]:
        """Enter messages of equal content that were scheduled elsewhere into the ledger, and return the results.

        Raises ``Overtaken`` where another run has changed one meanwhile, or has claimed its cancel.
        """
        changes: dict[Identity, Change] = {}
        for desired in planned.adopt:
            changes[desired.identity] = self._adoption(desired, snapshot)
            for smsid in desired.pending.smsids if desired.pending else ():
                cancel = snapshot.cancels.get(smsid)
                changes[self._context.fingerprints.cancel_key(smsid), ""] = cancel, None
        self._context.change_all(changes)
        return self.described(map(adopted_result, planned.adopt))

    def warn_of_equals(self, planned: Plan, snapshot: Snapshot) -> None:
        """Name the listed messages of equal content beside the one that stays, which this ledger does not own."""
        staying = {smsid for _desired, message in planned.keep for smsid in message.smsids}
        staying |= {smsid for desired in planned.adopt if desired.pending for smsid in desired.pending.smsids}
        staying |= {smsid for message in planned.cancel for smsid in message.smsids}
        for to in self._request.delivery.recipients:
            others = [
                smsid for pending in self._equals(to, snapshot) for smsid in pending.smsids if smsid not in staying
            ]
            if others:
                self._context.warn(
                    f"the list shows another message of the same content to +{to}, smsid {', '.join(others)}, which is"
                    " not this ledger's and stays pending; cancel it by smsid unless it is wanted twice"
                )

    def surplus(self, snapshot: Snapshot) -> list[KnownMessage]:
        """Return the listed messages of the same content that this ledger had judged gone, and so scheduled again."""
        return [
            snapshot.known(snapshot.cancels[smsid])
            for to in self._request.delivery.recipients
            for pending in self._equals(to, snapshot)
            for smsid in pending.smsids
            if smsid in snapshot.orphan_smsids and self._is_replaced(to, snapshot)
        ]

    def create(self, planned: Plan) -> list[Result]:
        """Schedule what is missing, by the one delivery that sends anything, and return the results."""
        if not planned.create:
            return []
        context = self._context
        if context.check_mode:  # the ledger's rows are older than what this plan was made from
            return self.described(map(foreseen_result, planned.create))
        recipients = tuple(desired.to for desired in planned.create)
        delivery = Delivery(
            self._request.delivery._replace(recipients=recipients),
            context.api,
            context.ledger,
            context.fingerprints,
            context.deadline,
            check_mode=False,
            objection=self._objection,
        )
        report = delivery.run()
        context.warnings.extend(report.warnings)
        return self.described(report.results)

    def confirmed(self, created: Iterable[Result], snapshot: Snapshot) -> list[Result]:
        """Return the results of what was created, where the snapshot proves that a lost answer was an acceptance."""
        return [self._confirmed(result, snapshot) for result in created]

    def misdated(self, created: Iterable[Result]) -> list[Result]:
        """Return the results of created messages for which the service names another date than was meant.

        Where that must not fail the task, warn and return none.
        """
        meant = self._request.date
        misdated = [
            result
            for result in created
            if result.outcome is Outcome.SCHEDULED
            and result.delivery_date is not None
            and not echo_matches(result.delivery_date, meant)
        ]
        if misdated and not self._request.fail_on_mismatch:
            dates = ", ".join(f"{result.delivery_date!r} for {result.to}" for result in misdated)
            self._context.warn(f"the service answered with another date than {meant.wire!r}: {dates}")
            return []
        return misdated

    def described(self, results: Iterable[Result]) -> list[Result]:
        """Return results with the request's text and, where they have no date of their own, its date."""
        text, date = self._request.delivery.text, self._request.date.wire
        return [result._replace(text=text, delivery_date=result.delivery_date or date) for result in results]

    def _identity(self, to: str) -> Identity:
        return self._key, self._context.fingerprints.recipient(to)

    def _equals(self, to: str, snapshot: Snapshot) -> list[Pending]:
        """Return the listed messages to a recipient (digits) that have the request's content."""
        delivery, date = self._request.delivery, self._request.date.wire
        return snapshot.equals(self._identity(to), to, date, delivery.text, delivery.sender)

    def _desired(self, to: str, snapshot: Snapshot) -> DesiredMessage:
        """Return the desired message to a recipient, with the newest of its equals whose cancel was never claimed."""
        equals = self._equals(to, snapshot)
        unclaimed = [pending for pending in equals if not snapshot.orphan_smsids.intersection(pending.smsids)]
        judged_gone = [pending for pending in equals if not snapshot.being_cancelled.intersection(pending.smsids)]
        pending = next(iter(unclaimed or judged_gone), None)
        return DesiredMessage(self._identity(to), to, pending)

    def _is_replaced(self, to: str, snapshot: Snapshot) -> bool:
        """Return whether the ledger has a message of this content that was scheduled after the one it judged gone."""
        row = snapshot.rows.get(self._identity(to))
        return row is not None and row.state in (State.ACCEPTED, State.CANCELLING)

    def _adoption(self, desired: DesiredMessage, snapshot: Snapshot) -> Change:
        """Return the change that enters a message of the list into the ledger."""
        key, recipient = desired.identity
        ledger, delivery = self._context.ledger, self._request.delivery
        before = snapshot.rows.get(desired.identity)
        claim = Claim(
            key=key,
            label="",
            dedupe=delivery.dedupe,
            recipients={recipient: mask(desired.to)},
            owner="adopted",
            origin="adopted",
            start_within=0.0,
            finish_within=0.0,
            schedule=delivery.schedule,
        )
        row = claimed(before, claim, recipient, ledger.now())
        smsids = desired.pending.smsids if desired.pending else ()
        revision = 1 if before is None else before.revision + 1
        return before, row._replace(state=State.ACCEPTED, smsids=smsids, listed=True, previous=None, revision=revision)

    def _confirmed(self, result: Result, snapshot: Snapshot) -> Result:
        row = snapshot.rows.get((self._key, self._context.fingerprints.recipient(result.to.lstrip("+"))))
        if result.outcome is not Outcome.UNKNOWN or row is None or row.state is not State.ACCEPTED:
            return result
        reason = "the answer was lost; the list of pending messages shows that it was accepted"
        return result._replace(outcome=Outcome.SCHEDULED, smsids=row.smsids, code_desc=reason)
