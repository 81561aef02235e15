# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a database is: what a URL may say, what it may not, and when a plain connection is refused."""

from __future__ import annotations

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import InputError
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.database import read_database


def faults_of(url: str, **environment: str) -> tuple[str, ...]:
    with pytest.raises(InputError) as raised:
        read_database(url, environment)
    assert "canary" not in str(raised.value)
    return raised.value.faults


@pytest.mark.parametrize(
    ("url", "name", "parameters"),
    [
        ("postgresql://", "postgresql://", {}),
        ("postgresql:///sms", "postgresql:///sms", {"dbname": "sms"}),
        ("postgres://ann@localhost/sms", "postgresql://localhost/sms", {"user": "ann", "host": "localhost"}),
        ("postgresql://127.0.0.1:5433", "postgresql://127.0.0.1:5433", {"host": "127.0.0.1", "port": "5433"}),
        ("postgresql://[::1]:5433/a", "postgresql://[::1]:5433/a", {"host": "::1", "port": "5433"}),
        ("postgresql://[::1]/a", "postgresql://[::1]/a", {"host": "::1"}),
        ("postgresql://a%40b@/s%2Fs?host=/run/pg", "postgresql://%2Frun%2Fpg/s/s", {"user": "a@b", "dbname": "s/s"}),
        ("postgresql://%2Frun%2Fpg/sms", "postgresql://%2Frun%2Fpg/sms", {"host": "/run/pg"}),
        ("postgresql:///?dbname=x&user=ann", "postgresql:///x", {"dbname": "x", "user": "ann"}),
    ],
)
def test_a_database_on_this_machine(url: str, name: str, parameters: dict[str, str]) -> None:
    found = read_database(url, {})
    assert found.name == name
    assert parameters.items() <= found.parameters.items()
    assert "sslmode" not in found.parameters


@pytest.mark.parametrize(
    ("url", "environment"),
    [
        ("postgresql://ann@db.example.org/sms", {}),
        ("postgresql:///sms?host=db.example.org", {}),
        ("postgresql:///sms", {"PGHOST": "db.example.org"}),
        ("postgresql://localhost/sms", {"PGHOSTADDR": "192.0.2.1"}),
        ("postgresql://localhost/sms", {"PGSERVICE": "sms"}),
        ("postgresql://?service=sms", {}),
        ("postgresql://localhost/sms?service=sms", {}),
        ("postgresql://127.0.0.1.example.org/sms", {}),
        ("postgresql://192.0.2.1/sms", {}),
        ("postgresql://[2001:db8::1]/sms", {}),
    ],
)
def test_the_certificate_of_another_machine_is_checked_and_no_plain_connection_allowed(
    url: str, environment: dict[str, str]
) -> None:
    assert read_database(url, environment).parameters["sslmode"] == "verify-full"
    more = f"{url}{'&' if '?' in url else '?'}sslmode="
    for mode in ("require", "verify-ca", "verify-full"):
        assert read_database(more + mode, environment).parameters["sslmode"] == mode
    for mode in ("disable", "allow", "prefer"):
        (fault,) = faults_of(more + mode, **environment)
        assert fault.startswith(f"ledger: sslmode={mode} would allow a plain connection")


@pytest.mark.parametrize("mode", ["disable", "prefer", "verify-full"])
def test_on_this_machine_every_mode_will_do(mode: str) -> None:
    url = f"postgresql://localhost/sms?sslmode={mode}&sslrootcert=/etc/ca.pem"
    assert read_database(url, {}).parameters["sslmode"] == mode


def test_a_service_is_named_and_may_say_the_rest() -> None:
    found = read_database("postgresql://?service=sms", {})
    assert (found.name, dict(found.parameters)) == (
        "postgresql://?service=sms",
        {"service": "sms", "sslmode": "verify-full"},
    )


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("postgresql://ann:canary@db/sms", "ledger must not hold a password"),
        ("postgresql://ann:@db/sms", "ledger must not hold a password"),
        ("postgresql://ann@db/sms?password=canary", "ledger must not hold a password"),
        ("postgresql://ann@db/sms?%70assword=canary", "ledger must not hold a password"),
        ("postgresql://ann@db/sms?sslpassword=canary", "ledger must not hold a password"),
        ("postgresql://db/sms?options=-cx", "ledger: the URL may not set 'options'; it may set channel_binding"),
        ("postgresql://db/sms?hostaddr=192.0.2.1", "ledger: the URL may not set 'hostaddr'"),
        ("postgresql://db/sms?\u00e4=1", "ledger: the URL may not set '\\xe4'"),
        ("postgresql://db/sms?sslmode=maybe", "ledger: sslmode must be one of allow, disable, prefer, require"),
        ("postgresql://db/sms?sslmode=", "ledger: the URL sets sslmode to nothing"),
        ("postgresql://db/sms?dbname=other", "ledger: the URL sets dbname more than once"),
        ("postgresql://db:0/sms", "ledger: the port must be a number from 1 to 65535"),
        ("postgresql://db:65536/sms", "ledger: the port must be"),
        ("postgresql://db:99999999999999999999/sms", "ledger: the port must be"),
        ("postgresql://db:\u0663/sms", "ledger: the port must be"),
        ("postgresql://ann:can/ary@db/sms", "ledger: the port must be"),
        ("postgresql://a,b/sms", "ledger: the URL must name one host"),
        ("postgresql://a:1,b:2/sms", "ledger: the port must be"),
        ("postgresql://db/s ms", "ledger must be a URL without spaces"),
        ("postgresql://db/sms#x", "ledger must be a URL without spaces"),
        ("postgresql://db/sms\n", "ledger must be a URL without spaces"),
    ],
)
def test_a_url_that_is_refused(url: str, fault: str) -> None:
    assert any(found.startswith(fault) for found in faults_of(url))


def test_every_fault_is_named_at_once() -> None:
    faults = faults_of("postgresql://ann:canary@db:x/s ms?options=1&sslmode=disable")
    assert len(faults) == 5
