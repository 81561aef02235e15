# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell which addresses are on this machine, and name what is secret in an address. Pure."""

from __future__ import annotations

import ipaddress

PASSWORDS = frozenset({"password", "sslpassword"})
"""The connection parameters of libpq that are secret."""

HIDDEN = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
"""What is shown in place of a value that may hold a password. Ansible writes the same for secret options."""


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine, reached without a network."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
