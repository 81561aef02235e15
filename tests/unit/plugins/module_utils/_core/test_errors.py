# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the exceptions say and carry, and how faults are collected."""

from __future__ import annotations

import sys
from importlib.util import find_spec, module_from_spec

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import (
    Faults,
    InputError,
    MissingLibrary,
    VoipsmsError,
)
from ansible_collections.voip_communications.sms.tests.support.people import ANN


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


def _refuse() -> str:
    raise InputError("the text is empty", "there is no number to send to")


def test_checked_returns_the_value_when_nothing_is_wrong() -> None:
    faults = Faults()
    assert faults.checked(faults.attempt(lambda: "a value")) == "a value"


@pytest.mark.parametrize("value", ["", 0, ()])
def test_checked_returns_an_empty_value_too(value: object) -> None:
    assert Faults().checked(value) == value


@pytest.mark.parametrize("value", [None, "a value"])
def test_checked_raises_every_fault_whatever_the_value_is(value: str | None) -> None:
    faults = Faults()
    faults.add("the sender is unknown")
    faults.attempt(_refuse)
    faults.add("the sender is unknown")
    with pytest.raises(InputError) as caught:
        faults.checked(value, known=lambda: {"not_notified": [ANN]})
    assert caught.value.faults == ("the sender is unknown", "the text is empty", "there is no number to send to")
    assert caught.value.known == {"not_notified": [ANN]}


def test_checked_does_not_compute_what_is_known_without_a_fault() -> None:
    assert Faults().checked("a value", known=lambda: pytest.fail("computed without need")) == "a value"


def test_checked_calls_a_missing_value_without_a_fault_an_internal_error() -> None:
    with pytest.raises(RuntimeError, match="no fault was noted"):
        Faults().checked(None)


PACKAGE = "ansible_collections.voip_communications.sms.plugins.module_utils."


@pytest.mark.parametrize(
    ("module", "library", "constant"),
    [
        ("_core.exchange", "requests", "REQUESTS_ERROR"),
        ("_ledger.database", "psycopg", "PSYCOPG_ERROR"),
        ("_ledger.sqlite", "sqlite3", "SQLITE_ERROR"),
        ("_message.numbers", "phonenumbers", "PHONENUMBERS_ERROR"),
    ],
)
def test_a_file_can_be_imported_without_its_library_and_keeps_why(
    module: str, library: str, constant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A module must start before it can name what is missing. The file is loaded again, beside the shared one."""
    monkeypatch.setitem(sys.modules, library, None)
    spec = find_spec(PACKAGE + module)
    assert spec is not None
    assert spec.loader is not None
    monkeypatch.setitem(sys.modules, spec.name, module_from_spec(spec))
    spec.loader.exec_module(sys.modules[spec.name])
    assert library in getattr(sys.modules[spec.name], constant)
