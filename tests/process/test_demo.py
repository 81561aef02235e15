# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `make demo` and `make sandbox` run: they do what they say, and leave nothing behind, Ctrl-C or not."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import requests

from ansible_collections.voip_communications.sms.tests.demo.run import plain, remove
from ansible_collections.voip_communications.sms.tests.support.markdown import COLLECTION

LONGEST = 60.0
RUN = COLLECTION / "tests" / "demo" / "run.py"

pytestmark = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="what runs is read from /proc")


class Demo:
    """The demo as a process of its own group, as a shell starts it, with a home and a temporary folder of its own.

    ``printed`` is what it has printed. With ``keep`` it is on a terminal, and holds the sandbox open.
    """

    def __init__(self, folder: Path, *arguments: str, keep: bool = False) -> None:
        self.temporary = folder / "tmp"
        self.printed = ""
        self._home = folder / "home"
        for path in (self.temporary, self._home):
            path.mkdir()
        self._keyboard, end = os.openpty()
        self._process = subprocess.Popen(
            [sys.executable, "-u", str(RUN), *arguments],
            stdin=end if keep else subprocess.DEVNULL,
            stdout=end if keep else subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**self._environment(), **({"KEEP": "1"} if keep else {"NO_COLOR": "1"})},
            start_new_session=True,
        )
        self._output = self._keyboard if keep or self._process.stdout is None else self._process.stdout.fileno()
        os.close(end)

    def until(self, text: str) -> str:
        """Read what it prints up to a text, and return all of it without colours. Fails when the text does not come."""
        while text not in plain(self.printed):
            assert self._read(), self.printed
        return plain(self.printed)

    def interrupt(self) -> None:
        """Send what a terminal sends on Ctrl-C: SIGINT to the whole group."""
        os.killpg(self._process.pid, signal.SIGINT)

    def press_enter(self) -> None:
        """Press the key."""
        os.write(self._keyboard, b"\n")

    def end(self) -> tuple[int, str]:
        """Wait for the end; return its exit status, and everything that it printed, without colours."""
        while self._read():
            pass
        return self._process.wait(timeout=LONGEST), plain(self.printed)

    def _read(self) -> bool:
        """Read some of what it prints; return False at its end."""
        try:
            data = os.read(self._output, 65536)
        except OSError:  # what a terminal says when nothing holds its other end
            data = b""
        self.printed += data.decode(errors="replace").replace("\r\n", "\n")
        return bool(data)

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
        os.close(self._keyboard)

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self._home),
            "TMPDIR": str(self.temporary),
            "LC_ALL": "C.UTF-8",
            "TERM": "xterm",
            # Must not reach what it shows.
            "VOIPSMS_LEDGER": "none",
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
def package(tmp_path: Path) -> str:
    """Copy the collection: the folder the tests run in may be a work tree, with far more in it than what is tracked."""
    shutil.copytree(COLLECTION, tmp_path / "package", ignore=shutil.ignore_patterns(".*", "__pycache__", "output"))
    return str(tmp_path / "package")


def section(printed: str, step: int) -> list[str]:
    """Return the lines of a step, without its title."""
    return printed.partition(f"== {step}.")[2].partition("\n== ")[0].strip().splitlines()[1:]


def cells(lines: list[str], columns: int) -> list[list[str]]:
    """Return the first cells of each line of a table."""
    return [line.split()[:columns] for line in lines]


def assert_gone(demo: Demo) -> None:
    """Assert that nothing of it runs, and that no file is left."""
    assert gone(demo), demo.processes()
    assert list(demo.temporary.iterdir()) == []


