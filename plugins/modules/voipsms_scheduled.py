#!/usr/bin/python
# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Schedule, move and cancel SMS."""

from __future__ import annotations

DOCUMENTATION = r"""
module: voipsms_scheduled
short_description: Schedule, move and cancel SMS through VoIP Communications
version_added: 1.0.0
description:
  - Makes the pending messages of an account match the task. Running the same task again changes nothing.
  - With O(name), the pending messages with that name are one unit with a date, a text and recipients. Change any of
    them in the task, and one run creates what is missing, and then cancels what is no longer wanted.
  - Without O(name), sender, recipient, text and minute identify a message. The same text for another day is another
    message.
  - The calls that list and cancel pending messages are assumed, since the vendor's page about them could not be read.
    Check them with M(voip_communications.sms.voipsms_scheduled_info), which only reads, before you rely on moving and
    cancelling; see O(scheduled_path).
  - A message counts as cancelled when the service has confirmed it and a list that showed the message no longer does,
    or when two lists prove that it is gone; and always only more than O(handover) before its date. Everything else is
    V(unknown), fails, and is settled by a later run, or by M(voip_communications.sms.voipsms_ledger) where no list can
    tell.
  - In check mode the list is read, and nothing is sent, cancelled or written.
author:
  - VoIP Communications SMS collection contributors (@voip-communications)
extends_documentation_fragment:
  - voip_communications.sms._attributes
  - voip_communications.sms._attributes.platform
  - voip_communications.sms._attributes.actiongroup_voipsms
  - voip_communications.sms._account
  - voip_communications.sms._ledger
  - voip_communications.sms._scheduled
  - voip_communications.sms._graces
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  state:
    description:
      - V(present) schedules the messages, V(absent) cancels them.
    type: str
    choices: [present, absent]
    default: present
  to:
    description:
      - The recipients, as in M(voip_communications.sms.voipsms_send). Needed for O(state=present).
      - With O(state=absent), pending messages to these numbers are meant.
    type: raw
  msg:
    description:
      - The text. Needed for O(state=present).
      - With O(state=absent), pending messages with this text are meant.
      - It must be text; a number, a truth value or anything else is refused.
    type: raw
  from:
    description:
      - The sender; a number of the account that is enabled for SMS. Without it, the message is a BULK message.
      - With O(state=absent), pending messages from this number are meant. The service fills in a sender for BULK
        messages, so that sender finds them.
    type: raw
  delivery_date:
    description:
      - When the message is to be delivered. Needed for O(state=present).
      - With an offset, such as V(2030-12-01T22:00:00+01:00) or V(2030-12-01T21:00:00Z), or without, such as
        V(2030-12-01 22:00). Quote it.
      - Without an offset it is wall time in O(timezone), or else in the account's zone.
      - Or from now on, as a duration of weeks, days of 24 hours, hours and minutes, such as V(+2h), V(+1d) or
        V(+1h30m), or as a wall time such as V(today 18:00), V(tomorrow 08:00) or V(monday 08:00). It needs O(name) and
        O(account_timezone). It is resolved once, and the ledger remembers the result for the name, so that the same
        task changes nothing when it is run again; R(the guide on dates,
        ansible_collections.voip_communications.sms.docsite.guide_dates) says until when.
      - The request carries wall time of the account to the minute, so seconds other than 00 are refused.
      - Dates that do not exist are refused, also hours that a clock change skips, and hours that exist twice where it
        is not certain which of them the service would take.
      - A date in the past is refused, unless the ledger knows that this message was sent then; the task is then ok.
      - Without O(account_timezone), a date is refused when it is over in every zone of the world. One that may be over
        in some zone is a warning, since such a message may go out at once.
      - With O(state=absent), pending messages for this minute are meant, or for the minute that a date from now on was
        resolved to.
    type: raw
  timezone:
    description:
      - The zone of a O(delivery_date) without an offset, as an IANA name such as V(Europe/Berlin).
      - It needs O(account_timezone).
      - It must be text; a number, a truth value or anything else is refused.
    type: raw
  name:
    description:
      - A name for the messages, of 1 to 200 characters, such as C(window-4711-reminder). Only the ledger knows it, for
        each account.
      - With O(state=absent), all messages with this name are meant, or those of them that O(to), O(from), O(msg) and
        O(delivery_date) select. So a task may keep its options when only its O(state) changes.
      - Only one run at a time changes the messages with a name; other runs wait for it.
      - It must be text; a number, a truth value or anything else is refused.
    type: raw
  smsid:
    description:
      - With O(state=absent), the messages with these identifiers are meant. Excludes O(name) and the other options that
        say which messages are meant.
      - A list, in any notation of O(to). Each must be text; a number or anything else is refused.
    type: raw
  min_lead:
    description:
      - Refuse a date that is fewer minutes ahead than this; V(0) to V(10080).
      - Without O(account_timezone), this must hold in every zone of the world. Where it may hold, the task warns.
    type: int
    default: 1
  on_date_mismatch:
    description:
      - What to do when the service confirms another date than the task has.
      - V(fail) cancels what was just created, and fails.
      - V(warn) leaves it, and warns. It is not scheduled again automatically.
    type: str
    choices: [fail, warn]
    default: fail
  fail_if_sent:
    description:
      - With O(state=absent), fail when a message that is meant was already sent.
    type: bool
    default: false
  cancel_shared:
    description:
      - Cancel an identifier even when it also carries messages to recipients who were not meant.
      - By default the task then fails, names them, and changes nothing.
    type: bool
    default: false
  max_segments:
    description:
      - Refuse a text that would be billed in more parts than this, V(1) to V(255).
    type: int
  charset:
    description:
      - V(auto) sends the text as it is.
      - V(gsm7) writes typographic quotes, dashes, ellipses and spaces as plain characters, and refuses a text that
        still does not fit GSM-7.
    type: str
    choices: [auto, gsm7]
    default: auto
seealso:
  - module: voip_communications.sms.voipsms_scheduled_info
  - module: voip_communications.sms.voipsms_account_info
  - module: voip_communications.sms.voipsms_ledger
  - module: voip_communications.sms.voipsms_send
"""

