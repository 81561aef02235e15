# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""For whom no message waits, although one was due."""

from __future__ import annotations

DOCUMENTATION = r"""
name: deploy_unscheduled
short_description: Tell for whom no message waits, although one was due
version_added: 0.1.0
description:
  - Compares who was to have a message later with what came of scheduling it.
  - Whoever may have one waiting, without anybody knowing for certain, is not named.
positional: scheduled
author:
  - VoIP Communications SMS collection contributors (@voip-communications-sms)
options:
  _input:
    description: What M(voip_communications.sms.voipsms_send) said in check mode, once or several times.
    type: list
    elements: dict
    required: true
  scheduled:
    description: What M(voip_communications.sms.voipsms_scheduled) said, once or several times.
    type: list
    elements: dict
    required: true
"""

EXAMPLES = r"""
- name: Show that Ben has nothing waiting
  ansible.builtin.debug:
    msg: "{{ [due] | voip_communications.sms.deploy_unscheduled([scheduled]) }}"
  vars:
    due:
      results:
        - {to: "+12812345678", outcome: would_send}
        - {to: "+12812345679", outcome: would_send}
    scheduled:
      results:
        - {to: "+12812345678", outcome: scheduled}
        - {to: "+12812345679", outcome: not_sent}
"""

RETURN = r"""
_value:
  description: The recipients.
  type: list
  elements: str
  sample: ["+12812345679"]
"""

from typing import Any, Callable

from ansible_collections.voip_communications.sms.plugins.module_utils._notify import deployment


class FilterModule:
    """What Ansible looks for."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The filter by its name."""
        return {"deploy_unscheduled": deployment.unscheduled}
