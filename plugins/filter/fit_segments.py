# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fit a text of several parts into a number of SMS segments."""

from __future__ import annotations

DOCUMENTATION = r"""
name: fit_segments
short_description: Shorten a text until it fits into one SMS
version_added: 1.0.0
description:
  - Joins the parts of a text with single spaces, and shortens the text until it fits into O(segments).
  - The least important part is shortened first. That is the part with the highest C(rank), and of equal ranks the last.
    Its shorter forms are tried in order, then it is left out; then comes the next one. A part is never cut.
  - Parts of rank V(0) come last, and are never left out. When not even their shorter forms fit, they are returned in
    full, and the message takes more segments.
  - Typographic quotes, dashes, ellipses and spaces are replaced by plain ones where that makes the whole text GSM-7,
    since they would more than halve the space. A text with any other character that GSM-7 does not have, such as an
    emoji, goes out as UCS-2 and has to fit into 70 characters instead of 160. It stays as it is then, with its joiners.
positional: segments
options:
  _input:
    description: The parts, in the order in which they are read.
    type: list
    elements: dict
    required: true
    suboptions:
      text:
        description: The text. A part whose text is empty is left out.
        type: str
        required: true
      rank:
        description: How soon it may be left out. V(0) is the most important rank, V(1000) the highest number.
        type: int
        default: 0
      shorten:
        description: Shorter forms to use when the text does not fit, a text or a list of texts, the longest first.
        type: raw
  segments:
    description: How many segments the text may take.
    type: int
    default: 1
author:
  - VoIP Communications SMS collection contributors (@voip-communications)
seealso:
  - plugin: voip_communications.sms.name_hosts
    plugin_type: filter
  - module: voip_communications.sms.voipsms_send
"""

EXAMPLES = r"""
- name: Show a text that fits into one SMS, however long the names are
  ansible.builtin.debug:
    msg: "{{ parts | voip_communications.sms.fit_segments }}"
  vars:
    application: shop
    version: 1.4.2
    parts:
      - text: "FAILED: {{ application }}"
      - text: "{{ version }}"
        rank: 1
      - text: on production,
      - text: "3 of 12 hosts: web1.example.com, web2.example.com, db1.example.com."
        rank: 2
        shorten: ["3 of 12 hosts: web1, web2, db1.", 3 of 12 hosts.]
      - text: By anna.
        rank: 3
      - text: https://ci.example.com/acme/shop/actions/runs/1658821493
        rank: 4
"""

RETURN = r"""
_value:
  description: The text.
  type: str
  sample: >-
    FAILED: shop 1.4.2 on production, 3 of 12 hosts: web1.example.com, web2.example.com, db1.example.com. By anna.
"""

from typing import Callable

from ansible.errors import AnsibleFilterError

from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import InputError
from ansible_collections.voip_communications.sms.plugins.module_utils._notify import fitting
from ansible_collections.voip_communications.sms.plugins.plugin_utils._plain_options import decrypted


def fit_segments(parts: object, segments: object = 1) -> str:
    """Return the text that fits. Raises ``AnsibleFilterError``."""
    try:
        return fitting.read_and_fit(decrypted(parts), segments)
    except InputError as error:
        raise AnsibleFilterError(f"voip_communications.sms.fit_segments: {error}") from error


class FilterModule:
    """The class that Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., object]]:
        """Return the filter by its name."""
        return {"fit_segments": fit_segments}
