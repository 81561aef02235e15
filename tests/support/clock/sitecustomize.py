# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Set a process's wall clock, and stop it before a request leaves; Python imports this when its folder is on the path.

``CLOCK_AHEAD`` names a file with the seconds by which the wall clock is ahead; it may be written at any moment. The
monotonic clock knows nothing of it, as after a suspend. ``STOP_BEFORE`` is how a request begins, such as ``DELETE``:
the first time, the process writes its id to the file ``STOPPED`` and stops itself, with everything ready to be sent.
With ``GO_ON`` it does not stop itself; then the test stops it when it likes. ``STOP_AT`` is as in the folder ``stops``.
"""

from __future__ import annotations

import os
import runpy
import signal
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


def set_clock() -> None:
    """Let ``time.time`` be ahead by what the file says that is named by then."""
    real = time.time
    time.time = lambda: real() + float(Path(os.environ["CLOCK_AHEAD"]).read_text(encoding="ascii") or 0)


def stopping(send: Callable[..., Any], beginning: bytes, stopped: Path) -> Callable[..., Any]:
    """Return a way to send that first writes down the process and stops it, once."""

    def sending(self: socket.socket, data: Any, *rest: Any) -> Any:
        if not stopped.exists() and bytes(data[: len(beginning)]) == beginning:
            part = stopped.with_suffix(".part")
            part.write_text(str(os.getpid()), encoding="ascii")
            part.replace(stopped)
            if not os.environ.get("GO_ON"):
                # To this thread, which so does not get any further; the others stop with it.
                signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)
        return send(self, data, *rest)

    return sending


def start() -> None:
    """Stop the process before a request leaves, or at a point, if the environment says which."""
    if os.environ.get("STOP_BEFORE"):
        beginning, mark = os.environ["STOP_BEFORE"].encode(), Path(os.environ["STOPPED"])
        for name in ("send", "sendall"):
            setattr(socket.socket, name, stopping(getattr(socket.socket, name), beginning, mark))
    if os.environ.get("STOP_AT"):  # what the folder beside this one does; Python imports only one of them
        runpy.run_path(str(Path(__file__).absolute().parents[1] / "stops" / "sitecustomize.py"))


if os.environ.get("CLOCK_AHEAD"):
    set_clock()
start()
