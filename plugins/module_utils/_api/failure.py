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
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple, Optional

Cleaner = Callable[[Any], Optional[str]]
"""Turns a text of the service into one that may be shown, or None."""

FAILED = (
    *("FAIL", "ERROR", "REJECT", " REJ ", "REFUS", "INVALID", "UNDELIV", "EXPIRED", "DENIED", "DECLIN", "ABORT"),
    *("BLOCKED", "BLACKLIST", "BARRED", "BOUNCE", "DISCARD", "DROPPED", "EXCEPTION", "EXCEED", "FORBID"),
    *("INSUFFICIENT", "TIMEOUT", "TIMED OUT", "UNABLE", "UNACCEPT", "UNAUTH", "UNSUCC", "OUT OF CREDIT"),
    *("OVER QUOTA", "OVER LIMIT", "QUOTA REACHED", "LIMIT REACHED", " NO CREDIT", " NO FUNDS", " NO BALANCE"),
    *(" NO ROUTE", " NOK ", " KO ", " NACK ", " NAK ", "NOTSEND", "NOTACCEPT", "NOTALLOW", "NOTAUTH", "NOTBE "),
    *("NOTBEEN ", "NOTCOMPLET", "NOTDELIVER", "NOTENOUGH", "NOTFOUND", "NOTOK ", "NOTPERMIT", "NOTPOSSIBLE"),
    *("NOTPROCESS", "NOTQUEUE", "NOTSUCC", "NOTSUPPORT", "NOTVALID"),
)
"""Parts of texts that say that something did not succeed."""

UNPENDING = (*FAILED, "CANCEL", "DELETE", "REVOKE", "WITHDRAWN")
"""Parts of texts by which a message may not be pending: it was not taken, or was cancelled."""

UNSENT = (
    *(*UNPENDING, "UNSENT", "NOTSENT", "NOTHING SENT", "NOTHING WAS SENT", "NONE SENT", "NONE WAS SENT"),
    *(" 0 SENT ", " NO MESSAGE SENT", " NO MESSAGES SENT", " NO SMS SENT"),
)
"""Parts of texts that say that a message was not taken, or was cancelled, or has not gone out."""

UNPROVEN = (*UNSENT, "SCHEDUL")
"""Parts of a status in the message log by which a record does not show that a message went out."""

_STEMS = (
    r"(?:FAIL|ERROR|REJECT|REFUS|INVALID|UNDELIV|EXPIR|DENIED|DECLIN|ABORT|BLOCK|BLACKLIST|BARRED|BOUNCE|DISCARD|DROPPED"
    r"|EXCEPTION|EXCEED|FORBID|CANCEL|DELETE|REVOKE|WITHDRAWN)\w*"
)
_DENIALS = re.compile(
    # "Error code: 0", "failed: 0, sent: 1", "error = n/a"
    rf" {_STEMS}(?: CODE| COUNT)?(?: :)? (?:0+(?: 0+)?|NONE|NO|NULL|NIL|N A|FALSE|OK)(?= $| \w+ [:\d])"
    # "no error", "with 0 errors", "will not be refused", but not the end of "sent: 0 failed: 3"
    rf"|(?: WITH| WILL| WAS| HAS)? (?:NO|NOT|NEVER|WITHOUT|ZERO|0)(?: ANY| AN?| BE| BEEN)? {_STEMS}(?= )(?! :? ?\d)"
    r"|(?: WITH)? NOERRORS?(?= )| FAIL ?(?:OVER|SAFE)\w*(?= )"
)
_CLAUSE_ENDS = re.compile(r"[,;!|()\n]|\.(?=\s|$)")
_CAMEL_CASE = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NOT = re.compile(r"\bCANNOT\b|\b\w+N['\u2019]T\b|\b(?:CA|COULD|DID|WAS|WO)NT\b")
_SUCCESS = re.compile(
    r"(?:(?:THE |YOUR )?(?:SMS |MESSAGES? |REQUEST ))?(?:(?:WAS|WERE|HAS BEEN|HAVE BEEN|IS) )?(?:SUCCESSFULLY )?"
    r"(?:SENT|ACCEPTED|QUEUED|DELIVERED|SCHEDULED|SUBMITTED|PROCESSED|COMPLETED?)(?: SUCCESSFULLY| OK)?(?: [0-9]+)?"
)
"""A whole clause of an error field that says success."""

