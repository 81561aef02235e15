# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Several calls at once, whose results come back in order."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, wait
from contextlib import suppress
from typing import Any, Callable, Generic, TypeVar

_Given = TypeVar("_Given")
_Found = TypeVar("_Found")

_SIGNALS_EVERY = 0.5
"""Seconds after which a signal is seen at the latest.

One that comes the moment before a lock is waited for, Python sees only when that wait ends.
"""


class _Call(Generic[_Given, _Found]):
    """A call that is made by some thread, and what came of it."""

    def __init__(self, call: Callable[[_Given], _Found], item: _Given) -> None:
        self.outcome: Future[_Found] = Future()
        self._call = call
        self._item = item

    def make(self) -> None:
        """Make it."""
        try:
            self.outcome.set_result(self._call(self._item))
        except BaseException as error:  # noqa: BLE001 - raised again by the thread that waits
            self.outcome.set_exception(error)


def in_parallel(call: Callable[[_Given], _Found], items: Sequence[_Given], at_once: int) -> list[_Found]:
    """What a call returns for each item, in the order of the items; at most so many calls are under way at once.

    A call that raises does not keep the others from being made; the first error, in the order of the items, is raised
    when all have ended. A signal that interrupts the waiting (Ctrl-C, the timeout of a task) ends it at once, as it
    ends a single call: no further call begins, and those under way are left behind in threads that no process waits
    for. ``ThreadPoolExecutor`` would wait for them, and begin those that were still to come.
    """
    if at_once <= 1 or len(items) <= 1:
        return [call(item) for item in items]
    calls = [_Call(call, item) for item in items]
    waiting = deque(calls)
    try:
        if not _start(waiting, min(at_once, len(items))):
            return [call(item) for item in items]
        while wait([each.outcome for each in calls], timeout=_SIGNALS_EVERY).not_done:
            continue
    finally:
        waiting.clear()
    return [each.outcome.result() for each in calls]


def _start(waiting: deque[_Call[Any, Any]], threads: int) -> int:
    """Start so many threads, or as many as the machine grants; return how many there are.

    With fewer the calls take longer. Given up, those that had begun would go on with nobody to hear what they bring.
    """
    started = 0
    with suppress(RuntimeError):  # the limit of this user, or of its container
        while started < threads:
            threading.Thread(target=_work, args=(waiting,), daemon=True).start()
            started += 1
    return started


def _work(waiting: deque[_Call[Any, Any]]) -> None:
    """Make calls until none is left."""
    with suppress(IndexError):
        while True:
            waiting.popleft().make()
