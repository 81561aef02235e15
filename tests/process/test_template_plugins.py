# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters and the lookup in real templates: their examples, and a run that all workers of a process share."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.voip_communications.sms.tests.support.playbook import Controller

PLUGINS = "ansible_collections.voip_communications.sms.plugins."
DEBUG = "ansible.builtin.debug"
HOSTS = "".join(f"web{number}\n" for number in range(1, 6))
RUN = "{{ lookup('voip_communications.sms.pipeline').run }}"


def shown(text: str, **variables: object) -> dict[str, Any]:
    """Return a task that shows a text."""
    return {"name": "Show", DEBUG: {"msg": text}, "vars": variables}


def examples(plugin: str) -> list[dict[str, Any]]:
    """Return the examples of a plugin that send nothing."""
    return [task for task in yaml.safe_load(import_module(PLUGINS + plugin).EXAMPLES) if DEBUG in task]


def test_all_workers_of_a_process_share_a_run_and_no_two_processes_do(tmp_path: Path) -> None:
    """In templates of tasks, of facts and of variables, over five hosts in five workers; and in a second process."""
    controller = Controller(tmp_path / "controller")
    tasks = [
        shown(RUN),
        {"name": "Keep", "ansible.builtin.set_fact": {"kept": RUN}},
        shown("{{ kept }} {{ late }}", late=RUN),
        shown("{{ lookup('voip_communications.sms.pipeline').system }}", awx_job_id=42),
    ]
    first = controller.play(*tasks, inventory=HOSTS, arguments=["--forks", "5"], keywords={"strategy": "free"})
    assert first.rc == 0, first.everything
    said = [result["msg"] for result in first.results if "msg" in result]
    assert len(said) == 15
    assert said.count("awx") == 5
    (run,) = {run for message in said if message != "awx" for run in message.split()}

    contacts = {"content": "name,number,groups\nanna,+4915112345678,oncall\n", "dest": "{{ playbook_dir }}/people.csv"}
    second = controller.play(
        {"name": "Write contacts", "ansible.builtin.copy": {**contacts, "mode": "0600"}},
        shown(RUN),
        *(
            task
            for name in ("fit_segments", "name_hosts", "event_key", "audience")
            for task in examples(f"filter.{name}")
        ),
        *examples("lookup.pipeline"),
    )
    assert second.rc == 0, second.everything
    other, text, lost, named, key, people, group, where = (
        result["msg"] for result in second.results if "msg" in result
    )
    assert re.fullmatch("[0-9a-f]{16}", other)
    assert other != run
    assert text == yaml.safe_load(import_module(f"{PLUGINS}filter.fit_segments").RETURN)["_value"]["sample"]
    assert (lost, named) == ("Lost: ", "web1, web2 and 3 more")
    assert key == f"deploy/shop/1.4.2/production/failed/none-{other}-1"
    assert people == {
        "now": ["+12812345678", "+447700900123"],
        "later": [{"at": "2026-11-24T08:00+01:00", "to": ["+4915112345678"]}],
        "dropped": [],
        "faults": [],
    }
    assert group == {"now": ["+4915112345678"], "later": [], "dropped": [], "faults": []}
    assert where.startswith(f"none: {other}, attempt 1, by ")
