# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""No test uses a name that another file keeps to itself: it goes through what the file offers to everyone."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

import pytest

from ansible_collections.voip_communications.sms.tests.support.markdown import COLLECTION

PACKAGE = "ansible_collections.voip_communications.sms"
OF_NAMED_TUPLES = {"_asdict", "_fields", "_make", "_replace"}
"""Public, in spite of their names."""

FILES = sorted((COLLECTION / "tests").rglob("*.py"))


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__") and name not in OF_NAMED_TUPLES


def is_room(module: str, name: str) -> bool:
    """Tell whether a name of a module is a file or a folder, as those of the wings, whose names begin so."""
    path = COLLECTION.joinpath(*module.removeprefix(PACKAGE).strip(".").split("."), name)
    return path.is_dir() or path.with_suffix(".py").is_file()


def imports_of(tree: ast.AST) -> Iterator[tuple[str, ast.alias]]:
    """Yield what is imported of this collection, with the module that it comes from."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(PACKAGE):
            yield from ((node.module or "", alias) for alias in node.names)


def root_of(node: ast.expr) -> str:
    """Return the name that a chain of attributes begins with; empty where it begins with something else."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def named_in(call: ast.Call) -> tuple[ast.expr, str] | None:
    """Return the owner and the name that a call of ``setattr`` and its like has, also that of ``monkeypatch``."""
    function = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    match (function, call.args):
        case ("setattr" | "getattr" | "delattr" | "object", [owner, ast.Constant(value=str(name)), *_rest]):
            return owner, name
    return None


def private_names_of(code: str) -> list[str]:
    """Return the private names of other files of this collection that some code uses."""
    tree = ast.parse(code)
    imported = list(imports_of(tree))
    own = {alias.asname or alias.name for _module, alias in imported}
    found = [alias.name for module, alias in imported if is_private(alias.name) and not is_room(module, alias.name)]
    for node in ast.walk(tree):
        pair = named_in(node) if isinstance(node, ast.Call) else None
        owner, name = (node.value, node.attr) if isinstance(node, ast.Attribute) else pair or (None, "")
        if owner is not None and is_private(name) and root_of(owner) in own:
            found.append(f"{ast.unparse(owner)}.{name}")
    return found


def test_no_test_uses_a_private_name_of_another_file() -> None:
    found = {path.relative_to(COLLECTION).as_posix(): private_names_of(path.read_text("utf-8")) for path in FILES}
    assert {path: names for path, names in found.items() if names} == {}


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ([f"from {PACKAGE}.plugins.module_utils._core.http import _pool"], ["_pool"]),
        ([f"from {PACKAGE}.plugins.module_utils import _core"], []),
        ([f"from {PACKAGE}.plugins.plugin_utils import _forked", "_forked._ending"], ["_forked._ending"]),
        ([f"from {PACKAGE}.x import a as b", "b.C._d()"], ["b.C._d"]),
        ([f"from {PACKAGE}.x import A", "A._replace(b=1)", "A.__name__", "A()._own"], []),
        ([f"from {PACKAGE}.x import a", "monkeypatch.setattr(a, '_b', 1)", "getattr(a.c, '_d')"], ["a._b", "a.c._d"]),
        (["from ansible import a", "a._b", "self._c"], []),
    ],
)
def test_private_names_are_found(lines: Sequence[str], found: list[str]) -> None:
    assert private_names_of("\n".join(lines)) == found
