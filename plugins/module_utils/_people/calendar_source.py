# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Get the text of a calendar, from a file or from an address.

The addresses of calendars are secrets, since anyone who knows one can read the calendar. So no sentence has one.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from typing import NamedTuple, TypeVar
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

from .._core.address import is_loopback, is_path
from .._core.bounded_file import read_bounded
from .._core.environment import connection_faults
from .._core.errors import InputError
from .._core.exchange import Answer, Http, Lost, Service, status_text
from .calendar_cache import CalendarCache

T = TypeVar("T")

LONGEST = 4 * 1024 * 1024
"""Bytes that a calendar may have at most."""

USUAL_TIMEOUT, USUAL_STALE_FOR = 10.0, 86400.0

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://", re.ASCII)
_HTTPS = frozenset({"https", "webcal", "webcals"})
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
    cache = CalendarCache(options.cache) if options.cache else None
    try:
        text = _decoded(label, _get(term, label, options.timeout))
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


def _get(address: str, label: str, seconds: float) -> bytes:
    """Return what an address has. Raises ``InputError``, which does not tell the address, and ``MissingLibrary``."""
    parts, user, password = _parts(address, label)
    url = urlunsplit(parts)
    faults = connection_faults(url, True)
    if faults:
        raise InputError(*(f"{label}: {fault}" for fault in faults))
    service = Service(url, user, password, seconds, accept="text/calendar, */*;q=0.5")
    try:
        answer = Http(service).request("GET", "", seconds)
    except Lost as error:
        # The sentences of the exchange are about the API, and its option.
        reason = str(error).replace("check api_url", "check the address of the calendar")
        raise InputError(f"{label} cannot be read: {reason}") from None
    return _body(answer, label)


def _body(answer: Answer, label: str) -> bytes:
    """Return the body of an answer that is a success. Raises ``InputError``."""
    if 300 <= answer.status < 400:
        raise InputError(f"{label} is elsewhere ({status_text(answer.status)}): write the address that it leads to")
    if answer.status != 200:
        raise InputError(f"{label} cannot be read: the answer was {status_text(answer.status)}")
    if len(answer.body) > LONGEST:
        raise InputError(f"{label} has more than {LONGEST // 1024 // 1024} MiB")
    return answer.body


def _parts(address: str, label: str) -> tuple[SplitResult, str, str]:
    """Return the address without user and password, and these. Raises ``InputError``, which does not tell it."""
    fault = f"{label} must be the path of a file, or an address that begins with https:// or webcal://"
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise InputError(fault) from None
    is_https = parts.scheme.lower() in _HTTPS
    if parts.scheme.lower() == "http" and not is_loopback(host):
        raise InputError(f"{label} has an address with http://, which anyone on the way can read: write https://")
    if not host or not (is_https or parts.scheme.lower() == "http") or not address.isprintable() or " " in address:
        raise InputError(fault)
    name = f"[{host}]" if ":" in host else host
    netloc = f"{name}:{port}" if port is not None else name
    plain = SplitResult("https" if is_https else "http", netloc, parts.path, parts.query, "")
    return plain, unquote(parts.username or ""), unquote(parts.password or "")


def _decoded(label: str, content: bytes) -> str:
    """Return the text of a calendar, without a byte order mark. Raises ``InputError``."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{label} is not UTF-8, as calendars must be") from None


def _age(seconds: float) -> str:
    """Return an age as people say it."""
    minutes = int(seconds // _MINUTE)
    return f"{int(seconds // _HOUR)} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"
