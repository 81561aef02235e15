# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deliveries beside a run, in processes: after a delay, cancelled only before they begin, left behind at the end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._notify.pipeline import NONE, Pipeline
from ansible_collections.voip_communications.sms.plugins.module_utils._notify.watch import (
    FAILED,
    SLOW,
    read_settings,
)
from ansible_collections.voip_communications.sms.plugins.plugin_utils import _errand as errand_module
from ansible_collections.voip_communications.sms.plugins.plugin_utils._errand import Errand
from ansible_collections.voip_communications.sms.tests.support.canary import FORMS, KEY, PASSWORD
from ansible_collections.voip_communications.sms.tests.support.fault_server import FaultServer
from ansible_collections.voip_communications.sms.tests.support.people import ANNA

# The folder that holds ansible_collections, to which ansible-test gives no path of its own.
COLLECTIONS = Path(__file__).absolute().parents[7]
PLUGINS = COLLECTIONS / "ansible_collections" / "voip_communications" / "sms" / "plugins"
PROGRAM = str(PLUGINS / "plugin_utils" / "_errand_process.py")


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Let nothing of the environment of the tests get in."""
    for name in list(os.environ):
        if name.startswith("VOIPSMS_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("VOIPSMS_LEDGER", str(tmp_path / "ledger"))


def instructions(url: str = "http://127.0.0.1:1/", event: str = FAILED, **options: Any) -> dict[str, Any]:
    """Return what to tell, as the callback gives it."""
    account = {"api_key": KEY, "api_password": PASSWORD, "api_url": url}
    settings = read_settings({"recipients": [ANNA], **account, **options})
    run = {
        "playbook": "site.yml",
        "pipeline": Pipeline(NONE, "4711"),
        "seconds": 3.0,
        "failed": ("web1",),
        "unreachable": (),
        "total": 2,
        "task": "Restart",
    }
    return {
        "event": event,
        "run": run,
        "settings": settings._asdict(),
        "began": time.monotonic() - 130,
        "rehearse": False,
    }


def faked(folder: Path, code: str) -> str:
    """Return a program that does something else than to tell. Functions: `say`, and `done`, which leaves a file."""
    program = folder / "program.py"
    head = (
        f"import os, time\nsay = lambda text: os.write(1, text)\ndone = lambda: open({str(folder / 'done')!r}, 'w')\n"
    )
    program.write_text(head + code, encoding="utf-8")
    return str(program)


def process_of(errand: Errand) -> subprocess.Popen[bytes]:
    assert errand._channel is not None
    return errand._channel._process


def until_it_has_begun(errand: Errand) -> None:
    end = time.monotonic() + 60
    while not errand._has_begun and time.monotonic() < end:
        errand._receive(end)
    assert errand._has_begun


def test_the_event_is_told_and_the_result_comes_back(server: FaultServer) -> None:
    errand = Errand(PROGRAM, instructions(server.url), deadline=60)
    errand.start()
    assert errand.wait() == {"failed": False, "msg": "sent to 1 recipient", "warnings": []}
    assert not errand.cancel()
    assert errand.wait()["msg"] == "sent to 1 recipient"
    assert process_of(errand).returncode == 0
    (post,) = server.posts
    assert post.form["msg"] == "FAILED: site.yml, 1 of 2 hosts: web1. Task: Restart."


def test_a_slow_run_is_told_after_the_delay_with_the_task_that_began_last(server: FaultServer) -> None:
    errand = Errand(PROGRAM, instructions(server.url, SLOW), deadline=60, delay=1.0)
    errand.start()
    for task in ("Gather", "Copy \N{CHECK MARK}" * 9000, "Wait"):
        errand.note(task)
    assert errand.wait()["msg"] == "sent to 1 recipient"
    (post,) = server.posts
    assert post.form["msg"] == "SLOW: site.yml, running for 2 minutes. Task: Wait."


def test_many_tasks_do_not_hold_the_playbook_up_when_no_one_reads(tmp_path: Path) -> None:
    errand = Errand(faked(tmp_path, "say(b'{\"begun\": true}\\n')\ntime.sleep(60)\n"), {}, deadline=60)
    errand.start()
    began = time.monotonic()
    for number in range(5_000):
        errand.note(f"Task {number}")
    assert not errand.cancel()
    assert time.monotonic() - began < 30
    process_of(errand).kill()
    assert errand.wait() == {"failed": True, "msg": "its process broke off; it may have been sent"}


def test_one_that_has_not_begun_is_cancelled_and_leaves_neither_a_process_nor_a_thread() -> None:
    threads = threading.active_count()
    errand = Errand(PROGRAM, instructions(), deadline=30, delay=3600)
    errand.start()
    assert threading.active_count() == threads
    assert errand.cancel()
    assert process_of(errand).returncode == 0
    errand.note("Too late")
    assert errand.cancel()


@pytest.mark.parametrize("delay", [0.0, 0.05, 0.1, 0.2, 0.3, 0.5])
def test_it_is_either_cancelled_or_told(delay: float, server: FaultServer) -> None:
    """Whenever it is cancelled: while it starts, waits, loads or sends."""
    errand = Errand(PROGRAM, instructions(server.url), deadline=60, delay=0.1)
    errand.start()
    time.sleep(delay)
    is_cancelled = errand.cancel()
    if not is_cancelled:
        assert errand.wait()["msg"] == "sent to 1 recipient"
    assert process_of(errand).wait(60) == 0
    assert len(server.posts) == (not is_cancelled)


def test_one_that_does_not_answer_is_killed_and_so_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    errand = Errand(PROGRAM, instructions(), deadline=30, delay=3600)
    errand.start()
    process_of(errand).send_signal(signal.SIGSTOP)
    monkeypatch.setattr(errand_module, "GRACE", 0.5)
    assert errand.cancel()
    assert process_of(errand).wait(60) == -signal.SIGKILL


def test_one_that_has_begun_is_left_behind_when_its_time_is_over(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(errand_module, "GRACE", 0.0)
    errand = Errand(faked(tmp_path, "say(b'{\"begun\": true}\\n')\ntime.sleep(60)\n"), {}, deadline=0.2)
    errand.start()
    until_it_has_begun(errand)
    assert not errand.cancel()
    assert errand.wait() == {"failed": True, "msg": "there was no end within 0.2 seconds; it may have been sent"}
    assert process_of(errand).poll() is None
    process_of(errand).kill()
    process_of(errand).wait(60)


def test_one_that_has_not_begun_when_its_time_is_over_is_killed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(errand_module, "GRACE", 0.5)
    errand = Errand(faked(tmp_path, "time.sleep(60)\n"), {}, deadline=0.2)
    errand.start()
    assert errand.wait() == {"failed": True, "msg": "there was no end within 0.7 seconds; nothing was sent"}
    assert process_of(errand).wait(60) == -signal.SIGKILL


@pytest.mark.parametrize("rehearse", [False, True])
@pytest.mark.parametrize(
    ("option", "said"),
    [("recipients", "recipients is missing; set VOIPSMS_WATCH_RECIPIENTS"), ("api_key", "api_key is missing")],
)
def test_options_that_are_refused_are_a_result(option: str, said: str, rehearse: bool) -> None:
    options: dict[str, Any] = {option: None}
    errand = Errand(PROGRAM, {**instructions(**options), "rehearse": rehearse}, deadline=60)
    errand.start()
    result = errand.wait()
    assert result["failed"]
    assert result["msg"].startswith(said)
    assert "; nothing was sent" in result["msg"]


@pytest.mark.parametrize(
    ("variable", "value", "fault"),
    [
        ("VOIPSMS_ACCOUNT_TIMEZONE", "Mars/Base", "account_timezone 'Mars/Base' is not known here"),
        ("VOIPSMS_LIST_GRACE", "soon", "argument 'list_grace' is of type "),
        ("VOIPSMS_CANCEL_PATH", "/", "cancel_path must be a path below api_url"),
    ],
)
def test_an_option_of_scheduled_messages_silences_no_failure(
    variable: str, value: str, fault: str, monkeypatch: pytest.MonkeyPatch, server: FaultServer
) -> None:
    monkeypatch.setenv(variable, value)
    errand = Errand(PROGRAM, instructions(server.url), deadline=60)
    errand.start()
    result = errand.wait()
    assert (result["failed"], result["msg"]) == (False, "sent to 1 recipient")
    assert result["warnings"][0].startswith(fault)


def test_a_rehearsal_sends_nothing_and_makes_no_ledger(server: FaultServer, tmp_path: Path) -> None:
    errand = Errand(PROGRAM, {**instructions(server.url), "rehearse": True}, deadline=60)
    errand.start()
    assert not errand.wait()["failed"]
    assert not server.posts
    assert not (tmp_path / "ledger").exists()


def test_an_internal_error_is_named_without_its_text() -> None:
    errand = Errand(PROGRAM, {**instructions(), "settings": {"deadline": 20.0, "unknown": "a secret"}}, deadline=60)
    errand.start()
    assert errand.wait() == {
        "failed": True,
        "msg": "internal error TypeError, please report this; nothing was sent",
    }


@pytest.mark.parametrize(
    ("code", "outcome"),
    [("", "nothing was sent"), ("say(b'{\"begun\": true}\\n')\n", "it may have been sent")],
)
def test_a_process_that_breaks_off(code: str, outcome: str, tmp_path: Path) -> None:
    errand = Errand(faked(tmp_path, code), instructions(), deadline=60)
    errand.start()
    assert errand.wait() == {"failed": True, "msg": f"its process broke off; {outcome}"}
    assert process_of(errand).returncode == 0


READ = """
def read(end):
    text = b""
    while end not in text:
        text += os.read(0, 65536)
    return text
