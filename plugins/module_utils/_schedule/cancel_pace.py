# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Slow the cancels of a task down when the service asks for fewer requests (429)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, nullcontext, suppress

from .._api.scheduled import CancelAnswer
from .._core.deadline import Deadline
from .._core.exchange import NotSent
from .._send.posting import LONGEST_RETRY_AFTER

_USUAL_PAUSE = 1.0
"""Seconds before another try where the service does not say how long to wait."""

_TOO_MANY = "the service asks for fewer requests (HTTP 429), so this run did not ask for it; run the task again later"


class CancelPace:
    """How the cancels of one task follow each other: several at once, and one at a time after the first 429."""

    def __init__(self, deadline: Deadline) -> None:
        """Let all go ahead."""
        self._deadline = deadline
        self._lock = threading.RLock()
        self._is_slow = False
        self.obstacle = ""
        """Why no further cancel is asked for, or an empty text."""

    def admission(self) -> AbstractContextManager[object]:
        """Wait until a cancel may be claimed, and let it be settled before another one is."""
        return self._lock if self._is_slow else nullcontext()

    def answer(self, ask: Callable[[], CancelAnswer]) -> CancelAnswer:
        """Return the answer to one request, which is made once more after the pause that the service asks for.

        Where it then still asks for fewer, no further cancel of this task is asked for. Raises ``NotSent``.
        """
        answer = ask()
        if not answer.is_throttled:
            return answer
        with ExitStack() as locks:
            self._is_slow = True
            before = self._deadline.left()
            locks.enter_context(self._lock)
            pause = _USUAL_PAUSE if answer.retry_after is None else answer.retry_after
            waited = before - self._deadline.left()
            if not self.obstacle and pause <= LONGEST_RETRY_AFTER and self._deadline.wait(max(0.0, pause - waited)):
                with suppress(NotSent):  # the first request has left all the same
                    answer = ask()
            if answer.is_throttled:
                self.obstacle = _TOO_MANY
        return answer
