# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which run of which pipeline this is, and the key of an event in it; pure.

What the services set is documented by them: GitHub Actions ("default environment variables"), GitLab ("predefined
CI/CD variables"), Jenkins (its page ``env-vars.html``); AWX gives each job extra variables (``awx_meta_vars`` in its
source) and AWX_HOST.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import NamedTuple, Optional, Union

from .._core.errors import Faults, InputError

NONE = "none"
"""The system of a run that no pipeline started."""

MAX_KEY = 200
"""The longest ``idempotency_key`` that is taken, in characters."""

# 128 bits: nobody meets two texts of one hash by accident.
_HASH_DIGITS = 32
# Longer numbers are none that a pipeline counts, and Python refuses to read very long ones.
_MAX_DIGITS = 18
# What AWX_HOST is where nobody has set the base URL of AWX.
_AWX_UNSET = frozenset(("https://towerhost", "https://platformhost"))


class Pipeline(NamedTuple):
    """Where this ``ansible-playbook`` runs. A text that is not known is empty.

    `system` is ``awx``, ``github``, ``gitlab``, ``jenkins`` or ``none``. `run` stays the same when the run is tried
    again where the service has such a thing; then `attempt` is another number.
    """

    system: str
    run: str
    attempt: int = 1
    url: str = ""
    user: str = ""
    ref: str = ""

    def as_dict(self) -> dict[str, Union[str, int]]:
        """What the lookup returns."""
        return self._asdict()


def read(environment: Mapping[str, str], variables: Mapping[str, object], process: str, user: str) -> Pipeline:
    """The pipeline that the environment and the play's variables tell of.

    Without one it is the run `process` (see ``process_run``) of `user`. A service that does not tell its run is passed
    over: a key without a run would make every later event a duplicate. AWX comes first, since its jobs may inherit the
    environment of another.
    """
    found = _awx(environment, variables) or _github(environment) or _gitlab(environment) or _jenkins(environment)
    return found or Pipeline(NONE, process, user=user)


def process_run(local_tmp: str) -> str:
    """The run of one ``ansible-playbook`` process, from the name of its temporary folder.

    That is ``ansible.constants.DEFAULT_LOCAL_TMP``: made anew under a random name by each process, and known to all of
    its workers. The hash keeps the path out of keys.
    """
    return hashlib.sha256(local_tmp.encode("utf-8", "surrogateescape")).hexdigest()[:16]


def event_key(
    parts: Iterable[object], pipeline: Union[Pipeline, Mapping[str, object]], *, attempt: bool = False
) -> str:
    """The key of an event in this run: parts, system and run, at most ``MAX_KEY`` printable characters.

    Different parts make different keys: slashes in a part are written %2F. `pipeline` is a ``Pipeline``, or what the
    lookup returned. With `attempt`, another attempt of the same run is another event. Raises ``InputError``.
    """
    faults = Faults()
    where = pipeline if isinstance(pipeline, Pipeline) else faults.attempt(lambda: _checked(pipeline))
    named = faults.attempt(lambda: _named(parts))
    faults.raise_if_any()
    if where is None or named is None:  # the faults say why, so this line is never reached
        raise RuntimeError("parts and a pipeline without faults must be there")
    end = f"-{where.attempt}" if attempt else ""
    return _bounded("/".join([*named, f"{where.system}-{where.run}{end}"]))


def _awx(environment: Mapping[str, str], variables: Mapping[str, object]) -> Optional[Pipeline]:
    """A job of AWX or of Automation Controller; running it anew makes a new job, so there is one attempt."""
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


def _github(environment: Mapping[str, str]) -> Optional[Pipeline]:
    """A run of GitHub Actions: its number is unique in the repository, and stays when it is run again."""
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


def _gitlab(environment: Mapping[str, str]) -> Optional[Pipeline]:
    """A pipeline of GitLab: its number is unique in the instance. A job that is retried has a new CI_JOB_ID.

    GitLab counts no attempts that all of its versions tell, so that number stands for the attempt.
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


def _jenkins(environment: Mapping[str, str]) -> Optional[Pipeline]:
    """A build of Jenkins; running it anew makes a new build, so there is one attempt.

    JENKINS_URL is missing where nobody has set it in Jenkins. BUILD_TAG is second choice, since it writes the jobs a/b
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
    """An extra variable of AWX, as ``awx_`` or, where that prefix is switched off, as ``tower_``."""
    for prefix in ("awx", "tower"):
        value = variables.get(f"{prefix}_{name}")
        # AWX sets plain values. A template is somebody else's variable of the same name.
        if isinstance(value, (str, int)) and not isinstance(value, bool) and "{{" not in str(value):
            return str(value)
    return ""


def _is_on(environment: Mapping[str, str], name: str) -> bool:
    return environment.get(name, "").lower() not in ("", "false", "0")


def _base(environment: Mapping[str, str], name: str) -> str:
    return environment.get(name, "").rstrip("/")


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _MAX_DIGITS else 1


def _checked(pipeline: object) -> Pipeline:
    """The pipeline of what the lookup returned; whatever else was given is refused."""
    faults = Faults()
    given = pipeline if isinstance(pipeline, Mapping) else {}
    if not isinstance(pipeline, Mapping):
        faults.add("pipeline must be the dictionary that the lookup voip_communications.sms.pipeline returns")
    else:
        faults.add(
            *(f"pipeline has no {name}, which must be a text" for name in ("system", "run") if not _text(given, name))
        )
    attempt = given.get("attempt", 1)
    if not isinstance(attempt, int) or isinstance(attempt, bool):
        faults.add("pipeline.attempt must be a whole number")
        attempt = 1
    faults.raise_if_any()
    return Pipeline(_text(given, "system"), _text(given, "run"), attempt)


def _text(given: Mapping[str, object], name: str) -> str:
    value = given.get(name)
    return value if isinstance(value, str) else ""


def _named(parts: object) -> list[str]:
    """The parts as they stand in a key."""
    if not isinstance(parts, (list, tuple)) or not parts:
        raise InputError("the parts of a key must be a list of texts, such as ['deploy', 'shop', '1.4.2', 'failed']")
    wrong = [number for number, part in enumerate(parts, 1) if not isinstance(part, (str, int, float, type(None)))]
    if wrong:
        raise InputError(*(f"part {number} of the key must be a text or a number" for number in wrong))
    return [_escaped("" if part is None else str(part)) for part in parts]


def _escaped(part: str) -> str:
    """A part without slashes, so that a/b and c never make the key of a and b/c."""
    return part.replace("%", "%25").replace("/", "%2F")


def _bounded(key: str) -> str:
    """A key that is too long or not printable as its beginning and a hash of all of it."""
    if len(key) <= MAX_KEY and key.isprintable():
        return key
    digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:_HASH_DIGITS]
    shown = "".join(character if character.isprintable() else "?" for character in key)
    return f"{shown[: MAX_KEY - _HASH_DIGITS - 1]}-{digest}"
