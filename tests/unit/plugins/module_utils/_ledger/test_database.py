# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The URL of a database: what it may set, what it may not, and when a plain connection is refused."""

from __future__ import annotations

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import MissingLibrary
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger import database
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.database import read_database
from ansible_collections.voip_communications.sms.tests.support.refusals import sentences_of


def faults_of(url: str, **environment: str) -> tuple[str, ...]:
    return sentences_of(read_database, url, environment)


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
        ("postgresql:///x?user=ann@example.org", "postgresql:///x", {"dbname": "x", "user": "ann@example.org"}),
        ("postgresql:///x?host=@pg", "postgresql://%40pg/x", {"host": "@pg"}),
        ("postgresql:///x?host=::1", "postgresql://[::1]/x", {"host": "::1"}),
        ("postgresql:///x?passfile=/home/ann@example.org/pass", "postgresql:///x", {"dbname": "x"}),
        ("postgresql:///x?sslkey=pkcs11:ann", "postgresql:///x", {"sslkey": "pkcs11:ann"}),
    ],
)
def test_a_database_on_this_machine(url: str, name: str, parameters: dict[str, str]) -> None:
    database_of_url = read_database(url, {})
    assert database_of_url.name == name
    assert parameters.items() <= database_of_url.parameters.items()
    assert "sslmode" not in database_of_url.parameters


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
    database_of_url = read_database("postgresql://?service=sms", {})
    assert (database_of_url.name, dict(database_of_url.parameters)) == (
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
        ("postgresql://db/sms?\u00e4=1", "ledger: the URL may not set other parameters"),
        ("postgresql://db/sms?sslmode=maybe", "ledger: sslmode must be one of allow, disable, prefer, require"),
        ("postgresql://db/sms?sslmode=", "ledger: the URL sets sslmode to nothing"),
        ("postgresql://db/sms?dbname=other", "ledger: the URL sets dbname more than once"),
        ("postgresql://db:0/sms", "ledger: the port must be a number from 1 to 65535"),
        ("postgresql://db:65536/sms", "ledger: the port must be"),
        ("postgresql://db:99999999999999999999/sms", "ledger: the port must be"),
        ("postgresql://db:\u0663/sms", "ledger: the port must be"),
        ("postgresql://ann:can/ary@db/sms", "ledger: the port must be"),
        ("postgresql://ann:1?canary=2@db/sms", "ledger: the URL may not set other parameters; it may set"),
        ("postgresql://db/sms?dbname=sms&user=a&user=b", "ledger: the URL sets user more than once"),
        ("postgresql://db/sms?ssl=true", "ledger: the URL may not set other parameters"),
        ("postgresql://db/sms?user=canary%2", "ledger: libpq cannot read what the URL sets user to"),
        ("postgresql://db/sms?user=canary=x", "ledger: libpq cannot read what the URL sets user to"),
        ("postgresql://db/sms?user", "ledger: libpq cannot read what the URL sets user to"),
        ("postgresql://db/canary%00", "ledger is not a URL that libpq can read"),
        ("postgresql://canary%ff/sms", "ledger is not a URL that libpq can read"),
        ("postgresql://[::canary/sms", "ledger is not a URL that libpq can read"),
        (
            "postgresql://canary@example.org@db/sms",
            "ledger is not a URL that libpq can read; write it as postgresql://user@host",
        ),
        (
            "postgresql://canary@@localhost/sms",
            "ledger is not a URL that libpq can read; write it as postgresql://user@host",
        ),
        ("postgresql://db/sms?canary", "ledger: the URL may not set other parameters"),
        ("postgresql://db/sms;password=canary", "ledger: the URL sets dbname to a text with"),
        ("postgresql://db/sms?user=ann%3Bpassword%3Dcanary", "ledger: the URL sets user to a text with"),
        ("postgresql://ann%3Acanary%40host/db", "ledger: the URL sets host to a text with"),
        ("postgresql://ann%3acanary/db", "ledger: the URL sets host to a text with"),
        ("postgresql://%5B::1%25ann:canary%5D/db", "ledger"),
        ("postgresql:///db?host=::1%25ann:canary", "ledger: the URL sets host to a text with"),
        ("postgresql:///db?host=@ann@canary", "ledger: the URL sets host to a text with"),
        ("postgresql://ann%3Acanary@h/db", "ledger: the URL sets user to a text with"),
        ("postgresql://ann%253Acanary@h/db", "ledger: the URL sets user to a text with"),
        ("postgresql://ann%40canary%40example.org@h/db", "ledger: the URL sets user to a text with"),
        ("postgresql://h/db?user=ann:canary", "ledger: the URL sets user to a text with"),
        ("postgresql://h/db?user=ann/canary@h", "ledger: the URL sets user to a text with"),
        ("postgresql://h/db%3Fpassword", "ledger: the URL sets dbname to a text with"),
        ("postgresql://h/db%26canary", "ledger: the URL sets dbname to a text with"),
        ("postgresql://h/ann%3Acanary%40h", "ledger: the URL sets dbname to a text with"),
        ("postgresql://h?dbname=sms:canary", "ledger: the URL sets dbname to a text with"),
        ("postgresql://?service=sms:canary", "ledger: the URL sets service to a text with"),
        ("postgresql://h/db?passfile=h:5432:db:ann:canary", "ledger: the URL sets passfile to a text with"),
        (
            "postgresql://ann:12/canary@db/sms",
            "ledger is not a URL that libpq can read; write it as postgresql://user@host",
        ),
        ("postgresql://db/sms:canary", "ledger is not a URL that libpq can read; write it as postgresql://user@host"),
        ("postgresql://a,b/sms", "ledger: the URL must name one host"),
        ("postgresql://a:1,b:2/sms", "ledger: the port must be"),
        ("postgresql://db/s ms", "ledger must be a URL without spaces"),
        ("postgresql://db/sms#x", "ledger must be a URL without spaces"),
        ("postgresql://db/sms\n", "ledger must be a URL without spaces"),
    ],
)
def test_a_url_that_is_refused(url: str, fault: str) -> None:
    assert any(sentence.startswith(fault) for sentence in faults_of(url))


def test_no_fault_advises_to_hide_a_special_character_behind_its_code() -> None:
    for url in ("postgresql://canary@example.org@db/sms", "postgresql://db/sms:canary", "postgresql://a%3Acanary@h/b"):
        assert "%" not in "".join(faults_of(url))


def test_every_fault_is_named_at_once() -> None:
    faults = faults_of("postgresql://ann:canary@db:x/s ms?options=1&sslmode=disable")
    assert len(faults) == 5


def test_a_python_without_psycopg_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "PSYCOPG_ERROR", "No module named 'psycopg'")
    with pytest.raises(MissingLibrary) as raised:
        read_database("postgresql://db/sms", {})
    assert (raised.value.package, raised.value.detail) == ("psycopg", "No module named 'psycopg'")
