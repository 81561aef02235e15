# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fill in templates without making anything else of the text that comes out.

Up to ansible-core 2.18 a template that gives ``[404]`` becomes a list, and with ``jinja2_native`` one that gives
``0042`` becomes a number. From 2.19 on, a text stays a text.
"""

from __future__ import annotations

from typing import Any

from ansible import template as ansible_template
from ansible.template import Templar


class PlainTemplate:
    """The templates of one task."""

    def __init__(self, templar: Templar) -> None:
        """Take the templar of the task."""
        environment = getattr(ansible_template, "AnsibleEnvironment", None)
        self._is_early = environment is not None
        self._templar = templar.copy_with_new_env(environment_class=environment) if self._is_early else templar

    def entry(self, name: str, value: Any, *, is_text: bool) -> dict[str, Any]:
        """Return a dictionary of the name and the value, with its templates filled in; empty where one is ``omit``.

        A value that is to be a text stays one. Raises ``AnsibleError``.
        """
        if self._is_early:
            return {name: self._templar.template(value, convert_data=not is_text)}
        # Anywhere but in a dictionary, "omit" is an error.
        filled: dict[str, Any] = self._templar.template({name: value})
        return filled
