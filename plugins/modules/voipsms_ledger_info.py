#!/usr/bin/python
# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Show what the ledger holds."""

from __future__ import annotations

DOCUMENTATION = r"""
module: voipsms_ledger_info
short_description: Show the ledger of SMS that were sent, were scheduled, or may have been sent
version_added: 1.0.0
description:
  - Lists the rows of the ledger for one account, the newest first, with masked numbers, ages and states. Changes
    nothing, and creates no ledger where there is none.
  - With O(states=unknown) it shows the messages that a person has to look into, and with O(states=cancelling) those
    whose cancellation is not certain yet, which later lists may settle. Give the findings to
    M(voip_communications.sms.voipsms_ledger).
  - It sends no request to the service. O(timeout), O(api_password), O(api_password_file), O(validate_certs), O(ca_path)
    and O(account_timezone) are accepted so that one C(module_defaults) block fits every module of the collection, and
    are not used. O(api_key) and O(api_url) tell which account of the ledger is meant.
author:
  - VoIP Communications SMS collection contributors (@voip-communications)
extends_documentation_fragment:
  - voip_communications.sms._attributes
  - voip_communications.sms._attributes.platform
  - voip_communications.sms._attributes.actiongroup_voipsms
  - voip_communications.sms._attributes.info
  - voip_communications.sms._account
  - voip_communications.sms._ledger
options:
  states:
    description:
      - Only rows in one of these states; see RV(rows[].state).
    type: list
    elements: str
    choices: [sending, accepted, refused, unknown, cancelling, cancelled]
  key:
    description:
      - Only messages with this key, as a task returned it or RV(rows[].key) shows it; it equals the task's
        C(idempotency_key), if it had one.
      - It must be text; a number, a truth value or anything else is refused.
    type: raw
  to:
    description:
      - Only messages to these recipients; written as O(voip_communications.sms.voipsms_send#module:to).
    type: raw
  max_rows:
    description:
      - How many rows are listed at most, V(1) to V(100000). See RV(complete).
    type: int
    default: 100
seealso:
  - module: voip_communications.sms.voipsms_ledger
  - module: voip_communications.sms.voipsms_log_info
"""

EXAMPLES = r"""
- name: See whether anything may have been sent
  voip_communications.sms.voipsms_ledger_info:
    states: [unknown]
  delegate_to: localhost
  become: false
  register: doubtful

- name: Show what a person has to look into
  ansible.builtin.debug:
    msg: "{{ item.to }} since {{ item.since }}, with the key {{ item.key }}"
  loop: "{{ doubtful.rows }}"

- name: See what one person was told under one key
  voip_communications.sms.voipsms_ledger_info:
    key: deploy-4711-failed
    to: "+12812345678"
    max_rows: 10
  delegate_to: localhost
  become: false
"""

