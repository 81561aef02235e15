# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page's files, its events, and whom the sandbox answers; tests/process/pages opens it in a browser."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.roles.sandbox.files.voipsms_sandbox.feed import Feed
from ansible_collections.voip_communications.sms.roles.sandbox.files.voipsms_sandbox.state import State
from ansible_collections.voip_communications.sms.tests.support.people import ANN, BOB

FILES = Path(__file__).absolute().parents[4] / "roles" / "sandbox" / "files" / "voipsms_sandbox" / "assets"
OWN = "http://localhost"
ELSEWHERE = "This sandbox does not answer to other web sites"


class TestFiles:
    def test_all_that_the_page_names_are_served_and_nothing_else(self, caller: Any) -> None:
        page = caller.client.get("/")
        assert page.content_type == "text/html; charset=utf-8"
        named = re.findall(r'(?:src|href)="(/[^"]*)"', page.text)
        for path in FILES.glob("*.js"):
            named += [f"/sandbox/page/{name}" for name in re.findall(r'from "./(.+)";', path.read_text("utf-8"))]
        types = {name: caller.client.get(name).content_type for name in named}
        endings = {"js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8", "svg": "image/svg+xml"}
        assert types == {name: endings[name.rpartition(".")[2]] for name in named}
        assert {Path(name).name for name in named} == {path.name for path in FILES.iterdir()} - {"index.html"}

    @pytest.mark.parametrize("name", ["app.py", "../app.py", "..%2fapp.py", "%2fetc%2fpasswd", "none.js", ""])
    def test_no_other_file(self, caller: Any, name: str) -> None:
        assert caller.client.get(f"/sandbox/page/{name}").status_code == 404

    def test_nothing_is_written_in_the_page_that_the_policy_forbids(self) -> None:
        page = (FILES / "index.html").read_text("utf-8")
        assert re.findall(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", page) == []

    def test_no_text_becomes_markup_and_nothing_comes_from_elsewhere(self) -> None:
        markup = "innerHTML|outerHTML|insertAdjacentHTML|document.write|DOMParser|createContextualFragment|eval\\("
        for path in FILES.iterdir():
            text = path.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
            assert re.findall(f"{markup}|https?://|url\\(|@import", text) == [], path.name

    @pytest.mark.parametrize("path", ["/", "/sandbox/page/main.js", "/sandbox/messages", "/sandbox/events"])
    def test_headers(self, caller: Any, path: str) -> None:
        headers = caller.client.get(path).headers
        policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
        assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
        assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"

    def test_the_calls_of_the_vendor_have_none_of_these(self, caller: Any) -> None:
        assert "Content-Security-Policy" not in caller.get("cms/user").headers

    def test_looking_is_not_noted(self, caller: Any) -> None:
        caller.client.get("/")
        caller.client.get("/sandbox/page/style.css")
        assert caller.control("requests") == {"requests": []}
        assert caller.client.post("/").status_code == 405
        assert [each["path"] for each in caller.control("requests")["requests"]] == ["/"]


class TestStrangers:
    @pytest.mark.parametrize("path", ["/", "/sandbox/messages", "/sandbox/events", "/api-v2/index.php/sms/scheduled"])
    @pytest.mark.parametrize(
        "host", ["attacker.example", "attacker.example:8025", "127.0.0.1.attacker.example", "10.0.0.1"]
    )
    def test_a_name_that_points_here(self, caller: Any, path: str, host: str) -> None:
        response = caller.client.get(path, headers={"Host": host}, auth=("key", "canary-password"))
        assert response.status_code == 403
        assert response.json["error_message"].startswith("This sandbox answers to 127.0.0.1 and localhost only")

    @pytest.mark.parametrize(
        "host", ["127.0.0.1", "127.0.0.1:8025", "localhost:8025", "[::1]:8025", "LOCALHOST", "127.9.9.9"]
    )
    def test_this_machine_by_its_names(self, caller: Any, host: str) -> None:
        assert caller.client.get("/sandbox/messages", headers={"Host": host}).status_code == 200

    @pytest.mark.parametrize(
        "origin", ["https://attacker.example", "null", "http://localhost:3000", "http://127.0.0.1", "", "["]
    )
    def test_a_page_elsewhere_cannot_reset(self, caller: Any, origin: str) -> None:
        caller.send(ANN)
        response = caller.client.post("/sandbox/reset", data="{}", headers={"Origin": origin})
        assert (response.status_code, response.json["error_message"]) == (403, ELSEWHERE)
        assert caller.states() == ["SENT"]

    @pytest.mark.parametrize("site", ["cross-site", "same-site"])
    @pytest.mark.parametrize("mode", ["no-cors", "cors", "websocket", None])
    def test_a_page_elsewhere_cannot_read(self, caller: Any, site: str, mode: str | None) -> None:
        headers = {"Sec-Fetch-Site": site, **({"Sec-Fetch-Mode": mode} if mode else {})}
        for path in ("/sandbox/messages", "/sandbox/events", "/sandbox/page/main.js"):
            assert caller.client.get(path, headers=headers).status_code == 403

    def test_a_page_elsewhere_may_link_to_it(self, caller: Any) -> None:
        headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
        assert caller.client.get("/", headers=headers).status_code == 200

    def test_the_page_itself_may(self, caller: Any) -> None:
        headers = {"Origin": OWN, "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}
        assert caller.client.post("/sandbox/reset", json={}, headers=headers).status_code == 200

    @pytest.mark.parametrize(
        "headers",
        [
            {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"},
            {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "navigate"},
            {"Referer": "https://attacker.example/page"},
            {"Referer": "http://[attacker"},
            {"Origin": "http://[attacker"},
        ],
        ids=str,
    )
    @pytest.mark.parametrize("path", ["/sandbox/reset", "/sandbox/clock", "/api-v2/index.php/sms/send"])
    def test_a_form_elsewhere_sends_nothing(self, caller: Any, path: str, headers: dict[str, str]) -> None:
        """A browser navigates to the target of a form, and an old one does so without Origin."""
        caller.send(ANN)
        form = {"to": ANN, "msg": "x"}
        response = caller.client.post(path, data=form, headers=headers, auth=("key", "canary-password"))
        assert (response.status_code, response.json["error_message"]) == (403, ELSEWHERE)
        assert caller.states() == ["SENT"]

    @pytest.mark.parametrize(
        "kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", ""]
    )
    def test_the_control_api_takes_nothing_that_a_form_can_send(self, caller: Any, kind: str) -> None:
        caller.send(ANN)
        response = caller.client.post("/sandbox/reset", data='{"x": "="}', headers={"Content-Type": kind})
        assert response.status_code == 415
        assert response.json["error_message"].startswith("Send JSON to the control API")
        assert caller.states() == ["SENT"]
        assert caller.client.post("/sandbox/reset").status_code == 200

    def test_who_is_refused_uses_up_no_order_and_is_not_noted(self, caller: Any) -> None:
        caller.control("answers", {"status": 503})
        caller.post("sms/send", {"to": ANN, "msg": "x"}, headers={"Origin": "http://attacker.example"})
        assert len(caller.control("answers")["answers"]) == 1
        assert caller.control("requests") == {"requests": []}


@pytest.fixture
def feed(state: State) -> Feed:
    feed = Feed(state, heartbeat=0.01)
    feed.news()
    return feed


class TestNews:
    def test_everything_at_first(self, caller: Any, state: State) -> None:
        caller.send(ANN)
        caller.control("answers", {"status": 503})
        news = Feed(state).news()
        assert news["full"] is True
        assert [each["to"] for each in news["messages"]] == [ANN]
        assert [each["path"] for each in news["requests"]] == ["sms/send"]
        assert news["clock"]["now"].startswith("2026-12-01T10:00:0")
        assert (news["clock"]["zone"], news["settings"]["price"]) == ("America/Chicago", 0.01)
        assert [each["status"] for each in news["answers"]] == [503]

    def test_nothing_when_nothing_changed(self, caller: Any, feed: Feed) -> None:
        caller.control("messages")
        assert feed.news() == {}

    def test_what_is_new_and_no_more(self, caller: Any, feed: Feed) -> None:
        caller.send(ANN)
        feed.news()
        caller.send(BOB)
        news = feed.news()
        assert (news["full"], [each["to"] for each in news["messages"]]) == (False, [BOB])
        assert [each["number"] for each in news["requests"]] == [2]
        assert "clock" not in news

    def test_what_has_changed(self, caller: Any, state: State, feed: Feed) -> None:
        caller.send(ANN, delivery_date="2026-12-01 12:00")
        caller.send(BOB, delivery_date="2026-12-02 12:00")
        feed.news()
        caller.control("clock", {"set": "2026-12-01T18:00:00Z"})
        with state.read():
            news = feed.news()
        assert [(each["to"], each["state"]) for each in news["messages"]] == [(ANN, "SENT")]
        assert news["clock"]["now"].startswith("2026-12-01T18:00:00")

    def test_all_anew_after_a_reset(self, caller: Any, feed: Feed) -> None:
        caller.send(ANN)
        feed.news()
        caller.control("reset", {})
        news = feed.news()
        assert news["full"] is True
        assert "messages" not in news

    def test_of_a_request_neither_form_nor_headers(self, caller: Any, feed: Feed) -> None:
        caller.send(ANN)
        names = {"number", "method", "path", "status", "authorized", "clock"}
        assert [set(each) for each in feed.news()["requests"]] == [names]


class TestEvents:
    def stream(self, caller: Any) -> Iterator[str]:
        response = caller.client.get("/sandbox/events", buffered=False)
        assert response.content_type.startswith("text/event-stream")
        return (part.decode() for part in response.response)

    def test_begin_with_all_there_is(self, caller: Any) -> None:
        caller.send(ANN, msg="two\nlines \u2028 <b>")
        stream = self.stream(caller)
        assert next(stream) == "retry: 1000\n\n"
        event = next(stream)
        assert event.startswith("event: change\ndata: ")
        assert event.count("\n") == 3
        data = json.loads(event.split("data: ", 1)[1])
        assert data["messages"][0]["msg"] == "two\nlines \u2028 <b>"

    def test_go_on_with_what_happens(self, caller: Any) -> None:
        stream = self.stream(caller)
        next(stream), next(stream)
        caller.send(ANN)
        assert '"SENT"' in next(stream)

    def test_a_sign_of_life(self, feed: Feed) -> None:
        events = feed.events()
        next(events)
        assert next(events) == ": still here\n\n"

    def test_what_becomes_due_is_told_when_it_is(self, caller: Any, state: State) -> None:
        caller.send(ANN, delivery_date="2026-12-01 12:00")
        feed = Feed(state, heartbeat=3600.0)
        events = feed.events()
        next(events), next(events)
        caller.control("clock", {"set": "2026-12-01T17:59:59.500Z"})
        assert '"clock"' in next(events)
        assert '"SENT"' in next(events)


class TestOneRequest:
    def test_has_form_headers_and_answer(self, caller: Any) -> None:
        caller.send(ANN)
        request = caller.control("requests/1")
        assert request["form"] == {"to": ANN, "msg": "Hello"}
        assert request["headers"]["Content-Type"] == "application/x-www-form-urlencoded"
        assert json.loads(request["answer"])["send_log"][0]["to"] == ANN

    def test_has_the_answer_that_was_ordered(self, caller: Any) -> None:
        caller.control("answers", {"status": 502, "body": "<b>no"})
        caller.post("sms/send", {"to": ANN, "msg": "x"})
        request = caller.control("requests/1")
        assert (request["status"], request["answer"]) == (502, "<b>no")

    def test_shows_no_credentials(self, caller: Any) -> None:
        caller.get("cms/user", headers={"X-Api-Key": "canary-password"})
        caller.post("sms/send", {"to": ANN, "msg": "x", "api_password": "canary-password", "token": "canary-password"})
        shown = json.dumps([caller.control("requests/1"), caller.control("requests/2"), caller.control("requests")])
        for secret in ("canary-password", base64.b64encode(b"key:canary-password").decode(), 'user_api_key\\": \\"key'):
            assert secret not in shown
        assert caller.control("requests/2")["form"]["api_password"] == "(hidden)"
        assert "user_timezone" in caller.control("requests/1")["answer"]

    def test_a_long_answer_is_cut(self, caller: Any) -> None:
        caller.control("answers", {"body": "x" * 100_000})
        caller.post("sms/send", {"to": ANN, "msg": "x"})
        answer = caller.control("requests/1")["answer"]
        assert len(answer) < 33_000
        assert answer.endswith("… (100000 characters)")

    def test_there_is_none(self, caller: Any) -> None:
        response = caller.client.get("/sandbox/requests/7")
        assert (response.status_code, response.json["error_message"]) == (400, "There is no request 7")


def test_orders_are_taken_back(caller: Any) -> None:
    caller.control("answers", {"status": 503})
    assert caller.client.delete("/sandbox/answers").json == {"answers": []}
    assert caller.post("sms/send", {"to": ANN, "msg": "x"}).status_code == 200


def test_an_open_page_does_not_write_the_state_file(tmp_path: Path) -> None:
    state = State(tmp_path / "state")
    with state.open():
        pass
    before = (tmp_path / "state").stat().st_mtime_ns
    with state.read():
        pass
    assert (tmp_path / "state").stat().st_mtime_ns == before
