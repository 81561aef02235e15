# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read a file of contacts: YAML, JSON, the CSV of a spreadsheet, or vCards; its extension says which it is."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .._core.bounded_file import read_bounded
from .._core.errors import InputError, MissingLibrary
from .._core.shown import shown
from .folded_lines import decoded
from .person import KEYS
from .vcards import read_vcards

LONGEST = 8 * 1024 * 1024
"""Bytes that a file may have at most. Reading as many vCards takes seconds."""

Labelled = list[tuple[str, Any]]
"""What a sentence calls each entry, and the entry as it was written."""

_VARIABLES = ("voipsms_contacts", "contacts")
"""Where a file of variables has the list."""

_VAULT = "$ANSIBLE_VAULT"
_CSV = ".csv"
_VCARDS = (".vcf", ".vcard")
_SEPARATORS = ",;\t"
_DECLARATION = "sep="
_LIST = "must hold a list of people, alone or as voipsms_contacts"


def read_file(path: str) -> Labelled:
    """Return the entries of a file, each with what a sentence calls it. Raises ``InputError``, ``MissingLibrary``."""
    path = os.path.expanduser(os.path.expandvars(path))
    extension = os.path.splitext(path)[1].lower()
    reader = _READERS.get(extension)
    name = f"contacts {path!r}"
    if reader is None:
        raise InputError(f"{name} must end in one of {', '.join(_READERS)}, which says what it holds")
    return reader(_text(name, path, extension), name)


def _text(name: str, path: str, extension: str) -> str:
    """Return the text of a file, without a byte order mark. Raises ``InputError``."""
    content = read_bounded(name, path, LONGEST)
    try:
        text = decoded(content) if extension in _VCARDS else content.decode("utf-8-sig")
    except UnicodeDecodeError:
        hint = ": a spreadsheet saves it so as CSV UTF-8" if extension == _CSV else ""
        raise InputError(f"{name} is not UTF-8{hint}") from None
    if text.startswith(_VAULT):
        raise InputError(
            f"{name} is encrypted by ansible-vault: load it with vars_files, and give contacts the variable"
        )
    return text


def _read_yaml(text: str, name: str) -> Labelled:
    """Return the people of a YAML file. Raises ``InputError``, and ``MissingLibrary`` without PyYAML."""
    try:
        import yaml  # noqa: PLC0415 - a host that runs a module need not have it
    except ImportError as error:
        raise MissingLibrary("PyYAML", str(error)) from error
    try:
        value = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f", line {mark.line + 1}" if mark is not None else ""
        raise InputError(f"{name}{line} is not YAML that can be read here ({error.problem})") from None
    except (yaml.YAMLError, RecursionError, ValueError):
        raise InputError(f"{name} is not YAML") from None
    return _people(value, name)


def _read_json(text: str, name: str) -> Labelled:
    """Return the people of a JSON file. Raises ``InputError``."""
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(f"{name}, line {error.lineno} is not JSON ({error.msg})") from None
    except (ValueError, RecursionError):
        raise InputError(f"{name} is not JSON") from None
    return _people(value, name)


def _people(value: object, name: str) -> Labelled:
    """Return the people of a structure. Raises ``InputError``."""
    if isinstance(value, Mapping):
        value = next((value[variable] for variable in _VARIABLES if variable in value), value)
    if value is None:
        return []
    if not isinstance(value, list):
        raise InputError(f"{name} {_LIST}")
    return [(f"contact {index} of {name[9:]}", entry) for index, entry in enumerate(value, 1)]


def _read_csv(text: str, name: str) -> Labelled:
    """Return the people of a table whose first line names its columns. Raises ``InputError``."""
    lines = io.StringIO(text, newline="")
    # Excel begins a file so when it is told how cells are separated.
    first = lines.readline()
    offset, declared = 0, ""
    if first.lower().startswith(_DECLARATION):
        offset, declared = 1, first.rstrip("\r\n")[len(_DECLARATION) :]
        first = lines.readline()
    delimiter = declared if len(declared) == 1 and declared in _SEPARATORS else max(_SEPARATORS, key=first.count)
    rows = csv.reader(io.StringIO(first + lines.read(), newline=""), delimiter=delimiter, strict=True)
    try:
        return _rows(((rows.line_num + offset, row) for row in rows), name)
    except csv.Error as error:
        raise InputError(f"{name}, line {rows.line_num + offset} is not CSV ({error})") from None


def _rows(rows: Iterable[tuple[int, list[str]]], name: str) -> Labelled:
    """Return a person for each row below the first that is not blank. Raises ``InputError``."""
    header: list[str] = []
    people: Labelled = []
    for line, row in rows:
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        if not header:
            header = _header([cell.lower() for cell in cells], f"{name}, line {line}")
            continue
        if any(cells[len(header) :]):
            raise InputError(f"{name}, line {line} has more cells than the first line has columns")
        named = {column: cell for column, cell in zip(header, cells) if column and cell}
        people.append((f"line {line} of {name[9:]}", named))
    return people


def _header(columns: list[str], label: str) -> list[str]:
    """Return the names of the columns; an empty name is no column. Raises ``InputError``."""
    unknown = [column for column in columns if column and column not in KEYS]
    if unknown or "name" not in columns:
        what = f"has the unknown {', '.join(map(shown, unknown))}" if unknown else "has no name"
        raise InputError(f"{label} {what}: it must name the columns, of which there are {', '.join(KEYS)}")
    if len(set(filter(None, columns))) < len(list(filter(None, columns))):
        raise InputError(f"{label} names a column twice")
    return columns


_READERS: Mapping[str, Callable[[str, str], Labelled]] = {
    ".yml": _read_yaml,
    ".yaml": _read_yaml,
    ".json": _read_json,
    _CSV: _read_csv,
    **dict.fromkeys(_VCARDS, read_vcards),
}
