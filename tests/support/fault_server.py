# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An HTTP server that misbehaves to order, for tests of what a client makes of it.

It works on plain sockets, since no HTTP library lets one reset a connection, drip a header or break a chunk. Every
accepted connection plays one `Behaviour` of the script, in the order of acceptance, and the default after that:

    with FaultServer([read_then_reset(accepted=True), answer(500)]) as server:
        call(server.url)
    assert len(server.posts) == 1

Everything is on the loopback interface and bounded: a connection lives at most `LIFETIME` seconds, and leaving the
`with` block ends all threads. What was received is complete only after the block.
"""

from __future__ import annotations

import contextlib
import errno
import gzip
import itertools
import json
import re
import select
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from http.client import responses
from types import TracebackType
from urllib.parse import parse_qs

HOST = "127.0.0.1"
# Not where a sandbox serves the API, since a task would ask it first which run of the sandbox it is.
BASE_PATH = "/faults/index.php/"
LIFETIME = 30.0  # seconds; a test that needs longer hangs
_REQUEST_LINE = re.compile(rb"([A-Z]+) (\S+) HTTP/1\.[01]\r\n")
_HANG_UP = select.POLLRDHUP | select.POLLHUP | select.POLLERR
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
_SMSIDS = itertools.count(1)


class ClientGoneError(Exception):
    """The client hung up, or the server is being stopped: the behaviour has nobody left to play for."""


@dataclass(frozen=True)
class Received:
    """One request as far as it arrived. `headers` have lower-case names; `complete` means to the last byte."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    complete: bool

    @property
    def form(self) -> dict[str, str]:
        """The urlencoded fields of the body; of a doubled field the last."""
        fields = parse_qs(self.body.decode("utf-8", "replace"), keep_blank_values=True)
        return {name: values[-1] for name, values in fields.items()}

    @property
    def recipients(self) -> list[str]:
        """The numbers in the field `to`, which separates them by commas (documented)."""
        return [number for number in self.form.get("to", "").split(",") if number]


def parse_request(data: bytes) -> Received | None:
    """Read what has arrived of a request; return None before the end of its first line, and for what is not HTTP."""
    line = _REQUEST_LINE.match(data)
    if line is None:
        return None
    head, end_of_head, rest = data.partition(b"\r\n\r\n")
    headers: dict[str, str] = {}
    for header in head[line.end() :].split(b"\r\n"):
        name, _colon, value = header.decode("latin-1").partition(":")
        headers[name.strip().lower()] = value.strip()
    body, complete = _body(headers, rest)
    return Received(line[1].decode(), line[2].decode("latin-1"), headers, body, bool(end_of_head) and complete)


def _body(headers: Mapping[str, str], rest: bytes) -> tuple[bytes, bool]:
    """Take the body off the bytes after the head, and say whether it is all there."""
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return _unchunked(rest)
    length = int(headers.get("content-length", "0"))
    return rest[:length], len(rest) >= length


def _unchunked(rest: bytes) -> tuple[bytes, bool]:
    body = b""
    while True:
        size_line, end_of_line, rest = rest.partition(b"\r\n")
        if not end_of_line:
            return body, False
        size = int(size_line.split(b";")[0], 16)
        if size == 0:
            return body, rest.endswith(b"\r\n")
        body, rest = body + rest[:size], rest[size + 2 :]


