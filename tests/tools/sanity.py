# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run ansible-test sanity on the pair of the development environment, and import the plugins on older Pythons.

Usage: sanity.py [change|week]
"""

from __future__ import annotations

import sys

from ansible_collections.voip_communications.sms.tests.tools import dev, interpreters, versions


def main(arguments: list[str]) -> int:
    """Run all; return 1 when one failed."""
    pair = dev.pair()
    passed = pair.sanity()
    for python in versions.module_pythons(weekly="week" in arguments):
        if interpreter := interpreters.find(python):
            passed = pair.sanity_on(python, interpreter) and passed
        else:
            print(f"sanity on Python {python}: skipped, no Python {python} that works was found")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
