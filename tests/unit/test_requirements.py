# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each library has one lower bound, wherever it is named, and no upper one."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

import pytest
import yaml

from ansible_collections.voip_communications.sms.tests.support.markdown import COLLECTION

LISTS = (
    "requirements.txt",
    "roles/sandbox/files/requirements.txt",
    "tests/integration/requirements.txt",
    "tests/unit/requirements.txt",
)
LIBRARIES = {"ansible-core", "ansible-rulebook"} | {
    name.lower()
    for path in LISTS
    for name in re.findall(r"^[\w-]+", (COLLECTION / path).read_text(encoding="utf-8"), re.MULTILINE)
}
_BOUND = re.compile(rf"(?<![\w.-])({'|'.join(LIBRARIES)})(?:\[\w+\])? ?([<>=~!]=?|===) ?(\d[\d.]*)", re.IGNORECASE)
# What users read or install by. The locked lists of the tests, and the oldest that they try, are none of it.
FILES = [
    *(COLLECTION / path for path in LISTS),
    COLLECTION / "README.md",
    *(
        path
        for folder in ("docs", "extensions", "meta", "plugins", "roles")
        for path in (COLLECTION / folder).rglob("*.*")
    ),
]
PLUGINS = sorted(
    path
    for folder in ("modules", "filter", "lookup", "callback")
    for path in (COLLECTION / "plugins" / folder).glob("[!_]*.py")
)


def test_a_library_has_one_lower_bound_and_no_other() -> None:
    bounds: dict[str, set[str]] = defaultdict(set)
    for path in FILES:
        if path.suffix in (".md", ".py", ".rst", ".txt", ".yml"):
            for name, sign, version in _BOUND.findall(path.read_text(encoding="utf-8")):
                bounds[name.lower()].add(f"{sign}{version}")
    assert {name: found for name, found in bounds.items() if len(found) > 1 or not min(found).startswith(">=")} == {}
    assert {"flask", "icalendar", "phonenumbers", "psycopg", "requests", "tzdata", "vobject"} <= set(bounds)


@pytest.mark.parametrize("path", PLUGINS, ids=lambda path: path.stem)
def test_a_plugin_says_what_to_see_beside_it(path: Path) -> None:
    text = path.read_text(encoding="utf-8").partition('DOCUMENTATION = r"""')[2].partition('"""')[0]
    assert yaml.safe_load(text)["seealso"]
