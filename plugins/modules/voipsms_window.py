#!/usr/bin/python
# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Announce, move and call off a maintenance window."""

from __future__ import annotations

DOCUMENTATION = r"""
module: voipsms_window
short_description: Announce a maintenance window by SMS, move it, or call it off
version_added: 1.0.0
description:
  - Makes the reminders of a maintenance window pending. Run it again when the window has moved, and every reminder that
    is still ahead moves with it. Running the same task again changes nothing.
  - The list of pending messages is read once before, and once after something was changed, whatever the number of
    reminders. Everything new is scheduled before anything old is cancelled, so that a run that stops in between leaves
    too many messages rather than too few, and the next run cancels the surplus.
  - The messages are named after the window and the reminder, such as C(window-4711/day-before), so that
    M(voip_communications.sms.voipsms_scheduled) and M(voip_communications.sms.voipsms_scheduled_info) find them.
  - A reminder whose date is past is left out, and never sent late. If its message is still pending for another date,
    that message is cancelled. What is pending for that very minute is left alone, since it is about to go out.
  - What is refused or in doubt for one reminder keeps no other one from being scheduled.
  - What is said there of cancels, of the list and of the assumed calls holds here, too.
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
      - V(present) announces the window, or moves it. V(absent) cancels every reminder that has not gone out, also those
        that O(reminders) of this task does not name, since the ledger keeps the names of a window's reminders.
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - The name of the window, such as a ticket number. Give each window a name of its own, since the messages are
        found again by it. With a slash and the name of a reminder it may have 200 characters.
      - It must be text; a number, a truth value or anything else is refused.
    type: raw
    required: true
  start:
    description:
      - When the window begins, as wall time of O(timezone), such as V(2030-12-01 22:00), or with an offset. Quote it.
      - Or a date that counts from now on, such as V(+2h), V(today 22:00) or V(saturday 22:00), as C(delivery_date) of
        M(voip_communications.sms.voipsms_scheduled). It is resolved by the first run, and the ledger keeps
        the result for the O(name) of the window, until 30 days after it. A run with another start, and one that wants
        the window again after it was off, begins anew.
      - Hours that a clock change skips are refused, and so are hours that exist twice, unless they have an offset.
    type: raw
    required: true
  end:
    description:
      - When it ends, as wall time or with an offset, likewise, or so long after O(start), such as V(+90m) or V(+1h30m).
        It must be after O(start).
    type: raw
    required: true
  timezone:
    description:
      - The zone of the window, as an IANA name such as V(Europe/Berlin). The account may have another one, which
        O(account_timezone) must name.
      - It must be text; a number, a truth value or anything else is refused.
    type: raw
    required: true
  services:
    description:
      - What is worked on, one or a list. Without it the texts say the name of the window.
      - Each must be text; a number, a truth value or anything else is refused.
    type: raw
  text:
    description:
      - What else the usual texts say. It is left out where it does not fit.
      - It must be text; a number, a truth value or anything else is refused.
    type: raw
  to:
    description:
      - The recipients of every reminder that has none of its own, as in M(voip_communications.sms.voipsms_send). Of
        people only the number counts.
      - Whoever is in a group when the task runs gets the reminder.
    type: raw
  from:
    description:
      - The sender; a number of the account that is enabled for SMS. Without it, the messages are BULK messages.
    type: raw
  reminders:
    description:
      - The reminders, each a dictionary. A list of your own replaces the usual one.
      - C(name), needed and without a slash, is what a reminder is recognised by. The message of one that you remove
        from this list stays pending until the window is called off; leave it here with C(state=absent) instead.
      - C(before) is how long before the start it goes out, such as V(24h), V(90m), V(1d) or V(1h30m); a day has 24
        hours, over a clock change too.
      - C(at) instead is V(start) or V(end), with C(after), how long after that, if you like; or V(announce), which goes
        out at once, once for each window and recipient, unless the window is over.
      - C(text) is what it says instead of the usual text; C(after) needs it. C(recipients) are its own, instead of
        O(to). With C(state=absent) its message is cancelled, whatever its date is.
    type: raw
    default:
      - name: day-before
        before: 24h
      - name: hour-before
        before: 1h
      - name: begins
        at: start
      - name: ends
        at: end
  min_lead:
    description:
      - A reminder that is fewer minutes ahead than this counts as past; V(0) to V(10080).
    type: int
    default: 1
  segments:
    description:
      - In how many parts the usual texts, and those that are given as parts, must fit, V(1) to V(255). What is least
        important is left out. A text of your own is never shortened.
    type: int
    default: 1
  before_text:
    description:
      - The text of reminders with C(before) that have none of their own; a text, or a list of parts as
        P(voip_communications.sms.fit_segments#filter) has them.
    type: raw
  start_text:
    description:
      - The text of those at the start, likewise.
    type: raw
  end_text:
    description:
      - The text of those at the end, likewise.
    type: raw
  announce_text:
    description:
      - The text of those that go out at once, likewise.
    type: raw
  tell_if_moved:
    description:
      - Whether to tell those who have had a reminder when the window is moved, or wanted again, before its end.
      - Only recipients of the task can be told, since the ledger keeps no numbers in clear.
    type: bool
    default: false
  moved_text:
    description:
      - The text that tells it; a text or a list of parts.
    type: raw
  tell_if_off:
    description:
      - Whether to tell those who have had a reminder when the window is called off before its end. Of whom, see
        O(tell_if_moved).
    type: bool
    default: false
  off_text:
    description:
      - The text that tells it; a text or a list of parts.
    type: raw
seealso:
  - module: voip_communications.sms.voipsms_scheduled
  - module: voip_communications.sms.voipsms_scheduled_info
  - plugin: voip_communications.sms.maintenance_words
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Announce a window, and run the same task with other dates to move it
  voip_communications.sms.voipsms_window:
    name: window-4711
    start: "2030-12-01 22:00"
    end: "2030-12-01 23:30"
    timezone: Europe/Berlin
    account_timezone: America/Chicago
    services: [mail, calendar]
    text: Tickets stay open.
    contacts: "{{ voipsms_contacts }}"
    to: [anna, "@dba", "+12812345678"]
    tell_if_moved: true
  delegate_to: localhost
  become: false
  run_once: true

- name: Call it off, and tell those who have had a reminder
  voip_communications.sms.voipsms_window:
    name: window-4711
    state: absent
    start: "2030-12-01 22:00"
    end: "2030-12-01 23:30"
    timezone: Europe/Berlin
    account_timezone: America/Chicago
    to: ["+12812345678"]
    tell_if_off: true
    off_text: "Window 4711 is off"
    list_grace: 10
    cancel_grace: 10
    handover: 15
  delegate_to: localhost
  become: false
  run_once: true

- name: Announce a window that begins in two hours, and see when that is
  voip_communications.sms.voipsms_window:
    name: incident-17
    start: "+2h"
    end: "+90m"
    timezone: Europe/Berlin
    account_timezone: America/Chicago
    to: ["+12812345678"]
    reminders:
      - name: announcement
        at: announce
      - name: ends
        at: end
  delegate_to: localhost
  become: false
  run_once: true
  register: incident

- name: Announce it at once, and with reminders and texts of your own, from one of our numbers
  voip_communications.sms.voipsms_window:
    name: window-4712
    state: present
    start: "2030-12-02T08:00:00-06:00"
    end: "2030-12-02T09:00:00-06:00"
    timezone: America/Chicago
    account_timezone: America/Chicago
    from: "+17134567890"
    to: "+12812345678"
    min_lead: 5
    segments: 2
    announce_text: "Maintenance of the database on Monday, 8:00"
    before_text:
      - text: The database is down from 8:00 to 9:00.
      - text: Save your work before.
        rank: 1
    start_text: "The database goes down now"
    end_text: "The database is back"
    moved_text: "Maintenance of the database was moved"
    reminders:
      - name: announcement
        at: announce
      - name: quarter-before
        before: 15m
      - name: half-time
        at: start
        after: 30m
        text: "Half of the maintenance is done"
        recipients: ["+12812345679"]
      - name: ends
        at: end
  delegate_to: localhost
  become: false
  run_once: true
"""

