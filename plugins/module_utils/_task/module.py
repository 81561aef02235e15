# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run a module: options in, a result out, and every error turned into a result.

``main`` runs it as an ordinary module. ``in_process`` runs it for a local action, with the same result. No other file
knows ``AnsibleModule``, and no other one fails a task.
"""

from __future__ import annotations

import gc
from collections.abc import Collection, Mapping
from typing import Any, Callable, NamedTuple, NoReturn

from ansible.module_utils import basic
from ansible.module_utils.common.arg_spec import ValidationResult
from ansible.module_utils.errors import UnsupportedError

from .._core.errors import InputError, MissingLibrary, VoipsmsError, defect
from .shown_options import shown_options

Run = Callable[[Mapping[str, Any], bool], dict[str, Any]]
"""Takes validated options and whether this is check mode; returns a result, with ``failed`` and ``warnings``."""

_NOT_KNOWN = (
    "whether a message was sent is not known: run the same task again with --check to see what the ledger holds, and"
    " please report this"
)


class ModuleSpec(NamedTuple):
    """The options of a module, what it does, and the keys that every result of it has.

    ``refused``: the outcome of a task that was refused, for modules whose results have one. ``may_send``: a run that
    dies may have sent something; it does not matter where results have no outcome.
    """

    argument_spec: Mapping[str, Any]
    run: Run
    blank: Callable[[], dict[str, Any]]
    refused: str = "not_sent"
    may_send: bool = True


class _Module(basic.AnsibleModule):
    """An ``AnsibleModule`` that shows no refused address, and whose failures have all keys of a result."""

    def __init__(self, spec: ModuleSpec) -> None:
        """Validate the options; end the process when Ansible refuses them."""
        self._refusal = failure(spec, "")
        super().__init__(argument_spec=dict(spec.argument_spec), supports_check_mode=True)
        self._refusal = {}

    def fail_json(self, msg: str, **kwargs: Any) -> NoReturn:
        """Fail without showing what was refused; while the options are validated, also with the keys of a result."""
        if self._refusal:
            validation = getattr(self, "validation_result", None)  # some refuse before there is one
            faults = refusals(validation, self._name) if validation else []
            msg = refused("; ".join(faults) or msg, self.params, self.argument_spec)
        self.params = shown_options(self.argument_spec, self.params)
        super().fail_json(**{**self._refusal, **kwargs, "msg": msg})

    def _log_invocation(self) -> None:
        """Write to the log of the system that the module runs, without what is not shown."""
        params = self.params
        self.params = shown_options(self.argument_spec, params)
        super()._log_invocation()
        self.params = params


def run_on_a_host(_params: Mapping[str, Any], _check_mode: bool) -> NoReturn:
    """Raise ``InputError``: the work of the module is done by the action plugin with its name."""
    raise InputError("this is the action of the controller, and no module that a host can run")


def options_check(argument_spec: Callable[[], Mapping[str, Any]]) -> Callable[[], None]:
    """Return the ``main`` of an action plugin, by which ansible-lint validates the options of a task. It runs nothing.

    ansible-lint puts a class of its own in the place of ``AnsibleModule``, which is therefore looked up at the call.
    """

    def main() -> None:
        basic.AnsibleModule(argument_spec=_for_lint(argument_spec()))

    return main


def _for_lint(argument_spec: Mapping[str, Any]) -> dict[str, Any]:
    """Return the argument spec without what ansible-lint cannot check where a value is a template.

    Inside another option it looks for the template in the wrong place: it finds fault with a choice, and of a type
    that does not fit it loses all findings of the file. So only the names are checked there. It finds fault with a
    template among the choices of a list, too.
    """
    names_only: dict[str, Any] = {"type": "raw"}
    spec = {}
    for name, option in argument_spec.items():
        spec[name] = dict(option)
        if "options" in option:
            spec[name]["options"] = dict.fromkeys(option["options"], names_only)
        if option.get("type") == "list":
            spec[name].pop("choices", None)
    return spec


def main(spec: ModuleSpec) -> None:
    """Run an Ansible module and end the process. The module has disabled the garbage collector for its imports."""
    # Imported modules stay until the end; a collection that goes through them would take a tenth of the task's time.
    gc.freeze()
    gc.enable()
    module = _Module(spec)
    result = answer(spec, module.params, check_mode=module.check_mode)
    module.params = shown_options(spec.argument_spec, module.params)
    for warning in result.pop("warnings", []):
        module.warn(warning)
    difference = result.pop("diff", None)
    if difference is not None and module._diff:  # AnsibleModule has no public name for it
        result["diff"] = difference
    if result.pop("failed", False):
        module.fail_json(**result)
    module.exit_json(**result)


def answer(spec: ModuleSpec, params: Mapping[str, Any], *, check_mode: bool) -> dict[str, Any]:
    """Return the result of a run, or the failure that says why it could not run. Raise nothing."""
    try:
        return attempt(spec, params, check_mode=check_mode)
    except MissingLibrary as error:
        from .libraries import missing_libraries  # noqa: PLC0415 - only a failure needs it

        sentence = missing_libraries(error, params)
        return failure(spec, f"{sentence}; nothing was sent", exception=error.detail)


def attempt(spec: ModuleSpec, params: Mapping[str, Any], *, check_mode: bool) -> dict[str, Any]:
    """Return the result of a run, or the failure that says why it could not run. Raise only ``MissingLibrary``."""
    try:
        return {**spec.blank(), **spec.run(params, check_mode)}
    except MissingLibrary:
        raise
    except VoipsmsError as error:
        return failure(spec, f"{error}; nothing was sent", **error.known)
    except Exception as error:  # noqa: BLE001 - uncaught, it would print what it holds, credentials too
        return broken(spec, defect(error), check_mode=check_mode)


def refusals(validation: ValidationResult, name: str) -> list[str]:
    """Return all that Ansible finds wrong with the options of a module; ``AnsibleModule`` says the first alone."""
    unknown = f"Unsupported parameters for ({name}) module: "
    errors = validation.errors.errors
    return [f"{unknown if isinstance(error, UnsupportedError) else ''}{error.msg.rstrip('.')}" for error in errors]


def refused(msg: str, params: Collection[str], argument_spec: Collection[str]) -> str:
    """Return the sentence about options that Ansible refuses, with the names of those that were meant."""
    from .option_names import names_meant  # noqa: PLC0415 - only a failure needs it

    hint = names_meant(params, argument_spec)
    return f"{msg}; {hint}; nothing was sent" if hint else f"{msg}; nothing was sent"


def broken(spec: ModuleSpec, reason: str, *, check_mode: bool) -> dict[str, Any]:
    """Return the failure of a run that ended without a result of its own, such as by a signal."""
    if check_mode:
        return failure(spec, f"{reason}; nothing was sent, since this was check mode; please report this")
    if "outcome" not in spec.blank() or not spec.may_send:  # this module never sends anything
        return failure(
            spec, f"{reason}; whether it did what it should is not known, nothing was sent; please report this"
        )
    return failure(spec, f"{reason}; {_NOT_KNOWN}", outcome="unknown", changed=True)


def failure(spec: ModuleSpec, msg: str, *, outcome: str = "", changed: bool = False, **more: Any) -> dict[str, Any]:
    """Return a failed result with all its keys; ``outcome`` is for modules whose results have one."""
    result = spec.blank()
    if "outcome" in result:
        result["outcome"] = outcome or spec.refused
    return {**result, "failed": True, "changed": changed, "msg": msg, **more}
