# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's front of M(voip_communications.sms.voipsms_scheduled)."""

from __future__ import annotations

from ansible_collections.voip_communications.sms.plugins.modules import voipsms_scheduled
from ansible_collections.voip_communications.sms.plugins.plugin_utils._controller import LocalAction


class ActionModule(LocalAction):
    """Runs the module's code in the controller where the task allows it."""

    made = staticmethod(voipsms_scheduled.task)