def test_it_shows_what_it_says_and_leaves_nothing(tmp_path: Path, package: str) -> None:
    """On a terminal, with KEEP=1: in colours, and its page is there until Enter."""
    demo = Demo(tmp_path, "demo", package, keep=True)
    try:
        shown = demo.until("Enter or Ctrl-C stops it.")
        (page,) = re.findall(r"Its page, live: (http://127\.0\.0\.1:\d+/)", shown)
        with requests.Session() as session:
            session.trust_env = False
            assert "SMS sandbox" in session.get(page, timeout=10).text
        assert f"export VOIPSMS_API_URL={page}api-v2/index.php/\n" in shown
        demo.press_enter()
        status, printed = demo.end()
        assert status == 0, printed
        assert_gone(demo)
    finally:
        demo.kill()
    assert "\033[0;33mchanged: [localhost]" in demo.printed
    assert "\033[1m== 3. Send to three people\033[0m" in demo.printed
    assert len(printed.partition("== What next")[0].splitlines()) <= 144, "with what comes next, 152 lines at most"
    assert_each_step(printed)
    for command in ("make demo KEEP=1", "make sandbox", "README.md"):
        assert command in printed.partition("== What next")[2]


def assert_each_step(printed: str) -> None:
    """Assert that each step shows what its title says."""
    for step, sentence in enumerate(("sent to 3", "already sent to 3", "would send to 3"), start=3):
        assert f"msg: {sentence} recipients" in "\n".join(section(printed, step))
    numbers = ["12812345678", "442079460958", "4930901820"]
    assert cells(section(printed, 6), 4)[0] == ["to", "status", "parts", "text"]
    assert cells(section(printed, 6)[1:], 3) == [[number, "SENT", "1"] for number in numbers]
    for step, sentence, date in (
        (7, "scheduled for 2 recipients", "2098-12-01 17:00:00"),
        (8, "cancelled for 2 recipients", "2098-12-02 17:00:00"),
    ):
        lines = section(printed, step)
        assert sentence in "".join(lines)
        assert cells(lines[-2:], 3) == [[*date.split(), number] for number in numbers[:2]]
    assert "cancelled for 2 recipients" in "".join(section(printed, 9))
    assert section(printed, 9)[-1].strip() == "Nothing is pending now."
    deployed = section(printed, 10)
    assert [line.split("failed=")[1][0] for line in deployed[-6:-3]] == ["0", "1", "0"]
    assert cells(deployed[-2:], 4) == [["12812345678", "SENT", "1", word] for word in ("Started:", "FAILED:")]
    assert "(1 of 3 hosts: web2)" in deployed[-1]
    tasks = [line.rpartition(" : ")[2].partition("]")[0] for line in deployed if "TASK [" in line]
    assert tasks[1:] == [
        "Check what is to be told, and tell that it begins",
        "Run the tasks",
        "Switch to the new version",
        "See whether it works",
        "Tell how it ended",
        "Leave the deployment failed",
    ]
    assert "\n".join(deployed).count("msg: the disk is full") == 2
    assert len(deployed) < 30
    asked = section(printed, 11)
    assert re.search(r"msg: answered approve by \+\d+", "\n".join(asked))
    assert len(asked) < 15
    assert "but not before ten" in "\n".join(asked)


@pytest.mark.parametrize("step", ["== 1.", "== 3.", "== 8."])
def test_an_interrupt_leaves_nothing(step: str, tmp_path: Path, package: str) -> None:
    demo = Demo(tmp_path, "demo", package)
    try:
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
        assert "\033" not in demo.printed  # not a terminal
        assert_gone(demo)
    finally:
        demo.kill()


def test_a_sandbox_runs_until_it_is_interrupted_and_says_how_to_use_it(tmp_path: Path) -> None:
    demo = Demo(tmp_path, "sandbox", str(COLLECTION.parents[2]), "0")
    try:
        shown = demo.until("Ctrl-C stops it.")
        script = "\n".join(line.strip() for line in shown.splitlines() if line.startswith(("   export", "   /")))
        used = subprocess.run(
            ["sh", "-e", "-c", script],
            env={**os.environ, "HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            check=True,
            timeout=LONGEST,
        )
        assert "sent to 3 recipients" in used.stdout
        demo.interrupt()
        status, printed = demo.end()
        assert (status, printed.splitlines()[-1]) == (0, "The sandbox is stopped, and has forgotten everything.")
        assert_gone(demo)
    finally:
        demo.kill()


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
