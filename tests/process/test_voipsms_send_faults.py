# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module as Ansible starts it, against a service that breaks in every way: what it says, keeps, and does next.

After each fault: at most one accepted message, never success where the outcome is unknown, no secret in what was
printed or kept, no traceback, and an end within the deadline. The same task again sends only what is proven not sent.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.tests.support import fault_server as faults
from ansible_collections.voip_communications.sms.tests.support.canary import (
    ECHOES,
    KEY,
    PASSWORD,
    assert_absent,
    assert_nothing_kept,
)
from ansible_collections.voip_communications.sms.tests.support.fault_server import (
    Behaviour,
    Connection,
    FaultServer,
    ProxyServer,
    Received,
)
from ansible_collections.voip_communications.sms.tests.support.people import ANNA
from ansible_collections.voip_communications.sms.tests.support.playbook import Controller
from ansible_collections.voip_communications.sms.tests.support.tls import Certificates

TIMES: dict[str, Any] = {"timeout": 0.5, "deadline": 1.5}
SLACK = 6.0  # of a busy machine that starts a process
MARK = "{{ 7 * 6 }} \x1b[31m"  # a template and a terminal escape


@pytest.fixture
def user(tmp_path: Path) -> Controller:
    user = Controller(tmp_path / "user", api_key=KEY, api_password=PASSWORD, **TIMES)
    user.options["ledger"] = str(user.ledger)
    return user


def send(user: Controller, url: str, **options: Any) -> dict[str, Any]:
    """Run the task once: within its time, without a traceback, and without showing a secret anywhere."""
    begin = time.monotonic()
    run = user.module(**{"api_url": url, "to": ANNA, "msg": "Hello", **options})
    assert time.monotonic() - begin < user.options["deadline"] + SLACK
    printed = run.stdout + run.stderr
    assert "Traceback" not in printed
    assert MARK not in printed
    assert "\x1b" not in str(run.result["results"])
    # The options that Ansible gave the module come back in `invocation`; there it is Ansible that masks them.
    assert_absent(str({name: value for name, value in run.result.items() if name != "invocation"}))
    assert_nothing_kept(user.home)
    return run.result


def assert_stands(user: Controller, server: FaultServer, first: dict[str, Any], outcome: str) -> None:
    """Check that the first run ended as it should, and that the second one sends unless the first may have."""
    assert (first["failed"], first["outcome"]) == (True, outcome), first["msg"]
    assert first["failed_to"] == [ANNA]
    sentence = "may have been sent" if outcome == "unknown" else "nothing was sent"
    assert sentence in first["msg"]
    accepted, posts = len(server.accepted), len(server.posts)
    second = send(user, server.url, ca_path=user.options.get("ca_path"))
    if outcome == "unknown":
        assert (second["failed"], second["changed"], second["outcome"]) == (True, False, "unknown"), second["msg"]
        assert len(server.posts) == posts
    else:
        assert accepted == 0
        assert second["outcome"] == "sent", second["msg"]
    assert len(server.accepted) <= 1


def record(**changes: object) -> Behaviour:
    """Answer with a record that is wrong in some way, although the provider took the message."""

    def records(request: Received) -> list[dict[str, object]]:
        return [faults.record_for(request, to, **changes) for to in request.recipients]

    return faults.send_log(records).accepting()


def named(behaviour: Behaviour, name: str) -> Behaviour:
    return replace(behaviour, name=name)


def beside(**fields: object) -> Behaviour:
    """Good records, in an envelope that says something else; the provider took the message."""

    def compose(request: Received) -> object:
        return {**fields, "send_log": faults.records_for(request)}

    return faults.answer_json(compose).accepting()


SAYING_FAILURE: list[dict[str, Any]] = [
    *({"error": "yes"}, {"code": 5}, {"errors": ["no credit"]}, {"status": False}, {"success": False}),
]


def echoing(status: int) -> Behaviour:
    return faults.answer_json({"error": True, "error_message": " ".join([*ECHOES, MARK])}, status)


