# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The secret of a question, whose codes must be no number that people may have sent for another reason."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import VoipsmsError
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import Fingerprints
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.question import Opening, opened
from ansible_collections.voip_communications.sms.plugins.module_utils._notify import question_codes
from ansible_collections.voip_communications.sms.plugins.module_utils._notify.question import Choice, Person, Plan
from ansible_collections.voip_communications.sms.plugins.module_utils._notify.question_codes import (
    QuestionCodes,
    choose_secret,
)
from ansible_collections.voip_communications.sms.tests.support.people import ANN

FIRST, SECOND = "11" * 32, "22" * 32
PLAN = Plan((Person("ann", ANN),), (("ann",),), (Choice("approve", "approve"), Choice("reject", "reject")))


def codes_of(secret: str) -> QuestionCodes:
    return QuestionCodes(secret, PLAN, "Deploy?", Fingerprints.of(None, "key"))


@pytest.fixture(autouse=True)
def secrets_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the secrets ones that the tests know."""
    secrets: Iterator[str] = iter([FIRST, SECOND] + [FIRST] * 999)
    monkeypatch.setattr(f"{question_codes.__name__}.secrets.token_hex", lambda _size: next(secrets))


def test_the_first_secret_will_do_where_nothing_is_taken() -> None:
    assert choose_secret(codes_of, [], []) == (FIRST, codes_of(FIRST).marks())


@pytest.mark.parametrize("choice", ["approve", "reject"])
def test_a_number_that_people_have_sent_before_is_no_code(choice: str) -> None:
    sent = codes_of(FIRST).of("ann")[choice]
    assert choose_secret(codes_of, ["4711", sent], [])[0] == SECOND


@pytest.mark.parametrize("is_open", [True, False])
def test_a_code_of_another_question_is_no_code(is_open: bool) -> None:
    """Also of one that has ended, to which a late answer may come."""
    other = opened(Opening("other", "other", "content", 9.0, "{}", lambda _: (FIRST, codes_of(FIRST).marks())), [], 1.0)
    assert choose_secret(codes_of, [], [other if is_open else other._replace(secret="")])[0] == SECOND


def test_where_every_secret_collides_nothing_is_asked() -> None:
    taken = [*codes_of(FIRST).all_codes, *codes_of(SECOND).all_codes]
    with pytest.raises(VoipsmsError, match="set more code_digits"):
        choose_secret(codes_of, taken, [])
