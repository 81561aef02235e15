# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Begin modules and `ansible-playbook` as copies of a process that has imported their libraries, which `copied` is.

That takes a module about a third of the processor time, and a playbook of one task two thirds of it.
"""

from __future__ import annotations

import atexit
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from ansible_collections.voip_communications.sms.tests.support.copied import MOST, Order, hear

COLLECTION = Path(__file__).absolute().parents[2]
USUAL = str(COLLECTION.parents[2])
"""The path of Python for a module."""
CLOCK, STOPS = (f"{COLLECTION / 'tests' / 'support' / name}{os.pathsep}{USUAL}" for name in ("clock", "stops"))
"""The same for one whose clock can be set, and for one that can be stopped at a point."""
_BEHAVIOUR = ("PYTHON", "LC_", "LANG", "LD_", "MALLOC")
"""How the variables begin by which a process starts in another way."""
_FOR_EVER = 1e6
_START = {"PYTHONDONTWRITEBYTECODE": "1", "LC_ALL": "C.UTF-8"}


class Copy:
    """A process that was begun as a copy, with what ``subprocess.Popen`` has of it.

    ``feeds``: it reads from a pipe. ``joins``: it has one pipe for all that it prints.
    """

    def __init__(self, orders: socket.socket, order: Order, *, feeds: bool, joins: bool) -> None:
        theirs_in, ours_in = os.pipe() if feeds else (os.open(os.devnull, os.O_RDONLY), -1)
        outputs = [os.pipe() for _output in ("stdout", *([] if joins else ["stderr"]), "news")]
        *printed, told = (end for _ours, end in outputs)
        socket.send_fds(orders, [json.dumps(order).encode()], [theirs_in, printed[0], printed[-1], told])
        for end in (theirs_in, *printed, told):
            os.close(end)
        self.stdin: IO[str] | None = os.fdopen(ours_in, "w", encoding="utf-8") if feeds else None
        *self._outputs, self._news = (end for end, _theirs in outputs)
        self.pid = hear(self._news)
        self.returncode: int | Any = None  # as of Popen: an int after its end

    def poll(self) -> int | None:
        """Return the exit status, or None while it runs."""
        self._hear(0)
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """Kill it, unless it has ended."""
        self.send_signal(signal.SIGKILL)

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """Return what it prints until its end; raise ``subprocess.TimeoutExpired``."""
        if self.stdin is not None:
            self.stdin.close()
        end = time.monotonic() + (_FOR_EVER if timeout is None else timeout)
        printed: dict[int, bytes] = dict.fromkeys(self._outputs, b"")
        with selectors.DefaultSelector() as selector:
            for output in self._outputs:
                selector.register(output, selectors.EVENT_READ)
            while selector.get_map() and time.monotonic() < end:
                for key, _events in selector.select(max(0.0, end - time.monotonic())):
                    part = os.read(key.fd, MOST)
                    printed[key.fd] += part
                    if not part:
                        selector.unregister(key.fd)
            is_open = bool(selector.get_map())
        if is_open or not self._hear(max(0.0, end - time.monotonic())):
            raise subprocess.TimeoutExpired("a copy", timeout or _FOR_EVER)
        for output in self._outputs:
            os.close(output)
        os.close(self._news)
        stdout, *stderr = (printed[output].decode(errors="replace") for output in self._outputs)
        return stdout, "".join(stderr)

    def _hear(self, timeout: float) -> bool:
        """Wait for the news of its end; return whether they are there."""
        if self.returncode is None:
            with selectors.DefaultSelector() as selector:
                selector.register(self._news, selectors.EVENT_READ)
                if selector.select(timeout):
                    self.returncode = hear(self._news)
        return self.returncode is not None


class Copies:
    """The processes that are copied, of one process of the tests: one for each kind and path of Python."""

    def __init__(self) -> None:
        self._copied: dict[tuple[str, str], tuple[socket.socket, subprocess.Popen[bytes]]] = {}
        atexit.register(self.close)

    def module(self, module: Path, environment: Mapping[str, str]) -> Copy | None:
        """Begin a module as a copy; None where its process would not start as those that are copied."""
        orders = self._orders("modules", environment)
        order = Order(str(module), [], dict(environment), os.getcwd(), session=False)
        return None if orders is None else Copy(orders, order, feeds=True, joins=False)

    def playbook(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        folder: Path,
        *,
        session: bool = False,
        joins: bool = False,
    ) -> Copy | None:
        """Begin `ansible-playbook` as a copy, by its file or its Python module; None as with `module`."""
        orders = self._orders("playbooks", environment)
        order = Order(command[0], list(command[1:]), dict(environment), str(folder), session)
        return None if orders is None else Copy(orders, order, feeds=False, joins=joins)

    def close(self) -> None:
        """Let the processes end that were copied, so that no test of what is left behind finds them."""
        for orders, process in self._copied.values():
            orders.close()
            process.communicate()
        self._copied.clear()

    def _orders(self, kind: str, environment: Mapping[str, str]) -> socket.socket | None:
        """Return where to order copies of a kind."""
        path = environment.get("PYTHONPATH", "")
        ways = {name: value for name, value in environment.items() if name.startswith(_BEHAVIOUR)}
        known = {**_START, **({"PYTHONPATH": path} if path else {})}
        ignores = signal.getsignal(signal.SIGCHLD) == signal.SIG_IGN
        if ignores or ways != known or path not in ("", USUAL, CLOCK, STOPS):
            return None
        if (kind, path) not in self._copied:
            self._copied[kind, path] = self._start(kind, known | {"PATH": environment["PATH"]})
        return self._copied[kind, path][0]

    @staticmethod
    def _start(kind: str, environment: dict[str, str]) -> tuple[socket.socket, subprocess.Popen[bytes]]:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        process = subprocess.Popen(
            [sys.executable, str(COLLECTION / "tests" / "support" / "copied.py"), kind, str(theirs.fileno())],
            env=environment | {"CLOCK_AHEAD": os.devnull},
            # Of the kinds that its copies have, since Python looks at them when it starts.
            stdin=subprocess.PIPE if kind == "modules" else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=[theirs.fileno()],
        )
        theirs.close()
        return ours, process
