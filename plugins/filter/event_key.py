# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make the key of an event in one run of a pipeline."""

from __future__ import annotations

DOCUMENTATION = r"""
name: event_key
short_description: Make a key for a message that goes out once per run of a pipeline
version_added: 1.0.0
description:
  - Makes a key from an event and the run in which it happened, for
    O(voip_communications.sms.voipsms_send#module:idempotency_key).
  - The same event in the same run has the same key on every host and in every batch and worker. Another event, or
    another run, has another key.
  - A key has at most 200 printable characters. A longer one, or one with other characters, is cut and ends with a hash
    of the whole.
positional: pipeline, attempt
options:
  _input:
    description:
      - The parts that name the event, from the general to the specific. Empty parts keep their place.
      - Each part must be text or empty. A number has lost letters where YAML has read it, as V(1.10), and is refused.
      - A slash in a part is written C(%2F), and a percent sign C(%25), so that different parts make different keys.
    type: list
    elements: str
    required: true
  pipeline:
    description: The result of the lookup P(voip_communications.sms.pipeline#lookup).
    type: dict
    required: true
  attempt:
    description:
      - Whether the same event in another attempt of the same run is another event.
      - Usually it is for a failure, but not for a success.
    type: bool
    default: false
author:
  - VoIP Communications SMS collection contributors (@voip-communications)
seealso:
  - plugin: voip_communications.sms.pipeline
    plugin_type: lookup
  - module: voip_communications.sms.voipsms_send
"""

EXAMPLES = r"""
- name: Show a key such as deploy/shop/1.4.2/production/failed/github-acme/shop-4711-2
  ansible.builtin.debug:
    msg: >-
      {{ ['deploy', 'shop', '1.4.2', 'production', 'failed']
         | voip_communications.sms.event_key(lookup('voip_communications.sms.pipeline'), attempt=true) }}
"""

RETURN = r"""
_value:
  description: The key, of at most 200 printable characters.
  type: str
  sample: deploy/shop/1.4.2/production/failed/github-acme/shop-4711-2
"""

from collections.abc import Mapping
from typing import Callable

from ansible.errors import AnsibleFilterError

from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import InputError
from ansible_collections.voip_communications.sms.plugins.module_utils._notify.pipeline import event_key as key_of_event
from ansible_collections.voip_communications.sms.plugins.plugin_utils._plain_options import decrypted


def event_key(parts: list[object], pipeline: Mapping[str, object], attempt: bool = False) -> str:
    """Return the key of an event. Raises ``AnsibleFilterError``."""
    try:
        return key_of_event(decrypted(parts), pipeline, attempt=attempt)
    except InputError as error:
        raise AnsibleFilterError(f"voip_communications.sms.event_key: {error}") from error


class FilterModule:
    """The class that Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., object]]:
        """Return the filter by its name."""
        return {"event_key": event_key}
