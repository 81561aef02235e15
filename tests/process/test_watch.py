# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The callback `watch` beside runs of `ansible-playbook` that know nothing of it."""

from __future__ import annotations

import datetime as dt
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.voip_communications.sms.tests.support.canary import (
    ECHOES,
    KEY,
    PASSWORD,
    assert_absent,
    assert_nothing_kept,
)
from ansible_collections.voip_communications.sms.tests.support.counted import CountedSandbox
from ansible_collections.voip_communications.sms.tests.support.people import ANNA, BEN, CARA, DORA, NOT_IN_SERVICE, OURS
from ansible_collections.voip_communications.sms.tests.support.people_abroad import DESK
from ansible_collections.voip_communications.sms.tests.support.playbook import Controller, PlaybookRun
from ansible_collections.voip_communications.sms.tests.support.sandbox import Sandbox
from ansible_collections.voip_communications.sms.tests.support.waiting import until

ENABLED = "task_records,voip_communications.sms.watch"
GITHUB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_RUN_ID": "4711",
    "GITHUB_RUN_ATTEMPT": "1",
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY": "acme/shop",
    "GITHUB_ACTOR": "anna",
}
LINK = "https://github.com/acme/shop/actions/runs/4711"
# With a joiner, which is part of the word.
PERSIAN = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"
# Unreachable, without a program that a machine may not have.
UNREACHABLE = "ansible_remote_tmp=/proc/none ansible_pipelining=false"

OK: dict[str, Any] = {"name": "Look around", "ansible.builtin.debug": {"msg": "fine"}}
FAIL: dict[str, Any] = {"name": "Restart nginx", "ansible.builtin.fail": {"msg": "the result of the task"}}
PING: dict[str, Any] = {"name": "Ask", "ansible.builtin.ping": {}}


@dataclass
class Watched:
    """Runs of a controller that watch, with options in the environment. `also` is added to it for every run."""

    controller: Controller
    sandbox: Sandbox
    also: dict[str, str] = field(default_factory=dict)

    def run(
        self,
        *tasks: Mapping[str, Any],
        environment: Mapping[str, str] | None = None,
        arguments: Sequence[str] = (),
        inventory: str = "localhost\n",
        keywords: Mapping[str, Any] | None = None,
    ) -> PlaybookRun:
        """Run tasks, watched."""
        settings = {"ANSIBLE_CALLBACKS_ENABLED": ENABLED, **self.sandbox.environment, **self.also}
        return self.controller.play(
            *tasks,
            environment={**settings, **(environment or {})},
            arguments=arguments,
            inventory=inventory,
            keywords=keywords,
        )


@pytest.fixture
def watched(controller: Controller, service: CountedSandbox) -> Watched:
    return Watched(controller, service.sandbox, {"VOIPSMS_WATCH_RECIPIENTS": f"{ANNA}, {BEN}", "USER": "anna"})


