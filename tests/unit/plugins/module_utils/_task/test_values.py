# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The values that the options of several modules hold."""

from __future__ import annotations

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import Faults
from ansible_collections.voip_communications.sms.plugins.module_utils._task.values import (
    digits_of,
    in_range,
    is_printable_name,
    is_utf8,
    read_people,
    read_region,
    read_sender,
    read_text,
    repetition_warnings,
)
from ansible_collections.voip_communications.sms.tests.support.people import ANN, ANNA, BEN, BOB, OURS
from ansible_collections.voip_communications.sms.tests.support.task_options import faults_of, params

CONTACTS = [{"name": "anna", "number": "+1 281 234 5678"}]


def test_a_range_is_written_in_full() -> None:
    assert in_range("dedupe_window", 0, 1, 31536000) == ["dedupe_window must be from 1 to 31536000"]
    assert in_range("dedupe_window", None, 1, 31536000) == []


@pytest.mark.parametrize(("region", "expected"), [(None, None), ("", None), ("us", "US"), ("GB", "GB")])
def test_a_region_is_read_in_capitals(region: str | None, expected: str | None) -> None:
    assert read_region(params(default_region=region)) == expected


def test_a_sender_is_read_like_a_recipient_or_noted() -> None:
    faults = Faults()
    assert read_sender("713 456 7890", "US", faults) == OURS
    assert (read_sender(None, None, faults), read_sender("", None, faults)) == (None, None)
    assert faults_of(faults) == []
    assert read_sender("abc", None, faults) is None
    assert faults_of(faults)[0].startswith("from: ")


def test_a_text_keeps_its_characters_unless_gsm7_is_asked_for() -> None:
    faults = Faults()
    assert read_text("\u201chello\u201d", "auto", faults) == "\u201chello\u201d"
    assert read_text("\u201chello\u201d", "gsm7", faults) == '"hello"'
    assert faults_of(faults) == []
    read_text("\u4f60", "gsm7", faults)
    assert faults_of(faults)[0].startswith("msg holds characters that GSM-7 does not have ('\\u4f60')")


def test_recipients_are_read_once_each_and_what_is_wrong_is_named() -> None:
    options = {"number": [ANNA, "anna", BEN, "12"], "default_region": None, "contacts": CONTACTS}
    faults = Faults()
    recipients = read_people("number", options, faults)
    assert digits_of(recipients) == (ANN, BOB)
    assert repetition_warnings(recipients) == ("'anna' is listed more than once in to; it gets one message",)
    (fault,) = faults_of(faults)
    assert fault.startswith("number: '12' ")


@pytest.mark.parametrize(
    ("value", "is_one"),
    [
        ("a", True),
        ("x" * 9, True),
        ("x" * 10, False),
        ("", False),
        (" ", False),
        ("a\nb", False),
        ("\u0645\u06cc\u200c\u0634", True),
    ],
)
def test_a_name_is_short_and_can_be_printed(value: str, is_one: bool) -> None:
    assert is_printable_name(value, 9) is is_one


def test_a_text_from_another_encoding_is_no_utf8() -> None:
    assert is_utf8("\u043a\U0001f600")
    assert not is_utf8("\udcff")
