# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one front: options in, a result out, and every error turned into a result.

The only file that knows ``AnsibleModule``, and the only one that fails a task.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Callable, NoReturn

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ansible_collections.voip_communications.sms.plugins.module_utils._errors import MissingLibrary, VoipsmsError
from ansible_collections.voip_communications.sms.plugins.module_utils._options import url_secrets

Run = Callable[[Mapping[str, Any], bool], dict[str, Any]]
"""Takes validated options and whether this is check mode; returns a result, with ``failed`` and ``warnings``."""


@dataclass(frozen=True)
class Task:
    """What a module is: its options, what it does, and the keys that it returns whatever happens."""

    argument_spec: Mapping[str, Any]
    run: Run
    blank: Callable[[], dict[str, Any]]


class _Module(AnsibleModule):
    """An ``AnsibleModule`` that shows no credential of a URL, also when it refuses the options by itself."""

    def fail_json(self, msg: str, **kwargs: Any) -> NoReturn:
        """Fail, with what must not be shown masked."""
        self.no_log_values.update(url_secrets(self.params))
        super().fail_json(msg, **kwargs)


def main(task: Task) -> None:
    """Run a task as an Ansible module; ends the process."""
    module = _Module(argument_spec=dict(task.argument_spec), supports_check_mode=True)
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


def answer(task: Task, params: Mapping[str, Any], *, check_mode: bool) -> dict[str, Any]:
    """What a run returns, or the result that says why it could not run. Raises nothing."""
    try:
        return {**task.blank(), **task.run(params, check_mode)}
    except MissingLibrary as error:
        sentence = missing_required_lib(error.package).rstrip(".")
        return _failure(task, f"{sentence}; nothing was sent", exception=error.detail)
    except VoipsmsError as error:
        return _failure(task, f"{error}; nothing was sent", **error.known)
    except Exception as error:  # noqa: BLE001 - uncaught, it would print whatever it holds, credentials too
        return _failure(task, _internal(error))


def _failure(task: Task, msg: str, **more: Any) -> dict[str, Any]:
    return {**task.blank(), "failed": True, "changed": False, "msg": msg, **more}


def _internal(error: Exception) -> str:
    """Where a defect of this collection showed, without the text of the exception, which may hold a secret."""
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    places = " < ".join(f"{os.path.basename(frame.filename)}:{frame.lineno}" for frame in reversed(frames))
    return (
        f"internal error {type(error).__name__} at {places}; whether a message was sent is not known: run the same"
        " task again with --check to see what the ledger holds, and please report this"
    )
