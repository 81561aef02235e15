# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write down what a process has imported by its end; Python imports this by itself when its folder is on the path.

`LOADED` names the file: a line for each Python module, with its name, a tab, and the file it came from. Beside it, with
the suffix `.objects`, how many objects Python collects from at the end, how many it leaves alone, and how often it has
collected while the module was loading.
"""

from __future__ import annotations

import atexit
import gc
import os
import sys
from pathlib import Path

LIBRARY = "phonenumbers"
collections: list[str] = []
"""The phases of each collection after the first of a module's libraries, and before its code is left alone."""


def note(phase: str, _details: object) -> None:
    """Note a collection while the module is loading."""
    if LIBRARY in sys.modules and not gc.get_freeze_count():
        collections.append(phase)


def write(path: Path) -> None:
    """Write the list, and count the objects."""
    counts = len(gc.get_objects()), gc.get_freeze_count(), collections.count("start")
    path.with_suffix(".objects").write_text(" ".join(map(str, counts)), encoding="utf-8")
    files = {name: getattr(module, "__file__", None) or "" for name, module in sorted(sys.modules.items())}
    path.write_text("".join(f"{name}\t{file}\n" for name, file in files.items()), encoding="utf-8")


if os.environ.get("LOADED"):
    gc.callbacks.append(note)
    atexit.register(write, Path(os.environ["LOADED"]))
