#!/usr/bin/python
# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell the ledger what became of a message."""

from __future__ import annotations

DOCUMENTATION = r"""
module: voipsms_ledger
short_description: Tell the ledger what became of an SMS that may have been sent
version_added: 0.1.0
description:
  - When M(voip_communications.sms.voipsms_send) says that a message may have been sent, look into the account's message
    log, for example with M(voip_communications.sms.voipsms_log_info), and then say here what you have found.
  - After O(as=sent) the message is a duplicate for as long as its window lasts, as if the service had confirmed it.
    After O(as=not_sent) the same task sends it, unless an earlier attempt by this key is in doubt too. Then
    RV(results[].after) is V(unknown), and this module must be run once more for that one.
  - What the ledger knows for certain is not overruled, and neither is a run that is at work. Then the task fails, names
    every recipient that stands in the way, and changes nothing.
  - It speaks to no service. O(timeout), O(api_password), O(api_password_file), O(validate_certs), O(ca_path) and
    O(account_timezone) are accepted so that one C(module_defaults) block fits every module of the collection, and are
    not used. O(api_key) and O(api_url) tell which account of the ledger is meant.
author:
  - VoIP Communications SMS collection contributors (@voip-communications-sms)
extends_documentation_fragment:
  - voip_communications.sms._attributes
  - voip_communications.sms._attributes.actiongroup_voipsms
  - voip_communications.sms._account
  - voip_communications.sms._ledger
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: partial
    details:
      - Where O(as=not_sent) brings back that an earlier message by this key was accepted, the second run fails and
        says so.
options:
  state:
    description:
      - What the messages are to be.
    type: str
    choices: [resolved]
    default: resolved
  key:
    description:
      - The key of the message, as the failed task returned it, which is also the C(idempotency_key) that it was given.
    type: str
    required: true
  to:
    description:
      - The recipients; written as O(voip_communications.sms.voipsms_send#module:to).
    type: raw
    required: true
  as:
    description:
      - Whether these messages were sent.
    type: str
    choices: [sent, not_sent]
    required: true
seealso:
  - module: voip_communications.sms.voipsms_send
  - module: voip_communications.sms.voipsms_log_info
  - module: voip_communications.sms.voipsms_ledger_info
"""

EXAMPLES = r"""
- name: The message log shows it, so it was sent
  voip_communications.sms.voipsms_ledger:
    key: deploy-4711-failed
    to: "+12812345678"
    as: sent
    state: resolved
  delegate_to: localhost
  become: false
  run_once: true

- name: The message log does not show it, a quarter of an hour later either, so it was not sent
  voip_communications.sms.voipsms_ledger:
    key: "{{ told.key }}"
    to: "{{ told.failed_to }}"
    as: not_sent
  delegate_to: localhost
  become: false
  run_once: true
"""

