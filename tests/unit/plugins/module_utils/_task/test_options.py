# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shared options: every rule, and all that is wrong named at once."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Optional

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.voip_communications.sms.plugins.module_utils._core.address import url_secrets
from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import (
    Faults,
    InputError,
    MissingLibrary,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger import postgresql
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.memory import MemoryLedger
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import NO_LEDGER
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.postgresql import PostgresqlLedger
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.sqlite import SqliteLedger
from ansible_collections.voip_communications.sms.plugins.module_utils._task import options as options_module
from ansible_collections.voip_communications.sms.plugins.module_utils._task.options import (
    Account,
    account_options,
    default_ledger,
    in_range,
    ledger_options,
    read_account,
    read_kept_ledger,
    read_ledger,
    read_url,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._task.schedule_options import list_options

PASSWORD = "canary-password"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of the machine that runs the tests."""
    for name in [name for name in os.environ if name.startswith(("VOIPSMS_", "XDG_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))


def params(**changes: Any) -> dict[str, Any]:
    defaults = {name: spec.get("default") for name, spec in {**account_options(), **ledger_options()}.items()}
    return {**defaults, "api_key": "key", "api_password": PASSWORD, **changes}


def account(**changes: Any) -> Account:
    faults = Faults()
    found = read_account(params(**changes), faults)
    faults.raise_if_any()
    assert found is not None
    return found


def account_faults(**changes: Any) -> list[str]:
    faults = Faults()
    read_account(params(**changes), faults)
    return faults_of(faults)


def ledger_faults(**changes: Any) -> list[str]:
    faults = Faults()
    read_ledger(params(**changes), faults)
    return faults_of(faults)


def faults_of(faults: Faults) -> list[str]:
    """The sentences that were noted; none of them may hold a credential."""
    try:
        faults.raise_if_any()
    except InputError as error:
        assert "canary" not in str(error)
        return list(error.faults)
    return []


# --- As a whole ---------------------------------------------------------------------------------------------------


def test_good_options() -> None:
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


def test_every_option_has_an_environment_variable_and_specs_are_fresh() -> None:
    for options in (account_options, ledger_options, list_options):
        for name, spec in options().items():
            assert spec["fallback"][1] == [f"VOIPSMS_{name.upper()}"]
        options().clear()
        next(iter(options().values()))["type"] = "broken"
        assert options()
        assert "broken" not in str(options())
    assert account_options()["api_password"]["no_log"] is True
    assert account_options()["api_key"]["no_log"] is True


# --- api_url ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("https://sms.example", "https://sms.example/"),
        ("https://sms.example/", "https://sms.example/"),
        ("HTTPS://SMS.example:8443/a/b", "HTTPS://SMS.example:8443/a/b/"),
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
    with pytest.raises(InputError) as caught:
        read_url(url)
    assert str(caught.value).startswith("api_url ")
    assert reason in str(caught.value)
    assert "canary" not in str(caught.value)


# --- Credentials --------------------------------------------------------------------------------------------------


def password_of(**changes: Any) -> str:
    return account(**{"api_password": None, **changes}).service.password


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "password"
    path.write_text("from-file\n")
    return path


@pytest.mark.parametrize("content", ["pass word", "pass word\n", "pass word\r\n"], ids=repr)
def test_a_password_file_holds_one_line(file: Path, content: str) -> None:
    file.write_bytes(content.encode())
    assert password_of(api_password_file=str(file)) == "pass word"


def test_a_password_keeps_its_spaces_and_letters(file: Path) -> None:
    file.write_text(" wörd: ", encoding="utf-8")
    assert password_of(api_password_file=str(file)) == " wörd: "


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "must hold the password in one line"),
        (b"\n", "must hold the password in one line"),
        (b"canary\nsecond\n", "must hold the password in one line"),
        (b"canary\rsecond", "must hold the password in one line"),
        (b"canary" * 1000, "must hold the password in one line"),
        (b"canary\xff", "is not UTF-8 text"),
    ],
    ids=["empty", "line end only", "two lines", "carriage return", "too long", "not UTF-8"],
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
def test_a_missing_password_says_what_to_set(nothing: Optional[str]) -> None:
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


@pytest.mark.parametrize("spec", [account_options, ledger_options, list_options])
def test_every_option_ignores_an_empty_variable(
    spec: Callable[[], dict[str, dict[str, Any]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    options = spec()
    for name in options:
        monkeypatch.setenv(f"VOIPSMS_{name.upper()}", "")
    validation = ArgumentSpecValidator(options).validate({})
    assert validation.error_messages == []
    assert validation.validated_parameters == {name: each.get("default") for name, each in options.items()}


@pytest.mark.parametrize(
    ("key", "fault"),
    [
        (None, "api_key is missing; give it, or set VOIPSMS_API_KEY"),
        ("", "api_key is missing; give it, or set VOIPSMS_API_KEY"),
        ("canary:x", "api_key must not hold a colon, which ends the user name in HTTP Basic authentication"),
        ("canary\udcff", "api_key is not UTF-8 text"),
    ],
    ids=["none", "empty", "colon", "not UTF-8"],
)
def test_an_api_key_that_is_refused(key: Optional[str], fault: str) -> None:
    assert account_faults(api_key=key) == [fault]
    assert ledger_faults(api_key=key) == []


def test_a_password_that_cannot_be_written_is_refused() -> None:
    assert account_faults(api_password="canary\udcff") == ["api_password is not UTF-8 text"]


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
    assert ledger_faults(deadline=value) == []


def test_a_range_is_written_in_full() -> None:
    assert in_range("dedupe_window", 0, 1, 31536000) == ["dedupe_window must be from 1 to 31536000"]
    assert in_range("dedupe_window", None, 1, 31536000) == []


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
def test_a_region(region: Optional[str], expected: Optional[str]) -> None:
    assert account(default_region=region).region == expected


# --- Ledger -------------------------------------------------------------------------------------------------------


def test_the_ledger_is_below_the_users_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert default_ledger({}) == f"{tmp_path}/.local/state/voipsms/ledger.sqlite3"
    assert default_ledger({"XDG_STATE_HOME": "/state"}) == "/state/voipsms/ledger.sqlite3"
    assert default_ledger({"XDG_STATE_HOME": "state"}) == f"{tmp_path}/.local/state/voipsms/ledger.sqlite3"
    monkeypatch.setenv("XDG_STATE_HOME", "/state")
    for nothing in (None, ""):
        assert read_ledger(params(ledger=nothing), Faults())[0].name == "/state/voipsms/ledger.sqlite3"


def test_a_ledger_is_a_path_and_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "ledger"
    found, _fingerprints = read_ledger(params(ledger=str(path)), Faults())
    assert isinstance(found, SqliteLedger)
    assert found.name == str(path)
    assert list(tmp_path.iterdir()) == []


def test_no_ledger_is_one_in_memory() -> None:
    found, _fingerprints = read_ledger(params(ledger="none"), Faults())
    assert isinstance(found, MemoryLedger)
    assert found.name == NO_LEDGER == "none"


@pytest.mark.parametrize("path", ["ledger", "./ledger", "None", "~nobody/ledger", ":memory:"])
def test_a_relative_ledger_is_refused(path: str) -> None:
    found = ledger_faults(ledger=path)
    assert len(found) == 1
    assert found[0].startswith(f"ledger {path!r} must be an absolute path")


@pytest.mark.parametrize("path", ["mysql://user:canary@db/sms", "file:///tmp/x", "/tmp/a://b", "POSTGRESQL://db/sms"])
def test_a_ledger_of_another_kind_is_refused_without_naming_it(path: str) -> None:
    (fault,) = ledger_faults(ledger=path)
    assert fault == (
        "ledger must be the path of a file, a URL that begins with postgresql://, or none; this release knows no other"
        " kind of ledger"
    )


def test_a_shared_ledger_is_named_without_credentials_and_not_opened() -> None:
    url = "postgresql://ann@db.invalid:5433/sms?passfile=/nowhere"
    found, _fingerprints = read_ledger(params(ledger=url, ledger_password="canary"), Faults())
    assert isinstance(found, PostgresqlLedger)
    assert found.name == "postgresql://db.invalid:5433/sms"
    assert "canary" not in repr(found)


def test_a_refused_url_is_not_the_name_of_a_ledger() -> None:
    found, _fingerprints = read_ledger(params(ledger="postgresql://ann:canary@db/sms"), Faults())
    assert found.name == "postgresql://"
    assert found.name != NO_LEDGER


@pytest.mark.parametrize("ledger", ["host=db user=ann password=canary", "ann:canary@db/sms"])
def test_what_looks_like_an_address_with_a_password_is_not_shown_as_a_path(ledger: str) -> None:
    (fault,) = ledger_faults(ledger=ledger)
    assert fault == "ledger must be a path or a URL that begins with postgresql://, and must not hold a password"
    assert "canary" not in read_ledger(params(ledger=ledger), Faults())[0].name


@pytest.mark.parametrize("password", ["canary\udcff", "can\0ary"])
def test_a_ledger_password_that_cannot_be_sent_is_refused(password: str) -> None:
    assert ledger_faults(ledger="postgresql://db/sms", ledger_password=password) == [
        "ledger_password is not UTF-8 text"
    ]


def test_a_ledger_password_is_of_no_matter_to_other_ledgers() -> None:
    assert ledger_faults(ledger="none", ledger_password="canary") == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"ledger": "/tmp/ledger"}, []),
        ({"ledger": "/tmp/ledger", "api_key": None, "ledger_account": "ours"}, []),
        ({"ledger": "/tmp/ledger", "api_key": None}, ["the ledger's account is not known"]),
        ({"ledger": "none"}, ["ledger is none, which remembers nothing"]),
    ],
)
def test_a_task_about_the_ledger_needs_one_and_its_account(changes: dict[str, Any], words: list[str]) -> None:
    faults = Faults()
    read_kept_ledger(params(**changes), faults)
    found = faults_of(faults)
    assert len(found) == len(words)
    assert all(word in fault for word, fault in zip(words, found, strict=True))


def test_a_url_without_a_readable_host_is_no_rehearsal() -> None:
    """What is refused as api_url must not keep the ledger from being read: all faults are named at once."""
    assert ledger_faults(api_url="http://[::1/") == []
    assert read_ledger(params(api_url="http://[::1/"), Faults())[1] == read_ledger(params(), Faults())[1]
    assert read_ledger(params(api_url="http://[::1]/"), Faults())[1] != read_ledger(params(), Faults())[1]


def test_a_variable_that_is_set_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOIPSMS_API_KEY", "from the environment")
    assert options_module.set_in_environment("VOIPSMS_API_KEY") == "from the environment"


def test_psycopg_is_needed_only_for_a_shared_ledger(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql, "PSYCOPG_ERROR", "no module")
    assert ledger_faults(ledger="/tmp/ledger") == []
    with pytest.raises(MissingLibrary) as raised:
        read_ledger(params(ledger="postgresql://db/sms"), Faults())
    assert raised.value.package == "psycopg"


@pytest.mark.parametrize(
    ("changes", "secrets"),
    [
        ({"ledger": "postgresql://ann:canary@db/sms"}, ["canary"]),
        ({"ledger": None, "api_url": "https://ann:canary@host/"}, ["canary", "ann"]),
        ({"ledger": "postgresql://ann:canary@db/sms", "api_url": "https://ann:other@[h/"}, ["canary", "other"]),
    ],
)
def test_what_a_url_holds_is_masked(changes: dict[str, Any], secrets: list[str]) -> None:
    assert url_secrets(params(**changes)) == secrets


def test_fingerprints_belong_to_the_account() -> None:
    def account_of(**changes: Any) -> str:
        return read_ledger(params(**changes), Faults())[1].account

    assert account_of(api_key="one") != account_of(api_key="two")
    assert account_of(api_key="one", ledger_account="a") == account_of(api_key="two", ledger_account="a")
    assert account_of(ledger_account="a") != account_of(ledger_account="b")
    assert account_of(ledger_account="") == account_of(ledger_account=None)


@pytest.mark.parametrize("name", ["", " ", "\t"], ids=repr)
def test_an_empty_account_name_is_refused(name: str) -> None:
    assert account_faults(ledger_account=name) == [
        "ledger_account is empty; leave it out to have it derived from the API key"
    ]