"""
LONG = {"text": "x" * 1_000_000}
"""Instructions that no pipe holds."""


def test_long_instructions_arrive_at_a_process_that_starts_slowly(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(errand_module, "GRACE", 1.0)
    code = f'{READ}time.sleep(2)\nlength = len(read(b\'\\n\'))\nsay(b\'{{"result": {{"msg": "%d"}}}}\\n\' % length)\n'
    errand = Errand(faked(tmp_path, code), LONG, deadline=30)
    began = time.monotonic()
    errand.start()
    assert time.monotonic() - began < 0.9
    errand.note("Copy")
    assert int(errand.wait()["msg"]) > 1_000_000


def test_long_instructions_that_no_one_reads_are_given_up_in_time(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(errand_module, "GRACE", 0.5)
    errand = Errand(faked(tmp_path, "time.sleep(60)\n"), LONG, deadline=0.5)
    began = time.monotonic()
    errand.start()
    assert errand.wait() == {"failed": True, "msg": "there was no end within 1 seconds; nothing was sent"}
    assert time.monotonic() - began < 1.9
    assert process_of(errand).wait(60) == -signal.SIGKILL


def test_a_process_that_does_not_want_the_rest_of_its_instructions_is_heard(tmp_path: Path) -> None:
    errand = Errand(
        faked(tmp_path, 'os.close(0)\ntime.sleep(1)\nsay(b\'{"result": {"msg": "sent"}}\\n\')\n'), LONG, deadline=30
    )
    errand.start()
    used = time.process_time()
    assert errand.wait() == {"msg": "sent"}
    assert time.process_time() - used < 0.5


def test_one_whose_instructions_have_not_all_left_is_cancelled_without_being_killed(tmp_path: Path) -> None:
    code = f"{READ}time.sleep(1)\nread(b'cancel')\nsay(b'{{\"cancelled\": true}}\\n')\n"
    errand = Errand(faked(tmp_path, code), LONG, deadline=30, delay=3600)
    began = time.monotonic()
    errand.start()
    assert time.monotonic() - began < 0.9
    errand.note("Copy")
    assert errand.cancel()
    assert process_of(errand).returncode == 0


GARBAGE = [b"Welcome\n", b"\xff\n", b"[1]\n", b"null\n", b"{}\n", b'{"result": 5}\n', b"[" * 100_000 + b"\n"]


@pytest.mark.parametrize("line", GARBAGE, ids=lambda line: repr(line[:15]))
def test_a_process_that_says_what_no_one_understands_has_broken_off(line: bytes, tmp_path: Path) -> None:
    errand = Errand(faked(tmp_path, f"say({line!r})\ntime.sleep(60)\n"), {}, deadline=60)
    errand.start()
    assert errand.wait() == {"failed": True, "msg": "its process broke off; nothing was sent"}
    assert process_of(errand).wait(60) == -signal.SIGKILL


def test_one_that_has_begun_goes_on_after_garbage(tmp_path: Path) -> None:
    code = "say(b'{\"begun\": true}\\nWelcome\\n')\ntime.sleep(1)\ndone()\n"
    errand = Errand(faked(tmp_path, code), {}, deadline=60)
    errand.start()
    assert errand.wait() == {"failed": True, "msg": "its process broke off; it may have been sent"}
    assert process_of(errand).wait(60) == 0
    assert (tmp_path / "done").exists()


def test_one_that_says_garbage_is_ended_and_reported(tmp_path: Path) -> None:
    errand = Errand(faked(tmp_path, "say(b'Welcome\\n')\ntime.sleep(60)\n"), {}, deadline=60, delay=3600)
    errand.start()
    time.sleep(1)
    assert not errand.cancel()
    assert process_of(errand).wait(60) == -signal.SIGKILL
    assert errand.wait() == {"failed": True, "msg": "its process broke off; nothing was sent"}


def test_a_machine_that_starts_no_process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "none"))
    errand = Errand(PROGRAM, instructions(), deadline=60)
    errand.start()
    errand.note("Copy")
    assert not errand.cancel()
    assert errand.wait() == {
        "failed": True,
        "msg": "no process can be started (No such file or directory); nothing was sent",
    }


def test_another_folder_of_collections_does_not_hide_this_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, server: FaultServer
) -> None:
    """As that of the package ``ansible``, which is a regular package where it has an ``__init__.py``."""
    (tmp_path / "ansible_collections").mkdir()
    (tmp_path / "ansible_collections" / "__init__.py").touch()
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    errand = Errand(PROGRAM, instructions(server.url), deadline=60)
    errand.start()
    assert errand.wait()["msg"] == "sent to 1 recipient"
    assert len(server.posts) == 1


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="what others see of a process can be read on Linux")
def test_no_secret_is_an_argument_or_in_the_environment() -> None:
    errand = Errand(PROGRAM, instructions(), deadline=30, delay=3600)
    errand.start()
    folder = Path(f"/proc/{process_of(errand).pid}")
    while b"_errand_process.py" not in (folder / "cmdline").read_bytes():
        time.sleep(0.01)  # it is a copy of this process until it has begun its own program
    shown = (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes()
    assert errand.cancel()
    assert b"_errand_process.py" in shown
    assert not [form for form in FORMS if form.encode() in shown]


PARENT = f"""
import json, os, sys, time
sys.path.insert(0, {str(COLLECTIONS)!r})
from ansible_collections.voip_communications.sms.plugins.plugin_utils._errand import Errand
errand = Errand(sys.argv[1], json.loads(sys.argv[2]), 30, float(sys.argv[3]))
errand.start()
while not float(sys.argv[3]) and not errand._has_begun:
    errand._receive(time.monotonic() + 60)
