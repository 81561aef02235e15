# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts that fit, over any parts: what is lost is the least important, whole parts only, and no more than needed."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import InputError
from ansible_collections.voip_communications.sms.plugins.module_utils._message.text import GSM7, UCS2, measure, to_gsm7
from ansible_collections.voip_communications.sms.plugins.module_utils._notify.fitting import (
    Part,
    fit,
    name_hosts,
    read_and_fit,
    read_parts,
)
from ansible_collections.voip_communications.sms.tests.support.refusals import sentences_of

FAILED = (
    Part("FAILED: shop"),
    Part("1.4.2", rank=1),
    Part("on production,"),
    Part(
        "3 of 12 hosts: web1.example.com, web2.example.com, db1.example.com.", 2, ("3 of 12 hosts: web1.", "3 of 12.")
    ),
    Part("By anna.", rank=3),
    Part("https://ci.example.com/acme/shop/actions/runs/1658821493", rank=4),
)
WORDS = st.text(alphabet="abcXYZ019.:/€\u015f\U0001f600", min_size=1, max_size=60)
PARTS = st.lists(
    st.builds(Part, WORDS, st.integers(0, 3), st.lists(WORDS, max_size=2).map(tuple)), min_size=1, max_size=7
)


def refusal(parts: object, segments: object = 1) -> tuple[str, ...]:
    """Return the sentences with which parts are refused."""
    return sentences_of(read_and_fit, parts, segments)


def forms(part: Part) -> list[str]:
    """Return what a part can become, in the order in which it does."""
    return [to_gsm7(text).strip() for text in (part.text, *part.shorten, *([""] if part.rank else []))]


def joined(texts: list[str]) -> str:
    """Return the texts that are there, with a space between."""
    return " ".join(text for text in texts if text)


def test_a_text_that_fits_is_left_alone() -> None:
    assert fit(FAILED[:3]) == "FAILED: shop 1.4.2 on production,"
    assert fit(FAILED, segments=2) == joined([part.text for part in FAILED])


def test_the_least_important_part_goes_first() -> None:
    """The address alone makes it too long."""
    assert fit(FAILED) == (
        "FAILED: shop 1.4.2 on production, 3 of 12 hosts: web1.example.com, web2.example.com, db1.example.com. By anna."
    )


def test_of_equal_ranks_the_last_goes_first() -> None:
    parts = [Part("a" * 90), Part("b" * 40, rank=1), Part("c" * 40, rank=1)]
    assert fit(parts) == f"{'a' * 90} {'b' * 40}"


def test_a_part_takes_its_shorter_forms_in_turn_before_it_goes() -> None:
    parts = [Part("a" * 100), Part("b" * 90, rank=1, shorten=("c" * 70, "d" * 59, "e"))]
    assert fit(parts) == f"{'a' * 100} {'d' * 59}"
    assert fit([Part("a" * 160), parts[1]]) == "a" * 160


def test_the_most_important_parts_are_shortened_last_and_never_left_out() -> None:
    parts = [Part("a" * 161, shorten=("short",)), Part("b", rank=1)]
    assert fit(parts) == "short"


def test_what_cannot_fit_comes_back_in_full() -> None:
    parts = [Part("a" * 200, shorten=("b" * 170,)), Part("c", rank=1)]
    assert fit(parts) == "a" * 200


def test_one_character_beyond_gsm_leaves_less_room() -> None:
    """An application with a Turkish s: 70 characters, not 160."""
    text = fit([Part("FAILED: ma\u015fa"), *FAILED[1:]])
    assert measure(text).encoding == UCS2
    assert measure(text).segments == 1
    assert text == "FAILED: ma\u015fa 1.4.2 on production, 3 of 12 hosts: web1."


def test_typographic_characters_cost_nothing() -> None:
    text = fit([Part("\u201cshop\u201d \u2013 done\u2026"), Part("a" * 100, rank=1)])
    assert text == f'"shop" - done... {"a" * 100}'
    assert measure(text).encoding == GSM7


WITH_JOINER = "\u0633\u0631\u0648\u0631 \u0645\u06cc\u200c\u0634\u0648\u062f"
"""Persian, in which the joiner between two letters is part of the word."""


@pytest.mark.parametrize(
    "text",
    [
        WITH_JOINER,
        f"shop \u2013 {WITH_JOINER}",
        "\u201cshop\u201d \u2026 \u4e2d\u6587",
        "\U0001f469\u200d\U0001f692 \u2764\ufe0f",
        "e\u0301 \u0915\u094d\u200d\u0937",
    ],
)
def test_a_text_that_stays_ucs2_arrives_whole(text: str) -> None:
    """To write it plainly would take letters out of it, and save nothing."""
    assert fit([Part(text)]) == text
    assert fit([Part("done:"), Part(text)], 2) == f"done: {text}"


@pytest.mark.parametrize("text", ["soft\u00adware\u200b", "1\u202f204\u00a0km", "caf\u0065\u0301", "a\u200db"])
def test_a_text_that_becomes_gsm7_by_it_is_written_plainly(text: str) -> None:
    assert measure(fit([Part(text)])).encoding == GSM7


def test_empty_texts_leave_no_space() -> None:
    assert fit([Part(""), Part("a"), Part("  "), Part("\n", rank=2), Part("b")]) == "a b"
    assert fit([]) == ""


