# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Addresses as people give them: which are on this machine, and what of them is secret. Pure."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

PASSWORDS = frozenset({"password", "sslpassword"})
"""The parameters of libpq that are secret."""

# As a connection string has it (PostgreSQL's manual, 34.1.1.1): spaces around "=", a value in quotes, backslashes.
_WORD = re.compile(r"(?<!\S)(?:ssl)?password\s*=\s*(?:'(?P<quoted>(?:[^'\\]|\\.)*)'?|(?P<plain>\S+))")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, reached without a network."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def passwords_in(url: str) -> list[str]:
    """What somebody has put into a URL as a password, as it is written and as it is meant; the URL may be broken.

    It may also lack its scheme, or be a connection string of libpq. The path of a file holds none.
    """
    rest = url.partition("://")[2] or url
    if rest.startswith("/") and rest is url:
        return []
    found = [rest.rpartition("@")[0].partition(":")[2]]
    for pair in rest.partition("?")[2].split("&"):
        name, _equals, value = pair.partition("=")
        if unquote(name) in PASSWORDS:
            found.append(value)
    written = [word.group("quoted") or word.group("plain") or "" for word in _WORD.finditer(rest)]
    found += [text for value in written for text in (value, _ESCAPED.sub(r"\1", value))]
    return list(dict.fromkeys(text for value in found for text in (value, unquote(value)) if text))


def url_secrets(params: Mapping[str, Any]) -> list[str]:
    """What somebody has put into a URL as a user or a password, which is refused, and must not be shown.

    The options may be as they were given: not all there, and not all text.
    """
    ledger, url = (str(params.get(name) or "") for name in ("ledger", "api_url"))
    secrets = [*passwords_in(ledger), *passwords_in(url)]
    try:
        parts = urlsplit(url)
    except ValueError:
        return secrets
    return list(dict.fromkeys([*secrets, *(part for part in (parts.username, parts.password) if part)]))
