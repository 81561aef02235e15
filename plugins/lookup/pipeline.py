# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell in which run of which pipeline this ansible-playbook runs."""

from __future__ import annotations

DOCUMENTATION = r"""
name: pipeline
short_description: Tell which run of which pipeline this is
version_added: 1.0.0
description:
  - Tells where this C(ansible-playbook) runs, so that a message can name the run and be sent once for it; see
    P(voip_communications.sms.event_key#filter).
  - It reads the environment of C(ansible-playbook) on the controller, and the variables of the play. The keyword
    C(environment) of a play or a task does not reach it.
  - The first of the following that tells its run is used.
  - B(AWX) and Automation Controller, by the extra variables of each job. The run is C(awx_job_id), or
    C(tower_job_id) where the prefix C(awx_) is switched off. Relaunching makes a new job, which is a new run with
    attempt 1. Also read are C(awx_user_name), C(awx_job_scm_branch), C(awx_project_scm_branch), and the environment
    variable E(AWX_HOST), which AWX sets to its base URL.
  - B(GitHub Actions), when E(GITHUB_ACTIONS) is set. The run is E(GITHUB_REPOSITORY) and E(GITHUB_RUN_ID), which stay
    the same when the run is repeated; the attempt is E(GITHUB_RUN_ATTEMPT). All jobs of a run share both. Also read
    are E(GITHUB_SERVER_URL), E(GITHUB_TRIGGERING_ACTOR), E(GITHUB_ACTOR) and E(GITHUB_REF_NAME).
  - B(GitLab), when E(GITLAB_CI) is set. The run is E(CI_PIPELINE_ID), which stays the same when a job is retried. The
    attempt is E(CI_JOB_ID), since not every GitLab counts attempts; it is another number for each retry, and for each
    job of the pipeline. Also read are E(CI_PIPELINE_URL), E(GITLAB_USER_LOGIN) and
    E(CI_COMMIT_REF_NAME).
  - B(Jenkins), when E(JENKINS_URL) is set or E(BUILD_TAG) begins with C(jenkins-). The run is E(JOB_NAME) and
    E(BUILD_NUMBER), or else E(BUILD_TAG). Each build is a run with attempt 1; a step that a build repeats is no other
    attempt. Also read are E(BUILD_URL), E(BUILD_USER_ID) (set by the plugin build user vars), E(BRANCH_NAME) and
    E(GIT_BRANCH).
  - Without any of these, the run is a random text that is the same in all tasks, hosts and workers of one
    C(ansible-playbook) process, and different in the next one. The user is the one who runs C(ansible-playbook).
  - In a container, only the variables that are passed to the container are known.
author:
  - VoIP Communications SMS collection contributors (@voip-communications)
seealso:
  - plugin: voip_communications.sms.event_key
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Show where this runs
  ansible.builtin.debug:
    msg: "{{ where.system }}: {{ where.run }}, attempt {{ where.attempt }}, by {{ where.user }}"
  vars:
    where: "{{ lookup('voip_communications.sms.pipeline') }}"

- name: Tell the people on call, once per run of the pipeline
  voip_communications.sms.voipsms_send:
    to: "+12812345678"
    msg: The nightly import is through
    idempotency_key: "{{ ['import', 'done'] | voip_communications.sms.event_key(where) }}"
  vars:
    where: "{{ lookup('voip_communications.sms.pipeline') }}"
  delegate_to: localhost
  become: false
  run_once: true
"""

RETURN = r"""
_raw:
  description: One dictionary. A text that is not known is empty.
  type: list
  elements: dict
  contains:
    system:
      description: V(awx), V(github), V(gitlab), V(jenkins), or V(none).
      type: str
      sample: github
    run:
      description: The name of the run within the system.
      type: str
      sample: acme/shop-4711
    attempt:
      description: The attempt, a different number for each attempt of the same run. Only GitHub Actions counts from 1.
      type: int
      sample: 1
    url:
      description: The address at which the run can be viewed.
      type: str
      sample: https://github.com/acme/shop/actions/runs/4711
    user:
      description: The user who started it.
      type: str
      sample: anna
    ref:
      description: The branch or tag.
      type: str
      sample: main
"""

from collections.abc import Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase

from ansible_collections.voip_communications.sms.plugins.plugin_utils._this_run import this_run


class LookupModule(LookupBase):
    """The lookup, which takes no terms and no options."""

    def run(
        self, terms: Sequence[object], variables: Mapping[str, object] | None = None, **kwargs: Any
    ) -> list[dict[str, str | int]]:
        """Return the pipeline as the only element."""
        if terms or kwargs:
            raise AnsibleLookupError("the lookup voip_communications.sms.pipeline takes no terms and no options")
        return [this_run(variables or {}).as_dict()]
