# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hours over midnight and over clock changes: when they begin again, as a date that the account can take."""

from __future__ import annotations

import datetime as dt
import zoneinfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import InputError
from ansible_collections.voip_communications.sms.plugins.module_utils._message import dates
from ansible_collections.voip_communications.sms.plugins.module_utils._people.hours import LEAD, Hours, read_hours
from ansible_collections.voip_communications.sms.tests.support.refusals import sentences_of

UTC = dt.UTC
BERLIN = "Europe/Berlin"
NEW_YORK = "America/New_York"
MINUTE = dt.timedelta(minutes=1)
# Clocks of half an hour (Lord Howe), of two (Troll), with a change at midnight (Santiago, Beirut), of odd offsets.
ZONES = [
    BERLIN,
    NEW_YORK,
    "UTC",
    "Australia/Lord_Howe",
    "Antarctica/Troll",
    "America/Santiago",
    "Asia/Beirut",
    "Asia/Kathmandu",
    "Pacific/Chatham",
]
MINUTES = st.integers(0, 1439)


def at(text: str) -> dt.datetime:
    """Return an instant from ISO 8601 with an offset."""
    return dt.datetime.fromisoformat(text)


def hours(begin: str, end: str, zone: str = BERLIN) -> Hours:
    """Return hours as a person writes them."""
    return read_hours("hours of anna", {"from": begin, "to": end, "timezone": zone})


def refusal(given_hours: object) -> tuple[str, ...]:
    """Return the sentences with which hours are refused."""
    return sentences_of(read_hours, "hours of anna", given_hours)


def unknown_zone(option: str) -> str:
    """Return the sentence for a zone that is none."""
    with pytest.raises(dates.DateError) as caught:
        dates.zone("Berlin", option)
    return str(caught.value)


@pytest.mark.parametrize(
    ("begin", "end", "instant", "within"),
    [
        ("08:00", "22:00", "2026-11-23T07:59:59+01:00", False),
        ("08:00", "22:00", "2026-11-23T08:00:00+01:00", True),
        ("08:00", "22:00", "2026-11-23T21:59:59+01:00", True),
        ("08:00", "22:00", "2026-11-23T22:00:00+01:00", False),
        # The instant counts, however it is written.
        ("08:00", "22:00", "2026-11-23T07:00:00Z", True),
        ("20:00", "06:00", "2026-11-23T19:59:00+01:00", False),
        ("20:00", "06:00", "2026-11-23T20:00:00+01:00", True),
        ("20:00", "06:00", "2026-11-24T00:00:00+01:00", True),
        ("20:00", "06:00", "2026-11-24T05:59:00+01:00", True),
        ("20:00", "06:00", "2026-11-24T06:00:00+01:00", False),
        ("8:00", "00:00", "2026-11-23T23:59:00+01:00", True),
        ("8:00", "00:00", "2026-11-24T00:00:00+01:00", False),
    ],
)
def test_hours_have_a_beginning_and_an_end(begin: str, end: str, instant: str, within: bool) -> None:
    assert hours(begin, end).contains(at(instant)) is within


@pytest.mark.parametrize(
    ("begin", "end", "after", "opening"),
    [
        # Before and after midnight.
        ("08:00", "22:00", "2026-11-23T23:30:00+01:00", "2026-11-24T08:00:00+01:00"),
        ("08:00", "22:00", "2026-11-24T00:30:00+01:00", "2026-11-24T08:00:00+01:00"),
        ("00:00", "06:00", "2026-11-23T12:00:00+01:00", "2026-11-24T00:00:00+01:00"),
        ("20:00", "06:00", "2026-11-23T06:00:00+01:00", "2026-11-23T20:00:00+01:00"),
        # In another zone than that of the instant.
        ("08:00", "22:00", "2026-11-23T23:30:00Z", "2026-11-24T08:00:00+01:00"),
        # A night that is an hour shorter, and one that is an hour longer.
        ("08:00", "22:00", "2026-03-28T23:30:00+01:00", "2026-03-29T08:00:00+02:00"),
        ("08:00", "22:00", "2026-10-24T23:30:00+02:00", "2026-10-25T08:00:00+01:00"),
        # 02:30 does not exist: the clocks go from 02:00 to 03:00.
        ("02:30", "06:00", "2026-03-29T01:00:00+01:00", "2026-03-29T03:00:00+02:00"),
        # None of these hours exists on that day.
        ("02:10", "02:50", "2026-03-29T01:00:00+01:00", "2026-03-30T02:10:00+02:00"),
        # 02:30 exists twice, and the account can take neither.
        ("02:30", "06:00", "2026-10-25T01:00:00+02:00", "2026-10-25T03:00:00+01:00"),
        ("02:10", "02:50", "2026-10-25T01:00:00+02:00", "2026-10-26T02:10:00+01:00"),
        # Seconds: the next whole minute, and far enough ahead.
        ("08:00", "22:00", "2026-11-24T07:57:01+01:00", "2026-11-24T08:00:00+01:00"),
        ("08:00", "22:00", "2026-11-24T07:58:00+01:00", "2026-11-24T08:00:00+01:00"),
        ("08:00", "22:00", "2026-11-24T07:58:01+01:00", "2026-11-24T08:01:00+01:00"),
        ("08:00", "22:00", "2026-11-24T07:59:59.5+01:00", "2026-11-24T08:02:00+01:00"),
        # Too short to be met: the next day.
        ("08:00", "08:01", "2026-11-24T07:59:30+01:00", "2026-11-25T08:00:00+01:00"),
    ],
)
def test_hours_begin_again(begin: str, end: str, after: str, opening: str) -> None:
    assert hours(begin, end).opening(at(after)).isoformat() == opening


