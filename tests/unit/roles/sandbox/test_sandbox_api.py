# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls of the API as the contract has them."""

from __future__ import annotations

import re
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.roles.sandbox.files.voipsms_sandbox.api import BASE
from ansible_collections.voip_communications.sms.roles.sandbox.files.voipsms_sandbox.gateway import BULK_SENDER
from ansible_collections.voip_communications.sms.tests.support.people import ANN, ANNA, BOB, OURS
from ansible_collections.voip_communications.sms.tests.support.vendor import FIELDS

# No import from conftest: it is not importable under every runner.
CARL = "4930123456"
NOON = "2026-12-01 12:00"


class TestSend:
    def test_the_record_is_the_documented_one(self, caller: Any) -> None:
        (record,) = caller.send(ANN, "It is a SMS message", delivery_date="2027-10-01 00:00")
        assert {name: type(value) for name, value in record.items()} == FIELDS
        assert list(record) == list(FIELDS)
        smsid = record.pop("smsid")
        assert re.fullmatch(r"2026[0-9a-f]{13}\d{10}", smsid)
        assert record == {
            "code": 200,
            "code_desc": "",
            "from": OURS,
            "to": ANN,
            "country": "US",
            "msg": "It is a SMS message",
            "delivery_date": "2027-10-01 00:00:00",
            "sale": 0.01,
            "type": "BULKSMS",
            "status": "SCHEDULED",
        }

    def test_without_a_date_it_goes_now_in_the_accounts_time(self, caller: Any) -> None:
        (record,) = caller.send(ANN)
        assert (record["status"], record["delivery_date"][:16]) == ("SENT", "2026-12-01 04:00")

    def test_a_date_in_the_past_goes_now(self, caller: Any) -> None:
        (record,) = caller.send(ANN, delivery_date="2010-01-01 13:15")
        assert (record["status"], record["delivery_date"]) == ("SENT", "2010-01-01 13:15:00")

    def test_a_record_for_each_recipient_with_an_smsid_each(self, caller: Any) -> None:
        log = caller.send(f"{ANN}, {CARL},")
        assert [(each["to"], each["country"]) for each in log] == [(ANN, "US"), (CARL, "DE")]
        assert log[0]["smsid"] != log[1]["smsid"]

    def test_a_number_of_no_known_range_has_the_country_of_its_code(self, caller: Any) -> None:
        assert [each["country"] for each in caller.send("12810000000,442071")] == ["US", "GB"]

    def test_with_a_sender_it_is_two_way(self, caller: Any) -> None:
        (record,) = caller.send(ANN, **{"from": "17130000000"})
        assert (record["from"], record["type"]) == ("17130000000", "2WAYSMS")

    def test_the_sender_must_belong_to_the_account_when_it_names_its_numbers(self, caller: Any) -> None:
        caller.control("settings", {"numbers": ["17130000000"]})
        assert caller.send(ANN, **{"from": "17130000000"})
        answer = caller.post("sms/send", {"to": ANN, "msg": "Hello", "from": "17130000001"}).json
        assert answer["error"] is True

    @pytest.mark.parametrize(
        ("text", "segments"), [("x" * 160, 1), ("x" * 161, 2), ("€" * 81, 2), ("ж" * 70, 1), ("😀" * 36, 2)]
    )
    def test_segments_are_counted_and_charged(self, caller: Any, text: str, segments: int) -> None:
        (record,) = caller.send(ANN, text)
        assert record["sale"] == pytest.approx(0.01 * segments)
        assert caller.control("messages")["messages"][0]["segments"] == segments

    def test_multipart_forms_are_taken(self, caller: Any) -> None:
        form = {"to": ANN, "msg": "Größe & + %"}
        answer = caller.post("sms/send", form, content_type="multipart/form-data").json
        assert answer["send_log"][0]["msg"] == "Größe & + %"

    def test_the_last_of_repeated_fields_counts_as_in_php(self, caller: Any) -> None:
        body = f"to={ANN}&msg=one&to={BOB}"
        answer = caller.post("sms/send", body, content_type="application/x-www-form-urlencoded").json
        assert [each["to"] for each in answer["send_log"]] == [BOB]
        assert caller.control("requests")["requests"][0]["repeated"] == ["to"]

    @pytest.mark.parametrize(
        "form",
        [
            {"msg": "Hello"},
            {"to": "", "msg": "Hello"},
            {"to": " , ", "msg": "Hello"},
            {"to": ANN},
            {"to": ANN, "msg": "Hello", "delivery_date": "garbage"},
            {"to": ANN, "msg": "Hello", "from": "Alarm"},
        ],
    )
    def test_refusals_are_the_envelope_with_200(self, caller: Any, form: dict[str, str]) -> None:
        response = caller.post("sms/send", form)
        assert response.status_code == 200
        assert response.json["error"] is True
        assert response.json["error_message"]
        assert caller.states() == []

    def test_ten_thousand_recipients_and_one_request(self, caller: Any) -> None:
        numbers = [str(12810000000 + index) for index in range(10_000)]
        assert [each["to"] for each in caller.send(",".join(numbers))] == numbers

    @pytest.mark.parametrize("code", [400, 402, 404, 429, 500, 599])
    def test_magic_recipients_fail_with_their_code_and_no_other_does(self, caller: Any, code: int) -> None:
        log = caller.send(f"{ANN},15005550{code}")
        assert [each["code"] for each in log] == [200, code]
        assert log[1]["code_desc"].startswith("Sandbox: ")
        assert (log[1]["smsid"], log[1]["sale"], log[1]["status"]) == ("", 0.0, "REFUSED")
        assert caller.states() == ["SENT", "REFUSED"]

    @pytest.mark.parametrize("number", [ANNA, "1281", "abc", "999999999999999", "١٢٨١٢٣٤٥٦٧٨"])
    def test_what_is_no_number_is_refused_by_its_record(self, caller: Any, number: str) -> None:
        assert [each["code"] for each in caller.send(f"{number},{ANN}")] == [400, 200]


