# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Processes that begin as copies are as those that begin anew, for all that a test can ask of them."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.tests.support.copied import MOST, NEWS, OF_PLAYBOOKS, Order
from ansible_collections.voip_communications.sms.tests.support.copies import CLOCK, STOPS, Copies, Copy
from ansible_collections.voip_communications.sms.tests.support.counted import CountedSandbox
from ansible_collections.voip_communications.sms.tests.support.people import ANN
from ansible_collections.voip_communications.sms.tests.support.playbook import (
    COLLECTION,
    COLLECTIONS_PATH,
    LONGEST,
    Controller,
)
from ansible_collections.voip_communications.sms.tests.support.waiting import until

MODULE = COLLECTION / "plugins" / "modules" / "voipsms_send.py"


USUAL = {
    "PATH": os.environ["PATH"],
    "PYTHONPATH": str(COLLECTIONS_PATH),
    "LC_ALL": "C.UTF-8",
    "PYTHONDONTWRITEBYTECODE": "1",
}

SHOW = """
import gc, json, locale, os, signal, stat, sys, tempfile, threading, time
import ansible
streams = [sys.stdin, sys.stdout, sys.stderr]
print(json.dumps({
    "environment": dict(os.environ),
    "arguments": sys.argv,
    "path": sys.path,
    "folder": os.getcwd(),
    "temporary": tempfile.gettempdir(),
    "zone": time.tzname,
    "descriptors": sorted(os.listdir("/proc/self/fd"), key=int)[:-1],
    "kinds": [stat.filemode(os.fstat(number).st_mode)[0] for number in range(3)],
    "streams": [(stream.encoding, stream.errors, stream.line_buffering, stream.seekable()) for stream in streams],
    "joined": os.path.sameopenfile(1, 2),
    "signals": [str(signal.getsignal(number)) for number in sorted(signal.valid_signals())],
    "blocked": sorted(signal.pthread_sigmask(signal.SIG_BLOCK, [])),
    "mask": os.umask(0o22),
    "group": (os.getpgrp() == os.getpid(), os.getsid(0) == os.getpid()),
    "program": (__name__, sys.executable, sys.flags, sys.prefix, sys.dont_write_bytecode),
    "threads": threading.active_count(),
    "hooks": [str(sys.excepthook), str(sys.displayhook), locale.setlocale(locale.LC_ALL)],
    "collects": (gc.isenabled(), gc.get_threshold()),
    "constants": "ansible.constants" in sys.modules,
}, default=str), flush=True)
sys.stderr.write("said")
sys.exit(3)
"""


@pytest.fixture
def copies() -> Iterator[Copies]:
    copies = Copies()
    yield copies
    copies.close()


@pytest.fixture
def copy(copies: Copies) -> Copy:
    copy = copies.module(MODULE, USUAL)
    assert copy is not None
    return copy


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """Return a program that shows how it was started."""
    program = tmp_path / "program.py"
    program.write_text(SHOW, encoding="utf-8")
    return program


def test_the_result_is_that_of_a_process_that_begins_anew(
    controller: Controller, service: CountedSandbox, copies: Copies
) -> None:
    wishes: tuple[dict[str, Any], ...] = ({"to": ANN, "msg": "Hello", "check": True}, {"to": "nobody", "msg": 1})
    copied = [controller.module(**wish) for wish in wishes]
    assert controller.send(to=ANN, msg="Once")["outcome"] == "sent"
    controller.environment["PYTHONPATH"] = f"{COLLECTIONS_PATH}{os.pathsep}"
    assert copies.module(MODULE, controller.environment) is None, "Python starts in another way"
    begun = [controller.module(**wish) for wish in wishes]
    for one, other in zip(copied, begun, strict=True):
        told = {"ledger_created": one.result["ledger_created"]}
        assert (one.rc, one.result, one.stderr) == (other.rc, {**other.result, **told}, other.stderr)
    assert controller.send(to=ANN, msg="Once")["outcome"] == "duplicate"
    service.expect(1)


@pytest.mark.parametrize("path", [USUAL["PYTHONPATH"], CLOCK, STOPS])
def test_a_copy_has_what_it_is_given_and_no_more(copies: Copies, program: Path, path: str) -> None:
    """Not the environment of the process that is copied, nor that of the copy before it."""
    for name in ("ONE", "OTHER"):
        environment = {**USUAL, name: "1", "TZ": "Asia/Tokyo", "PYTHONPATH": path, "TMPDIR": str(program.parent)}
        copy = copies.module(program, environment)
        assert copy is not None
        stdout, stderr = copy.communicate(timeout=LONGEST)
        anew = subprocess.run(
            [sys.executable, str(program)], input="", capture_output=True, text=True, check=False, env=environment
        )
        shown, expected = json.loads(stdout), json.loads(anew.stdout)
        assert shown["environment"] == environment
        assert shown == expected
        assert (stderr, copy.returncode) == (anew.stderr, anew.returncode) == ("said", 3)


