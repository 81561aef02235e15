# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One event, told once, as a user writes it: by ``ansible-playbook`` against the sandbox, by both ways of running."""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ansible_collections.voip_communications.sms.tests.support.counted import CountedSandbox
from ansible_collections.voip_communications.sms.tests.support.module_names import NOTIFY, SCHEDULED
from ansible_collections.voip_communications.sms.tests.support.people_abroad import ANNA, BEN, DESK
from ansible_collections.voip_communications.sms.tests.support.playbook import COLLECTION, Controller, PlaybookRun

KEY = "shop/1.10/failed/github-4711-1"
HOUR = 3600
# That of the account of the sandbox.
ZONE = "America/Chicago"
PERSIAN = "\u0633\u0631\u0648\u0631 \u0645\u06cc\u200c\u0634\u0648\u062f"


def hours(begin: int, end: int) -> dict[str, str]:
    """Return hours that begin and end so many hours from now on."""
    now = dt.datetime.fromtimestamp(time.time(), dt.UTC)
    first, last = (now + dt.timedelta(hours=offset) for offset in (begin, end))
    return {"from": f"{first:%H:%M}", "to": f"{last:%H:%M}", "timezone": "UTC"}


def people() -> list[dict[str, Any]]:
    """Return contacts: Anna sleeps now, Ben does not, and only wants to hear of what is critical."""
    return [
        {"name": "anna", "number": "+49 1511 2345678", "groups": ["dba"], "hours": hours(3, 9), "quiet": "defer"},
        {"name": "ben", "number": "+44 7700 900123", "groups": ["dba"], "severity": "critical", "language": "fa"},
        {"name": "carla", "number": "+1 281 555 0101", "groups": ["dba"], "hours": hours(3, 9)},
    ]


def notify(**options: Any) -> dict[str, Any]:
    """Return a task; an option of None leaves it out."""
    usual = {"to": ["@dba", DESK], "event": "failed", "msg": "db1 is down", "subject": ["shop", "1.10"]}
    merged = {name: value for name, value in {**usual, **options}.items() if value is not None}
    return {"name": "Tell them", NOTIFY: merged, "ignore_errors": True}


def play(controller: Controller, *tasks: dict[str, Any], front: str = "controller", **more: Any) -> PlaybookRun:
    """Run tasks with contacts and the zone of the account as defaults of the group, in a run of GitHub Actions."""
    # The same hours in all plays of a test.
    controller.options.setdefault("contacts", people())
    own = {"account_timezone": ZONE, **controller.options}
    keywords = {"module_defaults": {"group/voip_communications.sms.voipsms": own}}
    pipeline = {"GITHUB_ACTIONS": "true", "GITHUB_RUN_ID": "4711"}
    environment = {"VOIPSMS_FRONT": front, **pipeline, **more.pop("environment", {})}
    return controller.play(*tasks, keywords=keywords, environment=environment, **more)


def told(result: dict[str, Any]) -> list[tuple[str, str | None, str]]:
    return [(entry["to"], entry["name"], entry["outcome"]) for entry in result["results"]]


def outcomes(sent: str, scheduled: str) -> list[tuple[str, str | None, str]]:
    return [(BEN, "ben", sent), (DESK, None, sent), (ANNA, "anna", scheduled)]


@pytest.mark.parametrize("front", ["controller", "module"])
def test_a_newcomers_playbook(front: str, controller: Controller, service: CountedSandbox) -> None:
    """Two are told, one is told later, one is left out; the rehearsal says so, and the second run changes nothing."""
    tasks = [{**notify(), "check_mode": True}, notify(), notify(msg="db1 and db2 are down")]
    run = play(controller, *tasks, front=front, arguments=["--diff"])
    rehearsal, first, again = run.results
    sent, scheduled = service.expect(2)
    assert (sent["form"]["to"], scheduled["form"]["to"]) == (f"{BEN},{DESK}".replace("+", ""), ANNA[1:])
    assert (rehearsal["ledger_created"], first["ledger_created"], again["ledger_created"]) == (True, True, False)
    assert told(rehearsal) == outcomes("would_send", "would_schedule")
    assert told(first) == outcomes("sent", "scheduled")
    assert told(again) == outcomes("duplicate", "duplicate")
    assert (rehearsal["changed"], first["changed"], again["changed"]) == (True, True, False)
    assert rehearsal["diff"] == first["diff"]
    for line in ("+    ben (+447700900123)  sent", "+    anna (+4915112345678)  scheduled", f"message {KEY}"):
        assert line in run.stdout
    assert (first["now"], first["dropped"], first["key"]) == ([BEN, DESK], ["carla"], KEY)
    assert (first["outcome"], first["failed_to"], first["requests"]) == ("partial", [], 6)
    (later,) = first["later"]
    # One look at the list, page by page.
    assert (later["to"], again["requests"]) == ([ANNA], 3)
    minute = dt.datetime.fromisoformat(later["at"]).astimezone(ZoneInfo(ZONE)).strftime("%Y-%m-%d %H:%M")
    assert first["msg"] == (
        f"sent to 2 recipients; scheduled for 1 recipient, at {minute}; not told, because of quiet hours: carla"
    )
    assert "WARNING" not in run.stderr.replace("[WARNING]: No inventory", "")


