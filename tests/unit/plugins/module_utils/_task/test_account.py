# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that reach the account: every rule, and all that is wrong named at once."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import Faults
from ansible_collections.voip_communications.sms.plugins.module_utils._task.account import (
    Account,
    read_account,
    read_url,
)
from ansible_collections.voip_communications.sms.tests.support.refusals import sentences_of
from ansible_collections.voip_communications.sms.tests.support.task_options import PASSWORD, UNSEEN, faults_of, params


def account(**changes: Any) -> Account:
    faults = Faults()
    return faults.checked(read_account(params(**changes), faults))


def account_faults(**changes: Any) -> list[str]:
    faults = Faults()
    read_account(params(**changes), faults)
    return faults_of(faults)


# --- As a whole ---------------------------------------------------------------------------------------------------


def test_good_options_are_an_account_and_no_request() -> None:
    found = account(api_url="https://sms.example/api", timeout=3, deadline=60, default_region="us")
    assert (found.service.url, found.service.user, found.service.password) == (
        "https://sms.example/api/",
        "key",
        PASSWORD,
    )
    assert (found.service.timeout, found.service.verify, found.seconds, found.region) == (3.0, True, 60.0, "US")
    assert found.api().requests == 0
    assert 59 < found.deadline().left() <= 60


def test_the_defaults_are_the_vendors_address_and_checked_certificates() -> None:
    found = account()
    assert found.service.url == "https://voip-communications.net/api-v2/index.php/"
    assert (found.service.verify, found.region) == (True, None)


def test_all_faults_are_named_at_once(tmp_path: Path) -> None:
    found = account_faults(
        api_key=None,
        api_password=None,
        api_url="http://sms.example/",
        timeout=0,
        deadline=math.nan,
        ca_path=str(tmp_path / "missing"),
        ledger_account=" ",
        default_region="XX",
    )
    beginnings = ["api_url ", "api_password ", "ca_path ", "timeout ", "deadline ", "api_key ", "ledger_account "]
    assert [fault.startswith(begin) for fault, begin in zip(found, beginnings, strict=False)] == [True] * 7
    assert "default_region 'XX' is not a known region" in found[7]
    assert len(found) == 8


# --- api_url ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("https://sms.example", "https://sms.example/"),
        ("https://sms.example/", "https://sms.example/"),
        ("HTTPS://SMS.example:8443/a/b", "HTTPS://SMS.example:8443/a/b/"),
        ("https://sms.example/%7Eann", "https://sms.example/%7Eann/"),
        ("https://[fe80::1%25eth0]:8443/", "https://[fe80::1%25eth0]:8443/"),
        ("https://[2001:db8::1]/", "https://[2001:db8::1]/"),
        ("http://localhost:8025/", "http://localhost:8025/"),
        ("http://LocalHost/", "http://LocalHost/"),
        ("http://127.0.0.1:8025/x", "http://127.0.0.1:8025/x/"),
        ("http://127.9.9.9/", "http://127.9.9.9/"),
        ("http://[::1]:8025/", "http://[::1]:8025/"),
    ],
)
def test_a_url_that_is_taken(url: str, base: str) -> None:
    assert read_url(url) == base


CREDENTIALS = "must not hold credentials"
PLAIN = "must be a plain address"
SCHEME = "must begin with https:// and name a host"
CLEAR = "plain HTTP would show the password"
NOT_URL = "is not a URL"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://key:canary@sms.example/", CREDENTIALS),
        ("https://canary@sms.example/", CREDENTIALS),
        ("https://:@sms.example/", CREDENTIALS),
        ("https://@sms.example/", CREDENTIALS),
        ("http://127.0.0.1\\@sms.example/", CREDENTIALS),
        ("http://localhost@sms.example/", CREDENTIALS),
        ("https://sms.example/?key=canary", PLAIN),
        ("https://sms.example/#canary", PLAIN),
        ("https://sms.example?", PLAIN),
        ("https://sms.example/#", PLAIN),
        ("https://sms.example/a b", PLAIN),
        ("https://sms.example/\r\nX-Injected: 1", PLAIN),
        ("https://sms.example/\t", PLAIN),
        ("https://sms.example/\x00", PLAIN),
        ("https://sms.example/\ud800", PLAIN),
        ("https://sms.example/canary=1", PLAIN),
        ("https://sms.example/ann:canary/", PLAIN),
        ("https://sms.example/%3Fpassword%3Dcanary", PLAIN),
        ("https://sms.example/%3fcanary", PLAIN),
        ("https://sms.example/%23canary", PLAIN),
        ("https://sms.example/ann%3Acanary", PLAIN),
        ("https://sms.example/ann%253Acanary", PLAIN),
        ("https://sms.example/ann%40canary", PLAIN),
        ("https://sms.example/%3Bcanary", PLAIN),
        ("https://ann%3Acanary%40sms.example/", PLAIN),
        ("https://ann%3acanary/", PLAIN),
        ("https://[fe80::1%ann:canary]/", PLAIN),
        ("", SCHEME),
        ("sms.example", SCHEME),
        ("//sms.example/", SCHEME),
        ("ftp://sms.example/", SCHEME),
        ("file:///etc/passwd", SCHEME),
        ("https:///path", SCHEME),
        ("https:sms.example", SCHEME),
        ("http://sms.example/", CLEAR),
        ("http://10.0.0.1/", CLEAR),
        ("http://0.0.0.0/", CLEAR),
        ("http://127.0.0.1.sms.example/", CLEAR),
        ("http://localhost.sms.example/", CLEAR),
        ("http://127.1/", CLEAR),
        ("http://2130706433/", CLEAR),
        ("http://[2001:db8::1]/", CLEAR),
        ("http://127.0.0.1\\.sms.example/", CLEAR),
        ("https://sms.example:99999/", NOT_URL),
        ("https://sms.example:port/", NOT_URL),
        ("https://[sms.example/", NOT_URL),
    ],
    ids=ascii,
)
def test_a_url_that_is_refused(url: str, reason: str) -> None:
    (fault,) = sentences_of(read_url, url)
    assert fault.startswith("api_url ")
    assert reason in fault


