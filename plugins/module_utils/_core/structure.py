# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the mappings that people write inside an option: a person, their hours, a reminder, a part of a text; pure.

A reader takes what a value is called in a sentence, and the value. It returns what it has read, or raises
``VoipsmsError`` with what is wrong.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Callable, TypeVar

from .errors import Faults, InputError
from .notation import entries
from .shown import not_text

T = TypeVar("T")

Reader = Callable[[str, object], T]


class Fields:
    """The values of one mapping by key. Whatever is wrong with them is noted in ``faults``.

    ``label`` is what the mapping is called, and ``joint`` stands between a key and the label: ``rank of part 1``.
    Without a label a value is called by its key alone.
    """

    def __init__(self, values: Mapping[Any, object], faults: Faults, label: str = "", joint: str = " of ") -> None:
        """Read nothing yet."""
        self._values = values
        self._faults = faults
        self._label = label
        self._joint = joint

    def get(self, key: str) -> object:
        """Return a value as it was written; None where there is none."""
        return self._values.get(key)

    def has(self, key: str) -> bool:
        """Return whether the mapping has this key."""
        return key in self._values

    def unknown(self, known: Collection[str]) -> list[str]:
        """Return the keys that are not among the known ones, in alphabetical order."""
        return sorted(str(key) for key in self._values if key not in known)

    def refuse_unknown(self, known: Sequence[str], kind: str) -> None:
        """Note the keys that are not among the known ones; ``kind`` is what such a mapping is, as ``a person``."""
        unknown = self.unknown(known)
        if unknown:
            self._faults.add(f"{self._label} has the unknown {', '.join(unknown)}; {kind} has {', '.join(known)}")

    def require(self, key: str) -> None:
        """Note it where the key is missing."""
        if key not in self._values:
            self._faults.add(f"{self._label} has no {key}")

    def read(self, key: str, reader: Reader[T]) -> T | None:
        """Return what the reader makes of a value, or of None where there is no value; None where it is wrong."""
        name = f"{key}{self._joint}{self._label}" if self._label else key
        return self._faults.attempt(lambda: reader(name, self._values.get(key)))

    def read_or(self, key: str, reader: Reader[T], default: T) -> T:
        """Return what the reader makes of a value; the default where the key is missing, or the value is wrong."""
        result = self.read(key, reader) if key in self._values else None
        return default if result is None else result

    def read_optional(self, key: str, reader: Reader[T], default: T) -> T:
        """Return what the reader makes of a value; the default also where the value is None."""
        return default if self._values.get(key) is None else self.read_or(key, reader, default)


def text(name: str, value: object) -> str:
    """Return a text as it is. Raises ``InputError``, with advice on quoting, for anything else."""
    if isinstance(value, str):
        return value
    raise InputError(f"{name}: {not_text(value)}")


def nonempty_text(name: str, value: object) -> str:
    """Return a text that is not blank. Raises ``InputError``."""
    if isinstance(value, str) and value.strip():
        return value
    raise InputError(f"{name} must be a text that is not empty")


def texts(name: str, value: object) -> tuple[str, ...]:
    """Return a list of texts, in any notation of a list; None is none. Raises ``InputError``."""
    elements = entries(name, value)
    if all(isinstance(text, str) for text in elements):
        return tuple(text for text in elements if text)
    raise InputError(f"{name} must be a list of texts")


def one_of(choices: Sequence[str]) -> Reader[str]:
    """Return a reader of a text that is one of these."""

    def read(name: str, value: object) -> str:
        if isinstance(value, str) and value in choices:
            return value
        raise InputError(f"{name} must be one of {', '.join(choices)}")

    return read


def whole_number(least: int, most: int) -> Reader[int]:
    """Return a reader of a whole number within these bounds, which may be a text of digits."""

    def read(name: str, value: object) -> int:
        if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= len(str(most)):
            # The command line sets texts: -e segments=2.
            value = int(value)
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        raise InputError(f"{name} must be a whole number from {least} to {most}")

    return read


def truth(name: str, value: object) -> bool:
    """Return a truth value, also from a text, as the command line sets them. Raises ``InputError``."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false", "yes", "no"):
        return value.lower() in ("true", "yes")
    raise InputError(f"{name} must be true or false")


def elements_of(value: object) -> list[Any]:
    """Return a list as it is, a single value as a list of one, and None or an empty text as an empty list."""
    if value is None or value == "":
        return []
    if isinstance(value, (list, tuple)):
        return list(value)
    return [value]
