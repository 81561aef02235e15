#!/usr/bin/python
# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Show pending SMS."""

from __future__ import annotations

DOCUMENTATION = r"""
module: voipsms_scheduled_info
short_description: Show pending SMS of a VoIP Communications account
version_added: 1.0.0
description:
  - Lists the messages that wait for their delivery date, earliest first. Changes nothing.
  - The call is assumed, since the vendor's page about it could not be read. Run this module against your account before
    you rely on M(voip_communications.sms.voipsms_scheduled); when it fails, the vendor's page has the path to set as
    O(scheduled_path).
author:
  - VoIP Communications SMS collection contributors (@voip-communications)
extends_documentation_fragment:
  - voip_communications.sms._attributes
  - voip_communications.sms._attributes.platform
  - voip_communications.sms._attributes.actiongroup_voipsms
  - voip_communications.sms._attributes.info
  - voip_communications.sms._account
  - voip_communications.sms._ledger
  - voip_communications.sms._scheduled
options:
  to:
    description:
      - Only messages to these numbers; written as in M(voip_communications.sms.voipsms_send).
    type: raw
  msg:
    description:
      - Only messages with this text. The parts of a long text are joined.
      - It must be text; a number, a truth value or anything else is refused.
    type: raw
  from:
    description:
      - Only messages from this number. The service fills in a sender for BULK messages.
    type: raw
  delivery_date:
    description:
      - Only messages for this minute; written as in M(voip_communications.sms.voipsms_scheduled). A date from now on is
        the minute that it was resolved to for O(name).
    type: raw
  timezone:
    description:
      - The zone of a O(delivery_date) without an offset, as an IANA name.
      - It needs O(account_timezone).
      - It must be text; a number, a truth value or anything else is refused.
    type: raw
  name:
    description:
      - Only messages with this name, which only the ledger knows.
      - It must be text; a number, a truth value or anything else is refused.
    type: raw
  smsid:
    description:
      - Only messages with these identifiers.
      - Excludes the other filters.
      - A list, in any notation of O(to). Each must be text; a number or anything else is refused.
    type: raw
seealso:
  - module: voip_communications.sms.voipsms_scheduled
  - module: voip_communications.sms.voipsms_window
"""

EXAMPLES = r"""
- name: Show everything that is pending, with dates that people can compare
  voip_communications.sms.voipsms_scheduled_info:
    account_timezone: America/Chicago
  delegate_to: localhost
  become: false
  register: pending

- name: Show what one person will get at one moment
  voip_communications.sms.voipsms_scheduled_info:
    to: "+12812345678"
    delivery_date: "2030-12-01 22:00"
    timezone: Europe/Berlin
    account_timezone: America/Chicago
  delegate_to: localhost
  become: false

- name: Show one text from one of our numbers
  voip_communications.sms.voipsms_scheduled_info:
    msg: "Your shift begins in an hour"
    from: "+17134567890"
  delegate_to: localhost
  become: false

- name: Show what belongs to a maintenance window
  voip_communications.sms.voipsms_scheduled_info:
    name: window-4711-day-before
  delegate_to: localhost
  become: false

- name: Try a path that the vendor's page names
  voip_communications.sms.voipsms_scheduled_info:
    scheduled_path: sms/list
    smsid: ["2017559ea27008c6b7122900621"]
  delegate_to: localhost
  become: false
"""

RETURN = r"""
scheduled:
  description: The pending messages, earliest first.
  returned: always
  type: list
  elements: dict
  contains:
    smsids:
      description: The identifiers of the message, more than one when O(msg) joined the parts of a long text.
      type: list
      elements: str
      sample: ["2017559ea27008c6b7122900621"]
    to:
      description: The recipient in E.164.
      type: str
      sample: "+12812345678"
    name:
      description: The name of the contact with this number. Null when there is none.
      type: str
      sample: anna
    from:
      description: The sender in E.164; for a BULK message the one that the service has filled in.
      type: str
      sample: "+17134567890"
    msg:
      description:
        - The text, or one part of it.
        - The character U+FFFD stands for each one that a terminal obeys, such as an escape or a directional override.
          Line ends and tabs stay.
      type: str
      sample: Your shift begins in an hour
    delivery_date:
      description: When it goes out, in wall time of the account.
      type: str
      sample: "2026-12-01 15:00"
    delivery_at:
      description: The same in ISO 8601 with its offset. Null without O(account_timezone).
      type: str
      sample: "2026-12-01T15:00:00-06:00"
requests:
  description: How many requests this run made.
  returned: always
  type: int
  sample: 3
msg:
  description: What was found, in a sentence.
  returned: always
  type: str
  sample: 2 messages are pending
"""

import gc
from collections.abc import Mapping
from functools import cache
from typing import Any

if __name__ == "__main__":
    gc.disable()  # nothing of what is imported is garbage; main enables it again

from ansible_collections.voip_communications.sms.plugins.module_utils._api.client import counted
from ansible_collections.voip_communications.sms.plugins.module_utils._api.pending import Pending
from ansible_collections.voip_communications.sms.plugins.module_utils._message import dates
from ansible_collections.voip_communications.sms.plugins.module_utils._task.module import ModuleSpec, main
from ansible_collections.voip_communications.sms.plugins.module_utils._task.names import Names
from ansible_collections.voip_communications.sms.plugins.module_utils._task.schedule_context import list_options
from ansible_collections.voip_communications.sms.plugins.module_utils._task.schedule_options import (
    read_match,
    scheduler_of,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._task.specs import account_options, ledger_options


def argument_spec() -> dict[str, dict[str, Any]]:
    """Return a new argument spec."""
    return {
        **account_options(),
        **ledger_options(),
        **list_options(),
        "to": {"type": "raw"},
        "msg": {"type": "raw"},
        "from": {"type": "raw"},
        "delivery_date": {"type": "raw"},
        "timezone": {"type": "raw"},
        "name": {"type": "raw"},
        "smsid": {"type": "raw"},
    }


def run(params: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
    """Return the pending messages. Raise ``VoipsmsError`` when the list cannot be read, or cannot be trusted."""
    context, match = read_match(params)
    scheduler, api = scheduler_of(context, check_mode=check_mode)
    with counted(api):
        pending = scheduler.pending(match)
    zone = params["account_timezone"]
    moment_of = cache(lambda date: dates.iso(dates.from_echo(date, zone)))  # many messages wait for few dates
    messages = sorted(pending, key=lambda message: (message.date, message.to, message.smsids))
    return {
        "scheduled": [
            _shown(message._replace(text=api.safe_text(message.text)), moment_of(message.date), context.names)
            for message in messages
        ],
        "requests": api.requests,
        "msg": f"{len(messages)} message{' is' if len(messages) == 1 else 's are'} pending",
    }


def blank() -> dict[str, Any]:
    """Return the keys that every result has."""
    return {"changed": False, "scheduled": [], "requests": 0}


def _shown(message: Pending, moment: str | None, names: Names) -> dict[str, Any]:
    """Return a pending message as the task shows it, its numbers in E.164. ``moment``: when it is delivered."""
    return {
        "smsids": list(message.smsids),
        "to": f"+{message.to}",
        "name": names.of(message.to),
        "from": f"+{message.sender}" if message.sender else None,
        "msg": message.text,
        "delivery_date": message.date,
        "delivery_at": moment,
    }


def module_spec() -> ModuleSpec:
    """Return the module for ``main`` and for its local action."""
    return ModuleSpec(argument_spec=argument_spec(), run=run, blank=blank)


if __name__ == "__main__":
    main(module_spec())
