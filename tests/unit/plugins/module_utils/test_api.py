# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls of the API: what is posted, what each status proves, and what of an answer is shown."""

from __future__ import annotations

import base64
import html
import json
import urllib.parse
from email.utils import formatdate
from typing import Any, Optional

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils import _api, _http
from ansible_collections.voip_communications.sms.plugins.module_utils._api import Api, Denied, Paths, Throttled, counted
from ansible_collections.voip_communications.sms.plugins.module_utils._errors import (
    InputError,
    MissingLibrary,
    VoipsmsError,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._evidence import Fate, Judgement
from ansible_collections.voip_communications.sms.plugins.module_utils._http import NotSent, Service
from ansible_collections.voip_communications.sms.plugins.module_utils._pending import ListError
from ansible_collections.voip_communications.sms.tests.support import fault_server as faults
from ansible_collections.voip_communications.sms.tests.support.fault_server import Behaviour, FaultServer

ANN, BOB = "12812345678", "12812345679"
USER = "canary-user"
DEFAULT_PATHS = Paths()
PASSWORD = "canary/päss wörd\\%"


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy of the machine that runs the tests."""
    monkeypatch.setenv("NO_PROXY", "*")


def api_at(url: str, user: str = USER, password: str = PASSWORD) -> Api:
    return Api(Service(url=url, user=user, password=password, timeout=5))


def send(
    api: Api, recipients: tuple[str, ...] = (ANN, BOB), text: str = "hello", sender: Optional[str] = None
) -> Judgement:
    return api.send(recipients, text, sender, segments=1, seconds=10, permits=lambda: True)


def outcome(behaviour: Behaviour) -> tuple[set[Fate], str]:
    """The fate of everybody, and the words for it, after exactly one POST."""
    with FaultServer([behaviour]) as server:
        api = api_at(server.url)
        try:
            found = send(api)
            fates, words = {one.fate for one in found.verdicts.values()}, str(found.verdicts[ANN].code_desc)
        except NotSent as error:
            fates, words = {Fate.NOT_SENT}, str(error)
    assert (len(server.posts), api.requests) == (1, 1)
    return fates, words


# --- The request --------------------------------------------------------------------------------------------------


def test_a_request_is_as_documented() -> None:
    text = "Ä & = + % \r\n\U0001f600 1 < 2"
    with FaultServer() as server:
        found = send(api_at(server.url), text=text, sender="17134567890")
    request = server.posts[0]
    assert (request.method, request.path) == ("POST", "/api-v2/index.php/sms/send")
    assert request.form == {"to": f"{ANN},{BOB}", "msg": text, "from": "17134567890"}
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    pair = base64.b64decode(request.headers["authorization"].removeprefix("Basic ")).decode()
    assert pair == f"{USER}:{PASSWORD}"
    assert [one.fate for one in found.verdicts.values()] == [Fate.ACCEPTED] * 2


@pytest.mark.parametrize("sender", [None, ""])
def test_a_bulk_message_names_no_sender(sender: Optional[str]) -> None:
    with FaultServer() as server:
        send(api_at(server.url), sender=sender)
    assert server.posts[0].form == {"to": f"{ANN},{BOB}", "msg": "hello"}


def test_requests_are_counted_when_they_are_begun() -> None:
    with FaultServer([faults.answer(500), faults.answer(401), faults.read_then_reset()]) as server:
        api = api_at(server.url)
        send(api)
        with pytest.raises(Denied):
            send(api)
        send(api)
    assert (api.requests, len(server.posts)) == (3, 3)


def test_a_message_for_later_has_its_date() -> None:
    with FaultServer() as server:
        limits: dict[str, Any] = {"segments": 1, "seconds": 10, "permits": lambda: True}
        api_at(server.url).send((ANN,), "hello", None, date="2026-12-01 15:00", **limits)
    assert server.posts[0].form == {"to": ANN, "msg": "hello", "delivery_date": "2026-12-01 15:00"}


def known_with(error: VoipsmsError, **known: Any) -> VoipsmsError:
    error.known = known
    return error


def test_an_error_tells_how_many_requests_there_were() -> None:
    with FaultServer([faults.answer(401)]) as server:
        api = api_at(server.url)
        with pytest.raises(Denied) as caught, counted(api):
            api.user(10)
    assert caught.value.known == {"requests": 1}
    with pytest.raises(InputError) as refused, counted(api):
        raise known_with(InputError("to is bad"), key="k")
    assert refused.value.known == {"key": "k", "requests": 1}


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_http, "REQUESTS_ERROR", "Traceback: no module named requests")
    with pytest.raises(MissingLibrary, match="requests") as caught:
        api_at("https://sms.invalid/")
    assert caught.value.detail.startswith("Traceback")


# --- "Evidence → outcome" -----------------------------------------------------------------------------------------


def test_evidence_body_never_read() -> None:
    with faults.closed_port() as url:
        api = api_at(url)
        with pytest.raises(NotSent) as caught:
            send(api)
    assert (caught.value.passing, str(caught.value)) == (
        True,
        "the service refused the connection: check api_url, and what stands in between",
    )


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 405, 413, 415, 422])
def test_evidence_status_that_refuses_the_whole_request(status: int) -> None:
    fates, words = outcome(faults.answer_json({"error": True, "error_message": "No credit"}, status))
    assert fates == {Fate.NOT_SENT}
    advice = ": check api_key and api_password" if status in (401, 403) else ""
    assert words == f"the service refused the request (HTTP {_http.status_text(status)}: No credit){advice}"


def test_evidence_error_envelope_with_status_200() -> None:
    fates, words = outcome(faults.answer_json({"error": True, "error_message": "No credit"}))
    assert (fates, words) == ({Fate.NOT_SENT}, "the service refused the request: No credit")


@pytest.mark.parametrize("status", [301, 307, 308, 429])
def test_evidence_status_that_was_not_carried_out(status: int) -> None:
    fates, words = outcome(faults.answer(status, headers=[("Location", "/elsewhere")]))
    assert fates == {Fate.NOT_SENT}
    assert f"HTTP {status}" in words


@pytest.mark.parametrize("status", [302, 303, 408, 409, 425, 500, 501, 502, 503, 504, 520, 599])
def test_evidence_status_that_proves_nothing(status: int) -> None:
    """Not even with a body that would be proof under 200."""
    for body in ({"send_log": [{"code": 200, "to": ANN, "smsid": "a"}]}, {"error": True, "error_message": "no"}):
        fates, words = outcome(faults.answer_json(body, status))
        assert (fates, words) == ({Fate.UNKNOWN}, f"the service answered HTTP {_http.status_text(status)}")


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        pytest.param(faults.answer(200), "the answer cannot be understood: it is not JSON", id="empty"),
        pytest.param(faults.answer(200, "<p>"), "the answer cannot be understood: it is not JSON", id="unreadable"),
        pytest.param(faults.answer(200, b"\xff"), "the answer cannot be understood: it is not UTF-8", id="no UTF-8"),
        pytest.param(faults.answer_json(None), "the answer is not a JSON object", id="null"),
        pytest.param(faults.answer_json([]), "the answer is not a JSON object", id="list"),
        pytest.param(faults.answer_json(200), "the answer is not a JSON object", id="number"),
        pytest.param(faults.send_log("x"), "the answer has no list of records (send_log)", id="wrong type"),
        pytest.param(faults.send_log([]), "the answer has no record for this recipient", id="no record"),
        pytest.param(faults.truncated(), "the answer is cut short", id="truncated"),
        pytest.param(faults.gzip_bomb(), "the answer is compressed, which was not asked for", id="encoded"),
        pytest.param(faults.read_then_reset(), "the connection was reset", id="exception after the first byte"),
    ],
)
def test_evidence_answer_that_proves_nothing(behaviour: Behaviour, words: str) -> None:
    fates, said = outcome(behaviour)
    assert fates == {Fate.UNKNOWN}
    if behaviour.name != "truncated":  # libraries differ in who notices it first, and so in the words
        assert said == words


@pytest.mark.parametrize("status", [401, 403])
def test_credentials_that_are_not_accepted_are_told_apart(status: int) -> None:
    with FaultServer([faults.answer(status)]) as server, pytest.raises(Denied):
        send(api_at(server.url))


# --- Retry-After --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("value", "seconds"), [("0", 0.0), ("2", 2.0), ("999999999", 999999999.0)])
def test_retry_after_in_seconds(value: str, seconds: float) -> None:
    with FaultServer([faults.retry_after(value)]) as server:
        with pytest.raises(Throttled) as caught:
            send(api_at(server.url))
    assert (caught.value.retry_after, caught.value.passing) == (seconds, False)


def test_retry_after_as_a_date(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", lambda: 1_800_000_000.0)
    assert _api._retry_after(formatdate(1_800_000_090, usegmt=True)) == 90.0
    assert _api._retry_after(formatdate(1_799_999_999, usegmt=True)) is None


@pytest.mark.parametrize(
    "value", ["", "-1", "1.5", "1e3", "NaN", "soon", "\u0662", "\xb2", "9" * 10, "9" * 5000, "Mon"]
)
def test_a_senseless_retry_after_says_nothing(value: str) -> None:
    assert _api._retry_after(value) is None


# --- What of an answer is shown -----------------------------------------------------------------------------------

PAIR = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
FORMS = {
    "user": USER,
    "password": PASSWORD,
    "URL-encoded": urllib.parse.quote(PASSWORD, safe=""),
    "form-encoded": urllib.parse.quote_plus(PASSWORD),
    "base64 of the password": base64.b64encode(PASSWORD.encode()).decode(),
    "base64 of the pair": PAIR,
    "base64, URL-encoded": urllib.parse.quote(PAIR, safe=""),
    "base64 without padding": PAIR.rstrip("="),
    "repr": repr(PASSWORD),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("status", [200, 401])
def test_a_secret_is_withheld_in_every_form(status: int, form: str) -> None:
    message = "x" * 190 + form + " tail"
    _fates, words = outcome(faults.answer_json({"error": True, "error_message": message}, status))
    assert form not in words
    assert "withheld" in words


def test_a_secret_is_no_smsid() -> None:
    log = [{"code": 200, "to": number, "smsid": PAIR} for number in (ANN, BOB)]
    assert outcome(faults.send_log(log)) == ({Fate.UNKNOWN}, "its record has no smsid")


def test_a_secret_of_very_few_characters_does_not_hide_everything() -> None:
    """Any smsid may hold a 1, and what is hidden cannot be taken back; Ansible's own mask remains."""
    with FaultServer() as server:
        found = send(api_at(server.url, user="1", password="abc"))
    assert {one.fate for one in found.verdicts.values()} == {Fate.ACCEPTED}


def test_a_long_text_of_the_service_is_not_kept() -> None:
    """An answer may hold 16 MiB; the next ones would add theirs."""
    api = Api(Service(url="https://sms.example/", user=USER, password=PASSWORD, timeout=5))
    kept = []
    for text in ("x" * 1_000_000, "x" * 201, "x" * 200):
        assert api._clean(text) == "x" * 200
        kept.append(api._cleaned.cache_info().currsize)
    assert kept == [0, 0, 1]


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("No credit", "No credit"),
        ("  a\tb\r\nc\x00 ", "a b  c"),
        ("\x1b]0;title\x07\x1b[31mred", "]0;title  [31mred"),
        ("right \u202eto left", "right  to left"),
        ("\ud800half", "half"),
        ("{{ lookup('pipe', 'id') }}", "{{ lookup('pipe', 'id') }}"),
        ("é" * 300, "é" * 200),
        (html.escape("<b>"), "&lt;b&gt;"),
        (402, "402"),
        (0.5, "0.5"),
        ("", None),
        (" \x00 ", None),
        (None, None),
        (True, None),
        ({"a": 1}, None),
        (["a"], None),
    ],
    ids=lambda value: ascii(value)[:20],
)
def test_a_text_of_the_service_is_cleaned(sent: Any, shown: Optional[str]) -> None:
    log = [{"code": 402, "to": number, "code_desc": sent} for number in (ANN, BOB)]
    with FaultServer([faults.answer(200, json.dumps({"send_log": log}))]) as server:
        found = send(api_at(server.url)).verdicts[ANN]
    assert (found.fate, found.code_desc) == (Fate.REFUSED, shown)


