#!/usr/bin/python
# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell the ledger whether a message was sent."""

from __future__ import annotations

DOCUMENTATION = r"""
module: voipsms_ledger
short_description: Tell the ledger whether an SMS that may have been sent or cancelled was
version_added: 1.0.0
description:
  - When M(voip_communications.sms.voipsms_send) says that a message may have been sent, look into the account's message
    log, for example with M(voip_communications.sms.voipsms_log_info), and then tell the ledger here what you found.
  - After O(as=sent) the message is a duplicate for as long as its window lasts, as if the service had confirmed it.
    After O(as=not_sent) the same task sends it, unless an earlier attempt with this key is in doubt too. Then
    RV(results[].after) is V(unknown), and this module must be run once more for that attempt.
  - A message that the ledger has as accepted or claimed more than ten minutes ahead, because a clock was wrong, is in
    doubt too. It is resolved in the same way, and its window begins now.
    With O(as=not_sent), a claim whose run may be at work holds for one more lease. Then RV(results[].after) is
    V(sending), and this module must be run once more after that.
  - A message of M(voip_communications.sms.voipsms_scheduled) that may have been scheduled, or cancelled, is resolved by
    the account's list of pending messages when that task runs again. Where there is no list, or its date is too near or
    over, look into the account, and resolve it here.
  - What the ledger knows for certain is not overruled, and neither is a run that is still sending. Then the task fails,
    names every recipient that prevents it, and changes nothing.
  - It sends no request to the service. O(timeout), O(api_password), O(api_password_file), O(validate_certs), O(ca_path)
    and O(account_timezone) are accepted so that one C(module_defaults) block fits every module of the collection, and
    are not used. O(api_key) and O(api_url) tell which account of the ledger is meant.
author:
  - VoIP Communications SMS collection contributors (@voip-communications)
extends_documentation_fragment:
  - voip_communications.sms._attributes
  - voip_communications.sms._attributes.platform
  - voip_communications.sms._attributes.actiongroup_voipsms
  - voip_communications.sms._account
  - voip_communications.sms._ledger
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details:
      - Shows the state of each message before and after. The ledger keeps no texts.
  idempotent:
    support: partial
    details:
      - Where O(as=not_sent) shows that an earlier message with this key was accepted, the second run fails and says so.
options:
  state:
    description:
      - The state that the messages shall have.
    type: str
    choices: [resolved]
    default: resolved
  key:
    description:
      - The key of the message, as the failed task returned it, or as
        RV(voip_communications.sms.voipsms_ledger_info#module:rows[].key) shows it; it equals the task's
        C(idempotency_key), if it had one.
      - It must be text; a number, a truth value or anything else is refused.
    type: raw
    required: true
  to:
    description:
      - The recipients; written as O(voip_communications.sms.voipsms_send#module:to).
    type: raw
    required: true
  as:
    description:
      - What is so. V(sent) and V(not_sent) are for every message, V(scheduled) and V(cancelled) for those of
        M(voip_communications.sms.voipsms_scheduled) alone.
      - V(scheduled) says that the message is pending, so it is kept, and no run cancels it that planned to before.
      - V(cancelled) says that the message is not pending and will not go out, so the same task schedules a new one. It
        may also be said of a message that was cancelled elsewhere, which no list can show to be gone.
    type: str
    choices: [sent, not_sent, scheduled, cancelled]
    required: true
seealso:
  - module: voip_communications.sms.voipsms_send
  - module: voip_communications.sms.voipsms_log_info
  - module: voip_communications.sms.voipsms_ledger_info
"""

EXAMPLES = r"""
- name: Resolve a message that the message log shows, so it was sent
  voip_communications.sms.voipsms_ledger:
    key: deploy-4711-failed
    to: "+12812345678"
    as: sent
    state: resolved
  delegate_to: localhost
  become: false
  run_once: true

- name: Resolve a message that is still not in the message log after 15 minutes, so it was not sent
  voip_communications.sms.voipsms_ledger:
    key: "{{ notification.key }}"
    to: "{{ notification.failed_to }}"
    as: not_sent
  delegate_to: localhost
  become: false
  run_once: true

- name: Resolve a scheduled message whose cancel was not answered, and which the account's page no longer shows
  voip_communications.sms.voipsms_ledger:
    key: "{{ announcement.key }}"
    to: "+12812345678"
    as: cancelled
  delegate_to: localhost
  become: false
  run_once: true
"""

RETURN = r"""
results:
  description: What the ledger holds for each recipient, in the order of O(to).
  returned: always
  type: list
  elements: dict
  contains:
    to:
      description: The recipient in E.164.
      type: str
      sample: "+12812345678"
    before:
      description: The state before, such as V(unknown), V(cancelling), V(accepted), V(refused) or V(absent).
      type: str
      sample: unknown
    after:
      description: The state after; V(absent) when the ledger holds nothing, so that the message can be sent.
      type: str
      sample: accepted
key:
  description: The key of the message.
  returned: always
  type: str
  sample: deploy-4711-failed
ledger:
  description: The ledger that was used.
  returned: always
  type: str
  sample: /root/.local/state/voipsms/ledger.sqlite3
msg:
  description: What was done, in a sentence.
  returned: always
  type: str
  sample: 1 message is resolved as sent
"""

import gc
from collections.abc import Mapping
from typing import Any

if __name__ == "__main__":
    gc.disable()  # nothing of what is imported is garbage; main enables it again

from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import VoipsmsError
from ansible_collections.voip_communications.sms.plugins.module_utils._task.ledger_options import (
    read_resolve_options,
    resolution_of,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._task.module import ModuleSpec, main
from ansible_collections.voip_communications.sms.plugins.module_utils._task.report_ledger import (
    confirm,
    missing_sentence,
    resolution_summary,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._task.specs import account_options, ledger_options


def argument_spec() -> dict[str, dict[str, Any]]:
    """Return a new argument spec."""
    return {
        **account_options(),
        **ledger_options(),
        "state": {"type": "str", "choices": ["resolved"], "default": "resolved"},
        "key": {"type": "raw", "required": True, "no_log": False},
        "to": {"type": "raw", "required": True},
        "as": {"type": "str", "choices": ["sent", "not_sent", "scheduled", "cancelled"], "required": True},
    }


def run(params: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
    """Resolve messages of unknown fate. Raise ``VoipsmsError`` when one cannot be; then nothing is changed."""
    options = read_resolve_options(params)
    ledger, rows = options.ledger, options.rows()
    if ledger.missing:
        raise VoipsmsError(missing_sentence(ledger.name))
    now = ledger.now()
    resolution = resolution_of(options, rows, now)
    if resolution.faults:
        raise VoipsmsError(f"{'; '.join(resolution.faults)}; the ledger was not changed")
    if resolution.changes and not check_mode:
        ledger.amend([*resolution.changes, *resolution.others])
        confirm(resolution, options.rows())
    return {
        **resolution_summary(resolution, meaning=options.meaning, now=now, check_mode=check_mode),
        "key": options.key,
        "ledger": ledger.name,
    }


def blank() -> dict[str, Any]:
    """Return the keys that every result has."""
    return {"changed": False, "results": [], "key": "", "ledger": ""}


def module_spec() -> ModuleSpec:
    """Return the module for ``main`` and for its local action."""
    return ModuleSpec(argument_spec=argument_spec(), run=run, blank=blank)


if __name__ == "__main__":
    main(module_spec())
