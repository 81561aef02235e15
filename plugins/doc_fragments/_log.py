# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Document which records of the message log a task looks at."""

from __future__ import annotations


class ModuleDocFragment:
    """Documents the conditions on records of the message log."""

    DOCUMENTATION = r"""
options:
  number:
    description:
      - Only records from or to these numbers; written as O(voip_communications.sms.voipsms_send#module:to).
    type: raw
  direction:
    description:
      - Only what the account sent (V(out)), or received (V(in)).
    type: str
    choices: [in, out]
  since:
    description:
      - Only records from this date on, such as V(2026-12-01) or V(2026-12-01 22:00).
      - It is compared with the dates as the service writes them.
      - It must be text, or a date as YAML reads it; anything else is refused.
    type: raw
  until:
    description:
      - Only records up to this date. Without a time it means the end of the day. One before O(since) is refused.
      - It is compared with the dates as the service writes them.
      - It must be text, or a date as YAML reads it; anything else is refused.
    type: raw
"""
