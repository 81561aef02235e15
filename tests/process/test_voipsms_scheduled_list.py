# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the service may do otherwise: no list, another path, pages, another zone, dates that differ, shared smsids."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.voip_communications.sms.tests.support.desk import (
    FIRST,
    SECOND,
    TEXT,
    THIRD,
    ZONE,
    Desk,
    everybody,
    outcomes,
)
from ansible_collections.voip_communications.sms.tests.support.module_names import ACCOUNT_INFO, SCHEDULED_INFO
from ansible_collections.voip_communications.sms.tests.support.people import ANN, ANNA, BEN, BOB, CARA, OURS

SMSID = "2017559ea27008c6b7122900621"
RECORD = {"smsid": SMSID, "from": OURS, "to": ANN, "msg": TEXT, "delivery_date": f"{FIRST}:00"}


@pytest.mark.parametrize("status", [404, 405])
class TestNoList:
    def test_creating_goes_on_and_says_which_option_to_set(self, status: int, desk: Desk) -> None:
        desk.hide_list(status)
        result = desk.want()
        assert (result.get("failed", False), result["outcome"]) == (False, "scheduled")
        assert "scheduled_path" in str(result["warnings"])
        assert str(status) in str(result["warnings"])
        again = desk.want()
        assert (again["changed"], again["outcome"]) == (False, "duplicate")
        assert again["smsids"] == result["smsids"]
        desk.expect(sends=2, cancels=0)

    def test_a_move_is_refused_with_nothing_changed(self, status: int, desk: Desk) -> None:
        desk.want(FIRST)
        desk.hide_list(status)
        for check in (True, False):
            result = desk.want(SECOND, check=check)
            assert (result["failed"], result["changed"], result["results"]) == (True, False, [])
            assert "nothing was changed" in result["msg"]
            assert "scheduled_path" in result["msg"]
        assert desk.waiting == everybody(FIRST)
        desk.expect(sends=2, cancels=0)

    @pytest.mark.parametrize("meant", [{"name": "window"}, {"to": ANNA}, {"delivery_date": FIRST, "msg": TEXT}])
    def test_taking_back_is_refused_with_nothing_changed(self, meant: dict[str, Any], status: int, desk: Desk) -> None:
        desk.want(FIRST)
        desk.hide_list(status)
        result = desk.run(state="absent", **meant)
        assert (result["failed"], result["changed"]) == (True, False)
        assert "nothing was" in result["msg"]
        assert desk.waiting == everybody(FIRST)
        desk.expect(sends=2, cancels=0)

    def test_taking_back_by_smsid_tries_and_says_that_nobody_can_tell(self, status: int, desk: Desk) -> None:
        (smsid,) = desk.want(to=ANNA)["smsids"]
        desk.hide_list(status)
        foretold = desk.run(check=True, state="absent", smsid=smsid)
        assert desk.cancels == 0
        result = desk.run(state="absent", smsid=smsid)
        assert (result["failed"], result["changed"], result["outcome"]) == (True, True, "unknown")
        assert "could not be verified" in result["msg"]
        assert (foretold["failed"], foretold["changed"], foretold["outcome"]) == (True, True, "unknown")
        assert not desk.waiting
        desk.expect(sends=1, cancels=1)

    def test_the_info_module_fails_and_says_so(self, status: int, desk: Desk) -> None:
        desk.hide_list(status)
        result = desk.run(module=SCHEDULED_INFO)
        assert result["failed"] is True
        assert str(status) in result["msg"]
        assert "scheduled_path" in result["msg"]


class TestHalfAList:
    @pytest.mark.parametrize(
        ("body", "sentence"),
        [
            ({"scheduled": [RECORD], "next": "page2"}, "more of it"),
            ({"scheduled": [{**RECORD, "smsid": None}]}, "record 1 of the list of pending messages has"),
            ({"scheduled": [RECORD, {**RECORD, "delivery_date": "soon"}]}, "record 2"),
            ({"scheduled": [{**RECORD, "to": ""}]}, "no usable to"),
            ({"pending": [RECORD]}, "no list"),
            ("<html>", "cannot be understood"),
            ({"error": True, "error_message": "No such endpoint"}, "No such endpoint"),
        ],
    )
    def test_half_a_list_is_not_believed(self, body: object, sentence: str, desk: Desk) -> None:
        desk.want(FIRST)
        desk.service.sandbox.order(path="sms/scheduled", status=200, body=body, times=99)
        for options in (desk.wanted(SECOND), {"state": "absent", "name": "window"}, {"module": SCHEDULED_INFO}):
            result = desk.run(**options)
            assert (result["failed"], result["changed"]) == (True, False)
            assert sentence in result["msg"]
        assert desk.waiting == everybody(FIRST)
        desk.expect(sends=2, cancels=0)

    def test_that_comes_in_pages_is_read_to_its_end(self, desk: Desk) -> None:
        second = {**RECORD, "smsid": "second", "to": BOB}
        for page in ([RECORD], [second], []):
            body = {"scheduled": page, "next": "more" if page else None}
            desk.service.sandbox.order(path="sms/scheduled", status=200, body=body)
        result = desk.run(module=SCHEDULED_INFO)
        assert [message["to"] for message in result["scheduled"]] == [ANNA, BEN]
        assert result["requests"] == 3

    @pytest.mark.parametrize(
        "body", [[RECORD], {"send_log": [RECORD]}, {"sms": [RECORD]}, {"data": [{**RECORD, "to": 12812345678}]}]
    )
    def test_of_another_shape_is_understood(self, body: object, desk: Desk) -> None:
        desk.service.sandbox.order(path="sms/scheduled", status=200, body=body, times=9)
        assert [message["to"] for message in desk.run(module=SCHEDULED_INFO)["scheduled"]] == [ANNA]


