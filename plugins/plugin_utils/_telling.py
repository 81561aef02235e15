# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell an event of a run, in the process that was started for it (see ``_errand_process``)."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Callable

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import InputError
from ansible_collections.voip_communications.sms.plugins.module_utils._notify.pipeline import Pipeline
from ansible_collections.voip_communications.sms.plugins.module_utils._notify.watch import (
    SLOW,
    Run,
    Settings,
    parameters,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._task.module import answer
from ansible_collections.voip_communications.sms.plugins.module_utils._task.notify_options import (
    NotifyOptions,
    read_notify_options,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._task.schedule_context import (
    grace_options,
    list_options,
)
from ansible_collections.voip_communications.sms.plugins.modules import voipsms_notify

_NO_ZONE = "without account_timezone, no one can be told when their quiet hours end; set it"

_NO_SCHEDULING = {
    "account_timezone": None,
    **{name: spec["default"] for name, spec in {**list_options(), **grace_options()}.items()},
}
"""Values with which an option that only scheduled messages need cannot be wrong."""


def tell(instructions: Mapping[str, Any], task: str, begin: Callable[[], None]) -> dict[str, Any]:
    """Return the result of telling an event, or of the rehearsal: whether it failed, a message, and warnings.

    ``task`` is the one that began last. ``begin`` is called before anything is sent, and not for a rehearsal; what it
    raises is raised.
    """
    try:
        options = _options(instructions, task)
    except InputError as error:
        return {"failed": True, "msg": f"{error}; nothing was sent"}
    is_rehearsal = instructions["rehearse"]
    if not is_rehearsal:
        begin()
    result = answer(voipsms_notify.module_spec()._replace(run=_run), options, check_mode=is_rehearsal)
    return {
        "failed": bool(result.get("failed")),
        "msg": result.get("msg", ""),
        "warnings": list(result.get("warnings") or ()),
    }


def _options(instructions: Mapping[str, Any], task: str) -> dict[str, Any]:
    """Return the options of ``voipsms_notify``. Raise ``InputError`` when there are no recipients."""
    facts = {**instructions["run"], "pipeline": Pipeline(*instructions["run"]["pipeline"])}
    if instructions["event"] == SLOW:
        facts.update(task=task, seconds=time.monotonic() - instructions["began"])
    return parameters(instructions["event"], Run(**facts), Settings(**instructions["settings"]))


def _run(options: Mapping[str, Any], is_rehearsal: bool) -> dict[str, Any]:
    """Tell the event. A rehearsal only reads the options, so that their faults show before there is one to tell."""
    notify_options, faults = _read(options)
    if not is_rehearsal:
        result = voipsms_notify.tell(notify_options, check_mode=False)
        return {**result, "warnings": [*faults, *result["warnings"]]}
    notify_options.context.api()
    unread = [f"recipients: {result.code_desc}" for result in notify_options.refused]
    zone = [_NO_ZONE] if notify_options.defers and not notify_options.account_timezone else []
    return {"warnings": [*faults, *notify_options.warnings, *unread, *zone]}


def _read(options: Mapping[str, Any]) -> tuple[NotifyOptions, tuple[str, ...]]:
    """Return what the options ask for, and the faults of those that only scheduling needs: these silence no failure.

    Raise ``InputError`` for other faults.
    """
    try:
        return _validated(options), ()
    except InputError as error:
        return _validated({**options, **_NO_SCHEDULING}), error.faults


def _validated(options: Mapping[str, Any]) -> NotifyOptions:
    """Return what the options ask for, with those from the environment. Raise ``InputError``."""
    validation = ArgumentSpecValidator(voipsms_notify.argument_spec()).validate(dict(options))
    if validation.error_messages:
        raise InputError(*validation.error_messages)
    # Without a ledger, to be told twice is better than not at all.
    return read_notify_options(validation.validated_parameters, may_forget=True)
