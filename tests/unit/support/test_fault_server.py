# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fault server does what its behaviours are named after; else the tests that use it prove nothing."""

from __future__ import annotations

import base64
import contextlib
import gzip
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from ansible_collections.voip_communications.sms.tests.support import fault_server as faults
from ansible_collections.voip_communications.sms.tests.support.fault_server import Behaviour, FaultServer, ProxyServer
from ansible_collections.voip_communications.sms.tests.support.tls import Certificates

FORM = {"to": "12812345678,12812345679", "msg": "hello"}
BODY = b"to=12812345678%2C12812345679&msg=hello"
RECIPIENTS = ["12812345678", "12812345679"]
REQUEST = (
    b"POST /api-v2/index.php/sms/send HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic a2V5OnB3\r\n"
    b"Content-Length: %d\r\n\r\n" % len(BODY)
) + BODY


def connect(server: FaultServer) -> socket.socket:
    return socket.create_connection((faults.HOST, server.port), timeout=5)


def connect_tls(server: FaultServer, ca_path: Path) -> ssl.SSLSocket:
    context = ssl.create_default_context(cafile=str(ca_path))
    return context.wrap_socket(connect(server), server_hostname=faults.HOST, suppress_ragged_eofs=False)


def read_to_end(sock: socket.socket) -> bytes:
    return b"".join(iter(lambda: sock.recv(65536), b""))


def read_to_silence(sock: socket.socket) -> bytes:
    """Read until nothing more comes; an end of the connection is not silence."""
    got = b""
    while True:
        try:
            data = sock.recv(65536)
        except TimeoutError:
            return got
        assert data
        got += data


def exchange(server: FaultServer, request: bytes = REQUEST) -> bytes:
    """Send a request and read until the server ends the connection."""
    with connect(server) as sock:
        sock.sendall(request)
        return read_to_end(sock)


def body_of(data: bytes) -> bytes:
    return data.partition(b"\r\n\r\n")[2]


def post(server: FaultServer, **options: object) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False
        url = f"{server.url}sms/send"
        return session.post(url, data=FORM, timeout=5, allow_redirects=False, **options)  # type: ignore[arg-type]  # any


@contextlib.contextmanager
def at_most(seconds: float) -> Iterator[None]:
    start = time.monotonic()
    yield
    assert time.monotonic() - start < seconds


# --- The server itself --------------------------------------------------------------------------------------------


def test_a_good_answer_has_a_record_for_each_recipient() -> None:
    with FaultServer() as server:
        records = post(server).json()["send_log"]
    assert [(record["to"], record["code"], record["status"]) for record in records] == [
        (number, 200, "SENT") for number in RECIPIENTS
    ]
    assert len({record["smsid"] for record in records}) == len(RECIPIENTS)
    assert server.accepted == RECIPIENTS


def test_a_good_answer_to_a_scheduled_message_says_so() -> None:
    request = faults.parse_request(
        b"POST / HTTP/1.1\r\nContent-Length: 47\r\n\r\nto=1281&delivery_date=2026-12-01+10%3A00&from=9"
    )
    assert request is not None
    (record,) = faults.records_for(request)
    assert (record["status"], record["delivery_date"], record["from"]) == ("SCHEDULED", "2026-12-01 10:00", "9")


def test_a_request_is_kept_with_all_that_was_in_it() -> None:
    with FaultServer() as server:
        exchange(server)
    (request,) = server.posts
    assert (request.method, request.path, request.complete) == ("POST", "/api-v2/index.php/sms/send", True)
    assert (request.headers["authorization"], request.body) == ("Basic a2V5OnB3", BODY)
    assert (request.form, request.recipients) == (FORM, RECIPIENTS)


def test_a_chunked_request_is_read() -> None:
    head = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    with FaultServer() as server:
        exchange(server, head + b"3\r\nto=\r\n4\r\n1281\r\n0\r\n\r\n")
    assert [(request.body, request.complete) for request in server.posts] == [(b"to=1281", True)]