EXAMPLES = r"""
- name: Remind everyone the day before, and an hour before
  voip_communications.sms.voipsms_scheduled:
    name: "window-4711-{{ item.name }}"
    to: ["+12812345678", "+12812345679"]
    msg: "Maintenance of the mail servers begins {{ item.when }}"
    delivery_date: "{{ item.date }}"
    account_timezone: America/Chicago
  loop:
    - name: day-before
      when: tomorrow at 22:00
      date: "2030-12-01T22:00:00+01:00"
    - name: hour-before
      when: in an hour
      date: "2030-12-02T21:00:00+01:00"
  delegate_to: localhost
  become: false
  run_once: true

- name: Move the messages of a window by a day, with the same task and the new date
  voip_communications.sms.voipsms_scheduled:
    name: window-4711-day-before
    to: ["+12812345678", "+12812345679"]
    msg: "Maintenance of the mail servers begins tomorrow at 22:00"
    delivery_date: "2030-12-02 22:00"
    timezone: Europe/Berlin
    account_timezone: America/Chicago
    min_lead: 30
    on_date_mismatch: fail
    charset: gsm7
    max_segments: 1
  delegate_to: localhost
  become: false
  run_once: true

- name: Remind whoever is on call two hours after the first run
  voip_communications.sms.voipsms_scheduled:
    name: "incident-{{ incident | default('4711') }}-reminder"
    to: "+12812345678"
    msg: "The incident is still open"
    delivery_date: "+2h"
    account_timezone: America/Chicago
  delegate_to: localhost
  become: false
  run_once: true

- name: Cancel the messages of a window
  voip_communications.sms.voipsms_scheduled:
    name: window-4711-day-before
    state: absent
    fail_if_sent: true
    list_grace: 10
    cancel_grace: 10
    handover: 15
  delegate_to: localhost
  become: false
  run_once: true

- name: Schedule one message without a name, from one of our numbers, in the account's zone
  voip_communications.sms.voipsms_scheduled:
    to: "+12812345678"
    from: "+17134567890"
    msg: "Your shift begins in an hour"
    delivery_date: "2030-12-01 17:00"
  delegate_to: localhost
  become: false

- name: Remind a person and a group of the contacts
  voip_communications.sms.voipsms_scheduled:
    name: drill-4711
    contacts: "{{ voipsms_contacts }}"
    to: [anna, "@dba"]
    msg: "The drill begins in an hour"
    delivery_date: "2030-12-01 17:00"
  delegate_to: localhost
  become: false
  run_once: true

- name: Cancel it by its text, recipient and date
  voip_communications.sms.voipsms_scheduled:
    state: absent
    to: "+12812345678"
    msg: "Your shift begins in an hour"
    delivery_date: "2030-12-01 17:00"
  delegate_to: localhost
  become: false

- name: Cancel by identifier, even if the service gave it to several recipients
  voip_communications.sms.voipsms_scheduled:
    state: absent
    smsid: ["2017559ea27008c6b7122900621"]
    cancel_shared: true
  delegate_to: localhost
  become: false

- name: Follow the vendor's page when it names other calls
  voip_communications.sms.voipsms_scheduled:
    state: absent
    smsid: ["2017559ea27008c6b7122900621"]
    scheduled_path: sms/list
    cancel_path: "sms/delete/{smsid}"
    cancel_method: POST
  delegate_to: localhost
  become: false
"""

