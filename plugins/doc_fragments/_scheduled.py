# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Document where the calls on scheduled messages are."""

from __future__ import annotations


class ModuleDocFragment:
    """Documents the calls that are assumed."""

    DOCUMENTATION = r"""
options:
  scheduled_path:
    description:
      - The path, below O(api_url), of the call that lists pending messages.
      - It is assumed; set it when the vendor's page names another one.
      - If not set, the value of the environment variable E(VOIPSMS_SCHEDULED_PATH) is used.
      - It must be text; a number, a truth value or anything else is refused.
    type: raw
    default: sms/scheduled
  cancel_path:
    description:
      - The path, below O(api_url), of the call that cancels a pending message, with C({smsid}) for its identifier.
      - It is assumed; that the identifier is what it needs is documented.
      - If not set, the value of the environment variable E(VOIPSMS_CANCEL_PATH) is used.
      - It must be text; a number, a truth value or anything else is refused.
    type: raw
    default: sms/scheduled/{smsid}
  cancel_method:
    description:
      - The method of that call. It is assumed.
      - If not set, the value of the environment variable E(VOIPSMS_CANCEL_METHOD) is used.
    type: str
    choices: [DELETE, POST, GET]
    default: DELETE
"""
