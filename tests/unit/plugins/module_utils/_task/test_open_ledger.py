# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ledger that a task names: every rule, and nothing is opened."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._core.address import HIDDEN
from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import Faults, MissingLibrary
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger import postgresql
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.memory import MemoryLedger
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import NO_LEDGER
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.postgresql import PostgresqlLedger
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.sqlite import SqliteLedger
from ansible_collections.voip_communications.sms.plugins.module_utils._task.open_ledger import (
    default_ledger,
    read_kept_ledger,
    read_ledger,
)
from ansible_collections.voip_communications.sms.tests.support.task_options import UNSEEN, faults_of, params


def ledger_faults(**changes: Any) -> list[str]:
    faults = Faults()
    read_ledger(params(**changes), faults)
    return faults_of(faults)


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


@pytest.mark.parametrize("path", ["ledger", "./ledger", "None", ":memory:"])
def test_a_relative_ledger_is_refused(path: str) -> None:
    found = ledger_faults(ledger=path)
    assert len(found) == 1
    assert found[0].startswith("ledger must be an absolute path")
    assert read_ledger(params(ledger=path), Faults())[0].name == HIDDEN


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
    assert found.name == HIDDEN
    assert found.name != NO_LEDGER


@pytest.mark.parametrize(
    "ledger", ["host=db user=ann password=canary", "HOST=db PWD=canary", "ann:canary@db/sms", "//ann:canary@db/sms"]
)
def test_what_looks_like_an_address_with_a_password_is_not_shown_as_a_path(ledger: str) -> None:
    (fault,) = ledger_faults(ledger=ledger)
    assert fault.startswith("ledger must be an absolute path")
    assert "canary" not in read_ledger(params(ledger=ledger), Faults())[0].name


@pytest.mark.parametrize(
    "ledger",
    [
        "/db password=canary",
        "/db PASSWORD = 'canary'",
        "/x?password=canary",
        "/x?passwd=canary",
        "/x?Pwd=canary",
        "/x;pw=canary",
        "/x%3Fpassword%3Dcanary",
        "/x?sslpassword=canary",
        "/PGPASSWORD=canary",
        '/{"password": "canary"}',
        "/ann:canary@h/db",
    ],
)
def test_a_path_that_may_hold_a_password_is_refused_and_not_shown(ledger: str) -> None:
    (fault,) = ledger_faults(ledger=ledger)
    assert fault.startswith("ledger must not hold a password, since a path is shown")
    assert "canary" not in fault
    assert read_ledger(params(ledger=ledger), Faults())[0].name == HIDDEN


@pytest.mark.parametrize("ledger", ["/srv/pass/ledger", "/home/ann@example.org/ledger", "/srv/a:b/passwords", "/a=b"])
def test_a_path_with_special_characters_is_taken(ledger: str) -> None:
    assert ledger_faults(ledger=ledger) == []
    assert read_ledger(params(ledger=ledger), Faults())[0].name == ledger


@pytest.mark.parametrize("nothing", [None, ""])
@pytest.mark.parametrize("home", ["~", "relative"])
def test_a_user_without_a_home_is_told_to_name_one(
    home: str, nothing: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``expanduser`` leaves the tilde where HOME is not set and the user has no entry in the password database."""
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.setattr("os.path.expanduser", lambda path: path.replace("~", home))
    (fault,) = ledger_faults(ledger=nothing)
    assert fault == (
        "ledger is missing, and its default lies in the home folder of this user, which is not known; set HOME to an"
        " absolute path, or set ledger or VOIPSMS_LEDGER"
    )
    found, _fingerprints = read_ledger(params(ledger=nothing), Faults())
    assert found.name == f"{home}/.local/state/voipsms/ledger.sqlite3"


def test_an_empty_home_is_not_the_root_of_the_file_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.setenv("HOME", "")
    (fault,) = ledger_faults(ledger=None)
    assert "set HOME to an absolute path" in fault


def test_a_tilde_without_a_home_is_named() -> None:
    (fault,) = ledger_faults(ledger="~nobody-of-this-name/sms.sqlite3")
    assert fault == (
        "ledger begins with ~, and that home folder is not known; set HOME to an absolute path, or write one here"
    )


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("canary\udcff", "is not UTF-8 text"),
        ("can\0ary", UNSEEN),
        ("canary\n", UNSEEN),
        ("\ufeffcanary", UNSEEN),
        ("canary\x85", UNSEEN),
    ],
    ids=ascii,
)
def test_a_ledger_password_that_cannot_be_sent_is_refused(
    password: str, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ledger_faults(ledger="postgresql://db/sms", ledger_password=password) == [f"ledger_password {fault}"]
    if "\0" not in password:
        monkeypatch.setenv("PGPASSWORD", password)
        assert ledger_faults(ledger="postgresql://db/sms") == [f"PGPASSWORD {fault}"]
        assert ledger_faults(ledger="postgresql://db/sms", ledger_password="canary") == []


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


def test_psycopg_is_needed_only_for_a_shared_ledger(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql, "PSYCOPG_ERROR", "no module")
    assert ledger_faults(ledger="/tmp/ledger") == []
    with pytest.raises(MissingLibrary) as raised:
        read_ledger(params(ledger="postgresql://db/sms"), Faults())
    assert raised.value.package == "psycopg"


def test_fingerprints_belong_to_the_account() -> None:
    def account_of(**changes: Any) -> str:
        return read_ledger(params(**changes), Faults())[1].account

    assert account_of(api_key="one") != account_of(api_key="two")
    assert account_of(api_key="one", ledger_account="a") == account_of(api_key="two", ledger_account="a")
    assert account_of(ledger_account="a") != account_of(ledger_account="b")
    assert account_of(ledger_account="") == account_of(ledger_account=None)


@pytest.mark.parametrize("changes", [{"api_key": None}, {"api_key": "canary:x"}, {"deadline": math.nan}], ids=str)
def test_a_fault_of_the_account_is_no_fault_of_the_ledger(changes: dict[str, Any]) -> None:
    assert ledger_faults(**changes) == []
