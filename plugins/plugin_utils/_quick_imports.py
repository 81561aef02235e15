# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Import the files of this collection as Python imports every other library, with the byte code of the last time.

Ansible compiles each file of a collection anew in each run. The byte code is kept where Python keeps it, beside the
file; where it may not write there, or ``PYTHONDONTWRITEBYTECODE`` is set, nothing is kept.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location
from types import ModuleType

_PLUGINS = __name__.rpartition(".")[0].rpartition(".")[0]
_PREFIXES = tuple(f"{_PLUGINS}.{folder}." for folder in ("module_utils", "modules", "plugin_utils"))


class _OwnFiles(MetaPathFinder):
    """Finds the files of this collection in the folders that Ansible has found."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return how Python imports a file of this collection, or None for a folder and for everything else."""
        if not fullname.startswith(_PREFIXES):
            return None
        name = f"{fullname.rpartition('.')[2]}.py"
        files = (os.path.join(folder, name) for folder in path or ())
        file = next(filter(os.path.isfile, files), None)
        return spec_from_file_location(fullname, file) if file else None


@contextmanager
def own_byte_code() -> Iterator[None]:
    """Import what is imported within this block from its byte code, in this thread or another."""
    finder = _OwnFiles()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


@contextmanager
def quick_imports() -> Iterator[None]:
    """Import what is imported within this block from its byte code, and look for no garbage meanwhile.

    An import leaves hardly any, and a run of Ansible has many objects to look through. Those that are there at the end
    stay for the whole run, so that no later search looks at them, in this process or in a worker.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        with own_byte_code():
            yield
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()
