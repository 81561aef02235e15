# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several batches at once: how many, in which order they are told of, and what one does to the others."""

from __future__ import annotations

import contextlib
import threading
from collections import Counter
from pathlib import Path

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._send.delivery import AT_A_TIME
from ansible_collections.voip_communications.sms.tests.support import fault_server as faults
from ansible_collections.voip_communications.sms.tests.support.fault_server import (
    Behaviour,
    Connection,
    FaultServer,
)
from ansible_collections.voip_communications.sms.tests.support.playbook import Controller

MANY = [f"+128123456{number:02d}" for number in range(2 * AT_A_TIME + 5)]


class Crowd:
    """A good provider that answers its first requests together, once so many are there, and counts those at once."""

    def __init__(self, together: int) -> None:
        self.most = 0
        self._here = 0
        self._first = threading.Barrier(together, timeout=20)
        self._waiting = together
        self._counting = threading.Lock()

    def play(self, connection: Connection) -> None:
        """Answer one request."""
        connection.read_request()
        with self._counting:
            self._here += 1
            self.most = max(self.most, self._here)
            is_among_the_first = self._waiting > 0
            self._waiting -= 1
        if is_among_the_first:
            self._first.wait()
        with self._counting:
            self._here -= 1
        faults.ok().play(connection)


@pytest.fixture
def user(tmp_path: Path) -> Controller:
    user = Controller(tmp_path / "user", api_key="key", api_password="password", deadline=60, batch_size=1)
    user.options["ledger"] = str(user.ledger)
    return user


def test_so_many_are_under_way_at_once_and_no_more_and_the_results_are_in_order(user: Controller) -> None:
    crowd = Crowd(AT_A_TIME)
    with FaultServer(default=Behaviour("crowd", crowd.play, accepted=True)) as server:
        result = user.send(api_url=server.url, to=MANY, msg="Hello")
    assert result["outcome"] == "sent", result["msg"]
    assert crowd.most == AT_A_TIME
    assert [each["to"] for each in result["results"]] == MANY
    assert [each["smsids"][0] for each in result["results"]] == result["smsids"]
    assert result["requests"] == len(MANY)
    assert Counter(server.accepted) == Counter(number.lstrip("+") for number in MANY)


def test_requests_that_are_too_many_are_made_again_one_after_the_other(user: Controller) -> None:
    """A service that takes one request at a time, and asks for a second's patience else."""
    serving, counting = threading.Lock(), threading.Lock()
    together = threading.Barrier(AT_A_TIME, timeout=20)
    begun: list[Connection] = []

    def play(connection: Connection) -> None:
        connection.read_request()
        with counting:
            begun.append(connection)
            is_among_the_first = len(begun) <= AT_A_TIME
        if is_among_the_first:
            together.wait()
            faults.retry_after("1").play(connection)
        elif serving.acquire(blocking=False):
            with contextlib.suppress(faults.ClientGoneError):
                connection.pause(0.05)
            serving.release()
            faults.ok().play(connection)
        else:
            faults.retry_after("86400").play(connection)

    with FaultServer(default=Behaviour("one at a time", play)) as server:
        result = user.send(api_url=server.url, to=MANY, msg="Hello")
        assert result["outcome"] == "sent", result["msg"]
        assert len(server.posts) == len(MANY) + AT_A_TIME


def test_credentials_that_are_refused_are_not_tried_on_every_batch(user: Controller) -> None:
    with FaultServer(default=faults.answer(401, "{}")) as server:
        result = user.send(api_url=server.url, to=MANY, msg="Hello")
    assert (result["failed"], result["outcome"]) == (True, "not_sent")
    assert (len(server.posts), result["requests"]) == (1, 1)
    with FaultServer() as good:
        assert user.send(api_url=good.url, to=MANY, msg="Hello")["outcome"] == "sent", "no row was left"


def test_a_first_answer_that_never_comes_does_not_keep_the_other_batches(user: Controller) -> None:
    with FaultServer([faults.read_then_silent()]) as server:
        result = user.send(api_url=server.url, to=MANY, msg="Hello", deadline=8)
        outcomes = Counter(each["outcome"] for each in result["results"])
    assert outcomes == {"sent": len(MANY) - 1, "unknown": 1}, result["msg"]