@pytest.mark.parametrize("body", ["", "<p>", "[]", "null", '{"error_message": null}', '{"error": true}'])
def test_a_refusal_without_a_reason_is_a_sentence_all_the_same(body: str) -> None:
    _fates, words = outcome(faults.answer(401, body))
    assert words == "the service refused the request (HTTP 401 Unauthorized): check api_key and api_password"


@pytest.mark.parametrize(("status", "text"), [(503, "503 Service Unavailable"), (599, "599"), (999, "999")])
def test_a_status_as_people_read_it(status: int, text: str) -> None:
    assert _http.status_text(status) == text


def test_credentials_are_not_in_a_repr() -> None:
    shown = repr(Service(url="https://sms.invalid/", user=USER, password=PASSWORD, timeout=5))
    assert "canary" not in shown


# --- The list of pending messages (assumed) -----------------------------------------------------------------------


def entry(number: int) -> dict[str, Any]:
    return {
        "smsid": f"id{number}",
        "to": str(12810000000 + number),
        "from": "17130000000",
        "msg": "hello",
        "delivery_date": "2026-12-01 15:00:00",
    }


def page_of(*numbers: int, **other: Any) -> Behaviour:
    return faults.answer_json({"scheduled": [entry(number) for number in numbers], **other})


def listed(*pages: Behaviour, paths: Paths = DEFAULT_PATHS) -> tuple[list[str], list[str]]:
    """What is read from a list that answers like this and then with nothing: the smsids, and what was asked for."""
    with FaultServer(pages, default=page_of()) as server:
        api = Api(Service(url=server.url, user=USER, password=PASSWORD, timeout=5), paths)
        found = api.pending(10)
    asked = [request.path.removeprefix("/api-v2/index.php/") for request in server.posts]
    assert [request.method for request in server.posts] == ["GET"] * api.requests
    return [record.smsid for record in found.records], asked


