#!/usr/bin/python
# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Prove the credentials and show the account's zone."""

from __future__ import annotations

DOCUMENTATION = r"""
module: voipsms_account_info
short_description: Prove the credentials of a VoIP Communications account, and show its time zone
version_added: 1.0.0
description:
  - Asks the service for the account, which proves that address, API key and password are right. Changes nothing.
  - The call was seen in the source of the vendor's public apps; it is not documented.
  - The service's record also holds credentials, so only the fields below are returned.
  - O(ledger), O(ledger_account), O(ledger_password), O(default_region) and O(account_timezone) are accepted so that one
    C(module_defaults) block fits every module of the collection; this module does not use them, but refuses invalid
    values.
author:
  - VoIP Communications SMS collection contributors (@voip-communications)
extends_documentation_fragment:
  - voip_communications.sms._attributes
  - voip_communications.sms._attributes.platform
  - voip_communications.sms._attributes.actiongroup_voipsms
  - voip_communications.sms._attributes.info
  - voip_communications.sms._account
  - voip_communications.sms._ledger
seealso:
  - module: voip_communications.sms.voipsms_send
  - module: voip_communications.sms.voipsms_scheduled
"""

EXAMPLES = r"""
- name: Prove the credentials before a maintenance window is announced
  voip_communications.sms.voipsms_account_info:
    api_key: "{{ vault_voipsms_api_key }}"
    api_password: "{{ vault_voipsms_api_password }}"
  delegate_to: localhost
  become: false
  register: account

- name: Show the zone to set as account_timezone
  ansible.builtin.debug:
    msg: "account_timezone: {{ account.account_timezone }}"
"""

RETURN = r"""
account_timezone:
  description: The zone of the account, as the service writes it. Null when it names no zone.
  returned: always
  type: str
  sample: America/Chicago
balance_warning:
  description: The balance at which the service warns, as the service writes it. Null when there is no such balance.
  returned: always
  type: str
  sample: "5.00"
requests:
  description: How many requests this run made.
  returned: always
  type: int
  sample: 1
msg:
  description: What was found, in a sentence.
  returned: always
  type: str
  sample: the service knows the account
"""

import gc
from collections.abc import Mapping
from typing import Any

if __name__ == "__main__":
    gc.disable()  # nothing of what is imported is garbage; main enables it again

from ansible_collections.voip_communications.sms.plugins.module_utils._api.client import counted
from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import Faults
from ansible_collections.voip_communications.sms.plugins.module_utils._task.account import read_account
from ansible_collections.voip_communications.sms.plugins.module_utils._task.module import ModuleSpec, main
from ansible_collections.voip_communications.sms.plugins.module_utils._task.specs import account_options, ledger_options
from ansible_collections.voip_communications.sms.plugins.module_utils._task.values import with_texts


def argument_spec() -> dict[str, dict[str, Any]]:
    """Return a new argument spec."""
    return {**account_options(), **ledger_options()}


def run(params: Mapping[str, Any], _check_mode: bool) -> dict[str, Any]:
    """Return what the service says about the account. Raise ``VoipsmsError``."""
    faults = Faults()
    account = faults.checked(read_account(with_texts(params, faults), faults))
    api = account.api()
    with counted(api):
        user = api.user(account.seconds)
    return {
        "account_timezone": user["user_timezone"],
        "balance_warning": user["user_balance_warning"],
        "requests": api.requests,
        "msg": "the service knows the account",
    }


def blank() -> dict[str, Any]:
    """Return the keys that every result has."""
    return {"changed": False, "account_timezone": None, "balance_warning": None, "requests": 0}


def module_spec() -> ModuleSpec:
    """Return the module for ``main`` and for its local action."""
    return ModuleSpec(argument_spec=argument_spec(), run=run, blank=blank)


if __name__ == "__main__":
    main(module_spec())
