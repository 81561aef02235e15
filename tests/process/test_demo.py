# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `make demo` runs: it sends once, schedules, moves, cancels, and leaves nothing behind, Ctrl-C or not."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from ansible_collections.voip_communications.sms.tests.demo.run import remove
from ansible_collections.voip_communications.sms.tests.support.markdown import COLLECTION

LONGEST = 60.0

pytestmark = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="what runs is read from /proc")


class Demo:
    """The demo as a process of its own group, as a shell starts it, with a home and a temporary folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.temporary = folder / "tmp"
        self._home = folder / "home"
        for path in (self.temporary, self._home):
            path.mkdir()
        package = folder / "package"
        # The folder the tests run in may be a work tree, with far more in it than what is tracked.
        shutil.copytree(COLLECTION, package, ignore=shutil.ignore_patterns(".*", "__pycache__", "output"))
        self._process = subprocess.Popen(
            [sys.executable, "-u", str(COLLECTION / "tests" / "demo" / "run.py"), str(package)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=self._environment(),
            start_new_session=True,
        )

    def until(self, beginning: str) -> None:
        """Read what it prints up to a line that begins so. Fails when there is none."""
        assert self._process.stdout is not None
        seen = []
        for line in self._process.stdout:
            seen.append(line)
            if line.startswith(beginning):
                return
        raise AssertionError("".join(seen))

    def interrupt(self) -> None:
        """Send what a terminal sends on Ctrl-C: SIGINT to the whole group."""
        os.killpg(self._process.pid, signal.SIGINT)

    def end(self) -> tuple[int, str]:
        """Wait for the end; return its exit status, and what it printed that was not read yet."""
        printed, _nothing = self._process.communicate(timeout=LONGEST)
        return self._process.returncode, printed

    def processes(self) -> dict[int, str]:
        """Return everything that it has started and that runs: process ids and command lines.

        Known by their environment: Ansible gives its workers a session of their own, so that none is left to go by.
        """
        mark = f"TMPDIR={self.temporary}".encode()
        return {pid: command for pid, command, environment in _running() if mark in environment.split(b"\0")}

    def kill(self) -> None:
        """Make sure that a test which fails leaves nothing."""
        for pid in self.processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.communicate()

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self._home),
            "TMPDIR": str(self.temporary),
            "LC_ALL": "C.UTF-8",
            "ANSIBLE_NOCOLOR": "1",
        }


def _running() -> Iterator[tuple[int, str, bytes]]:
    """Yield the process id, command line and environment of every process of this user."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            yield int(folder.name), command, (folder / "environ").read_bytes()
        except OSError:
            continue  # ended meanwhile, or not ours


def gone(demo: Demo, seconds: float = 10.0) -> bool:
    """Tell whether everything that the demo started ends within the time."""
    end = time.monotonic() + seconds
    while demo.processes() and time.monotonic() < end:
        time.sleep(0.05)
    return not demo.processes()


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    started = Demo(tmp_path)
    yield started
    started.kill()


def section(printed: str, step: int) -> list[str]:
    """Return the lines of a step, without its title."""
    return printed.partition(f"== {step}.")[2].partition("\n== ")[0].strip().splitlines()[1:]


def test_it_shows_what_it_says_and_leaves_nothing(demo: Demo) -> None:
    status, printed = demo.end()
    assert status == 0, printed
    sentences = ["sent to 3 recipients", "already sent to 3 recipients", "would send to 3 recipients"]
    assert all(f'"msg": "{sentence}' in printed for sentence in sentences)
    table = section(printed, 6)
    assert table[0].split() == ["to", "status", "parts", "text"]
    assert [line.split()[:3] for line in table[1:] if line] == [
        ["12812345678", "SENT", "1"],
        ["442079460958", "SENT", "1"],
        ["4930901820", "SENT", "1"],
    ]
    for step, sentence, date in (
        (7, "scheduled for 2 recipients", "2098-12-01 17:00:00"),
        (8, "cancelled for 2 recipients", "2098-12-02 17:00:00"),
    ):
        lines = section(printed, step)
        assert sentence in "".join(lines)
        assert [line.split()[:3] for line in lines[-2:]] == [
            [*date.split(), "12812345678"],
            [*date.split(), "442079460958"],
        ]
    assert "cancelled for 2 recipients" in "".join(section(printed, 9))
    assert section(printed, 9)[-1].strip() == "Nothing is pending now."
    recap = "".join(section(printed, 10)).partition("PLAY RECAP")[2]
    assert [line.split("failed=")[1][0] for line in recap.split("web")[1:]] == ["0", "1", "0"]
    told = [line.split() for line in section(printed, 11)[1:] if line]
    assert [line[:4] for line in told] == [["12812345678", "SENT", "1", word] for word in ("Started:", "FAILED:")]
    assert "(1 of 3 hosts: web2)" in " ".join(told[1])
    assert gone(demo), demo.processes()
    assert list(demo.temporary.iterdir()) == []


@pytest.mark.parametrize("step", ["== 1.", "== 3.", "== 8."])
def test_an_interrupt_leaves_nothing(demo: Demo, step: str) -> None:
    demo.until(step)
    deadline = time.monotonic() + 10
    while not any("ansible" in command for command in demo.processes().values()) and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.5)  # into the middle of what the step has begun; where exactly must not matter
    assert len(demo.processes()) > 1
    demo.interrupt()
    status, printed = demo.end()
    assert status == 130, printed
    assert "Traceback" not in printed
    assert gone(demo), demo.processes()
    assert list(demo.temporary.iterdir()) == []


WRITER = """
import itertools, pathlib, sys, time
folder, end = pathlib.Path(sys.argv[1]), time.monotonic() + 1
for number in itertools.count():
    try:
        (folder / str(number)).touch()
    except FileNotFoundError:
        break
    if number == 100:
        print("writing", flush=True)
    if time.monotonic() > end:
        break
"""


def test_a_folder_in_which_somebody_still_writes_is_removed(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    folder.mkdir()
    with subprocess.Popen([sys.executable, "-c", WRITER, str(folder)], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "writing\n"
        remove(folder)
    assert not folder.exists()
