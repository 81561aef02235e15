# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell whether an object of the service speaks of failure: an answer, or one record of an answer or of a list. Pure.

That ``{"error": true}`` is failure is observed, and that a ``code`` other than 200 is not success is documented. All
other names and words here are assumed. They are taken only as a reason not to believe a success, never as proof that
nothing was sent. The text of a message is never judged: an alert may well say FAILED.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple, Optional

Cleaner = Callable[[Any], Optional[str]]
"""Turns a text of the service into one that may be shown, or None."""

_REVERSED = ("CANCEL", "DELETE", "REVOKE", "WITHDRAWN")
"""Parts of words that say that a message was cancelled."""

FAILED = (
    *("FAIL", "ERROR", "REJECT", "REFUS", "INVALID", "UNDELIV", "EXPIR", "DENIED", "DECLIN", "ABORT", "BLOCKED"),
    *("BLACKLIST", "BARRED", "BOUNCE", "DISCARD", "DROPPED", "EXCEPTION", "EXCEED", "FORBID", "INSUFFICIENT"),
    *("TIMEOUT", "TIMED OUT", "UNABLE", "UNACCEPT", "UNAUTH", "UNSENT", "UNSUCC", "OUT OF CREDIT"),
    *(" NO CREDIT", " NO FUNDS", " NO BALANCE", " NO ROUTE", " NOK ", " KO ", " NACK ", " NAK "),
    *("NOTSEN", "NOTACCEPT", "NOTALLOW", "NOTAUTH", "NOTBE", "NOTCOMPLET", "NOTDELIVER", "NOTENOUGH", "NOTFOUND"),
    *("NOTOK ", "NOTPERMIT", "NOTPOSSIBLE", "NOTPROCESS", "NOTQUEUE", "NOTSUCC", "NOTSUPPORT", "NOTVALID"),
)
"""Parts of texts that say that something did not succeed."""

UNSENT = (*FAILED, *_REVERSED)
"""Parts of texts that say that a message was not taken, or was cancelled."""

UNPROVEN = (*UNSENT, "SCHEDUL")
"""Parts of a status in the message log by which a record does not show that a message went out."""

_DENIALS = (
    *(" NO ERROR", " NO FAIL", " WITHOUT ERROR", " WITHOUT FAIL", " 0 ERROR", " 0 FAIL", " NOERROR"),
    *(" ERRORS 0 ", " FAILED 0 ", " FAILURES 0 "),
)
_SUCCESS_WORDS = frozenset({"ok", "success", "successful", "accepted"})
_NO_WORDS = frozenset({"false", "no", "off", "n", "f"})
_BLANK = frozenset({"", "none", "null", "nil", "-", *_NO_WORDS, *_SUCCESS_WORDS})

_LONGEST_NAME = 40
_CACHED_TEXT = 200
_SEPARATORS = re.compile(r"[\W_]+")


class Failure(NamedTuple):
    """The field that speaks of failure: its name, its kind in one word, and its value."""

    name: str
    kind: str
    value: Any

    def shown(self, clean: Cleaner) -> str:
        """Return the field for people, such as ``status FAILED``; of a list or an object, its first text."""
        value = self.value
        while isinstance(value, (list, dict)) and value:
            values = value if isinstance(value, list) else list(value.values())
            value = next((item for item in values if item not in (None, "", [], {})), None)
        text = str(value).lower() if isinstance(value, bool) else clean(value) or '""'
        return f"{clean(self.name) or 'a field'} {text}"


def failure_in(members: Mapping[str, Any], words: tuple[str, ...] = UNSENT) -> Failure | None:
    """Return the first field of an object that speaks of failure, or None.

    ``words`` are the parts of texts that count as failure. A status that is an object or a list is searched too.
    """
    later: list[tuple[str, Any]] = []
    for name, value in members.items():
        kind = _kind(name) if len(name) <= _LONGEST_NAME else ""
        if not kind:
            continue
        if kind == "status" and isinstance(value, (list, dict)):
            later.append((name, value))
        elif _SPEAKS[kind](value, words):
            return Failure(name, kind, value)
    return _nested(later, words)


def says(text: str | None, words: tuple[str, ...]) -> bool:
    """Return whether a text has one of these parts of words, other than to deny it ("no errors")."""
    if not text:
        return False
    return _has_word(text, words) if len(text) <= _CACHED_TEXT else _has_word.__wrapped__(text, words)