def test_an_empty_list_takes_one_request() -> None:
    assert listed(page_of()) == ([], ["sms/scheduled"])


def test_a_list_that_ignores_the_page_is_asked_for_twice_more_and_read_once() -> None:
    everything = page_of(1, 2)
    assert listed(*[everything] * 9) == (
        ["id1", "id2"],
        ["sms/scheduled", "sms/scheduled?page=1", "sms/scheduled?page=2"],
    )


def test_pages_that_count_from_0_are_read_to_the_end() -> None:
    found, asked = listed(page_of(1, 2), page_of(3, 4), page_of(5), page_of())
    assert found == ["id1", "id2", "id3", "id4", "id5"]
    assert len(asked) == 4


def test_pages_that_count_from_1_are_read_to_the_end() -> None:
    found, asked = listed(page_of(1, 2), page_of(1, 2), page_of(3, 4), page_of(5), page_of())
    assert found == ["id1", "id2", "id3", "id4", "id5"]
    assert asked[1:3] == ["sms/scheduled?page=1", "sms/scheduled?page=2"]


def test_a_list_whose_last_page_repeats_ends() -> None:
    assert listed(page_of(1), page_of(2), page_of(2), page_of(2), page_of(2))[0] == ["id1", "id2"]


def test_a_page_that_overlaps_the_one_before_brings_what_is_new() -> None:
    assert listed(page_of(1, 2), page_of(2, 3), page_of())[0] == ["id1", "id2", "id3"]


