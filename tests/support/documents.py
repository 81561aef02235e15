# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the documents, whichever way they are written: the Markdown of README and so on, and the guides."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from ansible_collections.voip_communications.sms.tests.support import markdown, restructured

TEXTS = {
    path.relative_to(markdown.COLLECTION).as_posix(): path.read_text("utf-8")
    for path in (*markdown.DOCUMENTS, *restructured.GUIDES)
}
_GUIDE = "docs/docsite/rst/guide_{}.rst"


class Reader(Protocol):
    """A reader of one kind of documents."""

    def blocks(self, text: str, language: str | None = None) -> list[markdown.Block]:
        """Return the code blocks."""

    def code(self, text: str) -> list[str]:
        """Return the words set as code."""

    def anchors(self, text: str) -> set[str]:
        """Return the names of the headings."""


def blocks(name: str, language: str | None = None) -> list[markdown.Block]:
    """Return the code blocks of a document, of one language if it is named."""
    return _reader(name).blocks(TEXTS[name], language)


def code(name: str) -> list[str]:
    """Return the words set as code within the prose."""
    return _reader(name).code(TEXTS[name])


def anchors(path: Path) -> set[str]:
    """Return the names by which the headings of a document can be linked to."""
    return _reader(path.name).anchors(path.read_text("utf-8"))


def guide(name: str) -> str:
    """Return the text of a guide, such as ``sent_once``."""
    return TEXTS[_GUIDE.format(name)]


def _reader(name: str) -> Reader:
    return restructured if name.endswith(".rst") else markdown
