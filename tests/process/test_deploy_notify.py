# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role deploy_notify in real plays: one message per play and event, and a deployment that stays what it was."""

from __future__ import annotations

import datetime as dt
import json
import re
import time
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
import yaml

from ansible_collections.voip_communications.sms.tests.support.counted import CountedSandbox
from ansible_collections.voip_communications.sms.tests.support.people import ANNA, BEN, CARA, DORA, OURS, OWN
from ansible_collections.voip_communications.sms.tests.support.playbook import Controller, PlaybookRun

ROLE = "voip_communications.sms.deploy_notify"
# Unreachable, without a program that a machine may not have.
UNREACHABLE = "ansible_remote_tmp=/proc/none ansible_pipelining=false"
GITHUB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_RUN_ID": "4711",
    "GITHUB_REPOSITORY": "acme/shop",
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_ACTOR": "anna",
}
DEPLOYMENT: list[dict[str, Any]] = [
    # Without a module of Ansible's, whose start would take most of the time of these tests.
    {"name": "Touch the host", "ansible.builtin.raw": "true", "changed_when": True, "notify": "Restart"},
    {
        "name": "Lose the host",
        "ansible.builtin.command": "true",
        "changed_when": True,
        "when": "ansible_remote_tmp is defined",
    },
    {
        "name": "Break",
        "ansible.builtin.fail": {"msg": "disk full on {{ inventory_hostname }}"},
        "when": "inventory_hostname in broken | default([])",
    },
    {
        "name": "Break in secret",
        "ansible.builtin.fail": {"msg": "canary-4711"},
        "no_log": True,
        "when": "inventory_hostname in secret | default([])",
    },
    {"name": "Deploy", "ansible.builtin.debug": {"msg": "deployed"}},
]


class Site:
    """Playbooks of several plays, each of which deploys another application to other hosts."""

    def __init__(self, controller: Controller, service: CountedSandbox) -> None:
        self._controller = controller
        self._service = service
        controller.environment = {
            **service.sandbox.environment,
            "VOIPSMS_LEDGER": str(controller.ledger),
            "USER": "anna",
            "LOGNAME": "anna",
            # From ansible-core 2.21 on, a result holds its options only where this is set.
            "ANSIBLE_INJECT_INVOCATION": "1",
        }

    def run(
        self,
        *plays: Mapping[str, Any],
        inventory: str = "",
        arguments: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
    ) -> PlaybookRun:
        """Run the plays by one `ansible-playbook`, and after them a play that does nothing."""
        folder = self._controller.home / "site"
        folder.mkdir(exist_ok=True)
        (folder / "deploy.yml").write_text(yaml.safe_dump(DEPLOYMENT, sort_keys=False), encoding="utf-8")
        (folder / "site.yml").write_text(yaml.safe_dump(list(plays), sort_keys=False), encoding="utf-8")
        hosts = inventory or "\n".join(play["hosts"].replace(",", "\n") for play in plays)
        return self._controller.play(
            arguments=[*arguments, str(folder / "site.yml")],
            inventory=f"{hosts}\n",
            keywords={"hosts": "localhost"},
            environment=environment,
        )

    @property
    def texts(self) -> list[str]:
        """The texts that the service has got, in order."""
        return [send["form"]["msg"] for send in self._service.sandbox.sends()]

    def of(self, application: str) -> list[str]:
        """Return the texts about one application."""
        return [text for text in self.texts if f": {application} " in text]


@pytest.fixture
def site(controller: Controller, service: CountedSandbox) -> Site:
    """Return a machine with a gateway set up by the environment."""
    return Site(controller, service)


def told(event: str, **variables: Any) -> dict[str, Any]:
    """Return a task that reports one event."""
    return {
        "name": f"Tell {event}",
        "ansible.builtin.include_role": {"name": ROLE},
        "vars": {"deploy_notify_event": event, **variables},
    }


