#!/usr/bin/python
# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ask people a question by SMS, wait for the answer, and escalate."""

from __future__ import annotations

DOCUMENTATION = r"""
module: voipsms_ask
short_description: Ask people by SMS, wait for the answer, and ask others if none comes
version_added: 1.0.0
description:
  - Asks people a question by SMS, through VoIP Communications (voip-communications.net, which is not VoIP.ms), and
    waits until it is decided, such as before a deployment, or until someone takes over an alert.
  - The text ends with a code for each choice, as in C(Deploy shop 2026.11? Reply 4597 = approve, 2120 = reject.)
    Whoever answers begins their message with a code, and may add a comment. Nothing else is an answer; no yes, and no
    thumb.
  - Each person has codes of their own, which are random, belong to this question alone, and are so far apart that no
    slip turns one into another. They are in the SMS and nowhere else; no result, log, diff or check mode shows one.
  - Answers are read from the message log of the account, so no inbound port is needed. That the log shows them is
    observed, not documented; the task relies on it only as far as the log shows the question itself. If it does not,
    the outcome is V(unknown), and never that somebody did not answer.
  - The question is kept in the ledger, under its O(idempotency_key). Run again while it is open, the task asks nobody
    twice and goes on waiting; run again after its end, it returns the same result, without a request.
  - In check mode nothing is sent, read from the service or written; the result shows whether a real run would ask or
    wait.
  - Whoever has quiet hours when a step begins is not asked by it, and neither is who does not want to hear of the
    O(event), or of anything of its O(severity). A step that has nobody else is passed over; with nobody at all, the
    outcome is V(not_asked).
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
    details:
      - What people will answer cannot be predicted.
  diff_mode:
    support: full
    details:
      - Shows the question, with C(####) in place of its codes, and who is asked.
  idempotent:
    support: full
    details:
      - The key is the question, for 30 days after its end, and after its outcome was told.
options:
  to:
    description:
      - Whom to ask, all at once; numbers, names of O(contacts), V(@) and the name of a group of them, and people, in
        any notation of O(voip_communications.sms.voipsms_send#module:to).
      - A dictionary with V(calendar), the path or the address of a calendar, stands for the people on call by it; see
        O(voip_communications.sms.voipsms_notify#module:to). A run that goes on with a question asks those who were on
        call when it was asked. Where it is not certain who is on call, the people who are known, those of other steps
        and the fallback are asked, and a warning says so; the task fails, and nothing is sent, where no one is left.
      - It, or O(steps), is needed.
    type: raw
  steps:
    description:
      - Whom to ask one after the other; a list of recipients, each as O(to) has them, or of dictionaries with V(to),
        and perhaps V(wait), as O(wait) has it. A dictionary with V(calendar) may have V(wait) as well.
      - The next step begins when nobody has answered within the V(wait) of the step before, and at once when a step can
        reach nobody, since their numbers were refused or have opted out. Everyone who was asked may still answer.
    type: raw
  repeat:
    description: How many more rounds of all steps there are when the first one is over; V(0) to V(5).
    type: int
    default: 0
  fallback:
    description:
      - Whom to ask, once, when all rounds of O(steps), or O(to), are over; recipients as O(to) has them, or a
        dictionary with V(to) and perhaps V(wait).
    type: raw
  event:
    description:
      - One word for what the question is about, such as V(failed). With it, a person whose C(events) lack it is not
        asked.
    type: raw
  severity:
    description:
      - How severe it is. A person with a higher C(severity) is not asked. By default it is V(critical).
    type: str
    choices: [info, warning, critical]
  from:
    description:
      - The number of the account that asks; it must be enabled for SMS. Answers come back only to a message with a
        sender.
    type: raw
    required: true
  msg:
    description:
      - The question. The codes are added to it.
      - Numbers of four digits and more that stand in it are no codes.
      - It is shortened where it does not fit into O(max_segments).
      - It must be text; a number, a truth value or anything else is refused.
    type: raw
    required: true
  max_segments:
    description:
      - The billed parts that the question may have, V(1) to V(255), its codes included; by default two.
    type: int
  choices:
    description:
      - What can be answered; a list of one to five names, or of dictionaries with V(name), and perhaps V(label), which
        is the text beside the code, and V(fails), which is whether the answer fails the task.
      - By default V(approve), and V(reject), which fails.
      - Of two answers of one person the more careful counts. That is one that V(fails), and else the later one in this
        list.
      - Words that carriers take for themselves, such as V(stop), V(cancel), V(end), V(yes) and V(start), are refused.
    type: raw
  needed:
    description: How many different people must choose the same; one who chooses what fails is enough.
    type: int
    default: 1
  wait:
    description:
      - How long each step waits that does not say so itself; seconds, or a duration such as V(90s), V(15m) or V(2h). By
        default 15 minutes.
      - Together, the waits of all steps and rounds are how long the question is open, and how long the task runs at
        most.
      - V(0) asks, looks for answers once, and ends; see O(on_timeout=pending).
      - The times of the first run hold for the question. A later run may wait for less; then it ends before the
        question does.
    type: raw
  poll:
    description:
      - How long to wait between two looks at the message log, from one second to an hour; seconds, or a duration such
        as V(10s). By default 10 seconds.
      - A look is one request, for all people, where one page of the log suffices. While the log cannot be read, or the
        service asks for fewer requests, looks become rarer.
    type: raw
  open_for:
    description:
      - How long the question is open, when that is not for as long as its steps wait; up to 30 days.
      - By default 24 hours with O(on_timeout=pending), or as long as its steps wait if that is longer.
    type: raw
  on_timeout:
    description:
      - What follows when the question is not decided in time.
      - V(fail) fails the task, with V(no_answer) for the outcome.
      - V(pending) ends the task in time and leaves the question open, for O(open_for). The same task, run again, looks
        for answers.
      - The name of one of the O(choices) decides so by default. One that passes does not where somebody has answered
        too late with one that fails; then the outcome is V(no_answer).
      - It must be text; a number, a truth value or anything else is refused.
    type: raw
    default: fail
  outcome_text:
    description:
      - A text for everyone who was asked, sent once when the question has ended. It has the label of the answer for
        V({answer}), and the names of those who gave it for V({by}).
      - It must be text; a number, a truth value or anything else is refused.
    type: raw
  hint:
    description:
      - Whether a person who was not understood is told, once, how to answer. Where a number was forged, its owner hears
        of it in this way.
    type: bool
    default: true
  code_digits:
    description:
      - How many digits the codes have, V(4) to V(6). By default as few as will do; up to 30 codes have four, one for
        each choice and person.
    type: int
  max_wrong_codes:
    description:
      - How many wrong codes may come from one number, V(0) to V(100). With more, somebody is guessing.
    type: int
    default: 5
  on_guessing:
    description:
      - What follows then. V(fail) ends the question. V(next) counts no more answers from that number, and asks the next
        step at once where the number was the only one that could be reached.
    type: str
    choices: [fail, next]
    default: fail
  idempotency_key:
    description:
      - The name of the question, of 1 to 180 characters, such as C(deploy-shop-2026.11). Something else under the same
        name is refused.
      - It must be text; a number, a truth value or anything else is refused.
    type: raw
    required: true
  deadline:
    description:
      - Seconds that one look at the message log, or the messages of one step, may take, from V(1) to V(3600). It does
        not limit how long the task waits.
      - If not set, the value of the environment variable E(VOIPSMS_DEADLINE) is used.
    type: float
    default: 20
notes:
  - SMS is weaker than a login. A sender's number can be forged, but not a code that was never seen; a stolen phone or
    SIM answers as its owner. O(needed=2) helps, and so does leaving whoever wants the change out of O(to).
  - The account's own message log shows the codes to whoever can read it.
  - What people write is never a template.
seealso:
  - module: voip_communications.sms.voipsms_notify
  - module: voip_communications.sms.voipsms_log_info
"""

