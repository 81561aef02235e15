# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What documents are held against: the modules with their options and results, and the roles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import yaml

from ansible_collections.voip_communications.sms.plugins.modules import (
    voipsms_account_info,
    voipsms_ledger,
    voipsms_ledger_info,
    voipsms_log_info,
    voipsms_scheduled,
    voipsms_scheduled_info,
    voipsms_send,
)
from ansible_collections.voip_communications.sms.tests.support.markdown import COLLECTION, Block

PREFIX = "voip_communications.sms."
MODULES: dict[str, Any] = {
    f"{PREFIX}{module.__name__.rpartition('.')[2]}": module
    for module in (
        voipsms_account_info,
        voipsms_ledger,
        voipsms_ledger_info,
        voipsms_log_info,
        voipsms_scheduled,
        voipsms_scheduled_info,
        voipsms_send,
    )
}
SPECS: dict[str, dict[str, Any]] = {name: module.argument_spec() for name, module in MODULES.items()}
OPTIONS: dict[str, dict[str, Any]] = {option: spec for each in SPECS.values() for option, spec in each.items()}
RETURNED: dict[str, Any] = {
    key: value for module in MODULES.values() for key, value in yaml.safe_load(module.RETURN).items()
}
ROLES = COLLECTION / "roles"


def tasks(blocks: Iterable[Block]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every task of a module of the collection in YAML blocks, nested ones too: the module's name, and the options."""
    for block in blocks:
        for play in block.plays():
            for section in ("pre_tasks", "tasks", "post_tasks", "handlers"):
                yield from _within(play.get(section) or [])


def _within(found: Iterable[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    for task in found:
        yield from ((name, task[name] or {}) for name in task if name in SPECS)
        for section in ("block", "rescue", "always"):
            yield from _within(task.get(section) or [])


def assert_fits(options: dict[str, dict[str, Any]], option: str, value: Any) -> None:
    """Assert that there is such an option, and that it takes the value."""
    assert option in options
    spec = options[option]
    values = value if isinstance(value, list) else [value]
    assert all(each in spec.get("choices", [each]) for each in values)
    assert spec["type"] != "bool" or isinstance(value, bool) or "{{" in value


def role_options() -> dict[str, dict[str, Any]]:
    """The options of every role, of all its entry points together."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(ROLES.glob("*/meta/argument_specs.yml")):
        for entry in yaml.safe_load(path.read_text("utf-8"))["argument_specs"].values():
            found |= entry["options"]
    return found
