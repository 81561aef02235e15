# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The sentence of each outcome in a task on scheduled messages."""

from __future__ import annotations

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.memory import MemoryLedger
from ansible_collections.voip_communications.sms.plugins.module_utils._message.outcome import Outcome, Result
from ansible_collections.voip_communications.sms.plugins.module_utils._task.report import FailurePolicy, rule
from ansible_collections.voip_communications.sms.plugins.module_utils._task.report_diff import pending_diff
from ansible_collections.voip_communications.sms.plugins.module_utils._task.report_scheduled import (
    SCHEDULING,
    blank,
    scheduling_summary,
)
from ansible_collections.voip_communications.sms.tests.support.people import ANNA, BEN


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (Outcome.SCHEDULED, "scheduled for"),
        (Outcome.WOULD_SCHEDULE, "would schedule for"),
        (Outcome.DUPLICATE, "already scheduled for"),
        (Outcome.CANCELLED, "cancelled for"),
        (Outcome.WOULD_CANCEL, "would cancel for"),
        (Outcome.ALREADY_SENT, "already sent to"),
    ],
)
def test_an_outcome_with_dates_is_told_with_each_date_once(outcome: Outcome, words: str) -> None:
    dates = ("2030-01-02 10:00:00", "2030-01-01 10:00", "2030-01-01 10:00:00", None)
    results = [Result(f"+1281234567{place}", outcome, delivery_date=date) for place, date in enumerate(dates)]
    said = rule(results, "", FailurePolicy(), SCHEDULING).msg
    assert said == f"{words} 4 recipients, at 2030-01-01 10:00, 2030-01-02 10:00, a date that is not known"


@pytest.mark.parametrize("check_mode", [False, True])
def test_a_summary_has_the_pending_messages_and_the_ledger(check_mode: bool) -> None:
    results = [
        Result(ANNA, Outcome.SCHEDULED, posted=True, text="Hello", delivery_date="2030-01-02 10:00:00"),
        Result(BEN, Outcome.CANCELLED, delivery_date="2030-01-01 10:00"),
    ]
    found = scheduling_summary(results, "key", FailurePolicy(), MemoryLedger(), check_mode=check_mode)
    assert set(blank()) - set(found) == {"encoding", "segments", "requests", "delivery_date", "delivery_at"}
    assert found["diff"] == pending_diff(results)
    assert (found["ledger"], found["ledger_created"]) == ("none", False)
