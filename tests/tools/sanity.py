# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run ansible-test sanity on the pair of the development environment, and import the plugins on the oldest Python."""

from __future__ import annotations

import sys

from ansible_collections.voip_communications.sms.tests.tools import dev, interpreters

# As in tests/config.yml. No ansible-core that is tested here runs on it, yet modules do, on a managed host.
OLDEST = "3.9"


def main() -> int:
    """Run both; return 1 when one failed."""
    pair = dev.pair()
    passed = pair.sanity()
    if interpreter := interpreters.find(OLDEST):
        passed = pair.sanity_on(OLDEST, interpreter) and passed
    else:
        print(f"sanity on Python {OLDEST}: skipped, no Python {OLDEST} that works was found")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
