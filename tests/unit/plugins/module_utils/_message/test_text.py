# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Encoding and segments against the standard, properties of the parts, and an independent codec as oracle."""

from __future__ import annotations

import itertools
import unicodedata

import gsm0338
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.voip_communications.sms.plugins.module_utils._message.text import (
    GSM7,
    UCS2,
    Measure,
    faults,
    measure,
    not_gsm7,
    split,
    to_gsm7,
)

ORACLE = gsm0338.Codec()
LIMITS = {GSM7: (160, 153), UCS2: (70, 67)}
EXTENSION = "\f^{}\\[~]|€"

gsm7_texts = st.text(alphabet=st.sampled_from("@ab cÇΔ\n" + EXTENSION), max_size=700)
any_texts = st.text(alphabet=st.sampled_from("ab[€ç😀\u0301\n"), max_size=400) | st.text(max_size=200)
texts = gsm7_texts | any_texts


def oracle_septets(character: str) -> int | None:
    """Return the septets that the oracle writes for a character, or None where it has none."""
    try:
        return len(ORACLE.encode(character)[0])
    except UnicodeError:
        return None


def units_of(text: str, encoding: str) -> int:
    """Return septets or UTF-16 units, counted another way than the code does."""
    if encoding == GSM7:
        return len(ORACLE.encode(text)[0])
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def test_every_code_point_of_the_bmp_agrees_with_the_oracle() -> None:
    for point in range(0x10000):
        character = chr(point)
        # The escape is a septet of the alphabet, but no character that a text can have.
        septets = None if character == "\x1b" else oracle_septets(character)
        expected = Measure(UCS2, 1, 1) if septets is None else Measure(GSM7, septets, 1)
        assert measure(character) == expected, f"U+{point:04X}"


def test_the_alphabet_has_127_characters_and_10_extensions() -> None:
    sizes = [measure(chr(point)) for point in range(0x10000)]
    assert sizes.count(Measure(GSM7, 1, 1)) == 127
    assert sizes.count(Measure(GSM7, 2, 1)) == 10


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Measure(GSM7, 0, 0)),
        ("a", Measure(GSM7, 1, 1)),
        ("a" * 160, Measure(GSM7, 160, 1)),
        ("a" * 161, Measure(GSM7, 161, 2)),
        ("a" * 306, Measure(GSM7, 306, 2)),
        ("a" * 307, Measure(GSM7, 307, 3)),
        ("€" * 80, Measure(GSM7, 160, 1)),
        ("€" * 81, Measure(GSM7, 162, 2)),
        # 76 escapes fill 152 of 153 septets and no half one follows, so 153 of them take three parts
        ("€" * 152, Measure(GSM7, 304, 2)),
        ("€" * 153, Measure(GSM7, 306, 3)),
        ("a" * 152 + "€" + "a" * 151, Measure(GSM7, 305, 2)),
        ("a" * 152 + "€" + "a" * 152, Measure(GSM7, 306, 3)),
        ("Ç", Measure(GSM7, 1, 1)),
        ("ç", Measure(UCS2, 1, 1)),
        ("Ω", Measure(GSM7, 1, 1)),
        ("ω", Measure(UCS2, 1, 1)),
        ("\r\n\f", Measure(GSM7, 4, 1)),
        ("\t", Measure(UCS2, 1, 1)),
        ("ж" * 70, Measure(UCS2, 70, 1)),
        ("ж" * 71, Measure(UCS2, 71, 2)),
        ("ж" * 134, Measure(UCS2, 134, 2)),
        ("ж" * 135, Measure(UCS2, 135, 3)),
        ("😀" * 35, Measure(UCS2, 70, 1)),
        ("😀" * 36, Measure(UCS2, 72, 2)),
        # 33 pairs fill 66 of 67 units
        ("😀" * 66, Measure(UCS2, 132, 2)),
        ("😀" * 67, Measure(UCS2, 134, 3)),
        ("a" * 160 + "ç", Measure(UCS2, 161, 3)),
        ("\ud800", Measure(UCS2, 1, 1)),
    ],
)
def test_units_and_segments_are_counted_as_the_standard_does(text: str, expected: Measure) -> None:
    assert measure(text) == expected


@given(texts)
def test_parts_are_the_text_and_fit(text: str) -> None:
    size, parts = measure(text), split(text)
    single, part = LIMITS[size.encoding]
    assert "".join(parts) == text
    assert size.segments == len(parts)
    assert size.units == units_of(text, size.encoding)
    assert (len(parts) <= 1) == (size.units <= single)
    assert all(units_of(one, size.encoding) <= (part if len(parts) > 1 else single) for one in parts)
    assert all(parts)


@given(texts)
def test_parts_are_as_full_as_they_get(text: str) -> None:
    size, parts = measure(text), split(text)
    for one, following in itertools.pairwise(parts):
        assert units_of(one + following[0], size.encoding) > LIMITS[size.encoding][1]


