# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What diff mode shows: the text, its size, and what is known of each recipient."""

from __future__ import annotations

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._message.outcome import Outcome, Result
from ansible_collections.voip_communications.sms.plugins.module_utils._task.report_diff import (
    message_diff,
    pending_diff,
)
from ansible_collections.voip_communications.sms.tests.support.people import ANNA, BEN, CARA

DAY, NEXT = "2030-01-01 10:00", "2030-01-02 10:00"


def test_a_message_with_who_had_it_and_who_has_it() -> None:
    results = [
        Result(ANNA, Outcome.DUPLICATE),
        Result(BEN, Outcome.SENT, posted=True, code=200, code_desc="Success"),
        Result(CARA, Outcome.REFUSED, posted=True, code=404, code_desc="no such number"),
    ]
    assert message_diff(results, label="k", text="Hello\nagain") == {
        "before_header": "message k, 1 segment in GSM-7",
        "after_header": "message k, 1 segment in GSM-7",
        "before": f"    Hello\n    again\nto:\n    {ANNA}  sent\n",
        "after": (
            f"    Hello\n    again\nto:\n    {ANNA}  sent\n    {BEN}  sent\n    {CARA}  refused (404 no such number)\n"
        ),
    }


@pytest.mark.parametrize("text", ["x" * 161, "ж" * 71])
def test_what_nobody_had_is_nothing_before_and_no_key_is_made_up(text: str) -> None:
    shown = message_diff([Result(ANNA, Outcome.WOULD_SEND, posted=True)], label="", text=text)
    assert shown["before"] == ""
    assert shown["after_header"] == f"message, 2 segments in {'GSM-7' if text.isascii() else 'UCS-2'}"
    assert shown["after"].startswith(f"    {text}\n")


@pytest.mark.parametrize(
    "outcome", [Outcome.REFUSED, Outcome.NOT_SENT, Outcome.UNKNOWN, Outcome.IN_PROGRESS, Outcome.DUPLICATE]
)
def test_a_task_that_changes_nothing_shows_no_difference(outcome: Outcome) -> None:
    results = [Result(ANNA, Outcome.DUPLICATE), Result(BEN, outcome)]
    for shown in (message_diff(results, label="", text="Hello"), pending_diff(results)):
        assert shown["before"] == shown["after"]
        assert ANNA in shown["after"]


def test_check_mode_shows_the_same() -> None:
    done = [
        Result(ANNA, Outcome.SCHEDULED, True, "Hi", ("1",), 200, "Success", delivery_date=f"{NEXT}:00"),
        Result(ANNA, Outcome.CANCELLED, True, "Hi", delivery_date=DAY),
    ]
    would = [
        Result(ANNA, Outcome.WOULD_SCHEDULE, True, "Hi", delivery_date=NEXT),
        Result(ANNA, Outcome.WOULD_CANCEL, True, "Hi", delivery_date=DAY),
    ]
    assert pending_diff(done) == pending_diff(would)
    sent, would_be = Result(ANNA, Outcome.SENT, True, code=200), Result(ANNA, Outcome.WOULD_SEND, True)
    assert message_diff([sent], label="", text="Hi") == message_diff([would_be], label="", text="Hi")


def test_pending_messages_are_one_entry_for_each_date_and_text() -> None:
    results = [
        Result(BEN, Outcome.SCHEDULED, True, "Hi", delivery_date=NEXT),
        Result(ANNA, Outcome.SCHEDULED, True, "Hi", delivery_date=f"{NEXT}:00"),
        Result(ANNA, Outcome.DUPLICATE, text="Hello", delivery_date=DAY),
        Result(CARA, Outcome.NOT_SENT, text="Hi", delivery_date=NEXT, code_desc="too late"),
        Result(BEN, Outcome.ALREADY_SENT, text="Old", delivery_date=DAY),
        Result(CARA, Outcome.CANCELLED, True),
    ]
    shown = pending_diff(results)
    kept = f"at {DAY}, 1 segment in GSM-7:\n    Hello\nto:\n    {ANNA}  scheduled\n"
    new = f"at {NEXT}, 1 segment in GSM-7:\n    Hi\nto:\n    {ANNA}  scheduled\n    {BEN}  scheduled\n"
    assert shown["before"] == f"{kept}at a date that is not known:\nto:\n    {CARA}  scheduled\n"
    assert shown["after"] == f"{kept}{new}    {CARA}  not scheduled (too late)\n"


def test_no_character_reaches_the_terminal_that_it_obeys() -> None:
    listed = Result(
        ANNA, Outcome.CANCELLED, True, "Hi\x1b[31m\tyou\r\nall\x9b \u0645\u06cc\u200c\u0634", delivery_date=DAY
    )
    (shown,) = {side for side in pending_diff([listed]).values() if "to:" in side}
    assert shown.splitlines()[1:3] == ["    Hi [31m you", "    all  \u0645\u06cc\u200c\u0634"]
