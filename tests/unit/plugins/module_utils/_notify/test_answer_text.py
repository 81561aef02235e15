# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a text means as an answer: a code at its beginning counts, and nothing else does."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.voip_communications.sms.plugins.module_utils._notify.answer_text import (
    LONGEST_COMMENT,
    OPT_OUTS,
    Codes,
    Meaning,
    is_decoration,
    is_opt_out,
    is_swallowed,
    masked,
    plain_text,
)

CODES = Codes({"approve": "4597", "reject": "2120"}, ("4597", "2120", "8861", "3304"), 4, ("7715",).__contains__)
MINE = Codes({"mine": "4597"}, ("4597",), 4)
QUESTION = "Deploy shop 2026.11 to production? Reply 4597 = approve, 2120 = reject."
LEVEL = "Disk of db1 is full. Reply 4597 = mine."
REACTIONS = ("Liked", "Loved", "Disliked", "Laughed at", "Emphasized", "Questioned", "Gef\u00e4llt", "\U0001f44d to")


@pytest.mark.parametrize(
    ("text", "comment"),
    [
        ("4597", ""),
        ("  4597  ", ""),
        ("4597 but watch the disk", "but watch the disk"),
        ("4597, after lunch.", "after lunch"),
        ('"4597"', ""),
        ("\u201c4597\u201d", ""),
        ("#4597", ""),
        ("# 4597 ok", "ok"),
        ("Reply 4597", ""),
        ("reply: 4597", ""),
        ("\U0001f44d 4597", ""),
        ("\U0001f44d\U0001f3fd\ufe0f4597 go", "go"),
        ("4\ufe0f\u20e35\ufe0f\u20e39\ufe0f\u20e37\ufe0f\u20e3", ""),
        ("\uff14\uff15\uff19\uff17", ""),
        ("\u0664\u0665\u0669\u0667 \u0646\u0639\u0645", "\u0646\u0639\u0645"),
        ("\u200e4597\u200f", ""),
        ("45\u200b97", ""),
        ("4597\nfrom my phone", "from my phone"),
        ("4597ok", "ok"),
        ("(4597)", ""),
        ("(4597 ok)", "ok"),
        ("4597 (after ten)", "(after ten)"),
        ("*4597*", ""),
        ("4597 ticket 12345", "ticket 12345"),
        ("4597 and for the other one 7715", "and for the other one ####"),
    ],
)
def test_a_code_at_the_beginning_is_an_answer(text: str, comment: str) -> None:
    reading = CODES.read(text)
    assert (reading.meaning, reading.choice, reading.comment) == (Meaning.ANSWER, "approve", comment)


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("yes", Meaning.UNCLEAR),
        ("ok", Meaning.UNCLEAR),
        ("\U0001f44d", Meaning.UNCLEAR),
        ("", Meaning.UNCLEAR),
        ("approve", Meaning.UNCLEAR),
        ("I say 4597", Meaning.UNCLEAR),
        ("4597 or 2120?", Meaning.UNCLEAR),
        ("4597 8861", Meaning.UNCLEAR),  # a colleague's code behind one's own
        ("4597 4597", Meaning.UNCLEAR),
        ("4597 = approve", Meaning.UNCLEAR),
        ("45 97", Meaning.UNCLEAR),
        ("45970", Meaning.UNCLEAR),
        ("459", Meaning.UNCLEAR),
        ("> 4597", Meaning.UNCLEAR),
        ("4597 1 2\n> Reply 4597 = approve", Meaning.UNCLEAR),
        ("8861", Meaning.WRONG_CODE),  # a colleague's
        ("4579", Meaning.WRONG_CODE),  # swapped
        ("1234 is my guess", Meaning.WRONG_CODE),
        ("7715", Meaning.OTHER_QUESTION),
        ("7715 4597", Meaning.UNCLEAR),
    ],
)
def test_anything_else_is_none(text: str, meaning: Meaning) -> None:
    assert CODES.read(text)._replace(has_code=False, comment="") == (meaning, "", "", False)


@pytest.mark.parametrize("text", ["4597 or 2120?", "I say 4597", "8861", "7715 4597", "4597 = approve"])
def test_a_text_with_a_code_is_of_this_question_whenever_it_came(text: str) -> None:
    assert CODES.read(text).has_code