UNKNOWN = [
    faults.read_then_reset(accepted=True),
    faults.read_then_reset(),
    faults.read_then_close(accepted=True),
    faults.read_then_silent(accepted=True),
    faults.read_then_silent(),
    faults.stalled_headers().accepting(),
    faults.drip_headers(0.1).accepting(),
    faults.drip_body(0.1).accepting(),
    faults.truncated().accepting(),
    faults.broken_chunk().accepting(),
    faults.garbage().accepting(),
    faults.huge_header().accepting(),
    faults.gzip_bomb().accepting(),
    faults.endless_body().accepting(),
    echoing(500).accepting(),
    faults.answer(502, "<html>Bad Gateway</html>").accepting(),
    faults.answer(409).accepting(),
    faults.redirect(302, f"http://127.0.0.1:1/{MARK}").accepting(),
    faults.answer(200, "").accepting(),
    faults.answer_json(None).accepting(),
    faults.answer(200, "[" * 200_000).accepting(),
    faults.answer_json({"send_log": "all"}).accepting(),
    faults.answer_json({"send_log": []}).accepting(),
    record(smsid=""),
    record(smsid=PASSWORD),
    record(code=None, code_desc=MARK),
    record(to="19995550100"),
    named(record(status="FAILED"), "status FAILED"),
    named(record(status="ERROR"), "status ERROR"),
    named(record(error=True), "record with an error"),
    *(named(beside(**fields), f"records beside {fields}") for fields in SAYING_FAILURE),
]
NOT_SENT = [
    faults.answer(400, "{}"),
    echoing(401),
    echoing(403),
    faults.answer(404, "<html>"),
    faults.answer(413),
    faults.early(401),
    faults.answer_json({"error": True, "error_message": MARK}),
    faults.redirect(307, "/faults/index.php/sms/send"),
    faults.redirect(308, f"http://{KEY}:{PASSWORD}@127.0.0.1:1/"),
    faults.retry_after("3600"),
    faults.retry_after("soon"),
    faults.echo_authorization(),
]


@pytest.mark.parametrize("behaviour", UNKNOWN, ids=str)
def test_what_may_have_been_sent_is_not_sent_again(behaviour: Behaviour, user: Controller) -> None:
    with FaultServer([behaviour]) as server:
        first = send(user, server.url)
        assert first["changed"] is True
        assert_stands(user, server, first, "unknown")
        assert (server.connections, len(server.posts)) == (1, 1)


@pytest.mark.parametrize("behaviour", NOT_SENT, ids=str)
def test_what_is_refused_whole_is_sent_by_the_next_run(behaviour: Behaviour, user: Controller) -> None:
    with FaultServer([behaviour]) as server:
        first = send(user, server.url)
        assert (first["changed"], len(server.posts)) == (False, 1)
        assert_stands(user, server, first, "not_sent")


def test_a_short_retry_after_is_waited_for_once(user: Controller) -> None:
    with FaultServer([faults.retry_after("1")]) as server:
        assert send(user, server.url, deadline=20)["outcome"] == "sent"
        assert (len(server.posts), len(server.accepted)) == (2, 1)


def test_a_connection_that_ends_at_once_twice_is_never_sent_twice(user: Controller) -> None:
    """That what provably was not sent is tried again is shown by test_delivery, where nothing races."""
    with FaultServer([faults.close_at_once()] * 2) as server:
        result = send(user, server.url, deadline=20)
        # Whether the body had begun when the connection ended is a race; both findings are true.
        assert result["outcome"] in ("sent", "unknown")
        assert len(server.accepted) <= 1


def test_one_record_that_is_refused_and_terminal_escapes_in_its_reason(user: Controller) -> None:
    with FaultServer([faults.send_log(lambda request: [faults.record_for(request, to, code=404, code_desc=MARK)
                                                       for to in request.recipients])]) as server:  # fmt: skip
        result = send(user, server.url)
        assert (result["failed"], result["outcome"], result["results"][0]["code"]) == (True, "refused", 404)
        assert send(user, server.url)["outcome"] == "sent"


def test_the_second_of_three_batches_dies(user: Controller) -> None:
    numbers = [f"+1281234567{digit}" for digit in range(3)]

    def play(connection: Connection) -> None:
        if connection.read_request().recipients == [numbers[1].lstrip("+")]:
            connection.reset()
        else:
            faults.ok().play(connection)

    with FaultServer(default=Behaviour("the second dies", play, accepted=True)) as server:
        first = send(user, server.url, to=numbers, batch_size=1)
        assert [each["outcome"] for each in first["results"]] == ["sent", "unknown", "sent"]
        assert (first["failed"], first["outcome"]) == (True, "partial")
        second = send(user, server.url, to=numbers, batch_size=1)
        assert [each["outcome"] for each in second["results"]] == ["duplicate", "unknown", "duplicate"]
        assert len(server.posts) == len(server.accepted) == 3


