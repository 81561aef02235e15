# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Document within which times the service is taken to be consistent."""

from __future__ import annotations


class ModuleDocFragment:
    """Documents the times of the list of scheduled messages."""

    DOCUMENTATION = r"""
options:
  list_grace:
    description:
      - The seconds, V(0) to V(3600), within which the list of pending messages is taken to catch up with what was done,
        and to show everything again after it has falsely shown nothing. It is assumed.
      - Two lists that do not show a message, with so many seconds between them, prove that it is gone. The task waits
        for the second one, within O(deadline), only where it must know.
      - If not set, the value of the environment variable E(VOIPSMS_LIST_GRACE) is used.
    type: float
    default: 10.0
  cancel_grace:
    description:
      - The seconds, V(0) to V(3600), within which a cancel is taken to have effect after the service has answered it.
        It is assumed.
      - If not set, the value of the environment variable E(VOIPSMS_CANCEL_GRACE) is used.
    type: float
    default: 10.0
  handover:
    description:
      - The minutes before its date, V(0) to V(1440), within which the service may have taken a message off the list to
        deliver it. It is assumed.
      - Within them a list proves nothing, so a cancel ends as not certain, and the task fails.
      - If not set, the value of the environment variable E(VOIPSMS_HANDOVER) is used.
    type: int
    default: 15
"""