class Connection:
    """One accepted connection, as a behaviour sees it. Every method raises ClientGoneError or OSError at its end."""

    def __init__(self, server: FaultServer, sock: socket.socket, behaviour: Behaviour) -> None:
        self.server = server
        self.sock = sock
        self.behaviour = behaviour
        self._data = b""
        self._recorded_at: int | None = None
        self._accepted = False

    def play(self) -> None:
        """Play the behaviour to its end, then note what arrived without having been read."""
        self.sock.settimeout(LIFETIME)
        try:
            if self.server.tls is not None and not self.behaviour.before_tls:
                self._shake_hands(self.server.tls)
            self.behaviour.play(self)
        except (ClientGoneError, OSError):
            pass  # a client that gives up is what most behaviours are for
        finally:
            self._drain()
            self._record()
            self.close()

    def _shake_hands(self, context: ssl.SSLContext) -> None:
        self.sock = context.wrap_socket(self.sock, server_side=True, do_handshake_on_connect=False)
        if self.server.stopping:  # stop() may have shut down the socket object that was just replaced
            raise ClientGoneError
        try:
            self.sock.do_handshake()
        except OSError as error:
            self.server.handshake_errors.append(str(error))
            raise

    def receive(self) -> None:
        """Wait for some bytes of the client."""
        data = self.sock.recv(65536)
        if not data:
            raise ClientGoneError
        self._data += data

    def read_head(self) -> Received:
        """Read to the end of the request's headers, no further than one packet beyond, and note it."""
        while b"\r\n\r\n" not in self._data:
            self.receive()
        self._record()
        return self._parsed()

    def read_request(self) -> Received:
        """Read the whole request, and note it (and that it was accepted, if the behaviour says so)."""
        while not self.read_head().complete:
            self.receive()
        return self._parsed()

    def _parsed(self) -> Received:
        request = parse_request(self._data)
        if request is None:
            raise ClientGoneError
        return request

    def _record(self) -> None:
        request = parse_request(self._data)
        if request is None:
            return
        self._recorded_at = self.server.record(request, self._recorded_at)
        if request.complete and self.behaviour.accepted and not self._accepted:
            self._accepted = True
            self.server.accepted.extend(request.recipients)

    def _drain(self) -> None:
        """Take what the client sent although the behaviour did not read it: it counts as received."""
        with contextlib.suppress(ClientGoneError, OSError):
            self.sock.settimeout(0)
            while True:
                self.receive()

    def send(self, data: bytes) -> None:
        """Send all of `data`."""
        self.sock.sendall(data)

    def send_below_tls(self, data: bytes) -> None:
        """Send bytes that no TLS layer touches."""
        socket.socket.sendall(self.sock, data)

    def pause(self, seconds: float) -> None:
        """Do nothing for some seconds; over at once, by ClientGoneError, when the client hangs up."""
        poll = select.poll()
        poll.register(self.sock.fileno(), _HANG_UP)
        if self.server.stopping or poll.poll(seconds * 1000):
            raise ClientGoneError

    def half_close(self) -> None:
        """Tell the client that nothing more will come, and still take what it sends."""
        socket.socket.shutdown(self.sock, socket.SHUT_WR)

    def reset(self) -> None:
        """Send RST instead of an orderly end."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        self.sock.close()

    def finish(self) -> None:
        """End in good order: a TLS client is told that the end is meant (close_notify), and the connection closed."""
        if isinstance(self.sock, ssl.SSLSocket):
            self.sock.settimeout(0)  # send ours, do not wait for theirs
            with contextlib.suppress(OSError, ValueError):
                self.sock.unwrap()
        self.close()

    def close(self) -> None:
        """Send FIN, without a close_notify of TLS."""
        self.sock.close()

    def interrupt(self) -> None:
        """Wake the behaviour, whatever it waits for; called from another thread."""
        with contextlib.suppress(OSError):
            socket.socket.shutdown(self.sock, socket.SHUT_RDWR)


@dataclass(frozen=True)
class Behaviour:
    """What the server does with one connection; `str()` of it reads well as the id of a test.

    `accepted`: the provider took the message once the whole request was there, whatever the client gets to see.
    `before_tls`: it plays on the bare socket, before any handshake.
    """

    name: str
    play: Callable[[Connection], None]
    accepted: bool = False
    before_tls: bool = False

    def accepting(self) -> Behaviour:
        """Return the same behaviour of a provider that accepted the message."""
        return replace(self, name=f"{self.name}, accepted", accepted=True)

    def __str__(self) -> str:
        return self.name


class FaultServer:
    """The server: plays `script`, one behaviour a connection, then `default` (which is `ok()`) for all others.

    `posts`: every request of which at least the first line arrived; `accepted`: the recipients whose message the
    provider took; `connections`: how many were accepted; `handshake_errors`: what TLS handshakes failed of.
    """

    def __init__(
        self,
        script: Iterable[Behaviour] = (),
        default: Behaviour | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.tls = tls
        self.posts: list[Received] = []
        self.accepted: list[str] = []
        self.handshake_errors: list[str] = []
        self.connections = 0
        self.stopping = False
        self._script = itertools.chain(script, itertools.repeat(default or ok()))
        self._lock = threading.Lock()
        self._live: list[tuple[threading.Thread, Connection]] = []
        self._bugs: list[Exception] = []
        self._listener = socket.create_server((HOST, 0), backlog=128)
        self._wake, self._woken = socket.socketpair()
        self._acceptor = threading.Thread(target=self._accept, name="fault-server", daemon=True)

    @property
    def port(self) -> int:
        """The port that the server listens on."""
        return int(self._listener.getsockname()[1])

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return f"{'http' if self.tls is None else 'https'}://{HOST}:{self.port}"

    @property
    def url(self) -> str:
        """The base URL of the API."""
        return self.origin + BASE_PATH

    def __enter__(self) -> FaultServer:
        self._acceptor.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _tb: TracebackType | None
    ) -> None:
        self.stop()
        if self._bugs and error is None:
            raise self._bugs[0]

    def stop(self) -> None:
        """End every thread and socket; raise RuntimeError when one does not end."""
        self.stopping = True
        self._wake.send(b".")
        self._acceptor.join(LIFETIME)
        for _thread, connection in self._live:
            connection.interrupt()
        for thread, _connection in self._live:
            thread.join(LIFETIME)
        for sock in (self._listener, self._wake, self._woken):
            sock.close()
        if any(thread.is_alive() for thread, _connection in self._live):
            raise RuntimeError("a connection of the fault server did not end")

    def record(self, request: Received, index: int | None) -> int:
        """Note a request, or what more of it has arrived, and return where it is noted."""
        with self._lock:
            if index is None:
                self.posts.append(request)
                return len(self.posts) - 1
            self.posts[index] = request
            return index

    def _accept(self) -> None:
        while True:
            ready, _writable, _failed = select.select([self._listener, self._woken], [], [])
            if self._woken in ready:
                return
            sock, _address = self._listener.accept()
            self.connections += 1
            connection = Connection(self, sock, next(self._script))
            thread = threading.Thread(target=self._play, args=(connection,), name="fault-connection", daemon=True)
            self._live.append((thread, connection))
            thread.start()

    def _play(self, connection: Connection) -> None:
        try:
            connection.play()
        except Exception as error:  # noqa: BLE001 - a fault of the test's own, which __exit__ raises where the test sees it
            self._bugs.append(error)


# --- Connections that break ---------------------------------------------------------------------------------------


def refuse_after_accept() -> Behaviour:
    """Send RST as soon as the connection is there."""
    return Behaviour("RST after accept", Connection.reset, before_tls=True)


def close_at_once() -> Behaviour:
    """Send FIN as soon as the connection is there; read nothing."""

    def play(connection: Connection) -> None:
        connection.half_close()
        connection.pause(LIFETIME)

    return Behaviour("FIN after accept", play, before_tls=True)


def silent() -> Behaviour:
    """Accept the connection (with TLS: shake hands), read nothing, say nothing."""
    return Behaviour("silent", lambda connection: connection.pause(LIFETIME))


def read_then_reset(accepted: bool = False) -> Behaviour:
    """Send RST after the whole request."""

    def play(connection: Connection) -> None:
        connection.read_request()
        connection.reset()

    return _accepting_if(accepted, Behaviour("RST after the request", play))


def read_then_close(accepted: bool = False) -> Behaviour:
    """Send FIN after the whole request, without a byte of an answer."""

    def play(connection: Connection) -> None:
        connection.read_request()
        connection.finish()

    return _accepting_if(accepted, Behaviour("FIN after the request", play))


def read_then_silent(accepted: bool = False) -> Behaviour:
    """Stay silent after the whole request."""

    def play(connection: Connection) -> None:
        connection.read_request()
        connection.pause(LIFETIME)

    return _accepting_if(accepted, Behaviour("silence after the request", play))


def _accepting_if(accepted: bool, behaviour: Behaviour) -> Behaviour:
    return behaviour.accepting() if accepted else behaviour


# --- Answers ------------------------------------------------------------------------------------------------------

Headers = Sequence[tuple[str, str]]
Records = Callable[[Received], object]
_JSON: Headers = (("Content-Type", "application/json"),)


def head_of(status: int, headers: Headers, reason: str | None = None) -> bytes:
    """Return the head of an answer, written as given: nothing is checked, so that it can be wrong."""
    if reason is None:
        reason = responses.get(status, "Unknown")
    lines = [f"HTTP/1.1 {status} {reason}", "Connection: close", *(f"{name}: {value}" for name, value in headers)]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def whole(status: int, body: bytes, headers: Headers = _JSON, reason: str | None = None) -> bytes:
    """Send a complete answer with its length."""
    return head_of(status, [*headers, ("Content-Length", str(len(body)))], reason) + body


def _answering(name: str, compose: Callable[[Received], bytes]) -> Behaviour:
    """Read the whole request, send what `compose` makes of it, end in good order."""

    def play(connection: Connection) -> None:
        connection.send(compose(connection.read_request()))
        connection.finish()

    return Behaviour(name, play)


def answer(status: int, body: bytes | str = b"", headers: Headers = _JSON, reason: str | None = None) -> Behaviour:
    """Send a complete answer of any status."""
    data = body.encode() if isinstance(body, str) else body
    return _answering(f"answer {status}", lambda _request: whole(status, data, headers, reason))


def answer_raw(data: bytes) -> Behaviour:
    """Send these bytes and no others."""
    return _answering("raw answer", lambda _request: data)


def answer_json(value: object, status: int = 200) -> Behaviour:
    """Send any value as JSON, or what a function of the request (`Records`) makes it; floats as Python writes them."""

    def compose(request: Received) -> bytes:
        return whole(status, json.dumps(value(request) if callable(value) else value).encode())

    return _answering(f"answer {status}", compose)


def record_for(request: Received, to: str, /, **changes: object) -> dict[str, object]:
    """Return a record of ``send_log`` with every documented field; ``changes`` replace or add fields."""
    form = request.form
    scheduled = bool(form.get("delivery_date"))
    record: dict[str, object] = {
        "code": 200,
        "code_desc": "",
        "from": form.get("from") or "17134567890",
        "to": to,
        "country": "US",
        "msg": form.get("msg", ""),
        "delivery_date": form.get("delivery_date") or time.strftime("%Y-%m-%d %H:%M:%S"),
        "sale": 0.01,
        "type": "BULKSMS",
        "status": "SCHEDULED" if scheduled else "SENT",
        "smsid": f"fault{next(_SMSIDS):024d}",
    }
    return {**record, **changes}


def records_for(request: Received) -> list[dict[str, object]]:
    """Return one good record for each recipient."""
    return [record_for(request, to) for to in request.recipients]


def _ok_body(request: Received) -> bytes:
    return json.dumps({"send_log": records_for(request)}).encode()


def ok() -> Behaviour:
    """Answer as the provider should: one record of code 200 for each recipient."""
    return replace(_answering("ok", lambda request: whole(200, _ok_body(request))), accepted=True)


def send_log(records: object) -> Behaviour:
    """Send status 200 and these records (any value), or what a function of the request (``Records``) returns."""

    def compose(request: Received) -> bytes:
        value = records(request) if callable(records) else records
        return whole(200, json.dumps({"send_log": value}).encode())

    return _answering("send_log", compose)


def redirect(status: int, location: str) -> Behaviour:
    """Send the client elsewhere; the location is written as it is, line ends included."""
    headers = [("Location", location), *_JSON]
    return _answering(f"redirect {status}", lambda _request: whole(status, b"{}", headers))


def retry_after(value: str, status: int = 429) -> Behaviour:
    """Send "too many requests, come back after ``value``"."""
    headers = [("Retry-After", value), *_JSON]
    return _answering(f"{status} Retry-After {value}", lambda _request: whole(status, b"{}", headers))


def echo_authorization() -> Behaviour:
    """Send a 401 that repeats the Authorization header in its body, in a header and in its reason."""

    def compose(request: Received) -> bytes:
        secret = request.headers.get("authorization", "")
        body = json.dumps({"error": True, "error_message": f"not authorized: {secret}"}).encode()
        return whole(401, body, [*_JSON, ("X-Echo", secret)], reason=f"Unauthorized {secret}")

    return _answering("401 with an echo", compose)


def early(status: int, reset: bool = False) -> Behaviour:
    """Answer after the headers, without reading the body, then close.

    Closing with bytes unread makes the kernel send RST, which may overtake the answer: so `reset=True`. Otherwise the
    server closes its own direction only and waits until the client is gone, as careful servers do.
    """

    def play(connection: Connection) -> None:
        connection.read_head()
        connection.send(whole(status, b'{"error": true, "error_message": "too early"}'))
        if reset:
            connection.reset()
            return
        connection.half_close()
        connection.pause(LIFETIME)

    return Behaviour(f"early {status}{' with RST' if reset else ''}", play)


# --- Answers that come slowly, wrongly or without end -------------------------------------------------------------


def drip_headers(interval: float) -> Behaviour:
    """Send a header line each ``interval`` seconds, without end."""

    def play(connection: Connection) -> None:
        connection.read_request()
        connection.send(b"HTTP/1.1 200 OK\r\n")
        for number in range(int(LIFETIME / interval)):
            connection.pause(interval)
            connection.send(b"X-Drip-%d: drop\r\n" % number)

    return Behaviour("dripped headers", play)


def drip_body(interval: float) -> Behaviour:
    """Send a good answer, of whose body one byte comes each ``interval`` seconds."""

    def play(connection: Connection) -> None:
        body = _ok_body(connection.read_request())
        connection.send(head_of(200, [*_JSON, ("Content-Length", str(len(body)))]))
        for byte in body:
            connection.pause(interval)
            connection.send(bytes([byte]))
        connection.finish()

    return Behaviour("dripped body", play)


def stalled_headers() -> Behaviour:
    """Send a status line, then nothing."""
    return _stalling("stalled headers", lambda _request: b"HTTP/1.1 200 OK\r\n")


def stalled_body() -> Behaviour:
    """Send a good head and half of the body, then nothing."""

    def compose(request: Received) -> bytes:
        data = whole(200, _ok_body(request))
        return data[: -len(data) // 4]

    return _stalling("stalled body", compose)


def _stalling(name: str, compose: Callable[[Received], bytes]) -> Behaviour:
    def play(connection: Connection) -> None:
        connection.send(compose(connection.read_request()))
        connection.pause(LIFETIME)

    return Behaviour(name, play)


def truncated(lost: int = 20) -> Behaviour:
    """Send a good answer that ends ``lost`` bytes before its length."""
    return _answering("truncated", lambda request: whole(200, _ok_body(request))[:-lost])


def overdeclared(extra: int = 20) -> Behaviour:
    """Send a whole good answer, but a length that is ``extra`` bytes more: valid JSON from an incomplete body."""

    def compose(request: Received) -> bytes:
        body = _ok_body(request)
        return head_of(200, [*_JSON, ("Content-Length", str(len(body) + extra))]) + body

    return _answering("length too great", compose)


_CHUNKED: Headers = (*_JSON, ("Transfer-Encoding", "chunked"))


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def broken_chunk() -> Behaviour:
    """Send a good answer as one chunk, then a chunk whose size is no number."""

    def compose(request: Received) -> bytes:
        return head_of(200, _CHUNKED) + _chunk(_ok_body(request)) + b"ZZZ\r\nnonsense\r\n"

    return _answering("broken chunk", compose)


def missing_last_chunk() -> Behaviour:
    """Send a good answer as one chunk, then the end of the connection instead of the last chunk."""
    return _answering("missing last chunk", lambda request: head_of(200, _CHUNKED) + _chunk(_ok_body(request)))


def chunked_endless() -> Behaviour:
    """Send a good answer as one chunk, then chunks of blanks as fast as they are taken."""
    blanks = _chunk(b" " * 65536)
    return _flooding("endless chunks", lambda body: head_of(200, _CHUNKED) + _chunk(body), blanks)


def endless_body() -> Behaviour:
    """Send a good answer without a length, then blanks as fast as they are taken."""
    return _flooding("endless body", lambda body: head_of(200, _JSON) + body, b" " * 65536)


def _flooding(name: str, start: Callable[[bytes], bytes], more: bytes) -> Behaviour:
    def play(connection: Connection) -> None:
        end = time.monotonic() + LIFETIME
        connection.send(start(_ok_body(connection.read_request())))
        while time.monotonic() < end and not connection.server.stopping:
            connection.send(more)

    return Behaviour(name, play)


def gzip_bomb(size: int = 200_000_000) -> Behaviour:
    """Send a good answer, gzipped, that unpacks to ``size`` more bytes of blanks (a thousandth on the wire)."""
    block = 1_000_000
    bomb = gzip.compress(b" " * block) * (size // block)

    def compose(request: Received) -> bytes:
        return whole(200, gzip.compress(_ok_body(request)) + bomb, [*_JSON, ("Content-Encoding", "gzip")])

    return _answering("gzip bomb", compose)


def garbage() -> Behaviour:
    """Send bytes that are not HTTP."""
    return replace(answer_raw(b"\x00\xff\xfe\x80 220 hello\r\n\x1b[31m\r\n\r\n"), name="garbage")


def huge_header(size: int = 1 << 20) -> Behaviour:
    """Send a good answer with one header of ``size`` bytes."""

    def compose(request: Received) -> bytes:
        return whole(200, _ok_body(request), [*_JSON, ("X-Huge", "h" * size)])

    return _answering("huge header", compose)


# --- Below and at TLS ---------------------------------------------------------------------------------------------


def handshake_hang() -> Behaviour:
    """Take the client's hello and say nothing."""

    def play(connection: Connection) -> None:
        connection.receive()
        connection.pause(LIFETIME)

    return Behaviour("TLS handshake hangs", play, before_tls=True)


