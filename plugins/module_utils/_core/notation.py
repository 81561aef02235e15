# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read a list in whichever notation it comes, from YAML, a template, the command line, a survey; pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .errors import InputError

LONGEST = 1_000_000
"""Characters that a list may have as text."""

_JSON_STARTS = ("[", "{")


def entries(name: str, value: object) -> list[Any]:
    """Return the entries of a list, texts without spaces around them. Raises ``InputError``.

    A list may be a list; one text with commas, semicolons or line ends between the entries, and perhaps one more at the
    end; or a JSON list as text. Any other value is a list of one, and None an empty list. Entries of a list are taken
    as they are, so an entry with a comma needs a list.
    """
    if value is None:
        return []
    if isinstance(value, str):
        if len(value) > LONGEST:
            raise InputError(f"{name} has {len(value)} characters, more than the {LONGEST} that are read")
        value = _json(name, value) if value.lstrip().startswith(_JSON_STARTS) else _separated(value)
    elements = list(value) if isinstance(value, (list, tuple)) else [value]
    return [element.strip() if isinstance(element, str) else element for element in elements]


def _json(name: str, text: str) -> object:
    """Return what a JSON list or object as text holds. Raises ``InputError``."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if isinstance(value, (list, Mapping)):
        return value
    raise InputError(
        f"{name} begins with {text.lstrip()[0]} but is not JSON, which has double quotes, as in"
        ' ["+12812345678", "+12812345679"]'
    )


def _separated(text: str) -> list[str]:
    """Return the entries of a text. One that is empty is kept, to be refused, but not a blank line or the last one."""
    parts: list[str] = []
    for line in text.splitlines():
        in_line = line.replace(";", ",").split(",")
        parts += in_line if in_line[-1].strip() else in_line[:-1]
    return parts
