# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role maintenance_window by real playbooks: announced, moved, late, called off, and told that it is off."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlsplit

import pytest

from ansible_collections.voip_communications.sms.tests.support.counted import CountedSandbox
from ansible_collections.voip_communications.sms.tests.support.module_names import MAINTENANCE_WINDOW, SCHEDULED_INFO
from ansible_collections.voip_communications.sms.tests.support.people import (
    ANN,
    ANNA,
    BEN,
    BOB,
    NOT_IN_SERVICE,
    OURS,
    OWN,
)
from ansible_collections.voip_communications.sms.tests.support.playbook import Controller, PlaybookRun

ROLE = "voip_communications.sms.maintenance_window"
CHICAGO = "America/Chicago"
WINDOW = {
    "name": "window-4711",
    "start": "2098-12-01 22:00",
    "end": "2098-12-01 23:30",
    "timezone": "Europe/Berlin",
    "services": ["mail", "calendar"],
    "recipients": [ANNA, BEN],
}


@pytest.fixture
def controller(controller: Controller, service: CountedSandbox) -> Controller:
    """Return a machine whose account comes from the environment, as the role wants it."""
    controller.environment = {**service.sandbox.environment, "VOIPSMS_ACCOUNT_TIMEZONE": CHICAGO}
    return controller


def role(check: bool = False, **options: Any) -> dict[str, Any]:
    """Return a task that includes the role, for the usual window where a test says nothing else."""
    apply = {"apply": {"check_mode": True}} if check else {}
    variables = {f"maintenance_window_{name}": value for name, value in {**WINDOW, **options}.items()}
    return {"name": "Role", "ansible.builtin.include_role": {"name": ROLE, **apply}, "vars": variables}


def pending() -> dict[str, Any]:
    """Return a task that lists what is pending."""
    return {"name": "Pending", SCHEDULED_INFO: {}}


def clock(service: CountedSandbox, moment: str) -> dict[str, Any]:
    """Return a task that sets the clock of the service."""
    parts = urlsplit(service.sandbox.url)
    options = {"url": f"{parts.scheme}://{parts.netloc}/sandbox/clock", "method": "POST"}
    return {"name": "Clock", "ansible.builtin.uri": {**options, "body_format": "json", "body": {"set": moment}}}


def results(run: PlaybookRun) -> list[dict[str, Any]]:
    """Return the result of each run of the role."""
    return [record.result for record in run.records if "Announce, move or call off" in record.task]


def said(result: dict[str, Any]) -> list[tuple[str, bool]]:
    """Return the outcome of each reminder, and whether it has changed something."""
    return [(entry["outcome"], entry["changed"]) for entry in result["calendar"]]


def waiting(run: PlaybookRun) -> list[list[str]]:
    """Return the dates that were pending each time that a play asked."""
    return [
        [each["delivery_date"] for each in record.result["scheduled"]]
        for record in run.records
        if record.task == "Pending"
    ]


def from_now(**ahead: float) -> str:
    """Return a whole minute that is so far ahead, as the role takes dates."""
    moment = dt.datetime.now(dt.UTC) + dt.timedelta(**ahead)
    return moment.isoformat(timespec="minutes")


