# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which addresses are on this machine, and what in them may separate a password."""

from __future__ import annotations

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._core.address import (
    is_loopback,
    separators_in,
    separators_in_host,
)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.1.2.3", "::1"])
def test_a_loopback_address_is_this_machine(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["", "localhost.example.org", "192.0.2.1", "127.1", "db"])
def test_any_other_address_is_another_machine(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize(
    ("text", "separators"),
    [
        ("ann", ""),
        ("ann%20x", ""),
        ("100%", ""),
        ("ann:x@h", ":@"),
        ("ann%3Ax%40h", ":@"),
        ("ann%3ax", ":"),
        ("ann%25253Ax", ":"),
        ("a%3Db%3bc%3F%26", "=;?&"),
    ],
)
def test_separators_are_found_also_as_percent_codes(text: str, separators: str) -> None:
    assert separators_in(text) == set(separators)
    assert separators_in_host(text) == set(separators)


@pytest.mark.parametrize(
    ("host", "separators"),
    [("::1", ""), ("fe80::1%eth0", ""), ("fe80::1%25eth0", ""), ("192.0.2.1", ""), ("fe80::1%x:y", ":"), ("h:1", ":")],
)
def test_colons_of_an_ipv6_address_separate_nothing(host: str, separators: str) -> None:
    assert separators_in_host(host) == set(separators)
