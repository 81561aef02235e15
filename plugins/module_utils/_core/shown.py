# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Say what a value is, for the sentence about one that does not belong where it was given; pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

_MAX_SHOWN = 40
_LOST = (
    "since YAML reads off, yes and no as truth values, 1.10 as 1.1, 0123 as octal and 22:00 in base 60; if the value"
    " comes from a template, quote it where it is set, or add the filter string"
)


def not_text(value: object, *, is_secret: bool = False) -> str:
    """Return the sentence about a value that is not text, with advice on quoting. A secret one is not shown."""
    kind = _kind(value)
    misplaced = f"{kind} was given where a text belongs"
    if isinstance(value, (int, float, date)):  # a truth value is an integer
        fault = misplaced if is_secret or isinstance(value, date) else f"{shown(value)} is not text but {kind}"
        return f'{fault}: quote it, as in "22:00" (in an INI inventory \'"22:00"\'), {_LOST}'
    return f"{misplaced}; write it as text, in quotes, or add the filter string"


def shown(value: object) -> str:
    """Return a value in printable form: text shortened and escaped, structures as their type."""
    if isinstance(value, str):
        printable = "".join(character if character.isprintable() else ascii(character)[1:-1] for character in value)
        return printable if len(printable) <= _MAX_SHOWN else printable[:_MAX_SHOWN] + "…"
    if isinstance(value, int) and abs(value) >= 10**_MAX_SHOWN:
        # Python refuses to write integers of more than 4,300 digits.
        return "a huge integer"
    if value is None or isinstance(value, (bool, int, float)):
        return repr(plain_number(value))
    return _kind(value)


def _kind(value: object) -> str:
    """Return what a value is. The type's own name would not do, since Ansible may pass a subclass of its own."""
    kinds: dict[str, tuple[type, ...]] = {
        "a truth value": (bool,),
        "a number": (int, float),
        "a list": (list, tuple),
        "a dictionary": (dict, Mapping),
        "a byte string": (bytes,),
        "a date": (date,),
        "no value": (type(None),),
    }
    return next((name for name, types in kinds.items() if isinstance(value, types)), f"a {type(value).__name__}")


def plain_number(value: object) -> object:
    """Return a number without the type that Ansible gives it, since an error would name that type."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return value
    return int(value) if isinstance(value, int) else float(value)
