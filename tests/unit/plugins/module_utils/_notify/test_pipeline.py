# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each pipeline tells of its run, and keys: the same for the same event, another for any other."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.voip_communications.sms.plugins.module_utils._notify.pipeline import (
    MAX_KEY,
    Pipeline,
    event_key,
    process_run,
    read,
)
from ansible_collections.voip_communications.sms.tests.support.refusals import sentences_of

GITHUB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_RUN_ID": "4711",
    "GITHUB_RUN_ATTEMPT": "2",
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY": "acme/shop",
    "GITHUB_ACTOR": "anna",
    "GITHUB_TRIGGERING_ACTOR": "ben",
    "GITHUB_REF_NAME": "main",
}
GITLAB = {
    "GITLAB_CI": "true",
    "CI_PIPELINE_ID": "1000",
    "CI_JOB_ID": "50",
    "CI_PIPELINE_URL": "https://gitlab.example.com/acme/shop/-/pipelines/1000",
    "GITLAB_USER_LOGIN": "anna",
    "CI_COMMIT_REF_NAME": "main",
}
JENKINS = {
    "JENKINS_URL": "https://ci.example.com/",
    "JOB_NAME": "shop/deploy",
    "BUILD_NUMBER": "17",
    "BUILD_TAG": "jenkins-shop-deploy-17",
    "BUILD_URL": "https://ci.example.com/job/shop/job/deploy/17/",
    "BUILD_USER_ID": "anna",
    "GIT_BRANCH": "origin/main",
}
AWX = {
    "awx_job_id": 42,
    "tower_job_id": 42,
    "awx_user_name": "anna",
    "awx_project_scm_branch": "main",
}
NO_PIPELINE = Pipeline("none", "0123", user="root")
SHOP = Pipeline("github", "acme/shop-4711", attempt=2)


def found(environment: dict[str, str], variables: dict[str, object] | None = None) -> Pipeline:
    """Return the pipeline, or ``NO_PIPELINE`` where none tells its run."""
    return read(environment, variables or {}, "0123", "root")


def refusal(parts: object, pipeline: object) -> tuple[str, ...]:
    """Return the sentences with which a key is refused."""
    return sentences_of(event_key, parts, pipeline)


def test_a_run_of_github_is_read_with_its_attempt() -> None:
    assert found(GITHUB) == Pipeline(
        "github", "acme/shop-4711", 2, "https://github.com/acme/shop/actions/runs/4711", "ben", "main"
    )
    assert found(GITHUB | {"GITHUB_TRIGGERING_ACTOR": ""}).user == "anna"


def test_a_pipeline_of_gitlab_is_read_with_its_job_as_attempt() -> None:
    """A job that is retried is the same run, and another attempt."""
    assert found(GITLAB) == Pipeline("gitlab", "1000", 50, GITLAB["CI_PIPELINE_URL"], "anna", "main")
    assert found(GITLAB | {"CI_JOB_ID": "51"}).attempt == 51


def test_a_build_of_jenkins_is_read_with_or_without_its_address() -> None:
    expected = Pipeline("jenkins", "shop/deploy-17", 1, JENKINS["BUILD_URL"], "anna", "origin/main")
    assert found(JENKINS) == expected
    # Where nobody has set its address, Jenkins sets no JENKINS_URL.
    assert found({name: value for name, value in JENKINS.items() if name != "JENKINS_URL"}) == expected
    assert found({"BUILD_TAG": "jenkins-shop-deploy-17"}).run == "shop-deploy-17"


def test_jobs_of_like_names_are_different_runs() -> None:
    assert found(JENKINS | {"JOB_NAME": "shop-deploy"}).run != found(JENKINS).run


def test_awx_comes_first() -> None:
    """Its jobs run in containers, which may inherit another environment."""
    environment = {"AWX_HOST": "https://awx.example.com/"} | GITHUB | JENKINS
    assert found(environment, AWX) == Pipeline(
        "awx", "42", 1, "https://awx.example.com/#/jobs/playbook/42", "anna", "main"
    )


def test_awx_without_its_old_prefix() -> None:
    """Newer controllers can be told to set tower_ alone."""
    assert found({}, {"tower_job_id": 43, "tower_user_name": "ben", "tower_job_scm_branch": "fix"}) == Pipeline(
        "awx", "43", user="ben", ref="fix"
    )


def test_the_address_that_awx_has_before_anybody_sets_it_is_none() -> None:
    assert found({"AWX_HOST": "https://platformhost"}, AWX).url == ""


@pytest.mark.parametrize("value", ["{{ job }}", None, True, ["42"], ""])
def test_somebody_elses_variable_is_no_job_of_awx(value: object) -> None:
    assert found({}, {"awx_job_id": value}) == NO_PIPELINE


