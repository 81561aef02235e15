# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Several calls at once: their order, their bound, their errors, and an end that does not wait for them."""

from __future__ import annotations

import os
import signal
import threading
import time

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._core.parallel import in_parallel


def test_results_come_in_the_order_of_the_items_whoever_ends_first() -> None:
    second_has_ended = threading.Event()

    def call(item: int) -> int:
        if item == 1:
            assert second_has_ended.wait(30)
        else:
            second_has_ended.set()
        return item * 10

    assert in_parallel(call, [1, 2], 2) == [10, 20]


def test_no_more_are_under_way_than_may_be() -> None:
    here = threading.Barrier(3, timeout=30)
    under_way: list[int] = []
    most: list[int] = []

    def call(item: int) -> None:
        under_way.append(item)
        most.append(len(under_way))
        here.wait()
        under_way.remove(item)

    in_parallel(call, range(9), 3)
    assert max(most) == 3


@pytest.mark.parametrize(("items", "at_once"), [([1, 2], 1), ([1], 8), ([], 8)])
def test_one_after_the_other_needs_no_thread(items: list[int], at_once: int) -> None:
    threads = in_parallel(lambda _item: threading.current_thread(), items, at_once)
    assert set(threads) <= {threading.current_thread()}


def test_an_error_keeps_no_other_call_from_being_made() -> None:
    called: list[int] = []

    def call(item: int) -> None:
        called.append(item)
        if item in (2, 4):
            raise ValueError(item)

    with pytest.raises(ValueError, match="2"):
        in_parallel(call, range(1, 7), 2)
    assert sorted(called) == [1, 2, 3, 4, 5, 6]


def test_who_is_interrupted_does_not_wait_and_begins_no_other() -> None:
    """As Ansible's task timeout does it: a signal whose handler raises, while calls are under way."""
    begun: list[int] = []
    both, go_on = threading.Barrier(3, timeout=30), threading.Event()

    def call(item: int) -> None:
        begun.append(item)
        both.wait()
        go_on.wait(30)

    def interrupt() -> None:
        both.wait()
        os.kill(os.getpid(), signal.SIGUSR1)

    def handler(_number: int, _frame: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGUSR1, handler)
    threading.Thread(target=interrupt, daemon=True).start()
    began = time.monotonic()
    try:
        with pytest.raises(TimeoutError):
            in_parallel(call, range(5), 2)
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert time.monotonic() - began < 20
    go_on.set()
    assert len(begun) == 2
    assert all(thread.daemon for thread in threading.enumerate() if thread is not threading.main_thread())


@pytest.mark.parametrize("granted", [0, 2])
def test_threads_that_the_machine_does_not_grant_are_done_without(
    granted: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = threading.Thread.start
    started: list[threading.Thread] = []

    def limited(thread: threading.Thread) -> None:
        if len(started) == granted:
            raise RuntimeError("can't start new thread")
        started.append(thread)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", limited)
    assert in_parallel(lambda item: item * 10, range(6), 4) == [0, 10, 20, 30, 40, 50]
    assert len(started) == granted
