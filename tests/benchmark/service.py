# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A service that answers well after a fixed time, on plain sockets, since the sandbox would cost time itself."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections import Counter
from types import TracebackType
from urllib.parse import parse_qs

DELAY = 0.05
"""Seconds from the end of a request to its answer."""

_HOST = "127.0.0.1"


class Service:
    """It counts the requests for each text."""

    def __init__(self) -> None:
        """Listen; answer within the `with` block."""
        self.posts: Counter[str] = Counter()
        self._counting = threading.Lock()
        self._listener = socket.create_server((_HOST, 0), backlog=512)

    @property
    def url(self) -> str:
        """The base URL of the API; not a sandbox's, which is asked first which of its runs it is."""
        return f"http://{_HOST}:{self._listener.getsockname()[1]}/benchmark/index.php/"

    def __enter__(self) -> Service:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _address = self._listener.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            body = _body(connection)
            received = time.monotonic()
            form = parse_qs(body.decode())
            text, recipients = form["msg"][0], form["to"][0].split(",")
            with self._counting:
                self.posts[text] += 1
            answer = json.dumps({"send_log": [_record(text, to) for to in recipients]}).encode()
            head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(answer)}\r\n"
            time.sleep(max(0.0, received + DELAY - time.monotonic()))
            connection.sendall(head.encode() + b"Connection: close\r\n\r\n" + answer)


def _body(connection: socket.socket) -> bytes:
    """Read one request to its end; return its body."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536) or _gone()
    head, _end, body = data.partition(b"\r\n\r\n")
    lengths = [line.partition(b":")[2] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    while len(body) < int(lengths[0]):
        body += connection.recv(65536) or _gone()
    return body


def _gone() -> bytes:
    raise ConnectionResetError


def _record(text: str, to: str) -> dict[str, object]:
    """Return a record of ``send_log`` with every documented field."""
    return {
        "code": 200,
        "code_desc": "",
        "from": "17134567890",
        "to": to,
        "country": "US",
        "msg": text,
        "delivery_date": "2026-12-01 00:00:00",
        "sale": 0.01,
        "type": "BULKSMS",
        "status": "SENT",
        "smsid": f"{to}{time.time_ns()}",
    }
