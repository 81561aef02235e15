# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start a program that keeps running when this one ends, or stop a program that was started so.

Usage: background.py start FILE READY PROGRAM ..., or background.py stop FILE

FILE keeps the process id, and FILE.log the output of the program. READY is part of the line that announces that the
program is ready; ``start`` prints that line. The program holds a lock on FILE as long as it runs, so that a process id
with a new owner is never killed. A failure is a sentence on standard error and exit status 1; ``stop`` exits with 3
when no program runs that was started with FILE.
"""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

START_SECONDS = 60.0
STOP_SECONDS = 15.0
NOT_OURS = 3
_PAUSE = 0.05


def start(file: Path, ready: str, program: list[str]) -> int:
    """Start the program, and wait until it is ready. Return the exit status."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    log = file.with_name(f"{file.name}.log")
    with open(file, "a+", encoding="ascii") as lock, open(log, "w", encoding="utf-8") as output:
        if not takes_lock(lock.fileno()):
            print(f"another run has begun to start it, see {log}", file=sys.stderr)
            return 1
        # The role says which program; no shell reads it.
        process = subprocess.Popen(  # noqa: S603
            program,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=[lock.fileno()],
        )
        lock.truncate(0)
        lock.write(str(process.pid))
    return wait(process, log, ready)


def wait(process: subprocess.Popen[bytes], log: Path, ready: str) -> int:
    """Wait for the line with ``ready`` in the log, and print it. Kill the process when the line does not come."""
    end = time.monotonic() + START_SECONDS
    has_ended = False
    while not has_ended and time.monotonic() < end:
        # The log is read after this check, so that its last lines are seen.
        has_ended = process.poll() is not None
        for line in log.read_text(encoding="utf-8").splitlines():
            if ready in line:
                print(line)
                return 0
        time.sleep(_PAUSE)
    process.kill()
    print(log.read_text(encoding="utf-8").strip() or "it printed nothing, and was killed", file=sys.stderr)
    return 1


def stop(file: Path) -> int:
    """Stop the program, and wait until it has ended. Return the exit status."""
    if not file.exists():
        return NOT_OURS
    with open(file, "r+", encoding="ascii") as lock:
        if takes_lock(lock.fileno()):
            return NOT_OURS
        number = lock.read()
        if not number.isdigit():
            print("it is being started at this moment; try again", file=sys.stderr)
            return 1
        os.kill(int(number), signal.SIGTERM)
        end = time.monotonic() + STOP_SECONDS
        while not takes_lock(lock.fileno()):
            if time.monotonic() > end:
                print(f"process {number} did not end within {STOP_SECONDS:.0f} seconds", file=sys.stderr)
                return 1
            time.sleep(_PAUSE)
    return 0


def takes_lock(descriptor: int) -> bool:
    """Try to lock an open file, and return whether that succeeded."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def main(arguments: list[str]) -> int:
    """Run the command of the arguments, and return its exit status."""
    command, file, *rest = arguments
    return stop(Path(file)) if command == "stop" else start(Path(file), rest[0], rest[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
