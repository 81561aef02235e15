# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is on call by the calendars that services export, and at every moment of a year by another reckoning."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import Faults, InputError
from ansible_collections.voip_communications.sms.plugins.module_utils._people.contacts import Contacts, read_contacts
from ansible_collections.voip_communications.sms.plugins.module_utils._people.ical import EventFeed, read_calendar
from ansible_collections.voip_communications.sms.plugins.module_utils._people.oncall import (
    Answer,
    Query,
    as_written,
    ask_calendars,
    find_people,
    read_query,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._people.person import read_person
from ansible_collections.voip_communications.sms.tests.support.people import ANNA, BEN

GOLDEN = Path(__file__).parent / "golden"
PEOPLE: tuple[dict[str, Any], ...] = (
    {"name": "anna", "number": ANNA, "email": "anna@example.com", "calendar": ["Anna Smith"]},
    {"name": "ben", "number": BEN, "email": "ben.oneil@example.com", "calendar": ["Ben O'Neil"]},
    {"name": "carl", "number": "+12812345670", "email": "carl@example.com"},
    {"name": "carla", "number": "+12812345671", "calendar": ["Müller, Carla"], "quiet": "defer",
     "hours": {"from": "08:00", "to": "22:00", "timezone": "Europe/Berlin"}},
)  # fmt: skip


def contacts(people: Iterable[dict[str, Any]] = PEOPLE) -> Contacts:
    faults = Faults()
    known = read_contacts(list(people), faults)
    faults.raise_if_any()
    return known


def asked(at: str, *paths: Path, people: Iterable[dict[str, Any]] = PEOPLE, **options: Any) -> Answer:
    """Return the answer of calendars at a moment."""
    faults = Faults()
    query = read_query({"calendar": [str(path) for path in paths], **options}, "", faults)
    faults.raise_if_any()
    return ask_calendars(query, contacts(people), dt.datetime.fromisoformat(at))


def export(tmp_path: Path, name: str) -> Path:
    """Return a calendar with the line ends of the standard (RFC 5545), which its file here must not have."""
    path = tmp_path / f"{name}.ics"
    path.write_text((GOLDEN / path.name).read_text("utf-8"), "utf-8", newline="\r\n")
    return path


def names(answer: Answer) -> list[str]:
    return sorted(one.person.name for one in answer.people)


def calendar(tmp_path: Path, *events: str, head: str = "") -> Path:
    """Return a file with events, each a text of several lines."""
    body = "".join(f"BEGIN:VEVENT\nUID:{number}\n{event}\nEND:VEVENT\n" for number, event in enumerate(events))
    path = tmp_path / f"{len(list(tmp_path.iterdir()))}.ics"
    path.write_text(f"BEGIN:VCALENDAR\nVERSION:2.0\n{head}{body}END:VCALENDAR\n", "utf-8")
    return path


def shift(begin: str, end: str, summary: str, *more: str) -> str:
    return "\n".join([f"DTSTART:{begin}", f"DTEND:{end}", f"SUMMARY:{summary}", *more])


# The exports of services ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "at", "people", "until"),
    [
        ("pagerduty", "2026-03-02T07:00:00+00:00", ["anna"], "2026-03-09T07:00+00:00"),
        ("pagerduty", "2026-03-09T06:59:59+00:00", ["anna"], "2026-03-09T07:00+00:00"),
        # Two events of one person are one turn.
        ("pagerduty", "2026-03-09T07:00:00+00:00", ["ben"], "2026-03-16T07:00+00:00"),
        ("opsgenie", "2026-03-02T12:00:00+00:00", ["anna"], "2026-03-02T20:00+00:00"),
        ("opsgenie", "2026-03-03T07:59:59+00:00", ["ben", "carl"], "2026-03-03T08:00+00:00"),
        ("goalert", "2026-03-02T12:00:00+00:00", ["ben"], "2026-03-03T08:00+00:00"),
        ("goalert", "2026-03-03T12:00:00+00:00", ["carla"], "2026-03-04T08:00+00:00"),
        ("grafana", "2026-03-02T12:00:00+00:00", ["anna"], "2026-03-03T08:00+00:00"),
        ("grafana", "2026-03-03T12:00:00+00:00", ["ben"], "2026-03-03T17:00+00:00"),
        # What is cancelled, or has no length, is no shift.
        ("grafana", "2026-03-04T09:00:00+00:00", ["anna"], "2026-03-07T00:00+00:00"),
        ("grafana", "2026-03-04T11:00:00+00:00", ["anna"], "2026-03-07T00:00+00:00"),
        # Of swapped weeks, over the change to summer time.
        ("google", "2026-03-20T12:00:00+00:00", ["carla"], "2026-03-23T08:00+01:00"),
        ("google", "2026-03-30T05:59:59+00:00", ["ben"], "2026-03-30T08:00+02:00"),
        ("google", "2026-03-30T06:00:00+00:00", ["anna"], "2026-04-06T08:00+02:00"),
        # Instead of a date that is left out.
        ("google", "2026-05-13T12:00:00+00:00", ["ben", "carla"], "2026-05-18T08:00+02:00"),
        ("nextcloud", "2026-03-26T23:00:00+00:00", ["anna"], "2026-03-30T00:00+02:00"),
        ("nextcloud", "2026-03-29T21:59:59+00:00", ["anna"], "2026-03-30T00:00+02:00"),
        ("nextcloud", "2026-03-29T22:00:00+00:00", ["carla"], "2026-03-30T12:00+02:00"),
        ("outlook", "2026-03-02T17:00:00+00:00", ["anna"], "2026-03-03T06:00+01:00"),
        ("outlook", "2026-07-02T16:00:00+00:00", ["anna"], "2026-07-03T06:00+02:00"),
        ("outlook_names", "2026-03-03T04:59:59+00:00", ["anna"], "2026-03-03T06:00+01:00"),
        ("outlook_names", "2026-07-02T16:00:00+00:00", ["anna"], "2026-07-03T06:00+02:00"),
        ("outlook_names", "2026-03-03T06:00:00+00:00", ["ben"], "2026-03-03T06:00-06:00"),
    ],
)
def test_the_exports_of_services(tmp_path: Path, name: str, at: str, people: list[str], until: str) -> None:
    answer = asked(at, export(tmp_path, name), timezone="Europe/Berlin")
    assert (names(answer), answer.faults) == (people, ())
    assert until in [one.as_dict()["until"] for one in answer.people]


