# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run M(voip_communications.sms.voipsms_log_info) as a local action."""

from __future__ import annotations

from ansible_collections.voip_communications.sms.plugins.plugin_utils._quick_imports import quick_imports

with quick_imports():
    from ansible_collections.voip_communications.sms.plugins.module_utils._task.module import options_check
    from ansible_collections.voip_communications.sms.plugins.modules import voipsms_log_info
    from ansible_collections.voip_communications.sms.plugins.plugin_utils._local_action import LocalAction


class ActionModule(LocalAction):
    """Runs the module's code in the controller where the task allows it."""

    spec = staticmethod(voipsms_log_info.module_spec)


main = options_check(voipsms_log_info.argument_spec)