_SUCCESS_WORDS = frozenset({"ok", "success", "successful", "accepted"})
_NO_WORDS = frozenset({"false", "no", "off", "n", "f"})
_NOTHING = frozenset({"", "none", "null", "nil", "nothing", "na", "n a", "not applicable"})
_BLANK = frozenset({*_NOTHING, *_NO_WORDS, *_SUCCESS_WORDS})

_LONGEST_NAME = 40
_CACHED_TEXT = 200
_CACHED_FIELDS = 40
_SEPARATORS = re.compile(r"[\W_]+")
_DIGITS = re.compile(r"-?[0-9]{1,9}(?:\.[0-9]{1,9})?")
_STATUS_TEXTS = frozenset(
    {"message", "msg", "text", "description", "desc", "name", "label", "title", "value", "reason"}
)
"""Names of texts that are words of a status, where they are members of one."""


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

    ``words`` are the parts of texts that count as failure. Also searched are a status that is an object or a list, and
    an object that carries the answer (``response`` and the like).
    """
    later: list[tuple[str, Any]] = []
    for name, kind in _judged_among(members):
        value = members[name]
        if _is_nested(kind, value):
            later.append((name, value))
        elif _SPEAKS[kind](value, words):
            return Failure(name, kind, value)
    return _nested(later, words)


def says(text: str | None, words: tuple[str, ...]) -> bool:
    """Return whether a text has one of these parts of words, other than to deny it ("no errors")."""
    if not text:
        return False
    return _has_word(text, words) if len(text) <= _CACHED_TEXT else _has_word.__wrapped__(text, words)


def kind_of(name: str) -> str:
    """Return how the values of a field are judged, by its name; an empty text for a field that is not judged."""
    return _kind(name) if len(name) <= _LONGEST_NAME else ""


def plain(text: str) -> str:
    """Return a text in capitals, with one space between its words and no other separators."""
    return _SEPARATORS.sub(" ", text.upper()).strip()


def _judged_among(names: Iterable[str]) -> Iterable[tuple[str, str]]:
    """Return the names of fields that are judged, each with how; records of one answer have the same names."""
    fields = tuple(names)
    is_short = len(fields) <= _CACHED_FIELDS and max(map(len, fields), default=0) <= _LONGEST_NAME
    return _judged(fields) if is_short else _judged.__wrapped__(fields)


@lru_cache(maxsize=16)
def _judged(names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((name, kind) for name in names if (kind := kind_of(name)))


def _is_nested(kind: str, value: Any) -> bool:
    """Return whether a value has members that are judged: a status of any shape, or an object that carries others."""
    return (isinstance(value, dict) and kind in ("status", "carrier")) or (isinstance(value, list) and kind == "status")


def _nested(later: list[tuple[str, Any]], words: tuple[str, ...]) -> Failure | None:
    """Return the first failure inside of fields that are objects or lists. Not recursive: they may be nested deeply."""
    while later:
        top, value = later.pop()
        if not isinstance(value, (list, dict)):
            if _is_failing_status(value, words):
                return Failure(top, "status", value)
            continue
        is_status = kind_of(top.split(" ")[-1]) == "status"
        for name, kind, item in _items(value, is_status):
            path = f"{top} {name}" if kind == "status" and not is_status else top
            if _is_nested(kind, item) or (kind == "status" and isinstance(value, list)):
                later.append((path, item))
            elif _SPEAKS[kind](item, words):
                return Failure(f"{top} {name}", kind, item)
    return None


def _items(value: list[Any] | dict[str, Any], is_status: bool) -> Iterator[tuple[str, str, Any]]:
    """Yield the members that are judged: name, kind and value. Those of a list are statuses themselves.

    ``is_status``: the object is a status, so the texts in it are its own words, and not those of a message.
    """
    if isinstance(value, list):
        yield from (("", "status", item) for item in value)
        return
    for name, item in value.items():
        kind = kind_of(name)
        if not kind and is_status and name.lower() in _STATUS_TEXTS:
            kind = "description"
        if kind:
            yield name, kind, item


@lru_cache(maxsize=256)
def _kind(name: str) -> str:
    """Return how the values of a field are judged, or an empty text.

    Names are compared without case, separators and the prefix that the message log has.
    """
    key = _SEPARATORS.sub("", name).lower()
    key = key[3:] if key.startswith("sms") else key
    return "error" if key.startswith("err") else _KINDS.get(key, "")


@lru_cache(maxsize=64)
def _has_word(text: str, words: tuple[str, ...]) -> bool:
    clauses = (clause.replace(" NOT ", " NOT") for clause in _undenied(text))
    return any(word in clause for clause in clauses for word in words)


def _undenied(text: str) -> Iterator[str]:
    """Yield the clauses of a text in capitals, between single spaces, without what they deny ("no errors")."""
    for clause in _CLAUSE_ENDS.split(_CAMEL_CASE.sub(" ", text)):
        labelled = _NOT.sub("NOT", clause.upper()).replace("=", ":").split(":")
        rest = _DENIALS.sub("", f" {' : '.join(plain(part) for part in labelled)} ")
        yield f" {plain(rest)} "


def _number(value: Any) -> float | None:
    """Return a number, or one that is written as a text of digits, or None. No truth values."""
    if isinstance(value, str):
        return float(value) if _DIGITS.fullmatch(value.strip()) else None
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
    return not all(_is_harmless(clause.strip()) for clause in _undenied(value))


def _is_harmless(clause: str) -> bool:
    """Return whether a clause of an error field says that there is no error."""
    return clause.lower() in _BLANK or _number(clause) in (0, 200) or _SUCCESS.fullmatch(clause) is not None


def _is_failing_status(value: Any, words: tuple[str, ...]) -> bool:
    """Return whether a status says failure: false, a number below 0 or of an HTTP error, or such a word."""
    number = _number(value)
    if number is not None:
        return number < 0 or 400 <= number < 600
    return value is False or (isinstance(value, str) and (value.strip().lower() in _NO_WORDS or says(value, words)))


def _is_no_success(value: Any, words: tuple[str, ...]) -> bool:
    """Return whether a field that is named for success denies it. PHP writes false as an empty text."""
    if value is None:
        return False
    number = _number(value)
    return not value or (number is not None and number <= 0) or _is_failing_status(value, words)


def _is_other_code(value: Any, _words: tuple[str, ...]) -> bool:
    """Return whether a code is not one of success, which is 200 (documented), or by HTTP 200 to 299.

    0 is none: other services write it for "no error".
    """
    number = _number(value)
    if number is not None:
        return number != 0 and not 200 <= number < 300
    if isinstance(value, str):
        return value.strip().lower() not in _SUCCESS_WORDS and plain(value).lower() not in _NOTHING
    return value is False or isinstance(value, (list, dict))


def _is_failing_text(value: Any, words: tuple[str, ...]) -> bool:
    return isinstance(value, str) and says(value, words)


def _is_cancelled(value: Any, words: tuple[str, ...]) -> bool:
    """Return whether a mark says that a message was cancelled, where that is failure."""
    return "CANCEL" in words and _is_error(value, words)


def _is_not_sent(value: Any, words: tuple[str, ...]) -> bool:
    """Return whether a field denies that a message was sent, where that is failure."""
    return "UNSENT" in words and _is_no_success(value, words)


_SPEAKS: Mapping[str, Callable[[Any, tuple[str, ...]], bool]] = {
    "error": _is_error,
    "status": _is_failing_status,
    "success": _is_no_success,
    "code": _is_other_code,
    "description": _is_failing_text,
    "cancelled": _is_cancelled,
    "sent": _is_not_sent,
    "carrier": lambda _value, _words: False,
}

_KINDS = {
    **dict.fromkeys(("haserror", "haserrors", "iserror", "fail", "failed", "failure", "failures"), "error"),
    **dict.fromkeys(("failurereason", "failreason", "failedcount", "fault", "faults", "faultcode"), "error"),
    **dict.fromkeys(("faultstring", "exception", "exceptions", "rejected", "refused"), "error"),
    **dict.fromkeys(("status", "state", "result", "outcome", "statuscode"), "status"),
    **dict.fromkeys(("success", "successful", "succeeded", "issuccess", "ok", "accepted"), "success"),
    **dict.fromkeys(("codedesc", "statusdesc", "statustext", "statusmessage"), "description"),
    **dict.fromkeys(("cancelled", "canceled", "iscancelled", "iscanceled", "deleted", "isdeleted"), "cancelled"),
    **dict.fromkeys(("sent", "issent"), "sent"),
    **dict.fromkeys(("response", "answer", "reply", "data", "body", "meta", "header"), "carrier"),
    "code": "code",
}
"""How each field is judged, by its name in lower case without separators.

``delivered`` is not here: the report of a delivery comes later, so its absence does not say that nothing was accepted.
"""
