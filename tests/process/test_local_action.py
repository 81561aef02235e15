# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Local action and module: a task gives the same result in the controller as it does as an ordinary module."""

from __future__ import annotations

import json
import os
import re
import signal
import venv
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.parsing.vault import VaultLib, VaultSecret

from ansible_collections.voip_communications.sms.tests.process import test_voipsms_send_faults as fault_list
from ansible_collections.voip_communications.sms.tests.support.canary import KEY, PASSWORD, assert_absent
from ansible_collections.voip_communications.sms.tests.support.counted import CountedSandbox
from ansible_collections.voip_communications.sms.tests.support.fault_server import FaultServer
from ansible_collections.voip_communications.sms.tests.support.people import ANNA, BEN
from ansible_collections.voip_communications.sms.tests.support.playbook import (
    COLLECTION,
    LONGEST,
    MODULE,
    Controller,
    PlaybookRun,
)
from ansible_collections.voip_communications.sms.tests.support.waiting import until

COLLECTION_NAME = MODULE.rpartition(".")[0]
WHY = "runs as an ordinary module: "
LOUD = ["-vvv"]
# Not in the task itself, whose lines Ansible quotes where it fails.
SPOILT = {
    "spoilt_url": "http://user:canary@127.0.0.1/",
    "spoilt_ledger": "postgresql://user:canary@127.0.0.1:1/x",
}


def task(module: str, keywords: dict[str, Any] | None = None, **options: Any) -> dict[str, Any]:
    """Return a task of any module of the collection, after whose failure the play goes on."""
    return {"name": "Task", f"{COLLECTION_NAME}.voipsms_{module}": options, "ignore_errors": True, **(keywords or {})}


def every_kind() -> list[dict[str, Any]]:
    """Return tasks of every module, in every way in which they end."""
    scheduled: dict[str, Any] = {
        "name": "window",
        "to": [ANNA],
        "msg": "Maintenance",
        "account_timezone": "America/Chicago",
    }
    resolved: dict[str, Any] = {"state": "resolved", "to": ANNA, "as": "sent", "idempotency_key": "unheard-of"}
    return [
        task("send", {"check_mode": True, "diff": True}, to=[ANNA, BEN], msg="Hello"),
        task("send", {"diff": True}, to=[ANNA, BEN], msg="Hello"),
        task("send", {"diff": True}, to=[ANNA, BEN], msg="Hello"),
        task("send", {"loop": [ANNA, BEN]}, to="{{ item }}", msg="Hi {{ item[-1] }}"),
        task("send", {"register": "r", "until": "r is succeeded", "retries": 1, "delay": 0}, to="123", msg=""),
        task("send", to=4917612345678, msg="Hello"),
        task("send", msg="Hello"),
        task("send", to=ANNA, msg="Hello", nonsense=1),
        task("send", to=ANNA, msg="Hello", batch_size="many"),
        task("send", to=ANNA, msg="Hello", on_unknown="shrug"),
        task("send", to=ANNA, msg="Hello", api_url="{{ spoilt_url }}"),
        task("send", to=ANNA, msg="Hello", ledger="{{ spoilt_ledger }}", deadline=1),
        task("send", {"no_log": True}, to=ANNA, msg="Hidden"),
        task("send", to=ANNA, msg="Free text {{ '{{ 7 * 6 }}' }}", ledger="none"),
        # As YAML reads it: a date, which modules get as text.
        task("scheduled", {"diff": True}, **scheduled, delivery_date=yaml.safe_load("2098-03-03 12:00:00")),
        task("scheduled", {"check_mode": True}, **scheduled, delivery_date="2098-03-04 12:00"),
        task("scheduled", **scheduled, delivery_date="2098-03-04 12:00"),
        task("scheduled_info", account_timezone="America/Chicago"),
        task("scheduled", name="window", state="absent"),
        task("scheduled", name="window", delivery_date=yaml.safe_load("2098-03-03")),
        task("account_info"),
        task("log_info", max_pages=1),
        task("log_info", max_pages=0),
        task("ledger_info", api_url="{{ omit }}"),
        task("ledger", **resolved, api_url="{{ omit }}"),
    ]