def test_west_of_greenwich_the_first_of_two_hours_can_be_taken() -> None:
    one = hours("01:30", "06:00", NEW_YORK)
    assert one.opening(at("2026-11-01T00:30:00-04:00")).isoformat() == "2026-11-01T01:30:00-04:00"
    # Once it is over, the second cannot.
    assert one.opening(at("2026-11-01T01:15:00-05:00")).isoformat() == "2026-11-01T02:00:00-05:00"


def test_the_account_decides_which_date_can_be_taken() -> None:
    """Seven in Berlin is one in New York, for the second time."""
    one = hours("07:00", "22:00")
    after = at("2026-11-01T06:00:00+01:00")
    assert one.opening(after).isoformat() == "2026-11-01T07:00:00+01:00"
    assert one.opening(after, NEW_YORK).isoformat() == "2026-11-01T08:00:00+01:00"
    # The other way round: an account that knows no clock changes takes both.
    night = hours("02:30", "06:00")
    assert night.opening(at("2026-10-25T01:00:00+02:00"), "UTC").isoformat() == "2026-10-25T02:30:00+02:00"


@given(
    zone=st.sampled_from(ZONES),
    account=st.sampled_from(["", *ZONES]),
    begin=MINUTES,
    length=st.integers(30, 1400),
    day=st.dates(dt.date(2026, 1, 1), dt.date(2027, 12, 31)),
    second=st.integers(0, 86399),
)
def test_hours_always_begin_at_a_date_that_is_taken(
    zone: str, account: str, begin: int, length: int, day: dt.date, second: int
) -> None:
    one = Hours(begin, (begin + length) % 1440, zone)
    after = dt.datetime.combine(day, dt.time(), tzinfo=UTC) + dt.timedelta(seconds=second)
    assume(not one.contains(after))
    opening = one.opening(after, account)
    assert opening - after >= LEAD
    assert opening.second == opening.microsecond == 0
    assert one.contains(opening)
    dates.read(opening.isoformat(timespec="minutes"), account_timezone=account or zone)
    # Within a day and what a clock change may add, unless that has taken the hours of a day.
    assert opening - after <= dt.timedelta(days=2, hours=2)


@pytest.mark.parametrize("zone", ZONES)
def test_on_other_days_hours_begin_at_their_beginning(zone: str) -> None:
    where = zoneinfo.ZoneInfo(zone)
    after = dt.datetime(2026, 7, 15, 23, 30, tzinfo=where)
    assert hours("08:00", "22:00", zone).opening(after) == dt.datetime(2026, 7, 16, 8, 0, tzinfo=where)


def test_hours_at_which_no_date_is_taken_never_begin() -> None:
    """An account in a zone that does not exist takes none."""
    with pytest.raises(InputError, match=r"the hours from 08:00 in Europe/Berlin do not begin within a week"):
        hours("08:00", "22:00").opening(at("2026-11-23T12:00:00+01:00"), "Nowhere/City")


@pytest.mark.parametrize(("value", "shown"), [(1320, "22:00"), (630, "10:30"), (0, "00:00"), (1439, "23:59")])
def test_what_yaml_makes_of_a_time_without_quotes_is_explained(value: int, shown: str) -> None:
    (sentence,) = refusal({"from": "08:00", "to": value, "timezone": BERLIN})
    cause = f"to in hours of anna is the number {value}, which is what YAML makes of {shown} without quotes"
    assert sentence == f'{cause}: write "{shown}"'


@pytest.mark.parametrize("value", ["24:00", "8", "08:60", "08:00:00", "\u0661\u0660:00", "", None, 1440, -1, True, 8.5])
def test_what_is_no_time_of_day_is_refused(value: object) -> None:
    assert refusal({"from": value, "to": "22:00", "timezone": BERLIN}) == (
        'from in hours of anna must be a time of day in quotes, from "00:00" to "23:59"',
    )


def test_hours_of_no_length_are_refused() -> None:
    assert refusal({"from": "08:00", "to": "8:00", "timezone": BERLIN}) == (
        "hours of anna begin when they end: leave hours out for the whole day",
    )


def test_every_fault_is_named() -> None:
    assert refusal({"start": "08:00", "timezone": "Berlin"}) == (
        "hours of anna has the unknown start; it has from, to, timezone",
        'from in hours of anna must be a time of day in quotes, from "00:00" to "23:59"',
        'to in hours of anna must be a time of day in quotes, from "00:00" to "23:59"',
        unknown_zone("timezone in hours of anna"),
    )
    assert refusal({"from": "08:00", "to": "22:00"}) == (
        "timezone in hours of anna must be an IANA name such as Europe/Berlin",
    )
    assert refusal("08:00-22:00") == (
        "hours of anna must be a dictionary with from, to, timezone, or a text such as 08:00-22:00 Europe/Berlin",
    )


@pytest.mark.parametrize(
    ("begin", "end", "instant", "surrounded"),
    [
        ("08:00", "22:00", "2026-11-23T12:00:00+01:00", True),
        ("08:00", "22:00", "2026-11-23T09:00:00+01:00", True),
        ("08:00", "22:00", "2026-11-23T08:59:00+01:00", False),
        ("08:00", "22:00", "2026-11-23T21:01:00+01:00", False),
        ("08:00", "22:00", "2026-11-23T23:00:00+01:00", False),
        # Quiet for a minute alone, in the middle.
        ("12:01", "12:00", "2026-11-23T11:30:00+01:00", False),
        ("20:00", "06:00", "2026-11-24T00:00:00+01:00", True),
    ],
)
def test_hours_can_surround_an_instant(begin: str, end: str, instant: str, surrounded: bool) -> None:
    assert hours(begin, end).surround(at(instant), dt.timedelta(hours=1)) is surrounded
