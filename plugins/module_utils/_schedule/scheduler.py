# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bring the scheduled messages of an account to what a task asks for: read, plan, create, cancel, read again.

What must go is cancelled only after what must come has been accepted, so that a run which stops in between leaves
too many messages rather than too few, and the next run cancels the surplus.
"""

from __future__ import annotations

from collections.abc import Sequence

from .._api.pending import ListError, Pending
from .._core.errors import VoipsmsError
from .._message.outcome import Outcome, Report
from .binding import DateBinding
from .context import ScheduleContext
from .lock import NameLocks
from .match import Match, matching
from .parts import Part, UnwantedPart, WantedPart
from .planned_run import Done, PlannedRun
from .refusals import NO_LIST
from .request import CancelRequest, RelativeRequest, Request, ScheduleRequest
from .source import SnapshotSource

_NOTHING_PENDING = frozenset({Outcome.NOT_SENT, Outcome.REFUSED})


class Scheduler:
    """The scheduled messages of an account, as one task changes or reads them. In check mode, nothing is changed."""

    def __init__(self, context: ScheduleContext) -> None:
        """Read and change nothing yet."""
        self._context = context
        self._source = SnapshotSource(context)

    def present(self, request: ScheduleRequest) -> Report:
        """Make the pending messages what the request says. Raises ``VoipsmsError`` with nothing changed."""
        return self.change([request]).report(self._context.warnings)

    def present_relative(self, relative: RelativeRequest) -> tuple[ScheduleRequest, Report]:
        """Do what ``present`` does, at the date that is bound to the name; return the request with that date, too."""
        locks = NameLocks(self._context, [relative.name])
        with locks.hold():
            binding = DateBinding(self._context, relative.name)
            request = binding.request(relative)
            try:
                done = self._change([request], locks)
            except VoipsmsError:
                binding.withdraw()
                raise
            if all(result.outcome in _NOTHING_PENDING for result in done.results[0]):
                binding.withdraw()
        return request, done.report(self._context.warnings)

    def absent(self, request: CancelRequest) -> Report:
        """Cancel what matches. Raises ``VoipsmsError`` with nothing changed."""
        return self.change([request]).report(self._context.warnings)

    def change(self, requests: Sequence[Request]) -> Done:
        """Make the pending messages what all requests say, by one plan, and return the results of each.

        No two requests may want the same message. Raises ``VoipsmsError`` with nothing changed.
        """
        locks = NameLocks(self._context, [request.name_fingerprint for request in requests])
        with locks.hold():
            bindings = [DateBinding(self._context, request.name_fingerprint) for request in requests]
            requests = [
                request._replace(match=binding.match(request.match)) if isinstance(request, CancelRequest) else request
                for request, binding in zip(requests, bindings)
            ]
            done = self._change(requests, locks)
            for request, binding in zip(requests, bindings):
                if isinstance(request, CancelRequest):
                    binding.end_if_idle()
                else:
                    binding.end()
        return done

    def pending(self, match: Match | None) -> list[Pending]:
        """Return the listed messages that match; all of them without a match. Raises ``ListError``."""
        snapshot = self._source.refresh()
        if snapshot.listing is None:
            raise ListError(f"{snapshot.reason}; {NO_LIST}")
        if match is not None:
            match = DateBinding(self._context, match.name or "").match(match)
        messages = matching(snapshot, Match() if match is None else match)
        return [message.pending for message in messages if message.pending is not None]

    def _change(self, requests: Sequence[Request], locks: NameLocks) -> Done:
        names = frozenset(filter(None, (request.name_fingerprint for request in requests)))
        parts: list[Part] = [
            UnwantedPart(self._context, request)
            if isinstance(request, CancelRequest)
            else WantedPart(self._context, request, locks.objection, names)
            for request in requests
        ]
        return PlannedRun(self._context, self._source, locks.is_held).carry_out(parts)
