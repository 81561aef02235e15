# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The text that a person gets, by the language that they read."""

from __future__ import annotations

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._notify.texts import read_texts
from ansible_collections.voip_communications.sms.tests.support.refusals import sentences_of

PARTS = [{"text": "FAILED: shop"}, {"text": "a" * 200, "rank": 1, "shorten": "short"}]


def faults(value: object) -> list[str]:
    return list(sentences_of(read_texts, "msg", value, 1))


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Hallo"),
        ("de-at", "Hallo"),
        ("pt-br", "Oi"),
        ("pt-pt", "Ol\u00e1"),
        ("pt", "Ol\u00e1"),
        ("fr", "Hello"),
        ("", "Hello"),
    ],
)
def test_a_language_finds_its_text(language: str, text: str) -> None:
    texts = read_texts("msg", {"de": "Hallo", "default": "Hello", "pt": "Ol\u00e1", "pt_BR": "Oi"}, 1)
    assert texts.text_for(language) == text


def test_a_text_for_another_region_is_nearer_than_another_language() -> None:
    texts = read_texts("msg", {"default": "Hello", "pt-BR": "Oi", "de-AT": "Servus", "de-CH": "Sali"}, 1)
    assert [texts.text_for(language) for language in ("pt", "pt-pt", "de", "de-ch", "d")] == [
        "Oi",
        "Oi",
        "Servus",
        "Sali",
        "Hello",
    ]


def test_a_language_that_is_there_twice_or_that_yaml_has_read_as_a_truth_value_is_refused() -> None:
    twice, truth = faults({"pt_BR": "Oi", "pt-br": "Oi!", False: "Hei"})
    assert twice == "msg has the text in pt-br twice"
    assert truth.endswith('and YAML reads no as a truth value: write "no" in quotes')


def test_without_a_default_the_first_language_is_for_everyone() -> None:
    texts = read_texts("msg", {"en": "Hello", "de": "Hallo"}, 1)
    assert (texts.default, texts.text_for("fr"), texts.text_for("de")) == ("Hello", "Hello", "Hallo")


def test_a_text_is_sent_whole_and_parts_are_fitted() -> None:
    assert read_texts("msg", "a" * 200, 1).default == "a" * 200
    assert read_texts("msg", PARTS, 1).default == "FAILED: shop short"
    assert read_texts("msg", {"de": PARTS, "en": "x"}, 1).text_for("de") == "FAILED: shop short"
    assert read_texts("msg", PARTS, 2).default == f"FAILED: shop {'a' * 200}"


def test_typographic_characters_become_plain_where_that_makes_it_gsm7() -> None:
    assert read_texts("msg", "\u201cshop\u201d \u2013 done\u2026", 1).default == '"shop" - done...'
    persian = "\u0645\u06cc\u200c\u0634\u0648\u062f"
    assert read_texts("msg", {"fa": persian}, 1).default == persian


@pytest.mark.parametrize(
    "value", [None, 1.1, False, 1320, [5], {"de": 5}, {}, "", " ", [], {"de": ""}, {"text": "Hello"}]
)
def test_what_is_no_text_is_refused(value: object) -> None:
    assert all(fault.startswith("msg") for fault in faults(value))


def test_every_fault_is_named_with_its_language() -> None:
    found = faults({"de": 5, "english": "Hello", "fr": [{"texte": "Bonjour"}], "it": "\x00"})
    assert [fault.partition(":")[0] for fault in found] == [
        "msg in de",
        "msg has the key 'english', which is neither a language such as de nor default",
        "msg in fr",
        "msg in fr",
        "msg in it",
    ]
