# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cancel messages, and judge by the lists before and after what the cancels have done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Optional

from .._api.scheduled import CancelAnswer, CancelVerdict
from .._core.errors import sentence_of
from .._core.exchange import NotSent
from .._core.parallel import in_parallel
from .._ledger.model import Identity, Row, State
from .._message.outcome import Outcome, Result, moment
from .._send.delivery import AT_A_TIME
from .cancel_claims import CancelClaim, CancelClaims
from .cancel_pace import CancelPace
from .context import ScheduleContext
from .plan import KnownMessage
from .proof import decided_at
from .snapshot import Snapshot
from .source import next_decision_at

_FEW = 10
"""Number of messages for each request that is under way at once."""

_STILL_PENDING = "it is still pending, although the service was asked to cancel it"
_NO_LONGER_ALLOWED = (
    "the deadline or the lock of the name was over, or another run had claimed the cancel, before the request left;"
    " this run did not ask for it"
)
_OVERTAKEN = "another run has changed or kept it meanwhile, so this run did not cancel it; run the task again"
_NEVER_SHOWN = "it may still be pending: the list has never shown it, so its absence proves nothing"
_MAYBE_OUT = (
    "it may have gone out: its date was over, or so near that the service may have taken it off the list to deliver it"
)
_ZONE_UNKNOWN = (
    "it may have gone out: in some zone of the world its date was over or near, and account_timezone does not say which"
    " zone the account has; set it"
)

Verdict = tuple[Outcome, Optional[str]]
"""The outcome of a cancel, and why it is not ``CANCELLED``."""


