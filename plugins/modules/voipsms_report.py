#!/usr/bin/python
# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Report what was sent and received, and what it cost."""

from __future__ import annotations

DOCUMENTATION = r"""
module: voipsms_report
short_description: Report what a VoIP Communications account has sent, and what it cost
version_added: 1.0.0
description:
  - Counts the records of the message log, and adds up their prices, by day, phone number, country, type, direction and
    status. Sends nothing.
  - Writes them to a page of HTML with plots, to CSV and to JSON, where O(dest) names such files; else it only returns
    them. See R(the guide What it cost, ansible_collections.voip_communications.sms.docsite.guide_cost).
  - With O(max_cost) it is a check, which fails where more was spent.
  - The same log makes the same files, so that a second run changes nothing.
  - The call was seen in the source of the vendor's public apps; it is not documented. The currency of the prices, the
    zone of the dates and the order of the records are not known.
  - A long text may be logged in parts, so records are counted, and not messages. No text of a message is in a report.
  - O(ledger), O(ledger_account) and O(ledger_password) are accepted so that one C(module_defaults) block fits every
    module of the collection; this module does not use them, but refuses invalid values.
author:
  - VoIP Communications SMS collection contributors (@voip-communications)
extends_documentation_fragment:
  - voip_communications.sms._attributes
  - voip_communications.sms._attributes.platform
  - voip_communications.sms._attributes.actiongroup_voipsms
  - voip_communications.sms._account
  - voip_communications.sms._ledger
  - voip_communications.sms._log
options:
  dest:
    description:
      - The files to write, by absolute paths on the machine that runs the module. The end of each name, V(.html),
        V(.csv) or V(.json), says what is written.
      - A new file has the mode V(0600). A file of this user that is there keeps its mode. Its folder must exist.
      - A file that cannot be written is refused before the log is read.
    type: list
    elements: path
  title:
    description:
      - The title of the report, up to 100 characters.
      - It must be text; a number, a truth value or anything else is refused.
    type: raw
    default: SMS report
  show_numbers:
    description:
      - Whether phone numbers are shown in full. Else most of their digits are masked, in the files and in the result.
        The names of O(contacts) are shown in either case.
    type: bool
    default: false
  max_cost:
    description:
      - Fails where the cost is higher than this, in the currency of the log, which is not known. The files are written
        nevertheless.
      - Also fails where the log was not read to its end, since the rest may have cost more; see RV(outcome).
    type: float
  max_pages:
    description:
      - How many pages of the log are read at most, V(1) to V(1000). See RV(complete). The task may need a longer
        O(deadline) for many of them.
    type: int
    default: 1000
attributes:
  check_mode:
    support: full
    details:
      - The log is read, and no file is written.
  diff_mode:
    support: full
    description: Shows the files before and after when in diff mode; of a page only its summary.
  idempotent:
    support: full
seealso:
  - module: voip_communications.sms.voipsms_log_info
  - module: voip_communications.sms.voipsms_ledger_info
"""

EXAMPLES = r"""
- name: Write what was sent in November, as a page and as a table
  voip_communications.sms.voipsms_report:
    dest:
      - /var/lib/voipsms/2026-11.html
      - /var/lib/voipsms/2026-11.csv
    title: SMS in November 2026
    since: "2026-11-01"
    until: "2026-11-30"
    max_pages: 500
  delegate_to: localhost
  become: false
  register: report

- name: Show how much it was
  ansible.builtin.debug:
    msg: "{{ report.totals.cost }} for {{ report.totals.records }} records"

- name: Fail where the texts to two people have cost more than 20
  voip_communications.sms.voipsms_report:
    number: ["+12812345678", "+12812345679"]
    direction: out
    max_cost: 20
    show_numbers: true
  delegate_to: localhost
  become: false
"""

