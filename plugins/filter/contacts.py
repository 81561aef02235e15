# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read contacts from a list or a file."""

from __future__ import annotations

DOCUMENTATION = r"""
name: contacts
short_description: Read contacts from a list or a file
version_added: 1.0.0
description:
  - Reads people as the option O(voip_communications.sms.voipsms_send#module:contacts) does, so that a file can be
    looked at, or be used elsewhere. All faults are named at once.
positional: default_region
options:
  _input:
    description:
      - A list of people, or the path of a YAML, JSON, CSV or vCard file on the controller.
      - If empty, the value of the environment variable E(VOIPSMS_CONTACTS) is used.
    type: raw
    required: true
  default_region:
    description: The country in which numbers without C(+) or C(00) are read, as two letters.
    type: str
author:
  - VoIP Communications SMS collection contributors (@voip-communications)
seealso:
  - plugin: voip_communications.sms.audience
    plugin_type: filter
  - module: voip_communications.sms.voipsms_notify
"""

EXAMPLES = r"""
- name: Show who is in a spreadsheet, and which numbers cannot be sent to
  ansible.builtin.debug:
    msg: "{{ (playbook_dir ~ '/people.csv') | voip_communications.sms.contacts('DE') }}"
"""

RETURN = r"""
_value:
  description: The people, in their order.
  type: list
  elements: dict
  contains:
    name:
      description: The name.
      type: str
      sample: anna
    number:
      description: The number, as it was written.
      type: str
      sample: "+49 1511 2345678"
    to:
      description: The number in E.164. Empty when nothing can be sent to it.
      type: str
      sample: "+4915112345678"
    groups:
      description: The groups.
      type: list
      elements: str
      sample: [dba, oncall]
    email:
      description: The address.
      type: str
      sample: anna@example.com
    language:
      description: The language.
      type: str
      sample: de
"""

import os
from typing import Any, Callable

from ansible.errors import AnsibleFilterError

from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import Faults, VoipsmsError
from ansible_collections.voip_communications.sms.plugins.module_utils._people.contacts import described, read_contacts


def contacts(people: object, default_region: str | None = None) -> list[dict[str, Any]]:
    """Return the contacts. Raises ``AnsibleFilterError``."""
    faults = Faults()
    try:
        known = read_contacts(people or os.environ.get("VOIPSMS_CONTACTS"), faults)
        faults.raise_if_any()
        region = str(default_region).upper() if default_region else None
        return [described(person, region) for person in known.people]
    except VoipsmsError as error:
        raise AnsibleFilterError(f"voip_communications.sms.contacts: {error}") from error


class FilterModule:
    """The class that Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., object]]:
        """Return the filter by its name."""
        return {"contacts": contacts}
