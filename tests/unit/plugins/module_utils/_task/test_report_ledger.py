# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of a task about the ledger: states before and after, sentences, warnings."""

from __future__ import annotations

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import VoipsmsError
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import GRACE, Row
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.resolve import Resolution, resolve
from ansible_collections.voip_communications.sms.plugins.module_utils._task.report_ledger import (
    confirm,
    inspection_sentence,
    missing_sentence,
    resolution_summary,
)
from ansible_collections.voip_communications.sms.tests.support import ledger_rows
from ansible_collections.voip_communications.sms.tests.support.ledger_rows import NOW
from ansible_collections.voip_communications.sms.tests.support.people import ANN, ANNA, BEN, BOB

UNKNOWN = ledger_rows.UNKNOWN._replace(claimed_at=NOW - 10_000, first_byte_by=NOW - 10_000)


def resolution(*, sent: bool, row: Row = UNKNOWN) -> Resolution:
    return resolve({ANN: row, BOB: None if not sent else row}, sent=sent, now=NOW)


def test_a_summary_has_each_recipient_before_and_after() -> None:
    found = resolution_summary(resolution(sent=False), meaning="not_sent", now=NOW, check_mode=False)
    assert found == {
        "warnings": [],
        "changed": True,
        "results": [
            {"to": ANNA, "before": "unknown", "after": "absent"},
            {"to": BEN, "before": "absent", "after": "absent"},
        ],
        "diff": {
            "before_header": "message in the ledger",
            "after_header": "message in the ledger",
            "before": f"+{ANN}  unknown\n+{BOB}  absent\n",
            "after": f"+{ANN}  absent\n+{BOB}  absent\n",
        },
        "msg": "1 message is resolved as not sent",
    }


def test_the_diff_names_a_key_that_the_user_gave_and_the_date() -> None:
    row = UNKNOWN._replace(label="deploy-4711", date="2030-01-01 10:00:00")
    shown = resolution_summary(resolution(sent=False, row=row), meaning="not_sent", now=NOW, check_mode=True)["diff"]
    assert shown["before_header"] == shown["after_header"] == "message deploy-4711 in the ledger"
    assert shown["before"].startswith(f"+{ANN}  unknown, for 2030-01-01 10:00\n")


@pytest.mark.parametrize(
    ("sent", "check_mode", "msg"),
    [
        (True, False, "2 messages are resolved as sent"),
        (True, True, "2 messages would be resolved as sent"),
        (False, True, "1 message would be resolved as not sent"),
    ],
)
def test_a_summary_counts_messages(sent: bool, check_mode: bool, msg: str) -> None:
    found = resolution_summary(
        resolution(sent=sent), meaning="sent" if sent else "not_sent", now=NOW, check_mode=check_mode
    )
    assert found["msg"] == msg


def test_nothing_to_resolve_is_no_change() -> None:
    nothing = resolve({ANN: None}, sent=False, now=NOW)
    found = resolution_summary(nothing, meaning="not_sent", now=NOW, check_mode=False)
    assert (found["changed"], found["msg"]) == (False, "nothing is left to resolve as not sent")


@pytest.mark.parametrize("sent", [False, True])
def test_a_message_that_may_still_appear_in_the_log_is_warned_of(sent: bool) -> None:
    late = UNKNOWN._replace(first_byte_by=NOW - GRACE + 1)
    found = resolution_summary(
        resolution(sent=sent, row=late), meaning="sent" if sent else "not_sent", now=NOW, check_mode=False
    )
    sentence = (
        f"less than 15 minutes ago the service may still have been accepting the message to +{ANN}; if you looked into"
        " the message log, look again before you send"
    )
    assert found["warnings"] == ([] if sent else [sentence])


def test_a_row_that_another_run_has_changed_is_named() -> None:
    changed = resolution(sent=False)
    confirm(changed, {ANN: None, BOB: None})
    with pytest.raises(VoipsmsError) as caught:
        confirm(changed, {ANN: UNKNOWN._replace(attempt=2), BOB: None})
    assert str(caught.value) == f"another run has changed the ledger meanwhile for +{ANN}; run the task again"


@pytest.mark.parametrize(
    ("count", "counts", "is_complete", "sentence"),
    [
        (0, {"unknown": 0}, True, "0 rows"),
        (1, {"accepted": 0, "unknown": 1}, True, "1 row, of which 1 unknown"),
        (3, {"accepted": 2, "unknown": 1}, False, "3 rows, of which 2 accepted, 1 unknown, and there are more"),
    ],
)
def test_rows_are_counted_by_state(count: int, counts: dict[str, int], is_complete: bool, sentence: str) -> None:
    assert inspection_sentence(count, counts, is_complete=is_complete) == sentence


def test_a_missing_ledger_asks_for_machine_and_user() -> None:
    assert missing_sentence("/x") == "there is no ledger '/x'; is this the machine and the user that ran the task?"