def wrapped(application: str, hosts: str, broken: Sequence[str] = (), **keywords: Any) -> dict[str, Any]:
    """Return a play that deploys to hosts by tasks_from: wrap, and then shows the result."""
    variables = {
        **settings(application),
        "deploy_notify_tasks": "deploy.yml",
        "broken": list(broken),
        **keywords.pop("vars", {}),
    }
    wrap = {"name": "Wrap", "ansible.builtin.include_role": {"name": ROLE, "tasks_from": "wrap"}}
    return {
        "name": f"Deploy {application}",
        "hosts": hosts,
        "gather_facts": False,
        "vars": variables,
        "handlers": [{"name": "Restart", "ansible.builtin.debug": {"msg": "restarted"}}],
        "tasks": [wrap, {"name": "Result", "ansible.builtin.debug": {"var": "deploy_notify_result"}}],
        **keywords,
    }


def rescued(play: Mapping[str, Any], **keywords: Any) -> dict[str, Any]:
    """Return a play in which whatever fails in the role is rescued; ``keywords`` are of the block with the role."""
    role = [{"name": "With", "block": play["tasks"], **keywords}]
    rescue = {"name": "Refused", "ansible.builtin.debug": {"msg": "refused"}}
    return {**play, "tasks": [{"name": "Try", "block": role, "rescue": [rescue]}]}


def settings(application: str) -> dict[str, Any]:
    """Return the options that every call of the role gets."""
    return {
        "deploy_notify_application": application,
        "deploy_notify_version": "1.4.2",
        "deploy_notify_environment": "production",
        "deploy_notify_recipients": [ANNA],
    }


def results(run: PlaybookRun) -> list[dict[str, Any]]:
    """Return the results of the role, as the plays saw them."""
    return [record.result["deploy_notify_result"] for record in run.records if record.task == "Result"]


def hosts_of(run: PlaybookRun, task: str, kind: str = "ok") -> list[str]:
    """Return the hosts on which a task ended in this way."""
    return sorted({record.host for record in run.records if record.task == task and record.kind == kind})


END = "1.4.2 on production"


def inventory(plays: Sequence[Mapping[str, Any]], *unreachable: str) -> str:
    """Return the hosts of plays, one a line; mark those that cannot be reached."""
    names = ",".join(play["hosts"] for play in plays).split(",")
    return "\n".join(f"{name} {UNREACHABLE if name in unreachable else ''}" for name in names)


def test_a_failure_is_told_once_and_names_who_failed(site: Site, service: CountedSandbox) -> None:
    plays = [
        wrapped("single", "a1,a2,a3", broken=["a2"]),
        wrapped("loose", "b1,b2,b3", broken=["b2"], strategy="free"),
        wrapped("gone", "c1,c2,c3"),
    ]
    run = site.run(*plays, inventory=inventory(plays, "c3"))
    service.expect(6)
    assert run.rc != 0
    assert site.of("single") == [
        f"Started: single {END} (3 hosts) by anna",
        f"FAILED: single {END} (1 of 3 hosts: a2) by anna",
    ]
    assert site.of("loose")[1:] == [f"FAILED: loose {END} (1 of 3 hosts: b2) by anna"]
    assert site.of("gone")[1:] == [f"FAILED: gone {END} (1 of 3 hosts: c3) by anna"]
    assert hosts_of(run, "Leave the deployment failed", "failed") == ["a2", "b2"]
    assert hosts_of(run, "Lose the host", "unreachable") == ["c3"]
    assert hosts_of(run, "Deploy") == ["a1", "a3", "b1", "b3", "c1", "c2"]


def test_success_waits_for_the_last_host_and_a_percentage_stops_the_batches(
    site: Site, service: CountedSandbox
) -> None:
    """The last play ends the playbook, since too many of its hosts fail."""
    required = {"deploy_notify_required": True}
    run = site.run(
        wrapped("batches", "d1,d2", serial=1, vars=required),
        wrapped("percent", "f1,f2,f3,f4", broken=["f1"], serial=2, max_fail_percentage=25),
    )
    service.expect(4)
    assert run.rc == 2
    assert site.of("batches")[1:] == [f"Done: batches {END} (2 hosts) by anna"]
    assert site.of("percent")[1:] == [f"FAILED: percent {END} (1 of 4 hosts: f1) by anna"]
    assert hosts_of(run, "Deploy") == ["d1", "d2", "f2"]
    order = [(record.task, record.host) for record in run.records]
    done = next(
        n for n, record in enumerate(run.records) if record.result.get("outcome") == "sent" and order[n][1] == "d2"
    )
    assert order.index(("Deploy", "d2")) < done
    assert "RUNNING HANDLER [Restart]" in run.stdout
    assert "WARNING: " not in run.stdout
    assert "...ignoring" not in run.stdout