def _nested(later: list[tuple[str, Any]], words: tuple[str, ...]) -> Failure | None:
    """Return the first failure inside of fields that are objects or lists. Not recursive: they may be nested deeply."""
    while later:
        top, value = later.pop()
        if not isinstance(value, (list, dict)):
            if _is_failing_status(value, words):
                return Failure(top, "status", value)
            continue
        for name, kind, item in _items(value):
            if kind == "status":
                later.append((top, item))
            elif _SPEAKS[kind](item, words):
                return Failure(f"{top} {name}", kind, item)
    return None


def _items(value: list[Any] | dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Yield the members of a status that are judged: name, kind and value. Those of a list are statuses themselves."""
    if isinstance(value, list):
        yield from (("", "status", item) for item in value)
        return
    for name, item in value.items():
        kind = _kind(name) if len(name) <= _LONGEST_NAME else ""
        if kind:
            yield name, kind, item


@lru_cache(maxsize=256)
def _kind(name: str) -> str:
    """Return how the values of a field are judged, or an empty text for a field that is not judged.

    Names are compared without case, separators and the prefix that the message log has.
    """
    plain = _SEPARATORS.sub("", name).lower()
    plain = plain[3:] if plain.startswith("sms") else plain
    return "error" if plain.startswith("err") else _KINDS.get(plain, "")


@lru_cache(maxsize=64)
def _has_word(text: str, words: tuple[str, ...]) -> bool:
    plain = f" {_SEPARATORS.sub(' ', text.upper()).strip()} "
    for denial in _DENIALS:
        plain = plain.replace(denial, " ")
    plain = plain.replace(" NOT ", " NOT").replace(" CANNOT ", " NOT")
    return any(word in plain for word in words)


def _number(value: Any) -> float | None:
    """Return a number, or one that is written as a text of digits, or None. No truth values."""
    if isinstance(value, str):
        digits = value.strip()
        is_number = digits.lstrip("-").isdecimal() and digits.isascii() and len(digits) < 10
        return float(digits) if is_number and digits.rfind("-") < 1 else None
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _is_error(value: Any, _words: tuple[str, ...]) -> bool:
    """Return whether the value of an error field is an error: anything that does not say that there is none."""
    if isinstance(value, (list, dict)):
        values = value if isinstance(value, list) else value.values()
        return any(bool(item) if isinstance(item, (list, dict)) else _is_error(item, _words) for item in values)
    number = _number(value)
    if number is not None:
        return number not in (0, 200)
    if not isinstance(value, str):
        return value is True
    text = value.strip().lower()
    is_denied = any(denial in f" {_SEPARATORS.sub(' ', text).upper()}" for denial in _DENIALS)
    return text not in _BLANK and not (is_denied and not says(value, UNSENT))


def _is_failing_status(value: Any, words: tuple[str, ...]) -> bool:
    """Return whether a status says failure: false, a number that is not positive or an HTTP error, or such a word."""
    number = _number(value)
    if number is not None:
        return number <= 0 or 400 <= number < 600
    return value is False or (isinstance(value, str) and (value.strip().lower() in _NO_WORDS or says(value, words)))


def _is_no_success(value: Any, words: tuple[str, ...]) -> bool:
    """Return whether a field that is named for success denies it. PHP writes false as an empty text."""
    if value is None:
        return False
    number = _number(value)
    return not value or (number is not None and number <= 0) or _is_failing_status(value, words)


def _is_other_code(value: Any, _words: tuple[str, ...]) -> bool:
    """Return whether a code is not one of success, which is 200 (documented), or by HTTP 200 to 299."""
    number = _number(value)
    if number is not None:
        return not 200 <= number < 300
    if isinstance(value, str):
        return value.strip().lower() not in {"", *_SUCCESS_WORDS}
    return value is False or isinstance(value, (list, dict))


def _is_failing_text(value: Any, words: tuple[str, ...]) -> bool:
    return isinstance(value, str) and says(value, words)


_SPEAKS: Mapping[str, Callable[[Any, tuple[str, ...]], bool]] = {
    "error": _is_error,
    "status": _is_failing_status,
    "success": _is_no_success,
    "code": _is_other_code,
    "description": _is_failing_text,
}

_KINDS = {
    **dict.fromkeys(("haserror", "haserrors", "iserror", "fail", "failed", "failure", "failures"), "error"),
    **dict.fromkeys(("failurereason", "failreason", "failedcount", "fault", "faults", "faultcode"), "error"),
    **dict.fromkeys(("faultstring", "exception", "exceptions", "rejected", "refused"), "error"),
    **dict.fromkeys(("status", "state", "result", "outcome", "statuscode"), "status"),
    **dict.fromkeys(("success", "successful", "succeeded", "issuccess", "ok", "accepted"), "success"),
    **dict.fromkeys(("codedesc", "statusdesc", "statustext", "statusmessage"), "description"),
    "code": "code",
}
"""How each field is judged, by its name in lower case without separators."""
