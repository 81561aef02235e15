# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The event source with a list as its queue: options, looks, outages, wrong credentials, and the doorbell."""

from __future__ import annotations

import asyncio
import importlib.util
import logging
import socket
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from ansible_collections.voip_communications.sms.extensions.eda.plugins.event_source import inbox
from ansible_collections.voip_communications.sms.plugins.module_utils._api.client import Denied
from ansible_collections.voip_communications.sms.plugins.module_utils._api.log import LogRecord
from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import InputError, VoipsmsError
from ansible_collections.voip_communications.sms.plugins.module_utils._message import numbers
from ansible_collections.voip_communications.sms.plugins.module_utils._notify import doorbell
from ansible_collections.voip_communications.sms.plugins.module_utils._notify import inbox as looks
from ansible_collections.voip_communications.sms.plugins.module_utils._task.account import Account
from ansible_collections.voip_communications.sms.plugins.module_utils._task.inbox_options import read_inbox_options
from ansible_collections.voip_communications.sms.tests.support.people import ANN, ANNA

NEEDS_AIOHTTP = pytest.mark.skipif(
    importlib.util.find_spec("aiohttp") is None,
    reason="aiohttp is not in this environment; ansible-rulebook brings it, and so does make unit",
)


class Queue(list[Any]):
    """A queue that is a list. ``wait_for`` returns when it has that many events."""

    async def put(self, event: Any) -> None:
        """Add an event."""
        self.append(event)

    async def wait_for(self, count: int) -> None:
        """Wait for events."""
        await until(lambda: len(self) >= count)

    @property
    def texts(self) -> list[str]:
        """The texts of the events."""
        return [event["sms"]["text"] for event in self]


class Service:
    """A message log, newest first. ``error`` is raised by every look while it is set."""

    def __init__(self) -> None:
        self.records: list[LogRecord] = []
        self.error: VoipsmsError | None = None
        self.requests = 0

    def add(self, text: str) -> None:
        number = str(len(self.records))
        date = f"2026-12-01 10:00:{number:0>2}"
        self.records.append(LogRecord(number, "in", "1", ANN, text, None, date, None, None, None))

    def log_page(self, number: int, _seconds: float) -> list[LogRecord]:
        self.requests += 1
        if self.error is not None:
            raise self.error
        return self.records[::-1] if number == 0 else []

    @staticmethod
    def safe_text(text: str) -> str:
        return text


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("API_KEY", "API_PASSWORD", "API_PASSWORD_FILE", "API_URL", "CONTACTS", "STATE_FILE"):
        monkeypatch.delenv(f"VOIPSMS_{name}", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "xdg"))


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Service:
    service = Service()
    service.add("old 1")
    service.add("old 2")
    monkeypatch.setattr(Account, "api", lambda _account: service)
    return service


@pytest.fixture
def args(tmp_path: Path) -> dict[str, Any]:
    return {
        "api_key": "key",
        "api_password": "password",
        "contacts": [{"name": "anna", "number": ANNA}],
        "state_file": str(tmp_path / "inbox.json"),
        "interval": 1,
        "eda_feedback_queue": object(),
    }


def run(args: dict[str, Any], queue: Queue, act: Callable[[], Awaitable[Any]]) -> None:
    """Run the source until the act is over; raise what the source raises."""

    async def both() -> None:
        source = asyncio.ensure_future(inbox.main(queue, args))  # type: ignore[arg-type]  # a list is all it needs
        acting = asyncio.ensure_future(act())
        await asyncio.wait({source, acting}, return_when=asyncio.FIRST_COMPLETED, timeout=60)
        for task in (acting, source):
            task.cancel()
        results = await asyncio.gather(source, acting, return_exceptions=True)
        for result in results:
            if isinstance(result, Exception):
                raise result

    asyncio.run(both())


async def until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110 - what is waited for happens in threads, which set no event
        await asyncio.sleep(0.01)


def test_events_once_across_a_restart(args: dict[str, Any], service: Service) -> None:
    queue = Queue()

    async def first() -> None:
        await until(lambda: service.requests > 0 and Path(args["state_file"]).exists())
        service.add("new 1")
        service.add("new 2")
        await queue.wait_for(2)

    async def second() -> None:
        await queue.wait_for(3)
        requests_made = service.requests
        await until(lambda: service.requests > requests_made)

    run(args, queue, first)
    service.add("meanwhile")
    run(args, queue, second)
    assert queue.texts == ["new 1", "new 2", "meanwhile"]
    assert queue[0]["sms"]["known"] is True


