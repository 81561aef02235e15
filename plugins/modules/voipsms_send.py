#!/usr/bin/python
# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Send an SMS now, once."""

from __future__ import annotations

DOCUMENTATION = r"""
module: voipsms_send
short_description: Send an SMS, once, through VoIP Communications
version_added: 1.0.0
description:
  - Sends one text to one or many recipients through the SMS API of VoIP Communications (voip-communications.net, which
    is not VoIP.ms).
  - The same task run again sends nothing again, for as long as O(dedupe_window) says. A message is reported as sent
    only when the service has accepted it.
  - In check mode nothing is sent and nothing is written; the result shows what a real run would do. It cannot predict
    what the service will refuse.
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
  idempotent:
    support: partial
    details:
      - Within O(dedupe_window), and with a ledger that is kept. O(force=true) always sends.
options:
  to:
    description:
      - The recipients. Each is a number, the name of one of the O(contacts), V(@) and the name of a group of them, or a
        dictionary with V(number), V(name) and whatever else contacts have.
      - A list, one text with commas, semicolons or line ends between the recipients, or a JSON list as text, such as
        surveys and the command line give.
      - Numbers may be written as people write them, such as V(+1 (281\) 234-5678).
      - C(+) or C(00) is always international; see O(default_region) for the others.
      - Each number must be a quoted string. YAML and INI turn unquoted digits into integers, and lose or change some.
      - A number gets one message, also when a person is listed beside a group that they are in. A warning names who is
        listed twice.
      - Impossible numbers, unknown names and groups with nobody in them are named all at once, before anything is sent;
        see O(fail_on).
    type: raw
    required: true
  msg:
    description:
      - The text.
      - More than 160 characters of the GSM alphabet, or more than 70 with any other character, are sent and billed in
        parts; see RV(segments).
      - It must be text. Anything else is refused, such as V(off), V(22:00) or V(1.10) without quotes, of which YAML
        makes C(False), C(1320) and C(1.1).
    type: raw
    required: true
  from:
    description:
      - The sender; a number of the account that is enabled for SMS. Replies go to the callback address of that number.
      - Without it, the message is a BULK message, at the lower rate.
    type: raw
  idempotency_key:
    description:
      - A name for this message, of 1 to 200 characters, such as C(deploy-4711-failed).
      - A recipient who had a message with this key is not sent another, even with another text; see O(on_different).
      - Without it, the key is made from sender and text.
      - It must be text; a number, a truth value or anything else is refused.
    type: raw
  dedupe_window:
    description:
      - For how many seconds after it was accepted the message counts as already sent; V(1) to V(31536000).
      - The default is V(600) without O(idempotency_key), and V(2592000) (30 days) with it.
    type: int
  force:
    description:
      - Send although it was already sent, or may have been.
      - The task still waits for a run that is sending the same message at this moment.
      - Each run, and each host that runs the task, sends again; give it C(run_once=true).
    type: bool
    default: false
  on_different:
    description:
      - What to do when a recipient had another text, or the same from another sender, under this O(idempotency_key).
      - V(fail) sends nothing to anyone and fails.
      - V(skip) counts it as the same message.
    type: str
    choices: [fail, skip]
    default: fail
  on_unknown:
    description:
      - What to do about a recipient to whom an earlier run may have sent the message, when it is not known whether it
        did.
      - With O(account_timezone), the message log is read first, with every value of this option. A message that it
        shows is a duplicate. The log is not read for a message that this run itself may have sent, since it may appear
        in the log later; such a message always fails the task.
      - V(fail) leaves the recipient out and fails, after sending to the others.
      - V(skip) leaves the recipient out and goes on. The task still fails when no recipient has the message for
        certain.
      - V(resend) sends again, so the recipient may get the message twice.
      - V(resend_if_absent) sends again only when the message log does not show the message. The log must be read to its
        end, in at most 100 pages, 15 minutes or more after the last moment at which the earlier run could begin its
        request, and hold nothing that could be the message. Otherwise it acts like V(fail), and the result says why,
        and when to run the task again. It needs O(account_timezone), and a ledger.
      - The call that reads the log is observed, not documented. That every message is in it after 15 minutes, and that
        its dates are in the zone of the account, is assumed.
    type: str
    choices: [fail, skip, resend, resend_if_absent]
    default: fail
  fail_on:
    description:
      - When refused recipients fail the task; always after all recipients were tried.
      - V(any) fails when one is refused. Impossible numbers, unknown names and faults of O(contacts) fail it before
        anything is sent.
      - V(all) fails when no recipient has the message. Impossible numbers and unknown names count as refused, and the
        message is sent to the others. Faults of O(contacts) are warnings.
      - V(none) does not fail on refused recipients.
      - When the service refuses a whole request, or cannot be reached, the task always fails.
    type: str
    choices: [any, all, none]
    default: any
  max_segments:
    description:
      - Refuse a text that would be billed in more parts than this, V(1) to V(255).
    type: int
  charset:
    description:
      - V(auto) sends the text as it is. One character outside the GSM alphabet makes all of it UCS-2, with 70
        characters a part.
      - V(gsm7) writes typographic quotes, dashes, ellipses and spaces as plain characters, and refuses a text that
        still does not fit GSM-7.
    type: str
    choices: [auto, gsm7]
    default: auto
  batch_size:
    description:
      - How many recipients go into one request, V(1) to V(1000). Each batch succeeds or fails on its own.
      - Up to ten requests are in progress at once, and one at a time once the service asks for fewer (HTTP 429).
    type: int
    default: 100
seealso:
  - module: voip_communications.sms.voipsms_notify
  - module: voip_communications.sms.voipsms_scheduled
  - module: voip_communications.sms.voipsms_log_info
  - module: voip_communications.sms.voipsms_ledger_info
  - module: voip_communications.sms.voipsms_ledger
"""

