# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Say which option is meant by a name that a module does not know; loaded only when Ansible refuses the options."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches

_ALIKE = 0.8
"""How alike two names must be, from 0 to 1, for one to be a misspelling of the other."""

MEANT: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("message", "text", "body", "content", "sms", "message_text", "question", "prompt"), ("msg",)),
    **dict.fromkeys(
        ("recipient", "recipients", "number", "numbers", "phone", "phones", "phone_number"), ("to", "number")
    ),
    **dict.fromkeys(("phone_numbers", "mobile", "receiver", "receivers", "dest", "destination"), ("to", "number")),
    **dict.fromkeys(("to_number", "to_numbers", "to"), ("to", "number")),
    **dict.fromkeys(("sender", "sender_id", "from_number", "originator", "source", "src"), ("from",)),
    **dict.fromkeys(("key", "idempotency_key", "idempotency", "dedupe_key"), ("idempotency_key", "key")),
    **dict.fromkeys(("user", "username", "api_user", "token", "api_token"), ("api_key",)),
    **dict.fromkeys(("password", "secret", "api_secret"), ("api_password",)),
    **dict.fromkeys(("url", "endpoint", "base_url", "host"), ("api_url",)),
    **dict.fromkeys(("verify", "verify_ssl", "ssl_verify", "validate_ssl"), ("validate_certs",)),
    **dict.fromkeys(("date", "at", "time", "send_at", "scheduled_at", "delivery_time", "when"), ("delivery_date",)),
    **dict.fromkeys(("tz", "time_zone", "zone"), ("timezone", "account_timezone")),
    **dict.fromkeys(("region", "country"), ("default_region",)),
    **dict.fromkeys(("service", "subject", "system", "systems"), ("services",)),
    **dict.fromkeys(("begin", "begins", "start_time"), ("start",)),
    **dict.fromkeys(("finish", "ends", "end_time"), ("end",)),
    **dict.fromkeys(("path", "file", "filename", "output"), ("dest",)),
    **dict.fromkeys(("id", "ids", "sms_id", "smsids", "message_id"), ("smsid",)),
}
"""The options that another module, or another person, would have called so, the first that there is."""


def names_meant(unknown: Collection[str], known: Collection[str]) -> str:
    """Return a clause about the options that were meant by names that are not known; empty without any."""
    pairs = [(name, _meant(name, known)) for name in sorted(unknown) if name not in known]
    return ", ".join(f"{name} is called {option} here" for name, option in pairs if option)


def _meant(name: str, known: Collection[str]) -> str:
    """Return the option that is meant by a name, or an empty text."""
    called = {alias: next((option for option in options if option in known), "") for alias, options in MEANT.items()}
    called.update((option, option) for option in known)
    alike = get_close_matches(name.lower(), sorted(called), n=1, cutoff=_ALIKE)
    return called.get(name.lower(), "") or next((called[match] for match in alike), "")