class TestAnotherDate:
    """The service answers that it will deliver at another date than was meant."""

    @pytest.fixture(autouse=True)
    def _misread(self, desk: Desk) -> None:
        desk.controller.options["list_grace"] = 1
        desk.service.sandbox.order(record={"delivery_date": f"{THIRD}:00"})

    def test_takes_back_what_was_created_and_fails(self, desk: Desk) -> None:
        result = desk.want(FIRST, to=ANNA)
        assert (result["failed"], outcomes(result)) == (True, [(ANNA, "not_sent")])
        assert THIRD in result["msg"]
        assert "cancelled" in result["msg"]
        assert not desk.waiting
        desk.expect(sends=1, cancels=1)
        assert desk.want(FIRST, to=ANNA)["outcome"] == "scheduled"
        assert desk.waiting == everybody(FIRST, ANNA)
        desk.expect(sends=2, cancels=1)

    def test_is_a_warning_where_the_task_says_so_and_not_posted_again(self, desk: Desk) -> None:
        result = desk.want(FIRST, to=ANNA, on_date_mismatch="warn")
        assert (result.get("failed", False), result["outcome"]) == (False, "scheduled")
        assert THIRD in str(result["warnings"])
        again = desk.want(FIRST, to=ANNA, on_date_mismatch="warn")
        assert (again["changed"], again["outcome"]) == (False, "duplicate")
        desk.expect(sends=1, cancels=0)

    def test_of_a_move_leaves_the_earlier_date(self, desk: Desk) -> None:
        desk.want(FIRST, to=ANNA, on_date_mismatch="warn")  # takes the first answer
        desk.service.sandbox.order(record={"delivery_date": f"{THIRD}:00"})
        result = desk.want(SECOND, to=ANNA)
        assert result["failed"] is True
        assert desk.waiting == everybody(FIRST, ANNA)
        assert desk.want(SECOND, to=ANNA)["outcome"] == "partial"
        assert desk.waiting == everybody(SECOND, ANNA)
        desk.expect(sends=3, cancels=2)


def test_a_list_in_another_zone_is_no_reason_to_do_anything(desk: Desk) -> None:
    """What the ledger knows by its smsid is what it was created as, whatever date the list shows."""
    desk.want(FIRST)
    desk.service.sandbox.settings(zone="Europe/Berlin")
    assert desk.want(FIRST)["outcome"] == "duplicate"
    assert desk.run(module=ACCOUNT_INFO)["account_timezone"] == "Europe/Berlin" != ZONE
    assert desk.want(SECOND)["outcome"] == "partial"
    assert desk.waiting == everybody(SECOND)
    desk.expect(sends=4, cancels=2)


