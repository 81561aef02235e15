# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults of the network, of TLS, of proxies and of HTTP against the real API class.

After each fault: the right evidence (never more than was seen), no POST that was not expected, an end in time, and
no credential in anything that is raised or returned.
"""

from __future__ import annotations

import base64
import json
import ssl
import threading
import time
import traceback
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest
from requests.adapters import HTTPAdapter

from ansible_collections.voip_communications.sms.plugins.module_utils._api.client import Api, Denied, Throttled
from ansible_collections.voip_communications.sms.plugins.module_utils._api.evidence import Judgement
from ansible_collections.voip_communications.sms.plugins.module_utils._core.exchange import (
    MAX_ANSWER,
    Http,
    Lost,
    NotSent,
    Service,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._message.outcome import Fate
from ansible_collections.voip_communications.sms.tests.support import fault_server as faults
from ansible_collections.voip_communications.sms.tests.support.fault_server import (
    Behaviour,
    FaultServer,
    ProxyServer,
    Received,
)
from ansible_collections.voip_communications.sms.tests.support.tls import Certificates

RECIPIENTS = ["12812345678", "12812345679"]
USER = "canary:key+1"
PASSWORD = "canary p@ss/wörd'%"
TIMEOUT = 5.0  # seconds of a socket
SECONDS = 10.0  # of an exchange
SLACK = 2.0  # of a slow machine

Accepted, Refused, Unknown, Nothing = Fate.ACCEPTED, Fate.REFUSED, Fate.UNKNOWN, Fate.NOT_SENT


@pytest.fixture(autouse=True)
def nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Check that nothing is printed, not even a traceback by the thread of an abandoned exchange."""
    yield
    assert "".join(capfd.readouterr()) == ""


@dataclass(frozen=True)
class Outcome:
    """The result of a call: one fate for each recipient, or the proof that nothing was sent, with its description."""

    fates: list[Fate]
    error: NotSent | None
    judgement: Judgement | None
    words: str


def send_briefly(url: str, verify: bool | str = True) -> Outcome:
    """Send with short times, for a service that will not answer; long enough for a busy machine to begin."""
    return send(url, verify, seconds=1.5, timeout=0.7)


def send(url: str, verify: bool | str = True, seconds: float = SECONDS, timeout: float = TIMEOUT) -> Outcome:
    """Send one text to two numbers; check the time taken and that no secret shows."""
    api = Api(Service(url=url, user=USER, password=PASSWORD, timeout=timeout, verify=verify))
    start = time.monotonic()
    try:
        judgement = api.send(RECIPIENTS, "hello", None, segments=1, seconds=seconds, permits=lambda: True)
    except NotSent as error:
        outcome = Outcome([Nothing] * 2, error, None, str(error))
        shown = f"{error!r} {error} {''.join(traceback.format_exception(error))}"
    else:
        verdicts = [judgement.verdicts[number] for number in RECIPIENTS]
        words = str(verdicts[0].code_desc)
        outcome = Outcome([verdict.fate for verdict in verdicts], None, judgement, words)
        shown = repr(judgement)
    assert time.monotonic() - start < seconds + SLACK
    assert_no_secret(shown)
    return outcome


def assert_no_secret(text: str) -> None:
    pair = f"{USER}:{PASSWORD}"
    for secret in (USER, PASSWORD, pair):
        encoded = base64.b64encode(secret.encode()).decode().rstrip("=")
        for form in (secret, encoded, urllib.parse.quote(secret), urllib.parse.quote_plus(secret), repr(secret)[1:-1]):
            assert form not in text


def check(server: FaultServer, outcome: Outcome, fate: Fate, posts: int) -> None:
    """Check for one connection, this many POSTs and one fate for all; an accepted message may at worst be unknown."""
    assert outcome.fates == [fate] * len(RECIPIENTS)
    assert (server.connections, len(server.posts)) == (1, posts)
    if server.accepted:
        assert fate in (Accepted, Unknown)


# --- The network --------------------------------------------------------------------------------------------------


