# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cancel with an answer that is lost, or in a run that stands still meanwhile: what other runs may rely on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.tests.support.desk import FIRST, SECOND, TEXT
from ansible_collections.voip_communications.sms.tests.support.doubt import (
    AFTERWARDS,
    Doubt,
    SuspendedRun,
    in_postgresql,
)
from ansible_collections.voip_communications.sms.tests.support.people import ANNA

CUT = {"Content-Length": "5000"}
"""More than comes: the connection is over in the middle of the answer."""

LOST: dict[str, dict[str, Any]] = {
    "500, and it was cancelled": {"status": 500, "accept": True},
    "500, and it was not": {"status": 500},
    "cut, and it was cancelled": {"headers": CUT},
    "cut, and it was not": {"headers": CUT, "accept": False},
}
WAYS = [
    *(("name", lost) for lost in LOST),
    ("smsid", "500, and it was not"),
    ("smsid", "cut, and it was cancelled"),
    ("to and date", "500, and it was not"),
    ("to and date", "cut, and it was cancelled"),
]
LEASE = 300.0
"""Seconds, longer than the lease of any run here, and shorter than the grace of what it has asked for."""

WOKEN_WITHIN = 30.0
"""Seconds, the deadline of a run that stands still: what it then cannot settle, it tries for all that is left."""


def meant(way: str, doubt: Doubt) -> dict[str, Any]:
    """Return the options that say which message an absent means."""
    ways: dict[str, dict[str, Any]] = {
        "name": {"name": "window"},
        "smsid": {"smsid": doubt.smsid()},
        "to and date": {"to": ANNA, "delivery_date": FIRST},
    }
    return ways[way]


class TestLostAnswer:
    @pytest.fixture(autouse=True)
    def _scheduled(self, lost: str, doubt: Doubt) -> None:
        doubt.present()
        doubt.later()
        doubt.sandbox.order(path="sms/scheduled/*", **LOST[lost])

    @pytest.mark.parametrize(("way", "lost"), WAYS)
    def test_then_absent_again(self, way: str, doubt: Doubt) -> None:
        first = doubt.absent(**meant(way, doubt))
        doubt.absent(**meant(way, doubt))
        doubt.later()
        result = doubt.absent(**meant(way, doubt))
        assert not result.get("failed"), (first["msg"], result["msg"])
        assert not doubt.pending

    @pytest.mark.parametrize("lost", LOST)
    def test_then_present(self, doubt: Doubt) -> None:
        doubt.absent()
        doubt.present()
        doubt.later()
        doubt.eventually()

    @pytest.mark.parametrize("lost", LOST)
    def test_of_a_move_and_back(self, doubt: Doubt) -> None:
        doubt.present(SECOND)
        doubt.present(FIRST)
        doubt.later()
        doubt.eventually(FIRST)


@pytest.mark.parametrize("lost", [{"status": 500, "accept": True}, {"headers": CUT}], ids=["500", "cut"])
class TestLostAnswerToACancelThatTakesLong:
    """The answer is lost, and the cancel takes effect minutes later, when another run has looked at the list."""

    @pytest.fixture(autouse=True)
    def _late(self, lost: dict[str, Any], doubt: Doubt) -> None:
        doubt.present()
        doubt.later()
        doubt.sandbox.settings(cancel_delay=300)
        doubt.sandbox.order(path="sms/scheduled/*", **lost)

    def assert_mended(self, doubt: Doubt) -> None:
        doubt.later()
        doubt.eventually(FIRST)
        assert doubt.present(FIRST)["changed"] is False

    def test_then_present(self, doubt: Doubt) -> None:
        doubt.absent()
        doubt.sandbox.settings(cancel_delay=0)
        doubt.present()
        self.assert_mended(doubt)

    def test_then_present_while_it_may_still_take_effect(self, doubt: Doubt) -> None:
        doubt.absent()
        doubt.sandbox.settings(cancel_delay=0)
        doubt.later(120)
        doubt.present()
        self.assert_mended(doubt)

    def test_of_a_move_and_back(self, doubt: Doubt) -> None:
        doubt.present(SECOND)
        doubt.sandbox.settings(cancel_delay=0)
        doubt.present(FIRST)
        self.assert_mended(doubt)


