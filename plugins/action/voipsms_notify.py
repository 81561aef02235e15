# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run M(voip_communications.sms.voipsms_notify) as a local action, and tell it in which run of a pipeline it is."""

from __future__ import annotations

from typing import Any

from ansible_collections.voip_communications.sms.plugins.plugin_utils._quick_imports import quick_imports

with quick_imports():
    from ansible_collections.voip_communications.sms.plugins.module_utils._task.module import options_check
    from ansible_collections.voip_communications.sms.plugins.modules import voipsms_notify
    from ansible_collections.voip_communications.sms.plugins.plugin_utils._local_action import LocalAction
    from ansible_collections.voip_communications.sms.plugins.plugin_utils._this_run import this_run


class ActionModule(LocalAction):
    """Runs the module's code in the controller where the task allows it."""

    spec = staticmethod(voipsms_notify.module_spec)

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the result of the module. Only the controller knows the run, since it knows the play's variables."""
        options = self._task.args
        if options.get("pipeline") is None and options.get("idempotency_key") is None:
            self._task.args = {**options, "pipeline": this_run(task_vars or {}).as_dict()}
        return super().run(tmp, task_vars)


main = options_check(voipsms_notify.argument_spec)
