# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run a module's code in this process: the result that the module would return, for a local action."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator, ValidationResult
from ansible.module_utils.common.parameters import remove_values

from .._ledger import limits, sqlite_places
from .._people import person
from . import limit_options, sandbox_run
from .module import ModuleSpec, attempt, failure, refusals, refused
from .shown_options import shown_options

LOADED_BEFORE = (limit_options, limits, person, sandbox_run, sqlite_places)
"""What a module loads only where it needs it: the controller loads it once, before it copies itself for each task."""


def respond(
    spec: ModuleSpec, name: str, options: Mapping[str, Any], *, check_mode: bool, difference: bool, invocation: bool
) -> str:
    """Return what an Ansible module of this name would return for these options, as a JSON object.

    ``difference``: include the diff. ``invocation``: include the options, which ansible-core 2.21 and later want only
    where it is configured. Raise ``MissingLibrary``, and nothing else: nothing was done then, and another interpreter
    may have the library.
    """
    validation = ArgumentSpecValidator(dict(spec.argument_spec)).validate(dict(options))
    params = validation.validated_parameters
    is_refused = bool(validation.error_messages)
    result = _refusal(spec, validation, name, options) if is_refused else attempt(spec, params, check_mode=check_mode)
    _drop_empty(result, difference=difference)
    # AnsibleModule takes them from the same place.
    secrets = {secret: json.dumps(secret)[1:-1] for secret in validation._no_log_values}
    # Like AnsibleModule, which keeps a truth value of a result that equals a secret, and masks one of the options.
    truths = {name for name, value in result.items() if value is None or isinstance(value, bool)}
    members = [_member(name, value, {} if name in truths else secrets) for name, value in result.items()]
    if invocation:
        shown = shown_options(spec.argument_spec, params)
        options_shown = _object(_member(name, value, secrets) for name, value in shown.items())
        members.append(f'"invocation": {{"module_args": {options_shown}}}')
    return _object(members)


def _drop_empty(result: dict[str, Any], *, difference: bool) -> None:
    """Remove the keys that ``AnsibleModule`` leaves out: no diff, no failure, no warnings."""
    if result.get("diff") is None or not difference:
        result.pop("diff", None)
    if not result.get("failed", True):
        del result["failed"]
    if not result.get("warnings", True):
        del result["warnings"]


def _refusal(spec: ModuleSpec, validation: ValidationResult, name: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the failure of options that ``AnsibleModule`` would refuse, in its words."""
    return failure(spec, refused("; ".join(refusals(validation, name)), options, spec.argument_spec))


def _member(name: str, value: Any, secrets: Mapping[str, str]) -> str:
    """Return a member of a JSON object, with its secrets masked; ``secrets``: each with what JSON makes of it.

    Checking each part of a long value takes longer than sending it, and where the whole has no secret, no part has.
    """
    text = json.dumps(value)
    # ansible-core 2.16 knows these three by their names in Python.
    searched = f"None True False {text}"
    if any(written in searched for written in secrets.values()):
        text = json.dumps(remove_values(value, set(secrets)))
    return f"{json.dumps(name)}: {text}"


def _object(members: Iterable[str]) -> str:
    """Return a JSON object of these members."""
    return f"{{{', '.join(members)}}}"
