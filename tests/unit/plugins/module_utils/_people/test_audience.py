# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is told of what: preferences, quiet hours, numbers that are given twice, and all that can be written wrongly."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import InputError
from ansible_collections.voip_communications.sms.plugins.module_utils._people.audience import audience
from ansible_collections.voip_communications.sms.tests.support.people_abroad import ANNA, BEN, DESK
from ansible_collections.voip_communications.sms.tests.support.refusals import sentences_of

EVENING = "2026-11-23T23:30:00+01:00"
DAY = {"from": "08:00", "to": "22:00", "timezone": "Europe/Berlin"}
YAML_1320 = (
    'to in hours of recipient 3 is the number 1320, which is what YAML makes of 22:00 without quotes: write "22:00"'
)
UNKNOWN_MAIL = (
    "recipient 1 (anna) has the unknown mail; a person has name, number, groups, email, calendar, events, severity, "
    "hours, quiet, language"
)
UNKNOWN_ZONE = (
    "account_timezone 'Berlin' is not known here: use an IANA name such as Europe/Berlin, or install zone data "
    "(the system's package tzdata, or the Python package tzdata)"
)


def occasion(**changes: object) -> dict[str, object]:
    """Return the event to tell, as a user writes it."""
    return {"event": "failed", "severity": "critical", "now": EVENING, "account_timezone": None} | changes


def heard(recipients: object, **changes: object) -> dict[str, Any]:
    """Return who is told."""
    return audience(recipients, occasion(**changes))


def person(number: str = ANNA, **preferences: object) -> dict[str, object]:
    """Return a person with preferences."""
    return {"number": number} | preferences


def refusal(recipients: object, known_events: object = None, **changes: object) -> tuple[str, ...]:
    """Return the sentences with which this is refused."""
    return sentences_of(audience, recipients, occasion(**changes), known_events=known_events)


@pytest.mark.parametrize(
    "recipients", [[DESK, BEN], f"{DESK}, {BEN}", f"{DESK},{BEN}", (DESK, BEN), [{"number": DESK}, BEN]]
)
def test_plain_numbers_hear_of_everything_at_once(recipients: object) -> None:
    assert heard(recipients) == {"now": [DESK, BEN], "later": [], "dropped": [], "faults": []}
    assert heard(recipients, event="anything", severity="info")["now"] == [DESK, BEN]


@pytest.mark.parametrize("recipients", [[], "", " ", ()])
def test_no_recipients_are_no_one(recipients: object) -> None:
    assert heard(recipients) == {"now": [], "later": [], "dropped": [], "faults": []}


def test_people_hear_of_the_events_that_they_want() -> None:
    people = [person(events=["failed"]), person(BEN, events="started, rolled_back")]
    assert heard(people)["now"] == [ANNA]
    assert heard(people, event="rolled_back")["now"] == [BEN]
    assert heard(people, event="fail")["now"] == []


@pytest.mark.parametrize(
    ("least", "severity", "hears"),
    [
        ("info", "info", True),
        ("warning", "info", False),
        ("warning", "warning", True),
        ("warning", "critical", True),
        ("critical", "warning", False),
        ("critical", "critical", True),
    ],
)
def test_people_hear_of_what_is_severe_enough(least: str, severity: str, hears: bool) -> None:
    assert heard([person(severity=least)], severity=severity)["now"] == ([ANNA] if hears else [])


def test_in_quiet_hours_people_are_dropped_or_deferred() -> None:
    people = [
        person(name="anna", hours=DAY, quiet="defer"),
        person(BEN, name="ben", hours=DAY),
        person(DESK, hours=DAY),
    ]
    assert heard(people) == {
        "now": [],
        "later": [{"at": "2026-11-24T08:00+01:00", "to": [ANNA]}],
        "dropped": ["ben", "+1********00"],
        "faults": [],
    }
    assert heard(people, now="2026-11-23T12:00:00+01:00")["now"] == [ANNA, BEN, DESK]


def test_who_does_not_care_is_in_no_list() -> None:
    people = [person(hours=DAY, quiet="defer", events=["started"]), person(BEN, hours=DAY, severity="critical")]
    assert heard(people, severity="warning") == {"now": [], "later": [], "dropped": [], "faults": []}


