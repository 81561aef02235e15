# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""List what the documents may name: the modules with their options and results, the roles, and the plugins."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.voip_communications.sms.plugins.modules import (
    voipsms_account_info,
    voipsms_ask,
    voipsms_deployment,
    voipsms_ledger,
    voipsms_ledger_info,
    voipsms_log_info,
    voipsms_notify,
    voipsms_playbook,
    voipsms_report,
    voipsms_sandbox,
    voipsms_scheduled,
    voipsms_scheduled_info,
    voipsms_send,
    voipsms_window,
)
from ansible_collections.voip_communications.sms.plugins.plugin_utils._playbooks import PLAYBOOKS, find
from ansible_collections.voip_communications.sms.tests.support.markdown import COLLECTION, Block

PREFIX = "voip_communications.sms."
MODULES: dict[str, Any] = {
    f"{PREFIX}{module.__name__.rpartition('.')[2]}": module
    for module in (
        voipsms_account_info,
        voipsms_ask,
        voipsms_deployment,
        voipsms_ledger,
        voipsms_ledger_info,
        voipsms_log_info,
        voipsms_notify,
        voipsms_playbook,
        voipsms_report,
        voipsms_sandbox,
        voipsms_scheduled,
        voipsms_scheduled_info,
        voipsms_send,
        voipsms_window,
    )
}
SPECS: dict[str, dict[str, Any]] = {name: module.argument_spec() for name, module in MODULES.items()}
OPTIONS: dict[str, dict[str, Any]] = {option: spec for options in SPECS.values() for option, spec in options.items()}
RETURNED: dict[str, Any] = {
    key: value for module in MODULES.values() for key, value in yaml.safe_load(module.RETURN).items()
}
ROLES = COLLECTION / "roles"
# Facts that the roles set for later tasks.
FACTS = {"deploy_notify_about", "deploy_notify_result", "maintenance_window_result", "page_result", "sandbox_result"}


def tasks(blocks: Iterable[Block]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the module and the options of each task of the collection in YAML blocks, nested tasks included."""
    for block in blocks:
        for play in block.plays():
            for section in ("pre_tasks", "tasks", "post_tasks", "handlers"):
                yield from _within(play.get(section) or [])


def _within(entries: Iterable[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    for task in entries:
        yield from ((name, task[name] or {}) for name in task if name in SPECS)
        for section in ("block", "rescue", "always"):
            yield from _within(task.get(section) or [])


def assert_fits(options: dict[str, dict[str, Any]], option: str, value: Any) -> None:
    """Assert that there is such an option, and that it takes the value."""
    assert option in options
    spec = options[option]
    values = value if isinstance(value, list) else [value]
    assert all(choice in spec.get("choices", [choice]) for choice in values)
    assert spec["type"] != "bool" or isinstance(value, bool) or "{{" in value


def role_options() -> dict[str, dict[str, Any]]:
    """Return the options of every role, of all its entry points together."""
    options: dict[str, dict[str, Any]] = {}
    for path in sorted(ROLES.glob("*/meta/argument_specs.yml")):
        for entry in yaml.safe_load(path.read_text("utf-8"))["argument_specs"].values():
            options |= entry["options"]
    return options


def nested(options: dict[str, dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every option, and every option of its elements, by its short name."""
    for name, spec in options.items():
        yield name, spec
        yield from nested(spec.get("options") or spec.get("suboptions") or {})


def playbook_options() -> dict[str, dict[str, Any]]:
    """Return the variables that the playbooks take, except those of a role."""
    of_roles = role_options()
    specs = [find(name).options for name in PLAYBOOKS]
    return {name: dict(option) for spec in specs for name, option in spec.items() if name not in of_roles}


@cache
def plugins() -> dict[str, dict[str, Any]]:
    """Return the documentation of every callback, filter and lookup, by its name."""
    paths = [path for kind in ("callback", "filter", "lookup") for path in (COLLECTION / "plugins" / kind).glob("*.py")]
    return {path.stem: _documentation(path) for path in sorted(paths)}


@cache
def event_options() -> dict[str, dict[str, Any]]:
    """Return the options of the event plugins, and the variables of the rulebooks and of the playbooks they run."""
    files = sorted((COLLECTION / "extensions" / "eda" / "plugins").rglob("*.py"))
    options = {name: spec for path in files for name, spec in nested(_documentation(path)["options"])}
    texts = [
        *(COLLECTION / "extensions" / "eda" / "rulebooks").glob("*.yml"),
        *(COLLECTION / "playbooks").glob("*.yml"),
    ]
    text = "".join(path.read_text("utf-8") for path in texts)
    return options | {name: {"type": "raw"} for name in re.findall(r"\b(?:alerts?|job|replies)_[a-z_]+\b", text)}


@cache
def every_option() -> dict[str, dict[str, Any]]:
    """Return all options of modules, playbooks, roles and plugins; of two with one name, the first counts."""
    of_plugins = [dict(nested(plugin.get("options") or {})) for plugin in plugins().values()]
    known: dict[str, dict[str, Any]] = {}
    for options in (OPTIONS, playbook_options(), dict(nested(role_options())), *of_plugins, event_options()):
        known |= {name: spec for name, spec in options.items() if name not in known}
    return known


def _documentation(path: Path) -> dict[str, Any]:
    """Return the DOCUMENTATION of a plugin, read without importing it."""
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "DOCUMENTATION":
            documentation: dict[str, Any] = yaml.safe_load(ast.literal_eval(node.value))
            return documentation
    raise AssertionError(f"{path} has no DOCUMENTATION")
