# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Create a virtual environment from a lock file, unless the one that is there was made from the same lock and Python.

uv does this, in seconds. pip, which every Python has, installs uv, and is asked where packages come from. Nothing is
installed whose hash is not in the lock.

Usage: venv.py FOLDER LOCK
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from ansible_collections.voip_communications.sms.tests.tools import layout, pip_settings

# What every ansible-playbook imports. The tests start thousands, which must not write byte code; uv writes none, and to
# compile all takes longer than to install it.
COMPILED = ("ansible", "cryptography", "flask", "jinja2", "packaging", "requests", "urllib3", "werkzeug", "yaml")


class VenvError(Exception):
    """The environment could not be created; the text says what to do."""


def ensure(folder: Path, lock: Path, python: str) -> Path:
    """Return the Python of an environment that holds what the lock names; raise VenvError when it cannot be made."""
    return made(folder, lock, python, create)


def ensure_newest(folder: Path, releases: list[str], requirements: Path, python: str) -> Path:
    """Return the Python of an environment with the newest releases; raise VenvError when it cannot be made.

    It is made anew each time, since the requirements do not say what the newest are.
    """
    uv, environment = installer()
    inner = folder / "bin" / "python"
    folder.parent.mkdir(parents=True, exist_ok=True)
    print(f"creating {folder.relative_to(layout.ROOT)} with the newest releases ...", flush=True)
    step([uv, "venv", "--quiet", "--clear", "--no-python-downloads", "--python", python, str(folder)], environment)
    install = [uv, "pip", "install", "--quiet", "--upgrade", "--python", str(inner), "--requirement", str(requirements)]
    step([*install, *releases], environment)
    return inner


def base() -> Path:
    """Return the Python of the environment that holds uv and pip; raise VenvError when it cannot be made."""
    # Whichever environment this runs in, it is made with the Python below it, and so only once.
    return made(layout.BUILD / "uv-venv", layout.LOCKS / "uv.txt", str(Path(sys.executable).resolve()), bootstrap)


def made(folder: Path, lock: Path, python: str, make: Callable[[Path, Path, str], None]) -> Path:
    """Return the Python of the environment, after making it unless it is there; one process at a time does this."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_name(f".{folder.name}.lock").open("w", encoding="ascii") as one_at_a_time:
        fcntl.flock(one_at_a_time, fcntl.LOCK_EX)
        stamp = folder / "made-from"
        made_from = fingerprint(folder, lock, python)
        inner = folder / "bin" / "python"
        if not (stamp.exists() and stamp.read_text(encoding="ascii") == made_from and inner.exists()):
            print(f"creating {folder.relative_to(layout.ROOT)} from {lock.name} ...", flush=True)
            make(folder, lock, python)
            stamp.write_text(made_from, encoding="ascii")
    return inner


def fingerprint(folder: Path, lock: Path, python: str) -> str:
    """Return a hash of all that decides what an environment holds."""
    said = subprocess.run([python, "-c", "import sys; print(sys.version)"], check=True, capture_output=True, text=True)
    return hashlib.sha256(f"{python}\n{said.stdout}\n{folder}\n{lock.read_text(encoding='utf-8')}".encode()).hexdigest()


def bootstrap(folder: Path, lock: Path, python: str) -> None:
    """Create the environment of uv by pip alone; raise VenvError when a step fails."""
    quietly = ["--quiet", "--disable-pip-version-check", "--no-input"]
    step([python, "-m", "venv", "--clear", str(folder)])
    step(
        [
            str(folder / "bin" / "python"),
            "-m",
            "pip",
            "install",
            *quietly,
            "--require-hashes",
            "--requirement",
            str(lock),
        ]
    )


def create(folder: Path, lock: Path, python: str) -> None:
    """Create the environment and install what the lock names; raise VenvError when a step fails."""
    uv, environment = installer()
    inner = str(folder / "bin" / "python")
    step([uv, "venv", "--quiet", "--clear", "--no-python-downloads", "--python", python, str(folder)], environment)
    step(
        [uv, "pip", "install", "--quiet", "--python", inner, "--require-hashes", "--requirement", str(lock)],
        environment,
    )
    compile_some(folder)


def installer() -> tuple[str, Mapping[str, str]]:
    """Return the path of uv, and the environment in which it looks for packages where pip does."""
    python = base()
    cache = {"UV_CACHE_DIR": str(layout.CACHE / "uv")}
    return str(python.with_name("uv")), cache | pip_settings.for_uv(pip_settings.read(python)) | os.environ


def compile_some(folder: Path) -> None:
    """Write byte code of what many processes import."""
    packages = [path for name in COMPILED for path in folder.glob(f"lib/python*/site-packages/{name}")]
    if packages:
        step([str(folder / "bin" / "python"), "-m", "compileall", "-q", "-j", "0", *map(str, packages)])


def step(command: Iterable[str], environment: Mapping[str, str] | None = None) -> None:
    """Run a command; raise VenvError when it fails."""
    command = list(command)
    if subprocess.run(command, stdin=subprocess.DEVNULL, check=False, env=environment).returncode:
        raise VenvError(
            f"{' '.join(command)} failed; if it says that ensurepip is not available,"
            " install the package python3-venv (Debian) or its like, then try again"
        )


if __name__ == "__main__":
    try:
        ensure(Path(sys.argv[1]).resolve(), layout.LOCKS / sys.argv[2], sys.executable)
    except VenvError as error:
        sys.exit(str(error))
