# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What of an address must not be shown, and which addresses are on this machine."""

from __future__ import annotations

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._core.address import is_loopback, passwords_in


@pytest.mark.parametrize(
    ("url", "secrets"),
    [
        ("postgresql://ann:canary@db/sms", ["canary"]),
        ("postgresql://ann:can%2Fary@db/sms", ["can%2Fary", "can/ary"]),
        ("postgresql://ann:can/ary@db/sms", ["can/ary"]),
        ("postgresql://ann:can@ary@db/sms", ["can@ary"]),
        ("postgresql://ann:canary@[db/sms", ["canary"]),
        ("mysql://ann:canary@db/sms", ["canary"]),
        ("postgresql://db/sms?password=canary&sslpassword=other", ["canary", "other"]),
        ("postgresql://db/sms?%70assword=canary", ["canary"]),
        ("postgresql://ann@db:5432/sms?service=x", []),
        ("ann:canary@db/sms", ["canary"]),
        ("host=db user=ann password=canary", ["canary"]),
        ("password = 'can ary' host=db sslpassword=oth%65r", ["can ary", "oth%65r", "other"]),
        (r"host=db password='can\'a\\ry'", [r"can\'a\\ry", r"can'a\ry"]),
        ("host=db password='canary", ["canary"]),
        ("host=db passfile=/x", []),
        ("/path/to/ledger", []),
        ("/path:to/somebody@here/password=x/ledger", []),
        ("relative/ledger", []),
        ("none", []),
    ],
)
def test_what_must_not_be_shown_of_a_url(url: str, secrets: list[str]) -> None:
    assert passwords_in(url) == secrets


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.1.2.3", "::1"])
def test_this_machine(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["", "localhost.example.org", "192.0.2.1", "127.1", "db"])
def test_another_machine(host: str) -> None:
    assert not is_loopback(host)
