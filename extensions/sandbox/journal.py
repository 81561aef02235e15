# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What came in, and what shall be answered next."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from ansible_collections.voip_communications.sms.extensions.sandbox.settings import SettingError, number, whole

_SECRET_HEADERS = {"authorization", "proxy-authorization", "cookie"}
# Credentials belong into no form, and yet somebody may put them there.
_SECRET_FIELD = re.compile(r"pass|secret|token|api[-_]?key|credential|authorization", re.IGNORECASE)
# The answer of cms/user holds them, as the true one does.
_SECRET_ANSWER = re.compile(r'("user_api_(?:key|password)":\s*)"(?:[^"\\]|\\.)*"')
_HIDDEN = "(hidden)"
# Of an answer, in characters: a hundred recipients.
_LONGEST_ANSWER = 32_000


@dataclass
class Request:
    """One request as it came. Whether its credentials were right is kept, the credentials are not.

    `path` is the part after the API's base. `repeated` names the form fields that came more than once, of which PHP
    sees the last. `status` is None until it was answered; `answer` is the body, cut when it is long.
    """

    number: int
    method: str
    path: str
    form: dict[str, str]
    repeated: list[str]
    content_type: str
    headers: dict[str, str]
    authorized: bool
    clock: str
    status: int | None = None
    answer: str = ""

    def __post_init__(self) -> None:
        """Drop the headers that hold credentials, and hide the form fields that seem to."""
        self.headers = {
            name: value
            for name, value in self.headers.items()
            if name.lower() not in _SECRET_HEADERS and not _SECRET_FIELD.search(name)
        }
        self.form = {name: _HIDDEN if _SECRET_FIELD.search(name) else value for name, value in self.form.items()}

    def answered(self, status: int, body: str) -> None:
        """Keep what was answered, without the credentials that the account's record has."""
        self.status = status
        self.answer = _SECRET_ANSWER.sub(rf'\g<1>"{_HIDDEN}"', body)
        if len(self.answer) > _LONGEST_ANSWER:
            self.answer = f"{self.answer[:_LONGEST_ANSWER]}… ({len(body)} characters)"

    def line(self) -> dict[str, Any]:
        """What a list of requests shows of it."""
        names = ("number", "method", "path", "status", "authorized", "clock")
        return {name: getattr(self, name) for name in names}

    def to_dict(self) -> dict[str, Any]:
        """For the state file and the control API."""
        return asdict(self)


@dataclass
class Order:
    """An answer that was ordered. `accept`: the request is carried out all the same.

    `record` changes fields in every record of the true answer, None dropping the field. `delay` is in seconds.
    """

    path: str = "sms/send"
    times: int = 1
    status: int | None = None
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    accept: bool = True
    record: dict[str, Any] = field(default_factory=dict)
    delay: float = 0.0

    def matches(self, path: str) -> bool:
        """Whether the order is for this path; `*` and `?` stand for anything, as in file names."""
        return fnmatchcase(path, self.path)

    def changed(self, answer: Any) -> Any:
        """The answer with `record` laid over every record in it."""
        if not self.record or not isinstance(answer, dict):
            return answer
        return {name: self._records(value) if isinstance(value, list) else value for name, value in answer.items()}

    def _records(self, records: list[Any]) -> list[Any]:
        dropped = {name for name, value in self.record.items() if value is None}
        return [
            {name: value for name, value in {**each, **self.record}.items() if name not in dropped} for each in records
        ]

    def to_dict(self) -> dict[str, Any]:
        """For the state file and the control API."""
        return asdict(self)

    @classmethod
    def from_wish(cls, wish: dict[str, Any]) -> Order:
        """An order as the control API takes it. Raises SettingError with a sentence."""
        unknown = sorted(set(wish) - set(cls.__dataclass_fields__))
        if unknown:
            raise SettingError(
                f"There is no '{unknown[0]}' in an answer; there are {', '.join(cls.__dataclass_fields__)}"
            )
        order = cls(**{"accept": "status" not in wish and "body" not in wish, **wish})
        order.times = whole("times", order.times)
        order.delay = _delay(order.delay)
        order.status = None if order.status is None else _status(order.status)
        _check(order)
        return order


class Journal:
    """All requests in the order they came, and the answers that were ordered."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.orders: list[Order] = []

    def note(self, **fields: Any) -> Request:
        """Keep a request, numbered from 1."""
        request = Request(number=len(self.requests) + 1, **fields)
        self.requests.append(request)
        return request

    def take(self, path: str) -> Order | None:
        """The oldest order for this path, used up by one."""
        for order in self.orders:
            if order.matches(path):
                order.times -= 1
                self.orders = [each for each in self.orders if each.times > 0]
                return order
        return None

    def to_dict(self) -> dict[str, Any]:
        """For the state file."""
        return {
            "requests": [each.to_dict() for each in self.requests],
            "orders": [each.to_dict() for each in self.orders],
        }

    @classmethod
    def from_dict(cls, fields: dict[str, Any]) -> Journal:
        """The opposite of `to_dict`. Raises KeyError, TypeError for what is no journal."""
        journal = cls()
        journal.requests = [Request(**each) for each in fields["requests"]]
        journal.orders = [Order(**each) for each in fields["orders"]]
        return journal


def _delay(value: Any) -> float:
    seconds = number("delay", value)
    if seconds < 0:
        raise SettingError("'delay' must not be negative")
    return seconds


def _status(value: Any) -> int:
    status = whole("status", value)
    if not 200 <= status <= 599:
        raise SettingError("'status' must be between 200 and 599")
    return status


def _check(order: Order) -> None:
    """What a dataclass does not check by itself. Raises SettingError."""
    if not isinstance(order.path, str) or not order.path:
        raise SettingError("'path' must be the part after the API's base, such as sms/send")
    if not isinstance(order.accept, bool):
        raise SettingError("'accept' must be true or false")
    if not isinstance(order.record, dict):
        raise SettingError("'record' must be the fields to change in each record")
    if order.record and (order.body is not None or not order.accept):
        raise SettingError("'record' changes the true answer, so it goes with neither 'body' nor 'accept: false'")
    if not isinstance(order.headers, dict) or not all(
        _is_line(line) for pair in order.headers.items() for line in pair
    ):
        raise SettingError("'headers' must be names and values, each a text of one line")


def _is_line(value: Any) -> bool:
    return isinstance(value, str) and not set(value) & {"\r", "\n"}
