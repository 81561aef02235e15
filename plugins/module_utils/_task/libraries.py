# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Say which libraries this Python lacks, all at once, and how to install them; loaded only when one is missing."""

from __future__ import annotations

import os
import platform
import sys
import sysconfig
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from .._core.environment import pip_line
from .._core.errors import MissingLibrary
from .._core.exchange import REQUESTS_ERROR
from .._message.numbers import PHONENUMBERS_ERROR

_PACKAGES = {
    "icalendar": "icalendar>=7",
    "phonenumbers": "phonenumbers>=8.12",
    "psycopg": "psycopg[binary]>=3.1",
    "recurring-ical-events": "recurring-ical-events>=3.8",
    "requests": "requests>=2.25",
    "x-wr-timezone": "x-wr-timezone>=2",
}
"""What pip installs for each library. Others are part of Python."""

_CALENDARS = ("icalendar", "recurring-ical-events", "x-wr-timezone")

_CONTROLLER = (
    "or let the task run where ansible-playbook runs: delegate_to: localhost, become: false, and as"
    " ansible_python_interpreter the value of ansible_playbook_python"
)


def missing_libraries(error: MissingLibrary, params: Mapping[str, Any]) -> str:
    """Return the sentence about every library that a task with these options lacks, beside the one of the error."""
    names = {error.package, *(name for name, is_missing in _is_missing(params).items() if is_missing)}
    return f"{_sentence(names)}, {_CONTROLLER}"


def missing_in_controller(error: MissingLibrary) -> str:
    """Return the sentence about a library that a plugin of the controller lacks, and those that go with it."""
    return _sentence({error.package})


def _sentence(names: set[str]) -> str:
    """Return which libraries cannot be imported, and how to install them."""
    if names.intersection(_CALENDARS):
        names = names.union(name for name in _CALENDARS if not _is_installed(name.replace("-", "_")))
    lacking = sorted(names)
    noun = "libraries" if len(lacking) > 1 else "library"
    where = f"{sys.executable or 'the Python'} on {platform.node()}"
    return f"the Python {noun} {' and '.join(lacking)} cannot be imported by {where}; {_advice(lacking)}"


def _is_missing(params: Mapping[str, Any]) -> dict[str, bool]:
    """Return which libraries cannot be imported, of those that nearly every task needs, or this one's ledger."""
    needs_database = str(params.get("ledger") or "").startswith(("postgresql://", "postgres://"))
    return {
        "phonenumbers": PHONENUMBERS_ERROR is not None,
        "requests": REQUESTS_ERROR is not None,
        "psycopg": needs_database and not _is_installed("psycopg"),
    }


def _is_installed(name: str) -> bool:
    """Return whether a library can be imported."""
    try:
        import_module(name)
    except ImportError:
        return False
    return True


def _advice(names: list[str]) -> str:
    """Return how to install libraries for this Python, which may be one that the system keeps from pip (PEP 668)."""
    packages = [_PACKAGES[name] for name in names if name in _PACKAGES]
    built_in = [
        f"{name} is part of Python, so use one that was built with it" for name in names if name not in _PACKAGES
    ]
    marker = os.path.join(sysconfig.get_path("stdlib"), "EXTERNALLY-MANAGED")
    is_managed = sys.prefix == sys.base_prefix and os.path.exists(marker)
    venv = (
        " (the system keeps this Python from pip: make a virtual environment, and install there)" if is_managed else ""
    )
    return "; ".join([*([f"run {pip_line(*packages)}{venv}"] if packages else []), *built_in])
