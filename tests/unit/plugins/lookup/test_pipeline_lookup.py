# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lookup reads the environment and the variables, and is content with nothing."""

from __future__ import annotations

import getpass
import os

import pytest
import yaml
from ansible.errors import AnsibleLookupError

from ansible_collections.voip_communications.sms.plugins.lookup import pipeline
from ansible_collections.voip_communications.sms.plugins.module_utils._notify.pipeline import Pipeline


@pytest.fixture(autouse=True)
def _nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unset what pipelines set, since tests run in them."""
    for name in list(os.environ):
        if name.startswith(("GITHUB_", "GITLAB_", "CI_", "JENKINS_", "BUILD_", "JOB_")):
            monkeypatch.delenv(name)


def found(**variables: object) -> dict[str, object]:
    """Return what the lookup returns."""
    (only,) = pipeline.LookupModule().run([], variables)
    return dict(only)


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITLAB_CI", "true")
    monkeypatch.setenv("CI_PIPELINE_ID", "1000")
    assert (found()["system"], found()["run"]) == ("gitlab", "1000")


def test_the_variables_are_read() -> None:
    assert (found(awx_job_id=42)["system"], found(awx_job_id=42)["run"]) == ("awx", "42")


def test_without_a_pipeline_the_process_is_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "anna")
    first, second = found(), found()
    assert first == second
    assert (first["system"], first["attempt"], first["url"], first["user"]) == ("none", 1, "", "anna")
    assert len(str(first["run"])) == 16


@pytest.mark.parametrize("error", [KeyError("uid not found"), OSError("no username")])
def test_a_user_without_a_name_is_no_user(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def nobody() -> str:
        raise error

    monkeypatch.setattr(getpass, "getuser", nobody)
    assert found()["user"] == ""


def test_there_is_nothing_to_ask_for() -> None:
    for dedupe, options in ((["run"], {}), ([], {"system": "github"})):
        with pytest.raises(AnsibleLookupError, match="takes no terms and no options"):
            pipeline.LookupModule().run(list(dedupe), {}, **dict(options))


def test_the_papers_say_what_comes_back() -> None:
    contained = yaml.safe_load(pipeline.RETURN)["_raw"]["contains"]
    assert list(contained) == list(Pipeline("none", "1").as_dict())
    assert all(value["description"] and "sample" in value for value in contained.values())
