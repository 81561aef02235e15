# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How Sphinx makes the site; `make docs` calls it, by tests/tools/docs.py."""

from __future__ import annotations

import re

from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.application import Sphinx

# Sphinx reads its settings from names like these.
project = "voip_communications.sms"
project_copyright = "2026 VoIP Communications SMS collection contributors"
extensions = ["myst_parser", "sphinx.ext.intersphinx", "sphinx_antsibull_ext"]
# Headings of Markdown can be linked to, as GitHub names them.
myst_heading_anchors = 3
# Where pages of others are. The inventory is a local file that docs.py writes, so nothing is fetched.
intersphinx_mapping = {"ansible": ("https://docs.ansible.com/projects/ansible/latest/", "elsewhere.inv")}
# A reference that leads nowhere is a warning, and a warning fails the build.
nitpicky = True
default_role = "any"
highlight_language = "yaml+jinja"
# Quotes in prose are about code often enough; curly ones could not be pasted.
smartquotes = False
html_theme = "furo"
html_title = "voip_communications.sms"
html_copy_source = False
html_show_sphinx = False
html_use_index = False
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_js_files = ["site.js"]

# The guides are plain reStructuredText, so that a forge shows them too: a link is the address of a file there.
REPOSITORY = "https://github.com/voip-communications/ansible-collection-sms/blob/main/"
PAGES = {
    r"docs/docsite/rst/(\w+)\.rst": r"docsite/\1",
    r"docs/(\w+)\.md": r"\1",
    r"roles/(\w+)/README\.md": r"\1_role",
    r"plugins/modules/(\w+)\.py": r"\1_module",
    r"plugins/(callback|filter|lookup)/(\w+)\.py": r"\2_\1",
}


def page_of(address: str) -> str:
    """Return the name of the page that this site makes of a file of the repository, or an empty text."""
    path = address.removeprefix(REPOSITORY)
    names = (match.expand(name) for pattern, name in PAGES.items() if (match := re.fullmatch(pattern, path)))
    return next(names, "") if path != address else ""


def stay_here(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Let links to files of the repository lead to their pages on this site, where they have one."""
    for link in doctree.findall(nodes.reference):
        address, hash_sign, anchor = link.get("refuri", "").partition("#")
        page = page_of(address)
        if page in app.env.all_docs:
            link["refuri"] = app.builder.get_relative_uri(docname, page) + hash_sign + anchor
            link["internal"] = True


class NoContents(Directive):
    """Leave out a table of contents, which a forge shows: Furo has one of its own, and calls a second one an error."""

    has_content = True
    optional_arguments = 1
    final_argument_whitespace = True
    option_spec = {"local": str, "depth": str, "class": str, "backlinks": str}  # noqa: RUF012  # as Docutils has it

    def run(self) -> list[nodes.Node]:
        """Return nothing to show."""
        return []


def setup(app: Sphinx) -> None:
    """Register both."""
    app.add_directive("contents", NoContents, override=True)
    app.connect("doctree-resolved", stay_here)
