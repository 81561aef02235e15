# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell which run of which pipeline this is, and make the key of an event in it; pure.

The services document the variables that they set: GitHub Actions ("default environment variables"), GitLab ("predefined
CI/CD variables"), Jenkins (its page ``env-vars.html``); AWX gives each job extra variables (``awx_meta_vars`` in its
source) and AWX_HOST.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from functools import partial
from typing import NamedTuple

from .._core.errors import Faults, InputError
from .._core.structure import Fields, text

NONE = "none"
"""The system of a run that no pipeline started."""

MAX_KEY = 200
"""The longest ``idempotency_key`` that is accepted, in characters."""

# 128 bits: no two texts have the same hash by accident.
_HASH_DIGITS = 32
# No pipeline counts to longer numbers, and Python refuses to read very long ones.
_MAX_DIGITS = 18
# The values of AWX_HOST where the base URL of AWX is not set.
_AWX_UNSET = frozenset(("https://towerhost", "https://platformhost"))


class Pipeline(NamedTuple):
    """The run of a pipeline in which this ``ansible-playbook`` runs. A text that is not known is empty.

    ``system`` is ``awx``, ``github``, ``gitlab``, ``jenkins`` or ``none``. Where the service can run a run again,
    ``run`` stays the same, and ``attempt`` is another number.
    """

    system: str
    run: str
    attempt: int = 1
    url: str = ""
    user: str = ""
    ref: str = ""

    def as_dict(self) -> dict[str, str | int]:
        """Return what the lookup ``pipeline`` returns."""
        return self._asdict()


def read(environment: Mapping[str, str], variables: Mapping[str, object], process: str, user: str) -> Pipeline:
    """Return the pipeline that the environment and the variables of the play describe.

    Without one it is the run ``process`` (see ``process_run``) of ``user``. A service that does not tell its run is
    skipped: a key without a run would make every later event a duplicate. AWX comes first, since its jobs may inherit
    the environment of another service.
    """
    pipeline = _awx(environment, variables) or _github(environment) or _gitlab(environment) or _jenkins(environment)
    return pipeline or Pipeline(NONE, process, user=user)


def process_run(local_tmp: str) -> str:
    """Return the run of one ``ansible-playbook`` process, from the name of its temporary folder.

    That is ``ansible.constants.DEFAULT_LOCAL_TMP``: each process creates it under a random name, and all of its workers
    know it. The hash keeps the path out of keys.
    """
    return hashlib.sha256(local_tmp.encode("utf-8", "surrogateescape")).hexdigest()[:16]


def event_key(parts: Iterable[object], pipeline: Pipeline | Mapping[str, object], *, attempt: bool = False) -> str:
    """Return the key of an event in this run: parts, system and run, at most ``MAX_KEY`` printable characters.

    Different parts make different keys: slashes in a part are written %2F. ``pipeline`` is a ``Pipeline``, or what the
    lookup returned. With ``attempt``, another attempt of the same run is another event. Raises ``InputError``.
    """
    faults = Faults()
    known = pipeline if isinstance(pipeline, Pipeline) else faults.attempt(lambda: _read_pipeline(pipeline))
    names = faults.attempt(lambda: _read_parts(parts))
    run, names = faults.checked(known), faults.checked(names)
    end = f"-{run.attempt}" if attempt else ""
    return _bounded("/".join([*names, f"{run.system}-{run.run}{end}"]))


def _awx(environment: Mapping[str, str], variables: Mapping[str, object]) -> Pipeline | None:
    """Return a job of AWX or of Automation Controller; running it again makes a new job, so there is one attempt."""
    job = _variable(variables, "job_id")
    if not job:
        return None
    host = _base(environment, "AWX_HOST")
    return Pipeline(
        "awx",
        job,
        url=f"{host}/#/jobs/playbook/{job}" if host and host not in _AWX_UNSET else "",
        user=_variable(variables, "user_name"),
        ref=_variable(variables, "job_scm_branch") or _variable(variables, "project_scm_branch"),
    )


def _github(environment: Mapping[str, str]) -> Pipeline | None:
    """Return a run of GitHub Actions: its number is unique in the repository, and stays when it is run again."""
    run, repository = environment.get("GITHUB_RUN_ID", ""), environment.get("GITHUB_REPOSITORY", "")
    if not (_is_on(environment, "GITHUB_ACTIONS") and run):
        return None
    server = _base(environment, "GITHUB_SERVER_URL")
    return Pipeline(
        "github",
        f"{repository}-{run}" if repository else run,
        attempt=_number(environment.get("GITHUB_RUN_ATTEMPT", "")),
        url=f"{server}/{repository}/actions/runs/{run}" if server and repository else "",
        user=environment.get("GITHUB_TRIGGERING_ACTOR") or environment.get("GITHUB_ACTOR", ""),
        ref=environment.get("GITHUB_REF_NAME", ""),
    )