def handshake_reset() -> Behaviour:
    """Send RST after the client's hello."""

    def play(connection: Connection) -> None:
        connection.receive()
        connection.reset()

    return Behaviour("TLS handshake reset", play, before_tls=True)


def plain_http_on_tls() -> Behaviour:
    """Answer the client's hello with plain HTTP, as a web server does on a port without TLS."""

    def play(connection: Connection) -> None:
        connection.receive()
        connection.send(whole(400, b"Bad Request", [("Content-Type", "text/plain")]))
        connection.close()

    return Behaviour("plain HTTP on the TLS port", play, before_tls=True)


def tls_corrupt_after_request(accepted: bool = False) -> Behaviour:
    """Send a TLS record that no key can open, after the whole request."""

    def play(connection: Connection) -> None:
        connection.read_request()
        connection.send_below_tls(b"\x17\x03\x03\x00\x40" + bytes(range(64)))
        connection.pause(LIFETIME)

    return _accepting_if(accepted, Behaviour("broken TLS record after the request", play))


def tls_cut_after_request(accepted: bool = False) -> Behaviour:
    """End the connection after the whole request without TLS's own end (close_notify)."""

    def play(connection: Connection) -> None:
        connection.read_request()
        connection.close()

    return _accepting_if(accepted, Behaviour("TLS cut after the request", play))


