# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tasks side by side: one playbook in which kinds and numbers of recipients take turns, and how long each task took."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, NamedTuple

from ansible_collections.voip_communications.sms.plugins.plugin_utils._local_action import SWITCH
from ansible_collections.voip_communications.sms.tests.benchmark.service import Service
from ansible_collections.voip_communications.sms.tests.benchmark.tables import Spread, table
from ansible_collections.voip_communications.sms.tests.support.playbook import COLLECTION, MODULE, Controller

HERE = COLLECTION / "tests" / "benchmark"
SIZES = (1, 10, 100, 1_000)

MODULE_FRONT: dict[str, Any] = {"environment": {SWITCH: "module"}}
"""Keywords of a task that goes the ordinary way of modules: it does so because it has an environment, whatever that is.

``SWITCH`` itself is read from the environment of the controller, so it would be the same for all tasks of a playbook.
"""

_USER, _PASSWORD = "benchmark", "password"
_LIMITS = {"limit": ["5000/15m", "10000/1h"], "account_limit": ["10000/5s"]}
"""Limits that no run reaches: what is held is not sent, and would take less time."""

Make = Callable[[str, list[str], str], dict[str, Any]]
"""Makes a task without a name, from the URL, the recipients and the text."""


@dataclass(frozen=True)
class Kind:
    """A way of sending: its name, the task, and how often each size is repeated at the most."""

    name: str
    make: Make
    most: Mapping[int, int]


def _send(url: str, recipients: list[str], text: str) -> dict[str, Any]:
    return {MODULE: {"api_url": url, "api_key": _USER, "api_password": _PASSWORD, "to": recipients, "msg": text}}


def _send_by_module(url: str, recipients: list[str], text: str) -> dict[str, Any]:
    return {**_send(url, recipients, text), **MODULE_FRONT}


def _send_in_full(url: str, recipients: list[str], text: str) -> dict[str, Any]:
    task = _send(url, recipients, text)
    contacts = [{"name": f"person {place}", "number": number} for place, number in enumerate(recipients)]
    task[MODULE] |= {"contacts": contacts, "to": [contact["name"] for contact in contacts], **_LIMITS}
    return task


def _send_in_full_by_module(url: str, recipients: list[str], text: str) -> dict[str, Any]:
    return {**_send_in_full(url, recipients, text), **MODULE_FRONT}


def _uri(url: str, to: str, text: str) -> dict[str, Any]:
    return {
        "ansible.builtin.uri": {
            "url": f"{url}sms/send",
            "method": "POST",
            "url_username": _USER,
            "url_password": _PASSWORD,
            "force_basic_auth": True,
            "body_format": "form-urlencoded",
            "body": {"to": to, "msg": text},
        }
    }


def _uri_once(url: str, recipients: list[str], text: str) -> dict[str, Any]:
    return _uri(url, ",".join(recipients), text)


def _uri_loop(url: str, recipients: list[str], text: str) -> dict[str, Any]:
    return {**_uri(url, "{{ item }}", text), "loop": recipients}


def _each(url: str, recipients: list[str], text: str) -> dict[str, Any]:
    options = {"url": f"{url}sms/send", "url_username": _USER, "url_password": _PASSWORD}
    return {"sms_each": {**options, "to": recipients, "msg": text}}


def _bare(name: str) -> Make:
    """Return a task that makes the request alone, by a plugin for benchmarks."""
    return lambda url, recipients, text: {name: {"url": f"{url}sms/send", "to": recipients, "msg": text}}


CONTROLLER, BY_MODULE = "voipsms_send, in the controller", "voipsms_send, as a module"
FULL_CONTROLLER, FULL_MODULE = (f"{name}, with contacts and limits" for name in (CONTROLLER, BY_MODULE))
BARE_ACTION, BARE_MODULE = "the bare request, in the controller", "the bare request, as a module"
DURABLE_ACTION, DURABLE_MODULE = (
    "the bare request between two durable commits, in the controller",
    "the bare request between two durable commits, as a module",
)
LOADING_MODULE = "the bare request, as a module that loads what voipsms_send loads"
URI, EACH, LOOP = "uri, one request for all", "a module, one request a recipient", "uri in a loop"
KINDS = (
    Kind(CONTROLLER, _send, {}),
    Kind(BY_MODULE, _send_by_module, {}),
    Kind(FULL_CONTROLLER, _send_in_full, {}),
    Kind(FULL_MODULE, _send_in_full_by_module, {}),
    Kind(BARE_ACTION, _bare("sms_bare_action"), {}),
    Kind(BARE_MODULE, _bare("sms_bare_module"), {}),
    Kind(DURABLE_ACTION, _bare("sms_durable_action"), {}),
    Kind(DURABLE_MODULE, _bare("sms_durable_module"), {}),
    Kind(LOADING_MODULE, _bare("sms_loading_module"), {}),
    Kind(URI, _uri_once, {}),
    Kind(EACH, _each, {100: 3, 1_000: 1}),
    Kind(LOOP, _uri_loop, {10: 3, 100: 1, 1_000: 0}),
)


