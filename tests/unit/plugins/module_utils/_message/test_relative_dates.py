# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Dates that count from now on: what is read, what it means at a moment, and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.voip_communications.sms.plugins.module_utils._message.dates import DateError, lead_fault
from ansible_collections.voip_communications.sms.plugins.module_utils._message.relative_dates import (
    is_relative,
    read_relative,
)

BERLIN, CHICAGO = "Europe/Berlin", "America/Chicago"
NOW = datetime(2026, 11, 27, 14, 3, 27, tzinfo=UTC)
"""A Friday: 15:03 in Berlin, 08:03 in Chicago."""


def meant(value: str, now: datetime = NOW, *, timezone: str | None = None, account: str = "UTC", lead: int = 1) -> str:
    return read_relative(value, timezone=timezone, account_timezone=account).resolved(now, lead).wire


@pytest.mark.parametrize(
    ("value", "wire"),
    [
        ("+2h", "2026-11-27 16:04"),
        ("+90m", "2026-11-27 15:34"),
        ("+90min", "2026-11-27 15:34"),
        ("+1h30m", "2026-11-27 15:34"),
        ("+1d", "2026-11-28 14:04"),
        ("+1w2d 3h 4m", "2026-12-06 17:08"),
        (" + 5 m ", "2026-11-27 14:09"),
    ],
)
def test_a_duration_ends_with_the_minute_in_which_it_is_over(value: str, wire: str) -> None:
    assert is_relative(value)
    assert meant(value) == wire


def test_a_duration_that_ends_at_a_whole_minute_ends_there() -> None:
    assert meant("+2h", NOW.replace(second=0)) == "2026-11-27 16:03"


@pytest.mark.parametrize(
    ("value", "timezone", "wire"),
    [
        ("today 18:00", None, "2026-11-27 18:00"),
        ("today 18:00", BERLIN, "2026-11-27 11:00"),
        ("tomorrow 08:00", None, "2026-11-28 08:00"),
        ("Tomorrow 8:00", BERLIN, "2026-11-28 01:00"),
        ("tomorrow 08:00:00+01:00", None, "2026-11-28 01:00"),
        ("tomorrow 08:00Z", BERLIN, "2026-11-28 02:00"),
        ("monday 08:00", None, "2026-11-30 08:00"),
        ("FRI 09:00", None, "2026-11-27 09:00"),
        ("friday 08:00", None, "2026-12-04 08:00"),
        ("friday 08:04", None, "2026-12-04 08:04"),
        ("friday 08:05", None, "2026-11-27 08:05"),
        ("tomorrow 00:30", "Pacific/Kiritimati", "2026-11-28 04:30"),
    ],
)
def test_a_wall_time_is_of_its_zone_or_else_of_the_account(value: str, timezone: str | None, wire: str) -> None:
    assert meant(value, timezone=timezone, account=CHICAGO) == wire


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("tomorrow", "delivery_date 'tomorrow' has no hour: write it as tomorrow 08:00"),
        ("monday 25:00", "'monday 25:00' does not exist"),
        ("today 08:60", "'today 08:60' does not exist"),
        ("today 18:00:30", "'today 18:00:30' has seconds"),
        ("today 18:00+15:00", "which no place on earth has"),
        ("+99999999m99", None),
        ("+99999w", "beyond what can be computed"),
        ("+2", None),
        ("+", None),
        ("2h", None),
        ("+1M", None),
        ("+1h2h", None),
        ("+30m1h", None),
        ("soon", None),
        ("next monday 08:00", None),
        ("tomorrow at 08:00", None),
        ("+4915112345678", None),
        (79200, None),
    ],
)
def test_what_nearly_is_a_relative_date_is_refused(value: str, reason: str | None) -> None:
    assert is_relative(value) is (reason is not None)
    if reason is not None:
        with pytest.raises(DateError) as caught:
            meant(value, datetime(9000, 1, 1, tzinfo=UTC))
        assert reason in str(caught.value)


def test_without_the_zone_of_the_account_it_cannot_be_sent() -> None:
    for value in ("+2h", "tomorrow 08:00Z"):
        with pytest.raises(DateError, match="counts from now on, but the service takes wall time of the account: set"):
            read_relative(value, timezone=BERLIN)


def test_a_zone_that_is_not_known_is_named() -> None:
    with pytest.raises(DateError, match="timezone 'Mars/Base' is not known here"):
        read_relative("+2h", timezone="Mars/Base", account_timezone=CHICAGO)


@pytest.mark.parametrize(
    ("value", "timezone", "now", "reason"),
    [
        ("tomorrow 02:30", BERLIN, datetime(2027, 3, 27, 12, tzinfo=UTC), "does not exist in Europe/Berlin"),
        ("sunday 02:30", BERLIN, datetime(2027, 10, 30, 12, tzinfo=UTC), "exists twice in Europe/Berlin"),
        ("tomorrow 01:30", None, datetime(2026, 10, 31, 12, tzinfo=UTC), "exists twice in America/Chicago"),
        ("+2h", None, datetime(2026, 11, 1, 5, 30, tzinfo=UTC), "exists twice in America/Chicago"),
    ],
)
def test_hours_that_a_clock_change_skips_or_doubles_are_refused(
    value: str, timezone: str | None, now: datetime, reason: str
) -> None:
    with pytest.raises(DateError, match=reason):
        meant(value, now, timezone=timezone, account=CHICAGO)


def test_the_same_date_in_other_words_is_the_same() -> None:
    same = [
        ("+90m", None, "+1h30m", BERLIN),
        ("monday 8:00", None, "Mon 08:00:00", CHICAGO),
        ("tomorrow 08:00Z", None, "tomorrow 08:00+00:00", BERLIN),
    ]
    for one, zone, other, other_zone in same:
        read = read_relative(one, timezone=zone, account_timezone=CHICAGO)
        assert read.identity == read_relative(other, timezone=other_zone, account_timezone=CHICAGO).identity
    values = ["+1h", "+1d", "today 08:00", "tomorrow 08:00", "tuesday 08:00", "thursday 08:00", "tomorrow 08:00Z"]
    read_all = {read_relative(value, timezone=BERLIN, account_timezone=CHICAGO).identity for value in values}
    assert len(read_all | {read_relative("today 08:00", account_timezone=CHICAGO).identity}) == len(values) + 1


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis wants naive bounds
    st.sampled_from(["monday", "wednesday", "sunday"]),
    st.integers(0, 23),
    st.sampled_from([BERLIN, CHICAGO, "Asia/Kolkata"]),
    st.integers(0, 10080),
)
def test_a_weekday_is_the_next_one_that_is_not_too_near(
    now: datetime, day: str, hour: int, timezone: str, lead: int
) -> None:
    date = read_relative(f"{day} {hour}:00", timezone=timezone, account_timezone="UTC")
    try:
        found = date.resolved(now, lead)
    except DateError as error:
        assert "exist" in str(error)
        return
    assert found.instant is not None
    local = found.instant.astimezone(ZoneInfo(timezone))
    assert (local.strftime("%A").lower(), local.hour, local.minute) == (day, hour, 0)
    assert lead_fault(found, now, lead) is None
    assert found.instant - now <= timedelta(days=14, hours=1)