EXAMPLES = r"""
- name: Have two of three people approve a deployment
  voip_communications.sms.voipsms_ask:
    to: [anna, ben, "+1 281 555 0100"]
    contacts:
      - name: anna
        number: "+49 1511 2345678"
      - name: ben
        number: "+44 7700 900123"
    from: "+1 713 456 7890"
    msg: "Deploy shop {{ version | default('2026.11') }} to production?"
    needed: 2
    wait: 30m
    poll: 15s
    outcome_text: "Shop: {answer}, by {by}"
    idempotency_key: "deploy-shop-{{ version | default('2026.11') }}"
  delegate_to: localhost
  become: false
  run_once: true

- name: Page the person on call, and two others if nobody takes over, twice
  voip_communications.sms.voipsms_ask:
    steps:
      - to: "+1 281 555 0101"
        wait: 5m
      - to: ["+1 281 555 0102", "+1 281 555 0103"]
        wait: 10m
    repeat: 1
    fallback: "+1 281 555 0104"
    event: failed
    severity: critical
    from: "+1 713 456 7890"
    msg: The disk of db1 is full
    choices: [mine]
    on_guessing: next
    max_wrong_codes: 3
    idempotency_key: db1-disk-full-4711
  delegate_to: localhost
  become: false
  run_once: true

- name: Ask now, and look for answers in later runs of the same job
  voip_communications.sms.voipsms_ask:
    to: "+12812345678"
    from: "17134567890"
    msg: When shall the database move?
    choices:
      - name: tonight
        label: tonight 22:00
      - name: tomorrow
        label: tomorrow 22:00
      - name: not_at_all
        label: not this week
        fails: true
    wait: 0
    on_timeout: pending
    open_for: 12h
    max_segments: 1
    code_digits: 5
    hint: false
    deadline: 30
    idempotency_key: move-db1
  delegate_to: localhost
  become: false
  run_once: true
"""