@given(st.lists(st.sampled_from([1, 2]), max_size=500), st.sampled_from([(GSM7, "a", "€"), (UCS2, "ж", "😀")]))
def test_no_packing_needs_fewer_parts(costs: list[int], letters: tuple[str, str, str]) -> None:
    encoding, narrow, wide = letters
    text = "".join(narrow if cost == 1 else wide for cost in costs)
    single, part = LIMITS[encoding]
    # best[i]: fewest parts for the first i characters, over every place where the last part may start
    best = [0] * (len(costs) + 1)
    for end in range(1, len(costs) + 1):
        start = end
        while start and sum(costs[start - 1 : end]) <= part:
            start -= 1
        best[end] = 1 + best[start]
    assert measure(text).segments == (min(1, len(costs)) if sum(costs) <= single else best[-1])


@given(texts)
def test_one_more_character_never_takes_fewer_parts(text: str) -> None:
    assert measure(text + "a").segments >= measure(text).segments


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("\u201cDon\u2019t\u201d – ‹wait›…", "\"Don't\" - 'wait'..."),
        ("„ja\u201c «oui»", '"ja" "oui"'),
        ("10\u00a0km\u2009/\u202fh\u3000\t.", "10 km / h  ."),
        ("zero\u200bwidth\ufeff\u00ad", "zerowidth"),
        ("a\u2028b\u2029c\u0085d", "a\nb\nc\nd"),
        ("•\u2003one", "* one"),
        ("−5 ‑ 3 — 2", "-5 - 3 - 2"),
        ("`code`", "'code'"),
        # decomposed accents, as macOS writes file names
        ("caf" + "e\u0301" + " u\u0308ber", "café über"),
        ("5 \u2126", "5 Ω"),
        # no letter is replaced by another one
        ("façade 😀", "façade 😀"),
    ],
)
def test_gsm7_gets_plain_signs_and_keeps_every_letter(text: str, plain: str) -> None:
    assert to_gsm7(text) == plain


@given(gsm7_texts)
def test_gsm7_text_is_left_alone(text: str) -> None:
    assert to_gsm7(text) == text
    assert not_gsm7(text) == []


@given(st.text())
def test_to_gsm7_is_done_after_once_and_adds_nothing_foreign(text: str) -> None:
    plain = to_gsm7(text)
    assert to_gsm7(plain) == plain
    assert set(not_gsm7(plain)) <= set(not_gsm7(unicodedata.normalize("NFC", text)))


@given(texts)
def test_not_gsm7_is_empty_exactly_for_gsm7(text: str) -> None:
    assert (not_gsm7(text) == []) == (measure(text).encoding == GSM7)


def test_not_gsm7_names_each_once_in_order() -> None:
    assert not_gsm7("ça 😀 va ç😀\t") == ["ç", "😀", "\t"]


@pytest.mark.parametrize("text", ["Hello", "tab\tand\r\nline\f", "😀", "&=+%", "{{ x }}", " a "])
def test_an_ordinary_text_has_no_fault(text: str) -> None:
    assert faults(text, None) == []


@pytest.mark.parametrize(
    ("text", "max_segments", "expected"),
    [
        ("", None, ["the text is empty"]),
        (" \n\t", None, ["the text is empty"]),
        ("a\x00b\x1b\x00", None, ["the text has control characters that no SMS can carry: U+0000, U+001B"]),
        ("\x7f\x80", None, ["the text has control characters that no SMS can carry: U+007F, U+0080"]),
        ("\ud83d", None, ["the text has halves of surrogate pairs, which are not characters: U+D83D"]),
        (
            "".join(map(chr, range(9))) + "\x0b\x0e\x0fa",
            None,
            [
                (
                    "the text has control characters that no SMS can carry: U+0000, U+0001, U+0002, U+0003, U+0004, "
                    "U+0005, U+0006, U+0007, U+0008, U+000B and 2 more"
                )
            ],
        ),
        ("a" * 153 * 255, None, []),
        ("a" * (153 * 255 + 1), None, ["the text takes 256 segments, more than the 255 that one SMS can have"]),
        ("a" * 160, 1, []),
        ("a" * 161, 1, ["the text takes 2 segments (GSM-7, 161 septets), but max_segments allows 1"]),
        ("ж" * 135, 2, ["the text takes 3 segments (UCS-2, 135 UTF-16 units), but max_segments allows 2"]),
    ],
)
def test_a_text_that_cannot_be_sent_is_refused_with_the_reason(
    text: str, max_segments: int | None, expected: list[str]
) -> None:
    assert faults(text, max_segments) == expected


def test_every_fault_is_named_at_once() -> None:
    assert len(faults("\x00\ud800" * 67 * 255, 1)) == 4


@given(st.text(alphabet=st.characters(), max_size=100))
def test_text_without_faults_can_be_posted(text: str) -> None:
    if not faults(text):
        text.encode("utf-8")
        assert not any(unicodedata.category(character) == "Cs" for character in text)


def test_the_oracle_is_the_default_alphabet() -> None:
    assert ORACLE.encode("€@")[0] == b"\x1b\x65\x00"
