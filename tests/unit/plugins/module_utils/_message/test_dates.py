# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Dates over every zone's next two clock changes, as YAML hands them over, and as PHP would change them."""

from __future__ import annotations

import datetime as dt
import functools
import zoneinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.voip_communications.sms.plugins.module_utils._message.dates import (
    DateError,
    DeliveryDate,
    echo_matches,
    from_echo,
    iso,
    lead_doubt,
    lead_fault,
    logged,
    read,
    zone,
)

UTC = dt.UTC
CHICAGO = "America/Chicago"
BERLIN = "Europe/Berlin"
MINUTE = dt.timedelta(minutes=1)
START = dt.datetime(2026, 1, 1, tzinfo=UTC)
ZONES = sorted(name for name in zoneinfo.available_timezones() if name not in {"Factory", "localtime"})


def at(text: str) -> dt.datetime:
    """Return an instant from ISO 8601 with an offset."""
    return dt.datetime.fromisoformat(text).astimezone(UTC)


def refusal(value: object, timezone: str | None = None, account_timezone: str | None = None) -> str:
    """Return the sentence with which a date is refused."""
    with pytest.raises(DateError) as caught:
        read(value, timezone=timezone, account_timezone=account_timezone)
    return str(caught.value)


def offset_of(name: str, instant: dt.datetime) -> dt.timedelta:
    """Return a zone's offset at an instant."""
    offset = instant.astimezone(zoneinfo.ZoneInfo(name)).utcoffset()
    assert offset is not None
    return offset


@functools.cache
def changes(name: str) -> tuple[dt.datetime, ...]:
    """Return the first instants after the next two changes of a zone's offset within two years, to the minute."""
    found: list[dt.datetime] = []
    day = START
    while len(found) < 2 and day < START + dt.timedelta(days=731):
        after = day + dt.timedelta(days=1)
        if offset_of(name, day) != offset_of(name, after):
            low, high = 0, 24 * 60
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (
                    (middle, high) if offset_of(name, day + middle * MINUTE) == offset_of(name, day) else (low, middle)
                )
            found.append(day + high * MINUTE)
        day = after
    return tuple(found)


@functools.cache
def changing() -> tuple[str, ...]:
    """Return the zones whose offset changes."""
    return tuple(name for name in ZONES if changes(name))


def wall(instant: dt.datetime, offset: dt.timedelta) -> str:
    """Return wall time at an offset, as the wire has it."""
    return (instant + offset).strftime("%Y-%m-%d %H:%M")


def test_there_are_zones_that_change() -> None:
    assert len(ZONES) > 300
    assert len(changing()) > 100


def test_skipped_hours_are_refused_in_every_zone() -> None:
    seen = 0
    for name in changing():
        for change in changes(name):
            before, after = offset_of(name, change - MINUTE), offset_of(name, change)
            if after < before:
                continue
            seen += 1
            for skipped in (wall(change, before), wall(change - MINUTE, after)):
                for options in ({"account_timezone": name}, {"timezone": name, "account_timezone": "UTC"}):
                    assert "does not exist" in refusal(skipped, **options)
            last, first = wall(change - MINUTE, before), wall(change, after)
            assert read(last, account_timezone=name).instant == change - MINUTE
            assert read(first, account_timezone=name).instant == change
    assert seen > 100


def test_hours_that_exist_twice_are_refused_without_an_offset_in_every_zone() -> None:
    seen = 0
    for name in changing():
        for change in changes(name):
            before, after = offset_of(name, change - MINUTE), offset_of(name, change)
            if after > before:
                continue
            seen += 1
            for double in (wall(change, after), wall(change - MINUTE, before)):
                for options in ({"account_timezone": name}, {"timezone": name, "account_timezone": "UTC"}):
                    assert "exists twice" in refusal(double, **options)
            single_before, single_after = change - (before - after) - MINUTE, change + (before - after)
            assert read(wall(single_before, before), account_timezone=name).instant == single_before
            assert read(wall(single_after, after), account_timezone=name).instant == single_after
    assert seen > 100


def test_an_offset_means_the_first_where_php_takes_it_in_every_zone() -> None:
    west = east = 0
    for name in changing():
        for change in changes(name):
            before, after = offset_of(name, change - MINUTE), offset_of(name, change)
            if after > before:
                continue
            first = change - MINUTE
            second = first + (before - after)
            echo = wall(first, before)
            assert wall(second, after) == echo
            assert "cannot be told which" in refusal(second.isoformat(), account_timezone=name)
            if before > dt.timedelta(0):
                east += 1
                assert "cannot be told which" in refusal(first.isoformat(), account_timezone=name)
                assert "cannot be told which" in refusal(wall(first, dt.timedelta(0)), "UTC", name)
                assert from_echo(echo, name).instant == second
                continue
            west += 1
            date = read(first.isoformat(), account_timezone=name)
            assert (date.instant, date.wire) == (first, echo)
            # an unambiguous wall time elsewhere means it just as well
            assert read(wall(first, dt.timedelta(0)), timezone="UTC", account_timezone=name) == date
            assert from_echo(echo, name) == date
    assert west > 50
    assert east > 50


