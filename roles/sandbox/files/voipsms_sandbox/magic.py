# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Know the numbers that always fail, so that a test can have a failure without planning one."""

from __future__ import annotations

import re

# The vendor documents code 200 and no other: every code here is the sandbox's own, and its text says so.
DESCRIPTIONS = {
    400: "not a number that can be written to",
    402: "out of credit",
    403: "country not enabled for this account",
    404: "number not in service",
    410: "recipient has opted out",
    429: "too many messages to this number",
    500: "carrier failed",
    503: "carrier not reachable",
}
_MAGIC = re.compile(r"15005550([45]\d\d)", re.ASCII)


def magic_code(digits: str) -> int | None:
    """Return the code of a magic recipient, 400 to 599: the last three digits of 1 500 555 0400 … 0599, or None."""
    match = _MAGIC.fullmatch(digits)
    return int(match.group(1)) if match else None


def describe(code: int) -> str:
    """Return the ``code_desc`` of an invented code."""
    return f"Sandbox: {DESCRIPTIONS.get(code, f'refused with code {code}')}"
