# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deliveries with limits, over a real ledger and a provider in the same process: held, told once, foreseen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._api.evidence import Judgement, Verdict
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.limits import Limit, Limits
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import DedupePolicy
from ansible_collections.voip_communications.sms.plugins.module_utils._message.outcome import Fate, Report
from ansible_collections.voip_communications.sms.plugins.module_utils._send.limited import span
from ansible_collections.voip_communications.sms.plugins.module_utils._task.report import has_changed
from ansible_collections.voip_communications.sms.tests.support.people import ANN, BOB, CARL
from ansible_collections.voip_communications.sms.tests.support.sending import World, outcomes

TWO = Limits((Limit(2, 900.0),))
START = datetime(2026, 11, 29, 13, 50, tzinfo=UTC).timestamp()


class LimitedWorld(World):
    """A world in which each text is a message of its own, and the service does the same with all of them."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, START)
        self.fate = Fate.ACCEPTED

    def send(self, recipients: Sequence[str], text: str, sender: str | None, **limits: Any) -> Judgement:
        """Answer as ``Api.send`` does."""
        super().send(recipients, text, sender, **limits)
        return Judgement({number: Verdict(self.fate, code=200, smsids=("id",)) for number in recipients})

    def tell(
        self, text: str, *numbers: str, limits: Limits = TWO, check_mode: bool = False, zone: str | None = None
    ) -> Report:
        """Send one message, as a task of its own."""
        named = {"key": text, "text": text, "batch_size": 1, "account_timezone": zone, "limits": limits}
        return self.run_on(DedupePolicy(text, 600.0), *numbers, check_mode=check_mode, **named)

    @property
    def notices(self) -> list[str]:
        return [text for text in self.texts if text.startswith("More than")]


@pytest.fixture
def world(tmp_path: Path) -> LimitedWorld:
    return LimitedWorld(tmp_path / "ledger.sqlite3")


def test_what_is_too_many_is_held_and_the_recipient_told_once(world: LimitedWorld) -> None:
    assert outcomes(world.tell("one", ANN)) == outcomes(world.tell("two", ANN)) == ["sent"]
    held = world.tell("three", ANN, BOB)
    assert outcomes(held) == ["held", "sent"]
    assert held.results[0].code_desc == (
        "more than 2 messages in 15 minutes to one recipient; further ones are not sent before 2026-11-29T14:05:00Z"
    )
    assert held.warnings == [f"told +{ANN} that a limit is reached"]
    again = world.tell("four", ANN)
    assert outcomes(again) == ["held"]
    assert [has_changed(report.results[0]) for report in (held, again)] == [True, False], "the notice is a message"
    (notice,) = world.notices
    assert notice.startswith("More than 2 messages in 15 minutes; further ones are not sent before ")
    assert notice.endswith("14:05 UTC.")


def test_the_notice_is_not_counted_and_comes_again_after_the_span(world: LimitedWorld) -> None:
    for text in ("one", "two", "three"):
        world.tell(text, ANN)
    world.seconds += 900
    assert [outcomes(world.tell(text, ANN)) for text in ("four", "five")] == [["sent"], ["sent"]]
    assert outcomes(world.tell("six", ANN)) == ["held"]
    assert len(world.notices) == 2


def test_a_key_of_the_users_own_is_never_that_of_the_notice(world: LimitedWorld) -> None:
    for key in ("limit reached", "2", "3"):
        world.tell(key, ANN)
    assert len(world.notices) == 1


def test_the_notice_names_the_longest_limit_and_the_zone_of_the_account(world: LimitedWorld) -> None:
    limits = Limits((Limit(1, 60.0), Limit(2, 7200.0)))
    world.tell("one", ANN, limits=limits)
    world.seconds += 60
    world.tell("two", ANN, limits=limits)
    world.tell("three", ANN, limits=limits, zone="America/Chicago")
    (notice,) = world.notices
    assert notice.startswith("More than 2 messages in 2 hours; further ones are not sent before ")
    assert notice.endswith("09:50.")


def test_a_limit_of_the_account_tells_no_one(world: LimitedWorld) -> None:
    limits = Limits(account=(Limit(2, 86400.0),))
    report = world.tell("one", ANN, BOB, CARL, limits=limits)
    assert outcomes(report) == ["sent", "sent", "held"]
    assert str(report.results[2].code_desc).startswith("more than 2 messages in 1 day of this account; further ones")
    assert world.notices == []


@pytest.mark.parametrize(("fate", "word"), [(Fate.REFUSED, "refused"), (Fate.UNKNOWN, "unknown")])
def test_a_notice_that_does_not_arrive_is_a_warning_and_fails_nothing(
    world: LimitedWorld, fate: Fate, word: str
) -> None:
    world.tell("one", ANN)
    world.tell("two", ANN)
    world.fate = fate
    report = world.tell("three", ANN)
    assert outcomes(report) == ["held"]
    assert [warning for warning in report.warnings if f"the notice to +{ANN} about the limit is {word}" in warning]
    world.tell("four", ANN)
    assert len(world.notices) == (1 if fate is Fate.UNKNOWN else 2), "only what is refused is tried again"


def test_check_mode_foresees_it_and_takes_no_place(world: LimitedWorld) -> None:
    for _time in range(2):
        assert outcomes(world.tell("one", ANN, BOB, check_mode=True)) == ["would_send", "would_send"]
    world.tell("one", ANN)
    world.tell("two", ANN)
    foretold = world.tell("three", ANN, BOB, check_mode=True)
    assert outcomes(foretold) == ["held", "would_send"]
    assert foretold.warnings == [f"would tell +{ANN} that a limit is reached"]
    assert outcomes(world.tell("two", ANN, check_mode=True)) == ["duplicate"]
    assert world.notices == []
    assert world.ledger.held_count(None) == 0


def test_check_mode_counts_the_batches_of_a_task_together(world: LimitedWorld) -> None:
    limits = Limits(account=(Limit(2, 86400.0),))
    assert outcomes(world.tell("one", ANN, BOB, CARL, limits=limits, check_mode=True)) == [
        "would_send",
        "would_send",
        "held",
    ]


def test_what_was_held_is_sent_by_a_later_run(world: LimitedWorld) -> None:
    for text in ("one", "two", "three"):
        world.tell(text, ANN)
    world.seconds += 900
    assert outcomes(world.tell("three", ANN)) == ["sent"]


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (1, "1 second"),
        (90, "90 seconds"),
        (900, "15 minutes"),
        (3600, "1 hour"),
        (5400, "90 minutes"),
        (86400, "1 day"),
    ],
)
def test_a_span_is_shown_in_the_largest_unit(seconds: float, shown: str) -> None:
    assert span(seconds) == shown
