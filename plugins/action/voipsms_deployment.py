# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Take a step of the role deploy_notify, on the controller, where the play can be seen."""

from __future__ import annotations

from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.voip_communications.sms.plugins.plugin_utils._quick_imports import quick_imports

with quick_imports():
    from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import InputError
    from ansible_collections.voip_communications.sms.plugins.module_utils._task.module import options_check
    from ansible_collections.voip_communications.sms.plugins.modules import voipsms_deployment, voipsms_notify
    from ansible_collections.voip_communications.sms.plugins.plugin_utils._deployment import (
        NOTHING_SENT,
        Steps,
        read_event,
    )
    from ansible_collections.voip_communications.sms.plugins.plugin_utils._local_action import LocalAction
    from ansible_collections.voip_communications.sms.plugins.plugin_utils._play_hosts import PlayHosts
    from ansible_collections.voip_communications.sms.plugins.plugin_utils._role_variables import RoleVariables

_NOTIFY = "voip_communications.sms.voipsms_notify"


class ActionModule(LocalAction):
    """Works out what is to be told, and tells it as M(voip_communications.sms.voipsms_notify) does."""

    spec = staticmethod(voipsms_notify.module_spec)

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the result of the step; a step that checks something fails when that is wrong."""
        variables = task_vars or {}
        spec, account = voipsms_deployment.own_options(), dict(self._task.args)
        validation = ArgumentSpecValidator(spec).validate({name: account.pop(name) for name in spec if name in account})
        if validation.error_messages:
            return _failure(validation.errors.msg)
        steps = Steps(
            PlayHosts(self._task, variables),
            RoleVariables(self._templar, variables),
            variables,
            account,
            lambda options: self._notified(options, tmp, variables),
            has_environment=any(self._task.environment or ()),
        )
        step = getattr(steps, validation.validated_parameters["step"])
        try:
            result: dict[str, Any] = step(read_event(validation.validated_parameters["event"]))
        except InputError as error:
            return _failure(str(error))
        return {**voipsms_deployment.blank(), **result}

    def _notified(self, options: dict[str, Any], tmp: str | None, variables: dict[str, Any]) -> dict[str, Any]:
        """Return the result of ``voipsms_notify``, which runs where it would run as a task of its own."""
        args, action = self._task.args, self._task.action
        self._task.args, self._task.action = options, _NOTIFY
        try:
            return super().run(tmp, variables)
        finally:
            self._task.args, self._task.action = args, action


def _failure(msg: str) -> dict[str, Any]:
    return {**voipsms_deployment.blank(), "failed": True, "msg": f"{msg}; {NOTHING_SENT}"}


main = options_check(voipsms_deployment.argument_spec)
