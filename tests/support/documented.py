# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What documents are held against: the modules with their options and results, and the roles."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
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
# What the roles leave for later tasks.
FACTS = {"deploy_notify_about", "deploy_notify_result", "maintenance_window_result"}


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


def nested(options: dict[str, dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every option, and every option of its elements, by its short name."""
    for name, spec in options.items():
        yield name, spec
        yield from nested(spec.get("options") or spec.get("suboptions") or {})


def playbook_options() -> dict[str, dict[str, Any]]:
    """The variables that the playbooks take."""
    plays = [yaml.safe_load(path.read_text("utf-8"))[0] for path in sorted((COLLECTION / "playbooks").glob("*.yml"))]
    return {name: spec for play in plays for name, spec in play["vars"]["playbook_options"].items()}


@cache
def plugins() -> dict[str, dict[str, Any]]:
    """The documentation of every callback, filter and lookup, by its name."""
    paths = [path for kind in ("callback", "filter", "lookup") for path in (COLLECTION / "plugins" / kind).glob("*.py")]
    return {path.stem: _documentation(path) for path in sorted(paths)}


@cache
def every_option() -> dict[str, dict[str, Any]]:
    """All options that documents may speak of: of modules, plugins, roles and playbooks; modules come first."""
    of_plugins = [dict(nested(plugin.get("options") or {})) for plugin in plugins().values()]
    found: dict[str, dict[str, Any]] = {}
    for options in (OPTIONS, playbook_options(), dict(nested(role_options())), *of_plugins):
        found |= {name: spec for name, spec in options.items() if name not in found}
    return found


def _documentation(path: Path) -> dict[str, Any]:
    """DOCUMENTATION of a plugin, read without importing it."""
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "DOCUMENTATION":
            found: dict[str, Any] = yaml.safe_load(ast.literal_eval(node.value))
            return found
    raise AssertionError(f"{path} has no DOCUMENTATION")
