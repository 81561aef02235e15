# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the options of the role ``deploy_notify`` from the variables of a task, each as its argument spec takes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

from ansible.errors import AnsibleError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.template import Templar
from ansible.utils.unsafe_proxy import wrap_var

from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import Faults, InputError
from ansible_collections.voip_communications.sms.plugins.module_utils._core.shown import not_text
from ansible_collections.voip_communications.sms.plugins.module_utils._core.structure import text
from ansible_collections.voip_communications.sms.plugins.module_utils._notify.deployment import (
    EVENTS,
    DeploymentOptions,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._notify.fitting import read_parts
from ansible_collections.voip_communications.sms.plugins.module_utils._people.person import SEVERITIES
from ansible_collections.voip_communications.sms.plugins.plugin_utils._plain_options import (
    decrypted,
    option_faults,
    plain_options,
)

PREFIX = "deploy_notify_"
ABOUT = f"{PREFIX}about"

TEXTS = ("application", "version", "environment", "url", "user", "from", "attempt_id")
"""The options that must be text: YAML has changed anything else, as the version 1.10 to 1.1."""

CONVERTED: dict[str, dict[str, Any]] = {
    "severity": {"type": "str", "choices": ["", *SEVERITIES], "default": ""},
    "segments": {"type": "int", "default": 1},
    "deadline": {"type": "float", "default": 20},
    "required": {"type": "bool", "default": False},
    "events": {"type": "list", "elements": "str", "choices": list(EVENTS[:3]), "default": list(EVENTS[:3])},
    "hosts_named": {"type": "int", "default": 3},
}
"""The options that Ansible converts as the argument spec of the role says, which has the same types."""

RAW = ("recipients", "contacts")
"""The options that voipsms_notify reads."""

TEMPLATES = f"{PREFIX}templates"


class RoleVariables:
    """The variables ``deploy_notify_*`` of one task. Nothing that comes from outside is ever a template."""

    def __init__(self, templar: Templar, variables: Mapping[str, Any]) -> None:
        """Read nothing yet. The variables are those of the task, as they were written."""
        self._templar = templar
        self._variables = variables

    def read(self) -> DeploymentOptions:
        """Return the options. Raises ``InputError`` with every fault, each with the name of its option."""
        faults = Faults()
        values = {name: faults.attempt(partial(self._value, name)) for name in (*TEXTS, *CONVERTED, *RAW)}
        texts: dict[str, Any] = {name: self._text(name, values[name], faults) for name in TEXTS}
        converted = _converted({name: values[name] for name in CONVERTED}, faults)
        raw = {name: values[name] for name in RAW}
        faults.add(*(f"{PREFIX}{fault}" for fault in option_faults(raw)))
        faults.raise_if_any()
        texts["sender"] = texts.pop("from")
        converted["events"] = tuple(converted["events"])
        return DeploymentOptions(**texts, **plain_options(raw), **converted)

    def label(self) -> str:
        """Return the name of the deployment. Raises ``InputError``."""
        faults = Faults()
        names = [self._text(name, faults.attempt(partial(self._value, name)), faults) for name in TEXTS[:3]]
        faults.raise_if_any()
        return DeploymentOptions(names[0], names[1], names[2]).label

    def own_message(self, event: str, about: Mapping[str, Any]) -> object:
        """Return the text that the user has written for an event, or its parts; None where there is none.

        ``about`` is what a template can use. Raises ``InputError`` where one cannot be rendered, or not to a text.
        """
        with self._knowing(about):
            whole = decrypted(self._value("text"))
            return text(f"{PREFIX}text", whole) if whole not in (None, "") else self._template(event)

    def _template(self, event: str) -> object:
        """Return what the template of an event renders to; None where it has none."""
        written = self._variables.get(TEMPLATES)
        name = f"{TEMPLATES}.{event}"
        if isinstance(written, Mapping):
            value = self._rendered(name, written[event]) if event in written else None
        else:
            value = _templates(self._value("templates")).get(event)
        if value is None:
            return None
        faults = option_faults({name: value})
        if faults:
            raise InputError(*faults)
        plain = plain_options({name: value})[name]
        if isinstance(plain, list):
            _require_parts(name, plain)
            return plain
        return text(name, decrypted(value))

    def unknown_events(self) -> list[str]:
        """Return a sentence about the keys of ``templates`` that are no events."""
        written = self._variables.get(TEMPLATES)
        # What is no mapping is a template, until it is rendered.
        unknown = sorted(str(key) for key in written if key not in EVENTS) if isinstance(written, Mapping) else []
        return [f"{TEMPLATES} has no event {', '.join(unknown)}; its keys are {', '.join(EVENTS)}"] if unknown else []

    def _value(self, name: str) -> Any:
        """Return the value of an option; None where it has none. Raises ``InputError`` when it cannot be rendered."""
        return self._rendered(f"{PREFIX}{name}", self._variables.get(f"{PREFIX}{name}"))

    def _rendered(self, name: str, value: object) -> Any:
        try:
            return self._templar.template(value)
        except AnsibleError as error:
            # Behind the first line there may be what is written around it in the playbook.
            sentence = str(error.message).partition("\n")[0].partition(" String: ")[0]
            raise InputError(f"{name}: {sentence.rstrip('. ')}") from error

    def _text(self, name: str, value: object, faults: Faults) -> str:
        """Return a text; empty where there is none. Only what is no part of a text may be a whole number."""
        if name == "attempt_id" and isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        plain = decrypted(value)
        if plain is None or isinstance(plain, str):
            return str(plain or "")
        faults.add(f"{PREFIX}{name}: {not_text(plain)}")
        return ""

    @contextmanager
    def _knowing(self, about: Mapping[str, Any]) -> Iterator[None]:
        """Let templates use what is known about the deployment."""
        if not hasattr(self._templar, "evaluate_expression"):
            # Before ansible-core 2.19 everything is a template that is not marked as none.
            variables = {**self._templar.available_variables, ABOUT: wrap_var(dict(about))}
            with self._templar.set_temporary_context(available_variables=variables):
                yield
            return
        templar, variables = self._templar, {**self._templar.available_variables, ABOUT: dict(about)}
        self._templar = templar.copy_with_new_env(available_variables=variables)
        try:
            yield
        finally:
            self._templar = templar


def _require_parts(name: str, value: object) -> None:
    """Raise ``InputError`` when a list does not hold the parts of a text."""
    try:
        read_parts(value)
    except InputError as error:
        raise InputError(*(f"{name}: {fault}" for fault in error.faults)) from error


def _templates(value: object) -> dict[str, Any]:
    """Return the templates, which may come as JSON, such as from the command line. Raises ``InputError``."""
    validation = ArgumentSpecValidator({TEMPLATES: {"type": "dict"}}).validate({TEMPLATES: value or {}})
    if validation.error_messages:
        raise InputError(*validation.error_messages)
    templates: dict[str, Any] = validation.validated_parameters[TEMPLATES]
    return templates


def _converted(values: Mapping[str, Any], faults: Faults) -> dict[str, Any]:
    """Return the values as the role's argument spec converts them; note what it refuses."""
    spec = {f"{PREFIX}{name}": dict(option) for name, option in CONVERTED.items()}
    named = {f"{PREFIX}{name}": decrypted(value) for name, value in values.items() if value is not None}
    validation = ArgumentSpecValidator(spec).validate(named)
    faults.add(*validation.error_messages)
    return {name.removeprefix(PREFIX): value for name, value in validation.validated_parameters.items()}
