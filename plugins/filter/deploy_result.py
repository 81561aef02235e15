# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Summarize the result of telling an event of a deployment."""

from __future__ import annotations

DOCUMENTATION = r"""
name: deploy_result
short_description: Summarize the result of telling an event of a deployment
version_added: 0.1.0
description:
  - Makes the fact C(deploy_notify_result) from what the modules returned.
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
    description: The results of the modules that sent and scheduled it.
    type: list
    elements: dict
    required: true
  due:
    description: The results of M(voip_communications.sms.voipsms_send) in check mode for those who are to get it later.
    type: list
    elements: dict
    required: true
"""

EXAMPLES = r"""
- name: Show the outcome
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
  description: The result.
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
      description: The outcome of all recipients when they agree, else V(partial); V(unchanged) when no one is told.
      type: str
      sample: sent
    msg:
      description: The messages of the modules, and the faults of the recipients.
      type: str
      sample: sent to 1 recipient
    failed:
      description: Whether someone was not reached. One refused number among others is not a failure.
      type: bool
      sample: false
    now:
      description: The numbers to tell at once.
      type: list
      elements: str
      sample: ["+12812345678"]
    later:
      description: The numbers to tell at the end of quiet hours, and when that is.
      type: list
      elements: dict
      sample: []
    dropped:
      description: The people who are not told because of their quiet hours.
      type: list
      elements: str
      sample: []
    results:
      description: The result for each recipient, as the modules returned it.
      type: list
      elements: dict
      sample: []
"""

from collections.abc import Mapping, Sequence
from typing import Any, Callable

from ansible_collections.voip_communications.sms.plugins.module_utils._notify import deployment


def deploy_result(
    message: Mapping[str, Any], said: Sequence[Mapping[str, Any]], due: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return the result of telling an event; see the documentation above."""
    return deployment.result(message, said, due)


class FilterModule:
    """The class that Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filter by its name."""
        return {"deploy_result": deploy_result}
