# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks by name: what they send, what they refuse, how they end, and what the result file then says."""

from __future__ import annotations

import json
import os
import signal
import stat
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.voip_communications.sms.plugins.plugin_utils._playbooks import find
from ansible_collections.voip_communications.sms.tests.support.counted import CountedSandbox
from ansible_collections.voip_communications.sms.tests.support.documented import SPECS, role_options
from ansible_collections.voip_communications.sms.tests.support.markdown import COLLECTION
from ansible_collections.voip_communications.sms.tests.support.people import ANNA, BEN
from ansible_collections.voip_communications.sms.tests.support.step import PREFIX, Job
from ansible_collections.voip_communications.sms.tests.support.waiting import until

HELLO = {"voipsms_to": ANNA, "voipsms_msg": "Hello"}
# What the environment says of the account and its service, and the playbooks do not pass on.
SHARED = set(SPECS[f"{PREFIX}voipsms_account_info"]) | {"ledger", "ledger_account"}
SHARED -= {"contacts"}
SHARED |= {"scheduled_path", "cancel_path", "cancel_method", "list_grace", "cancel_grace", "handover"}
CALLS = {
    "notify": "voipsms_send",
    "scheduled": "voipsms_scheduled",
    "cancel": "voipsms_scheduled",
    "ask": "voipsms_ask",
    "report": "voipsms_report",
}
# Options that mean nothing where messages are created, or where they are cancelled.
ELSEWHERE = {
    "notify": set[str](),
    "scheduled": {"state", "smsid", "fail_if_sent"},
    "ask": set[str](),
    "report": set[str](),
    "cancel": {"state", "min_lead", "on_date_mismatch", "max_segments", "charset"},
}
GUIDE = (COLLECTION / "docs" / "docsite" / "rst" / "guide_pipelines.rst").read_text(encoding="utf-8")


@pytest.fixture
def job(tmp_path: Path, service: CountedSandbox) -> Job:
    """Return a job whose environment has the account."""
    return Job(tmp_path / "job", VOIPSMS_ACCOUNT_TIMEZONE="America/Chicago", **service.sandbox.environment)


@pytest.mark.parametrize("name", CALLS)
def test_the_variables_are_the_options_of_the_module(name: str) -> None:
    module = PREFIX + CALLS[name]
    playbook = find(name)
    wanted = {option for option in SPECS[module] if option not in SHARED | ELSEWHERE[name]}
    assert playbook.module == module
    assert set(playbook.options) == {f"voipsms_{option}" for option in (*wanted, "result_file")}
    for option in wanted:
        ours, spec = playbook.options[f"voipsms_{option}"], SPECS[module][option]
        assert (ours["type"], ours.get("choices")) == (spec["type"], spec.get("choices")), option


@pytest.mark.parametrize(
    ("name", "role"), [("maintenance", "maintenance_window"), ("page", "page"), ("sandbox", "sandbox")]
)
def test_the_playbook_of_a_role_knows_its_options(name: str, role: str) -> None:
    theirs = {option: spec for option, spec in role_options().items() if option.startswith(f"{role}_")}
    ours = find(name).options
    assert {option for option in ours if option.startswith(f"{role}_")} == set(theirs)
    assert all(bool(ours[option].get("required")) == bool(spec.get("required")) for option, spec in theirs.items())


def test_it_tells_once_and_says_so(job: Job, service: CountedSandbox) -> None:
    first = job.playbook("notify", {"voipsms_to": f"{ANNA}, {BEN}", "voipsms_msg": "Hello"})
    service.expect(1)
    assert first.outcome == (0, "sent"), first.output
    assert "WARNING" not in first.output
    assert '"msg": "sent to 2 recipients"' in first.output
    assert first.result is not None
    assert (first.result["changed"], first.result["failed"]) == (True, False)
    assert [each["to"] for each in first.result["results"]] == [ANNA, BEN]
    assert "invocation" not in first.result
    assert stat.S_IMODE(job.result_file.stat().st_mode) == 0o600

    # Whatever an inventory says of localhost, and whichever tags are asked for.
    (job.folder / "inventory.ini").write_text("localhost ansible_connection=ssh ansible_host=203.0.113.1\n")
    again = job.playbook(
        "notify", {"voipsms_to": [BEN, ANNA], "voipsms_msg": "Hello"}, "-i", "inventory.ini", "--tags", "x", "--become"
    )
    service.expect(1)
    assert again.outcome == (0, "duplicate"), again.output