EXAMPLES = r"""
- name: Tell the person on call
  voip_communications.sms.voipsms_send:
    api_key: "{{ vault_voipsms_api_key }}"
    api_password: "{{ vault_voipsms_api_password }}"
    to: "+1 281 234 5678"
    msg: "db1 is down"
  delegate_to: localhost
  become: false
  run_once: true

- name: Tell three people once, however often this job is run again
  voip_communications.sms.voipsms_send:
    to:
      - "+12812345678"
      - "+1 (281) 234-5679"
      - "0012812345680"
    msg: "Deployment {{ release | default('4711') }} has failed"
    idempotency_key: "deploy-{{ release | default('4711') }}-failed"
    on_different: skip
    fail_on: all
  delegate_to: localhost
  become: false
  run_once: true

- name: Tell a person, a group and a number, with contacts from a variable
  voip_communications.sms.voipsms_send:
    contacts:
      - name: anna
        number: "+49 1511 2345678"
        groups: [dba, oncall]
      - name: ben
        number: "+44 7700 900123"
        groups: [dba]
    to: [anna, "@dba", "+1 281 555 0100"]
    msg: "db1 is down"
  delegate_to: localhost
  become: false
  run_once: true

- name: Tell everyone on call, with contacts from a spreadsheet
  voip_communications.sms.voipsms_send:
    contacts: "{{ playbook_dir }}/people.csv"
    to: "@oncall"
    msg: "db1 is down"
  delegate_to: localhost
  become: false
  run_once: true

- name: Send from one of our numbers, in one segment, with national numbers
  voip_communications.sms.voipsms_send:
    to: ["281 234 5678", "281 234 5679"]
    from: "713 456 7890"
    default_region: US
    msg: "Maintenance begins at 22:00 \u2013 mail will be away for \u201cabout\u201d an hour\u2026"
    charset: gsm7
    max_segments: 1
    dedupe_window: 86400
  delegate_to: localhost
  become: false

- name: Set credentials and behaviour once for all modules of the collection
  module_defaults:
    group/voip_communications.sms.voipsms:
      api_key: "{{ vault_voipsms_api_key }}"
      api_password_file: /etc/voipsms/password
      api_url: https://voip-communications.net/api-v2/index.php/
      timeout: 10
      deadline: 60
      validate_certs: true
      ca_path: /etc/ssl/certs/ca-certificates.crt
      ledger: /var/lib/voipsms/ledger.sqlite3
      ledger_account: production
      limit: [5/15m, 12/1h]
      account_limit: [500/1d]
      critical_limit: [10/15m]
      question_limit: [20/1h]
      on_limit: hold
  delegate_to: localhost
  become: false
  block:
    - name: Send to many, in requests of 50
      voip_communications.sms.voipsms_send:
        to: "{{ groups['oncall'] | map('extract', hostvars, 'phone') | list }}"
        msg: "Datacentre 2 is on batteries"
        batch_size: 50

    - name: Send again on purpose, although it was already sent
      voip_communications.sms.voipsms_send:
        to: "+12812345678"
        msg: "Datacentre 2 is on batteries"
        force: true
      run_once: true

    - name: Send again after an unknown outcome, having looked into the message log
      voip_communications.sms.voipsms_send:
        to: "+12812345678"
        msg: "db1 is down"
        on_unknown: resend

- name: Send it once from whichever machine this job runs on
  voip_communications.sms.voipsms_send:
    to: "+12812345678"
    msg: "db1 is down"
    ledger: postgresql://voipsms@db.example.org/voipsms?sslrootcert=/etc/ssl/db.pem
    ledger_password: "{{ vault_voipsms_ledger_password }}"
  delegate_to: localhost
  become: false
  run_once: true

- name: Try again every 5 minutes, until it is known that the message went out, once
  voip_communications.sms.voipsms_send:
    to: "+12812345678"
    msg: "Deployment 4711 has failed"
    idempotency_key: deploy-4711-failed
    on_unknown: resend_if_absent
    account_timezone: America/Chicago
  delegate_to: localhost
  become: false
  run_once: true
  register: notification
  until: notification is success
  retries: 5
  delay: 300

- name: Try it on your own sandbox, without a ledger
  voip_communications.sms.voipsms_send:
    api_key: sandbox
    api_password: sandbox
    api_url: http://127.0.0.1:8025/api-v2/index.php/
    ledger: none
    to: "+12812345678"
    msg: "This goes nowhere"
  delegate_to: localhost
  become: false
  run_once: true
"""