if not os.fork():  # as a worker of Ansible, which keeps the pipe open
    os.setsid()
    time.sleep(120)
    os._exit(0)
print(errand._channel._process.pid, flush=True)
time.sleep(120)
"""


def parent(program: str, delay: float) -> tuple[subprocess.Popen[str], int]:
    """Return a process as `ansible-playbook`, with a worker, that has started an errand, and the errand's pid."""
    process = subprocess.Popen(
        [sys.executable, "-c", PARENT, program, json.dumps(instructions()), str(delay)],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    return process, int(process.stdout.readline())


def ends(pid: int, seconds: float) -> bool:
    """Return whether a process that is no child of this one ends in this time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if " Z " in Path(f"/proc/{pid}/stat").read_text(encoding="utf-8"):
                return True
        except OSError:
            return True
        time.sleep(0.1)
    return False


@pytest.mark.skipif(sys.platform != "linux", reason="the state of another's child can be read on Linux")
def test_it_ends_when_the_playbook_is_killed_before_it_has_begun() -> None:
    process, errand = parent(PROGRAM, 3600)
    with process:
        process.kill()
        assert ends(errand, 60)


@pytest.mark.skipif(sys.platform != "linux", reason="the state of another's child can be read on Linux")
def test_ctrl_c_does_not_break_off_what_has_begun(tmp_path: Path) -> None:
    program = faked(tmp_path, "say(b'{\"begun\": true}\\n')\ntime.sleep(1)\ndone()\n")
    process, errand = parent(program, 0)
    with process:
        os.killpg(process.pid, signal.SIGINT)  # as the terminal does
        assert process.wait(60)
        assert ends(errand, 60)
    assert (tmp_path / "done").exists()