def _gitlab(environment: Mapping[str, str]) -> Pipeline | None:
    """Return a pipeline of GitLab: its number is unique in the instance. A job that is retried has a new CI_JOB_ID.

    Not all versions of GitLab tell an attempt, so CI_JOB_ID stands for it.
    """
    run = environment.get("CI_PIPELINE_ID", "")
    if not (_is_on(environment, "GITLAB_CI") and run):
        return None
    return Pipeline(
        "gitlab",
        run,
        attempt=_number(environment.get("CI_JOB_ID", "")),
        url=environment.get("CI_PIPELINE_URL", ""),
        user=environment.get("GITLAB_USER_LOGIN", ""),
        ref=environment.get("CI_COMMIT_REF_NAME", ""),
    )


def _jenkins(environment: Mapping[str, str]) -> Pipeline | None:
    """Return a build of Jenkins; running it again makes a new build, so there is one attempt.

    JENKINS_URL is missing where it is not set in Jenkins. BUILD_TAG is the second choice, since it writes the jobs a/b
    and a-b alike.
    """
    tag = environment.get("BUILD_TAG", "")
    if not (environment.get("JENKINS_URL") or tag.startswith("jenkins-")):
        return None
    job, build = environment.get("JOB_NAME", ""), environment.get("BUILD_NUMBER", "")
    run = f"{job}-{build}" if job and build else tag.removeprefix("jenkins-")
    if not run:
        return None
    return Pipeline(
        "jenkins",
        run,
        url=environment.get("BUILD_URL", ""),
        user=environment.get("BUILD_USER_ID", ""),
        ref=environment.get("BRANCH_NAME") or environment.get("GIT_BRANCH", ""),
    )


def _variable(variables: Mapping[str, object], name: str) -> str:
    """Return an extra variable of AWX, as ``awx_`` or, where that prefix is switched off, as ``tower_``."""
    for prefix in ("awx", "tower"):
        value = variables.get(f"{prefix}_{name}")
        # AWX sets plain values. A template is another variable of the same name.
        if isinstance(value, (str, int)) and not isinstance(value, bool) and "{{" not in str(value):
            return str(value)
    return ""


def _is_on(environment: Mapping[str, str], name: str) -> bool:
    return environment.get(name, "").lower() not in ("", "false", "0")


def _base(environment: Mapping[str, str], name: str) -> str:
    return environment.get(name, "").rstrip("/")


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _MAX_DIGITS else 1


def _read_pipeline(value: object) -> Pipeline:
    """Return the pipeline that the lookup has returned. Raises ``InputError`` for anything else, with every fault."""
    if not isinstance(value, Mapping):
        raise InputError("pipeline must be the dictionary that the lookup voip_communications.sms.pipeline returns")
    faults = Faults()
    fields = Fields(value, faults)
    system, run = fields.read("system", _read_text), fields.read("run", _read_text)
    attempt = fields.read_or("attempt", _read_attempt, 1)
    return Pipeline(faults.checked(system), faults.checked(run), attempt)


def _read_text(name: str, value: object) -> str:
    if not isinstance(value, str) or not value:
        raise InputError(f"pipeline has no {name}, which must be a text")
    return value


def _read_attempt(name: str, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise InputError(f"pipeline.{name} must be a whole number")
    return value


def _read_parts(parts: object) -> list[str]:
    """Return the parts as they stand in a key. Raises ``InputError`` with every fault."""
    if not isinstance(parts, (list, tuple)) or not parts:
        raise InputError("the parts of a key must be a list of texts, such as ['deploy', 'shop', '1.4.2', 'failed']")
    faults = Faults()
    texts = [
        faults.attempt(partial(text, f"part {number} of the key", "" if part is None else part))
        for number, part in enumerate(parts, 1)
    ]
    faults.raise_if_any()
    return [_escaped(part or "") for part in texts]


def _escaped(part: str) -> str:
    """Return a part without slashes, so that a/b and c never make the key of a and b/c."""
    return part.replace("%", "%25").replace("/", "%2F")


def _bounded(key: str) -> str:
    """Return a key; one that is too long or not printable becomes its beginning and a hash of all of it."""
    if len(key) <= MAX_KEY and key.isprintable():
        return key
    digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:_HASH_DIGITS]
    shown = "".join(character if character.isprintable() else "?" for character in key)
    return f"{shown[: MAX_KEY - _HASH_DIGITS - 1]}-{digest}"
