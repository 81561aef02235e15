#!/usr/bin/python
# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Show the message log of the account."""

from __future__ import annotations

DOCUMENTATION = r"""
module: voipsms_log_info
short_description: Show the message log of a VoIP Communications account
version_added: 1.0.0
description:
  - Lists what the account has sent and received, in the order of the service. Changes nothing.
  - Look here when M(voip_communications.sms.voipsms_send) says V(may have been sent).
  - The call was seen in the source of the vendor's public apps; it is not documented. The zone of its dates and the
    order of its records are not known, and a message that is not in the log may still appear in it.
  - O(ledger), O(ledger_account), O(ledger_password) and O(account_timezone) are accepted so that one C(module_defaults)
    block fits every module of the collection; this module does not use them, but refuses invalid values.
author:
  - VoIP Communications SMS collection contributors (@voip-communications)
extends_documentation_fragment:
  - voip_communications.sms._attributes
  - voip_communications.sms._attributes.platform
  - voip_communications.sms._attributes.actiongroup_voipsms
  - voip_communications.sms._attributes.info
  - voip_communications.sms._account
  - voip_communications.sms._ledger
  - voip_communications.sms._log
options:
  msg:
    description:
      - Only records whose text contains this. A long text may be logged in parts.
      - It must be text; a number, a truth value or anything else is refused.
    type: raw
  max_pages:
    description:
      - How many pages of the log are read at most, V(1) to V(1000). See RV(complete).
    type: int
    default: 10
seealso:
  - module: voip_communications.sms.voipsms_send
  - module: voip_communications.sms.voipsms_scheduled_info
"""

EXAMPLES = r"""
- name: Check whether a message that may have been sent was sent
  voip_communications.sms.voipsms_log_info:
    number: "+12812345678"
    msg: "db1 is down"
    direction: out
  delegate_to: localhost
  become: false
  register: log

- name: Show how many records there are
  ansible.builtin.debug:
    msg: "{{ log.messages | length }} found{{ '' if log.complete else ', but the log was not read to its end' }}"

- name: Show what people answered in one night
  voip_communications.sms.voipsms_log_info:
    direction: in
    since: "2026-12-01 22:00"
    until: "2026-12-02"
    max_pages: 50
  delegate_to: localhost
  become: false
"""

RETURN = r"""
messages:
  description: The records, in the order of the service. A long text may have one record for each part.
  returned: always
  type: list
  elements: dict
  contains:
    id:
      description: The identifier in the log. Whether it is the smsid is not known.
      type: str
      sample: "4711"
    direction:
      description: V(out) or V(in). Null when the service says something else.
      type: str
      sample: out
    internal:
      description: The account's own number, in E.164. Null when there is none.
      type: str
      sample: "+17134567890"
    external:
      description: The other number, in E.164. Null when there is none.
      type: str
      sample: "+12812345678"
    name:
      description: The name of the contact with that number. Null when there is none.
      type: str
      sample: anna
    msg:
      description:
        - The text, or one part of it.
        - The character U+FFFD stands for each one that a terminal obeys, such as an escape or a directional override.
          Line ends and tabs stay.
      type: str
      sample: db1 is down
    status:
      description: The status, as the service writes it.
      type: str
      sample: SENT
    status_date:
      description: The date of that status, as the service writes it, in a zone that is not known.
      type: str
      sample: "2026-12-01 22:00:03"
    type:
      description: The kind of message, as the service writes it.
      type: str
      sample: BULKSMS
    country:
      description: The country, as the service writes it.
      type: str
      sample: US
    sale:
      description: The price, as the service writes it.
      type: str
      sample: "0.0100"
complete:
  description:
    - Whether the log was read to its end, which is an empty page. If not, O(max_pages) can be raised.
    - It stays V(false) where the service repeats a page instead of showing the next one, since it is not known then
      whether there is more.
  returned: always
  type: bool
  sample: true
requests:
  description: How many requests this run made.
  returned: always
  type: int
  sample: 2
msg:
  description: What was found, in a sentence.
  returned: always
  type: str
  sample: 1 record found, in the whole log
"""

import gc
from collections.abc import Mapping
from typing import Any

if __name__ == "__main__":
    gc.disable()  # nothing of what is imported is garbage; main enables it again

from ansible_collections.voip_communications.sms.plugins.module_utils._api.client import counted
from ansible_collections.voip_communications.sms.plugins.module_utils._api.log import LogRecord
from ansible_collections.voip_communications.sms.plugins.module_utils._task.log_options import read_log_options
from ansible_collections.voip_communications.sms.plugins.module_utils._task.module import ModuleSpec, main
from ansible_collections.voip_communications.sms.plugins.module_utils._task.names import Names
from ansible_collections.voip_communications.sms.plugins.module_utils._task.specs import account_options, ledger_options


def argument_spec() -> dict[str, dict[str, Any]]:
    """Return a new argument spec."""
    return {
        **account_options(),
        **ledger_options(),
        "number": {"type": "raw"},
        "msg": {"type": "raw"},
        "direction": {"type": "str", "choices": ["in", "out"]},
        "since": {"type": "raw"},
        "until": {"type": "raw"},
        "max_pages": {"type": "int", "default": 10},
    }


def run(params: Mapping[str, Any], _check_mode: bool) -> dict[str, Any]:
    """Return the records that the options ask for. Raise ``VoipsmsError`` when the log cannot be read."""
    options = read_log_options(params)
    api = options.account.api()
    with counted(api):
        log = api.log(options.max_pages, options.account.seconds)
    records = [record for record in log.records if options.log_filter.takes(record)]
    extent = "in the whole log" if log.ended else "in the pages that were read, which are not all"
    return {
        "messages": [_shown(record._replace(text=api.safe_text(record.text)), options.names) for record in records],
        "complete": log.ended,
        "requests": api.requests,
        "msg": f"{len(records)} record{'' if len(records) == 1 else 's'} found, {extent}",
    }


def blank() -> dict[str, Any]:
    """Return the keys that every result has."""
    return {"changed": False, "messages": [], "complete": False, "requests": 0}


def _shown(record: LogRecord, names: Names) -> dict[str, Any]:
    """Return a record as the task shows it, its numbers in E.164."""
    return {
        "id": record.id,
        "direction": record.direction,
        "internal": f"+{record.internal}" if record.internal else None,
        "external": f"+{record.external}" if record.external else None,
        "name": names.of(record.external),
        "msg": record.text,
        "status": record.status,
        "status_date": record.date,
        "type": record.type,
        "country": record.country,
        "sale": record.sale,
    }


def module_spec() -> ModuleSpec:
    """Return the module for ``main`` and for its local action."""
    return ModuleSpec(argument_spec=argument_spec(), run=run, blank=blank)


if __name__ == "__main__":
    main(module_spec())
