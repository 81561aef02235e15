# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Storms: how many messages each recipient gets when many processes send at once, and what becomes of the others."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.tests.support import documents, restructured
from ansible_collections.voip_communications.sms.tests.support.counted import CountedSandbox
from ansible_collections.voip_communications.sms.tests.support.module_names import (
    LEDGER_INFO,
    MAINTENANCE_WINDOW,
    NOTIFY,
)
from ansible_collections.voip_communications.sms.tests.support.people import ANNA, BEN
from ansible_collections.voip_communications.sms.tests.support.playbook import Controller
from ansible_collections.voip_communications.sms.tests.support.postgresql import PASSWORD, USER, PostgresServer

PROCESSES = 50


def texts(service: CountedSandbox) -> list[str]:
    """Return the texts of all messages that the sandbox has accepted."""
    return [message["msg"] for message in service.sandbox.messages()]


def storm(controller: Controller, count: int, **options: Any) -> list[dict[str, Any]]:
    """Send so many different messages to one person at the same moment, each by a process of its own."""
    return controller.race(*({"to": ANNA, "msg": f"db{number} is down", **options} for number in range(count)))


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_of_fifty_processes_five_send_and_one_tells(
    kind: str, controller: Controller, service: CountedSandbox, request: pytest.FixtureRequest
) -> None:
    if kind == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres")
        url = f"postgresql://{USER}@localhost:{server.port}/{server.new_database()}?sslmode=disable"
        controller.options |= {"ledger": url, "ledger_password": PASSWORD}
    results = storm(controller, PROCESSES, limit=["5/15m"], deadline=200)
    assert Counter(result["outcome"] for result in results) == {"sent": 5, "held": 45}, results
    sent = texts(service)
    notices = [text for text in sent if text.startswith("More than 5 messages in 15 minutes; further ones are not")]
    assert (len(sent), len(notices)) == (6, 1), sent
    for result in results:
        is_held = result["outcome"] == "held"
        assert result["failed"] if is_held else not result.get("failed"), result
    # One of those that are held has told the person so.
    assert [result["changed"] for result in results if result["outcome"] == "sent"] == [True] * 5
    told = [result for result in results if result["outcome"] == "held" and result["changed"]]
    assert len(told) == 1
    assert "nothing was sent" not in told[0]["msg"]
    untold = next(result for result in results if result["outcome"] == "held" and not result["changed"])
    assert "nothing was sent by this run" in untold["msg"]
    info = controller.start(module=LEDGER_INFO).go().wait().result
    assert (info["held"], info["counts"]["accepted"]) == (45, 6)
    assert "45 messages held back by a limit" in info["msg"]
    service.expect(6)


PLAYS = [
    play
    for block in restructured.blocks(documents.guide("storms"))
    if block.language == "yaml"
    for play in block.plays()
]


def test_the_plays_of_the_guide(controller: Controller, service: CountedSandbox) -> None:
    storm_play, look = PLAYS
    limits = storm_play["module_defaults"]["group/voip_communications.sms.voipsms"]
    defaults = {"group/voip_communications.sms.voipsms": {**controller.options, **limits}}
    keywords = {"module_defaults": defaults}
    run = controller.play(*storm_play["tasks"], *look["tasks"], keywords=keywords)
    assert run.rc == 0, run.everything
    results = {record.task: record.result for record in run.records}
    assert results["Show the outcome of each"]["msg"].endswith(str(["sent"] * 5 + ["held"] * 3))
    assert results["Say it"]["msg"] == "3 messages were held"
    assert "what is held is not sent later by itself" in " ".join((run.stdout + run.stderr).split())
    service.expect(6)
    (notice,) = [text for text in texts(service) if text.startswith("More than")]
    shown = re.sub(r"[0-9]{2}:[0-9]{2} UTC", "14:05 UTC", re.sub(r"[0-9]{4}-[0-9]{2}-[0-9]{2} ", "", notice))
    assert shown in documents.guide("storms")


