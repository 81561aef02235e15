# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people are told at the begin of a shift: the words, the zone, and the keys by which it is once."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import Faults, InputError
from ansible_collections.voip_communications.sms.plugins.module_utils._notify.handover import (
    HandoverPlan,
    plan_handover,
    read_handover,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._people.moment import spoken
from ansible_collections.voip_communications.sms.tests.support.people import ANNA, BEN

CONTACTS = [
    {"name": "anna", "number": ANNA},
    {"name": "ben", "number": BEN,
     "hours": {"from": "08:00", "to": "22:00", "timezone": "America/Chicago"}},
    {"name": "carl", "number": "+12812345670"},
]  # fmt: skip


def planned(tmp_path: Path, at: str, *shifts: tuple[str, str, str], zone: str = "", **options: Any) -> HandoverPlan:
    """Return the plan at a moment, with shifts from and to a time in UTC, or in a zone."""
    mark, ending = (f";TZID={zone}", "") if zone else ("", "Z")
    events = "".join(
        f"BEGIN:VEVENT\nUID:{number}\nDTSTART{mark}:{begin}{ending}\nDTEND{mark}:{end}{ending}\nSUMMARY:{who}\n"
        "END:VEVENT\n"
        for number, (begin, end, who) in enumerate(shifts)
    )
    path = tmp_path / "rota.ics"
    path.write_text(f"BEGIN:VCALENDAR\n{events}END:VCALENDAR\n", "utf-8")
    faults = Faults()
    read = read_handover({"calendar": str(path), "contacts": CONTACTS, **options}, faults)
    faults.raise_if_any()
    return plan_handover(read, dt.datetime.fromisoformat(at))


WEEK_OF_ANNA = ("20261127T070000", "20261204T070000", "anna")
WEEK_OF_BEN = ("20261204T070000", "20261211T070000", "ben")


def test_a_letter_says_until_when_and_who_is_next(tmp_path: Path) -> None:
    plan = planned(tmp_path, "2026-11-27T18:59:59+00:00", WEEK_OF_ANNA, WEEK_OF_BEN)
    (letter,) = plan.letters
    assert letter.text == "You are on call until Fri 4 Dec 07:00 UTC, then ben"
    assert letter.key == "handover 2026-11-27T07:00Z"
    assert (plan.faults, plan.state) == ((), "anna is on call until Fri 4 Dec 07:00 UTC")
    assert planned(tmp_path, "2026-11-27T19:00:00+00:00", WEEK_OF_ANNA, WEEK_OF_BEN).letters == ()
    short = ("20261129T070000", "20261204T070000", "anna")
    near = planned(tmp_path, "2026-11-29T12:00:00+00:00", short, WEEK_OF_BEN, timezone="Europe/Berlin")
    assert near.letters[0].text == "You are on call until Fri 08:00, then ben"
    there = planned(tmp_path, "2026-11-27T08:00:00+01:00", WEEK_OF_ANNA, zone="Europe/Berlin")
    assert there.letters[0].text == "You are on call until Fri 4 Dec 07:00"


def test_a_letter_says_the_same_whenever_it_is_sent(tmp_path: Path) -> None:
    """Else each run would ask once more: the end of the week is near only for the second one."""
    moments = ("2026-11-27T07:00:00+00:00", "2026-11-29T12:00:00+00:00")
    first, second = (planned(tmp_path, at, WEEK_OF_ANNA, WEEK_OF_BEN, within="3d").letters for at in moments)
    assert (first, first[0].question_key) == (second, second[0].question_key)


def test_a_shift_is_new_for_no_longer_than_it_is_remembered_who_was_told(tmp_path: Path) -> None:
    """Else the person would be told again after 30 days."""
    months = ("20261101T000000", "20270301T000000", "anna")
    assert len(planned(tmp_path, "2026-11-30T23:59:59+00:00", months, within="30d").letters) == 1
    assert planned(tmp_path, "2026-12-01T00:00:00+00:00", months, within="30d").letters == ()
    with pytest.raises(InputError, match=r"^within must be at most 30d, since after that it is forgotten who was told"):
        planned(tmp_path, "2026-12-01T00:00:00+00:00", months, within="31d")


def test_times_are_those_of_the_person(tmp_path: Path) -> None:
    plan = planned(tmp_path, "2026-12-04T07:00:00+00:00", WEEK_OF_ANNA, WEEK_OF_BEN, timezone="Europe/Berlin")
    assert plan.letters[0].text == "You are on call until Fri 11 Dec 01:00"
    assert plan.letters[0].recipients == [{"name": "ben", "number": BEN}]


def test_a_rota_with_a_name_and_a_text(tmp_path: Path) -> None:
    at = "2026-11-27T07:00:00+00:00"
    named = planned(tmp_path, at, WEEK_OF_ANNA, WEEK_OF_BEN, name="the database").letters[0]
    assert named.text == "You are on call for the database until Fri 4 Dec 07:00 UTC, then ben"
    assert named.key == "handover the database 2026-11-27T07:00Z"
    own = planned(tmp_path, at, WEEK_OF_ANNA, WEEK_OF_BEN, msg="{name}: Dienst bis {until}, danach {next}").letters[0]
    assert own.text == "anna: Dienst bis Fri 4 Dec 07:00 UTC, danach ben"
    assert own.key == "handover 2026-11-27T07:00Z"


def test_those_who_begin_together_have_one_letter(tmp_path: Path) -> None:
    both = ("20261127T070000", "20261204T070000", "anna and carl")
    at = "2026-11-27T07:00:00+00:00"
    (letter,) = planned(tmp_path, at, both).letters
    assert [person.name for person in letter.people] == ["anna", "carl"]
    (alone,) = planned(tmp_path, at, WEEK_OF_ANNA).letters
    assert alone.text == letter.text
    assert letter.question_key != alone.question_key
    assert letter.question_key.startswith("handover 2026-11-27T07:00Z ")
    longer = ("20261127T070000", "20261205T070000", "anna")
    assert planned(tmp_path, at, longer).letters[0].question_key != alone.question_key
    apart = planned(tmp_path, at, WEEK_OF_ANNA, ("20261127T060000", "20261204T070000", "carl"))
    assert [letter.key[-17:] for letter in apart.letters] == ["2026-11-27T07:00Z", "2026-11-27T06:00Z"]


def test_a_shift_without_an_end_and_one_without_a_begin(tmp_path: Path) -> None:
    endless = ("20261127T070000", "20261128T070000", "anna\nRRULE:FREQ=DAILY")
    (letter,) = planned(tmp_path, "2026-11-27T07:00:00+00:00", endless).letters
    assert letter.text == "You are on call"
    assert planned(tmp_path, "2028-11-27T08:00:00+00:00", endless).letters == ()
    assert planned(tmp_path, "2028-11-27T08:00:00+00:00", endless).state == "anna is on call"


def test_a_gap_is_a_fault(tmp_path: Path) -> None:
    assert planned(tmp_path, "2027-01-01T00:00:00+00:00", WEEK_OF_ANNA).faults == (
        "no one is on call at 2027-01-01T00:00+00:00",
    )


@pytest.mark.parametrize(
    ("zone", "words"), [("Europe/Berlin", "Fri 08:00"), ("", "Fri 07:00 UTC"), ("UTC", "Fri 07:00 UTC")]
)
def test_a_moment_as_people_say_it(zone: str, words: str) -> None:
    moment = dt.datetime(2026, 11, 27, 7, tzinfo=dt.UTC)
    assert spoken(moment, zone, moment - dt.timedelta(days=5)) == words
