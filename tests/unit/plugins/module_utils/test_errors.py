# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the exceptions say and carry."""

from __future__ import annotations

from ansible_collections.voip_communications.sms.plugins.module_utils._errors import (
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
