# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the sandbox as a command: read the options, serve, and end cleanly."""

from __future__ import annotations

import argparse
import ipaddress
import logging
import os
import signal
import socket
import sys
import threading
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from . import dates
from .api import BASE, Account
from .app import create_app
from .settings import (
    LOG_ORDERS,
    RECORD_MODES,
    SMSID_MODES,
    SettingError,
)
from .state import State, StateError

# The connections that may wait to be accepted.
_BACKLOG = 128
# The settings that are options, too.
_SETTINGS = (
    "smsid",
    "records",
    "zone",
    "list_lag",
    "cancelled_shown",
    "hidden_before",
    "cancel_delay",
    "empty_lists",
    "log_order",
    "incoming_lag",
    "page_size",
)
_END_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class _Handler(WSGIRequestHandler):
    """Leaves the Date header to the application, whose clock can be changed."""

    def send_response(self, code: int, message: str | None = None) -> None:
        """Send the status line only. The base class would add the machine's own Date."""
        self.log_request(code)
        self.send_response_only(code, message)


class _QuietHandler(_Handler):
    """Writes nothing to the log."""

    def log_request(self, code: Any = "-", size: Any = "-") -> None:
        """Write nothing."""


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGTERM, SIGINT or the end of standard input.

    Returns the exit status: 0 after serving, 2 when the sandbox cannot start.
    """
    options = _parser().parse_args(arguments)
    logging.basicConfig(stream=sys.stderr, level=logging.INFO if options.verbose else logging.ERROR)
    try:
        state = _state(options)
    except (StateError, SettingError, dates.DateError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    try:
        listener = _listener(options.host, options.port)
    except (OSError, OverflowError):
        sys.stderr.write(f"Port {options.port} of {options.host} cannot be used; --port 0 takes a free one\n")
        return 2
    # A signal can arrive before the server runs.
    with listener, suppress(KeyboardInterrupt):
        _serve(_server(options, state, listener), options)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sandbox", description="The VoIP Communications SMS API on your own machine; nothing is ever sent."
    )
    add = parser.add_argument
    add("--host", type=_loopback, default="127.0.0.1", help="a loopback address (default: %(default)s)")
    add("--port", type=int, default=8025, help="0 takes a free one (default: %(default)s)")
    add("--api-key", default="sandbox", help="the key that is taken (default: %(default)s)")
    add("--api-password", default="sandbox", help="the password that is taken (default: %(default)s)")
    add("--state", type=Path, metavar="FILE", help="keep the state in a file (default: in memory)")
    add("--smsid", choices=SMSID_MODES, help="whether recipients of a request share an smsid (default: per-recipient)")
    add("--records", choices=RECORD_MODES, help="a record for each message or each segment (default: per-message)")
    add("--zone", help="the account's time zone (default: America/Chicago)")
    add("--list-lag", metavar="SECONDS", help="the list of scheduled messages shows a change so late (default: 0)")
    add("--cancelled-shown", metavar="SECONDS", help="the list shows a cancelled message longer (default: 0)")
    add("--hidden-before", metavar="SECONDS", help="the list lacks a message so long before its date (default: 0)")
    add("--cancel-delay", metavar="SECONDS", help="a cancel takes effect so long after its answer (default: 0)")
    add("--empty-lists", metavar="NUMBER", help="so many lists of scheduled messages are empty at first (default: 0)")
    add("--log-order", choices=LOG_ORDERS, help="which records the message log shows first (default: newest)")
    add("--incoming-lag", metavar="SECONDS", help="the log shows a message to the account so late (default: 0)")
    add("--page-size", metavar="NUMBER", help="records on a page of the message log (default: 10)")
    add("--clock", metavar="DATE", help="the time to start at, such as 2026-12-01T10:00:00Z (default: now)")
    add("--until-stdin-closes", action="store_true", help="end when standard input ends")
    add("--verbose", action="store_true", help="a line on standard error for each request")
    return parser


def _loopback(host: str) -> str:
    """Return the address, which must be a loopback one: the control API needs no credentials."""
    address = "127.0.0.1" if host == "localhost" else host
    try:
        if ipaddress.ip_address(address).is_loopback:
            return address
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"'{host}' is not a loopback address; the sandbox serves this machine only")


def _state(options: argparse.Namespace) -> State:
    state = State(options.state)
    gateway = state.gateway
    changes = {name: getattr(options, name) for name in _SETTINGS if getattr(options, name)}
    gateway.settings = gateway.settings.changed(changes)
    if options.clock:
        gateway.clock.set(dates.instant(options.clock))
    # A state file that cannot be written is reported now, not at the first request.
    state.keep()
    return state


def _listener(host: str, port: int) -> socket.socket:
    """Open the port here: when it is in use, werkzeug would end the process with a message of its own."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=_BACKLOG)


def _server(options: argparse.Namespace, state: State, listener: socket.socket) -> BaseWSGIServer:
    app = create_app(state, Account(options.api_key, options.api_password))
    handler = _Handler if options.verbose else _QuietHandler
    return make_server(options.host, options.port, app, threaded=True, request_handler=handler, fd=listener.fileno())


def _serve(server: BaseWSGIServer, options: argparse.Namespace) -> None:
    # SIGINT too: a shell starts background processes with it ignored.
    for number in _END_SIGNALS:
        signal.signal(number, _stop)
    if options.until_stdin_closes:
        threading.Thread(target=_watch_stdin, daemon=True).start()
    host = f"[{options.host}]" if ":" in options.host else options.host
    sys.stdout.write(f"Sandbox ready at http://{host}:{server.port}{BASE}\n")
    sys.stdout.flush()
    server.serve_forever()


def _stop(_number: int, _frame: FrameType | None) -> None:
    """Stop serving on the first signal, and ignore any further one while the process ends."""
    for number in _END_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def _watch_stdin() -> None:
    """End this process when standard input closes, as it does whenever the process that started the sandbox ends."""
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
