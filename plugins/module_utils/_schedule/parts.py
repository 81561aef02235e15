# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hold what each request of a task wants, and its results, while one plan is made and carried out for all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Union

from .._core.errors import InputError
from .._message.outcome import Outcome, Result
from .._send.posting import Objection
from .context import ScheduleContext
from .creation import Creation
from .match import Match, matching
from .plan import DesiredMessage, KnownMessage, Plan, ScheduledState, Want, without
from .proof import is_cancelled_in_time
from .refusals import (
    doubt_of_date,
    is_too_late,
    refuse_creation_without_memory,
    refuse_late_date,
    refuse_unlisted_match,
)
from .request import CancelRequest, ScheduleRequest
from .results import delivered_result, kept_result_of, uncertain_result, undecided_results
from .snapshot import Snapshot


class WantedPart:
    """A request for messages that shall be pending."""

    def __init__(
        self, context: ScheduleContext, request: ScheduleRequest, objection: Objection, names: frozenset[str]
    ) -> None:
        """Change nothing yet.

        ``objection`` is asked directly before anything is scheduled. ``names``: the names (fingerprints) of all
        requests of the task.
        """
        self._context = context
        self.request = request
        self.creation = Creation(context, request, objection, names)
        self.planned = Plan()
        self.created: list[Result] = []
        self.results: list[Result] = []
        """The results so far, but for ``created``."""

    def at(self, snapshot: Snapshot) -> WantedPart | UnwantedPart:
        """Return this part, or, where its date is over or too near, the one that stands for it then."""
        if self.request.if_late is None or not is_too_late(self.request, snapshot):
            return self
        return UnwantedPart(self._context, self.request.if_late, self.creation)

    def in_doubt(self, snapshot: Snapshot) -> list[KnownMessage]:
        """Return the messages that a plan must be certain of."""
        wanted = list(self.creation.known(snapshot).values())
        # A cancel of another message is asked for again, or is confirmed, which is all that this task needs.
        return wanted + [one for one in self._named(snapshot) if one.scheduled_state is not ScheduledState.CANCELLING]

    def logged(self, snapshot: Snapshot) -> Iterable[KnownMessage]:
        """Return the messages that the message log is asked about."""
        earlier = self._named(snapshot) if self.request.needs_history else []
        return [*self.creation.known(snapshot).values(), *earlier]

    def want(self, snapshot: Snapshot) -> Want:
        """Return what this request wants, and what exists."""
        others = self._named(snapshot)
        surplus = without(self.creation.surplus(snapshot), others)
        return Want(self.creation.desired(snapshot), self.creation.known(snapshot), [*others, *surplus])

    def follow(self, planned: Plan, snapshot: Snapshot) -> None:
        """Take a plan on, unless it must be refused. Raises ``VoipsmsError`` with nothing changed."""
        refuse_late_date(self.request, planned, snapshot)
        refuse_creation_without_memory(planned, snapshot, self._context.ledger.name)
        self.planned, self.created, self.results = planned, [], []

    def stand_back(self, want: Want, asked: frozenset[tuple[str, str]]) -> None:
        """Drop the plan where it is not known what is pending. ``asked``: the cancels asked for again."""
        if self.planned.doubtful:
            now = self._context.ledger.now()
            self.results = self.creation.described(undecided_results(want.desired, self.planned, now, asked))
            self.planned = Plan()

    def keep(self, snapshot: Snapshot) -> None:
        """Keep and adopt what is pending. Raises ``Overtaken``."""
        self.results += self.creation.keep(self.planned) + self.creation.adopt(self.planned, snapshot)

    def warn(self, snapshot: Snapshot) -> None:
        """Warn of what a person should check, if anything is changed."""
        if self.planned == Plan():
            return
        doubt = doubt_of_date(self.request, snapshot) if self.planned.create else None
        if doubt is not None:
            self._context.warn(doubt)
        self.creation.warn_of_equals(self.planned, snapshot)
        late = [message.to for message in self.planned.others if may_have_gone_out(message, snapshot)]
        if late:
            self._context.warn(
                f"an earlier message to {', '.join(late)} was cancelled shortly before its date, and may have gone out"
            )
        if self.request.needs_history:
            _warn_of_lapsed(self._context, _lapsed_among(self.planned.others))

    def create(self) -> None:
        """Schedule what is missing."""
        self.created = self.creation.create(self.planned)

    def _named(self, snapshot: Snapshot) -> list[KnownMessage]:
        name = self.request.name_fingerprint
        return matching(snapshot, Match(name=name)) if name else []


