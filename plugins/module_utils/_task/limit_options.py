# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the options that limit how many messages are sent: ``limit`` and its relatives."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from .._core.errors import Faults, InputError
from .._core.structure import texts
from .._ledger.limits import CRITICAL, LONGEST_SPAN, QUESTION, Limit, Limits
from .._ledger.model import NO_LEDGER
from .open_ledger import LIMIT_OPTIONS

_POOLS = {CRITICAL: "critical_limit", QUESTION: "question_limit"}
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_LIMIT = re.compile(r"([0-9]{1,6})\s*/\s*([0-9]{0,7})\s*([smhd])", re.ASCII)
_MOST = 10_000


def read_limits(params: Mapping[str, Any], faults: Faults, pool: str = "") -> Limits | None:
    """Return the limits of a task, or None where it has none; note every fault of any of these options.

    ``pool``: what the message is, where such messages may have an allowance of their own. With it they are counted by
    it alone, and by the limit of the account neither.
    """
    limits = {name: _read(name, params.get(name), faults) for name in LIMIT_OPTIONS}
    if any(limits.values()) and params["ledger"] == NO_LEDGER:
        named = ", ".join(name for name, some in limits.items() if some)
        faults.add(f"{named}: messages are counted in the ledger, and ledger is none, which remembers nothing")
    own = limits[_POOLS[pool]] if pool else ()
    if own:
        return Limits(recipient=own, pool=pool)
    if not (limits["limit"] or limits["account_limit"]):
        return None
    return Limits(limits["limit"], limits["account_limit"])


def _read(name: str, value: object, faults: Faults) -> tuple[Limit, ...]:
    """Return the limits of one option; none where it is not set or, with a fault, cannot be read."""
    given = faults.attempt(lambda: texts(name, value)) or ()
    limits = [faults.attempt(partial(_limit, name, text)) for text in given]
    return tuple(limit for limit in limits if limit is not None)


def _limit(name: str, text: str) -> Limit:
    """Return the limit in a text such as ``5/15m``. Raise ``InputError``."""
    match = _LIMIT.fullmatch(text.strip())
    if match is None:
        raise InputError(
            f"{name} must be a number of messages, a slash and a time in s, m, h or d, such as 5/15m or 500/1d; one of"
            " its values is not"
        )
    number, seconds = int(match[1]), int(match[2] or 1) * _UNITS[match[3]]
    if not (1 <= number <= _MOST and 1 <= seconds <= LONGEST_SPAN):
        raise InputError(f"{name} {text.strip()} must allow 1 to {_MOST} messages, in 1 second to 30 days")
    return Limit(number, float(seconds))
