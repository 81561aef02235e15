# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cancel what a task no longer wants, once what it wants was accepted, then verify both by a second snapshot.

A run that stops in between leaves too many messages rather than too few, and the next run cancels the surplus.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import islice

from .._core.errors import sentence_of
from .._message.outcome import Outcome, Result
from .cancel import Cancellation, foreseen
from .context import ScheduleContext
from .doubts import PENDING, Doubts
from .parts import Part
from .plan import Identity, KnownMessage, Plan, ScheduledState, without
from .results import delivered_result, misdated_result, unfinished_result, unverified_result
from .snapshot import Snapshot
from .source import SnapshotSource


class _Step:
    """One part of a task, after its messages were created.

    ``spared``: the recipients (fingerprints) whose old message stays, whatever was created.
    """

    def __init__(self, part: Part, spared: set[str]) -> None:
        """Warn of created messages that have another date than was meant, where that must not fail the task."""
        self.part = part
        self.spared = spared
        self.created = part.created
        self.misdated = part.creation.misdated(part.created) if part.creation is not None else []
        self.obsolete: list[KnownMessage] = []
        self.cancelled: list[Result] = []

    @property
    def is_uncertain(self) -> bool:
        """Whether it is not known of a message whether it was accepted."""
        return any(result.outcome is Outcome.UNKNOWN for result in self.created)

    def confirm(self, snapshot: Snapshot) -> None:
        """Take over what a snapshot proves of the created messages."""
        if self.part.creation is not None:
            self.created = self.part.creation.confirmed(self.created, snapshot)