class OncePart(WantedPart):
    """A request for messages that shall be pending, under a name whose other messages stay.

    A recipient who is in doubt or late does not stop the others from getting a message.
    """

    def __init__(self, context: ScheduleContext, request: ScheduleRequest, objection: Objection) -> None:
        """Change nothing yet. ``objection`` is asked directly before anything is scheduled."""
        super().__init__(context, request, objection, frozenset())

    def in_doubt(self, snapshot: Snapshot) -> list[KnownMessage]:
        """Return the messages that a plan must be certain of."""
        return list(self.creation.known(snapshot).values())

    def want(self, snapshot: Snapshot) -> Want:
        """Return what this request wants, and what exists of it."""
        return Want(self.creation.desired(snapshot), self.creation.known(snapshot))

    def follow(self, planned: Plan, snapshot: Snapshot) -> None:
        """Take a plan on, without what its date is too near for."""
        self.planned, self.created, self.results = planned, [], []
        try:
            refuse_late_date(self.request, planned, snapshot)
        except InputError as error:
            late = [Result(f"+{one.to}", Outcome.NOT_SENT, code_desc=str(error)) for one in planned.create]
            self.planned, self.results = planned._replace(create=()), self.creation.described(late)

    def stand_back(self, want: Want, asked: frozenset[tuple[str, str]]) -> None:
        """Do nothing for recipients whose pending messages are not known. ``asked``: the cancels asked for again."""
        doubtful, now = Plan(doubtful=self.planned.doubtful), self._context.ledger.now()
        self.results += self.creation.described(undecided_results(want.desired, doubtful, now, asked))
        self.planned = self.planned._replace(doubtful=())


