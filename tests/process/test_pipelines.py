# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The examples for pipelines and AWX: their shell steps and injectors run, their definitions are accepted.

What installs something is not run: the collection under test is there already. Nor are the pipelines themselves.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
import string
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import yaml
from jinja2.sandbox import ImmutableSandboxedEnvironment

from ansible_collections.voip_communications.sms.tests.support.counted import CountedSandbox
from ansible_collections.voip_communications.sms.tests.support.markdown import COLLECTION
from ansible_collections.voip_communications.sms.tests.support.people import ANNA, BEN, NOT_IN_SERVICE
from ansible_collections.voip_communications.sms.tests.support.step import PREFIX, Done, Job

EXAMPLES = COLLECTION / "docs" / "examples"
# What a stranger may call a branch; all of it is allowed by git, but the quote at the end.
BRANCH = "it's-{{lookup('pipe','touch-owned')}}-$(touch-owned)\""
# With a joiner, which is part of the word.
PERSIAN = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"
LEDGER = "/var/lib/voipsms/ledger.sqlite3"


@pytest.fixture
def job(tmp_path: Path, service: CountedSandbox) -> Job:
    """Return a checked out repository with ci/sms.yml, on a runner whose account is known to no step yet."""
    job = Job(tmp_path / "job", VOIPSMS_API_URL=service.sandbox.url)
    (job.folder / "ci").mkdir()
    shutil.copy(EXAMPLES / "sms.yml", job.folder / "ci")
    return job


def example(name: str) -> Any:
    return yaml.safe_load((EXAMPLES / name).read_text(encoding="utf-8"))


def account(service: CountedSandbox) -> dict[str, str]:
    """Return what the pipeline keeps as secrets."""
    return {"VOIPSMS_API_KEY": service.sandbox.api_key, "VOIPSMS_API_PASSWORD": service.sandbox.api_password}


def assert_told_twice_is_told_once(
    job: Job, service: CountedSandbox, script: str, environment: dict[str, str], text: str
) -> None:
    """Run a step twice as its pipeline does, with what the runner keeps in between; check that it sends only once."""
    assert environment.pop("VOIPSMS_LEDGER") == LEDGER
    assert "PASSWORD" not in script, "a command line is seen by others"
    first = job.shell(script, **environment)
    (send,) = service.expect(1)
    assert first.rc == 0, first.output
    assert (send["form"]["to"], send["form"]["msg"]) == ("12812345678,12812345679", text)
    again = job.shell(script, **environment)
    service.expect(1)
    assert (again.rc, "already sent to 2 recipients" in again.output) == (0, True), again.output
    assert [path.name for path in job.folder.iterdir()] == ["ci"], "the name of the branch was run"


def test_a_failed_job_of_github_tells_once(job: Job, service: CountedSandbox) -> None:
    workflow = example("github-actions.yml")
    step = workflow["jobs"]["deploy"]["steps"][-1]
    known = {f"secrets.{name}": value for name, value in account(service).items()} | {
        "vars.ONCALL_NUMBERS": f"{ANNA},{BEN}",
        "github.repository": "acme/shop",
        "github.ref_name": BRANCH,
        "github.run_id": "4711",
        "github.run_attempt": "2",
    }
    environment = {
        name: re.sub(r"\$\{\{ (\S+) \}\}", lambda found: known[found[1]], value) for name, value in step["env"].items()
    }
    assert "${{" not in step["run"], "what GitHub fills into a script becomes part of the script"
    assert environment["SMS_KEY"] == "acme/shop/4711/2/failed"
    assert step["if"] == "failure()"
    text = f"Deployment of acme/shop ({BRANCH}) has failed"
    assert_told_twice_is_told_once(job, service, step["run"], environment, text)


def test_a_failed_job_of_gitlab_tells_once(job: Job, service: CountedSandbox) -> None:
    step = example("gitlab-ci.yml")["tell-the-people-on-call"]
    known = {
        "ONCALL_NUMBERS": f"{ANNA},{BEN}",
        "CI_PROJECT_PATH": "acme/shop",
        "CI_COMMIT_REF_NAME": BRANCH,
        "CI_PIPELINE_ID": "4711",
        "CI_JOB_ID": "815",
    }
    environment = {name: string.Template(value).substitute(known) for name, value in step["variables"].items()}
    assert environment["SMS_KEY"] == "acme/shop/4711/815/failed"
    assert step["when"] == "on_failure"
    text = f"Deployment of acme/shop ({BRANCH}) has failed"
    assert_told_twice_is_told_once(job, service, "\n".join(step["script"]), environment | account(service), text)


