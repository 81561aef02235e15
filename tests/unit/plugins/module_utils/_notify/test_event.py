# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The word, the severity and the key of an event."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import InputError
from ansible_collections.voip_communications.sms.plugins.module_utils._notify.event import (
    Event,
    is_failure,
    read_key,
    read_word,
    usual_severity,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._notify.pipeline import event_key
from ansible_collections.voip_communications.sms.tests.support.refusals import sentences_of

RUN = {
    "system": "github",
    "run": "acme/shop-4711",
    "attempt": 2,
    "url": "https://ci.example.com",
    "user": "",
    "ref": "",
}


def faults(*arguments: Any) -> list[str]:
    return list(sentences_of(read_key, *arguments))


@pytest.mark.parametrize(
    ("word", "is_one", "severity"),
    [
        ("failed", True, "critical"),
        ("backup_failed", True, "critical"),
        ("rolled_back", False, "critical"),
        ("succeeded", False, "info"),
        ("failedover", False, "info"),
    ],
)
def test_failures_are_critical_and_told_for_each_attempt(word: str, is_one: bool, severity: str) -> None:
    assert (is_failure(word), usual_severity(word)) == (is_one, severity)
    assert Event(word, usual_severity(word), "k").is_urgent is (severity == "critical")
    assert read_key(word, None, ["shop"], RUN).endswith("4711-2") is is_one


@pytest.mark.parametrize("word", ["failed", "rolled_back", "l\u00e4uft", "\u0645\u06cc\u200c\u0634"])
def test_an_event_is_a_word(word: str) -> None:
    assert read_word("event", f" {word} ") == word


@pytest.mark.parametrize(
    "value", ["", "  ", "has failed", "a\nb", "a,b", "a;b", "\u200b", "a" * 65, 5, None, ["failed"]]
)
def test_anything_else_is_none(value: object) -> None:
    with pytest.raises(InputError, match="event"):
        read_word("event", value)


def test_the_key_of_a_subject_is_that_of_the_filter() -> None:
    """Whoever made keys with ``event_key`` before is not told twice."""
    subject = ["deploy", "shop", "1.4.2", "", "failed"]
    assert read_key("failed", None, subject[:-1], RUN) == event_key(subject, RUN, attempt=True)


@pytest.mark.parametrize("subject", ["deploy, shop", '["deploy", "shop"]', "deploy;shop;", ("deploy", "shop")])
def test_a_subject_has_any_notation_of_a_list(subject: object) -> None:
    assert read_key("done", None, subject, RUN) == "deploy/shop/done/github-acme/shop-4711"


def test_the_order_of_a_mapping_does_not_matter_and_its_names_do() -> None:
    one = read_key("done", None, {"b": "2", "a": "1"}, RUN)
    assert one == read_key("done", None, {"a": "1", "b": "2"}, RUN) == "a=1/b=2/done/github-acme/shop-4711"
    assert read_key("done", None, {"a": "2", "b": "1"}, RUN) != one
    assert read_key("done", None, {"a": "1", "b": None}, RUN) != read_key("done", None, {"a": "1"}, RUN)


def test_a_key_of_ones_own_is_taken_as_it_is() -> None:
    assert read_key("failed", "backup 4711", None, None) == "backup 4711"


@pytest.mark.parametrize("key", ["", " ", "a" * 201, "a\nb"])
def test_a_key_that_cannot_be_kept_is_refused(key: str) -> None:
    assert faults("failed", key, None, None) == ["idempotency_key must be 1 to 200 printable characters"]


def test_one_of_the_two_is_needed_and_not_both() -> None:
    assert "are both missing" in faults("failed", None, None, RUN)[0]
    assert "exclude each other" in faults("failed", "key", ["shop"], RUN)[0]


@pytest.mark.parametrize("value", [1.1, 42, True, date(2026, 11, 28), ["shop"]])
def test_a_part_that_is_no_text_is_refused_by_its_place(value: object) -> None:
    assert faults("failed", None, ["shop", value], RUN)[0].startswith("part 2 of subject: ")
    (sentence,) = faults("failed", None, {"version": value}, RUN)
    assert sentence.startswith("version of subject: ")


@pytest.mark.parametrize("subject", [[], "", {}, [""], [None], {"app": "", "version": None}])
def test_an_empty_subject_is_refused(subject: object) -> None:
    assert faults("failed", None, subject, RUN) == ["subject is empty: it must say what the event is about"]


def test_every_fault_is_named() -> None:
    found = faults("failed", None, [1, "shop", 1.1], {"run": 5})
    assert [fault.partition(":")[0] for fault in found] == [
        "part 1 of subject",
        "part 3 of subject",
        "pipeline has no system, which must be a text",
        "pipeline has no run, which must be a text",
    ]
