# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run a delivery in a process of its own, so that it can neither fail the playbook nor hold it up.

It is no thread, because Ansible forks its workers from this process at any moment. A copy of a process in which another
thread uses SQLite, libpq or OpenSSL keeps their locks for ever, since the thread that would release them is not copied.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

# What settling with the ledger may take beyond the deadline before the run goes on without it.
GRACE = 5.0
# What a delayed delivery may take to accept its instructions: it may be long until something else writes the rest.
_HEAD_START = 0.5
_BLOCK = 65536
# A pipe holds ten of them at least while the process does not read yet, and a thousand usual ones.
_LONGEST_NAME = 500


class Errand:
    """One delivery, or the rehearsal of one, after a delay; in a process that is left behind when its time is over.

    The process says when it begins to send, and then with what result. Before it has begun it can be cancelled, and it
    ends when this process does.
    """

    def __init__(self, program: str, instructions: Mapping[str, Any], deadline: float, delay: float = 0.0) -> None:
        """Do nothing before ``start``.

        ``program``: a Python file, which gets ``instructions`` as JSON, and returns a result within ``deadline``.
        Both times are in seconds.
        """
        self._program = program
        self._instructions = instructions
        self._patience = deadline + GRACE
        self._delay = delay
        self._begins_at = time.monotonic() + delay
        self._channel: _Channel | None = None
        self._has_begun = False
        self._is_cancelled = False
        self._is_broken = False
        self._error = ""
        self._result: dict[str, Any] | None = None

    def start(self) -> None:
        """Start the process. That there can be none is a result.

        ``wait`` and ``cancel`` go on writing instructions that are longer than the pipe.
        """
        # The clock is the same in all processes of a machine.
        instructions = {**self._instructions, "begins_at": self._begins_at, "parent": os.getpid(), "path": sys.path}
        try:
            self._channel = _Channel([sys.executable, self._program])
        except OSError as error:
            self._result = _failure(f"no process can be started ({error.strerror})", "nothing was sent")
        else:
            self._channel.send(instructions, time.monotonic() + min(self._delay, _HEAD_START))

    def note(self, task_name: str) -> None:
        """Tell the process which task has begun, unless it does not listen."""
        if self._channel is not None:
            self._channel.offer({"task": task_name[:_LONGEST_NAME]})

    def cancel(self) -> bool:
        """Cancel the delivery unless it has begun; return whether it was, and so has no result.

        A process that says what cannot be understood is ended too, but ``wait`` reports it.
        """
        if self._channel is not None:
            self._receive_all(time.monotonic())
            if not self._is_decided:
                self._channel.send({"cancel": True})
                self._receive_all(time.monotonic() + GRACE)
            if not self._is_decided and not self._channel.is_over:
                self._kill(self._channel)
                self._is_cancelled = not self._is_decided and not self._is_broken
        return self._is_cancelled

    def wait(self) -> dict[str, Any]:
        """Return the result as soon as there is one, or a failure when the time is over."""
        channel = self._channel
        until = self._begins_at + self._patience
        while self._result is None and channel is not None and not self._is_broken and self._receive(until):
            continue
        if self._result is None and channel is not None:
            self._result = self._missing_result(channel)
        return self._result or {}

    @property
    def _is_decided(self) -> bool:
        """Whether it is known if the delivery has begun."""
        return self._has_begun or self._is_cancelled or self._result is not None

    def _missing_result(self, channel: _Channel) -> dict[str, Any]:
        """Return the failure of a process that gave no result; one that has begun may go on."""
        reason = f"internal error {self._error}, please report this" if self._error else "its process broke off"
        if not channel.is_over:
            if not self._is_broken:
                reason = f"there was no end within {self._patience:g} seconds"
            if not self._has_begun:
                self._kill(channel)
            channel.leave()
        return self._result or _failure(reason, "it may have been sent" if self._has_begun else "nothing was sent")

    def _kill(self, channel: _Channel) -> None:
        """End the process, and take what it has said until then: it says that it begins before it does."""
        channel.kill()
        while self._receive(time.monotonic()):
            continue

    def _receive_all(self, until: float) -> None:
        """Take what the process says, until that decides whether the delivery has begun, or until then."""
        while not self._is_decided and not self._is_broken and self._receive(until):
            continue

    def _receive(self, until: float) -> bool:
        """Take the next message of the process; return whether there was one by then."""
        message = self._channel.receive(until) if self._channel is not None else None
        if message is None:
            return False
        self._is_broken = self._is_broken or not message
        self._has_begun = self._has_begun or "begun" in message
        self._is_cancelled = self._is_cancelled or "cancelled" in message
        self._error = message.get("error", self._error)
        self._result = message.get("result", self._result)
        if self._channel is not None and (self._is_cancelled or self._result is not None):
            self._channel.close()
        return True