@pytest.mark.parametrize("way", [{"serial": 1}, {"serial": 2}, {"strategy": "free"}], ids=str)
def test_each_of_several_deployments_of_one_play_is_told_done(
    way: dict[str, Any], site: Site, service: CountedSandbox
) -> None:
    both = [wrapped(name, "web1,web2,web3") for name in ("shop", "mail")]
    tasks = [{**play["tasks"][0], "vars": settings(name)} for play, name in zip(both, ("shop", "mail"), strict=True)]
    noted = [told("succeeded", **settings(name)) for name in ("wiki", "chat")]
    run = site.run({**both[0], "tasks": [*tasks, *noted], **way})
    service.expect(6)
    assert run.rc == 0, run.everything
    for name in ("shop", "mail"):
        words = [text.partition(":")[0] for text in site.of(name)]
        assert words == ["Started", "Done"], site.texts
    assert [site.of(name) for name in ("wiki", "chat")] == [
        [f"Done: {name} {END} (3 hosts) by anna"] for name in ("wiki", "chat")
    ]


def test_when_all_fail_the_error_and_the_exit_code_stay(site: Site, service: CountedSandbox) -> None:
    hosts = "web1,web2,web3,web4"
    run = site.run(wrapped("shop", hosts, broken=["web1", "web2", "web3"], vars={"secret": ["web4"]}))
    service.expect(2)
    assert run.rc == 2
    assert site.texts[1] == f"FAILED: shop {END} (4 of 4 hosts: web1, web2, web3 and 1 more) by anna"
    errors = [record.result["msg"] for record in run.records if record.task == "Leave the deployment failed"]
    assert sorted(errors)[:3] == [f"disk full on web{number}" for number in range(1, 4)]
    assert sorted(errors)[3] == "the result is hidden, since its task has no_log"
    # ansible-core itself shows it before this, in its own summary of the error.
    assert "canary-4711" not in run.stdout.partition("Leave the deployment failed")[2]


def test_any_errors_fatal_stops_the_others_and_names_the_one(site: Site, service: CountedSandbox) -> None:
    run = site.run(wrapped("shop", "web1,web2,web3", broken=["web2"], any_errors_fatal=True, serial=2))
    service.expect(2)
    assert run.rc == 2
    assert site.texts[1] == f"FAILED: shop {END} (1 of 3 hosts: web2) by anna"
    assert "web3" not in hosts_of(run, "Touch the host")
    assert results(run) == []


def test_the_same_job_again_is_silent_and_a_second_failure_is_not(site: Site, service: CountedSandbox) -> None:
    play = wrapped("shop", "web1", broken=["web1"])
    site.run(play, environment=GITHUB)
    service.expect(2)
    site.run(play, environment=GITHUB)
    service.expect(2)
    play["hosts"] = "web1,web2"
    newer = wrapped("shop", "web2", vars={"deploy_notify_version": "1.4.3", "deploy_notify_user": "ben"})
    site.run(play, newer, inventory="web1\nweb2", environment={**GITHUB, "GITHUB_RUN_ATTEMPT": "2"})
    service.expect(5)
    link = "https://github.com/acme/shop/actions/runs/4711"
    assert site.texts == [
        f"Started: shop {END} by anna {link}",
        f"FAILED: shop {END} (web1) by anna {link}",
        f"FAILED: shop {END} (1 of 2 hosts: web1) by anna {link}",
        f"Started: shop 1.4.3 on production by ben {link}",
        f"Done: shop 1.4.3 on production by ben {link}",
    ]


