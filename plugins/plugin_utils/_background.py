# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Start a program that keeps running when this process ends, and stop a program that was started so.

A file keeps its process id, and a second one, whose name ends in ``.log``, its output. The program holds a lock on the
first one as long as it runs, so that a process id with a new owner is never killed.
"""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

START_SECONDS = 60.0
STOP_SECONDS = 15.0
_PAUSE = 0.05


class BackgroundError(Exception):
    """The program was not started, or not stopped; the text says why."""


def start(file: Path, ready: str, program: Sequence[str]) -> None:
    """Start the program, and wait for the line with ``ready``. Raises ``BackgroundError``, and ``OSError``."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    log = file.with_name(f"{file.name}.log")
    with open(file, "a+", encoding="ascii") as lock, open(log, "w", encoding="utf-8") as output:
        if not _takes_lock(lock.fileno()):
            raise BackgroundError(f"another run has begun to start it, see {log}")
        process = subprocess.Popen(  # noqa: S603 - a list of arguments, which no shell reads
            program,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=[lock.fileno()],
        )
        lock.truncate(0)
        lock.write(str(process.pid))
    _wait(process, log, ready)


def stop(file: Path) -> bool:
    """Stop the program, and wait until it has ended. Return whether one runs that was started with this file.

    Raises ``BackgroundError``, and ``OSError``.
    """
    if not file.exists():
        return False
    with open(file, "r+", encoding="ascii") as lock:
        if _takes_lock(lock.fileno()):
            return False
        number = lock.read()
        if not number.isdigit():
            raise BackgroundError("it is being started at this moment; try again")
        os.kill(int(number), signal.SIGTERM)
        end = time.monotonic() + STOP_SECONDS
        while not _takes_lock(lock.fileno()):
            if time.monotonic() > end:
                raise BackgroundError(f"process {number} did not end within {STOP_SECONDS:.0f} seconds")
            time.sleep(_PAUSE)
    return True


def _wait(process: subprocess.Popen[bytes], log: Path, ready: str) -> None:
    """Wait for the line with ``ready`` in the log. Kill the process, and raise, when the line does not come."""
    end = time.monotonic() + START_SECONDS
    has_ended = False
    while not has_ended and time.monotonic() < end:
        # The log is read after this check, so that its last lines are seen.
        has_ended = process.poll() is not None
        if any(ready in line for line in log.read_text(encoding="utf-8").splitlines()):
            return
        time.sleep(_PAUSE)
    process.kill()
    raise BackgroundError(log.read_text(encoding="utf-8").strip() or "it printed nothing, and was killed")


def _takes_lock(descriptor: int) -> bool:
    """Try to lock an open file, and return whether that succeeded."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
