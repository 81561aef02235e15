# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell the encoding and the segments of a text, by 3GPP TS 23.038 (alphabets) and 3GPP TS 23.040 (concatenation).

The service documents only 160 and 153 characters. That text outside GSM-7 is sent as UCS-2, in parts of 70 and 67
units, follows from the standard (assumed).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

GSM7 = "GSM-7"
UCS2 = "UCS-2"

# 3GPP TS 23.038, table 6.2.1, from 0x00 to 0x7F without the escape 0x1B. 0x09 is the capital C with cedilla.
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ"
    " !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# Table 6.2.1.1: each takes two septets, the escape and the character. 0x0A is the page break (form feed).
_EXTENSION = frozenset("\f^{}\\[~]|€")

# Most units of a single message and of one part of several: 140 octets, less 6 for the concatenation header.
_LIMITS = {GSM7: (160, 153), UCS2: (70, 67)}
# The header counts parts in one octet (3GPP TS 23.040, 9.2.3.24.1).
MAX_SEGMENTS = 255

_CONTROLS_ALLOWED = frozenset("\n\r\t\f")
_MAX_NAMED = 10

# Written as escapes, because most fonts show them alike or not at all.
_PLAIN = {
    # grave and acute used as quotes, modifier letters, single quotes, prime, single guillemets, full width
    "'": "\u0060\u00b4\u02b9\u02bb\u02bc\u02bd\u02c8\u2018\u2019\u201a\u201b\u2032\u2035\u2039\u203a\uff07",
    # double quotes, double prime, guillemets, ideographic quotes, full width
    '"': "\u00ab\u00bb\u02ba\u201c\u201d\u201e\u201f\u2033\u2036\u301d\u301e\uff02",
    # hyphens, figure, en and em dash, bar, bullet, minus, small and full width forms
    "-": "\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\ufe58\ufe63\uff0d",
    # bullets
    "*": "\u2022\u2023",
    # leaders and ellipsis
    ".": "\u2024",
    "..": "\u2025",
    "...": "\u2026",
    # tab, no-break, the typographic widths from en quad to hair, narrow no-break, mathematical, ideographic
    " ": "\t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000",
    # next line, line separator, paragraph separator
    "\n": "\u0085\u2028\u2029",
    # soft hyphen, joiners, zero width, directional marks, variation selectors of text and emoji, byte order mark
    "": "\u00ad\u034f\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
    "\u2060\u2066\u2067\u2068\u2069\ufe0e\ufe0f\ufeff",
}
_TRANSLATION = {ord(character): plain for plain, characters in _PLAIN.items() for character in characters}


class Measure(NamedTuple):
    """The size of a text: its encoding, its units (septets or UTF-16 units), and its segments (billed parts)."""

    encoding: str
    units: int
    segments: int


def measure(text: str) -> Measure:
    """Return the size of a text; the empty text has no units and no segments."""
    encoding = _encoding(text)
    return Measure(encoding, sum(_costs(text, encoding)), len(split(text)))


def split(text: str) -> list[str]:
    """Return the text of each part, filled as far as possible without splitting an escape or a surrogate pair."""
    encoding = _encoding(text)
    single, part = _LIMITS[encoding]
    costs = list(_costs(text, encoding))
    if sum(costs) <= single:
        return [text] if text else []
    starts, used = [0], 0
    for position, cost in enumerate(costs):
        if used + cost > part:
            starts.append(position)
            used = 0
        used += cost
    return [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)])]


def to_gsm7(text: str) -> str:
    """Replace typographic quotes, dashes, ellipses, bullets and spaces by plain ones, and compose accents.

    GSM-7 text is returned unchanged. Characters that GSM-7 lacks and that have no plain form stay (see ``not_gsm7``).
    """
    return unicodedata.normalize("NFC", text).translate(_TRANSLATION)


def not_gsm7(text: str) -> list[str]:
    """Return the characters that GSM-7 does not have, each once, in order of appearance."""
    return [character for character in dict.fromkeys(text) if not _in_gsm7(character)]


def faults(text: str, max_segments: int | None = None) -> list[str]:
    """Return a sentence for each reason why this text cannot be sent, without quoting it."""
    segments = measure(text).segments
    sentences = [
        "the text is empty" if not text.strip() else "",
        _named("the text has control characters that no SMS can carry", filter(_is_refused_control, text)),
        _named("the text has halves of surrogate pairs, which are not characters", filter(_is_surrogate, text)),
    ]
    if segments > MAX_SEGMENTS:
        sentences.append(f"the text takes {segments} segments, more than the {MAX_SEGMENTS} that one SMS can have")
    if max_segments is not None and segments > max_segments:
        sentences.append(f"the text takes {_described(text)}, but max_segments allows {max_segments}")
    return [sentence for sentence in sentences if sentence]


def _in_gsm7(character: str) -> bool:
    return character in _BASIC or character in _EXTENSION


def _encoding(text: str) -> str:
    return GSM7 if all(map(_in_gsm7, text)) else UCS2


def _costs(text: str, encoding: str) -> Iterator[int]:
    """Return the units of each character: 2 for an escaped one (GSM-7) or a surrogate pair (UCS-2), else 1."""
    if encoding == GSM7:
        return (2 if character in _EXTENSION else 1 for character in text)
    return (2 if ord(character) > 0xFFFF else 1 for character in text)


def _is_refused_control(character: str) -> bool:
    # This includes the escape, which in GSM-7 would change the meaning of the next character.
    return unicodedata.category(character) == "Cc" and character not in _CONTROLS_ALLOWED


def _is_surrogate(character: str) -> bool:
    # UTF-8 cannot encode them, so such a text could not even be posted.
    return "\ud800" <= character <= "\udfff"


def _named(sentence: str, characters: Iterator[str]) -> str:
    """Return the sentence followed by the code points of the characters, or an empty text without characters."""
    points = [f"U+{ord(character):04X}" for character in dict.fromkeys(characters)]
    if not points:
        return ""
    rest = f" and {len(points) - _MAX_NAMED} more" if len(points) > _MAX_NAMED else ""
    return f"{sentence}: {', '.join(points[:_MAX_NAMED])}{rest}"


def _described(text: str) -> str:
    size = measure(text)
    unit = "septets" if size.encoding == GSM7 else "UTF-16 units"
    return f"{size.segments} segments ({size.encoding}, {size.units} {unit})"