def test_a_gateway_that_is_down_only_warns_unless_it_is_required(site: Site, service: CountedSandbox) -> None:
    """Where it is required, this fails the play before anything is deployed, and at the end."""
    deadline = {"deploy_notify_deadline": 2}
    required = {**deadline, "deploy_notify_required": True}
    run = site.run(
        wrapped("shop", "web1,web2", vars=deadline),
        rescued(wrapped("mail", "mail1,mail2", vars=required)),
        rescued(with_main("main", "main1", include={"vars": {"deploy_notify_event": "succeeded", **required}})),
        wrapped("late", "late1,late2", vars={**required, "deploy_notify_events": ["succeeded"]}),
        environment={"VOIPSMS_API_URL": "http://127.0.0.1:1/"},
    )
    service.expect(0)
    assert run.rc == 2
    assert hosts_of(run, "Deploy") == ["late1", "late2", "main1", "web1", "web2"]
    first = results(run)[0]
    assert (first["event"], first["outcome"], first["failed"]) == ("succeeded", "not_sent", True)
    assert "nothing was sent" in first["msg"]
    # ansible-core before 2.19 breaks the lines of a warning.
    assert f"[WARNING]: succeeded: {first['msg']}" in " ".join((run.stderr + run.stdout).split())
    assert "ignoring" not in run.stdout
    assert hosts_of(run, "Check what is to be told, and tell that it begins", "failed") == ["mail1"]
    assert hosts_of(run, "Refused") == ["mail1", "mail2", "main1"]
    assert hosts_of(run, "Fail because it is required", "failed") == ["main1"]
    assert hosts_of(run, "Leave the deployment failed", "failed") == ["late1", "late2"]
    assert run.records[-1].result["msg"] == f"succeeded: {first['msg']}"


def test_a_gateway_that_hangs_takes_the_bound_once_and_no_longer(site: Site, service: CountedSandbox) -> None:
    """Each answer would take a minute, and there are three batches."""
    service.sandbox.order(delay=60, times=9, path="*")
    begin = time.monotonic()
    run = site.run(
        wrapped(
            "shop",
            "web1,web2,web3",
            serial=1,
            vars={"deploy_notify_deadline": 3, "deploy_notify_events": ["started"]},
        ),
        environment={"VOIPSMS_TIMEOUT": "60"},
    )
    seconds = time.monotonic() - begin
    service.expect(1)
    assert run.rc == 0, run.everything
    assert [result["failed"] for result in results(run)] == [True, True, True]
    assert hosts_of(run, "Deploy") == ["web1", "web2", "web3"]
    begun = [record.result for record in run.records if record.task.endswith("and tell that it begins")]
    assert [step["invocation"]["module_args"]["deadline"] for step in begun][1:] == [1.0, 1.0]
    assert seconds < 50, seconds


def test_tags_limit_and_check_mode(site: Site, service: CountedSandbox) -> None:
    """Tags on a block reach the tasks of the file; a play without the tag tells nothing."""
    checked = wrapped("checked", "web1,web2")
    checked["tasks"] = [{"name": "Check", "tags": ["deploy"], "check_mode": True, "block": checked["tasks"]}]
    tagged, untagged = wrapped("tagged", "web1,web2,web3"), wrapped("untagged", "web1,web2")
    tagged["tasks"] = [{"name": "Wrap it", "tags": ["deploy"], "block": tagged["tasks"]}]
    run = site.run(
        checked,
        tagged,
        untagged,
        inventory="web1\nweb2\nweb3",
        arguments=["--tags", "deploy", "--limit", "web1,web2,localhost"],
    )
    service.expect(2)
    assert run.rc == 0, run.everything
    assert site.texts == [f"Started: tagged {END} (2 hosts) by anna", f"Done: tagged {END} (2 hosts) by anna"]
    assert hosts_of(run, "Deploy") == ["web1", "web2"]
    told_of = [(result["event"], result["outcome"]) for result in results(run)]
    assert told_of == [("succeeded", "would_send")] * 2 + [("succeeded", "sent")] * 2