def test_whoever_is_told_at_the_same_instant_is_told_together() -> None:
    """Eight in Berlin is seven in London; the earliest come first."""
    london = {"from": "07:00", "to": "22:00", "timezone": "Europe/London"}
    people = [
        person(DESK, hours=DAY | {"from": "09:00"}, quiet="defer"),
        person(ANNA, hours=DAY, quiet="defer"),
        person(BEN, hours=london, quiet="defer"),
    ]
    assert heard(people)["later"] == [
        {"at": "2026-11-24T08:00+01:00", "to": [ANNA, BEN]},
        {"at": "2026-11-24T09:00+01:00", "to": [DESK]},
    ]


def test_the_same_instant_in_an_hour_that_exists_twice_is_one() -> None:
    """The first 01:30 in New York, which Python takes for equal to no time of another zone."""
    new_york = {"from": "01:30", "to": "06:00", "timezone": "America/New_York"}
    lima = {"from": "00:30", "to": "06:00", "timezone": "America/Lima"}
    people = [person(hours=new_york, quiet="defer"), person(BEN, hours=lima, quiet="defer")]
    later = heard(people, now="2026-11-01T04:30:00Z", account_timezone="UTC")["later"]
    assert later == [{"at": "2026-11-01T01:30-04:00", "to": [ANNA, BEN]}]


def test_the_zone_of_the_account_is_regarded() -> None:
    people = [person(hours=DAY | {"from": "07:00"}, quiet="defer")]
    later = heard(people, now="2026-11-01T06:00:00+01:00", account_timezone="America/New_York")["later"]
    assert later == [{"at": "2026-11-01T08:00+01:00", "to": [ANNA]}]


@pytest.mark.parametrize("written", ["+49 151 12345678", "004915112345678", "49 (151) 1234-5678", "+49.151/12345678"])
def test_a_number_gets_one_message(written: str) -> None:
    """At once rather than later, later rather than never, as it was written first."""
    at_once, deferred, dropped = person(), person(written, hours=DAY, quiet="defer"), person(written, hours=DAY)
    assert heard([written, ANNA])["now"] == [written]
    for people in ([at_once, deferred, dropped], [dropped, deferred, at_once]):
        assert heard(people) == {"now": [ANNA], "later": [], "dropped": [], "faults": []}
    for people in ([deferred, dropped], [dropped, deferred]):
        found = heard(people)
        assert [entry["to"] for entry in found["later"]] == [[written]]
        assert found["dropped"] == []


def test_of_two_later_messages_the_earlier_is_sent() -> None:
    early, late = (
        person(number, hours=DAY | {"from": begin}, quiet="defer")
        for number, begin in [(ANNA, "07:00"), ("0049 15112345678", "09:00")]
    )
    for people in ([early, late], [late, early]):
        assert heard(people)["later"] == [{"at": "2026-11-24T07:00+01:00", "to": [ANNA]}]


def test_what_is_no_number_is_left_to_the_sending() -> None:
    """One wrong number must keep nobody from being told."""
    assert heard(["+1 281 CALL NOW", "12", DESK])["now"] == ["+1 281 CALL NOW", "12", DESK]


@pytest.mark.parametrize(
    "now",
    [
        dt.datetime(2026, 11, 23, 22, 30, tzinfo=dt.UTC),
        "2026-11-23T22:30:00Z",
        "2026-11-23 23:30+01:00",
        "2026-11-23T23:30:00+0100",
        " 2026-11-23T23:30:00.000001+01:00 ",
    ],
)
def test_now_can_be_written_in_many_ways(now: object) -> None:
    assert heard([person(name="anna", hours=DAY)], now=now)["dropped"] == ["anna"]


@pytest.mark.parametrize(
    "now",
    [
        "2026-11-23T23:30:00",
        dt.datetime(2026, 11, 23),  # noqa: DTZ001 - without a zone on purpose
        "today",
        "",
        None,
        1795473000,
        "9999-12-31T23:59:00Z",
        dt.date(2026, 11, 23),
    ],
)
def test_now_without_an_offset_is_refused(now: object) -> None:
    assert refusal([DESK], now=now) == (
        "now must be a date and time with an offset, such as 2026-11-23T08:00:00+01:00",
    )


def test_a_number_without_quotes_is_refused_with_the_advice_of_the_modules() -> None:
    (plain,) = refusal([12812345678])
    assert plain.startswith("recipient 1: 12812345678 is not text but a number of type int: quote it (in YAML")
    (of_anna,) = refusal([{"name": "anna", "number": 1.5}])
    assert of_anna.startswith("number of recipient 1 (anna): 1.5 is not text but a number of type float: quote it")