@pytest.mark.parametrize(
    ("name", "at"),
    [
        ("pagerduty", "2026-03-16T07:00:00+00:00"),
        ("grafana", "2026-03-07T00:00:00+00:00"),
        ("nextcloud", "2026-03-26T22:59:59+00:00"),
        ("outlook", "2026-07-02T15:59:59+00:00"),
        ("outlook_names", "2026-03-02T16:59:59+00:00"),
    ],
)
def test_a_gap_is_a_fault(tmp_path: Path, name: str, at: str) -> None:
    answer = asked(at, export(tmp_path, name), timezone="Europe/Berlin")
    assert answer.people == ()
    assert answer.faults[0].startswith("no one is on call at 2026-")


# A year, by another reckoning ----------------------------------------------------------------------------------------

WEEK, DAY, HOUR = 604_800, 86_400, 3600
ROTA = ("anna", "ben", "carla")
# Seconds since 1970, from the tables of the two places, and not from a library.
BERLIN_SUMMER = (1_774_746_000, 1_792_890_000)  # 2026-03-29 01:00 and 2026-10-25 01:00 UTC
CHICAGO_SUMMER = (1_772_956_800, 1_793_516_400)  # 2026-03-08 08:00 and 2026-11-01 07:00 UTC
FIRST_MONDAY = 1_767_571_200  # 2026-01-05 00:00, as wall time
BEFORE, AFTER = 1_767_600_000, 1_798_675_200  # within the rota: 2026-01-05 08:00, 2026-12-31 00:00 UTC


def wall(moment: int, summer: tuple[int, int], winter_hours: int) -> int:
    """Return the wall time of a place in 2026, as if it were UTC."""
    return moment + (winter_hours + (summer[0] <= moment < summer[1])) * HOUR


def expected_of_weeks(moment: int) -> set[str]:
    """Return who has the week of google.ics, which begins on Mondays at 08:00 in Berlin."""
    week = (wall(moment, BERLIN_SUMMER, 1) - FIRST_MONDAY - 8 * HOUR) // WEEK
    swapped = {10: {"carla"}, 11: {"ben"}, 18: {"ben", "carla"}}
    # Week 18 is left out of the series that it belongs to, and another event stands in its place.
    return swapped.get(week, {ROTA[week % 3]})


def monday(week: int) -> int:
    """Return when a week begins: Monday, 08:00 in Berlin, where no clock is changed at that hour."""
    winter = FIRST_MONDAY + week * WEEK + 7 * HOUR
    return winter - HOUR if BERLIN_SUMMER[0] <= winter < BERLIN_SUMMER[1] else winter