RETURN = r"""
outcome:
  description:
    - V(accepted) when enough people have chosen the same, which passes; V(rejected) when one has chosen what fails.
    - V(default) when time was over, and O(on_timeout) names a choice; V(no_answer) when it does not.
    - V(pending) when the task has ended before the question.
    - V(guessing) when more than O(max_wrong_codes) wrong codes have come from one number.
    - V(unknown) when the message log does not show the question, or cannot be read, so that an answer could not be
      seen.
    - V(not_asked) when nobody could be asked, or whoever was has opted out; and when the whole task was refused.
    - V(would_ask) and V(would_wait) in check mode.
    - The task fails with V(rejected), V(no_answer), V(guessing), V(unknown) and V(not_asked), with V(default) where
      that choice fails, and with V(pending) unless O(on_timeout=pending).
  returned: always
  type: str
  sample: accepted
answer:
  description: The name of the choice that the question has come to; empty where it has come to none.
  returned: always
  type: str
  sample: approve
answered_by:
  description: Whose answers have decided it, by name, or by number.
  returned: always
  type: list
  elements: str
  sample: [anna]
answers:
  description: All answers with a code of their person, in no particular order.
  returned: always
  type: list
  elements: dict
  contains:
    to:
      description: The number of the person, in E.164.
      type: str
      sample: "+4915112345678"
    name:
      description: The name of the person. Null when there is none.
      type: str
      sample: anna
    answer:
      description: The name of the choice.
      type: str
      sample: approve
    comment:
      description:
        - What follows the code, in one line of up to 160 characters. Codes of any question are C(#), also in pieces,
          and so is every number of four digits or more while the question is open.
      type: str
      sample: but watch the disk
    late:
      description: Whether it was seen when the question was over, so that it does not count.
      type: bool
      sample: false
asked:
  description: The numbers of those who were asked, by this run or an earlier one.
  returned: always
  type: list
  elements: str
  sample: ["+4915112345678", "+447700900123"]
level:
  description:
    - The step that was reached, counted from V(1) in each round; O(fallback) is one more than the last step. V(0) when
      nobody was asked.
  returned: always
  type: int
  sample: 1
opted_out:
  description: The numbers that have answered STOP, or another word by which people opt out.
  returned: always
  type: list
  elements: str
  sample: []
unclear:
  description: What people have written that is no answer, such as words without a code; shown as a comment is.
  returned: always
  type: list
  elements: dict
  contains:
    to:
      description: The number of the person, in E.164.
      type: str
      sample: "+447700900123"
    name:
      description: The name of the person. Null when there is none.
      type: str
      sample: ben
    text:
      description: What they have written.
      type: str
      sample: ok, go ahead
asked_at:
  description: When the question was opened, in UTC. Null when it was not.
  returned: always
  type: str
  sample: "2026-12-01T08:00:00Z"
ends_at:
  description: Until when answers count, in UTC. Null when the question was not opened.
  returned: always
  type: str
  sample: "2026-12-01T08:15:00Z"
ended_by_this_run:
  description:
    - Whether it was this run that ended the question. Of several runs that wait for the same answer, this is one at
      most. It can do what is to be done once.
  returned: always
  type: bool
  sample: true
text:
  description: The question as it is sent, with C(#) for each digit of a code. Null when the task was refused.
  returned: always
  type: str
  sample: "Deploy shop 2026.11 to production? Reply #### = approve, #### = reject."
cost:
  description:
    - The sum of the prices that the service named for what this run sent.
    - Null when it did not name all of them, and in check mode when something would be sent.
  returned: always
  type: float
  sample: 0.02
requests:
  description: How many requests this run made, including those that only read.
  returned: always
  type: int
  sample: 14
key:
  description:
    - The name of the question. M(voip_communications.sms.voipsms_ledger_info) shows its messages under this name,
      followed by C(/ask-) and the number of the step, by C(/hint), or by C(/outcome).
  returned: always
  type: str
  sample: deploy-shop-2026.11
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
  description: What has happened, in a sentence, and why.
  returned: always
  type: str
  sample: answered approve by anna
"""

