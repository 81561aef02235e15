# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the papers of the filters say is what their functions take, and what is wrong is an error of Ansible's."""

from __future__ import annotations

import datetime as dt
import inspect
from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleFilterError

from ansible_collections.voip_communications.sms.tests.support.people_abroad import ANNA

PACKAGE = "ansible_collections.voip_communications.sms.plugins.filter."
FILTERS = ("audience", "event_key", "fit_segments", "name_hosts", "page_silences")
UTC = dt.UTC

every_filter = pytest.mark.parametrize("name", FILTERS)


def function(name: str) -> Callable[..., Any]:
    """Return the filter that Ansible finds in a file, which has no other."""
    ((found, taken),) = import_module(PACKAGE + name).FilterModule().filters().items()
    assert found == name
    filter_function: Callable[..., Any] = taken
    return filter_function


def papers(name: str, kind: str) -> Any:
    """Return a filter's DOCUMENTATION, EXAMPLES or RETURN."""
    return yaml.safe_load(getattr(import_module(PACKAGE + name), kind))


def hours_around(moment: dt.datetime) -> dict[str, str]:
    """Return the two hours around a moment."""
    begin, end = (moment + dt.timedelta(hours=hours) for hours in (-1, 1))
    return {"from": f"{begin:%H:%M}", "to": f"{end:%H:%M}", "timezone": "UTC"}


@every_filter
def test_the_papers_say_what_the_function_takes(name: str) -> None:
    documentation = papers(name, "DOCUMENTATION")
    options = documentation["options"]
    assert documentation["name"] == name
    taken = list(inspect.signature(function(name)).parameters.values())[1:]
    assert [option for option in options if option != "_input"] == [parameter.name for parameter in taken]
    for parameter in taken:
        required = parameter.default is inspect.Parameter.empty
        assert bool(options[parameter.name].get("required")) is required
        assert required or options[parameter.name].get("default") == parameter.default
    positional = [option.strip() for option in documentation["positional"].split(",")]
    assert positional == [parameter.name for parameter in taken][: len(positional)]


@every_filter
def test_the_papers_have_examples_and_say_what_comes_back(name: str) -> None:
    assert all("name" in task for task in papers(name, "EXAMPLES"))
    assert papers(name, "RETURN")["_value"]["description"]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("audience", ([12812345678], "failed")),
        ("audience", ([ANNA], "failed", "urgent")),
        ("event_key", ("failed", {"system": "none", "run": "1"})),
        ("fit_segments", ("FAILED",)),
        ("name_hosts", ("web1",)),
    ],
)
def test_a_fault_is_an_error_of_ansible_that_names_the_filter(name: str, values: tuple[object, ...]) -> None:
    with pytest.raises(AnsibleFilterError, match=f"voip_communications.sms.{name}: "):
        function(name)(*values)


def test_values_reach_the_functions() -> None:
    assert function("fit_segments")([{"text": "a" * 200}, {"text": "b" * 60, "rank": 1}], segments=2).count("b") == 60
    assert (
        function("name_hosts")(["web1.example.com", "web2.example.com"], 1, short=False)
        == "web1.example.com and 1 more"
    )
    pipeline = {"system": "github", "run": "acme/shop-4711", "attempt": 2}
    assert function("event_key")(["failed"], pipeline) == "failed/github-acme/shop-4711"
    assert function("event_key")(["failed"], pipeline, attempt=True) == "failed/github-acme/shop-4711-2"


def test_the_audience_is_that_of_this_moment_unless_another_is_given() -> None:
    now = dt.datetime.now(UTC)
    people = [{"number": ANNA, "hours": hours_around(now)}]
    assert function("audience")(people, "failed")["now"] == [ANNA]
    later = (now + dt.timedelta(hours=6)).isoformat()
    assert function("audience")(people, "failed", "critical", later)["dropped"] == ["+49*********78"]


