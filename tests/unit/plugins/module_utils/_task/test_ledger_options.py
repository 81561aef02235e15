# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options about the ledger: every rule, and all that is wrong named at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._core.errors import InputError
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.inspect import RowFilter
from ansible_collections.voip_communications.sms.plugins.module_utils._ledger.model import Fingerprints, State
from ansible_collections.voip_communications.sms.plugins.module_utils._task.ledger_options import (
    InspectOptions,
    ResolveOptions,
    read_inspect_options,
    read_resolve_options,
    resolution_of,
)
from ansible_collections.voip_communications.sms.plugins.modules import voipsms_ledger, voipsms_ledger_info
from ansible_collections.voip_communications.sms.tests.support.ledger_rows import NOW, UNKNOWN
from ansible_collections.voip_communications.sms.tests.support.people import ANN, ANNA, BEN, BOB
from ansible_collections.voip_communications.sms.tests.support.refusals import sentences_of
from ansible_collections.voip_communications.sms.tests.support.task_options import options_of

FINGERPRINTS = Fingerprints.of(None, "key")


def resolve_options(**changes: Any) -> ResolveOptions:
    usual = {"ledger": "/tmp/ledger", "key": "deploy", "to": [ANNA, BEN], "as": "sent"}
    return read_resolve_options(options_of(voipsms_ledger.argument_spec(), **{**usual, **changes}))


def inspect_options(**changes: Any) -> InspectOptions:
    return read_inspect_options(options_of(voipsms_ledger_info.argument_spec(), **{"ledger": "/tmp/ledger", **changes}))


def test_the_messages_to_resolve() -> None:
    options = resolve_options()
    assert (options.key, options.recipients, options.meaning) == ("deploy", (ANN, BOB), "sent")
    assert options.ledger.name == "/tmp/ledger"
    assert resolve_options(**{"as": "not_sent"}).meaning == "not_sent"


def test_a_ledger_without_rows_has_none_for_each_recipient(tmp_path: Path) -> None:
    path = tmp_path / "ledger"
    assert resolve_options(ledger=str(path)).rows() == {ANN: None, BOB: None}
    assert not path.exists()


def test_the_cancel_of_an_smsid_that_no_message_has_is_resolved_by_its_shown_key(tmp_path: Path) -> None:
    options = resolve_options(ledger=str(tmp_path / "ledger"), to=[ANNA], **{"as": "cancelled"})
    key = options.fingerprints.cancel_key("id7")
    cancel = UNKNOWN._replace(
        key=key, recipient="", label="", state=State.CANCELLING, smsids=("id7",), date="", effect_by=NOW
    )
    options.ledger.amend([(None, cancel)])
    options = options._replace(key=key)
    (row,) = options.rows().values()
    assert row == cancel
    resolution = resolution_of(options, options.rows(), NOW)
    options.ledger.amend(resolution.changes)
    (row,) = options.rows().values()
    assert row is not None
    assert row.state is State.CANCELLED
    pending = resolution_of(options._replace(meaning="scheduled"), {ANN: cancel}, NOW - 1)
    assert [change.after for change in pending.rows.values()] == [None]


def test_every_fault_of_a_resolution_is_named_at_once() -> None:
    faults = sentences_of(resolve_options, key=" ", to=["12"], ledger="none", api_key=None)
    beginnings = ["api_key or ledger_account", "ledger is none", "key is empty", "to: '12'"]
    assert [fault.startswith(begin) for fault, begin in zip(faults, beginnings, strict=True)] == [True] * 4


def test_the_rows_to_show() -> None:
    assert inspect_options().row_filter == RowFilter()
    assert inspect_options().max_rows == 100
    options = inspect_options(key="deploy", to=ANNA, states=["unknown"], max_rows=7)
    recipients = frozenset({FINGERPRINTS.recipient(ANN)})
    assert options.row_filter == RowFilter(FINGERPRINTS.key("deploy"), recipients, ["unknown"], "deploy")
    assert options.max_rows == 7


def test_every_fault_of_a_filter_is_named_at_once() -> None:
    assert sentences_of(inspect_options, max_rows=0, states=[], key="", to=[], ledger="none") == (
        "ledger is none, which remembers nothing; name the ledger that the task has used",
        "max_rows must be from 1 to 100000",
        "states is empty; leave it out, or say what to look for",
        "key is empty; leave it out, or say what to look for",
        "to is empty; leave it out, or say what to look for",
    )
    with pytest.raises(InputError, match="to: '12'"):
        inspect_options(to="12")