def included(application: str, hosts: str, broken: Sequence[str] = (), **keywords: Any) -> dict[str, Any]:
    """Return a play that includes the role in pre_tasks, rescue and post_tasks, with become and module_defaults."""
    failing = {"name": "Break", "ansible.builtin.fail": {"msg": "no"}, "when": "inventory_hostname in broken"}
    again = {"name": "Leave it failed", "ansible.builtin.fail": {"msg": "{{ ansible_failed_result.msg }}"}}
    return {
        "name": f"Deploy {application}",
        "hosts": hosts,
        "gather_facts": False,
        "become": True,
        "become_method": "ansible.builtin.sudo",
        "module_defaults": {"group/voip_communications.sms.voipsms": {"from": OWN, "timeout": 9}},
        "vars": {**settings(application), "broken": list(broken)},
        "pre_tasks": [told("started")],
        "tasks": [
            {**DEPLOYMENT[1], "become": False},
            {"name": "Deploy", "block": [failing], "rescue": [told("failed"), again]},
        ],
        "post_tasks": [told("succeeded")],
        **keywords,
    }


def test_include_role_in_pre_tasks_rescue_and_post_tasks(site: Site, service: CountedSandbox) -> None:
    """Become is set for the play, to a program that there is not: the role does not use it."""
    plays = [
        included("batches", "a1,a2", serial=1),
        included("single", "b1,b2,b3", broken=["b2"]),
        included("gone", "c1,c2", vars={**settings("gone"), "broken": [], "deploy_notify_from": "+17134567891"}),
    ]
    run = site.run(*plays, inventory=inventory(plays, "c2"), environment={"ANSIBLE_BECOME_EXE": "/nonexistent/sudo"})
    posts = service.expect(6)
    assert site.of("batches") == [f"Started: batches {END} (2 hosts) by anna", f"Done: batches {END} (2 hosts) by anna"]
    assert site.of("single")[1:] == [f"FAILED: single {END} (1 of 3 hosts: b2) by anna"]
    assert site.of("gone")[1:] == [f"FAILED: gone {END} (1 of 2 hosts: c2) by anna"]
    assert [post["form"]["from"] for post in posts] == [OURS] * 4 + ["17134567891"] * 2
    assert hosts_of(run, "Leave it failed", "failed") == ["b2"]


def test_in_quiet_hours_a_message_waits_or_only_the_critical_is_sent(site: Site, service: CountedSandbox) -> None:
    """Where the account's zone is known the message waits; where it is not, only what is critical is sent at once."""
    start = dt.datetime.now(tz=dt.UTC) + dt.timedelta(hours=2)
    hours = {"from": f"{start:%H:%M}", "to": f"{start + dt.timedelta(hours=1):%H:%M}", "timezone": "UTC"}
    people = [
        ANNA,
        {"name": "ben", "number": BEN, "hours": hours, "quiet": "defer"},
        {"name": "carla", "number": CARA, "hours": hours},
        {"name": "dora", "number": DORA, "events": ["rolled_back"]},
    ]
    show = {"name": "Result", "ansible.builtin.debug": {"var": "deploy_notify_result"}}

    def play(application: str, *events: str, **keywords: Any) -> dict[str, Any]:
        tasks = [task for event in events for task in (told(event), show)]
        variables = {**settings(application), "deploy_notify_recipients": people}
        return {"hosts": "localhost", "gather_facts": False, "vars": variables, "tasks": tasks, **keywords}

    zone = {"group/voip_communications.sms.voipsms": {"account_timezone": "America/Chicago"}}
    run = site.run(
        play("known", "started", "started", module_defaults=zone),
        play("unknown", "started", "failed"),
        inventory="localhost",
    )
    assert run.rc == 0, run.everything
    sent = [
        (send["form"]["to"], "delivery_date" in send["form"], send["form"]["msg"].split()[0])
        for send in service.expect(5)
    ]
    anna, ben = ANNA[1:], BEN[1:]
    assert sent == [
        (anna, False, "Started:"),
        (ben, True, "Started:"),
        (anna, False, "Started:"),
        (anna, False, "FAILED:"),
        (ben, False, "FAILED:"),
    ]
    first, again, info, critical = results(run)
    assert (first["now"], first["later"][0]["to"], first["dropped"]) == ([ANNA], [BEN], ["carla"])
    assert [result["outcome"] for result in first["results"]] == ["sent", "scheduled"]
    assert not first["failed"]
    assert not again["failed"], again
    assert info["failed"]
    assert "account_timezone" in info["msg"]
    assert not critical["failed"]
    assert "the event is critical, and could not be scheduled" in run.everything
    assert [(result["to"], result["outcome"]) for result in critical["results"]] == [(ANNA, "sent"), (BEN, "sent")]


