# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Turn the options of a task into what a module gets, and what a filter gets into plain text, without encrypted ones.

Options go through JSON, which leaves no trace of vaults, tags or dates.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from ansible.errors import AnsibleError

_TEXTUAL = ("AnsibleVaultEncryptedUnicode", "EncryptedString")
"""The types of a text that is still encrypted, of ansible-core up to 2.18 and from 2.19 on. As text it is decrypted."""

_NO_TEXT = (
    "it is no text, number, list or dictionary: jinja2_native may have made it of a text; add the filter string to the"
    " template"
)


class NotPlain(TypeError):
    """A value is of a type that no module gets. As text it would say something else than what was written."""


def plain_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return options as a module gets them. Raises what ``option_faults`` names."""
    plain: dict[str, Any] = json.loads(json.dumps(dict(options), default=_serializable))
    return plain


def option_faults(options: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each option that cannot be decrypted, or that no module gets. No value is shown."""
    return [f"{name}: {fault}" for name, value in options.items() for fault in _faults(value)]


def decrypted(value: Any) -> Any:
    """Return what a filter got, with a text in the place of each encrypted one. Lists and dictionaries are copied.

    Only ansible-core up to 2.18 hands such texts to filters. Raises ``AnsibleError`` where one cannot be decrypted.
    """
    if isinstance(value, Mapping):
        return {key: decrypted(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [decrypted(each) for each in value]
    return str(value) if type(value).__name__ in _TEXTUAL else value


def _faults(value: object) -> list[str]:
    try:
        json.dumps(value, default=_serializable)
    except NotPlain:
        return [_NO_TEXT]
    except AnsibleError as error:
        # Without the lines of the playbook around it.
        return [f"it cannot be decrypted ({str(error.message).partition(chr(10))[0].rstrip('. ')})"]
    except (TypeError, ValueError, RecursionError):
        return [_NO_TEXT]
    return []


def _serializable(value: object) -> Any:
    """Return a value that JSON cannot write as Ansible writes it for modules. Raises ``NotPlain``."""
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (set, frozenset)):
        return list(value)
    if type(value).__name__ in _TEXTUAL:
        return str(value)
    raise NotPlain
