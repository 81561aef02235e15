# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write tests/requirements/*.txt anew: every release pinned, also those that others bring along, for every Python."""

from __future__ import annotations

import subprocess
import sys

from ansible_collections.voip_communications.sms.tests.tools import layout

# The oldest Python that a lock must do for. ansible-core 2.16 and 2.19 run on 3.11 here, the others on one Python each.
OLDEST = {"matrix-2.20": "3.12", "matrix-2.21": "3.13"}


def main() -> None:
    """Compile every lock with uv, which can do so for several Pythons at once."""
    folder = layout.ROOT / "tests" / "requirements"
    venv = layout.BUILD / "lock-venv"
    subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    subprocess.run([str(venv / "bin" / "pip"), "install", "--quiet", "uv"], check=True)
    for source in sorted(folder.glob("*.in")):
        if source.stem == "core":
            continue
        command = [
            str(venv / "bin" / "uv"),
            "pip",
            "compile",
            "--quiet",
            "--universal",
            "--upgrade",
            "--no-header",
            "--no-annotate",
        ]
        command += [
            "--python-version",
            OLDEST.get(source.stem, "3.11"),
            "--output-file",
            f"{source.stem}.txt",
            source.name,
        ]
        subprocess.run(command, check=True, cwd=folder)


if __name__ == "__main__":
    main()
