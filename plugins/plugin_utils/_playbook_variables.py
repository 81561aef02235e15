# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the variables of a playbook, in every form that ``-e``, a survey of AWX and YAML give them.

Every fault is noted, so that all are reported at once.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from typing import Any, Callable, Protocol

from ansible.errors import AnsibleError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import Faults
from ansible_collections.voip_communications.sms.plugins.module_utils._core.shown import not_text
from ansible_collections.voip_communications.sms.plugins.plugin_utils._extra_vars import AS_READ, restored
from ansible_collections.voip_communications.sms.plugins.plugin_utils._plain_options import decrypted
from ansible_collections.voip_communications.sms.plugins.plugin_utils._playbooks import Playbook

_CONVERTED = ("int", "float", "bool", "dict")
"""Types whose values need not be text."""


class Template(Protocol):
    """Fill in the templates of a value, as ``PlainTemplate.entry`` does."""

    def __call__(self, name: str, value: Any, *, is_text: bool) -> dict[str, Any]:
        """Return a dictionary of the name and the value; empty where a template leaves it out."""


def read_variables(
    playbook: Playbook,
    variables: Mapping[str, Any],
    template: Template,
    letters: Callable[[], Mapping[str, Any]],
    faults: Faults,
) -> dict[str, Any]:
    """Return the variables of a playbook that have a value; note every fault of them.

    ``variables`` are those of the host, with their templates. ``letters`` returns what ``-e`` says letter for letter;
    it is called only where a value may have lost letters.
    """
    taken = {name: variables[other] for name, other in playbook.fallbacks.items() if other in variables}
    own = {**taken, **{name: value for name, value in variables.items() if playbook.is_own(name)}}
    faults.add(*_unknown(playbook, own))
    known = {
        name: own[name] for name in playbook.options if name in own and not _is_left_out(playbook, name, own[name])
    }
    given = set(known)
    if any(_is_typed(value) for value in known.values()):
        known = _with_letters(playbook, known, letters(), faults)
    values, omitted = _templated(playbook, known, template, faults)
    omit = variables.get("omit")
    omitted += [name for name, value in values.items() if value is None or (omit is not None and value == omit)]
    values = {name: value for name, value in values.items() if name not in omitted}
    # Whatever is wrong already is not missing.
    absent = given - {*values, *omitted}
    faults.add(*_not_texts(playbook, values), *_invalid(playbook, values, absent))
    return values


def module_options(playbook: Playbook, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of the module of a playbook, whose variables are named after them."""
    options = {name.removeprefix(playbook.prefixes[0]): value for name, value in values.items()}
    options.pop("result_file", None)
    return {**options, **playbook.fixed}


def _unknown(playbook: Playbook, names: Iterable[str]) -> list[str]:
    unknown = sorted(set(names) - set(playbook.options))
    if not unknown:
        return []
    taken = ", ".join(sorted(playbook.options))
    account = ", and the account from environment variables such as VOIPSMS_API_KEY" if playbook.has_account else ""
    verb = "is" if len(unknown) == 1 else "are"
    return [f"{', '.join(unknown)} {verb} not known to this playbook, which takes {taken}{account}"]


def _is_left_out(playbook: Playbook, name: str, value: object) -> bool:
    """Tell whether a variable counts as not set. A role reads its variables itself, and takes a blank for a value."""
    return _is_blank(value) and bool(playbook.module or playbook.options[name].get("required"))


def _is_blank(value: object) -> bool:
    """Tell whether a variable has no value. A survey gives an empty text, or an empty list, for no answer.

    A template that turns out to be empty is something else: the text that it should have is missing.
    """
    if isinstance(value, (list, tuple)):
        return all(_is_blank(element) for element in value)
    return value is None or (isinstance(value, str) and not value.strip())


def _is_typed(value: object) -> bool:
    """Tell whether a value is anything but text, or has anything but text in it."""
    if isinstance(value, Mapping):
        return any(_is_typed(element) for element in value.values())
    if isinstance(value, (list, tuple)):
        return any(_is_typed(element) for element in value)
    return not isinstance(value, str)


def _with_letters(
    playbook: Playbook, values: Mapping[str, Any], letters: Mapping[str, Any], faults: Faults
) -> dict[str, Any]:
    """Return the variables letter for letter. A role reads them by itself, so for a role a difference is a fault."""
    full = {name: restored(value, letters.get(name, AS_READ)) for name, value in values.items()}
    lost = [
        name
        for name, value in values.items()
        if full[name] != value and playbook.options[name].get("type") not in _CONVERTED
    ]
    if playbook.module or not lost:
        return full
    faults.add(
        f"{', '.join(lost)}: this ansible-core reads the answers of a survey as YAML, and these are no longer text; in"
        " the survey, write a phone number with spaces (+1 281 555 0100), a date with a T (2030-12-01T22:00), and a"
        " name with a letter"
    )
    return {name: value for name, value in full.items() if name not in lost}


def _templated(
    playbook: Playbook, values: Mapping[str, Any], template: Template, faults: Faults
) -> tuple[dict[str, Any], list[str]]:
    """Return the values with their templates filled in, and the names of those that a template leaves out.

    Those of a role may need what only the role knows.
    """
    filled: dict[str, Any] = {}
    omitted: list[str] = []
    for name, value in values.items():
        try:
            entry = decrypted(template(name, value, is_text=playbook.is_text(name)))
        except AnsibleError as error:
            if playbook.module:
                faults.add(f"{name} cannot be templated ({str(error.message).partition(chr(10))[0]})")
            continue
        filled.update(entry)
        omitted += [] if name in entry else [name]
    return filled, omitted


def _not_texts(playbook: Playbook, values: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each value that must be text and has lost its letters already."""
    sentences = []
    for name, value in values.items():
        if playbook.is_text(name) or playbook.is_list_of_texts(name):
            elements = value if isinstance(value, (list, tuple)) else [value]
            wrong = [element for element in elements if not isinstance(element, (str, Mapping))]
            sentences += [f"{name}: {not_text(element)}" for element in wrong]
    return sentences


def _invalid(playbook: Playbook, values: Mapping[str, Any], absent: Container[str]) -> list[str]:
    """Return the faults that Ansible itself finds by the types and choices of the options."""
    spec = {name: dict(entry) for name, entry in playbook.options.items() if name not in absent}
    return list(ArgumentSpecValidator(spec).validate(dict(values)).error_messages)
