# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Recognise credentials in a text of the service, however it has encoded them. Pure.

What can be decoded in many spellings (URL-encoding, HTML, escapes of JSON, Python and JavaScript, quoted-printable) is
decoded, several times over. What cannot be told from other text (base64, hexadecimal) is compared with what the
credentials would be.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import unquote_to_bytes

_MIN_SECRET = 4
"""Fewest characters of a secret that is searched for. Shorter ones occur by chance in any text, smsids included."""

_MIN_CORE = 6
"""Fewest characters of base64 that are searched for, for the same reason."""

_MIN_WORD = 8
"""Fewest characters of a secret that is searched for in any case: "sent" as a password must not hide SENT."""

_ROUNDS = 3
"""Number of encodings that may lie one in another."""

_MAX_READINGS = 64
"""Most readings of one text. Texts with more encodings than this are not what a service sends by mistake."""

_ESCAPE = re.compile(r"\\(?:u\{?([0-9a-f]{4,6})\}?|x([0-9a-f]{2})|([0-7]{3})|(.))", re.IGNORECASE | re.DOTALL)
_QUOTED_PRINTABLE = re.compile(r"=(?=[0-9A-Fa-f]{2})")
_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/]+")
_NOT_HEX = re.compile(r"0x|[^0-9a-z]+")


class Credentials:
    """The user and password of one service, as something to search for."""

    def __init__(self, user: str, password: str) -> None:
        """Prepare the forms to search for. Secrets of very few characters are not searched for."""
        token = b64encode(f"{user}:{password}".encode("utf-8", "replace")).decode("ascii")
        secrets = [secret for secret in (user, password, token) if len(secret) >= _MIN_SECRET]
        written = {data for secret in secrets for data in _bytes_of(secret)}
        # UTF-8 that was read as Latin-1 is a common accident.
        plain = {*secrets, *(data.decode("latin-1") for data in written)}
        self.longest = max(map(len, plain), default=0)
        self._exact = _shortest(secret.replace("+", " ") for secret in plain if len(secret) < _MIN_WORD)
        self._folded = _shortest(_folded(secret) for secret in plain if len(secret) >= _MIN_WORD)
        self._base64 = _shortest(core for data in written for core in _base64_cores(data))
        self._hex = _shortest(data.hex() for data in written)

    def are_in(self, text: str) -> bool:
        """Return whether a text holds the user or the password, in any of the known forms."""
        if _is_word(text):  # as smsids are, of which each is another
            return self._are_in_word(text)
        return any(self._are_plainly_in(reading) for reading in _readings(text))

    def _are_plainly_in(self, text: str) -> bool:
        """Return whether a text holds them raw, in base64 or in hexadecimal."""
        if _has_one_of(_folded(text), self._folded) or _has_one_of(text.replace("+", " "), self._exact):
            return True
        # Both may be broken into lines or groups; the URL-safe alphabet has two other letters.
        base64 = _NOT_BASE64.sub("", text.replace("-", "+").replace("_", "/"))
        return _has_one_of(base64, self._base64) or _has_one_of(_NOT_HEX.sub("", text.lower()), self._hex)

    def _are_in_word(self, text: str) -> bool:
        """Return the same for ASCII letters and digits alone, in which nothing is encoded, broken up or escaped."""
        lower = text.lower()
        return (
            _has_one_of(lower, self._folded)
            or _has_one_of(text, self._exact)
            or _has_one_of(text, self._base64)
            or _has_one_of(lower, self._hex)
        )


def _is_word(text: str) -> bool:
    """Return whether a text consists of ASCII letters and digits."""
    return text.isascii() and text.isalnum()


def _has_one_of(text: str, forms: tuple[str, ...]) -> bool:
    """Return whether a text has one of these forms."""
    return any(map(text.__contains__, forms))


def _folded(text: str) -> str:
    """Return a text without case, and with blanks for what is shown as a blank or stands for one in a form."""
    text = text.casefold().replace("+", " ")
    return text if text.isprintable() else "".join(letter if letter.isprintable() else " " for letter in text)


def _bytes_of(secret: str) -> Iterator[bytes]:
    """Yield the bytes that a secret may be encoded from."""
    yield secret.encode("utf-8", "replace")
    if not secret.isascii():
        yield secret.encode("latin-1", "replace")


def _base64_cores(data: bytes) -> Iterator[str]:
    """Yield what is in the base64 of any bytes that contain these, at each of the three positions they may have."""
    yield b64encode(data).decode("ascii").rstrip("=")
    for offset, start in enumerate((0, 2, 3)):
        core = b64encode(bytes(offset) + data).decode("ascii")[start : (offset + len(data)) * 8 // 6]
        if len(core) >= _MIN_CORE:
            yield core


def _shortest(forms: Iterable[str]) -> tuple[str, ...]:
    """Return the forms that contain no other, the shortest first; a text with one of the others has one of these."""
    shortest: list[str] = []
    for form in sorted(set(forms), key=len):
        if not any(shorter in form for shorter in shortest):
            shortest.append(form)
    return tuple(shortest)


def _readings(text: str) -> Iterator[str]:
    """Yield a text and what it may stand for, by several encodings one in another."""
    yield text
    if not any(mark in text for mark in _MARKS):
        return
    known = {text}
    level = [text]
    for _round in range(_ROUNDS):
        decoded = [decode(reading) for reading in level for mark, decode in _DECODERS if mark in reading]
        level = [reading for reading in dict.fromkeys(decoded) if reading not in known][: _MAX_READINGS - len(known)]
        known.update(level)
        yield from level


def _percent_decoded(text: str) -> str:
    """Return a text without URL-encoding, in UTF-8, or else in Latin-1."""
    data = unquote_to_bytes(text.replace("%u", "\\u").encode("utf-8", "surrogatepass"))
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _html_decoded(text: str) -> str:
    from html import unescape  # noqa: PLC0415 - rarely needed, and has a large table

    return unescape(text)


def _unescaped(text: str) -> str:
    """Return a text without the escapes of JSON, Python and JavaScript."""
    plain = _ESCAPE.sub(_escaped_character, text)
    # JSON writes a character beyond the first plane as two halves.
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if "\\u" in text.lower() else plain


def _escaped_character(match: re.Match[str]) -> str:
    unicode, byte, octal, other = match.groups()
    number = int(unicode or byte or octal or "0", 8 if octal else 16)
    return other if other is not None else chr(number) if number <= 0x10FFFF else ""


def _printable_decoded(text: str) -> str:
    """Return a text without quoted-printable encoding."""
    return _percent_decoded(_QUOTED_PRINTABLE.sub("%", text.replace("=\r\n", "").replace("=\n", "")))


_DECODERS: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("%", _percent_decoded),
    ("&", _html_decoded),
    ("\\", _unescaped),
    ("=", _printable_decoded),
)
"""Each encoding that is decoded, with the character that every encoded text has."""

_MARKS = tuple(mark for mark, _decode in _DECODERS)