class _Channel:
    """A process that was started here, and the lines of JSON to it and from it. It never waits without a limit.

    Workers that are forked later inherit the ends of its pipes. So the process cannot wait for the end of its input;
    its output, whose other end only it has, ends with it.
    """

    def __init__(self, command: list[str]) -> None:
        """Start the process, in a session of its own: Ctrl-C in the terminal must not break off a request."""
        # Never a "with": it would wait for the process.
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            start_new_session=True,
        )
        self._unsent = b""
        self._received = b""
        self.is_over = False
        os.set_blocking(self._input, False)

    @property
    def _input(self) -> int:
        return self._process.stdin.fileno() if self._process.stdin else -1

    @property
    def _output(self) -> int:
        return self._process.stdout.fileno() if self._process.stdout else -1

    def send(self, message: Mapping[str, Any], until: float = 0.0) -> None:
        """Send a message, as far as the process takes it by then; ``receive`` sends the rest."""
        if self.is_over:
            return
        self._unsent += json.dumps(message, default=str).encode("ascii") + b"\n"
        while self._unsent and _ready([(self._input, select.POLLOUT)], until):
            self._flush()

    def offer(self, message: Mapping[str, Any]) -> None:
        """Send a message, or drop it when an earlier one has still to leave."""
        if self._unsent and not self.is_over and _ready([(self._input, select.POLLOUT)], 0.0):
            self._flush()
        if not self._unsent:
            self.send(message)

    def _flush(self) -> None:
        """Write what the pipe takes now."""
        try:
            self._unsent = self._unsent[os.write(self._input, self._unsent) :]
        except BlockingIOError:
            pass
        except OSError:  # the process has closed its input or has ended, which its output shows
            self._unsent = b""

    def receive(self, until: float) -> dict[str, Any] | None:
        """Return the next message, and send what is unsent meanwhile; an empty one when it cannot be understood.

        Return None when there is none by then, or the process is over.
        """
        while b"\n" not in self._received:
            if self.is_over or not self._exchange(until):
                return None
        line, _end, self._received = self._received.partition(b"\n")
        return _message(line)

    def _exchange(self, until: float) -> bool:
        """Read or write once, as soon as that is possible; return whether it was by then."""
        unsent = [(self._input, select.POLLOUT)] if self._unsent else []
        ready = _ready([(self._output, select.POLLIN), *unsent], until)
        if self._input in ready:
            self._flush()
        if self._output in ready:
            block = os.read(self._output, _BLOCK)
            self._received += block
            if not block:
                self.close()
        return bool(ready)

    def kill(self) -> None:
        """End the process at once; what it has said can still be received."""
        self._process.kill()
        self._wait()

    def close(self) -> None:
        """Forget a process that has said its last word, or has ended."""
        self.leave()
        self._wait()

    def leave(self) -> None:
        """Let the process go on alone."""
        self.is_over = True
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def _wait(self) -> None:
        """Let the system forget the process. One that cannot end, such as on a disk that hangs, is not waited for."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(GRACE)


def _ready(pipes: list[tuple[int, int]], until: float) -> set[int]:
    """Return those of the pipes, each with an event of ``poll``, that are ready; none when none is by then."""
    poll = select.poll()
    for descriptor, event in pipes:
        poll.register(descriptor, event)
    return {descriptor for descriptor, _event in poll.poll(1000 * max(0.0, until - time.monotonic()))}


def _message(line: bytes) -> dict[str, Any]:
    """Return the message in a line; an empty one when it cannot be understood."""
    try:
        message = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    is_message = isinstance(message, dict) and isinstance(message.get("result", {}), dict)
    return message if is_message else {}


def _failure(reason: str, outcome: str) -> dict[str, Any]:
    return {"failed": True, "msg": f"{reason}; {outcome}"}