@given(PARTS, st.integers(1, 3))
def test_no_part_is_ever_cut(parts: list[Part], segments: int) -> None:
    """The text is made of whole forms; it fits, or it is all of the most important parts."""
    text = fit(parts, segments)
    assert text in {joined(list(texts)) for texts in itertools.product(*map(forms, parts))}
    if measure(text).segments > segments:
        assert text == joined([forms(part)[0] for part in parts if part.rank == 0])


@given(PARTS, st.integers(1, 3))
def test_nothing_is_lost_without_need(parts: list[Part], segments: int) -> None:
    """One step before the result, by importance, the text was too long. This walks the steps in another way."""
    order = sorted(range(len(parts)), key=lambda number: (-parts[number].rank, -number))
    current = {number: list(forms(part)) for number, part in enumerate(parts)}
    wanted = joined([current[number][0] for number in range(len(parts))])
    while measure(wanted).segments > segments and any(len(left) > 1 for left in current.values()):
        current[next(number for number in order if len(current[number]) > 1)].pop(0)
        wanted = joined([current[number][0] for number in range(len(parts))])
    if measure(wanted).segments <= segments:
        assert fit(parts, segments) == wanted


def test_parts_are_read() -> None:
    given_parts = [{"text": "a"}, {"text": None, "rank": 2, "shorten": "b"}, {"text": "c", "shorten": ["d", "e"]}]
    assert read_parts(given_parts) == (Part("a"), Part("", 2, ("b",)), Part("c", 0, ("d", "e")))
    assert read_and_fit(given_parts, 1) == "a c"
    # As the command line sets it.
    assert read_and_fit([{"text": "a" * 200}, {"text": "b", "rank": "1"}], "2") == f"{'a' * 200} b"


def test_every_fault_is_named() -> None:
    wrong = [{"rank": -1}, "text", {"text": 1.1, "shorten": [2], "size": 3}, {"text": "a", "rank": True}]
    found = refusal(wrong, 0)
    assert [fault.split(": quote it")[0] for fault in found] == [
        "part 1 has no text",
        "rank of part 1 must be a whole number from 0 to 1000",
        "part 2 must be a dictionary with text and, if wanted, rank and shorten",
        "part 3 has the unknown size; a part has text, rank, shorten",
        "text of part 3: 1.1 is not text but a number",
        "shorten of part 3: 2 is not text but a number",
        "rank of part 4 must be a whole number from 0 to 1000",
        "segments must be a whole number from 1 to 255",
    ]


@pytest.mark.parametrize("parts", ["text", {"text": "a"}, None, 1])
def test_what_is_no_list_of_parts_is_refused(parts: object) -> None:
    assert refusal(parts) == (
        "the parts must be a list of dictionaries, each with text and, if wanted, rank and shorten",
    )


@pytest.mark.parametrize("segments", [0, 256, "0", "256", "1.0", "\u0662", "", 1.0, True, None])
def test_other_numbers_of_segments_are_refused(segments: object) -> None:
    assert refusal([{"text": "a"}], segments) == ("segments must be a whole number from 1 to 255",)


@pytest.mark.parametrize(
    ("hosts", "first", "text"),
    [
        ([], 3, ""),
        (["a"], 3, "a"),
        (["a", "b", "c"], 3, "a, b, c"),
        (["a", "b", "c", "d"], 3, "a, b, c and 1 more"),
        (["a", "b", "c", "d", "e"], 3, "a, b, c and 2 more"),
        (["c", "a", "b"], 1, "c and 2 more"),
        (["a", "a", "b"], 1, "a and 1 more"),
        (["web1.example.com", "web2.example.com"], 3, "web1, web2"),
        (["web1.a.example", "db1.a.example", "web1.b.example"], 3, "web1.a.example, db1, web1.b.example"),
        (["web1", "web1.example.com"], 3, "web1, web1.example.com"),
        # Also the host that is not named would have this name.
        (["web1.a.example", "web1.b.example"], 1, "web1.a.example and 1 more"),
        (["192.0.2.1", "2001:db8::1", "192.0.2.1.example.com"], 3, "192.0.2.1, 2001:db8::1, 192.0.2.1.example.com"),
    ],
)
def test_hosts_are_named(hosts: list[str], first: int, text: str) -> None:
    assert name_hosts(hosts, first) == text


def test_names_can_stay_whole() -> None:
    assert name_hosts(["web1.example.com", "web2.example.com"], 1, short=False) == "web1.example.com and 1 more"


@given(st.lists(st.sampled_from(["web1.a", "web1.b", "web1", "db.a", "db", "192.0.2.1", "192.0.2.2"])))
def test_no_two_hosts_share_a_name(hosts: list[str]) -> None:
    names = name_hosts(hosts, 100).split(", ")
    assert len(set(names)) == len(names) == max(len(set(hosts)), 1)


def test_every_fault_of_hosts_is_named() -> None:
    assert sentences_of(name_hosts, ["a", 1, None], 0) == (
        "host 2 must be a text",
        "host 3 must be a text",
        "first must be a whole number from 1 to 1000",
    )
    with pytest.raises(InputError, match="the hosts must be a list of names, such as ansible_play_hosts"):
        name_hosts("web1")