@pytest.mark.parametrize("path", ["", *(USUAL["PYTHONPATH"], CLOCK, STOPS)])
@pytest.mark.parametrize("session", [False, True])
def test_what_begins_as_a_playbook_has_what_it_is_given_and_no_more(
    copies: Copies, program: Path, path: str, session: bool, tmp_path: Path
) -> None:
    environment = {**USUAL, "PYTHONPATH": path, "HOME": str(tmp_path), "PATH": os.defpath}
    if not path:
        del environment["PYTHONPATH"]
    copy = copies.playbook([str(program), "-v", "ä"], environment, tmp_path, session=session, joins=session)
    assert copy is not None
    stdout, stderr = copy.communicate(timeout=LONGEST)
    anew = subprocess.run(
        [sys.executable, str(program), "-v", "ä"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT if session else subprocess.PIPE,
        start_new_session=session,
        cwd=tmp_path,
        text=True,
        check=False,
        env=environment,
    )
    assert json.loads(stdout.removesuffix("said")) == json.loads(anew.stdout.removesuffix("said"))
    assert (stderr, copy.returncode) == (anew.stderr or "", anew.returncode)


def without_chance(text: str) -> str:
    """Return what was printed, without moments and the file of the play."""
    return re.sub(r"\b[0-9a-f]{20,}\b|\brun\d+|\b\d{4}-\d\d-\d\d\b|[\d:.]{6,}", "", text)


def test_a_playbook_is_that_of_a_process_that_begins_anew(controller: Controller, service: CountedSandbox) -> None:
    """What it prints at its loudest, what it returns, and what it finds of its configuration."""
    shown = "{{ [ansible_version, ansible_config_file, ansible_playbook_python, ansible_run_tags, playbook_dir] }}"
    vault = {"vars": {"secret": "{{ lookup('ansible.builtin.config', 'DEFAULT_FORKS', 'DEFAULT_MODULE_PATH') }}"}}
    tasks: list[dict[str, Any]] = [
        {"name": "Show", "ansible.builtin.debug": {"msg": shown}},
        {"name": "Configuration", "ansible.builtin.debug": {"var": "secret"}, **vault},
        {"name": "Module", "ansible.builtin.command": "echo {{ 21 * 2 }}"},
        controller.task(to=ANN, msg="Hello", ledger="none"),
        {"name": "Fail", "ansible.builtin.fail": {"msg": "Enough"}},
    ]
    (controller.home / ".ansible.cfg").write_text("[defaults]\nforks = 3\ndeprecation_warnings = false\n")
    runs = []
    for controller.anew in (False, True):
        run = controller.play(*tasks, arguments=["-vvvv", "--diff", "-e", "x=1"])
        runs.append(run)
    copied, begun = runs
    assert (copied.rc, copied.stderr) == (begun.rc, begun.stderr)
    assert len(copied.records) == len(tasks)
    service.expect(2)
    assert without_chance(copied.stdout) == without_chance(begun.stdout)


def test_a_playbook_begins_without_what_reads_the_environment(copies: Copies, tmp_path: Path) -> None:
    """Nor with a library that workers are not to be forked with, nor with anything of the collection."""
    program = tmp_path / "program.py"
    program.write_text("import sys; print(*sys.modules)", encoding="utf-8")
    copy = copies.playbook([str(program)], USUAL, tmp_path)
    assert copy is not None
    there = set(copy.communicate(timeout=LONGEST)[0].split())
    assert set(OF_PLAYBOOKS) <= there
    assert not there & {"ansible.constants", "ansible.cli", "requests", "sqlite3", "psycopg", "phonenumbers"}
    assert not [name for name in there if name.startswith("ansible_collections")]
    done = subprocess.run(
        [sys.executable, "-c", "import sys, ansible.cli.playbook; print(*sys.modules)"],
        stdout=subprocess.PIPE, text=True, check=True, env=USUAL | {"HOME": str(tmp_path)}
    )  # fmt: skip
    assert {name for name in OF_PLAYBOOKS if name.startswith("ansible.")} <= {*done.stdout.split()}


def without_frames(text: str) -> list[str]:
    """Return the lines that are not of a traceback, which shows the way to the program too."""
    return [line for line in text.splitlines() if not line.startswith(("  ", "Traceback"))]


ENDS = {
    "at the end of the file": "",
    "by a number": "sys.exit(300)",
    "by nothing": "sys.exit()",
    "by a sentence": "sys.exit('Enough')",
    "by a defect": "1 / 0",
    "by a closed pipe": "sys.stdout.close()\nsys.exit(0)",
    "by a full disk": "sys.stdout = open('/dev/full', 'w')\nprint('lost')\nsys.exit(0)",
    "in a thread": "threading.Thread(target=lambda: 1 / 0).start()",
}


@pytest.mark.parametrize("end", ENDS)
def test_a_copy_ends_as_a_process_that_begins_anew(copies: Copies, end: str, tmp_path: Path) -> None:
    """With what is still in buffers, after its threads, and after what was registered for the end."""
    program = tmp_path / "program.py"
    program.write_text(f"""
import atexit, sys, threading, time
class Last:
    def __del__(self):
        sys.stderr.write("gone\\n")
def work():
    last = Last()
    time.sleep(0.2)
    print("worked")
atexit.register(print, "over")
threading.Thread(target=work).start()
print("buffered")
{ENDS[end]}
""", encoding="utf-8")  # fmt: skip
    copy = copies.playbook([str(program)], USUAL, tmp_path)
    assert copy is not None
    stdout, stderr = copy.communicate(timeout=LONGEST)
    anew = subprocess.run([sys.executable, str(program)], capture_output=True, text=True, check=False, env=USUAL)
    assert (copy.returncode, stdout) == (anew.returncode, anew.stdout)
    assert without_frames(stderr) == without_frames(anew.stderr)


@pytest.mark.parametrize("name", ["PYTHONWARNINGS", "PYTHONHASHSEED", "LANG", "LC_TIME", "LD_PRELOAD"])
def test_none_begins_as_a_copy_that_would_start_in_another_way(copies: Copies, name: str, tmp_path: Path) -> None:
    environment = {**USUAL, name: "0"}
    assert copies.module(MODULE, environment) is None
    assert copies.playbook(["ansible.cli.playbook"], environment, tmp_path) is None


def test_a_copy_that_is_killed_ends_so(copy: Copy) -> None:
    assert copy.poll() is None
    copy.kill()
    until(lambda: copy.poll() is not None)
    os.kill(copy.pid, 0)  # as long as nobody has heard of its end, its id is its own
    assert copy.communicate(timeout=LONGEST) == ("", "")
    assert copy.returncode == -signal.SIGKILL
    until(lambda: not Path(f"/proc/{copy.pid}").exists())


def test_a_copy_whose_end_is_told_at_once_is_heard_of(tmp_path: Path) -> None:
    """Its end may be there before anybody has asked for its process id."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)

    def answer() -> None:
        _order, pipes, _flags, _address = socket.recv_fds(theirs, MOST, 4)
        os.write(pipes[-1], b"".join(number.to_bytes(NEWS, "little") for number in (4711, 3)))
        for pipe in pipes:
            os.close(pipe)

    thread = threading.Thread(target=answer)
    thread.start()
    with ours, theirs:
        copy = Copy(ours, Order("program", [], {}, str(tmp_path), session=False), feeds=False, joins=False)
        thread.join()
        assert (copy.pid, copy.communicate(timeout=LONGEST), copy.returncode) == (4711, ("", ""), 3)


def test_a_group_is_killed_as_a_whole_and_no_other(copies: Copies, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text("import subprocess, time; subprocess.Popen(['sleep', '60']); time.sleep(60)")
    killed, other = (copies.playbook([str(program)], USUAL, tmp_path, session=True) for _each in range(2))
    assert killed is not None
    assert other is not None
    for pid in (killed.pid, other.pid):
        until(Path(f"/proc/{pid}/task/{pid}/children").read_text)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.communicate(timeout=LONGEST)  # so nobody has its pipe any more
    assert (killed.returncode, other.poll()) == (-signal.SIGKILL, None)
    os.killpg(other.pid, signal.SIGTERM)
    other.communicate(timeout=LONGEST)
    assert other.returncode == -signal.SIGTERM


def test_ctrl_c_reaches_a_copy(copies: Copies, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text("import time\nopen('there', 'w')\ntime.sleep(60)", encoding="utf-8")
    copy = copies.playbook([str(program)], USUAL, tmp_path)
    assert copy is not None
    until((tmp_path / "there").exists)
    copy.send_signal(signal.SIGINT)
    _stdout, stderr = copy.communicate(timeout=LONGEST)
    assert (copy.returncode, stderr.splitlines()[-1]) == (-signal.SIGINT, "KeyboardInterrupt")


def test_a_copy_that_hangs_is_not_waited_for_in_vain(copy: Copy) -> None:
    os.kill(copy.pid, signal.SIGSTOP)
    with pytest.raises(subprocess.TimeoutExpired):
        copy.communicate(timeout=0.2)
    copy.kill()
    copy.communicate(timeout=LONGEST)
