# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make the parts of the default text of an event of a deployment."""

from __future__ import annotations

DOCUMENTATION = r"""
name: deploy_parts
short_description: Describe an event of a deployment in parts that can be left out
version_added: 0.1.0
description:
  - Makes the parts of the default text, for P(voip_communications.sms.fit_segments#filter). The link and the user
    are the least important ones, then the hosts; application and environment are never left out.
positional: about, named
author:
  - VoIP Communications SMS collection contributors (@voip-communications-sms)
options:
  _input:
    description: The event.
    type: str
    choices: [started, succeeded, failed, rolled_back, note]
    required: true
  about:
    description:
      - The texts C(application), C(version), C(environment), C(url) and C(user), which may be empty.
      - The lists C(hosts) of all hosts, and C(failed_hosts).
    type: dict
    required: true
  named:
    description: How many failed hosts to name before the rest is counted.
    type: int
    required: true
"""

EXAMPLES = r"""
- name: Show the text
  ansible.builtin.debug:
    msg: "{{ 'failed' | voip_communications.sms.deploy_parts(about, 3) | voip_communications.sms.fit_segments }}"
  vars:
    about:
      application: shop
      version: 1.4.2
      environment: production
      url: https://ci.example.com/acme/shop/4711
      user: anna
      hosts: [web1, web2, web3]
      failed_hosts: [web2]
"""

RETURN = r"""
_value:
  description: The parts.
  type: list
  elements: dict
  sample: [{"text": "FAILED: shop"}, {"text": "1.4.2", "rank": 1}]
"""

from typing import Any, Callable

from ansible_collections.voip_communications.sms.plugins.module_utils._notify import deployment


class FilterModule:
    """The class that Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filter by its name."""
        return {"deploy_parts": deployment.parts}
