# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""For benchmarks: an action plugin that does nothing, in the place of voipsms_deployment."""

from __future__ import annotations

from typing import Any, Optional

from ansible.plugins.action import ActionBase


class ActionModule(ActionBase):
    """Says what a deployment needs that works."""

    def run(self, tmp: Optional[str] = None, task_vars: Optional[dict[str, Any]] = None) -> dict[str, Any]:
        """Return a host that has come through, and a message that was sent."""
        return {"changed": False, "fate": "through", "error": "", "result": {"failed": False}}