class UnwantedPart:
    """A request for messages that shall no longer be pending."""

    creation: None = None

    def __init__(self, context: ScheduleContext, request: CancelRequest, late: Creation | None = None) -> None:
        """Change nothing yet. ``late``: the messages whose date is over or too near, for which this part stands."""
        self._context = context
        self.request = request
        self._late = late
        self._due: list[tuple[DesiredMessage, KnownMessage]] = []
        self.planned = Plan()
        self.created: list[Result] = []
        self.results: list[Result] = []

    def at(self, _snapshot: Snapshot) -> UnwantedPart:
        """Return this part, whose messages have no date that could be too near."""
        return self

    def in_doubt(self, snapshot: Snapshot) -> list[KnownMessage]:
        """Return the messages that a plan must be certain of."""
        return [one for one in self.logged(snapshot) if not _is_cancelled_next(one)]

    def logged(self, snapshot: Snapshot) -> list[KnownMessage]:
        """Return the messages that are meant, which are those that the message log is asked about."""
        return matching(snapshot, self.request.match)

    def want(self, snapshot: Snapshot) -> Want:
        """Return what exists, none of which is wanted. Raises ``ScheduleError`` where that cannot be known."""
        self.warn_of_unknown_name(snapshot)
        refuse_unlisted_match(self.request.match, snapshot)
        self._due = self._due_in(snapshot)
        others = [one for one in self.logged(snapshot) if not self._is_on_its_way(one)]
        return Want(others=others, due=frozenset(desired.identity for desired, _message in self._due))

    def follow(self, planned: Plan, snapshot: Snapshot) -> None:
        """Take a plan on."""
        self.planned, now, others = planned, self._context.ledger.now(), planned.others
        on_their_way = [one for one in self.logged(snapshot) if self._is_on_its_way(one)]
        kept = without(on_their_way, [message for _desired, message in self._due])
        self.results = [kept_result_of(message) for message in kept]
        self.results += [uncertain_result(message, now) for message in planned.doubtful]
        self.results += [uncertain_result(message, now) for message in others if may_have_gone_out(message, snapshot)]
        self.results += [delivered_result(message) for message in planned.history]
        self.results += self._lapsed_results(others)

    def stand_back(self, _want: Want, _asked: frozenset[tuple[str, str]]) -> None:
        """Cancel what can be cancelled, whatever is in doubt."""

    def keep(self, _snapshot: Snapshot) -> None:
        """Keep what is about to go out, also where another request had scheduled it. Raises ``Overtaken``."""
        if self._late is not None:
            self.results = self._late.keep(Plan(keep=tuple(self._due))) + self.results

    def warn(self, _snapshot: Snapshot) -> None:
        """Warn of nothing; the results say it."""

    def create(self) -> None:
        """Create nothing."""

    def warn_of_unknown_name(self, snapshot: Snapshot) -> None:
        """Warn when the ledger knows no message of the name that is to be cancelled."""
        request = self.request
        if request.name is None or any(row.name == request.match.name for row in snapshot.rows.values()):
            return
        self._context.warn(
            f"the ledger {self._context.ledger.name!r} knows no message of the name {request.name!r}, so nothing was"
            " looked for; what another ledger has scheduled is cancelled by smsid, or by to and delivery_date"
        )

    def _due_in(self, snapshot: Snapshot) -> list[tuple[DesiredMessage, KnownMessage]]:
        """Return the late messages that are pending all the same, and so need not be scheduled."""
        if self._late is None:
            return []
        known = self._late.known(snapshot)
        pairs = [(one, known[one.identity]) for one in self._late.desired(snapshot) if one.identity in known]
        return [(desired, message) for desired, message in pairs if self._is_on_its_way(message)]

    def _is_on_its_way(self, message: KnownMessage) -> bool:
        """Return whether a message is pending for the very minute at which what is meant must be left alone."""
        is_pending = message.scheduled_state in (ScheduledState.LISTED, ScheduledState.UNLISTED)
        return is_pending and self.request.except_date is not None and message.date == self.request.except_date

    def _lapsed_results(self, messages: Sequence[KnownMessage]) -> list[Result]:
        """Return the results of messages that may have gone out, and certainly are not pending.

        That is what was asked for, so they are a warning, unless the task must fail for what has gone out.
        """
        lapsed = _lapsed_among(messages)
        if self.request.fail_if_sent:
            return [uncertain_result(message, self._context.ledger.now()) for message in lapsed]
        _warn_of_lapsed(self._context, lapsed)
        return []


Part = Union[WantedPart, UnwantedPart]


def may_have_gone_out(message: KnownMessage, snapshot: Snapshot) -> bool:
    """Return whether a message, whose cancel was confirmed, may have been delivered before the cancel took effect."""
    if message.scheduled_state is not ScheduledState.CANCELLING or message.is_cancel_unfinished or message.row is None:
        return False
    delivers_at = snapshot.delivers_at(message.row)
    if delivers_at is None or is_cancelled_in_time(message.row, delivers_at, snapshot.graces):
        return False
    return not snapshot.reading.is_before_handover(delivers_at)


def _lapsed_among(messages: Iterable[KnownMessage]) -> list[KnownMessage]:
    return [message for message in messages if message.scheduled_state is ScheduledState.LAPSED]


def _warn_of_lapsed(context: ScheduleContext, messages: Sequence[KnownMessage]) -> None:
    if messages:
        numbers = ", ".join(message.to for message in messages)
        context.warn(f"it is not known whether an earlier message went out to {numbers}; its date is over")


def _is_cancelled_next(message: KnownMessage) -> bool:
    """Return whether a task need not wait for a message: it is cancelled anew, or no longer listed after its cancel."""
    return message.scheduled_state is ScheduledState.CANCELLING and not (
        message.pending is not None and message.row is not None and message.row.confirmed
    )
