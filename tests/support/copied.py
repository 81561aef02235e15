# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The process that is copied: it has imported what others would import first, and makes a copy for each order.

Each copy is a process of its own, with its own environment, folder, standard streams, session and signals, and ends as
any other. It only has not read its libraries from the disk itself, which the tests would do thousands of times.

Usage: copied.py modules|playbooks FILE_DESCRIPTOR
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, NamedTuple

MOST = 1 << 17
"""Bytes of an order."""
NEWS = 4
"""Bytes of a process id, or of an exit status."""
STREAMS = 3
"""The standard streams of a copy come with its order, and a pipe for its process id and its end."""
MODULES = Path(__file__).absolute().parents[2] / "plugins" / "modules"
PACKAGE = "ansible_collections.voip_communications.sms.plugins.modules"
# What ansible-playbook imports by itself, without what reads the environment or the folder while it is imported, as
# ansible.constants does, and without what workers are not to be forked with.
OF_PLAYBOOKS = (
    "ansible.context",
    "ansible.inventory",
    "ansible.module_utils.basic",
    "ansible.module_utils.common.yaml",
    "ansible.parsing.quoting",
    "ansible.parsing.yaml",
    "ansible.utils.collection_loader",
    "ansible.utils.fqcn",
    "ansible.utils.helpers",
    "ansible.vars.hostvars",
    "cryptography.hazmat.backends.openssl",
    "cryptography.hazmat.primitives.kdf.pbkdf2",
    "cryptography.hazmat.primitives.serialization",
    "ctypes.util",
    "curses",
    "difflib",
    "email.parser",
    "getpass",
    "importlib.metadata",
    "jinja2.nativetypes",
    "jinja2.sandbox",
    "multiprocessing.queues",
    "packaging.specifiers",
    "pty",
    "secrets",
    "tarfile",
)


class Order(NamedTuple):
    """What a copy is to run: a file, or a Python module as with ``-m``, in a folder, and perhaps in a new session."""

    program: str
    arguments: list[str]
    environment: dict[str, str]
    folder: str
    session: bool


def load(kind: str) -> None:
    """Import what the copies of a kind import first."""
    del sys.path[0]  # the folder of this file, of which a copy knows nothing
    names = [f"{PACKAGE}.{path.stem}" for path in sorted(MODULES.glob("[!_]*.py"))]
    for name in names if kind == "modules" else OF_PLAYBOOKS:
        importlib.import_module(name)
    if kind == "playbooks":
        _read_ahead()
    sys.path.insert(0, "")
    # No copy looks for garbage among what is here, which would give it all these pages for its own.
    gc.collect()
    gc.freeze()


def tell(news: int, number: int) -> None:
    """Tell the process id of a copy, or its end."""
    os.write(news, number.to_bytes(NEWS, "little", signed=True))


def hear(news: int) -> int:
    """Return what is told next, and leave what is told after it where it can be waited for."""
    told = os.read(news, NEWS)
    if not told:
        raise RuntimeError("the process that is copied has ended")
    return int.from_bytes(told, "little", signed=True)


def _read_ahead() -> None:
    """Read where Ansible's own plugins are, for which it lets others keep what was read; it is the longest file."""
    finder: Any = importlib.import_module("ansible.utils.collection_loader._collection_finder")
    read = finder._meta_yml_to_dict = functools.cache(finder._meta_yml_to_dict)
    folder = Path(next(iter(importlib.import_module("ansible.config").__path__)))
    read((folder / "ansible_builtin_runtime.yml").read_bytes(), ("ansible.builtin", "runtime.yml"))


class Server:
    """Makes copies, and tells of each its process id, and its end, which is not forgotten before it is heard."""

    def __init__(self, orders: socket.socket) -> None:
        self._orders = orders
        self._waiting = select.poll()
        self._waiting.register(orders, select.POLLIN)
        self._running: dict[int, tuple[int, int]] = {}
        self._ended: dict[int, int] = {}

    def serve(self) -> None:
        """Make a copy for each order, until nobody can order any more. Returns in a copy too, when it has run."""
        while True:
            for ready, _event in self._waiting.poll():
                if ready in self._running:
                    self._tell_end(ready)
                elif ready in self._ended:
                    self._forget(ready)
                elif not self._begin(*socket.recv_fds(self._orders, MOST, STREAMS + 1)[:2]):
                    return

    def _begin(self, order: bytes, pipes: list[int]) -> bool:
        """Begin a copy; return whether this process is to go on."""
        if not order:
            return False
        pid = os.fork()
        if pid == 0:
            self._orders.close()
            _become(Order(*json.loads(order)), pipes[:STREAMS])
            return False
        *streams, news = pipes
        for stream in streams:
            os.close(stream)
        tell(news, pid)
        end = os.pidfd_open(pid)
        self._running[end] = pid, news
        self._waiting.register(end, select.POLLIN)
        return True

    def _tell_end(self, end: int) -> None:
        """Tell how a copy has ended, and leave it as it is, so that nobody meets another process by its id."""
        pid, news = self._running.pop(end)
        self._waiting.unregister(end)
        os.close(end)
        told = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        if told is not None:
            code = told.si_status if told.si_code == os.CLD_EXITED else -told.si_status
            with contextlib.suppress(BrokenPipeError):  # nobody may want to know
                tell(news, code)
        self._ended[news] = pid
        self._waiting.register(news, 0)  # the other end is closed

    def _forget(self, news: int) -> None:
        self._waiting.unregister(news)
        os.close(news)
        os.waitpid(self._ended.pop(news), 0)


def _become(order: Order, streams: list[int]) -> None:
    """Do what Python does at the start of a process, and run the program."""
    if order.session:
        os.setsid()
    for target, stream in enumerate(streams):
        os.dup2(stream, target)
    os.closerange(STREAMS, os.sysconf("SC_OPEN_MAX"))
    os.environ.clear()
    os.environ.update(order.environment)
    time.tzset()
    tempfile.tempdir = None
    os.chdir(order.folder)
    if "sitecustomize" in sys.modules:
        sys.modules["sitecustomize"].start()
    is_file = os.sep in order.program
    sys.argv = [order.program if is_file else "-m", *order.arguments]
    sys.path[0] = str(Path(order.program).parent) if is_file else order.folder
    try:
        if is_file:
            runpy.run_path(order.program, run_name="__main__")
        else:
            runpy.run_module(order.program, run_name="__main__", alter_sys=True)
    except SystemExit as end:
        _leave(end)
        raise
    _leave(SystemExit())


def _leave(end: SystemExit) -> None:
    """Do what Python does at the end of a process, but for taking apart all that was imported, which nobody sees.

    Returns where there is more to do.
    """
    if end.code is None or isinstance(end.code, int):
        threading._shutdown()  # type: ignore[attr-defined]  # no public name lets executors end theirs
        atexit._run_exitfuncs()
        with contextlib.suppress(OSError):  # which Python tells
            for stream in (sys.stdout, sys.stderr):
                if not stream.closed:
                    stream.flush()
            os._exit((end.code or 0) & 0xFF)


if __name__ == "__main__":
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    load(sys.argv[1])
    Server(socket.socket(fileno=int(sys.argv[2]))).serve()