def test_without_an_inventory_and_with_plain_variables(job: Job, service: CountedSandbox) -> None:
    """Digits of `-e key=value` stay text. In check mode nothing is written, whatever there was."""
    job.result_file.write_text("{}")
    command = ["ansible-playbook", f"{PREFIX}notify", "-e", "voipsms_to=12812345678", "-e", "voipsms_msg=Hello"]
    checked = job.run([*command, "-e", "voipsms_result_file=result.json", "--check"])
    service.expect(0)
    assert (checked.rc, checked.result) == (0, {}), checked.output
    assert '"msg": "would send to 1 recipient"' in checked.output
    assert not job.ledger.parent.exists()
    told = job.run(command)
    service.expect(1)
    assert (told.rc, told.result) == (0, {}), told.output


def test_every_fault_is_named_at_once(job: Job, service: CountedSandbox) -> None:
    faulty = {
        "voipsms_to": [12812345679, BEN],
        "voipsms_too": ANNA,
        "voipsms_api_password": "s3cr3t-of-mine",
        "voipsms_fail_on": "some",
        "voipsms_batch_size": "many",
    }
    done = job.playbook("notify", faulty)
    service.expect(0)
    assert done.outcome == (2, "invalid"), done.output
    assert done.result is not None
    for part in (
        "missing required arguments: voipsms_msg",
        "value of voipsms_fail_on must be one of: any, all, none, got: some",
        "argument 'voipsms_batch_size' is of type",
        "voipsms_api_password, voipsms_too are not known to this playbook, which takes voipsms_batch_size, ",
        "VOIPSMS_API_KEY",
        "voipsms_to: 12812345679 is not text but a number: quote it",
        "nothing was sent",
    ):
        assert part in done.result["msg"]
        assert part in done.output
    assert "s3cr3t" not in done.output + job.result_file.read_text()


def test_what_cannot_be_templated_is_invalid(job: Job, service: CountedSandbox) -> None:
    done = job.playbook("notify", {"voipsms_to": ANNA, "voipsms_msg": "{{ nowhere }}"})
    service.expect(0)
    assert done.outcome == (2, "invalid"), done.output
    assert "'nowhere' is undefined" in str(done.result)


def test_what_is_not_sent_fails_without_a_secret(job: Job, service: CountedSandbox) -> None:
    """That refused and unknown are told apart is tested by the shell step of the examples."""
    denied = job.playbook("notify", HELLO, VOIPSMS_API_PASSWORD="wr0ng-one")
    service.expect(1)
    assert denied.outcome == (2, "not_sent"), denied.output
    assert "wr0ng-one" not in denied.output + job.result_file.read_text()


def test_a_result_that_cannot_be_written_means_that_nothing_is_sent(job: Job, service: CountedSandbox) -> None:
    done = job.playbook(
        "notify", {"voipsms_to": ANNA, "voipsms_msg": "Hello", "voipsms_result_file": "/nonexistent/result.json"}
    )
    service.expect(0)
    assert done.rc == 2, done.output
    assert "/nonexistent" in done.output


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a link of another user")
def test_a_link_of_another_user_is_not_followed_and_nothing_is_sent(job: Job, service: CountedSandbox) -> None:
    precious = job.folder / "precious"
    precious.write_text("{}")
    job.result_file.symlink_to(precious)
    os.lchown(job.result_file, 4711, 4711)
    done = job.playbook("notify", HELLO)
    service.expect(0)
    assert done.rc == 2, done.output
    assert "leads through a link of another user, 'result.json', which is not followed; nothing was sent" in done.output
    assert precious.read_text() == "{}"


def test_a_run_that_is_killed_leaves_a_result_that_says_so(job: Job, service: CountedSandbox) -> None:
    service.sandbox.order(delay=30, accept=True)
    process = job.start(job.command("notify", HELLO))
    until(service.sandbox.sends)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    service.expect(1)
    done = job.done(process.returncode, "")
    assert done.outcome == (-signal.SIGKILL, "unfinished")


