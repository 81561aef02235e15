# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell which addresses are on this machine, and which parts of an address are secret. Pure."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

PASSWORDS = frozenset({"password", "sslpassword"})
"""The connection parameters of libpq that are secret."""

# In a connection string of libpq (PostgreSQL's manual, 34.1.1.1): spaces around "=", a value in quotes, backslashes.
_PASSWORD = re.compile(r"(?<!\S)(?:ssl)?password\s*=\s*(?:'(?P<quoted>(?:[^'\\]|\\.)*)'?|(?P<plain>\S+))")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine, reached without a network."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def passwords_in(url: str) -> list[str]:
    """Return the passwords in a URL, both as they are written and as they are decoded.

    The URL may be malformed, lack its scheme, or be a connection string of libpq. The path of a file has none.
    """
    rest = url.partition("://")[2] or url
    if rest.startswith("/") and rest is url:
        return []
    passwords = [rest.rpartition("@")[0].partition(":")[2]]
    for pair in rest.partition("?")[2].split("&"):
        name, _equals, value = pair.partition("=")
        if unquote(name) in PASSWORDS:
            passwords.append(value)
    words = [match.group("quoted") or match.group("plain") or "" for match in _PASSWORD.finditer(rest)]
    passwords += [text for word in words for text in (word, _ESCAPED.sub(r"\1", word))]
    return list(dict.fromkeys(text for password in passwords for text in (password, unquote(password)) if text))


def url_secrets(params: Mapping[str, Any]) -> list[str]:
    """Return every user and password in the URLs of a task's options: they are refused, but must not be shown either.

    ``params`` may be unchecked: options may be missing or not be text.
    """
    ledger, url = (str(params.get(name) or "") for name in ("ledger", "api_url"))
    secrets = [*passwords_in(ledger), *passwords_in(url)]
    try:
        parts = urlsplit(url)
    except ValueError:
        return secrets
    return list(dict.fromkeys([*secrets, *(part for part in (parts.username, parts.password) if part)]))
