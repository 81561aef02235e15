# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Gather the results of the reminders of a maintenance window."""

from __future__ import annotations

DOCUMENTATION = r"""
name: maintenance_results
short_description: Gather the results of the reminders of a maintenance window
version_added: 0.1.0
description:
  - Gathers the results of M(voip_communications.sms.voipsms_scheduled) from each round of a loop. Skipped rounds are
    left out.
author:
  - VoIP Communications SMS collection contributors (@voip-communications-sms)
options:
  _input:
    description: The C(results) that a task with a loop has registered.
    type: list
    elements: dict
    required: true
"""

EXAMPLES = r"""
- name: Cancel two messages
  voip_communications.sms.voipsms_scheduled:
    name: "{{ item.name }}"
    state: absent
  loop:
    - name: window-4711/day-before
    - name: window-4711/hour-before
  register: cancelled
  delegate_to: localhost
  become: false

- name: Name the messages that had already gone out
  ansible.builtin.debug:
    msg: >-
      {{ cancelled.results | voip_communications.sms.maintenance_results | selectattr('gone_out')
         | map(attribute='name') | list }}
"""

RETURN = r"""
_value:
  description: One entry for each round.
  type: list
  elements: dict
  contains:
    name:
      description: The name of the message, where the item has one.
      type: str
      sample: window-4711/day-before
    item:
      description: The item of the loop.
      type: raw
      sample: {"name": "window-4711/day-before"}
    changed:
      description: Whether something was scheduled or cancelled.
      type: bool
      sample: true
    failed:
      description: Whether that failed.
      type: bool
      sample: false
    outcome:
      description: The outcome of all recipients together, as the module returned it.
      type: str
      sample: cancelled
    msg:
      description: What happened, in a sentence.
      type: str
      sample: cancelled for 2 recipients, at 2030-11-30 15:00
    results:
      description: The result for each recipient, as the module returned it.
      type: list
      elements: dict
      sample: []
    diff:
      description: The pending messages before and after, as the module returned them in diff mode.
      type: dict
      sample: null
    gone_out:
      description: Whether the message had already gone out to any recipient.
      type: bool
      sample: false
"""

from typing import Any, Callable

from ansible_collections.voip_communications.sms.plugins.module_utils._notify import window_report


class FilterModule:
    """The class that Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filter by its name."""
        return {"maintenance_results": window_report.results}
