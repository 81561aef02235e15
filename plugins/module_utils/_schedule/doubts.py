# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Doubt the results of a run whose messages, or names, another run may have worked on meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .._core.errors import sentence_of
from .._message.outcome import Outcome, Result
from .context import ScheduleContext
from .errors import ScheduleError
from .parts import Part
from .source import SnapshotSource

PENDING = frozenset({Outcome.SCHEDULED, Outcome.WOULD_SCHEDULE, Outcome.DUPLICATE})
"""Outcomes of a wanted message that is pending now, or would be."""

_CANCELLED_MEANWHILE = "it was pending, and another run has asked to cancel it meanwhile"
_LOCK_OVER = (
    "the lock of the name was over before this run had ended, as where its machine was suspended, so another run may"
    " have scheduled or cancelled for the name meanwhile"
)


class Doubts:
    """What a run cannot be sure of at its end."""

    def __init__(self, context: ScheduleContext, source: SnapshotSource, is_allowed: Callable[[], bool]) -> None:
        """Read nothing yet. ``is_allowed``: whether the task still has the locks of its names."""
        self._context = context
        self._source = source
        self._is_allowed = is_allowed

    def judged(self, parts: Sequence[Part], results: list[list[Result]]) -> list[list[Result]]:
        """Return the results of each part, unknown where another run may have changed the same messages meanwhile.

        The last list may be older than a cancel. A run that was suspended until its lock was over may have planned
        without what another one has scheduled for the name. A run that wants messages and had nothing to create has no
        such result: it has kept its messages by a change of their rows. That of a run which wants none to be pending
        is doubtful whatever it did. Raises ``ScheduleError`` where such a run has no message to doubt.
        """
        has_created = any(part.created for part in parts)
        is_unwanted = any(part.creation is None for part in parts)
        if self._context.check_mode or not (has_created or is_unwanted):
            return results
        is_posted = has_created and any(result.posted for some in results for result in some)
        cancelled = self._source.cancelled_smsids() if is_posted else frozenset()
        doubtful = frozenset() if self._has_locks() else PENDING | ({Outcome.CANCELLED} if is_unwanted else set())

        def checked(result: Result) -> Result:
            if result.outcome in PENDING and cancelled.intersection(result.smsids):
                return result._replace(outcome=Outcome.UNKNOWN, code_desc=_CANCELLED_MEANWHILE)
            if result.outcome in doubtful:
                return result._replace(outcome=Outcome.UNKNOWN, code_desc=_LOCK_OVER)
            return result

        judged = [list(map(checked, some)) for some in results]
        if doubtful and is_unwanted and _is_silent(judged):
            raise ScheduleError(f"{_LOCK_OVER}; this run has cancelled nothing; run the task again")
        return judged

    def _has_locks(self) -> bool:
        """Return whether the run still has the locks of its names.

        Raises nothing that would hide what was done: a ledger that cannot be read is a warning, and no lock.
        """
        try:
            return self._is_allowed()
        except Exception as error:  # noqa: BLE001 - messages were changed by now, and their results must be reported
            self._context.warn(
                f"whether another run has worked on the name meanwhile is not known: {sentence_of(error)}"
            )
            return False


def _is_silent(results: Sequence[Sequence[Result]]) -> bool:
    """Return whether no result tells of a doubt or a failure: everything went out, or there is nothing at all."""
    return all(result.outcome is Outcome.ALREADY_SENT for some in results for result in some)