class Cancellation:
    """The messages that one task cancels, and what the service said about each."""

    def __init__(self, context: ScheduleContext, is_allowed: Callable[[], bool]) -> None:
        """Ask for nothing yet. ``is_allowed``: whether the task still has the lock of its name."""
        self._context = context
        self._claims = CancelClaims(context, is_allowed)
        self._pace = CancelPace(context.deadline)
        self._answers: dict[str, CancelAnswer] = {}
        self._refusals: dict[str, str] = {}

    def ask(self, messages: Iterable[KnownMessage], before: Snapshot) -> None:
        """Ask the service to cancel every part of these messages that is pending, each smsid once.

        Of a message that the list does not show, every smsid is tried. Of many messages several are asked for at once,
        or hundreds would take longer than a task has.
        """
        found: set[str] = set()
        first: list[KnownMessage] = []
        others: list[KnownMessage] = []  # they share an smsid with one of the first, and so its answer
        for message in messages:
            (others if found.intersection(message.smsids) else first).append(message)
            found.update(message.smsids)

        def ask(message: KnownMessage) -> None:
            pending = [smsid for smsid in message.smsids if smsid in before.listed]
            self.ask_for(message, pending or list(message.smsids), before.rows)

        in_parallel(ask, first, min(AT_A_TIME, 1 + len(first) // _FEW))
        for message in others:
            ask(message)

    def ask_for(self, message: KnownMessage, smsids: Iterable[str], planned: Mapping[Identity, Row]) -> None:
        """Claim the cancel of some smsids of a message, ask the service for each, and settle the claim.

        Raises nothing that would hide what was done before: a defect is a complaint, too.
        """
        unasked = [smsid for smsid in smsids if smsid not in self._answers and smsid not in self._refusals]
        if not unasked:
            return
        try:
            with self._pace.admission():
                refusal = self._pace.obstacle or self._ask_claimed(message, unasked, planned)
        except Exception as error:  # noqa: BLE001 - other cancels may have been asked for, whose results must be reported
            refusal = sentence_of(error)
        if refusal:
            self._refusals.update((smsid, refusal) for smsid in unasked if smsid not in self._answers)

    def complaint(self, smsids: Iterable[str]) -> str | None:
        """Return what the service, or this run itself, says against the cancel of some smsids, or None."""
        for smsid in smsids:
            answer = self._answers.get(smsid)
            complaint = self._refusals.get(smsid) or (answer.objection if answer is not None else None)
            if complaint:
                return complaint
        return None

    def result(self, message: KnownMessage, before: Snapshot, after: Snapshot) -> Result:
        """Return the result of one message, by the list before it was asked for and the list after."""
        outcome, reason = self._judge(message, before, after)
        complaint = self.complaint(message.smsids)
        if outcome is not Outcome.CANCELLED and complaint:
            reason = f"{reason} ({complaint})"
        return _result(message, outcome, reason)

    def next_look_at(self, message: KnownMessage, before: Snapshot, after: Snapshot) -> float | None:
        """Return when the next list may turn a result that is not certain into one; None when it cannot be had.

        Unix seconds by the ledger's clock.
        """
        row = _row_of(message, after)
        if self._judge(message, before, after)[0] is not Outcome.UNKNOWN or after.listing is None or row is None:
            return None
        is_listed = bool(after.listed.intersection(message.smsids))
        return next_decision_at(row, after, self._context.deadline.left(), is_listed=is_listed)

    def _ask_claimed(self, message: KnownMessage, smsids: list[str], planned: Mapping[Identity, Row]) -> str:
        """Claim, ask and settle; return why the rest was not asked for, or an empty string."""
        if self._context.deadline.left() <= 0:
            return "the deadline was over before the request could begin"
        claim = self._claims.claim(message, smsids, planned)
        if claim is None:
            return _OVERTAKEN
        answers: dict[str, CancelAnswer] = {}
        refusal = ""
        try:
            for smsid in smsids:
                answers[smsid] = self._answers[smsid] = self._pace.answer(partial(self._cancel, smsid, claim))
                if self._pace.obstacle:
                    refusal = self._pace.obstacle
                    break
        except NotSent as error:
            refusal = str(error)
        if answers:
            self._claims.settle(claim, answers)
        else:
            self._claims.withdraw(claim)
        return refusal

    def _cancel(self, smsid: str, claim: CancelClaim) -> CancelAnswer:
        """Make one request, and return its answer. Raises ``NotSent``."""
        refusals: list[str] = []

        def permits() -> bool:
            try:
                is_permitted = self._claims.permits(claim)
            except Exception as error:  # noqa: BLE001 - without the ledger it is not known whether it may leave
                refusals.append(sentence_of(error))
                return False
            if not is_permitted:
                refusals.append(_NO_LONGER_ALLOWED)
            return is_permitted

        try:
            return self._context.api.cancel(smsid, self._context.deadline.left(), permits)
        except NotSent as error:
            raise NotSent(refusals[0] if refusals else str(error), passing=False) from None

    def _judge(self, message: KnownMessage, before: Snapshot, after: Snapshot) -> Verdict:
        """Return the outcome of a cancel, and why it is not ``CANCELLED``."""
        if after.listing is None:
            return Outcome.UNKNOWN, f"it may still be pending, since the list could not be read again: {after.reason}"
        row = _row_of(message, after)
        answers = [self._answers[smsid].verdict for smsid in message.smsids if smsid in self._answers]
        if after.listed.intersection(message.smsids):
            return self._judge_listed(row, answers)
        is_shown = bool(before.listed.intersection(message.smsids))
        # A part that was not listed was not asked for, and may still come into the list.
        is_confirmed = len(answers) == len(message.smsids) and set(answers) == {CancelVerdict.CONFIRMED}
        delivers_at = self._context.earliest_moment_of(message.date) if message.date else 0.0
        is_early = after.reading.is_before_handover(delivers_at)
        if (row is not None and row.state is State.CANCELLED) or (is_shown and is_confirmed and is_early):
            return Outcome.CANCELLED, None
        if not is_early:
            return Outcome.UNKNOWN, _maybe_out(after, delivers_at)
        return Outcome.UNKNOWN, self._why_uncertain(row, after, is_shown=is_shown)

    def _why_uncertain(self, row: Row | None, after: Snapshot, *, is_shown: bool) -> str:
        """Return why it is not certain that a message was cancelled which the list does not show before its date."""
        if not is_shown and not (row is not None and row.listed):
            return _NEVER_SHOWN
        until = (
            f"; from {moment(decided_at(row, after.reading, is_listed=False))} on, the same task can tell"
            if row
            else ""
        )
        return f"whether it was cancelled is not certain yet{until}"

    def _judge_listed(self, row: Row | None, answers: list[CancelVerdict]) -> Verdict:
        """Return the outcome of a cancel of a message that the list shows."""
        is_over = row is None or row.state is State.ACCEPTED
        if is_over or not answers or CancelVerdict.REFUSED in answers:
            return Outcome.REFUSED, _STILL_PENDING if answers else "it is still pending"
        return Outcome.UNKNOWN, f"{_STILL_PENDING}; it may yet be cancelled"


def foreseen(message: KnownMessage, before: Snapshot, delivers_at: float) -> Result:
    """Return the result in check mode of a message that would be cancelled.

    Where the list does not show it, or its date (``delivers_at``, in Unix seconds) is so near that the list will prove
    nothing, a real run would not know whether the cancel worked.
    """
    if not before.reading.is_before_handover(delivers_at):
        return _result(message, Outcome.UNKNOWN, _maybe_out(before, delivers_at))
    if before.listed.intersection(message.smsids) or message.is_cancel_unfinished:
        return _result(message, Outcome.WOULD_CANCEL, None)
    return _result(message, Outcome.UNKNOWN, _NEVER_SHOWN)


def _maybe_out(snapshot: Snapshot, delivers_at: float) -> str:
    """Return why a message may have gone out; ``delivers_at`` is the earliest moment of its date, in Unix seconds."""
    is_early_elsewhere = snapshot.reading.is_before_handover(delivers_at + snapshot.zone_uncertainty)
    return _ZONE_UNKNOWN if is_early_elsewhere else _MAYBE_OUT


def _row_of(message: KnownMessage, snapshot: Snapshot) -> Row | None:
    """Return what the ledger knows of a message in a snapshot: its row, or the cancel of its smsid."""
    if message.row is not None and message.row.recipient:
        return snapshot.rows.get((message.row.key, message.row.recipient))
    return next((snapshot.cancels[smsid] for smsid in message.smsids if smsid in snapshot.cancels), None)


def _result(message: KnownMessage, outcome: Outcome, reason: str | None) -> Result:
    return Result(
        message.to,
        outcome,
        posted=outcome is Outcome.UNKNOWN,
        smsids=message.smsids,
        code_desc=reason,
        delivery_date=message.date,
        text=message.text,
    )
