# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names and groups in place of numbers, as someone writes them who has just read the guide; by both ways of running."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.voip_communications.sms.tests.support import documents
from ansible_collections.voip_communications.sms.tests.support.counted import CountedSandbox
from ansible_collections.voip_communications.sms.tests.support.module_names import SCHEDULED, SEND
from ansible_collections.voip_communications.sms.tests.support.people_abroad import ANNA, BEN, DESK
from ansible_collections.voip_communications.sms.tests.support.playbook import Controller, PlaybookRun
from ansible_collections.voip_communications.sms.tests.support.step import Job

CONTACTS: list[dict[str, Any]] = [
    {"name": "anna", "number": "+49 1511 2345678", "groups": ["dba", "oncall"], "language": "de"},
    {"name": "ben", "number": "+44 7700 900123", "groups": ["dba"]},
]
CSV = "\ufeffname;number;groups\r\nanna;+49 1511 2345678;dba, oncall\r\nben;+44 7700 900123;dba\r\n"
GROUP_DEFAULTS = "group/voip_communications.sms.voipsms"


def play(controller: Controller, *tasks: dict[str, Any], front: str = "controller", **more: Any) -> PlaybookRun:
    """Run tasks with the contacts as a default of the group, which every member must know."""
    keywords = {
        "vars": {"voipsms_contacts": CONTACTS},
        "module_defaults": {GROUP_DEFAULTS: {**controller.options, "contacts": "{{ voipsms_contacts }}"}},
    }
    return controller.play(*tasks, keywords=keywords, environment={"VOIPSMS_FRONT": front}, **more)


def send(to: object, **options: Any) -> dict[str, Any]:
    return {"name": "Tell them", SEND: {"to": to, "msg": "db1 is down", **options}}


def told(result: dict[str, Any]) -> list[tuple[str, str | None, str]]:
    return [(entry["to"], entry["name"], entry["outcome"]) for entry in result["results"]]


@pytest.mark.parametrize("front", ["controller", "module"])
def test_a_newcomers_playbook(front: str, controller: Controller, service: CountedSandbox) -> None:
    """A name, her group and a number are three messages; a rehearsal says what the run says; the second run is ok."""
    task = send(["anna", "@dba", "+1 281 555 0100"])
    rehearsal = play(controller, task, front=front, arguments=["--check", "--diff"])
    run = play(controller, task, front=front, arguments=["--diff"])
    again = play(controller, task, front=front, arguments=["--diff"])
    (post,) = service.expect(1)
    assert post["form"]["to"] == f"{ANNA[1:]},{BEN[1:]},{DESK[1:]}"
    names = [(ANNA, "anna"), (BEN, "ben"), (DESK, None)]
    assert told(rehearsal.only) == [(*name, "would_send") for name in names]
    assert told(run.only) == [(*name, "sent") for name in names]
    assert told(again.only) == [(*name, "duplicate") for name in names]
    assert (rehearsal.only["changed"], run.only["changed"], again.only["changed"]) == (True, True, False)
    assert rehearsal.only["diff"] == run.only["diff"]
    for line in (f"+    anna ({ANNA})  sent", f"+    ben ({BEN})  sent", f"+    {DESK}  sent"):
        assert line in run.stdout
    assert run.only["msg"] == "sent to 3 recipients"


NOTATIONS: list[object] = [
    "anna, @dba, +12815550100,",
    "anna\n@dba\n+12815550100\n",
    "Anna; @DBA; +12815550100",
    '["anna", "@dba", "+12815550100"]',
    [{"name": "anna", "number": "+4915112345678"}, "ben", "+12815550100"],
]


def test_every_notation_is_one_message(controller: Controller, service: CountedSandbox, tmp_path: Path) -> None:
    """Surveys and ``-e`` give texts; the ledger knows the message by the numbers, whatever stands for them."""
    file = tmp_path / "people.csv"
    file.write_text(CSV, encoding="utf-8")
    tasks = [send(to) for to in NOTATIONS]
    tasks += [send(NOTATIONS[0], contacts=value) for value in (str(file), json.dumps(CONTACTS))]
    run = play(controller, *tasks)
    service.expect(1)
    assert [result["outcome"] for result in run.results] == ["sent"] + ["duplicate"] * (len(tasks) - 1)
    assert [entry["name"] for entry in run.results[-2]["results"]] == ["anna", "ben", None]


def test_faults_are_named_at_once_and_nothing_is_sent(controller: Controller, service: CountedSandbox) -> None:
    """A name that is misspelled, a group without anybody, and a word that is not ours."""
    wrong = send(["ana", "@dbb", {"name": "carla", "phone": "+12815550100"}, "ben"])
    run = play(controller, {**wrong, "ignore_errors": True}, send(["ana", "ben"], fail_on="all"))
    service.expect(1)
    first, second = run.results
    assert first["msg"] == (
        "to: there is no contact 'ana'; did you mean anna?; to: there is no group '@dbb'; did you mean @dba?; to:"
        " recipient 3 (carla) has the unknown phone; a person has name, number, groups, email, calendar, events,"
        " severity, hours, quiet, language; the number of recipient 3 (carla) must be called number; recipient 3"
        " (carla) has no number; nothing was sent"
    )
    assert told(first)[0] == (BEN, "ben", "not_sent")
    assert told(second) == [(BEN, "ben", "sent"), ("ana", None, "refused")]


