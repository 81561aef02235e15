# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook handover: those whose shift begins are told so once, or are asked to confirm it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.tests.support.counted import CountedSandbox
from ansible_collections.voip_communications.sms.tests.support.people import ANNA, BEN, OWN
from ansible_collections.voip_communications.sms.tests.support.phones import Phones
from ansible_collections.voip_communications.sms.tests.support.rota import write_rota
from ansible_collections.voip_communications.sms.tests.support.step import Done, Job

CONTACTS = [
    {"name": "anna", "number": ANNA, "events": ["failed"]},
    # Told at any hour, and of everything: it is about their shift.
    {"name": "ben", "number": BEN, "hours": {"from": "00:00", "to": "00:01", "timezone": "Pacific/Kiritimati"}},
]
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def job(tmp_path: Path, service: CountedSandbox) -> Job:
    return Job(tmp_path / "job", **service.sandbox.environment)


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC).replace(second=0, microsecond=0)


def rota(job: Job, *shifts: tuple[dt.datetime, dt.datetime, str]) -> str:
    """Return a calendar with these shifts, in UTC."""
    moments = ((f"{begin:%Y%m%dT%H%M%SZ}", f"{end:%Y%m%dT%H%M%SZ}", who) for begin, end, who in shifts)
    return write_rota(job.folder, *moments)


def hand_over(job: Job, *arguments: str, **variables: Any) -> Done:
    usual = {"voipsms_contacts": CONTACTS, "voipsms_calendar": str(job.folder / "rota.ics")}
    return job.playbook("handover", {**usual, **variables}, *arguments)


def test_the_owner_is_told_once(job: Job, service: CountedSandbox) -> None:
    begin, end = now() - HOUR, now() + 20 * HOUR
    rota(job, (begin - 24 * HOUR, begin, "anna"), (begin, end, "Ben"), (end, end + HOUR, "anna"))
    checked = hand_over(job, "--check", "--diff")
    service.expect(0)
    assert checked.rc == 0, checked.output
    assert "would send" in checked.output
    assert checked.output.count("+    You are on call until") == 1, checked.output
    first = hand_over(job, "--diff")
    assert first.output.count("+    You are on call until") == 1, first.output
    (sms,) = service.expect(1)
    assert first.outcome == (0, "sent"), first.output
    # In the zone of their hours.
    there = end + 14 * HOUR
    text = f"You are on call until {there:%a} {there:%H:%M}, then anna"
    assert (sms["form"]["to"], sms["form"]["msg"]) == (BEN[1:], text)
    assert first.result is not None
    assert first.result["letters"] == [
        {"names": ["ben"], "text": text, "outcome": "sent", "msg": "sent to 1 recipient"}
    ]
    # A shift that has become longer is still the same.
    rota(job, (begin, end + 2 * HOUR, "ben"))
    again = hand_over(job)
    service.expect(1)
    assert again.outcome == (0, "duplicate"), again.output
    other = hand_over(job, voipsms_name="the database", voipsms_msg="{name}: {until}", voipsms_from=OWN)
    assert other.outcome == (0, "sent"), other.output
    there = end + 16 * HOUR
    assert service.expect(2)[-1]["form"]["msg"] == f"ben: {there:%a} {there:%H:%M}"


def test_nothing_is_due_in_the_middle_of_a_shift(job: Job, service: CountedSandbox) -> None:
    rota(job, (now() - 13 * HOUR, now() + 2 * HOUR, "anna"))
    done = hand_over(job)
    service.expect(0)
    assert done.outcome == (0, "idle"), done.output
    assert "no shift has just begun: anna is on call until " in done.output
    assert hand_over(job, voipsms_within="14h").outcome == (0, "sent")
    service.expect(1)


def test_a_gap_fails_and_those_who_are_known_are_told(job: Job, service: CountedSandbox) -> None:
    rota(job, (now() + HOUR, now() + 2 * HOUR, "anna"))
    gap = hand_over(job)
    service.expect(0)
    assert gap.outcome == (2, "uncertain"), gap.output
    assert "no one is on call at " in str(gap.result)
    rota(job, (now() - HOUR, now() + 2 * HOUR, "anna"), (now() - HOUR, now() + 2 * HOUR, "Zoe"))
    partly = hand_over(job)
    service.expect(1)
    assert partly.outcome == (2, "uncertain"), partly.output
    assert "there is the event 'Zoe', which names no contact; anna: sent to 1 recipient" in str(partly.result)


def test_both_people_on_call_must_confirm(job: Job, service: CountedSandbox, phones: Phones) -> None:
    """Both must answer; one who does not is found out by a run that fails."""
    rota(job, (now() - HOUR, now() + 30 * HOUR, "anna, ben"))
    contacts = [{"name": "anna", "number": ANNA}, {"name": "ben", "number": BEN}]
    question = {"voipsms_ask": True, "voipsms_from": OWN, "voipsms_poll": "1s", "voipsms_contacts": contacts}

    def people() -> None:
        for number in (ANNA, BEN):
            phones.answer(number, "mine")

    phones.will(people)
    done = hand_over(job, voipsms_wait="60s", **question)
    service.expect(2)
    assert done.outcome == (0, "accepted"), done.output
    again = hand_over(job, voipsms_wait="60s", **question)
    service.expect(2)
    assert again.outcome == (0, "accepted"), again.output
    rota(job, (now() - 2 * HOUR, now() + 30 * HOUR, "anna"))
    absent = hand_over(job, voipsms_wait="2s", **question)
    service.expect(3)
    assert absent.outcome == (2, "no_answer"), absent.output


def test_every_fault_is_named_at_once(job: Job, service: CountedSandbox) -> None:
    done = hand_over(job, voipsms_ask=True, voipsms_timezone="Nowhere", voipsms_within="long", voipsms_contacts=[1])
    service.expect(0)
    assert done.outcome == (2, "invalid"), done.output
    for part in (
        "contact 1 is not a person",
        "timezone 'Nowhere' is not known here",
        "within 'long' is not a duration",
        "voipsms_from is needed",
    ):
        assert part in str(done.result)
    missing = hand_over(job, voipsms_calendar="", voipsms_calender="x")
    assert "missing required arguments: voipsms_calendar" in str(missing.result)
    assert "voipsms_calender is not known to this playbook" in str(missing.result)
