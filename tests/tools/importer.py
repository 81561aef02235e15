# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run galaxy-importer, which decides what Galaxy and Automation Hub accept, on the tarball that was built last."""

from __future__ import annotations

import os
import subprocess
import sys

from ansible_collections.voip_communications.sms.tests.tools import layout, record

LARGEST = 1_000_000
"""Bytes that the tarball may have: what is larger brings something that no user needs."""


def main() -> int:
    """Run the importer; return 1 when it refuses the tarball or remarks on it, or when the tarball is too large."""
    venv = layout.BUILD / "importer-venv" / "bin"
    tarball = max(layout.BUILD.glob("voip_communications-sms-*.tar.gz"), key=lambda path: path.stat().st_mtime)
    environment = os.environ | {"HOME": str(layout.HOME), "PATH": f"{venv}{os.pathsep}{os.environ['PATH']}"}
    environment.pop("PYTHONPATH", None)
    done = subprocess.run(
        [str(venv / "python"), "-m", "galaxy_importer.main", str(tarball)],
        cwd=layout.BUILD,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    print(done.stdout)
    remarks = [line for line in done.stdout.splitlines() if line.startswith(("WARNING", "ERROR"))]
    size = tarball.stat().st_size
    print(
        f"importer: {tarball.name}: {'FAILED' if done.returncode else 'accepted'},"
        f" {len(remarks)} remarks, {size:,} bytes of at most {LARGEST:,}"
    )
    outcomes = {"accepted": not done.returncode, "no remark": not remarks, "small": size <= LARGEST}
    record.write("importer", outcomes)
    return 0 if all(outcomes.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
