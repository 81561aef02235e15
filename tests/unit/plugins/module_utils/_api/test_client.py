# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls of the API: what is posted, what each status proves, and what of an answer is shown."""

from __future__ import annotations

import base64
import html
import json
import quopri
import re
import time
import urllib.parse
from email.utils import formatdate
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._api import client
from ansible_collections.voip_communications.sms.plugins.module_utils._api.client import Api, Denied, Throttled, counted
from ansible_collections.voip_communications.sms.plugins.module_utils._api.evidence import Judgement
from ansible_collections.voip_communications.sms.plugins.module_utils._core import exchange as http
from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import (
    InputError,
    MissingLibrary,
    VoipsmsError,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._core.exchange import NotSent, Service
from ansible_collections.voip_communications.sms.plugins.module_utils._message.outcome import Fate
from ansible_collections.voip_communications.sms.tests.support import fault_server as faults
from ansible_collections.voip_communications.sms.tests.support.fault_server import Behaviour, FaultServer
from ansible_collections.voip_communications.sms.tests.support.people import ANN, BOB, OURS

USER = "canary-user"
PASSWORD = "canary/päss wörd\\%<'&\">"


def api_at(url: str, user: str = USER, password: str = PASSWORD) -> Api:
    return Api(Service(url=url, user=user, password=password, timeout=5))


def send(
    api: Api, recipients: tuple[str, ...] = (ANN, BOB), text: str = "hello", sender: str | None = None
) -> Judgement:
    return api.send(recipients, text, sender, segments=1, seconds=10, permits=lambda: True)


def outcome(behaviour: Behaviour) -> tuple[set[Fate], str]:
    """Return the fate of every recipient, and its description, after exactly one POST."""
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
        found = send(api_at(server.url), text=text, sender=OURS)
    request = server.posts[0]
    assert (request.method, request.path) == ("POST", "/faults/index.php/sms/send")
    assert request.form == {"to": f"{ANN},{BOB}", "msg": text, "from": OURS}
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    pair = base64.b64decode(request.headers["authorization"].removeprefix("Basic ")).decode()
    assert pair == f"{USER}:{PASSWORD}"
    assert [one.fate for one in found.verdicts.values()] == [Fate.ACCEPTED] * 2


@pytest.mark.parametrize("sender", [None, ""])
def test_a_bulk_message_names_no_sender(sender: str | None) -> None:
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
    monkeypatch.setattr(http, "REQUESTS_ERROR", "Traceback: no module named requests")
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
        "the service refused the connection: check api_url and any firewall in between",
    )


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 405, 413, 415, 422])
def test_evidence_status_that_refuses_the_whole_request(status: int) -> None:
    fates, words = outcome(faults.answer_json({"error": True, "error_message": "No credit"}, status))
    assert fates == {Fate.NOT_SENT}
    if status in (401, 403):
        sentence = f"the service refused the request (HTTP {http.status_text(status)}): check api_key and api_password"
    else:
        sentence = f"the service refused the request (HTTP {http.status_text(status)}: No credit)"
        sentence += ": check api_url" if status in (404, 405) else ""
    assert words == sentence


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
        assert (fates, words) == ({Fate.UNKNOWN}, f"the service answered HTTP {http.status_text(status)}")


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
    assert client.retry_after(formatdate(1_800_000_090, usegmt=True)) == 90.0
    assert client.retry_after(formatdate(1_799_999_999, usegmt=True)) is None


@pytest.mark.parametrize(
    "value", ["", "-1", "1.5", "1e3", "NaN", "soon", "\u0662", "\xb2", "9" * 10, "9" * 5000, "Mon"]
)
def test_a_senseless_retry_after_says_nothing(value: str) -> None:
    assert client.retry_after(value) is None


# --- What of an answer is shown -----------------------------------------------------------------------------------

