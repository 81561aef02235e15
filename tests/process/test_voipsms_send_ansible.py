# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Ansible does around a task: loops, retries, many hosts, async, its own time limit, defaults, the environment."""

from __future__ import annotations

import signal
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.tests.support.counted import CountedSandbox
from ansible_collections.voip_communications.sms.tests.support.people import ANN, ANNA, BEN, BOB
from ansible_collections.voip_communications.sms.tests.support.playbook import Controller
from ansible_collections.voip_communications.sms.tests.support.waiting import until

FRONTS = ["controller", "module"]
FIFTY = "".join(f"host{number:02}\n" for number in range(50))


@pytest.fixture(params=FRONTS)
def either(request: pytest.FixtureRequest, controller: Controller) -> None:
    """Run every test that asks both as a local action and as a module."""
    controller.environment["VOIPSMS_FRONT"] = request.param


@pytest.mark.usefixtures("either")
def test_a_loop_of_ten_identical_items_posts_once(controller: Controller, service: CountedSandbox) -> None:
    run = controller.play(controller.task(keywords={"loop": [ANNA] * 10}, to="{{ item }}", msg="Hello"))
    service.expect(1)
    assert [item["outcome"] for item in run.only["results"]] == ["sent"] + ["duplicate"] * 9


@pytest.mark.usefixtures("either")
def test_until_does_not_send_again_what_may_have_been_sent(controller: Controller, service: CountedSandbox) -> None:
    service.sandbox.order(status=500, accept=True, times=9)
    keywords = {"register": "sent", "until": "sent is succeeded", "retries": 2, "delay": 0}
    run = controller.play(controller.task(keywords=keywords, to=ANNA, msg="Hello"))
    service.expect(1)
    assert run.rc == 2
    assert [record.kind for record in run.records] == ["retry", "retry", "failed"]
    assert run.records[-1].result["attempts"] == 2
    assert all("may have been sent" in result["msg"] for result in run.results)


def test_until_reaches_a_service_that_comes_back(controller: Controller, service: CountedSandbox) -> None:
    service.sandbox.order(status=429, accept=False)
    keywords = {"register": "sent", "until": "sent is succeeded", "retries": 2, "delay": 0}
    run = controller.play(controller.task(keywords=keywords, to=ANNA, msg="Hello"))
    service.expect(2)
    assert run.rc == 0
    assert run.records[-1].result["outcome"] == "sent"


@pytest.mark.parametrize("strategy", ["linear", "free"])
def test_fifty_hosts_with_one_text_post_once_a_recipient(
    strategy: str, controller: Controller, service: CountedSandbox
) -> None:
    keywords = {"delegate_to": "localhost", "become": False}
    run = controller.play(
        controller.task(keywords=keywords, to=[ANNA, BEN], msg="Hello"),
        inventory=FIFTY,
        keywords={"strategy": strategy},
        arguments=["--forks", "10"],
    )
    assert run.rc == 0, run.everything
    assert len(run.records) == 50
    assert service.recipients() == {ANN: 1, BOB: 1}
    service.expect(1)
    assert sorted(result["outcome"] for result in run.results) == ["duplicate"] * 49 + ["sent"]


@pytest.mark.usefixtures("either")
def test_run_once_runs_once(controller: Controller, service: CountedSandbox) -> None:
    keywords = {"delegate_to": "localhost", "run_once": True}
    run = controller.play(controller.task(keywords=keywords, to=ANNA, msg="Hello"), inventory=FIFTY)
    service.expect(1)
    assert run.only["outcome"] == "sent"


def test_async_twice_sends_once(controller: Controller, service: CountedSandbox) -> None:
    task = controller.task(keywords={"async": 30, "poll": 1}, to=ANNA, msg="Hello")
    run = controller.play(task, task)
    service.expect(1)
    assert run.rc == 0
    assert [result["outcome"] for result in run.results if "outcome" in result] == ["sent", "duplicate"]


@pytest.mark.slow
@pytest.mark.usefixtures("either")
def test_the_time_limit_of_a_task_does_not_lead_to_a_second_message(
    controller: Controller, service: CountedSandbox
) -> None:
    """Ansible gives up, the delivery goes on; the next run waits for it and learns what became of the message.

    On a busy machine it takes seconds until the request leaves, and Ansible must not give up before that.
    """
    service.sandbox.order(delay=10)
    run = controller.play(
        controller.task("Too slow", {"timeout": 7, "ignore_errors": True}, to=ANNA, msg="Hello"),
        controller.task("Again", to=ANNA, msg="Hello"),
    )
    service.expect(1)
    slow, again = run.records
    assert (slow.kind, again.kind) == ("failed", "ok")
    assert again.result["outcome"] == "duplicate"
    assert len(again.result["smsids"]) == 1


