# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the text of calendars and vCards whose lines are folded within a character; pure.

Some programs fold lines after 75 bytes, wherever that is (RFC 5545, 3.1, and RFC 6350, 3.2).
"""

from __future__ import annotations

import re

_WITHIN_A_CHARACTER = re.compile(rb"\r?\n[ \t](?=[\x80-\xbf])")
"""A fold before a byte with which no character of UTF-8 begins."""


def decoded(content: bytes) -> str:
    """Return the text, without a byte order mark and with all other folds. Raises ``UnicodeDecodeError``."""
    return _WITHIN_A_CHARACTER.sub(b"", content).decode("utf-8-sig")
