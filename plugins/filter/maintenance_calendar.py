# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Work out the calendar of a maintenance window."""

from __future__ import annotations

DOCUMENTATION = r"""
name: maintenance_calendar
short_description: Work out the reminders of a maintenance window
version_added: 0.1.0
description:
  - Tells for each reminder of a maintenance window when it goes out, and whether that is still ahead.
  - Every fault is named at once. Dates that a clock change skips, or that exist twice, are refused.
  - The role P(voip_communications.sms.maintenance_window#role) begins with it.
author:
  - VoIP Communications SMS collection contributors (@voip-communications-sms)
positional: reminders, recipients
options:
  _input:
    description: The window.
    type: dict
    required: true
    suboptions:
      name:
        description:
          - Its name.
          - The name of a message is this name and the name of its reminder, with a slash between them.
        type: str
        required: true
      start:
        description: When it begins, with an offset, or as wall time in its zone.
        type: raw
        required: true
      end:
        description: When it ends.
        type: raw
        required: true
      timezone:
        description: The zone of the window, as an IANA name.
        type: str
        required: true
  reminders:
    description:
      - The reminders, as the role takes them.
      - V(24h) before the start is 24 hours before it, over a clock change too, and a day has 24 hours.
    type: list
    elements: dict
    required: true
  recipients:
    description: The recipients of reminders that name none of their own, as the role takes them.
    type: raw
  contacts:
    description:
      - The people whose names and groups may stand for them, as
        O(voip_communications.sms.voipsms_send#module:contacts).
      - If not set, the value of the environment variable E(VOIPSMS_CONTACTS) is used.
    type: raw
  texts:
    description: The texts of reminders that have none of their own, under V(before), V(start) and V(end).
    type: dict
    default: {}
  state:
    description: With V(absent), every reminder is to be cancelled.
    type: str
    choices: [present, absent]
    default: present
  min_lead:
    description: A reminder that is fewer minutes ahead than this counts as past.
    type: int
    default: 1
  now:
    description: The time to decide for, in ISO 8601 with an offset. Without it, the time of the controller.
    type: str
"""

EXAMPLES = r"""
- name: Show when the reminders go out
  ansible.builtin.debug:
    msg: "{{ window | voip_communications.sms.maintenance_calendar(reminders, '+12812345678', texts=texts) }}"
  vars:
    window:
      name: window-4711
      start: "2030-12-01 22:00"
      end: "2030-12-01 23:30"
      timezone: Europe/Berlin
    reminders:
      - name: day-before
        before: 24h
      - name: begins
        at: start
    texts:
      before: The mail servers are worked on tomorrow, from 22:00
      start: Work on the mail servers begins
"""

RETURN = r"""
_value:
  description: The calendar.
  type: dict
  contains:
    reminders:
      description: The reminders in the order of their dates.
      type: list
      elements: dict
      contains:
        name:
          description: The name of the message.
          type: str
          sample: window-4711/day-before
        reminder:
          description: The name of the reminder.
          type: str
          sample: day-before
        at:
          description: When it goes out, in ISO 8601 with the offset of the window's zone.
          type: str
          sample: "2030-11-30T22:00:00+01:00"
        when:
          description: The same for people.
          type: str
          sample: Sat 30 Nov 2030 22:00 +0100
        ahead:
          description: Whether that is still ahead.
          type: bool
          sample: true
        action:
          description: V(schedule), V(leave_out) because it is past, or V(take_back) because it is to be cancelled.
          type: str
          sample: schedule
        text:
          description: Its text.
          type: str
          sample: The mail servers are worked on tomorrow, from 22:00
        segments:
          description: In how many parts the text is billed for each recipient.
          type: int
          sample: 1
        recipients:
          description: The recipients.
          type: list
          elements: str
          sample: ["+12812345678"]
    over:
      description: Whether the window has ended.
      type: bool
      sample: false
    off_key:
      description: The key of the message that calls the window off.
      type: str
      sample: maintenance/window-4711/2030-12-01T21:00Z/off
"""

import datetime as dt
import os
from collections.abc import Mapping
from typing import Any, Callable

from ansible.errors import AnsibleFilterError

from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import VoipsmsError
from ansible_collections.voip_communications.sms.plugins.module_utils._notify.window import calendar_of
from ansible_collections.voip_communications.sms.plugins.module_utils._notify.window_input import Defaults
from ansible_collections.voip_communications.sms.plugins.plugin_utils._plain_options import decrypted


def maintenance_calendar(
    window: Mapping[str, Any],
    reminders: object,
    recipients: object = None,
    *,
    contacts: object = None,
    texts: Mapping[str, str] | None = None,
    state: str = "present",
    min_lead: int = 1,
    now: str | None = None,
) -> dict[str, Any]:
    """Return the calendar of a window; see the documentation above. Raises ``AnsibleFilterError``."""
    defaults = Defaults(
        decrypted(texts or {}), decrypted(recipients), decrypted(contacts) or os.environ.get("VOIPSMS_CONTACTS")
    )
    try:
        return calendar_of(
            decrypted(window), decrypted(reminders), defaults, state=state, min_lead=int(min_lead), now=_moment(now)
        )
    except VoipsmsError as error:
        raise AnsibleFilterError(str(error)) from error


def _moment(now: str | None) -> dt.datetime:
    if now is None:
        return dt.datetime.now(dt.timezone.utc)
    try:
        moment = dt.datetime.fromisoformat(now)
    except ValueError as error:
        raise AnsibleFilterError("now is not a date in ISO 8601, such as 2030-12-01T22:00:00+01:00") from error
    if moment.tzinfo is None:
        raise AnsibleFilterError("now has no offset, such as +01:00")
    return moment


class FilterModule:
    """The class that Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filter by its name."""
        return {"maintenance_calendar": maintenance_calendar}