def test_an_answer_that_is_well_is_accepted() -> None:
    with FaultServer() as server:
        outcome = send(server.url)
    check(server, outcome, Accepted, posts=1)
    assert server.posts[0].form == {"to": ",".join(RECIPIENTS), "msg": "hello"}
    assert server.posts[0].headers["authorization"].startswith("Basic ")


def test_a_refused_connection_is_not_sent_and_may_pass() -> None:
    with faults.closed_port() as url:
        outcome = send(url)
    assert outcome.error is not None
    assert (outcome.error.passing, "refused" in outcome.words) == (True, True)


def test_a_name_that_does_not_exist_is_not_sent() -> None:
    outcome = send("https://sms.invalid/")
    assert outcome.error is not None
    assert outcome.error.passing


def test_a_connection_that_never_comes_is_not_sent() -> None:
    with faults.blackhole() as url:
        outcome = send_briefly(url)
    assert outcome.error is not None
    assert (outcome.error.passing, outcome.words) == (True, "the service did not answer in time")


def test_a_deadline_before_the_connection_is_not_sent() -> None:
    with faults.blackhole() as url:
        outcome = send(url, seconds=0.3, timeout=20)
    assert outcome.error is not None
    assert not outcome.error.passing


@pytest.mark.parametrize("behaviour", [faults.refuse_after_accept(), faults.close_at_once()], ids=str)
def test_a_connection_that_ends_at_once_is_never_more_than_unknown(behaviour: Behaviour) -> None:
    """It is a race whether the body is begun before the end is noticed; both results are true."""
    with FaultServer([behaviour]) as server:
        outcome = send(server.url)
    assert outcome.fates in ([Unknown] * 2, [Nothing] * 2)
    assert server.connections == 1


LOST = [
    faults.silent(),
    faults.read_then_reset(),
    faults.read_then_reset(accepted=True),
    faults.read_then_close(),
    faults.read_then_close(accepted=True),
    faults.read_then_silent(),
    faults.read_then_silent(accepted=True),
    faults.stalled_headers().accepting(),
    faults.stalled_body().accepting(),
    faults.drip_headers(0.1).accepting(),
    faults.drip_body(0.1).accepting(),
    faults.truncated().accepting(),
    faults.overdeclared().accepting(),
    faults.broken_chunk().accepting(),
    faults.missing_last_chunk().accepting(),
    faults.garbage().accepting(),
    faults.answer_raw(b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n{}"),
    faults.answer_raw(b"HTTP/1.1 OK fine\r\n\r\n"),
    faults.huge_header().accepting(),
    faults.gzip_bomb().accepting(),
    faults.chunked_endless().accepting(),
    faults.endless_body().accepting(),
]


@pytest.mark.parametrize("behaviour", LOST, ids=str)
def test_whatever_happens_after_the_first_byte_is_unknown(behaviour: Behaviour) -> None:
    with FaultServer([behaviour]) as server:
        outcome = send_briefly(server.url)
    check(server, outcome, Unknown, posts=1)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "senseless", "gzip, identity"])
def test_an_answer_that_calls_itself_encoded_is_unknown(coding: str) -> None:
    """The body is plain and valid, but the server announces something else."""

    def contradict(connection: faults.Connection) -> None:
        request = connection.read_request()
        body = json.dumps({"send_log": faults.records_for(request)}).encode()
        connection.send(faults.whole(200, body, [("Content-Encoding", coding)]))
        connection.finish()

    with FaultServer([Behaviour("wrong coding", contradict, accepted=True)]) as server:
        check(server, send(server.url), Unknown, posts=1)


