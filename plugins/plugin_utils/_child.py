# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A copy of this process that does one thing, and goes on doing it when this process is told to stop."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import NoReturn


def in_child(work: Callable[[], bytes]) -> bytes:
    """What ``work`` returns, run in a copy of this process; nothing when the copy ended without an answer.

    Whatever interrupts the waiting, such as the time limit of a task, leaves the copy to come to its end by itself:
    a request that is under way is answered, and what came of it is written down. Raises ``OSError`` without a copy.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        os.close(reader)
        _do(work, writer)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    return answer


def _do(work: Callable[[], bytes], writer: int) -> NoReturn:
    """Work, answer, and end without anything that this process would do at its own end."""
    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        _leave_terminal()
        with os.fdopen(writer, "wb") as pipe:
            pipe.write(work())
    finally:
        os._exit(0)


def _leave_terminal() -> None:
    """Let go of what whoever has started Ansible waits for the end of."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
