# SPDX-FileCopyrightText: 2026 VoIP Communications SMS collection contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a report: every rule, and all that is wrong named at once, before anything is asked."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.voip_communications.sms.plugins.module_utils._api.log import LogFilter
from ansible_collections.voip_communications.sms.plugins.module_utils._task.cost_options import (
    CostOptions,
    read_cost_options,
)
from ansible_collections.voip_communications.sms.plugins.modules import voipsms_report
from ansible_collections.voip_communications.sms.tests.support.refusals import sentences_of
from ansible_collections.voip_communications.sms.tests.support.task_options import options_of


def cost_options(**changes: Any) -> CostOptions:
    return read_cost_options(options_of(voipsms_report.argument_spec(), **changes))


def refused(**changes: Any) -> list[str]:
    return list(sentences_of(cost_options, **changes))


def test_without_options_the_whole_log_is_reported_and_nothing_is_written() -> None:
    options = cost_options()
    assert (options.log.log_filter, options.log.max_pages) == (LogFilter(), 1000)
    assert (options.dest, options.title, options.show_numbers, options.max_cost, options.zone) == (
        (), "SMS report", False, None, None,
    )  # fmt: skip


def test_every_option_is_read(tmp_path: Path) -> None:
    dest = [str(tmp_path / name) for name in ("a.html", "b.CSV", "c.json")]
    options = cost_options(dest=dest, max_cost=12.5, since="2026-12-01", account_timezone="America/Chicago", title="T")
    assert (options.dest, options.max_cost, options.title) == (tuple(dest), Decimal("12.5"), "T")
    assert (options.log.log_filter.since, options.zone) == ("2026-12-01", "America/Chicago")


def test_every_fault_is_named_at_once(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "here").symlink_to(tmp_path)
    dest = [
        *("report.html", f"{tmp_path}/report", f"{tmp_path}/report.pdf", f"{tmp_path}/folder.csv"),
        *(f"{tmp_path}/nowhere/a.csv", f"{tmp_path}/a.csv", f"{tmp_path}/here/a.csv", f"{tmp_path}/a\0.csv"),
    ]
    faults = refused(api_key=None, dest=dest, max_cost=-1.0, title="a\nb", number="12", since="soon", max_pages=0)
    for part in (
        "api_key is missing",
        "max_pages must be from 1 to 1000",
        "max_cost must be from 0 to",
        "title must have 1 to 100 printable characters",
        "number: '12'",
        "since 'soon' is not a date",
        "dest: 'report.html' must be an absolute path",
        f"dest: '{tmp_path}/report' must end in one of .html, .csv, .json",
        f"dest: '{tmp_path}/report.pdf' must end",
        f"dest: '{tmp_path}/folder.csv' is not a file",
        f"dest: '{tmp_path}/nowhere/a.csv' cannot be written (No such file or directory)",
        f"dest: '{tmp_path}/here/a.csv' is named more than once",
        "is not a path",
    ):
        assert sum(part in fault for fault in faults) == 1, (part, faults)


@pytest.mark.parametrize(
    ("since", "until"),
    [("2026-12-01", "2026-11-30"), ("2026-12-01 00:00", "2026-11-30"), ("2026-12-01 10:01", "2026-12-01 10:00")],
)
def test_a_span_that_ends_before_it_begins_is_refused(since: str, until: str) -> None:
    """Else nothing has cost anything, and a check of it passes."""
    (fault,) = refused(since=since, until=until, max_cost=50.0)
    assert fault == f"since '{since}' is after until '{until}', so no record is between them"
    assert cost_options(since=until, until=since).log.log_filter.since == until
    assert cost_options(since=since, until=since).log.log_filter.since == since


def test_without_an_account_the_other_faults_are_named_too() -> None:
    faults = refused(api_url="ftp://nowhere", title="", number="12")
    assert [fault.split()[0] for fault in faults] == ["api_url", "number:", "title"]


@pytest.mark.parametrize("cost", [float("nan"), float("inf"), -0.01, 1e10])
def test_a_limit_is_a_number_within_bounds(cost: float) -> None:
    assert len(refused(max_cost=cost)) == 1
    assert cost_options(max_cost=0.0).max_cost == 0


@pytest.mark.parametrize("title", ["", " ", "x" * 101, "a\tb", "\u202eabc", 5, True])
def test_a_title_is_a_line(title: Any) -> None:
    (fault,) = refused(title=title)
    assert fault.startswith("title")
