# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fit a text into segments by shortening it part by part, and name hosts in few characters; pure."""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from .._core.errors import Faults, InputError
from .._core.structure import Fields, text, whole_number
from .._message.text import GSM7, MAX_SEGMENTS, measure, to_gsm7

_KEYS = ("text", "rank", "shorten")
# Ranks and counts are small numbers that people write.
_MANY = 1000


class Part(NamedTuple):
    """A part of a text. Rank 0 is the most important and never left out; ``shorten`` are its shorter forms in order."""

    text: str
    rank: int = 0
    shorten: tuple[str, ...] = ()


def read_parts(value: object) -> tuple[Part, ...]:
    """Return the parts that a user wrote as dictionaries. Raises ``InputError`` with every fault."""
    if not isinstance(value, (list, tuple)):
        raise InputError("the parts must be a list of dictionaries, each with text and, if wanted, rank and shorten")
    faults = Faults()
    parts = [_read_part(f"part {number}", part, faults) for number, part in enumerate(value, 1)]
    faults.raise_if_any()
    return tuple(parts)


def read_and_fit(parts: object, segments: object) -> str:
    """Return what ``fit`` returns for parts that a user wrote. Raises ``InputError`` with every fault of both."""
    faults = Faults()
    checked_parts = faults.attempt(lambda: read_parts(parts))
    limit = faults.attempt(lambda: whole_number(1, MAX_SEGMENTS)("segments", segments))
    return fit(faults.checked(checked_parts), faults.checked(limit))


def fit(parts: Sequence[Part], segments: int = 1) -> str:
    """Return the texts of all parts with a space between them, in at most so many segments.

    A text that does not fit is shortened part by part, the least important first: the highest rank, and of equal ranks
    the last. The shorter forms of a part are tried in order, and then it is left out; parts of rank 0 come last and are
    never left out. When not even these fit, they are returned in full, in more segments: a part is never cut.
    """
    for candidate in _candidates(parts):
        if measure(candidate).segments <= segments:
            return candidate
    return _joined([part.text for part in parts if part.rank == 0])


def name_hosts(hosts: object, first: object = 3, *, short: bool = True) -> str:
    """Return the first hosts by name, and how many more there are: ``web1, web2, web3 and 2 more``.

    With ``short`` a name ends at its first dot, unless it is an address, or two hosts would have the same name. A host
    that is listed twice counts once. Raises ``InputError``.
    """
    faults = Faults()
    names = list(dict.fromkeys(_read_hosts(hosts, faults)))
    limit = faults.checked(faults.attempt(lambda: whole_number(1, _MANY)("first", first)))
    shown = (_short_names(names) if short else names)[:limit]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _candidates(parts: Sequence[Part]) -> Iterator[str]:
    """Yield the whole text, and then each shorter one, from the longest to the shortest."""
    texts = [part.text for part in parts]
    yield _joined(texts)
    for position in sorted(range(len(parts)), key=lambda number: (parts[number].rank, number), reverse=True):
        part = parts[position]
        for form in [*part.shorten, *([""] if part.rank else [])]:
            texts[position] = form
            yield _joined(texts)


def _joined(texts: Sequence[str]) -> str:
    """Return the texts with a space between them, written plainly where that makes GSM-7 of the whole.

    Any other text arrives as it is: what plain writing would take out of it may be letters, such as the joiners of
    Persian, and would save nothing.
    """
    plain = _with_spaces(map(to_gsm7, texts))
    return plain if measure(plain).encoding == GSM7 else _with_spaces(texts)


def _with_spaces(texts: Iterable[str]) -> str:
    return " ".join(text for text in (text.strip() for text in texts) if text)


def _read_part(label: str, value: object, faults: Faults) -> Part:
    """Return a part. Where it cannot be read, faults are noted and the part is of no use."""
    if not isinstance(value, Mapping):
        faults.add(f"{label} must be a dictionary with text and, if wanted, rank and shorten")
        return Part("")
    fields = Fields(value, faults, label)
    fields.refuse_unknown(_KEYS, "a part")
    fields.require("text")
    return Part(
        fields.read_or("text", _read_text, ""),
        fields.read_or("rank", whole_number(0, _MANY), 0),
        fields.read_or("shorten", _read_forms, ()),
    )


def _read_forms(name: str, value: object) -> tuple[str, ...]:
    """Return the shorter forms of a part: a list of texts, or a single one. Raises ``InputError``."""
    if value is None:
        return ()
    forms = value if isinstance(value, (list, tuple)) else [value]
    return tuple(_read_text(name, form) for form in forms)


def _read_text(name: str, value: object) -> str:
    """Return a text; None is the empty one, since templates may yield it. Raises ``InputError``."""
    return "" if value is None else text(name, value)


def _read_hosts(hosts: object, faults: Faults) -> list[str]:
    if not isinstance(hosts, (list, tuple)):
        faults.add("the hosts must be a list of names, such as ansible_play_hosts")
        return []
    faults.add(*(f"host {number} must be a text" for number, host in enumerate(hosts, 1) if not isinstance(host, str)))
    return [host for host in hosts if isinstance(host, str) and host]


def _short_names(names: Sequence[str]) -> list[str]:
    """Return each name up to its first dot where no other host has the same one."""
    shorts = [_label(name) or name for name in names]
    times = Counter(shorts)
    return [short if times[short] == 1 else name for name, short in zip(names, shorts)]


def _label(name: str) -> str | None:
    """Return the part of a name before its first dot; None for an address, and where that part is not a name."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        label = name.split(".", 1)[0]
        return label if label and not label.isdecimal() else None
    return None
