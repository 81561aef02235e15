# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service on one's own machine: `python3 extensions/sandbox`, see docs/sandbox.md."""

from __future__ import annotations

import sys
from pathlib import Path

# The collection is imported by its full name, from the tree that this file lies in; and this directory's own files
# shall not be importable by their short names. The path is not resolved: a tree may be made of links.
_HERE = Path(__file__).absolute().parent
_ROOTS = [str(root) for root in list(_HERE.parents)[4:5]]
sys.path[:] = _ROOTS + [entry for entry in sys.path if Path(entry or ".").absolute() != _HERE]

try:
    from ansible_collections.voip_communications.sms.extensions.sandbox.cli import main
except ImportError as error:
    _WHY = (
        f"The sandbox cannot start, '{error.name}' is missing. It has to lie in a collection tree"
        " (…/ansible_collections/voip_communications/sms), and needs what extensions/sandbox/requirements.txt lists"
    )
    sys.exit(_WHY)

if __name__ == "__main__":
    sys.exit(main())
