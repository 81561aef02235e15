# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make one HTTP exchange, and prove whether anything was sent.

The exceptions of an HTTP library do not tell whether a request was sent: the same classes are raised before and after.
What does tell is whether the first byte of the body was taken, so the body is an object that records it. Until then a
failure proves that nothing was sent. Afterwards, without a complete answer, the result is unknown.

Each exchange has its own connection, a total time besides the socket timeouts (a trickle of bytes never lets a socket
timeout expire), a limit on the size of the answer, no redirects and no automatic retries.
"""

from __future__ import annotations

import socket
import ssl
import threading
import traceback
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Callable, NamedTuple
from urllib.parse import urlencode, urlsplit

from .errors import MissingLibrary, VoipsmsError

try:
    import requests
except ImportError:
    REQUESTS_ERROR: str | None = traceback.format_exc()
else:
    REQUESTS_ERROR = None

MAX_ANSWER = 16 * 1024 * 1024
"""Largest answer in bytes that is read. A record has about 300 bytes, so this is far above any real answer."""

_CHUNK = 64 * 1024
"""Bytes that are read or sent in one step."""

_LOCAL_NAMES = {"InvalidSchema", "InvalidURL", "InvalidProxyURL", "LocationParseError", "LocationValueError"}
"""Exceptions of requests and urllib3 for addresses that nothing can be connected to."""

_CERTIFICATE_LIBRARIES = ("X509", "PEM")
"""The parts of OpenSSL that read files of certificates."""

_NO_AUTHORITIES = (
    "the file of authorities, by which certificates are checked, {}: check ca_path, REQUESTS_CA_BUNDLE and"
    " CURL_CA_BUNDLE, and the Python library certifi"
)

_NOT_TRUSTED = (
    "the certificate of the service is not trusted ({}): check who answers, and name an authority of your own in"
    " ca_path"
)

_HEADERS = {
    "Accept-Encoding": "identity",
    "Connection": "close",
    "User-Agent": "voip_communications.sms (Ansible collection)",
}


class NotSent(VoipsmsError):
    """Proof that nothing was sent: no byte of the body was taken.

    ``passing`` tells that the cause may pass, so that another try may succeed.
    """

    def __init__(self, reason: str, *, passing: bool) -> None:
        super().__init__(reason)
        self.passing = passing


class Lost(VoipsmsError):
    """The request was begun, but no complete answer came: it may have been carried out, or not."""


class Refused(Lost):
    """The connection was refused: nothing listens at the address, so nothing can have been carried out."""


class Answer(NamedTuple):
    """A complete answer: its status, its header fields by lower-case name, and the bytes of its body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Service:
    """The address of the API and how to connect to it. Credentials are kept out of ``repr``.

    ``timeout``: seconds to connect, and between two reads. ``verify``: True to check certificates, False not to, or
    the path of the authorities to check them against. Without user and password, none are sent.
    """

    url: str
    user: str = field(repr=False)
    password: str = field(repr=False)
    timeout: float
    verify: bool | str = True
    accept: str = "application/json"


