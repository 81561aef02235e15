# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Build the argument specs that modules share, and take an option from the environment where the task lacks it."""

from __future__ import annotations

from typing import Any

from ansible.module_utils.common.parameters import env_fallback
from ansible.module_utils.errors import AnsibleFallbackNotFound

from .._api.client import DEFAULT_URL


def account_options() -> dict[str, dict[str, Any]]:
    """Return a new argument spec for reaching the account: the options of the documentation fragment ``account``."""
    return {
        "api_key": option("API_KEY", type="raw", no_log=True),
        "api_password": option("API_PASSWORD", type="raw", no_log=True),
        "api_password_file": option("API_PASSWORD_FILE", type="path", no_log=False),
        "api_url": option("API_URL", type="str", default=DEFAULT_URL),
        "timeout": option("TIMEOUT", type="float", default=20.0),
        "deadline": option("DEADLINE", type="float", default=120.0),
        "validate_certs": option("VALIDATE_CERTS", type="bool", default=True),
        "ca_path": option("CA_PATH", type="path"),
        "default_region": option("DEFAULT_REGION", type="raw"),
        "account_timezone": option("ACCOUNT_TIMEZONE", type="raw"),
        "contacts": option("CONTACTS", type="raw"),
    }


def ledger_options() -> dict[str, dict[str, Any]]:
    """Return a new argument spec for the ledger: the options of the documentation fragment ``ledger``."""
    return {
        "ledger": option("LEDGER", type="path"),
        "ledger_account": option("LEDGER_ACCOUNT", type="raw"),
        "ledger_password": option("LEDGER_PASSWORD", type="raw", no_log=True),
        "limit": option("LIMIT", type="raw"),
        "account_limit": option("ACCOUNT_LIMIT", type="raw"),
        "critical_limit": option("CRITICAL_LIMIT", type="raw"),
        "question_limit": option("QUESTION_LIMIT", type="raw"),
        "on_limit": option("ON_LIMIT", type="str", choices=["fail", "hold"], default="fail"),
    }


def option(variable: str, **spec: Any) -> dict[str, Any]:
    """Return the spec of an option that falls back to an environment variable.

    ``variable`` is the name of the variable without its prefix ``VOIPSMS_``.
    """
    return {**spec, "fallback": (set_in_environment, [f"VOIPSMS_{variable}"])}


def set_in_environment(variable: str) -> str:
    """Return the value of an environment variable; raise ``AnsibleFallbackNotFound`` when it is unset or empty.

    AWX and GitLab set every variable that they know of, even those without a value.
    """
    value = str(env_fallback(variable))
    if not value:
        raise AnsibleFallbackNotFound
    return value