@dataclass(frozen=True)
class Measured:
    """What each kind took for each number of recipients, and how many requests one task made."""

    times: Mapping[tuple[str, int], Spread]
    requests: Mapping[tuple[str, int], int]

    def ratio(self, one: tuple[str, int], other: tuple[str, int]) -> float | None:
        """Return how many times longer the first took than the second; None where one was not measured."""
        if one not in self.times or other not in self.times:
            return None
        return self.times[one].median / self.times[other].median


def measure(folder: Path, rounds: int) -> Measured:
    """Run the playbook. Raises RuntimeError when a task fails, since it has measured nothing."""
    with Service() as service:
        tasks = [
            task_of(service.url, kind.name, size, f"{kind.name}|{size}|{turn}")
            for turn in range(rounds)
            for size in SIZES
            for kind in KINDS
            if turn < kind.most.get(size, rounds)
        ]
        records = played(folder, tasks)
        posts = dict(service.posts)
    times: dict[tuple[str, int], list[float]] = defaultdict(list)
    requests: dict[tuple[str, int], int] = {}
    for record in records:
        name, size, _turn = record["task"].split("|")
        times[name, int(size)].append(record["seconds"])
        requests[name, int(size)] = posts[record["task"]]
    spreads = {what: Spread(tuple(seconds)) for what, seconds in times.items()}
    spreads[LOOP, 1_000] = Spread(spreads[LOOP, 100].seconds, factor=10.0)
    return Measured(spreads, requests)


def task_of(url: str, name: str, size: int, text: str) -> dict[str, Any]:
    """Return a task of a kind, with this text as its name and its message."""
    kind = next(kind for kind in KINDS if kind.name == name)
    return {"name": text, **kind.make(url, [f"+{12812000000 + place}" for place in range(size)], text)}


def played(folder: Path, tasks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Play tasks; return what the callback noted of each. Raises RuntimeError when one fails."""
    folder = Path(mkdtemp(dir=folder))
    controller = Controller(folder / "controller")
    controller.anew = True
    times = folder / "times.jsonl"
    controller.environment |= {
        "TASK_TIMES": str(times),
        "ANSIBLE_CALLBACK_PLUGINS": str(HERE / "callbacks"),
        "ANSIBLE_STDOUT_CALLBACK": "task_times",
        "ANSIBLE_LIBRARY": str(HERE / "modules"),
        "ANSIBLE_ACTION_PLUGINS": str(HERE / "action"),
        "ANSIBLE_PIPELINING": "0",  # as Ansible comes
    }
    process = controller.start_play(*tasks)
    stdout, stderr = process.communicate()
    records = [json.loads(line) for line in times.read_text(encoding="utf-8").splitlines()] if times.exists() else []
    failed = [record for record in records if record["error"]]
    if process.returncode or failed or len(records) != len(tasks):
        raise RuntimeError(
            f"the playbook ended with {process.returncode}: {failed}\n{stdout[-2000:]}\n{stderr[-2000:]}"
        )
    return records


def told(measured: Measured) -> str:
    """Return the tables: times, and ratios to the goals."""
    rows = []
    for kind in KINDS:
        row: list[object] = [kind.name]
        for size in SIZES:
            requests = measured.requests.get((kind.name, size))
            row.append(f"{measured.times[kind.name, size]}{'' if requests is None else f', {requests:,} req.'}")
        rows.append(row)
    times = table(
        ["milliseconds: median (shortest–longest)", "1 recipient", *(f"{size:,} recipients" for size in SIZES[1:])],
        rows,
    )
    return f"{times}\n\n{_goals(measured)}"


class Goal(NamedTuple):
    """A ratio of two medians that is to be reached, in whichever direction."""

    name: str
    one: tuple[str, int]
    other: tuple[str, int]
    bound: str
    wanted: float

    def is_met_by(self, found: float) -> bool:
        """Tell whether a ratio reaches the goal."""
        return found <= self.wanted if self.bound == "at most" else found >= self.wanted


GOALS = (
    Goal("1 recipient: the controller's way to uri", (CONTROLLER, 1), (URI, 1), "at most", 0.2),
    Goal("1 recipient: the module's way to uri", (BY_MODULE, 1), (URI, 1), "at most", 1.1),
    Goal("100 recipients: one request each to the controller's way", (EACH, 100), (CONTROLLER, 100), "at least", 50.0),
    Goal("100 recipients: one request each to the module's way", (EACH, 100), (BY_MODULE, 100), "at least", 10.0),
)
_BARE = {CONTROLLER: BARE_ACTION, BY_MODULE: BARE_MODULE}
"""What does nothing but the request, in place of what sends once."""


def _goals(measured: Measured) -> str:
    """Return each goal, the ratio that was measured, and the ratio of the bare request."""
    rows = []
    for goal in GOALS:
        found = measured.ratio(goal.one, goal.other)
        bare = measured.ratio(*((_BARE.get(kind, kind), size) for kind, size in (goal.one, goal.other)))
        reached = "" if found is None else "yes" if goal.is_met_by(found) else "no"
        rows.append([goal.name, f"{goal.bound} {goal.wanted:g}", _shown(found), _shown(bare), reached])
    return table(["ratio", "to reach", "found", "the bare request in its place", "reached"], rows)


def _shown(ratio: float | None) -> str:
    return "not measured" if ratio is None else f"{ratio:.2f}"
