# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read Markdown for the tests: fenced blocks, words set as code, tables, links, headings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

COLLECTION = Path(__file__).absolute().parents[2]
DOCUMENTS = (
    COLLECTION / "README.md",
    COLLECTION / "CONTRIBUTING.md",
    *sorted((COLLECTION / "docs").rglob("*.md")),
    *sorted((COLLECTION / "roles").glob("*/README.md")),
)

_FENCE = re.compile(r"^```(?P<language>[a-z]+)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A fenced block; ``line`` is the number of its first line of text, counted from 1."""

    language: str
    text: str
    line: int

    def plays(self) -> list[dict[str, Any]]:
        """Return the plays of a YAML block, with bare tasks in a play of their own; none when it has neither.

        Playbooks that it imports are left out.
        """
        entries = yaml.safe_load(self.text)
        if not isinstance(entries, list):
            return []
        entries = [entry for entry in entries if "ansible.builtin.import_playbook" not in entry]
        if all("hosts" in entry for entry in entries):
            return entries
        return [{"name": "Tasks", "hosts": "localhost", "gather_facts": False, "tasks": entries}]


def blocks(text: str, language: str | None = None) -> list[Block]:
    """Return the fenced blocks of a document, of one language if it is named."""
    fenced = [
        Block(match["language"], match["text"], text.count("\n", 0, match.start("text")) + 1)
        for match in _FENCE.finditer(text)
    ]
    return [block for block in fenced if language in (None, block.language)]


def prose(text: str) -> str:
    """Return a document without its fenced blocks."""
    return _FENCE.sub("", text)


def code(text: str) -> list[str]:
    """Return the words set as code within the prose, such as ``on_unknown``."""
    return re.findall(r"`([^`\n]+)`", prose(text))


def section(text: str, heading: str) -> str:
    """Return the text below a heading of the second level. Raises ``ValueError`` when there is no such heading."""
    return text[text.index(f"\n## {heading}\n") :].split("\n## ", 2)[1]


def rows(text: str) -> list[list[str]]:
    """Return the cells of all table rows, the heads included, the lines below the heads not."""
    table = [line[1:-1].split(" | ") for line in text.splitlines() if line.startswith("| ") and line.endswith("|")]
    return [[cell.strip() for cell in row] for row in table]


def links(text: str) -> list[str]:
    """Return the targets of all links."""
    return re.findall(r"\]\(([^)\s]+)\)", prose(text))


def anchors(text: str) -> set[str]:
    """Return the names by which headings can be linked to, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", prose(text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