RETURN = r"""
results:
  description: What the ledger holds of each recipient, in the order in which they were given.
  returned: always
  type: list
  elements: dict
  contains:
    to:
      description: The recipient in E.164.
      type: str
      sample: "+12812345678"
    before:
      description: The state before, V(unknown), V(accepted), V(refused) or V(absent).
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

from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import Faults, VoipsmsError
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import (
    GRACE,
    Fingerprints,
    Ledger,
    Row,
    state_of,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.resolve import Resolution, early, resolve
from ansible_collections.voip_communications.sms.plugins.module_utils._message.numbers import read_all
from ansible_collections.voip_communications.sms.plugins.module_utils._task.module import ModuleSpec, main
from ansible_collections.voip_communications.sms.plugins.module_utils._task.options import (
    account_options,
    ledger_options,
    read_kept_ledger,
    read_region,
)


def argument_spec() -> dict[str, dict[str, Any]]:
    """A fresh argument spec."""
    return {
        **account_options(),
        **ledger_options(),
        "state": {"type": "str", "choices": ["resolved"], "default": "resolved"},
        "key": {"type": "str", "required": True, "no_log": False},
        "to": {"type": "raw", "required": True},
        "as": {"type": "str", "choices": ["sent", "not_sent"], "required": True},
    }


def run(params: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
    """Resolve what is unknown. Raises ``VoipsmsError`` when something stands in the way; then nothing is changed."""
    ledger, fingerprints, numbers = _read(params)
    rows = _rows(ledger, fingerprints, params["key"], numbers)
    if ledger.missing:
        raise VoipsmsError(f"there is no ledger {ledger.name!r}; is this the machine and the user that ran the task?")
    now = ledger.now()
    resolution = resolve(rows, sent=params["as"] == "sent", now=now)
    if resolution.faults:
        raise VoipsmsError(f"{'; '.join(resolution.faults)}; the ledger was not changed")
    if resolution.changes and not check_mode:
        ledger.amend(resolution.changes)
        _look_again(resolution, _rows(ledger, fingerprints, params["key"], numbers))
    count = len(resolution.changes)
    said = params["as"].replace("_", " ")
    done = "would be" if check_mode else ("is" if count == 1 else "are")
    return {
        "warnings": [] if params["as"] == "sent" else _too_early(early(resolution, now)),
        "changed": bool(count),
        "results": _results(resolution, now),
        "diff": {name: _lines(resolution, name, now) for name in ("before", "after")},
        "key": params["key"],
        "ledger": ledger.name,
        "msg": f"{count} message{'' if count == 1 else 's'} {done} resolved as {said}"
        if count
        else f"nothing is left to resolve as {said}",
    }


def blank() -> dict[str, Any]:
    """The keys that are returned whatever happens."""
    return {"changed": False, "results": [], "key": "", "ledger": ""}


def _read(params: Mapping[str, Any]) -> tuple[Ledger, Fingerprints, tuple[str, ...]]:
    """The ledger and the recipients. Raises ``InputError`` with every fault, before anything is opened."""
    faults = Faults()
    ledger, fingerprints = read_kept_ledger(params, faults)
    if not params["key"].strip():
        faults.add("key is empty; give the one that the failed task returned")
    numbers = read_all(params["to"], read_region(params))
    faults.add(*(f"to: {sentence}" for _given, sentence in numbers.faults))
    faults.raise_if_any()
    return ledger, fingerprints, tuple(digits for _given, digits in numbers.read)


def _rows(ledger: Ledger, fingerprints: Fingerprints, key: str, numbers: tuple[str, ...]) -> dict[str, Row | None]:
    names = {number: fingerprints.recipient(number) for number in numbers}
    found = ledger.rows(fingerprints.key(key), names.values())
    return {number: found.get(name) for number, name in names.items()}


def _too_early(numbers: tuple[str, ...]) -> list[str]:
    if not numbers:
        return []
    shown = ", ".join(f"+{number}" for number in numbers)
    sentence = (
        f"less than {GRACE / 60:.0f} minutes ago the service may still have been taking the message to {shown}; if the"
        " message log is where you looked, look again before you send"
    )
    return [sentence]


def _look_again(resolution: Resolution, rows: Mapping[str, Row | None]) -> None:
    """A row that another run has changed meanwhile was left alone: whoever changed it knows more."""
    left = [f"+{number}" for number, row in resolution.rows.items() if rows[number] != row.after]
    if left:
        raise VoipsmsError(f"another run has changed the ledger meanwhile for {', '.join(left)}; run the task again")


def _results(resolution: Resolution, now: float) -> list[dict[str, Any]]:
    return [
        {"to": f"+{number}", "before": state_of(row.before, now), "after": state_of(row.after, now)}
        for number, row in resolution.rows.items()
    ]


def _lines(resolution: Resolution, side: str, now: float) -> str:
    return "".join(f"{result['to']} {result[side]}\n" for result in _results(resolution, now))


def task() -> ModuleSpec:
    """The module, for whichever front runs it."""
    return ModuleSpec(argument_spec=argument_spec(), run=run, blank=blank)


if __name__ == "__main__":
    main(task())
