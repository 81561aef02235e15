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
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import NO_LEDGER
from ansible_collections.voip_communications.sms.plugins.module_utils._notify.pipeline import Pipeline
from ansible_collections.voip_communications.sms.plugins.module_utils._notify.watch import (
    SLOW,
    Run,
    Settings,
    parameters,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._task.module import ModuleSpec, answer
from ansible_collections.voip_communications.sms.plugins.module_utils._task.report import blank
from ansible_collections.voip_communications.sms.plugins.module_utils._task.send_options import read_send_options
from ansible_collections.voip_communications.sms.plugins.modules import voipsms_send


def tell(instructions: Mapping[str, Any], task: str, begin: Callable[[], None]) -> dict[str, Any]:
    """Return the result of telling an event, or of the rehearsal: whether it failed, a message, and warnings.

    ``task`` is the one that began last. ``begin`` is called before anything is sent, and not for a rehearsal; what it
    raises is raised.
    """
    try:
        params = _validated(_parameters(instructions, task))
    except InputError as error:
        return {"failed": True, "msg": f"{error}; nothing was sent"}
    if not instructions["rehearse"]:
        begin()
    spec = ModuleSpec({}, _rehearse if instructions["rehearse"] else voipsms_send.run, blank)
    result = answer(spec, params, check_mode=False)
    return {
        "failed": bool(result.get("failed") or result.get("failed_to")),
        "msg": result.get("msg", ""),
        "warnings": list(result.get("warnings") or ()),
    }


def _parameters(instructions: Mapping[str, Any], task: str) -> dict[str, Any]:
    """Return the options of the message. Raise ``InputError`` when there are no recipients."""
    facts = {**instructions["run"], "pipeline": Pipeline(*instructions["run"]["pipeline"])}
    if instructions["event"] == SLOW:
        facts.update(task=task, seconds=time.monotonic() - instructions["began"])
    return parameters(instructions["event"], Run(**facts), Settings(**instructions["settings"]))


def _validated(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of ``voipsms_send``, with those from the environment. Raise ``InputError``."""
    validation = ArgumentSpecValidator(voipsms_send.argument_spec()).validate(dict(options))
    if validation.error_messages:
        raise InputError(*validation.error_messages)
    params: dict[str, Any] = validation.validated_parameters
    if params["ledger"] == NO_LEDGER:
        # A key would be refused without a ledger; to be told twice is better than not at all.
        params["idempotency_key"] = None
    return params


def _rehearse(params: Mapping[str, Any], _check_mode: bool) -> dict[str, Any]:
    """Read the options of a message, so that faults show before there is one to send. Open and send nothing."""
    send_options = read_send_options(params)
    send_options.account.api()
    return {}
