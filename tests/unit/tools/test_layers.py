# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The contract of the wings is kept by the code, and broken by one import that is turned round."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ansible_collections.voip_communications.sms.tests.support.markdown import COLLECTION

INSIDE = Path("ansible_collections/voip_communications/sms")
LINTER = Path(sys.executable).with_name("lint-imports")

pytestmark = pytest.mark.skipif(not LINTER.exists(), reason="import-linter is in the development environment alone")


@pytest.fixture
def wings(tmp_path: Path) -> Path:
    """Copy the wings, to be changed, and the contract of the project."""
    tree = tmp_path / INSIDE
    shutil.copytree(COLLECTION / "plugins" / "module_utils", tree / "plugins" / "module_utils")
    shutil.copy(COLLECTION / "pyproject.toml", tree)
    return tree / "plugins" / "module_utils"


def linted(wings: Path) -> tuple[int, str]:
    """Return the status of the linter, and what it printed."""
    done = subprocess.run(
        [str(LINTER), "--no-cache"],
        cwd=wings.parents[1],
        env=os.environ | {"PYTHONPATH": str(wings.parents[4])},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def test_the_wings_keep_their_contract(wings: Path) -> None:
    status, printed = linted(wings)
    assert (status, "1 kept, 0 broken" in printed) == (0, True), printed


@pytest.mark.parametrize(
    ("file", "line"),
    [
        pytest.param("_message/text.py", "from .._task.report import summary", id="upwards"),
        pytest.param("_ledger/model.py", "from .._api.evidence import Verdict", id="sideways"),
        pytest.param("_core/deadline.py", "def f():\n    from .._message.text import measure", id="in a function"),
        pytest.param("_other/new.py", "from .._core.errors import InputError", id="a folder without a place"),
    ],
)
def test_an_import_that_is_turned_round_is_found(file: str, line: str, wings: Path) -> None:
    path = wings / file
    path.parent.mkdir(exist_ok=True)
    with path.open("a", encoding="utf-8") as source:
        source.write(f"\n{line}\n")
    status, printed = linted(wings)
    assert status == 1, printed
    assert file.partition("/")[0] in printed