def test_an_outage_never_ends_the_source(
    args: dict[str, Any], service: Service, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    queue = Queue()
    monkeypatch.setattr(looks, "LONGEST_PAUSE", 1.0)
    service.error = VoipsmsError("no connection")

    async def act() -> None:
        await until(lambda: service.requests >= 2)
        service.error = None
        await until(lambda: Path(args["state_file"]).exists())
        service.add("new")
        service.error = Denied("not any more", passing=False)
        made = service.requests
        await until(lambda: service.requests > made)
        service.error = None
        await queue.wait_for(1)

    with caplog.at_level(logging.WARNING):
        run(args, queue, act)
    assert queue.texts == ["new"]
    assert "inbox: no connection; the next look is in 1 s" in caplog.text
    assert "can be read again" in caplog.text


def test_a_defect_does_not_end_the_source_nor_show_what_it_holds(
    args: dict[str, Any], service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    queue = Queue()
    service.error = ValueError("a password")  # type: ignore[assignment]  # what no one expects

    async def act() -> None:
        await until(lambda: service.requests > 0)
        service.error = None
        await until(lambda: Path(args["state_file"]).exists())
        service.add("new")
        await queue.wait_for(1)

    with caplog.at_level(logging.WARNING):
        run(args, queue, act)
    assert queue.texts == ["new"]
    assert "internal error ValueError at" in caplog.text
    assert "a password" not in caplog.text


def test_wrong_credentials_end_it_at_the_start(args: dict[str, Any], service: Service) -> None:
    service.error = Denied("check api_key and api_password", passing=False)
    with pytest.raises(InputError, match="cannot begin: check api_key and api_password"):
        run(args, Queue(), lambda: asyncio.sleep(60))


def test_a_message_is_noted_when_it_has_been_handed_over(args: dict[str, Any], service: Service) -> None:
    """A queue that is full holds the source up; what it could not hand over is handed over by the next one."""
    queue, full = Queue(), asyncio.Queue[Any](1)

    async def put(event: Any) -> None:
        queue.append(event)
        await full.put(event)

    async def first() -> None:
        await until(lambda: Path(args["state_file"]).exists())
        service.add("one")
        service.add("two")
        await queue.wait_for(2)

    queue.put = put  # type: ignore[method-assign]  # as a full queue does
    run(args, queue, first)
    assert queue.texts == ["one", "two"]
    again = Queue()
    run(args, again, lambda: again.wait_for(1))
    assert again.texts == ["two"]


# Options ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"interval": 0.5}, "interval must be from 1 to 86400"),
        ({"contacts": None}, "there are no contacts"),
        ({"api_key": None}, "api_key is missing"),
        ({"contacts": [{"name": "1"}]}, "looks like a number"),
        ({"state_file": "~no-such-user/inbox.json"}, "state_file begins with ~"),
        ({"intervall": 3}, "intervall is called interval here"),
        ({"strangers": "perhaps"}, "strangers"),
        ({"doorbell": {"port": 0}}, "port of doorbell must be from 1 to 65535"),
        ({"doorbell": {"port": 80, "path": "sms"}}, "path of doorbell must begin with /"),
        ({"doorbell": {"port": 80, "path": "/{name}"}}, "path of doorbell must begin with /"),
        ({"doorbell": {"path": "/"}}, "missing required arguments: port"),
    ],
)
def test_wrong_options_are_named(args: dict[str, Any], changed: dict[str, Any], fault: str) -> None:
    with pytest.raises(InputError) as refused:
        read_inbox_options({**args, **changed})
    assert fault in str(refused.value)
    assert "password'" not in str(refused.value)


def test_options_come_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("VOIPSMS_API_KEY", "key")
    monkeypatch.setenv("VOIPSMS_API_PASSWORD", "password")
    monkeypatch.setenv("VOIPSMS_API_URL", "http://127.0.0.1:9/")
    options = read_inbox_options({"strangers": True, "doorbell": {"port": 8089, "path": "/sms"}})
    assert options.account.service.url == "http://127.0.0.1:9/"
    assert (options.interval, options.sender.takes_strangers) == (30.0, True)
    assert options.state_file == str(tmp_path / "xdg" / "voipsms" / "inbox.json")
    assert options.doorbell == ("127.0.0.1", 8089, "/sms")


@pytest.mark.usefixtures("service")
def test_a_library_that_is_missing_is_named(args: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(numbers, "PHONENUMBERS_ERROR", "traceback")
        with pytest.raises(InputError, match=r"phonenumbers cannot be imported"):
            run(args, Queue(), lambda: asyncio.sleep(60))
    monkeypatch.setattr(doorbell, "AIOHTTP_ERROR", "traceback")
    with pytest.raises(InputError, match=r"aiohttp cannot be imported.*pip install aiohttp"):
        run({**args, "doorbell": {"port": 8089}}, Queue(), lambda: asyncio.sleep(60))


# Doorbell ---------------------------------------------------------------------------------------------------


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@NEEDS_AIOHTTP
def test_rings_make_it_look_at_once_and_coalesce(args: dict[str, Any], service: Service, port: int) -> None:
    """500 rings with whatever in them, while the usual look is far away."""
    queue = Queue()
    url = f"http://127.0.0.1:{port}"
    counted: list[int] = []

    def ring(times: int) -> None:
        with requests.Session() as session:
            for number in range(times):
                answer = session.post(f"{url}/sms", data=b"{{ 1 }}\xff" * number, timeout=10)
                assert (answer.status_code, answer.content) == (204, b"")

    async def act() -> None:
        await until(lambda: Path(args["state_file"]).exists())
        answer = await asyncio.to_thread(requests.get, f"{url}/other", timeout=10)
        assert answer.status_code == 404
        made, begin = service.requests, time.monotonic()
        service.add("new")
        rung = asyncio.ensure_future(asyncio.to_thread(ring, 500))
        await queue.wait_for(1)
        await rung
        # A slow machine needs more than one pause for so many.
        counted.append(service.requests - made - int((time.monotonic() - begin) / looks.SHORTEST_PAUSE))

    run({**args, "interval": 3600, "doorbell": {"port": port, "path": "/sms"}}, queue, act)
    assert queue.texts == ["new"]
    assert counted[0] <= 2, counted


@NEEDS_AIOHTTP
def test_a_port_that_is_taken_is_named(args: dict[str, Any], service: Service, port: int) -> None:
    with socket.create_server(("127.0.0.1", port)):
        with pytest.raises(InputError, match=f"doorbell: nothing can listen on 127.0.0.1:{port}"):
            run({**args, "doorbell": {"port": port}}, Queue(), lambda: asyncio.sleep(60))
    assert service.requests == 0
