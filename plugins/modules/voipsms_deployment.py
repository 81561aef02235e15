#!/usr/bin/python
# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Document a step of the role deploy_notify; the action of the same name takes it, on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: voipsms_deployment
short_description: Take a step of telling people of a deployment
version_added: 1.0.0
description:
  - The tasks of the role P(voip_communications.sms.deploy_notify#role) run it; use the role. It is documented here
    since defaults for it can be set in C(module_defaults), and since its name is on the screen.
  - It reads the options of the role, which are the variables C(deploy_notify_*), and what the hosts of the play have
    reported. It tells an event as M(voip_communications.sms.voipsms_notify) does, and takes all options of that module;
    those that the role has win.
  - It always runs on the controller, whatever connection the host has, where it can see the play.
  - Before anything is deployed, whatever is wrong fails the task. Later on it is a warning, and where a text cannot be
    made, the default one is told.
author:
  - VoIP Communications SMS collection contributors (@voip-communications)
extends_documentation_fragment:
  - voip_communications.sms._attributes
  - voip_communications.sms._attributes.platform
  - voip_communications.sms._attributes.actiongroup_voipsms
  - voip_communications.sms._account
  - voip_communications.sms._ledger
  - voip_communications.sms._scheduled
  - voip_communications.sms._graces
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
    details:
      - For 30 days, and with a ledger that is kept.
options:
  step:
    description:
      - V(check) fails when something that is to be told cannot be.
      - V(begin) checks the same, and tells that the deployment has started.
      - V(note) notes whether the host has come through, has failed, or was stopped.
      - V(tell) tells O(event). V(succeeded) is told when all hosts have come to it, and as V(failed) when hosts are
        lost.
      - V(end) tells whether the deployment has succeeded or failed, once it is certain.
    type: str
    choices: [check, begin, note, tell, end]
    required: true
  event:
    description:
      - The event; V(started), V(succeeded), V(failed), V(rolled_back) or V(note). For O(step=note) it is the one that
        will be told.
    type: raw
  deadline:
    description:
      - The option C(deploy_notify_deadline) of the role is used instead.
      - If neither is set, the value of the environment variable E(VOIPSMS_DEADLINE) is used.
    type: float
    default: 20
  from:
    description:
      - The sender, unless the role has one; a number of the account that is enabled for SMS.
      - Without it, the message is a BULK message, at the lower rate.
    type: raw
  account_timezone:
    description:
      - The zone in which the account reads and writes dates, as an IANA name such as V(America/Chicago).
      - Without it nothing can be scheduled for the end of quiet hours.
      - If not set, the value of the environment variable E(VOIPSMS_ACCOUNT_TIMEZONE) is used.
      - It must be text; a number, a truth value or anything else is refused.
    type: raw
seealso:
  - module: voip_communications.sms.voipsms_notify
"""

EXAMPLES = r"""
- name: Check that people can be told, without telling anyone
  voip_communications.sms.voipsms_deployment:
    step: check
    event: started
    from: "+17134567890"
    deadline: 20
    account_timezone: America/Chicago
  vars:
    deploy_notify_application: shop
    deploy_notify_recipients: ["+12812345678"]
  delegate_to: localhost
  become: false
  run_once: true
"""

RETURN = r"""
msg:
  description: What happened, in a sentence; on failure what is wrong.
  returned: always
  type: str
  sample: sent to 1 recipient
result:
  description: The fact C(deploy_notify_result) of the role, of what was told last; empty for steps that tell nothing.
  returned: always
  type: dict
  sample: {"event": "started", "outcome": "sent", "failed": false}
deployment:
  description: What is deployed; application, version and environment. Empty for O(step=check).
  returned: always
  type: str
  sample: shop/1.4.2/production
fate:
  description:
    - What has become of the host; V(through), V(failed), or V(stopped) by the failure of another host.
    - Empty for other steps than O(step=note).
  returned: always
  type: str
  sample: through
error:
  description: Why the host has failed or was stopped; empty if it has come through.
  returned: always
  type: str
  sample: ""
memory:
  description:
    - What later steps must know; how far the hosts have come with each deployment, their earlier errors, and the time
      that was spent in vain.
  returned: always
  type: dict
  sample: {"errors": {}, "spent": {}, "play": "0242ac11-0002-4d", "arrived": {}}
"""

import gc
from typing import Any

if __name__ == "__main__":
    gc.disable()  # nothing of what is imported is garbage; main enables it again

from ansible_collections.voip_communications.sms.plugins.module_utils._task.module import (
    ModuleSpec,
    main,
    run_on_a_host,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._task.notify_options import notify_options

OF_THE_ROLE = ("to", "event", "severity", "known_events", "msg", "segments", "idempotency_key", "subject", "pipeline",
               "required")  # fmt: skip
"""The options of ``voipsms_notify`` that only the role sets."""


def own_options() -> dict[str, dict[str, Any]]:
    """Return a new argument spec of the options that ``voipsms_notify`` does not have."""
    return {
        "step": {"type": "str", "choices": ["check", "begin", "note", "tell", "end"], "required": True},
        "event": {"type": "raw"},
    }


def blank() -> dict[str, Any]:
    """Return the keys that every result has, with the values of a step that did nothing."""
    return {"changed": False, "result": {}, "deployment": "", "fate": "", "error": "", "memory": {}}


def argument_spec() -> dict[str, dict[str, Any]]:
    """Return a new argument spec."""
    told = {name: spec for name, spec in notify_options().items() if name not in OF_THE_ROLE}
    return {**told, **own_options()}


def module_spec() -> ModuleSpec:
    """Return the module for ``main``."""
    return ModuleSpec(argument_spec=argument_spec(), run=run_on_a_host, blank=blank)


if __name__ == "__main__":
    main(module_spec())
