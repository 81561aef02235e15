# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What came of telling an event of a deployment."""

from __future__ import annotations

DOCUMENTATION = r"""
name: deploy_result
short_description: Tell what came of telling an event of a deployment
version_added: 0.1.0
description:
  - Makes the fact C(deploy_notify_result) of what the modules have returned.
positional: said, due
author:
  - VoIP Communications SMS collection contributors (@voip-communications-sms)
options:
  _input:
    description:
      - The message, with C(event), C(key), C(text) and C(audience), which is what
        P(voip_communications.sms.audience#filter) returns.
    type: dict
    required: true
  said:
    description: What the modules that sent and scheduled it returned.
    type: list
    elements: dict
    required: true
  due:
    description: What M(voip_communications.sms.voipsms_send) said in check mode of those who were to have it later.
    type: list
    elements: dict
    required: true
"""

EXAMPLES = r"""
- name: Show what came of it
  ansible.builtin.debug:
    msg: "{{ (message | voip_communications.sms.deploy_result([sent], [])).outcome }}"
  vars:
    message:
      event: failed
      key: deploy/shop/1.4.2/production/failed/github-4711-1
      text: "FAILED: shop 1.4.2 on production"
      audience: {now: ["+12812345678"], later: [], dropped: [], faults: []}
    sent:
      msg: sent to 1 recipient
      results:
        - {to: "+12812345678", outcome: sent}
"""

RETURN = r"""
_value:
  description: What came of it.
  type: dict
  contains:
    event:
      description: The event.
      type: str
      sample: failed
    key:
      description: The key by which the message is known.
      type: str
      sample: deploy/shop/1.4.2/production/failed/github-4711-1
    text:
      description: The text.
      type: str
      sample: "FAILED: shop 1.4.2 on production"
    outcome:
      description: The outcome of all recipients when they agree, else V(partial); V(unchanged) when nobody hears of it.
      type: str
      sample: sent
    msg:
      description: What the modules said, and what could not be read.
      type: str
      sample: sent to 1 recipient
    failed:
      description: Whether it failed to reach somebody. One refused number among others is no failure.
      type: bool
      sample: false
    now:
      description: Who was to hear of it at once.
      type: list
      elements: str
      sample: ["+12812345678"]
    later:
      description: Who was to hear of it at the end of their quiet hours, and when that is.
      type: list
      elements: dict
      sample: []
    dropped:
      description: Who does not hear of it, since it is in their quiet hours.
      type: list
      elements: str
      sample: []
    results:
      description: What became of each recipient, as the modules returned it.
      type: list
      elements: dict
      sample: []
"""

from typing import Any, Callable

from ansible_collections.voip_communications.sms.plugins.module_utils._notify import deployment


class FilterModule:
    """What Ansible looks for."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The filter by its name."""
        return {"deploy_result": deployment.result}
