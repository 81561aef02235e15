# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell which recipients have no message waiting, although one was due."""

from __future__ import annotations

DOCUMENTATION = r"""
name: deploy_unscheduled
short_description: Tell which recipients have no message waiting, although one was due
version_added: 0.1.0
description:
  - Compares the recipients who were to get a message later with the results of scheduling it.
  - A recipient who may have a message waiting, although that is not certain, is left out.
positional: scheduled
author:
  - VoIP Communications SMS collection contributors (@voip-communications-sms)
options:
  _input:
    description: The results of one or more M(voip_communications.sms.voipsms_send) tasks in check mode.
    type: list
    elements: dict
    required: true
  scheduled:
    description: The results of one or more M(voip_communications.sms.voipsms_scheduled) tasks.
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
    """The class that Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filter by its name."""
        return {"deploy_unscheduled": deployment.unscheduled}
