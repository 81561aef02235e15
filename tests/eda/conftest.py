# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox, for tests with Event-Driven Ansible."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ansible_collections.voip_communications.sms.tests.support.counted import CountedSandbox
from ansible_collections.voip_communications.sms.tests.support.sandbox import Sandbox


@pytest.fixture
def service() -> Iterator[CountedSandbox]:
    """Yield the service of one test, which fails when it gets an ``sms/send`` that the test did not expect."""
    with Sandbox() as sandbox:
        counted = CountedSandbox(sandbox)
        yield counted
        counted.finish()
