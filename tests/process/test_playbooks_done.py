# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks by name are never a success that did nothing, and no old result passes for that of such a run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.voip_communications.sms.plugins.plugin_utils._playbooks import PLAYBOOKS
from ansible_collections.voip_communications.sms.tests.support.counted import CountedSandbox
from ansible_collections.voip_communications.sms.tests.support.markdown import COLLECTION
from ansible_collections.voip_communications.sms.tests.support.people import ANNA
from ansible_collections.voip_communications.sms.tests.support.step import PREFIX, Done, Job

NAMES = tuple(PLAYBOOKS)
WORK = f"{PREFIX}voipsms_playbook"
DATE = "2098-12-01 22:00"
HELLO = {"voipsms_to": ANNA, "voipsms_msg": "Hello"}
# With one reminder only: what the role does is tested elsewhere.
WINDOW = {
    "maintenance_window_reminders": [{"name": "hour", "before": "1h"}],
    "maintenance_window_name": "window-4711",
    "maintenance_window_start": DATE,
    "maintenance_window_end": "2098-12-01 23:30",
    "maintenance_window_timezone": "Europe/Berlin",
    "maintenance_window_recipients": [ANNA],
}
GOOD: dict[str, dict[str, Any]] = {
    "notify": HELLO,
    "scheduled": {**HELLO, "voipsms_delivery_date": DATE},
    "maintenance": WINDOW,
}


@pytest.fixture
def job(tmp_path: Path, service: CountedSandbox) -> Job:
    """Return a job whose environment has the account, with two inventories and an old result."""
    job = Job(tmp_path / "job", VOIPSMS_ACCOUNT_TIMEZONE="America/Chicago", **service.sandbox.environment)
    (job.folder / "web.ini").write_text("[web]\nweb1\nweb2\n")
    (job.folder / "all.ini").write_text("localhost\n[web]\nweb1\n")
    (job.folder / "empty.ini").write_text("")
    job.result_file.write_text('{"outcome": "sent"}')
    return job


def command(job: Job, *arguments: str, **variables: Any) -> Done:
    """Run playbooks by the arguments, with variables and the result file."""
    given = {"voipsms_result_file": "result.json", **variables}
    return job.run(["ansible-playbook", *arguments, "-e", json.dumps(given)])


@pytest.mark.parametrize("name", NAMES)
def test_each_playbook_asks_for_its_host_and_begins_with_its_variables(name: str) -> None:
    """So what is shown of one of them here holds for all."""
    (play,) = yaml.safe_load((COLLECTION / "playbooks" / f"{name}.yml").read_text("utf-8"))
    assert play["hosts"] == "{{ lookup('voip_communications.sms.playbook_host') }}"
    assert (play["tags"], play["gather_facts"]) == ("always", False)
    assert play["tasks"][0][WORK] == {"playbook": name}
    assert not {*play["tasks"][0]} & {"when", "ignore_errors", "failed_when", "tags"}


def test_a_limit_without_localhost_is_refused(job: Job, service: CountedSandbox) -> None:
    done = job.playbook("notify", HELLO, "-i", "web.ini", "--limit", "web1")
    service.expect(0)
    assert done.rc != 0, done.output
    assert "--limit web1 leaves out localhost, where this playbook runs; add it" in " ".join(done.output.split())
    assert done.outcome[1] == "invalid"
    assert "as in --limit 'web1,localhost'" in str(done.result)


@pytest.mark.parametrize(
    ("arguments", "sentences"),
    [
        (
            ("-i", "empty.ini", "--limit", "web1", "--skip-tags", "always"),
            ["--limit web1 leaves out localhost", "--skip-tags always would skip"],
        ),
        (("--start-at-task", "Send"), ["--start-at-task 'Send' may skip"]),
    ],
    ids=["skipped", "started late"],
)
def test_what_would_skip_the_work_is_refused(
    arguments: tuple[str, ...], sentences: list[str], job: Job, service: CountedSandbox
) -> None:
    done = job.playbook("notify", HELLO, *arguments)
    service.expect(0)
    assert (done.rc != 0, done.outcome[1]) == (True, "invalid"), done.output
    assert [sentence for sentence in sentences if sentence not in str(done.result)] == []
    assert "nothing was sent" in done.output


def test_in_check_mode_it_is_refused_and_the_old_result_is_left_alone(job: Job) -> None:
    done = job.playbook("notify", HELLO, "-i", "web.ini", "--limit", "web1", "--check")
    assert (done.rc != 0, done.outcome[1]) == (True, "sent"), done.output


def test_what_leaves_localhost_in_is_accepted(job: Job, service: CountedSandbox) -> None:
    done = job.playbook("notify", HELLO, "-i", "all.ini", "--limit", "all", "--tags", "x", "--skip-tags", "y,all")
    service.expect(1)
    assert done.outcome == (0, "sent"), done.output