import gc
from collections.abc import Mapping
from typing import Any

if __name__ == "__main__":
    gc.disable()  # nothing of what is imported is garbage; main enables it again

from ansible_collections.voip_communications.sms.plugins.module_utils._api.client import counted
from ansible_collections.voip_communications.sms.plugins.module_utils._task.ask_options import read_ask_options
from ansible_collections.voip_communications.sms.plugins.module_utils._task.module import ModuleSpec, main
from ansible_collections.voip_communications.sms.plugins.module_utils._task.report_ask import ask_summary, blank
from ansible_collections.voip_communications.sms.plugins.module_utils._task.specs import (
    account_options,
    ledger_options,
    option,
)


def argument_spec() -> dict[str, dict[str, Any]]:
    """Return a new argument spec."""
    return {
        **account_options(),
        **ledger_options(),
        "to": {"type": "raw"},
        "steps": {"type": "raw"},
        "repeat": {"type": "int", "default": 0},
        "fallback": {"type": "raw"},
        "event": {"type": "raw"},
        "severity": {"type": "str", "choices": ["info", "warning", "critical"]},
        "from": {"type": "raw", "required": True},
        "msg": {"type": "raw", "required": True},
        "max_segments": {"type": "int"},
        "choices": {"type": "raw"},
        "needed": {"type": "int", "default": 1},
        "wait": {"type": "raw"},
        "poll": {"type": "raw"},
        "open_for": {"type": "raw"},
        "on_timeout": {"type": "raw", "default": "fail"},
        "outcome_text": {"type": "raw"},
        "hint": {"type": "bool", "default": True},
        "code_digits": {"type": "int"},
        "max_wrong_codes": {"type": "int", "default": 5},
        "on_guessing": {"type": "str", "choices": ["fail", "next"], "default": "fail"},
        "idempotency_key": {"type": "raw", "required": True, "no_log": False},
        "deadline": option("DEADLINE", type="float", default=20.0),
    }


def run(params: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
    """Ask, or go on waiting. Raise ``VoipsmsError`` while nothing was sent yet."""
    options = read_ask_options(params)
    asking, api = options.asking()
    with counted(api):
        report = asking.foresee() if check_mode else asking.run()
    reported = ask_summary(report, options, api.safe_text, check_mode=check_mode)
    return {**reported, "requests": api.requests}


def module_spec() -> ModuleSpec:
    """Return the module for ``main`` and for its local action."""
    return ModuleSpec(argument_spec=argument_spec(), run=run, blank=blank, refused="not_asked")


if __name__ == "__main__":
    main(module_spec())