class TestTls:
    @pytest.mark.parametrize("kind", ["wrong_host", "unknown_authority", "expired"])
    def test_a_bad_certificate_sends_nothing(self, kind: str, user: Controller, certificates: Certificates) -> None:
        with FaultServer(tls=getattr(certificates, kind)) as server:
            result = send(user, server.url, ca_path=str(certificates.ca_path))
            assert (result["failed"], result["outcome"], server.posts) == (True, "not_sent", [])
            assert "certificate" in result["msg"]
            assert "nothing was sent" in result["msg"]

    @pytest.mark.parametrize(
        ("behaviour", "outcome"),
        [
            (faults.handshake_hang(), "not_sent"),
            (faults.handshake_reset(), "not_sent"),
            (faults.plain_http_on_tls(), "not_sent"),
            (faults.tls_corrupt_after_request(accepted=True), "unknown"),
            (faults.tls_cut_after_request(accepted=True), "unknown"),
        ],
        ids=str,
    )
    def test_tls_that_breaks(
        self, behaviour: Behaviour, outcome: str, user: Controller, certificates: Certificates
    ) -> None:
        user.options["ca_path"] = str(certificates.ca_path)
        with FaultServer([behaviour] * 4 if outcome == "not_sent" else [behaviour], tls=certificates.good) as server:
            first = send(user, server.url)
            assert len(server.posts) == (1 if outcome == "unknown" else 0)
            assert (first["failed"], first["outcome"]) == (True, outcome), first["msg"]
            assert len(server.accepted) <= 1

    def test_no_library_speaks_of_certificates_that_are_not_checked(
        self, user: Controller, certificates: Certificates
    ) -> None:
        with FaultServer(tls=certificates.unknown_authority) as server:
            run = user.play(user.task(api_url=server.url, validate_certs=False, to=ANNA, msg="Hello"))
        assert run.only["outcome"] == "sent"
        assert "InsecureRequestWarning" not in run.everything


@contextmanager
def through(proxy: str, user: Controller) -> Iterator[None]:
    """Route every process of the user through a proxy that wants credentials."""
    user.environment["HTTPS_PROXY"] = proxy.replace("http://", "http://ann:canary-proxy@")
    yield
    del user.environment["HTTPS_PROXY"]


@pytest.mark.parametrize(
    "behaviour", [faults.answer(407), faults.answer(502), faults.read_then_close(), faults.garbage()], ids=str
)
def test_a_proxy_that_fails_sends_nothing_and_is_not_quoted(
    behaviour: Behaviour, user: Controller, certificates: Certificates
) -> None:
    user.options["ca_path"] = str(certificates.ca_path)
    with FaultServer(tls=certificates.good) as server, ProxyServer(behaviour) as proxy:
        with through(proxy.url, user):
            result = send(user, server.url)
        assert (result["failed"], result["outcome"], server.connections) == (True, "not_sent", 0)
        assert "nothing was sent" in result["msg"]
        assert "canary-proxy" not in str(result)
        assert send(user, server.url)["outcome"] == "sent"


@pytest.mark.parametrize("url", ["https://sms.invalid/", "blackhole", "closed"])
def test_a_service_that_cannot_be_reached(url: str, user: Controller) -> None:
    with faults.blackhole() as black, faults.closed_port() as closed, FaultServer() as server:
        result = send(user, {"blackhole": black, "closed": closed}.get(url, url))
        assert_stands(user, server, result, "not_sent")


def test_credentials_of_netrc_are_not_used(user: Controller) -> None:
    netrc = user.home / ".netrc"
    netrc.write_text("machine 127.0.0.1 login mallory password elsewhere\n", encoding="ascii")
    netrc.chmod(0o600)
    with FaultServer() as server:
        result = user.send(api_url=server.url, to=ANNA, msg="Hello")
        assert result["outcome"] == "sent"
        (post,) = server.posts
        assert "bWFsbG9yeTplbHNld2hlcmU" not in post.headers["authorization"]  # mallory:elsewhere in base64
