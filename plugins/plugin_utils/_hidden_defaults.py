# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find the contacts of ``module_defaults`` where a task, such as the one of a role, has none of its own.

Ansible lets an option of a task win before it is templated, also when it turns out to be empty or omitted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Callable

CONTACTS = "contacts"
_GROUP = "group/voip_communications.sms.voipsms"


def with_contacts(
    options: dict[str, Any],
    defaults: Iterable[Mapping[str, Any]],
    action: str,
    template: Callable[[Any], Any],
) -> dict[str, Any]:
    """Return the options of a task, where empty contacts count as none, and give way to those of ``module_defaults``.

    ``defaults``: those of the task, the outermost first. ``action``: its full name. Raises what ``template`` raises.
    """
    if CONTACTS not in options or options[CONTACTS]:
        return options
    others = {name: value for name, value in options.items() if name != CONTACTS}
    by_name = {name: value for block in defaults for name, value in block.items()}
    for name in (action, _GROUP):
        default = template(by_name.get(name) or {})
        if isinstance(default, Mapping) and CONTACTS in default:
            return {**others, CONTACTS: default[CONTACTS]}
    return others