@pytest.mark.slow
class TestSuspended:
    """A run moves the messages, and stands still in the middle; after its lease another run moves them back."""

    @pytest.fixture(params=["PostgreSQL", "SQLite"])
    def _ledger(self, request: pytest.FixtureRequest, doubt: Doubt) -> Iterator[None]:
        if request.param == "SQLite":
            yield
            return
        with in_postgresql(doubt, request.getfixturevalue("postgres")):
            yield

    @pytest.mark.usefixtures("_ledger")
    @pytest.mark.parametrize("answer", [False, True], ids=["at its DELETE", "before its claim"])
    def test_between_its_plan_and_its_cancel(self, answer: bool, doubt: Doubt, tmp_path: Path) -> None:
        doubt.present(FIRST)
        doubt.later()
        with SuspendedRun(doubt, tmp_path, "POST" if answer else "DELETE", answer=answer) as suspended:
            if answer:
                doubt.sandbox.order(delay=3)
            suspended.start(**doubt.wanted(SECOND, deadline=WOKEN_WITHIN))
            doubt.later(LEASE)
            other = doubt.present(FIRST)
            late = suspended.wake()
        self.assert_true(late, other, doubt)
        doubt.later()
        doubt.eventually(FIRST)

    @pytest.mark.usefixtures("_ledger")
    def test_at_the_delete_of_an_absent(self, doubt: Doubt, tmp_path: Path) -> None:
        doubt.present(FIRST)
        doubt.later()
        with SuspendedRun(doubt, tmp_path, "DELETE") as suspended:
            suspended.start(state="absent", name="window", deadline=WOKEN_WITHIN)
            doubt.later(LEASE)
            other = doubt.present(FIRST)
            suspended.wake()
        assert other.get("failed") or doubt.true_of_present(FIRST), f"ok, and then cancelled: {other['msg']}"
        doubt.later()
        doubt.eventually(FIRST)

    def test_a_run_that_stood_still_before_its_post_does_not_send(self, doubt: Doubt, tmp_path: Path) -> None:
        """What a run may no longer send, it does not send when it wakes up."""
        doubt.present(FIRST)
        doubt.later()
        with SuspendedRun(doubt, tmp_path, "POST") as suspended:
            suspended.start(**doubt.wanted(SECOND, deadline=WOKEN_WITHIN))
            doubt.later(LEASE)
            other = doubt.present(FIRST)
            late = suspended.wake()
        self.assert_true(late, other, doubt)
        doubt.later()
        doubt.eventually(FIRST)

    def assert_true(self, late: dict[str, Any], other: dict[str, Any], doubt: Doubt) -> None:
        """Assert that no ok of the two is false, and that no two are pending."""
        told = f"late: {late['msg']}; other: {other['msg']}; pending: {doubt.pending}"
        doubt.assert_none_twice(late)
        assert other.get("failed") or doubt.pending == {(ANNA, FIRST): 1}, told
        assert late.get("failed") or doubt.pending == {(ANNA, SECOND): 1}, told


def test_a_lost_answer_is_not_forgotten_after_the_date(doubt: Doubt) -> None:
    """Cancelled with a lost answer, without another look: after the date it was not sent."""
    doubt.present()
    doubt.later()
    doubt.sandbox.order(path="sms/scheduled/*", status=500, accept=True, delay=1)
    task = doubt.desk.start(state="absent", name="window")
    doubt.desk.until(lambda seen: any(request["method"] == "DELETE" for request in seen))
    doubt.desk.hide_list(500, times=3)
    task.wait()
    doubt.sandbox.set_clock(AFTERWARDS)
    doubt.present()
    assert not doubt.delivered


class TestAfterItsDate:
    """A cancel was asked for, its answer was lost, and the date is over: only the message log can tell."""

    @pytest.fixture(autouse=True)
    def _cancelled(self, doubt: Doubt) -> None:
        doubt.present()
        doubt.later()
        doubt.sandbox.order(path="sms/scheduled/*", status=500)
        doubt.absent()

    def test_the_log_shows_that_it_went_out(self, doubt: Doubt) -> None:
        doubt.sandbox.set_clock(AFTERWARDS)
        assert doubt.delivered == {(ANNA, FIRST): 1}
        unknown = doubt.run(**doubt.wanted(), account_timezone=None)
        assert unknown["outcome"] == "unknown", unknown["msg"]
        assert "set account_timezone to have messages whose date is over looked up" in str(unknown["warnings"])
        result = doubt.present()
        assert (result["outcome"], result["changed"]) == ("already_sent", False), result["msg"]
        cancelled = doubt.absent(name="window", fail_if_sent=True)
        assert cancelled["failed"]
        assert cancelled["outcome"] == "already_sent", cancelled["msg"]

    def test_a_log_that_cannot_be_read_decides_nothing(self, doubt: Doubt) -> None:
        doubt.sandbox.set_clock(AFTERWARDS)
        doubt.sandbox.order(path="sms/summary", status=503, times=50)
        result = doubt.absent(name="window", fail_if_sent=True)
        assert result["outcome"] == "unknown", result["msg"]
        assert "the message log could not be read" in str(result["warnings"])

    def test_the_same_text_at_another_time_is_no_proof(self, doubt: Doubt) -> None:
        """It is cancelled elsewhere, and an equal text went out later on the same day."""
        doubt.cancel_elsewhere(doubt.smsid())
        doubt.sandbox.set_clock("2098-03-03T22:00:00Z")
        doubt.run(module="voip_communications.sms.voipsms_send", to=[ANNA], msg=TEXT)
        assert doubt.absent(name="window", fail_if_sent=True)["outcome"] == "unknown"
        assert doubt.present()["outcome"] == "unknown"
