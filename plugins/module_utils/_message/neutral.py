# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Take from a text of a stranger everything that Ansible or a rulebook would execute or decrypt. Pure.

An event of Event-Driven Ansible reaches a playbook as an extra variable, which Ansible trusts: ``{{`` in it begins a
template, which may run commands. A text that begins with ``#jinja2:`` is a template without any brace, since that line
chooses other signs. A text with ``$ANSIBLE_VAULT`` makes a rulebook decrypt it, which fails the action.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

LONGEST = 2000
"""Characters of a text that are kept, unless the caller says otherwise."""

_MOST_MEMBERS = 1000
"""Members of a list or dictionary that are kept."""

_DEEPEST = 20
"""Levels of lists and dictionaries that are kept; deeper ones are empty."""

_LONGEST_KEY = 200
_GROWTH = 4
"""How many times as many characters as are kept are looked at, since some vanish."""

_BRACES = str.maketrans({"{": "(", "}": ")"})
_MARKERS = re.compile(r"([#$])(?=jinja2|ANSIBLE_VAULT)", re.IGNORECASE)
_SPACES = frozenset({"Cc", "Zl", "Zp", "Zs"})
_INVISIBLE = frozenset({"Cf", "Cs", "Co"})


def neutral(text: str, longest: int = LONGEST) -> str:
    """Return a text in one line, in the form NFKC, in which no template and no vault begins.

    Braces become round brackets, also those of other widths; control characters become spaces; what cannot be seen
    goes, such as a change of the direction. At most ``longest`` characters are kept.
    """
    normal = unicodedata.normalize("NFKC", text[: longest * _GROWTH])
    seen = unicodedata.normalize("NFKC", "".join(map(_visible, normal)))
    return _MARKERS.sub(r"\1 ", seen.translate(_BRACES))[:longest].strip()


def neutral_value(value: object, longest: int = LONGEST, level: int = 0) -> object:
    """Return a value as ``neutral`` does, with every text and key in its lists and dictionaries.

    Numbers, truth values and None stay. A key that had to be changed never stands in for one that was not.
    """
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, Mapping):
        return {} if level >= _DEEPEST else _neutral_mapping(value, longest, level + 1)
    if isinstance(value, (list, tuple)):
        return [] if level >= _DEEPEST else [neutral_value(one, longest, level + 1) for one in value[:_MOST_MEMBERS]]
    return neutral(value if isinstance(value, str) else str(value), longest)


def _neutral_mapping(values: Mapping[object, object], longest: int, level: int) -> dict[str, object]:
    keys = [(neutral(str(key), _LONGEST_KEY), key) for key in list(values)[:_MOST_MEMBERS]]
    result: dict[str, object] = {}
    for name, key in sorted(keys, key=lambda pair: pair[0] != pair[1]):
        result.setdefault(name, neutral_value(values[key], longest, level))
    return result


def _visible(one: str) -> str:
    category = unicodedata.category(one)
    return " " if category in _SPACES else "" if category in _INVISIBLE else one