def refused_options(event: str, **variables: Any) -> dict[str, Any]:
    """Return a task that includes the role, which refuses its options, in a block that goes on."""
    rescue = {"name": "Refused", "ansible.builtin.debug": {"msg": "refused"}}
    return {"name": "Try", "block": [told(event, **variables)], "rescue": [rescue]}


def test_before_anything_is_deployed_wrong_options_are_refused_and_later_they_are_warned_of(
    site: Site, service: CountedSandbox
) -> None:
    show = {"name": "Result", "ansible.builtin.debug": {"var": "deploy_notify_result"}}
    run = site.run(
        {
            "hosts": "localhost",
            "gather_facts": False,
            "vars": settings("shop"),
            "tasks": [
                told("note", deploy_notify_text="Hello", deploy_notify_recipients=[ANNA, 12812345679]),
                show,
                told("note", deploy_notify_text="Hello again", deploy_notify_recipients=f"{ANNA}, +15005550404"),
                show,
                told("failed", deploy_notify_templates={"faild": "Oh"}),
                show,
                told("rolled_back", deploy_notify_templates={"rolled_back": [{"txt": "no part"}]}),
                show,
                told("succeeded", deploy_notify_version=1.1),
                show,
                refused_options("note"),
                refused_options("started", deploy_notify_templates={"faild": "Oh"}),
                refused_options("started", deploy_notify_templates={"started": [{"txt": "no part"}]}),
                refused_options("started", deploy_notify_recipients="{{ lookup('ansible.builtin.env', 'NOT_SET') }}"),
                refused_options("started", deploy_notify_version=1.1, deploy_notify_user=False),
                told("exploded"),
            ],
        },
        inventory="localhost",
    )
    posts = service.expect(4)
    assert run.rc == 2
    assert [post["form"]["msg"] for post in posts][2:] == [
        f"FAILED: shop {END} by anna",
        f"ROLLED BACK: shop {END} by anna",
    ]
    unread, refused, typo, no_part, unmade = results(run)
    assert [record.kind for record in run.records if record.task == "Refused"] == ["ok"] * 5
    assert "deploy_notify_version: 1.1 is not text but a number" in run.everything
    assert "deploy_notify_user: False is not text but a truth value" in run.everything
    assert "deploy_notify_templates has no event faild" in run.everything
    assert unread["failed"]
    assert [result["outcome"] for result in unread["results"]] == ["sent", "refused"]
    assert not refused["failed"]
    assert refused["outcome"] == "partial"
    assert run.everything.count("[WARNING]: note: ") >= 2
    assert not typo["failed"]
    assert not no_part["failed"]
    assert run.everything.count("the default text was told") >= 1
    assert (unmade["event"], unmade["failed"], unmade["key"]) == ("succeeded", True, "")
    assert "exploded" in run.records[-1].result["msg"]


def done_at(run: PlaybookRun, application: str) -> list[int]:
    """Return which of the records are about the message that an application is done, and sent it."""
    return [
        number
        for number, record in enumerate(run.records)
        if f"Done: {application} " in json.dumps(record.result) and record.result.get("outcome") == "sent"
    ]


def with_main(application: str, hosts: str, **keywords: Any) -> dict[str, Any]:
    """Return a play that deploys to hosts, and includes the role at its end."""
    deploy = {"name": "Deploy", "ansible.builtin.debug": {"msg": "deployed"}}
    tail = {**told("succeeded"), **keywords.pop("include", {})}
    play = {"hosts": hosts, "gather_facts": False, "vars": settings(application), "tasks": [deploy, tail]}
    return {**play, **keywords}


def assert_told_after_the_last(run: PlaybookRun, play: Mapping[str, Any], application: str) -> None:
    """Assert that it was told once that an application is done, when all hosts of its play were deployed to."""
    (done,) = done_at(run, application)
    hosts = play["hosts"].split(",")
    deployed = {record.host for record in run.records[:done] if record.task == "Deploy"}
    assert set(hosts) <= deployed, application


