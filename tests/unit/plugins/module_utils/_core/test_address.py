# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which addresses are on this machine."""

from __future__ import annotations

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._core.address import is_loopback


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.1.2.3", "::1"])
def test_this_machine(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["", "localhost.example.org", "192.0.2.1", "127.1", "db"])
def test_another_machine(host: str) -> None:
    assert not is_loopback(host)
