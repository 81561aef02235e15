# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all unit tests need, in whichever environment they run."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

# A machine that does something else besides is no fault of the code. Whether a change passes depends on the change, so
# its examples are always the same; "make torture" looks for others.
settings.register_profile("change", deadline=None, derandomize=os.environ.get("EXAMPLES") != "new")
settings.load_profile("change")


def pytest_configure(config: pytest.Config) -> None:
    """Know the marker of pytest-timeout where ansible-test runs without it: there no test is cut short."""
    config.addinivalue_line("markers", "timeout(seconds): how long a test may take, where pytest-timeout is there")
