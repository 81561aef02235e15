# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Schedule, move and cancel against a list that is late, short, empty or missing: no ok is false, and all is mended."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest

from ansible_collections.voip_communications.sms.tests.support.desk import FIRST, SECOND, TEXT
from ansible_collections.voip_communications.sms.tests.support.doubt import (
    AFTERWARDS,
    AT_ONCE,
    GRACES,
    JUST_BEFORE,
    LONG,
    Doubt,
    names_as_open,
)
from ansible_collections.voip_communications.sms.tests.support.module_names import LEDGER
from ansible_collections.voip_communications.sms.tests.support.people import ANNA
from ansible_collections.voip_communications.sms.tests.support.waiting import until

MODES = pytest.mark.parametrize(
    ("smsid", "records", "msg"),
    [
        pytest.param("per-recipient", "per-message", TEXT, id="one smsid"),
        pytest.param("per-request", "per-segment", LONG, id="one smsid for parts"),
        pytest.param("per-recipient", "per-segment", LONG, id="an smsid for each part"),
    ],
)
PLAYED = pytest.mark.usefixtures("_played")
FOREVER = 999


@pytest.fixture
def _played(doubt: Doubt) -> None:
    """Run every task by ``ansible-playbook``: once for each thing that was seen."""
    doubt.played = True


class TestEmptyLists:
    """The list shows nothing for a while, whatever waits."""

    @MODES
    def test_a_cancelled_message_is_not_taken_for_pending(
        self, smsid: str, records: str, msg: str, doubt: Doubt
    ) -> None:
        doubt.played = msg == TEXT
        doubt.sandbox.settings(smsid=smsid, records=records, empty_lists=FOREVER)
        assert not doubt.present(msg=msg).get("failed")
        doubt.absent()
        doubt.sandbox.settings(empty_lists=0)
        doubt.present(msg=msg)
        doubt.later()
        doubt.eventually(msg=msg)
        assert doubt.present(msg=msg)["changed"] is False

    @PLAYED
    def test_nor_for_sent_after_its_date(self, doubt: Doubt) -> None:
        doubt.sandbox.settings(empty_lists=FOREVER)
        doubt.present()
        doubt.absent()
        doubt.sandbox.settings(empty_lists=0)
        doubt.sandbox.set_clock(AFTERWARDS)
        doubt.present()
        assert not doubt.delivered

    def test_what_was_not_cancelled_is_kept(self, doubt: Doubt) -> None:
        """The service did not do what it was asked, so that the message is the only one, and goes out."""
        doubt.sandbox.settings(empty_lists=FOREVER)
        doubt.present()
        doubt.sandbox.order(path="sms/scheduled/*", status=500)
        result = doubt.absent()
        doubt.assert_failed(result)
        doubt.sandbox.settings(empty_lists=0)
        doubt.present()
        doubt.later()
        doubt.eventually()

    @MODES
    def test_a_present_schedules_nothing_twice(self, smsid: str, records: str, msg: str, doubt: Doubt) -> None:
        # Two empty lists, more than list_grace apart, are no longer a spell, but what the service says.
        doubt.played = msg == TEXT
        doubt.sandbox.settings(smsid=smsid, records=records)
        doubt.present(msg=msg)
        doubt.later()
        for _time in range(2):
            doubt.sandbox.settings(empty_lists=1)
            doubt.present(msg=msg)
        doubt.eventually(msg=msg)

    @PLAYED
    def test_a_move_leaves_no_earlier_message(self, doubt: Doubt) -> None:
        doubt.present(FIRST)
        doubt.later()
        doubt.sandbox.settings(empty_lists=1)
        result = doubt.present(SECOND)
        assert result.get("failed") or doubt.pending == {(ANNA, SECOND): 1}, result["msg"]
        doubt.eventually(SECOND)

    @pytest.mark.parametrize("way", ["name", "smsid", "to and date"])
    def test_an_absent_is_not_ok_with_the_message_pending(self, way: str, doubt: Doubt) -> None:
        doubt.present()
        doubt.later()
        doubt.sandbox.settings(empty_lists=1)
        doubt.absent(**meant(way, doubt))
        doubt.later()
        assert not doubt.absent(**meant(way, doubt)).get("failed")
        assert not doubt.pending

    def test_an_absent_is_not_ok_when_the_look_afterwards_is_empty(self, doubt: Doubt) -> None:
        """The answer to the cancel is an error, and the message is still there."""
        doubt.present()
        doubt.later()
        doubt.sandbox.order(path="sms/scheduled/*", status=500, delay=1.5, times=9)
        task = doubt.desk.start(state="absent", name="window")
        doubt.desk.until(lambda seen: any(request["method"] == "DELETE" for request in seen))
        doubt.sandbox.settings(empty_lists=1)
        result = task.wait().result
        assert result.get("failed"), result["msg"]
        assert doubt.pending == {(ANNA, FIRST): 1}

    def test_what_was_judged_gone_and_is_listed_again_is_surplus(self, doubt: Doubt) -> None:
        """The list is empty for longer than it may be: two are pending for once, until it is seen."""
        doubt.present()
        doubt.later()
        doubt.sandbox.settings(empty_lists=FOREVER)
        for _time in range(2):
            doubt.run(**doubt.wanted())
            doubt.later()
        doubt.sandbox.settings(empty_lists=0)
        results = []
        for _time in range(2):
            results.append(doubt.run(**doubt.wanted()))
            doubt.later()
        assert not results[-1].get("failed"), results[-1]["msg"]
        assert doubt.pending == {(ANNA, FIRST): 1}, results