RETURN = r"""
results:
  description: The outcome for each recipient, in the order of O(to); impossible numbers last.
  returned: always
  type: list
  elements: dict
  contains:
    to:
      description: The recipient in E.164, or as O(to) has it when it cannot be read.
      type: str
      sample: "+12812345678"
    name:
      description:
        - The name of the contact with this number; or of the recipient, where O(to) gives it. Null when there is none.
      type: str
      sample: anna
    outcome:
      description:
        - V(sent) by this run, or V(duplicate) when an earlier run had it accepted within the window, by the service's
          answer or by the message log.
        - V(refused) by the service for this recipient, or an impossible number.
        - V(not_sent), which is certain, for the reason in C(code_desc).
        - V(unknown) when it may have been sent.
        - V(in_progress) when another run is sending it and did not finish before the deadline.
        - V(held) when a limit is reached; see O(limit). It was not sent, and is not sent later by itself.
        - V(would_send) in check mode.
      type: str
      sample: sent
    smsids:
      description: The identifiers that the service gave the message, one or more.
      type: list
      elements: str
      sample: ["2017559ea27008c6b7122900621"]
    code:
      description: The code of the service's record; 200 is success. Null without a record.
      type: int
      sample: 200
    code_desc:
      description: What the service, or this module, says about the outcome. Null when neither says anything.
      type: str
      sample: number not in service
    status:
      description: The status in the service's record.
      type: str
      sample: SENT
    country:
      description: The country in the service's record.
      type: str
      sample: US
    type:
      description: The kind of message in the service's record.
      type: str
      sample: BULKSMS
    sale:
      description: The price in the service's record, of all its parts together.
      type: float
      sample: 0.01
    delivery_date:
      description: The date in the service's record, as the service writes it.
      type: str
      sample: "2026-12-01 22:00:00"
    first_sent_at:
      description: When an earlier run sent it, or began to, in UTC. Null when this run sent it.
      type: str
      sample: "2026-12-01T21:00:00Z"
outcome:
  description:
    - The outcome of all recipients when they agree, else V(partial).
    - V(not_sent) when the whole task was refused, V(unknown) when it stopped in the middle.
  returned: always
  type: str
  sample: sent
smsids:
  description: The identifiers of all messages, including those of earlier runs.
  returned: always
  type: list
  elements: str
  sample: ["2017559ea27008c6b7122900621"]
encoding:
  description:
    - How the text is encoded, V(GSM-7) or V(UCS-2); computed here by 3GPP TS 23.038.
    - Null when the options could not be read.
  returned: always
  type: str
  sample: GSM-7
segments:
  description: In how many parts the text is sent and billed to each recipient; computed here by 3GPP TS 23.040.
  returned: always
  type: int
  sample: 1
cost:
  description:
    - The sum of the prices that the service named for what this run sent.
    - Null when it did not name all of them, and in check mode when something would be sent.
  returned: always
  type: float
  sample: 0.03
requests:
  description: How many requests this run made, including those for the message log.
  returned: always
  type: int
  sample: 1
failed_to:
  description: The recipients that do not have the message, or may not have it.
  returned: always
  type: list
  elements: str
  sample: ["+12812345679"]
key:
  description:
    - The key of the message, which is O(idempotency_key), or is made from sender, text and account.
    - M(voip_communications.sms.voipsms_ledger) takes it, and M(voip_communications.sms.voipsms_ledger_info) shows it.
  returned: always
  type: str
  sample: deploy-4711-failed
ledger:
  description: The ledger that was used; a database without its user.
  returned: always
  type: str
  sample: /root/.local/state/voipsms/ledger.sqlite3
ledger_created:
  description:
    - Whether this run created the ledger, so that nothing is known about earlier runs.
    - In check mode, whether a real run would.
    - Where a ledger was expected, V(true) is a warning sign.
  returned: always
  type: bool
  sample: false
msg:
  description: What happened, in a sentence; on failure also whether anything was sent, and what to do.
  returned: always
  type: str
  sample: sent to 3 recipients
"""

