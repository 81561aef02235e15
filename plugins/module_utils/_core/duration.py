# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read durations as people write them, such as 90s, 15m, 24h, 1d or 1h30m; pure."""

from __future__ import annotations

import re
from typing import Optional

from .errors import InputError
from .shown import shown

_UNITS = {"d": 86400, "h": 3600, "m": 60, "s": 1}
_DURATION = re.compile(r"(?=\d)(?:(\d{1,6})d)?(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,8})s)?", re.ASCII)


def seconds_in(text: str) -> Optional[int]:
    """Return the seconds of a duration with units, the larger ones first; None where the text is none.

    A day has 24 hours.
    """
    match = _DURATION.fullmatch(text)
    if match is None:
        return None
    return sum(int(count or 0) * seconds for count, seconds in zip(match.groups(), _UNITS.values()))


def read_seconds(name: str, value: object) -> float:
    """Return a duration such as 90s, 15m, 2h or 1h30m in seconds; a plain number is seconds. Raise ``InputError``."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return float(value)
    text = value.strip() if isinstance(value, str) else ""
    if text.isascii() and text.isdigit() and len(text) < 9:
        return float(text)
    seconds = seconds_in(text)
    if seconds is None:
        written = f"'{shown(value)}'" if isinstance(value, str) else shown(value)
        raise InputError(f"{name} {written} is not a duration: write it as 90s, 15m, 2h or 1h30m")
    return float(seconds)
