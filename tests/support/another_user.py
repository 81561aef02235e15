# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Be another user of this machine, who attacks a ledger; only root can."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ANOTHER = 12345
JOURNAL = (bytes.fromhex("d9d505f920a163d7") + bytes(14) + b"\2\0" + b"\0\0\x10\0").ljust(8192, b"\0")
"""A rollback journal that says: before the transaction that was interrupted, the file was empty."""


@contextmanager
def shared_folder() -> Iterator[Path]:
    """Yield a folder below /tmp, where other users can go."""
    folder = Path(tempfile.mkdtemp(prefix="voipsms-shared-", dir="/tmp"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def as_another(*command: str, stdin: bytes = b"") -> None:
    """Run a command as another user."""
    attacker: Any = {"user": ANOTHER, "group": ANOTHER, "extra_groups": [], "cwd": "/"}
    subprocess.run(command, input=stdin, stdout=subprocess.DEVNULL, check=True, **attacker)


def plant_journal(ledger: Path) -> None:
    """Write, as another user, a journal that empties the ledger."""
    as_another("tee", f"{ledger}-journal", stdin=JOURNAL)