def test_the_name_of_a_subclass_tells_nobody_anything() -> None:
    """Ansible hands over integers of a type of its own."""

    class Tagged(int):
        pass

    assert "a number of type int:" in refusal([Tagged(12812345678)])[0]


def test_every_fault_is_named() -> None:
    wrong = [
        {"name": "anna", "events": [], "severity": "urgent", "quiet": "later", "mail": "anna@example.com"},
        ["+12812345678"],
        person(hours={"from": "08:00", "to": 1320}),
        person(name=7, events=["failed", 1], severity=None),
        None,
        "",
    ]
    assert refusal(wrong, event="", severity="bad", now="today", account_timezone="Berlin") == (
        "event must be a text that is not empty",
        "severity must be one of info, warning, critical",
        "now must be a date and time with an offset, such as 2026-11-23T08:00:00+01:00",
        UNKNOWN_ZONE,
        UNKNOWN_MAIL,
        "events of recipient 1 (anna) is empty: leave it out for all events",
        "severity of recipient 1 (anna) must be one of info, warning, critical",
        "quiet of recipient 1 (anna) must be one of drop, defer",
        "recipient 1 (anna) has no number",
        "recipient 2: a list was given where a phone number belongs: write it as text",
        YAML_1320,
        "timezone in hours of recipient 3 must be an IANA name such as Europe/Berlin",
        "name of recipient 4 must be a text that is not empty",
        "events of recipient 4 must be a list of texts",
        "severity of recipient 4 must be one of info, warning, critical",
        "recipient 5: None was given where a phone number belongs: write it as text",
        "recipient 6: '' has no digits",
    )


@pytest.mark.parametrize(
    ("recipients", "said"),
    [
        (None, "there are no recipients: "),
        (True, "recipient 1: True was given where"),
        ("[1", "recipients begins with ["),
    ],
)
def test_what_is_no_list_of_recipients_is_refused(recipients: object, said: str) -> None:
    assert refusal(recipients)[0].startswith(said)


def test_contacts_and_groups_are_told_as_they_want() -> None:
    contacts = [
        person(name="anna", groups=["dba"], hours=DAY, quiet="defer"),
        person(BEN, name="ben", groups="dba"),
    ]
    found = audience(["@dba", "ben", DESK], occasion(), contacts=contacts)
    assert found["now"] == [BEN, DESK]
    assert found["later"] == [{"at": "2026-11-24T08:00+01:00", "to": [ANNA]}]
    found = audience("@dbb, anna", occasion(), contacts=contacts, strict=False)
    assert found["faults"] == ["recipient 1: there is no group '@dbb'; did you mean @dba?"]


def test_events_that_nobody_knows_can_be_refused() -> None:
    people = [person(name="anna", events=["failed", "faild"])]
    assert heard(people)["now"] == [ANNA]
    assert refusal(people, known_events=["started", "failed"]) == (
        "events of recipient 1 (anna) has 'faild'; the events are started, failed",
    )


def test_whoever_goes_on_in_spite_of_faults_tells_too_many_rather_than_no_one() -> None:
    """A preference that cannot be read is ignored; without a number no one can be told."""
    people = [12812345678, person(name="anna", hours=DAY | {"to": 1320}), person(BEN, severity="bad", hours=DAY), DESK]
    found = audience(people, occasion(), strict=False)
    assert found["now"] == [ANNA, DESK]
    assert found["dropped"] == ["+44********23"]
    assert [sentence.split(":")[0].split(" must")[0] for sentence in found["faults"]] == [
        "recipient 1",
        "to in hours of recipient 2 (anna) is the number 1320, which is what YAML makes of 22",
        "severity of recipient 3",
    ]
    # What there is to tell has to be right nevertheless.
    with pytest.raises(InputError, match=r"^event must be"):
        audience(people, occasion(event=None), strict=False)


@pytest.mark.parametrize("recipients", [[], ""])
def test_no_recipients_are_a_fault_where_someone_was_to_be_told(recipients: object) -> None:
    """A role goes on in spite of faults, and tells whoever runs it."""
    found = audience(recipients, occasion(), strict=False)
    assert (found["now"], found["later"], found["faults"]) == ([], [], ["there are no recipients"])