class Http:
    """The exchanges with one service."""

    def __init__(self, service: Service) -> None:
        """Prepare for a service, without connecting. Raises ``MissingLibrary`` without ``requests``."""
        if REQUESTS_ERROR is not None:
            raise MissingLibrary("requests", REQUESTS_ERROR)
        self._service = service

    def post(self, path: str, form: Mapping[str, str], seconds: float, permits: Callable[[], bool]) -> Answer:
        """POST a form and return the answer, within ``seconds`` in total.

        ``permits`` is called directly before the first byte of the body leaves, and can still prevent the request.
        Raises ``NotSent`` or ``Lost``.
        """
        body = _Body(urlencode(form).encode("ascii"), permits)
        return _once(seconds, lambda: self._exchange("POST", path, body), body.withdraw)

    def request(self, method: str, path: str, seconds: float) -> Answer:
        """Make a request without a body and return the answer, within ``seconds`` in total.

        Raises ``Lost``: without a body, nothing proves that the request was not carried out, but for ``Refused``.
        """
        try:
            return _within(seconds, lambda: self._exchange(method, path, None))
        except Exception as error:  # noqa: BLE001 - whatever it is, there is no complete answer
            is_refused = any(isinstance(link, ConnectionRefusedError) for link in _chain(error))
            raise (Refused if is_refused else Lost)(_reason(error, False)[0]) from None

    def request_if(self, method: str, path: str, seconds: float, permits: Callable[[], bool]) -> Answer:
        """Make a request without a body that cannot be undone, and return the answer, within ``seconds`` in total.

        ``permits`` is called when the connection is open, directly before the first byte of the request leaves, and
        can still prevent it. Raises ``NotSent`` or ``Lost``.
        """
        from .gate import Gate  # noqa: PLC0415 - only a cancel needs it

        if seconds <= 0:
            raise NotSent("the deadline was over before the request could begin", passing=False)
        gate = Gate(permits)
        answer = _once(seconds, lambda: self._exchange(method, path, None, gate), gate.withdraw)
        if not gate.has_passed:
            raise Lost("the request has left unasked, which this version of requests must not do")
        return answer

    def _exchange(self, method: str, path: str, body: _Body | None, gate: Any = None) -> Answer:
        """Make one request on its own connection and return the whole answer. ``gate``: what it must pass first."""
        headers = {"Accept": self._service.accept, **_HEADERS}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        data: Any = body
        with requests.Session() as session:
            # Plain HTTP is for this machine only, and a proxy would be another machine.
            session.trust_env = urlsplit(self._service.url).scheme == "https"
            if gate is not None:
                gate.guard(session)
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
    """Hide a redirect from ``requests``, which reads its whole body without a limit even when it must not follow it."""
    response.headers.pop("location", None)


class _Basic:
    """HTTP Basic authentication (RFC 7617, in UTF-8). It is set on every request, so that no ``.netrc`` is read."""

    def __init__(self, user: str, password: str) -> None:
        credentials = b64encode(f"{user}:{password}".encode()).decode("ascii")
        self._headers = {"Authorization": f"Basic {credentials}"} if user or password else {}

    def __call__(self, request: Any) -> Any:
        request.headers.update(self._headers)
        return request


class _Body:
    """The bytes of a form, with a record of whether they have begun to leave."""

    def __init__(self, data: bytes, permits: Callable[[], bool]) -> None:
        self._data = data
        self._permits = permits
        self._position = 0
        self._has_begun = False
        self._is_withdrawn = False
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._data)

    def __iter__(self) -> Iterator[bytes]:
        """Mark the body as a stream for ``requests``, which then calls ``read``."""
        return iter(lambda: self.read(_CHUNK), b"")

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes. After the first call it can no longer be claimed that nothing was sent."""
        with self._lock:
            if not self._has_begun and (self._is_withdrawn or not self._permits()):
                raise _TooLate
            self._has_begun = True
        end = len(self._data) if size < 0 else self._position + size
        block = self._data[self._position : end]
        self._position += len(block)
        return block

    def withdraw(self) -> bool:
        """Prevent any byte from leaving; return False when one may already have left."""
        with self._lock:
            self._is_withdrawn = True
            return not self._has_begun


class _TooLate(Exception):
    """The latest moment for the first byte has passed, or the exchange was given up."""


class _Overdue(Exception):
    """The total time of an exchange has passed."""


class _Unreadable(Exception):
    """The answer is not known to be complete; the text says why."""


def _once(seconds: float, call: Callable[[], Answer], withdraw: Callable[[], bool]) -> Answer:
    """Return the answer of an exchange that cannot be undone.

    ``withdraw``: prevents it from beginning, and returns False when it may have begun. Raises ``NotSent`` or ``Lost``.
    """
    try:
        return _within(seconds, call)
    except Exception as error:  # noqa: BLE001 - whatever it is, only "withdraw" knows whether something was sent
        has_begun = not withdraw()
        reason, is_passing = _reason(error, has_begun)
        # Not "from error": the chain contains addresses, and proxy addresses contain passwords.
        if has_begun:
            raise Lost(reason) from None
        raise NotSent(reason, passing=is_passing) from None


def _within(seconds: float, call: Callable[[], Answer]) -> Answer:
    """Return the result of a call, which runs in a thread that is abandoned after ``seconds``.

    Raises what the call raised, or ``_Overdue``. A socket timeout cannot do this, since it restarts with every byte.
    """
    results: list[Answer | BaseException] = []

    def run() -> None:
        try:
            results.append(call())
        except BaseException as error:  # noqa: BLE001 - raised again by the thread that waits
            results.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if not results:
        raise _Overdue
    if isinstance(results[0], BaseException):
        raise results[0]
    return results[0]


def _read(response: Any) -> Answer:
    """Return the whole answer as the service sent it. Raises ``_Unreadable`` when it is incomplete or too long.

    Lengths are compared here because urllib3 1.26 returns a truncated body without an error. A compressed body is
    refused because a few bytes can expand to a great many.
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


