# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pair that "make venv" made: the Python that is there, and the ansible-core that goes with it."""

from __future__ import annotations

import importlib.metadata
import sys

from ansible_collections.voip_communications.sms.tests.tools import layout
from ansible_collections.voip_communications.sms.tests.tools.ansible_test import AnsibleTest


def pair() -> AnsibleTest:
    """Return the pair; to be called with the Python of the development environment."""
    core = ".".join(importlib.metadata.version("ansible-core").split(".")[:2])
    return AnsibleTest(layout.DEV_VENV, core, f"{sys.version_info[0]}.{sys.version_info[1]}", layout.TREE)