def test_announced_moved_and_called_off(controller: Controller, service: CountedSandbox) -> None:
    moved: dict[str, Any] = {
        "start": "2098-12-02T08:00:00-06:00",
        "end": "2098-12-02T09:00:00-06:00",
        "timezone": CHICAGO,
    }
    run = controller.play(
        role(), role(), pending(), role(**moved), pending(), role(state="absent"), pending(),
        arguments=["--diff"],
    )  # fmt: skip
    assert (run.rc, run.stderr) == (0, ""), run.everything
    service.expect(4 * 2 + 4 * 2)
    found = results(run)
    assert [said(result) for result in found] == [
        [("scheduled", True)] * 4,
        [("duplicate", False)] * 4,
        [("partial", True)] * 4,
        [("cancelled", True)] * 4,
    ]
    assert found[2]["calendar"][0]["msg"] == (
        "scheduled for 2 recipients, at 2098-12-01 08:00; cancelled for 2 recipients, at 2098-11-30 15:00"
    )
    assert [found[2][key] for key in ("name", "start", "end")] == ["window-4711", moved["start"], moved["end"]]
    first = ["2098-11-30 15:00", "2098-12-01 14:00", "2098-12-01 15:00", "2098-12-01 16:30"]
    then = ["2098-12-01 08:00", "2098-12-02 07:00", "2098-12-02 08:00", "2098-12-02 09:00"]
    both = [[date for date in dates for _recipient in (ANNA, BEN)] for dates in (first, then)]
    assert waiting(run) == [*both, []]
    assert found[0]["diff"]["after"] == (
        "day-before: Sun 30 Nov 2098 22:00 +0100, 2 people: "
        "Maintenance of mail and calendar: Mon 1 Dec 22:00 to 23:30 (Europe/Berlin).\n"
        "hour-before: Mon 1 Dec 2098 21:00 +0100, 2 people: "
        "Maintenance of mail and calendar: Mon 1 Dec 22:00 to 23:30 (Europe/Berlin).\n"
        "begins: Mon 1 Dec 2098 22:00 +0100, 2 people: "
        "Maintenance of mail and calendar begins now, until 23:30 (Europe/Berlin).\n"
        "ends: Mon 1 Dec 2098 23:30 +0100, 2 people: "
        "Maintenance of mail and calendar: the window ends now (Mon 1 Dec 23:30).\n"
    )


def test_what_is_past_is_left_out_and_never_sent_late(controller: Controller, service: CountedSandbox) -> None:
    """The first window is wrong, and all that is wrong is named. One is refused by Ansible itself, and the result that
    is still there says of which window it is. The last one is announced late, and a number of it is refused: the others
    wait all the same.
    """
    service.sandbox.settings(zone="UTC")
    controller.environment["VOIPSMS_ACCOUNT_TIMEZONE"] = "UTC"
    hour_before = {"name": "hour-before", "before": "1h"}
    reminders = [{"name": "day-before", "before": "24h"}, hour_before, {"name": "ends", "at": "end"}]
    far: dict[str, Any] = {"start": from_now(days=3), "end": from_now(days=3, hours=1), "reminders": reminders}
    near: dict[str, Any] = {**far, "start": from_now(hours=2), "end": from_now(hours=3)}
    refused = [reminders[0], {**hour_before, "recipients": [NOT_IN_SERVICE]}, reminders[2]]
    wrong = role(name=4711, end="2098-12-01 02:00", recipients=[12812345678], reminders=[{"name": "a", "before": 24}])
    earlier = {"name": "Earlier", "ansible.builtin.assert": {"that": "maintenance_window_result.name == 'window-4711'"}}
    run = controller.play(
        {"name": "Wrong", "block": [wrong], "rescue": [pending()]},
        role(**far), role(check=True, **near), role(**near), role(**near, min_lead=90), pending(),
        {"name": "Refused", "block": [role(name="window-4799", state="elsewhere")], "rescue": [earlier]},
        role(**{**near, "name": "window-4712", "services": ["web"], "reminders": refused}),
    )  # fmt: skip
    refusal = results(run)[0]["msg"]
    for sentence in (
        "name: 4711 is not text but a number: quote it",
        "is not after start",
        "recipient 1: 12812345678 is not text but a number of type int",
        "before is not a duration",
    ):
        assert sentence in refusal
    service.expect(6 + 4 + 3)
    assert [said(result) for result in results(run)[1:]] == [
        [("scheduled", True)] * 3,
        [("would_cancel", True), ("partial", True), ("partial", True)],
        [("cancelled", True), ("partial", True), ("partial", True)],
        [("left_out", False), ("duplicate", False), ("duplicate", False)],
        [("left_out", False), ("refused", False), ("scheduled", True)],
    ]
    assert [len(dates) for dates in waiting(run)] == [0, 4]
    assert [record.kind for record in run.records if record.task == "Earlier"] == ["ok"]
    assert run.rc == 2, run.everything


