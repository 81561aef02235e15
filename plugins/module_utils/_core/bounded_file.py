# Copyright (c) 2026 VoIP Communications SMS collection contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read a file that a user names, up to a size, and only where it is a regular one."""

from __future__ import annotations

import os
import stat

from .errors import InputError


def read_bounded(name: str, path: str, longest: int) -> bytes:
    """Return the content of a file of at most ``longest`` bytes, a whole number of MiB.

    ``name`` is what a sentence calls it. Raises ``InputError``.
    """
    try:
        with open(path, "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise InputError(f"{name} is not a file")
            content = file.read(longest + 1)
    except ValueError:
        raise InputError(f"{name} is not a path") from None
    except OSError as error:
        raise InputError(f"{name} cannot be read ({error.strerror})") from None
    if len(content) > longest:
        raise InputError(f"{name} has more than {longest // 1024 // 1024} MiB")
    return content