def test_messages_are_scheduled_for_people_and_cancelled_by_their_names(
    controller: Controller, service: CountedSandbox
) -> None:
    """As in sending; a cancel and a list may mean one of them."""
    schedule = {"to": "anna, @dba", "msg": "The drill begins", "delivery_date": "2099-12-01 17:00", "name": "drill"}
    absent = {"state": "absent", "to": "anna", "name": "drill"}
    info = {"to": "@dba"}
    tasks: list[dict[str, Any]] = [
        {"name": "Schedule", SCHEDULED: schedule, "diff": True},
        {"name": "Again", SCHEDULED: schedule},
        {"name": "Look", f"{SCHEDULED}_info": info},
        {"name": "Cancel for one", SCHEDULED: absent},
        {"name": "Account", "voip_communications.sms.voipsms_account_info": {}},
        {"name": "Log", "voip_communications.sms.voipsms_log_info": {"number": "ben"}},
        {"name": "Ledger", "voip_communications.sms.voipsms_ledger_info": {"to": "@oncall"}},
    ]
    run = play(controller, *tasks)
    assert run.rc == 0, run.stdout
    service.expect(2)
    scheduled, again, look, cancel, _account, _log, ledger = run.results
    names = [(ANNA, "anna"), (BEN, "ben")]
    assert told(scheduled) == [(*name, "scheduled") for name in names]
    assert f"+    anna ({ANNA})  scheduled" in run.stdout
    assert (told(again), again["changed"]) == ([(*name, "duplicate") for name in names], False)
    assert [(entry["to"], entry["name"]) for entry in look["scheduled"]] == [names[1], names[0]]
    assert told(cancel) == [(*names[0], "cancelled")]
    assert len(ledger["rows"]) == 1


def test_the_environment_serves_every_task(controller: Controller, service: CountedSandbox, tmp_path: Path) -> None:
    """A file of variables is a file of contacts; the invocation does not repeat people."""
    file = tmp_path / "people.yml"
    file.write_text(json.dumps({"voipsms_contacts": CONTACTS}), encoding="utf-8")
    task = controller.task(to="@oncall", msg="x")
    run = controller.play(task, environment={"VOIPSMS_CONTACTS": str(file)})
    service.expect(1)
    assert told(run.only) == [(ANNA, "anna", "sent")]
    result = controller.module(to="@dba", msg="y", contacts=CONTACTS, check=True).result
    assert result["invocation"]["module_args"]["contacts"] == "2 contacts"


def test_a_file_that_is_wrong_fails_before_anything_is_sent(
    controller: Controller, service: CountedSandbox, tmp_path: Path
) -> None:
    file = tmp_path / "people.csv"
    file.write_text("name;number\nanna;4,91511E+12\n", encoding="utf-8")
    result = controller.module(to="+12815550100", msg="x", contacts=str(file)).result
    assert result["msg"] == (
        f"number of line 2 of '{file}' (anna) is '4,91511E+12', in which a spreadsheet has lost digits: format the"
        " column as text, and write it again; nothing was sent"
    )
    service.expect(0)
    result = controller.module(to="+12815550100", msg="x", contacts=str(file), fail_on="all").result
    assert (result["outcome"], len(result["warnings"])) == ("sent", 1)
    service.expect(1)


def test_the_plays_of_the_guide(controller: Controller, service: CountedSandbox, tmp_path: Path) -> None:
    """The variable, the play, the table and the directory that the guide shows, as it shows them."""
    variables, play_block, notify, cancel, csv_play, ldap = (
        block.text for block in documents.blocks("docs/docsite/rst/guide_people.rst", "yaml")
    )
    (event,) = yaml.safe_load(notify)
    event["tasks"] += yaml.safe_load(cancel)
    table = documents.blocks("docs/docsite/rst/guide_people.rst", "text")[1].text
    (tmp_path / "people.csv").write_text(table, encoding="utf-8")
    (first,) = yaml.safe_load(play_block)
    (second,) = yaml.safe_load(csv_play.replace("{{ playbook_dir }}", str(tmp_path)))
    environment = {**service.sandbox.environment, "VOIPSMS_FRONT": "module"}
    named = controller.play(keywords={**first, "vars": yaml.safe_load(variables)}, environment=environment)
    assert told(named.results[0]) == [
        (ANNA, "anna", "sent"),
        (BEN, "ben", "sent"),
        (DESK, None, "sent"),
    ], named.everything
    # Whether Anna sleeps depends on when the test runs.
    both = controller.play(keywords={**event, "vars": yaml.safe_load(variables)}, environment=environment)
    assert both.rc == 0, both.everything
    assert [name for _to, name, _outcome in told(both.results[0])] in (["ben", "anna"], ["anna", "ben"])
    assert {outcome for _to, _name, outcome in told(both.results[0])} <= {"sent", "scheduled"}
    from_table = controller.play(keywords=second, environment=environment)
    assert told(from_table.only) == [(ANNA, "anna", "duplicate")], from_table.everything
    make, tell = yaml.safe_load(ldap)
    people = [
        {"dn": "cn=Anna", "cn": "Anna", "mobile": "+49 1511 2345678", "departmentNumber": ["4711", "12"]},
        {"dn": "cn=Ben", "cn": ["Ben", "Benjamin"], "mobile": ["+44 7700 900123", "+1"], "mail": "ben@example.com"},
    ]
    found = {"name": "Find", "ansible.builtin.set_fact": {"ldap": {"results": people}}}
    run = controller.play(found, make, tell, environment=environment)
    assert told(run.results[-1]) == [(ANNA, "Anna", "duplicate")], run.everything
    # Each in a language of their own, so each by a request of their own.
    service.expect(3)