def test_who_had_a_reminder_is_told_that_it_is_off(controller: Controller, service: CountedSandbox) -> None:
    """Of the recipients of the reminder that has gone out, one was not among them then, and is not told."""
    day_before: dict[str, Any] = {"name": "day-before", "before": "24h", "recipients": [ANNA]}
    begins = {"name": "begins", "at": "start", "recipients": BEN, "text": "{{ maintenance_window.start }}: mail"}
    later = [{**day_before, "recipients": [BEN, ANNA]}, {"name": "begins", "state": "absent"}]
    sender = {"from": OWN}
    off: dict[str, Any] = {"state": "absent", "tell_if_off": True, "reminders": later}
    run = controller.play(
        role(reminders=[day_before, begins]), clock(service, "2098-12-01T12:00:00Z"),
        role(reminders=[day_before, later[1]]), role(check=True, **off), role(**off), role(**off),
        keywords={"module_defaults": {MAINTENANCE_WINDOW: sender}},
    )  # fmt: skip
    assert (run.rc, run.stderr) == (0, ""), run.everything
    sends = service.expect(3)
    assert [(send["form"]["to"], send["form"]["msg"], send["form"]["from"]) for send in sends] == [
        (
            ANN,
            "Maintenance of mail and calendar: Mon 1 Dec 22:00 to 23:30 (Europe/Berlin).",
            OURS,
        ),
        (BOB, "Mon 1 Dec 22:00: mail", OURS),
        (
            ANN,
            "Called off: maintenance of mail and calendar, Mon 1 Dec 22:00 to 23:30 (Europe/Berlin).",
            OURS,
        ),
    ]
    found = results(run)
    assert [said(result) for result in found[1:]] == [
        [("already_sent", False), ("cancelled", True)],
        [("already_sent", False), ("unchanged", False)],
        [("already_sent", False), ("unchanged", False)],
        [("already_sent", False), ("unchanged", False)],
    ]
    assert [result["told"] for result in found] == [[], [], [ANNA], [ANNA], [ANNA]]
    assert [(result["results"][-1]["outcome"], result["changed"]) for result in found[2:]] == [
        ("would_send", True),
        ("sent", True),
        ("duplicate", False),
    ]


HOSTS = "".join(f"web{number} ansible_connection=ssh ansible_host=127.0.0.1 ansible_port=1\n" for number in (1, 2, 3))


def test_a_play_for_hosts_that_cannot_be_reached(controller: Controller, service: CountedSandbox) -> None:
    """It runs on the controller, once a batch, with the account and the contacts of the play."""
    controller.environment = {}
    defaults = {
        **service.options,
        "account_timezone": CHICAGO,
        "ledger": str(controller.ledger),
        "contacts": [{"name": "anna", "number": ANNA}],
    }
    text = "{{ maintenance_window.services }} from {{ maintenance_window.start }}, {{ maintenance_window.timezone }}"
    reminders = [{"name": "before", "before": "1d", "text": text}]
    # In Sydney the clocks go forward on 5 October 2098.
    window: dict[str, Any] = {
        **WINDOW,
        "start": "2098-10-05 12:00",
        "end": "2098-10-05 13:00",
        "timezone": "Australia/Sydney",
        "recipients": ["anna", BEN],
    }
    variables = {f"maintenance_window_{name}": value for name, value in {**window, "reminders": reminders}.items()}
    run = controller.play(
        {"name": "Each host knows", "ansible.builtin.assert": {"that": "maintenance_window_result.told == []"}},
        inventory=HOSTS,
        keywords={
            "roles": [ROLE], "serial": 2, "become": True, "vars": variables,
            "module_defaults": {"group/voip_communications.sms.voipsms": defaults},
        },
    )  # fmt: skip
    assert run.rc == 0, run.everything
    service.expect(2)
    assert [said(result) for result in results(run)] == [[("scheduled", True)], [("duplicate", False)]]
    (entry,) = results(run)[0]["calendar"]
    assert (entry["at"], entry["text"]) == (
        "2098-10-04T11:00:00+10:00",
        "mail and calendar from Sun 5 Oct 12:00, Australia/Sydney",
    )
    assert [record.kind for record in run.records if record.task.endswith("Each host knows")] == ["ok"] * 3