# --- Ports that nobody serves -------------------------------------------------------------------------------------


@contextlib.contextmanager
def closed_port() -> Iterator[str]:
    """Yield the API's URL on a port that refuses connections; it is kept bound, so that no other process gets it."""
    with socket.socket() as sock:
        sock.bind((HOST, 0))
        yield f"http://{HOST}:{sock.getsockname()[1]}{BASE_PATH}"


@contextlib.contextmanager
def blackhole() -> Iterator[str]:
    """Yield the API's URL on a port that completes no connection: its queue is full, so the kernel drops each SYN."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.create_server((HOST, 0), backlog=0))
        address = listener.getsockname()
        for _attempt in range(64):
            if not _queued(stack.enter_context(socket.socket()), address):
                break
        else:
            raise RuntimeError("the queue of a listening socket does not fill up on this system")
        yield f"http://{HOST}:{address[1]}{BASE_PATH}"


def _queued(sock: socket.socket, address: tuple[str, int]) -> bool:
    """Tell whether a connection to a port that accepts none gets into its queue."""
    sock.setblocking(False)
    if sock.connect_ex(address) not in (0, errno.EINPROGRESS):
        return False
    _readable, writable, _failed = select.select([], [sock], [], 0.1)
    return bool(writable)


# --- A proxy ------------------------------------------------------------------------------------------------------


def tunnel() -> Behaviour:
    """Do what a proxy does with CONNECT: join the client with the port it names. Connect to loopback only."""

    def play(connection: Connection) -> None:
        request = connection.read_request()
        host, _colon, port = request.path.rpartition(":")
        if request.method != "CONNECT" or host not in (HOST, "localhost"):
            connection.send(whole(403, b"{}"))
            return
        with socket.create_connection((HOST, int(port)), timeout=LIFETIME) as target:
            connection.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
            _relay(connection.sock, target)

    return Behaviour("tunnel", play)


def _relay(client: socket.socket, target: socket.socket) -> None:
    """Carry bytes both ways until one side ends."""
    end = time.monotonic() + LIFETIME
    other = {client: target, target: client}
    while time.monotonic() < end:
        ready, _writable, _failed = select.select([client, target], [], [], LIFETIME)
        for sock in ready:
            data = sock.recv(65536)
            if not data:
                return
            other[sock].sendall(data)


class ProxyServer(FaultServer):
    """A proxy, on every connection of which the same behaviour plays: `tunnel()`, `answer(407)`, `silent()` and so on.

    `posts` holds what it was asked for: of a CONNECT, the path is `host:port`. For a proxy that refuses connections,
    take the port of `closed_port()`.
    """

    def __init__(self, behaviour: Behaviour | None = None) -> None:
        super().__init__(default=behaviour or tunnel())

    def __enter__(self) -> ProxyServer:
        super().__enter__()
        return self

    @property
    def url(self) -> str:
        """The URL of the proxy itself, as HTTPS_PROXY takes it."""
        return self.origin
