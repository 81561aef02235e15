# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start a program that goes on when this one ends, or end the one that was started so.

Usage: background.py start FILE READY PROGRAM ..., or background.py stop FILE

FILE keeps the process id, and FILE.log what the program prints; READY is in the line by which it says that it is ready,
which `start` prints. The program holds a lock on FILE for as long as it runs, so that a process id which has a new
owner is never killed. What cannot be done is a sentence on standard error and exit status 1; 3 of `stop`, when no
program runs that was started with FILE.
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
    """Start it, and wait until it is ready."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    log = file.with_name(f"{file.name}.log")
    with open(file, "a+", encoding="ascii") as held, open(log, "w", encoding="utf-8") as printed:
        if not locks(held.fileno()):
            print(f"another run has begun to start it, see {log}", file=sys.stderr)
            return 1
        # The playbook says which program; no shell reads it.
        process = subprocess.Popen(  # noqa: S603
            program,
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=[held.fileno()],
        )
        held.truncate(0)
        held.write(str(process.pid))
    return wait(process, log, ready)


def wait(process: subprocess.Popen[bytes], log: Path, ready: str) -> int:
    """Wait for the line that says that it is ready; kill it when that does not come."""
    end = time.monotonic() + START_SECONDS
    ended = False
    while not ended and time.monotonic() < end:
        # What it printed last is read after its end.
        ended = process.poll() is not None
        for line in log.read_text(encoding="utf-8").splitlines():
            if ready in line:
                print(line)
                return 0
        time.sleep(_PAUSE)
    process.kill()
    print(log.read_text(encoding="utf-8").strip() or "it said nothing, and was ended", file=sys.stderr)
    return 1


def stop(file: Path) -> int:
    """End it, and wait until it has ended."""
    if not file.exists():
        return NOT_OURS
    with open(file, "r+", encoding="ascii") as held:
        if locks(held.fileno()):
            return NOT_OURS
        number = held.read()
        if not number.isdigit():
            print("it is being started at this moment; try again", file=sys.stderr)
            return 1
        os.kill(int(number), signal.SIGTERM)
        end = time.monotonic() + STOP_SECONDS
        while not locks(held.fileno()):
            if time.monotonic() > end:
                print(f"process {number} did not end within {STOP_SECONDS:.0f} seconds", file=sys.stderr)
                return 1
            time.sleep(_PAUSE)
    return 0


def locks(descriptor: int) -> bool:
    """Lock an open file, unless somebody else has."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def main(arguments: list[str]) -> int:
    """Start or stop."""
    command, file, *rest = arguments
    return stop(Path(file)) if command == "stop" else start(Path(file), rest[0], rest[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