class TestModes:
    def test_one_smsid_for_the_request(self, caller: Any) -> None:
        caller.control("settings", {"smsid": "per-request"})
        assert len({each["smsid"] for each in caller.send(f"{ANN},{BOB}")}) == 1
        assert len({each["smsid"] for each in caller.send(ANN) + caller.send(ANN)}) == 2

    def test_a_shared_smsid_cancels_all_that_carry_it(self, caller: Any) -> None:
        caller.control("settings", {"smsid": "per-request"})
        smsid = caller.send(f"{ANN},{BOB}", delivery_date=NOON)[0]["smsid"]
        caller.send(CARL, delivery_date=NOON)
        assert len(caller.delete(f"sms/scheduled/{smsid}").json["cancelled"]) == 2
        assert caller.scheduled() == [CARL]

    def test_a_record_for_each_segment(self, caller: Any) -> None:
        caller.control("settings", {"records": "per-segment"})
        text = "x" * 153 + "y" * 153 + "z"
        log = caller.send(f"{ANN},{BOB}", text)
        assert [(each["to"], len(each["msg"]), each["sale"]) for each in log] == [
            (number, size, 0.01) for number in (ANN, BOB) for size in (153, 153, 1)
        ]
        assert "".join(each["msg"] for each in log[:3]) == text
        assert len({each["smsid"] for each in log}) == 6
        assert [each["part"] for each in caller.control("messages")["messages"]] == [1, 2, 3, 1, 2, 3]

    def test_the_parts_of_a_text_are_refused_together(self, caller: Any) -> None:
        caller.control("settings", {"records": "per-segment"})
        assert [each["code"] for each in caller.send("15005550404", "x" * 200)] == [404, 404]


class TestScheduled:
    def test_earliest_first_and_only_what_waits(self, caller: Any) -> None:
        caller.send(ANN, delivery_date="2026-12-01 13:00")
        caller.send(BOB, delivery_date=NOON)
        caller.send(CARL)
        assert caller.scheduled() == [BOB, ANN]

    def test_records_are_those_of_the_send(self, caller: Any) -> None:
        log = caller.send(f"{ANN},{BOB}", delivery_date=NOON)
        assert caller.get("sms/scheduled").json == {"scheduled": log}

    def test_goes_out_when_the_clock_passes(self, caller: Any) -> None:
        caller.send(ANN, delivery_date=NOON)
        caller.control("clock", {"set": "2026-12-01T17:59:50Z"})
        assert caller.states() == ["PENDING"]
        caller.control("clock", {"advance": 10})
        assert caller.states() == ["SENT"]
        assert caller.scheduled() == []
        assert caller.control("messages")["messages"][0]["state_at"] == "2026-12-01T18:00:00Z"

    def test_cancelled_messages_stay_at_home(self, caller: Any) -> None:
        (record,) = caller.send(ANN, delivery_date=NOON)
        answer = caller.delete(f"sms/scheduled/{record['smsid']}").json
        assert (answer["error"], answer["cancelled"][0]["status"]) == (False, "CANCELLED")
        caller.control("clock", {"advance": 86400})
        assert caller.states() == ["CANCELLED"]

    def test_unknown_sent_and_cancelled_cannot_be_cancelled(self, caller: Any) -> None:
        (sent,) = caller.send(ANN)
        (taken,) = caller.send(ANN, delivery_date=NOON)
        caller.delete(f"sms/scheduled/{taken['smsid']}")
        for smsid in ("nothing", sent["smsid"], taken["smsid"]):
            response = caller.delete(f"sms/scheduled/{smsid}")
            assert (response.status_code, response.json["error"]) == (200, True)

    def test_refused_ones_cannot_be_cancelled_by_their_empty_smsid(self, caller: Any) -> None:
        caller.send("15005550404", delivery_date=NOON)
        assert caller.delete("sms/scheduled/").status_code == 404


