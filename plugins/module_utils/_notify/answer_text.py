# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read what someone has answered to a question, by the codes alone; pure.

Nothing but a code answers: no word such as yes, no thumb. What quotes the question, as a reaction does, has its codes
too, so a code counts only at the beginning, alone, and never in the form in which the question has it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from enum import Enum
from typing import Callable, NamedTuple

OPT_OUTS = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "arret"})
"""Texts by which people opt out. Carriers act on them: nothing reaches that number from this sender any more."""

SWALLOWED = OPT_OUTS | {"yes", "start", "unstop", "help", "info"}
"""Texts that some carriers take for themselves, so that they may never arrive."""

DIGITS = (4, 5, 6)
"""How many digits a code may have."""

LONGEST_COMMENT = 160
"""Characters of a comment that are kept."""

_RUN = re.compile("[0-9]+")
_LONG_RUN = re.compile("[0-9]{4,}")
_FIRST_NUMBER = re.compile("([0-9]+)(?![0-9])")
_QUOTED_CODE = re.compile(r"([0-9]+) *=")
_REPLY = re.compile(r"reply\b[ :]*", re.IGNORECASE)
_DECORATION = frozenset("\"'`#*_([{")
_ENDS = " \t\n.,;:!-\"'*_\u201d\u2019\u00bb"
_BRACKETS = {")": "(", "]": "[", "}": "{"}
_DECORATING = frozenset({"Pi", "Pf", "So", "Sk", "Zs", "Ps"})
"""Categories of Unicode that may stand before a code: quotes, emoji with their modifiers, spaces, brackets."""

_INVISIBLE = frozenset("\u20e3\ufe00\ufe01\ufe0e\ufe0f")
"""What makes a keycap of a digit, and variation selectors."""


class Meaning(Enum):
    """What a text means to a question. ``WRONG_CODE``: it begins with a number of as many digits as a code has."""

    ANSWER = "answer"
    OPT_OUT = "opt out"
    WRONG_CODE = "wrong code"
    OTHER_QUESTION = "other question"
    UNCLEAR = "unclear"


class Reading(NamedTuple):
    """The meaning of a text. ``choice`` and ``comment``: of an answer; no code of any question is in a comment.

    ``has_code``: whether it holds a code of the question, which did not exist before the question was asked.
    """

    meaning: Meaning
    choice: str = ""
    comment: str = ""
    has_code: bool = False


class Codes(NamedTuple):
    """The codes that a text of one person may hold.

    ``own``: of the person, by choice; ``all_codes``: of the question, those of other people too; ``digits``: how many
    such a code has. ``is_others``: returns whether a number is a code of another open question.
    """

    own: Mapping[str, str]
    all_codes: Collection[str]
    digits: int
    is_others: Callable[[str], bool] = lambda _number: False

    def read(self, text: str) -> Reading:
        """Return what a text of this person means."""
        plain = plain_text(text)
        numbers = _RUN.findall(plain)
        has_code = any(number in self.all_codes for number in numbers)
        if is_opt_out(plain):
            return Reading(Meaning.OPT_OUT)
        number = leading_number(plain)
        if not number or self._is_quoted(plain):
            return Reading(Meaning.UNCLEAR, has_code=has_code)
        if number not in self.own.values() and self.is_others(number):
            return Reading(Meaning.UNCLEAR if has_code else Meaning.OTHER_QUESTION, has_code=has_code)
        choice = next((choice for choice, code in self.own.items() if code == number), None)
        if choice is None:
            is_wrong = len(number) == self.digits
            return Reading(Meaning.WRONG_CODE if is_wrong else Meaning.UNCLEAR, has_code=has_code)
        if sum(one in self.all_codes for one in numbers) > 1:
            return Reading(Meaning.UNCLEAR, has_code=True)
        rest = _undecorated(plain)[len(number) :]
        return Reading(Meaning.ANSWER, choice, self._comment(rest), has_code=True)

    def hidden(self, text: str) -> str:
        """Return a text as people may see it once the question is over, without a code of any question."""
        plain = plain_text(text)
        places = {place for run in self._code_runs(plain) for place in range(*run.span())}
        return "".join("#" if place in places else one for place, one in enumerate(plain[:LONGEST_COMMENT]))

    def _is_quoted(self, plain: str) -> bool:
        """Return whether a text has a code as the question has it, before an equals sign."""
        return any(number in self.all_codes for number in _QUOTED_CODE.findall(plain))

    def _comment(self, rest: str) -> str:
        """Return what follows a code, without the codes of other questions and the signs around it."""
        return _without_ends(self.hidden(rest))

    def _code_runs(self, plain: str) -> Iterator[re.Match[str]]:
        """Yield the numbers that are a code, and those that are one together, as in ``45 97``, whatever is between."""
        runs = list(_RUN.finditer(plain))
        for first in range(len(runs)):
            number = ""
            for last, run in enumerate(runs[first:], first + 1):
                number += run[0]
                if number in self.all_codes or self.is_others(number):
                    yield from runs[first:last]
                if len(number) >= DIGITS[-1]:
                    break