class TestShownTooLong:
    """The list shows a cancelled message some seconds longer, or the cancel takes effect some seconds later."""

    @pytest.fixture(params=[{"cancelled_shown": 300}, {"cancel_delay": 8}, {"list_lag": 300}], ids=str, autouse=True)
    def _shown(self, request: pytest.FixtureRequest, doubt: Doubt, monkeypatch: pytest.MonkeyPatch) -> None:
        if "cancel_delay" not in request.param:
            # Longer than the list is wrong, however long the test takes on a busy machine.
            monkeypatch.setitem(GRACES, "list_grace", 400)
        doubt.sandbox.settings(**request.param)

    def test_present_absent_present(self, doubt: Doubt) -> None:
        doubt.present()
        if doubt.sandbox.settings()["list_lag"]:
            doubt.later()
        doubt.absent()
        doubt.present()
        doubt.later()
        doubt.eventually()
        assert doubt.pending == {(ANNA, FIRST): 1}

    @PLAYED
    def test_moved_there_and_back(self, doubt: Doubt) -> None:
        for date in (FIRST, SECOND, FIRST):
            doubt.present(date)
        doubt.later()
        doubt.eventually(FIRST)
        assert doubt.pending == {(ANNA, FIRST): 1}

    def test_a_second_absent_does_not_cancel_again(self, doubt: Doubt) -> None:
        doubt.present()
        doubt.absent()
        doubt.absent()
        doubt.later()
        assert not doubt.absent().get("failed")
        assert not doubt.pending


class TestNoList:
    NONE: ClassVar = {"scheduled_path": "sms/none"}

    @pytest.fixture
    def key(self, doubt: Doubt) -> str:
        """Schedule without a list, and cancel by smsid; return the message's key."""
        key = doubt.present(**self.NONE)["key"]
        assert not doubt.present(**self.NONE)["changed"]
        doubt.absent(smsid=doubt.smsid(), **self.NONE)
        assert not doubt.pending
        return str(key)

    @pytest.mark.usefixtures("_played", "key")
    def test_what_was_cancelled_is_not_taken_for_pending(self, doubt: Doubt) -> None:
        doubt.assert_failed(doubt.present(**self.NONE))
        doubt.later()
        doubt.assert_failed(doubt.present(**self.NONE))

    @pytest.mark.parametrize("waits", [False, True])
    def test_a_person_is_the_way_out(self, waits: bool, key: str, doubt: Doubt) -> None:
        doubt.run(**doubt.wanted(**self.NONE))
        if waits:
            doubt.later()
        resolved = doubt.run(module=LEDGER, key=key, to=ANNA, account_timezone=None, **{"as": "cancelled"})
        assert not resolved.get("failed"), resolved["msg"]
        result = doubt.present(**self.NONE)
        assert (result.get("failed", False), result["changed"]) == (False, True), result["msg"]
        assert doubt.pending == {(ANNA, FIRST): 1}

    @pytest.mark.usefixtures("key")
    def test_a_list_that_comes_back_is_the_way_out(self, doubt: Doubt) -> None:
        doubt.later()
        doubt.eventually()


class TestLate:
    @PLAYED
    def test_a_move_ends_when_the_list_has_caught_up(self, doubt: Doubt) -> None:
        """One look that lags leaves no name that fails until the earlier date is over."""
        doubt.sandbox.settings(list_lag=300)
        doubt.present(FIRST)
        doubt.present(SECOND)
        doubt.later()
        doubt.eventually(SECOND)
        assert doubt.pending == {(ANNA, SECOND): 1}
        doubt.later()
        assert doubt.present(SECOND)["changed"] is False

    def test_an_absent_ends_when_the_list_has_caught_up(self, doubt: Doubt) -> None:
        doubt.sandbox.settings(list_lag=300)
        doubt.present(FIRST)
        doubt.absent()
        doubt.later()
        doubt.absent()
        doubt.later()
        result = doubt.absent()
        assert not result.get("failed"), result["msg"]
        assert not doubt.pending

    def test_what_is_never_listed_is_a_warning(self, doubt: Doubt) -> None:
        doubt.sandbox.settings(list_lag=300)
        result = doubt.present()
        assert not result.get("failed")
        assert "does not show what was just accepted" in str(result["warnings"])

    def test_what_was_shown_and_then_gone_is_not_scheduled(self, doubt: Doubt) -> None:
        """The answer is lost, the list shows the new message, and then another program cancels it."""
        doubt.present(FIRST)
        doubt.later()
        doubt.sandbox.order(status=500, accept=True)
        doubt.sandbox.order(path="sms/scheduled/*", delay=2)
        task = doubt.desk.start(**doubt.wanted(SECOND))
        until(lambda: any(request["method"] == "DELETE" for request in doubt.sandbox.requests()))
        doubt.cancel_elsewhere(doubt.smsid())
        result = doubt.judged(task.wait().result, SECOND)
        doubt.assert_failed(result)
        doubt.later()
        doubt.eventually(SECOND)


