# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell which addresses are on this machine, and find what may be secret in an address. Pure."""

from __future__ import annotations

import ipaddress
from urllib.parse import unquote

PASSWORDS = frozenset({"password", "sslpassword"})
"""The connection parameters of libpq that are secret."""

HIDDEN = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
"""What is shown in place of a value that may hold a password. Ansible writes the same for secret options."""

_LONGEST_NESTING = 8
"""How often percent codes are read in what percent codes have given."""


def separators_in(text: str, separators: str = ":@=;?&") -> set[str]:
    """Return the separators in a text, where a password may follow, whether plain or written as percent codes."""
    return set(separators) & set(decoded(text))


def separators_in_host(host: str) -> set[str]:
    """Return the separators in a host, except the colons of an IPv6 address."""
    name, _percent, zone = decoded(host).partition("%")
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return separators_in(host)
    return separators_in(zone)


def decoded(text: str) -> str:
    """Return a text with its percent codes read, also those of percent signs."""
    for _time in range(_LONGEST_NESTING):
        text = unquote(text)
    return text


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine, reached without a network."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_path(text: str) -> bool:
    """Return whether a text can only be the path of a file, and no address, not even one with a typing error."""
    return not separators_in(text, ":@=?&")
