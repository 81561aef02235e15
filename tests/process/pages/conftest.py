# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A browser, for the tests of pages alone: others also run beside the oldest libraries, where playwright is not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from ansible_collections.voip_communications.sms.tests.support import browser as browsers


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start a browser for the tests of a file; without Chromium on the machine, skip or fail them."""
    with browsers.chromium(browsers.program_or_skip()) as started:
        yield started
