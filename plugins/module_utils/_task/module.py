# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The front: options in, a result out, and every error turned into a result.

``main`` is the ordinary module; what the action plugins run in the controller is in ``in_process``, with the same
result. The only file that knows ``AnsibleModule``, and the only one that fails a task.
"""

from __future__ import annotations

import gc
import os
import traceback
from collections.abc import Mapping
from typing import Any, Callable, NamedTuple, NoReturn

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from .._core.address import url_secrets
from .._core.errors import MissingLibrary, VoipsmsError

Run = Callable[[Mapping[str, Any], bool], dict[str, Any]]
"""Takes validated options and whether this is check mode; returns a result, with ``failed`` and ``warnings``."""

_NOT_KNOWN = (
    "whether a message was sent is not known: run the same task again with --check to see what the ledger holds, and"
    " please report this"
)


class ModuleSpec(NamedTuple):
    """What a module is: its options, what it does, and the keys that it returns whatever happens."""

    argument_spec: Mapping[str, Any]
    run: Run
    blank: Callable[[], dict[str, Any]]


class _Module(AnsibleModule):
    """An ``AnsibleModule`` that shows no credential of a URL, and all keys, also when it refuses options by itself."""

    def __init__(self, task: ModuleSpec) -> None:
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


def main(task: ModuleSpec) -> None:
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


def answer(task: ModuleSpec, params: Mapping[str, Any], *, check_mode: bool) -> dict[str, Any]:
    """What a run returns, or the result that says why it could not run. Raises nothing."""
    try:
        return attempt(task, params, check_mode=check_mode)
    except MissingLibrary as error:
        sentence = missing_required_lib(error.package).rstrip(".")
        return failure(task, f"{sentence}; nothing was sent", exception=error.detail)


def attempt(task: ModuleSpec, params: Mapping[str, Any], *, check_mode: bool) -> dict[str, Any]:
    """What a run returns, or the result that says why it could not run. Raises ``MissingLibrary`` alone."""
    try:
        return {**task.blank(), **task.run(params, check_mode)}
    except MissingLibrary:
        raise
    except VoipsmsError as error:
        return failure(task, f"{error}; nothing was sent", **error.known)
    except Exception as error:  # noqa: BLE001 - uncaught, it would print whatever it holds, credentials too
        return broken(task, f"internal error {_place(error)}", check_mode=check_mode)


def broken(task: ModuleSpec, what: str, *, check_mode: bool) -> dict[str, Any]:
    """The result of a run that has ended before it could say what it has done, as by a signal."""
    if check_mode:
        return failure(task, f"{what}; nothing was sent, since this was check mode; please report this")
    if "outcome" not in task.blank():  # nothing is ever sent by it
        return failure(
            task, f"{what}; whether it did what it should is not known, nothing was sent; please report this"
        )
    return failure(task, f"{what}; {_NOT_KNOWN}", outcome="unknown", changed=True)


def failure(
    task: ModuleSpec, msg: str, *, outcome: str = "not_sent", changed: bool = False, **more: Any
) -> dict[str, Any]:
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
