# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts of strangers, in which nothing is left that Ansible or a rulebook would execute or decrypt."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.voip_communications.sms.plugins.module_utils._message.neutral import neutral, neutral_value

DANGEROUS = ("{", "}", "#jinja2", "$ANSIBLE_VAULT", "\n", "\x00", "\u202e")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Restart web-1, bitte ä 漢字 👍", "Restart web-1, bitte ä 漢字 👍"),
        ("{{ lookup('pipe', 'id') }}", "(( lookup('pipe', 'id') ))"),
        ("｛｛ 1 ｝｝ ﹛﹛ 1 ﹜﹜ ︷︷ 1 ︸︸", "(( 1 )) (( 1 )) (( 1 ))"),
        ("{% set x = 1 %}{# c #}", "(% set x = 1 %)(# c #)"),
        ("{\u200b{ 1 }\u2060}", "(( 1 ))"),
        ("#jinja2: variable_start_string:'[['\n[[ 1 ]]", "# jinja2: variable_start_string:'[[' [[ 1 ]]"),
        ("##jinja2:#JINJA2:", "## jinja2:# JINJA2:"),
        ("#\u200bjin\u00adja2:x", "# jinja2:x"),
        ("＃ｊｉｎｊａ２:x", "# jinja2:x"),
        ("\n \u202e#jinja2:x", "# jinja2:x"),
        ("$ANSIBLE_VAULT;1.1;AES256\n6162", "$ ANSIBLE_VAULT;1.1;AES256 6162"),
        ("a\x00b\x1b[31m\u2028c\r\nd\te", "a b [31m c  d e"),
        ("\u202eevil\u202c \ud800", "evil"),
        ("!!python/object/apply:os.system ['id']", "!!python/object/apply:os.system ['id']"),
        ("سلام\u200cدنیا", "سلامدنیا"),
        ("", ""),
    ],
)
def test_a_text_is_neutral(text: str, expected: str) -> None:
    assert neutral(text) == expected


def test_a_text_is_bounded_also_where_it_grows_or_vanishes() -> None:
    assert len(neutral("x" * 100_000)) == 2000
    assert len(neutral("\ufdfa" * 100_000, 50)) <= 50  # one character of it becomes 18
    assert neutral("\u200b" * 100_000 + "x") == ""


@given(
    st.text(st.one_of(st.characters(), st.sampled_from("{}#$\n\u200b｛＃")), max_size=40), st.sampled_from(DANGEROUS)
)
def test_nothing_dangerous_is_left_and_nothing_changes_twice(text: str, inserted: str) -> None:
    result = neutral(f"{text}{inserted}{text}")
    assert not any(sign in result for sign in DANGEROUS)
    assert "#jinja2" not in unicodedata.normalize("NFKC", result).lower()
    assert neutral(result) == result


def test_a_value_is_neutral_with_all_its_keys() -> None:
    event: dict[Any, Any] = {
        "labels": {"{{ a }}": ["{{ b }}", {"c": "{% d %}"}, ("｛",)], 3: True},
        "count": 4,
        "none": None,
        "odd": {"{": 1}.keys(),
    }
    assert neutral_value(event) == {
        "labels": {"(( a ))": ["(( b ))", {"c": "(% d %)"}, ["("]], "3": True},
        "count": 4,
        "none": None,
        "odd": "dict_keys(['('])",
    }


def test_a_changed_key_never_stands_in_for_another() -> None:
    assert neutral_value({"sev\u200berity": "low", "severity": "high"}) == {"severity": "high"}


def test_a_value_is_bounded() -> None:
    deep: Any = "bottom"
    for _level in range(100):
        deep = {"a": [deep]}
    levels, value = 0, neutral_value(deep)
    while value:
        value = value["a"] if isinstance(value, dict) else value[0] if isinstance(value, list) else None
        levels += 1
    assert levels == 20
    assert len(str(neutral_value({"a": list(range(5000)), **{str(key): 1 for key in range(5000)}}))) < 20_000