def test_a_failed_build_of_jenkins_tells_once(job: Job, service: CountedSandbox) -> None:
    """Without a parser for Groovy: the list of variables and the script are found by their quotes."""
    text = (EXAMPLES / "Jenkinsfile").read_text(encoding="utf-8")
    assert text.count("{") == text.count("}")
    (credential,) = re.findall(r"withCredentials\(\[usernamePassword\((.*?)\)\]\)", text, re.DOTALL)
    names = dict(re.findall(r"(\w+): '(\w+)'", credential))
    assert (names["usernameVariable"], names["passwordVariable"]) == tuple(account(service))
    (variables,) = re.findall(r"withEnv\(\[(.*?)\]\)", text, re.DOTALL)
    (script,) = re.findall(r"sh '''(.*?)'''", text, re.DOTALL)
    known = {
        "params.ONCALL_NUMBERS": f"{ANNA},{BEN}",
        "env.JOB_NAME": f"shop/{BRANCH}",
        "env.BUILD_DISPLAY_NAME": "#4711",
        "env.BUILD_TAG": "jenkins-shop-4711",
    }
    environment = dict(
        re.sub(r"\$\{(\S+?)\}", lambda found: known[found[1]], each).split("=", 1)
        for each in re.findall(r'"(.*)"', variables)
    )
    assert environment["SMS_KEY"] == "jenkins-shop-4711/failed"
    said = f"Deployment by shop/{BRANCH} (#4711) has failed"
    assert_told_twice_is_told_once(job, service, script, environment | account(service), said)


def test_the_steps_that_are_not_run_install_what_the_others_need() -> None:
    """Seen, since they are not run: they need the network, and the collection that is under test is there already."""
    github = example("github-actions.yml")["jobs"]["deploy"]["steps"][1]["run"]
    gitlab = "\n".join(example("gitlab-ci.yml")["tell-the-people-on-call"]["before_script"])
    needed = re.findall(r"^[a-z]+", (COLLECTION / "requirements.txt").read_text(encoding="utf-8"), re.MULTILINE)
    for script in (github, gitlab):
        for part in (*needed, "ansible-core", f"collection install {PREFIX.rstrip('.')}"):
            assert part in script


def test_the_shell_step_tells_four_ends_apart(job: Job, service: CountedSandbox) -> None:
    script = f"{EXAMPLES / 'notify.sh'} result.json"
    known = account(service)
    told = job.shell(script, SMS_TO=ANNA, SMS_TEXT="Hello", SMS_KEY="4711", **known)
    assert told.outcome == (0, "sent"), told.output
    refused = job.shell(script, SMS_TO=NOT_IN_SERVICE, SMS_TEXT="Hello", SMS_KEY="4712", **known)
    assert refused.outcome == (1, "refused"), refused.output
    service.expect(2)

    # What became of Anna and Ben is not known, and is not known later either.
    service.sandbox.order(status=500, accept=True)
    unknown = job.shell(script, SMS_TO=f"{ANNA},{BEN}", SMS_TEXT="Hello", SMS_KEY="4713", **known)
    assert unknown.outcome == (2, "unknown"), unknown.output
    some = job.shell(script, SMS_TO=f"{ANNA},{NOT_IN_SERVICE}", SMS_TEXT="Hello", SMS_KEY="4713", **known)
    assert some.outcome == (2, "partial"), some.output
    service.expect(4)

    # Without a doubt: one has it, the other does not.
    one = job.shell(script, SMS_TO=f"+12812345670,{NOT_IN_SERVICE}", SMS_TEXT="Hello", SMS_KEY="4715", **known)
    assert one.outcome == (1, "partial"), one.output
    service.expect(5)

    # Anna is in another run's hands, which may reach her yet.
    with closing(sqlite3.connect(job.ledger, isolation_level=None)) as ledger:
        ledger.execute(
            "UPDATE row SET state = 'sending', lease_until = lease_until + 9000, checksum = NULL WHERE label = '4711'"
        )
    taken = {"SMS_TEXT": "Hello", "SMS_KEY": "4711", "VOIPSMS_DEADLINE": "1", **known}
    other = job.shell(script, SMS_TO=f"{ANNA},+12812345671", **taken)
    assert other.outcome == (2, "partial"), other.output
    service.expect(6)

    nothing = job.shell(script, SMS_TO=ANNA, SMS_TEXT="Hello", SMS_KEY="4714", **known, ANSIBLE_COLLECTIONS_PATH="/")
    assert nothing.outcome == (3, ""), nothing.output
    service.expect(6)


