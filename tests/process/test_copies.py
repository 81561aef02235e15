# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module processes that begin as copies are as those that begin anew, for all that a test can ask of them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.tests.support.copies import Copies, Copy
from ansible_collections.voip_communications.sms.tests.support.counted import CountedSandbox
from ansible_collections.voip_communications.sms.tests.support.people import ANN
from ansible_collections.voip_communications.sms.tests.support.playbook import COLLECTION, COLLECTIONS_PATH, Controller
from ansible_collections.voip_communications.sms.tests.support.waiting import until

MODULE = COLLECTION / "plugins" / "modules" / "voipsms_send.py"


USUAL = {
    "PATH": os.environ["PATH"],
    "PYTHONPATH": str(COLLECTIONS_PATH),
    "LC_ALL": "C.UTF-8",
    "PYTHONDONTWRITEBYTECODE": "1",
}

SHOW = """
import json, os, sys
print(json.dumps([dict(os.environ), sys.argv, sys.path[0], os.getcwd()]))
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
    copy = copies.of(MODULE, USUAL)
    assert copy is not None
    return copy


def test_the_result_is_that_of_a_process_that_begins_anew(
    controller: Controller, service: CountedSandbox, copies: Copies
) -> None:
    wishes: tuple[dict[str, Any], ...] = ({"to": ANN, "msg": "Hello", "check": True}, {"to": "nobody", "msg": 1})
    copied = [controller.module(**wish) for wish in wishes]
    assert controller.send(to=ANN, msg="Once")["outcome"] == "sent"
    controller.environment["PYTHONPATH"] = f"{COLLECTIONS_PATH}{os.pathsep}"
    assert copies.of(MODULE, controller.environment) is None, "Python starts in another way"
    begun = [controller.module(**wish) for wish in wishes]
    for one, other in zip(copied, begun, strict=True):
        told = {"ledger_created": one.result["ledger_created"]}
        assert (one.rc, one.result, one.stderr) == (other.rc, {**other.result, **told}, other.stderr)
    assert controller.send(to=ANN, msg="Once")["outcome"] == "duplicate"
    service.expect(1)


def test_a_copy_has_what_it_is_given_and_no_more(copies: Copies, tmp_path: Path) -> None:
    """Not the environment of the process that is copied, nor that of the copy before it."""
    program = tmp_path / "program.py"
    program.write_text(SHOW, encoding="utf-8")
    for name in ("ONE", "OTHER"):
        copy = copies.of(program, {**USUAL, name: "1"})
        assert copy is not None
        stdout, stderr = copy.communicate(timeout=20)
        assert (json.loads(stdout), stderr, copy.returncode) == (
            [{**USUAL, name: "1"}, [str(program)], str(tmp_path), os.getcwd()],
            "said",
            3,
        )


def test_a_copy_that_is_killed_ends_so(copy: Copy) -> None:
    assert copy.poll() is None
    copy.kill()
    assert copy.communicate(timeout=10) == ("", "")
    assert copy.returncode == -signal.SIGKILL
    until(lambda: not Path(f"/proc/{copy.pid}").exists())


def test_a_copy_that_hangs_is_not_waited_for_in_vain(copy: Copy) -> None:
    os.kill(copy.pid, signal.SIGSTOP)
    with pytest.raises(subprocess.TimeoutExpired):
        copy.communicate(timeout=0.2)
    copy.kill()
    copy.communicate(timeout=10)
