# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The byte code that is kept beside the files of the collection, and what the import leaves as it was."""

from __future__ import annotations

import gc
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ansible_collections.voip_communications.sms.plugins.plugin_utils._quick_imports import quick_imports
from ansible_collections.voip_communications.sms.tests.support.playbook import COLLECTION

PLUGINS = "ansible_collections.voip_communications.sms.plugins"
KEPT = ("module_utils/_core", "modules", "plugin_utils")
_IMPORTS = f"""\
import sys
from ansible.utils.collection_loader._collection_finder import _AnsibleCollectionFinder
_AnsibleCollectionFinder([sys.argv[1]])._install()
import {PLUGINS}.action.voipsms_send
from {PLUGINS}.module_utils._core import errors
print(errors.InputError.__doc__)
"""
_IMPORTS_LATER = f"""{_IMPORTS}
from {PLUGINS}.plugin_utils._quick_imports import own_byte_code
with own_byte_code():
    from {PLUGINS}.module_utils._ledger import limits
from {PLUGINS}.module_utils._ledger import resolve
"""


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """Return the folder of a copy of the plugins, without byte code, in a folder of collections."""
    collection = tmp_path / "ansible_collections" / "voip_communications" / "sms"
    shutil.copytree(COLLECTION / "plugins", collection / "plugins", ignore=shutil.ignore_patterns("__pycache__"))
    return collection / "plugins"


def imported(plugins: Path, code: str = _IMPORTS, **environment: str) -> str:
    """Return what a process prints that imports an action as Ansible does."""
    clean = {name: value for name, value in os.environ.items() if name not in ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH")}
    done = subprocess.run(
        [sys.executable, "-c", code, str(plugins.parents[3])],
        env=clean | environment,
        cwd=plugins,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_the_byte_code_is_kept_and_the_next_run_uses_it(installed: Path) -> None:
    first = imported(installed)
    kept = installed / "module_utils" / "_core" / "__pycache__" / f"errors.{sys.implementation.cache_tag}.pyc"
    assert all(any((installed / folder / "__pycache__").glob("*.pyc")) for folder in KEPT)
    # The last bytes of its docstring are in the byte code as they are in the file; only there are they changed.
    sentence = first.strip().splitlines()[0].encode()
    content = kept.read_bytes()
    assert content.count(sentence) == 1
    kept.write_bytes(content.replace(sentence, sentence[:-1] + b"!"))
    assert imported(installed).startswith(f"{sentence[:-1].decode()}!")


def test_a_file_that_has_changed_is_compiled_anew(installed: Path) -> None:
    before = imported(installed)
    path = installed / "module_utils" / "_core" / "errors.py"
    path.write_text(f"{path.read_text(encoding='utf-8')}\nInputError.__doc__ = 'Changed.'\n", encoding="utf-8")
    assert before != imported(installed) == "Changed.\n"


def test_what_a_task_imports_where_it_needs_it_has_byte_code_too(installed: Path) -> None:
    imported(installed, _IMPORTS_LATER)
    kept = {path.name.partition(".")[0] for path in (installed / "module_utils" / "_ledger").rglob("*.pyc")}
    assert ("limits" in kept, "resolve" in kept) == (True, False)


def test_where_byte_code_is_not_wanted_none_is_kept(installed: Path) -> None:
    imported(installed, PYTHONDONTWRITEBYTECODE="1")
    assert not list(installed.rglob("*.pyc"))


def fail_within() -> None:
    with quick_imports():
        assert not gc.isenabled()
        raise ImportError


@pytest.mark.parametrize("collecting", [True, False])
def test_afterwards_garbage_is_looked_for_as_before(collecting: bool) -> None:
    finders = list(sys.meta_path)
    try:
        if not collecting:
            gc.disable()
        with pytest.raises(ImportError):
            fail_within()
        assert gc.isenabled() is collecting
        assert gc.get_freeze_count()
    finally:
        gc.unfreeze()
        gc.enable()
    assert sys.meta_path == finders


def test_what_is_not_here_is_still_not_here() -> None:
    with quick_imports(), pytest.raises(ModuleNotFoundError):
        __import__(f"{PLUGINS}.module_utils._core.nothing")