def test_roles_know_people(controller: Controller, service: CountedSandbox) -> None:
    """One variable serves both roles; whoever has two ways into a message gets one, and who is not known is named."""
    account = {**service.sandbox.environment, "VOIPSMS_ACCOUNT_TIMEZONE": "America/Chicago"}
    deployed = {
        "deploy_notify_event": "failed",
        "deploy_notify_application": "shop",
        "deploy_notify_recipients": "anna; @dba; @dbb",
    }
    window = {
        "maintenance_window_name": "w1",
        "maintenance_window_start": "2099-12-01 22:00",
        "maintenance_window_end": "2099-12-01 23:00",
        "maintenance_window_timezone": "Europe/Berlin",
        "maintenance_window_recipients": ["@dba", "anna"],
        "maintenance_window_reminders": [{"name": "begins", "at": "start"}],
    }
    roles = (("deploy_notify", deployed), ("maintenance_window", window))
    tasks = [
        {"name": name, "ansible.builtin.include_role": {"name": f"voip_communications.sms.{name}"}, "vars": options}
        for name, options in roles
    ]
    shown = "{{ [deploy_notify_result, maintenance_window_result] }}"
    tasks.append({"name": "Show", "ansible.builtin.debug": {"msg": shown}})
    run = controller.play(*tasks, keywords={"vars": {"voipsms_contacts": CONTACTS}}, environment=account)
    assert run.rc == 0, run.everything
    deployment, maintenance = run.results[-1]["msg"]
    names = [(ANNA, "anna"), (BEN, "ben")]
    assert told(deployment) == [*((*name, "sent") for name in names), ("@dbb", None, "refused")]
    unknown = "there is no group '@dbb'; did you mean @dba?"
    assert deployment["msg"] == f"sent to 2 recipients; refused for 1 recipient: {unknown}"
    assert told(maintenance) == [(*name, "scheduled") for name in reversed(names)]
    service.expect(3)


def test_a_playbook_and_watch_know_people(tmp_path: Path, controller: Controller, service: CountedSandbox) -> None:
    """The command line names a person and a group; the callback tells them when a run fails."""
    job = Job(tmp_path / "job", **service.sandbox.environment)
    variables = {"voipsms_to": "anna,@dba\n", "voipsms_msg": "Hello", "voipsms_contacts": json.dumps(CONTACTS)}
    done = job.playbook("notify", variables)
    assert done.outcome == (0, "sent"), done.output
    assert done.result is not None
    assert [entry["name"] for entry in done.result["results"]] == ["anna", "ben"]
    environment = {
        **service.sandbox.environment,
        "ANSIBLE_CALLBACKS_ENABLED": "voip_communications.sms.watch,task_records",
        "VOIPSMS_WATCH_RECIPIENTS": "@dba, anna, dora",
    }
    failing = {"name": "Restart", "ansible.builtin.fail": {"msg": "no"}}
    run = controller.play(failing, keywords={"vars": {"voipsms_contacts": CONTACTS}}, environment=environment)
    assert service.expect(2)[1]["form"]["to"] == f"{ANNA[1:]},{BEN[1:]}", run.everything
    assert "there is no contact 'dora'; there are anna, ben" in " ".join((run.stdout + run.stderr).split())


def test_the_sandbox_knows_the_same_people(controller: Controller, service: CountedSandbox) -> None:
    """The role gives the page its names, once, whatever the file."""
    port = service.options["api_url"].split(":")[2].split("/")[0]
    role = {
        "name": "Name them",
        "ansible.builtin.include_role": {"name": "voip_communications.sms.sandbox"},
        "vars": {"sandbox_port": int(port), "voipsms_contacts": [*CONTACTS, {"name": "dora"}]},
    }
    first, again = (controller.play(role) for _time in range(2))
    named = "Start it, or stop it"
    results = [next(record for record in run.records if record.task.endswith(named)).result for run in (first, again)]
    assert [result["changed"] for result in results] == [True, False], first.everything
    assert service.sandbox.settings()["names"] == {ANNA[1:]: "anna", BEN[1:]: "ben"}
    service.expect(0)
