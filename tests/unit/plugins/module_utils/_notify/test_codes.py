# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The codes of a question: far apart, for one choice and person, and never a number that people write anyway."""

from __future__ import annotations

import random
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import InputError
from ansible_collections.voip_communications.sms.plugins.module_utils._notify.codes import (
    LEAST_DISTANCE,
    MOST_CODES,
    Slot,
    digits_for,
    distance,
    make_codes,
)

SECRET = b"secret of a question, 32 bytes.."
SETS = 3_000


def slots(people: int, choices: int = 2) -> tuple[Slot, ...]:
    return tuple(Slot(str(person), f"choice {choice}") for person in range(people) for choice in range(choices))


def true_distance(one: str, other: str) -> int:
    """Compute the distance of Damerau and Levenshtein, which may edit a place twice (Lowrance and Wagner, 1975)."""
    size = len(one) + len(other)
    table = {(-1, -1): size}
    for row in range(len(one) + 1):
        table[row, -1], table[row, 0] = size, row
    for column in range(len(other) + 1):
        table[-1, column], table[0, column] = size, column
    last_row: dict[str, int] = {}
    for row, digit in enumerate(one, 1):
        last_column = 0
        for column, letter in enumerate(other, 1):
            swapped = table[last_row.get(letter, 0) - 1, last_column - 1]
            swapped += (row - last_row.get(letter, 0) - 1) + 1 + (column - last_column - 1)
            changed = table[row - 1, column - 1] + (digit != letter)
            table[row, column] = min(changed, table[row, column - 1] + 1, table[row - 1, column] + 1, swapped)
            last_column = column if digit == letter else last_column
        last_row[digit] = row
    return table[len(one), len(other)]


def test_no_slip_turns_one_answer_into_another_in_3000_questions() -> None:
    numbers = random.Random(20)  # noqa: S311 - the same questions on every run
    together: list[frozenset[str]] = []
    for count in range(SETS):
        wanted = slots(numbers.choice([1, 1, 1, 2, 2, 3, 5]), numbers.choice([1, 2, 3]))
        made = make_codes(b"%d" % count, wanted, 4, "")
        assert len(made) == len(wanted)
        assert all(true_distance(one, other) >= LEAST_DISTANCE for one, other in combinations(made.values(), 2))
        together.append(frozenset(made.values()))
    # Random codes of about 8,800: two questions share all of theirs by chance alone, and hardly ever.
    pairs = [made for made in together if len(made) == 2]
    assert len(pairs) - len(set(pairs)) <= 1
    used = [code for made in together for code in made]
    assert len(set(used)) > 5_000
    assert max(used.count(code) for code in set(used[:300])) < 15


@pytest.mark.parametrize("digits", [4, 5, 6])
def test_as_many_codes_as_a_question_may_have_are_found(digits: int) -> None:
    made = make_codes(SECRET, slots(MOST_CODES[digits], 1), digits, "")
    sample = list(made.values())[-40:]
    assert all(true_distance(one, other) >= LEAST_DISTANCE for one in sample for other in made.values() if one != other)
    assert len(set(made.values())) == MOST_CODES[digits]
    assert all(len(code) == digits and code[0] != "0" for code in made.values())


@given(st.text("0123456789", min_size=4, max_size=6), st.text("0123456789", min_size=4, max_size=6))
def test_the_distance_is_that_of_damerau_and_levenshtein_as_far_as_it_counts(one: str, other: str) -> None:
    if len(one) == len(other):
        assert min(distance(one, other), LEAST_DISTANCE) == min(true_distance(one, other), LEAST_DISTANCE)
    near = one[1] + one[0] + one[2:]
    assert distance(one, near) == true_distance(one, near)


@given(st.binary(min_size=1), st.integers(1, 6), st.integers(1, 5), st.text(max_size=60))
def test_codes_depend_on_nothing_but_the_question(secret: bytes, people: int, choices: int, text: str) -> None:
    made = make_codes(secret, slots(people, choices), 4, text)
    assert made == make_codes(secret, slots(people, choices), 4, text)
    assert all(code not in text for code in made.values())
    # Who is asked later does not change the code of who was asked before.
    assert list(make_codes(secret, slots(people + 1, choices), 4, text).items())[: len(made)] == list(made.items())


def test_never_a_number_that_people_write_anyway() -> None:
    """A year, one digit over and over, or digits in a row: of 10,000 codes that are drawn, some 250 are such."""
    rows = ["0123456789"[begin : begin + 4] for begin in range(7)]
    ordinary = {
        *map(str, range(1900, 2100)),
        *(digit * 4 for digit in "0123456789"),
        *rows,
        *(row[::-1] for row in rows),
    }
    made = {code for draw in range(10_000) for code in make_codes(b"%d" % draw, slots(1, 1), 4, "").values()}
    assert len(made) > 5_000
    assert made & ordinary == set()


@pytest.mark.parametrize(
    ("written", "zero"),
    [
        ("Ticket {0}{1}{2}{3}?", "0"),
        ("Build 11{0}{1}{2}{3}.2", "0"),
        ("Order {0}{1} {2}{3}", "0"),
        ("{0}.{1}.{2}.{3}", "0"),
        ("{0}{1}-{2}{3}", "0"),
        ("{0}{1}{2}{3}", "\u0660"),
        ("{0}{1}{2}{3}", "\uff10"),
    ],
)
def test_never_a_number_of_the_text(written: str, zero: str) -> None:
    (code,) = make_codes(SECRET, slots(1, 1), 4, "").values()
    text = written.format(*(chr(ord(zero) + int(digit)) for digit in code))
    (other,) = make_codes(SECRET, slots(1, 1), 4, text).values()
    assert other != code


@pytest.mark.parametrize(
    ("count", "wanted", "digits"), [(1, None, 4), (30, None, 4), (31, None, 5), (201, None, 6), (2, 6, 6)]
)
def test_digits_rise_by_themselves(count: int, wanted: int | None, digits: int) -> None:
    assert digits_for(count, wanted) == digits


@pytest.mark.parametrize(("count", "wanted", "sentence"), [(31, 4, "or set 5"), (501, None, "can have 500")])
def test_too_few_digits_are_refused(count: int, wanted: int | None, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        digits_for(count, wanted)


def test_a_question_without_enough_candidates_says_so() -> None:
    """Two codes of one digit are always a slip apart."""
    with pytest.raises(InputError, match="no 2 codes of 1 digits"):
        make_codes(SECRET, slots(1, 2), 1, "")