def plain_digits(text: str) -> str:
    """Return a text in the form NFKC, with every decimal digit of any script as an ASCII one."""
    normal = unicodedata.normalize("NFKC", text)
    if normal.isascii():
        return normal
    return "".join(str(unicodedata.decimal(one)) if one.isdecimal() else one for one in normal)


def plain_text(text: str) -> str:
    """Return a text with plain digits and spaces, without controls and what cannot be seen."""
    return " ".join("".join(_plain_character(one) for one in plain_digits(text)).split())


def leading_number(text: str) -> str:
    """Return the number that a text begins with, after what may stand before a code; empty where there is none."""
    match = _FIRST_NUMBER.match(_undecorated(plain_text(text)))
    return match.group(1) if match else ""


def is_opt_out(text: str) -> bool:
    """Return whether a text is a bare word by which people opt out."""
    return _bare(text) in OPT_OUTS


def is_swallowed(text: str) -> bool:
    """Return whether carriers may take a bare text for themselves."""
    return _bare(text) in SWALLOWED


def is_decoration(text: str) -> bool:
    """Return whether a text is nothing but what may stand before a code, so that it would introduce one."""
    return not _undecorated(plain_text(text))


def masked(text: str) -> str:
    """Return a text with ``#`` for each digit of a number of four digits or more, which may be a code."""
    return _LONG_RUN.sub(lambda match: "#" * len(match[0]), plain_digits(text))


def _plain_character(one: str) -> str:
    if one.isspace():
        return " "
    is_hidden = one in _INVISIBLE or unicodedata.category(one) in ("Cc", "Cf", "Cs")
    return "" if is_hidden else one


def _undecorated(text: str) -> str:
    """Return a text without the quotes, signs, emoji and the word Reply before its first word."""
    while True:
        start = next((place for place, one in enumerate(text) if not _is_decorating(one)), len(text))
        after = _REPLY.sub("", text[start:], count=1) if _REPLY.match(text[start:]) else text[start:]
        if after == text:
            return text
        text = after


def _is_decorating(one: str) -> bool:
    return one in _DECORATION or unicodedata.category(one) in _DECORATING


def _bare(text: str) -> str:
    """Return the letters of a text, without accents and in lower case, where it has nothing else but punctuation."""
    decomposed = unicodedata.normalize("NFKD", plain_text(text)).casefold()
    letters = "".join(one for one in decomposed if unicodedata.category(one)[0] not in "PSZM")
    return letters if letters.isalpha() and " " not in decomposed.strip(" .!?,\"'") else ""


def _without_ends(comment: str) -> str:
    """Return a comment without what encloses it, such as the bracket that was opened before the code."""
    comment = comment.lstrip(_ENDS + "".join(_BRACKETS)).rstrip(_ENDS)
    while comment and comment[-1] in _BRACKETS and comment.count(comment[-1]) > comment.count(_BRACKETS[comment[-1]]):
        comment = comment[:-1].rstrip(_ENDS)
    return comment
