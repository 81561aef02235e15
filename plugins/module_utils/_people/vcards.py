# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read vCards, version 3.0 (RFC 2426) and 4.0 (RFC 6350), as address books export them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import unquote

from .._core.errors import InputError, MissingLibrary

_MOBILE = frozenset({"cell", "mobile", "iphone"})
_NO_SMS = frozenset({"fax", "pager", "textphone", "video"})
_LEAST_PREFERRED = 101
"""One more than the last rank of ``PREF`` (RFC 6350, 5.3)."""


def read_vcards(text: str, name: str) -> list[tuple[str, dict[str, Any]]]:
    """Return the person of each card, with what a sentence calls the card. ``name``: what a sentence calls the file.

    Raises ``InputError``, and ``MissingLibrary`` without ``vobject``.
    """
    try:
        import vobject  # noqa: PLC0415 - only for vCards
    except ImportError as error:
        raise MissingLibrary("vobject", str(error)) from error
    people: list[tuple[str, dict[str, Any]]] = []
    try:
        for card in vobject.readComponents(text):
            if card.name.upper() != "VCARD":
                raise InputError(f"{name} holds something that is not a vCard")
            people.append((f"card {len(people) + 1} of {name[9:]}", _person(card.contents)))
    except vobject.base.ParseError as error:
        line = f", line {error.lineNumber}" if error.lineNumber is not None else ""
        raise InputError(f"{name}{line} is not a vCard") from None
    except (ValueError, AttributeError, KeyError, IndexError, TypeError, RecursionError):
        raise InputError(f"{name}: card {len(people) + 1} is not a vCard") from None
    return people


def _person(contents: Mapping[str, list[Any]]) -> dict[str, Any]:
    """Return what a card says of a person, as people write it elsewhere."""
    categories = (category for line in contents.get("categories", ()) for category in _values(line.value))
    values = {
        "name": _name(contents),
        "number": _number(contents.get("tel", ())),
        "email": next((str(line.value) for line in sorted(contents.get("email", ()), key=_rank)), ""),
        "groups": [category.strip() for category in categories if category.strip()],
    }
    return {key: value for key, value in values.items() if value}


def _name(contents: Mapping[str, list[Any]]) -> str:
    """Return the formatted name, or else given and family name; empty where a card has neither."""
    formatted = next((str(line.value).strip() for line in contents.get("fn", ())), "")
    if formatted:
        return formatted
    parts = next((line.value for line in contents.get("n", ())), None)
    return " ".join(part for part in (getattr(parts, "given", ""), getattr(parts, "family", "")) if part)


def _number(lines: Iterable[Any]) -> str:
    """Return the number of a mobile phone before others, of these the preferred one, and never a fax number."""
    phones = [line for line in lines if not _NO_SMS & _types(line)]
    best = min(phones, key=lambda line: (not _MOBILE & _types(line), _rank(line)), default=None)
    if best is None:
        return ""
    number = str(best.value).strip()
    scheme, colon, rest = number.partition(":")
    # A tel URI (RFC 3966) may have parameters, such as an extension, which no message can be sent to.
    return unquote(rest.partition(";")[0]) if colon and scheme.lower() == "tel" else number


def _types(line: Any) -> frozenset[str]:
    """Return the types of a line in lower case; version 4.0 may have several in one quoted text."""
    return frozenset(one.strip().lower() for text in line.params.get("TYPE", ()) for one in text.split(","))


def _rank(line: Any) -> int:
    """Return how a line is preferred, the least first: ``PREF=1`` in version 4.0, ``TYPE=pref`` in 3.0."""
    rank = next(iter(line.params.get("PREF", ())), "")
    if rank.isascii() and rank.isdigit() and len(rank) < 4:
        return int(rank)
    return 1 if "pref" in _types(line) else _LEAST_PREFERRED


def _values(value: object) -> list[str]:
    """Return the values of a line that may have several."""
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]
