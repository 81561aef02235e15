# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find the Pythons of this machine that really run and can create virtual environments.

A name on the PATH is no proof: a version manager puts a small script of that name there for every Python it knows, and
the script fails when that Python is not the chosen one. So the managers' own folders are looked into as well.
"""

from __future__ import annotations

import os
import pwd
import subprocess
from collections.abc import Iterator
from pathlib import Path

PROBE = "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2], sys.executable)"


def homes() -> list[Path]:
    """Return the home folders to look into: HOME may point to an empty folder, the account's own does not."""
    return [Path.home(), Path(pwd.getpwuid(os.getuid()).pw_dir)]


def manager_folders() -> Iterator[Path]:
    """Yield the folders in which pyenv, asdf, mise and uv keep one folder for each Python."""
    for home in homes():
        yield home / ".pyenv" / "versions"
        yield home / ".asdf" / "installs" / "python"
        yield home / ".local" / "share" / "mise" / "installs" / "python"
        yield home / ".local" / "share" / "uv" / "python"
    if root := os.environ.get("PYENV_ROOT"):
        yield Path(root) / "versions"
    for entry in os.environ.get("PATH", os.defpath).split(os.pathsep):
        if entry.endswith("/shims"):
            yield Path(entry).parent / "versions"


def candidates(version: str) -> Iterator[Path]:
    """Yield every path that may be the Python of a version such as 3.12."""
    name = f"python{version}"
    for entry in [
        *os.environ.get("PATH", os.defpath).split(os.pathsep),
        "/usr/bin",
        "/usr/local/bin",
        "/opt/homebrew/bin",
    ]:
        yield Path(entry) / name
    for folder in manager_folders():
        yield from sorted(folder.glob(f"*/bin/{name}"), reverse=True)


def probe(path: Path) -> tuple[str, str]:
    """Return the version and the real path that a Python says of itself, or two empty strings when it does not run."""
    try:
        said = subprocess.run(
            [str(path), "-I", "-c", PROBE],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return "", ""
    version, _space, executable = said.stdout.strip().partition(" ")
    return (version, executable) if said.returncode == 0 else ("", "")


def find(version: str) -> str:
    """Return the path of a Python of this version that works, or an empty string."""
    for path in dict.fromkeys(candidates(version)):
        if os.access(path, os.X_OK):
            found, executable = probe(path)
            if found == version:
                return executable
    return ""