@pytest.mark.parametrize("word", sorted(OPT_OUTS))
def test_a_bare_word_opts_out(word: str) -> None:
    for text in (word, word.upper(), f" {word.title()}. ", f"{word}!"):
        assert CODES.read(text).meaning is Meaning.OPT_OUT
    for text in (f"{word} it", f"please {word}", f"4597 {word}", f"{word}page", " ".join(word)):
        assert CODES.read(text).meaning is not Meaning.OPT_OUT


def test_accents_and_full_width_letters_opt_out_too() -> None:
    assert is_opt_out("ARR\u00caT")
    assert is_opt_out("\uff33\uff34\uff2f\uff30")
    assert is_swallowed("Yes")
    assert not is_opt_out("Yes")
    assert not is_swallowed("approve")


@given(st.sampled_from([(CODES, QUESTION), (MINE, LEVEL)]), st.data())
def test_no_part_of_our_own_text_from_its_beginning_counts(case: tuple[Codes, str], data: st.DataObject) -> None:
    codes, question = case
    part = question[: data.draw(st.integers(0, len(question)))]
    before = data.draw(st.text(st.sampled_from("\"'# \u201c\u00ab\u201e\u2018*_[\U0001f44d\u2764\ufe0f\n"), max_size=4))
    after = data.draw(st.text(st.sampled_from("\"' \u201d\u00bb.*_]\u2026\n"), max_size=4))
    assert codes.read(before + part + after).meaning is not Meaning.ANSWER


@given(st.sampled_from([(CODES, QUESTION), (MINE, LEVEL)]), st.data())
def test_no_quotation_or_reaction_counts(case: tuple[Codes, str], data: st.DataObject) -> None:
    codes, question = case
    opening = data.draw(
        st.sampled_from([*REACTIONS, ">", "> >", "Re:", "On Monday you wrote:", "|", "\u275d", "\u203a"])
    )
    # What is quoted may be shortened from both sides, but a code that is left shows the form it has in the question.
    start = data.draw(st.integers(0, question.index("4597") - 1))
    end = data.draw(st.integers(question.index("4597") + 6, len(question)))
    for quoted in (question[start:end], f"\u201c{question[start:end]}\u201d", f"{question[start:end]}\u2026"):
        assert codes.read(f"{opening} {quoted}").meaning is not Meaning.ANSWER
        assert codes.read(quoted).meaning is not Meaning.ANSWER


@given(st.text(max_size=80))
def test_no_text_without_a_code_is_an_answer(text: str) -> None:
    plain = plain_text(text)
    reading = CODES.read(text)
    assert (reading.meaning is Meaning.ANSWER) <= plain.lstrip("\"'`#*_([{ ").startswith(("4597", "2120")) or any(
        unicodedata.category(one) in ("Pi", "Pf", "So", "Sk", "Ps") for one in plain
    )
    assert reading.meaning is not Meaning.ANSWER or "4597" in plain or "2120" in plain


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("45 97", "## ##"),
        ("4-5.9 7", "#-#.# #"),
        ("45 and then 97", "## and then ##"),
        ("it is 88 61, not 77 15", "it is ## ##, not ## ##"),
        ("\uff14\uff15 \u0669\u0667", "## ##"),
        ("10:30, or 45 98", "10:30, or 45 98"),
        ("45970, 1 4597 2", "45970, 1 #### 2"),
    ],
)
def test_a_code_in_pieces_is_hidden_too(text: str, shown: str) -> None:
    assert CODES.hidden(text) == shown
    assert CODES.read(f"2120 {text}").comment in (shown, "")


@given(st.text(max_size=300))
def test_a_comment_holds_no_code_and_is_short(text: str) -> None:
    reading = CODES.read(f"4597 {text}")
    assert len(reading.comment) <= LONGEST_COMMENT
    assert not any(code in reading.comment.split() for code in ("4597", "2120", "8861", "7715"))


@given(st.text(max_size=80))
def test_what_is_masked_has_no_number_of_four_digits(text: str) -> None:
    hidden = masked(text)
    assert not any(one.isdecimal() for run in hidden.split("#") for one in run[3:4] if run[:3].isdecimal())


def test_masking_keeps_short_numbers() -> None:
    assert masked("4597 ok, 30 min, ticket 12345 \uff14\uff15\uff19\uff17") == "#### ok, 30 min, ticket ##### ####"


@pytest.mark.parametrize(
    ("text", "is_one"), [("Reply", True), ("# \u201c", True), ("reply: reply", True), ("Go?", False), ("", True)]
)
def test_a_text_of_decoration_alone_is_known(text: str, is_one: bool) -> None:
    assert is_decoration(text) is is_one