class TestHiddenBeforeItsDate:
    """The service takes a message off the list minutes before its date, no longer cancels it, and delivers it."""

    @pytest.fixture(autouse=True)
    def _near(self, doubt: Doubt) -> None:
        doubt.present(FIRST)
        doubt.sandbox.settings(hidden_before=600)
        doubt.sandbox.set_clock(JUST_BEFORE)

    @pytest.mark.parametrize("way", ["name", "smsid", "to and date"])
    def test_an_absent_is_not_ok(self, way: str, doubt: Doubt) -> None:
        result = doubt.absent(**meant(way, doubt), fail_if_sent=True)
        doubt.sandbox.set_clock(AFTERWARDS)
        assert doubt.delivered == {(ANNA, FIRST): 1}
        assert result.get("failed"), result["msg"]
        again = doubt.absent(**meant("name", doubt), fail_if_sent=True)
        assert again.get("failed"), again["msg"]

    @PLAYED
    def test_an_absent_that_may_names_it(self, doubt: Doubt) -> None:
        result = doubt.absent()
        assert result.get("failed") or names_as_open(result), result["msg"]

    @PLAYED
    def test_a_present_schedules_no_second_one(self, doubt: Doubt) -> None:
        doubt.present()
        doubt.sandbox.set_clock(AFTERWARDS)
        result = doubt.present()
        assert doubt.delivered == {(ANNA, FIRST): 1}
        assert (result.get("failed", False), result["outcome"]) == (False, "already_sent"), result["msg"]

    def test_a_move_does_not_leave_both_without_a_word(self, doubt: Doubt) -> None:
        result = doubt.present(SECOND)
        assert result.get("failed") or names_as_open(result), f"{result['msg']}; pending: {doubt.pending}"


class TestNearItsDate:
    """The service hides nothing, and the task says so."""

    def test_a_message_near_its_date_is_handled_as_any_other(self, doubt: Doubt) -> None:
        doubt.present(FIRST)
        doubt.sandbox.set_clock(JUST_BEFORE)
        result = doubt.absent(name="window", fail_if_sent=True, **AT_ONCE)
        assert (result.get("failed", False), result["outcome"]) == (False, "cancelled"), result["msg"]
        doubt.sandbox.set_clock(AFTERWARDS)
        assert not doubt.delivered


class TestStrangers:
    @PLAYED
    def test_an_equal_message_is_named_and_left_alone(self, doubt: Doubt) -> None:
        first, second = (doubt.desk.schedule_elsewhere(ANNA)[0]["smsid"] for _time in range(2))
        result = doubt.run(**doubt.wanted())
        assert (result.get("failed", False), result["outcome"]) == (False, "duplicate"), result["msg"]
        assert doubt.pending == {(ANNA, FIRST): 2}
        assert doubt.desk.cancels == 0
        other = second if result["smsids"] == [first] else first
        assert other in str(result.get("warnings")), result
        assert other in str(doubt.run(**doubt.wanted()).get("warnings"))

    def test_one_that_comes_later_is_named_too(self, doubt: Doubt) -> None:
        own = doubt.present()["smsids"]
        (record,) = doubt.desk.schedule_elsewhere(ANNA)
        for check in (True, False):
            result = doubt.desk.run(check=check, **doubt.wanted())
            assert (result["outcome"], result["smsids"]) == ("duplicate", own)
            assert record["smsid"] in str(result.get("warnings")), result
        assert doubt.desk.cancels == 0

    def test_is_not_cancelled_with_the_name(self, doubt: Doubt) -> None:
        own = doubt.present()["smsids"]
        doubt.desk.schedule_elsewhere(ANNA)
        result = doubt.run(state="absent", name="window", **GRACES)
        assert (result["outcome"], result["smsids"]) == ("cancelled", own)
        assert doubt.pending == {(ANNA, FIRST): 1}


def meant(way: str, doubt: Doubt) -> dict[str, Any]:
    """Return the options that say which message an absent means."""
    if way == "smsid":
        return {"smsid": doubt.smsid()}
    return {"name": "window"} if way == "name" else {"to": ANNA, "delivery_date": FIRST}
