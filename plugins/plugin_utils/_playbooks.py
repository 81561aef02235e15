# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""List the playbooks of the collection: what does the work of each, and which variables it takes.

A playbook of a module takes the options of that module, and one of a role the options of that role.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.voip_communications.sms.plugins.modules import (
    voipsms_ask,
    voipsms_report,
    voipsms_sandbox,
    voipsms_scheduled,
    voipsms_send,
)
from ansible_collections.voip_communications.sms.plugins.plugin_utils._result_file import RESULT_FILE

COLLECTION = "voip_communications.sms"
PREFIX = "voipsms_"
CONTACTS = f"{PREFIX}contacts"
HANDOVER = "handover"

_ROLES = Path(__file__).absolute().parents[2] / "roles"
_LISTS = ("_to", "_smsid", "_recipients", "_calendar", "_overrides", "_number")
_READ_BY_THE_MODULE = ("_contacts", "_steps", "_levels", "_fallback", "_choices", "_wait", "_poll", "_open_for")
"""Ends of the names of variables that may be anything, which the module reads."""

_SETTINGS_OF_WATCH = "voipsms_watch_"
_MODULES = {
    "voipsms_send": voipsms_send,
    "voipsms_scheduled": voipsms_scheduled,
    "voipsms_ask": voipsms_ask,
    "voipsms_report": voipsms_report,
}


@dataclass(frozen=True)
class Playbook:
    """What one playbook takes, and what does its work.

    ``prefixes`` begin the names of its variables, and of nothing else. ``options`` is the argument spec of all of them.
    ``facts`` begin likewise, and are set by the collection itself. Without a ``module``, a role does the work.
    ``fixed`` are the options of the module that no variable sets. ``fallbacks`` are the variables that others without a
    value take theirs from. ``has_account``: it works for an account, which the environment names.
    """

    name: str
    prefixes: tuple[str, ...]
    options: Mapping[str, Mapping[str, Any]]
    module: str = ""
    fixed: Mapping[str, Any] = field(default_factory=dict)
    facts: frozenset[str] = frozenset()
    fallbacks: Mapping[str, str] = field(default_factory=dict)
    has_account: bool = False

    def is_own(self, variable: str) -> bool:
        """Tell whether a variable is meant for this playbook, by its prefix."""
        is_other = variable in self.facts or variable.startswith(_SETTINGS_OF_WATCH)
        return variable.startswith(self.prefixes) and not is_other

    def is_text(self, variable: str) -> bool:
        """Tell whether a variable holds one text, and no list."""
        return self._is_textual(variable) and not variable.endswith(_LISTS)

    def is_list_of_texts(self, variable: str) -> bool:
        """Tell whether a variable holds texts in any notation of a list."""
        return self._is_textual(variable) and variable.endswith(_LISTS)

    def _is_textual(self, variable: str) -> bool:
        entry = self.options[variable]
        is_textual = entry.get("type", "str") in ("raw", "str") and "choices" not in entry
        return is_textual and not variable.endswith(_READ_BY_THE_MODULE)


def find(name: str) -> Playbook:
    """Return a playbook by its name."""
    return PLAYBOOKS[name]()


def _of_module(
    name: str, module: str, *, required: tuple[str, ...] = (), others: tuple[str, ...] = (), **fixed: Any
) -> Playbook:
    """Return a playbook of a module with an account. ``others`` are options that mean nothing to this playbook."""
    spec: dict[str, dict[str, Any]] = _MODULES[module].argument_spec()
    taken = {option: entry for option, entry in _variable(spec).items() if option not in {*others, *fixed}}
    options = {PREFIX + option: {**_bare(entry), "required": option in required} for option, entry in taken.items()}
    options[RESULT_FILE] = {"type": "path"}
    return Playbook(name, (PREFIX,), options, f"{COLLECTION}.{module}", fixed, has_account=True)


def _variable(spec: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Return the options that variables set: what the environment can set is left to it, apart from the contacts."""
    return {option: entry for option, entry in spec.items() if option == "contacts" or "fallback" not in entry}


def _of_role(name: str, role: str, *prefixes: str, more: Mapping[str, Mapping[str, Any]] | None = None) -> Playbook:
    """Return a playbook of a role, with further variables."""
    text = (_ROLES / role / "meta" / "argument_specs.yml").read_text("utf-8")
    options = yaml.safe_load(text)["argument_specs"]["main"]["options"]
    bare = {option: _bare(entry) for option, entry in options.items()}
    facts = frozenset({f"{role}_result"})
    return Playbook(name, (f"{role}_", *prefixes), {**bare, **(more or {})}, facts=facts)


def _bare(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return an entry of an argument spec without its default, which a role may compute, and without its fallback."""
    return {key: value for key, value in entry.items() if key not in ("default", "fallback", "description")}


@cache
def _notify() -> Playbook:
    return _of_module("notify", "voipsms_send", required=("to", "msg"))


@cache
def _scheduled() -> Playbook:
    others = ("state", "smsid", "fail_if_sent")
    return _of_module("scheduled", "voipsms_scheduled", required=("to", "msg", "delivery_date"), others=others)


@cache
def _cancel() -> Playbook:
    others = ("min_lead", "on_date_mismatch", "max_segments", "charset")
    return _of_module("cancel", "voipsms_scheduled", others=others, state="absent")


@cache
def _ask() -> Playbook:
    return _of_module("ask", "voipsms_ask", required=("from", "msg", "idempotency_key"))


@cache
def _report() -> Playbook:
    return _of_module("report", "voipsms_report")


@cache
def _page() -> Playbook:
    return _of_role("page", "page", PREFIX, more={CONTACTS: {"type": "raw"}, RESULT_FILE: {"type": "path"}})


@cache
def _handover() -> Playbook:
    """Return the playbook whose work is done by voipsms_send, or by voipsms_ask."""
    spec: dict[str, dict[str, Any]] = {
        **{option: {"type": "raw"} for option in ("overrides", "contacts", "from", "wait", "poll")},
        **{option: {"type": "str"} for option in ("name", "msg", "timezone", "stale_for", "timeout", "within")},
        "calendar": {"type": "raw", "required": True},
        "cache": {"type": "path"},
        "level": {"type": "int"},
        "ask": {"type": "bool"},
        "result_file": {"type": "path"},
    }
    options = {PREFIX + option: entry for option, entry in spec.items()}
    return Playbook(HANDOVER, (PREFIX,), options, f"{COLLECTION}.voipsms_send", has_account=True)


@cache
def _maintenance() -> Playbook:
    more = {CONTACTS: {"type": "raw"}, RESULT_FILE: {"type": "path"}}
    return _of_role("maintenance", "maintenance_window", PREFIX, more=more)


@cache
def _sandbox() -> Playbook:
    spec = _variable(voipsms_sandbox.argument_spec())
    return Playbook(
        "sandbox",
        ("sandbox_",),
        {f"sandbox_{option}": _bare(entry) for option, entry in spec.items()},
        f"{COLLECTION}.voipsms_sandbox",
        facts=frozenset({"sandbox_result"}),
        fallbacks={"sandbox_contacts": CONTACTS},
    )


PLAYBOOKS = {
    "notify": _notify,
    "scheduled": _scheduled,
    "cancel": _cancel,
    "ask": _ask,
    "page": _page,
    "handover": _handover,
    "maintenance": _maintenance,
    "report": _report,
    "sandbox": _sandbox,
}
"""The playbooks, each made when it is asked for."""