def test_when_quiet_hours_end_the_message_that_was_scheduled_counts(
    controller: Controller, service: CountedSandbox, tmp_path: Path
) -> None:
    """It is found under the key as its name, by which it can be cancelled, too; later it has gone out."""
    ahead = tmp_path / "ahead"
    ahead.write_text("0", encoding="ascii")
    clock = COLLECTION / "tests" / "support" / "clock"
    environment = {"CLOCK_AHEAD": str(ahead), "PYTHONPATH": f"{clock}:{COLLECTION.parents[2]}"}
    task, other = notify(to="anna"), notify(to="anna", event="rolled_back", msg="Back to 1.9")
    cancel = {"name": "Cancel", SCHEDULED: {"name": "shop/1.10/rolled_back/github-4711", "state": "absent"}}
    first, second, cancelled = play(controller, task, other, cancel, environment=environment).results
    assert [first["outcome"], second["outcome"], cancelled["outcome"]] == ["scheduled", "scheduled", "cancelled"]
    service.expect(2)
    ahead.write_text(str(4 * HOUR), encoding="ascii")
    service.sandbox.advance(4 * HOUR)
    later = play(controller, task, environment=environment).only
    assert told(later) == [(ANNA, "anna", "already_sent")]
    assert (later["now"], later["changed"]) == ([ANNA], False)
    service.expect(2)


def test_nothing_that_happens_to_a_message_fails_the_task_unless_it_is_required(
    controller: Controller, service: CountedSandbox
) -> None:
    """One who is unknown, a number that the service refuses, a gateway that is down, one whose answer is lost."""
    to = ["@dba", "ana", DESK]
    service.sandbox.order(path="sms/send", times=1, status=500, body="broken", accept=True)
    run = play(
        controller,
        notify(to=to, subject=["unknown"]),
        notify(to=to, subject=["unknown"], required=True),
        notify(to=["ana", "123"], subject=["nobody"]),
        notify(to=[DESK], subject=["down"], api_url="http://127.0.0.1:9/"),
        notify(to=[DESK], subject=["down"], api_url="http://127.0.0.1:9/", required=True),
        notify(to=to, subject=["asleep"], account_timezone=""),
    )
    lost, required, nobody, down, required_down, asleep = run.results
    assert [record.kind for record in run.records] == ["ok", "failed", "failed", "ok", "failed", "ok"]
    assert told(lost) == [*outcomes("unknown", "scheduled"), ("ana", None, "refused")]
    assert lost["failed_to"] == [BEN, DESK, "ana"]
    assert "may have been sent to ben" in lost["msg"]
    assert "did you mean anna?" in lost["msg"]
    assert lost["warnings"] == [f"failed: {lost['msg']}"]
    # The message log shows what became of the lost answer; what is left is the one who is unknown.
    assert told(required) == [*outcomes("duplicate", "duplicate"), ("ana", None, "refused")]
    assert required["failed_to"] == ["ana"]
    assert (nobody["outcome"], nobody["failed_to"]) == ("refused", ["ana", "123"])
    assert "nothing was sent" in nobody["msg"]
    assert (down["outcome"], down["changed"], len(down["warnings"])) == ("not_sent", False, 1)
    assert "nothing was sent or scheduled by this run" in down["msg"]
    assert required_down["msg"] == down["msg"]
    assert told(asleep) == [*outcomes("sent", "sent"), ("ana", None, "refused")]
    assert "could not be scheduled for the end of quiet hours, so it was sent at once" in asleep["warnings"][0]
    service.expect(4)