RETURN = r"""
results:
  description: The outcome of each message; first those that the task wants, then those that were cancelled.
  returned: always
  type: list
  elements: dict
  contains:
    to:
      description:
        - The recipient in E.164, masked when only the ledger knows the message.
        - The identifier when nothing else is known.
      type: str
      sample: "+12812345678"
    name:
      description:
        - The name of the contact with this number; or of the recipient, where O(to) gives it. Null when there is none.
      type: str
      sample: anna
    outcome:
      description:
        - V(scheduled) by this run, V(duplicate) when it is pending already, V(already_sent) when it was sent.
        - V(cancelled) when the service has confirmed it and the list no longer shows the message, or when two lists
          have proved that it is gone.
        - V(refused) by the service, or still pending although the service was asked to cancel it.
        - V(not_sent), which is certain, for the reason in C(code_desc).
        - V(unknown) when it may have been scheduled, or cancelled, or may still be pending, or may have gone out.
        - V(in_progress) when another run is scheduling it and did not end before the deadline.
        - V(would_schedule) and V(would_cancel) in check mode.
      type: str
      sample: scheduled
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
      description: What the service, or this module, says about the outcome.
      type: str
      sample: ""
    status:
      description: The status in the service's record.
      type: str
      sample: SCHEDULED
    country:
      description: The country in the service's record.
      type: str
      sample: US
    type:
      description: The kind of message in the service's record.
      type: str
      sample: BULKSMS
    sale:
      description: The price in the service's record. It is charged when the message is sent.
      type: float
      sample: 0.01
    delivery_date:
      description: When it will be sent, in wall time of the account, as the service or the ledger writes it.
      type: str
      sample: "2026-12-01 15:00:00"
    first_sent_at:
      description: When an earlier run scheduled it, in UTC. Null when this run did.
      type: str
      sample: "2026-11-20T21:00:00Z"
outcome:
  description:
    - The outcome of all messages when they agree, V(partial) when not.
    - V(unchanged) when there was nothing to do.
    - V(not_sent) when the whole task was refused, and nothing was changed; V(unknown) when it stopped in the middle.
  returned: always
  type: str
  sample: scheduled
smsids:
  description: The identifiers of all these messages.
  returned: always
  type: list
  elements: str
  sample: ["2017559ea27008c6b7122900621"]
encoding:
  description: How the text is encoded, V(GSM-7) or V(UCS-2). Null with O(state=absent).
  returned: always
  type: str
  sample: GSM-7
segments:
  description: In how many parts the text is sent and billed to each recipient. Null with O(state=absent).
  returned: always
  type: int
  sample: 1
cost:
  description: The sum of the prices that the service named for what this run scheduled; null when one is missing.
  returned: always
  type: float
  sample: 0.02
requests:
  description: How many requests this run made, including those that only read.
  returned: always
  type: int
  sample: 7
failed_to:
  description: The recipients whose message is not for certain in the state that the task wants.
  returned: always
  type: list
  elements: str
  sample: ["+12812345679"]
key:
  description:
    - The key of the message, made from sender, text and minute. Null with O(state=absent).
    - Whatever the task did, RV(voip_communications.sms.voipsms_ledger_info#module:rows[].key) shows it.
  returned: always
  type: str
  sample: 13dac54a1cc86aad98c987c6b45e206dcc2efd5e
delivery_date:
  description: The date as the request carries it, in wall time of the account. Null with O(state=absent).
  returned: always
  type: str
  sample: "2026-12-01 15:00"
delivery_at:
  description: The same in ISO 8601 with its offset. Null where the account's zone is not known.
  returned: always
  type: str
  sample: "2026-12-01T15:00:00-06:00"
ledger:
  description: The ledger that was used.
  returned: always
  type: str
  sample: /root/.local/state/voipsms/ledger.sqlite3
ledger_created:
  description:
    - Whether this run created the ledger, so that nothing is known about earlier runs.
    - In check mode, whether a real run would.
  returned: always
  type: bool
  sample: false
msg:
  description: What happened, in a sentence; on failure also whether anything was changed, and what to do.
  returned: always
  type: str
  sample: scheduled for 2 recipients, at 2026-12-01 15:00
"""