class TestOtherPaths:
    @pytest.fixture(autouse=True)
    def _elsewhere(self, desk: Desk) -> None:
        """Let the list show one message; after the two requests for it, none."""
        order = desk.service.sandbox.order
        order(path="sms/list", status=200, body={"scheduled": [RECORD]})
        order(path="sms/list", status=200, body={"scheduled": []}, times=9)
        order(path="sms/delete/*", status=200, body={"error": False}, times=9)

    def assert_taken_back(self, desk: Desk, result: dict[str, Any], method: str) -> None:
        assert outcomes(result) == [(ANNA, "cancelled")], result["msg"]
        asked = [(request["method"], request["path"]) for request in desk.service.sandbox.requests()]
        look = ("GET", "sms/list")
        assert asked == [look, look, (method, f"sms/delete/{SMSID}"), look]

    @pytest.mark.parametrize("method", ["POST", "GET", "DELETE"])
    def test_other_paths_are_followed(self, method: str, desk: Desk) -> None:
        paths: dict[str, Any] = {
            "scheduled_path": "sms/list",
            "cancel_path": "sms/delete/{smsid}",
            "cancel_method": method,
        }
        self.assert_taken_back(desk, desk.run(state="absent", smsid=[SMSID], **paths), method)

    def test_of_the_environment_are_followed(self, desk: Desk) -> None:
        desk.controller.environment = {
            "VOIPSMS_SCHEDULED_PATH": "sms/list",
            "VOIPSMS_CANCEL_PATH": "sms/delete/{smsid}",
            "VOIPSMS_CANCEL_METHOD": "POST",
            "VOIPSMS_ACCOUNT_TIMEZONE": ZONE,
        }
        meant: dict[str, Any] = {
            "to": ANNA,
            "delivery_date": FIRST.replace(" 12:00", "T18:00:00Z"),
            "account_timezone": None,
        }
        self.assert_taken_back(desk, desk.run(state="absent", **meant), "POST")

    @pytest.mark.parametrize(
        "path", [{"scheduled_path": "http://elsewhere/"}, {"cancel_path": "sms/delete"}, {"scheduled_path": "/sms"}]
    )
    def test_that_cannot_be_are_refused(self, path: dict[str, Any], desk: Desk) -> None:
        result = desk.run(state="absent", smsid=[SMSID], **path)
        assert result["failed"] is True
        assert f"{next(iter(path))} must" in result["msg"]
        assert desk.service.sandbox.requests() == []


class TestSharedSmsid:
    """Another program has scheduled one request for two people, and they share its smsid."""

    @pytest.fixture(autouse=True)
    def _shared(self, desk: Desk) -> None:
        desk.service.sandbox.settings(smsid="per-request")
        records = desk.schedule_elsewhere(ANNA, BEN)
        assert records[0]["smsid"] == records[1]["smsid"]
        desk.service.expect(1)

    def test_is_not_taken_back_for_one_of_them(self, desk: Desk) -> None:
        for check in (True, False):
            result = desk.run(check=check, state="absent", to=ANNA)
            assert (result["failed"], result["changed"]) == (True, False)
            assert BEN in result["msg"]
            assert ANNA not in result["msg"]
            assert "cancel_shared" in result["msg"]
        assert desk.waiting == everybody(FIRST)
        assert desk.cancels == 0

    def test_is_taken_back_where_the_task_says_so(self, desk: Desk) -> None:
        result = desk.run(state="absent", to=ANNA, cancel_shared=True)
        assert result["outcome"] == "cancelled"
        assert not desk.waiting
        assert desk.cancels == 1

    def test_is_taken_back_for_both(self, desk: Desk) -> None:
        result = desk.run(state="absent", to=[ANNA, BEN])
        assert sorted(outcomes(result)) == [(ANNA, "cancelled"), (BEN, "cancelled")]
        assert desk.cancels == 1

    def test_that_a_name_has_adopted_moves_with_all_its_people_only(self, desk: Desk) -> None:
        adopted = desk.want(FIRST, to=ANNA)
        assert (adopted["changed"], adopted["outcome"]) == (False, "duplicate")
        refused = desk.want(SECOND, to=ANNA)
        assert (refused["failed"], refused["changed"]) == (True, False)
        assert BEN in refused["msg"]
        assert desk.waiting == everybody(FIRST)
        both = desk.want(FIRST)
        assert both["outcome"] == "duplicate"
        moved = desk.want(SECOND)
        assert not moved.get("failed"), moved["msg"]
        assert desk.waiting == everybody(SECOND)
        desk.expect(sends=3, cancels=1)


def test_only_what_matches_everything_is_taken_back(desk: Desk) -> None:
    desk.schedule_elsewhere(ANNA, date=FIRST)
    desk.schedule_elsewhere(ANNA, date=SECOND)
    desk.schedule_elsewhere(ANNA, text="Another", date=FIRST)
    desk.schedule_elsewhere(CARA, date=FIRST)
    desk.service.expect(4)
    result = desk.run(state="absent", to=[ANNA, BEN], msg=TEXT, delivery_date=FIRST)
    assert outcomes(result) == [(ANNA, "cancelled")]
    assert desk.waiting == everybody(SECOND, ANNA) + everybody(FIRST, ANNA, CARA)
    again = desk.run(state="absent", to=[ANNA, BEN], msg=TEXT, delivery_date=FIRST)
    assert (again["changed"], again["outcome"]) == (False, "unchanged")
    assert desk.cancels == 1


def test_a_name_that_nobody_knows_is_ok_with_a_warning(desk: Desk) -> None:
    desk.schedule_elsewhere(ANNA)
    desk.service.expect(1)
    result = desk.run(state="absent", name="window")
    assert (result["changed"], result["outcome"]) == (False, "unchanged")
    assert "knows no message of the name 'window'" in str(result["warnings"])
    assert desk.cancels == 0
