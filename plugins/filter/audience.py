# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sort recipients by when they are to be told of an event."""

from __future__ import annotations

DOCUMENTATION = r"""
name: audience
short_description: Sort recipients into those to tell now, later, or not at all
version_added: 1.0.0
description:
  - Sorts recipients by what they want to hear of, and by the hours in which they may be reached.
  - A number that is given twice gets one message, the earliest of those that it could get.
  - Anyone who does not want to hear of the event is in none of the lists.
  - It only sorts. M(voip_communications.sms.voipsms_notify) sorts likewise, and tells people, so that this filter is
    needed only where something else tells them.
  - Whether a number is possible shows when a message is sent to it, so one wrong number does not prevent the others
    from being told.
  - It reads the clock. Keep its result with M(ansible.builtin.set_fact), since a variable that holds the template is
    evaluated again each time.
positional: event, severity, now
options:
  _input:
    description:
      - A list of numbers, people, names of O(contacts) and groups of them with V(@) before; or one text of these with
        commas, semicolons or line ends between; or a JSON list as text.
      - A number must be a quoted string, and is told of everything, at any time. The suboptions are for people.
    type: list
    elements: raw
    required: true
    suboptions:
      number:
        description: The number, a quoted string.
        type: str
        required: true
      name:
        description: What they are called in RV(_value.dropped) and in errors. It has a letter.
        type: str
      groups:
        description: The groups that they are in.
        type: list
        elements: str
      email:
        description: Their address. It is not used here.
        type: str
      calendar:
        description: What else a calendar calls them. It is not used here.
        type: list
        elements: str
      language:
        description: The language of the texts that they want, such as V(de). It is not used here.
        type: str
      events:
        description: The events that they want to hear of. Without it, all.
        type: list
        elements: str
      severity:
        description: The lowest severity that they want to hear of.
        type: str
        choices: [info, warning, critical]
        default: info
      hours:
        description:
          - When they may be reached. Without it, always. All other hours are their quiet hours.
          - It may be a text such as V(08:00-22:00 Europe/Berlin) instead.
        type: dict
        suboptions:
          from:
            description: When the hours begin, such as V("08:00"). Quote it, since YAML reads V(22:00) as a number.
            type: str
            required: true
          to:
            description: When they end. Hours that end before they begin continue past midnight.
            type: str
            required: true
          timezone:
            description: The IANA name of their zone.
            type: str
            required: true
      quiet:
        description:
          - What happens to an event in their quiet hours.
          - V(drop) does not tell them; V(defer) tells them when their hours begin.
        type: str
        choices: [drop, defer]
        default: drop
  event:
    description: The event, such as V(failed).
    type: str
    required: true
  severity:
    description: The severity of the event.
    type: str
    choices: [info, warning, critical]
    default: info
  now:
    description: The time to decide for, in ISO 8601 with an offset. Without it, the time of the controller.
    type: raw
  account_timezone:
    description:
      - The zone of the account, by its IANA name; E(VOIPSMS_ACCOUNT_TIMEZONE) if it is not set.
      - The service takes dates in this zone, and cannot take some in the hour that a clock change repeats. If the zone
        is not known, the zone of the person is used instead.
    type: str
  contacts:
    description:
      - The people whose names and groups may stand for them, as
        O(voip_communications.sms.voipsms_send#module:contacts).
      - If not set, the value of the environment variable E(VOIPSMS_CONTACTS) is used.
    type: raw
  known_events:
    description: All events. If set, an event of a person that is not among them is an error.
    type: list
    elements: str
  strict:
    description:
      - Whether recipients that cannot be read are an error.
      - With V(false) their faults are returned in RV(_value.faults), and the others are told. Anyone with a number is
        told as if the preferences that cannot be read were not there.
    type: bool
    default: true
author:
  - VoIP Communications SMS collection contributors (@voip-communications)
seealso:
  - module: voip_communications.sms.voipsms_notify
  - plugin: voip_communications.sms.contacts
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Show who is told of a failure at half past eleven in the evening
  ansible.builtin.debug:
    msg: "{{ recipients | voip_communications.sms.audience('failed', 'critical', now='2026-11-23T23:30:00+01:00') }}"
  vars:
    recipients:
      - "+12812345678"
      - name: anna
        number: "+4915112345678"
        events: [failed, rolled_back]
        hours: {from: "08:00", to: "22:00", timezone: Europe/Berlin}
        quiet: defer
      - name: ben
        number: "+447700900123"
        severity: warning
        hours: {from: "20:00", to: "06:00", timezone: Europe/London}

- name: Show who of a group is told, with contacts from a file
  ansible.builtin.debug:
    msg: "{{ ['@oncall'] | voip_communications.sms.audience('failed', contacts=playbook_dir ~ '/people.csv') }}"

- name: Tell those who may be reached now, and the others later
  delegate_to: localhost
  become: false
  run_once: true
  block:
    - name: Sort them, once
      ansible.builtin.set_fact:
        people: "{{ oncall | voip_communications.sms.audience('failed', 'critical') }}"
      vars:
        oncall:
          - name: anna
            number: "+4915112345678"
            hours: {from: "08:00", to: "22:00", timezone: Europe/Berlin}
            quiet: defer

    - name: Tell those who may be reached at once
      voip_communications.sms.voipsms_send:
        to: "{{ people.now }}"
        msg: The backup has failed
        fail_on: all
      when: people.now | length > 0

    - name: Tell the others when their hours begin
      voip_communications.sms.voipsms_scheduled:
        to: "{{ item.to }}"
        msg: The backup has failed
        delivery_date: "{{ item.at }}"
      loop: "{{ people.later }}"
"""

