# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check that the version and the changelog are those of a tag, and write what is new into .build/release-notes.md.

Usage: release.py TAG
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import yaml

from ansible_collections.voip_communications.sms.tests.tools import layout, record


def complaints(root: Path, tag: str) -> list[str]:
    """Return what keeps the files below the root from being the release of the tag."""
    version = str(yaml.safe_load((root / "galaxy.yml").read_text(encoding="utf-8"))["version"])
    released = yaml.safe_load((root / "changelogs" / "changelog.yaml").read_text(encoding="utf-8"))["releases"] or {}
    fragments = sorted(path.name for path in (root / "changelogs" / "fragments").glob("*.y*ml"))
    checks = {
        f"the tag is {tag!r}, and galaxy.yml has version {version}": version == tag,
        f"changelogs/changelog.yaml has no release {tag}; run antsibull-changelog release": tag in released,
        f"CHANGELOG.md has nothing of {tag}; run antsibull-changelog release": bool(notes(root, tag)),
        f"fragments are left that no release has: {', '.join(fragments)}": not fragments,
    }
    return [text for text, holds in checks.items() if not holds]


def notes(root: Path, tag: str) -> str:
    """Return what CHANGELOG.md says of the release, without its heading; empty when it has none."""
    text = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    # As antsibull-changelog writes it: a target for links before each heading, and full stops escaped.
    heading = re.escape(tag).replace(r"\.", r"\\?\.")
    found = re.search(rf'^## v?{heading}\n(.*?)(?=^<a id="v\d|^## |\Z)', text, re.MULTILINE | re.DOTALL)
    return found[1].strip() if found else ""


def main(tag: str) -> int:
    """Check, and write the notes; return 1 when this is not the release of the tag."""
    wrong = complaints(layout.TREE, tag)
    record.write("release", {"version and changelog": not wrong})
    for text in wrong:
        print(f"release: {text}")
    if not wrong:
        (layout.BUILD / "release-notes.md").write_text(notes(layout.TREE, tag) + "\n", encoding="utf-8")
        print(f"release: {tag}: version and changelog are right")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
