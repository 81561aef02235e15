#!/usr/bin/python
# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Do the work of a playbook of this collection. The code is in the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: voipsms_playbook
short_description: "[INTERNAL] Do the work of a playbook of this collection"
version_added: 1.0.0
description:
  - Is for the playbooks of this collection alone, and may change with any release.
  - The playbooks V(notify), V(scheduled), V(cancel), V(ask), V(handover), V(report) and V(sandbox) of this collection
    are one such task each, and V(maintenance) and V(page) begin with one. A playbook of your own uses
    M(voip_communications.sms.voipsms_send), M(voip_communications.sms.voipsms_scheduled),
    M(voip_communications.sms.voipsms_ask), M(voip_communications.sms.voipsms_report) and the roles.
  - Reads the variables of the playbook, whose names begin with C(voipsms_), or with the name of the role and an
    underscore. For V(notify) they are the options of M(voip_communications.sms.voipsms_send), for V(scheduled) and
    V(cancel) those of M(voip_communications.sms.voipsms_scheduled), for V(ask) those of
    M(voip_communications.sms.voipsms_ask), and for V(report) those of M(voip_communications.sms.voipsms_report), except
    those that have environment variables; C(voipsms_contacts) is one nevertheless. For V(sandbox) they are the options
    of M(voip_communications.sms.voipsms_sandbox), and begin with C(sandbox_).
  - For V(handover) they say by which calendars shifts begin, and how people are told;
    R(the guide on being on call, ansible_collections.voip_communications.sms.docsite.guide_on_call) has them.
  - A variable that is an empty text or an empty list counts as not set, as surveys of AWX give it for no answer. A
    template that turns out to be empty does not.
  - What stands under C(!unsafe) in a file of C(-e), as surveys of AWX write it, is taken letter for letter, although
    ansible-core 2.19 and newer make a number of C(!unsafe '+12815550100').
  - Refuses unknown variables, missing ones, wrong values, and words that C(-e) has left over of a value with spaces;
    all of them at once, before anything is sent.
  - With the variable C(voipsms_result_file), writes the result to this file as JSON, of mode 0600. Before the work
    begins it writes the outcome C(unfinished).
  - Always runs in the controller. The account comes from the environment.
author:
  - VoIP Communications SMS collection contributors (@voip-communications)
extends_documentation_fragment:
  - voip_communications.sms._attributes.platform
options:
  playbook:
    description: The playbook whose work is done.
    type: str
    choices: [notify, scheduled, cancel, ask, page, handover, maintenance, report, sandbox]
    required: true
  result:
    description:
      - Ends V(maintenance) and V(page), and writes their result file. It is what the role C(maintenance_window) has
        left in C(maintenance_window_result), or the role C(page) in C(page_result), and empty where the role failed
        before that.
    type: dict
  failure:
    description: With O(result), the result of the task that failed. This task fails likewise.
    type: dict
    default: {}
attributes:
  action:
    support: full
    description:
      - Indicates this has a corresponding action plugin so some parts of the options can be executed on the controller.
  check_mode:
    support: full
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
  diff_mode:
    support: full
    description: Shows the difference of the module that does the work.
seealso:
  - plugin: voip_communications.sms.playbook_host
    plugin_type: lookup
  - module: voip_communications.sms.voipsms_send
  - module: voip_communications.sms.voipsms_scheduled
  - module: voip_communications.sms.voipsms_ask
  - module: voip_communications.sms.voipsms_report
"""

EXAMPLES = r"""
- name: Send an SMS, as the playbook notify does
  hosts: "{{ lookup('voip_communications.sms.playbook_host') }}"
  gather_facts: false
  tags: always
  tasks:
    - name: Send
      voip_communications.sms.voipsms_playbook:
        playbook: notify

- name: Announce a window, as the end of the playbook maintenance does
  hosts: "{{ lookup('voip_communications.sms.playbook_host') }}"
  gather_facts: false
  tags: always
  tasks:
    - name: Announce it, and write the result file whatever happens
      block:
        - name: Announce it
          ansible.builtin.include_role:
            name: voip_communications.sms.maintenance_window

        - name: Write the result file
          voip_communications.sms.voipsms_playbook:
            playbook: maintenance
            result: "{{ maintenance_window_result }}"
      rescue:
        - name: Write the result file, and fail as the role did
          voip_communications.sms.voipsms_playbook:
            playbook: maintenance
            result: "{{ maintenance_window_result | default({}) }}"
            failure: "{{ ansible_failed_result }}"
"""

RETURN = r"""
outcome:
  description:
    - The outcome of the module that did the work. V(invalid) when the variables were refused, and V(unknown) when the
      module died. For a role, only at its end.
    - For V(handover) also V(idle) when no shift has just begun, and V(uncertain), which fails, when the calendars
      do not say for certain who is on call.
  returned: when a module did the work, or on failure
  type: str
  sample: sent
msg:
  description: What happened, in a sentence; on failure also whether anything was sent, and what to do.
  returned: when a module did the work, or on failure
  type: str
  sample: sent to 3 recipients
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


def argument_spec() -> dict[str, dict[str, Any]]:
    """Return a new argument spec."""
    playbooks = ["notify", "scheduled", "cancel", "ask", "page", "handover", "maintenance", "report", "sandbox"]
    return {
        "playbook": {"type": "str", "required": True, "choices": playbooks},
        "result": {"type": "dict"},
        "failure": {"type": "dict", "default": {}},
    }


def module_spec() -> ModuleSpec:
    """Return the module for ``main``."""
    return ModuleSpec(argument_spec=argument_spec(), run=run_on_a_host, blank=dict)


if __name__ == "__main__":
    main(module_spec())