class ChangeOver:
    """The step from what is pending to what shall be, after everything new was created."""

    def __init__(self, context: ScheduleContext, source: SnapshotSource, is_allowed: Callable[[], bool]) -> None:
        """Change nothing yet. ``is_allowed``: whether the task still has the lock of its name."""
        self._context = context
        self._source = source
        self._is_allowed = is_allowed
        self.finished: set[Identity] = set()
        """The messages whose unfinished cancel this task has asked for again, or would in a real run."""

    def cancel(self, messages: Sequence[KnownMessage], before: Snapshot) -> list[Result]:
        """Cancel messages that nothing replaces, and return their results. ``before``: what the plan was made from."""
        if self._context.check_mode:
            return [foreseen(message, before, self._moment_of(message)) for message in messages]
        if not messages:
            return []
        cancellation = Cancellation(self._context, self._is_allowed)
        cancellation.ask(messages, before)
        after = self._refresh_until_certain(cancellation, messages, before)
        return [cancellation.result(message, before, after) for message in messages]

    def finish(self, messages: Sequence[KnownMessage], before: Snapshot) -> None:
        """Ask again for cancels that an earlier run has claimed and no one has confirmed, so that they come to an end.

        The message is wanted again. It cannot be kept, since its cancel may come late; a new one can be scheduled once
        it is gone. Shortly before its date that could not be seen, so it is left alone.
        """
        unfinished = [
            message
            for message in messages
            if message.is_cancel_unfinished and not _is_confirmed(message) and _is_before_handover(message, before)
        ]
        if unfinished and not self._context.check_mode:
            Cancellation(self._context, self._is_allowed).ask(unfinished, before)
        self.finished.update(
            (row.key, row.recipient) for row in (message.row for message in unfinished) if row is not None
        )

    def cancel_unlisted(
        self, smsids: Sequence[str], messages: Iterable[KnownMessage], before: Snapshot
    ) -> list[Result]:
        """Cancel smsids without a list, and return their results, none of which is verified.

        ``messages``: what the ledger knows of these smsids. What has gone out, or is known to be cancelled, is left
        alone.
        """
        messages = list(messages)
        delivered = [message for message in messages if message.scheduled_state is ScheduledState.DELIVERED]
        inactive = [message for message in messages if message.scheduled_state is ScheduledState.INACTIVE]
        over = {smsid for message in (*delivered, *inactive) for smsid in message.smsids}
        cancellation = Cancellation(self._context, self._is_allowed)
        results = [delivered_result(message) for message in delivered]
        for smsid in smsids:
            if smsid not in over:
                if not self._context.check_mode:
                    cancellation.ask_for(_message_of(smsid, messages), [smsid], before.rows)
                results.append(unverified_result(smsid, cancellation.complaint([smsid])))
        return results

    def replace(self, parts: Sequence[Part], before: Snapshot) -> list[list[Result]]:
        """Cancel what the created messages replace, and return the results of both, of each part.

        ``before``: the snapshot that the plans were made from. A created message that has another date than was meant
        is cancelled, too. Once a message was created, its result is returned, whatever happens afterwards.
        """
        try:
            results = self._replace(parts, before)
        except Exception as error:
            if not _has_posted(parts) or self._context.check_mode:
                raise
            reason = sentence_of(error)
            results = [
                part.created + [unfinished_result(message, reason) for message in part.planned.cancel] for part in parts
            ]
        doubts = Doubts(self._context, self._source, self._is_allowed)
        return doubts.judged(parts, [part.results + more for part, more in zip(parts, results)])

    def _replace(self, parts: Sequence[Part], before: Snapshot) -> list[list[Result]]:
        steps = [_Step(part, self._recipients_at_another_date(part.planned)) for part in parts]
        if any(step.misdated or step.is_uncertain for step in steps):
            current = self._source.refresh_after_change()
            for step in steps:
                step.confirm(current)
            before = before if current.listing is None else current
        for step in steps:
            step.obsolete = self._replaced(step)
        cancelled = [message for step in steps for message in step.obsolete]
        if self._context.check_mode or not (cancelled or _has_posted(parts)):
            for step in steps:
                self._warn_of_kept(step.part.planned, step.obsolete)
            return self._with_cancels(steps, [step.obsolete for step in steps], before)
        undone = [_created_message(result, before) for step in steps for result in step.misdated]
        cancellation = Cancellation(self._context, self._is_allowed)
        cancellation.ask([*cancelled, *undone], before)
        after = self._refresh_until_certain(cancellation, [*cancelled, *undone], before)
        for step in steps:
            self._finish(step, cancellation, before, after)
        # A list that was late may show only now that a new message was accepted.
        late = [without(self._replaced(step), step.obsolete) for step in steps]
        for step, messages in zip(steps, late):
            self._warn_of_kept(step.part.planned, [*step.obsolete, *messages])
        return self._with_cancels(steps, late, after)

    def _finish(self, step: _Step, cancellation: Cancellation, before: Snapshot, after: Snapshot) -> None:
        """Judge what one part has created and cancelled by the list after it."""
        undone = {result.to: _created_message(result, before) for result in step.misdated}
        verdicts = {to: cancellation.result(message, before, after) for to, message in undone.items()}
        step.confirm(after)
        created = [
            misdated_result(result, verdicts[result.to]) if result.to in verdicts else result for result in step.created
        ]
        self._warn_of_unlisted(created, after)
        step.created = [self._doubted(result, after) for result in created]
        step.cancelled = [cancellation.result(message, before, after) for message in step.obsolete]

    def _with_cancels(
        self, steps: Sequence[_Step], messages: Sequence[Sequence[KnownMessage]], before: Snapshot
    ) -> list[list[Result]]:
        """Cancel some messages of each part, and return the results of everything that was done for it."""
        results = iter(self.cancel([message for some in messages for message in some], before))
        return [step.created + step.cancelled + list(islice(results, len(some))) for step, some in zip(steps, messages)]

    def _refresh_until_certain(
        self, cancellation: Cancellation, messages: Sequence[KnownMessage], before: Snapshot
    ) -> Snapshot:
        """Return the snapshot by which the cancels are judged, the last of as many as it takes to be certain."""
        while True:
            after = self._source.refresh_after_change()
            looks = [cancellation.next_look_at(message, before, after) for message in messages]
            moments = [look for look in looks if look is not None]
            if not moments or not self._source.wait_until(min(moments)):
                return after

    def _doubted(self, result: Result, after: Snapshot) -> Result:
        """Return the result of a created message, unknown where a list has shown it and the last one does not."""
        if result.outcome is not Outcome.SCHEDULED or after.listing is None:
            return result
        smsids = set(result.smsids)
        if not smsids & self._source.shown or smsids & after.listed:
            return result
        reason = "it was scheduled and listed, and the list does not show it any more"
        return result._replace(outcome=Outcome.UNKNOWN, code_desc=reason)

    def _replaced(self, step: _Step) -> list[KnownMessage]:
        """Return the messages of a part that may be cancelled now.

        A recipient keeps the old message while the new one is not accepted, is to be cancelled again, or is listed
        at another date than was meant, and so perhaps too late.
        """
        undone = {result.to for result in step.misdated}
        recipients = step.spared | {
            self._context.fingerprints.recipient(result.to.lstrip("+"))
            for result in step.created
            if result.outcome not in PENDING or result.to in undone
        }
        cancel = step.part.planned.cancel
        return [message for message in cancel if message.row is None or message.row.recipient not in recipients]

    def _moment_of(self, message: KnownMessage) -> float:
        """Return the earliest moment at which a message may go out, in Unix seconds."""
        return self._context.earliest_moment_of(message.date) if message.date else 0.0

    def _warn_of_kept(self, planned: Plan, obsolete: Sequence[KnownMessage]) -> None:
        """Warn of messages that stay pending although the name does not want them any more."""
        numbers = ", ".join(message.to for message in without(planned.cancel, obsolete))
        if numbers:
            self._context.warn(f"the earlier message stays pending for {numbers}, since the new one was not accepted")

    def _recipients_at_another_date(self, planned: Plan) -> set[str]:
        """Return the recipients (fingerprints) whose wanted message the list shows at another date than was meant."""
        recipients = {
            desired.identity[1]
            for desired, message in planned.keep
            if message.pending is not None and message.row is not None and message.pending.date != message.row.date
        }
        if recipients and planned.cancel:
            self._context.warn(
                "the list shows another date than was meant for a wanted message; check account_timezone"
            )
        return recipients

    def _warn_of_unlisted(self, created: Iterable[Result], after: Snapshot) -> None:
        """Warn of created messages that the list does not show: whether they are cancelled later is not verifiable."""
        if after.listing is None:
            return
        unlisted = [
            result.to
            for result in created
            if result.outcome is Outcome.SCHEDULED and not after.listed.intersection(result.smsids)
        ]
        if unlisted:
            self._context.warn(
                f"the list of pending messages does not show what was just accepted for {', '.join(unlisted)}; whether"
                " it is cancelled later cannot be verified"
            )


def _has_posted(parts: Iterable[Part]) -> bool:
    """Return whether any request for a new message has left."""
    return any(result.posted for part in parts for result in part.created)


def _is_before_handover(message: KnownMessage, snapshot: Snapshot) -> bool:
    return message.row is not None and snapshot.reading.is_before_handover(snapshot.delivers_at(message.row))


def _is_confirmed(message: KnownMessage) -> bool:
    return message.row is not None and message.row.confirmed


def _message_of(smsid: str, messages: Iterable[KnownMessage]) -> KnownMessage:
    """Return what the ledger knows of an smsid, or a message of which nothing else is known."""
    unknown = KnownMessage(ScheduledState.UNLISTED, (smsid,))
    return next((message for message in messages if smsid in message.smsids), unknown)


def _created_message(result: Result, snapshot: Snapshot) -> KnownMessage:
    """Return a message that this run has created, as one to be cancelled."""
    owners = [snapshot.owner(smsid, result.to.lstrip("+")) for smsid in result.smsids]
    row = next((snapshot.rows[owner] for owner in owners if owner is not None), None)
    return KnownMessage(ScheduledState.LISTED, result.smsids, row, None)
