# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make an event of another program harmless, and give it a key that its repetitions share; pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .._core.notation import entries
from .._message.neutral import neutral_value

_KEY_BYTES = 12
_ALL = "*"


def harmless_event(event: Mapping[str, Any], longest: int, key_of: object = ()) -> dict[str, Any]:
    """Return an event in which no text and no key is a template, with ``key`` where it is made of something.

    ``longest``: characters that a text keeps. ``key_of``: names of values, as ``key_for`` takes them.
    """
    names = [str(name) for name in entries("key_of", key_of)]
    neutral = neutral_value(event, longest)
    result = neutral if isinstance(neutral, dict) else {}
    return {**result, "key": key_for(event, names)} if names else result


def key_for(event: Mapping[str, Any], names: Sequence[str]) -> str:
    """Return a key made of the values with these names, with dots between levels; ``*`` is any member of a list.

    Of several values the smallest counts. A value that is not there is none.
    """
    values = [min(map(_written, _values(event, name.split("."))), default="") for name in names]
    return hashlib.blake2b(json.dumps(values).encode(), digest_size=_KEY_BYTES).hexdigest()


def _values(value: object, names: Sequence[str]) -> Iterator[object]:
    if not names:
        yield value
    elif isinstance(value, (list, tuple)):
        members = value if names[0] == _ALL else value[int(names[0]) :][:1] if names[0].isdecimal() else ()
        for member in members:
            yield from _values(member, names[1:])
    elif isinstance(value, Mapping) and names[0] in value:
        yield from _values(value[names[0]], names[1:])


def _written(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str)
