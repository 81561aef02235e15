# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One HTTP exchange, and proof of what became of it.

An exception of an HTTP library does not tell whether a request was sent: the same classes occur on both sides. What
does tell is whether anybody took the first byte of the body, so the body is an object that notes it. Until then a
failure proves that nothing was sent; from then on, without a complete answer, nobody knows.

Each exchange has a connection of its own, a total time beside the socket timeouts (an answer that drips keeps a
socket timeout alive for ever), a bounded answer, no redirect and no automatic retry.
"""

from __future__ import annotations

import socket
import ssl
import threading
import traceback
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Callable, NamedTuple, Optional, Union
from urllib.parse import urlencode, urlsplit

from .errors import MissingLibrary, VoipsmsError

try:
    import requests
except ImportError:
    REQUESTS_ERROR: str | None = traceback.format_exc()
else:
    REQUESTS_ERROR = None

MAX_ANSWER = 16 * 1024 * 1024
"""Bytes of an answer that are read at the most: a record is about 300 bytes, so this is far above any real one."""

_CHUNK = 64 * 1024


class NotSent(VoipsmsError):
    """Proof that nothing was sent: no byte of the body was taken. ``passing``: another try may succeed."""

    def __init__(self, reason: str, *, passing: bool) -> None:
        super().__init__(reason)
        self.passing = passing


class Lost(VoipsmsError):
    """The request was begun and no complete answer came: it may have been carried out, or not."""


class Answer(NamedTuple):
    """A complete answer: status, header fields by lower-case name, and the body's bytes."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Service:
    """Where the API is and how to speak to it. Credentials are kept out of ``repr``.

    ``timeout``: seconds to connect, and between two reads. ``verify``: whether certificates are checked, or the
    path of the authorities to check them by.
    """

    url: str
    user: str = field(repr=False)
    password: str = field(repr=False)
    timeout: float
    verify: Union[bool, str] = True


class Http:
    """Exchanges with one service."""

    def __init__(self, service: Service) -> None:
        """Raises ``MissingLibrary`` without ``requests``."""
        if REQUESTS_ERROR is not None:
            raise MissingLibrary("requests", REQUESTS_ERROR)
        self._service = service

    def post(self, path: str, form: Mapping[str, str], seconds: float, permits: Callable[[], bool]) -> Answer:
        """POST a form, within this many seconds in all.

        ``permits`` is asked directly before the first byte of the body leaves. Raises ``NotSent`` or ``Lost``.
        """
        body = _Body(urlencode(form).encode("ascii"), permits)
        try:
            return _within(seconds, lambda: self._exchange("POST", path, body))
        except Exception as error:  # noqa: BLE001 - whatever it is, only the body knows whether something was sent
            begun = not body.withdraw()
            reason, passing = _reason(error, begun)
            # Not "from error": the texts of the chain hold addresses, and those of proxies hold passwords.
            if begun:
                raise Lost(reason) from None
            raise NotSent(reason, passing=passing) from None

    def bodiless(self, method: str, path: str, seconds: float) -> Answer:
        """A request without a body, within this many seconds in all. Raises ``Lost``: what it did is not known."""
        try:
            return _within(seconds, lambda: self._exchange(method, path, None))
        except Exception as error:  # noqa: BLE001 - whatever it is, there is no complete answer
            raise Lost(_reason(error, False)[0]) from None

    def _exchange(self, method: str, path: str, body: Optional[_Body]) -> Answer:
        """One request on a connection of its own, and its whole answer."""
        headers = {
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "Connection": "close",
            "User-Agent": "voip_communications.sms (Ansible collection)",
        }
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        data: Any = body
        with requests.Session() as session:
            # Plain HTTP is for this machine only, and a proxy would be another one.
            session.trust_env = urlsplit(self._service.url).scheme == "https"
            with session.request(
                method,
                self._service.url + path,
                data=data,
                headers=headers,
                auth=_Basic(self._service.user, self._service.password),
                timeout=(self._service.timeout, self._service.timeout),
                verify=self._service.verify,
                allow_redirects=False,
                hooks={"response": _forget_location},
                stream=True,
            ) as response:
                return _read(response)


def _forget_location(response: Any, **_options: Any) -> None:
    """Hide a redirect from ``requests``: it reads its whole body, without a bound, even when told not to follow it."""
    response.headers.pop("location", None)


class _Basic:
    """HTTP Basic (RFC 7617, in UTF-8). Given on every request, so that no ``.netrc`` is looked into."""

    def __init__(self, user: str, password: str) -> None:
        self._header = "Basic " + b64encode(f"{user}:{password}".encode()).decode("ascii")

    def __call__(self, request: Any) -> Any:
        request.headers["Authorization"] = self._header
        return request