def test_an_answer_of_the_greatest_length_is_still_read() -> None:
    def padded(request: Received) -> list[dict[str, object]]:
        return [faults.record_for(request, to, country="x" * (MAX_ANSWER // 2 - 2000)) for to in request.recipients]

    with FaultServer([faults.send_log(padded)]) as server:
        check(server, send(server.url), Accepted, posts=1)


def test_a_first_byte_after_its_latest_moment_never_leaves() -> None:
    with FaultServer() as server:
        api = Api(Service(url=server.url, user=USER, password=PASSWORD, timeout=TIMEOUT))
        with pytest.raises(NotSent):
            api.send(RECIPIENTS, "hello", None, segments=1, seconds=SECONDS, permits=lambda: False)
    assert all(not request.complete and not request.body for request in server.posts)
    assert server.accepted == []


def test_an_exchange_that_was_given_up_does_not_send_later(certificates: Certificates) -> None:
    """The deadline ends during a slow handshake, which then succeeds: the body must stay where it is."""
    release = threading.Event()

    def handshake_after_release(connection: faults.Connection) -> None:
        release.wait(5)
        connection.sock = certificates.good.wrap_socket(connection.sock, server_side=True)
        connection.read_request()

    slow = Behaviour("slow handshake", handshake_after_release, accepted=True, before_tls=True)
    with FaultServer([slow], tls=certificates.good) as server:
        outcome = send(server.url, str(certificates.ca_path), seconds=0.2, timeout=5)
        release.set()
        time.sleep(0.3)
    assert outcome.error is not None
    assert [request.body for request in server.posts] in ([], [b""])
    assert server.accepted == []


# --- TLS ----------------------------------------------------------------------------------------------------------


def test_a_good_certificate_is_accepted(certificates: Certificates) -> None:
    with FaultServer(tls=certificates.good) as server:
        check(server, send(server.url, str(certificates.ca_path)), Accepted, posts=1)


@pytest.mark.parametrize("kind", ["wrong_host", "unknown_authority", "expired"])
def test_a_bad_certificate_is_not_sent(certificates: Certificates, kind: str) -> None:
    with FaultServer(tls=getattr(certificates, kind)) as server:
        outcome = send(server.url, str(certificates.ca_path))
    check(server, outcome, Nothing, posts=0)
    assert outcome.error is not None
    assert (outcome.error.passing, "certificate" in outcome.words) == (False, True)


def test_a_certificate_is_not_looked_at_when_told_so(certificates: Certificates) -> None:
    with FaultServer(tls=certificates.expired) as server:
        with pytest.warns(Warning, match="Unverified HTTPS request"):
            check(server, send(server.url, verify=False), Accepted, posts=1)


@pytest.mark.parametrize(
    "behaviour",
    [faults.handshake_hang(), faults.handshake_reset(), faults.plain_http_on_tls(), faults.close_at_once()],
    ids=str,
)
def test_a_failed_handshake_is_not_sent(certificates: Certificates, behaviour: Behaviour) -> None:
    with FaultServer([behaviour], tls=certificates.good) as server:
        check(server, send_briefly(server.url, str(certificates.ca_path)), Nothing, posts=0)


@pytest.mark.parametrize(
    "behaviour",
    [
        faults.tls_corrupt_after_request(accepted=True),
        faults.tls_cut_after_request(accepted=True),
        faults.read_then_reset(accepted=True),
        faults.read_then_silent(accepted=True),
        faults.truncated().accepting(),
    ],
    ids=str,
)
def test_tls_that_breaks_after_delivery_is_unknown(certificates: Certificates, behaviour: Behaviour) -> None:
    with FaultServer([behaviour], tls=certificates.good) as server:
        check(server, send_briefly(server.url, str(certificates.ca_path)), Unknown, posts=1)


def test_https_to_a_port_of_plain_http_is_not_sent() -> None:
    with FaultServer() as server:
        outcome = send(server.url.replace("http://", "https://"))
        assert outcome.error is not None
    assert server.posts == []


@pytest.mark.parametrize(
    "text", ["", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
)
def test_a_file_of_authorities_that_holds_none_is_named(tmp_path: Path, text: str, certificates: Certificates) -> None:
    path = tmp_path / "ca.pem"
    path.write_text(text, encoding="ascii")
    with FaultServer(tls=certificates.good) as server:
        outcome = send(server.url, str(path))
    assert "holds no certificate that can be read: check ca_path, REQUESTS_CA_BUNDLE" in outcome.words
    assert isinstance(outcome.error, NotSent)
    assert not outcome.error.passing


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        (
            "REQUESTS_CA_BUNDLE",
            "/gone/ca.pem",
            "the file of authorities, by which certificates are checked, is missing",
        ),
        ("SSLKEYLOGFILE", "/gone/keys.log", "does not exist (/gone/keys.log): check SSLKEYLOGFILE"),
        ("HTTPS_PROXY", "gopher://ann:canary@h", "the address of the service or of the proxy cannot be used"),
        ("HTTPS_PROXY", "http://ann:canary@h:port", "the address of the service or of the proxy cannot be used"),
    ],
)
def test_a_fault_of_this_machine_is_named_and_not_tried_again(
    name: str, value: str, words: str, certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where it comes up only now, for instance because a file has vanished meanwhile."""
    monkeypatch.setenv(name, value)
    with FaultServer(tls=certificates.good) as server:
        outcome = send(server.url)
    assert words in outcome.words
    assert isinstance(outcome.error, NotSent)
    assert not outcome.error.passing
    assert server.posts == []


# --- Proxies ------------------------------------------------------------------------------------------------------


def through(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Use this proxy, with its own credentials, which must not show either."""
    user, password = urllib.parse.quote(USER, safe=""), urllib.parse.quote(PASSWORD, safe="")
    monkeypatch.setenv("HTTPS_PROXY", proxy.replace("http://", f"http://{user}:{password}@"))


def test_a_proxy_is_used_and_sees_no_credentials(certificates: Certificates, monkeypatch: pytest.MonkeyPatch) -> None:
    with FaultServer(tls=certificates.good) as server, ProxyServer() as proxy:
        through(proxy.url, monkeypatch)
        check(server, send(server.url, str(certificates.ca_path)), Accepted, posts=1)
    assert [request.method for request in proxy.posts] == ["CONNECT"]
    assert "authorization" not in proxy.posts[0].headers


@pytest.mark.parametrize(
    "behaviour",
    [
        faults.answer(407),
        faults.answer(502),
        faults.refuse_after_accept(),
        faults.read_then_close(),
        faults.read_then_silent(),
        faults.garbage(),
    ],
    ids=str,
)
def test_a_proxy_that_fails_is_not_sent(
    certificates: Certificates, monkeypatch: pytest.MonkeyPatch, behaviour: Behaviour
) -> None:
    with FaultServer(tls=certificates.good) as server, ProxyServer(behaviour) as proxy:
        through(proxy.url, monkeypatch)
        outcome = send_briefly(server.url, str(certificates.ca_path))
    assert outcome.error is not None
    assert (server.connections, proxy.connections) == (0, 1)


def test_a_proxy_that_refuses_connections_is_not_sent(
    certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FaultServer(tls=certificates.good) as server, faults.closed_port() as url:
        through(url.removesuffix(faults.BASE_PATH), monkeypatch)
        outcome = send(server.url, str(certificates.ca_path))
    assert outcome.error is not None
    assert (server.connections, "check HTTPS_PROXY" in outcome.words) == (0, True)


@pytest.mark.parametrize("proxy", ["http://[", "http://127.0.0.1:99999"])
def test_a_proxy_that_is_no_url_is_not_sent(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    through(proxy, monkeypatch)
    assert send("https://sms.invalid/").error is not None


@pytest.mark.parametrize("behaviour", [faults.read_then_reset(True), faults.read_then_close(True)], ids=str)
def test_a_loss_behind_a_proxy_is_unknown(
    certificates: Certificates, monkeypatch: pytest.MonkeyPatch, behaviour: Behaviour
) -> None:
    with FaultServer([behaviour], tls=certificates.good) as server, ProxyServer() as proxy:
        through(proxy.url, monkeypatch)
        outcome = send(server.url, str(certificates.ca_path))
    check(server, outcome, Unknown, posts=1)
    assert "proxy did not pass" not in outcome.words


def test_plain_http_never_goes_through_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with FaultServer() as server, ProxyServer() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        check(server, send(server.url), Accepted, posts=1)
    assert proxy.connections == 0


# --- HTTP ---------------------------------------------------------------------------------------------------------

BODIES = ["", "{}", "<html>", '{"error": true, "error_message": "no"}']


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 405, 413, 415, 422])
def test_a_status_that_refuses_the_request(status: int, body: str) -> None:
    with FaultServer([faults.answer(status, body)]) as server:
        outcome = send(server.url)
    check(server, outcome, Nothing, posts=1)
    assert str(status) in outcome.words
    assert isinstance(outcome.error, Denied) == (status in (401, 403))


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize(
    "status", [201, 202, 204, 206, 299, 300, 302, 303, 304, 408, 409, 410, 418, 425, 451, 500, 502, 503, 504, 507, 599]
)
def test_a_status_that_proves_nothing(status: int, body: str) -> None:
    with FaultServer([faults.answer(status, "" if status in (204, 304) else body).accepting()]) as server:
        outcome = send(server.url)
    check(server, outcome, Unknown, posts=1)
    assert str(status) in outcome.words


@pytest.mark.parametrize(
    ("value", "least", "most"),
    [
        ("2", 2.0, 2.0),
        ("0", 0.0, 0.0),
        ("999999999", 999999999.0, 999999999.0),
        # Made when the tests are collected, which may be long before this one runs.
        (formatdate(time.time() + 7200, usegmt=True), 3600.0, 7200.0),
    ],
    ids=["short", "zero", "huge", "date"],
)
def test_retry_after_that_says_something(value: str, least: float, most: float) -> None:
    with FaultServer([faults.retry_after(value)]) as server:
        outcome = send(server.url)
    check(server, outcome, Nothing, posts=1)
    assert isinstance(outcome.error, Throttled)
    assert outcome.error.retry_after is not None
    assert least <= outcome.error.retry_after <= most


@pytest.mark.parametrize(
    "value",
    ["-1", "9" * 5000, "soon", "", "1e9", "NaN", "\xb2", "Wed, 21 Oct 2015 07:28:00 GMT", "Wed, 99 Foo 99999 9:9:9"],
)
def test_retry_after_that_says_nothing(value: str) -> None:
    with FaultServer([faults.retry_after(value)]) as server:
        outcome = send(server.url)
    check(server, outcome, Nothing, posts=1)
    assert isinstance(outcome.error, Throttled)
    assert outcome.error.retry_after is None


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_never_followed(status: int) -> None:
    with FaultServer() as elsewhere:
        with FaultServer([faults.redirect(status, f"{elsewhere.url}sms/send")]) as server:
            check(server, send(server.url), Unknown if status in (302, 303) else Nothing, posts=1)
    assert elsewhere.connections == 0


def test_a_redirect_to_itself_is_one_post() -> None:
    with FaultServer(default=faults.redirect(307, "/faults/index.php/sms/send")) as server:
        check(server, send(server.url), Nothing, posts=1)


def test_a_redirect_from_https_to_http_is_never_followed(certificates: Certificates) -> None:
    with FaultServer() as elsewhere:
        with FaultServer([faults.redirect(308, elsewhere.url)], tls=certificates.good) as server:
            check(server, send(server.url, str(certificates.ca_path)), Nothing, posts=1)
    assert elsewhere.connections == 0


@pytest.mark.parametrize(
    "location",
    [
        "",
        "http://[",
        "http://:x@/",
        "//",
        "https://a.invalid/\r\nX-Injected: 1",
        f"http://{USER}@a.invalid/",
        "\xff" * 9,
    ],
    ids=repr,
)
def test_a_location_is_not_even_read(location: str) -> None:
    with FaultServer([faults.redirect(307, location)]) as server:
        check(server, send(server.url), Nothing, posts=1)


@pytest.mark.parametrize("status", [200, 307, 401, 500])
def test_an_endless_body_is_not_taken_endlessly(status: int) -> None:
    """The client stops reading, instead of filling its memory until the deadline; of a redirect too."""
    taken = [0]

    def flood(connection: faults.Connection) -> None:
        connection.read_request()
        connection.send(faults.head_of(status, [("Location", "/elsewhere")]))
        while taken[0] < 10 * MAX_ANSWER:
            connection.send(b" " * 65536)
            taken[0] += 65536

    with FaultServer([Behaviour("flood", flood)]) as server:
        outcome = send(server.url)
    assert outcome.fates in ([Unknown] * 2, [Nothing] * 2)
    assert taken[0] < 3 * MAX_ANSWER


@pytest.mark.parametrize("status", [401, 413])
def test_an_early_refusal_is_one(status: int) -> None:
    with FaultServer([faults.early(status)]) as server:
        check(server, send(server.url), Nothing, posts=1)


def test_an_early_refusal_with_rst_is_never_more_than_unknown() -> None:
    with FaultServer([faults.early(401, reset=True)]) as server:
        assert send(server.url).fates in ([Unknown] * 2, [Nothing] * 2)
    assert server.connections == 1


def test_an_echo_of_the_credentials_is_withheld() -> None:
    with FaultServer([faults.echo_authorization()]) as server:
        outcome = send(server.url)
    check(server, outcome, Nothing, posts=1)
    assert "401" in outcome.words


@pytest.mark.parametrize("name", ["code_desc", "status", "country", "type", "delivery_date", "smsid", "sale", "to"])
def test_an_echo_in_a_record_is_withheld(name: str) -> None:
    def echoing(request: Received) -> list[dict[str, object]]:
        secret = request.headers["authorization"].split()[1]
        return [faults.record_for(request, to, **{name: secret}) for to in request.recipients]

    with FaultServer([faults.send_log(echoing)]) as server:
        send(server.url)
    assert len(server.posts) == 1


def made_of(error: Exception, monkeypatch: pytest.MonkeyPatch) -> tuple[str, bool]:
    """Return what is said of an error of ``requests`` before anything has left, and whether it may pass."""

    def fail(*_arguments: object, **_named: object) -> None:
        raise error

    monkeypatch.setattr(HTTPAdapter, "send", fail)
    outcome = send("https://127.0.0.1:1/")
    assert outcome.error is not None
    return outcome.words, outcome.error.passing


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (ssl.SSLCertVerificationError("hostname 'a' doesn't match 'b'"), "(SSLCertVerificationError): check who"),
        (ssl.SSLError("raised by Python code"), "the TLS connection failed (SSLError)"),
    ],
)
def test_a_tls_error_that_openssl_did_not_raise_is_understood(
    error: ssl.SSLError, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Below Python 3.10, urllib3 1.26 compares names itself, and its errors lack what OpenSSL's have."""
    assert sentence in made_of(error, monkeypatch)[0]


def caused(error: Exception, by: Exception) -> Exception:
    error.__cause__ = by
    return error


class ReadTimeoutError(Exception):
    """What urllib3 raises, without an error of the socket behind it, where a read would block."""


class CertificateError(Exception):
    """What urllib3 1.26 raises for a certificate of another name."""


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            caused(OSError("max retries"), by=CertificateError("hostname 'a' doesn't match 'b'")),
            (
                (
                    "the certificate of the service is not trusted (it is for another name): check who answers, and"
                    " name an authority of your own in ca_path"
                ),
                False,
            ),
        ),
        (caused(OSError("max retries"), by=ReadTimeoutError()), ("the service did not answer in time", True)),
        (OSError("whatever it is"), ("the exchange broke off (OSError)", True)),
    ],
    ids=["another name", "would block", "any"],
)
def test_an_error_of_another_library_is_told_by_its_name(
    error: Exception, told: tuple[str, bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert made_of(error, monkeypatch) == told


def test_errors_that_lead_to_each_other_come_to_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = ConnectionResetError(), OSError()
    one.__cause__, other.__cause__ = other, one
    assert made_of(other, monkeypatch) == ("the connection was reset", True)


def test_a_body_gives_the_same_bytes_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """An iterable is a stream for requests; urllib3 then reads it."""
    pieces: list[bytes] = []

    def read(_adapter: HTTPAdapter, message: Any, **_named: object) -> None:
        pieces.extend(message.body)
        raise OSError

    monkeypatch.setattr(HTTPAdapter, "send", read)
    http = Http(Service(url="https://127.0.0.1:1/", user=USER, password=PASSWORD, timeout=TIMEOUT))
    with pytest.raises(Lost):
        http.post("sms/send", {"msg": "x" * 100_000}, SECONDS, permits=lambda: True)
    assert (len(pieces), b"".join(pieces)) == (2, b"msg=" + b"x" * 100_000)