RETURN = r"""
results:
  description:
    - The outcome of each message, by reminder in the order of their dates, then of those that go out at once, and then
      of those that tell what has changed.
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
    reminder:
      description: The name of the reminder. Null when the message tells that the window was moved, or is off.
      type: str
      sample: day-before
    outcome:
      description:
        - V(scheduled) by this run, V(duplicate) when it is pending already, V(already_sent) when it was sent.
        - V(cancelled) when the service has confirmed it and the list no longer shows the message, or when two lists
          have proved that it is gone.
        - V(refused) by the service, or still pending although the service was asked to cancel it.
        - V(not_sent), which is certain, for the reason in C(code_desc).
        - V(unknown) when it may have been scheduled, or cancelled, or may still be pending, or may have gone out.
        - V(in_progress) when another run is scheduling it and did not end before the deadline.
        - V(sent) of what goes out at once, or V(held) when a limit is reached; see O(limit).
        - V(would_schedule), V(would_cancel) and V(would_send) in check mode.
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
name:
  description:
    - The O(name) of the window, which tells the result of one window from that of another. Null when the task was
      refused.
  returned: always
  type: str
  sample: window-4711
start:
  description: When the window begins, in ISO 8601 and the zone of the window. Null when the task was refused.
  returned: always
  type: str
  sample: "2030-12-01T22:00:00+01:00"
end:
  description: When it ends, likewise.
  returned: always
  type: str
  sample: "2030-12-01T23:30:00+01:00"
calendar:
  description: The reminders; those that go out at once, and then the others in the order of their dates.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: The name of its messages.
      type: str
      sample: window-4711/day-before
    reminder:
      description: The name of the reminder.
      type: str
      sample: day-before
    at:
      description: When it goes out, in ISO 8601 and the zone of the window. Null for one that goes out at once.
      type: str
      sample: "2030-11-30T22:00:00+01:00"
    when:
      description: The same for people. Empty when it is not wanted, or goes out at once.
      type: str
      sample: Sat 30 Nov 2030 22:00 +0100
    late:
      description: Whether it counts as past.
      type: bool
      sample: false
    wanted:
      description: Whether it is wanted.
      type: bool
      sample: true
    text:
      description: Its text.
      type: str
      sample: "Maintenance of mail: Sun 1 Dec 22:00 to 23:30 (Europe/Berlin)."
    segments:
      description: In how many parts it is sent.
      type: int
      sample: 1
    recipients:
      description: The numbers of its recipients.
      type: list
      elements: str
      sample: ["+12812345678"]
    outcome:
      description: The outcome of its messages, as RV(outcome); V(left_out) when it counts as past.
      type: str
      sample: scheduled
    changed:
      description: Whether something was changed for it.
      type: bool
      sample: true
    failed:
      description: Whether one of its messages fails the task.
      type: bool
      sample: false
    msg:
      description: What came of it, in a sentence.
      type: str
      sample: scheduled for 1 recipient, at 2030-11-30 15:00
told:
  description: The numbers of those who were told that the window was moved, or is off, by this run or an earlier one.
  returned: always
  type: list
  elements: str
  sample: ["+12812345678"]
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
from collections.abc import Mapping
from typing import Any

if __name__ == "__main__":
    gc.disable()  # nothing of what is imported is garbage; main enables it again

from ansible_collections.voip_communications.sms.plugins.module_utils._api.client import counted
from ansible_collections.voip_communications.sms.plugins.module_utils._notify.window_run import run_window
from ansible_collections.voip_communications.sms.plugins.module_utils._task.module import ModuleSpec, main
from ansible_collections.voip_communications.sms.plugins.module_utils._task.report_window import WindowReport, blank
from ansible_collections.voip_communications.sms.plugins.module_utils._task.schedule_context import (
    grace_options,
    list_options,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._task.specs import (
    account_options,
    ledger_options,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._task.window_options import read_window_options

_TEXTS = ("before_text", "start_text", "end_text", "announce_text", "moved_text", "off_text")
_REMINDERS = (
    {"name": "day-before", "before": "24h"},
    {"name": "hour-before", "before": "1h"},
    {"name": "begins", "at": "start"},
    {"name": "ends", "at": "end"},
)


def argument_spec() -> dict[str, dict[str, Any]]:
    """Return a new argument spec."""
    return {
        **account_options(),
        **ledger_options(),
        **list_options(),
        **grace_options(),
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        **{name: {"type": "raw", "required": True} for name in ("name", "start", "end", "timezone")},
        **{name: {"type": "raw"} for name in ("services", "text", "to", "from", *_TEXTS)},
        "reminders": {"type": "raw", "default": [dict(reminder) for reminder in _REMINDERS]},
        "min_lead": {"type": "int", "default": 1},
        "segments": {"type": "int", "default": 1},
        "tell_if_moved": {"type": "bool", "default": False},
        "tell_if_off": {"type": "bool", "default": False},
    }


def run(params: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
    """Make the reminders what the options say. Raise ``VoipsmsError`` while nothing was changed yet."""
    options = read_window_options(params)
    api = options.context.api()
    context = options.context.schedule_context(api, options.context.account.deadline(), check_mode=check_mode)
    with counted(api):
        goal, done = run_window(context, options.goal, options.relative, options.goal_at)
    done = done.mapped(options.context.names.named, api.safe_text)
    report = WindowReport(goal, done, options.account_timezone, allow_held=options.allow_held)
    return {
        **report.summary(context.ledger, check_mode=check_mode),
        "warnings": list(dict.fromkeys([*context.warnings, *report.warnings()])),
        "requests": api.requests,
    }


def module_spec() -> ModuleSpec:
    """Return the module for ``main`` and for its local action."""
    return ModuleSpec(argument_spec=argument_spec(), run=run, blank=blank)


if __name__ == "__main__":
    main(module_spec())
