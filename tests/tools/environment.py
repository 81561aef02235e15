# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the page of environment variables for the documentation as HTML.

antsibull-docs lists what plugins declare. Modules cannot declare any, and name theirs in their options; these are most
of the variables, and most of those who read them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from antsibull_docs_parser.dom import PluginIdentifier
from antsibull_docs_parser.parser import Context, parse
from antsibull_docs_parser.rst import to_rst

PREFIX = "voip_communications.sms."
# The first of these that has an option with the variable describes it best.
_FIRST = ("voipsms_send", "voipsms_scheduled", "voipsms_notify", "voipsms_ask")
# The callback reads what the module reads that sends for it, except this.
_CALLBACK, _ITS_MODULE, _EXCEPT = ("callback", "watch"), ("module", "voipsms_notify"), "VOIPSMS_DEADLINE"
_NAME = re.compile(r"E\((VOIPSMS_\w+)\)")
_ITSELF = re.compile(r"If not set, the value of the environment variable E\(\w+\) is used\.")
_HEAD = """:orphan:

.. _list_of_collection_env_vars:

Environment variables
=====================

An option of a task, and a variable of a play, win over the environment. An empty variable counts as not set. Roles and
playbooks read what the modules read that they run.
"""


@dataclass
class Variable:
    """An environment variable: what it says, and the plugins that read it, as (kind, short name)."""

    description: str
    users: set[tuple[str, str]] = field(default_factory=set)


def read(dump: str, sources: Mapping[str, str]) -> dict[str, Variable]:
    """Return all variables by name, from what `ansible-doc --metadata-dump` prints, and from texts of event sources."""
    variables: dict[str, Variable] = {}
    for kind, name, options in sorted(_plugins(dump, sources), key=_order):
        for option in options.values():
            paragraphs = option["description"]
            texts = [paragraphs] if isinstance(paragraphs, str) else paragraphs
            names = [each["name"] for each in option.get("env", ())]
            for variable in dict.fromkeys([*names, *_NAME.findall(" ".join(texts))]):
                known = variables.setdefault(variable, Variable(_as_rst(texts, kind, name)))
                known.users.add((kind, name))
    for variable, known in variables.items():
        if _ITS_MODULE in known.users and variable != _EXCEPT:
            known.users.add(_CALLBACK)
    return dict(sorted(variables.items()))


def write(source: Path, variables: Mapping[str, Variable]) -> None:
    """Write the page below `source`, and let the other pages there link to it."""
    entries = [_HEAD]
    for name, variable in variables.items():
        users = ",\n    ".join(_link(kind, user) for kind, user in sorted(variable.users, key=_modules_first))
        entries.append(f".. envvar:: {name}\n\n{variable.description}\n\n    *Read by:*\n    {users}\n")
    (source / "environment_variables.rst").write_text("\n".join(entries), encoding="utf-8")
    for page in source.glob("*.rst"):
        text = page.read_text("utf-8")
        linked = re.sub(r":ansenvvar:`(VOIPSMS(?:\\?_[A-Z]+)+)`", lambda match: _refer(match, variables), text)
        page.write_text(linked, encoding="utf-8")


def _refer(match: re.Match[str], variables: Mapping[str, Variable]) -> str:
    """Return a name of a variable as a link, where it is on the page."""
    name = match[1].replace("\\", "")
    return f":ansenvvarref:`{match[1]}`" if name in variables else match[0]


def _plugins(dump: str, sources: Mapping[str, str]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield kind, short name and options of whatever documents itself, except roles, which only run modules."""
    for kind, plugins in json.loads(dump)["all"].items():
        if kind in ("callback", "filter", "lookup", "module"):
            for name, plugin in plugins.items():
                yield kind, name.removeprefix(PREFIX), plugin["doc"].get("options") or {}
    for name, documentation in sources.items():
        yield "event source", name, yaml.safe_load(documentation)["options"]


def _order(plugin: tuple[str, str, dict[str, Any]]) -> tuple[bool, int, str]:
    kind, name, _options = plugin
    return kind != "module", _FIRST.index(name) if name in _FIRST else len(_FIRST), name


def _modules_first(user: tuple[str, str]) -> tuple[bool, tuple[str, str]]:
    return user[0] != "module", user


def _as_rst(paragraphs: list[str], kind: str, name: str) -> str:
    """Return the description of an option in the form of Sphinx, indented."""
    identifier = PluginIdentifier(f"{PREFIX}{name}", kind.replace(" ", "_"))
    told = [paragraph for paragraph in paragraphs if not _ITSELF.fullmatch(paragraph)]
    parsed = parse(told, Context(current_plugin=identifier))
    # Not yet links: `write` makes one of each variable that is on the page.
    text = to_rst(parsed).replace(":envvar:`", ":ansenvvar:`")
    return re.sub(r"^(?=.)", "    ", text, flags=re.MULTILINE)


def _link(kind: str, name: str) -> str:
    if kind == "event source":
        return f":ref:`the event source {name} <ansible_collections.voip_communications.sms.docsite.guide_eda>`"
    title = name if kind == "module" else f"the {kind} {name}"
    return f":ansplugin:`{title} <{PREFIX}{name}#{kind}>`"
