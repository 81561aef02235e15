# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Begin module processes as copies of one that has imported what modules import, in a quarter of the time.

Each is a process of its own, with its own environment, folder, standard streams and signals, and ends as any other. It
only has not read its libraries from the disk itself, which the tests of playbooks do thousands of times.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import runpy
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO, NamedTuple

COLLECTION = Path(__file__).absolute().parents[2]
USUAL = str(COLLECTION.parents[2])
"""The path of Python for a module."""
MOVED = f"{COLLECTION / 'tests' / 'support' / 'clock'}{os.pathsep}{USUAL}"
"""The same for one whose clock can be set."""
_MODULES = "ansible_collections.voip_communications.sms.plugins.modules"
_MOST = 1 << 17


class _Order(NamedTuple):
    """What a copy is to run: the file of a module, with an environment, in a folder."""

    module: str
    environment: dict[str, str]
    folder: str


# The process that is copied ---------------------------------------------------------------------------------------


def serve(orders: socket.socket) -> None:
    """Make a copy for each order, which is a command and the ends of its pipes, until nobody can order any more."""
    for path in sorted((COLLECTION / "plugins" / "modules").glob("[!_]*.py")):
        importlib.import_module(f"{_MODULES}.{path.stem}")
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        order, pipes, _flags, _address = socket.recv_fds(orders, _MOST, 4)
        if not order:
            return
        if os.fork() == 0:
            orders.close()
            _accompany(_Order(*json.loads(order)), pipes)
            return
        for pipe in pipes:
            os.close(pipe)


def _accompany(order: _Order, pipes: list[int]) -> None:
    """Make the copy, and tell its process id and then its end, as only the process can that made it."""
    *streams, news = pipes
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    pid = os.fork()
    if pid == 0:
        os.close(news)
        _become(order, streams)
        return
    os.write(news, b"%d\n" % pid)
    for stream in (0, 1, 2, *streams):
        os.close(stream)
    _pid, status = os.waitpid(pid, 0)
    os.write(news, b"%d\n" % os.waitstatus_to_exitcode(status))
    os._exit(0)


def _become(order: _Order, streams: list[int]) -> None:
    """Do what Python does at the start of a process, and run the module."""
    for target, stream in enumerate(streams):
        os.dup2(stream, target)
        os.close(stream)
    os.environ.clear()
    os.environ.update(order.environment)
    time.tzset()
    os.chdir(order.folder)
    sys.argv, sys.path[0] = [order.module], str(Path(order.module).parent)
    if os.environ["PYTHONPATH"] == MOVED:
        importlib.import_module("sitecustomize").stop_before()
    gc.unfreeze()
    runpy.run_path(order.module, run_name="__main__")


# The tests --------------------------------------------------------------------------------------------------------


class Copy:
    """A process that was begun as a copy, with what ``subprocess.Popen`` has of it."""

    def __init__(self, orders: socket.socket, module: Path, environment: Mapping[str, str]) -> None:
        theirs_in, ours_in = os.pipe()
        outputs = [os.pipe() for _output in ("stdout", "stderr", "news")]
        order = _Order(str(module), dict(environment), os.getcwd())
        theirs = [theirs_in, *(end for _ours, end in outputs)]
        socket.send_fds(orders, [json.dumps(order).encode()], theirs)
        for end in theirs:
            os.close(end)
        self.stdin: IO[str] | None = os.fdopen(ours_in, "w", encoding="utf-8")
        *self._outputs, news = (end for end, _theirs in outputs)
        self._news = os.fdopen(news, encoding="ascii")
        self.pid = int(self._news.readline())
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return the exit status, or None while it runs."""
        if self.returncode is None and self._is_readable(0):
            self.returncode = int(self._news.readline())
        return self.returncode

    def kill(self) -> None:
        """Kill it, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, signal.SIGKILL)

    def communicate(self, timeout: float) -> tuple[str, str]:
        """Return what it prints until its end; raise ``subprocess.TimeoutExpired``."""
        if self.stdin is not None:
            self.stdin.close()
        end = time.monotonic() + timeout
        printed: dict[int, bytes] = dict.fromkeys(self._outputs, b"")
        with selectors.DefaultSelector() as selector:
            for output in self._outputs:
                selector.register(output, selectors.EVENT_READ)
            while selector.get_map() and time.monotonic() < end:
                for key, _events in selector.select(max(0.0, end - time.monotonic())):
                    part = os.read(key.fd, _MOST)
                    printed[key.fd] += part
                    if not part:
                        selector.unregister(key.fd)
            is_open = bool(selector.get_map())
        if is_open or not self._is_readable(max(0.0, end - time.monotonic())) or self.poll() is None:
            raise subprocess.TimeoutExpired("a copy", timeout)
        for output in self._outputs:
            os.close(output)
        self._news.close()
        stdout, stderr = (printed[output].decode(errors="replace") for output in self._outputs)
        return stdout, stderr

    def _is_readable(self, timeout: float) -> bool:
        with selectors.DefaultSelector() as selector:
            selector.register(self._news, selectors.EVENT_READ)
            return bool(selector.select(timeout))


class Copies:
    """The processes that are copied, of one process of the tests: one for each path of Python."""

    def __init__(self) -> None:
        self._copied: dict[str, tuple[socket.socket, subprocess.Popen[bytes]]] = {}
        atexit.register(self.close)

    def of(self, module: Path, environment: Mapping[str, str]) -> Copy | None:
        """Begin a module as a copy; None where the environment changes how Python starts."""
        path = environment["PYTHONPATH"]
        if path not in (USUAL, MOVED) or "STOP_AT" in environment:
            return None
        if path not in self._copied:
            self._copied[path] = self._start(environment)
        return Copy(self._copied[path][0], module, environment)

    def close(self) -> None:
        """Let the processes end that were copied, so that no test of what is left behind finds them."""
        for orders, process in self._copied.values():
            orders.close()
            process.wait()
        self._copied.clear()

    @staticmethod
    def _start(environment: Mapping[str, str]) -> tuple[socket.socket, subprocess.Popen[bytes]]:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        kept = {name: environment[name] for name in ("PATH", "LC_ALL", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE")}
        process = subprocess.Popen(
            [sys.executable, "-m", __name__, str(theirs.fileno())],
            env={**kept, "CLOCK_AHEAD": os.devnull},
            stdin=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
        )
        theirs.close()
        return ours, process


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
