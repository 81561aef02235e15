# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find out whether the options of ``ansible-playbook`` let a playbook of the collection do its work.

No task can tell: with ``--limit web1`` none of them runs, and the run is a success.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader

HOST = "localhost"

_SHOWING_ONLY = ("syntax", "listhosts", "listtasks", "listtags")
_SKIPPING_ALL = ("always", "tagged")
"""What in ``--skip-tags`` leaves out a play that is tagged ``always``."""


def obstacles(cli: Mapping[str, Any], groups: Mapping[str, Iterable[str]], loader: DataLoader) -> list[str]:
    """Return a sentence for each option of ``ansible-playbook`` by which the playbook would not do its work.

    ``groups`` are the groups of the inventory with their hosts. Where nothing is run, nothing is in the way.
    """
    if any(cli.get(option) for option in _SHOWING_ONLY):
        return []
    return [*_skipping(cli), *_limiting(cli, groups, loader)]


def _skipping(cli: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with the options that leave tasks out."""
    sentences = []
    skipped = [tag for tag in cli.get("skip_tags") or () if tag in _SKIPPING_ALL]
    if skipped:
        sentences.append(f"--skip-tags {','.join(skipped)} would skip what this playbook does; leave it out")
    if cli.get("start_at_task"):
        sentences.append(
            f"--start-at-task {cli['start_at_task']!r} may skip what this playbook does; leave it out, or run this"
            " playbook in a command of its own"
        )
    return sentences


def _limiting(cli: Mapping[str, Any], groups: Mapping[str, Iterable[str]], loader: DataLoader) -> list[str]:
    """Return what is wrong with ``--limit``, and with an inventory in which localhost is something else."""
    if HOST in groups:
        return [f"the inventory has a group {HOST}, and this playbook runs on the host {HOST}; rename the group"]
    limit = cli.get("subset")
    if not limit or _is_within(limit, groups, loader):
        return []
    advice = f"add it, as in --limit '{limit},{HOST}', or leave --limit out"
    return [f"--limit {limit} leaves out {HOST}, where this playbook runs; {advice}"]


def _is_within(limit: str, groups: Mapping[str, Iterable[str]], loader: DataLoader) -> bool:
    """Tell whether a limit lets localhost through, as Ansible decides it: by an inventory with the same groups."""
    inventory = InventoryManager(loader, sources=None, parse=False)
    for group, hosts in groups.items():
        inventory.add_group(group)
        for host in hosts:
            inventory.add_host(host, group)
    inventory.subset(limit)
    return bool(inventory.get_hosts(HOST))