def _reason(error: BaseException, has_begun: bool) -> tuple[str, bool]:
    """Return what happened, in our own words, and whether another try may succeed.

    The texts of the exceptions are not passed on: they contain addresses, and proxy addresses contain passwords.
    """
    chain = list(_chain(error))
    class_names = {type(link).__name__ for link in chain}
    if "GateClosed" in class_names:
        return "the request was no longer allowed", False
    if "ProxyError" in class_names and not has_begun:  # urllib3 raises it for every failure behind a proxy
        return "the proxy did not pass the connection on: check HTTPS_PROXY and the other proxy variables", False
    special = _special_reason(chain, class_names)
    if special:
        return special, False
    for kind, sentence_of, is_passing in _REASONS:
        cause = next((link for link in chain if isinstance(link, kind)), None)
        if cause is not None:
            return sentence_of(cause), is_passing
    if class_names & {"ConnectTimeout", "ConnectTimeoutError", "ReadTimeout", "ReadTimeoutError"}:
        return "the service did not answer in time", True
    return f"the exchange broke off ({type(error).__name__})", True


def _special_reason(chain: Sequence[BaseException], class_names: set[str]) -> str:
    """Return what happened where only a class of requests or urllib3 says it; none of it passes."""
    if class_names & _LOCAL_NAMES:
        return "the address of the service or of the proxy cannot be used: check api_url and the proxy variables"
    if any(isinstance(link, OSError) and "suitable TLS CA" in str(link) for link in chain):  # as requests says it
        return _NO_AUTHORITIES.format("is missing")
    if "CertificateError" in class_names:  # urllib3 1.26 compares names itself
        return _NOT_TRUSTED.format("it is for another name")
    return ""


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception, its cause, the cause of that, and so on; chains may be circular, so at most 20 of them."""
    link: BaseException | None = error
    for _depth in range(20):
        if link is None:
            return
        yield link
        link = link.__cause__ or link.__context__


def _openssl_text(error: BaseException, attribute: str) -> str:
    """Return OpenSSL's own text for an error, or the name of its class.

    Errors raised by Python code have no such text: below Python 3.10, those for a certificate of another name.
    """
    return getattr(error, attribute, None) or type(error).__name__


def _tls_text(error: ssl.SSLError) -> str:
    """Return the sentence about an error of TLS, which may be one of this machine's own files."""
    if getattr(error, "library", None) in _CERTIFICATE_LIBRARIES:
        return _NO_AUTHORITIES.format("holds no certificate that can be read")
    return f"the TLS connection failed ({_openssl_text(error, 'reason')})"


def _always(sentence: str) -> Callable[[Any], str]:
    """Return a function that answers every error with the same sentence."""
    return lambda _error: sentence


_REASONS: tuple[tuple[type[BaseException], Callable[[Any], str], bool], ...] = (
    (_TooLate, _always("the deadline was over before the request could begin"), False),
    (_Overdue, _always("there was no complete answer within the deadline"), False),
    (_Unreadable, str, False),
    (
        ssl.SSLCertVerificationError,
        lambda error: _NOT_TRUSTED.format(_openssl_text(error, "verify_message")),
        False,
    ),
    (ssl.SSLError, _tls_text, False),
    (
        FileNotFoundError,
        lambda error: f"a file that the connection needs does not exist ({error.filename}): check SSLKEYLOGFILE",
        False,
    ),
    (
        socket.gaierror,
        _always("the name of the service cannot be resolved: check api_url and this machine's name resolution"),
        True,
    ),
    (
        ConnectionRefusedError,
        _always("the service refused the connection: check api_url and any firewall in between"),
        True,
    ),
    (ConnectionResetError, _always("the connection was reset"), True),
    (BrokenPipeError, _always("the connection was closed"), True),
    (socket.timeout, _always("the service did not answer in time"), True),
)


def status_text(status: int) -> str:
    """Return a status for people to read, ``503 Service Unavailable``, without the reason that the service gives."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