def texts(posts: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the texts of the requests that a test expected."""
    return [post["form"]["msg"] for post in posts]


def warnings(run: PlaybookRun) -> list[str]:
    """Return the warnings of the plugin."""
    said = " ".join(run.stderr.split()).split("[WARNING]: ")
    start = "voip_communications.sms.watch: "
    return [warning.strip()[len(start) :] for warning in said if warning.startswith(start)]


def asleep() -> dict[str, str]:
    """Return hours that begin in three hours, so that it is quiet now."""
    now = dt.datetime.fromtimestamp(time.time(), dt.UTC)
    first, last = (now + dt.timedelta(hours=hours) for hours in (3, 9))
    return {"from": f"{first:%H:%M}", "to": f"{last:%H:%M}", "timezone": "UTC"}


def people() -> list[dict[str, Any]]:
    """Return contacts: Anna and Dora sleep now, Ben hears of what is critical, Carla of slow runs."""
    return [
        {"name": "anna", "number": ANNA, "groups": ["dba"], "hours": asleep(), "quiet": "defer"},
        {"name": "ben", "number": BEN, "groups": ["dba"], "severity": "critical"},
        {"name": "carla", "number": CARA, "groups": ["dba"], "events": ["slow"]},
        {"name": "dora", "number": DORA, "groups": ["dba"], "hours": asleep()},
    ]


def told(posts: Sequence[Mapping[str, Any]]) -> list[tuple[str, str, bool]]:
    """Return the event, the recipients and whether it waits, of the requests that a test expected."""
    return [(post["form"]["msg"].split(":")[0], post["form"]["to"], "delivery_date" in post["form"]) for post in posts]


def waiting(service: CountedSandbox) -> dict[str, Any]:
    """Return a task that waits until the sandbox has had a request."""
    control = service.sandbox.url.split("/api-v2/", maxsplit=1)[0]
    return {
        "name": "Wait for the message",
        "ansible.builtin.uri": {"url": f"{control}/sandbox/requests"},
        "register": "seen",
        "until": "seen.json.requests | length > 0",
        "retries": 300,
        "delay": 0.1,
    }


def test_a_failure_is_told_once_in_a_run_of_a_pipeline(watched: Watched, service: CountedSandbox) -> None:
    inventory = f"web1\nweb2\ndb1.example.org\ndead {UNREACHABLE}\n"
    rescued = {"block": [FAIL], "rescue": [OK], "when": "inventory_hostname == 'web1'"}
    ignored = {**FAIL, "ignore_errors": True}
    failed = {
        "block": [{**FAIL, "name": "Restart {{ 'db' }}"}],
        "always": [{**ignored, "name": "Clean up"}, {"block": [{**FAIL, "name": "Tidy up"}], "rescue": [OK]}],
        "when": "inventory_hostname.startswith('db1')",
    }
    tasks = [PING, rescued, ignored, failed]
    run = watched.run(*tasks, inventory=inventory, environment=GITHUB)
    assert run.rc == 4
    assert warnings(run) == []
    posts = service.expect(1)
    said = f"FAILED: play.yml, 2 of 4 hosts (1 unreachable): db1, dead. Task: Restart db. By anna. {LINK}"
    assert texts(posts) == [said]
    assert posts[0]["form"]["to"] == f"{ANNA[1:]},{BEN[1:]}"
    again = watched.run(*tasks, inventory=inventory, environment=GITHUB, arguments=["-v"])
    assert again.rc == 4
    assert "watch: already sent to 2 recipients" in again.stdout
    service.expect(1)


@pytest.mark.parametrize("name", ["Install {{ item }}", "Read {{ lookup('ansible.builtin.file', '/none/canary') }}"])
def test_a_name_that_has_no_value_is_left_out_with_the_reason(
    name: str, watched: Watched, service: CountedSandbox
) -> None:
    run = watched.run({**FAIL, "name": name, "loop": ["nginx"]})
    assert run.rc == 2
    assert texts(service.expect(1)) == ["FAILED: play.yml, 1 of 1 host: localhost. By anna."]


def test_a_run_that_reaches_no_host_is_told_and_each_process_is_a_run(
    watched: Watched, service: CountedSandbox
) -> None:
    for times in (1, 2):
        run = watched.run(PING, inventory=f"[all]\nweb[1:5] {UNREACHABLE}\n")
        assert run.rc == 4
        assert texts(service.expect(times))[-1] == (
            "FAILED: play.yml, 5 of 5 hosts unreachable: web1, web2, web3 and 2 more. By anna."
        )


@pytest.mark.parametrize("is_check", [False, True], ids=["rescued", "check"])
def test_a_rescued_or_ignored_failure_is_not_told(is_check: bool, watched: Watched, service: CountedSandbox) -> None:
    tasks: list[dict[str, Any]] = [{"block": [FAIL], "rescue": [OK]}, {**FAIL, "ignore_errors": True}]
    arguments: list[str] = ["-v"]
    if is_check:
        tasks.append(FAIL)
        arguments.append("--check")
        watched.also["VOIPSMS_WATCH_TELL"] = "failed,succeeded"
    run = watched.run(*tasks, arguments=arguments)
    assert run.rc == (2 if is_check else 0)
    assert "sms.watch" not in run.stdout + run.stderr
    assert not watched.controller.ledger.exists()


def test_ad_hoc_commands_are_not_watched(watched: Watched, service: CountedSandbox, tmp_path: Path) -> None:
    environment = {
        **watched.controller._environment(),
        **watched.sandbox.environment,
        **watched.also,
        "ANSIBLE_CALLBACKS_ENABLED": "voip_communications.sms.watch",
        "ANSIBLE_LOAD_CALLBACK_PLUGINS": "true",
    }
    command = [sys.executable, "-m", "ansible.cli.adhoc", "localhost", "-vvvvv", "-m", "ansible.builtin.fail"]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 2
    assert "Loading callback plugin voip_communications.sms.watch" in done.stdout


def test_success_is_told_if_asked_by_configuration_alone(
    controller: Controller, service: CountedSandbox, tmp_path: Path
) -> None:
    (tmp_path / "password").write_text("sandbox\n", encoding="utf-8")
    (tmp_path / "ansible.cfg").write_text(
        "[defaults]\ncallbacks_enabled = voip_communications.sms.watch\n"
        f"[voipsms_watch]\nrecipients = {ANNA}\ntell = failed, succeeded\nname = Nightly\nfrom = +17134567890\n"
        f"api_url = {service.sandbox.url}\napi_key = sandbox\napi_password_file = password\n"
        f"ledger = {tmp_path}/ledger\n"
        "text_succeeded = {name} {event}: {total} of {total}, {failed} failed. {url}\nurl = https://ci.example/1\n",
        encoding="utf-8",
    )
    folder = tmp_path / "books"
    folder.mkdir()
    play = [{"name": "First", "hosts": "all", "gather_facts": False, "tasks": [OK]}]
    (folder / "first.yml").write_text(yaml.safe_dump(play), encoding="utf-8")
    run = controller.play(
        OK,
        inventory="a\nb\n",
        arguments=[str(folder / "first.yml")],
        environment={
            "ANSIBLE_CONFIG": str(tmp_path / "ansible.cfg"),
            "ANSIBLE_CALLBACKS_ENABLED": "task_records,voip_communications.sms.watch",
        },
    )
    assert run.rc == 0
    assert warnings(run) == []
    # Both playbooks are called Nightly, in one run.
    (post,) = service.expect(1)
    assert post["form"]["msg"] == "Nightly succeeded: 2 of 2, 0 failed. https://ci.example/1"
    assert post["form"]["from"] == OURS
    assert (tmp_path / "ledger").exists()


def test_each_playbook_of_a_command_line_is_told_with_its_own_hosts(watched: Watched, service: CountedSandbox) -> None:
    """The recap adds up; a host whose failure the first one forgave is none that failed in the second."""
    first = watched.controller.home / "first.yml"
    tasks = [{**FAIL, "when": "inventory_hostname == 'a'"}, {"ansible.builtin.meta": "clear_host_errors"}, OK]
    first.write_text(yaml.safe_dump([{"hosts": "a:b", "gather_facts": False, "tasks": tasks}]), encoding="utf-8")
    watched.also["VOIPSMS_WATCH_TELL"] = "failed,succeeded"
    run = watched.run(OK, inventory="a\nb\nc\n", arguments=[str(first)], keywords={"hosts": "b:c"})
    assert run.rc == 0
    assert [re.sub(", after .*|Task.*", "", text) for text in texts(service.expect(2))] == [
        "FAILED: first.yml, 1 of 2 hosts: a. ",
        "SUCCEEDED: play.yml, 2 hosts",
    ]


def test_options_may_be_variables(watched: Watched, service: CountedSandbox) -> None:
    """Of the group `all`, of the play as templates, and of the command line; they beat the environment."""
    inventory = (
        f"localhost\n[all:vars]\nvoipsms_watch_name=of all\nvoipsms_watch_ledger={watched.controller.home}/other\n"
    )
    run = watched.run(
        FAIL,
        inventory=inventory,
        keywords={"vars": {"oncall": [BEN], "voipsms_watch_recipients": "{{ oncall }}"}},
        arguments=["-e", "voipsms_watch_hosts_named=0", "-e", "awx_job_id=42", "-e", "awx_user_name=ben"],
        environment={"AWX_HOST": "https://awx.example"},
    )
    assert warnings(run) == []
    (post,) = service.expect(1)
    assert post["form"]["to"] == BEN[1:]
    assert post["form"]["msg"] == (
        "FAILED: of all, 1 of 1 host. Task: Restart nginx. By ben. https://awx.example/#/jobs/playbook/42"
    )
    assert (watched.controller.home / "other").exists()


def test_a_slow_run_is_told_while_it_goes_on_and_people_hear_what_they_want(
    watched: Watched, service: CountedSandbox
) -> None:
    """Contacts have their events, severity and hours; a number alone is told of everything, at any time."""
    watched.also |= {
        **GITHUB,
        "VOIPSMS_WATCH_RECIPIENTS": f"@dba, {DESK}",
        "VOIPSMS_WATCH_TELL": "slow,succeeded,failed",
        "VOIPSMS_WATCH_SLOW_AFTER": "0.5",
        "VOIPSMS_ACCOUNT_TIMEZONE": "UTC",
    }
    contacts = {"vars": {"voipsms_contacts": people()}}
    slow, failed = (f"{CARA[1:]},{DESK[1:]}", f"{BEN[1:]},{DESK[1:]}")
    run = watched.run(waiting(service), FAIL, keywords=contacts, arguments=["-v"])
    assert warnings(run) == [], run.everything
    expected = [("SLOW", slow, False), ("SLOW", ANNA[1:], True), ("FAILED", failed, False), ("FAILED", ANNA[1:], True)]
    posts = service.expect(4)
    assert sorted(told(posts)) == sorted(expected)
    assert "not told, because of quiet hours: dora" in run.stdout
    for text in texts(posts):
        begin, task = (
            ("SLOW: play.yml, running", "Wait") if text.startswith("S") else ("FAILED: play.yml, 1", "Restart")
        )
        assert text.startswith(begin)
        assert f"Task: {task}" in text
    watched.run(OK, keywords=contacts, environment={"VOIPSMS_WATCH_SLOW_AFTER": "3600"})
    expected = [("SUCCEEDED", DESK[1:], False), ("SUCCEEDED", ANNA[1:], True)]
    assert sorted(told(service.expect(6)[4:])) == sorted(expected)


def test_who_cannot_be_told_later_is_named_before_it_matters(watched: Watched, service: CountedSandbox) -> None:
    """Without the zone of the account nothing can wait for the morning; a failure is told at once."""
    watched.also |= {"VOIPSMS_WATCH_RECIPIENTS": "@dba, emil"}
    contacts = {"vars": {"voipsms_contacts": people()}}
    found = warnings(watched.run(OK, keywords=contacts))
    assert found == [
        "recipients: there is no contact 'emil'; there are anna, ben, carla, dora",
        "without account_timezone, no one can be told when their quiet hours end; set it",
    ]
    found = warnings(watched.run(FAIL, keywords=contacts, environment={"VOIPSMS_WATCH_NAME": PERSIAN}))
    posts = service.expect(2)
    assert {text.partition(", ")[0] for text in texts(posts)} == {f"FAILED: {PERSIAN}"}
    assert sorted(told(posts)) == [("FAILED", ANNA[1:], False), ("FAILED", BEN[1:], False)]
    assert [
        sentence for sentence in found if "sent at once to" in sentence and "account_timezone is not set" in sentence
    ]


SLOW_DISK = """
import os, sqlite3, time
OPENED, WRITTEN = os.environ["SLOW_DISK"] + ".opened", os.environ["SLOW_DISK"]

class Connection(sqlite3.Connection):
    writes = False

    def execute(self, statement, *values):
        self.writes = self.writes or statement == "BEGIN IMMEDIATE"
        if statement == "COMMIT" and self.writes and not os.path.exists(WRITTEN):
            with open(WRITTEN, "w") as file:
                file.write(str(os.getpid()))
            end = time.monotonic() + 30
            while time.monotonic() < end and not os.path.exists(OPENED):
                time.sleep(0.05)
        return super().execute(statement, *values)

def connect(*values, connect=sqlite3.connect, **named):
    if os.path.exists(WRITTEN) and open(WRITTEN).read() not in ("", str(os.getpid())):
        open(OPENED, "w").close()
    return connect(*values, **{"factory": Connection, **named})

sqlite3.connect = connect
"""
"""The first that writes to a ledger takes until another process opens it."""


def test_a_task_begins_while_the_disk_is_slow_to_write_what_is_told(
    watched: Watched, service: CountedSandbox, tmp_path: Path
) -> None:
    """A worker is a copy of `ansible-playbook`: what SQLite locks in there would be locked in the copy for ever."""
    (tmp_path / "sitecustomize.py").write_text(SLOW_DISK, encoding="utf-8")
    written = tmp_path / "written"
    wait = {"name": "Wait", "ansible.builtin.wait_for": {"path": str(written), "timeout": 60, "sleep": 1}}
    watched.also |= {
        "PYTHONPATH": f"{tmp_path}:{watched.controller._environment()['PYTHONPATH']}",
        "SLOW_DISK": str(written),
        "VOIPSMS_WATCH_TELL": "slow",
        "VOIPSMS_WATCH_SLOW_AFTER": "0.1",
    }
    run = watched.run(wait, watched.controller.task(to=BEN, msg="Deployed"))
    assert run.results[-1]["msg"] == "sent to 1 recipient"
    assert run.rc == 0
    assert warnings(run) == []
    assert sorted(text.split(":")[0] for text in texts(service.expect(2))) == ["Deployed", "SLOW"]


def test_ctrl_c_does_not_break_off_what_is_being_told(watched: Watched, service: CountedSandbox) -> None:
    """The answer comes after `ansible-playbook` has ended; the ledger knows it nevertheless."""
    service.sandbox.order(delay=4)
    watched.controller.environment |= {
        "ANSIBLE_CALLBACKS_ENABLED": "voip_communications.sms.watch",
        "VOIPSMS_WATCH_TELL": "slow",
        "VOIPSMS_WATCH_SLOW_AFTER": "0.1",
        **service.sandbox.environment,
        **watched.also,
    }
    process = watched.controller.start_play({"name": "Hang", "ansible.builtin.pause": {"seconds": 60}})
    until(service.sandbox.sends)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    service.expect(1)
    with closing(sqlite3.connect(watched.controller.ledger)) as connection:
        until(lambda: connection.execute("SELECT DISTINCT state FROM row").fetchall() == [("accepted",)])


LOADED = """
import pkgutil, sys
from importlib import import_module
from ansible_collections.voip_communications.sms import plugins

for kind in ("callback", "filter", "lookup"):
    package = import_module(f"{plugins.__name__}.{kind}")
    for module in pkgutil.iter_modules(package.__path__):
        import_module(f"{package.__name__}.{module.name}")
print(*({"sqlite3", "_sqlite3", "psycopg", "requests", "urllib3"} & {*sys.modules}))
"""


def test_no_library_that_does_not_bear_a_fork_is_loaded_where_workers_are_forked(controller: Controller) -> None:
    """Callbacks, filters and lookups run in the process of `ansible-playbook`; modules run in others."""
    done = subprocess.run(
        [sys.executable, "-c", LOADED],
        env=controller._environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.stdout.strip(), done.stderr) == ("", "")


def test_a_gateway_that_is_down_is_a_warning(watched: Watched, service: CountedSandbox) -> None:
    closed = {"VOIPSMS_API_URL": "http://127.0.0.1:1/", "VOIPSMS_WATCH_DEADLINE": "1"}
    run = watched.run(FAIL, environment=closed)
    assert run.rc == 2
    (warning,) = warnings(run)
    assert "the service refused the connection" in warning
    assert "not sent to 2 recipients" in warning


def test_a_gateway_that_hangs_delays_the_end_by_the_deadline_at_most(watched: Watched, service: CountedSandbox) -> None:
    """Also when it hangs both for being slow and for failing: both are waited for at the same time."""
    service.sandbox.order(delay=60, times=2)
    watched.also.update(VOIPSMS_WATCH_DEADLINE="3", VOIPSMS_WATCH_TELL="slow,failed", VOIPSMS_WATCH_SLOW_AFTER="0.1")
    began = time.monotonic()
    run = watched.run(waiting(service), FAIL)
    assert time.monotonic() - began < 20
    assert run.rc == 2
    found = warnings(run)
    assert len(found) == 2
    assert all("may have been sent" in warning for warning in found)
    service.expect(2)


def test_wrong_options_are_warnings_and_do_not_silence_the_rest(watched: Watched, service: CountedSandbox) -> None:
    wrong = {
        "VOIPSMS_WATCH_RECIPIENTS": f"{ANNA},123,{NOT_IN_SERVICE}",
        "VOIPSMS_WATCH_TELL": "failed,crashed",
        "VOIPSMS_WATCH_SLOW_AFTER": "soon",
        "VOIPSMS_WATCH_DEADLINE": "0",
        "VOIPSMS_WATCH_TEXT_FAILED": "{error}",
    }
    run = watched.run(FAIL, environment=wrong, keywords={"vars": {"voipsms_watch_name": "{{ nothing_at_all }}"}})
    assert run.rc == 2
    assert texts(service.expect(1))[0].startswith("FAILED: play.yml, 1 of 1 host: localhost.")
    found = warnings(run)
    assert [" ".join(warning.split()[:3]) for warning in found[:-1]] == [
        "the variable voipsms_watch_name",
        "tell has a",
        "slow_after has a",
        "deadline must be",
        "text_failed holds {error},",
    ]
    assert "there are failed, succeeded, slow" in found[1]
    assert "sent to 1 recipient" in found[-1]
    assert "'123'" in found[-1]


def test_what_would_go_wrong_is_told_while_all_goes_well(
    watched: Watched, service: CountedSandbox, tmp_path: Path
) -> None:
    """Such as that there is no library: this must not show when there is something to tell only."""
    (tmp_path / "requests.py").write_text("raise ImportError\n", encoding="utf-8")
    path = f"{tmp_path}:{watched.controller._environment()['PYTHONPATH']}"
    run = watched.run(OK, environment={"PYTHONPATH": path})
    assert run.rc == 0
    (warning,) = warnings(run)
    assert "library requests" in warning
    assert "nothing was sent" in warning


def test_without_a_ledger_every_run_tells(watched: Watched, service: CountedSandbox) -> None:
    """For the morning it schedules nothing that the service shows to be pending."""
    watched.also |= {**GITHUB, "VOIPSMS_LEDGER": "none", "VOIPSMS_ACCOUNT_TIMEZONE": "UTC"}
    watched.also["VOIPSMS_WATCH_RECIPIENTS"] = "@dba"
    contacts = {"vars": {"voipsms_contacts": people()}}
    now, later = ("FAILED", BEN[1:], False), ("FAILED", ANNA[1:], True)
    for expected in ([now, later], [now, later, now]):
        assert watched.run(FAIL, keywords=contacts).rc == 2
        assert told(service.expect(len(expected))) == expected
    assert not watched.controller.ledger.exists()


def test_no_secret_is_shown_at_vvvv(guarded: Sandbox, tmp_path: Path) -> None:
    """Neither of the account, whatever the service sends back, nor a result of a task in a message."""
    watched = Watched(Controller(tmp_path / "controller"), guarded, {"VOIPSMS_WATCH_RECIPIENTS": ANNA})
    secret = {**FAIL, "name": "Log in", "no_log": True}
    echo = " ".join(ECHOES)
    guarded.order(status=401, body={"error": True, "error_message": echo})
    guarded.order(record={"code": 500, "code_desc": echo})
    for said in ("not sent", "refused"):
        run = watched.run(secret, arguments=["-vvvv"])
        assert run.rc == 2
        assert said in warnings(run)[0]
        assert_absent(run.stdout + run.stderr)
    # Not in the play, of which Ansible itself shows lines.
    file = tmp_path / "secrets.yml"
    secrets = {"voipsms_watch_api_password": PASSWORD, "voipsms_watch_api_key": KEY}
    file.write_text(yaml.safe_dump(secrets), encoding="utf-8")
    environment = {"VOIPSMS_API_PASSWORD": "", "VOIPSMS_API_KEY": "", "VOIPSMS_WATCH_NAME": "Last"}
    run = watched.run(secret, arguments=["-vvvv", "-e", f"@{file}"], environment=environment)
    assert "watch: sent to 1 recipient" in run.stdout
    assert_absent(run.stdout + run.stderr)
    assert_nothing_kept(watched.controller.home)
    assert len(guarded.sends()) == 3
    for text in texts(guarded.sends()):
        assert re.fullmatch(r"FAILED: [^:]+, 1 of 1 host: localhost\. Task: Log in\.( By .+)?", text)