class _Body:
    """The bytes of a form, which know whether anybody has begun to take them."""

    def __init__(self, data: bytes, permits: Callable[[], bool]) -> None:
        self._data = data
        self._permits = permits
        self._taken = 0
        self._started = False
        self._withdrawn = False
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._data)

    def __iter__(self) -> Iterator[bytes]:
        """Marks the body as a stream for ``requests``, which then calls ``read``."""
        return iter(lambda: self.read(_CHUNK), b"")

    def read(self, size: int = -1) -> bytes:
        """The next bytes; the first call is the moment from which on nobody can say that nothing was sent."""
        with self._lock:
            if not self._started and (self._withdrawn or not self._permits()):
                raise _TooLate
            self._started = True
        end = len(self._data) if size < 0 else self._taken + size
        block = self._data[self._taken : end]
        self._taken += len(block)
        return block

    def withdraw(self) -> bool:
        """Make sure that no byte leaves any more; False when one may have left already."""
        with self._lock:
            self._withdrawn = True
            return not self._started


class _TooLate(Exception):
    """The latest moment for the first byte was over, or the exchange was given up."""


class _Overdue(Exception):
    """The total time of an exchange was over."""


class _Unreadable(Exception):
    """The answer cannot be believed to be whole; the text says why."""


def _within(seconds: float, call: Callable[[], Answer]) -> Answer:
    """Run a call in a thread that is left behind when the time is over.

    Raises what the call raised, or ``_Overdue``. A socket timeout cannot do this: it begins anew with every byte.
    """
    outcome: list[Union[Answer, BaseException]] = []

    def keep() -> None:
        try:
            outcome.append(call())
        except BaseException as error:  # noqa: BLE001 - raised again by the thread that waits
            outcome.append(error)

    thread = threading.Thread(target=keep, daemon=True)
    thread.start()
    thread.join(seconds)
    if not outcome:
        raise _Overdue
    if isinstance(outcome[0], BaseException):
        raise outcome[0]
    return outcome[0]


def _read(response: Any) -> Answer:
    """The whole answer, as the service sent it. Raises ``_Unreadable`` when that cannot be had.

    Lengths are compared here because urllib3 1.26 returns a cut body without a word, and an encoded body is not
    decoded because few bytes can become very many.
    """
    headers = {name.lower(): value for name, value in response.headers.items()}
    if headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        raise _Unreadable("the answer is compressed, which was not asked for")
    body = bytearray()
    while True:
        block = response.raw.read(_CHUNK, decode_content=False)
        if not block:
            break
        body += block
        if len(body) > MAX_ANSWER:
            raise _Unreadable(f"the answer is longer than {MAX_ANSWER} bytes")
    announced = headers.get("content-length")
    if announced is not None and "transfer-encoding" not in headers and announced.strip() != str(len(body)):
        raise _Unreadable("the answer is cut short")
    return Answer(status=response.status_code, headers=headers, body=bytes(body))


def _reason(error: BaseException, begun: bool) -> tuple[str, bool]:
    """What happened, in words of our own, and whether another try may succeed.

    The texts of the exceptions are not passed on: they hold addresses, and those of proxies hold passwords.
    """
    chain = list(_chain(error))
    named = {type(link).__name__ for link in chain}
    if "ProxyError" in named and not begun:  # urllib3 says so of every failure behind a proxy
        return "the proxy did not pass the connection on", False
    if "CertificateError" in named:  # urllib3 1.26 compares names itself
        return "the certificate of the service is not trusted (it is for another name)", False
    for kind, sentence, passing in _REASONS:
        found = next((link for link in chain if isinstance(link, kind)), None)
        if found is not None:
            return sentence(found), passing
    if named & {"ConnectTimeout", "ConnectTimeoutError", "ReadTimeout", "ReadTimeoutError"}:
        return "the service did not answer in time", True
    return f"the exchange broke off ({type(error).__name__})", True


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An exception, what caused it, what caused that, and so on."""
    link: BaseException | None = error
    for _depth in range(20):
        if link is None:
            return
        yield link
        link = link.__cause__ or link.__context__


def _told(error: BaseException, attribute: str) -> str:
    """What OpenSSL says; an error that Python code raised itself, as below 3.10 for a wrong name, does not have it."""
    return getattr(error, attribute, None) or type(error).__name__


def _says(sentence: str) -> Callable[[Any], str]:
    return lambda _error: sentence


_REASONS: tuple[tuple[type[BaseException], Callable[[Any], str], bool], ...] = (
    (_TooLate, _says("the deadline was over before the request could begin"), False),
    (_Overdue, _says("there was no complete answer within the deadline"), False),
    (_Unreadable, str, False),
    (
        ssl.SSLCertVerificationError,
        lambda error: f"the certificate of the service is not trusted ({_told(error, 'verify_message')})",
        False,
    ),
    (ssl.SSLError, lambda error: f"the TLS connection failed ({_told(error, 'reason')})", False),
    (
        socket.gaierror,
        _says("the name of the service cannot be resolved: check api_url, and the name service of this machine"),
        True,
    ),
    (
        ConnectionRefusedError,
        _says("the service refused the connection: check api_url, and what stands in between"),
        True,
    ),
    (ConnectionResetError, _says("the connection was reset"), True),
    (BrokenPipeError, _says("the connection was closed"), True),
    (socket.timeout, _says("the service did not answer in time"), True),
)


def status_text(status: int) -> str:
    """A status as people read it: ``503 Service Unavailable``. The service's own reason is not passed on."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
