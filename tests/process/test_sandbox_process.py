# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox as a process: how it starts, serves many at once, and ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from ansible_collections.voip_communications.sms.tests.support.people import ANN
from ansible_collections.voip_communications.sms.tests.support.sandbox import Sandbox

COMMAND = [
    sys.executable,
    str(Path(__file__).absolute().parents[2] / "roles" / "sandbox" / "files" / "voipsms_sandbox"),
]


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(clock="2026-12-01T10:00:00Z") as started:
        yield started


def send(sandbox: Sandbox, to: str = ANN, **form: str) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False
        return session.post(
            f"{sandbox.url}sms/send",
            data={"to": to, "msg": "Hello", **form},
            auth=(sandbox.api_key, sandbox.api_password),
            timeout=30,
        )


def alive(pid: int) -> bool:
    """Tell whether a process exists, as anything but a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def gone_within(pid: int, seconds: float) -> bool:
    """Tell whether a process ends within the time."""
    end = time.monotonic() + seconds
    while alive(pid) and time.monotonic() < end:
        time.sleep(0.02)
    return not alive(pid)


def test_is_controlled_from_a_test(sandbox: Sandbox) -> None:
    assert sandbox.clock.startswith("2026-12-01T10:00:0")
    send(sandbox, delivery_date="2026-12-01 12:00")
    sandbox.set_clock("2026-12-01T17:59:00Z")
    assert [each["state"] for each in sandbox.messages()] == ["PENDING"]
    sandbox.advance(60)
    assert [each["state"] for each in sandbox.messages()] == ["SENT"]
    sandbox.order(status=503)
    assert send(sandbox).status_code == 503
    assert [each["status"] for each in sandbox.sends()] == [200, 503]
    assert sandbox.requests("sms/scheduled") == []
    sandbox.incoming(ANN, "17130000000", "Well")
    assert sandbox.messages()[-1]["inout"] == "IN"
    assert sandbox.settings(smsid="per-request")["smsid"] == "per-request"
    sandbox.reset()
    assert (sandbox.messages(), sandbox.settings()["smsid"]) == ([], "per-recipient")
    with pytest.raises(RuntimeError, match="There is no setting 'colour'"):
        sandbox.settings(colour="red")


def test_twenty_at_once_are_all_served(sandbox: Sandbox) -> None:
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _turn: send(sandbox), range(100)))
    smsids = {answer.json()["send_log"][0]["smsid"] for answer in answers}
    assert len(smsids) == len(sandbox.messages()) == len(sandbox.sends()) == 100
    assert [each["number"] for each in sandbox.sends()] == list(range(1, 101))


def test_latency_keeps_nobody_else_waiting(sandbox: Sandbox) -> None:
    sandbox.settings(latency=1)
    start = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _turn: send(sandbox), range(8)))
    assert 1 <= time.monotonic() - start < 6


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_ends_in_order_on_a_signal(number: signal.Signals) -> None:
    with Sandbox() as sandbox:
        os.kill(sandbox.pid, number)
        assert gone_within(sandbox.pid, 10)
        assert sandbox.errors() == ""
        assert sandbox.stop() == 0


def test_ends_with_whoever_started_it() -> None:
    """A test that is killed cannot stop its sandbox; the closed pipe does."""
    script = (
        "import os, signal\n"
        "from ansible_collections.voip_communications.sms.tests.support.sandbox import Sandbox\n"
        "print(Sandbox().start().pid, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    # The root of the collections, since only a test runner has it in its path.
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).absolute().parents[5])}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, stdout=subprocess.PIPE, text=True, check=False, timeout=60
    )
    assert done.returncode == -signal.SIGKILL
    assert gone_within(int(done.stdout), 10)


def listen(sandbox: Sandbox) -> socket.socket:
    """Open a page's stream of events and read the first to its end: closing with something unread would be a reset."""
    connection = socket.create_connection(("127.0.0.1", urlsplit(sandbox.url).port or 0), timeout=10)
    connection.sendall(b"GET /sandbox/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
    read_until(connection, b"}\n\n\r\n")
    return connection


def read_until(connection: socket.socket, wanted: bytes) -> None:
    read = b""
    while wanted not in read:
        part = connection.recv(65536)
        assert part, read
        read += part


def threads_of(sandbox: Sandbox) -> int:
    return len(list(Path(f"/proc/{sandbox.pid}/task").iterdir()))


def test_open_pages_keep_nobody_waiting_and_hear_of_all(sandbox: Sandbox) -> None:
    pages = [listen(sandbox) for _page in range(30)]
    start = time.monotonic()
    assert send(sandbox).status_code == 200
    for page in pages:
        read_until(page, b'"SENT"')
        page.close()
    # Without being told, they would look after ten seconds.
    assert time.monotonic() - start < 5


def test_a_page_that_is_closed_leaves_no_thread(sandbox: Sandbox) -> None:
    before = threads_of(sandbox)
    pages = [listen(sandbox) for _page in range(5)]
    assert threads_of(sandbox) >= before + 5
    for page in pages:
        page.close()
    # Whatever happens next is told, and there is nobody left to tell it to.
    sandbox.advance(1)
    end = time.monotonic() + 5
    while threads_of(sandbox) > before and time.monotonic() < end:
        time.sleep(0.02)
    assert threads_of(sandbox) <= before
    assert sandbox.errors() == ""


def test_ends_at_once_with_a_page_open() -> None:
    with Sandbox() as sandbox:
        page = listen(sandbox)
        os.kill(sandbox.pid, signal.SIGTERM)
        assert gone_within(sandbox.pid, 2)
        assert (sandbox.errors(), sandbox.stop()) == ("", 0)
        page.close()


def test_state_survives_even_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "state"
    with Sandbox(state=path, zone="Europe/Berlin") as first:
        send(first, delivery_date="2030-12-01 12:00")
        os.kill(first.pid, signal.SIGKILL)
        assert gone_within(first.pid, 10)
    with Sandbox(state=path) as second:
        assert [(each["to"], each["state"]) for each in second.messages()] == [(ANN, "PENDING")]
        assert len(second.sends()) == 1
        assert second.settings()["zone"] == "Europe/Berlin"


def test_says_nothing_but_the_ready_line(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [*COMMAND, "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path
    )
    try:
        assert process.stdout is not None
        url = process.stdout.readline().removeprefix("Sandbox ready at ").strip()
        assert requests.get(f"{url}cms/user", auth=("sandbox", "sandbox"), timeout=30).status_code == 200
    finally:
        process.terminate()
        output, errors = process.communicate(timeout=30)
    assert url.startswith("http://127.0.0.1:")
    assert (output, errors, process.returncode) == ("", "", 0)


def test_the_settings_of_the_list_and_the_log_are_options_too() -> None:
    wanted: dict[str, Any] = {
        "list_lag": 10,
        "cancelled_shown": 5,
        "hidden_before": 900,
        "cancel_delay": 2.5,
        "empty_lists": 1,
        "log_order": "oldest",
        "incoming_lag": 1.5,
        "page_size": 3,
    }
    with Sandbox(**wanted) as sandbox:
        assert sandbox.settings(list_lag=11).items() >= {**wanted, "list_lag": 11}.items()
        sandbox.reset()
        assert sandbox.settings().items() >= wanted.items()


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "example.com", "127.0.0.1.example.com"])  # noqa: S104 - refused
def test_serves_this_machine_only(host: str) -> None:
    done = subprocess.run([*COMMAND, "--host", host], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert "is not a loopback address" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--zone", "Mars/Olympus"], "time zone"),
        (["--clock", "soon"], "is not a date"),
        (["--list-lag", "soon"], "'list_lag' must be a number"),
        (["--empty-lists", "1.5"], "'empty_lists' must be a whole number"),
        (["--state", "/dev/null/state"], "state"),
        (["--port", "99999"], "--port 0"),
    ],
)
def test_what_cannot_be_started_says_why(arguments: list[str], word: str) -> None:
    done = subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (2, "")
    assert word in done.stderr
    assert "Traceback" not in done.stderr


def test_a_taken_port_says_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        arguments = ["--port", str(taken.getsockname()[1])]
        done = subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert done.stderr == f"Port {arguments[1]} of 127.0.0.1 cannot be used; --port 0 takes a free one\n"


def test_outside_a_collection_tree_it_says_what_is_wrong(tmp_path: Path) -> None:
    program = tmp_path / "a" / "b" / "c" / "d" / "e" / "__main__.py"
    program.parent.mkdir(parents=True)
    program.write_text((Path(COMMAND[1]) / "__main__.py").read_text(encoding="utf-8"), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(program.parent)],
        env={**os.environ, "PYTHONPATH": ""},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert "ansible_collections/voip_communications/sms" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_start_that_fails_is_told_to_the_test() -> None:
    with pytest.raises(RuntimeError, match="not the name of a time zone"):
        Sandbox(zone="Mars/Olympus").start()