def injected(inputs: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a job, rendered as AWX does: without inputs that are empty, but with every variable."""
    given = {name: value for name, value in inputs.items() if value}
    renderer = ImmutableSandboxedEnvironment()
    injectors = example("awx/credential_type.yml")["injectors"]
    assert set(injectors) == {"env"}, "what is injected as an extra variable is shown"
    return {name: renderer.from_string(text).render(**given) for name, text in injectors["env"].items()}


def test_the_injectors_of_awx_make_the_environment_of_a_job(job: Job, service: CountedSandbox) -> None:
    inputs = example("awx/credential_type.yml")["inputs"]
    fields = {field["id"]: field for field in inputs["fields"]}
    assert [name for name, field in fields.items() if field.get("secret")] == ["api_password", "ledger_password"]
    needed = {
        "api_key": service.sandbox.api_key,
        "api_password": service.sandbox.api_password,
        "ledger": str(job.ledger),
        "ledger_account": "production",
    }
    assert sorted(needed) == sorted(inputs["required"])
    environment = injected({**dict.fromkeys(fields, ""), **needed})
    assert environment["VOIPSMS_API_URL"] == "https://voip-communications.net/api-v2/index.php/"
    environment["VOIPSMS_API_URL"] = service.sandbox.url

    # By the playbook that the project has, and with the extra variables of AWX.
    launched = launch(job, environment, voipsms_msg="Hello")
    (send,) = service.expect(1)
    assert (launched.rc, send["form"]["msg"]) == (0, "Hello"), launched.output
    assert job.ledger.exists()


class SurveyDumper(yaml.SafeDumper):
    """Write the answers of a survey as AWX does: every text, and every name, is unsafe."""

    def represent_data(self, data: Any) -> yaml.Node:
        return self.represent_scalar("!unsafe", data) if isinstance(data, str) else super().represent_data(data)


def launch(job: Job, environment: dict[str, str], *arguments: str, **answers: Any) -> Done:
    """Launch the job template of the example: with its playbook, and with an answer to each question of its survey."""
    template = example("awx/job_template.yml")[0]["tasks"][-1]["awx.awx.job_template"]
    usual = {"voipsms_to": f"{ANNA},{BEN}", "voipsms_msg": "Hello", "voipsms_idempotency_key": "4711"}
    given = {
        question["variable"]: {**usual, **answers}[question["variable"]] if question["required"] else ""
        for question in template["survey_spec"]["spec"]
    }
    text = "".join(yaml.dump({name: value}, Dumper=SurveyDumper) for name, value in {**given, **answers}.items())
    (job.folder / "extravars").write_text(f"awx_job_id: 4711\n{text}", encoding="utf-8")
    shutil.copy(EXAMPLES / "awx" / template["playbook"], job.folder)
    command = ["ansible-playbook", "-i", "localhost,", template["playbook"], "-e", "@extravars", *arguments]
    return job.run(command, **environment)


@pytest.mark.parametrize(
    ("answers", "to", "text"),
    [
        ({"voipsms_to": "+12815550100", "voipsms_msg": "yes"}, "12815550100", "yes"),
        (
            {"voipsms_to": ["+12815550100", "12815550101"], "voipsms_msg": "22:00", "voipsms_idempotency_key": "0042"},
            "12815550100,12815550101",
            "22:00",
        ),
        (
            {"voipsms_msg": f"{{{{ lookup('pipe', 'touch owned') }}}}\n1.10 {PERSIAN}", "voipsms_contacts": []},
            None,
            None,
        ),
    ],
    ids=["texts that YAML types", "several choices", "braces and no choice"],
)
def test_the_answers_of_a_survey_arrive_letter_for_letter(
    answers: dict[str, Any], to: str | None, text: str | None, job: Job, service: CountedSandbox
) -> None:
    done = launch(job, account(service), **answers)
    (send,) = service.expect(1)
    assert done.rc == 0, done.output
    assert send["form"]["to"] == (to or "12812345678,12812345679")
    assert send["form"]["msg"] == (text or answers["voipsms_msg"])
    assert not (job.folder / "owned").exists()


def test_a_survey_without_a_needed_answer_or_with_a_limit_sends_nothing(job: Job, service: CountedSandbox) -> None:
    blank = launch(job, account(service), voipsms_to=[])
    assert (blank.rc, "missing required arguments: voipsms_to" in blank.output) == (2, True), blank.output
    limited = launch(job, account(service), "-i", "web1,", "--limit", "web1")
    assert "leaves out localhost" in limited.output
    service.expect(0)


def test_the_job_template_uses_what_is_there() -> None:
    tasks = {name: task[name] for task in example("awx/job_template.yml")[0]["tasks"] for name in task if "." in name}
    inputs = example("awx/credential_type.yml")["inputs"]
    given = tasks["awx.awx.credential"]["inputs"]
    assert set(inputs["required"]) <= set(given) <= {field["id"] for field in inputs["fields"]}
    assert tasks["awx.awx.credential"]["credential_type"] == tasks["awx.awx.credential_type"]["name"]
    template = tasks["awx.awx.job_template"]
    assert template["credentials"] == [tasks["awx.awx.credential"]["name"]]
    assert template["execution_environment"] == tasks["awx.awx.execution_environment"]["name"]


@pytest.mark.parametrize("kind", ["execution", "decision"])
def test_ansible_builder_accepts_the_environment(job: Job, kind: str) -> None:
    done = job.run(
        ["ansible-builder", "create", "--file", str(EXAMPLES / f"{kind}-environment.yml"), "--context", "context"]
    )
    assert done.rc == 0, done.output
    build = job.folder / "context" / "_build"
    wanted = yaml.safe_load((build / "requirements.yml").read_text(encoding="utf-8"))
    assert [collection["name"] for collection in wanted["collections"]] == [PREFIX.rstrip(".")]
    (recipe,) = (job.folder / "context").glob("[CD]*file")
    assert "/var/lib/voipsms" in recipe.read_text(encoding="utf-8")
    if kind == "decision":
        assert "ansible-rulebook>=1.3.2" in (build / "requirements.txt").read_text(encoding="utf-8")
        assert "java-21-openjdk-headless" in (build / "bindep.txt").read_text(encoding="utf-8")
