# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Convert phone numbers as people write them to the digits that the API takes.

The API takes the country code first and no plus (documented).
"""

from __future__ import annotations

import re
import traceback
from functools import cache
from typing import NamedTuple

from .._core.errors import MissingLibrary, VoipsmsError
from .._core.shown import shown

PHONENUMBERS_ERROR: str | None = None
try:
    import phonenumbers
except ImportError:
    PHONENUMBERS_ERROR = traceback.format_exc()

# space, no-break and narrow no-break space
_SPACES = frozenset(" \u00a0\u202f")
# hyphen-minus, hyphen, no-break hyphen, figure, en and em dash, minus
_DASHES = frozenset("-\u2010\u2011\u2012\u2013\u2014\u2212")
# Characters that an answer may have between digits. A full stop would turn 1281.0 into another number.
_ANSWER_SEPARATORS = _SPACES | _DASHES | frozenset("()")
_WITHOUT_ANSWER_SEPARATORS = dict.fromkeys(map(ord, _ANSWER_SEPARATORS))
# People may also write these.
_WITHOUT_SEPARATORS = _WITHOUT_ANSWER_SEPARATORS | dict.fromkeys(map(ord, "./"))

# ITU-T E.164: 1 and 7 are country codes of one digit, those listed have two, all others three.
_COUNTRY_CODE = re.compile(r"[17]|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|\d{3}")

# A zero between the country code and the rest, as in +44 (0)20.
_TRUNK_ZERO = "(0)"

# Characters; no number has nearly as many, and everything that reads one is bounded by it.
_LONGEST = 100

_MIN_PARTLY_SHOWN = 8

_PARSE_FAULTS = {0: "unknown country code", 2: "too short", 3: "too short", 4: "too long"}
_LENGTH_FAULTS = {
    1: "unknown country code",
    2: "too short",
    3: "too long",
    4: "without an area code",
    5: "wrong length",
}
_IS_POSSIBLE = 0

# A number written with its country code is looked up among the short numbers only if it has no more digits than this
# after the code: nearly all of them have fewer, and most phone numbers have more.
_LONGEST_SHORT = 8

# The condition under which a number is read without its bracketed zero.
_WITHOUT_ZERO = " without (0)"

_SHORT = " is a short or emergency number in {}, and a message goes to a full phone number only"
_ALLOWED = "a number has digits, a leading +, spaces, hyphens, dots, slashes and parentheses only"
_QUOTING = (
    'quote it (in YAML "+12812345678"; in an INI inventory \'"+12812345678"\' beside a host and "+12812345678" '
    "under [group:vars]; in a template: number | string) and check its digits, "
    "since YAML reads 0123 as octal and 1:30 in base 60"
)


class NumberError(VoipsmsError):
    """A message cannot be sent to this number; nothing was sent."""


class _Reading(NamedTuple):
    """One way to read a number: its ``digits``, or else a ``fault`` in a few words.

    ``short`` is the region in which it is a short or emergency number, and empty for other numbers.
    """

    digits: str
    fault: str
    short: str = ""


def read(value: object, region: str | None = None) -> str:
    """Return the E.164 digits of a number, without plus.

    A number with + or 00 is international. Other digits are international without ``region`` (ISO 3166 alpha-2); with
    it they are read both ways. When both are possible and differ, the one that is a valid number wins if only one is;
    else the number is refused. Raises ``NumberError``, and ``MissingLibrary`` without ``phonenumbers``.
    """
    require()
    text = text_of(value)
    readings = _readings(text, region.upper() if region else None)
    only = readings[""]
    if len(readings) == 1 and not only.fault:
        return only.digits
    possible = {reading.digits: condition for condition, reading in readings.items() if not reading.fault}
    short = next((reading.short for reading in readings.values() if reading.short), "")
    if short or len(possible) > 1:
        valid = [number for number in possible if phonenumbers.is_valid_number(phonenumbers.parse(f"+{number}"))]
        if len(valid) == 1 and _WITHOUT_ZERO not in readings:
            return valid[0]
        raise NumberError(_quoted(text) + (_SHORT.format(short) if short else _both(possible)))
    if not possible:
        reasons = ", ".join(reading.fault + condition for condition, reading in readings.items())
        raise NumberError(f"{_quoted(text)} is not a possible phone number: {reasons}{_zero_hint(text, region)}")
    return next(iter(possible))


def region_fault(region: str | None) -> str | None:
    """Return a sentence when the numbers of this region are not known, or else None.

    None and the empty text mean no region. Raises ``MissingLibrary`` without ``phonenumbers``.
    """
    require()
    if not region or region.upper() in phonenumbers.SUPPORTED_REGIONS:
        return None
    return f"default_region {_quoted(region)} is not a known region: use the two letters of ISO 3166, such as US or GB"


def digits(text: str) -> str:
    """Return the digits of a number that the service wrote (+1…, 001…, plain), or an empty text if it is not one."""
    bare = text if _are_digits(text) else text.translate(_WITHOUT_ANSWER_SEPARATORS)
    bare = bare[1:] if bare.startswith("+") else bare.removeprefix("00")
    return bare if _are_digits(bare) else ""


def same(one: str, other: str) -> bool:
    """Tell whether two numbers that the service wrote have the same digits; a text without digits equals nothing."""
    return bool(digits(one)) and digits(one) == digits(other)


def mask(number: str) -> str:
    """Return a number with all digits hidden but its country code and the last two: at most 5 remain visible."""
    bare = digits(number)
    if len(bare) < _MIN_PARTLY_SHOWN:
        return "+" + "*" * len(bare)
    match = _COUNTRY_CODE.match(bare)
    code = match.group() if match else ""
    return f"+{code}{'*' * (len(bare) - len(code) - 2)}{bare[-2:]}"


def require() -> None:
    """Raise ``MissingLibrary`` when ``phonenumbers`` cannot be imported."""
    if PHONENUMBERS_ERROR is not None:
        raise MissingLibrary("phonenumbers", PHONENUMBERS_ERROR)


def text_of(value: object) -> str:
    """Return a number that is text. Raises ``NumberError``, with advice on quoting, for anything else."""
    if isinstance(value, str):
        if len(value) > _LONGEST:
            raise NumberError(
                f"{_quoted(value[:_LONGEST])} has {len(value)} characters, more than a phone number can have"
            )
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        raise NumberError(f"{shown(value)} is not text but a number of type {type(value).__name__}: {_QUOTING}")
    raise NumberError(f"{shown(value)} was given where a phone number belongs: write it as text")


def _digits_of(text: str) -> str:
    """Return the digits of a number that a person wrote. Raises ``NumberError`` for any character but separators."""
    if _are_digits(text[1:]) and text[0] == "+" and not text.startswith("+00"):
        return text[1:]
    bare = text.translate(_WITHOUT_SEPARATORS)
    plain = bare.removeprefix("+")
    if not plain:
        raise NumberError(f"{_quoted(text)} has no digits")
    if not _are_digits(plain):
        wrong = next(character for character in plain if not _are_digits(character))
        raise NumberError(f"{_quoted(text)} has the character {wrong!a}: {_hint(wrong) or _ALLOWED}")
    if bare.startswith("+00"):
        raise NumberError(f"{_quoted(text)} has both + and 00: write one of them")
    return plain


def _are_digits(text: str) -> bool:
    """Return whether a text consists of one or more ASCII digits, and of no digits of other scripts."""
    return text.isascii() and text.isdigit()


def _both(possible: dict[str, str]) -> str:
    """Return what to say of the numbers that one text can be, each with its condition."""
    numbers = " and ".join(f"+{number}{condition}" for number, condition in possible.items())
    return f" can be read as {numbers}: write the one that is meant, with a leading +"


def _readings(text: str, region: str | None) -> dict[str, _Reading]:
    """Return every reading of the text, by the condition under which it applies."""
    digits = _digits_of(text)
    international = digits.removeprefix("00")
    readings = {"": _parsed("+" + international, None)}
    if "+" in text or international != digits or region is None:
        code, zero, rest = text.partition(_TRUNK_ZERO)
        if zero and any(digit in "123456789" for digit in code):
            # Most countries drop this zero in calls from abroad; phonenumbers does so for only some of them.
            readings[_WITHOUT_ZERO] = _parsed("+" + _digits_of(code).lstrip("0") + _digits_of("0" + rest)[1:], None)
    else:
        readings[f" in {region}"] = _parsed(digits, region)
    return readings


def _hint(character: str) -> str:
    """Return advice for a character that a number cannot have, or an empty text."""
    if character in ",;":
        return "give each number as a list element of its own"
    if character in "'\"":
        return "the quotes are part of the value; remove one pair"
    if character == "+":
        return "a + is allowed only at the start"
    return ""


def _zero_hint(text: str, region: str | None) -> str:
    """Return advice for a national number that lacks a region, or an empty text."""
    digits = _digits_of(text)
    needs_region = "+" not in text and digits.startswith("0") and not digits.startswith("00") and not region
    return "; write it with the country code, or set default_region" if needs_region else ""


def _parsed(text: str, region: str | None) -> _Reading:
    """Read digits as they are dialled in a region, or without one after a plus.

    Only full numbers are possible: digits that can be dialled only within their place are not. ``phonenumbers`` drops
    leading zeros one at a time for some countries. The result is read again until it no longer changes, so that a
    number is one recipient in the ledger however often it has been read.
    """
    if region is None and is_plain(text[1:]):
        return _Reading(text[1:], "")
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as error:
        return _Reading("", _PARSE_FAULTS.get(error.error_type, "not a number"))
    if region and _is_short(number, region):
        return _Reading("", "too short", region)
    code, national = number.country_code, phonenumbers.national_significant_number(number)
    reason = phonenumbers.is_possible_number_with_reason(number)
    is_possible = reason == _IS_POSSIBLE
    if is_possible and text != f"+{code}{national}":
        return _parsed(f"+{code}{national}", None)
    short = _short_region(number, is_possible) if not region and len(national) <= _LONGEST_SHORT else ""
    if is_possible and not short:
        return _Reading(f"{code}{national}", "")
    return _Reading("", f"{_LENGTH_FAULTS.get(reason, 'too short')} for country code {code}", short)


class _Plan(NamedTuple):
    """What ``phonenumbers`` knows of the numbers of a country code of ``size`` digits.

    ``lengths``: those of the possible numbers behind the code that are too long for a short number. ``prefix``: what it
    may take for a national prefix, and drop.
    """

    size: int
    lengths: frozenset[int]
    prefix: re.Pattern[str] | None


def is_plain(number: str) -> bool:
    """Return whether digits are a possible number of which ``phonenumbers`` would drop none and change none.

    Most numbers are, and parsing one takes twenty times as long; it comes to the same, which is tested.
    """
    plan = _plan(number[:1]) or _plan(number[:2]) or _plan(number[:3])
    if plan is None:
        return False
    national = number[plan.size :]
    return len(national) in plan.lengths and (plan.prefix is None or plan.prefix.match(national) is None)


@cache
def _plan(code: str) -> _Plan | None:
    """Return what is known of the numbers of a country code; None of digits that are none."""
    country = 0 if code.startswith("0") else int(code or 0)
    region = phonenumbers.region_code_for_country_code(country)
    metadata = phonenumbers.PhoneMetadata.metadata_for_region_or_calling_code(country, region)
    if metadata is None or metadata.general_desc is None:
        return None
    prefix = metadata.national_prefix_for_parsing
    lengths = {length for length in metadata.general_desc.possible_length if length > _LONGEST_SHORT}
    lengths -= set(metadata.general_desc.possible_length_local_only)
    return _Plan(len(code), frozenset(lengths), re.compile(prefix) if prefix else None)


def _short_region(number: phonenumbers.PhoneNumber, is_possible: bool) -> str:
    """Return the region of the country code in which this is a short or emergency number, or an empty text.

    An impossible number is refused in any case, and counts as short only when it is for emergencies: then its digits
    must not be taken for a number of another country.
    """
    national = phonenumbers.national_significant_number(number)
    for region in phonenumbers.region_codes_for_country_code(number.country_code or 0):
        if _is_short(number, region) if is_possible else phonenumbers.is_emergency_number(national, region):
            return region
    return ""


def _is_short(number: phonenumbers.PhoneNumber, region: str) -> bool:
    """Return whether a number is a short or emergency number of a region, and not a phone number as well."""
    return phonenumbers.is_valid_short_number_for_region(number, region) and not phonenumbers.is_valid_number(number)


def _quoted(text: str) -> str:
    return f"'{shown(text)}'"
