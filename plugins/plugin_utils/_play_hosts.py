# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read what the hosts of a play have reported about a deployment: what the tasks of the role registered for them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from ansible.playbook.task import Task

from ansible_collections.voip_communications.sms.plugins.module_utils._notify.deployment import (
    FAILED,
    STOPPED,
    SUCCEEDED,
    THROUGH,
    Fates,
    fates,
)

FATE = "deploy_notify__fate"
"""The variable with the fate of a host: the result of the step ``note``."""

TOLD = "deploy_notify__told"
"""The variable with the result of the last step that told something, of the hosts of a batch together."""


class PlayHosts:
    """The hosts of the play in which a task runs, as seen by one of them."""

    def __init__(self, task: Task, variables: Mapping[str, Any]) -> None:
        """Read nothing yet. ``variables`` are those of the task."""
        self._play = _play_of(task)
        self._variables = variables
        self.everybody: list[str] = list(variables["ansible_play_hosts_all"])
        self.still_there = frozenset(variables["ansible_play_hosts"])
        self.batch = [host for host in variables["ansible_play_batch"] if host in self.still_there]

    @property
    def own_fate(self) -> Mapping[str, Any]:
        """What this host has reported about itself."""
        return _mapping(self._variables.get(FATE))

    @property
    def own_told(self) -> Mapping[str, Any]:
        """What was told last in the batch of this host."""
        return _mapping(self._variables.get(TOLD))

    @property
    def identity(self) -> str:
        """What tells this play from the others of the run; the same in all of its batches."""
        return str(getattr(self._play, "_uuid", ""))

    @property
    def is_in_step(self) -> bool:
        """Whether all hosts of the batch come to a task together, as with the strategy linear and those like it."""
        return str(getattr(self._play, "strategy", "")).endswith(("linear", "debug"))

    @cached_property
    def _known(self) -> dict[str, Mapping[str, Any]]:
        """The variables of each host, as they are: what is read of them is no template."""
        return {host: self._variables["hostvars"].raw_get(host) for host in self.everybody}

    @cached_property
    def _reports(self) -> dict[str, tuple[Mapping[str, Any], Mapping[str, Any]]]:
        """The fate of each host, and what was told last in its batch."""
        known = self._known
        return {host: (_mapping(known[host].get(FATE)), _mapping(known[host].get(TOLD))) for host in known}

    def has_begun_elsewhere(self) -> bool:
        """Tell whether another batch of this play has begun before this one, or another host that is not in step.

        One that was refused has not begun: nothing is deployed to its hosts.
        """
        here = self.batch if self.is_in_step else [self._variables.get("inventory_hostname")]
        return any(self._has_begun(told) for host, (_fate, told) in self._reports.items() if host not in here)

    def _has_begun(self, told: Mapping[str, Any]) -> bool:
        return not told.get("failed") and _memory(told).get("play") == self.identity

    def fates(self, deployment: str, *, are_through: bool = False) -> Fates:
        """Return which hosts have failed, and how the deployment has ended.

        ``are_through``: the hosts of this batch, which come here in step.
        """
        known = {host: _fates_in(fate).get(deployment, "") for host, (fate, _told) in self._reports.items()}
        reported = {host: fate for host, fate in known.items() if fate}
        arrived = self.arrived(deployment) + (self.batch if are_through and self.is_in_step else [])
        return fates({**dict.fromkeys(arrived, THROUGH), **reported}, self.everybody, self.still_there)

    def arrived(self, deployment: str) -> list[str]:
        """Return the hosts that have come in step to where success is told, in all batches until now."""
        memories = [_memory(told) for _fate, told in self._reports.values()]
        return list(
            dict.fromkeys(host for memory in memories for host in memory.get("arrived", {}).get(deployment, ()))
        )

    def fates_with(self, deployment: str, fate: str) -> dict[str, str]:
        """Return what this host has reported about each deployment, with what it reports about one now."""
        return {**_fates_in(self.own_fate), deployment: fate}

    def spent(self, key: str) -> float:
        """Return the seconds that earlier batches have spent in vain on an event."""
        memories = [_memory(told) for _fate, told in self._reports.values()]
        return max((memory.get("spent", {}).get(key, 0.0) for memory in memories), default=0.0)

    def errors(self) -> dict[str, str]:
        """Return a digest of the last error of each host of the batch, so that a later one can be told from it."""
        digests = {host: _digest(self._known[host]) for host in self.batch}
        return {host: digest for host, digest in digests.items() if digest}

    def fate_of_failure(self) -> tuple[str, str]:
        """Return whether this host has failed, or was stopped by another one, and the error; in a ``rescue``."""
        before = _memory(self.own_told).get("errors") or {}
        digest = _digest(self._variables)
        if not digest or digest == before.get(self._variables.get("inventory_hostname")):
            return STOPPED, "another host has failed"
        result, task = (_mapping(self._variables.get(f"ansible_failed_{name}")) for name in ("result", "task"))
        # Which of the two says so depends on the version of ansible-core.
        if result.get("_ansible_no_log") or task.get("no_log"):
            return FAILED, "the result is hidden, since its task has no_log"
        return FAILED, str(result.get("msg") or result.get("reason") or "a task has failed")

    def fate_at(self, event: str) -> tuple[str, str]:
        """Return the fate of this host where an event is told, and the error; empty where an event says nothing of it.

        Only a host that came here by a failing task has an error of its own; any_errors_fatal brings the others along.
        """
        if event == FAILED:
            return self.fate_of_failure()
        return (THROUGH, "") if event == SUCCEEDED else ("", "")


def _play_of(task: Task) -> object:
    """Return the play of a task; None where there is none."""
    parent: object = task
    while parent is not None and not hasattr(parent, "_play"):
        parent = getattr(parent, "_parent", None)
    return getattr(parent, "_play", None)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _memory(told: Mapping[str, Any]) -> Mapping[str, Any]:
    return _mapping(told.get("memory"))


def _fates_in(report: Mapping[str, Any]) -> Mapping[str, str]:
    """Return what a host has become in each deployment that it has reported about; a play may have several."""
    return _mapping(_memory(report).get("fates"))


def _digest(variables: Mapping[str, Any]) -> str:
    """Return a digest of the last error of a host; empty where it has none."""
    error = [variables.get(f"ansible_failed_{name}") for name in ("task", "result")]
    if not any(error):
        return ""
    return hashlib.sha256(json.dumps(error, sort_keys=True, default=str).encode("utf-8", "replace")).hexdigest()
