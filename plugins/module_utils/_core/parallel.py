# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make several calls at once and return their results in order."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any, Callable, Generic, TypeVar

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

_SIGNAL_INTERVAL = 0.5
"""Longest delay, in seconds, until a signal is handled.

Python handles a signal that arrives just before it waits for a lock only when that wait ends.
"""


class _Call(Generic[_Item, _Result]):
    """A call that any thread may make, and what comes of it."""

    def __init__(self, call: Callable[[_Item], _Result], item: _Item) -> None:
        self._call = call
        self._item = item
        self._results: list[_Result] = []
        self._error: BaseException | None = None

    def make(self) -> None:
        """Make the call and keep its result, or whatever it raises."""
        try:
            self._results.append(self._call(self._item))
        except BaseException as error:  # noqa: BLE001 - raised again by the thread that waits
            self._error = error

    def result(self) -> _Result:
        """Return the result of the call, or raise what it has raised."""
        if self._error is not None:
            raise self._error
        return self._results[0]


def in_parallel(call: Callable[[_Item], _Result], items: Sequence[_Item], at_once: int) -> list[_Result]:
    """Return the result of a call for each item, in the order of the items, with at most ``at_once`` calls running.

    A call that raises does not prevent the others; the first error, in the order of the items, is raised when all
    have ended. A signal that interrupts the waiting (Ctrl-C, the timeout of a task) ends it at once, as it ends a
    single call: no further call begins, and the running ones are abandoned in threads that no process waits for.
    ``ThreadPoolExecutor`` would wait for them, and begin the remaining ones.
    """
    if at_once <= 1 or len(items) <= 1:
        return [call(item) for item in items]
    calls = [_Call(call, item) for item in items]
    waiting = deque(calls)
    ended: SimpleQueue[None] = SimpleQueue()
    try:
        if not _start(waiting, ended, min(at_once, len(items))):
            return [call(item) for item in items]
        for _call in calls:
            _wait_for_one(ended)
    finally:
        waiting.clear()
    return [finished.result() for finished in calls]


def _wait_for_one(ended: SimpleQueue[None]) -> None:
    """Wait until one more call has ended."""
    while True:
        with suppress(Empty):
            return ended.get(timeout=_SIGNAL_INTERVAL)


def _start(waiting: deque[_Call[Any, Any]], ended: SimpleQueue[None], threads: int) -> int:
    """Start this many threads, or as many as the machine allows; return how many were started.

    With fewer threads the calls take longer. Giving up instead would abandon the calls that have already begun.
    """
    started = 0
    with suppress(RuntimeError, MemoryError):  # the thread limit of this user or its container, or no more memory
        while started < threads:
            threading.Thread(target=_work, args=(waiting, ended), daemon=True).start()
            started += 1
    return started


def _work(waiting: deque[_Call[Any, Any]], ended: SimpleQueue[None]) -> None:
    """Make waiting calls until none is left; tell of each that has ended."""
    with suppress(IndexError):
        while True:
            waiting.popleft().make()
            ended.put(None)