def test_an_echo_in_a_gap_is_moved_ahead_in_every_zone() -> None:
    for name in changing():
        for change in changes(name):
            before, after = offset_of(name, change - MINUTE), offset_of(name, change)
            if after > before:
                assert from_echo(wall(change, before), name).instant == change


@given(
    st.sampled_from(ZONES),
    st.datetimes(min_value=dt.datetime(2026, 1, 1), max_value=dt.datetime(2028, 1, 1)),  # noqa: DTZ001 - hypothesis wants naive bounds
    st.integers(-14 * 60, 14 * 60),
)
def test_every_instant_goes_over_the_wire_and_back(name: str, moment: dt.datetime, minutes: int) -> None:
    instant = moment.replace(second=0, microsecond=0, tzinfo=UTC)
    written = instant.astimezone(dt.timezone(dt.timedelta(minutes=minutes))).isoformat()
    try:
        date = read(written, account_timezone=name)
    except DateError as error:
        assert "cannot be told which" in str(error)
        return
    assert date.instant == instant
    assert from_echo(f"{date.wire}:00", name) == date
    assert echo_matches(f"{date.wire}:00", date)
    assert at(iso(date) or "") == instant
    assert (iso(date) or "").startswith(date.wire.replace(" ", "T"))


@given(
    st.sampled_from(ZONES),
    st.sampled_from(ZONES),
    st.datetimes(min_value=dt.datetime(2026, 1, 1), max_value=dt.datetime(2028, 1, 1)),  # noqa: DTZ001 - hypothesis wants naive bounds
)
def test_wall_time_in_one_zone_is_the_same_instant_in_another(there: str, here: str, moment: dt.datetime) -> None:
    text = moment.strftime("%Y-%m-%d %H:%M")
    try:
        date = read(text, timezone=there, account_timezone=here)
    except DateError as error:
        assert "exist" in str(error)
        return
    assert date.instant is not None
    assert date.instant.astimezone(zoneinfo.ZoneInfo(there)).strftime("%Y-%m-%d %H:%M") == text
    assert date.instant.astimezone(zoneinfo.ZoneInfo(here)).strftime("%Y-%m-%d %H:%M") == date.wire


@given(
    st.text() | st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})?")
)
def test_what_is_read_is_what_was_written(text: str) -> None:
    try:
        date = read(text, account_timezone="UTC")
    except DateError as error:
        assert str(error).isprintable()
        return
    assert date == read(f"{date.wire}:00+00:00", account_timezone="UTC")
    if "Z" in text or text.strip()[16:] in {"", ":00"}:
        assert date.wire == text.strip()[:16].replace("T", " ")


@pytest.mark.parametrize(
    "value",
    [
        "2026-12-01T22:00:00+01:00",
        "2026-12-01 22:00:00+01:00",
        "2026-12-01 22:00:00 +01:00",
        "2026-12-01T22:00+01:00",
        "2026-12-01T22:00+0100",
        "2026-12-01T22:00+01",
        "2026-12-01t21:00:00z",
        "2026-12-01T21:00Z",
        "2026-12-01T21:00:00.000000Z",
        "2026-12-01T15:30:00-05:30",
        "  2026-12-01T21:00Z\n",
        dt.datetime(2026, 12, 1, 21, tzinfo=UTC),
        dt.datetime(2026, 12, 1, 22, tzinfo=dt.timezone(dt.timedelta(hours=1))),
    ],
)
def test_one_instant_in_many_notations(value: object) -> None:
    date = read(value, account_timezone=CHICAGO)
    assert date == DeliveryDate("2026-12-01 15:00", at("2026-12-01T21:00+00:00"), CHICAGO)
    # the offset decides, whatever the zone for dates without one
    assert read(value, timezone="Asia/Tokyo", account_timezone=CHICAGO) == date
    assert iso(date) == "2026-12-01T15:00:00-06:00"
    assert "set account_timezone" in refusal(value)


