# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Do the work of a playbook of this collection: read its variables, run its module, write its result file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import partial
from typing import Any

from ansible import context
from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase

from ansible_collections.voip_communications.sms.plugins.plugin_utils._quick_imports import quick_imports

with quick_imports():
    from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import Faults
    from ansible_collections.voip_communications.sms.plugins.module_utils._task.module import options_check
    from ansible_collections.voip_communications.sms.plugins.modules import voipsms_playbook
    from ansible_collections.voip_communications.sms.plugins.plugin_utils._extra_vars import left_over, letters
    from ansible_collections.voip_communications.sms.plugins.plugin_utils._handover import handover
    from ansible_collections.voip_communications.sms.plugins.plugin_utils._plain_template import PlainTemplate
    from ansible_collections.voip_communications.sms.plugins.plugin_utils._playbook_variables import (
        module_options,
        read_variables,
    )
    from ansible_collections.voip_communications.sms.plugins.plugin_utils._playbooks import COLLECTION, HANDOVER, find
    from ansible_collections.voip_communications.sms.plugins.plugin_utils._result_file import (
        RESULT_FILE,
        ResultFile,
        refusal,
    )
    from ansible_collections.voip_communications.sms.plugins.plugin_utils._role_result import role_result


class ActionModule(ActionBase):
    """The action. It always runs in the controller, and has no module of the same name beside its documentation."""

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the result of the playbook, or of its beginning where a role does the work."""
        super().run(tmp, task_vars)
        _validated, options = self.validate_argument_spec(voipsms_playbook.argument_spec())
        variables = task_vars or {}
        if options["result"] is not None:
            return self._end(variables, options["result"], options["failure"])
        return self._begin(options["playbook"], variables)

    def _begin(self, name: str, variables: dict[str, Any]) -> dict[str, Any]:
        """Check the variables and begin the result file; then run the module, where there is one."""
        playbook, faults = find(name), Faults()
        given = context.CLIARGS.get("extra_vars") or ()
        faults.add(*left_over(given))
        values = read_variables(
            playbook, variables, PlainTemplate(self._templar).entry, partial(letters, given, self._loader), faults
        )
        file = self._file(variables)
        unwritable = file.begin()
        if unwritable:
            faults.add(unwritable)
        if faults.sentences:
            result = refusal(faults.sentences)
        elif playbook.name == HANDOVER:
            run = partial(self._result_in_collection, variables)
            result = handover(module_options(playbook, values), run, dt.datetime.now(dt.timezone.utc))
        elif playbook.module:
            result = self._result_of(playbook.module, module_options(playbook, values), variables)
        else:
            return {"changed": False}
        return result if unwritable else _written(file, result)

    def _end(self, variables: Mapping[str, Any], left: Mapping[str, Any], failure: Mapping[str, Any]) -> dict[str, Any]:
        """Write what the role has left."""
        return _written(self._file(variables), role_result(left, failure))

    def _file(self, variables: Mapping[str, Any]) -> ResultFile:
        """Return the result file; none where its path cannot be templated, which is a fault of its own."""
        try:
            path = self._templar.template(variables.get(RESULT_FILE) or "")
        except AnsibleError:
            path = ""
        return ResultFile(str(path or ""), check_mode=self._task.check_mode)

    def _result_in_collection(self, variables: dict[str, Any], name: str, options: Mapping[str, Any]) -> dict[str, Any]:
        """Return the result of a module of this collection, by its short name; options without a value are left out."""
        given = {option: value for option, value in options.items() if value is not None}
        return self._result_of(f"{COLLECTION}.{name}", given, variables)

    def _result_of(self, module: str, options: Mapping[str, Any], variables: dict[str, Any]) -> dict[str, Any]:
        """Return the result of a module, run as a task of its own would run it."""
        task = self._task.copy()
        task.action, task.args = module, dict(options)
        action = self._shared_loader_obj.action_loader.get(
            module,
            task=task,
            connection=self._connection,
            play_context=self._play_context,
            loader=self._loader,
            templar=self._templar,
            shared_loader_obj=self._shared_loader_obj,
        )
        result: dict[str, Any] = action.run(task_vars=variables)
        # A module that returns no outcome has died.
        return result if "outcome" in result else {**result, "outcome": "unknown", "failed": True}


def _written(file: ResultFile, result: dict[str, Any]) -> dict[str, Any]:
    """Write a result; return it, as a failure where it cannot be written."""
    fault = file.finish(result)
    if not fault:
        return result
    sentence = f"{fault}; it still says that this run is unfinished"
    return {**result, "failed": True, "msg": "; ".join([str(result.get("msg", "")), sentence])}


main = options_check(voipsms_playbook.argument_spec)
