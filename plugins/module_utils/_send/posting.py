# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make the requests of one run: try again where that is safe, and slow down when the service asks for it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext

from .._api.client import Api, Denied, Throttled
from .._api.evidence import Judgement, alike
from .._core.deadline import Deadline, Latest
from .._core.errors import defect, sentence_of
from .._core.exchange import NotSent
from .._message.outcome import Fate
from .request import SendRequest

PAUSES = (0.5, 1.0, 2.0)
"""Seconds before another try, when it is proven that nothing was sent and the reason may pass."""

LONGEST_HEAD_START = 2.0
"""Seconds for which the first batch is alone at most, so that wrong credentials are tried once and not ten times.

With an end to it, a first answer that is slow or never comes does not keep the other batches from being sent.
"""

LONGEST_RETRY_AFTER = 30.0
"""Seconds that a run waits at most, and once, for a service that asks for fewer requests (429)."""

BEGUN_BY = 0.9
"""Share of the deadline in which a request must begin, so that the service has time to answer it."""

_TOO_LATE = "the deadline was over before the request could begin"

Objection = Callable[[Sequence[str]], str]
"""Returns why no request to these recipients (E.164 digits) may leave any more, or an empty string."""


def no_objection(_numbers: Sequence[str]) -> str:
    """Let every request leave."""
    return ""


class Posting:
    """The POSTs of one run, which several threads may make at once; one at a time, once the service asks for fewer."""

    def __init__(self, request: SendRequest, api: Api, deadline: Deadline, objection: Objection = no_objection) -> None:
        """Prepare to post; nothing is sent yet. ``objection`` is asked directly before the first byte leaves."""
        self._request = request
        self._objection = objection
        self._api = api
        self._deadline = deadline
        self._stop_reason = ""
        self._is_throttled = False
        self._throttle_lock = threading.RLock()
        self._are_credentials_tried = False
        self._has_first = False
        self._first_changed = threading.Condition()

    @contextmanager
    def admission(self) -> Iterator[None]:
        """Admit a batch, from before its claim until it is settled, when it may go ahead.

        The first one goes alone until the service has answered it. Once the service asks for fewer requests, one goes
        at a time.
        """
        self._wait_for_first()
        try:
            with self._throttle_lock if self._is_throttled else nullcontext():
                yield
        finally:
            self._end_first(tried=False)

    def start_within(self) -> float:
        """Return the seconds within which a request must begin; 0 or less when it is too late."""
        return self._deadline.left() - self._deadline.seconds * (1 - BEGUN_BY)

    def obstacle(self, start_within: float) -> str:
        """Return why no request may begin, or an empty string."""
        return self._stop_reason or ("" if start_within > 0 else _TOO_LATE)

    def stop(self, reason: str) -> None:
        """Let no further request begin, for this reason."""
        self._stop_reason = reason

    def post(self, numbers: Sequence[str], latest: Latest) -> Judgement:
        """Send one POST; try again only while it is proven that nothing was sent, and the reason may pass.

        ``latest``: until when the first byte may leave. Raises nothing: every failure is a verdict on each number.
        """
        pauses = iter(PAUSES)
        has_waited = False
        with ExitStack() as locks:
            while True:
                answer = self._try(numbers, latest)
                if isinstance(answer, Denied):
                    self.stop(str(answer))
                self._is_throttled |= isinstance(answer, Throttled)  # before others go ahead
                is_answer = isinstance(answer, Judgement) or not answer.passing
                self._end_first(tried=is_answer)
                if isinstance(answer, Judgement):
                    return answer
                pause = _pause(answer, pauses, has_waited=has_waited)
                if pause is not None and isinstance(answer, Throttled):
                    has_waited = True
                    pause = self._throttle(locks, pause)
                if pause is None or not self._deadline.wait(pause):
                    return alike(numbers, Fate.NOT_SENT, str(answer))

    def _wait_for_first(self) -> None:
        """Become the first, or wait until the credentials are tried, the first has ended, or it takes too long."""
        if self._are_credentials_tried:
            return
        longest = min(LONGEST_HEAD_START, self._deadline.left() / 10)
        with self._first_changed:
            self._first_changed.wait_for(lambda: self._are_credentials_tried or not self._has_first, longest)
            self._has_first = True

    def _end_first(self, *, tried: bool) -> None:
        """Let the others go ahead: all of them when the credentials are ``tried``, and the next one otherwise."""
        if self._are_credentials_tried:
            return
        with self._first_changed:
            self._are_credentials_tried = tried
            self._has_first = False
            self._first_changed.notify_all()

    def _throttle(self, locks: ExitStack, pause: float) -> float:
        """Make the other threads wait until the locks are released; return the seconds of the pause that remain."""
        before = self._deadline.left()
        locks.enter_context(self._throttle_lock)
        return max(0.0, pause - (before - self._deadline.left()))

    def _try(self, numbers: Sequence[str], latest: Latest) -> Judgement | NotSent:
        """Send one POST; return the verdicts, or the proof that nothing was sent."""
        request = self._request
        objections: list[str] = []

        def permits() -> bool:
            objections.extend(filter(None, [self._objection_to(numbers)]))
            # Last of all, since an objection may take long to find, and a machine may be suspended meanwhile.
            return not objections and latest.permits()

        try:
            return self._api.send(
                numbers,
                request.text,
                request.sender,
                date=request.schedule.date if request.schedule else None,
                segments=request.segments,
                seconds=self._deadline.left(),
                permits=permits,
            )
        except NotSent as error:
            return NotSent(objections[0], passing=False) if objections else error
        except Exception as error:  # noqa: BLE001 - a defect of ours must not lose the results of other batches
            return alike(numbers, Fate.UNKNOWN, f"{defect(error)} while it was sent")

    def _objection_to(self, numbers: Sequence[str]) -> str:
        """Return why a request may not leave; where that cannot be found out, it may not either."""
        try:
            return self._objection(numbers)
        except Exception as error:  # noqa: BLE001 - nothing has left yet, and without an answer nothing may
            return sentence_of(error)


def _pause(error: NotSent, pauses: Iterator[float], *, has_waited: bool) -> float | None:
    """Return the seconds to wait before another try, or None when there must not be one.

    ``has_waited``: whether this request has been throttled before.
    """
    if isinstance(error, Throttled):
        is_short = error.retry_after is not None and error.retry_after <= LONGEST_RETRY_AFTER
        return error.retry_after if is_short and not has_waited else None
    return next(pauses, None) if error.passing else None
