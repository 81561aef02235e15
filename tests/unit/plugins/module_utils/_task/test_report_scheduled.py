# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a task on scheduled messages says of each outcome."""

from __future__ import annotations

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._message.outcome import Outcome, Result
from ansible_collections.voip_communications.sms.plugins.module_utils._task.report import FailurePolicy, rule
from ansible_collections.voip_communications.sms.plugins.module_utils._task.report_scheduled import SCHEDULING


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
