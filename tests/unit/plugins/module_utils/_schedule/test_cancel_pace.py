# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How cancels follow each other before and after the service has asked for fewer requests."""

from __future__ import annotations

import threading

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._core.deadline import Deadline
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.cancel_pace import CancelPace
from ansible_collections.voip_communications.sms.tests.support.scheduling import CONFIRMED, throttled


def may_enter_meanwhile(pace: CancelPace) -> bool:
    """Return whether another thread may cancel while this one does."""
    entered = threading.Event()

    def enter() -> None:
        with pace.admission():
            entered.set()

    with pace.admission():
        other = threading.Thread(target=enter)
        other.start()
        is_beside = entered.wait(0.2)
    other.join()
    return is_beside


@pytest.fixture
def pace() -> CancelPace:
    return CancelPace(Deadline(60.0, sleep=lambda _seconds: None))


def test_several_cancels_go_at_once(pace: CancelPace) -> None:
    assert pace.answer(lambda: CONFIRMED) is CONFIRMED
    assert may_enter_meanwhile(pace)


def test_after_the_first_429_they_go_one_at_a_time(pace: CancelPace) -> None:
    answers = [throttled(), CONFIRMED]
    assert pace.answer(lambda: answers.pop(0)) is CONFIRMED
    assert (pace.obstacle, may_enter_meanwhile(pace)) == ("", False)
