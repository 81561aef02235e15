# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible-lint passes in a plain checkout, as certification runs it: with our settings, and nothing installed."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from ansible_collections.voip_communications.sms.tests.support.markdown import COLLECTION
from ansible_collections.voip_communications.sms.tests.tools import lint

# One that runs our action, one that is imported, one that needs the collection of AWX, and one that runs a module.
FILES = ("playbooks/notify.yml", "playbooks/alert.yml", "docs/examples/awx", "roles/page")


def test_a_checkout_needs_nothing_beside_it(tmp_path: Path) -> None:
    """It finds the collection by installing it from the checkout, not so when it is told to be offline."""
    checkout = tmp_path / "checkout"
    shutil.copytree(COLLECTION, checkout, ignore=shutil.ignore_patterns("__pycache__", "output", "tests"))
    environment = lint.environment() | {
        "HOME": str(tmp_path),
        "ANSIBLE_HOME": str(tmp_path / ".ansible"),
        "XDG_CACHE_HOME": str(tmp_path / ".cache"),
        # Nothing answers there, so that no machine makes this wait for its network.
        "HTTPS_PROXY": "http://127.0.0.1:9",
        "https_proxy": "http://127.0.0.1:9",
    }
    for name in ("ANSIBLE_COLLECTIONS_PATH", "PYTHONPATH"):
        environment.pop(name, None)
    done = subprocess.run(
        [Path(sys.executable).with_name("ansible-lint"), "--profile", "production", *FILES],
        cwd=checkout,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Passed: 0 failure(s), 0 warning(s)" in done.stderr
