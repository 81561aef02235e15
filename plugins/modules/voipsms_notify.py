#!/usr/bin/python
# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell people of one event, once."""

from __future__ import annotations

DOCUMENTATION = r"""
module: voipsms_notify
short_description: Tell people of one event, once, each when they want to hear of it
version_added: 1.0.0
description:
  - Tells people of one event by SMS, such as that a backup has failed, through VoIP Communications
    (voip-communications.net, which is not VoIP.ms).
  - Who wants to hear of the event hears of it now. Who has quiet hours now is left out, or is told when these end. The
    message is then scheduled, and stays scheduled; see RV(later).
  - Each person is told once, however often the task is run, on however many hosts and in however many batches, and
    whether quiet hours have ended in between. A text that varies tells of the same event.
  - Nothing that happens to a message fails the task, unless O(required=true). What happened is in the result, and
    whatever did not go out for certain is a warning.
  - Options that are wrong always fail it, all named at once, before anything is sent.
  - In check mode nothing is sent, scheduled or written; the result shows what a real run would do. It cannot predict
    what the service will refuse.
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
    details:
      - For 30 days, and with a ledger that is kept.
options:
  to:
    description:
      - Whom to tell; numbers, names of O(contacts), V(@) and the name of a group of them, and people, in any notation
        of O(voip_communications.sms.voipsms_send#module:to).
      - A person is a dictionary with V(number), and perhaps V(name), V(events), V(severity), V(hours), V(quiet) and
        V(language), as O(contacts) have them. A number alone is told of everything, at any time.
      - A dictionary with V(calendar), the path or the https address of a calendar, or a list of them, stands for those
        of O(contacts) who are on call by it. It may have V(overrides), V(level), V(next), V(timezone), V(cache),
        V(stale_for) and V(timeout), as P(voip_communications.sms.oncall#lookup) has them, and V(fallback), recipients
        for when it is not certain who is on call. Without a fallback it is then a recipient who cannot be read.
        Addresses are not shown.
      - A number gets one message, the earliest of those that it could get.
      - A recipient who is unknown or cannot be read is V(refused) in the result, and a warning; the others are told.
        The task fails only when none is left, or with O(required=true). Where only V(events), V(severity) or V(hours)
        of a person cannot be read, the person is told as if they were not there.
    type: raw
    required: true
  event:
    description:
      - What happened, in one word, such as V(failed) or V(backup_failed). People can choose by it, with their
        V(events).
      - V(failed), and a word that ends in V(_failed), is a failure; see O(subject).
    type: raw
    required: true
  severity:
    description:
      - How severe it is. People can choose by it, with their V(severity).
      - V(critical) events are sent at once to whoever has quiet hours but cannot be told at their end for certain.
      - The default is V(critical) for failures and for V(rolled_back), and V(info) for everything else.
    type: str
    choices: [info, warning, critical]
  known_events:
    description:
      - All events that there are. An event that a person in O(to) wants, and that is not among them, is then a warning.
      - It says nothing about O(contacts), who may want to hear of other things too.
    type: raw
  msg:
    description:
      - The text, which is sent whole.
      - Or a list of parts as P(voip_communications.sms.fit_segments#filter) takes them, of which the least important
        are left out until the text fits into O(segments).
      - Or a dictionary of a text, or of parts, for each language, such as V(de) or V(pt-BR). People get the text in
        their V(language), whether or not their region is the same; everyone else gets the one called V(default), or
        the first.
      - Typographic quotes, dashes, ellipses and spaces are written plainly where that makes the whole text GSM-7, so
        that it takes fewer parts. Any other text arrives as it is.
      - It must be text. Anything else is refused, such as V(off), V(22:00) or V(1.10) without quotes, of which YAML
        makes C(False), C(1320) and C(1.1).
    type: raw
    required: true
  segments:
    description: In how many billed parts a text shall fit that is given in parts; V(1) to V(255).
    type: int
    default: 1
  from:
    description:
      - The sender; a number of the account that is enabled for SMS.
      - Without it, the message is a BULK message, at the lower rate.
    type: raw
  idempotency_key:
    description:
      - A name for this event, of 1 to 200 characters, such as C(backup-2026-11-28-failed). Who has had a message with
        it is not told again.
      - It, or O(subject), is needed.
      - It must be text; a number, a truth value or anything else is refused.
    type: raw
  subject:
    description:
      - What the event is about, such as application, version and environment; a list of texts, or a dictionary of them,
        whose order does not matter.
      - The key is made of it, O(event), and the run of the O(pipeline); for failures also of the attempt. So the same
        event is told once in a run of the pipeline, and again in the next one.
      - It must hold texts. A number, or a date, has lost letters where YAML has read it, as V(1.10), and is refused.
    type: raw
  pipeline:
    description:
      - In which run of which pipeline this is, as P(voip_communications.sms.pipeline#lookup) returns it.
      - If not set, it is looked up, on the controller; without a pipeline each C(ansible-playbook) is a run.
      - It is not needed with O(idempotency_key).
    type: dict
  deadline:
    description:
      - Seconds that the whole task may take, waiting and all requests together, from V(1) to V(3600).
      - A request that cannot begin by then is not sent, and the result says so.
      - If not set, the value of the environment variable E(VOIPSMS_DEADLINE) is used.
    type: float
    default: 20
  required:
    description:
      - Whether the task fails when someone was not told, or may not have been. It fails after everyone was tried.
    type: bool
    default: false
  account_timezone:
    description:
      - The zone in which the account reads and writes dates, as an IANA name such as V(America/Chicago).
      - Without it nothing can be scheduled. Whoever has quiet hours is then not told, or told at once when
        the event is V(critical); a warning says so.
      - It needs zone data, from the system or from the Python package C(tzdata).
      - If not set, the value of the environment variable E(VOIPSMS_ACCOUNT_TIMEZONE) is used.
      - It must be text; a number, a truth value or anything else is refused.
    type: raw
seealso:
  - module: voip_communications.sms.voipsms_send
  - module: voip_communications.sms.voipsms_scheduled
  - plugin: voip_communications.sms.audience
    plugin_type: filter
  - plugin: voip_communications.sms.fit_segments
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Tell whoever wants to hear of it that the backup has failed, and who sleeps in the morning
  voip_communications.sms.voipsms_notify:
    contacts:
      - name: anna
        number: "+49 1511 2345678"
        groups: [dba]
        hours: {from: "08:00", to: "22:00", timezone: Europe/Berlin}
        quiet: defer
      - name: ben
        number: "+44 7700 900123"
        groups: [dba]
        severity: critical
    to: ["@dba", "+1 281 555 0100"]
    event: backup_failed
    msg: "The backup of db1 has failed"
    subject: [backup, db1]
    account_timezone: America/Chicago
  delegate_to: localhost
  become: false
  run_once: true

- name: Tell each in their language, in one segment, and leave out what does not fit
  voip_communications.sms.voipsms_notify:
    to:
      - number: "+49 1511 2345678"
        name: anna
        language: de
        events: [finished, failed]
      - "+1 281 555 0100"
    event: finished
    known_events: [finished, failed]
    severity: info
    msg:
      default:
        - text: "Import finished:"
        - text: 1204 of 1204 records,
          rank: 1
          shorten: all records,
        - text: "{{ lookup('voip_communications.sms.pipeline').url }}"
          rank: 2
      de: Import fertig
    segments: 1
    subject:
      job: nightly import
      database: "{{ database | default('db1') }}"
    from: "+1 713 456 7890"
  delegate_to: localhost
  become: false
  run_once: true

- name: Fail unless everyone has been told, with a key of our own
  voip_communications.sms.voipsms_notify:
    to: "+12812345678"
    event: failed
    msg: "Night run {{ night | default('2026-11-28') }} has failed"
    idempotency_key: "night-run-{{ night | default('2026-11-28') }}-failed"
    deadline: 60
    required: true
  delegate_to: localhost
  become: false
  run_once: true

- name: Name the run of a pipeline that does not tell it by itself
  voip_communications.sms.voipsms_notify:
    to: "+12812345678"
    event: succeeded
    msg: Build 4711 is through
    subject: [build]
    pipeline: {system: buildbot, run: "4711"}
  delegate_to: localhost
  become: false
  run_once: true
"""