# --- Credentials --------------------------------------------------------------------------------------------------


def password_of(**changes: Any) -> str:
    return account(**{"api_password": None, **changes}).service.password


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "password"
    path.write_text("from-file\n")
    return path


@pytest.mark.parametrize("content", ["pass word", "pass word\n", "pass word\r\n", "pass word\r"], ids=repr)
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=ascii)
def test_a_password_file_holds_one_line(file: Path, mark: str, content: str) -> None:
    """Editors add a line end, and some a byte order mark, which nobody sees."""
    file.write_bytes((mark + content).encode())
    assert password_of(api_password_file=str(file)) == "pass word"


def test_a_password_keeps_its_spaces_and_letters(file: Path) -> None:
    file.write_text(" wörd: ", encoding="utf-8")
    assert password_of(api_password_file=str(file)) == " wörd: "


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "must hold the password in one line"),
        (b"\n", "must hold the password in one line"),
        (b"\xef\xbb\xbf\n", "must hold the password in one line"),
        (b"canary\n\n", "must hold the password in one line"),
        (b"canary\r\n\n", "must hold the password in one line"),
        (b"can\x00ary", UNSEEN),
        (b"canary\x1b[A", UNSEEN),
        (b"\xef\xbb\xbf\xef\xbb\xbfcanary", UNSEEN),
        ("canary\u2028".encode(), UNSEEN),
        (b"canary\nsecond\n", "must hold the password in one line"),
        (b"canary\rsecond", "must hold the password in one line"),
        (b"canary" * 1000, "must hold the password in one line"),
        (b"canary\xff", "is not UTF-8 text"),
    ],
    ids=[
        *("empty", "line end only", "BOM and line end only", "two line ends", "two line ends of two kinds", "NUL"),
        *("escape", "two BOMs", "line separator", "two lines", "carriage return", "too long", "not UTF-8"),
    ],
)
def test_a_password_file_that_is_refused(file: Path, content: bytes, reason: str) -> None:
    file.write_bytes(content)
    found = account_faults(api_password=None, api_password_file=str(file))
    assert len(found) == 1
    assert str(file) in found[0]
    assert reason in found[0]


@pytest.mark.parametrize(
    ("path", "reason"),
    [("missing", "No such file or directory"), (".", "Is a directory"), ("a\x00b", "is not a path")],
    ids=["missing", "directory", "NUL"],
)
def test_a_password_file_that_cannot_be_read(tmp_path: Path, path: str, reason: str) -> None:
    found = account_faults(api_password=None, api_password_file=f"{tmp_path}/{path}")
    assert len(found) == 1
    assert reason in found[0]


@pytest.mark.parametrize("nothing", [None, ""], ids=["none", "empty"])
def test_a_missing_password_says_what_to_set(nothing: str | None) -> None:
    assert account_faults(api_password=nothing, api_password_file=nothing) == [
        "api_password is missing; give it, or api_password_file, or set VOIPSMS_API_PASSWORD"
    ]


EXCLUDE = "api_password and api_password_file exclude each other; give one of them"


def test_a_password_and_a_file_in_one_task_exclude_each_other(file: Path) -> None:
    assert account_faults(api_password_file=str(file)) == [EXCLUDE]


def test_a_password_and_a_file_in_the_environment_exclude_each_other(
    monkeypatch: pytest.MonkeyPatch, file: Path
) -> None:
    monkeypatch.setenv("VOIPSMS_API_PASSWORD", PASSWORD)
    monkeypatch.setenv("VOIPSMS_API_PASSWORD_FILE", str(file))
    assert account_faults(api_password_file=str(file)) == [EXCLUDE]