@pytest.mark.parametrize(
    ("sent", "seen"),
    [
        (REQUEST[:10], []),
        (REQUEST[:60], [(b"", False)]),
        (REQUEST[:-5], [(BODY[:-5], False)]),
        (b"\x16\x03\x01\x02\x00GET / HTTP/1.1\r\n\r\n", []),
    ],
    ids=["part of the first line", "part of the headers", "part of the body", "no HTTP"],
)
def test_a_part_of_a_request_is_kept_as_incomplete(sent: bytes, seen: list[tuple[bytes, bool]]) -> None:
    with FaultServer() as server:
        with connect(server) as sock:
            sock.sendall(sent)
            sock.shutdown(socket.SHUT_WR)
            read_to_end(sock)
    assert [(request.body, request.complete) for request in server.posts] == seen
    assert server.accepted == []


def test_each_connection_plays_one_behaviour_and_the_default_follows() -> None:
    with FaultServer([faults.answer(500), faults.answer(402)], default=faults.answer(418)) as server:
        statuses = [post(server).status_code for _time in range(4)]
    assert (statuses, server.connections, len(server.posts)) == ([500, 402, 418, 418], 4, 4)


def test_a_server_that_ends_leaves_no_thread_and_waits_for_nobody() -> None:
    before = threading.active_count()
    server = FaultServer([faults.silent(), faults.read_then_silent(), faults.endless_body()])
    with at_most(2), contextlib.ExitStack() as stack:
        server.__enter__()
        for _time in range(3):
            stack.enter_context(connect(server)).sendall(REQUEST)
        while server.connections < 3:
            time.sleep(0.001)
        server.stop()
    assert threading.active_count() == before


