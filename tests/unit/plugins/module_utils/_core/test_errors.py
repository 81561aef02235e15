# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the exceptions say and carry."""

from __future__ import annotations

import sys
from importlib.util import find_spec, module_from_spec

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import (
    InputError,
    MissingLibrary,
    VoipsmsError,
)


def test_input_error_joins_its_faults() -> None:
    error = InputError("the text is empty", "there is no number to send to")
    assert error.faults == ("the text is empty", "there is no number to send to")
    assert str(error) == "the text is empty; there is no number to send to"
    assert isinstance(error, VoipsmsError)


def test_missing_library_keeps_the_traceback_out_of_its_sentence() -> None:
    error = MissingLibrary("phonenumbers", "Traceback")
    assert (error.package, error.detail) == ("phonenumbers", "Traceback")
    assert str(error) == "the Python library phonenumbers cannot be imported"
    assert isinstance(error, VoipsmsError)


PACKAGE = "ansible_collections.voip_communications.sms.plugins.module_utils."


@pytest.mark.parametrize(
    ("module", "library", "constant"),
    [
        ("_core.http", "requests", "REQUESTS_ERROR"),
        ("_ledger.postgresql", "psycopg", "PSYCOPG_ERROR"),
        ("_ledger.sqlite", "sqlite3", "SQLITE_ERROR"),
        ("_message.numbers", "phonenumbers", "PHONENUMBERS_ERROR"),
    ],
)
def test_a_file_can_be_imported_without_its_library_and_keeps_why(
    module: str, library: str, constant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A module must start to be able to say what is missing. The file is loaded anew, beside the one that all use."""
    monkeypatch.setitem(sys.modules, library, None)
    spec = find_spec(PACKAGE + module)
    assert spec is not None
    assert spec.loader is not None
    monkeypatch.setitem(sys.modules, spec.name, module_from_spec(spec))
    spec.loader.exec_module(sys.modules[spec.name])
    assert library in getattr(sys.modules[spec.name], constant)
