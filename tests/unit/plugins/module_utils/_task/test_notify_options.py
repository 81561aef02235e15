# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of voipsms_notify: whom one task tells what, and everything that is wrong with it named at once."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import InputError, VoipsmsError
from ansible_collections.voip_communications.sms.plugins.module_utils._message.outcome import Outcome
from ansible_collections.voip_communications.sms.plugins.module_utils._people import audience
from ansible_collections.voip_communications.sms.plugins.module_utils._task import notify_options
from ansible_collections.voip_communications.sms.plugins.module_utils._task.notify_options import (
    NotifyOptions,
    read_notify_options,
)
from ansible_collections.voip_communications.sms.plugins.modules.voipsms_notify import argument_spec
from ansible_collections.voip_communications.sms.tests.support.people_abroad import ANNA, BEN, DESK
from ansible_collections.voip_communications.sms.tests.support.refusals import sentences_of
from ansible_collections.voip_communications.sms.tests.support.task_options import options_of

RUN = {"system": "github", "run": "4711", "attempt": 1}
HOURS = {"from": "08:00", "to": "22:00", "timezone": "UTC"}
CONTACTS = [
    {"name": "anna", "number": ANNA, "hours": HOURS, "quiet": "defer", "language": "de"},
    {"name": "ben", "number": BEN, "severity": "critical"},
]
NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    set_time(monkeypatch, NOON)


def set_time(monkeypatch: pytest.MonkeyPatch, moment: dt.datetime) -> None:
    monkeypatch.setattr(f"{notify_options.__name__}.time.time", moment.timestamp)


def params(tmp: Path, **changes: Any) -> dict[str, Any]:
    usual = {"to": DESK, "event": "failed", "msg": "db1 is down", "subject": ["db1"], "pipeline": RUN}
    ledger = str(tmp / "ledger.sqlite3")
    return options_of(argument_spec(), **{"contacts": CONTACTS, "ledger": ledger, **usual, **changes})


def read(tmp: Path, **changes: Any) -> NotifyOptions:
    return read_notify_options(params(tmp, **changes))


def faults(tmp: Path, **changes: Any) -> list[str]:
    return list(sentences_of(read, tmp, **changes))


def test_a_plain_task_is_one_request_under_the_key_of_its_event(tmp_path: Path) -> None:
    options = read(tmp_path)
    assert options.event == ("failed", "critical", "db1/failed/github-4711-1")
    assert options.audience.as_dict() == {"now": [DESK], "later": [], "dropped": []}
    assert (options.texts.default, options.texts_in_use, options.warnings) == ("db1 is down", ["db1 is down"], ())
    (request,) = options.send_requests([DESK[1:]])
    assert (request.key, request.label, request.recipients) == (options.event.key, options.event.key, (DESK[1:],))
    assert (request.dedupe.skip_different, request.dedupe.window) == (True, 30 * 86400)


def test_people_hear_what_and_when_they_want(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    set_time(monkeypatch, NOON + dt.timedelta(hours=11))
    options = read(tmp_path, to="anna, ben", event="done")
    assert options.audience.as_dict() == {
        "now": [],
        "later": [{"at": "2026-11-24T08:00+00:00", "to": [ANNA]}],
        "dropped": [],
    }
    urgent = read(tmp_path, to="anna, ben", event="done", severity="critical")
    assert urgent.audience.now == (BEN,)


@pytest.mark.parametrize(("hour", "may"), [(9, False), (12, False), (20, False), (8, True), (21, True), (23, True)])
def test_only_near_the_ends_of_hours_another_run_could_tell_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hour: int, may: bool
) -> None:
    """Elsewhere no lock is needed, which the next run would have to wait for if this one was killed."""
    set_time(monkeypatch, NOON.replace(hour=hour, minute=20))
    assert read(tmp_path, to=["anna", "ben"]).may_defer == (frozenset([ANNA[1:]]) if may else frozenset())


def test_each_gets_the_text_of_their_language(tmp_path: Path) -> None:
    options = read(tmp_path, to=["anna", DESK, ANNA], msg={"default": "Down", "de": "Weg", "fr": "En panne"})
    requests = options.send_requests([ANNA[1:], DESK[1:]])
    assert [(request.text, request.recipients) for request in requests] == [("Weg", (ANNA[1:],)), ("Down", (DESK[1:],))]
    assert options.texts_in_use == ["Weg", "Down"]


def test_one_who_cannot_be_read_is_refused_and_the_others_are_told(tmp_path: Path) -> None:
    options = read(tmp_path, to=["ana", DESK, "123"])
    assert [(result.to, result.outcome) for result in options.refused] == [
        ("ana", Outcome.REFUSED),
        ("123", Outcome.REFUSED),
    ]
    assert options.audience.now == (DESK,)


def test_contacts_that_cannot_be_read_are_a_warning(tmp_path: Path) -> None:
    options = read(tmp_path, contacts=[*CONTACTS, {"number": "1"}, {"name": "anna"}])
    assert len(options.warnings) == 2


def test_the_fault_of_none_that_is_left_is_named(tmp_path: Path) -> None:
    assert [fault.partition(":")[0] for fault in faults(tmp_path, to=["ana", "123"])] == ["to", "to"]
    assert faults(tmp_path, to=[]) == ["to: there is no number to send to"]


def test_every_fault_is_named_at_once_with_who_is_not_told(tmp_path: Path) -> None:
    wrong = {
        "api_key": None,
        "event": "has failed",
        "msg": {"de": 5},
        "segments": 0,
        "from": "abc",
        "subject": [1.1],
        "deadline": 0,
        "account_timezone": "Nowhere/At_All",
        "scheduled_path": "/",
        "default_region": False,
        "list_grace": -1,
    }
    with pytest.raises(InputError) as caught:
        read(tmp_path, to=["anna", "ana"], **wrong)
    named = str(caught.value)
    for word in (
        "api_key",
        "event",
        "msg in de",
        "segments",
        "from",
        "part 1 of subject",
        "deadline",
        "account_timezone",
    ):
        assert word in named
    for word in ("scheduled_path", "default_region", "list_grace"):
        assert word in named
    known = caught.value.known
    assert [(result["name"], result["outcome"]) for result in known["results"]] == [
        ("anna", "not_sent"),
        (None, "refused"),
    ]
    assert known["failed_to"] == [ANNA, "ana"]
    assert not (tmp_path / "ledger.sqlite3").exists()


def test_it_needs_a_ledger(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, ledger="none")
    assert "needs a ledger" in fault


def test_the_zone_of_the_account_is_needed_to_schedule_alone(tmp_path: Path) -> None:
    at = NOON + dt.timedelta(days=1)
    with pytest.raises(VoipsmsError, match="account_timezone is not set"):
        read(tmp_path).schedule_requests(at, [DESK[1:]])
    (request,) = read(tmp_path, account_timezone="America/Chicago").schedule_requests(at, [DESK[1:]])
    assert (request.date.wire, request.name) == ("2026-11-24 06:00", "db1/failed/github-4711-1")


def test_events_that_no_one_knows_are_a_warning(tmp_path: Path) -> None:
    person = {"number": DESK, "events": ["faild"]}
    options = read(tmp_path, to=[person], known_events="failed, done")
    assert options.audience == audience.Audience((), (), ())
    assert "'faild'; the events are failed, done" in options.warnings[0]
