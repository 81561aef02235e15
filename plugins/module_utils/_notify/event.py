# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Name an event that people are told of: its word, how severe it is, and the key by which it is told once; pure."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import NamedTuple

from .._core.errors import Faults, InputError
from .._core.notation import entries
from .._core.structure import nonempty_text, text
from .._message.display import is_printable
from .._people.person import SEVERITIES
from .pipeline import MAX_KEY, event_key

INFO, CRITICAL = SEVERITIES[0], SEVERITIES[-1]

_LONGEST_WORD = 64
_FAILURE = "failed"
# These are severe too, and another attempt that ends so is not told again.
_SEVERE = (_FAILURE, "rolled_back")


class Event(NamedTuple):
    """An event, and its key: each recipient gets one message with it."""

    word: str
    severity: str
    key: str

    @property
    def is_urgent(self) -> bool:
        """Whether someone who could be told later only with luck is told at once."""
        return self.severity == CRITICAL


def is_failure(word: str) -> bool:
    """Return whether an event is a failure: another attempt that fails is another event."""
    return word == _FAILURE or word.endswith(f"_{_FAILURE}")


def usual_severity(word: str) -> str:
    """Return how severe an event is that does not say so."""
    return CRITICAL if is_failure(word) or word in _SEVERE else INFO


def read_word(name: str, value: object) -> str:
    """Return the word of an event. Raises ``InputError``."""
    word = nonempty_text(name, text(name, value)).strip()
    if len(word) > _LONGEST_WORD or not is_printable(word) or len(word.split()) > 1 or "," in word or ";" in word:
        raise InputError(f"{name} must be one word of at most {_LONGEST_WORD} characters, such as failed")
    return word


def read_key(word: str, given: str | None, subject: object, pipeline: object) -> str:
    """Return the key that was given, or else the one of what the event is about, in a run of a pipeline.

    Raises ``InputError`` with every fault.
    """
    if given is not None and subject is not None:
        raise InputError("idempotency_key and subject exclude each other: give the whole key, or what it is made of")
    if given is not None:
        if not (0 < len(given) <= MAX_KEY and is_printable(given) and given.strip()):
            raise InputError(f"idempotency_key must be 1 to {MAX_KEY} printable characters")
        return given
    if subject is None:
        raise InputError(
            "idempotency_key and subject are both missing: one of them must say which event this is, so that it is told"
            " once; subject is what it is about, such as [shop, '1.4.2', production]"
        )
    faults = Faults()
    parts = faults.attempt(partial(_read_subject, subject))
    run = pipeline if isinstance(pipeline, Mapping) else {}
    key = faults.attempt(lambda: event_key([*(parts or ["?"]), word], run, attempt=is_failure(word)))
    return faults.checked(key)


def _read_subject(subject: object) -> list[str]:
    """Return what an event is about as parts of a key. Raises ``InputError`` with every fault.

    Empty parts keep their place. Those of a mapping have their names, so that its order does not matter.
    """
    faults = Faults()
    if isinstance(subject, Mapping):
        named = sorted((str(name), value) for name, value in subject.items())
        values = [_part(f"{name} of subject", value, faults) for name, value in named]
        parts = [f"{name}={value}" for (name, _value), value in zip(named, values)]
    else:
        elements = faults.attempt(partial(entries, "subject", subject)) or []
        parts = values = [_part(f"part {number} of subject", value, faults) for number, value in enumerate(elements, 1)]
    if not (any(map(str.strip, values)) or faults.sentences):
        faults.add("subject is empty: it must say what the event is about")
    faults.raise_if_any()
    return parts


def _part(name: str, value: object, faults: Faults) -> str:
    return "" if value is None else faults.attempt(partial(text, name, value)) or ""
