# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A copy of this process that does one thing, and goes on doing it when this process is told to stop."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.util import Finalize
from typing import NoReturn

_ending: list[int] = []
"""Copies that have answered. Their end is waited for when this process ends, or asked for before the next copy: taking
down a copy of a large process takes milliseconds, in which its answer can already be passed on."""


def in_child(work: Callable[[], bytes]) -> bytes:
    """What ``work`` returns, run in a copy of this process; nothing when the copy ended without an answer.

    Whatever interrupts the waiting, such as the time limit of a task, leaves the copy to come to its end by itself:
    a request that is under way is answered, and what came of it is written down. Raises ``OSError`` without a copy.
    """
    _collect(os.WNOHANG)
    reader, writer = os.pipe()
    try:
        child = os.fork()
    except OSError:
        os.close(reader)
        os.close(writer)
        raise
    if not child:
        _do(work, writer)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        answer = pipe.read()
    if not _ending:
        # A worker that left this to process 1 would fill the table of processes where that does not care, as in a
        # container that has no init.
        Finalize(None, _collect, (0,), exitpriority=0)
    _ending.append(child)
    return answer


def _collect(how: int) -> None:
    """Let the system forget the copies that have ended; with ``os.WNOHANG`` without waiting for those that have not."""
    for child in tuple(_ending):
        # Whoever ignores SIGCHLD, which a process inherits, has no children to wait for.
        with suppress(ChildProcessError):
            if not os.waitpid(child, how)[0]:
                continue
        _ending.remove(child)


def _do(work: Callable[[], bytes], writer: int) -> NoReturn:
    """Work, answer, and end without anything that this process would do at its own end."""
    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        # A collection would write to every object of the copied process, and so copy all of its memory.
        gc.freeze()
        _let_go(writer)
        with os.fdopen(writer, "wb") as pipe:
            pipe.write(work())
    finally:
        os._exit(0)


def _let_go(writer: int) -> None:
    """Let go of what others wait for the end of: the terminal, and every pipe, socket and lock that was inherited.

    Their numbers stay taken, by nothing: an object that closes one of them later must not close a file of ours.
    """
    nothing = os.open(os.devnull, os.O_RDWR)
    inherited = {0, 1, 2}
    with suppress(OSError):  # a system without this folder
        inherited.update(int(name) for name in os.listdir("/dev/fd"))
    for number in inherited - {nothing, writer}:
        os.dup2(nothing, number)