def test_a_limit_from_the_environment_holds_for_watch_and_the_notify_playbook(
    controller: Controller, service: CountedSandbox
) -> None:
    account = {f"VOIPSMS_{name.upper()}": value for name, value in service.options.items()}
    environment = {**account, "VOIPSMS_LIMIT": "1/15m, 3/1h", "VOIPSMS_WATCH_RECIPIENTS": ANNA}
    first = controller.send(to=ANNA, msg="one", limit=["1/15m"])
    assert first["outcome"] == "sent"
    fails = {"name": "Fail", "ansible.builtin.fail": {"msg": "no"}}
    run = controller.play(
        fails, environment={**environment, "ANSIBLE_CALLBACKS_ENABLED": "voip_communications.sms.watch"}
    )
    assert "held for 1 recipient" in " ".join((run.stdout + run.stderr).split()), run.everything
    sent = texts(service)
    assert (len(sent), [text.startswith("More than 1 message in 15") for text in sent].count(True)) == (2, 1), sent
    service.expect(2)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"limit": "5 a day"}, "limit must be a number of messages, a slash and a time in s, m, h or d, such as 5/15m"),
        ({"limit": ["0/1h"]}, "limit 0/1h must allow 1 to 10000 messages, in 1 second to 30 days"),
        ({"account_limit": ["5/31d"]}, "account_limit 5/31d must allow 1 to 10000 messages"),
        ({"question_limit": [5]}, "question_limit must be a list of texts"),
        (
            {"limit": ["5/15m"], "ledger": "none"},
            "limit: messages are counted in the ledger, and ledger is none, which remembers nothing",
        ),
    ],
)
def test_a_wrong_limit_sends_nothing(
    options: dict[str, Any], sentence: str, controller: Controller, service: CountedSandbox
) -> None:
    result = controller.send(to=ANNA, msg="Hello", **options)
    assert result["failed"]
    assert sentence in result["msg"]
    assert result["msg"].endswith("nothing was sent")
    service.expect(0)


IN_TWO_LANGUAGES: dict[str, Any] = {
    "module": NOTIFY,
    "to": ["anna", "ben"],
    "contacts": [
        {"name": "anna", "number": ANNA, "language": "de"},
        {"name": "ben", "number": BEN, "language": "en"},
    ],
    "event": "down",
    "idempotency_key": "down",
    "msg": {"de": "Der Shop steht", "en": "The shop is down"},
    "account_limit": ["1/1h"],
}
ANNOUNCED_TWICE: dict[str, Any] = {
    "module": MAINTENANCE_WINDOW,
    "name": "db",
    "start": "2099-12-01 22:00",
    "end": "2099-12-01 23:00",
    "timezone": "UTC",
    "account_timezone": "UTC",
    "to": [ANNA],
    "reminders": [{"name": name, "at": "announce", "text": name} for name in ("first", "second")],
    "limit": ["1/1h"],
}


@pytest.mark.parametrize("options", [IN_TWO_LANGUAGES, ANNOUNCED_TWICE], ids=["two languages", "two announcements"])
def test_check_mode_counts_all_messages_of_a_task_together(
    options: dict[str, Any], controller: Controller, service: CountedSandbox
) -> None:
    foretold = controller.start(check=True, **options).go().wait().result
    service.expect(0)
    real = controller.start(**options).go().wait().result
    outcomes = [[one["outcome"] for one in result["results"]] for result in (foretold, real)]
    assert foretold["changed"] is real["changed"] is True
    assert outcomes == [["would_send", "held"], ["sent", "held"]], (foretold, real)
    service.expect(1 + (options is ANNOUNCED_TWICE))  # with the notice to who is held


def test_what_a_window_sends_at_once_is_held_as_any_other_message(
    controller: Controller, service: CountedSandbox
) -> None:
    failed, held = (controller.start(**ANNOUNCED_TWICE, on_limit=way).go().wait().result for way in ("fail", "hold"))
    assert (failed["failed"], failed["outcome"], [one["failed"] for one in failed["calendar"]]) == (
        True,
        "partial",
        [False, True],
    )
    assert not held.get("failed"), held
    for said in (failed["msg"], str(held["warnings"])):
        assert "held for 1 recipient, +12812345678: more than 1 message in 1 hour to one recipient" in said
    service.expect(2)
    assert sorted(text.partition(";")[0] for text in texts(service)) == ["More than 1 message in 1 hour", "first"]


def test_critical_events_have_an_allowance_of_their_own(controller: Controller, service: CountedSandbox) -> None:
    def tells(key: str, severity: str, **options: Any) -> dict[str, Any]:
        given: dict[str, Any] = {
            "limit": ["1/15m"],
            "critical_limit": ["2/15m"],
            "event": "down",
            "msg": key,
            **options,
        }
        process = controller.start(module=NOTIFY, to=[ANNA], severity=severity, idempotency_key=key, **given)
        return process.go().wait().result

    assert [tells(name, "warning")["outcome"] for name in ("one", "two")] == ["sent", "held"]
    assert [tells(name, "critical")["outcome"] for name in ("three", "four", "five")] == ["sent", "sent", "held"]
    held = tells("six", "critical")
    assert not held.get("failed")
    assert "held for 1 recipient" in str(held["warnings"])
    assert tells("seven", "warning", required=True)["failed"]
    assert not tells("eight", "warning", required=True, on_limit="hold").get("failed")
    service.expect(3 + 2)
