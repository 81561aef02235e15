# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Copy the tracked files of the work tree, as they are now, to a folder; remove there what is no longer tracked.

ansible-test wants a real path that ends in ansible_collections/<namespace>/<name>, and nothing but tracked files
belongs into a tarball. A file that did not change keeps its time stamp, so that caches stay warm.

Usage: tree.py FOLDER
"""

from __future__ import annotations

import fcntl
import filecmp
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

# ansible-test keeps its results here.
OUTPUT = Path("tests/output")


def tracked(root: Path) -> list[Path]:
    """Return the tracked files that exist, relative to the root of the work tree."""
    command = ["git", "ls-files", "--cached", "-z"]
    listed = subprocess.run(command, cwd=root, check=False, stdout=subprocess.PIPE, text=True)
    if listed.returncode:
        # What git had to say about it stands above.
        sys.exit(f"git could not list the files of {root}: this needs a clone, not a download without its history")
    return sorted({Path(name) for name in listed.stdout.split("\0") if name and os.path.lexists(root / name)})


def same(source: Path, target: Path) -> bool:
    """Tell whether the target already is what copying the source would make it."""
    if source.is_symlink() or target.is_symlink():
        return source.is_symlink() and target.is_symlink() and os.readlink(source) == os.readlink(target)
    if not target.is_file() or source.stat().st_mode != target.stat().st_mode:
        return False
    return filecmp.cmp(source, target, shallow=False)


def copy(source: Path, target: Path) -> None:
    """Put a copy in place in one step, so that a process that reads the target never sees half a file."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.is_dir() and not target.is_symlink():
        shutil.rmtree(target)
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    shutil.copy2(source, part, follow_symlinks=False)
    part.replace(target)


def remove_strangers(folder: Path, wanted: set[Path]) -> None:
    """Remove every file below the folder that is not wanted, and every folder that has nothing wanted in it.

    Results of ansible-test stay, and so does byte code beside its sources.
    """
    homes = {parent for path in wanted for parent in path.parents} | set(OUTPUT.parents)
    for path, folders, files in os.walk(folder):
        inside = Path(path).relative_to(folder)
        for name in files + [name for name in folders if (Path(path) / name).is_symlink()]:
            if inside / name not in wanted:
                (folder / inside / name).unlink()
        strangers = [name for name in folders if not kept(inside / name, homes)]
        for name in strangers:
            # A link to a folder has been removed above.
            shutil.rmtree(folder / inside / name, ignore_errors=True)
        folders[:] = [name for name in folders if inside / name in homes]


def kept(inside: Path, homes: set[Path]) -> bool:
    """Tell whether a folder stays: wanted files are below it, or byte code of such files, or results."""
    return inside in homes or inside == OUTPUT or (inside.name == "__pycache__" and inside.parent in homes)


def everything(_path: Path) -> bool:
    """Want every file."""
    return True


def what_is_installed(path: Path) -> bool:
    """Want what users get: of the tests only the file that tells ansible-test the Pythons of the modules."""
    return path.parts[0] != "tests" or path == Path("tests/config.yml")


def refresh(root: Path, folder: Path, wants: Callable[[Path], bool] = everything) -> None:
    """Make the folder equal to the wanted ones of the tracked files; one process at a time does this."""
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder.parent / f".{folder.name}.lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        files = list(filter(wants, tracked(root)))
        remove_strangers(folder, set(files))
        for file in files:
            if not same(root / file, folder / file):
                copy(root / file, folder / file)


if __name__ == "__main__":
    refresh(Path(__file__).resolve().parents[2], Path(sys.argv[1]).resolve())
