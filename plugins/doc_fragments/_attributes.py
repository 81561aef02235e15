# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Document where modules run, check mode, diff mode, the action group, and what every module needs."""

from __future__ import annotations


class ModuleDocFragment:
    """Documents the attributes that modules share."""

    DOCUMENTATION = r"""
options: {}
attributes:
  action:
    description:
      - Indicates this has a corresponding action plugin so some parts of the options can be executed on the controller.
    support: full
    details:
      - A task whose connection is local, and that has no C(become), C(async), C(environment) or other Python
        interpreter, runs the code of the module in the controller, with its libraries, which takes less time.
      - Every other task, and every task where the environment variable E(VOIPSMS_FRONT) is V(module), runs it as an
        ordinary module, with the same result.
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
  diff_mode:
    description: Shows the messages before and after when in diff mode, with text, segments, encoding and recipients.
  idempotent:
    description:
      - When run twice in a row outside check mode, with the same arguments, the second invocation indicates no change.
      - This assumes that the system controlled or queried by the module has not changed in a relevant way.
"""

    PLATFORM = r"""
options: {}
attributes:
  platform:
    description: Target OS/families that can be operated against.
    support: full
    platforms: posix
requirements:
  - python >= 3.9
"""

    ACTIONGROUP_VOIPSMS = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/voip_communications.sms.voipsms) in C(module_defaults) to set defaults for this module.
    support: full
    membership:
      - voip_communications.sms.voipsms
"""

    INFO = r"""
options: {}
attributes:
  check_mode:
    support: full
    details:
      - This module changes nothing.
  diff_mode:
    support: N/A
    details:
      - This module changes nothing.
  idempotent:
    support: full
    details:
      - This module changes nothing.
"""
