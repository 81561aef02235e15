# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make the messages of one request pending: keep what is there, adopt what is equal, create what is missing."""

from __future__ import annotations

from collections.abc import Iterable

from .._ledger.model import Claim, State, claimed
from .._message.dates import echo_matches
from .._message.numbers import mask
from .._message.outcome import Outcome, Result
from .._send.delivery import Delivery
from .context import ScheduleContext
from .plan import DesiredMessage, Plan
from .request import ScheduleRequest
from .results import adopted_result, foreseen_result, kept_result
from .snapshot import Change, Snapshot


class Creation:
    """The messages that one request wants to be pending, and how they become so."""

    def __init__(self, context: ScheduleContext, request: ScheduleRequest) -> None:
        """Change nothing yet."""
        self._context = context
        self._request = request
        self._key = context.fingerprints.key(request.delivery.key)

    def desired(self, snapshot: Snapshot) -> list[DesiredMessage]:
        """Return one desired message for each recipient, with its equal on the list."""
        delivery, date = self._request.delivery, self._request.date.wire
        messages = []
        for to in delivery.recipients:
            identity = (self._key, self._context.fingerprints.recipient(to))
            pending = snapshot.equal(identity, to, date, delivery.text, delivery.sender)
            messages.append(DesiredMessage(identity, to, pending))
        return messages

    def keep(self, planned: Plan) -> list[Result]:
        """Give the request's name to what is already there and has none, and return the results."""
        name = self._request.name_fingerprint
        changes: list[Change] = []
        for _desired, message in planned.keep:
            row = message.row
            if row is None or not name or row.name == name:
                continue
            if row.name:
                self._context.warn(f"the message to {message.to} is pending for another name already, and stays so")
            else:
                changes.append((row, row._replace(name=name)))
        self._context.amend(changes)
        return self.described(kept_result(desired, message) for desired, message in planned.keep)

    def adopt(self, planned: Plan) -> list[Result]:
        """Enter messages of equal content that were scheduled elsewhere into the ledger, and return the results."""
        self._context.amend([self._adoption(desired) for desired in planned.adopt])
        return self.described(map(adopted_result, planned.adopt))

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

    def _adoption(self, desired: DesiredMessage) -> Change:
        """Return the change that enters a message of the list into the ledger."""
        key, recipient = desired.identity
        ledger, delivery = self._context.ledger, self._request.delivery
        before = next(iter(ledger.rows(key, [recipient]).values()), None)
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
        return before, row._replace(state=State.ACCEPTED, smsids=smsids, listed=True, previous=None)

    def _confirmed(self, result: Result, snapshot: Snapshot) -> Result:
        row = snapshot.rows.get((self._key, self._context.fingerprints.recipient(result.to.lstrip("+"))))
        if result.outcome is not Outcome.UNKNOWN or row is None or row.state is not State.ACCEPTED:
            return result
        reason = "the answer was lost; the list of pending messages shows that it was accepted"
        return result._replace(outcome=Outcome.SCHEDULED, smsids=row.smsids, code_desc=reason)