RETURN = r"""
outcome:
  description:
    - V(reported) where there is a report, and no O(max_cost) that it exceeds.
    - V(exceeded) where the cost is higher than O(max_cost).
    - V(not_known) where the cost that was found is within O(max_cost), but the log was not read to its end.
    - V(failed) where there is no report.
    - All but the first one fail the task.
  returned: always
  type: str
  sample: reported
complete:
  description:
    - Whether the log was read to its end, which is an empty page. If not, O(max_pages) can be raised.
    - It stays V(false) where the service repeats a page instead of showing the next one, since it is not known then
      whether there is more.
  returned: always
  type: bool
  sample: true
currency:
  description: Null, since the service does not name the currency of its prices.
  returned: always
  type: str
  sample: null
zone:
  description: The O(account_timezone), in which dates are assumed to be. Null without one, since none is known then.
  returned: always
  type: str
  sample: America/Chicago
oldest:
  description: The oldest date of a record, as the service writes it. Null where no record has a date.
  returned: always
  type: str
  sample: "2026-11-01 08:12:40"
newest:
  description: The newest date of a record, as the service writes it. Null where no record has a date.
  returned: always
  type: str
  sample: "2026-11-30 22:00:03"
totals:
  description: The figures of all records.
  returned: always
  type: dict
  contains:
    records:
      description: How many records there are. A long text may have one for each part.
      type: int
      sample: 5000
    out:
      description: Those that the account sent.
      type: int
      sample: 4600
    in:
      description: Those that the account received.
      type: int
      sample: 400
    not_shown_as_sent:
      description:
        - Those, other than received ones, in which something speaks of failure, of cancelling or of waiting. They may
          have been charged nevertheless.
      type: int
      sample: 31
    unpriced:
      description: Those without a price that can be read. They add nothing to the cost.
      type: int
      sample: 0
    cost:
      description: The sum of the prices.
      type: str
      sample: "63.84"
    cost_not_shown_as_sent:
      description: The part of the cost for the records in RV(totals.not_shown_as_sent).
      type: str
      sample: "0.36"
days:
  description:
    - The figures of each day that has records, as in RV(totals), in their order. The C(day) is null for records without
      a date.
  returned: always
  type: list
  elements: dict
  sample:
    - day: "2026-11-01"
      records: 52
      out: 48
      in: 4
      not_shown_as_sent: 0
      unpriced: 0
      cost: "0.52"
      cost_not_shown_as_sent: "0.00"
numbers:
  description:
    - The figures of each number that a record is to or from, as in RV(totals), the most expensive first; with its
      C(number), masked unless O(show_numbers), and the C(name) of its contact, or null.
  returned: always
  type: list
  elements: dict
  sample:
    - number: "+1********78"
      name: anna
      records: 812
      out: 800
      in: 12
      not_shown_as_sent: 2
      unpriced: 0
      cost: "8.12"
      cost_not_shown_as_sent: "0.02"
countries:
  description: The figures of each C(country), as the service writes it, as in RV(totals), the most expensive first.
  returned: always
  type: list
  elements: dict
  sample:
    - country: US
      records: 4800
      out: 4410
      in: 390
      not_shown_as_sent: 29
      unpriced: 0
      cost: "48.00"
      cost_not_shown_as_sent: "0.29"
types:
  description: The figures of each C(type), as the service writes it, as in RV(totals), the most expensive first.
  returned: always
  type: list
  elements: dict
  sample:
    - type: BULKSMS
      records: 4600
      out: 4600
      in: 0
      not_shown_as_sent: 31
      unpriced: 0
      cost: "46.00"
      cost_not_shown_as_sent: "0.31"
directions:
  description:
    - The figures of each C(direction), V(out) or V(in), as in RV(totals), the most expensive first. The direction is
      null where the service says something else.
  returned: always
  type: list
  elements: dict
  sample:
    - direction: out
      records: 4600
      out: 4600
      in: 0
      not_shown_as_sent: 31
      unpriced: 0
      cost: "63.84"
      cost_not_shown_as_sent: "0.36"
statuses:
  description: The figures of each C(status), as the service writes it, as in RV(totals), the most expensive first.
  returned: always
  type: list
  elements: dict
  sample:
    - status: SENT
      records: 4569
      out: 4569
      in: 0
      not_shown_as_sent: 0
      unpriced: 0
      cost: "63.48"
      cost_not_shown_as_sent: "0.00"
files:
  description: The files of O(dest), and whether each was written, or would be in check mode.
  returned: always
  type: list
  elements: dict
  sample:
    - path: /var/lib/voipsms/2026-11.html
      changed: true
requests:
  description: How many requests this run made.
  returned: always
  type: int
  sample: 51
msg:
  description: What was found and written, in a sentence.
  returned: always
  type: str
  sample: 5000 records with a cost of 63.84, in the whole log; wrote /var/lib/voipsms/2026-11.html
"""

import gc
from collections.abc import Mapping
from typing import Any

if __name__ == "__main__":
    gc.disable()  # nothing of what is imported is garbage; main enables it again

from ansible_collections.voip_communications.sms.plugins.module_utils._api.client import counted
from ansible_collections.voip_communications.sms.plugins.module_utils._api.log_figures import figures_of
from ansible_collections.voip_communications.sms.plugins.module_utils._task.cost_files import write_files
from ansible_collections.voip_communications.sms.plugins.module_utils._task.cost_options import read_cost_options
from ansible_collections.voip_communications.sms.plugins.module_utils._task.cost_report import CostReport
from ansible_collections.voip_communications.sms.plugins.module_utils._task.cost_result import FAILED, blank, result_of
from ansible_collections.voip_communications.sms.plugins.module_utils._task.module import ModuleSpec, main
from ansible_collections.voip_communications.sms.plugins.module_utils._task.specs import account_options, ledger_options


def argument_spec() -> dict[str, dict[str, Any]]:
    """Return a new argument spec."""
    return {
        **account_options(),
        **ledger_options(),
        "dest": {"type": "list", "elements": "path"},
        "title": {"type": "raw", "default": "SMS report"},
        "show_numbers": {"type": "bool", "default": False},
        "max_cost": {"type": "float"},
        "number": {"type": "raw"},
        "direction": {"type": "str", "choices": ["in", "out"]},
        "since": {"type": "raw"},
        "until": {"type": "raw"},
        "max_pages": {"type": "int", "default": 1000},
    }


def run(params: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
    """Return the report, and write its files. Raise ``VoipsmsError`` when the log cannot be read."""
    options = read_cost_options(params)
    api = options.log.account.api()
    with counted(api):
        log = api.log(options.log.max_pages, options.log.account.seconds)
        report = CostReport(
            title=options.title,
            figures=figures_of(record for record in log.records if options.log.log_filter.takes(record)),
            log_filter=options.log.log_filter,
            names=options.log.names,
            is_complete=log.ended,
            show_numbers=options.show_numbers,
            zone=options.zone,
        )
        files = write_files(report, options.dest, check_mode=check_mode)
    return result_of(report, files, options.max_cost, requests=api.requests, check_mode=check_mode)


def module_spec() -> ModuleSpec:
    """Return the module for ``main`` and for its local action."""
    return ModuleSpec(argument_spec=argument_spec(), run=run, blank=blank, refused=FAILED, may_send=False)


if __name__ == "__main__":
    main(module_spec())