RETURN = r"""
_value:
  description: The numbers, as they were written, by when they are told.
  type: dict
  contains:
    now:
      description: The numbers to tell at once.
      type: list
      elements: str
      sample: ["+12812345678"]
    later:
      description: The numbers to tell later, the earliest first.
      type: list
      elements: dict
      contains:
        at:
          description:
            - When their hours begin, in ISO 8601 with an offset. It is a whole minute, at least two minutes ahead, that
              M(voip_communications.sms.voipsms_scheduled) takes.
            - If a clock change skips the beginning, this is the first minute after the change. If the beginning exists
              twice, it is the first that the account can take.
          type: str
        to:
          description: The numbers to tell then.
          type: list
          elements: str
      sample: [{"at": "2026-11-24T08:00+01:00", "to": ["+4915112345678"]}]
    dropped:
      description: The people who are not told because of their quiet hours, by name, or by a number with most digits
        masked.
      type: list
      elements: str
      sample: [ben]
    faults:
      description: A sentence for each thing about the recipients that cannot be read; empty unless O(strict=false).
      type: list
      elements: str
      sample: []
"""

import datetime as dt
import os
from typing import Any, Callable

from ansible.errors import AnsibleFilterError

from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import VoipsmsError
from ansible_collections.voip_communications.sms.plugins.module_utils._people.audience import audience as audience_of
from ansible_collections.voip_communications.sms.plugins.plugin_utils._plain_options import decrypted


def audience(
    recipients: object,
    event: object,
    severity: object = "info",
    now: object = None,
    account_timezone: object = None,
    contacts: object = None,
    known_events: object = None,
    strict: bool = True,
) -> dict[str, Any]:
    """Return who is told, and when. Raises ``AnsibleFilterError``."""
    occasion = {
        "event": event,
        "severity": severity,
        "now": dt.datetime.now(dt.timezone.utc) if now is None else now,
        "account_timezone": os.environ.get("VOIPSMS_ACCOUNT_TIMEZONE")
        if account_timezone is None
        else account_timezone,
    }
    people = contacts or os.environ.get("VOIPSMS_CONTACTS")
    try:
        return audience_of(
            decrypted(recipients), occasion, contacts=decrypted(people), known_events=known_events, strict=strict
        )
    except VoipsmsError as error:
        raise AnsibleFilterError(f"voip_communications.sms.audience: {error}") from error


class FilterModule:
    """The class that Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., object]]:
        """Return the filter by its name."""
        return {"audience": audience}
