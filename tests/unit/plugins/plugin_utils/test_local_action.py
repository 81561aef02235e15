# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A local action: where its code runs, and what no whole answer becomes. Tests with real processes show the rest."""

from __future__ import annotations

import gc
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.plugins.modules import voipsms_send
from ansible_collections.voip_communications.sms.plugins.plugin_utils import _local_action


class Action(_local_action.LocalAction):
    """The local action of a module, without Ansible around it."""

    spec = staticmethod(voipsms_send.module_spec)

    def __init__(self, *, check_mode: bool = False, timeout: int = 0) -> None:
        self._task: Any = SimpleNamespace(
            args={"to": "+1"}, action="send", check_mode=check_mode, diff=False, timeout=timeout
        )


@pytest.mark.parametrize(("timeout", "way"), [(0, "run_here"), (7, "run_forked")])
def test_only_a_time_limit_makes_a_copy_of_the_worker(timeout: int, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(_local_action, "run_forked" if way == "run_here" else "run_here")
    found = Action(timeout=timeout)._respond({})
    assert isinstance(found, dict)
    assert found["msg"] == "missing required arguments: msg; nothing was sent"


@pytest.mark.parametrize("timeout", [0, 7], ids=["here", "copied"])
@pytest.mark.parametrize(
    "answer", [b"", b'{"changed": true, "results": [{"to": "+1281', b"{}x"], ids=["none", "cut", "odd"]
)
@pytest.mark.parametrize(("check_mode", "outcome"), [(False, "unknown"), (True, "not_sent")])
def test_work_that_ends_without_a_whole_answer_has_an_honest_result(
    answer: bytes, check_mode: bool, outcome: str, timeout: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_local_action, "run_forked" if timeout else "run_here", lambda _work: answer)
    found = Action(check_mode=check_mode, timeout=timeout)._respond({})
    assert isinstance(found, dict)
    assert (found["failed"], found["outcome"], found["changed"]) == (True, outcome, not check_mode)
    assert "the process that did this ended without a result" in found["msg"]


@pytest.mark.parametrize("timeout", [0, 7], ids=["here", "copied"])
def test_what_the_work_imports_late_is_looked_for_by_the_collection_first(timeout: int) -> None:
    finders = list(sys.meta_path)

    def run(_params: Any, _check_mode: bool) -> dict[str, Any]:
        return {"msg": str(sys.meta_path[1:] == finders)}

    class Looking(Action):
        spec = staticmethod(lambda: voipsms_send.module_spec()._replace(argument_spec={"to": {}}, run=run))

    found = Looking(timeout=timeout)._respond({})
    assert isinstance(found, dict)
    assert found["msg"] == "True"
    assert sys.meta_path == finders


def test_the_garbage_of_the_items_of_a_loop_is_collected() -> None:
    Action()._respond({})
    frozen = gc.get_freeze_count()
    assert frozen
    left: list[list[object]] = [[] for _each in range(1000)]
    Action()._respond({})
    assert gc.get_freeze_count() < frozen + len(left)


def test_a_first_number_is_read_before_the_process_is_copied() -> None:
    """Otherwise each copy loads the metadata of its region and compiles the patterns of numbers anew."""
    code = f"import sys, {_local_action.__name__}; print('phonenumbers.data.region_US' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"
