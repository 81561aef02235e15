# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A text that fits its segments, shortened part by part, and host names in few characters; pure."""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, Optional

from .._core.errors import Faults, InputError
from .._message.text import MAX_SEGMENTS, measure, to_gsm7

_KEYS = ("text", "rank", "shorten")
# Ranks and counts are small numbers that people write.
_MANY = 1000


class Part(NamedTuple):
    """One part of a text: `rank` 0 is the most important and is never left out, `shorten` its shorter forms in turn."""

    text: str
    rank: int = 0
    shorten: tuple[str, ...] = ()


def read_parts(value: object) -> tuple[Part, ...]:
    """The parts that somebody wrote as dictionaries. Raises ``InputError`` with every fault."""
    if not isinstance(value, (list, tuple)):
        raise InputError("the parts must be a list of dictionaries, each with text and, if wanted, rank and shorten")
    faults = Faults()
    parts = [_part(f"part {number}", given, faults) for number, given in enumerate(value, 1)]
    faults.raise_if_any()
    return tuple(parts)


def fit_given(parts: object, segments: object) -> str:
    """What ``fit`` makes of parts that somebody wrote. Raises ``InputError`` with every fault of both."""
    faults = Faults()
    known = faults.attempt(lambda: read_parts(parts)) or ()
    limit = _whole_number("segments", segments, 1, MAX_SEGMENTS, faults)
    faults.raise_if_any()
    return fit(known, limit)


def fit(parts: Sequence[Part], segments: int = 1) -> str:
    """The texts of all parts with a space between them, in so many segments.

    What does not fit is shortened part by part, the least important first: the highest rank, and of equal ranks the
    last. A part takes its shorter forms in turn and is then left out; parts of rank 0 come last and are never left out.
    When not even these fit, they come back in full, in more segments: a part is never cut.
    """
    for text in _candidates(parts):
        if measure(text).segments <= segments:
            return text
    return _joined([part.text for part in parts if part.rank == 0])


def name_hosts(hosts: object, first: object = 3, *, short: bool = True) -> str:
    """The first hosts by name, and how many more there are: `web1, web2, web3 and 2 more`.

    With `short` a name ends at its first dot, unless it is an address, or two hosts would have the same name. A host
    that is listed twice is one. Raises ``InputError``.
    """
    faults = Faults()
    names = list(dict.fromkeys(_hosts(hosts, faults)))
    limit = _whole_number("first", first, 1, _MANY, faults)
    faults.raise_if_any()
    shown = (_short_names(names) if short else names)[:limit]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _candidates(parts: Sequence[Part]) -> Iterator[str]:
    """The whole text, and then each shorter one, from the least that is lost to the most."""
    texts = [part.text for part in parts]
    yield _joined(texts)
    for position in sorted(range(len(parts)), key=lambda number: (parts[number].rank, number), reverse=True):
        part = parts[position]
        for form in [*part.shorten, *([""] if part.rank else [])]:
            texts[position] = form
            yield _joined(texts)


def _joined(texts: Sequence[str]) -> str:
    plain = (to_gsm7(text).strip() for text in texts)
    return " ".join(text for text in plain if text)


def _part(label: str, given: object, faults: Faults) -> Part:
    """A part as read; where it cannot be, faults are noted and any part comes back."""
    if not isinstance(given, Mapping):
        faults.add(f"{label} must be a dictionary with text and, if wanted, rank and shorten")
        return Part("")
    unknown = sorted(str(key) for key in given if key not in _KEYS)
    if unknown:
        faults.add(f"{label} has the unknown {', '.join(unknown)}; a part has {', '.join(_KEYS)}")
    if "text" not in given:
        faults.add(f"{label} has no text")
    text = _text(f"text of {label}", given.get("text"), faults)
    rank = _whole_number(f"rank of {label}", given.get("rank", 0), 0, _MANY, faults)
    return Part(text, rank, _forms(f"shorten of {label}", given.get("shorten"), faults))


def _forms(label: str, given: object, faults: Faults) -> tuple[str, ...]:
    if given is None:
        return ()
    forms = given if isinstance(given, (list, tuple)) else [given]
    return tuple(_text(label, form, faults) for form in forms)


def _text(label: str, given: object, faults: Faults) -> str:
    """A text; nothing counts as the empty one, since templates make nothing of it."""
    if isinstance(given, str):
        return given
    if given is not None:
        # YAML reads the version 1.10 as the number 1.1: better refused than told wrongly.
        faults.add(f"{label} must be a text: quote it, or add the filter string")
    return ""


def _whole_number(label: str, given: object, least: int, most: int, faults: Faults) -> int:
    if isinstance(given, str) and given.isascii() and given.isdecimal() and len(given) <= len(str(most)):
        # What the command line sets is a text: -e segments=2.
        given = int(given)
    if isinstance(given, int) and not isinstance(given, bool) and least <= given <= most:
        return given
    faults.add(f"{label} must be a whole number from {least} to {most}")
    return least


def _hosts(hosts: object, faults: Faults) -> list[str]:
    if not isinstance(hosts, (list, tuple)):
        faults.add("the hosts must be a list of names, such as ansible_play_hosts")
        return []
    faults.add(*(f"host {number} must be a text" for number, host in enumerate(hosts, 1) if not isinstance(host, str)))
    return [host for host in hosts if isinstance(host, str) and host]


def _short_names(names: Sequence[str]) -> list[str]:
    """Each name up to its first dot where that names this host only."""
    shorts = [_label(name) or name for name in names]
    times = Counter(shorts)
    return [short if times[short] == 1 else name for name, short in zip(names, shorts)]


def _label(name: str) -> Optional[str]:
    """The part of a name before its first dot; None for an address and for what is no name there."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        label = name.split(".", 1)[0]
        return label if label and not label.isdecimal() else None
    return None
