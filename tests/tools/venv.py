# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Create a virtual environment from a lock file, unless the one that is there was made from the same lock and Python.

Usage: venv.py FOLDER LOCK
"""

from __future__ import annotations

import fcntl
import hashlib
import subprocess
import sys
from pathlib import Path

from ansible_collections.voip_communications.sms.tests.tools import layout


class VenvError(Exception):
    """The environment could not be created; the text says what to do."""


def ensure(folder: Path, lock: Path, python: str) -> Path:
    """Return the Python of an environment that holds what the lock names; raise VenvError when it cannot be made."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_name(f".{folder.name}.lock").open("w", encoding="ascii") as one_at_a_time:
        fcntl.flock(one_at_a_time, fcntl.LOCK_EX)
        stamp = folder / "made-from"
        made_from = fingerprint(folder, lock, python)
        inner = folder / "bin" / "python"
        if not (stamp.exists() and stamp.read_text(encoding="ascii") == made_from and inner.exists()):
            print(f"creating {folder.relative_to(layout.ROOT)} from {lock.name}, may take a minute ...", flush=True)
            create(folder, lock, python)
            stamp.write_text(made_from, encoding="ascii")
    return inner


def fingerprint(folder: Path, lock: Path, python: str) -> str:
    """Return a hash of all that decides what an environment holds."""
    said = subprocess.run([python, "-c", "import sys; print(sys.version)"], check=True, capture_output=True, text=True)
    return hashlib.sha256(f"{python}\n{said.stdout}\n{folder}\n{lock.read_text(encoding='utf-8')}".encode()).hexdigest()


def create(folder: Path, lock: Path, python: str) -> None:
    """Create the environment and install what the lock names; raise VenvError when a step fails."""
    pip = [
        str(folder / "bin" / "python"),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-input",
    ]
    for command in ([python, "-m", "venv", "--clear", str(folder)], [*pip, "--requirement", str(lock)]):
        if subprocess.run(command, stdin=subprocess.DEVNULL, check=False).returncode:
            raise VenvError(
                f"{' '.join(command)} failed; if it says that ensurepip is not available,"
                " install the package python3-venv (Debian) or its like, then try again"
            )


if __name__ == "__main__":
    try:
        ensure(Path(sys.argv[1]).resolve(), layout.LOCKS / sys.argv[2], sys.executable)
    except VenvError as error:
        sys.exit(str(error))