@pytest.mark.parametrize(
    "environment",
    [
        {},
        GITHUB | {"GITHUB_ACTIONS": "false"},
        GITHUB | {"GITHUB_RUN_ID": ""},
        GITLAB | {"CI_PIPELINE_ID": ""},
        {"GITLAB_CI": "true"},
        {"JENKINS_URL": "https://ci.example.com/", "JOB_NAME": "shop"},
        {"BUILD_TAG": "v1.4.2"},
        # Others set these as well.
        {"CI": "true", "BUILD_NUMBER": "17", "JOB_NAME": "shop", "JOB_ID": "3"},
    ],
)
def test_without_a_run_there_is_no_pipeline(environment: dict[str, str]) -> None:
    assert found(environment) == NO_PIPELINE


def test_one_that_does_not_tell_its_run_is_passed_over() -> None:
    assert found(GITHUB | {"GITHUB_RUN_ID": ""} | GITLAB).system == "gitlab"


@pytest.mark.parametrize("attempt", ["", "x", "-1", "1.5", "\u0662", "9" * 30])
def test_an_attempt_that_is_no_number_is_the_first(attempt: str) -> None:
    assert found(GITHUB | {"GITHUB_RUN_ATTEMPT": attempt}).attempt == 1


def test_a_process_is_known_by_its_folder() -> None:
    one, other = (process_run(f"/home/anna/.ansible/tmp/ansible-local-12{name}") for name in ("ab", "cd"))
    assert one != other
    assert one == process_run("/home/anna/.ansible/tmp/ansible-local-12ab")
    assert len(one) == 16
    assert "anna" not in one


def test_a_key_can_be_read() -> None:
    parts = ["deploy", "shop", "1.2.3", "production", "failed"]
    assert event_key(parts, SHOP, attempt=True) == "deploy/shop/1.2.3/production/failed/github-acme/shop-4711-2"
    assert event_key(parts, SHOP.as_dict()) == "deploy/shop/1.2.3/production/failed/github-acme/shop-4711"


def test_empty_parts_keep_their_place() -> None:
    assert event_key(["deploy", "", None, "3"], NO_PIPELINE) == "deploy///3/none-0123"


@example(["a/b", "c"], ["a", "b/c"])
@example(["a%2Fb"], ["a/b"])
@example(["a", ""], ["a"])
@given(st.lists(st.text(alphabet="ab/%2F"), min_size=1), st.lists(st.text(alphabet="ab/%2F"), min_size=1))
def test_other_parts_make_another_key(one: list[str], other: list[str]) -> None:
    assert (event_key(one, NO_PIPELINE) == event_key(other, NO_PIPELINE)) == (one == other)


@given(st.lists(st.text(max_size=150), min_size=1), st.text(min_size=1, max_size=150))
def test_a_key_is_always_one_that_is_taken(parts: list[str], run: str) -> None:
    key = event_key(parts, Pipeline("jenkins", run))
    assert 0 < len(key) <= MAX_KEY
    assert key.isprintable()
    assert key.strip()


def test_a_long_key_is_cut_and_still_its_own() -> None:
    one, other = (event_key(["deploy", "x" * 300, end], NO_PIPELINE) for end in ("failed", "succeeded"))
    assert one.startswith("deploy/xxx")
    assert len(one) == MAX_KEY
    assert one[:-32] == other[:-32]
    assert one != other
    assert len(event_key(["x" * (MAX_KEY - len("/none-0123"))], NO_PIPELINE)) == MAX_KEY


def test_characters_that_no_key_may_have_are_hashed() -> None:
    one, other = (event_key([f"a{character}b"], NO_PIPELINE) for character in "\n\t")
    assert one.startswith("a?b/none-0123-")
    assert one != other
    assert event_key(["\ud800"], NO_PIPELINE).startswith("?/none-0123-")


def test_every_fault_is_named() -> None:
    found = refusal(["a", {}, 1.5], {"run": "", "attempt": "2"})
    assert [fault.split(";")[0].split(": quote it")[0] for fault in found] == [
        "pipeline has no system, which must be a text",
        "pipeline has no run, which must be a text",
        "pipeline.attempt must be a whole number",
        "part 2 of the key: a dictionary was given where a text belongs",
        "part 3 of the key: 1.5 is not text but a number",
    ]


@pytest.mark.parametrize("parts", ["failed", [], None, {"a": 1}])
def test_what_is_no_list_of_parts_is_refused(parts: object) -> None:
    assert refusal(parts, "github") == (
        "pipeline must be the dictionary that the lookup voip_communications.sms.pipeline returns",
        "the parts of a key must be a list of texts, such as ['deploy', 'shop', '1.4.2', 'failed']",
    )
