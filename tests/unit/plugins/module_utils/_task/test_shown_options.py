# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that may be shown: a refused address is hidden as a whole, and an understood one is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._core.address import HIDDEN
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger import database
from ansible_collections.voip_communications.sms.plugins.module_utils._task.shown_options import shown_options
from ansible_collections.voip_communications.sms.plugins.modules.voipsms_send import argument_spec
from ansible_collections.voip_communications.sms.tests.support.task_options import params


def shown(**options: Any) -> dict[str, Any]:
    return shown_options(argument_spec(), options)


@pytest.mark.parametrize(
    ("contacts", "said"),
    [
        ([{"name": "anna"}, {"name": "ben"}], "2 contacts"),
        ("/etc/voipsms/people.csv", "/etc/voipsms/people.csv"),
        ('[{"name": "anna"}]', HIDDEN),
        ({"name": "anna"}, HIDDEN),
        (None, None),
    ],
)
def test_contacts_are_counted(contacts: object, said: object) -> None:
    assert shown(contacts=contacts) == {"contacts": said}


@pytest.mark.parametrize(
    "options",
    [
        {"ledger": "/var/lib/ledger"},
        {"ledger": "none"},
        {"ledger": None},
        {"ledger": "postgresql://ann@db/sms?sslmode=require"},
        {"api_url": "https://sms.example/api"},
        {"api_url": "http://127.0.0.1:8025/"},
        {"api_password_file": "/run/secrets/password"},
    ],
    ids=str,
)
def test_what_was_understood_is_shown(options: dict[str, Any]) -> None:
    assert shown(**options) == options
    assert shown(**params()) == params()


@pytest.mark.parametrize(
    "options",
    [
        {"ledger": "relative"},
        {"ledger": "HOST=h PASSWORD=x"},
        {"ledger": "postgresql://db/sms?pwd=x"},
        {"ledger": "postgresql://ann%3Ax%40host/db"},
        {"ledger": "postgresql://ann%3Ax@h/db"},
        {"ledger": "postgresql://h/db?user=ann:x"},
        {"ledger": "/db password=x"},
        {"ledger": "/x?password=x"},
        {"ledger": ["postgresql://ann:x@db/sms"]},
        {"ledger": {"password": "x"}},
        {"ledger": 4711},
        {"api_url": "https://sms.example:password/"},
        {"api_url": "https://ann%3Ax%40h/"},
        {"api_url": "https://h/%3Fpassword%3Dx"},
        {"api_url": "https://h/ann:x/"},
        {"api_url": ["https://ann:x@sms.example/"]},
        {"api_url": {"password": "x"}},
        {"api_url": 4711},
        {"api_password_file": "pass word"},
        {"api_password_file": ["pass word"]},
        {"api_pasword": "x"},
    ],
    ids=str,
)
def test_what_is_refused_is_hidden(options: dict[str, Any]) -> None:
    assert shown(**options) == dict.fromkeys(options, HIDDEN)


def test_a_relative_password_file_is_shown_where_it_exists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "password").touch()
    assert shown(api_password_file="password") == {"api_password_file": "password"}


def test_a_database_that_cannot_be_read_without_psycopg_is_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "PSYCOPG_ERROR", "no module")
    assert shown(ledger="postgresql://ann@db/sms") == {"ledger": HIDDEN}
