# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Dates as PHP reads them. The expectations were printed by PHP 8.2."""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ansible_collections.voip_communications.sms.roles.sandbox.files.voipsms_sandbox import dates

CHICAGO = "America/Chicago"
BERLIN = "Europe/Berlin"

READ = [
    ("2019-10-01 00:00", CHICAGO, "2019-10-01T05:00:00Z"),
    ("2019-10-01T00:00:00Z", CHICAGO, "2019-10-01T00:00:00Z"),
    ("2026-03-08 02:30", CHICAGO, "2026-03-08T08:30:00Z"),
    ("2026-11-01 01:30", CHICAGO, "2026-11-01T06:30:00Z"),
    ("2026-10-25 02:30", BERLIN, "2026-10-25T01:30:00Z"),
    ("2026-03-29 02:30", BERLIN, "2026-03-29T01:30:00Z"),
    ("2026-12-01 10:00:30", CHICAGO, "2026-12-01T16:00:30Z"),
    ("2026-12-01T10:00+01:00", CHICAGO, "2026-12-01T09:00:00Z"),
    ("2026-12-01 10:00-05:30", CHICAGO, "2026-12-01T15:30:00Z"),
    ("2027-02-30 10:00", CHICAGO, "2027-03-02T16:00:00Z"),
    ("2027-01-00 10:00", CHICAGO, "2026-12-31T16:00:00Z"),
    ("2027-00-10 10:00", CHICAGO, "2026-12-10T16:00:00Z"),
    ("2026-12-01 24:00", CHICAGO, "2026-12-02T06:00:00Z"),
    ("2026-12-01 10:00:60", CHICAGO, "2026-12-01T16:01:00Z"),
]


@pytest.mark.parametrize(("text", "zone", "meant"), READ)
def test_reads_as_php_does(text: str, zone: str, meant: str) -> None:
    assert dates.iso(dates.read(text, ZoneInfo(zone))) == meant


@pytest.mark.parametrize("text", ["2026-13-01 10:00", "2026-12-32 10:00", "2026-12-01 25:00", "2026-12-01 10:60"])
def test_false_for_php_is_refused(text: str) -> None:
    with pytest.raises(dates.DateError, match="PHP reads it as false"):
        dates.read(text, ZoneInfo(CHICAGO))


@pytest.mark.parametrize(
    "text", ["garbage", "tomorrow", "2026-12-01", "01/12/2026 10:00", "2026-12-01 10:00\n", " ", "٢٠٢٦-12-01 10:00"]
)
def test_other_forms_are_not_guessed(text: str) -> None:
    with pytest.raises(dates.DateError, match="Sandbox: it does not read the date"):
        dates.read(text, ZoneInfo(CHICAGO))


@pytest.mark.parametrize("text", ["0000-01-01 10:00", "9999-12-31 23:59", "9999-12-31 24:00"])
def test_years_past_the_calendar_are_refused(text: str) -> None:
    with pytest.raises(dates.DateError, match="outside the years"):
        dates.read(text, ZoneInfo(CHICAGO))


def test_writes_wall_time_of_the_account() -> None:
    moment = datetime(2026, 7, 1, 3, 4, 5, tzinfo=UTC)
    assert dates.write(moment, ZoneInfo(CHICAGO)) == "2026-06-30 22:04:05"


@pytest.mark.parametrize("name", ["Nowhere/None", "../etc/passwd", "", "America", "x" * 500])
def test_unknown_zones_are_refused(name: str) -> None:
    with pytest.raises(dates.DateError, match="not the name of a time zone"):
        dates.named_zone(name)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-12-01T10:00:00Z", "2026-12-01T10:00:00Z"),
        ("2026-12-01 10:00:00+01:00", "2026-12-01T09:00:00Z"),
        ("2026-12-01T10:00:00.5+00:00", "2026-12-01T10:00:00.500Z"),
    ],
)
def test_an_instant_is_read_with_its_zone(text: str, moment: str) -> None:
    assert dates.iso(dates.instant(text)) == moment


@pytest.mark.parametrize("text", ["2026-12-01T10:00:00", "soon", "0001-01-01T00:00:00+05:00"])
def test_instants_need_a_zone(text: str) -> None:
    with pytest.raises(dates.DateError):
        dates.instant(text)


def around_changes(zone: ZoneInfo) -> list[str]:
    """Wall times within three hours of each change of a zone's offset in 2026 and 2027."""
    texts: list[str] = []
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    while moment.year < 2028:
        later = moment + timedelta(hours=1)
        if moment.astimezone(zone).utcoffset() != later.astimezone(zone).utcoffset():
            wall = later.astimezone(zone)
            texts += [f"{wall + timedelta(minutes=15 * step):%Y-%m-%d %H:%M}" for step in range(-12, 13)]
        moment = later
    return texts


@pytest.mark.skipif(shutil.which("php") is None, reason="compares with PHP itself, and there is no php command here")
@pytest.mark.parametrize(
    "name",
    [CHICAGO, BERLIN, "Europe/Dublin", "Atlantic/Azores", "America/Havana", "Australia/Lord_Howe", "Pacific/Chatham"],
)
def test_agrees_with_php_itself(name: str) -> None:
    zone = ZoneInfo(name)
    texts = around_changes(zone) + [text for text, _zone, _meant in READ]
    script = (
        "date_default_timezone_set($argv[1]); while (($line = fgets(STDIN)) !== false)"
        ' echo gmdate("Y-m-d\\TH:i:s\\Z", strtotime(trim($line))), "\n";'
    )
    done = subprocess.run(
        ["php", "-r", script, name], input="\n".join(texts), capture_output=True, text=True, check=True
    )
    assert [dates.iso(dates.read(text, zone)) for text in texts] == done.stdout.split()