RETURN = r"""
results:
  description:
    - The outcome for each person; first those told now, then those told later, then recipients who cannot be read.
    - Whoever does not want to hear of the event, or is left out because of quiet hours, is not among them.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description:
        - The name of the contact with this number; or of the recipient, where O(to) gives it. Null when there is none.
      type: str
      sample: anna
    to:
      description: The recipient in E.164, or as O(to) has it when it cannot be read.
      type: str
      sample: "+4915112345678"
    outcome:
      description:
        - V(sent) by this run, or V(duplicate) when an earlier run has told it, or has scheduled it and it is pending.
        - V(scheduled) by this run for the end of their quiet hours, and V(already_sent) when it went out then.
        - V(refused) by the service for this recipient, or a recipient who is unknown or cannot be read.
        - V(not_sent), which is certain, for the reason in C(reason).
        - V(unknown) when it may have been sent or scheduled.
        - V(in_progress) when another run is telling it and did not finish before the deadline.
        - V(held) when a limit is reached; see O(limit). It was not sent, and is not sent later by itself.
        - V(would_send) and V(would_schedule) in check mode.
      type: str
      sample: sent
    smsids:
      description: The identifiers that the service gave the message, one or more.
      type: list
      elements: str
      sample: ["2017559ea27008c6b7122900621"]
    delivery_date:
      description:
        - The date in the service's record, as the service writes it; of a message that is scheduled, when it will be
          sent. It is wall time of the account.
      type: str
      sample: "2026-12-01 08:00:00"
    reason:
      description: What the service, or this module, says about the outcome. Null when neither says anything.
      type: str
      sample: number not in service
outcome:
  description:
    - The outcome of all results when they agree, else V(partial). V(unchanged) when there is no one to tell.
    - V(not_sent) when the whole task was refused, V(unknown) when it stopped in the middle.
  returned: always
  type: str
  sample: partial
now:
  description: The numbers of those who are told at once.
  returned: always
  type: list
  elements: str
  sample: ["+447700900123", "+12815550100"]
later:
  description:
    - The numbers of those who have quiet hours, by when these end.
    - What is scheduled for them has RV(key) for its name, so M(voip_communications.sms.voipsms_scheduled) with that
      C(name) and C(state=absent) cancels it.
  returned: always
  type: list
  elements: dict
  contains:
    at:
      description: When their hours begin, in ISO 8601 with an offset.
      type: str
      sample: "2026-12-01T08:00+01:00"
    to:
      description: The numbers.
      type: list
      elements: str
      sample: ["+4915112345678"]
dropped:
  description:
    - The people who are not told because of their quiet hours, by name, or by a number with most digits masked.
  returned: always
  type: list
  elements: str
  sample: [carla]
text:
  description: The text, as it is sent to everyone whose language has none of its own.
  returned: always
  type: str
  sample: The backup of db1 has failed
texts:
  description: The texts in languages, by their tags; empty where O(msg) is not given by language.
  returned: always
  type: dict
  sample: {"de": "Das Backup von db1 ist fehlgeschlagen"}
segments:
  description: In how many parts the longest of the texts that someone gets is sent and billed.
  returned: always
  type: int
  sample: 1
cost:
  description:
    - The sum of the prices that the service named for what this run sent and scheduled.
    - Null when it did not name all of them, and in check mode when something would be sent or scheduled.
  returned: always
  type: float
  sample: 0.03
smsids:
  description: The identifiers of all messages, including those of earlier runs.
  returned: always
  type: list
  elements: str
  sample: ["2017559ea27008c6b7122900621"]
failed_to:
  description: The recipients that were not told, or may not have been.
  returned: always
  type: list
  elements: str
  sample: ["+12812345679"]
key:
  description:
    - The key of the event, which is O(idempotency_key), or is made of O(subject), O(event) and the run.
    - M(voip_communications.sms.voipsms_ledger) takes it, and M(voip_communications.sms.voipsms_ledger_info) shows it.
  returned: always
  type: str
  sample: backup/db1/backup_failed/github-acme/shop-4711-1
requests:
  description: How many requests this run made, including those that only read.
  returned: always
  type: int
  sample: 4
ledger:
  description: The ledger that was used; a database without its user.
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
  description: What happened, in a sentence; where someone was not told, also why, and what to do.
  returned: always
  type: str
  sample: sent to 2 recipients; scheduled for 1 recipient, at 2026-12-01 01:00
"""