RETURN = r"""
rows:
  description: The rows, the newest first.
  returned: always
  type: list
  elements: dict
  contains:
    to:
      description: The recipient, masked. The ledger does not hold whole numbers.
      type: str
      sample: "+1********78"
    state:
      description:
        - V(sending) while a run is sending it, V(accepted) by the service, V(refused) by the service for this
          recipient, V(cancelled) when lists have proved that a scheduled message is gone, or a person has said so.
        - V(cancelling) from the moment at which a run asks for the cancellation of a scheduled message until its effect
          is certain. The request has a row of its own, too, by the identifier of the message; it is settled with the
          message.
        - V(unknown) when it may have been sent; also when the run that was sending it ended without recording an
          outcome, and when the row lies ahead by more than ten minutes, so that a clock was wrong when it was written.
      type: str
      sample: unknown
    key:
      description:
        - The key, as the task returned it; it equals the task's C(idempotency_key), if it had one.
        - The option O(voip_communications.sms.voipsms_ledger#module:key) takes it.
      type: str
      sample: deploy-4711-failed
    since:
      description: When it was accepted, or else when sending began, in UTC.
      type: str
      sample: "2026-12-01T21:00:00Z"
    age:
      description: Seconds from then to now.
      type: int
      sample: 4711
    attempts:
      description: How many times a run began to send it.
      type: int
      sample: 1
    smsids:
      description: The identifiers that the service gave it.
      type: list
      elements: str
      sample: ["2017559ea27008c6b7122900621"]
    delivery_date:
      description: When a scheduled message goes out, in wall time of the account. Null for one that was sent at once.
      type: str
      sample: "2026-12-01 15:00"
    run:
      description: The host and the process id of the run that wrote the row.
      type: str
      sample: ci-7:4711
    kept_until:
      description: After this moment, in UTC, the row may be removed.
      type: str
      sample: "2026-12-31T21:15:00Z"
counts:
  description: How many of these rows are in each state.
  returned: always
  type: dict
  sample: {"sending": 0, "accepted": 0, "refused": 0, "unknown": 1, "cancelling": 0, "cancelled": 0}
held:
  description:
    - How many messages were held back within the last 30 days because of a limit; with O(to), those to these people.
    - The ledger keeps no row of such a message, so neither O(key) nor O(states) changes the number.
  returned: always
  type: int
  sample: 0
complete:
  description: Whether these are all matching rows. If not, O(max_rows) can be raised.
  returned: always
  type: bool
  sample: true
ledger:
  description: The ledger that was read.
  returned: always
  type: str
  sample: /root/.local/state/voipsms/ledger.sqlite3
ledger_missing:
  description: Whether there is no ledger. Where one was expected, V(true) is a warning sign.
  returned: always
  type: bool
  sample: false
msg:
  description: What was found, in a sentence.
  returned: always
  type: str
  sample: 1 row, of which 1 unknown
"""

import gc
from collections.abc import Mapping
from typing import Any

if __name__ == "__main__":
    gc.disable()  # nothing of what is imported is garbage; main enables it again

from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.inspect import count_by_state, describe
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import State
from ansible_collections.voip_communications.sms.plugins.module_utils._task.ledger_options import read_inspect_options
from ansible_collections.voip_communications.sms.plugins.module_utils._task.module import ModuleSpec, main
from ansible_collections.voip_communications.sms.plugins.module_utils._task.report_ledger import (
    inspection_sentence,
    missing_sentence,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._task.specs import account_options, ledger_options


def argument_spec() -> dict[str, dict[str, Any]]:
    """Return a new argument spec."""
    return {
        **account_options(),
        **ledger_options(),
        "states": {"type": "list", "elements": "str", "choices": [state.value for state in State]},
        "key": {"type": "raw", "no_log": False},
        "to": {"type": "raw"},
        "max_rows": {"type": "int", "default": 100},
    }


def run(params: Mapping[str, Any], _check_mode: bool) -> dict[str, Any]:
    """Return the rows that the options ask for. Raise ``VoipsmsError`` when the ledger cannot be read."""
    ledger, row_filter, max_rows = read_inspect_options(params)
    now = ledger.now()
    newest = ledger.newest(lambda row: row_filter.matches(row, now), max_rows + 1)
    rows, is_complete = newest[:max_rows], len(newest) <= max_rows
    counts = count_by_state(rows, now)
    held = ledger.held_count(row_filter.recipients)
    sentence = inspection_sentence(len(rows), counts, held, is_complete=is_complete)
    return {
        "rows": [describe(row, now) for row in rows],
        "counts": counts,
        "held": held,
        "complete": is_complete,
        "ledger": ledger.name,
        "ledger_missing": ledger.missing,
        "msg": missing_sentence(ledger.name) if ledger.missing else sentence,
    }


def blank() -> dict[str, Any]:
    """Return the keys that every result has."""
    return {
        "changed": False,
        "rows": [],
        "counts": count_by_state([], 0.0),
        "held": 0,
        "complete": False,
        "ledger": "",
        "ledger_missing": False,
    }


def module_spec() -> ModuleSpec:
    """Return the module for ``main`` and for its local action."""
    return ModuleSpec(argument_spec=argument_spec(), run=run, blank=blank)


if __name__ == "__main__":
    main(module_spec())
