# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mappings that people write: every value is read by its key, and every fault is noted under the name of its value."""

from __future__ import annotations

from datetime import date

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import Faults, InputError
from ansible_collections.voip_communications.sms.plugins.module_utils._core.shown import not_text, plain_number
from ansible_collections.voip_communications.sms.plugins.module_utils._core.structure import (
    Fields,
    elements_of,
    nonempty_text,
    one_of,
    text,
    texts,
    whole_number,
)
from ansible_collections.voip_communications.sms.tests.support.refusals import sentences_of


def sentences(faults: Faults) -> tuple[str, ...]:
    """Return the faults that were noted."""
    return sentences_of(faults.raise_if_any)


def test_values_are_read_by_their_keys() -> None:
    faults = Faults()
    fields = Fields({"name": "anna", "rank": "3", "note": None}, faults, "person 1")
    assert fields.read("name", nonempty_text) == "anna"
    assert fields.read_or("rank", whole_number(0, 9), 0) == 3
    assert fields.read_or("times", whole_number(0, 9), 7) == 7
    assert fields.read_optional("note", nonempty_text, "none") == "none"
    assert (fields.get("rank"), fields.get("times"), fields.has("note"), fields.has("times")) == (
        "3",
        None,
        True,
        False,
    )
    faults.raise_if_any()


def test_faults_are_named_after_the_key_and_the_label() -> None:
    faults = Faults()
    fields = Fields({"name": "", "rank": 10, "note": None, 4: ""}, faults, "person 1")
    fields.refuse_unknown(("name", "rank"), "a person")
    fields.require("number")
    assert fields.read("name", nonempty_text) is None
    assert fields.read("number", nonempty_text) is None
    assert fields.read_or("rank", whole_number(0, 9), 2) == 2
    assert fields.read_or("note", one_of(("a", "b")), "a") == "a"
    assert sentences(faults) == (
        "person 1 has the unknown 4, note; a person has name, rank",
        "person 1 has no number",
        "name of person 1 must be a text that is not empty",
        "number of person 1 must be a text that is not empty",
        "rank of person 1 must be a whole number from 0 to 9",
        "note of person 1 must be one of a, b",
    )


@pytest.mark.parametrize(("label", "name"), [("", "at"), ("hours of anna", "at in hours of anna")])
def test_a_value_is_called_by_its_key_and_where_it_is(label: str, name: str) -> None:
    faults = Faults()
    Fields({}, faults, label, joint=" in ").read("at", nonempty_text)
    assert sentences(faults) == (f"{name} must be a text that is not empty",)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(None, ()), ("", ()), ("a, b,", ("a", "b")), (["a", ""], ("a",)), ("a;b\n", ("a", "b")), (("a",), ("a",))],
)
def test_texts_are_a_list_in_any_notation(value: object, expected: tuple[str, ...]) -> None:
    assert texts("events", value) == expected


@pytest.mark.parametrize("value", [1, ["a", 1], {"a": "b"}, True])
def test_other_values_are_no_texts(value: object) -> None:
    with pytest.raises(InputError, match="events must be a list of texts"):
        texts("events", value)


@pytest.mark.parametrize(
    ("value", "expected"), [(None, []), ("", []), ("a", ["a"]), (0, [0]), ({"a": 1}, [{"a": 1}]), (("a", 1), ["a", 1])]
)
def test_a_single_value_is_a_list_of_one(value: object, expected: list[object]) -> None:
    assert elements_of(value) == expected


def test_numbers_lose_the_type_that_ansible_gives_them() -> None:
    class Whole(int):
        pass

    class Real(float):
        pass

    assert [type(plain_number(value)) for value in (Whole(1), Real(1), True, "1")] == [int, float, bool, str]


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (False, "msg: False is not text but a truth value: quote it, as in "),
        (1320, "msg: 1320 is not text but a number: quote it, as in "),
        (10**50, "msg: a huge integer is not text but a number: quote it, as in "),
        (1.1, "msg: 1.1 is not text but a number: quote it, as in "),
        (float("nan"), "msg: nan is not text but a number: quote it, as in "),
        (date(2026, 10, 1), "msg: a date was given where a text belongs: quote it, as in "),
        ({"a": 1}, "msg: a dictionary was given where a text belongs; write it as text"),
        (["a"], "msg: a list was given where a text belongs; write it as text"),
        (None, "msg: no value was given where a text belongs; write it as text"),
        (b"a", "msg: a byte string was given where a text belongs; write it as text"),
    ],
)
def test_what_is_no_text_is_refused_by_name(value: object, sentence: str) -> None:
    with pytest.raises(InputError) as caught:
        text("msg", value)
    assert str(caught.value).startswith(sentence)


def test_a_text_stays_as_it_is() -> None:
    assert text("msg", " off\n") == " off\n"


def test_a_secret_is_not_shown() -> None:
    assert "4711" not in not_text(4711, is_secret=True)
