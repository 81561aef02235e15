# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Take the steps of the role ``deploy_notify``: check what is to be told, note what became of hosts, and tell it.

Before anything is deployed, whatever is wrong fails the step. Afterwards nothing that concerns a message does: it is a
warning, and where a text cannot be made, the default one is told.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import (
    Faults,
    InputError,
    MissingLibrary,
    sentence_of,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._core.structure import one_of
from ansible_collections.voip_communications.sms.plugins.module_utils._notify.deployment import (
    EVENTS,
    FAILED,
    NOTE,
    STARTED,
    SUCCEEDED,
    DeploymentOptions,
    default_parts,
    told,
    untold,
    warnings,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._task.notify_options import read_notify_options
from ansible_collections.voip_communications.sms.plugins.modules import voipsms_notify
from ansible_collections.voip_communications.sms.plugins.plugin_utils._play_hosts import PlayHosts
from ansible_collections.voip_communications.sms.plugins.plugin_utils._role_variables import PREFIX, RoleVariables
from ansible_collections.voip_communications.sms.plugins.plugin_utils._this_run import this_run

Notify = Callable[[dict[str, Any]], dict[str, Any]]
"""Runs ``voipsms_notify`` with these options, and returns its result."""

NOTHING_SENT = "nothing was deployed, and nothing was sent"

_ROLE_OPTIONS = {
    "to": f"{PREFIX}recipients",
    **{name: f"{PREFIX}{name}" for name in ("from", "contacts", "severity", "segments", "deadline")},
}
"""What the options of ``voipsms_notify`` are called in the role."""

_OPTION = re.compile(rf"^({'|'.join(_ROLE_OPTIONS)})\b")
# Stand in where the account is read elsewhere, in the environment of the task.
_SOMEWHERE = {"api_key": "?", "api_password": "?"}


class Steps:
    """The steps of the role, on one host, or on one host for all of its batch."""

    def __init__(
        self,
        play: PlayHosts,
        role: RoleVariables,
        variables: Mapping[str, Any],
        account: Mapping[str, Any],
        notify: Notify,
        *,
        has_environment: bool,
    ) -> None:
        """Do nothing yet. ``account`` are further options for ``notify``, such as those of ``module_defaults``.

        ``has_environment``: the task has an environment of its own, which only ``notify`` sees.
        """
        self._play = play
        self._role = role
        self._variables = variables
        self._account = account
        self._notify = notify
        self._has_environment = has_environment

    def check(self, event: str) -> dict[str, Any]:
        """Check what is to be told before and at an event, where it is the first one.

        Raises ``InputError`` when anything is wrong, unless another batch has begun already; then the next step warns.
        """
        msg = "everything can be told"
        try:
            if event in (STARTED, NOTE):
                self._check([NOTE] if event == NOTE else [other for other in EVENTS if other != NOTE])
        except InputError as error:
            if event == NOTE or not self._play.has_begun_elsewhere():
                raise
            msg = str(error)
        return {"changed": False, "msg": msg}

    def begin(self, _event: str) -> dict[str, Any]:
        """Check what is to be told, and tell that the deployment begins.

        Raises ``InputError`` when anything is wrong, unless another batch has begun already.
        """
        try:
            options = self._check(None)
        except InputError as error:
            if not self._play.has_begun_elsewhere():
                raise
            return self._untold(STARTED, str(error))
        if STARTED not in options.events:
            return self._remembered(options.label, self._nothing(STARTED, options.label))
        result = self._tell(options, STARTED)
        if options.required and result["result"]["failed"]:
            result.update(failed=True, msg=f"{STARTED}: {result['result']['msg']}; nothing was deployed")
        return result

    def note(self, event: str) -> dict[str, Any]:
        """Note whether this host has come through, has failed, or was stopped."""
        fate, error = self._play.fate_at(event)
        if not fate:
            return {**self._play.own_fate, "changed": False}
        try:
            deployment = self._role.label()
        except InputError:  # the step that tells the event names the fault
            deployment = ""
        memory = {"fates": self._play.fates_with(deployment, fate)}
        shown = {"changed": False, "deployment": deployment, "msg": error or fate}
        return {**shown, "fate": fate, "error": error, "memory": memory}

    def tell(self, event: str) -> dict[str, Any]:
        """Tell an event; success is told when the last host has come to it, or as a failure, when hosts are lost."""
        return self._attempt(event, lambda options: self._tell_due(options, event, EVENTS))

    def end(self, _event: str) -> dict[str, Any]:
        """Tell how the deployment has ended, once it has."""
        return self._attempt(SUCCEEDED, lambda options: self._tell_due(options, "", options.events))

    def _tell_due(self, options: DeploymentOptions, event: str, events: Sequence[str]) -> dict[str, Any]:
        """Tell an event if it is due, and one of these; without an event the one with which all has ended."""
        fates = self._play.fates(options.label, are_through=event == SUCCEEDED)
        due = fates.ending if event in ("", SUCCEEDED) else event
        arrived = self._play.batch if event == SUCCEEDED and self._play.is_in_step else []
        if due not in events:
            return self._remembered(options.label, self._nothing(due, options.label), arrived=arrived)
        return self._tell(options, due, fates.failed, arrived)

    def _attempt(self, event: str, tell: Callable[[DeploymentOptions], dict[str, Any]]) -> dict[str, Any]:
        """Return the result of telling something, whatever happens."""
        try:
            return tell(self._role.read())
        except Exception as error:  # noqa: BLE001 - the hosts are deployed, and a defect here must not fail them
            return self._untold(event, f"{sentence_of(error)}; nothing was sent")

    def _tell(
        self, options: DeploymentOptions, event: str, failed: Sequence[str] = (), arrived: Sequence[str] = ()
    ) -> dict[str, Any]:
        """Tell an event now, and return the result, with what later steps must know."""
        begin = time.monotonic()
        request, faults = self._request(options, event, failed, strict=False)
        key = request["idempotency_key"]
        spent = self._play.spent(key)
        answer = self._notify({**self._account, **request, "deadline": options.seconds_left(spent)})
        result = told(event, answer)
        vain = spent + time.monotonic() - begin if result["failed"] else 0.0
        answer["warnings"] = warnings(result, [*faults, *(answer.get("warnings") or ())])
        return self._remembered(options.label, result, answer, arrived=arrived, spent={key: round(vain, 3)})

    def _check(self, events: Iterable[str] | None) -> DeploymentOptions:
        """Return the options, when each of these events can be told; without events, those of the options.

        Raises ``InputError`` with every fault.
        """
        faults = Faults()
        options = faults.attempt(self._role.read)
        faults.add(*self._role.unknown_events())
        if options is not None:
            for event in options.events if events is None else events:
                faults.attempt(partial(self._rehearse, options, event))
        return faults.checked(options)

    def _rehearse(self, options: DeploymentOptions, event: str) -> None:
        """Read everything that telling an event would take. Raises ``InputError``."""
        # All hosts may fail, and a template may take the first of them.
        failed = self._play.everybody if event == FAILED else ()
        request, _faults = self._request(options, event, failed, strict=True)
        given = {**self._account, **request}
        if self._has_environment:
            given = {**_SOMEWHERE, **given}
        validation = ArgumentSpecValidator(voipsms_notify.argument_spec()).validate(given)
        if validation.error_messages:
            raise InputError(*validation.error_messages)
        try:
            read_notify_options(validation.validated_parameters)
        except MissingLibrary:
            return  # the ordinary module may have it
        except InputError as error:
            raise InputError(*(_named(fault, event) for fault in error.faults)) from None

    def _request(
        self, options: DeploymentOptions, event: str, failed: Sequence[str], *, strict: bool
    ) -> tuple[dict[str, Any], list[str]]:
        """Return the options of ``voipsms_notify``, and what is wrong with the text that it should have had.

        Raises ``InputError``; about a text only where it is ``strict``, and elsewhere the default one is told.
        """
        pipeline = this_run(self._variables)
        about = options.about(pipeline, self._play.everybody, failed)
        faults: list[str] = []
        msg = None
        try:
            msg = self._role.own_message(event, about)
        except InputError as error:
            if strict or event == NOTE:
                raise
            faults = [f"{fault}; the default text was told" for fault in error.faults]
        if msg is None and event == NOTE:
            raise InputError(f"{PREFIX}event is {NOTE}, which needs {PREFIX}text")
        if msg is None:
            msg = default_parts(event, about, options.hosts_named)
        warned = [*faults, *self._role.unknown_events()]
        return options.to_notify(event, msg, options.key(event, str(msg), pipeline)), warned

    def _nothing(self, event: str, deployment: str) -> dict[str, Any]:
        """Return the fact when nothing is told now: the result of what was told of this deployment before."""
        before = self._play.own_told
        if before.get("deployment") == deployment and before.get("result") and event != STARTED:
            return dict(before["result"])
        reason = "this event is not told" if event else "it is told when all hosts have finished"
        return untold(event, reason, failed=False)

    def _untold(self, event: str, reason: str) -> dict[str, Any]:
        """Return the result when there is no message."""
        result = untold(event, reason)
        return self._remembered("", result, {"warnings": warnings(result, ())})

    def _remembered(
        self,
        deployment: str,
        result: Mapping[str, Any],
        answer: Mapping[str, Any] | None = None,
        *,
        arrived: Sequence[str] = (),
        spent: Mapping[str, float] | None = None,
    ) -> dict[str, Any]:
        """Return the result of a step, with what later ones must know."""
        before = self._play.own_told.get("memory") or {}
        begins = result["event"] == STARTED or not before
        memory = {
            "errors": self._play.errors() if begins else before.get("errors", {}),
            "spent": {**before.get("spent", {}), **(spent or {})},
            "play": self._play.identity,
            "arrived": {
                **before.get("arrived", {}),
                deployment: list(dict.fromkeys([*self._play.arrived(deployment), *arrived])),
            },
        }
        shown = {"changed": False, "msg": result["msg"], **(answer or {})}
        shown.pop("exception", None)
        return {**shown, "failed": False, "deployment": deployment, "result": dict(result), "memory": memory}


def read_event(value: object) -> str:
    """Return the event of a step; empty where it has none. Raises ``InputError``."""
    return "" if value is None else one_of(EVENTS)("event", value)


def _named(fault: str, event: str) -> str:
    """Return a fault with the name that its option has in the role."""
    message = f"{PREFIX}text" if event == NOTE else f"{PREFIX}templates.{event}"
    return _OPTION.sub(lambda match: _ROLE_OPTIONS[match[1]], re.sub(r"^msg\b", message, fault))
