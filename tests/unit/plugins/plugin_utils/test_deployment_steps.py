# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps of the role deploy_notify: what is refused before anything is deployed, and only a warning afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import InputError
from ansible_collections.voip_communications.sms.plugins.plugin_utils._deployment import Steps, read_event
from ansible_collections.voip_communications.sms.plugins.plugin_utils._play_hosts import FATE, TOLD, PlayHosts
from ansible_collections.voip_communications.sms.plugins.plugin_utils._role_variables import RoleVariables
from ansible_collections.voip_communications.sms.tests.support.people import ANNA
from ansible_collections.voip_communications.sms.tests.support.refusals import sentences_of

ACCOUNT = {"api_key": "key", "api_password": "password"}
SHOP: dict[str, Any] = {
    "deploy_notify_application": "shop",
    "deploy_notify_recipients": [ANNA],
    "deploy_notify_attempt_id": "7",
    "deploy_notify_user": "anna",
}
OUTCOMES = {"sent": "sent to 1 recipient", "not_sent": "the gateway is down; nothing was sent"}


class Play:
    """A play on two hosts in batches of one, in which each step is taken by the host that it names.

    What a step returns is kept as Ansible keeps it. ``told`` has the options of ``voipsms_notify``, in order.
    """

    def __init__(self, outcome: str = "sent", **options: Any) -> None:
        self.variables = {**SHOP, **{f"deploy_notify_{name}": value for name, value in options.items()}}
        self.known: dict[str, dict[str, Any]] = {"web1": {}, "web2": {}}
        self.there = ["web1", "web2"]
        self.account: dict[str, Any] = ACCOUNT
        self.has_environment = False
        self.outcome = outcome
        self.told: list[Mapping[str, Any]] = []

    def raw_get(self, host: str) -> Mapping[str, Any]:
        """Return the variables of a host."""
        return self.known[host]

    def take(self, step: str, event: str = "", host: str = "web1") -> dict[str, Any]:
        """Take a step on a host."""
        variables = {
            **self.variables,
            **self.known[host],
            "inventory_hostname": host,
            "ansible_play_hosts_all": ["web1", "web2"],
            "ansible_play_hosts": self.there,
            "ansible_play_batch": [host],
            "hostvars": self,
        }
        play = SimpleNamespace(strategy="linear", _uuid="play-1")
        task: Any = SimpleNamespace(_parent=SimpleNamespace(_play=play))
        steps = Steps(
            PlayHosts(task, variables),
            RoleVariables(Templar(loader=DataLoader(), variables=variables), variables),
            variables,
            self.account,
            self._notify,
            has_environment=self.has_environment,
        )
        result: dict[str, Any] = getattr(steps, step)(event)
        self.known[host][FATE if step == "note" else TOLD] = result
        return result

    def _notify(self, options: Mapping[str, Any]) -> dict[str, Any]:
        self.told.append(options)
        results = [{"to": ANNA, "outcome": self.outcome}]
        return {"changed": True, "msg": OUTCOMES[self.outcome], "outcome": self.outcome, "results": results}

    @property
    def events(self) -> list[str]:
        """The events that were told."""
        return [str(options["event"]) for options in self.told]


def test_it_begins_and_ends_when_the_last_host_has_come_through() -> None:
    play = Play()
    assert play.take("begin")["result"]["outcome"] == "sent"
    play.take("note", "succeeded")
    assert play.take("end")["result"]["event"] == "started"
    play.take("begin", host="web2")
    play.take("note", "succeeded", host="web2")
    assert play.take("end", host="web2")["changed"]
    assert play.events == ["started", "started", "succeeded"]
    assert [options["idempotency_key"] for options in play.told[::2]] == [
        "deploy/shop///started/attempt-7",
        "deploy/shop///succeeded/attempt-7",
    ]


def test_a_host_that_failed_or_is_lost_makes_it_a_failure_and_the_key_has_the_attempt() -> None:
    play = Play()
    play.take("begin")
    play.known["web1"] |= {"ansible_failed_result": {"msg": "disk full"}, "ansible_failed_task": {"name": "Break"}}
    assert play.take("note", "failed")["error"] == "disk full"
    play.take("end")
    assert play.told[-1]["idempotency_key"] == "deploy/shop///failed/attempt-7-1"
    lost = Play()
    lost.take("begin")
    lost.there = ["web1"]
    lost.take("note", "succeeded")
    assert lost.take("end")["result"]["event"] == "failed"


def test_of_the_events_only_those_that_are_wanted_are_told() -> None:
    play = Play(events="failed")
    assert (
        play.take("begin")["result"] | {"event": "started", "msg": "this event is not told"}
        == play.known["web1"][TOLD]["result"]
    )
    play.there = ["web1"]
    play.take("note", "succeeded")
    play.take("end")
    assert play.events == ["failed"]


