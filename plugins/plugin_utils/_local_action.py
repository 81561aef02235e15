# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run a module's code where Ansible runs, without the start of another interpreter.

This is for tasks whose connection is local and that need no process of their own. Every other task runs the ordinary
module, unchanged. Where the task has a time limit, the code runs in a copy of the worker: the limit stops a worker, but
a module goes on and writes down the outcome of its request. Without a limit nothing interrupts it, and the copy would
be a third of what a task takes beyond its request.
"""

from __future__ import annotations

import gc
import json
import os
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from typing import Any, ClassVar

from ansible import constants as C  # noqa: N812 - as everywhere in Ansible
from ansible.errors import AnsibleError
from ansible.plugins.action.normal import ActionModule as OrdinaryAction
from ansible.utils.display import Display

from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import MissingLibrary, VoipsmsError
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import Fingerprints
from ansible_collections.voip_communications.sms.plugins.module_utils._message import numbers
from ansible_collections.voip_communications.sms.plugins.module_utils._task.in_process import respond
from ansible_collections.voip_communications.sms.plugins.module_utils._task.module import ModuleSpec, broken, failure
from ansible_collections.voip_communications.sms.plugins.module_utils._task.values import date_faults
from ansible_collections.voip_communications.sms.plugins.plugin_utils._forked import run_forked, run_here
from ansible_collections.voip_communications.sms.plugins.plugin_utils._hidden_defaults import with_contacts
from ansible_collections.voip_communications.sms.plugins.plugin_utils._plain_options import option_faults, plain_options
from ansible_collections.voip_communications.sms.plugins.plugin_utils._quick_imports import own_byte_code

SWITCH = "VOIPSMS_FRONT"
"""The environment variable that chooses where the code runs: ``controller`` by default, or ``module``."""

_CHOICES = ("controller", "module")
_DISCOVERED = ("", "auto", "auto_silent", "auto_legacy", "auto_legacy_silent")
"""Values of ``ansible_python_interpreter`` that leave the choice to Ansible."""

display = Display()


class LocalAction(OrdinaryAction):
    """The action plugin of a module. ``spec`` returns what the module is."""

    spec: ClassVar[Callable[[], ModuleSpec]]

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the result of the module, which is the same in this process and in an ordinary module."""
        choice = os.environ.get(SWITCH) or _CHOICES[0]
        if choice not in _CHOICES:
            msg = f"{SWITCH} must be controller or module, not {choice!r}; nothing was sent"
            return failure(type(self).spec(), msg)
        task = self._task
        defaults, action = task.module_defaults or (), task.resolved_action or task.action
        task.args = with_contacts(task.args, defaults, action, self._templar.template)
        faults = option_faults(task.args) or date_faults(task.args)
        if faults:
            return failure(type(self).spec(), f"{'; '.join(faults)}; nothing was sent")
        reason = f"{SWITCH} says so" if choice == "module" else self._why_module(task_vars or {})
        if not reason:
            response = self._respond(task_vars or {})
            if not isinstance(response, str):
                return response
            reason = response
        display.vvv(f"{self._task.action} runs as an ordinary module: {reason}")
        result = super().run(tmp, task_vars)
        return dict(result)

    def _why_module(self, task_vars: Mapping[str, Any]) -> str:
        """Return why the task needs the ordinary module; empty when it does not."""
        reasons: dict[str, Callable[[], bool]] = {
            "the connection is not local": lambda: self._connection.ansible_name != "ansible.builtin.local",
            "it has become": lambda: self._connection.become is not None,
            "it has async": lambda: bool(self._task.async_val),
            "it has an environment": lambda: any(self._task.environment or ()),
            # Its network libraries do not survive a fork.
            "macOS": lambda: sys.platform == "darwin",
            # Last, since it may be a template.
            "it has another Python interpreter": lambda: not self._is_own_python(task_vars),
        }
        return next((reason for reason, holds in reasons.items() if holds()), "")

    def _is_own_python(self, task_vars: Mapping[str, Any]) -> bool:
        """Tell whether the task's interpreter is this one. When that fails, the ordinary module says why."""
        try:
            return _is_own(self._interpreter(task_vars))
        except AnsibleError:
            return False

    def _interpreter(self, task_vars: Mapping[str, Any]) -> str:
        """Return the interpreter configured for the task or its host, read as Ansible reads it."""
        if self._task.delegate_to:
            task_vars = task_vars.get("ansible_delegated_vars", {}).get(self._task.delegate_to, task_vars)
        configured = C.config.get_config_value("INTERPRETER_PYTHON", variables=task_vars)
        return str(self._templar.template(configured) or "").strip()

    def _respond(self, task_vars: Mapping[str, Any]) -> dict[str, Any] | str:
        """Return the result of the module's code, or why it could not run here, so that nothing was done."""
        spec, options = type(self).spec(), plain_options(self._task.args)
        name, check_mode, difference = self._task.action, self._task.check_mode, self._task.diff
        invocation = _wants_invocation(task_vars)

        def work() -> bytes:
            try:
                with own_byte_code():  # of what is imported where it is needed
                    result = respond(
                        spec, name, options, check_mode=check_mode, difference=difference, invocation=invocation
                    )
            except MissingLibrary:
                result = json.dumps("the controller's Python lacks a library")
            return result.encode("ascii")

        _freeze()
        try:
            answer = run_forked(work) if self._task.timeout else run_here(work)
        except OSError as error:
            return f"the controller cannot start a process ({error.strerror})"
        try:
            response: dict[str, Any] | str = json.loads(answer)
        except ValueError:  # the copy was killed, before its answer or within
            return broken(spec, "the process that did this ended without a result", check_mode=check_mode)
        return response


@cache
def _freeze() -> None:
    """Let no collection look at what the worker has from the controller: it would write to all of it, and so copy it.

    This is done once, so that the garbage of the items of a loop is collected.
    """
    gc.freeze()


def _use_libraries() -> None:
    """Let the libraries read now what they would read at their first use, which is in the copy of each task."""
    with suppress(VoipsmsError):
        numbers.read("+12015550123")
    Fingerprints.of("", "").recipient("")


_use_libraries()


def _wants_invocation(task_vars: Mapping[str, Any]) -> bool:
    """Tell whether a result shall hold the options. ansible-core before 2.21 has no such setting, and always does."""
    if C.config.get_configuration_definition("INJECT_INVOCATION") is None:
        return True
    return bool(C.config.get_config_value("INJECT_INVOCATION", variables=task_vars))


def _is_own(interpreter: str) -> bool:
    """Tell whether an interpreter is the one that runs this, or is left to Ansible's choice.

    Its folder decides which libraries it has, so two links to one file are two interpreters.
    """
    if interpreter in (*_DISCOVERED, sys.executable):
        return True
    ours, theirs = ((os.path.realpath(os.path.dirname(path)), path) for path in (sys.executable, interpreter))
    return ours[0] == theirs[0] and os.path.realpath(ours[1]) == os.path.realpath(theirs[1])
