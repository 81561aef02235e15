# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A list is read in every notation that people and programs write."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import InputError
from ansible_collections.voip_communications.sms.plugins.module_utils._core.notation import LONGEST, entries


@pytest.mark.parametrize(
    "value",
    [
        ["anna", "@dba"],
        ("anna", "@dba"),
        "anna,@dba",
        "anna, @dba,",
        " anna ; @dba ; ",
        "anna\n@dba\n",
        "anna\r\n@dba",
        "\nanna,\n\n@dba;\n\n",
        '["anna", "@dba"]',
        '\n[ "anna ", "@dba" ]\n',
        ["anna\n", " @dba"],
    ],
)
def test_every_notation_is_the_same_list(value: object) -> None:
    assert entries("to", value) == ["anna", "@dba"]


@pytest.mark.parametrize(
    ("value", "elements"),
    [
        (None, []),
        ("", []),
        (" \n ", []),
        ([], []),
        ("[]", []),
        ("anna", ["anna"]),
        (5, [5]),
        (["Schmidt, Anna"], ["Schmidt, Anna"]),
        ({"number": "1"}, [{"number": "1"}]),
        ('{"number": "1"}', [{"number": "1"}]),
        ("[12812345678]", [12812345678]),
        ("anna,,ben", ["anna", "", "ben"]),
        (",", [""]),
        ([""], [""]),
        ([None], [None]),
    ],
)
def test_the_entries_of_a_list(value: object, elements: list[object]) -> None:
    assert entries("to", value) == elements


@pytest.mark.parametrize(
    "value", ["[anna, '@dba']", "['+12812345678']", "[", "{", "[" * 100_000, '["a"', "[1" + "0" * 9999]
)
def test_what_begins_like_json_must_be_json(value: str) -> None:
    with pytest.raises(InputError, match=r"^to begins with . but is not JSON"):
        entries("to", value)


def test_a_list_as_text_is_bounded() -> None:
    assert len(entries("to", "1," * (LONGEST // 2))) == LONGEST // 2
    with pytest.raises(InputError, match=f"to has {LONGEST + 1} characters, more than the {LONGEST} that are read"):
        entries("to", "1" * (LONGEST + 1))


@given(
    st.lists(st.text(alphabet="abc+1 ", min_size=1).map(str.strip).filter(bool)),
    st.sampled_from([",", ";", "\n", "\r\n"]),
)
def test_what_is_joined_is_parted_again(texts: list[str], separator: str) -> None:
    assert entries("to", separator.join(texts)) == texts
    assert entries("to", "".join(text + separator for text in texts)) == texts
