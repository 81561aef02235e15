# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's front: what an Ansible module would return, as the action plugins give it without a module."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator, ValidationResult
from ansible.module_utils.common.parameters import remove_values
from ansible.module_utils.errors import UnsupportedError

from .._core.address import url_secrets
from .module import ModuleSpec, attempt, failure


def respond(
    task: ModuleSpec, name: str, options: Mapping[str, Any], *, check_mode: bool, difference: bool, invocation: bool
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


def _refused(task: ModuleSpec, found: ValidationResult, name: str) -> dict[str, Any]:
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