@pytest.mark.parametrize(
    "value",
    [
        "2026-12-01 22:00",
        "2026-12-01T22:00",
        "2026-12-01 22:00:00",
        "2026-12-01T22:00:00",
        "2026-12-01 22:00:00.000",
        dt.datetime(2026, 12, 1, 22),  # noqa: DTZ001 - a YAML timestamp without offset
    ],
)
def test_wall_time_is_of_the_named_zone_or_else_of_the_account(value: object) -> None:
    assert read(value) == DeliveryDate("2026-12-01 22:00", None, None)
    assert read(value, timezone="", account_timezone="") == read(value)
    account = read(value, account_timezone=CHICAGO)
    assert account == DeliveryDate("2026-12-01 22:00", at("2026-12-01T22:00-06:00"), CHICAGO)
    berlin = read(value, timezone=BERLIN, account_timezone=CHICAGO)
    assert berlin == DeliveryDate("2026-12-01 15:00", at("2026-12-01T22:00+01:00"), CHICAGO)
    assert refusal(value, timezone=BERLIN) == (
        "timezone is given, but the service takes wall time of the account: set account_timezone"
    )
    assert iso(read(value)) is None


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("2027-02-30 10:00", "'2027-02-30 10:00' does not exist, and the service would silently take another date"),
        ("2027-02-29T10:00Z", "does not exist"),
        ("2026-13-01 10:00", "does not exist"),
        ("2026-00-10 10:00", "does not exist"),
        ("2026-12-01 24:00", "does not exist"),
        ("2026-12-01 23:60", "does not exist"),
        ("2026-12-01 23:59:60", "does not exist"),
        ("0000-01-01 00:00", "does not exist"),
        ("2026-12-01 22:00:01", "has seconds, but the service delivers by the minute: write 00 or none"),
        ("2026-12-01 22:00:00.000001", "has seconds"),
        ("2026-12-01 22:00:00.000000001", "has seconds"),
        (dt.datetime(2026, 12, 1, 22, 0, 0, 1, tzinfo=UTC), "has seconds"),
        (dt.datetime(2026, 12, 1, 22, 0, 30, tzinfo=UTC), "has seconds"),
        ("2026-12-01", "has no hour"),
        (dt.date(2026, 12, 1), "delivery_date '2026-12-01' has no hour"),
        ("22:00", "is not a date: write it in quotes as YYYY-MM-DD HH:MM"),
        ("tomorrow", "delivery_date 'tomorrow' is not a date"),
        ("+1 day", "is not a date"),
        ("@1796162400", "is not a date"),
        ("1796162400", "is not a date"),
        ("12/01/2026 22:00", "is not a date"),
        ("2026-12-1 22:00", "is not a date"),
        ("2026-12-01 10:00 PM", "is not a date"),
        ("2026-12-01 22:00 Europe/Berlin", "is not a date"),
        ("2026-12-01 22:00 CET", "is not a date"),
        ("2026-12-01  22:00", "is not a date"),
        ("2026-12-01 22:00&to=1", "is not a date"),
        ("2026-12-01\n22:00", r"delivery_date '2026-12-01\n22:00' is not a date"),
        ("\u0662026-12-01 22:00", "is not a date"),
        ("\x1b[31m", r"delivery_date '\x1b[31m' is not a date"),
        ("", "delivery_date '' is not a date"),
        ("x" * 10**6, "xxx...' is not a date"),
        (None, "delivery_date null is not a date"),
        (["2026-12-01 22:00"], "delivery_date of type list is not a date"),
        (79200, "is a number or a truth value, not a date (YAML reads 22:00 as a number of seconds)"),
        pytest.param(10**5000, "is a number", id="huge"),
        (1.5, "is a number"),
        (True, "delivery_date is a number or a truth value, not a date: write it"),
        ("2026-12-01T22:00+14:01", "has the offset +14:01, which no place on earth has"),
        ("2026-12-01T22:00-20", "which no place on earth has"),
        ("2026-12-01T22:00+01:60", "which no place on earth has"),
        ("0001-01-01T00:00+01:00", "delivery_date is beyond what can be computed"),
        ("9999-12-31T23:59-01:00", "delivery_date is beyond what can be computed"),
        # before railway time Chicago was 5:50:36 behind
        ("1850-01-01T12:00Z", "1850-01-01T06:09:24-05:50:36 is not a whole minute in America/Chicago"),
        ("0001-01-01T00:00Z", "delivery_date is beyond what can be computed"),
    ],
)
def test_a_date_that_cannot_be_meant_is_refused(value: object, reason: str) -> None:
    said = refusal(value, account_timezone=CHICAGO)
    assert reason in said
    assert said.isprintable()
    assert len(said) < 250