import gc
from collections.abc import Mapping
from functools import partial
from typing import Any

if __name__ == "__main__":
    gc.disable()  # nothing of what is imported is garbage; main enables it again

from ansible_collections.voip_communications.sms.plugins.module_utils._send.delivery import Delivery
from ansible_collections.voip_communications.sms.plugins.module_utils._task.module import ModuleSpec, main
from ansible_collections.voip_communications.sms.plugins.module_utils._task.report import (
    blank,
    held_warnings,
    ledger_keys,
    summary,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._task.report_diff import message_diff
from ansible_collections.voip_communications.sms.plugins.module_utils._task.send_options import read_send_options
from ansible_collections.voip_communications.sms.plugins.module_utils._task.specs import account_options, ledger_options


def argument_spec() -> dict[str, dict[str, Any]]:
    """Return a new argument spec."""
    return {
        **account_options(),
        **ledger_options(),
        "to": {"type": "raw", "required": True},
        "msg": {"type": "raw", "required": True},
        "from": {"type": "raw"},
        "idempotency_key": {"type": "raw", "no_log": False},
        "dedupe_window": {"type": "int"},
        "force": {"type": "bool", "default": False},
        "on_different": {"type": "str", "choices": ["fail", "skip"], "default": "fail"},
        "on_unknown": {
            "type": "str",
            "choices": ["fail", "skip", "resend", "resend_if_absent"],
            "default": "fail",
        },
        "fail_on": {"type": "str", "choices": ["any", "all", "none"], "default": "any"},
        "max_segments": {"type": "int"},
        "charset": {"type": "str", "choices": ["auto", "gsm7"], "default": "auto"},
        "batch_size": {"type": "int", "default": 100},
    }


def run(params: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
    """Deliver what the options ask for. Raise ``VoipsmsError`` while nothing was sent yet."""
    options = read_send_options(params)
    api = options.account.api()
    delivery = Delivery(
        options.request, api, options.ledger, options.fingerprints, options.account.deadline(), check_mode=check_mode
    )
    report = delivery.run()
    key = options.fingerprints.shown_key(options.request.key, options.request.label)
    results = options.names.named((*report.results, *options.impossible))
    text = api.safe_text(options.request.text)
    difference = partial(message_diff, label=options.request.label, text=text)
    reported = summary(results, key, options.policy, difference=difference)
    return {
        **reported,
        "warnings": [*options.warnings, *report.warnings, *held_warnings(results, options.policy)],
        "encoding": options.encoding,
        "segments": options.request.segments,
        "requests": api.requests,
        **ledger_keys(options.ledger, changed=reported["changed"], check_mode=check_mode),
    }


def module_spec() -> ModuleSpec:
    """Return the module for ``main`` and for its local action."""
    return ModuleSpec(argument_spec=argument_spec(), run=run, blank=blank)


if __name__ == "__main__":
    main(module_spec())
