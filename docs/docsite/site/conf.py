# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How Sphinx makes the site; `make docs` calls it, by tests/tools/docs.py."""

from __future__ import annotations

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