BY_ONE: dict[str, Any] = {"serial": 1, "order": "reverse_inventory"}
PINNED: dict[str, Any] = {"strategy": "host_pinned"}


def test_nothing_is_done_before_the_last_host_whatever_their_order_is(site: Site, service: CountedSandbox) -> None:
    plays = {
        "reverse": with_main("reverse", "a1,a2", **BY_ONE),
        "sorted": with_main("sorted", "b1,b2", serial=1, order="sorted"),
        "reverse_sorted": with_main("reverse_sorted", "c1,c2", serial=1, order="reverse_sorted"),
        "shuffle": with_main("shuffle", "d1,d2", serial=1, order="shuffle"),
        "pairs": with_main("pairs", "e1,e2,e3", serial=2, order="reverse_inventory"),
        "pinned": with_main("pinned", "f1,f2", **PINNED),
        "free": with_main("free", "g1,g2", strategy="free"),
        "once": with_main("once", "h1,h2", **BY_ONE, include={"run_once": True}),
    }
    run = site.run(*plays.values())
    service.expect(len(plays))
    assert run.rc == 0, run.everything
    for application, play in plays.items():
        assert_told_after_the_last(run, play, application)


def test_nor_is_it_with_wrap(site: Site, service: CountedSandbox) -> None:
    only = {"deploy_notify_events": ["succeeded"]}
    plays = {
        "reverse": wrapped("reverse", "a1,a2", vars=only, **BY_ONE),
        "shuffle": wrapped("shuffle", "b1,b2", vars=only, serial=1, order="shuffle"),
        "pinned": wrapped("pinned", "c1,c2", vars=only, **PINNED),
        "pinned_batches": wrapped("pinned_batches", "d1,d2", vars=only, **PINNED, **BY_ONE),
        "free": wrapped("free", "e1,e2,e3", vars=only, strategy="free"),
    }
    run = site.run(*plays.values())
    service.expect(len(plays))
    assert run.rc == 0, run.everything
    for application, play in plays.items():
        assert_told_after_the_last(run, play, application)
    assert site.of("free") == [f"Done: free {END} (3 hosts) by anna"]


def test_every_option_is_taken_as_text_as_well(site: Site, service: CountedSandbox) -> None:
    """Persian keeps its joiners, and what a pipeline says about a user is no template."""
    persian = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"
    templates = {"failed": f"{persian} {{{{ deploy_notify_about.user }}}}"}
    given = {
        "events": "started,failed",
        "recipients": f"{ANNA}, ben",
        "contacts": json.dumps([{"name": "ben", "number": BEN}]),
        "templates": json.dumps(templates),
        "segments": "2",
        "deadline": "9.5",
        "required": "yes",
        "hosts_named": "1",
        "severity": "warning",
        "attempt_id": "7",
        "user": "",
    }
    arguments = [text for name, value in given.items() for text in ("-e", f"deploy_notify_{name}='{value}'")]
    play = wrapped("shop", "web1,web2", broken=["web2"])
    fine = wrapped("fine", "web1")
    run = site.run(
        play, fine, inventory="web1\nweb2", arguments=arguments, environment={**GITHUB, "GITHUB_ACTOR": "{{ 7 * 7 }}"}
    )
    posts = service.expect(3)
    assert [post["form"]["to"] for post in posts] == [f"{ANNA},{BEN}".replace("+", "")] * 3
    link = "https://github.com/acme/shop/actions/runs/4711"
    assert site.texts == [
        f"Started: shop {END} (2 hosts) by {{{{ 7 * 7 }}}} {link}",
        f"{persian} {{{{ 7 * 7 }}}}",
        f"Started: fine {END} by {{{{ 7 * 7 }}}} {link}",
    ]
    begun = next(record.result for record in run.records if record.task.endswith("and tell that it begins"))
    taken = begun["invocation"]["module_args"]
    assert (taken["segments"], taken["deadline"], taken["severity"]) == (2, 9.5, "warning")
    assert begun["key"] == "deploy/shop/1.4.2/production/started/attempt-7"
    assert hosts_of(run, "Deploy") == ["web1"]


