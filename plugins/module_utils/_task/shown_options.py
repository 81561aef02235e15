# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell which options of a task may be shown: an address that is refused may hold a password, in whatever form.

No pattern finds every password. So a value is shown only where it was understood, and is hidden as a whole otherwise.
Contacts are counted: they are many, and most of them have nothing to do with the task.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Callable

from .._core.address import HIDDEN
from .._core.errors import VoipsmsError
from .._people.recipients import without_addresses
from .account import read_url
from .open_ledger import read_address

_WITH_RECIPIENTS = frozenset({"to", "steps", "fallback"})


def shown_options(argument_spec: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options with ``HIDDEN`` in place of those that are refused and may hold a password.

    These are refused addresses, a password file that may be the password itself, and options that the module does not
    have, since the name of one for a password may be misspelled. ``params`` may be unchecked.
    """
    shown = {name: value if name in argument_spec else HIDDEN for name, value in params.items()}
    for name, is_shown in _CHECKS.items():
        if shown.get(name) and not is_shown(shown[name]):
            shown[name] = HIDDEN
    if shown.get("contacts"):
        shown["contacts"] = _counted(shown["contacts"])
    for name in _WITH_RECIPIENTS.intersection(shown):
        shown[name] = without_addresses(shown[name])
    return shown


def _counted(contacts: object) -> object:
    """Return how many contacts there are, or the path of their file."""
    if isinstance(contacts, str):
        return HIDDEN if contacts.lstrip().startswith(("[", "{")) else contacts
    return f"{len(contacts)} contacts" if isinstance(contacts, (list, tuple)) else HIDDEN


def _is_understood(read: Callable[[str], object]) -> Callable[[Any], bool]:
    """Return a check of whether a value is a text that ``read`` takes."""

    def check(value: Any) -> bool:
        try:
            read(value)
        except (VoipsmsError, AttributeError, TypeError):  # no text
            return False
        return True

    return check


_CHECKS: Mapping[str, Callable[[Any], bool]] = {
    "api_url": _is_understood(read_url),
    "ledger": _is_understood(read_address),
    "api_password_file": lambda value: isinstance(value, str) and (os.path.isabs(value) or os.path.isfile(value)),
}