def test_a_fault_in_a_function_of_the_test_is_raised_at_the_end() -> None:
    with pytest.raises(ZeroDivisionError), FaultServer([faults.send_log(lambda _request: 1 // 0)]) as server:
        exchange(server)


# --- Connections that break ---------------------------------------------------------------------------------------


def test_rst_after_accept_resets_the_client() -> None:
    with FaultServer([faults.refuse_after_accept()]) as server:
        with pytest.raises(ConnectionResetError):  # it may come as early as in connect()
            exchange(server, b"")
    assert (server.connections, server.posts) == (1, [])


def test_fin_after_accept_ends_without_a_byte() -> None:
    with FaultServer([faults.close_at_once()]) as server:
        assert exchange(server) == b""
    assert server.accepted == []


def test_silence_is_silence_and_what_was_sent_still_counts() -> None:
    with FaultServer([faults.silent()]) as server, connect(server) as sock:
        sock.sendall(REQUEST)
        sock.settimeout(0.1)
        with pytest.raises(TimeoutError):
            sock.recv(1)
    assert [request.complete for request in server.posts] == [True]
    assert server.accepted == []


@pytest.mark.parametrize("accepted", [True, False])
@pytest.mark.parametrize("make", [faults.read_then_reset, faults.read_then_close, faults.read_then_silent])
def test_an_end_after_the_request(make: Callable[[bool], Behaviour], accepted: bool) -> None:
    endings = {"RST": ConnectionResetError, "silence": TimeoutError}
    behaviour = make(accepted)
    with FaultServer([behaviour]) as server, connect(server) as sock:
        sock.sendall(REQUEST[:-1])
        sock.settimeout(0.05)
        with pytest.raises(TimeoutError):  # nothing happens before the last byte
            sock.recv(1)
        assert server.accepted == []
        sock.sendall(REQUEST[-1:])
        sock.settimeout(0.2)
        expected = endings.get(str(behaviour).split()[0])
        if expected is None:
            assert sock.recv(1) == b""
        else:
            with pytest.raises(expected):
                sock.recv(1)
    assert [request.complete for request in server.posts] == [True]
    assert server.accepted == (RECIPIENTS if accepted else [])


# --- Answers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("behaviour", "start"),
    [
        (faults.answer(503, "busy"), b"HTTP/1.1 503 Service Unavailable\r\n"),
        (faults.answer(599, reason="Odd"), b"HTTP/1.1 599 Odd\r\n"),
        (faults.answer(299), b"HTTP/1.1 299 Unknown\r\n"),
        (faults.answer_raw(b"220 mail\r\n"), b"220 mail\r\n"),
        (faults.garbage(), b"\x00\xff"),
    ],
    ids=str,
)
def test_the_first_line_is_what_was_ordered(behaviour: Behaviour, start: bytes) -> None:
    with FaultServer([behaviour]) as server:
        assert exchange(server).startswith(start)


@pytest.mark.parametrize(
    ("behaviour", "value"),
    [
        (faults.answer(200, '{"a": 1}'), {"a": 1}),
        (faults.answer_json({"send_log": None}), {"send_log": None}),
        (faults.send_log([1, "two"]), {"send_log": [1, "two"]}),
        (faults.send_log("no list"), {"send_log": "no list"}),
        (faults.send_log(lambda request: request.recipients[::-1]), {"send_log": RECIPIENTS[::-1]}),
    ],
    ids=str,
)
def test_the_body_is_what_was_ordered(behaviour: Behaviour, value: object) -> None:
    with FaultServer([behaviour]) as server:
        assert post(server).json() == value
    assert server.accepted == []


def test_any_behaviour_can_be_of_a_provider_that_accepted() -> None:
    with FaultServer([faults.answer(500).accepting()]) as server:
        assert post(server).status_code == 500
    assert server.accepted == RECIPIENTS


def test_a_redirect_is_written_as_it_is() -> None:
    with FaultServer([faults.redirect(307, "http://a.invalid/\r\nX-Injected: 1")]) as server:
        response = post(server)
    assert (response.status_code, response.headers["Location"]) == (307, "http://a.invalid/")
    assert response.headers["X-Injected"] == "1"


def test_retry_after_is_sent_as_it_is_given() -> None:
    with FaultServer([faults.retry_after("-1")]) as server:
        response = post(server)
    assert (response.status_code, response.headers["Retry-After"]) == (429, "-1")


def test_the_echo_holds_what_the_client_sent() -> None:
    with FaultServer([faults.echo_authorization()]) as server:
        response = post(server, auth=("key", "canary"))
    secret = base64.b64encode(b"key:canary").decode()
    assert response.status_code == 401
    assert secret in response.text
    assert secret in response.headers["X-Echo"]
    assert secret in response.reason


def test_an_early_answer_comes_before_the_body() -> None:
    head, _end, body = REQUEST.partition(b"\r\n\r\n")
    with FaultServer([faults.early(401)]) as server, connect(server) as sock:
        sock.sendall(head + b"\r\n\r\n")
        assert read_to_end(sock).startswith(b"HTTP/1.1 401 ")
        sock.sendall(body)  # the server still takes it
    assert [request.body for request in server.posts] == [BODY]


def test_an_early_answer_with_rst() -> None:
    with FaultServer([faults.early(401, reset=True)]) as server, connect(server) as sock:
        sock.sendall(REQUEST)
        with pytest.raises(ConnectionResetError):
            read_to_end(sock)


# --- Answers that come slowly, wrongly or without end -------------------------------------------------------------


@pytest.mark.parametrize("behaviour", [faults.drip_headers(0.05), faults.drip_body(0.05)], ids=str)
def test_a_drip_outlives_a_timeout_between_two_bytes(behaviour: Behaviour) -> None:
    with at_most(3), FaultServer([behaviour]) as server, connect(server) as sock:
        sock.settimeout(0.4)
        sock.sendall(REQUEST)
        start = time.monotonic()
        while time.monotonic() - start < 0.8:
            assert sock.recv(4096)


@pytest.mark.parametrize(
    ("behaviour", "ends_with"), [(faults.stalled_headers(), b"\r\n"), (faults.stalled_body(), b"")], ids=str
)
def test_a_stall_never_ends(behaviour: Behaviour, ends_with: bytes) -> None:
    with FaultServer([behaviour]) as server, connect(server) as sock:
        sock.settimeout(0.2)
        sock.sendall(REQUEST)
        got = read_to_silence(sock)
    assert got.startswith(b"HTTP/1.1 200 OK\r\n")
    assert got.endswith(ends_with)


def declared_length(data: bytes) -> int:
    (line,) = (line for line in data.split(b"\r\n") if line.startswith(b"Content-Length: "))
    return int(line.split()[1])


def test_a_truncated_answer_is_cut() -> None:
    with FaultServer([faults.truncated(7)]) as server:
        data = exchange(server)
    assert declared_length(data) - len(body_of(data)) == 7
    with pytest.raises(json.JSONDecodeError):
        json.loads(body_of(data))


def test_an_overdeclared_answer_is_valid_json_all_the_same() -> None:
    with FaultServer([faults.overdeclared(7)]) as server:
        data = exchange(server)
    assert declared_length(data) - len(body_of(data)) == 7
    assert len(json.loads(body_of(data))["send_log"]) == len(RECIPIENTS)


@pytest.mark.parametrize("behaviour", [faults.broken_chunk(), faults.missing_last_chunk()], ids=str)
def test_chunks_that_a_client_must_refuse(behaviour: Behaviour) -> None:
    with FaultServer([behaviour]) as server, pytest.raises(requests.exceptions.ChunkedEncodingError):
        post(server)


@pytest.mark.parametrize("behaviour", [faults.chunked_endless(), faults.endless_body()], ids=str)
def test_an_endless_answer_goes_on(behaviour: Behaviour) -> None:
    with at_most(5), FaultServer([behaviour]) as server, connect(server) as sock:
        sock.sendall(REQUEST)
        received = 0
        while received < 8_000_000:
            received += len(sock.recv(1 << 20))


def test_a_gzip_bomb_is_small_on_the_wire() -> None:
    with FaultServer([faults.gzip_bomb(20_000_000)]) as server:
        data = exchange(server)
    assert len(data) < 100_000
    unpacked = gzip.decompress(body_of(data))
    assert len(unpacked) > 20_000_000
    assert len(json.loads(unpacked)["send_log"]) == len(RECIPIENTS)


def test_a_huge_header_is_huge() -> None:
    with FaultServer([faults.huge_header()]) as server:
        assert len(exchange(server).partition(b"\r\n\r\n")[0]) > 1 << 20


# --- TLS ----------------------------------------------------------------------------------------------------------


def test_a_good_certificate_is_good(certificates: Certificates) -> None:
    with FaultServer(tls=certificates.good) as server:
        assert server.url.startswith("https://")
        assert post(server, verify=str(certificates.ca_path)).status_code == 200
    assert (server.accepted, server.handshake_errors) == (RECIPIENTS, [])


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("wrong_host", "IP address mismatch"),
        ("unknown_authority", "unable to get local issuer|self.signed"),
        ("expired", "has expired"),
    ],
)
def test_a_bad_certificate_is_bad_for_its_own_reason(certificates: Certificates, kind: str, why: str) -> None:
    with FaultServer(tls=getattr(certificates, kind)) as server:
        with pytest.raises(ssl.SSLCertVerificationError, match=why):
            connect_tls(server, certificates.ca_path)
    assert (server.connections, server.posts) == (1, [])


