# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cancel what a task no longer wants, once what it wants was accepted, then verify both by a second snapshot.

A run that stops in between leaves too many messages rather than too few, and the next run cancels the surplus.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from .._core.errors import sentence_of
from .._message.outcome import Outcome, Result
from .cancel import Cancellation, foreseen
from .context import ScheduleContext
from .creation import Creation
from .plan import Identity, KnownMessage, Plan, ScheduledState
from .refusals import ScheduleError
from .results import delivered_result, misdated_result, unfinished_result, unverified_result
from .snapshot import Snapshot
from .source import SnapshotSource

_PENDING = frozenset({Outcome.SCHEDULED, Outcome.WOULD_SCHEDULE, Outcome.DUPLICATE})
"""Outcomes of a new message that is pending now, or would be."""

_CANCELLED_MEANWHILE = "it was pending, and another run has asked to cancel it meanwhile"
_LOCK_OVER = (
    "the lock of the name was over before this run had ended, as where its machine was suspended, so another run may"
    " have scheduled or cancelled for the name meanwhile"
)


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
            return [foreseen(message, before) for message in messages]
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

    def replace(self, created: list[Result], planned: Plan, before: Snapshot, creation: Creation) -> list[Result]:
        """Cancel what the created messages replace, and return the results of both.

        ``created``: the results of ``creation``. ``before``: the snapshot that the plan was made from. A created
        message that has another date than was meant is cancelled, too. Once a message was created, its result is
        returned, whatever happens afterwards.
        """
        try:
            return self._replace(created, planned, before, creation)
        except Exception as error:
            if not any(result.posted for result in created) or self._context.check_mode:
                raise
            return created + [unfinished_result(message, sentence_of(error)) for message in planned.cancel]

    def _replace(self, created: list[Result], planned: Plan, before: Snapshot, creation: Creation) -> list[Result]:
        misdated = creation.misdated(created)
        if misdated or any(result.outcome is Outcome.UNKNOWN for result in created):
            current = self._source.refresh_after_change()
            created = creation.confirmed(created, current)
            before = before if current.listing is None else current
        spared = self._recipients_at_another_date(planned)
        obsolete = self._replaced(planned, created, misdated, spared)
        if self._context.check_mode or not (obsolete or any(result.posted for result in created)):
            self._warn_of_kept(planned, obsolete)
            return created + self.cancel(obsolete, before)
        undone = {result.to: _created_message(result, before) for result in misdated}
        cancellation = Cancellation(self._context, self._is_allowed)
        cancelled = [*obsolete, *undone.values()]
        cancellation.ask(cancelled, before)
        after = self._refresh_until_certain(cancellation, cancelled, before)
        verdicts = {to: cancellation.result(message, before, after) for to, message in undone.items()}
        created = [
            misdated_result(result, verdicts[result.to]) if result.to in verdicts else result
            for result in creation.confirmed(created, after)
        ]
        created = self.verified(created, after)
        results = created + [cancellation.result(message, before, after) for message in obsolete]
        # A list that was late may show only now that a new message was accepted.
        late = [one for one in self._replaced(planned, created, misdated, spared) if one not in obsolete]
        self._warn_of_kept(planned, [*obsolete, *late])
        return results + self.cancel(late, after)

    def verified(self, created: Iterable[Result], after: Snapshot) -> list[Result]:
        """Return the results of created messages by a list from afterwards; warn of those that it does not show."""
        created = list(created)
        self._warn_of_unlisted(created, after)
        return [self._doubted(result, after) for result in created]

    def doubt_overtaken(self, results: list[Result], *, has_created: bool) -> list[Result]:
        """Return the results of a run, unknown where another one may have changed the same messages meanwhile.

        The last list may be older than a cancel. A run that was suspended until its lock was over may have planned
        without what another one has scheduled for the name. A run that had nothing to create has no such result: it has
        kept its messages by a change of their rows.
        """
        if self._context.check_mode or not has_created:
            return results
        is_posted = any(result.posted for result in results)
        cancelled = self._source.cancelled_smsids() if is_posted else frozenset()
        has_lock = self._has_lock()

        def checked(result: Result) -> Result:
            is_cancelled = bool(cancelled.intersection(result.smsids))
            if result.outcome not in _PENDING or (has_lock and not is_cancelled):
                return result
            reason = _CANCELLED_MEANWHILE if is_cancelled else _LOCK_OVER
            return result._replace(outcome=Outcome.UNKNOWN, code_desc=reason)

        return list(map(checked, results))

    def doubt_without_lock(self, results: list[Result]) -> list[Result]:
        """Return the results of cancelling, in doubt where another run may have scheduled for the name meanwhile.

        Raises ``ScheduleError`` where there is no message to doubt: all that matched went out, or nothing did match.
        """
        if self._context.check_mode or self._has_lock():
            return results
        if all(result.outcome is Outcome.ALREADY_SENT for result in results):
            raise ScheduleError(f"{_LOCK_OVER}; this run has cancelled nothing; run the task again")
        return [
            result._replace(outcome=Outcome.UNKNOWN, code_desc=_LOCK_OVER)
            if result.outcome is Outcome.CANCELLED
            else result
            for result in results
        ]

    def _has_lock(self) -> bool:
        """Return whether the run still has the lock of its name.

        Raises nothing that would hide what was done: a ledger that cannot be read is a warning, and no lock.
        """
        try:
            return self._is_allowed()
        except Exception as error:  # noqa: BLE001 - as the docstring says
            self._context.warn(
                f"whether another run has worked on the name meanwhile is not known: {sentence_of(error)}"
            )
            return False

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

    def _replaced(
        self, planned: Plan, created: Sequence[Result], misdated: Sequence[Result], spared: Iterable[str]
    ) -> list[KnownMessage]:
        """Return the messages that may be cancelled now.

        A recipient keeps the old message while the new one is not accepted, is to be cancelled again, or is listed
        at another date than was meant (``spared``: fingerprints), and so perhaps too late.
        """
        undone = {result.to for result in misdated}
        recipients = set(spared) | {
            self._context.fingerprints.recipient(result.to.lstrip("+"))
            for result in created
            if result.outcome not in _PENDING or result.to in undone
        }
        return [message for message in planned.cancel if message.row is None or message.row.recipient not in recipients]

    def _warn_of_kept(self, planned: Plan, obsolete: Sequence[KnownMessage]) -> None:
        """Warn of messages that stay pending although the name does not want them any more."""
        numbers = ", ".join(message.to for message in planned.cancel if message not in obsolete)
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
