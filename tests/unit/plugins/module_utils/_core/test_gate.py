# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A request without a body leaves only with a permission that is asked for when its connection is open."""

from __future__ import annotations

import itertools
import time
from pathlib import Path
from typing import Any

import pytest
from requests.adapters import HTTPAdapter

from ansible_collections.voip_communications.sms.plugins.module_utils._core.exchange import Http, Lost, NotSent, Service
from ansible_collections.voip_communications.sms.plugins.module_utils._core.gate import Gate, GateClosed
from ansible_collections.voip_communications.sms.tests.support import fault_server as faults
from ansible_collections.voip_communications.sms.tests.support.fault_server import FaultServer, ProxyServer
from ansible_collections.voip_communications.sms.tests.support.tls import Certificates

PAUSE = 0.2
"""Seconds in which a request would have arrived that did not wait for its permission."""


@pytest.fixture(params=["requests", "requests below 2.32", "requests 2.32.0"])
def any_requests(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let ``requests`` ask for the pool of connections as it does now, as it did before, and by a way of its own."""
    if request.param == "requests" or not hasattr(HTTPAdapter, "get_connection_with_tls_context"):
        return  # "make oldest" has a real one of the others

    def get_connection(self: Any, message: Any, verify: Any, proxies: Any = None, cert: Any = None) -> Any:
        if request.param == "requests 2.32.0":
            return self.poolmanager.connection_from_url(message.url)
        return self.get_connection(message.url, proxies)

    monkeypatch.setattr(HTTPAdapter, "get_connection_with_tls_context", get_connection)


def http(url: str, ca_path: Path | None = None) -> Http:
    return Http(Service(url=url, user="user", password="secret", timeout=5, verify=str(ca_path) if ca_path else True))


def forbidden() -> bool:
    raise AssertionError("no permission is to be asked for")


@pytest.mark.usefixtures("any_requests")
@pytest.mark.filterwarnings("ignore:.*get_connection.*:DeprecationWarning")
@pytest.mark.parametrize("is_permitted", [True, False])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_the_permission_is_asked_for_with_an_open_connection_before_the_first_byte(
    certificates: Certificates, scheme: str, is_permitted: bool
) -> None:
    seen: list[tuple[int, int]] = []

    def permits() -> bool:
        time.sleep(PAUSE)
        seen.append((server.connections, len(server.posts)))
        return is_permitted

    with FaultServer(tls=certificates.good if scheme == "https" else None) as server:
        client = http(server.url, certificates.ca_path)
        if is_permitted:
            assert client.request_if("DELETE", "sms/scheduled/a", 10, permits).status == 200
        else:
            with pytest.raises(NotSent, match="the request was no longer allowed"):
                client.request_if("DELETE", "sms/scheduled/a", 10, permits)
            time.sleep(PAUSE)
    assert seen == [(1, 0)]
    assert [request.method for request in server.posts] == (["DELETE"] if is_permitted else [])
    assert server.handshake_errors == []


def test_the_tunnel_of_a_proxy_is_made_before_the_permission(
    certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FaultServer(tls=certificates.good) as server, ProxyServer() as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        client = http(server.url, certificates.ca_path)
        with pytest.raises(NotSent, match="no longer allowed"):
            client.request_if("DELETE", "a", 10, lambda: False)
        assert (server.connections, server.posts) == (1, [])
        assert client.request_if("DELETE", "a", 10, lambda: True).status == 200
    assert [request.method for request in server.posts] == ["DELETE"]


@pytest.mark.parametrize("behaviour", [faults.handshake_hang(), faults.handshake_reset()], ids=str)
def test_nothing_is_asked_for_while_the_connection_is_not_open(
    behaviour: faults.Behaviour, certificates: Certificates
) -> None:
    with FaultServer([behaviour], tls=certificates.good) as server:
        with pytest.raises(NotSent):
            http(server.url, certificates.ca_path).request_if("DELETE", "a", 0.5, forbidden)
    assert server.posts == []


def test_what_is_given_up_while_connecting_is_not_sent() -> None:
    with faults.blackhole() as url, pytest.raises(NotSent, match="within the deadline"):
        http(url).request_if("DELETE", "a", 0.5, forbidden)
    with faults.closed_port() as url, pytest.raises(NotSent, match="refused the connection") as caught:
        http(url).request_if("DELETE", "a", 5, forbidden)
    assert caught.value.passing


def test_what_is_given_up_before_the_permission_never_leaves() -> None:
    """The connection came about too late; its thread was abandoned."""
    gate = Gate(forbidden)
    assert gate.withdraw()
    with pytest.raises(GateClosed):
        gate.admit()
    assert not gate.has_passed


def test_what_was_permitted_may_have_been_carried_out() -> None:
    asked = itertools.count(1)
    gate = Gate(lambda: next(asked) == 1)
    gate.admit()
    gate.admit()
    assert next(asked) == 2
    assert not gate.withdraw()
    with FaultServer([faults.read_then_reset(), faults.read_then_silent(), faults.answer(500)]) as server:
        for seconds in (10, 0.5):
            with pytest.raises(Lost):
                http(server.url).request_if("DELETE", "a", seconds, lambda: True)
        assert http(server.url).request_if("DELETE", "a", 10, lambda: True).status == 500
    assert len(server.posts) == 3


def test_a_permission_that_cannot_be_had_is_none() -> None:
    def permits() -> bool:
        raise OSError("secret")

    with FaultServer() as server:
        with pytest.raises(NotSent) as caught:
            http(server.url).request_if("DELETE", "a", 10, permits)
        time.sleep(PAUSE)
    assert "secret" not in str(caught.value)
    assert server.posts == []