@pytest.mark.parametrize(
    ("behaviour", "error"),
    [
        (faults.handshake_hang(), TimeoutError),
        (faults.handshake_reset(), ConnectionResetError),
        (faults.plain_http_on_tls(), ssl.SSLError),
        (faults.close_at_once(), ssl.SSLError),  # which kind depends on the OpenSSL
    ],
    ids=str,
)
def test_a_handshake_fails(certificates: Certificates, behaviour: Behaviour, error: type[OSError]) -> None:
    context = ssl.create_default_context(cafile=str(certificates.ca_path))
    with FaultServer([behaviour], tls=certificates.good) as server, connect(server) as sock:
        sock.settimeout(0.3)
        with pytest.raises(error):
            context.wrap_socket(sock, server_hostname=faults.HOST)
    assert server.posts == []


def test_a_corrupt_record_breaks_tls_after_the_request(certificates: Certificates) -> None:
    with FaultServer([faults.tls_corrupt_after_request(accepted=True)], tls=certificates.good) as server:
        with connect_tls(server, certificates.ca_path) as sock:
            sock.sendall(REQUEST)
            with pytest.raises(ssl.SSLError, match=r"(?i)bad record mac|decryption failed"):
                sock.recv(1)
    assert [request.complete for request in server.posts] == [True]
    assert server.accepted == RECIPIENTS