def test_a_run_that_is_killed_and_runs_that_meet_tell_each_person_once(
    controller: Controller, service: CountedSandbox, tmp_path: Path
) -> None:
    """Killed when some were told at once and others would be told later; then three at the same moment."""
    controller.options |= {"contacts": people(), "account_timezone": ZONE, "event": "failed", "msg": "db1 is down"}
    controller.options |= {"to": ["@dba", DESK], "pipeline": {"system": "github", "run": "4711"}}
    support, ahead = COLLECTION / "tests" / "support", tmp_path / "ahead"
    controller.environment |= {
        "PYTHONPATH": f"{support / 'stops'}:{COLLECTION.parents[2]}",
        "STOP_AT": "before _schedule.once.OncePerRecipient.schedule",
    }
    controller.start(module=NOTIFY, subject=["shop"]).go().wait_for_end()
    service.expect(1)
    # When its lock is over.
    ahead.write_text("60", encoding="ascii")
    service.sandbox.advance(60)
    controller.environment = {"PYTHONPATH": f"{support / 'clock'}:{COLLECTION.parents[2]}", "CLOCK_AHEAD": str(ahead)}
    again = controller.module(module=NOTIFY, subject=["shop"]).result
    assert told(again) == outcomes("duplicate", "scheduled")
    service.expect(2)
    together = controller.race(*[{"module": NOTIFY, "subject": ["other"], "msg": "db2 is down"}] * 3)
    results = Counter(outcome for result in together for _to, _name, outcome in told(result))
    assert results == {"sent": 2, "scheduled": 1, "duplicate": 6}
    service.expect(4)


def test_wrong_options_are_named_at_once_and_nothing_is_sent(controller: Controller, service: CountedSandbox) -> None:
    wrong = {"event": "has failed", "msg": {"de": 1.1}, "subject": ["shop", 1.1], "segments": 0, "from": "x1"}
    every_fault = notify(**wrong, account_timezone="Nowhere")
    others = [
        notify(subject=None),
        notify(idempotency_key="k"),
        notify(ledger="none"),
        notify(severity="high"),
        notify(to="@dba", contacts="/nowhere/contacts.yml"),
    ]
    as_module = play(controller, every_fault, front="module").only
    run = play(controller, every_fault, *others)
    assert [record.kind for record in run.records] == ["failed"] * 6, run.everything
    every, neither, both, ledgerless, severity, lost_contacts = run.results
    assert all("nothing was sent" in result["msg"] for result in run.results)
    for option in ("event must", "msg in de", "part 2 of subject", "segments", "from", "account_timezone"):
        assert option in every["msg"]
    assert as_module["msg"] == every["msg"]
    assert {entry["outcome"] for entry in every["results"]} == {"not_sent"}
    assert every["failed_to"] == [ANNA, BEN, "+12815550101", DESK]
    assert "are both missing" in neither["msg"]
    assert "exclude each other" in both["msg"]
    assert "needs a ledger" in ledgerless["msg"]
    assert "value of severity must be one of" in severity["msg"]
    assert "there is no group '@dba'" in lost_contacts["msg"]
    assert "/nowhere/contacts.yml" in lost_contacts["msg"]
    dated = {**notify(), "name": "A version that YAML reads as a date"}
    dated[NOTIFY] = {**dated[NOTIFY], "subject": ["shop", dt.date(2026, 11, 28)]}
    assert "subject: a date was given where a text belongs" in play(controller, dated).only["msg"]
    service.expect(0)


def test_each_reads_it_in_their_language_and_it_arrives_whole(controller: Controller, service: CountedSandbox) -> None:
    """On three hosts, and without a task that is run once, everyone hears of it once."""
    msg = {"default": [{"text": "\u201cdb1\u201d is down"}, {"text": "x" * 200, "rank": 1}], "fa": PERSIAN}
    run = play(controller, notify(msg=msg, to=["ben", DESK]), inventory="web1\nweb2\nweb3\n")
    assert {record.kind for record in run.records} == {"ok"}
    sends = service.expect(2)
    assert {send["form"]["to"]: send["form"]["msg"] for send in sends} == {BEN[1:]: PERSIAN, DESK[1:]: '"db1" is down'}
    assert (run.results[0]["text"], run.results[0]["texts"]) == ('"db1" is down', {"fa": PERSIAN})
    assert sum(result["outcome"] == "sent" for result in run.results) <= 2
