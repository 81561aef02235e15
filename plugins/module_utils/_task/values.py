# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the values that the options of several modules hold: a sender, a text."""

from __future__ import annotations

from typing import Any, Optional

from .._core.errors import Faults
from .._message.numbers import NumberError, read
from .._message.text import not_gsm7, to_gsm7


def read_sender(value: Any, region: Optional[str], faults: Faults) -> Optional[str]:
    """The sender's digits; None without one, which makes a BULK message (documented)."""
    if value is None or value == "":
        return None
    try:
        return read(value, region)
    except NumberError as error:
        faults.add(f"from: {error}")
        return None


def read_text(text: str, charset: str, faults: Faults) -> str:
    """The text as it is sent."""
    if charset == "auto":
        return text
    plain = to_gsm7(text)
    left = not_gsm7(plain)
    if left:
        shown = ", ".join(f"{character!a}" for character in left[:10])
        faults.add(f"msg holds characters that GSM-7 does not have ({shown}); write them otherwise, or charset=auto")
    return plain
