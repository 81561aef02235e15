# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The assumed calls: a list that is read whole or not believed, and a cancel that is asked for and no more."""

from __future__ import annotations

import json
from email.utils import formatdate
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._api import scheduled
from ansible_collections.voip_communications.sms.plugins.module_utils._api.client import Denied
from ansible_collections.voip_communications.sms.plugins.module_utils._api.pending import ListError
from ansible_collections.voip_communications.sms.plugins.module_utils._api.scheduled import (
    USUAL_PATHS,
    CancelAnswer,
    CancelVerdict,
    Paths,
    ScheduledApi,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._core.exchange import NotSent, Service
from ansible_collections.voip_communications.sms.tests.support import fault_server as faults
from ansible_collections.voip_communications.sms.tests.support.fault_server import Behaviour, FaultServer

USER, PASSWORD = "canary-user", "canary/päss wörd\\%"


def api_at(url: str, paths: Paths = USUAL_PATHS) -> ScheduledApi:
    return ScheduledApi(Service(url=url, user=USER, password=PASSWORD, timeout=5), paths)


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


def listed(*pages: Behaviour, paths: Paths = USUAL_PATHS) -> tuple[list[str], list[str]]:
    """Read a list that answers like this and then with nothing; return its smsids and the requested paths."""
    with FaultServer(pages, default=page_of()) as server:
        api = api_at(server.url, paths)
        found = api.pending(10)
    asked = [request.path.removeprefix("/faults/index.php/") for request in server.posts]
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
    assert len(asked) == 3, "the third page is shorter than the first, so it is the last"


def test_pages_that_count_from_1_are_read_to_the_end() -> None:
    found, asked = listed(page_of(1, 2), page_of(1, 2), page_of(3, 4), page_of(5), page_of())
    assert found == ["id1", "id2", "id3", "id4", "id5"]
    assert asked[1:3] == ["sms/scheduled?page=1", "sms/scheduled?page=2"]


def test_a_page_of_cancelled_messages_does_not_end_the_list() -> None:
    over = faults.answer_json({"scheduled": [{**entry(number), "status": "CANCELLED"} for number in (1, 2)]})
    assert listed(over, page_of(3, 4), over, page_of(5, 6), page_of())[0] == ["id3", "id4", "id5", "id6"]


def test_a_page_that_says_that_it_is_the_last_is_the_last() -> None:
    assert listed(page_of(1, 2, next=None)) == (["id1", "id2"], ["sms/scheduled"])


def test_a_second_look_at_a_list_that_has_become_shorter_is_one_request() -> None:
    with FaultServer([page_of(1, 2, 3), page_of(), page_of(1, 2)], default=page_of()) as server:
        api = api_at(server.url)
        api.pending(10)
        before = api.requests
        assert [record.smsid for record in api.pending(10).records] == ["id1", "id2"]
        assert (before, api.requests) == (2, 3)


def test_a_short_page_that_announces_more_is_not_the_last() -> None:
    found, _asked = listed(page_of(1, 2), page_of(3, next="?page=2"), page_of(4, 5), page_of())
    assert found == ["id1", "id2", "id3", "id4", "id5"]


def test_a_list_whose_last_page_repeats_ends() -> None:
    assert listed(page_of(1), page_of(2), page_of(2), page_of(2), page_of(2))[0] == ["id1", "id2"]


def test_a_page_that_overlaps_the_one_before_brings_what_is_new() -> None:
    assert listed(page_of(1, 2), page_of(2, 3), page_of())[0] == ["id1", "id2", "id3"]


def test_a_next_that_the_pages_lead_to_the_end_of_is_believed() -> None:
    assert listed(page_of(1, next="?page=1"), page_of(2, next=None), page_of())[0] == ["id1", "id2"]


def test_a_list_that_does_not_end_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the messages on the pages that were not read would count as cancelled."""
    monkeypatch.setattr(scheduled, "MAX_PAGES", 3)
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


CONFIRMED = CancelAnswer(CancelVerdict.CONFIRMED)
PAGE = "HTTP 200 OK with a page of HTML, as a proxy or a login portal sends it in place of the service"


def permitted() -> bool:
    return True


def cancelled(behaviour: Behaviour, smsid: str = "id1", paths: Paths = USUAL_PATHS) -> tuple[CancelAnswer, str, str]:
    """Return the answer to a cancel, and the method and path of the request."""
    with FaultServer([behaviour]) as server:
        answer = api_at(server.url, paths).cancel(smsid, 10, permitted)
    (request,) = server.posts
    assert request.body == b""
    assert request.headers["authorization"].startswith("Basic ")
    return answer, request.method, request.path.removeprefix("/faults/index.php/")


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
    assert cancelled(behaviour) == (CONFIRMED, "DELETE", "sms/scheduled/id1")


@pytest.mark.parametrize(
    ("behaviour", "verdict", "objection"),
    [
        (
            faults.answer(200, b"\n<!DOCTYPE html><title>Sign in to this network</title>"),
            CancelVerdict.LOST,
            PAGE,
        ),
        (
            faults.answer_json({"error": True, "error_message": "No such message"}),
            CancelVerdict.REFUSED,
            "No such message",
        ),
        (faults.answer_json({"error": True}), CancelVerdict.REFUSED, "refused without a reason"),
        (faults.answer(404), CancelVerdict.REFUSED, "HTTP 404 Not Found"),
        (
            faults.answer_json({"error_message": "gone"}, 405),
            CancelVerdict.REFUSED,
            "HTTP 405 Method Not Allowed: gone",
        ),
        (faults.answer(401), CancelVerdict.REFUSED, "HTTP 401 Unauthorized"),
        (faults.answer(302, headers=[("Location", "/x")]), CancelVerdict.LOST, "HTTP 302 Found"),
        (faults.answer(500), CancelVerdict.LOST, "HTTP 500 Internal Server Error"),
        (faults.answer(503, "{}"), CancelVerdict.LOST, "HTTP 503 Service Unavailable"),
        (faults.read_then_reset(), CancelVerdict.LOST, "the connection was reset"),
    ],
    ids=["html", "error", "error without words", "404", "405", "401", "302", "500", "503", "reset"],
)
def test_a_cancel_that_something_stands_against(behaviour: Behaviour, verdict: CancelVerdict, objection: str) -> None:
    """Only an answer that refuses the request itself says that the service is done with it."""
    assert cancelled(behaviour)[0] == CancelAnswer(verdict, objection)


@pytest.mark.parametrize(("headers", "seconds"), [([("Retry-After", "7")], 7.0), ([], None)])
def test_a_cancel_that_comes_too_soon_says_how_long_to_wait(
    headers: list[tuple[str, str]], seconds: float | None
) -> None:
    answer = cancelled(faults.answer(429, headers=headers))[0]
    assert answer == CancelAnswer(
        CancelVerdict.REFUSED, "HTTP 429 Too Many Requests", is_throttled=True, retry_after=seconds
    )


def test_what_a_cancel_says_never_shows_a_credential() -> None:
    answer = cancelled(faults.answer_json({"error": True, "error_message": f"denied for {USER}"}))[0]
    assert answer.objection == "(withheld, since it holds a credential)"


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


def test_a_cancel_that_is_not_answered_in_time_is_lost() -> None:
    with FaultServer([faults.read_then_silent()]) as server:
        answer = api_at(server.url).cancel("id1", 0.5, permitted)
    assert answer == CancelAnswer(CancelVerdict.LOST, "there was no complete answer within the deadline")
    assert len(server.posts) == 1


def test_a_cancel_without_time_left_or_permission_asks_for_nothing() -> None:
    with FaultServer([faults.read_then_silent()] * 2) as server:
        with pytest.raises(NotSent, match="the deadline was over"):
            api_at(server.url).cancel("id1", 0, permitted)
        with pytest.raises(NotSent, match="no longer allowed"):
            api_at(server.url).cancel("id1", 10, lambda: False)
    assert server.posts == []


# --- What says failure ----------------------------------------------------------------------------------------------

FAILING: list[dict[str, Any]] = [
    {"error": "yes"},
    {"code": 5},
    {"errors": ["x"]},
    {"status": False},
    {"success": False},
]


@pytest.mark.parametrize("fields", FAILING, ids=repr)
@pytest.mark.parametrize("numbers", [(), (1, 2)], ids=["empty", "two"])
def test_a_list_that_says_failure_is_not_believed(fields: dict[str, Any], numbers: tuple[int, ...]) -> None:
    """From an empty list it would follow that messages are gone, and can be scheduled again."""
    with pytest.raises(ListError, match="the service refused the request"):
        listed(page_of(*numbers, **fields))


@pytest.mark.parametrize("fields", FAILING, ids=repr)
def test_a_cancel_that_says_failure_is_an_objection(fields: dict[str, Any]) -> None:
    with FaultServer([faults.answer_json(fields)]) as server:
        assert api_at(server.url).cancel("id1", 10, permitted).verdict is CancelVerdict.REFUSED


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "CANCELLED"},
        {"result": "deleted"},
        {"error": False},
        {"code": 200},
        {"cancelled": True},
        {"sent": False},
    ],
    ids=repr,
)
def test_a_cancel_that_says_so_is_none(fields: dict[str, Any]) -> None:
    with FaultServer([faults.answer_json(fields)]) as server:
        assert api_at(server.url).cancel("id1", 10, permitted) == CONFIRMED