@pytest.mark.parametrize(
    "listing", [("--syntax-check",), ("--list-hosts", "--list-tasks", "--list-tags")], ids=" ".join
)
def test_what_only_lists_is_never_refused(listing: tuple[str, ...], job: Job) -> None:
    skipping = ("-i", "web.ini", "--limit", "web1", "--skip-tags", "always", "--start-at-task", "Nowhere")
    done = command(job, *(PREFIX + name for name in NAMES), *skipping, *listing)
    assert done.outcome == (0, "sent"), done.output


def imported(job: Job, *plays: dict[str, Any]) -> None:
    """Write a playbook of one's own."""
    (job.folder / "site.yml").write_text(yaml.safe_dump(list(plays), sort_keys=False))


def of(name: str, result: str = "result.json", **variables: Any) -> dict[str, Any]:
    """Return the import of a playbook, with variables and a result file of its own."""
    variables = {**GOOD[name], "voipsms_result_file": result, **variables}
    return {"import_playbook": PREFIX + name, "vars": variables}


def test_imported_under_a_limit_it_is_refused(job: Job, service: CountedSandbox) -> None:
    deploy = {"hosts": "web", "gather_facts": False, "tasks": [{"name": "Deploy", "ansible.builtin.debug": {}}]}
    imported(job, deploy, of("notify"))
    refused = job.run(["ansible-playbook", "-i", "web.ini", "site.yml", "--limit", "web1"])
    service.expect(0)
    assert (refused.rc != 0, refused.outcome[1]) == (True, "invalid"), refused.output
    assert "--limit 'web1,localhost'" in refused.output
    told = job.run(["ansible-playbook", "-i", "web.ini", "site.yml", "--limit", "web1,localhost"])
    service.expect(1)
    assert told.outcome == (0, "sent"), told.output


def test_imported_twice_each_has_its_own_result(job: Job, service: CountedSandbox) -> None:
    imported(job, of("notify", "first.json"), of("notify", "second.json", voipsms_msg=4711))
    done = job.run(["ansible-playbook", "site.yml"])
    service.expect(1)
    first, second = (json.loads((job.folder / f"{name}.json").read_text()) for name in ("first", "second"))
    assert (done.rc, first["outcome"], second["outcome"]) == (2, "sent", "invalid"), done.output
    assert "4711 is not text" in second["msg"]
    assert "results" not in second


def test_windows_are_announced_and_called_off_and_each_has_its_own_result(job: Job, service: CountedSandbox) -> None:
    """The last one ends before it begins, which only the module finds out."""
    off = of("maintenance", "second.json", maintenance_window_state="absent")
    faulty = of("maintenance", "third.json", maintenance_window_name="window-4712", maintenance_window_end="2098-01-01")
    imported(job, of("maintenance", "first.json"), off, faulty)
    done = job.run(["ansible-playbook", "site.yml"])
    service.expect(1)
    results = [json.loads((job.folder / f"{name}.json").read_text()) for name in ("first", "second", "third")]
    assert [result["outcome"] for result in results] == ["scheduled", "cancelled", "not_sent"], done.output
    assert [len(result.get("calendar", ())) for result in results] == [1, 1, 0]
    assert [message["status"] for message in service.sandbox.messages()] == ["CANCELLED"]
    assert (done.rc, results[2]["failed"], results[2]["results"]) == (2, True, [])
    assert "window-4711" not in str(results[2])


def test_words_left_over_are_refused_by_name(job: Job, service: CountedSandbox) -> None:
    options = ("voipsms_to=+1 281 234 5678", "voipsms_msg=db1 is down", "voipsms_name=window 4711")
    given = [part for option in options for part in ("-e", option)]
    done = job.run(["ansible-playbook", f"{PREFIX}notify", *given])
    service.expect(0)
    assert done.rc == 2, done.output
    for words, name in (("281 234 5678", "to"), ("is down", "msg"), ("4711", "name")):
        assert f"the words '{words}' were left over from the value of voipsms_{name}" in done.output
    assert "nothing was sent" in done.output

    # Of a name that has lost a word, another message might be cancelled.
    tasks = [{"name": name, WORK: {"playbook": name}, "ignore_errors": True} for name in NAMES]
    imported(job, {"hosts": "localhost", "gather_facts": False, "tasks": tasks})
    every = job.run(["ansible-playbook", "site.yml", *given])
    service.expect(0)
    failures = [line for line in every.output.splitlines() if line.startswith("fatal:")]
    assert ["the words '4711' were left over" in line for line in failures] == [True] * len(NAMES), every.output