def test_a_next_that_the_pages_lead_to_the_end_of_is_believed() -> None:
    assert listed(page_of(1, next="?page=1"), page_of(2, next=None), page_of())[0] == ["id1", "id2"]


def test_a_list_that_does_not_end_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands on the pages that were not read would else count as cancelled."""
    monkeypatch.setattr(_api, "_MOST_PAGES", 3)
    assert listed(page_of(1), page_of(2), page_of())[0] == ["id1", "id2"]
    with pytest.raises(ListError, match="more than 3 pages"):
        listed(page_of(1), page_of(2), page_of(3), page_of(4))


@pytest.mark.parametrize("repeats", [1, 2, 9])
def test_a_next_that_cannot_be_followed_is_not_believed(repeats: int) -> None:
    with pytest.raises(ListError, match="there is more of it"):
        listed(*[page_of(1, next="cursor=abc")] * (repeats + 2))


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        pytest.param(faults.answer(404), "HTTP 404 Not Found", id="404"),
        pytest.param(faults.answer(405), "HTTP 405 Method Not Allowed", id="405"),
        pytest.param(faults.answer(500), "HTTP 500", id="500"),
        pytest.param(faults.answer(429), "fewer requests", id="429"),
        pytest.param(faults.answer(302, headers=[("Location", "/x")]), "HTTP 302", id="302"),
        pytest.param(faults.answer(200, "<p>"), "not JSON", id="no JSON"),
        pytest.param(faults.answer(200, '{"scheduled": [{"smsid": "a"'), "not JSON", id="half a page"),
        pytest.param(faults.overdeclared(), "", id="cut short"),
        pytest.param(faults.read_then_reset(), "the connection was reset", id="reset"),
        pytest.param(faults.answer_json({"error": True, "error_message": "No such call"}), "No such call", id="error"),
        pytest.param(faults.answer_json({"scheduled": None}), "holds no list", id="no list"),
        pytest.param(faults.answer_json([{}]), "no usable smsid", id="no smsid"),
    ],
)
def test_a_page_that_fails_makes_the_whole_list_unbelievable(place: int, behaviour: Behaviour, words: str) -> None:
    pages = [page_of(1), page_of(2), page_of(3)]
    pages[place] = behaviour
    with pytest.raises(ListError) as caught:
        listed(*pages)
    assert words in str(caught.value)


@pytest.mark.parametrize("status", [401, 403])
def test_a_list_that_is_denied_says_so(status: int) -> None:
    with pytest.raises(Denied):
        listed(faults.answer(status))


def test_the_list_may_be_elsewhere() -> None:
    _found, asked = listed(page_of(1), paths=Paths(scheduled="sms/list?all=1"))
    assert asked == ["sms/list?all=1", "sms/list?all=1&page=1"]


def test_the_services_time_comes_with_the_list() -> None:
    moment = 1_800_000_000.0
    behaviour = faults.answer(200, json.dumps({"scheduled": []}), headers=[("Date", formatdate(moment, usegmt=True))])
    with FaultServer([behaviour]) as server:
        assert api_at(server.url).pending(10).at == moment
    with FaultServer([faults.answer(200, "[]", headers=[("Date", "soon")])]) as server:
        assert api_at(server.url).pending(10).at is None


def test_a_list_without_time_left_is_not_had() -> None:
    with FaultServer([page_of(1)]) as server:
        with pytest.raises(ListError, match="within the deadline"):
            api_at(server.url).pending(0)


def test_an_smsid_that_holds_a_credential_is_not_believed() -> None:
    with pytest.raises(ListError, match="no usable smsid") as caught:
        listed(faults.answer_json([{**entry(1), "smsid": USER}]))
    assert USER not in str(caught.value)


# --- Cancelling (assumed) -----------------------------------------------------------------------------------------


def cancelled(behaviour: Behaviour, smsid: str = "id1", paths: Paths = DEFAULT_PATHS) -> tuple[Optional[str], str, str]:
    """What stands against it, and how it was asked for."""
    with FaultServer([behaviour]) as server:
        said = Api(Service(url=server.url, user=USER, password=PASSWORD, timeout=5), paths).cancel(smsid, 10)
    (request,) = server.posts
    assert request.body == b""
    assert request.headers["authorization"].startswith("Basic ")
    return said, request.method, request.path.removeprefix("/api-v2/index.php/")


@pytest.mark.parametrize(
    "behaviour",
    [
        faults.answer_json({"error": False, "cancelled": []}),
        faults.answer(200),
        faults.answer(204),
        faults.answer(200, "OK"),
        faults.answer_json([]),
        faults.answer_json(True),
    ],
    ids=["envelope", "empty", "204", "text", "list", "true"],
)
def test_a_cancel_that_nothing_stands_against(behaviour: Behaviour) -> None:
    assert cancelled(behaviour) == (None, "DELETE", "sms/scheduled/id1")


@pytest.mark.parametrize(
    ("behaviour", "said"),
    [
        (faults.answer_json({"error": True, "error_message": "No such message"}), "No such message"),
        (faults.answer_json({"error": True}), "refused without a reason"),
        (faults.answer(404), "HTTP 404 Not Found"),
        (faults.answer_json({"error_message": "gone"}, 405), "HTTP 405 Method Not Allowed: gone"),
        (faults.answer(401), "HTTP 401 Unauthorized"),
        (faults.answer(302, headers=[("Location", "/x")]), "HTTP 302 Found"),
        (faults.read_then_reset(), "the connection was reset"),
    ],
    ids=["error", "error without words", "404", "405", "401", "302", "reset"],
)
def test_a_cancel_that_something_stands_against(behaviour: Behaviour, said: str) -> None:
    assert cancelled(behaviour)[0] == said


def test_what_a_cancel_says_never_shows_a_credential() -> None:
    said = cancelled(faults.answer_json({"error": True, "error_message": f"denied for {USER}"}))[0]
    assert said == "(withheld, since it holds a credential)"


@pytest.mark.parametrize(
    ("paths", "smsid", "asked"),
    [
        (Paths(cancel_method="POST"), "id1", ("POST", "sms/scheduled/id1")),
        (Paths(cancel="sms/delete?id={smsid}", cancel_method="GET"), "id1", ("GET", "sms/delete?id=id1")),
        (Paths(), "a/../b?c=d&e#f%", ("DELETE", "sms/scheduled/a%2F..%2Fb%3Fc%3Dd%26e%23f%25")),
    ],
)
def test_a_cancel_goes_where_the_user_says_and_nowhere_else(paths: Paths, smsid: str, asked: tuple[str, str]) -> None:
    assert cancelled(faults.answer(200), smsid, paths)[1:] == asked


def test_a_cancel_without_time_left_is_not_certain() -> None:
    with FaultServer([faults.read_then_silent()]) as server:
        assert api_at(server.url).cancel("id1", 0) == "there was no complete answer within the deadline"


# --- The account (observed) ---------------------------------------------------------------------------------------


def test_of_the_account_only_named_fields_come_back() -> None:
    user = {
        "user_timezone": "America/Chicago",
        "user_balance_warning": 5,
        "user_api_key": USER,
        "user_api_password": PASSWORD,
        "user_email": "ann@example.org",
    }
    with FaultServer([faults.answer_json({"error": False, "user": user, "endpoint": "x"})]) as server:
        found = api_at(server.url).user(10)
    assert found == {"user_timezone": "America/Chicago", "user_balance_warning": "5"}
    assert server.posts[0].path == "/api-v2/index.php/cms/user"
    assert server.posts[0].method == "GET"


@pytest.mark.parametrize("value", [PASSWORD, f"zone {USER}", base64.b64encode(PASSWORD.encode()).decode()])
def test_a_secret_in_a_named_field_is_withheld(value: str) -> None:
    with FaultServer([faults.answer_json({"user": {"user_timezone": value}})]) as server:
        found = api_at(server.url).user(10)
    assert found == {"user_timezone": "(withheld, since it holds a credential)", "user_balance_warning": None}


@pytest.mark.parametrize("payload", [[], None, {}, {"user": None}, {"user": [USER]}, {"error": True}])
def test_an_answer_without_an_account_is_an_error(payload: Any) -> None:
    with FaultServer([faults.answer_json(payload)]) as server:
        with pytest.raises(VoipsmsError) as caught:
            api_at(server.url).user(10)
    assert USER not in str(caught.value)


def test_credentials_are_proven_by_the_account() -> None:
    with FaultServer([faults.answer(401)]) as server, pytest.raises(Denied):
        api_at(server.url).user(10)
