# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task reports of whom it has told, in one sentence and in a diff."""

from __future__ import annotations

from typing import Any, cast

from ansible_collections.voip_communications.sms.plugins.module_utils._message.outcome import Outcome, Result
from ansible_collections.voip_communications.sms.plugins.module_utils._task.report import FailurePolicy, rule
from ansible_collections.voip_communications.sms.plugins.module_utils._task.report_notify import (
    NOTIFYING,
    notify_diff,
    refused_summary,
)
from ansible_collections.voip_communications.sms.tests.support.people import ANNA, BEN, CARA

DATE = "2030-01-02 10:00"


def said(*results: Result) -> str:
    return rule(results, "k", FailurePolicy(), NOTIFYING).msg


def test_what_was_sent_and_what_is_scheduled_have_sentences_of_their_own() -> None:
    duplicates = (Result(ANNA, Outcome.DUPLICATE), Result(BEN, Outcome.DUPLICATE, delivery_date=DATE))
    assert said(*duplicates) == f"already sent to 1 recipient; already scheduled for 1 recipient, at {DATE}"


def test_only_a_message_that_was_sent_is_named_by_the_key_of_the_event() -> None:
    """The ledger knows a scheduled message by another key, so this one would lead nowhere."""
    assert "; key k; " in said(Result(ANNA, Outcome.UNKNOWN, posted=True))
    assert "key k" not in said(Result(ANNA, Outcome.UNKNOWN, posted=True, delivery_date=DATE))


def test_a_diff_has_a_part_for_each_text_and_one_for_what_is_pending() -> None:
    results = [
        Result(ANNA, Outcome.SENT, posted=True, text="Hello"),
        Result(BEN, Outcome.SENT, posted=True, text="Hallo"),
        Result(CARA, Outcome.SCHEDULED, posted=True, text="Hello", delivery_date=DATE),
    ]
    parts = cast("list[dict[str, str]]", notify_diff("k", results))
    assert [part["after_header"] for part in parts] == [
        "message k, 1 segment in GSM-7",
        "message k, 1 segment in GSM-7",
        "pending messages",
    ]
    alone: Any = notify_diff("k", results[:1])
    assert ANNA in alone["after"]
    nothing: Any = notify_diff("k", [])
    assert (nothing["before"], nothing["after"]) == ("", "")


def test_a_task_that_was_refused_says_who_is_not_told() -> None:
    known = refused_summary([Result(ANNA, Outcome.NOT_SENT, code_desc="no"), Result("ana", Outcome.REFUSED)])
    assert (known["outcome"], known["failed_to"]) == ("partial", [ANNA, "ana"])
    assert known["results"][0]["reason"] == "no"
