# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Work here and in a copy of the process: its answer, its failure, and a copy that no one waits for any more."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.plugins.plugin_utils._forked import run_forked, run_here

# Python 3.12 warns of what pytest's own threads may do to a copy; a worker of Ansible has none.
pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")


Run = Callable[[Callable[[], bytes]], bytes]
Captured = pytest.CaptureFixture[str]


class Overdue(BaseException):
    """As the time limit of a task, this is no ``Exception``."""


def raise_overdue(_number: int, _frame: Any) -> None:
    raise Overdue


@pytest.fixture
def copies(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the process ids of the copies that a test makes; other tests may have left children that go on."""
    made: list[int] = []
    fork = os.fork

    def noting() -> int:
        child = fork()
        made.extend([child] if child else [])
        return child

    monkeypatch.setattr(os, "fork", noting)
    return made


def wait_for(copies: list[int]) -> None:
    """Wait until every copy has come to its own end."""
    for copy in copies:
        with suppress(ChildProcessError):
            os.waitpid(copy, 0)


def test_copies_that_have_ended_do_not_pile_up(copies: list[int]) -> None:
    for _time in range(5):
        run_forked(lambda: b"done")
    earlier = [*copies]
    os.waitid(os.P_PID, earlier[-1], os.WEXITED | os.WNOWAIT)  # ended, and not yet forgotten
    while any(is_running(copy) for copy in earlier):
        time.sleep(0.01)
    run_forked(lambda: b"done")
    for copy in earlier:
        with pytest.raises(ChildProcessError):
            os.waitpid(copy, os.WNOHANG)


def is_running(copy: int) -> bool:
    """Tell whether a copy has not ended yet; one that has may be forgotten already."""
    with suppress(ChildProcessError):
        return os.waitid(os.P_PID, copy, os.WEXITED | os.WNOWAIT | os.WNOHANG) is None
    return False


# The folder that holds ansible_collections, to which ansible-test gives no path of its own.
COLLECTIONS = Path(__file__).absolute().parents[7]
SUBREAPER = """
import ctypes, multiprocessing, os, sys
from ansible_collections.voip_communications.sms.plugins.plugin_utils._forked import run_forked

def work():
    assert run_forked(lambda: b"done") == b"done"

# As the worker of Ansible, whose copies fall to process 1 when it has left them.
assert ctypes.CDLL(None).prctl(36, 1) == 0, "PR_SET_CHILD_SUBREAPER"
for _time in range(3):
    worker = multiprocessing.get_context("fork").Process(target=work)
    worker.start()
    worker.join()
    assert worker.exitcode == 0
try:
    print(os.waitpid(-1, os.WNOHANG))
except ChildProcessError:
    print("no copy is left")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="who takes over the children of others can only be asked of Linux")
def test_a_worker_leaves_no_copy_behind() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SUBREAPER],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(COLLECTIONS)},
    )
    assert (done.stdout, done.stderr) == ("no copy is left\n", "")


def test_the_answer_is_that_of_another_process() -> None:
    assert run_forked(lambda: str(os.getppid()).encode()) == str(os.getpid()).encode()


def test_an_answer_may_be_longer_than_a_pipe_holds() -> None:
    assert len(run_forked(lambda: b"x" * 5_000_000)) == 5_000_000


def test_a_copy_that_is_killed_has_no_answer() -> None:
    def killed() -> bytes:
        os.kill(os.getpid(), signal.SIGKILL)
        return b"alive"

    assert run_forked(killed) == b""


@pytest.mark.parametrize("run", [run_here, run_forked])
@pytest.mark.parametrize("error", [ValueError("secret"), BlockingIOError(11, "secret"), MemoryError()], ids=repr)
def test_what_fails_has_no_answer_and_prints_nothing(run: Run, error: Exception, capfd: Captured) -> None:
    def failing() -> bytes:
        raise error

    assert run(failing) == b""
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("run", [run_here, run_forked])
def test_what_libraries_print_is_not_seen(run: Run, capfd: Captured) -> None:
    def printing() -> bytes:
        print("secret")
        print("secret", file=sys.stderr)
        return b"done"

    assert run(printing) == b"done"
    print("end")
    print("end", file=sys.stderr)
    assert capfd.readouterr() == ("end\n", "end\n")


def test_what_a_copy_prints_by_itself_is_not_seen(capfd: Captured) -> None:
    def printing() -> bytes:
        os.write(1, b"secret")
        os.write(2, b"secret")
        return b"done"

    assert run_forked(printing) == b"done"
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("run", [run_here, run_forked])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_signals_of_this_process_are_not_those_of_the_work(run: Run, number: signal.Signals) -> None:
    previous = signal.signal(number, signal.SIG_IGN)
    try:
        assert run(lambda: str(signal.getsignal(number) is signal.SIG_DFL).encode()) == b"True"
        assert signal.getsignal(number) is signal.SIG_IGN
    finally:
        signal.signal(number, previous)


def test_it_goes_on_when_the_waiting_is_interrupted(tmp_path: Path, copies: list[int]) -> None:
    done = tmp_path / "done"

    def slow() -> bytes:
        time.sleep(0.6)
        done.write_text("yes", encoding="ascii")
        return b"x" * 5_000_000  # no one reads it; that must not keep it alive

    previous = signal.signal(signal.SIGALRM, raise_overdue)
    signal.setitimer(signal.ITIMER_REAL, 0.1)
    try:
        with pytest.raises(Overdue):
            run_forked(slow)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
    assert not done.exists()
    wait_for(copies)
    assert done.read_text(encoding="ascii") == "yes"


def test_its_answer_comes_although_ended_children_are_ignored() -> None:
    previous = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        assert run_forked(lambda: b"sent") == b"sent"
    finally:
        signal.signal(signal.SIGCHLD, previous)


def test_it_holds_nothing_open_that_others_wait_for_the_end_of(copies: list[int]) -> None:
    reader, writer = os.pipe()

    def slow() -> bytes:
        time.sleep(2)
        return b""

    previous = signal.signal(signal.SIGALRM, raise_overdue)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        with pytest.raises(Overdue):
            run_forked(slow)
        os.close(writer)
        os.set_blocking(reader, False)
        assert os.read(reader, 1) == b""  # with a writer left, this would raise BlockingIOError
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
        os.close(reader)
    wait_for(copies)


def test_without_a_copy_nothing_is_left_open(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> int:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", refuse)
    before = sorted(os.listdir("/dev/fd"))
    with pytest.raises(OSError, match="temporarily"):
        run_forked(lambda: b"")
    assert sorted(os.listdir("/dev/fd")) == before
