# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers are read in one way, whichever option of whichever module holds them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import InputError
from ansible_collections.voip_communications.sms.plugins.module_utils._task.ask_options import read_ask_options
from ansible_collections.voip_communications.sms.plugins.module_utils._task.ledger_options import (
    read_inspect_options,
    read_resolve_options,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._task.log_options import read_log_options
from ansible_collections.voip_communications.sms.plugins.module_utils._task.notify_options import read_notify_options
from ansible_collections.voip_communications.sms.plugins.module_utils._task.schedule_options import (
    read_cancel_request,
    read_match,
    read_schedule_options,
)
from ansible_collections.voip_communications.sms.plugins.module_utils._task.send_options import read_send_options
from ansible_collections.voip_communications.sms.plugins.modules import (
    voipsms_ask,
    voipsms_ledger,
    voipsms_ledger_info,
    voipsms_log_info,
    voipsms_notify,
    voipsms_scheduled,
    voipsms_scheduled_info,
    voipsms_send,
)

SEND = {"to": ["+12812345678"], "msg": "Hello"}
PENDING = {**SEND, "delivery_date": "2099-01-01 12:00"}
ASK = {**SEND, "from": "+17134567890", "idempotency_key": "k"}
NOTIFY = {**SEND, "event": "failed", "idempotency_key": "k"}
Read = Callable[[dict[str, Any]], object]

OPTIONS: list[tuple[str, Any, Read, dict[str, Any]]] = [
    ("to", voipsms_send, read_send_options, SEND),
    ("from", voipsms_send, read_send_options, SEND),
    ("to", voipsms_ask, read_ask_options, ASK),
    ("from", voipsms_ask, read_ask_options, ASK),
    ("to", voipsms_notify, read_notify_options, NOTIFY),
    ("from", voipsms_notify, read_notify_options, NOTIFY),
    ("to", voipsms_scheduled, read_schedule_options, PENDING),
    ("from", voipsms_scheduled, read_schedule_options, PENDING),
    ("to", voipsms_scheduled, read_cancel_request, {"state": "absent"}),
    ("from", voipsms_scheduled, read_cancel_request, {"state": "absent"}),
    ("to", voipsms_scheduled_info, read_match, {}),
    ("from", voipsms_scheduled_info, read_match, {}),
    ("to", voipsms_ledger, read_resolve_options, {"key": "k", "as": "sent"}),
    ("to", voipsms_ledger_info, read_inspect_options, {}),
    ("number", voipsms_log_info, read_log_options, {}),
]


@pytest.fixture(params=OPTIONS, ids=lambda option: f"{option[1].__name__.rpartition('.')[2]}-{option[0]}")
def fault(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str, str], str]:
    """Return what reads a number as this option of this module, and returns the sentence about it."""
    name, module, read, others = request.param

    def fault_of(number: str, region: str) -> str:
        ledger = tmp_path / "ledger.sqlite3"
        account = {"api_key": "key", "api_password": "password", "default_region": region, "ledger": str(ledger)}
        value = number if name == "from" else [number]
        validated = ArgumentSpecValidator(module.argument_spec()).validate({**account, **others, name: value})
        assert not validated.error_messages
        try:
            read(validated.validated_parameters)
        except InputError as error:
            return str(error)
        return ""

    return fault_of


@pytest.mark.parametrize(
    ("number", "region"), [("612 34 56 78", "ES"), ("512 345 678", "PL"), ("601 123 456", "CZ"), ("+12001234567", "ES")]
)
def test_what_is_one_number_is_read(number: str, region: str, fault: Callable[[str, str], str]) -> None:
    assert fault(number, region) == ""


@pytest.mark.parametrize(
    ("number", "region", "sentence"),
    [
        ("555-0100", "US", "without an area code"),
        ("+1 555 0100", "DE", "without an area code"),
        ("112", "DE", "is a short or emergency number in DE"),
        ("(201) 555-0123", "US", "can be read as +2015550123 and +12015550123 in US"),
    ],
)
def test_what_is_none_is_refused(number: str, region: str, sentence: str, fault: Callable[[str, str], str]) -> None:
    assert f"'{number}' " in fault(number, region)
    assert sentence in fault(number, region)
