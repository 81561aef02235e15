# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calendars among the recipients of voipsms_notify and voipsms_ask: who is told, and what is a fault."""

from __future__ import annotations

import datetime as dt
import json
import time
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.voip_communications.sms.plugins.module_utils._core.address import HIDDEN
from ansible_collections.voip_communications.sms.plugins.module_utils._task.ask_options import (
    AskOptions,
    read_ask_options,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._task.notify_options import (
    NotifyOptions,
    read_notify_options,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._task.shown_options import shown_options
from ansible_collections.voip_communications.sms.plugins.modules import voipsms_ask, voipsms_notify
from ansible_collections.voip_communications.sms.tests.support.people import ANN, ANNA, BEN, BOB, OWN
from ansible_collections.voip_communications.sms.tests.support.refusals import sentences_of
from ansible_collections.voip_communications.sms.tests.support.rota import write_rota

BOSS = "12812345671"
CONTACTS = [
    {"name": "anna", "number": ANNA, "groups": ["dba"]},
    {"name": "ben", "number": BEN},
    {"name": "boss", "number": f"+{BOSS}"},
]
NIGHT = dt.datetime(2026, 3, 2, 23, tzinfo=dt.UTC)
ADDRESS = "https://127.0.0.1:1/canary-token"


@pytest.fixture(autouse=True)
def at_night(monkeypatch: pytest.MonkeyPatch) -> None:
    set_time(monkeypatch, NIGHT)


def set_time(monkeypatch: pytest.MonkeyPatch, moment: dt.datetime) -> None:
    monkeypatch.setattr(time, "time", moment.timestamp)


@pytest.fixture
def rota(tmp_path: Path) -> str:
    """Return a calendar: anna until midnight, then ben for a day, and no one afterwards."""
    shifts = (("20260302T000000Z", "20260303T000000Z", "anna"), ("20260303T000000Z", "20260304T000000Z", "ben"))
    return write_rota(tmp_path, *shifts)


def checked(spec: dict[str, Any], tmp_path: Path, **options: Any) -> dict[str, Any]:
    account = {"api_key": "key", "api_password": "password", "ledger": str(tmp_path / "ledger.sqlite3")}
    named = {name: value for name, value in {**account, "contacts": CONTACTS, **options}.items() if value is not ...}
    validation = ArgumentSpecValidator(spec).validate(named)
    assert validation.error_messages == []
    return dict(validation.validated_parameters)


def told(tmp_path: Path, to: object, **options: Any) -> NotifyOptions:
    usual = {"to": to, "event": "failed", "msg": "db1 is down", "idempotency_key": "db1"}
    return read_notify_options(checked(voipsms_notify.argument_spec(), tmp_path, **usual, **options))


def asked(tmp_path: Path, **options: Any) -> AskOptions:
    usual = {"from": OWN, "msg": "Disk of db1 full", "idempotency_key": "db1", **options}
    return read_ask_options(checked(voipsms_ask.argument_spec(), tmp_path, **usual))


def steps_of(options: AskOptions) -> list[list[str]]:
    numbers = {person.id: person.number for person in options.ask.plan.people}
    return [[numbers[one] for one in step] for step in options.ask.plan.steps]


def faults(call: Any) -> str:
    return "; ".join(sentences_of(call))


# voipsms_notify ------------------------------------------------------------------------------------------------------


def test_the_person_on_call_is_told(tmp_path: Path, rota: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for to in ({"calendar": rota}, [{"calendar": [rota]}], json.dumps([{"calendar": rota}])):
        options = told(tmp_path, to)
        assert (options.audience.now, options.warnings, options.refused) == ((ANNA,), (), ())
    assert told(tmp_path, {"calendar": rota, "next": True}).audience.now == (BEN,)
    # Anna, whose aliases are no calendar.
    assert told(tmp_path, [{"name": "x", "number": f"+{BOSS}", "calendar": ["y"]}]).audience.now == (f"+{BOSS}",)
    both = told(tmp_path, ["anna", {"calendar": rota}, {"calendar": rota, "next": True}])
    assert (both.audience.now, both.warnings) == ((ANNA, BEN), ())
    set_time(monkeypatch, NIGHT + dt.timedelta(hours=1))
    assert told(tmp_path, {"calendar": rota}).audience.now == (BEN,)


def test_a_gap_is_a_recipient_who_cannot_be_read(tmp_path: Path, rota: str, monkeypatch: pytest.MonkeyPatch) -> None:
    set_time(monkeypatch, NIGHT + dt.timedelta(days=2))
    options = told(tmp_path, [{"calendar": rota}, "boss"])
    assert options.audience.now == (f"+{BOSS}",)
    (refused,) = options.refused
    sentence = "recipient 1 of to: no one is on call at 2026-03-04T23:00+00:00"
    assert sentence in str(refused)
    assert sentence in faults(lambda: told(tmp_path, [{"calendar": rota}]))
    instead = told(tmp_path, {"calendar": rota, "fallback": "boss"})
    assert (instead.audience.now, instead.refused) == ((f"+{BOSS}",), ())
    assert instead.warnings == (f"{sentence}; the fallback is told as well",)


def test_every_fault_of_a_calendar_is_named_at_once(tmp_path: Path) -> None:
    to = [{"calendar": ADDRESS, "levle": 1, "timezone": "Nowhere"}, {"calendar": "", "fallback": "[x"}]
    sentences = faults(lambda: told(tmp_path, to))
    assert "recipient 1 of to has the unknown levle; a calendar has calendar, overrides, level" in sentences
    assert "timezone of recipient 1 of to 'Nowhere' is not known here" in sentences
    assert "calendar of recipient 2 of to must be the paths or addresses of calendars" in sentences
    assert "fallback of recipient 2 of to begins with [" in sentences


def test_addresses_are_not_shown(tmp_path: Path) -> None:
    spec = voipsms_ask.argument_spec()
    steps = [{"calendar": [ADDRESS, "/etc/a.ics"], "wait": "5m"}, {"to": [{"calendar": ADDRESS, "level": 1}, "ben"]}]
    shown = shown_options(spec, {"steps": steps, "to": "ben", "fallback": json.dumps({"calendar": ADDRESS})})
    assert shown == {
        "steps": [
            {"calendar": [HIDDEN, "/etc/a.ics"], "wait": "5m"},
            {"to": [{"calendar": HIDDEN, "level": 1}, "ben"]},
        ],
        "to": "ben",
        "fallback": HIDDEN,
    }
    assert "cannot be read" in faults(lambda: told(tmp_path, {"calendar": ADDRESS}))


# voipsms_ask ---------------------------------------------------------------------------------------------------------


def test_levels_of_a_page(tmp_path: Path, rota: str) -> None:
    options = asked(
        tmp_path,
        steps=[{"calendar": rota, "wait": "5m"}, {"to": [{"calendar": rota, "next": True}, "boss"]}, "@dba"],
        fallback={"calendar": rota},
    )
    assert [sorted(step) for step in steps_of(options)] == [[ANN], [BOSS, BOB], [ANN], [ANN]]
    assert (options.ask.waits[0], options.warnings) == (300.0, ())
    assert steps_of(asked(tmp_path, to={"calendar": rota})) == [[ANN]]


def test_a_level_without_people_is_left_out(tmp_path: Path, rota: str, monkeypatch: pytest.MonkeyPatch) -> None:
    set_time(monkeypatch, NIGHT + dt.timedelta(days=2))
    sentence = "to of step 1: no one is on call at 2026-03-04T23:00+00:00"
    options = asked(tmp_path, steps=[{"calendar": rota}, "boss"])
    assert steps_of(options) == [[BOSS]]
    assert options.warnings == (f"recipient 1 of {sentence}; the others are asked",)
    alone = asked(tmp_path, steps=[{"calendar": rota}], fallback="boss", repeat=2)
    assert steps_of(alone) == [[BOSS]]
    assert sentence in faults(lambda: asked(tmp_path, steps=[{"calendar": rota}]))
    assert "no one is on call" in faults(lambda: asked(tmp_path, to=[{"calendar": rota}], msg=""))


def test_a_run_that_goes_on_asks_those_who_were_on_call(
    tmp_path: Path, rota: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = asked(tmp_path, to={"calendar": rota})
    key = first.fingerprints.question("db1")
    stored = type("Stored", (), {"opened_at": NIGHT.timestamp(), "keep_until": 4e9})()
    set_time(monkeypatch, NIGHT + dt.timedelta(hours=2))
    monkeypatch.setattr(type(first.ledger), "question", lambda _self, other: stored if other == key else None)
    assert asked(tmp_path, to={"calendar": rota}).ask.content == first.ask.content
    assert steps_of(asked(tmp_path, to={"calendar": rota}, idempotency_key="db2")) == [[BOB]]


def test_what_is_no_list_and_a_ledger_that_cannot_be_read(tmp_path: Path, rota: str) -> None:
    assert "to begins with [" in faults(lambda: told(tmp_path, "[x"))
    assert "steps begins with [" in faults(lambda: asked(tmp_path, steps="[x"))
    (tmp_path / "ledger.sqlite3").write_text("no database")
    assert steps_of(asked(tmp_path, to={"calendar": rota})) == [[ANN]]
