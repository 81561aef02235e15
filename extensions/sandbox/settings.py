# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be set about the sandbox's account, while it runs too."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from ansible_collections.voip_communications.sms.extensions.sandbox.dates import DateError, named_zone

SMSID_MODES = ("per-recipient", "per-request")
RECORD_MODES = ("per-message", "per-segment")


class SettingError(ValueError):
    """A setting that cannot be. Its text is a sentence for people."""


@dataclass(frozen=True)
class Settings:
    """`latency` is in seconds; `balance` and `price` in the account's currency, None being a balance without end.

    `numbers` are those that the account owns, as digits; none named means that any number may be a sender.
    """

    smsid: str = "per-recipient"
    records: str = "per-message"
    zone: str = "America/Chicago"
    latency: float = 0.0
    balance: float | None = None
    price: float = 0.01
    page_size: int = 10
    numbers: list[str] = field(default_factory=list)

    def changed(self, wanted: Mapping[str, Any]) -> Settings:
        """These settings with some replaced. Raises SettingError, and then nothing is changed."""
        unknown = sorted(set(wanted) - set(_READERS))
        if unknown:
            raise SettingError(f"There is no setting '{unknown[0]}'; there are {', '.join(_READERS)}")
        return replace(self, **{name: _READERS[name](name, value) for name, value in wanted.items()})

    def to_dict(self) -> dict[str, Any]:
        """For the state file and the control API."""
        return asdict(self)


def number(name: str, value: Any) -> float:
    """A finite number; as text too, since templates make text of numbers. Raises SettingError."""
    try:
        result = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise SettingError(f"'{name}' must be a number") from error
    if not math.isfinite(result):
        raise SettingError(f"'{name}' must be a number")
    return result


def whole(name: str, value: Any) -> int:
    """A whole number from 1 up. Raises SettingError."""
    result = number(name, value)
    if result < 1 or result != int(result):
        raise SettingError(f"'{name}' must be a whole number from 1 up")
    return int(result)


def _not_negative(name: str, value: Any) -> float:
    result = number(name, value)
    if result < 0:
        raise SettingError(f"'{name}' must not be negative")
    return result


def _balance(name: str, value: Any) -> float | None:
    return None if value is None else _not_negative(name, value)


def _zone(name: str, value: Any) -> str:
    try:
        return named_zone(str(value)).key
    except DateError as error:
        raise SettingError(f"'{name}': {error}") from error


def _numbers(name: str, value: Any) -> list[str]:
    if not isinstance(value, list) or not all(str(each).isdecimal() for each in value):
        raise SettingError(f"'{name}' must be a list of phone numbers, digits only")
    return [str(each) for each in value]


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
}
