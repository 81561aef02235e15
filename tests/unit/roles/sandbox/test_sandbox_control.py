# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control API: what came in, the clock, settings, ordered answers."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.roles.sandbox.files.voipsms_sandbox.state import State
from ansible_collections.voip_communications.sms.tests.support.people import ANN, ANNA, BOB

SEND = {"to": ANN, "msg": "Hello"}


class TestRequests:
    def test_all_in_order_with_form_and_status(self, caller: Any) -> None:
        caller.post("sms/send", SEND)
        caller.get("sms/scheduled", auth=("key", "wrong"))
        caller.delete("sms/scheduled/1")
        caller.client.get("/elsewhere")
        noted = caller.control("requests")["requests"]
        assert [
            (each["number"], each["method"], each["path"], each["status"], each["authorized"]) for each in noted
        ] == [
            (1, "POST", "sms/send", 200, True),
            (2, "GET", "sms/scheduled", 401, False),
            (3, "DELETE", "sms/scheduled/1", 200, True),
            (4, "GET", "/elsewhere", 404, False),
        ]
        assert noted[0]["form"] == SEND
        assert noted[0]["content_type"] == "application/x-www-form-urlencoded"
        assert noted[0]["clock"].startswith("2026-12-01T10:00:0")

    def test_never_the_credentials(self, caller: Any) -> None:
        caller.get("cms/user")
        caller.get("cms/user", headers={"Cookie": "canary-password", "Proxy-Authorization": "canary-password"})
        noted = json.dumps(caller.control("requests"))
        for secret in ("canary-password", base64.b64encode(b"key:canary-password").decode()):
            assert secret not in noted

    def test_its_own_calls_are_not_noted(self, caller: Any) -> None:
        caller.control("settings", {"latency": 0})
        assert caller.control("requests") == {"requests": []}

    def test_a_message_says_which_one_it_came_with(self, caller: Any) -> None:
        caller.get("sms/scheduled")
        caller.send(f"{ANN},{BOB}")
        caller.send(ANN, delivery_date="2026-12-24 10:00")
        caller.control("messages", {"from": ANN, "to": BOB, "msg": "Hello?"})
        messages = caller.control("messages")["messages"]
        assert [each["request"] for each in messages] == [2, 2, 3, None]
        assert [each["accepted_at"][:16] for each in messages] == ["2026-12-01T10:00"] * 4


class TestClock:
    def test_runs_from_where_it_was_set(self, caller: Any) -> None:
        answer = caller.control("clock", {"set": "2027-07-01T12:00:00+02:00"})
        assert answer["now"].startswith("2027-07-01T10:00:00")
        assert answer["account"].startswith("2027-07-01 05:00:00")
        assert answer["zone"] == "America/Chicago"
        assert caller.control("clock", {"advance": "3600"})["now"].startswith("2027-07-01T11:00:0")

    @pytest.mark.parametrize(
        "wish",
        [
            {},
            {"set": "2027-07-01T12:00:00Z", "advance": 1},
            {"set": "2027-07-01 12:00"},
            {"set": None},
            {"advance": "soon"},
            {"advance": True},
            {"advance": 1e300},
            {"advance": float("nan")},
            {"forward": 1},
            [],
            "tomorrow",
        ],
    )
    def test_refuses_what_it_cannot_read_and_stays(self, caller: Any, wish: Any) -> None:
        assert caller.refused("clock", wish)
        assert caller.control("clock")["now"].startswith("2026-12-01T10:00:0")

    def test_what_went_out_stays_out_when_it_is_set_back(self, caller: Any) -> None:
        caller.send(ANN, delivery_date="2026-12-01 12:00")
        caller.control("clock", {"advance": 86400})
        caller.control("clock", {"advance": -86400})
        assert caller.states() == ["SENT"]

    def test_the_last_hour_of_the_calendar_is_survived(self, caller: Any) -> None:
        caller.control("clock", {"set": "9999-12-31T23:59:59.999999Z"})
        assert caller.control("clock")["now"].startswith("9999-12-31T23:59:59")
        assert caller.send(ANN)

    def test_is_set_with_the_content_type_of_json_alone(self, caller: Any) -> None:
        assert caller.client.post("/sandbox/clock", data='{"advance": 60}').status_code == 415
        kind = "application/json; charset=utf-8"
        assert caller.client.post("/sandbox/clock", data='{"advance": 60}', content_type=kind).status_code == 200


