# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""No text from outside commands a terminal; what people compare stays as it is."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.voip_communications.sms.plugins.module_utils._message.display import (
    harmless,
    is_printable,
    one_line,
    printable,
)

OVERRIDES = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@pytest.mark.parametrize(
    "text",
    [
        "db1 is down",
        "two\nlines\r\nand a\ttab",
        "Gr\u00fc\u00dfe \u20ac \u4f60\u597d",
        "\u0633\u0644\u0627\u0645\u200f!",  # Arabic, with a mark of its direction
        "\U0001f468\u200d\U0001f469\u200d\U0001f467 \u2764\ufe0f",  # emoji with joiners
        "a\u00a0b\u00adc\u2028d",
    ],
)
def test_what_a_message_may_well_hold_stays(text: str) -> None:
    assert harmless(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x1b[2Jgone", "\ufffd[2Jgone"),
        ("\x1b]0;title\x07", "\ufffd]0;title\ufffd"),
        ("\x9b31mred", "\ufffd31mred"),
        ("failed\rall is well", "failed\ufffdall is well"),
        ("failed\r\r\nnext", "failed\ufffd\r\nnext"),
        ("a\bb\x7fc\0d\x0be\ff", "a\ufffdb\ufffdc\ufffdd\ufffde\ufffdf"),
        ("no\u202eyes", "no\ufffdyes"),
        ("\ud83d", "\ufffd"),
    ],
)
def test_what_a_terminal_obeys_is_replaced(text: str, expected: str) -> None:
    assert harmless(text) == expected


@given(st.text() | st.text(alphabet=[*map(chr, range(160)), *OVERRIDES]))
def test_nothing_that_is_obeyed_is_left_and_nothing_else_is_lost(text: str) -> None:
    shown = harmless(text)
    assert len(shown) == len(text)
    left = [one for one in shown.replace("\r\n", "\n") if unicodedata.category(one) == "Cc" or one in OVERRIDES]
    assert set(left) <= {"\n", "\t"}
    assert all(other in (one, "\ufffd") for one, other in zip(text, shown, strict=True))
    assert harmless(shown) == shown


@given(st.text())
def test_a_line_can_be_printed(text: str) -> None:
    assert is_printable(f"{printable(text)} ")
    assert len(printable(text)) == len(text)


@pytest.mark.parametrize("name", ["\u0639\u0644\u06cc\u200c\u0631\u0636\u0627", "\u0915\u094d\u200d\u0937", "anna", ""])
def test_joiners_are_part_of_a_word(name: str) -> None:
    assert is_printable(name)
    assert printable(name) == one_line(name) == name


@pytest.mark.parametrize("name", ["a\nb", "\x1b[2J", "no\u202eyes", "a\u200bb", "\u200c", "\ud83d"])
def test_what_cannot_be_seen_is_in_no_name(name: str) -> None:
    assert not is_printable(name)


@given(st.text())
def test_a_name_in_a_message_loses_only_what_no_line_can_have(text: str) -> None:
    line = one_line(text)
    gone = {*text} - {*line}
    assert {unicodedata.category(one) for one in gone} <= {"Cc", "Zl", "Zp", "Cs", "Zs"}
    assert not {unicodedata.category(one) for one in line} & {"Cc", "Zl", "Zp", "Cs"}
