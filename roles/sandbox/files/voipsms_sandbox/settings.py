# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hold the settings of the sandbox's account, which can be changed while it runs."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from .dates import DateError, named_zone

SMSID_MODES = ("per-recipient", "per-request")
RECORD_MODES = ("per-message", "per-segment")
LOG_ORDERS = ("newest", "oldest")


class SettingError(ValueError):
    """An invalid setting. Its text is a sentence for people."""


@dataclass(frozen=True)
class Settings:
    """``latency`` is in seconds, ``balance`` and ``price`` in the account's currency. None is an unlimited balance.

    ``numbers`` are the numbers of the account, as digits. When it is empty, any number may be a sender. ``names`` are
    those of people, by the digits of their numbers, for the page.

    What the list of scheduled messages shows, in seconds of the sandbox's clock: it lags by ``list_lag``, shows a
    cancelled message ``cancelled_shown`` longer than that, and takes a message off ``hidden_before`` its date. A cancel
    takes effect ``cancel_delay`` after it was answered. The next ``empty_lists`` lists are empty; each counts it down.

    What the message log shows: the ``log_order`` records first, ``page_size`` on a page, and a message to the account
    ``incoming_lag`` seconds after it came.
    """

    smsid: str = "per-recipient"
    records: str = "per-message"
    zone: str = "America/Chicago"
    latency: float = 0.0
    balance: float | None = None
    price: float = 0.01
    page_size: int = 10
    numbers: list[str] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    list_lag: float = 0.0
    cancelled_shown: float = 0.0
    hidden_before: float = 0.0
    cancel_delay: float = 0.0
    empty_lists: int = 0
    log_order: str = LOG_ORDERS[0]
    incoming_lag: float = 0.0

    def changed(self, changes: Mapping[str, Any]) -> Settings:
        """Return these settings with some of them replaced. Raises SettingError when one is invalid."""
        unknown = sorted(set(changes) - set(_READERS))
        if unknown:
            raise SettingError(f"There is no setting '{unknown[0]}'; there are {', '.join(_READERS)}")
        return replace(self, **{name: _READERS[name](name, value) for name, value in changes.items()})

    def to_dict(self) -> dict[str, Any]:
        """Return the values for the state file and the control API."""
        return asdict(self)


def number(name: str, value: Any) -> float:
    """Read a finite number; also from text, since templates turn numbers into text. Raises SettingError."""
    try:
        result = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise SettingError(f"'{name}' must be a number") from error
    if not math.isfinite(result):
        raise SettingError(f"'{name}' must be a number")
    return result


def whole(name: str, value: Any, least: int = 1) -> int:
    """Read a whole number from ``least`` up. Raises SettingError."""
    result = number(name, value)
    if result < least or result != int(result):
        raise SettingError(f"'{name}' must be a whole number from {least} up")
    return int(result)


def _not_negative(name: str, value: Any) -> float:
    result = number(name, value)
    if result < 0:
        raise SettingError(f"'{name}' must not be negative")
    return result


def _count(name: str, value: Any) -> int:
    return whole(name, value, least=0)


def _balance(name: str, value: Any) -> float | None:
    return None if value is None else _not_negative(name, value)


def _zone(name: str, value: Any) -> str:
    try:
        return named_zone(str(value)).key
    except DateError as error:
        raise SettingError(f"'{name}': {error}") from error


def _numbers(name: str, value: Any) -> list[str]:
    if not isinstance(value, list) or not all(str(digits).isdecimal() for digits in value):
        raise SettingError(f"'{name}' must be a list of phone numbers, digits only")
    return [str(digits) for digits in value]


def _names(name: str, value: Any) -> dict[str, str]:
    fault = SettingError(f'\'{name}\' must be names by phone numbers in E.164, such as {{"+12812345678": "anna"}}')
    if not isinstance(value, dict) or not all(isinstance(text, str) and text.strip() for text in value.values()):
        raise fault
    names = {str(number).removeprefix("+"): text for number, text in value.items()}
    if not all(digits.isascii() and digits.isdigit() for digits in names):
        raise fault
    return names


def _one_of(choices: tuple[str, ...]) -> Callable[[str, Any], str]:
    def read(name: str, value: Any) -> str:
        if value not in choices:
            raise SettingError(f"'{name}' must be {' or '.join(choices)}")
        return str(value)

    return read


_READERS: dict[str, Callable[[str, Any], Any]] = {
    "smsid": _one_of(SMSID_MODES),
    "records": _one_of(RECORD_MODES),
    "zone": _zone,
    "latency": _not_negative,
    "balance": _balance,
    "price": _not_negative,
    "page_size": whole,
    "numbers": _numbers,
    "names": _names,
    "list_lag": _not_negative,
    "cancelled_shown": _not_negative,
    "hidden_before": _not_negative,
    "cancel_delay": _not_negative,
    "empty_lists": _count,
    "log_order": _one_of(LOG_ORDERS),
    "incoming_lag": _not_negative,
}