def test_the_ends_of_the_calendar() -> None:
    for text in ("0001-01-01 00:00", "9999-12-31 23:59"):
        assert read(text).wire == text
        for name in ("Asia/Tokyo", CHICAGO):
            try:
                assert read(text, account_timezone=name).wire == text
            except DateError as error:
                assert "beyond what can be computed" in str(error)


def test_the_sentences_about_clock_changes() -> None:
    assert refusal("2026-03-08 02:30", account_timezone=CHICAGO) == (
        "2026-03-08 02:30 does not exist in America/Chicago: the clocks are put forward over it; "
        "choose another minute, or write it with the offset that is meant"
    )
    assert refusal("2026-11-01 01:30", account_timezone=CHICAGO) == (
        "2026-11-01 01:30 exists twice in America/Chicago, since the clocks are put back then: "
        "choose another minute, or write it with the offset that is meant"
    )
    assert refusal("2026-11-01T01:30-06:00", account_timezone=CHICAGO) == (
        "2026-11-01 01:30 exists twice in America/Chicago, and the service cannot be told which of them is meant: "
        "choose another minute"
    )
    assert read("2026-11-01T01:30-05:00", account_timezone=CHICAGO).wire == "2026-11-01 01:30"


@pytest.mark.parametrize(
    "name",
    [
        "Mars/Olympus",
        "America",
        "../../etc/passwd",
        "/etc/localtime",
        "localtime",
        "posixrules",
        "right/UTC",
        "posix/UTC",
        "Factory",
        "tzdata.zi",
        "zone.tab",
        "+01:00",
        "a\x00b",
        "\ud800",
        "x" * 5000,
    ],
)
def test_unknown_zones_are_a_sentence(name: str) -> None:
    for option, options in (
        ("timezone", {"timezone": name, "account_timezone": "UTC"}),
        ("account_timezone", {"account_timezone": name}),
    ):
        said = refusal("2026-12-01 22:00", **options)
        assert said.startswith(f"{option} '")
        assert "is not known here" in said
        assert "the Python package tzdata" in said
        assert said.isprintable()