def test_a_cut_ends_tls_after_the_request_without_an_answer(certificates: Certificates) -> None:
    with FaultServer([faults.tls_cut_after_request(accepted=True)], tls=certificates.good) as server:
        with connect_tls(server, certificates.ca_path) as sock:
            sock.sendall(REQUEST)
            try:  # some builds of OpenSSL say that the end is ragged, others keep it to themselves
                received = sock.recv(1)
            except ssl.SSLError:
                received = b""
    assert received == b""
    assert [request.complete for request in server.posts] == [True]
    assert server.accepted == RECIPIENTS


def test_an_orderly_end_of_tls_says_so(certificates: Certificates) -> None:
    with FaultServer([faults.answer(200)], tls=certificates.good) as server:
        with connect_tls(server, certificates.ca_path) as sock:
            sock.sendall(REQUEST)
            assert read_to_end(sock).startswith(b"HTTP/1.1 200 ")


# --- Ports and proxies --------------------------------------------------------------------------------------------


def test_a_closed_port_refuses() -> None:
    with faults.closed_port() as url, pytest.raises(requests.exceptions.ConnectionError, match="refused"):
        requests.post(url, timeout=5)


def test_a_blackhole_never_connects() -> None:
    with at_most(3), faults.blackhole() as url, pytest.raises(requests.exceptions.ConnectTimeout):
        requests.post(url, timeout=0.3)


def test_a_tunnel_carries_a_request(certificates: Certificates) -> None:
    with FaultServer(tls=certificates.good) as server, ProxyServer() as proxy:
        response = post(server, proxies={"https": proxy.url}, verify=str(certificates.ca_path))
        target = f"{faults.HOST}:{server.port}"
    assert len(response.json()["send_log"]) == len(RECIPIENTS)
    assert [(request.method, request.path) for request in proxy.posts] == [("CONNECT", target)]
    assert "authorization" not in proxy.posts[0].headers
    assert len(server.posts) == 1


def test_a_tunnel_leads_to_this_machine_only() -> None:
    with ProxyServer() as proxy:
        answer = exchange(proxy, b"CONNECT example.com:443 HTTP/1.1\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 403 ")


@pytest.mark.parametrize("status", [407, 502])
def test_a_proxy_that_declines(certificates: Certificates, status: int) -> None:
    with FaultServer(tls=certificates.good) as server, ProxyServer(faults.answer(status)) as proxy:
        with pytest.raises(requests.exceptions.ProxyError, match=str(status)):
            post(server, proxies={"https": proxy.url}, verify=str(certificates.ca_path))
    assert (len(proxy.posts), server.connections) == (1, 0)


def test_a_proxy_that_refuses_to_be_connected_to(certificates: Certificates) -> None:
    with FaultServer(tls=certificates.good) as server, faults.closed_port() as url:
        with pytest.raises(requests.exceptions.ProxyError):
            post(server, proxies={"https": url})
    assert server.connections == 0
