# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the calendar at an address.

The addresses of calendars are secrets, since anyone who knows one can read the calendar. So no sentence has one.
"""

from __future__ import annotations

from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

from .._core.address import is_loopback
from .._core.environment import connection_faults
from .._core.errors import InputError
from .._core.exchange import Answer, Http, Lost, Service, status_text
from .calendar_cache import LONGEST

_HTTPS = frozenset({"https", "webcal", "webcals"})


def read_address(address: str, label: str, seconds: float) -> bytes:
    """Return what an address has, within ``seconds``.

    Raises ``InputError``, which does not tell the address, and ``MissingLibrary``.
    """
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
