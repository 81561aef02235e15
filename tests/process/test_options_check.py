# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible-lint finds the wrong options of every module before a play runs, and finds no fault with right ones."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from ansible_collections.voip_communications.sms.tests.support.documented import MODULES, SPECS
from ansible_collections.voip_communications.sms.tests.support.people import ANNA
from ansible_collections.voip_communications.sms.tests.tools import lint

# A word is no value of these types.
_NOT_WORDS = ("int", "float", "bool", "dict")


class _Wrong(NamedTuple):
    """A task with a fault, and what ansible-lint has to say about it."""

    title: str
    module: str
    options: dict[str, Any]
    sentence: str


def test_a_wrong_option_of_each_module_is_found(tmp_path: Path) -> None:
    """Each module has a task for each kind of fault that its argument spec can have."""
    tasks = [wrong for module in SPECS for wrong in _wrong(module)]
    assert {wrong.module for wrong in tasks} == set(MODULES)
    messages = _messages(tmp_path, [{"name": wrong.title, wrong.module: wrong.options} for wrong in tasks])
    assert [wrong for wrong in tasks if wrong.sentence not in messages.pop(wrong.title, "")] == []
    assert messages == {}


def test_the_examples_of_each_module_are_right(tmp_path: Path) -> None:
    """Their tasks are full of templates, for which no value is known."""
    examples = [entry for module in MODULES.values() for entry in yaml.safe_load(module.EXAMPLES)]
    tasks = [task for entry in examples for task in entry.get("tasks", [entry])]
    assert _messages(tmp_path, tasks) == {}


def test_what_ansible_lint_cannot_read_is_no_fault(tmp_path: Path) -> None:
    """A template inside an option, or among the choices of a list, hides no other fault in the file."""
    settings = [{"list_lag": "{{ lag }}"}, {"log_order": "{{ order }}"}, {"log_order": "newest"}, "{{ settings }}"]
    tasks = [{"name": "A setting", "voip_communications.sms.voipsms_sandbox": {"settings": one}} for one in settings]
    tasks.append({"name": "States", "voip_communications.sms.voipsms_ledger_info": {"states": "{{ states }}"}})
    assert _messages(tmp_path, tasks) == {}
    fault = {"voip_communications.sms.voipsms_sandbox": {"settings": {"list_leg": 3, "list_lag": "{{ lag }}"}}}
    assert "settings.list_leg" in _messages(tmp_path, [*tasks, {"name": "A fault", **fault}])["A fault"]


def _wrong(module: str) -> list[_Wrong]:
    """Return a task of a module for each kind of fault."""
    spec = SPECS[module]
    right = {name: option.get("choices", ["text"])[0] for name, option in spec.items() if option.get("required")}
    chosen = next(name for name, option in spec.items() if option.get("choices") and option["type"] == "str")
    typed = next(name for name, option in spec.items() if option["type"] in _NOT_WORDS)
    faults: list[tuple[str, dict[str, Any], str]] = [
        ("unknown", {**right, "message": "hi"}, "Unsupported parameters for (basic.py) module: message."),
        ("choice", {**right, chosen: "wrong"}, f"value of {chosen} must be one of: "),
        ("type", {**right, typed: "wrong"}, f"argument '{typed}' is of type"),
        *(
            (f"no {name}", {other: right[other] for other in right if other != name}, f"required arguments: {name}")
            for name in right
        ),
    ]
    short = module.rpartition(".")[2]
    return [_Wrong(f"Try {short} {fault}", module, options, sentence) for fault, options, sentence in faults]


def _messages(folder: Path, tasks: list[dict[str, Any]]) -> dict[str, str]:
    """Return what the rule of ansible-lint says, by the names of the tasks; see that it has looked at the last one."""
    fault = {"voip_communications.sms.voipsms_send": {"to": ANNA, "msg": "hi", "text": "hi"}}
    last = {"name": "The last one", **fault}
    play = {"name": "A play", "hosts": "localhost", "gather_facts": False, "tasks": [*tasks, last]}
    path = folder / "play.yml"
    path.write_text(yaml.safe_dump([play], sort_keys=False), encoding="utf-8")
    program = Path(sys.executable).with_name("ansible-lint")
    done = subprocess.run(
        [program, "--offline", "--tags", "args[module]", "--format", "json", path.name],
        cwd=folder,
        env=lint.environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Ignored exception" not in done.stderr, done.stderr
    remarks = [remark for remark in json.loads(done.stdout) if remark["check_name"] == "args[module]"]
    messages = {remark["content"]["body"].partition(": ")[2]: remark["description"] for remark in remarks}
    assert "module: text" in messages.pop("The last one"), done.stderr
    return messages
