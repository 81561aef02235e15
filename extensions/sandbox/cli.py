# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox's command: options, the server, and its orderly end."""

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

from ansible_collections.voip_communications.sms.extensions.sandbox import dates
from ansible_collections.voip_communications.sms.extensions.sandbox.api import BASE, Account
from ansible_collections.voip_communications.sms.extensions.sandbox.app import create_app
from ansible_collections.voip_communications.sms.extensions.sandbox.settings import (
    RECORD_MODES,
    SMSID_MODES,
    SettingError,
)
from ansible_collections.voip_communications.sms.extensions.sandbox.state import State, StateError

# Connections that may wait at once.
_BACKLOG = 128
_END_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class _Handler(WSGIRequestHandler):
    """Leaves the Date of an answer to the application, whose clock can be turned."""

    def send_response(self, code: int, message: str | None = None) -> None:
        """The status line alone; the base class would add the machine's own Date."""
        self.log_request(code)
        self.send_response_only(code, message)


class _QuietHandler(_Handler):
    """Writes no line per request."""

    def log_request(self, code: Any = "-", size: Any = "-") -> None:
        """Say nothing."""


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGTERM, SIGINT or the end of standard input; 0 then, 2 for what cannot be started."""
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
    # A signal can come before the serving has begun.
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
    add("--clock", metavar="DATE", help="the time to start at, such as 2026-12-01T10:00:00Z (default: now)")
    add("--until-stdin-closes", action="store_true", help="end when standard input ends")
    add("--verbose", action="store_true", help="a line on standard error for each request")
    return parser


def _loopback(host: str) -> str:
    """The control API asks for no credentials, so nobody else's machine may reach it."""
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
    given = {name: getattr(options, name) for name in ("smsid", "records", "zone") if getattr(options, name)}
    gateway.settings = gateway.settings.changed(given)
    if options.clock:
        gateway.clock.set(dates.instant(options.clock))
    # A state file that cannot be written is told now, not at the first request.
    state.keep()
    return state


def _listener(host: str, port: int) -> socket.socket:
    """Opened here, since werkzeug would end the process in words of its own when a port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=_BACKLOG)


def _server(options: argparse.Namespace, state: State, listener: socket.socket) -> BaseWSGIServer:
    app = create_app(state, Account(options.api_key, options.api_password))
    handler = _Handler if options.verbose else _QuietHandler
    return make_server(options.host, options.port, app, threaded=True, request_handler=handler, fd=listener.fileno())


def _serve(server: BaseWSGIServer, options: argparse.Namespace) -> None:
    # SIGINT too: a shell starts what runs in the background with it ignored.
    for number in _END_SIGNALS:
        signal.signal(number, _stop)
    if options.until_stdin_closes:
        threading.Thread(target=_watch_stdin, daemon=True).start()
    host = f"[{options.host}]" if ":" in options.host else options.host
    sys.stdout.write(f"Sandbox ready at http://{host}:{server.port}{BASE}\n")
    sys.stdout.flush()
    server.serve_forever()


def _stop(_number: int, _frame: FrameType | None) -> None:
    """The first signal ends the serving; a second one must not disturb the end."""
    for number in _END_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def _watch_stdin() -> None:
    """Whoever started the sandbox holds the other end; when that process ends, however it does, so does this one."""
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