def expected_turn(moment: int, name: str) -> tuple[int, int]:
    """Return from when until when a person of google.ics is on call, by its weeks."""
    first = last = (wall(moment, BERLIN_SUMMER, 1) - FIRST_MONDAY - 8 * HOUR) // WEEK
    while name in expected_of_weeks(monday(first - 1)):
        first -= 1
    while name in expected_of_weeks(monday(last)):
        last += 1
    return monday(first), monday(last)


def expected_of_nights(moment: int) -> set[str]:
    """Return who has the nights in Chicago, from 22:00 to 06:00 daily; weekends, from Saturday on, are carl's."""
    seconds = wall(moment, CHICAGO_SUMMER, -6)
    weekday = (seconds // DAY + 3) % 7
    if weekday >= 5:
        return {"carl"}
    return {"ben"} if not 6 * HOUR <= seconds % DAY < 22 * HOUR else set()


NIGHTS = """BEGIN:VCALENDAR
VERSION:2.0
X-WR-TIMEZONE:America/Chicago
BEGIN:VEVENT
UID:n
DTSTART;TZID=Central Standard Time:20251231T220000
DTEND;TZID=Central Standard Time:20260101T060000
RRULE:FREQ=DAILY
SUMMARY:[L1] Ben
END:VEVENT
BEGIN:VEVENT
UID:w
DTSTART;VALUE=DATE:20260103
DTEND;VALUE=DATE:20260105
RRULE:FREQ=WEEKLY
SUMMARY:[L2] Carl
END:VEVENT
END:VCALENDAR
"""


def instant(moment: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(moment, dt.UTC)


def moments() -> list[int]:
    """Return moments of the year: at random, around each change of the clocks, and around each change of the week."""
    pick = random.Random(20260101)  # noqa: S311 - the same ones each time
    chosen = [pick.randrange(BEFORE, AFTER) for _number in range(900)]
    edges = [*BERLIN_SUMMER, *CHICAGO_SUMMER, *(FIRST_MONDAY + WEEK * week + 7 * HOUR for week in range(1, 51))]
    return chosen + [edge + step for edge in edges for step in (-HOUR - 1, -HOUR, -1, 0, 1, HOUR - 1, HOUR)]


def test_a_thousand_moments_of_a_year_by_another_reckoning(record_property: Any, tmp_path: Path) -> None:
    """Both rotas, at each of more than a thousand moments: none is wrong."""
    weeks = read_calendar(export(tmp_path, "google").read_text("utf-8"), "weeks")
    nights = read_calendar(NIGHTS, "nights")
    known, query = contacts(), Query(calendars=("x",))
    wrong: list[object] = []
    counted = 0
    for moment in moments():
        at = instant(moment)
        for rota, expected in ((weeks, expected_of_weeks(moment)), (nights, expected_of_nights(moment))):
            people = find_people([(rota, False)], query, known, at, Faults())
            counted += 1
            if {one.person.name for one in people} != expected:
                wrong.append((at.isoformat(), people, expected))
            for one in people if rota is weeks else ():
                begin, end = expected_turn(moment, one.person.name)
                if (one.turn.since, one.turn.until) != (instant(begin), instant(end)):
                    wrong.append((at.isoformat(), one, (begin, end)))
    record_property("moments", counted)
    assert counted >= 2 * 1000
    assert wrong == []


# What is hard in calendars -------------------------------------------------------------------------------------------


def test_the_longest_name_and_whole_words(tmp_path: Path) -> None:
    people = [{"name": name, "number": "+1281234567" + str(index)} for index, name in enumerate(
        ["Anna", "Anna Smith", "Li", "Jean-Luc", "O'Neil"])]  # fmt: skip

    def found(summary: str) -> list[str]:
        path = calendar(tmp_path, shift("20260302T080000Z", "20260303T080000Z", summary))
        return names(asked("2026-03-02T12:00:00+00:00", path, people=people))

    assert found("anna smith") == ["Anna Smith"]
    assert found("Anna\\, Anna Smith") == ["Anna", "Anna Smith"]
    assert found("ANNA's week (O&#39\\;Neil)") == ["Anna", "O'Neil"]
    assert found("[L3] Anna") == ["Anna"]
    for summary in ("Liverpool", "Anna-Maria", "Jean", "anna@example.org", "anna.smith", "Joanna", "McO'Neil"):
        assert found(summary) == [], summary


def test_an_event_without_a_contact_is_a_fault_beside_the_others(tmp_path: Path) -> None:
    path = calendar(
        tmp_path,
        shift("20260302T080000Z", "20260303T080000Z", "Anna Smith"),
        shift("20260302T080000Z", "20260302T100000Z", "Zoe"),
    )
    answer = asked("2026-03-02T09:00:00+00:00", path)
    assert names(answer) == ["anna"]
    assert answer.faults == ("there is the event 'Zoe', which names no contact",)
    assert asked("2026-03-02T10:00:00+00:00", path).faults == ()
    assert len(asked("2026-03-02T09:00:00+00:00", path, people=[]).faults) == 2


def test_overrides_beat_levels_and_a_level_can_be_asked_for(tmp_path: Path) -> None:
    base = calendar(
        tmp_path,
        shift("20260302T080000Z", "20260303T080000Z", "[L1] anna"),
        shift("20260302T080000Z", "20260302T120000Z", "[L9] ben"),
    )
    overrides = calendar(tmp_path, shift("20260302T090000Z", "20260302T100000Z", "carl"))
    nine, eight = "2026-03-02T09:30:00+00:00", "2026-03-02T08:30:00+00:00"
    assert names(asked(nine, base, overrides=[str(overrides)])) == ["carl"]
    (turn,) = asked(eight, base, overrides=[str(overrides)]).people
    assert turn.as_dict()["until"] == "2026-03-02T09:00+00:00"
    assert (turn.turn.followers, turn.turn.level) == (("carl",), 9)
    assert names(asked(nine, base, level=1)) == ["anna"]
    assert names(asked(nine, base, level="9")) == ["ben"]
    assert asked(nine, base, level=0).faults[0].startswith("no one is on call")


def test_who_follows_over_a_gap(tmp_path: Path) -> None:
    path = calendar(
        tmp_path,
        shift("20260302T080000Z", "20260303T080000Z", "anna"),
        shift("20260401T080000Z", "20260402T080000Z", "ben"),
    )
    (one,) = asked("2026-03-02T12:00:00+00:00", path, next=True).people
    assert (one.person.name, one.as_dict()["since"]) == ("ben", "2026-04-01T08:00+00:00")
    assert asked("2026-03-02T12:00:00+00:00", path).people[0].turn.followers == ()
    last = asked("2026-04-01T12:00:00+00:00", path, next=True)
    assert (last.people, last.faults) == ((), ("no one follows, as far as the calendars say",))


def test_a_turn_without_an_end(tmp_path: Path) -> None:
    path = calendar(tmp_path, shift("20200101T080000Z", "20200102T080000Z", "anna", "RRULE:FREQ=DAILY"))
    (one,) = asked("2026-03-02T12:00:00+00:00", path).people
    assert (one.as_dict()["since"], one.as_dict()["until"], one.as_dict()["next"]) == ("", "", [])


def test_durations_over_a_clock_change(tmp_path: Path) -> None:
    """Twelve hours are twelve hours; a day ends at the same time of day."""
    zone = "DTSTART;TZID=Europe/Berlin:"
    path = calendar(
        tmp_path,
        f"{zone}20260328T200000\nDURATION:PT12H\nSUMMARY:anna",
        f"{zone}20260328T080000\nDURATION:P1D\nSUMMARY:ben",
    )
    until = {one.person.name: one.as_dict()["until"] for one in asked("2026-03-28T20:00:00+00:00", path).people}
    assert until == {"anna": "2026-03-29T09:00+02:00", "ben": "2026-03-29T08:00+02:00"}


@pytest.mark.parametrize(
    ("event", "sentence"),
    [
        ("DTSTART:20260302T080000\nDTEND:20260302T090000\nSUMMARY:anna", "times without a zone, as of 'anna'"),
        ("DTSTART;VALUE=DATE:20260302\nSUMMARY:anna", "times without a zone, as of 'anna': set timezone"),
        ("DTSTART;TZID=Foo/Bar:20260302T080000\nSUMMARY:a", "zones that are not known here: Foo/Bar"),
        ("DTSTART:2026030\nSUMMARY:anna", "an event that cannot be read ('anna')"),
        ("SUMMARY:anna", "an event that cannot be read ('anna')"),
        (shift("20260302T080000Z", "20260302T090000Z", "a", "RRULE:FREQ=FOO"), "an event that cannot be read"),
        (shift("20260302T080000Z", "20260302T090000Z", "a", "RRULE:FREQ=SECONDLY"), "cannot be read ('a')"),
        # By which the library would look for the next time without an end.
        (shift("20260302T080000Z", "20260302T090000Z", "a", "RRULE:FREQ=DAILY;INTERVAL=0"), "cannot be read ('a')"),
        (shift("20260302T080000Z", "20260302T090000Z", "a", "RRULE:daily"), "cannot be read ('a')"),
        (shift("20260302T080000Z", "20260302T090000Z", "a", "RRULE:FREQ=DAILY;COUNT=-1"), "(BadRuleStringFormat)"),
    ],
)
def test_what_cannot_be_read_is_a_fault(tmp_path: Path, event: str, sentence: str) -> None:
    answer = asked("2026-03-02T08:30:00+00:00", calendar(tmp_path, event))
    assert answer.people == ()
    assert sentence in answer.faults[0]


@pytest.mark.parametrize(("method", "what"), [("between", "(OSError)"), ("get", "('anna', OSError)")])
def test_whatever_the_libraries_raise_is_a_fault(method: str, what: str) -> None:
    """Of the times of an event, which are only computed when they are asked for."""

    class Broken(dict[str, Any]):
        def between(self, *_span: object) -> list[dict[str, Any]]:
            if method == "between":
                raise OSError
            return [{"SUMMARY": "anna", "DTSTART": self}]

        @property
        def dt(self) -> dt.datetime:
            raise OSError

    feed = EventFeed("calendar 1", [Broken()], "")
    now = dt.datetime.now(dt.UTC)
    with pytest.raises(InputError) as caught:
        feed.between(now, now)
    assert what in str(caught.value)


def test_zones_that_are_not_known_are_not_taken_for_the_one_of_the_calendar(tmp_path: Path) -> None:
    head = "X-WR-TIMEZONE:Europe/Berlin\n"
    path = calendar(tmp_path, "DTSTART;TZID=Foo/Bar:20260302T080000\nSUMMARY:anna", head=head)
    assert "Foo/Bar" in asked("2026-03-02T08:30:00+00:00", path).faults[0]
    wrong = calendar(tmp_path, shift("20260302T080000Z", "20260302T090000Z", "anna"), head="X-WR-TIMEZONE:Nowhere\n")
    assert "Nowhere" in asked("2026-03-02T08:30:00+00:00", wrong).faults[0]


@pytest.mark.parametrize("text", ["", "<html>log in</html>", "BEGIN:VCARD\nEND:VCARD\n", "BEGIN:VEVENT\nEND:VEVENT\n"])
def test_what_is_no_calendar(text: str) -> None:
    with pytest.raises(InputError, match="calendar 1 is not a calendar in iCalendar"):
        read_calendar(text, "calendar 1")


def test_a_calendar_that_is_missing_does_not_hide_another(tmp_path: Path) -> None:
    answer = asked("2026-03-02T08:00:00+00:00", export(tmp_path, "pagerduty"), tmp_path / "none.ics")
    assert names(answer) == ["anna"]
    assert answer.faults == (f"calendar '{tmp_path / 'none.ics'}' cannot be read (No such file or directory)",)


def test_each_person_can_be_given_as_a_recipient() -> None:
    for person in contacts().people:
        faults = Faults()
        added = {"since": "", "until": "", "level": 0, "next": []}
        assert read_person("recipient 1", dict((as_written(person) | added).items()), faults) == person
        assert faults.sentences == ()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"calendar": []}, "the lookup has no calendar: give the path of a file, or an address"),
        ({"calendar": [1]}, "calendar must be the paths or addresses of calendars"),
        ({"calendar": ["a"] * 19 + ["b", "c"]}, "calendar has 21 calendars"),
        ({"calendar": "a", "level": 10}, "level must be a whole number from 0 to 9"),
        ({"calendar": "a", "timezone": "Berlin"}, "timezone 'Berlin' is not known here"),
        ({"calendar": "a", "stale_for": "long"}, "stale_for 'long' is not a duration"),
        ({"calendar": "a", "timeout": "0s"}, "timeout must be from 1 to 120 seconds"),
        ({"calendar": "a", "next": "maybe"}, "next must be true or false"),
    ],
)
def test_options_that_are_wrong(options: dict[str, Any], sentence: str) -> None:
    faults = Faults()
    read_query(options, "", faults)
    assert sentence in faults.sentences[0]


def test_python_3_9_is_told_what_it_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.version_info", (3, 9, 2))
    with pytest.raises(InputError, match=r"calendars need Python 3\.10 or newer, and this is 3\."):
        read_calendar("", "calendar 1")
