# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Show the calendar of a maintenance window as a table."""

from __future__ import annotations

DOCUMENTATION = r"""
name: maintenance_table
short_description: Show the calendar of a maintenance window as a table
version_added: 0.1.0
description:
  - Writes the reminders of P(voip_communications.sms.maintenance_calendar#filter) in aligned lines.
author:
  - VoIP Communications SMS collection contributors (@voip-communications-sms)
positional: results
notes:
  - Ansible shows no diff of a module in a loop whose own results are called C(results), so the table can.
options:
  _input:
    description: The reminders of a calendar.
    type: list
    elements: dict
    required: true
  results:
    description:
      - The results of the reminders, from P(voip_communications.sms.maintenance_results#filter).
      - With it, the last column has the result of each reminder; otherwise it has the text.
    type: list
    elements: dict
  diff:
    description: Whether to add the pending messages that were added (V(+)) or removed (V(-)) below the table.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Show when the reminders of a window go out
  ansible.builtin.debug:
    msg: "{{ calendar.reminders | voip_communications.sms.maintenance_table }}"
  vars:
    calendar: "{{ window | voip_communications.sms.maintenance_calendar(reminders, '+12812345678') }}"
    window:
      name: window-4711
      start: "2030-12-01 22:00"
      end: "2030-12-01 23:30"
      timezone: Europe/Berlin
    reminders:
      - name: begins
        at: start
        text: Work on the mail servers begins
"""

RETURN = r"""
_value:
  description: The lines of the table, the first of which names the columns.
  type: list
  elements: str
  sample:
    - "reminder  when                        to  SMS  text"
    - "begins    Sun 1 Dec 2030 22:00 +0100  1   1    Work on the mail servers begins"
"""

from collections.abc import Mapping, Sequence
from typing import Any, Callable

from ansible_collections.voip_communications.sms.plugins.module_utils._notify.window_report import changes, table


def maintenance_table(
    reminders: Sequence[Mapping[str, Any]], results: Sequence[Mapping[str, Any]] | None = None, *, diff: bool = False
) -> list[str]:
    """Return the calendar of a window as a table; see the documentation above."""
    return [*table(reminders, results), *(changes(results) if diff and results is not None else ())]


class FilterModule:
    """The class that Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filter by its name."""
        return {"maintenance_table": maintenance_table}
