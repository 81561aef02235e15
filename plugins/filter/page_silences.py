# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find the silences that were made for the pages of an alert."""

from __future__ import annotations

DOCUMENTATION = r"""
name: page_silences
short_description: "[INTERNAL] Find the silences that were made for the pages of an alert"
version_added: 1.0.0
description:
  - Is for the playbooks of this collection alone, and may change with any release.
  - An alert that fires on when its silence is over is paged anew, and that page has a silence of its own. The comment
    of each ends with the name of the page and a number, from V(1).
  - Alertmanager forgets a silence some days after its end, and Grafana has tokens that may not read silences. So the
    result of a page tells, too, that its silence must be over, since the ledger knows when the page was asked.
positional: page, result, seconds
options:
  _input:
    description:
      - What Alertmanager, or Grafana in its place, has answered to a request for its silences.
      - What is not a list of silences, such as the reason of a refusal, holds none.
    type: raw
    required: true
  page:
    description: The name of the page.
    type: str
    required: true
  result:
    description: The result of the page, by this run or an earlier one.
    type: dict
  seconds:
    description: How long a silence lasts.
    type: int
    default: 14400
author:
  - VoIP Communications SMS collection contributors (@voip-communications)
seealso:
  - plugin: voip_communications.sms.page
    plugin_type: role
"""

EXAMPLES = r"""
- name: Tell how often the alert was taken over before
  ansible.builtin.debug:
    msg: "{{ (silences.json | voip_communications.sms.page_silences('alert-db1')).over }}"
"""

RETURN = r"""
_value:
  description: The silences of the page.
  type: dict
  contains:
    made:
      description: The numbers of all of them.
      type: list
      elements: int
      sample: [1, 2]
    over:
      description: The highest number of one that has expired, or that a person has ended; V(0) without one.
      type: int
      sample: 1
    again:
      description:
        - The same, and where the next one is not known although the page was answered, as many more as there may have
          been since the page was asked. All runs within the time that one silence lasts agree on it.
      type: int
      sample: 2
"""

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from typing import Any, Callable, Optional

_ACCEPTED = "accepted"


def page_silences(
    answer: object, page: object, result: Optional[Mapping[str, Any]] = None, seconds: object = 14400
) -> dict[str, Any]:
    """Return the numbers of the silences that were made for a page, and how many of them are over."""
    found = dict(_numbered(answer, str(page)))
    over = max((number for number, state in found.items() if state == "expired"), default=0)
    since = 0 if over + 1 in found else _silences_since(result or {}, str(seconds))
    return {"made": sorted(found), "over": over, "again": over + since}


def _silences_since(result: Mapping[str, Any], seconds: str) -> int:
    """Return how many silences may have ended since a page was asked that this run has found answered.

    A run that has waited for the answer has made requests, and makes the silence now. What is no number of seconds is
    refused with that silence.
    """
    is_answered = result.get("outcome") == _ACCEPTED and result.get("requests") == 0 and result.get("asked_at")
    if not is_answered or not re.fullmatch("[1-9][0-9]{0,9}", seconds):
        return 0
    asked_at = dt.datetime.strptime(str(result["asked_at"]), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=dt.timezone.utc)
    return max(0, int((dt.datetime.now(dt.timezone.utc) - asked_at).total_seconds()) // int(seconds))


def _numbered(answer: object, page: str) -> Iterator[tuple[int, object]]:
    """Yield number and state of each silence of a page. Its state is ``active``, ``pending`` or ``expired``."""
    ending = re.compile(rf" \({re.escape(page)} #([0-9]{{1,9}})\)$")
    for silence in answer if isinstance(answer, list) else ():
        if not isinstance(silence, Mapping):
            continue
        status, match = silence.get("status"), ending.search(str(silence.get("comment", "")))
        if match:
            yield int(match[1]), status.get("state") if isinstance(status, Mapping) else None


class FilterModule:
    """The class that Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., object]]:
        """Return the filter by its name."""
        return {"page_silences": page_silences}