def test_the_audience_knows_the_zone_of_the_account_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seven in Berlin is one in New York, for the second time."""
    hours = {"from": "07:00", "to": "22:00", "timezone": "Europe/Berlin"}
    arguments = ([{"number": ANNA, "hours": hours, "quiet": "defer"}], "failed", "info", "2026-11-01T06:00:00+01:00")

    def told(**options: object) -> str:
        at: str = function("audience")(*arguments, **options)["later"][0]["at"]
        return at

    monkeypatch.delenv("VOIPSMS_ACCOUNT_TIMEZONE", raising=False)
    assert told() == "2026-11-01T07:00+01:00"
    assert told(account_timezone="America/New_York") == "2026-11-01T08:00+01:00"
    monkeypatch.setenv("VOIPSMS_ACCOUNT_TIMEZONE", "America/New_York")
    assert told() == "2026-11-01T08:00+01:00"
    assert told(account_timezone="UTC") == "2026-11-01T07:00+01:00"


def test_the_audience_can_do_without_those_who_cannot_be_read() -> None:
    found = function("audience")([12812345678, {"number": ANNA, "events": ["faild"]}], "failed", strict=False)
    assert (found["now"], len(found["faults"])) == ([], 1)
    found = function("audience")(
        [ANNA, {"number": ANNA, "events": "faild"}], "failed", known_events=["failed"], strict=False
    )
    assert found["faults"] == ["events of recipient 2 has 'faild'; the events are failed"]


def silence(comment: object, state: str = "active") -> dict[str, object]:
    """Return a silence as Alertmanager shows it."""
    return {"comment": comment, "status": {"state": state}}


@pytest.mark.parametrize(
    ("answer", "made", "over"),
    [
        ([], [], 0),
        ([silence("Taken over by SMS (alert-1 #1)")], [1], 0),
        ([silence("Taken over by SMS: on it (alert-1 #1)", "expired"), silence("x (alert-1 #2)")], [1, 2], 1),
        ([silence("x (alert-1 #12)", "expired"), silence("x (alert-1 #9)", "expired")], [9, 12], 12),
        ([silence("x (alert-12 #1)", "expired"), silence("x (another alert-1 #1)", "expired")], [], 0),
        ([silence("x (alert-1 #3) and more"), silence("x (alert-1 #)"), silence("x (alert-1)")], [], 0),
        ([silence(None), {}, None, "x (alert-1 #1)", {"comment": "x (alert-1 #1)", "status": "expired"}], [1], 0),
        ({"message": "Unauthorized"}, [], 0),
        ("", [], 0),
        (None, [], 0),
    ],
)
def test_the_silences_of_a_page_are_known_by_the_end_of_their_comments(
    answer: object, made: list[int], over: int
) -> None:
    assert function("page_silences")(answer, "alert-1") == {"made": made, "over": over, "again": over}


def test_the_name_of_a_page_is_no_pattern() -> None:
    assert function("page_silences")([silence("x (a.c #1)"), silence("x (abc #2)")], "a.c")["made"] == [1]


@pytest.mark.parametrize(
    ("hours", "changed", "answer", "again"),
    [
        (3.9, {}, [], 0),
        (4.1, {}, [], 1),
        (7.9, {}, {"message": "Unauthorized"}, 1),
        (8.1, {}, None, 2),
        (9, {}, [silence("x (alert-1 #1)")], 0),
        (9, {}, [silence("x (alert-1 #3)", "expired")], 5),
        (9, {"requests": 4}, [], 0),
        (9, {"outcome": "no_answer"}, [], 0),
        (9, {"asked_at": None}, [], 0),
        (-9, {}, [], 0),
    ],
)
def test_a_page_that_was_answered_long_ago_tells_that_its_silence_is_over(
    hours: float, changed: dict[str, object], answer: object, again: int
) -> None:
    asked_at = f"{dt.datetime.now(UTC) - dt.timedelta(hours=hours):%Y-%m-%dT%H:%M:%SZ}"
    result = {"outcome": "accepted", "requests": 0, "asked_at": asked_at, **changed}
    assert function("page_silences")(answer, "alert-1", result, "14400")["again"] == again


@pytest.mark.parametrize("seconds", ["4h", "", 0, -1, None, 1.5])
def test_what_is_no_number_of_seconds_tells_nothing_of_silences(seconds: object) -> None:
    result = {"outcome": "accepted", "requests": 0, "asked_at": "2026-01-01T00:00:00Z"}
    assert function("page_silences")([], "alert-1", result, seconds)["again"] == 0