class TestSettings:
    def test_changed_and_shown(self, caller: Any) -> None:
        wanted = {
            "smsid": "per-request",
            "records": "per-segment",
            "zone": "Europe/Berlin",
            "latency": 0.0,
            "balance": 5.5,
            "price": 0.02,
            "page_size": 3,
            "numbers": ["17130000000"],
            "names": {ANN: "anna"},
            "list_lag": 10.0,
            "cancelled_shown": 5.0,
            "hidden_before": 900.0,
            "cancel_delay": 3.5,
            "empty_lists": 0,
            "log_order": "oldest",
            "incoming_lag": 2.5,
        }
        assert caller.control("settings", wanted) == wanted
        assert caller.control("settings") == wanted
        assert caller.send(ANN)[0]["delivery_date"].startswith("2026-12-01 11:00:")
        assert caller.control("settings", {"balance": None})["balance"] is None

    def test_a_reset_keeps_the_names_of_people(self, caller: Any) -> None:
        assert caller.control("settings", {"names": {ANNA: "anna"}})["names"] == {ANN: "anna"}
        assert caller.control("reset", {})["settings"]["names"] == {ANN: "anna"}

    @pytest.mark.parametrize(
        ("wish", "word"),
        [
            ({"smsid": "both"}, "per-recipient or per-request"),
            ({"log_order": "any"}, "newest or oldest"),
            ({"incoming_lag": -1}, "negative"),
            ({"records": ["per-message"]}, "per-message or per-segment"),
            ({"zone": "Mars/Olympus"}, "time zone"),
            ({"latency": -1}, "negative"),
            ({"latency": "inf"}, "number"),
            ({"balance": "much"}, "number"),
            ({"page_size": 0}, "whole number"),
            ({"page_size": 1.5}, "whole number"),
            ({"empty_lists": 1.5}, "whole number from 0 up"),
            ({"numbers": "17130000000"}, "list"),
            ({"names": ["anna"]}, "names by phone numbers"),
            ({"names": {"anna": ANN}}, "names by phone numbers"),
            ({"names": {ANN: " "}}, "names by phone numbers"),
            ({"colour": "red"}, "no setting 'colour'"),
        ],
    )
    def test_a_wrong_one_is_refused_and_nothing_changes(self, caller: Any, wish: dict[str, Any], word: str) -> None:
        before = caller.control("settings")
        assert word in caller.refused("settings", {"price": 7, **wish})
        assert caller.control("settings") == before

    def test_latency_comes_after_the_message_was_taken(
        self, caller: Any, state: State, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        slept: list[tuple[float, int]] = []
        monkeypatch.setattr("time.sleep", lambda seconds: slept.append((seconds, len(state.gateway.messages))))
        caller.control("settings", {"latency": 2.5})
        caller.control("answers", {"delay": 10, "accept": True})
        caller.send(ANN)
        caller.send(ANN)
        assert slept == [(12.5, 1), (2.5, 2)]


class TestAnswers:
    def test_a_status_and_a_body_once(self, caller: Any) -> None:
        caller.control("answers", {"status": 502, "body": "<html>Bad", "headers": {"Content-Type": "text/html"}})
        response = caller.post("sms/send", SEND)
        assert (response.status_code, response.text, response.content_type) == (502, "<html>Bad", "text/html")
        assert caller.states() == []
        assert caller.control("answers") == {"answers": []}
        assert caller.send(ANN)

    def test_the_true_statuses_are_noted(self, caller: Any) -> None:
        caller.control("answers", {"status": 429, "headers": {"Retry-After": "1"}})
        assert caller.post("sms/send", SEND).headers["Retry-After"] == "1"
        assert caller.control("requests")["requests"][0]["status"] == 429

    def test_accepted_all_the_same(self, caller: Any) -> None:
        caller.control("answers", {"status": 500, "body": "", "accept": True})
        response = caller.post("sms/send", SEND)
        assert (response.status_code, response.text) == (500, "")
        assert caller.states() == ["SENT"]

    def test_a_body_of_any_shape(self, caller: Any) -> None:
        bodies: tuple[Any, ...] = ([], {"send_log": "none"}, 7, "nonsense{")
        for body in bodies:
            caller.control("answers", {"body": body})
        texts = [caller.post("sms/send", SEND).text for _time in range(4)]
        assert [json.loads(text) for text in texts[:3]] == [[], {"send_log": "none"}, 7]
        assert texts[3] == "nonsense{"

    def test_fields_of_every_record(self, caller: Any) -> None:
        caller.control("answers", {"record": {"code": "200", "smsid": None, "extra": [1]}})
        log = caller.send(f"{ANN},{BOB}")
        assert [(each["code"], each["extra"], "smsid" in each) for each in log] == [("200", [1], False)] * 2
        assert caller.states() == ["SENT", "SENT"]

    def test_as_often_as_ordered_and_oldest_first(self, caller: Any) -> None:
        caller.control("answers", {"times": 2, "status": 503})
        caller.control("answers", {"status": 504})
        assert [caller.post("sms/send", SEND).status_code for _time in range(4)] == [503, 503, 504, 200]

    def test_only_for_its_path(self, caller: Any) -> None:
        caller.control("answers", {"path": "sms/scheduled/*", "status": 404})
        assert caller.get("sms/scheduled").status_code == 200
        assert caller.delete("sms/scheduled/7").status_code == 404

    def test_wrong_credentials_use_up_none(self, caller: Any) -> None:
        caller.control("answers", {"status": 503})
        assert caller.post("sms/send", SEND, auth=("key", "wrong")).status_code == 401
        assert caller.post("sms/send", SEND).status_code == 503

    @pytest.mark.parametrize(
        ("wish", "word"),
        [
            ({"times": 0}, "times"),
            ({"status": 99}, "status"),
            ({"status": "gone"}, "status"),
            ({"path": ""}, "path"),
            ({"accept": "yes"}, "accept"),
            ({"record": []}, "record"),
            ({"record": {"code": 1}, "body": "x"}, "record"),
            ({"record": {"code": 1}, "accept": False}, "record"),
            ({"headers": {"X": "a\r\nY: b"}}, "headers"),
            ({"headers": {"X": 1}}, "headers"),
            ({"delay": -1}, "delay"),
            ({"colour": "red"}, "colour"),
        ],
    )
    def test_an_impossible_order_is_refused(self, caller: Any, wish: dict[str, Any], word: str) -> None:
        assert word in caller.refused("answers", wish)
        assert caller.control("answers") == {"answers": []}


class TestReset:
    def test_back_to_the_start(self, caller: Any) -> None:
        caller.send(ANN)
        caller.control("settings", {"zone": "Europe/Berlin"})
        caller.control("clock", {"advance": 86400})
        caller.control("answers", {"status": 503})
        caller.control("reset", {})
        assert caller.control("messages") == {"messages": []}
        assert caller.control("requests") == {"requests": []}
        assert caller.control("answers") == {"answers": []}
        assert caller.control("settings")["zone"] == "America/Chicago"
        assert caller.control("clock")["now"].startswith("2026-12-01T10:00:0")

    def test_a_message_to_the_account_is_of_its_phone_with_a_plus_or_without(self, caller: Any) -> None:
        for plus in ("", "+"):
            caller.control("messages", {"from": f"{plus}{ANN}", "to": f"{plus}17130000000", "msg": "Well"})
        parties = {(sms["from"], sms["to"]) for sms in caller.control("messages")["messages"]}
        assert parties == {(ANN, "17130000000")}

    def test_a_message_to_the_account_needs_all_fields(self, caller: Any) -> None:
        assert "'msg'" in caller.refused("messages", {"from": ANN, "to": "17130000000"})


@pytest.mark.parametrize("depth", [101, 990, 100_000])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"x":', "}")], ids=["lists", "objects"])
@pytest.mark.parametrize("call", ["answers", "settings", "clock", "messages"])
def test_json_nested_without_end_is_refused(caller: Any, call: str, opening: str, closing: str, depth: int) -> None:
    for end in (closing * depth, ""):
        text = f'{{"body": {opening * depth}1{end}}}'
        response = caller.client.post(f"/sandbox/{call}", data=text, content_type="application/json")
        assert response.status_code == 400, response.text
        assert response.json["error"] is True
    assert caller.control("answers") == {"answers": []}
