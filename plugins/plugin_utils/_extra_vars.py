# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the option ``-e`` of ``ansible-playbook`` again, for what Ansible has lost of it.

AWX writes the answers of a survey as ``!unsafe '+12815550100'``. From 2.19 on, ansible-core types such a text as YAML
does, and makes a number of it. In the file every letter is still there.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml
from ansible.errors import AnsibleError
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.splitter import parse_kv
from ansible.utils.path import unfrackpath

_LEFT_OVER = "_raw_params"
_UNSAFE = "!unsafe"
_FILE = "@"
_INLINE = ("{", "[")


class AsRead:
    """Stand in for a value that is not marked as unsafe, so that Ansible has read it as YAML says."""


AS_READ = AsRead()


def left_over(extra_vars: Iterable[str]) -> list[str]:
    """Return a sentence for each ``-e`` with words that belong to no variable, as in ``voipsms_msg=db1 is down``."""
    sentences = []
    for text in _texts(extra_vars):
        if not text.startswith((_FILE, *_INLINE)):
            values = parse_kv(text)
            words = values.pop(_LEFT_OVER, "")
            names = ", ".join(map(str, values))
            where = f" were left over from the value of {names}" if names else " belong to no variable"
            if words:
                sentences.append(
                    f"the words {words!r}{where}: in -e a value ends at the first space, unless quotes are within,"
                    " as in -e \"voipsms_msg='db1 is down'\""
                )
    return sentences


def letters(extra_vars: Iterable[str], loader: DataLoader) -> dict[str, Any]:
    """Return the variables that are set by ``-e`` in YAML, with every unsafe text letter for letter.

    Of the rest of a value only the form is returned: lists and dictionaries as such, anything else as ``AS_READ``.
    Of several ``-e`` the last one that sets a variable counts. What cannot be read again, such as a pipe, is left out.
    """
    found: dict[str, Any] = {}
    for text in _texts(extra_vars):
        if text.startswith((_FILE, *_INLINE)):
            content = _content(text[1:], loader) if text.startswith(_FILE) else text
            found.update(_unsafe_texts(content))
        else:
            found.update(dict.fromkeys(parse_kv(text), AS_READ))
    return found


def restored(value: Any, text: Any) -> Any:
    """Return a value as Ansible has read it, with every text that ``letters`` has kept in its place."""
    if isinstance(text, str):
        return text
    if isinstance(text, list) and isinstance(value, (list, tuple)) and len(text) == len(value):
        return [restored(element, kept) for element, kept in zip(value, text)]
    if isinstance(text, dict) and isinstance(value, Mapping):
        return {key: restored(element, text.get(key, AS_READ)) for key, element in value.items()}
    return value


def _texts(extra_vars: Iterable[str]) -> list[str]:
    return [str(text) for text in extra_vars if text]


def _content(name: str, loader: DataLoader) -> str:
    """Return the text of a file, decrypted where it is encrypted; nothing where it cannot be read a second time."""
    path = unfrackpath(name.strip("'\""), basedir=os.getcwd())
    if not Path(path).is_file():  # a pipe has been read to its end
        return ""
    try:
        readable = loader.get_real_file(path)
    except AnsibleError:
        return ""
    try:
        return Path(readable).read_text("utf-8", errors="surrogateescape")
    except OSError:
        return ""
    finally:
        with suppress(OSError, KeyError):
            loader.cleanup_tmp_file(readable)


def _unsafe_texts(content: str) -> dict[str, Any]:
    """Return the variables of a YAML text, as ``letters`` does."""
    try:
        node = yaml.compose(content, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return {}
    found = _form(node)
    return found if isinstance(found, dict) else {}


def _form(node: yaml.Node | None, *, is_unsafe: bool = False) -> Any:
    """Return the form of a value. What stands within an unsafe list or dictionary is unsafe, too."""
    is_unsafe = is_unsafe or (node is not None and node.tag == _UNSAFE)
    if isinstance(node, yaml.MappingNode):
        pairs = [(key.value, value) for key, value in node.value if isinstance(key, yaml.ScalarNode)]
        return {name: _form(value, is_unsafe=is_unsafe) for name, value in pairs}
    if isinstance(node, yaml.SequenceNode):
        return [_form(element, is_unsafe=is_unsafe) for element in node.value]
    return node.value if is_unsafe and node is not None else AS_READ