LOST = {
    "deploy_notify_version": dt.date(2026, 11, 28),
    "deploy_notify_environment": True,
    "deploy_notify_url": 1.10,
    "deploy_notify_user": 0o123456,
}
UNDEFINED = {"HOME": "{{ nowhere }}"}
DEFAULTS = {"group/voip_communications.sms.voipsms": {"timeout": "{{ nowhere }}"}}


def test_what_is_wrong_is_refused_on_all_hosts_of_each_batch_before_anything_is_deployed(
    site: Site, service: CountedSandbox
) -> None:
    """Only the first play is right. The hosts of one come to the role one after the other, and each is refused."""
    no_text = {"deploy_notify_templates": {"succeeded": 42}}
    plays = [
        wrapped("fine", "f1,f2", vars={"deploy_notify_events": ["failed"]}),
        rescued(wrapped("same_hosts", "f1,f2", vars=no_text, serial=1)),
        rescued(wrapped("letters", "a1,a2,a3", vars=LOST, serial=2)),
        rescued(wrapped("no_text", "b1,b2", vars=no_text, strategy="free")),
        rescued(wrapped("template", "c1", vars={"deploy_notify_templates": {"failed": "{{ nowhere }}"}})),
        rescued(wrapped("recipient", "d1", vars={"deploy_notify_recipients": ["{{ nowhere }}"]})),
        rescued(wrapped("defaults", "e1,e2"), module_defaults=DEFAULTS),
        rescued(wrapped("environment", "g1,g2"), environment=UNDEFINED),
        wrapped("last", "h1,h2,h3", serial=2, environment=UNDEFINED),
    ]
    names = list(dict.fromkeys(host for play in plays for host in play["hosts"].split(",")))
    run = site.run(*plays, inventory="\n".join(names), environment={"ANSIBLE_FORKS": "1"})
    service.expect(0)
    assert run.rc == 2, run.everything
    assert [record.host for record in run.records if record.task == "Touch the host"] == ["f1", "f2"]
    assert hosts_of(run, "Refused") == [name for name in sorted(names) if not name.startswith("h")]
    # Ansible itself, which looks at the arguments first, refuses some.
    said = {record.host: record.result["msg"] for record in run.records if record.kind == "failed"}
    assert [name for name in LOST if f"{name}: " not in said["a1"]] == []
    assert said["a1"].endswith("nothing was deployed, and nothing was sent")
    assert said["b1"].startswith("deploy_notify_templates.succeeded: 42 is not text but a number")
    assert {said["b2"], said["f1"], said["f2"]} == {said["b1"]}
    for host in ("c1", "d1", "e1", "g1", "h1"):
        assert "nowhere" in said[host]


def test_a_template_that_fails_at_last_is_a_warning_and_the_default_text_is_told(
    site: Site, service: CountedSandbox
) -> None:
    """The fact that it uses is there at first."""
    forget = {"name": "Forget", "ansible.builtin.set_fact": {"known": []}}
    play = wrapped("shop", "web1", vars={"deploy_notify_templates": {"succeeded": "{{ known[0] }} is out"}})
    play["pre_tasks"] = [{"name": "Know", "ansible.builtin.set_fact": {"known": ["shop"]}}]
    play["handlers"] = [{**forget, "listen": "Restart"}]
    run = site.run(play)
    service.expect(2)
    assert run.rc == 0, run.everything
    assert site.texts[1] == f"Done: shop {END} by anna"
    assert "the default text was told" in run.everything


def test_a_batch_takes_nine_lines_at_most_beside_those_of_the_deployment(site: Site, service: CountedSandbox) -> None:
    """Whatever the number of hosts, the benchmark counts them with thirty."""
    many = [f"web{number}" for number in range(8)]
    run = site.run(wrapped("one", "db1"), wrapped("many", ",".join(many), broken=["web7"]))
    service.expect(4)
    own = {*(task["name"] for task in DEPLOYMENT), "Result", "Restart"}
    counts = []
    for printed in run.stdout.split("PLAY [")[1:3]:
        lines = {line.rpartition(" : ")[2] for line in re.findall(r"^TASK \[(.*)\] \**$", printed, re.MULTILINE)}
        counts.append(len(lines - own))
    assert max(counts) <= 9, run.stdout