import gc
from collections.abc import Mapping, Sequence
from typing import Any

if __name__ == "__main__":
    gc.disable()  # nothing of what is imported is garbage; main enables it again

from ansible_collections.voip_communications.sms.plugins.module_utils._api.client import counted
from ansible_collections.voip_communications.sms.plugins.module_utils._api.scheduled import ScheduledApi
from ansible_collections.voip_communications.sms.plugins.module_utils._message import dates
from ansible_collections.voip_communications.sms.plugins.module_utils._message.outcome import Result
from ansible_collections.voip_communications.sms.plugins.module_utils._schedule.request import RelativeRequest
from ansible_collections.voip_communications.sms.plugins.module_utils._task.module import ModuleSpec, main
from ansible_collections.voip_communications.sms.plugins.module_utils._task.report import FailurePolicy
from ansible_collections.voip_communications.sms.plugins.module_utils._task.report_scheduled import (
    blank,
    scheduling_summary,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._task.schedule_context import (
    TaskContext,
    grace_options,
    list_options,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._task.schedule_options import (
    read_cancel_request,
    read_schedule_options,
    scheduler_of,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._task.specs import (
    account_options,
    ledger_options,
)


def argument_spec() -> dict[str, dict[str, Any]]:
    """Return a new argument spec."""
    return {
        **account_options(),
        **ledger_options(),
        **list_options(),
        **grace_options(),
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "to": {"type": "raw"},
        "msg": {"type": "raw"},
        "from": {"type": "raw"},
        "delivery_date": {"type": "raw"},
        "timezone": {"type": "raw"},
        "name": {"type": "raw"},
        "smsid": {"type": "raw"},
        "min_lead": {"type": "int", "default": 1},
        "on_date_mismatch": {"type": "str", "choices": ["fail", "warn"], "default": "fail"},
        "fail_if_sent": {"type": "bool", "default": False},
        "cancel_shared": {"type": "bool", "default": False},
        "max_segments": {"type": "int"},
        "charset": {"type": "str", "choices": ["auto", "gsm7"], "default": "auto"},
    }


def run(params: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
    """Make the pending messages what the options say. Raise ``VoipsmsError`` while nothing was changed yet."""
    return _present(params, check_mode) if params["state"] == "present" else _absent(params, check_mode)


def _present(params: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
    """Create what is missing, and cancel what the name no longer wants."""
    options = read_schedule_options(params)
    context = options.context
    scheduler, api = scheduler_of(context, check_mode=check_mode, cancel_shared=params["cancel_shared"])
    with counted(api):
        if isinstance(options.request, RelativeRequest):
            request, report = scheduler.present_relative(options.request)
        else:
            request, report = options.request, scheduler.present(options.request)
    key = context.fingerprints.shown_key(request.delivery.key, request.delivery.label)
    return {
        **scheduling_summary(
            _shown(report.results, context, api), key, FailurePolicy(), context.ledger, check_mode=check_mode
        ),
        "warnings": [*options.warnings, *report.warnings],
        "requests": api.requests,
        "encoding": options.encoding,
        "segments": request.delivery.segments,
        "delivery_date": request.date.wire,
        "delivery_at": dates.iso(request.date),
    }


def _absent(params: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
    """Cancel the messages that the options mean."""
    context, request = read_cancel_request(params)
    scheduler, api = scheduler_of(context, check_mode=check_mode, cancel_shared=params["cancel_shared"])
    with counted(api):
        report = scheduler.absent(request)
    policy = FailurePolicy(fail_if_sent=params["fail_if_sent"])
    return {
        **scheduling_summary(_shown(report.results, context, api), "", policy, context.ledger, check_mode=check_mode),
        "warnings": report.warnings,
        "requests": api.requests,
        "key": None,
    }


def _shown(results: Sequence[Result], context: TaskContext, api: ScheduledApi) -> list[Result]:
    """Return the results with names, and without a credential in their texts, which the service's list may hold."""
    named = context.names.named(results)
    return [result if result.text is None else result._replace(text=api.safe_text(result.text)) for result in named]


def module_spec() -> ModuleSpec:
    """Return the module for ``main`` and for its local action."""
    return ModuleSpec(argument_spec=argument_spec(), run=run, blank=blank)


if __name__ == "__main__":
    main(module_spec())
