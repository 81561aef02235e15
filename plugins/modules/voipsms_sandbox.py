#!/usr/bin/python
# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Start and stop the sandbox. The code is in the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: voipsms_sandbox
short_description: Start and stop the API on your own machine
version_added: 1.0.0
description:
  - Starts the sandbox in the background, or stops it. The sandbox answers as the API of the service does, sends
    nothing, and shows what it has received.
  - The role P(voip_communications.sms.sandbox#role) and the playbook C(sandbox) run it; in a play use the role, which
    leaves the result for later tasks.
  - It always runs on the controller, whatever connection the host has, and needs no root.
  - The sandbox keeps running until it is stopped, and then forgets everything.
  - The result is on the screen without C(-v), too.
author:
  - VoIP Communications SMS collection contributors (@voip-communications)
extends_documentation_fragment:
  - voip_communications.sms._attributes.platform
requirements:
  - Flask >= 3.0, in the Python of O(python)
  - phonenumbers >= 8.12, in the Python of O(python)
  - tzdata >= 2024.1, in the Python of O(python)
options:
  state:
    description:
      - V(started) starts the sandbox, unless it runs already.
      - V(stopped) stops the sandbox that was started so for this user. One that was started otherwise is left alone,
        and the task fails.
    type: str
    choices: [started, stopped]
    default: started
  port:
    description:
      - The port of this machine where it answers. One that something else uses is refused.
    type: int
    default: 8025
  python:
    description:
      - The Python that it runs in. It needs Flask, phonenumbers and tzdata; when something is missing, the task says
        how to install it.
      - When empty, the Python of Ansible.
    type: path
  settings:
    description:
      - How far the list of scheduled messages is from the truth, and what the message log shows. What is not named
        stays as it is, in a sandbox that runs already, too. A reset forgets it.
      - All seconds are those of the sandbox's clock.
    type: dict
    default: {}
    suboptions:
      list_lag:
        description:
          - Seconds after which the list shows a new message, and no longer shows a cancelled one.
        type: float
      cancelled_shown:
        description:
          - Seconds for which the list shows a cancelled message longer than that.
        type: float
      hidden_before:
        description:
          - Seconds before its date in which a message is not on the list, and cannot be cancelled, although it goes
            out.
        type: float
      cancel_delay:
        description:
          - Seconds after which a cancel takes effect. It is answered at once, and a message whose date comes first goes
            out.
        type: float
      empty_lists:
        description:
          - How many of the next lists are empty. It is counted down.
        type: int
      log_order:
        description:
          - Which records the message log shows first.
        type: str
        choices: [newest, oldest]
      incoming_lag:
        description:
          - Seconds after which the message log shows a message to the account, such as an answer.
        type: float
      page_size:
        description:
          - How many records a page of the message log has.
        type: int
  contacts:
    description:
      - The people whose names the page shows beside their numbers, or the path of a file with them; see
        M(voip_communications.sms.voipsms_send).
      - If not set, the value of the environment variable E(VOIPSMS_CONTACTS) is used, which is a path, or a JSON list.
    type: raw
  default_region:
    description:
      - The country of the contacts' numbers that are written without C(+), as two letters.
      - If not set, the value of the environment variable E(VOIPSMS_DEFAULT_REGION) is used.
      - It must be text; a number, a truth value or anything else is refused.
    type: raw
attributes:
  action:
    support: full
    description:
      - Indicates this has a corresponding action plugin so some parts of the options can be executed on the controller.
  check_mode:
    support: full
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
  diff_mode:
    support: none
    description: The message says which settings change.
  idempotent:
    support: full
    description:
      - When run twice in a row outside check mode, with the same arguments, the second invocation indicates no change.
seealso:
  - module: voip_communications.sms.voipsms_send
"""

EXAMPLES = r"""
- name: Start a sandbox whose list shows new messages late, with the names of people on its page
  voip_communications.sms.voipsms_sandbox:
    port: 8026
    python: "{{ ansible_playbook_python }}"
    settings:
      list_lag: 10
      cancelled_shown: 5
      hidden_before: 120
      cancel_delay: 3
      empty_lists: 1
      log_order: oldest
      incoming_lag: 5
      page_size: 20
    contacts:
      - name: Anna
        number: 281 234 5678
    default_region: US
  register: sandbox

- name: Send to it
  voip_communications.sms.voipsms_send:
    to: Anna
    msg: db1 is down
    api_url: "{{ sandbox.api_url }}"
    api_key: "{{ sandbox.api_key }}"
    api_password: "{{ sandbox.api_password }}"
    contacts:
      - name: Anna
        number: "+12812345678"

- name: Stop it
  voip_communications.sms.voipsms_sandbox:
    state: stopped
    port: 8026
"""

RETURN = r"""
outcome:
  description: What the sandbox is now, or would be; V(failed) when it is not as wanted.
  returned: always
  type: str
  sample: started
msg:
  description: Where it is, what was done or would be done; on failure what is wrong, and what to do.
  returned: always
  type: str
  sample: the sandbox answers at http://127.0.0.1:8025 and sends nothing
url:
  description: The address of its page and of its control API.
  returned: when it is started
  type: str
  sample: http://127.0.0.1:8025
api_url:
  description: The address that a task takes as O(voip_communications.sms.voipsms_send#module:api_url).
  returned: when it is started
  type: str
  sample: http://127.0.0.1:8025/api-v2/index.php/
api_key:
  description: The API key that leads a task to it.
  returned: when it is started
  type: str
  sample: sandbox
api_password:
  description: The password that leads a task to it.
  returned: when it is started
  type: str
  sample: sandbox
environment:
  description: The command of a shell that leads every task of the collection there.
  returned: when it is started
  type: str
  sample: export VOIPSMS_API_URL=http://127.0.0.1:8025/api-v2/index.php/ VOIPSMS_API_KEY=sandbox
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
from ansible_collections.voip_communications.sms.plugins.module_utils._task.specs import option


def argument_spec() -> dict[str, dict[str, Any]]:
    """Return a new argument spec."""
    settings = {
        "list_lag": {"type": "float"},
        "cancelled_shown": {"type": "float"},
        "hidden_before": {"type": "float"},
        "cancel_delay": {"type": "float"},
        "empty_lists": {"type": "int"},
        "log_order": {"type": "str", "choices": ["newest", "oldest"]},
        "incoming_lag": {"type": "float"},
        "page_size": {"type": "int"},
    }
    return {
        "state": {"type": "str", "choices": ["started", "stopped"], "default": "started"},
        "port": {"type": "int", "default": 8025},
        "python": {"type": "path"},
        "settings": {"type": "dict", "default": {}, "options": settings},
        "contacts": option("CONTACTS", type="raw"),
        "default_region": option("DEFAULT_REGION", type="raw"),
    }


def module_spec() -> ModuleSpec:
    """Return the module for ``main``."""
    return ModuleSpec(argument_spec=argument_spec(), run=run_on_a_host, blank=dict)


if __name__ == "__main__":
    main(module_spec())