def test_without_zone_data(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> zoneinfo.ZoneInfo:
        raise zoneinfo.ZoneInfoNotFoundError(name)

    monkeypatch.setattr(zoneinfo, "ZoneInfo", missing)
    assert "install zone data" in refusal("2026-12-01 22:00", account_timezone="UTC")
    # who names no zone needs no data
    assert read("2026-12-01 22:00").wire == "2026-12-01 22:00"


def test_a_zone_is_read_by_its_name() -> None:
    assert zone(BERLIN, "timezone") == zoneinfo.ZoneInfo(BERLIN)


@pytest.mark.parametrize(
    ("now", "min_lead", "expected"),
    [
        ("2026-12-01T20:58:00+00:00", 1, None),
        ("2026-12-01T20:59:00+00:00", 1, None),
        (
            "2026-12-01T20:59:01+00:00",
            1,
            "delivery_date 2026-12-01T15:00:00-06:00 is less than min_lead 1 minutes ahead",
        ),
        ("2026-12-01T21:00:00+00:00", 0, None),
        ("2026-12-01T21:00:01+00:00", 0, "delivery_date 2026-12-01T15:00:00-06:00 is in the past"),
        ("2026-12-02T00:00:00+00:00", 1, "delivery_date 2026-12-01T15:00:00-06:00 is in the past"),
        ("2026-12-01T20:00:00+00:00", 60, None),
        (
            "2026-12-01T20:00:01+00:00",
            60,
            "delivery_date 2026-12-01T15:00:00-06:00 is less than min_lead 60 minutes ahead",
        ),
    ],
)
def test_a_date_must_be_as_far_ahead_as_the_option_says(now: str, min_lead: int, expected: str | None) -> None:
    date = read("2026-12-01T21:00Z", account_timezone=CHICAGO)
    assert lead_fault(date, at(now), min_lead) == expected


@pytest.mark.parametrize(
    ("now", "min_lead", "fault", "doubt"),
    [
        # Noon in Kiritimati is 22:00 UTC of the day before, and at the date line's other side 24:00 UTC.
        ("2026-11-30T21:59:00Z", 1, None, None),
        ("2026-11-30T21:59:01Z", 1, None, "less than min_lead 1 minutes ahead"),
        ("2026-11-30T22:00:00Z", 0, None, None),
        ("2026-11-30T22:00:01Z", 0, None, "in the past"),
        ("2026-12-01T23:59:00Z", 1, None, "in the past"),
        ("2026-12-01T23:59:01Z", 1, "is less than min_lead 1 minutes ahead in every zone of the world", None),
        ("2026-12-02T00:00:00Z", 0, None, "in the past"),
        ("2026-12-02T00:00:01Z", 0, "is in the past in every zone of the world", None),
        ("2036-12-01T12:00:00Z", 1, "is in the past in every zone of the world", None),
        ("2026-12-01T22:00:00Z", 600, "is less than min_lead 600 minutes ahead in every zone of the world", None),
    ],
)
def test_without_a_zone_a_date_is_refused_only_where_no_zone_would_do(
    now: str, min_lead: int, fault: str | None, doubt: str | None
) -> None:
    date, moment = read("2026-12-01 12:00"), at(now)
    assert lead_fault(date, moment, min_lead) == (fault and f"delivery_date 2026-12-01 12:00 {fault}")
    assert lead_doubt(date, moment, min_lead) == (
        doubt
        and f"delivery_date 2026-12-01 12:00 may be {doubt}, since the account's zone is not known, and a message whose"
        " date is over may go out at once; set account_timezone"
    )


@pytest.mark.parametrize("now", ["2026-12-01T20:00:00Z", "2026-12-01T20:59:59Z", "2026-12-02T20:00:00Z"])
def test_a_date_of_a_known_zone_is_never_in_doubt(now: str) -> None:
    assert lead_doubt(read("2026-12-01T21:00Z", account_timezone=CHICAGO), at(now), 5) is None


def test_the_first_and_the_last_date_have_a_lead_in_every_zone() -> None:
    assert "every zone" in str(lead_fault(read("0001-01-01 00:00"), START, 1))
    assert lead_fault(read("9999-12-31 23:59"), START, 1) is None
    assert lead_doubt(read("9999-12-31 23:59"), START, 1) is None


@pytest.mark.parametrize(
    ("echo", "matches"),
    [
        ("2026-12-01 22:00:00", True),
        ("2026-12-01 22:00", True),
        ("2026-12-01T22:00:00", True),
        ("2026-12-01 22:00:01", False),
        ("2026-12-01 23:00:00", False),
        ("2026-12-02 22:00:00", False),
        ("2026-12-01 22:00:00Z", False),
        ("2026-12-01 22:00:00 ", False),
        ("0000-00-00 00:00:00", False),
        ("2027-02-30 00:00:00", False),
        ("", False),
        (None, False),
        (20261201, False),
        (["2026-12-01 22:00:00"], False),
    ],
)
def test_an_echo_is_the_date_only_to_the_second(echo: object, matches: bool) -> None:
    assert echo_matches(echo, read("2026-12-01 22:00")) == matches
    assert echo_matches(echo, read("2026-12-01 22:00", account_timezone=CHICAGO)) == matches


def test_from_echo_reads_what_others_scheduled() -> None:
    assert from_echo("2026-12-01 22:00:30", CHICAGO) == DeliveryDate(
        "2026-12-01 22:00:30", at("2026-12-01T22:00:30-06:00"), CHICAGO
    )
    # as PHP reads them: the first of two, or the second east of Greenwich, and the hour after the gap
    assert iso(from_echo("2026-10-25 02:30:00", BERLIN)) == "2026-10-25T02:30:00+01:00"
    assert iso(from_echo("2026-11-01 01:30:00", CHICAGO)) == "2026-11-01T01:30:00-05:00"
    assert iso(from_echo("2026-03-08 02:30:00", CHICAGO)) == "2026-03-08T03:30:00-05:00"
    assert from_echo("2026-12-01 22:00:00") == DeliveryDate("2026-12-01 22:00", None, None)
    with pytest.raises(DateError, match="the answer has 'soon' where a delivery date belongs"):
        from_echo("soon")
    with pytest.raises(DateError, match="where a delivery date belongs"):
        from_echo("9999-12-31 23:59:00", CHICAGO)


@pytest.mark.parametrize(
    ("date", "moment"),
    [
        ("2026-12-01 22:00:30", "2026-12-01T22:00:30-06:00"),
        ("2026-07-01 22:00", "2026-07-01T22:00:00-05:00"),
        ("2026-11-01 00:59:59", "2026-11-01T00:59:59-05:00"),
        ("2026-11-01 01:30:00", None),
        ("2026-03-08 02:30:00", None),
        ("2026-02-30 10:00:00", None),
        ("2026-12-01 22:00:30Z", None),
        ("9999-12-31 23:59:59", None),
        ("0000-00-00 00:00:00", None),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_a_date_of_the_log_is_one_moment_or_none(date: str | None, moment: str | None) -> None:
    assert logged(date, CHICAGO) == (None if moment is None else at(moment).timestamp())
