# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The two fronts of one body of code: options in, a result out, and every error turned into a result.

``main`` is the ordinary module, ``respond`` what the action plugins run in the controller; both give the same result.
The only file that knows ``AnsibleModule``, and the only one that fails a task.
"""

from __future__ import annotations

import gc
import json
import os
import traceback
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Callable, NamedTuple, NoReturn

from ansible.module_utils.basic import AnsibleModule, missing_required_lib
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator, ValidationResult
from ansible.module_utils.common.parameters import remove_values
from ansible.module_utils.errors import UnsupportedError

from ansible_collections.voip_communications.sms.plugins.module_utils._errors import MissingLibrary, VoipsmsError
from ansible_collections.voip_communications.sms.plugins.module_utils._options import url_secrets

Run = Callable[[Mapping[str, Any], bool], dict[str, Any]]
"""Takes validated options and whether this is check mode; returns a result, with ``failed`` and ``warnings``."""

_NOT_KNOWN = (
    "whether a message was sent is not known: run the same task again with --check to see what the ledger holds, and"
    " please report this"
)


class Task(NamedTuple):
    """What a module is: its options, what it does, and the keys that it returns whatever happens."""

    argument_spec: Mapping[str, Any]
    run: Run
    blank: Callable[[], dict[str, Any]]


class _Module(AnsibleModule):
    """An ``AnsibleModule`` that shows no credential of a URL, and all keys, also when it refuses options by itself."""

    def __init__(self, task: Task) -> None:
        """Ends the process where the options are refused."""
        self._refusal = failure(task, "")
        super().__init__(argument_spec=dict(task.argument_spec), supports_check_mode=True)
        self._refusal = {}

    def fail_json(self, msg: str, **kwargs: Any) -> NoReturn:
        """Fail, with what must not be shown masked."""
        self.no_log_values.update(url_secrets(self.params))
        if self._refusal:
            msg = f"{msg}; nothing was sent"
        super().fail_json(**{**self._refusal, **kwargs, "msg": msg})


def main(task: Task) -> None:
    """Run a task as an Ansible module, which has disabled the collector for its imports; ends the process."""
    # What was imported stays until the end, where going through all of it once more would take a tenth of the task.
    gc.freeze()
    gc.enable()
    module = _Module(task)
    module.no_log_values.update(url_secrets(module.params))
    result = answer(task, module.params, check_mode=module.check_mode)
    for warning in result.pop("warnings", []):
        module.warn(warning)
    difference = result.pop("diff", None)
    if difference is not None and module._diff:  # AnsibleModule has no public name for it
        result["diff"] = difference
    if result.pop("failed", False):
        module.fail_json(**result)
    module.exit_json(**result)


def respond(
    task: Task, name: str, options: Mapping[str, Any], *, check_mode: bool, difference: bool, invocation: bool
) -> str:
    """What an Ansible module of this name would return for these options, as a JSON object.

    ``invocation``: whether with the options, which ansible-core 2.21 and later ask for only where it is configured.
    Raises ``MissingLibrary``, and nothing else: nothing was done then, and another interpreter may have the library.
    """
    found = ArgumentSpecValidator(dict(task.argument_spec)).validate(dict(options))
    params = found.validated_parameters
    result = _refused(task, found, name) if found.error_messages else attempt(task, params, check_mode=check_mode)
    if result.get("diff") is None or not difference:
        result.pop("diff", None)
    if not result.get("failed", True):
        del result["failed"]
    if not result.get("warnings", True):
        del result["warnings"]
    # AnsibleModule takes them from the same place.
    secrets = {*found._no_log_values, *url_secrets(params)}
    # Like AnsibleModule, which keeps a truth value of a result that equals a secret, and masks one of the options.
    truths = {name for name, value in result.items() if value is None or isinstance(value, bool)}
    members = [_member(name, value, () if name in truths else secrets) for name, value in result.items()]
    if invocation:
        options_shown = _object(_member(name, value, secrets) for name, value in params.items())
        members.append(f'"invocation": {{"module_args": {options_shown}}}')
    return _object(members)


def _refused(task: Task, found: ValidationResult, name: str) -> dict[str, Any]:
    """What a module says of options that ``AnsibleModule`` refuses."""
    msg = found.errors.msg
    if isinstance(found.errors[0], UnsupportedError):
        msg = f"Unsupported parameters for ({name}) module: {msg}"
    return failure(task, f"{msg}; nothing was sent")


def _member(name: str, value: Any, secrets: Collection[str]) -> str:
    """A name of a JSON object and its value without secrets.

    Looking into each part of a long value takes longer than sending it, and where the whole has no secret, no part has.
    """
    text = json.dumps(value)
    # ansible-core 2.16 knows these three by their names in Python.
    searched = f"None True False {text}"
    if any(json.dumps(secret)[1:-1] in searched for secret in secrets):
        text = json.dumps(remove_values(value, set(secrets)))
    return f"{json.dumps(name)}: {text}"


def _object(members: Iterable[str]) -> str:
    """A JSON object of these members."""
    return f"{{{', '.join(members)}}}"


def answer(task: Task, params: Mapping[str, Any], *, check_mode: bool) -> dict[str, Any]:
    """What a run returns, or the result that says why it could not run. Raises nothing."""
    try:
        return attempt(task, params, check_mode=check_mode)
    except MissingLibrary as error:
        sentence = missing_required_lib(error.package).rstrip(".")
        return failure(task, f"{sentence}; nothing was sent", exception=error.detail)


def attempt(task: Task, params: Mapping[str, Any], *, check_mode: bool) -> dict[str, Any]:
    """What a run returns, or the result that says why it could not run. Raises ``MissingLibrary`` alone."""
    try:
        return {**task.blank(), **task.run(params, check_mode)}
    except MissingLibrary:
        raise
    except VoipsmsError as error:
        return failure(task, f"{error}; nothing was sent", **error.known)
    except Exception as error:  # noqa: BLE001 - uncaught, it would print whatever it holds, credentials too
        return broken(task, f"internal error {_place(error)}", check_mode=check_mode)


def broken(task: Task, what: str, *, check_mode: bool) -> dict[str, Any]:
    """The result of a run that has ended before it could say what it has done, as by a signal."""
    if check_mode:
        return failure(task, f"{what}; nothing was sent, since this was check mode; please report this")
    if "outcome" not in task.blank():  # nothing is ever sent by it
        return failure(
            task, f"{what}; whether it did what it should is not known, nothing was sent; please report this"
        )
    return failure(task, f"{what}; {_NOT_KNOWN}", outcome="unknown", changed=True)


def failure(task: Task, msg: str, *, outcome: str = "not_sent", changed: bool = False, **more: Any) -> dict[str, Any]:
    """A failed result with all its keys; ``outcome`` for a task that has one."""
    found = task.blank()
    if "outcome" in found:
        found["outcome"] = outcome
    return {**found, "failed": True, "changed": changed, "msg": msg, **more}


def _place(error: Exception) -> str:
    """Where a defect of this collection showed, without the text of the exception, which may hold a secret."""
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    places = " < ".join(f"{os.path.basename(frame.filename)}:{frame.lineno}" for frame in reversed(frames))
    return f"{type(error).__name__} at {places}"
