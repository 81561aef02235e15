# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Look up values by a key that most of them have to themselves."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Generic, TypeVar

_Key = TypeVar("_Key", bound=Hashable)
_Value = TypeVar("_Value")


class Index(Generic[_Key, _Value]):
    """The values of each key, in their order. Keys keep the order in which each came first.

    Only of a key that several values have is a list kept. One for every key would be as many objects as there are
    values, which take time to make, and which the garbage collector would visit again and again.
    """

    def __init__(self, pairs: Iterable[tuple[_Key, _Value]]) -> None:
        """Take over the values, each with its key."""
        self._first: dict[_Key, _Value] = {}
        self._several: dict[_Key, list[_Value]] = {}
        first = self._first
        for key, value in pairs:
            if key in first:
                self._several.setdefault(key, [first[key]]).append(value)
            else:
                first[key] = value

    def __contains__(self, key: object) -> bool:
        """Return whether a key has any value."""
        return key in self._first

    def __iter__(self) -> Iterator[_Key]:
        """Return the keys, each once."""
        return iter(self._first)

    def of(self, key: _Key) -> Sequence[_Value]:
        """Return the values of a key; none where it has none."""
        if key in self._several:
            return self._several[key]
        return (self._first[key],) if key in self._first else ()

    def items(self) -> Iterator[tuple[_Key, Sequence[_Value]]]:
        """Yield each key with its values."""
        several = self._several
        for key, value in self._first.items():
            yield key, several.get(key) or (value,)

    @cached_property
    def single(self) -> Mapping[_Key, _Value]:
        """The keys that one value has to itself, with it."""
        several = self._several
        return {key: value for key, value in self._first.items() if key not in several} if several else self._first

    @property
    def several(self) -> Mapping[_Key, Sequence[_Value]]:
        """The keys that several values have, with those."""
        return self._several
