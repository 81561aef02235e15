# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide "Ask and wait": its plays and its pipelines run, and are answered meanwhile."""

from __future__ import annotations

import re
import string
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.voip_communications.sms.tests.support import documents, restructured
from ansible_collections.voip_communications.sms.tests.support.counted import CountedSandbox
from ansible_collections.voip_communications.sms.tests.support.markdown import COLLECTION
from ansible_collections.voip_communications.sms.tests.support.people import ANNA, BEN, OWN
from ansible_collections.voip_communications.sms.tests.support.phones import Phones
from ansible_collections.voip_communications.sms.tests.support.playbook import Controller
from ansible_collections.voip_communications.sms.tests.support.step import Job

CARL = "+12812345670"
GUIDE = documents.guide("ask")
BLOCKS = [block for block in restructured.blocks(GUIDE) if block.language in ("yaml", "groovy")]
PLAYS = [play for block in BLOCKS if block.language == "yaml" for play in block.plays()]
GATE = COLLECTION / "docs" / "examples" / "gate.yml"
BRANCH = "it's-{{lookup('pipe','touch-owned')}}-$(touch-owned)\""


@pytest.fixture
def job(tmp_path: Path, service: CountedSandbox) -> Job:
    """Return a checked out repository with ci/gate.yml, which looks for answers more often than the guide's."""
    job = Job(tmp_path / "job", VOIPSMS_API_URL=service.sandbox.url)
    (job.folder / "ci").mkdir()
    (job.folder / "ci" / "gate.yml").write_text(GATE.read_text("utf-8") + "voipsms_poll: 1s\n", "utf-8")
    return job


def play(name: str) -> dict[str, Any]:
    (found,) = (each for each in PLAYS if str(each).count(name))
    return found


def test_a_gate_four_eyes_and_a_page_with_three_levels(
    controller: Controller, service: CountedSandbox, phones: Phones
) -> None:
    """As the guide shows them, in one playbook; only the looks for answers come sooner."""

    def people() -> None:
        phones.answer(BEN, "approve", "but watch the disk")
        drop = phones.codes(ANNA, "Drop"), phones.codes(CARL, "Drop")
        # Twice one person, and the code of a colleague, are one.
        phones.reply(ANNA, drop[0]["approve"])
        phones.reply(ANNA, f"{drop[0]['approve']} again")
        phones.reply(ANNA, drop[1]["approve"])
        time.sleep(2.5)
        assert not [sms for sms in service.sandbox.messages() if "disk of db1" in sms["msg"]]
        phones.reply(CARL, drop[1]["approve"])
        phones.codes(ANNA, "disk of db1")
        phones.answer(ANNA, "mine")

    phones.will(people)
    gate, eyes, page = (play(name) for name in ("wait up to 30 minutes", "two of three", "Page the people on call"))
    looks = {"voip_communications.sms.voipsms_ask": {"poll": 1}}
    defaults = {"group/voip_communications.sms.voipsms": controller.options, **looks}
    run = controller.play(
        *(task for each in (gate, eyes, page) for task in each["tasks"]),
        keywords={"vars": gate["vars"], "module_defaults": defaults},
        arguments=["-e", "page_poll=1s"],
    )
    service.expect(2 + 1 + 3 + 1 + 1)
    assert run.rc == 0, run.everything
    results = {record.task: record.result for record in run.records}
    assert results["Show who has approved it"]["msg"] == f"answered approve by {BEN}"
    assert results["Have two of three people approve"]["answered_by"] == [ANNA, CARL]
    assert results["Show who has it"]["msg"] == "answered mine by anna"


def test_ask_now_and_look_later(controller: Controller, service: CountedSandbox, phones: Phones) -> None:
    awx = play("Come again later")
    keywords = {"module_defaults": {"group/voip_communications.sms.voipsms": controller.options}}
    first = controller.play(*awx["tasks"], keywords=keywords)
    service.expect(2)
    assert (first.rc, first.results[0]["outcome"]) == (0, "pending"), first.everything
    assert "Deploy" not in [record.task for record in first.records]
    phones.answer(ANNA, "approve")
    second = controller.play(*awx["tasks"], keywords=keywords)
    assert (second.results[0]["requests"] <= 2, second.results[0]["changed"]) == (True, False)
    assert second.results[-1]["msg"] == f"answered approve by {ANNA}"