@pytest.mark.usefixtures("either")
def test_a_playbook_that_is_killed_and_run_again_at_once_sends_once(
    controller: Controller, service: CountedSandbox
) -> None:
    """The delivery goes on without its playbook; the next run waits for it, and learns that the message is out."""
    service.sandbox.order(delay=3)
    process = controller.start_play(controller.task(to=ANNA, msg="Hello"))
    until(service.sandbox.sends)
    process.kill()
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    again = controller.play(controller.task(to=ANNA, msg="Hello"))
    service.expect(1)
    assert (again.rc, again.only["outcome"]) == (0, "duplicate"), again.everything


class TestWhereOptionsComeFrom:
    @pytest.fixture(autouse=True)
    def _elsewhere(self, controller: Controller) -> None:
        """Leave no option in the task but those that a test gives."""
        controller.options.clear()

    def test_the_environment_will_do(self, controller: Controller, service: CountedSandbox) -> None:
        run = controller.play(
            controller.task(to="281 234 5678", msg="Hello"),
            environment={
                **service.sandbox.environment,
                "VOIPSMS_DEFAULT_REGION": "us",
                "VOIPSMS_LEDGER": str(controller.ledger),
                "VOIPSMS_LEDGER_ACCOUNT": "production",
                "VOIPSMS_TIMEOUT": "5",
                "VOIPSMS_DEADLINE": "30",
                "VOIPSMS_VALIDATE_CERTS": "true",
            },
        )
        assert service.expect(1)[0]["form"]["to"] == ANN
        assert run.only["ledger"] == str(controller.ledger)

    def test_the_ledger_is_in_the_home_by_default(self, controller: Controller, service: CountedSandbox) -> None:
        controller.environment = dict(service.sandbox.environment)
        assert controller.send(to=ANNA, msg="Hello")["ledger"] == str(controller.ledger)
        state = controller.home / "state"
        controller.environment["XDG_STATE_HOME"] = str(state)
        assert controller.send(to=ANNA, msg="Hello")["ledger"] == str(state / "voipsms" / "ledger.sqlite3")
        service.expect(2)

    def test_the_task_beats_the_environment(self, controller: Controller, service: CountedSandbox) -> None:
        controller.environment = {
            "VOIPSMS_API_URL": "http://127.0.0.1:1/",
            "VOIPSMS_API_KEY": "wrong",
            "VOIPSMS_API_PASSWORD": "wrong",
            "VOIPSMS_LEDGER": "none",
        }
        result = controller.send(**service.options, ledger=str(controller.ledger), to=ANNA, msg="Hello")
        service.expect(1)
        assert (result["outcome"], result["ledger"]) == ("sent", str(controller.ledger))

    @pytest.mark.parametrize("ending", ["", "\n", "\r\n"])
    def test_a_password_file_beats_a_password_of_the_environment(
        self, ending: str, controller: Controller, service: CountedSandbox
    ) -> None:
        file = controller.home / "password"
        file.write_bytes(f"{service.sandbox.api_password}{ending}".encode())
        controller.environment = {**service.sandbox.environment, "VOIPSMS_API_PASSWORD": "wrong"}
        assert controller.send(to=ANNA, msg="Hello", api_password_file="~/password")["outcome"] == "sent"
        service.expect(1)

    def test_a_password_beats_a_file_of_the_environment(self, controller: Controller, service: CountedSandbox) -> None:
        controller.environment = {"VOIPSMS_API_PASSWORD_FILE": "/etc/hostname"}
        assert controller.send(**service.options, to=ANNA, msg="Hello")["outcome"] == "sent"
        service.expect(1)

    def test_password_and_file_exclude_each_other(self, controller: Controller, service: CountedSandbox) -> None:
        result = controller.send(**service.options, api_password_file="/etc/hostname", to=ANNA, msg="Hello")
        assert "exclude each other" in result["msg"]
        assert "nothing was sent" in result["msg"]

    @pytest.mark.parametrize("front", FRONTS)
    def test_module_defaults_of_the_group_reach_the_module(
        self, front: str, controller: Controller, service: CountedSandbox
    ) -> None:
        controller.environment["VOIPSMS_FRONT"] = front
        defaults: dict[str, Any] = {**service.options, "ledger": str(controller.ledger)}
        run = controller.play(
            controller.task(to=ANNA, msg="Hello"),
            keywords={"module_defaults": {"group/voip_communications.sms.voipsms": defaults}},
        )
        service.expect(1)
        assert run.only["outcome"] == "sent"

    def test_what_is_missing_is_named_at_once(self, controller: Controller, service: CountedSandbox) -> None:
        result = controller.send(to=ANNA, msg="Hello")
        assert "VOIPSMS_API_KEY" in result["msg"]
        assert "VOIPSMS_API_PASSWORD" in result["msg"]
