# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make the codes by which people answer a question: one for each choice and person, and far apart; pure.

They are derived from the question's secret by HMAC-SHA-256 (RFC 2104). Each question has a secret of its own, so a code
answers that question only, and a person who has not read the message has to guess it.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from .._core.errors import InputError
from .answer_text import DIGITS, plain_digits

LEAST_DISTANCE = 3
"""Least number of slips between two codes; a slip is a wrong, missing or extra digit, or two digits swapped."""

MOST_CODES = {4: 30, 5: 200, 6: 500}
"""Most codes that a question may have, by their digits. More would fit, but take ever longer to find."""

_TRIES = 200_000
_RUN = re.compile("[0-9]+")
_SEPARATED = re.compile("[0-9][0-9 .:,/_-]*[0-9]")
_YEARS = range(1900, 2100)


class Slot(NamedTuple):
    """What a code is for: the choice, and the person who may answer with it (E.164 digits)."""

    person: str
    choice: str


def digits_for(count: int, minimum: int | None) -> int:
    """Return how many digits this many codes have. Raises ``InputError`` where ``minimum`` is too few."""
    least = next((digits for digits in DIGITS if count <= MOST_CODES[digits]), None)
    if least is None:
        raise InputError(
            f"the question needs {count} codes, one for each choice and person, and can have {MOST_CODES[DIGITS[-1]]}:"
            " ask fewer people, or offer fewer choices"
        )
    if minimum is not None and minimum < least:
        raise InputError(
            f"code_digits {minimum} is too few for {count} codes, one for each choice and person, that no slip turns"
            f" into each other: leave it out, or set {least}"
        )
    return least if minimum is None else minimum


def make_codes(secret: bytes, slots: tuple[Slot, ...], digits: int, text: str) -> dict[Slot, str]:
    """Return a code for each slot, always the same for the same arguments. No code is in ``text`` or looks ordinary.

    Raises ``InputError`` where so many codes cannot be found, which ``digits_for`` prevents.
    """
    taken = _numbers_in(text)
    codes: dict[str, int] = {}
    candidates = _candidates(secret, digits)
    for _slot in slots:
        for candidate in candidates:
            bits = _bits(candidate)
            if not _is_ordinary(candidate) and candidate not in taken and not _is_near(candidate, bits, codes):
                break
        else:
            raise InputError(f"no {len(slots)} codes of {digits} digits could be found")
        codes[candidate] = bits
    return dict(zip(slots, codes))


def distance(one: str, other: str) -> int:
    """Return how many slips lead from one code to another of the same length, by Damerau and Levenshtein.

    This is the form that edits no place twice. Between codes of one length it differs from the other form only where
    both are beyond ``LEAST_DISTANCE``.
    """
    before: list[int] = []
    row = list(range(len(other) + 1))
    for place, digit in enumerate(one):
        above, before, row = before, row, [place + 1]
        for column, letter in enumerate(other):
            cost = min(before[column] + (digit != letter), before[column + 1] + 1, row[column] + 1)
            is_swapped = place and column and digit == other[column - 1] and one[place - 1] == letter
            row.append(min(cost, above[column - 1] + 1) if is_swapped else cost)
    return row[-1]


def _is_near(code: str, bits: int, codes: Mapping[str, int]) -> bool:
    """Return whether a code is too near to another. Codes that share few digits are far apart in any order."""
    least = len(code) - LEAST_DISTANCE
    return any(
        bin(bits & others_bits).count("1") > least and distance(code, other) < LEAST_DISTANCE
        for other, others_bits in codes.items()
    )


def _bits(code: str) -> int:
    """Return a number with one bit for the first, second, and so on, of each digit of a code."""
    bits = 0
    for place, digit in enumerate(code):
        bits |= 1 << (8 * int(digit) + code[:place].count(digit))
    return bits


def _candidates(secret: bytes, digits: int) -> Iterator[str]:
    """Yield pseudo-random codes without a leading zero, which people may leave out."""
    for count in range(_TRIES):
        digest = hmac.digest(secret, b"%d" % count, "sha256")
        code = f"{int.from_bytes(digest[:16], 'big') % 10**digits:0{digits}}"
        if code[0] != "0":
            yield code


def _is_ordinary(code: str) -> bool:
    """Return whether people write such a number anyway: a year, one digit over and over, or digits in a row."""
    steps = {int(after) - int(before) for before, after in zip(code, code[1:])}
    return steps in ({0}, {1}, {-1}) or (len(code) == 4 and int(code) in _YEARS)


def _numbers_in(text: str) -> str:
    """Return the numbers of a text, also those that are written in groups, with spaces between them."""
    plain = plain_digits(text)
    grouped = ("".join(_RUN.findall(number)) for number in _SEPARATED.findall(plain))
    return " ".join((*_RUN.findall(plain), *grouped))
