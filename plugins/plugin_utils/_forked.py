# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run one function here, or in a copy of this process, which finishes it even when this process is told to stop.

Either way it is ended at once by the signals that end a process, and what it prints is not seen.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout, suppress
from multiprocessing.util import Finalize
from typing import NoReturn

_ending: list[int] = []
"""The process ids of copies that have answered. They are waited for when this process ends, or before the next copy:
taking down a copy of a large process takes milliseconds, in which its answer can already be passed on."""


_ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def run_here(work: Callable[[], bytes]) -> bytes:
    """Return what ``work`` returns in this process; empty when it fails, whatever it has done until then."""
    handlers = {number: signal.signal(number, signal.SIG_DFL) for number in _ENDING_SIGNALS}
    try:
        with redirect_stdout(None), redirect_stderr(None):
            return work()
    except Exception:  # noqa: BLE001 - uncaught, it would show what it holds, and as an OSError deny what was done
        return b""
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler or signal.SIG_DFL)  # None is one that Python has not set


def run_forked(work: Callable[[], bytes]) -> bytes:
    """Return what ``work`` returns in a copy of this process; empty when the copy ended without an answer.

    An interrupted wait, such as by the time limit of a task, does not stop the copy: its request is answered, and the
    outcome is written down. Raise ``OSError`` when there can be no copy.
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
        # Process 1 does not collect the children of others in a container without an init: a worker that left its
        # copies to it would fill the table of processes.
        Finalize(None, _collect, (0,), exitpriority=0)
    _ending.append(child)
    return answer


def _collect(options: int) -> None:
    """Let the system forget the copies that have ended; with ``os.WNOHANG`` do not wait for the others."""
    for child in tuple(_ending):
        # A process that ignores SIGCHLD, which it may have inherited, has no children to wait for.
        with suppress(ChildProcessError):
            if not os.waitpid(child, options)[0]:
                continue
        _ending.remove(child)


def _do(work: Callable[[], bytes], writer: int) -> NoReturn:
    """Work, answer, and end without anything that this process would do at its own end."""
    try:
        for number in _ENDING_SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        _close_inherited(writer)
        with os.fdopen(writer, "wb") as pipe:
            pipe.write(work())
    finally:
        os._exit(0)


def _close_inherited(writer: int) -> None:
    """Close what other processes wait for the end of: the terminal, and inherited pipes, sockets and locks.

    Their numbers stay taken, by ``os.devnull``: an object that closes one of them later must not close a new file.
    """
    nothing = os.open(os.devnull, os.O_RDWR)
    inherited = {0, 1, 2}
    with suppress(OSError):  # a system without this folder
        inherited.update(int(name) for name in os.listdir("/dev/fd"))
    for number in inherited - {nothing, writer}:
        os.dup2(nothing, number)