def test_each_fault_of_each_event_is_named_and_nothing_is_told() -> None:
    play = Play(version=1.1, recipients=[12812345678], templates={"faild": "x"}, deadline="soon")
    faults = "; ".join(sentences_of(play.take, "begin"))
    for name in ("version", "templates", "deadline"):
        assert f"deploy_notify_{name}" in faults
    later = Play(recipients=[12812345678], segments=9999, templates={"succeeded": 42}, **{"from": "nobody"})
    faults = "; ".join(sentences_of(later.take, "begin"))
    for name in ("recipients", "segments", "from", "templates.succeeded"):
        assert f"deploy_notify_{name}" in faults
    assert play.told == later.told == []


def test_options_of_module_defaults_are_tried_with_them() -> None:
    play = Play()
    play.account = {**ACCOUNT, "timeout": "soon"}
    with pytest.raises(InputError, match="timeout"):
        play.take("begin")
    play.account = {}
    with pytest.raises(InputError, match="api_key"):
        play.take("begin")
    play.has_environment = True
    assert play.take("begin")["result"]["outcome"] == "sent"


def test_what_is_wrong_in_a_later_batch_is_a_warning() -> None:
    play = Play()
    play.take("begin")
    play.variables["deploy_notify_templates"] = {"succeeded": 42}
    begun = play.take("begin", host="web2")
    assert not begun["failed"]
    assert "deploy_notify_templates.succeeded: 42" in begun["warnings"][0]
    assert play.take("check", "started", host="web2")["msg"].startswith("deploy_notify_templates.succeeded")
    with pytest.raises(InputError):
        Play(templates={"succeeded": 42}).take("check", "started")


@pytest.mark.parametrize(("event", "is_refused"), [("started", True), ("note", True), ("failed", False)])
def test_an_event_that_comes_first_is_checked(event: str, is_refused: bool) -> None:
    play = Play(version=1.1, text="Hello")
    if is_refused:
        with pytest.raises(InputError, match="deploy_notify_version"):
            play.take("check", event)
    else:
        assert play.take("check", event)["msg"] == "everything can be told"


def test_a_note_needs_a_text() -> None:
    with pytest.raises(InputError, match="deploy_notify_event is note, which needs deploy_notify_text"):
        Play().take("check", "note")


def test_a_text_that_cannot_be_made_at_last_is_told_as_the_default_one() -> None:
    play = Play(templates={"rolled_back": 42})
    result = play.take("tell", "rolled_back")
    assert "the default text was told" in result["warnings"][0]
    assert play.told[0]["msg"][0]["text"] == "ROLLED BACK: shop"


@pytest.mark.parametrize("broken", [{"version": 1.1}, {"templates": {"note": 42}, "text": 42}])
def test_after_the_deployment_nothing_raises(broken: dict[str, Any]) -> None:
    play = Play(**broken)
    result = play.take("tell", "note")
    assert (result["failed"], result["result"]["failed"], play.told) == (False, True, [])
    assert result["warnings"][0].endswith("nothing was sent")


def test_a_fault_of_ours_is_a_warning_too() -> None:
    play = Play("odd")
    result = play.take("tell", "failed")
    assert "please report this" in result["warnings"][0]


def test_who_was_not_told_is_a_warning_and_the_time_is_not_spent_again() -> None:
    play = Play("not_sent")
    begun = play.take("begin")
    assert begun["warnings"] == ["started: the gateway is down; nothing was sent"]
    assert begun["result"]["failed"]
    assert not begun["failed"]
    key = play.told[0]["idempotency_key"]
    play.known["web1"][TOLD]["memory"]["spent"][key] = 15.0
    play.take("begin", host="web2")
    assert play.told[1]["deadline"] == 5.0


def test_required_stops_it_before_anything_is_deployed() -> None:
    begun = Play("not_sent", required="yes").take("begin")
    assert begun["failed"]
    assert begun["msg"] == "started: the gateway is down; nothing was sent; nothing was deployed"


def test_at_the_end_required_is_left_to_a_task_of_its_own() -> None:
    play = Play(required="yes")
    play.take("begin")
    play.outcome = "not_sent"
    play.there = ["web1"]
    play.take("note", "succeeded")
    ended = play.take("end")
    assert (ended["failed"], ended["result"]["failed"]) == (False, True)


def test_the_hosts_that_come_in_step_to_success_are_remembered() -> None:
    play = Play()
    for _turn in range(2):
        assert play.take("tell", "succeeded")["result"]["msg"] == "it is told when all hosts have finished"
    assert play.take("tell", "succeeded", host="web2")["result"]["outcome"] == "sent"


@pytest.mark.parametrize("name", ["exploded", 7, ""])
def test_an_event_that_does_not_exist_is_refused(name: object) -> None:
    with pytest.raises(InputError, match="event"):
        read_event(name)
    assert read_event(None) == ""
    assert [read_event(word) for word in ("started", "note")] == ["started", "note"]
