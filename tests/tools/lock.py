# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write tests/requirements/*.txt anew: every release pinned, also those that others bring along, for every Python.

Usage: lock.py [--keep]

With --keep, what is pinned stays as it is, and only what is missing is added.
"""

from __future__ import annotations

import subprocess
import sys

from ansible_collections.voip_communications.sms.tests.tools import layout, pip_settings, venv

# The oldest Python that a lock must do for. ansible-core 2.16 and 2.19 run on 3.11 here, the others on one Python each.
OLDEST = {"matrix-2.20": "3.12", "matrix-2.21": "3.13"}


# What ansible-lint asked for on Windows then is withdrawn, so there is no lock for every system.
SYSTEM = {"certification": ["--python-platform", "linux"]}
# What others include.
PARTS = {"core", "matrix"}


def main(arguments: list[str]) -> None:
    """Compile every lock with uv, which can do so for several Pythons at once."""
    folder = layout.ROOT / "tests" / "requirements"
    uv, everywhere = venv.installer()
    # A second index may have a release for one Python alone, and then only that hash would be written.
    environment = {name: value for name, value in everywhere.items() if name not in pip_settings.SEVERAL}
    upgrade = [] if "--keep" in arguments else ["--upgrade"]
    for source in sorted(folder.glob("*.in")):
        if source.stem in PARTS:
            continue
        options = ["--quiet", "--generate-hashes", "--no-header", "--no-annotate", *upgrade]
        options += SYSTEM.get(source.stem, ["--universal"])
        options += ["--python-version", OLDEST.get(source.stem, "3.11"), "--output-file", f"{source.stem}.txt"]
        subprocess.run([uv, "pip", "compile", *options, source.name], check=True, cwd=folder, env=environment)


if __name__ == "__main__":
    main(sys.argv[1:])
