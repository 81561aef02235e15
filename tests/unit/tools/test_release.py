# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A tag is released only when version and changelog say the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.voip_communications.sms.tests.tools import release

CHANGELOG = """\
# Release Notes

- [Topics](#topics)

<a id="v1-0-1"></a>
## v1\\.0\\.1

### Bugfixes

* A number is read\\.

<a id="v1-0-0"></a>
## v1\\.0\\.0

It works\\.
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a collection that is ready to be released as 1.0.1."""
    (tmp_path / "changelogs" / "fragments").mkdir(parents=True)
    (tmp_path / "galaxy.yml").write_text("version: 1.0.1\n", encoding="utf-8")
    released = "releases:\n  1.0.0: {}\n  1.0.1: {}\n"
    (tmp_path / "changelogs" / "changelog.yaml").write_text(released, encoding="utf-8")
    (tmp_path / "CHANGELOG.md").write_text(CHANGELOG, encoding="utf-8")
    return tmp_path


def test_a_release_that_is_ready_is_published_with_its_notes_alone(root: Path) -> None:
    assert release.complaints(root, "1.0.1") == []
    assert release.notes(root, "1.0.1") == "### Bugfixes\n\n* A number is read\\."
    assert release.notes(root, "1.0.0") == "It works\\."


@pytest.mark.parametrize(
    ("file", "text", "complaint"),
    [
        pytest.param("galaxy.yml", "version: 1.0.0", "galaxy.yml has version 1.0.0", id="another version"),
        pytest.param("changelogs/changelog.yaml", "releases: {}", "has no release 1.0.1", id="not in the changelog"),
        pytest.param("CHANGELOG.md", "# Release Notes", "has nothing of 1.0.1", id="no notes"),
        pytest.param(
            "changelogs/fragments/new.yml", "---", "fragments are left that no release has: new.yml", id="left"
        ),
    ],
)
def test_what_is_not_ready_is_named(file: str, text: str, complaint: str, root: Path) -> None:
    (root / file).write_text(f"{text}\n", encoding="utf-8")
    (said,) = release.complaints(root, "1.0.1")
    assert complaint in said
