# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell the state of the hosts of a deployment."""

from __future__ import annotations

DOCUMENTATION = r"""
name: deploy_fates
short_description: Tell which hosts of a deployment failed or were stopped
version_added: 0.1.0
description:
  - Works out the state of a deployment from the fate that each host has noted, as the role
    P(voip_communications.sms.deploy_notify#role) does it, and from the hosts that are still in the play.
positional: everybody, still_there, deployment
author:
  - VoIP Communications SMS collection contributors (@voip-communications-sms)
options:
  _input:
    description:
      - A dictionary of the fate of each host, such as C(through shop/1.4.2/production).
      - The first word is C(through), C(failed), or C(stopped) when another host has failed. Other words are ignored.
    type: dict
    required: true
  everybody:
    description: All hosts of the play, C(ansible_play_hosts_all).
    type: list
    elements: str
    required: true
  still_there:
    description: The hosts that the play has not lost, C(ansible_play_hosts).
    type: list
    elements: str
    required: true
  deployment:
    description: The deployment. The fate of a host in another one does not count.
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Show which hosts have failed
  ansible.builtin.debug:
    msg: "{{ (noted | voip_communications.sms.deploy_fates(everybody, everybody, 'shop/1.4.2')).failed }}"
  vars:
    noted: {web1: through shop/1.4.2, web2: failed shop/1.4.2}
    everybody: [web1, web2]
"""

RETURN = r"""
_value:
  description: The state of the hosts.
  type: dict
  contains:
    failed:
      description: The hosts that failed, and those that the play lost elsewhere, such as unreachable ones.
      type: list
      elements: str
      sample: [web2]
    stopped:
      description: The hosts that were stopped because another one has failed.
      type: list
      elements: str
      sample: []
    ending:
      description: V(failed), V(succeeded) when all hosts are through, or empty while some hosts are missing.
      type: str
      sample: failed
"""

from typing import Any, Callable

from ansible_collections.voip_communications.sms.plugins.module_utils._notify.deployment import fates


class FilterModule:
    """The class that Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filter by its name."""
        return {"deploy_fates": fates}
