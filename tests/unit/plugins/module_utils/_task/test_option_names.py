# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An option by a name of another module, or misspelled, is told the name that it has here."""

from __future__ import annotations

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._task import option_names
from ansible_collections.voip_communications.sms.plugins.module_utils._task.option_names import names_meant
from ansible_collections.voip_communications.sms.plugins.modules import (
    voipsms_ask,
    voipsms_ledger,
    voipsms_log_info,
    voipsms_report,
    voipsms_scheduled,
    voipsms_send,
    voipsms_window,
)

SEND, SCHEDULED = voipsms_send.argument_spec(), voipsms_scheduled.argument_spec()
LOG, LEDGER = voipsms_log_info.argument_spec(), voipsms_ledger.argument_spec()
REPORT, WINDOW, ASK = voipsms_report.argument_spec(), voipsms_window.argument_spec(), voipsms_ask.argument_spec()


@pytest.mark.parametrize(
    ("name", "known", "option"),
    [
        *((name, SEND, "msg") for name in ("message", "text", "body", "Message", "mesage", "meassage")),
        *((name, SEND, "to") for name in ("recipiens", "phone_numers")),
        *((name, SEND, "to") for name in ("recipients", "number", "phone", "phones")),
        *((name, SEND, "from") for name in ("sender", "from_number")),
        *((name, SEND, "idempotency_key") for name in ("key", "idempotency-key", "idempotencykey")),
        ("api_passwort", SEND, "api_password"),
        ("date", SCHEDULED, "delivery_date"),
        ("smsids", SCHEDULED, "smsid"),
        ("tz", SCHEDULED, "timezone"),
        ("tz", SEND, "account_timezone"),
        ("to", LOG, "number"),
        ("recipients", LOG, "number"),
        *((name, REPORT, "dest") for name in ("path", "file", "filename")),
        ("idempotency_key", LEDGER, "key"),
        ("question", ASK, "msg"),
        ("subject", WINDOW, "services"),
        ("begin", WINDOW, "start"),
        ("end_time", WINDOW, "end"),
    ],
)
def test_the_option_that_is_meant_is_named(name: str, known: dict[str, object], option: str) -> None:
    assert names_meant([name], known) == f"{name} is called {option} here"


def test_what_is_known_or_like_nothing_is_not_mentioned() -> None:
    assert names_meant([*SEND, "colour", "xy"], SEND) == ""
    assert names_meant(["colour", "text", "number"], SEND) == "number is called to here, text is called msg here"


def test_every_option_that_is_named_exists() -> None:
    known = {*SEND, *SCHEDULED, *LOG, *LEDGER, *REPORT, *WINDOW}
    assert {option for options in option_names.MEANT.values() for option in options} <= known
