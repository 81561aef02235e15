# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that every module has, as Ansible would validate them, and the faults that reading them notes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import Faults, InputError
from ansible_collections.voip_communications.sms.plugins.module_utils._task.specs import account_options, ledger_options

PASSWORD = "canary-password"
UNSEEN = "holds a line end, another control character or a byte order mark; remove it"
"""What is said of a value with letters that no one sees."""


def options_of(spec: Mapping[str, Mapping[str, Any]], **changes: Any) -> dict[str, Any]:
    """Return the options of a module with this argument spec: their defaults, an account, and these changes."""
    defaults = {name: option.get("default") for name, option in spec.items()}
    return {**defaults, "api_key": "key", "api_password": PASSWORD, **changes}


def params(**changes: Any) -> dict[str, Any]:
    """Return the shared options in the same way."""
    return options_of({**account_options(), **ledger_options()}, **changes)


def faults_of(faults: Faults) -> list[str]:
    """Return the sentences that were noted; none of them may hold a credential."""
    try:
        faults.raise_if_any()
    except InputError as error:
        assert "canary" not in str(error)
        return list(error.faults)
    return []