class TestCredit:
    def test_accepted_until_the_credit_is_out(self, caller: Any) -> None:
        caller.control("settings", {"balance": 0.02})
        assert [each["code"] for each in caller.send(f"{ANN},{BOB},{CARL}")] == [200, 200, 402]
        assert caller.control("settings")["balance"] == 0

    def test_a_scheduled_message_is_charged_when_it_goes_out(self, caller: Any) -> None:
        caller.control("settings", {"balance": 0.01})
        caller.send(f"{ANN},{BOB}", delivery_date=NOON)
        assert caller.control("settings")["balance"] == 0.01
        caller.control("clock", {"advance": 86400})
        assert caller.states() == ["SENT", "REFUSED"]

    def test_a_long_text_is_never_half_refused(self, caller: Any) -> None:
        caller.control("settings", {"balance": 0.01, "records": "per-segment"})
        assert [each["code"] for each in caller.send(ANN, "x" * 200)] == [402, 402]


class TestLog:
    def test_records_as_observed(self, caller: Any) -> None:
        caller.send(ANN, "Hello", **{"from": "17130000000"})
        answer = caller.post("sms/summary", {"page": "0"}).json
        assert answer["error"] is False
        (record,) = answer["summary"]
        assert record.pop("sms_status_date").startswith("2026-12-01 04:00:")
        assert record == {
            "sms_id": "1",
            "sms_country": "US",
            "sms_sale": "0.0100",
            "sms_inout": "OUT",
            "sms_type": "2WAYSMS",
            "sms_internal": "17130000000",
            "sms_external": ANN,
            "sms_msg": "Hello",
            "sms_status": "SENT",
        }

    def test_newest_first_in_pages_that_end_empty(self, caller: Any) -> None:
        for index in range(12):
            caller.send(ANN, str(index))
        pages = [caller.post("sms/summary", {"page": str(page)}).json["summary"] for page in range(3)]
        assert [[int(each["sms_msg"]) for each in page] for page in pages] == [list(range(11, 1, -1)), [1, 0], []]

    def test_holds_all_but_the_refused(self, caller: Any) -> None:
        caller.send(f"{ANN},15005550404")
        caller.send(BOB, delivery_date=NOON)
        caller.delete(f"sms/scheduled/{caller.send(CARL, delivery_date=NOON)[0]['smsid']}")
        summary = caller.post("sms/summary").json["summary"]
        assert [each["sms_status"] for each in summary] == ["CANCELLED", "SCHEDULED", "SENT"]

    def test_a_conversation_has_both_sides(self, caller: Any) -> None:
        caller.send(ANN, "How are you?", **{"from": "17130000000"})
        caller.send(BOB, "Not for Anna", **{"from": "17130000000"})
        caller.control("messages", {"from": ANN, "to": "17130000000", "msg": "Well"})
        answer = caller.post("sms/chat", {"internal": "17130000000", "external": ANN, "page": "0"}).json
        assert set(answer) == {"chat"}
        assert [(each["sms_inout"], each["sms_msg"]) for each in answer["chat"]] == [
            ("IN", "Well"),
            ("OUT", "How are you?"),
        ]
        assert set(answer["chat"][0]) == {"sms_id", "sms_inout", "sms_msg", "sms_status_date"}
        assert caller.post("sms/summary").json["summary"][0]["sms_inout"] == "IN"

    def test_a_conversation_needs_both_numbers(self, caller: Any) -> None:
        assert caller.post("sms/chat", {"internal": BULK_SENDER}).json["error"] is True


class TestAccount:
    def test_the_user_as_observed_with_the_secrets_in_it(self, caller: Any) -> None:
        answer = caller.get("cms/user").json
        assert (answer["error"], answer["endpoint"]) == (False, "cms/user")
        assert answer["user"]["user_timezone"] == "America/Chicago"
        assert "user_balance_warning" in answer["user"]
        assert "canary-password" in answer["user"].values()

    @pytest.mark.parametrize(
        "auth", [None, ("key", "wrong"), ("wrong", "canary-password"), ("key", ""), ("", ""), ("kéy", "pässword")]
    )
    @pytest.mark.parametrize("path", ["cms/user", "sms/scheduled", "nowhere"])
    def test_every_call_wants_the_credentials(self, caller: Any, path: str, auth: Any) -> None:
        response = caller.get(path, auth=auth)
        assert response.status_code == 401
        assert response.json["error"] is True
        assert response.headers["WWW-Authenticate"].startswith("Basic")

    def test_nothing_is_sent_without_them(self, caller: Any) -> None:
        assert caller.post("sms/send", {"to": ANN, "msg": "Hello"}, auth=("key", "wrong")).status_code == 401
        assert caller.post("sms/send", {"to": ANN, "msg": "Hello"}, auth=None).status_code == 401
        assert caller.states() == []

    def test_another_scheme_is_none(self, caller: Any) -> None:
        response = caller.get("cms/user", auth=None, headers={"Authorization": "Bearer canary-password"})
        assert response.status_code == 401

    def test_what_is_not_served_says_so_in_json(self, caller: Any) -> None:
        assert caller.get("sms/send").status_code == 405
        assert caller.get("sms/nothing").json == {
            "error": True,
            "error_message": f"Not Found (GET {BASE}sms/nothing)",
        }