import gc
from collections.abc import Mapping
from typing import Any

if __name__ == "__main__":
    gc.disable()  # nothing of what is imported is garbage; main enables it again

from ansible_collections.voip_communications.sms.plugins.module_utils._task.module import ModuleSpec, main
from ansible_collections.voip_communications.sms.plugins.module_utils._task.notify_options import (
    NotifyOptions,
    notify_options,
    read_notify_options,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._task.report_notify import blank, notify_summary


def argument_spec() -> dict[str, dict[str, Any]]:
    """Return a new argument spec."""
    return notify_options()


def run(params: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
    """Tell whom the options name. Raise ``VoipsmsError`` while nothing was sent yet."""
    return tell(read_notify_options(params), check_mode=check_mode)


def tell(options: NotifyOptions, *, check_mode: bool) -> dict[str, Any]:
    """Return the result of telling whom options name that were read. Raise ``VoipsmsError`` as ``run`` does."""
    telling, api = options.telling(check_mode=check_mode)
    report = telling.run()
    results = options.context.names.named((*report.results, *options.refused))
    reported = notify_summary(results, options, api.safe_text, check_mode=check_mode)
    return {
        **reported,
        "warnings": [*options.warnings, *report.warnings, *reported["warnings"]],
        "requests": api.requests,
    }


def module_spec() -> ModuleSpec:
    """Return the module for ``main`` and for its local action."""
    return ModuleSpec(argument_spec=argument_spec(), run=run, blank=blank)


if __name__ == "__main__":
    main(module_spec())
