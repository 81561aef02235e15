# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start the sandbox in the foreground: `python3 roles/sandbox/files/voipsms_sandbox`, see docs/sandbox.md."""

from __future__ import annotations

import sys
from pathlib import Path

# The collection is imported by its full name, from the tree that contains this file. This directory is not searched:
# its files must not be importable by their short names. Links are not resolved, since a tree may be made of them.
_HERE = Path(__file__).absolute().parent
_ROOTS = [str(root) for root in list(_HERE.parents)[6:7]]
sys.path[:] = _ROOTS + [entry for entry in sys.path if Path(entry or ".").absolute() != _HERE]

try:
    from ansible_collections.voip_communications.sms.roles.sandbox.files.voipsms_sandbox.cli import main
except ImportError as error:
    _REASON = (
        f"The sandbox cannot start, '{error.name}' is missing. It has to lie in a collection tree"
        " (…/ansible_collections/voip_communications/sms), and needs what roles/sandbox/files/requirements.txt lists"
    )
    sys.exit(_REASON)

if __name__ == "__main__":
    sys.exit(main())