def without_chance(run: PlaybookRun, controller: Controller) -> list[tuple[str, Any]]:
    """Return the results of a run without what differs from run to run: times, identifiers, folders."""
    for record in run.records:
        if record.kind == "retry":  # Ansible notes for modules alone, and only there, that it has no traceback
            record.result.pop("exception", None)
    text = json.dumps([(record.kind, record.result) for record in run.records])
    text = text.replace(str(controller.home), "HOME")
    text = re.sub(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?Z?", "TIME", text)
    text = re.sub(r'"(age|lag)": [\d.]+', r'"\1": 0', text)
    results: list[tuple[str, Any]] = json.loads(re.sub(r"\b[0-9a-f]{20,}\b", "ID", text))
    return results


@pytest.mark.slow
def test_every_kind_of_result_is_the_same(tmp_path: Path, service: CountedSandbox) -> None:
    results = {}
    for place in ("module", "controller"):
        service.sandbox.reset()
        controller = Controller(tmp_path / place, **service.options)
        controller.environment["VOIPSMS_FRONT"] = place
        defaults = {**service.options, "ledger": str(controller.ledger)}
        run = controller.play(
            *every_kind(),
            keywords={"module_defaults": {f"group/{COLLECTION_NAME}.voipsms": defaults}, "vars": SPOILT},
            arguments=LOUD,
        )
        service.expect(len(service.sandbox.sends()))
        assert (WHY in run.stdout) is (place == "module")
        assert "canary" not in run.everything
        assert service.sandbox.api_password not in run.everything
        results[place] = without_chance(run, controller)
    assert len(results["module"]) > len(every_kind())
    for of_module, of_action in zip(results["module"], results["controller"], strict=True):
        assert of_action == of_module


def test_a_text_of_the_service_is_no_template(controller: Controller, service: CountedSandbox) -> None:
    run = controller.play(
        controller.task(
            keywords={"register": "sent"}, to=ANNA, msg="{{ '{' }}{ 7 * 6 }}", idempotency_key="{{ '{' }}{ 7 * 6 }}"
        ),
        {"name": "Show", "ansible.builtin.debug": {"msg": "{{ sent.key }}"}},
    )
    service.expect(1)
    assert run.rc == 0, run.everything
    assert run.results[-1]["msg"] == "{{ 7 * 6 }}"


def test_a_vaulted_password_reaches_the_service(controller: Controller, service: CountedSandbox) -> None:
    secret = controller.home / "vault"
    secret.write_text("open sesame", encoding="utf-8")
    lib = VaultLib([("default", VaultSecret(b"open sesame"))])
    vaulted = lib.encrypt(service.sandbox.api_password.encode()).decode()
    variables = controller.home / "vars.yml"
    indented = vaulted.replace("\n", "\n  ")
    variables.write_text(f"password: !vault |\n  {indented}\n", encoding="utf-8")
    run = controller.play(
        controller.task(to=ANNA, msg="Hello", api_password="{{ password }}"),
        keywords={"vars_files": [str(variables)]},
        arguments=["--vault-password-file", str(secret), *LOUD],
    )
    service.expect(1)
    assert WHY not in run.stdout
    assert run.only["outcome"] == "sent"
    assert service.sandbox.api_password not in run.everything


ELSEWHERE: list[tuple[str, dict[str, Any]]] = [
    ("it has become", {"become": True, "become_method": "ansible.builtin.su"}),
    ("it has async", {"async": 30, "poll": 1}),
    ("it has an environment", {"environment": {"SOME": "thing"}}),
    ("it has another Python interpreter", {"vars": {"ansible_python_interpreter": "/usr/bin/env python3"}}),
    ("VOIPSMS_FRONT says so", {}),
]


@pytest.mark.parametrize(("reason", "keywords"), ELSEWHERE, ids=[reason for reason, _keywords in ELSEWHERE])
def test_a_task_with_other_wants_runs_the_module(
    reason: str, keywords: dict[str, Any], controller: Controller, service: CountedSandbox
) -> None:
    if "VOIPSMS_FRONT" in reason:
        controller.environment["VOIPSMS_FRONT"] = "module"
    run = controller.play(controller.task(keywords=keywords, to=ANNA, msg="Hello"), arguments=LOUD)
    assert WHY + reason in run.stdout
    results = [result for result in run.results if "outcome" in result]
    service.expect(len(service.sandbox.sends()))
    if "interpreter" not in reason:
        assert [result["outcome"] for result in results] == ["sent"], run.everything
        service.expect(1)


@pytest.mark.parametrize("place", ["controller", "module"])
def test_the_options_are_in_the_result_where_ansible_wants_them(
    place: str, controller: Controller, service: CountedSandbox
) -> None:
    controller.environment.update(VOIPSMS_FRONT=place, ANSIBLE_INJECT_INVOCATION="true")
    run = controller.play(controller.task(to=ANNA, msg="Hello"))
    service.expect(1)
    assert run.only["invocation"]["module_args"]["msg"] == "Hello"


def test_a_task_without_warnings_has_no_such_key(controller: Controller, service: CountedSandbox) -> None:
    show = {"ansible.builtin.debug": {"msg": "{{ sent.warnings is defined }}"}}
    run = controller.play(controller.task(keywords={"register": "sent"}, to=ANNA, msg="Hello"), show)
    service.expect(1)
    assert run.results[-1]["msg"] in (False, "False")


def test_an_unknown_interpreter_is_left_to_the_module(controller: Controller, service: CountedSandbox) -> None:
    """Some releases of Ansible take an omitted one for none, others fail; either says so in its own words."""
    outcomes = []
    for place in ("module", "controller"):
        controller.environment["VOIPSMS_FRONT"] = place
        keywords = {"vars": {"ansible_python_interpreter": "{{ nothing | default(omit) }}"}}
        run = controller.play(controller.task(keywords=keywords, to=ANNA, msg="Hello", ledger="none"), arguments=LOUD)
        reason = "VOIPSMS_FRONT says so" if place == "module" else "it has another Python interpreter"
        assert WHY + reason in run.stdout
        outcomes.append((run.rc, run.only.get("outcome"), run.only["msg"].partition("Task failed: ")[2]))
    service.expect(len(service.sandbox.sends()))
    assert outcomes[0] == outcomes[1]


@pytest.mark.parametrize("limit", [0, 60])
def test_a_parent_that_ignores_the_end_of_its_children_loses_no_result(
    limit: int, controller: Controller, service: CountedSandbox
) -> None:
    """As some schedulers do; the processes that they start inherit it, and one with a time limit makes a copy."""
    previous = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        process = controller.start_play(controller.task(keywords={"timeout": limit}, to=ANNA, msg="Hello"))
    finally:
        signal.signal(signal.SIGCHLD, previous)
    stdout, stderr = process.communicate(timeout=LONGEST)
    service.expect(1)
    assert "changed=1" in stdout, stdout + stderr


def test_an_empty_environment_asks_for_nothing(controller: Controller, service: CountedSandbox) -> None:
    keywords = {"environment": "{{ nothing | default({}) }}", "delegate_to": "localhost", "become": False}
    run = controller.play(controller.task(keywords=keywords, to=ANNA, msg="Hello"), arguments=LOUD)
    service.expect(1)
    assert WHY not in run.stdout
    assert run.only["outcome"] == "sent"


def test_a_choice_that_does_not_exist_is_refused(controller: Controller, service: CountedSandbox) -> None:
    controller.environment["VOIPSMS_FRONT"] = "back"
    run = controller.play(controller.task(to=ANNA, msg="Hello"))
    service.expect(0)
    assert run.rc == 2
    assert run.only["msg"] == "VOIPSMS_FRONT must be controller or module, not 'back'; nothing was sent"


@pytest.fixture(scope="module")
def bare_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an interpreter without any library."""
    folder = tmp_path_factory.mktemp("bare") / "venv"
    venv.create(folder, symlinks=True)
    return folder / "bin" / "python"


@pytest.mark.parametrize("place", ["controller", "module"])
def test_a_discovered_interpreter_without_libraries(
    place: str, bare_python: Path, controller: Controller, service: CountedSandbox
) -> None:
    """The most common failure of newcomers, which the local action avoids."""
    controller.environment["VOIPSMS_FRONT"] = place
    variables = {"ansible_python_interpreter": "auto_silent", "ansible_interpreter_python_fallback": [str(bare_python)]}
    run = controller.play(controller.task(keywords={"vars": variables}, to=ANNA, msg="Hello"), arguments=LOUD)
    if place == "controller":
        service.expect(1)
        assert run.only["outcome"] == "sent", run.everything
    else:
        assert "the Python libraries phonenumbers and requests cannot be imported by" in run.only["msg"]
        assert run.only["msg"].endswith("nothing was sent")


LACKING = """
import sys
from pathlib import Path

if Path(sys.argv[0]).name in ("ansible-playbook", "playbook.py", "-m"):
    sys.modules["requests"] = None
"""


def test_a_controller_that_lacks_a_library_leaves_it_to_the_module(
    controller: Controller, service: CountedSandbox
) -> None:
    site = controller.home / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(LACKING, encoding="utf-8")
    path = f"{site}{os.pathsep}{COLLECTION.parents[2]}"
    run = controller.play(controller.task(to=ANNA, msg="Hello"), arguments=LOUD, environment={"PYTHONPATH": path})
    assert f"{WHY}the controller's Python lacks a library" in run.stdout, run.everything
    service.expect(1)
    assert run.only["outcome"] == "sent"


@pytest.mark.parametrize("place", ["controller", "module"])
def test_ctrl_c_leads_to_no_second_message(place: str, controller: Controller, service: CountedSandbox) -> None:
    controller.environment["VOIPSMS_FRONT"] = place
    service.sandbox.order(delay=3)
    process = controller.start_play(controller.task(to=ANNA, msg="Hello"))
    until(service.sandbox.sends)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=LONGEST)
    again = controller.play(controller.task(to=ANNA, msg="Hello", deadline=8))
    service.expect(1)
    assert again.only["outcome"] in ("duplicate", "unknown", "in_progress")
    assert again.only["changed"] is False


# --- Faults of a service ------------------------------------------------------------------------------------------

FAULTS = [
    *((behaviour, "unknown") for behaviour in fault_list.UNKNOWN),
    *((b, "not_sent") for b in fault_list.NOT_SENT),
]


@pytest.fixture
def broken() -> Iterator[list[FaultServer]]:
    """Start a server for each fault."""
    with ExitStack() as stack:
        yield [stack.enter_context(FaultServer([behaviour])) for behaviour, _outcome in FAULTS]


def test_every_fault_has_the_outcome_that_it_has_for_the_module(broken: list[FaultServer], tmp_path: Path) -> None:
    user = Controller(tmp_path / "user", api_key=KEY, api_password=PASSWORD, timeout=0.4, deadline=1)
    user.options["ledger"] = str(user.ledger)
    ignore = {"ignore_errors": True}
    tasks = [
        user.task("Task", ignore, to=ANNA, msg=f"Fault {at}", api_url=server.url) for at, server in enumerate(broken)
    ]
    run = user.play(*[task for task in tasks for _twice in range(2)], arguments=LOUD)
    assert WHY not in run.stdout
    assert len(run.records) == 2 * len(FAULTS)
    assert [record.kind for record in run.records[::2]] == ["failed"] * len(FAULTS)
    assert "Traceback" not in run.stdout + run.stderr
    assert_absent(run.stdout + run.stderr)
    pairs = zip(run.results[::2], run.results[1::2], strict=True)
    for (behaviour, outcome), server, (first, second) in zip(FAULTS, broken, pairs, strict=True):
        assert first["outcome"] == outcome, behaviour
        assert second["outcome"] == ("unknown" if outcome == "unknown" else "sent"), behaviour
        assert len(server.accepted) <= 1, behaviour
