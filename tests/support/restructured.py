# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read reStructuredText, in which the guides are written: blocks, words set as code, tables, headings."""

from __future__ import annotations

import functools
import re

from docutils import nodes
from docutils.core import publish_doctree

from ansible_collections.voip_communications.sms.tests.support.markdown import COLLECTION, Block

GUIDES = tuple(sorted((COLLECTION / "docs" / "docsite" / "rst").glob("*.rst")))

# Roles such as :ref: are Sphinx's and antsibull's, which docutils alone complains of; the linter checks them.
_QUIET = {"report_level": 5, "halt_level": 6, "file_insertion_enabled": False}


def blocks(text: str, language: str | None = None) -> list[Block]:
    """Return the code blocks of a guide, of one language if it is named."""
    shown = []
    for node in _tree(text).findall(nodes.literal_block):
        languages = [name for name in node["classes"] if name != "code"]
        if languages and language in (None, languages[0]):
            shown.append(Block(languages[0], node.astext() + "\n", node.line or 0))
    return shown


def section(text: str, heading: str) -> str:
    """Return the text below a heading of the second level. Raises ``ValueError`` when there is no such heading."""
    rest = text[text.index(f"\n{heading}\n{'-' * len(heading)}\n") :].split("\n", 3)[3]
    return re.split(r"\n[^\n]+\n-{3,}\n", rest)[0]


def rows(text: str) -> list[list[str]]:
    """Return the cells of all table rows as people read them, the heads included."""
    return [[_text(cell) for cell in row.findall(nodes.entry)] for row in _tree(text).findall(nodes.row)]


def sentences(text: str) -> list[str]:
    """Return the words set as code in the first cell of each table row, the heads excluded."""
    firsts = [row[0] for body in _tree(text).findall(nodes.tbody) for row in body.findall(nodes.row)]
    return [literal.astext() for cell in firsts for literal in cell.findall(nodes.literal)]


def anchors(text: str) -> set[str]:
    """Return the names by which headings can be linked to, as GitHub makes them."""
    titles = [title.astext() for title in _tree(text).findall(nodes.title)]
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def _text(cell: nodes.Element) -> str:
    """Return the text of a table cell, without the line breaks of the file."""
    return " ".join(cell.astext().split())


@functools.cache
def _tree(text: str) -> nodes.document:
    """Return what is only read: every test of a document asks for it again."""
    return publish_doctree(text, settings_overrides=_QUIET)


def code(text: str) -> list[str]:
    """Return the words set as code within the prose, such as ``voipsms_send``."""
    return re.findall(r"``([^`\n]+)``", text)
