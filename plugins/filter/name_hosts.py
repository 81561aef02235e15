# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Name a few hosts, and count the others."""

from __future__ import annotations

DOCUMENTATION = r"""
name: name_hosts
short_description: Name the first hosts and count the rest
version_added: 1.0.0
description:
  - Makes a short text of a list of hosts, such as C(web1, web2, web3 and 2 more).
  - The order is kept. A host that is listed twice counts once. Without hosts the text is empty.
positional: first, short
options:
  _input:
    description: The hosts.
    type: list
    elements: str
    required: true
  first:
    description: How many hosts to name, from V(1) to V(1000).
    type: int
    default: 3
  short:
    description:
      - Whether a name ends at its first dot.
      - A name stays whole when two hosts of the list would share the short one, and when it is an IP address.
    type: bool
    default: true
author:
  - VoIP Communications SMS collection contributors (@voip-communications)
seealso:
  - plugin: voip_communications.sms.fit_segments
    plugin_type: filter
  - module: voip_communications.sms.voipsms_notify
"""

EXAMPLES = r"""
- name: Name the hosts that are lost
  ansible.builtin.debug:
    msg: "Lost: {{ ansible_play_hosts_all | difference(ansible_play_hosts) | voip_communications.sms.name_hosts }}"

- name: Show web1, web2 and 3 more
  ansible.builtin.debug:
    msg: "{{ hosts | voip_communications.sms.name_hosts(first=2) }}"
  vars:
    hosts: [web1.example.com, web2.example.com, db1.example.com, db2.example.com, cache.example.com]
"""

RETURN = r"""
_value:
  description: The text.
  type: str
  sample: web1, web2, web3 and 2 more
"""

from typing import Callable

from ansible.errors import AnsibleFilterError

from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import InputError
from ansible_collections.voip_communications.sms.plugins.module_utils._notify import fitting
from ansible_collections.voip_communications.sms.plugins.plugin_utils._plain_options import decrypted


def name_hosts(hosts: object, first: object = 3, short: object = True) -> str:
    """Return the hosts in a short text. Raises ``AnsibleFilterError``."""
    try:
        return fitting.name_hosts(decrypted(hosts), first, short=bool(short))
    except InputError as error:
        raise AnsibleFilterError(f"voip_communications.sms.name_hosts: {error}") from error


class FilterModule:
    """The class that Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., object]]:
        """Return the filter by its name."""
        return {"name_hosts": name_hosts}
