# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Get the text of a calendar, from a file or from an address."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from typing import NamedTuple, TypeVar

from .._core.address import is_path
from .._core.bounded_file import read_bounded
from .._core.errors import InputError
from .calendar_cache import LONGEST, CalendarCache
from .folded_lines import decoded

T = TypeVar("T")

USUAL_TIMEOUT, USUAL_STALE_FOR = 10.0, 86400.0

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://", re.ASCII)
_MINUTE, _HOUR = 60, 3600


class SourceOptions(NamedTuple):
    """How calendars with an address are read.

    ``cache``: the folder of their copies, or empty. ``stale_for``: seconds for which a copy may stand for the calendar.
    ``timeout``: seconds that one calendar may take in total.
    """

    cache: str = ""
    stale_for: float = USUAL_STALE_FOR
    timeout: float = USUAL_TIMEOUT


def is_address(term: str) -> bool:
    """Return whether a calendar is given by its address, and not by the path of a file."""
    return _SCHEME.match(term) is not None


def label_of(term: str, kind: str, number: int) -> str:
    """Return what a sentence calls a calendar: the path of a file, or its place in the list of them."""
    return f"{kind} {term!r}" if is_path(term) else f"{kind} {number}"


def load(term: str, label: str, options: SourceOptions, parse: Callable[[str], T]) -> tuple[T, str]:
    """Return what ``parse`` makes of the calendar, and a warning for the user, which may be empty.

    Raises ``InputError``, also that of ``parse``, and ``MissingLibrary``.
    """
    if not is_address(term):
        path = os.path.expanduser(os.path.expandvars(term))
        return parse(_decoded(label, read_bounded(label, path, LONGEST))), ""
    # Lookups run where Ansible forks, which the libraries for HTTP do not bear.
    from .calendar_address import read_address  # noqa: PLC0415 - see above

    cache = CalendarCache(options.cache) if options.cache else None
    try:
        text = _decoded(label, read_address(term, label, options.timeout))
        value = parse(text)
    except InputError as error:
        copy = cache.read(term) if cache else None
        if copy is None:
            raise
        if copy.age > options.stale_for:
            raise InputError(f"{error}; its copy is {_age(copy.age)} old, which is more than stale_for") from None
        return parse(copy.text), f"{error}; its copy of {_age(copy.age)} ago was used"
    fault = cache.write(term, text) if cache else ""
    return value, f"the copy of {label} cannot be kept in cache ({fault})" if fault else ""


def _decoded(label: str, content: bytes) -> str:
    """Return the text of a calendar, without a byte order mark. Raises ``InputError``."""
    try:
        return decoded(content)
    except UnicodeDecodeError:
        raise InputError(f"{label} is not UTF-8, as calendars must be") from None


def _age(seconds: float) -> str:
    """Return an age as people say it."""
    minutes = int(seconds // _MINUTE)
    return f"{int(seconds // _HOUR)} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"
