# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which run of a sandbox a task speaks to: only a sandbox's address is asked, and only a good answer counts."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._core import exchange
from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import (
    Faults,
    MissingLibrary,
    VoipsmsError,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import Fingerprints
from ansible_collections.voip_communications.sms.plugins.module_utils._task import sandbox_run
from ansible_collections.voip_communications.sms.plugins.module_utils._task.ledger_options import read_inspect_options
from ansible_collections.voip_communications.sms.plugins.module_utils._task.open_ledger import of_this_run, read_ledger
from ansible_collections.voip_communications.sms.plugins.module_utils._task.sandbox_run import instance_of
from ansible_collections.voip_communications.sms.tests.support import fault_server as faults
from ansible_collections.voip_communications.sms.tests.support.fault_server import FaultServer
from ansible_collections.voip_communications.sms.tests.support.task_options import params

SANDBOX = "/api-v2/index.php/"
GOOD = faults.answer_raw(faults.whole(200, b'{"instance": "0a1b"}'))


def asked(server: FaultServer, **changes: Any) -> Any:
    """Return the options of a task for a server that stands where a sandbox does."""
    return params(api_url=server.origin + SANDBOX, **changes)


def test_a_sandbox_is_asked_and_gets_no_credential() -> None:
    with FaultServer([GOOD]) as server:
        assert instance_of(asked(server)) == "0a1b"
    (request,) = server.posts
    assert (request.method, request.path, request.body) == ("GET", "/sandbox/instance", b"")
    assert "authorization" not in request.headers


def test_nothing_but_the_address_of_a_sandbox_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The service itself gets no additional request, and can name no run."""
    monkeypatch.setattr(sandbox_run, "Http", None)
    others = [
        "https://voip-communications.net/api-v2/index.php/",
        "http://192.0.2.1:8025/api-v2/index.php/",
        "https://127.0.0.1:8025/api-v2/index.php/",
        "http://127.0.0.1:8025/",
        "http://127.0.0.1:8025/gateway/api-v2/index.php/",
        "http://user:password@127.0.0.1:8025/api-v2/index.php/",
        "http://127.0.0.1:port/api-v2/index.php/",
        "http://[::1/api-v2/index.php/",
    ]
    assert [url for url in others if instance_of(params(api_url=url))] == []


@pytest.mark.parametrize(
    "behaviour",
    [
        faults.answer(404),
        faults.answer_raw(faults.whole(404, b'{"instance": "0a1b"}')),
        faults.answer_raw(faults.whole(200, b"<html>")),
        faults.answer_raw(faults.whole(200, b'["0a1b"]')),
        faults.answer_raw(faults.whole(200, b'{"instance": 1}')),
        faults.answer_raw(faults.whole(200, b'{"instance": ""}')),
        faults.answer_raw(faults.whole(200, b'{"instance": "0a 1b"}')),
        faults.answer_raw(faults.whole(200, b'{"instance": "%s"}' % (b"0" * 65))),
    ],
    ids=str,
)
def test_whatever_else_answers_there_is_no_run_of_a_sandbox(behaviour: faults.Behaviour) -> None:
    with FaultServer([behaviour]) as server:
        options = asked(server, timeout=0.3)
        assert instance_of(options) == ""
    before = read_ledger(options, Faults())
    assert before[1] == Fingerprints.of(None, "key", rehearsal="")


SLOW = [
    faults.answer(500),
    faults.answer(503),
    faults.answer(429),
    faults.read_then_close(),
    faults.silent(),
    faults.drip_headers(0.05),
]
"""What a sandbox on a machine with much else to do may look like, and a proxy or a forwarder before it."""


@pytest.mark.parametrize("behaviour", SLOW, ids=str)
def test_a_sandbox_that_does_not_answer_is_asked_again(behaviour: faults.Behaviour) -> None:
    """Its messages were those of another account otherwise, in which the same one would be sent again."""
    with FaultServer([behaviour, GOOD]) as server:
        assert instance_of(asked(server, timeout=0.5, deadline=30)) == "0a1b"
    assert len(server.posts) == 2


@pytest.mark.parametrize("behaviour", SLOW, ids=str)
def test_a_sandbox_that_never_answers_is_not_taken_for_another(behaviour: faults.Behaviour) -> None:
    with FaultServer([], default=behaviour) as server:
        options = asked(server, timeout=0.3, deadline=1, ledger="/tmp/ledger")
        with pytest.raises(VoipsmsError, match=r"did not say which of its runs it is .+; run the task again"):
            of_this_run(options, *read_ledger(options, Faults()))


def test_where_nothing_listens_is_no_sandbox() -> None:
    with faults.closed_port() as url:
        address = url.replace(faults.BASE_PATH, SANDBOX)
        assert address.endswith(SANDBOX)
        assert instance_of(params(api_url=address)) == ""


def test_a_missing_library_is_not_taken_for_a_missing_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    """The ledger's modules send nothing, and would look into the account of no run otherwise."""
    monkeypatch.setattr(exchange, "REQUESTS_ERROR", "no module")
    with pytest.raises(MissingLibrary):
        instance_of(params(api_url=f"http://127.0.0.1:1{SANDBOX}"))


def test_each_run_has_an_account_of_its_own() -> None:
    with FaultServer([GOOD]) as server:
        options = asked(server, ledger="/tmp/ledger")
        ledger, fingerprints = of_this_run(options, *read_ledger(options, Faults()))
    assert (ledger.name, fingerprints) == ("/tmp/ledger", Fingerprints.of(None, "key", rehearsal="0a1b"))
    accounts = [Fingerprints.of("same", "key", rehearsal=run).account for run in (None, "", "0a1b", "0a1c")]
    assert len(set(accounts)) == len(accounts)


def test_no_ledger_needs_no_run_and_options_with_faults_ask_no_one() -> None:
    with FaultServer() as server:
        options = asked(server, ledger="none")
        of_this_run(options, *read_ledger(options, Faults()))
        wrong = {"max_rows": 0, "states": None, "key": None, "to": None}
        with pytest.raises(Exception, match="max_rows"):
            read_inspect_options(asked(server, **wrong))
    assert server.connections == 0
