# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Describe a maintenance window in words for a text."""

from __future__ import annotations

DOCUMENTATION = r"""
name: maintenance_words
short_description: Describe a maintenance window in words
version_added: 1.0.0
description:
  - Gives the words that texts of the role P(voip_communications.sms.maintenance_window#role) can use for a window, for
    texts of your own with M(voip_communications.sms.voipsms_window).
  - Days and months are in English, whatever the locale of the machine is.
  - It never fails. A value that cannot be read stays as it was written, and so does a start that counts from now on;
    M(voip_communications.sms.voipsms_window) names the fault.
author:
  - VoIP Communications SMS collection contributors (@voip-communications)
options:
  _input:
    description: The window, with C(name), C(start), C(end), C(timezone), C(services) and C(text).
    type: dict
    required: true
seealso:
  - module: voip_communications.sms.voipsms_window
  - plugin: voip_communications.sms.maintenance_window
    plugin_type: role
"""

EXAMPLES = r"""
- name: Announce a window in words of your own
  voip_communications.sms.voipsms_window:
    name: "{{ window.name }}"
    start: "{{ window.start }}"
    end: "{{ window.end }}"
    timezone: "{{ window.timezone }}"
    services: "{{ window.services }}"
    to: "+12812345678"
    reminders:
      - name: day-before
        before: 24h
        text: "No {{ words.services }} from {{ words.start }} until {{ words.until }}. We are sorry."
  vars: &vars
    words: "{{ window | voip_communications.sms.maintenance_words }}"
    window:
      name: window-4711
      start: "2030-12-01 22:00"
      end: "2030-12-01 23:30"
      timezone: Europe/Berlin
      services: [mail, calendar]
  delegate_to: localhost
  become: false
  run_once: true

- name: "Show: mail and calendar from Sun 1 Dec 22:00 until 23:30"
  ansible.builtin.debug:
    msg: "{{ words.services }} from {{ words.start }} until {{ words.until }}"
  vars: *vars
"""

RETURN = r"""
_value:
  description: The words.
  type: dict
  contains:
    name:
      description: The name of the window.
      type: str
      sample: window-4711
    start:
      description: When it begins, as wall time in its zone.
      type: str
      sample: Sun 1 Dec 22:00
    end:
      description: When it ends, likewise.
      type: str
      sample: Sun 1 Dec 23:30
    until:
      description: The same, without the day if the window ends on the day on which it begins.
      type: str
      sample: "23:30"
    timezone:
      description: The zone, as it was written.
      type: str
      sample: Europe/Berlin
    services:
      description: The services as a list in words, or else the name of the window.
      type: str
      sample: mail and calendar
    services_short:
      description: The first service, and how many more there are.
      type: str
      sample: mail and 1 more
    text:
      description: The free text.
      type: str
      sample: ""
"""

from collections.abc import Mapping
from typing import Any, Callable

from ansible_collections.voip_communications.sms.plugins.module_utils._notify.window_texts import words
from ansible_collections.voip_communications.sms.plugins.plugin_utils._plain_options import decrypted


def maintenance_words(window: Mapping[str, Any]) -> dict[str, str]:
    """Return the words for a window; see the documentation above."""
    return words(decrypted(window))


class FilterModule:
    """The class that Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filter by its name."""
        return {"maintenance_words": maintenance_words}
