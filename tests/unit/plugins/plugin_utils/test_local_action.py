# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A local action whose forked copy leaves no whole answer. Tests with real processes show the rest."""

from __future__ import annotations

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

    def __init__(self, *, check_mode: bool) -> None:
        self._task: Any = SimpleNamespace(args={"to": "+1"}, action="send", check_mode=check_mode, diff=False)


@pytest.mark.parametrize(
    "answer", [b"", b'{"changed": true, "results": [{"to": "+1281', b"{}x"], ids=["none", "cut", "odd"]
)
@pytest.mark.parametrize(("check_mode", "outcome"), [(False, "unknown"), (True, "not_sent")])
def test_a_copy_that_was_killed_has_an_honest_result(
    answer: bytes, check_mode: bool, outcome: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_local_action, "run_forked", lambda _work: answer)
    found = Action(check_mode=check_mode)._respond({})
    assert isinstance(found, dict)
    assert (found["failed"], found["outcome"], found["changed"]) == (True, outcome, not check_mode)
    assert "the process that did this ended without a result" in found["msg"]


def test_a_first_number_is_read_before_the_process_is_copied() -> None:
    """Otherwise each copy loads the metadata of its region and compiles the patterns of numbers anew."""
    code = f"import sys, {_local_action.__name__}; print('phonenumbers.data.region_US' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"
