# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hold the code to one name for each thing, docstrings that begin with a verb, and functions that fit a screen."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.voip_communications.sms.tests.support.markdown import COLLECTION

LONGEST_CLASS, LONGEST_FUNCTION = 260, 40
"""Lines."""

CODE = sorted(path for root in ("plugins", "roles") for path in (COLLECTION / root).rglob("*.py"))
PLUGINS = [path for path in CODE if path.is_relative_to(COLLECTION / "plugins")]

OLD_CLASSES = frozenset(
    """
    Agenda Appointment Booking Calendar ControllerFront Held Look Lookup Order Outcomes Policy Presence Record Setting
    Standing Task Terms Wanted Wish
    """.split()  # noqa: SIM905 - words are read more easily than literals
)
OLD_NAMES = frozenset(
    """
    agenda appointment booking earliest front held look lookup made presence roster standing task
    terms turn twin twins vague wanted wish wishes
    """.split()  # noqa: SIM905 - words are read more easily than literals
)
"""Names that have gone, of functions, arguments and files; an underscore before them does not save them."""

OLD_FILES = OLD_NAMES | {"listing", "resolution"}

ANSIBLES = frozenset({"task", "terms"})
"""Names that Ansible gives to arguments of what it calls, in callbacks, actions and lookups."""

NO_VERBS = frozenset(
    """
    a all an and another any as at because by each either every for from has how if in is it its let's more most no
    nobody none not nothing of on one only other our several some that the their there these this those to two under
    until was what when where whether which while who whoever whom whose why with within without
    """.split()  # noqa: SIM905 - words are read more easily than literals
)
"""Words that open a noun phrase or a question."""

Named = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def trees(paths: list[Path]) -> Iterator[tuple[str, ast.Module]]:
    for path in paths:
        yield path.relative_to(COLLECTION).as_posix(), ast.parse(path.read_text("utf-8"))


def definitions(tree: ast.AST) -> Iterator[Named]:
    yield from (node for node in ast.walk(tree) if isinstance(node, Named))


def names_of(node: Named) -> Iterator[str]:
    yield node.name
    if not isinstance(node, ast.ClassDef):
        arguments = node.args
        yield from (each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs))


def is_property(node: Named) -> bool:
    decorators = [ast.unparse(decorator).rpartition(".")[2] for decorator in node.decorator_list]
    return bool({"property", "cached_property"} & set(decorators))


def test_no_class_function_argument_or_file_has_a_name_that_has_gone() -> None:
    assert PLUGINS
    wrong = [str(path) for path in PLUGINS if path.stem.strip("_") in OLD_FILES]
    for file, tree in trees(PLUGINS):
        gone = OLD_NAMES if "module_utils" in file else OLD_NAMES - ANSIBLES
        for node in definitions(tree):
            banned = OLD_CLASSES if isinstance(node, ast.ClassDef) else gone
            wrong += [f"{file}:{node.lineno} {name}" for name in names_of(node) if name.strip("_") in banned]
    assert wrong == []


def test_a_docstring_of_a_function_begins_with_a_verb() -> None:
    wrong = []
    for file, tree in trees(CODE):
        for node in definitions(tree):
            if isinstance(node, ast.ClassDef) or is_property(node):
                continue
            first = re.match(r"[\w']+", ast.get_docstring(node) or "")
            if first and first.group().lower() in NO_VERBS:
                wrong.append(f"{file}:{node.lineno} {node.name}: {first.group()} ...")
    assert wrong == []


@pytest.mark.parametrize("file", [path.relative_to(COLLECTION).as_posix() for path in CODE])
def test_nothing_says_take_back(file: str) -> None:
    text = (COLLECTION / file).read_text("utf-8")
    assert re.findall(r"\b(?:take|takes|taken|taking|took)\s+(?:\w+\s+)?back\b", text, re.IGNORECASE) == []


def test_classes_and_functions_fit_a_reader() -> None:
    wrong = []
    for file, tree in trees(CODE):
        for node in definitions(tree):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            most = LONGEST_CLASS if isinstance(node, ast.ClassDef) else LONGEST_FUNCTION
            if lines > most:
                wrong.append(f"{file}:{node.lineno} {node.name} has {lines} lines")
    assert wrong == []