def test_ansible_s_own_errors_have_other_exit_codes_or_leave_the_file_alone(job: Job, service: CountedSandbox) -> None:
    job.result_file.write_text("{}")
    nowhere = job.playbook("nowhere", {})
    assert (nowhere.rc, nowhere.result) == (1, {}), nowhere.output
    unreadable = job.playbook("notify", None, "-e", "{voipsms_to")
    assert (unreadable.rc, unreadable.result) == (4, {}), unreadable.output
    no_option = job.playbook("notify", {}, "--nonsense")
    assert (no_option.rc, no_option.result) == (2, {}), no_option.output
    service.expect(0)


def test_a_message_is_scheduled_moved_and_cancelled(job: Job, service: CountedSandbox) -> None:
    """In one run, by ordinary modules; each import has variables of its own. An identifier needs no ledger."""
    reminder = {"voipsms_name": "window-4711", "voipsms_to": ANNA, "voipsms_msg": "In an hour"}
    moved = {"voipsms_delivery_date": "2098-12-02 22:00", "voipsms_timezone": "Europe/Berlin"}
    forget = {"ansible.builtin.file": {"path": str(job.ledger), "state": "absent"}}
    smsid = f"{{{{ (lookup('ansible.builtin.file', '{job.folder}/scheduled.json') | from_json).smsids | join(',') }}}}"

    def of(name: str, **variables: str) -> dict[str, Any]:
        given = {**variables, "voipsms_result_file": f"{name}.json"}
        return {"import_playbook": PREFIX + name, "vars": given}

    plays = [
        of("scheduled", **reminder, voipsms_delivery_date="2098-12-01T22:00:00+01:00"),
        of("scheduled", **reminder, **moved),
        {"hosts": "localhost", "gather_facts": False, "tasks": [forget]},
        of("cancel", voipsms_smsid=smsid),
    ]
    (job.folder / "site.yml").write_text(yaml.safe_dump(plays, sort_keys=False))
    done = job.run(["ansible-playbook", "site.yml"], VOIPSMS_FRONT="module")
    assert done.rc == 0, done.output
    service.expect(2)
    dates = [(message["delivery_date"], message["status"]) for message in service.sandbox.messages()]
    assert dates == [("2098-12-01 15:00:00", "CANCELLED"), ("2098-12-02 15:00:00", "CANCELLED")]
    assert json.loads((job.folder / "cancel.json").read_text())["outcome"] == "cancelled"


def test_a_window_that_cannot_be_fails(job: Job, service: CountedSandbox) -> None:
    faulty = {
        "maintenance_window_name": "window-4711",
        "maintenance_window_start": "2098-12-01 22:00",
        "maintenance_window_ende": "2098-12-01 23:30",
    }
    unknown = job.playbook("maintenance", faulty)
    assert unknown.outcome == (2, "invalid"), unknown.output
    assert "maintenance_window_ende is not known to this playbook" in str(unknown.result)
    assert "missing required arguments: maintenance_window_end, maintenance_window_timezone" in str(unknown.result)
    service.expect(0)

    window = {
        **{name: value for name, value in faulty.items() if name != "maintenance_window_ende"},
        "maintenance_window_end": "2098-12-01 23:30",
        "maintenance_window_timezone": "Europe/Berlin",
        "maintenance_window_recipients": [ANNA],
        "maintenance_window_reminders": [{"name": "hour", "before": "1h"}],
    }
    undefined = job.playbook("maintenance", {**window, "maintenance_window_recipients": "{{ nowhere }}"})
    assert undefined.outcome == (2, "invalid"), undefined.output
    assert "'nowhere' is undefined" in str(undefined.result)
    service.expect(0)

    service.sandbox.order(path="sms/send", status=401)
    denied = job.playbook("maintenance", window)
    service.expect(1)
    assert denied.outcome == (2, "not_sent"), denied.output
    assert denied.result is not None
    assert denied.result["failed"] is True
    assert "HTTP 401" in denied.result["msg"]


@pytest.mark.parametrize(
    "outcome",
    ["sent", "duplicate", "refused", "not_sent", "unknown", "in_progress", "partial", "invalid", "unfinished"],
)
def test_the_guide_explains_every_outcome(outcome: str) -> None:
    assert f"``{outcome}``" in GUIDE
