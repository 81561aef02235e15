# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The roles say what they do: the documented options, the defaults, and the variables that the tasks use agree."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.voip_communications.sms.plugins.plugin_utils._role_variables import (
    CONVERTED,
    PREFIX,
    RAW,
    TEXTS,
)
from ansible_collections.voip_communications.sms.tests.support.documented import nested

ROLES = Path(__file__).absolute().parents[2] / "roles"
NAMES = sorted(path.name for path in ROLES.iterdir() if path.is_dir())

every_role = pytest.mark.parametrize("role", NAMES)


def read(role: str, path: str) -> Any:
    """Return the content of one YAML file of a role."""
    return yaml.safe_load((ROLES / role / path).read_text("utf-8"))


def documented(role: str) -> dict[str, dict[str, Any]]:
    """Return the options of all entry points of a role; an option of two entry points must be the same in both."""
    options: dict[str, dict[str, Any]] = {}
    for entry in read(role, "meta/argument_specs.yml")["argument_specs"].values():
        for name, spec in entry["options"].items():
            rest = {key: value for key, value in spec.items() if key != "required"}
            assert options.setdefault(name, rest) == rest, f"{name} differs between entry points"
    return options


def used(role: str) -> set[str]:
    """Return the variables of the role that its files mention, except those in comments and in documents."""
    files = [path for path in (ROLES / role).rglob("*") if path.suffix in (".yml", ".j2")]
    code = "\n".join(
        re.sub(r"#.*", "", path.read_text("utf-8")) for path in files if path.parent.name not in ("meta", "defaults")
    )
    # A default may be a text that uses another option.
    code += str(list(read(role, "defaults/main.yml").values()))
    if role == "deploy_notify":  # whose action reads the others
        code += " ".join(f"{PREFIX}{name}" for name in (*TEXTS, *CONVERTED, *RAW, "text", "templates"))
    return set(re.findall(rf"\b{role}_[a-z_]+", code))


@every_role
def test_every_default_is_documented_and_agrees(role: str) -> None:
    defaults = read(role, "defaults/main.yml")
    with_default = {name: spec["default"] for name, spec in documented(role).items() if "default" in spec}
    assert with_default == defaults


@every_role
def test_an_option_without_default_is_required_or_said_to_be_optional(role: str) -> None:
    for entry in read(role, "meta/argument_specs.yml")["argument_specs"].values():
        for name, spec in entry["options"].items():
            assert ("default" in spec) + (spec.get("required") is True) <= 1, name


@every_role
def test_every_option_has_a_description_and_a_type(role: str) -> None:
    for name, spec in nested(documented(role)):
        assert spec.get("description"), name
        assert spec.get("type"), name


@every_role
def test_options_are_used_and_begin_with_the_name_of_the_role(role: str) -> None:
    options = documented(role)
    assert {name for name in options if not name.startswith(f"{role}_")} == set()
    assert set(options) - used(role) == set()


@every_role
def test_the_readme_is_short_and_says_where_the_options_are(role: str) -> None:
    readme = (ROLES / role / "README.md").read_text("utf-8")
    assert len(readme.splitlines()) <= 40
    assert f"`ansible-doc -t role voip_communications.sms.{role}`" in readme
    assert set(re.findall(rf"\b({role}_[a-z_]+)", readme)) <= set(documented(role)) | {f"{role}_result"}


def test_the_action_of_deploy_notify_takes_its_options_as_they_are_documented() -> None:
    options = documented("deploy_notify")
    for name, spec in CONVERTED.items():
        said = options[f"{PREFIX}{name}"]
        assert {key: said.get(key) for key in spec} == spec, name