PAIR = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
URL_FORM = urllib.parse.quote(PASSWORD, safe="")
FORMS = {
    "user": USER,
    "password": PASSWORD,
    "URL-encoded": URL_FORM,
    "form-encoded": urllib.parse.quote_plus(PASSWORD),
    "base64 of the password": base64.b64encode(PASSWORD.encode()).decode(),
    "base64 of the pair": PAIR,
    "base64, URL-encoded": urllib.parse.quote(PAIR, safe=""),
    "base64 without padding": PAIR.rstrip("="),
    "repr": repr(PASSWORD),
    "capitals": PASSWORD.upper(),
    "URL-encoded in small letters": re.sub("%..", lambda match: match[0].lower(), URL_FORM),
    "URL-encoded to the last letter": "".join(f"%{byte:02x}" for byte in PASSWORD.encode()),
    "URL-encoded twice": urllib.parse.quote(URL_FORM),
    "URL-encoded in Latin-1": urllib.parse.quote(PASSWORD, safe="", encoding="latin-1"),
    "URL-encoded by JavaScript": "".join(
        letter if letter.isascii() and letter.isalnum() else f"%u{ord(letter):04X}" for letter in PASSWORD
    ),
    "HTML": html.escape(f"<{PASSWORD}>"),
    "HTML by PHP": html.escape(PASSWORD).replace("&#x27;", "&#039;"),
    "HTML, every letter by its number": "".join(f"&#{ord(letter)};" for letter in PASSWORD),
    "HTML, hexadecimal numbers": "".join(f"&#x{ord(letter):04X};" for letter in PASSWORD),
    "HTML by names": PASSWORD.replace("ä", "&auml;").replace("ö", "&ouml;").replace("/", "&sol;"),
    "HTML of the URL-encoded": URL_FORM.replace("%", "&#37;"),
    "JSON": json.dumps(PASSWORD),
    "JSON in JSON": json.dumps(json.dumps(PASSWORD)),
    "JSON by PHP": json.dumps(PASSWORD).replace("/", "\\/"),
    "bytes of Python": repr(PASSWORD.encode()),
    "octal": "".join(f"\\{byte:03o}" for byte in PASSWORD.encode()),
    "hexadecimal": PASSWORD.encode().hex(),
    "hexadecimal capitals": PASSWORD.encode().hex().upper(),
    "hexadecimal with colons": PASSWORD.encode().hex(":"),
    "hexadecimal of Latin-1": PASSWORD.encode("latin-1").hex(),
    "hexadecimal bytes": " ".join(f"0x{byte:02x}" for byte in PASSWORD.encode()),
    "hexadecimal of the pair": f"{USER}:{PASSWORD}".encode().hex(),
    "URL-safe base64": base64.urlsafe_b64encode(PASSWORD.encode()).decode(),
    "URL-safe base64 of the pair": base64.urlsafe_b64encode(f"{USER}:{PASSWORD}".encode()).decode(),
    "base64 of Latin-1": base64.b64encode(PASSWORD.encode("latin-1")).decode(),
    "base64 in short lines": re.sub("(.{8})", "\\1\r\n", PAIR),
    "base64 of a line that holds it": base64.b64encode(f"password is {PASSWORD}, no?".encode()).decode(),
    "base64 of another line that holds it": base64.b64encode(f"password: {PASSWORD}!".encode()).decode(),
    "base64 of a third line that holds it": base64.b64encode(f"password={PASSWORD}.".encode()).decode(),
    "base64 of the header": base64.b64encode(f"Authorization: Basic {PAIR}".encode()).decode(),
    "hexadecimal of the header": f"Basic {PAIR}".encode().hex(),
    "UTF-8 read as Latin-1": PASSWORD.encode().decode("latin-1"),
    "quoted-printable": quopri.encodestring(PASSWORD.encode(), quotetabs=True).decode(),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("status", [200, 400])
def test_a_secret_is_withheld_in_every_form(status: int, form: str) -> None:
    message = "x" * 190 + " " + form + " tail"
    _fates, words = outcome(faults.answer_json({"error": True, "error_message": message}, status))
    assert "withheld" in words
    assert form not in words


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_no_field_of_a_record_shows_a_secret_in_any_form(form: str) -> None:
    fields = ("code_desc", "status", "country", "type", "delivery_date")
    log = [{"code": 402, "to": ANN, **dict.fromkeys(fields, form)}]
    with FaultServer([faults.send_log(log)]) as server:
        found = send(api_at(server.url), (ANN,)).verdicts[ANN]
    assert {getattr(found, field) for field in fields} == {client.WITHHELD}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_what_says_failure_is_quoted_without_a_secret(form: str) -> None:
    """The value, and the name of the field."""
    for fields in (
        {"error": form},
        {f"err {form}": True},
        {"error": True, "error_message": form},
        {"errors": [[form]]},
    ):
        good = [{"code": 200, "to": number, "smsid": "a"} for number in (ANN, BOB)]
        _fates, words = outcome(faults.answer_json({**fields, "send_log": good}))
        assert form not in words


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_of_the_credentials_is_not_quoted_at_all(status: int, form: str) -> None:
    _fates, words = outcome(faults.answer_json({"error": True, "error_message": f"{form} tail"}, status))
    assert words == (
        f"the service refused the request (HTTP {http.status_text(status)}): check api_key and api_password"
    )


@pytest.mark.parametrize(
    "form", [PASSWORD[::-1], "No credit & no route", "100% sure", "a=b", "c:\\temp", "&amp;", "x+y"]
)
def test_what_is_no_secret_is_shown(form: str) -> None:
    _fates, words = outcome(faults.answer_json({"error": True, "error_message": form}))
    assert words == f"the service refused the request: {form}"


@pytest.mark.parametrize("size", [1, 100, 10_000, 1_000_000])
@pytest.mark.parametrize(
    "part", ["%25", "&amp;", "\\\\", "=3D", "%26amp%3b\\u0025=", "\ud800", "%ff", "&#x110000;", "\\u{110000}"]
)
def test_a_text_of_many_encodings_takes_little_time(part: str, size: int) -> None:
    api = api_at("https://sms.example/")
    began = time.process_time()
    assert api._clean(part * size) != client.WITHHELD
    assert time.process_time() - began < 0.5


def test_ten_thousand_smsids_are_searched_in_little_time() -> None:
    """Each is another, so that none is kept. Measured: 7 microseconds each."""
    api = api_at("https://sms.example/")
    began = time.process_time()
    for number in range(10_000):
        smsid = f"2017559ea27008c6b71{number:08x}"
        assert api._clean(smsid) == smsid
    assert time.process_time() - began < 1


def test_the_text_of_a_message_is_whole_unless_it_holds_a_secret() -> None:
    api = api_at("https://sms.example/")
    text = "Backup FAILED\n" * 1000
    assert api.safe_text(text) == text
    assert api.safe_text(f"{text}\x1b[2J") == f"{text}\ufffd[2J"
    for form in FORMS.values():
        assert api.safe_text(f"{text}{form} tail") == client.WITHHELD


def test_a_secret_is_no_smsid() -> None:
    log = [{"code": 200, "to": number, "smsid": PAIR} for number in (ANN, BOB)]
    assert outcome(faults.send_log(log)) == ({Fate.UNKNOWN}, "its record has no smsid")


def test_a_secret_of_very_few_characters_does_not_hide_everything() -> None:
    """Any smsid may hold a 1, and what is hidden cannot be cancelled; Ansible's own mask remains."""
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
def test_a_text_of_the_service_is_cleaned(sent: Any, shown: str | None) -> None:
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
    assert http.status_text(status) == text


def test_credentials_are_not_in_a_repr() -> None:
    shown = repr(Service(url="https://sms.invalid/", user=USER, password=PASSWORD, timeout=5))
    assert "canary" not in shown


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
    assert server.posts[0].path == "/faults/index.php/cms/user"
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
