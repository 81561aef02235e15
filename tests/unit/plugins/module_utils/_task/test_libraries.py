# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""All libraries that a task lacks are named at once, with the command for the Python that lacks them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import MissingLibrary
from ansible_collections.voip_communications.sms.plugins.module_utils._task import libraries
from ansible_collections.voip_communications.sms.plugins.module_utils._task.libraries import missing_libraries
from ansible_collections.voip_communications.sms.tests.support.playbook import COLLECTION

PIP = f"{sys.executable} -m pip install"


def test_a_missing_library_is_named_with_the_way_to_install_it() -> None:
    sentence = missing_libraries(MissingLibrary("phonenumbers", ""), {})
    assert sentence.startswith(f"the Python library phonenumbers cannot be imported by {sys.executable} on ")
    assert f"run {PIP} 'phonenumbers>=8.12'" in sentence
    assert "delegate_to: localhost" in sentence
    assert "ansible_playbook_python" in sentence


@pytest.mark.parametrize("ledger", ["postgresql://db/sms", "postgres://db/sms"])
def test_all_that_are_missing_are_named_in_one_sentence(ledger: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libraries, "REQUESTS_ERROR", "no requests")
    monkeypatch.setitem(sys.modules, "psycopg", None)
    sentence = missing_libraries(MissingLibrary("phonenumbers", ""), {"ledger": ledger})
    assert "the Python libraries phonenumbers and psycopg and requests cannot be imported by" in sentence
    assert f"{PIP} 'phonenumbers>=8.12' 'psycopg[binary]>=3.1' 'requests>=2.25'" in sentence
    assert "psycopg" not in missing_libraries(MissingLibrary("phonenumbers", ""), {"ledger": "/tmp/ledger"})


def test_what_is_part_of_python_is_not_for_pip(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = missing_libraries(MissingLibrary("sqlite3", ""), {"ledger": None})
    assert "sqlite3 is part of Python, so use one that was built with it" in alone
    assert "pip install" not in alone
    monkeypatch.setattr(libraries, "PHONENUMBERS_ERROR", "no phonenumbers")
    both = missing_libraries(MissingLibrary("sqlite3", ""), {})
    assert f"{PIP} 'phonenumbers>=8.12'; sqlite3 is part of Python" in both


def test_a_python_of_the_system_is_told_of_a_virtual_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sysconfig.get_path", lambda _name: str(tmp_path))
    monkeypatch.setattr(sys, "base_prefix", sys.prefix)
    assert "virtual environment" not in missing_libraries(MissingLibrary("requests", ""), {})
    (tmp_path / "EXTERNALLY-MANAGED").touch()
    assert "make a virtual environment" in missing_libraries(MissingLibrary("requests", ""), {})
    monkeypatch.setattr(sys, "base_prefix", "/usr")
    assert "virtual environment" not in missing_libraries(MissingLibrary("requests", ""), {})


def test_the_versions_are_those_that_are_required() -> None:
    required = (COLLECTION / "requirements.txt").read_text("utf-8").splitlines()
    for name in ("phonenumbers", "requests"):
        (package,) = (line for line in required if line.startswith(name))
        assert f"'{package}'" in missing_libraries(MissingLibrary(name, ""), {})
