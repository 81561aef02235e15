# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep the requests that came in, and the faults that are planned for the next ones."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from .settings import SettingError, number, whole

_SECRET_HEADERS = {"authorization", "proxy-authorization", "cookie"}
# Credentials do not belong in a form, but a client may put them there.
_SECRET_FIELD = re.compile(r"pass|secret|token|api[-_]?key|credential|authorization", re.IGNORECASE)
# The answer to cms/user has them, as the true one does.
_SECRET_ANSWER = re.compile(r'("user_api_(?:key|password)":\s*)"(?:[^"\\]|\\.)*"')
_HIDDEN = "(hidden)"
# In characters, enough for a hundred recipients.
_LONGEST_ANSWER = 32_000


@dataclass
class Request:
    """One request as it came. ``authorized`` tells whether its credentials were right; they are not kept.

    ``path`` is the part after the API's base. ``repeated`` names the form fields that came more than once, of which
    PHP sees the last. ``status`` is None until the request is answered. ``answer`` is the body, cut when it is long.
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
        """Drop the headers that hold credentials, and hide the form fields that seem to hold them."""
        self.headers = {
            name: value
            for name, value in self.headers.items()
            if name.lower() not in _SECRET_HEADERS and not _SECRET_FIELD.search(name)
        }
        self.form = {name: _HIDDEN if _SECRET_FIELD.search(name) else value for name, value in self.form.items()}

    def answered(self, status: int, body: str) -> None:
        """Keep the answer, without the credentials in the account's record."""
        self.status = status
        self.answer = _SECRET_ANSWER.sub(rf'\g<1>"{_HIDDEN}"', body)
        if len(self.answer) > _LONGEST_ANSWER:
            self.answer = f"{self.answer[:_LONGEST_ANSWER]}… ({len(body)} characters)"

    def line(self) -> dict[str, Any]:
        """Return the fields that a list of requests shows."""
        names = ("number", "method", "path", "status", "authorized", "clock")
        return {name: getattr(self, name) for name in names}

    def to_dict(self) -> dict[str, Any]:
        """Return the values for the state file and the control API."""
        return asdict(self)


@dataclass
class Fault:
    """An answer that was ordered to fail. With ``accept`` the request is carried out anyway.

    ``record`` changes fields in every record of the true answer; None drops the field. ``delay`` is in seconds.
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
        """Return whether the fault is for this path; ``*`` and ``?`` match anything, as in file names."""
        return fnmatchcase(path, self.path)

    def changed(self, answer: Any) -> Any:
        """Return the answer with ``record`` applied to every record in it."""
        if not self.record or not isinstance(answer, dict):
            return answer
        return {name: self._records(value) if isinstance(value, list) else value for name, value in answer.items()}

    def _records(self, records: list[Any]) -> list[Any]:
        dropped = {name for name, value in self.record.items() if value is None}
        return [
            {name: value for name, value in {**record, **self.record}.items() if name not in dropped}
            for record in records
        ]

    def to_dict(self) -> dict[str, Any]:
        """Return the values for the state file and the control API."""
        return asdict(self)

    @classmethod
    def from_fields(cls, fields: dict[str, Any]) -> Fault:
        """Read a fault from the control API. Raises SettingError with a sentence."""
        unknown = sorted(set(fields) - set(cls.__dataclass_fields__))
        if unknown:
            raise SettingError(
                f"There is no '{unknown[0]}' in an answer; there are {', '.join(cls.__dataclass_fields__)}"
            )
        fault = cls(**{"accept": "status" not in fields and "body" not in fields, **fields})
        fault.times = whole("times", fault.times)
        fault.delay = _delay(fault.delay)
        fault.status = None if fault.status is None else _status(fault.status)
        _check(fault)
        return fault


class Journal:
    """All requests in the order they came, and the planned faults."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.faults: list[Fault] = []

    def note(self, **fields: Any) -> Request:
        """Keep a request, numbered from 1."""
        request = Request(number=len(self.requests) + 1, **fields)
        self.requests.append(request)
        return request

    def take(self, path: str) -> Fault | None:
        """Use the oldest fault for this path once, and return it; None when there is none."""
        for fault in self.faults:
            if fault.matches(path):
                fault.times -= 1
                self.faults = [planned for planned in self.faults if planned.times > 0]
                return fault
        return None

    def to_dict(self) -> dict[str, Any]:
        """Return the values for the state file."""
        return {
            "requests": [request.to_dict() for request in self.requests],
            "orders": [fault.to_dict() for fault in self.faults],
        }

    @classmethod
    def from_dict(cls, fields: dict[str, Any]) -> Journal:
        """Read the values that ``to_dict`` returns. Raises KeyError or TypeError for any others."""
        journal = cls()
        journal.requests = [Request(**values) for values in fields["requests"]]
        journal.faults = [Fault(**values) for values in fields["orders"]]
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


def _check(fault: Fault) -> None:
    """Check the values, which a dataclass does not. Raises SettingError."""
    if not isinstance(fault.path, str) or not fault.path:
        raise SettingError("'path' must be the part after the API's base, such as sms/send")
    if not isinstance(fault.accept, bool):
        raise SettingError("'accept' must be true or false")
    if not isinstance(fault.record, dict):
        raise SettingError("'record' must be the fields to change in each record")
    if fault.record and (fault.body is not None or not fault.accept):
        raise SettingError("'record' changes the true answer, so it goes with neither 'body' nor 'accept: false'")
    if not isinstance(fault.headers, dict) or not all(
        _is_line(line) for pair in fault.headers.items() for line in pair
    ):
        raise SettingError("'headers' must be names and values, each a text of one line")


def _is_line(value: Any) -> bool:
    return isinstance(value, str) and not set(value) & {"\r", "\n"}