def test_a_tasks_password_beats_a_file_of_the_environment(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    monkeypatch.setenv("VOIPSMS_API_PASSWORD_FILE", str(file))
    assert password_of(api_password="of-task", api_password_file=str(file)) == "of-task"


@pytest.mark.parametrize("written", ["~/password", "$HOME/password"])
def test_a_file_of_the_environment_is_known_in_every_notation(
    monkeypatch: pytest.MonkeyPatch, file: Path, written: str
) -> None:
    monkeypatch.setenv("VOIPSMS_API_PASSWORD_FILE", written)
    assert password_of(api_password="of-task", api_password_file=str(file)) == "of-task"


def test_a_tasks_file_beats_a_password_of_the_environment(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    monkeypatch.setenv("VOIPSMS_API_PASSWORD", "of-environment")
    assert password_of(api_password="of-environment", api_password_file=str(file)) == "from-file"


def test_a_tasks_file_beats_both_of_the_environment(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    monkeypatch.setenv("VOIPSMS_API_PASSWORD", "of-environment")
    monkeypatch.setenv("VOIPSMS_API_PASSWORD_FILE", "/elsewhere")
    assert password_of(api_password="of-environment", api_password_file=str(file)) == "from-file"


def test_an_empty_variable_is_one_that_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOIPSMS_API_PASSWORD", "of-environment")
    monkeypatch.setenv("VOIPSMS_API_PASSWORD_FILE", "")
    assert password_of(api_password="of-environment", api_password_file="") == "of-environment"


@pytest.mark.parametrize(
    ("key", "fault"),
    [
        (None, "api_key is missing; give it, or set VOIPSMS_API_KEY"),
        ("", "api_key is missing; give it, or set VOIPSMS_API_KEY"),
        ("canary:x", "api_key must not hold a colon, which ends the user name in HTTP Basic authentication"),
        ("canary\udcff", "api_key is not UTF-8 text"),
        ("canary\n", f"api_key {UNSEEN}"),
        ("\ufeffcanary", f"api_key {UNSEEN}"),
        ("canary\x9b", f"api_key {UNSEEN}"),
    ],
    ids=["none", "empty", "colon", "not UTF-8", "line end", "BOM", "control character"],
)
def test_an_api_key_that_is_refused(key: str | None, fault: str) -> None:
    assert account_faults(api_key=key) == [fault]


def test_a_password_that_cannot_be_written_is_refused() -> None:
    assert account_faults(api_password="canary\udcff") == ["api_password is not UTF-8 text"]


@pytest.mark.parametrize("place", ["canary{}", "{}canary", "can{}ary"])
@pytest.mark.parametrize("unseen", ["\n", "\r\n", "\t", "\0", "\x7f", "\x80", "\ufeff", "\u2028", "\u2029"], ids=ascii)
def test_what_nobody_sees_is_refused_in_a_password(place: str, unseen: str) -> None:
    assert account_faults(api_password=place.format(unseen)) == [f"api_password {UNSEEN}"]


def test_a_password_file_that_may_be_the_password_is_not_named() -> None:
    assert account_faults(api_password=None, api_password_file="canary") == [
        "api_password_file cannot be read (No such file or directory)"
    ]


# --- Numbers, certificates, regions -------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [0.1, 1, 20.0, 300])
def test_a_timeout_in_range(value: float) -> None:
    assert account_faults(timeout=value) == []


@pytest.mark.parametrize("value", [0, 0.09, 300.1, -1, 1e99, math.inf, -math.inf, math.nan])
def test_a_timeout_out_of_range(value: float) -> None:
    assert account_faults(timeout=value) == ["timeout must be from 0.1 to 300"]


@pytest.mark.parametrize("value", [0, 0.9, 3601, -1, 1e99, math.inf, math.nan])
def test_a_deadline_out_of_range(value: float) -> None:
    assert account_faults(deadline=value) == ["deadline must be from 1 to 3600"]


def test_certificates_are_checked_by_the_authorities_given(tmp_path: Path) -> None:
    assert account(ca_path=str(tmp_path)).service.verify == str(tmp_path)
    assert account(validate_certs=False).service.verify is False
    assert account(ca_path="").service.verify is True


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"ca_path": "/does/not/exist"}, "ca_path '/does/not/exist' does not exist"),
        ({"ca_path": "/\x00"}, "does not exist"),
        ({"ca_path": "/", "validate_certs": False}, "ca_path is given while validate_certs is false"),
    ],
    ids=["missing", "NUL", "not checked"],
)
def test_authorities_that_are_refused(changes: dict[str, Any], reason: str) -> None:
    found = account_faults(**changes)
    assert len(found) == 1
    assert reason in found[0]


@pytest.mark.parametrize(("region", "expected"), [(None, None), ("", None), ("us", "US"), ("GB", "GB")])
def test_a_region_is_read_in_either_case(region: str | None, expected: str | None) -> None:
    assert account(default_region=region).region == expected


@pytest.mark.parametrize("name", ["", " ", "\t"], ids=repr)
def test_an_empty_account_name_is_refused(name: str) -> None:
    assert account_faults(ledger_account=name) == [
        "ledger_account is empty; leave it out to have it derived from the API key"
    ]
