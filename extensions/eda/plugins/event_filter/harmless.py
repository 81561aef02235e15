# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Take from an event everything that a playbook would execute."""

from __future__ import annotations

DOCUMENTATION = r"""
short_description: Take from an event everything that a playbook would execute
version_added: 1.0.0
description:
  - Events reach a playbook as extra variables, which Ansible trusts as it trusts the playbook. A label of an alert, or
    a field of any other event, with C({{ lookup('pipe', '...') }}) in it is executed as soon as a playbook mentions it.
  - In every text and every key of the event, however deep, braces of any width become round brackets, C(#jinja2) and
    C($ANSIBLE_VAULT) are broken up, control characters and line ends become spaces, and what cannot be seen is left
    out. Numbers and truth values stay.
  - Lists and dictionaries have at most 1000 members and 20 levels then.
  - The source C(voip_communications.sms.inbox) does so by itself.
options:
  longest:
    description: The most characters that a text keeps.
    type: int
    default: 2000
  key_of:
    description:
      - The names of values, with dots between the levels, of which a key is made. The same values make the same key, so
        that a page with it in its name asks each person once, however often an alert is repeated.
      - A V(*) stands for all members of a list. The smallest of their values counts, such as the earliest date.
      - The key is in C(event.key), made from the values as they were before.
    type: list
    elements: str
    default: []
author:
  - VoIP Communications SMS collection contributors (@voip-communications)
"""

EXAMPLES = r"""
- name: Alerts
  eda.builtin.webhook:
    port: 5000
    token: "{{ webhook_token }}"
  filters:
    - voip_communications.sms.harmless:
        key_of: [payload.groupKey, "payload.alerts.*.startsAt"]
"""

import sys
from pathlib import Path
from typing import Any

# ansible-rulebook runs this file by its path, and knows none of the folders of collections that Ansible knows.
_COLLECTIONS = Path(__file__).resolve().parents[6]
sys.path.append(str(_COLLECTIONS.parent))

import ansible_collections

# Another package of this name comes with the Python package "ansible".
if str(_COLLECTIONS) not in list(ansible_collections.__path__):
    ansible_collections.__path__.append(str(_COLLECTIONS))

from ansible_collections.voip_communications.sms.plugins.module_utils._notify.foreign_event import harmless_event


def main(event: dict[str, Any], longest: int = 2000, key_of: Any = ()) -> dict[str, Any]:
    """Return the event without anything that a playbook would execute."""
    return harmless_event(event, longest, key_of)
