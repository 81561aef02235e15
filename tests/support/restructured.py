# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests read in the guides, which are written in reStructuredText: their code blocks, and words set as code."""

from __future__ import annotations

import re

from docutils import nodes
from docutils.core import publish_doctree

from ansible_collections.voip_communications.sms.tests.support.markdown import COLLECTION, Block

GUIDES = tuple(sorted((COLLECTION / "docs" / "docsite" / "rst").glob("*.rst")))

# Roles such as :ref: are Sphinx's and antsibull's, which docutils alone complains of; the linter checks them.
_QUIET = {"report_level": 5, "halt_level": 6, "file_insertion_enabled": False}


def blocks(text: str, language: str | None = None) -> list[Block]:
    """The code blocks of a guide, of one language if it is named."""
    found = []
    for node in publish_doctree(text, settings_overrides=_QUIET).findall(nodes.literal_block):
        languages = [name for name in node["classes"] if name != "code"]
        if languages and language in (None, languages[0]):
            found.append(Block(languages[0], node.astext() + "\n", node.line or 0))
    return found


def code(text: str) -> list[str]:
    """What is set as code within the prose, such as ``voipsms_send``."""
    return re.findall(r"``([^`\n]+)``", text)
