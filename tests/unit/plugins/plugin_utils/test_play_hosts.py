# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the hosts of a play have reported: who is through, who has failed, who is lost, and whether anyone has begun."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any, cast

import pytest
from ansible.playbook.task import Task

from ansible_collections.voip_communications.sms.plugins.plugin_utils._play_hosts import FATE, TOLD, PlayHosts

SHOP = "shop/1.4.2/production"
WEB = ("web1", "web2", "web3")
THIS_PLAY = "play-1"


class HostVars:
    """The variables of all hosts, as Ansible has them."""

    def __init__(self, known: Mapping[str, Mapping[str, Any]]) -> None:
        self._known = known

    def raw_get(self, host: str) -> Mapping[str, Any]:
        """Return those of a host, with templates as they are."""
        return self._known.get(host, {})


def play_hosts(
    known: Mapping[str, Mapping[str, Any]],
    batch: Sequence[str] = WEB,
    there: Sequence[str] = WEB,
    strategy: str = "linear",
) -> PlayHosts:
    """Return the hosts of a play, as seen by the first of a batch, by a task in a block in an included role."""
    play = SimpleNamespace(strategy=strategy, _uuid=THIS_PLAY)
    task: Any = SimpleNamespace(_parent=SimpleNamespace(_parent=SimpleNamespace(_play=play)))
    variables = {
        **known.get(batch[0], {}),
        "inventory_hostname": batch[0],
        "ansible_play_hosts_all": list(WEB),
        "ansible_play_hosts": list(there),
        "ansible_play_batch": list(batch),
        "hostvars": HostVars(known),
    }
    return PlayHosts(task, variables)


def fate(what: str, deployment: str = SHOP) -> dict[str, Any]:
    return {FATE: {"memory": {"fates": {deployment: what}}}}


def told(*, failed: bool = False, **memory: Any) -> dict[str, Any]:
    return {TOLD: {"failed": failed, "memory": {"play": THIS_PLAY, **memory}}}


def test_all_hosts_must_have_reported_about_this_deployment() -> None:
    known = {host: fate("through") for host in WEB}
    assert play_hosts(known).fates(SHOP).ending == "succeeded"
    assert play_hosts({**known, "web1": {}}).fates(SHOP).ending == ""
    assert play_hosts({**known, "web1": fate("through", "mail/1/")}).fates(SHOP).ending == ""
    assert play_hosts({**known, "web1": {FATE: "not a result"}}).fates(SHOP).ending == ""


def test_a_host_that_is_lost_has_failed() -> None:
    known = {host: fate("through") for host in WEB}
    assert play_hosts(known, there=WEB[:2]).fates(SHOP) == (("web3",), "failed")
    assert play_hosts(known, batch=("web1", "web3"), there=WEB[:2]).batch == ["web1"]


@pytest.mark.parametrize(
    ("strategy", "in_step"),
    [
        ("linear", True),
        ("ansible.builtin.linear", True),
        ("mitogen_linear", True),
        ("debug", True),
        ("free", False),
        ("ansible.builtin.free", False),
        ("host_pinned", False),
    ],
)
def test_only_the_hosts_of_a_batch_that_run_in_step_arrive_together(strategy: str, in_step: bool) -> None:
    hosts = play_hosts({"web3": told(arrived={SHOP: ["web3"]})}, batch=WEB[:2], strategy=strategy)
    assert hosts.is_in_step is in_step
    assert (hosts.fates(SHOP, are_through=True).ending == "succeeded") is in_step
    assert hosts.fates(SHOP).ending == ""
    assert hosts.arrived("mail/1/") == []


def test_without_a_play_the_hosts_are_not_in_step() -> None:
    hosts = PlayHosts(
        cast(Task, SimpleNamespace(_parent=None)),
        {"ansible_play_hosts_all": [], "ansible_play_hosts": [], "ansible_play_batch": []},
    )
    assert not hosts.is_in_step


@pytest.mark.parametrize(
    ("web2", "strategy", "batch", "begun"),
    [
        ({}, "linear", ("web1",), False),
        (told(), "linear", ("web1",), True),
        (told(), "linear", WEB, False),
        (told(), "free", WEB, True),
        (told(play="another play"), "linear", ("web1",), False),
        (told(failed=True), "free", WEB, False),
        ({TOLD: {"failed": True, "memory": {}}}, "free", WEB, False),
    ],
    ids=["no one", "another batch", "this batch", "another host", "an earlier play", "refused", "wrong options"],
)
def test_it_has_begun_where_another_batch_of_this_play_was_not_refused(
    web2: dict[str, Any], strategy: str, batch: Sequence[str], begun: bool
) -> None:
    assert play_hosts({"web2": web2}, batch=batch, strategy=strategy).has_begun_elsewhere() is begun


def test_the_longest_time_that_a_batch_has_spent_in_vain_counts() -> None:
    known = {"web1": told(spent={"key": 2.5, "other": 9.0}), "web2": told(spent={"key": 4.0}), "web3": {TOLD: None}}
    assert play_hosts(known).spent("key") == 4.0
    assert play_hosts(known).spent("nothing of it") == 0.0


def failed(msg: str, **task: Any) -> dict[str, Any]:
    return {"ansible_failed_result": {"msg": msg}, "ansible_failed_task": {"name": "Break", **task}}


def test_a_host_has_failed_by_an_error_of_its_own_that_is_new() -> None:
    assert play_hosts({"web1": failed("disk full")}).fate_at("failed") == ("failed", "disk full")
    assert play_hosts({}).fate_at("failed")[0] == "stopped"
    before = play_hosts({"web1": failed("disk full")}).errors()
    assert list(before) == ["web1"]
    old = {**failed("disk full"), **told(errors=before)}
    assert play_hosts({"web1": old}).fate_at("failed")[0] == "stopped"
    assert play_hosts({"web1": {**old, **failed("disk broken")}}).fate_at("failed")[0] == "failed"


@pytest.mark.parametrize(
    ("variables", "error"),
    [
        (failed("canary", no_log=True), "the result is hidden, since its task has no_log"),
        (
            {"ansible_failed_result": {"msg": "canary", "_ansible_no_log": True}, "ansible_failed_task": "Break"},
            "the result is hidden, since its task has no_log",
        ),
        ({"ansible_failed_result": {"reason": "no such file"}}, "no such file"),
        ({"ansible_failed_task": {"name": "Break"}}, "a task has failed"),
    ],
    ids=["no_log of the task", "no_log of the result", "a reason", "nothing said"],
)
def test_the_error_of_a_host_and_none_that_no_log_hides(variables: dict[str, Any], error: str) -> None:
    assert play_hosts({"web1": variables}).fate_at("failed") == ("failed", error)


def test_other_events_say_that_a_host_is_through_or_nothing() -> None:
    assert play_hosts({}).fate_at("succeeded") == ("through", "")
    assert play_hosts({}).fate_at("rolled_back") == ("", "")