def test_the_variables_are_those_of_the_example() -> None:
    shown = [yaml.safe_load(block.text) for block in BLOCKS if "GATE_TO') }}" in block.text]
    assert shown == [yaml.safe_load(GATE.read_text("utf-8"))]


def test_the_gates_of_three_pipelines(job: Job, service: CountedSandbox, phones: Phones) -> None:
    """One is approved, and run again at once; one is rejected; one is approved. What others have written is no code."""
    account = {"VOIPSMS_API_KEY": service.sandbox.api_key, "VOIPSMS_API_PASSWORD": service.sandbox.api_password}
    known = {"github": github(), "gitlab": gitlab(), "jenkins": jenkins()}
    for name, label, rc in (("github", "approve", 0), ("gitlab", "reject", 2), ("jenkins", "approve", 0)):
        script, environment = known[name]
        assert environment.pop("VOIPSMS_LEDGER") == "/var/lib/voipsms/ledger.sqlite3"
        question = environment["GATE_TEXT"][:20]

        def answer(question: str = question, label: str = label) -> None:
            phones.reply(BEN, phones.codes(BEN, question)[label])

        phones.will(answer)
        done = job.shell(script, **account, **environment)
        assert (done.rc, f"answered {label} by {BEN}" in done.output) == (rc, True), done.output
        asked = {sms["msg"].split("? Reply")[0] + "?" for sms in service.sandbox.messages() if question in sms["msg"]}
        assert asked == {environment["GATE_TEXT"]}
    sent = len(service.sandbox.sends())
    script, environment = known["github"]
    assert job.shell(script, **account, **environment).rc == 0
    service.expect(sent)
    assert [path.name for path in job.folder.iterdir()] == ["ci"], "the name of the branch was run"


def pipeline(text: str) -> str:
    (block,) = (block.text for block in BLOCKS if text in block.text)
    return block


def github() -> tuple[str, dict[str, str]]:
    step = yaml.safe_load(pipeline("github.run_id"))["gate"]["steps"][-1]
    known = {
        "secrets.VOIPSMS_API_KEY": "",
        "secrets.VOIPSMS_API_PASSWORD": "",
        "vars.APPROVERS": f"{ANNA},{BEN}",
        "vars.SMS_NUMBER": OWN,
        "github.repository": "acme/shop",
        "github.ref_name": BRANCH,
        "github.run_id": "4711",
    }
    filled = {
        name: re.sub(r"\$\{\{ (\S+) \}\}", lambda found: known[found[1]], value) for name, value in step["env"].items()
    }
    return step["run"], {name: value for name, value in filled.items() if value}


def gitlab() -> tuple[str, dict[str, str]]:
    step = yaml.safe_load(pipeline("$CI_PIPELINE_ID"))["gate"]
    known = {
        "APPROVERS": f"{ANNA},{BEN}",
        "SMS_NUMBER": OWN,
        "CI_PROJECT_PATH": "acme/gitlab-shop",
        "CI_COMMIT_REF_NAME": "main",
        "CI_PIPELINE_ID": "4711",
    }
    variables = {name: string.Template(value).substitute(known) for name, value in step["variables"].items()}
    return "\n".join(step["script"]), variables


def jenkins() -> tuple[str, dict[str, str]]:
    """Without a parser for Groovy: the list of variables and the script are found by their quotes."""
    text = pipeline("withCredentials")
    assert text.count("{") == text.count("}")
    (variables,) = re.findall(r"withEnv\(\[(.*?)\]\)", text, re.DOTALL)
    (script,) = re.findall(r"sh '''(.*?)'''", text, re.DOTALL)
    known = {
        "params.APPROVERS": f"{ANNA},{BEN}",
        "params.SMS_NUMBER": OWN,
        "env.JOB_NAME": "jenkins-shop",
        "env.BUILD_DISPLAY_NAME": "#4711",
        "env.BUILD_TAG": "jenkins-shop-4711",
    }
    filled = (
        re.sub(r"\$\{(\S+?)\}", lambda found: known[found[1]], each).split("=", 1)
        for each in re.findall(r'"(.*)"', variables)
    )
    return script, dict(filled)
