# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options about the message log: every rule, and all that is wrong named at once."""

from __future__ import annotations

from typing import Any

from ansible_collections.voip_communications.sms.plugins.module_utils._api.log import LogFilter
from ansible_collections.voip_communications.sms.plugins.module_utils._task.log_options import (
    LogOptions,
    read_log_options,
)
from ansible_collections.voip_communications.sms.plugins.modules import voipsms_log_info
from ansible_collections.voip_communications.sms.tests.support.people import ANN
from ansible_collections.voip_communications.sms.tests.support.refusals import sentences_of
from ansible_collections.voip_communications.sms.tests.support.task_options import options_of


def log_options(**changes: Any) -> LogOptions:
    return read_log_options(options_of(voipsms_log_info.argument_spec(), **changes))


def test_without_a_filter_every_record_is_shown() -> None:
    options = log_options()
    assert (options.log_filter, options.max_pages, options.account.service.user) == (LogFilter(), 10, "key")


def test_every_filter_is_read() -> None:
    options = log_options(
        number="0012812345678", msg="down", direction="out", since="2026-12-01", until="2026-12-02", max_pages=3
    )
    assert options.log_filter == LogFilter(
        numbers=frozenset({ANN}),
        text="down",
        direction="out",
        since="2026-12-01",
        until="2026-12-02 23:59:59",
    )
    assert options.max_pages == 3


def test_every_fault_is_named_at_once() -> None:
    faults = sentences_of(log_options, api_key=None, max_pages=0, msg="", number="12", since="soon", until="")
    beginnings = ["api_key is missing", "max_pages must", "msg is empty", "until is empty", "number: '12'", "since "]
    assert [fault.startswith(begin) for fault, begin in zip(faults, beginnings, strict=True)] == [True] * 6
