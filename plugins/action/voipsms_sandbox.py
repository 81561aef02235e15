# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Start or stop the sandbox, on the controller."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.plugins.action import ActionBase

from ansible_collections.voip_communications.sms.plugins.plugin_utils._quick_imports import quick_imports

with quick_imports():
    from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import Faults, VoipsmsError
    from ansible_collections.voip_communications.sms.plugins.module_utils._people.contacts import (
        described,
        read_contacts,
    )
    from ansible_collections.voip_communications.sms.plugins.module_utils._task.module import options_check, refusals
    from ansible_collections.voip_communications.sms.plugins.module_utils._task.values import read_region, with_texts
    from ansible_collections.voip_communications.sms.plugins.modules import voipsms_sandbox
    from ansible_collections.voip_communications.sms.plugins.plugin_utils._sandbox import (
        ACCOUNT,
        Sandbox,
        SandboxError,
        different,
    )


class ActionModule(ActionBase):
    """The action. It always runs on the controller, and has no module of the same name beside its documentation."""

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return where the sandbox is, or that it is no longer there; the result is always on the screen."""
        super().run(tmp, task_vars)
        validation = ArgumentSpecValidator(voipsms_sandbox.argument_spec()).validate(self._task.args)
        if validation.error_messages:
            return _failure("; ".join((*refusals(validation, self._task.action), "nothing was started or stopped")))
        options = validation.validated_parameters
        sandbox = Sandbox(options["port"], options["python"], check_mode=self._task.check_mode)
        try:
            result = self._started(sandbox, options) if options["state"] == "started" else self._stopped(sandbox)
        except (SandboxError, VoipsmsError) as error:
            return _failure(str(error))
        return {"_ansible_verbose_always": True, "outcome": options["state"], **result}

    def _started(self, sandbox: Sandbox, options: Mapping[str, Any]) -> dict[str, Any]:
        """Start the sandbox unless it runs, and bring its settings to what is wanted."""
        names = _names(options)
        current = sandbox.settings()
        is_new = current is None
        if is_new:
            sandbox.start()
            current = sandbox.settings()
        settings = different(_settings(options), current or {})
        people = different({"names": names} if names else {}, current or {})
        if settings or people:
            sandbox.change({**settings, **people})
        would = [f"would start the sandbox at {sandbox.url}"] if is_new else []
        would += [f"would set {settings}"] if settings else []
        would += ["would give its page the names of people"] if people else []
        return {
            "changed": bool(is_new or settings or people),
            "msg": "; ".join(would) if would and self._task.check_mode else _WHERE.format(sandbox.url),
            "url": sandbox.url,
            "api_url": f"{sandbox.url}/api-v2/index.php/",
            "api_key": ACCOUNT,
            "api_password": ACCOUNT,
            "environment": _EXPORT.format(sandbox.url, ACCOUNT),
        }

    def _stopped(self, sandbox: Sandbox) -> dict[str, Any]:
        """Stop the sandbox if it runs."""
        if sandbox.settings() is None:
            return {"changed": False, "msg": f"no sandbox answers at {sandbox.url}"}
        sandbox.stop()
        done = "would stop" if self._task.check_mode else "stopped"
        return {"changed": True, "msg": f"{done} the sandbox at {sandbox.url}"}


_WHERE = "the sandbox answers at {}/ and sends nothing; the command in environment leads every task there"
_EXPORT = "export VOIPSMS_API_URL={0}/api-v2/index.php/ VOIPSMS_API_KEY={1} VOIPSMS_API_PASSWORD={1}"


def _failure(msg: str) -> dict[str, Any]:
    return {"changed": False, "failed": True, "outcome": "failed", "msg": msg}


def _settings(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings that are named."""
    return {name: value for name, value in (options["settings"] or {}).items() if value is not None}


def _names(options: Mapping[str, Any]) -> dict[str, str]:
    """Return the names of the contacts by their numbers (digits). Raises ``VoipsmsError``."""
    faults = Faults()
    region = read_region(with_texts(options, faults))
    known = read_contacts(options["contacts"], faults)
    faults.raise_if_any()
    people_named = (described(person, region) for person in known.people)
    return {str(one["to"]).lstrip("+"): str(one["name"]) for one in people_named if one["to"]}


main = options_check(voipsms_sandbox.argument_spec)
